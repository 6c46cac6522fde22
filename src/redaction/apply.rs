//! An item without the words: cut from the value, so that whatever is made of it has never seen them.

use super::places::text_of;
use super::words::{Needle, Search, SearchBuilder};
use crate::base::id::{RecordId, RedactionId};
use crate::model::item::ParsedItem;
use crate::model::redaction::{Place, Reach};
use std::collections::BTreeMap;
use std::ops::Range;

/// A redaction with the words it takes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The redaction.
    pub id: RedactionId,
    /// The member it was decided on.
    pub record: RecordId,
    /// Where in it.
    pub place: Place,
    /// The bytes in the text of that place.
    pub range: Range<usize>,
    /// The words.
    pub words: String,
    /// How far it goes.
    pub reach: Reach,
    /// What stands in their place.
    pub marker: String,
}

/// A redaction that left something out of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The redaction.
    pub id: RedactionId,
    /// Whether it was decided on another member, and its words stand here as well.
    pub follows: bool,
}

/// An item from which words were left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// What remains.
    pub item: ParsedItem,
    /// What was left out of each member, by its part; members that lost nothing are not in it.
    pub cuts: BTreeMap<Option<u32>, Vec<Cut>>,
}

/// Takes words out of items. One is made for a whole production: words that are left out of one item are left out of all.
pub struct Redactor {
    taken: Vec<Taken>,
    by_record: BTreeMap<RecordId, Vec<usize>>,
    /// Words that are taken out everywhere, and for each of them the redaction that says so first.
    everywhere: Search,
    first: Vec<usize>,
}

impl Redactor {
    /// A redactor; `None` when the words together are more than can be looked for at once.
    pub fn new(taken: Vec<Taken>) -> Option<Self> {
        let mut builder = SearchBuilder::default();
        let mut first = Vec::new();
        let mut by_record: BTreeMap<RecordId, Vec<usize>> = BTreeMap::new();
        for (at, one) in taken.iter().enumerate() {
            by_record.entry(one.record).or_default().push(at);
            if one.reach == Reach::Everywhere
                && let Some(needle) = Needle::of(&one.words)
                && builder.add(needle) == first.len()
            {
                first.push(at);
            }
        }
        Some(Self { taken, by_record, everywhere: builder.build()?, first })
    }

    /// Whether nothing is taken out.
    pub fn is_idle(&self) -> bool {
        self.taken.is_empty()
    }

    /// The words that no file may hold.
    pub fn everywhere(&self) -> &Search {
        &self.everywhere
    }

    /// The redaction that takes out the words of this number everywhere.
    pub fn redaction_of(&self, needle: usize) -> Option<RedactionId> {
        self.first.get(needle).map(|at| self.taken[*at].id)
    }

    /// What stands in place of the words that are taken out everywhere, by their number.
    pub fn markers(&self) -> Vec<String> {
        self.first.iter().map(|at| self.taken[*at].marker.clone()).collect()
    }

    /// The redactions decided on a member.
    pub fn on(&self, record: RecordId) -> impl Iterator<Item = &Taken> {
        self.by_record.get(&record).into_iter().flatten().map(|at| &self.taken[*at])
    }

    /// A text that belongs to no item, without the words that are taken out everywhere.
    pub fn text(&self, text: &str) -> String {
        self.cut(text, Vec::new(), None, &mut Vec::new())
    }

    /// Another form of the text of a member, as the cells of a workbook, without all that is taken out of the member,
    /// wherever it stands there. `None` when words that are taken out of the text are not found in this form: then it
    /// cannot be said that they are not in it.
    pub fn other_form(&self, text: &str, record: RecordId) -> Option<String> {
        let mut ranges = Vec::new();
        for at in self.by_record.get(&record).into_iter().flatten() {
            let one = &self.taken[*at];
            let found: Vec<_> = found(*at, &one.search()?, text);
            if found.is_empty() && one.place == Place::Text {
                return None;
            }
            ranges.extend(found);
        }
        Some(self.cut(text, ranges, Some(record), &mut Vec::new()))
    }

