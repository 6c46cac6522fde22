//! Whose export it is: told by the intake sheet, by the clerk, by a word in the path that the profile lists, or by the
//! item itself where its own side has a number or address of the profile. Never guessed.

use super::sheet::{Sheet, SheetRow};
use crate::base::id::CustodianId;
use crate::model::item::{Original, ParsedItem, RawItem, Shape};
use crate::model::profile::CustodianProfile;
use crate::model::record::{Direction, Role};
use crate::source::number;
use std::collections::BTreeMap;

/// Bytes of a message in which its `Delivered-To` lines are looked for.
const HEAD_BYTES: usize = 16 * 1024;

/// Whose a copy is, and whether it came from a device of the person's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Whose {
    pub(super) custodian: Option<CustodianId>,
    pub(super) personal: bool,
}

/// The custodians with what tells them.
#[derive(Debug, Clone, Default)]
pub(super) struct Custodians {
    named: Option<CustodianId>,
    /// Everything of this intake is from a personal device, as the clerk said.
    all_personal: bool,
    sheet: Option<Sheet>,
    /// Words in a path, the longest first, and whether each tells a personal device.
    words: Vec<(String, CustodianId, bool)>,
    /// Numbers in their E.164 form and addresses in lower case; those that two people have are left out.
    own: BTreeMap<String, CustodianId>,
}

impl Custodians {
    /// From the profile; `named` is the custodian the clerk named for the whole intake.
    pub(super) fn new(
        profiles: &[CustodianProfile],
        ids: &[(CustodianId, String)],
        named: Option<CustodianId>,
    ) -> Self {
        let mut words = Vec::new();
        let mut own: BTreeMap<String, Option<CustodianId>> = BTreeMap::new();
        for profile in profiles {
            let Some((id, _)) = ids.iter().find(|(_, name)| *name == profile.name) else { continue };
            let mut add = |all: &[String], personal: bool| {
                words.extend(all.iter().map(|word| (word.to_lowercase(), *id, personal)));
            };
            add(&profile.paths, false);
            add(&profile.addresses, false);
            add(&profile.personal_devices, true);
            let numbers = profile.numbers.iter().filter_map(|written| number::normal(written).ok());
            for one in numbers.chain(profile.addresses.iter().map(|address| address.trim().to_lowercase())) {
                own.entry(one).and_modify(|whose| *whose = whose.filter(|other| other == id)).or_insert(Some(*id));
            }
        }
        // The longest word first: `anna.larson` before `larson`.
        words.sort_by(|one, two| two.0.len().cmp(&one.0.len()).then_with(|| one.cmp(two)));
        let own = own.into_iter().filter_map(|(one, whose)| Some((one, whose?))).collect();
        Self { named, all_personal: false, sheet: None, words, own }
    }

    /// With what the clerk said of the whole intake.
    pub(super) fn all_personal(self, all_personal: bool) -> Self {
        Self { all_personal, ..self }
    }

    /// With the sheet of one path.
    pub(super) fn with_sheet(&self, sheet: Option<Sheet>) -> Self {
        Self { sheet, ..self.clone() }
    }

    /// The sheet of the path that is being read.
    pub(super) fn sheet(&self) -> Option<&Sheet> {
        self.sheet.as_ref()
    }

    /// What a path tells, innermost name first. `names` begins with what the clerk named.
    pub(super) fn of<'p>(&self, names: impl DoubleEndedIterator<Item = &'p str> + Clone) -> Whose {
        let told = names.clone().rev().find_map(|name| {
            let lower = name.to_lowercase();
            let found = self.words.iter().find(|(word, ..)| contains_word(&lower, word));
            // The same name may tell a number: an export is often called after its line.
            found.map(|(_, id, personal)| (*id, *personal)).or_else(|| self.number_in(name).map(|id| (id, false)))
        });
        let (by_path, path_personal) = told.map_or((None, false), |(id, personal)| (Some(id), personal));
        let row = self.sheet.as_ref().and_then(|sheet| sheet.of(names));
        let custodian = row.and_then(|row| row.custodian).or(self.named).or(by_path);
        // A device of somebody else's path word is not this custodian's, but it is still no device of the city.
        let told = row.filter(|row| !row.device.is_empty());
        let personal = self.all_personal || told.map_or(path_personal, SheetRow::is_personal);
        Whose { custodian, personal }
    }

    /// What the item itself tells, where nothing around it does.
    pub(super) fn of_item(&self, item: &RawItem) -> Option<CustodianId> {
        if self.own.is_empty() {
            return None;
        }
        match &item.shape {
            Shape::Parsed(parsed) => self.own_side(parsed),
            Shape::Message => match &item.original {
                Original::Bytes(bytes) => self.delivered_to(bytes),
                Original::Stretch { .. } => None,
            },
            Shape::File { .. } => None,
        }
    }

    /// The one whose number or address stands on the custodian's side of a text or call, as its direction says.
    fn own_side(&self, item: &ParsedItem) -> Option<CustodianId> {
        let role = match item.direction {
            Direction::Out => Role::From,
            Direction::In | Direction::MissedIn | Direction::RejectedIn | Direction::BlockedIn => Role::To,
            Direction::Internal | Direction::Unknown => return None,
        };
        let own = item.parties.iter().filter(|party| party.role == role).filter_map(|party| party.normal.as_deref());
        self.only_one(own)
    }

    /// The one that a mail system says it delivered to (`Delivered-To`, written by Google, Postfix and qmail).
    fn delivered_to(&self, bytes: &[u8]) -> Option<CustodianId> {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]);
        let lines: Vec<String> = head
            .lines()
            .take_while(|line| !line.trim().is_empty())
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.eq_ignore_ascii_case("delivered-to"))
            .map(|(_, value)| value.trim().trim_matches(['<', '>']).to_lowercase())
            .collect();
        self.only_one(lines.iter().map(String::as_str))
    }

    /// The custodian, when all that are told are one.
    fn only_one<'t>(&self, told: impl Iterator<Item = &'t str>) -> Option<CustodianId> {
        let mut all: Vec<CustodianId> = told.filter_map(|one| self.own.get(one).copied()).collect();
        all.dedup();
        (all.len() == 1).then(|| all[0])
    }

    fn number_in(&self, name: &str) -> Option<CustodianId> {
        let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let digits = stem.trim_matches(|c: char| !c.is_ascii_digit() && c != '+' && c != '(');
        number::normal(digits).ok().and_then(|number| self.own.get(&number).copied())
    }
}

