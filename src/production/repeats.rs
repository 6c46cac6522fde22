//! Words of a withheld item that another item repeats: a reply quotes the attorney's message, or the same attachment
//! hangs on another mail. Each item is decided by itself, so a quotation is easily given out with the reply around it.
//!
//! *Invariant (I9):* withheld text is in none of the produced files. Every run of [`RUN`] words that a withheld item
//! itself says is looked for in every item that is to be given, whatever the line breaks and quotation marks around it.
//! What a withheld item only quotes is not its own: the quoted item has its own decision.

use super::ProductionError;
use super::decisions;
use super::plan::{Plan, PlannedMember};
use crate::base::id::RecordId;
use crate::model::item::ParsedItem;
use crate::model::redaction::Version;
use crate::model::review::Decision;
use crate::redaction::Redactor;
use crate::repository::{Repository, read_item};
use crate::text::{each_token, own_words};
use rayon::prelude::*;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Words in a row that tell one text from another; closing formulas are shorter.
const RUN: usize = 10;
/// A text that is shorter than a run is looked for whole, if it has at least so many words.
const SHORTEST: usize = 5;

/// Families read together.
const STEP: usize = 64;

/// An item that is to be given, and a withheld one whose words it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeat {
    /// The item that is to be given.
    pub given: RecordId,
    /// The withheld item.
    pub withheld: RecordId,
}

/// Every item of a plan that repeats words of an item withheld for the same request, in order.
/// What is redacted of the item that is to be given is not in it any more.
pub(super) fn find(repository: &Repository, plan: &Plan, redactor: &Redactor) -> Result<Vec<Repeat>, ProductionError> {
    // Nothing is withheld from the city's own attorney.
    if plan.version == Version::CityAttorney {
        return Ok(Vec::new());
    }
    let secrets = secrets(repository, plan)?;
    if secrets.runs.is_empty() {
        return Ok(Vec::new());
    }
    let (keys, vault, reading) = (repository.key_reader(), repository.vault(), repository.catalog().reading());
    let mut all = Vec::new();
    for chunk in plan.families.chunks(STEP) {
        let rows = chunk.iter().map(|one| Ok((one, reading.family(one.family)?)));
        let rows: Vec<_> = rows.collect::<Result<_, ProductionError>>()?;
        let found: Vec<Vec<Repeat>> = rows
            .par_iter()
            .map(|(planned, row)| {
                let members = planned.members.iter().map(|one| (one.part, one.record)).collect();
                let item = redactor.item(&read_item(&keys, vault, row)?.item, &members).item;
                let given = planned.members.iter().filter(|member| member.give.is_given());
                Ok(given.flat_map(|member| secrets.repeated_by(member, &item)).collect())
            })
            .collect::<Result<_, ProductionError>>()?;
        all.extend(found.into_iter().flatten());
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Runs of words by their length and digest, with the item that says them.
#[derive(Default)]
struct Secrets {
    runs: HashMap<(usize, u64), RecordId>,
    lengths: Vec<usize>,
}

impl Secrets {
    fn add(&mut self, record: RecordId, text: &str) {
        let words = words(text);
        let length = words.len().min(RUN);
        if length < SHORTEST {
            return;
        }
        if !self.lengths.contains(&length) {
            self.lengths.push(length);
        }
        for run in words.windows(length) {
            self.runs.entry((length, digest(run))).or_insert(record);
        }
    }

    fn repeated_by(&self, member: &PlannedMember, item: &ParsedItem) -> Vec<Repeat> {
        let words = words(text_of(member.part, item));
        let mut found = Vec::new();
        for length in &self.lengths {
            for run in words.windows(*length) {
                let said_by = self.runs.get(&(*length, digest(run)));
                found.extend(said_by.map(|withheld| Repeat { given: member.record, withheld: *withheld }));
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

fn secrets(repository: &Repository, plan: &Plan) -> Result<Secrets, ProductionError> {
    let reading = repository.catalog().reading();
    let keys = repository.key_reader();
    let mut secrets = Secrets::default();
    let decided = decisions::now(&reading, plan.request.id)?;
    let orders = reading.court_orders(plan.request.id)?;
    let ordered = |basis: &str| plan.version == Version::OpposingParty && orders.iter().any(|one| one.opens(basis));
    let withheld = decided.iter().filter(|(_, (decision, basis))| *decision == Decision::Withheld && !ordered(basis));
    for (id, _) in withheld {
        let record = reading.record(*id)?;
        let item = read_item(&keys, repository.vault(), &reading.family(record.family)?)?.item;
        match record.part {
            None => secrets.add(*id, &own_words(&item.body)),
            part => secrets.add(*id, text_of(part, &item)),
        }
    }
    Ok(secrets)
}

fn text_of(part: Option<u32>, item: &ParsedItem) -> &str {
    match part {
        None => &item.body,
        Some(part) => item.attachments.iter().find(|one| one.part == part).map_or("", |one| &one.text),
    }
}

fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    each_token(text, &mut |word, _, _, _| all.push(word.to_owned()));
    all
}

fn digest(run: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    run.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::super::plan::Give;
    use super::*;
    use crate::model::record::RecordKind;

    const SAID: &str = "How does he know about the text messages? Who has shown them to anybody? Do not answer.";

    fn repeats(secret: &str, given: &str) -> bool {
        let mut secrets = Secrets::default();
        secrets.add(RecordId::new(1), &own_words(secret));
        let mut item = ParsedItem::new(RecordKind::Email);
        item.body = given.to_owned();
        let member = PlannedMember { record: RecordId::new(2), part: None, kind: RecordKind::Email, give: Give::Whole };
        !secrets.repeated_by(&member, &item).is_empty()
    }

    #[test]
    fn what_a_withheld_item_says_is_found_wherever_it_is_repeated() {
        let table = [
            (SAID, SAID.to_owned(), true, "the same words"),
            (SAID, format!("Quilts.\n\nShe wrote:\n> {}", SAID.replace(" text ", "\n> text ")), true, "other lines"),
            (SAID, format!("See below.\n>>> {}", SAID.to_uppercase()), true, "quoted deeper, in other letters"),
            (SAID, "Who has shown them to you?".to_owned(), false, "fewer words than a run"),
            ("Settle for sixty thousand today", "> Settle for sixty thousand today".to_owned(), true, "a short text"),
            ("Thank you, Elaine", "Thank you, Elaine".to_owned(), false, "too short to tell anything"),
            (
                "No.\nShe wrote:\n> the gravel was late and the crew has left for the lake job on Friday",
                "the gravel was late and the crew has left for the lake job on Friday".to_owned(),
                false,
                "only quoted, not its own",
            ),
            (
                "No.\n-----Original Message-----\nthe gravel was late and the crew has left for the lake job",
                "the gravel was late and the crew has left for the lake job".to_owned(),
                false,
                "only repeated, not its own",
            ),
        ];
        for (secret, given, found, why) in table {
            assert_eq!(repeats(secret, &given), found, "{why}");
        }
    }
}