    /// An item without what was taken out of its members and without the words that are taken out everywhere.
    pub fn item(&self, item: &ParsedItem, members: &BTreeMap<Option<u32>, RecordId>) -> Redacted {
        if self.is_idle() {
            return Redacted { item: item.clone(), cuts: BTreeMap::new() };
        }
        let mut out = item.clone();
        let mut cuts: BTreeMap<Option<u32>, Vec<Cut>> = BTreeMap::new();
        let mut all = Vec::new();
        self.parent(&mut out, members.get(&None).copied(), &mut all);
        cuts.insert(None, all);
        for attachment in &mut out.attachments {
            let part = Some(attachment.part);
            let record = members.get(&part).copied();
            let mut all = Vec::new();
            attachment.text = self.cut(&attachment.text, self.exact(record, Place::Text), record, &mut all);
            attachment.name = self.cut(&attachment.name, self.exact(record, Place::Subject), record, &mut all);
            cuts.insert(part, all);
        }
        cuts.retain(|_, all| {
            all.sort();
            all.dedup();
            !all.is_empty()
        });
        if !cuts.is_empty() {
            // Where words of files inside files stand is counted in texts that are other ones now.
            out.ways.clear();
            out.headers.clear();
        }
        Redacted { item: out, cuts }
    }

    fn parent(&self, out: &mut ParsedItem, record: Option<RecordId>, all: &mut Vec<Cut>) {
        out.body = self.cut(&out.body, self.exact(record, Place::Text), record, all);
        out.subject = self.cut(&out.subject, self.exact(record, Place::Subject), record, all);
        out.message_id = self.cut(&out.message_id, Vec::new(), record, all);
        let people = self.local(record, Place::People);
        for party in &mut out.parties {
            let whole =
                |text: &str| people.iter().flat_map(|(at, search)| found(*at, search, text)).collect::<Vec<_>>();
            party.name = self.cut(&party.name, whole(&party.name), record, all);
            party.address = self.cut(&party.address, whole(&party.address), record, all);
            // The same box twice tells no more than one.
            if party.name == party.address {
                party.name.clear();
            }
        }
        let told = self.local(record, Place::Facts);
        out.facts = std::mem::take(&mut out.facts)
            .into_iter()
            .map(|(name, value)| {
                let own: Vec<_> = told.iter().flat_map(|(at, search)| found(*at, search, &value)).collect();
                (self.cut(&name, Vec::new(), record, all), self.cut(&value, own, record, all))
            })
            .collect();
        for problem in &mut out.problems {
            problem.message = self.cut(&problem.message, Vec::new(), record, &mut Vec::new());
        }
    }

    /// Ranges decided on a member in one place.
    fn exact(&self, record: Option<RecordId>, place: Place) -> Vec<(usize, Range<usize>)> {
        let own = record.and_then(|record| self.by_record.get(&record)).into_iter().flatten();
        own.filter(|at| self.taken[**at].place == place).map(|at| (*at, self.taken[*at].range.clone())).collect()
    }

    /// Words decided on a member in a place of many values; they are found again in each value.
    fn local(&self, record: Option<RecordId>, place: Place) -> Vec<(usize, Search)> {
        let own = record.and_then(|record| self.by_record.get(&record)).into_iter().flatten();
        own.filter(|at| self.taken[**at].place == place)
            .filter_map(|at| Some((*at, self.taken[*at].search()?)))
            .collect()
    }