/// Whether `word` stands in `name` with nothing but separators beside it.
fn contains_word(name: &str, word: &str) -> bool {
    let bounded = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !word.is_empty()
        && name.match_indices(word).any(|(at, found)| {
            bounded(name[..at].chars().next_back()) && bounded(name[at + found.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::provenance::CopyFacts;
    use crate::model::record::RecordKind;

    fn custodian(name: &str, paths: &[&str]) -> CustodianProfile {
        let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        CustodianProfile { name: name.to_owned(), paths: all(paths), ..CustodianProfile::default() }
    }

    #[test]
    fn the_innermost_name_with_a_whole_word_tells() {
        let mut anna = custodian("Anna Larson", &["alarson"]);
        anna.personal_devices = vec!["alarson-own-phone".to_owned()];
        anna.numbers = vec!["(763) 555-0142".to_owned()];
        let profiles = [anna, custodian("Lars", &["lars"])];
        let ids = [(CustodianId::new(1), "Anna Larson".to_owned()), (CustodianId::new(2), "Lars".to_owned())];
        let custodians = Custodians::new(&profiles, &ids, None);
        let (one, two) = (Some(CustodianId::new(1)), Some(CustodianId::new(2)));
        let table: &[(&[&str], Option<CustodianId>, bool, &str)] = &[
            (&["exports/lars", "ALarson-2025.mbox"], one, false, "the inner name before the outer one"),
            (&["exports/lars", "inbox.mbox"], two, false, "the outer one where the inner tells nothing"),
            (&["exports/larsson.mbox"], None, false, "a part of a word tells nothing"),
            (&["exports", "alarson-own-phone/sms.xml"], one, true, "the longer word tells the device"),
            (&["exports", "sms-7635550142.xml"], one, false, "a file named after the line"),
            (&["exports", "sms-7635550143.xml"], None, false, "the line of nobody here"),
        ];
        for (names, custodian, personal, why) in table {
            let whose = custodians.of(names.iter().copied());
            assert_eq!(whose, Whose { custodian: *custodian, personal: *personal }, "{why}");
        }
        let named = Custodians::new(&profiles, &ids, Some(CustodianId::new(9)));
        assert_eq!(named.of(["lars"].into_iter()).custodian, Some(CustodianId::new(9)));
        assert!(named.all_personal(true).of(["lars"].into_iter()).personal, "as the clerk said");
    }

    #[test]
    fn an_item_tells_its_own_side_and_only_when_that_is_one_person() {
        let mut anna = custodian("Anna", &[]);
        anna.numbers = vec!["763-555-0142".to_owned(), "763-555-0100".to_owned()];
        anna.addresses = vec!["Anna@CedarBend.example".to_owned()];
        let mut bob = custodian("Bob", &[]);
        bob.numbers = vec!["763-555-0100".to_owned(), "763-555-0143".to_owned()];
        let ids = [(CustodianId::new(1), "Anna".to_owned()), (CustodianId::new(2), "Bob".to_owned())];
        let custodians = Custodians::new(&[anna, bob], &ids, None);
        let text = |direction, from: &str, to: &str| {
            let mut parsed = ParsedItem::new(RecordKind::Text);
            parsed.direction = direction;
            parsed.parties = vec![number::party(Role::From, "", from, None), number::party(Role::To, "", to, None)];
            item(Shape::Parsed(Box::new(parsed)), Vec::new())
        };
        let mail = |head: &str| item(Shape::Message, format!("{head}Subject: x\n\nDelivered-To: bob@x\n").into_bytes());
        let anna = Some(CustodianId::new(1));
        let table = [
            (text(Direction::Out, "763-555-0142", "763-555-0143"), anna, "sent from her line"),
            (text(Direction::In, "763-555-0143", "763-555-0142"), anna, "received on her line"),
            (text(Direction::In, "763-555-0142", "763-555-0199"), None, "she is the other side"),
            (text(Direction::Unknown, "763-555-0142", "763-555-0199"), None, "a direction that is not told"),
            (text(Direction::Out, "763-555-0100", "763-555-0199"), None, "a line of two people is nobody's"),
            (mail("Delivered-To: anna@cedarbend.example\n"), anna, "where the mail system delivered it"),
            (mail("To: anna@cedarbend.example\n"), None, "an addressee may be anybody's correspondent"),
        ];
        for (item, expected, why) in table {
            assert_eq!(custodians.of_item(&item), expected, "{why}");
        }
    }

    fn item(shape: Shape, bytes: Vec<u8>) -> RawItem {
        let copy = CopyFacts::default();
        RawItem { ordinal: 0, place: String::new(), original: Original::Bytes(bytes), identity: None, shape, copy }
    }
}