    /// A text without the given ranges and without the words that are taken out everywhere.
    fn cut(
        &self,
        text: &str,
        mut ranges: Vec<(usize, Range<usize>)>,
        record: Option<RecordId>,
        all: &mut Vec<Cut>,
    ) -> String {
        ranges.retain(|(_, range)| text.get(range.clone()).is_some());
        ranges.extend(self.everywhere.find(text).into_iter().map(|(needle, range)| (self.first[needle], range)));
        if ranges.is_empty() {
            return text.to_owned();
        }
        all.extend(ranges.iter().map(|(at, _)| {
            let one = &self.taken[*at];
            Cut { id: one.id, follows: Some(one.record) != record }
        }));
        ranges.sort_by_key(|(at, range)| (range.start, range.end, *at));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut ranges = ranges.into_iter().peekable();
        while let Some((first, mut range)) = ranges.next() {
            let marker = &self.taken[first].marker;
            // One box for what lies side by side, or the number of boxes would tell the number of words.
            while let Some((next, following)) = ranges.peek() {
                // The cells of a row stay apart.
                let is_blank = |between: &str| between.trim().is_empty() && !between.contains('\t');
                let touches = following.start < range.end
                    || (self.taken[*next].marker == *marker && is_blank(&text[range.end..following.start]));
                if !touches {
                    break;
                }
                range.end = range.end.max(following.end);
                ranges.next();
            }
            out.push_str(&text[at..range.start]);
            out.push_str(marker);
            at = range.end;
        }
        out.push_str(&text[at..]);
        out
    }
}

fn found(at: usize, search: &Search, text: &str) -> Vec<(usize, Range<usize>)> {
    search.find(text).into_iter().map(|(_, range)| (at, range)).collect()
}

impl Taken {
    /// The search for its words alone; `None` when no letter or digit is in them.
    pub fn search(&self) -> Option<Search> {
        let mut builder = SearchBuilder::default();
        builder.add(Needle::of(&self.words)?);
        builder.build()
    }

    /// The words of a place between two bytes, as they are taken out; `None` when they are not there.
    pub fn words_in(item: &ParsedItem, part: Option<u32>, place: Place, range: Range<usize>) -> Option<String> {
        text_of(item, part, place).get(range).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::super::marker::{label_of, marker};
    use super::*;
    use crate::model::item::{ParsedAttachment, Searchable};
    use crate::model::record::{Party, RecordKind, Role};
    use proptest::prelude::*;

    fn taken(id: i64, record: i64, place: Place, text: &str, words: &str, reach: Reach) -> Taken {
        let start = text.find(words).expect("the words are there");
        let marker = marker(&label_of("Minn. Stat. § 13.44"));
        let range = start..start + words.len();
        let (id, record) = (RedactionId::new(id), RecordId::new(record));
        Taken { id, record, place, range, words: words.to_owned(), reach, marker }
    }

    fn attachment(part: u32, name: &str, text: &str) -> ParsedAttachment {
        ParsedAttachment {
            name: name.into(),
            claimed_type: String::new(),
            found_type: "text/plain".into(),
            bytes: 1,
            sha256: None,
            inline: false,
            text: text.into(),
            searchable: Searchable::Fully,
            part,
        }
    }

    const BODY: &str = "Jane Roe complains.\n\nCall Jane\nRoe at 763-555-0142, or (763) 555 0142. Quiet.";

    fn item() -> ParsedItem {
        let mut item = ParsedItem::new(RecordKind::Email);
        item.body = BODY.to_owned();
        item.subject = "Complaint of JANE ROE".to_owned();
        let party =
            |role, name: &str, address: &str| Party { role, name: name.into(), address: address.into(), normal: None };
        item.parties = vec![
            party(Role::From, "Jane Roe", "jane.roe@mail.example"),
            party(Role::To, "Clerk", "clerk@cedarbend.example"),
        ];
        item.facts.insert("caller".into(), "Roe, Jane / 7635550142".into());
        item.attachments =
            vec![attachment(1, "Jane_Roe.txt", "Signed: jane roe"), attachment(2, "b.txt", "Nothing here")];
        item
    }

    fn members() -> BTreeMap<Option<u32>, RecordId> {
        [(None, 1), (Some(1), 2), (Some(2), 3)].map(|(part, record)| (part, RecordId::new(record))).into()
    }

    #[test]
    fn words_go_from_every_place_of_the_family_and_boxes_tell_no_length() {
        let all = vec![
            taken(1, 1, Place::Text, BODY, "Jane Roe", Reach::Everywhere),
            taken(2, 1, Place::Text, BODY, "763-555-0142", Reach::Everywhere),
        ];
        let redacted = Redactor::new(all).expect("built").item(&item(), &members());
        let label = "[\u{a0}Withheld:\u{a0}§\u{a0}13.44\u{a0}]";
        assert_eq!(redacted.item.body, format!("{label} complains.\n\nCall {label} at {label}, or ({label}. Quiet."));
        assert_eq!(redacted.item.subject, format!("Complaint of {label}"));
        assert_eq!(redacted.item.parties[0].name, label);
        assert_eq!(redacted.item.parties[0].address, format!("{label}@mail.example"));
        assert_eq!(redacted.item.facts["caller"], format!("Roe, Jane / {label}"));
        assert_eq!(redacted.item.attachments[0].name, format!("{label}.txt"));
        assert_eq!(redacted.item.attachments[0].text, format!("Signed: {label}"));
        assert_eq!(redacted.item.attachments[1], item().attachments[1]);
        let parts: Vec<Option<u32>> = redacted.cuts.keys().copied().collect();
        assert_eq!(parts, [None, Some(1)]);
        assert!(redacted.cuts[&Some(1)].iter().all(|cut| cut.follows));
        assert!(redacted.cuts[&None].iter().all(|cut| !cut.follows));
    }

    #[test]
    fn a_redaction_of_one_place_leaves_the_others() {
        let all = vec![taken(1, 1, Place::Text, BODY, "Jane Roe", Reach::Here)];
        let redacted = Redactor::new(all).expect("built").item(&item(), &members());
        assert!(redacted.item.body.starts_with("[\u{a0}") && redacted.item.body.contains("Call Jane\nRoe"));
        assert_eq!(redacted.item.subject, "Complaint of JANE ROE");
        let people = text_of(&item(), None, Place::People);
        let all = vec![taken(1, 1, Place::People, &people, "jane.roe@mail.example", Reach::Here)];
        let redacted = Redactor::new(all).expect("built").item(&item(), &members());
        assert_eq!(redacted.item.parties[0].name, "Jane Roe");
        assert!(redacted.item.parties[0].address.starts_with("[\u{a0}") && redacted.item.body == BODY);
    }

    #[test]
    fn cells_are_given_without_the_words_or_not_at_all() {
        let text = "Roe\tJane\n763-555-0142";
        let one = taken(1, 2, Place::Text, text, "Roe\tJane", Reach::Here);
        let redactor = Redactor::new(vec![one.clone()]).expect("built");
        let record = RecordId::new(2);
        let form = redactor.other_form("1\tRoe\tJANE\t763", record).expect("found");
        assert!(!form.contains("Roe") && form.ends_with("\t763"), "{form}");
        assert_eq!(redactor.other_form("1\tJane\tRoe", record), None, "in another order");
        assert_eq!(redactor.other_form("nothing", RecordId::new(3)).as_deref(), Some("nothing"));
    }

    proptest! {
        #[test]
        fn nothing_that_was_taken_out_is_found_again(words in "[a-z0-9é]{3,9}( [a-z]{2,5})?", around in "(\\PC|[\n;]){0,40}") {
            let mut item = ParsedItem::new(RecordKind::Email);
            item.body = format!("{around} {words} {around}{words}");
            item.subject = format!("{} {around}", words.to_uppercase());
            let start = around.len() + 1;
            let one = Taken {
                id: RedactionId::new(1), record: RecordId::new(1), place: Place::Text, range: start..start + words.len(),
                words: words.clone(), reach: Reach::Everywhere, marker: marker("Withheld"),
            };
            let redactor = Redactor::new(vec![one]).expect("built");
            let redacted = redactor.item(&item, &members());
            prop_assume!(Needle::of("withheld") != Needle::of(&words));
            for text in [&redacted.item.body, &redacted.item.subject] {
                prop_assert!(redactor.everywhere().find(text).is_empty(), "{text:?}");
            }
        }
    }
}
