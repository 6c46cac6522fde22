//! Numbers are never given twice (I8): which is the next of each sequence, which were ever given, and which were given
//! after a backup that was put back and are passed over.
//!
//! A catalog alone cannot know what was given out after a backup of it was made. So before a transaction ends, the highest
//! number of each sequence is told to a [`NumberKeeper`], which makes it durable beside the keys: whoever reads a number
//! can rely on it. Numbers that many items use up are set aside some at a time, so that taking in writes no more often
//! than before.

use super::{Catalog, CatalogError, Reading, Writing, word};
use crate::base::id::{EventId, FamilyId, HoldId, NumbersGiven, RequestId};
use crate::model::event::Act;
use crate::model::production::BatesPrefix;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fmt;

/// Under which the catalog remembers what is passed over.
const PASSED_OVER: &str = "numbers_not_known";
/// Numbers of items, members, containers and exceptions that are set aside at once.
const ITEMS_AT_ONCE: i64 = 256;
/// Numbers of events that are set aside at once.
const EVENTS_AT_ONCE: i64 = 64;
/// The most events that can have been recorded after a backup; a number beyond is a damaged one.
const EVENTS_AFTER_BACKUP: i64 = 10_000_000;

/// What keeps the highest numbers where no older copy of the catalog comes to lie.
pub trait NumberKeeper: fmt::Debug + Send {
    /// What it knows.
    fn known(&self) -> Result<NumbersGiven, String>;
    /// Raises the numbers to at least these; they are durable when this returns. Returns all it knows.
    fn raise(&self, to: &NumbersGiven) -> Result<NumbersGiven, String>;
}

/// The numbers of one catalog that are kept elsewhere as well.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    keeper: Option<Box<dyn NumberKeeper>>,
    /// What the keeper knew when it was last asked.
    known: RefCell<Option<NumbersGiven>>,
    /// Numbers of the present transaction that no table counts.
    pending: RefCell<NumbersGiven>,
}

impl Numbers {
    /// Forgets what an earlier transaction, which may have failed, had given.
    pub(super) fn begin(&self) {
        self.pending.borrow_mut().clear();
    }
}

impl Catalog {
    /// From now on no number is given out that this keeper has not made durable.
    pub fn keep_numbers_in(&mut self, keeper: Box<dyn NumberKeeper>) {
        self.numbers = Numbers { keeper: Some(keeper), ..Numbers::default() };
    }
}

/// Defines the sequences whose numbers stand in one column.
macro_rules! sequences {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $shown:literal, $step:expr;)*) => {
        /// A sequence of numbers that a table counts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Sequence { $($(#[$doc])* $name,)* }

        impl Sequence {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The word it is kept under, which is the name of its table.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            /// What stands before a number of it where people read it.
            const fn shown(self) -> &'static str {
                match self { $(Self::$name => $shown,)* }
            }
            /// How many are set aside at once; 1 where each is written by itself.
            const fn step(self) -> i64 {
                match self { $(Self::$name => $step,)* }
            }
            fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

sequences! {
    /// Events of the ledger.
    Event = "event", "E-", EVENTS_AT_ONCE;
    /// Families; keys of quarantined items and productions have numbers of the same sequence.
    Family = "family", "F-", ITEMS_AT_ONCE;
    /// Members of families.
    Record = "record", "R-", ITEMS_AT_ONCE;
    /// Containers.
    Container = "container", "K-", ITEMS_AT_ONCE;
    /// Exceptions.
    Exception = "exception", "X-", ITEMS_AT_ONCE;
    /// Intakes.
    Intake = "intake", "I-", 1;
    /// Custodians.
    Custodian = "custodian", "C-", 1;
    /// Holds.
    Hold = "hold", "H-", 1;
    /// Data requests.
    Request = "request", "Q-", 1;
    /// Plans; a certificate has the number of its plan.
    Plan = "plan", "D-", 1;
    /// Batches of destruction.
    Destruction = "destruction", "batch ", 1;
    /// Samples of a bulk confirmation.
    Sample = "sample", "sample ", 1;
    /// Productions.
    Production = "production", "P-", 1;
    /// Matters.
    Matter = "matter", "matter ", 1;
    /// Saved searches.
    SavedSearch = "saved_search", "saved search ", 1;
    /// Samples of a review.
    ReviewSample = "review_sample", "review sample ", 1;
    /// Filings.
    Filing = "filing", "L-", 1;
    /// Transfers.
    Transfer = "transfer", "T-", 1;
    /// Redactions.
    Redaction = "redaction", "W-", 1;
    /// Orders of courts.
    CourtOrder = "court_order", "court order ", 1;
}

/// The sequence of the page numbers of a prefix.
pub fn pages(prefix: &BatesPrefix) -> String {
    format!("pages {}", prefix.as_str())
}

/// The sequence of the volumes of a request.
pub fn volumes(request: RequestId) -> String {
    format!("volumes {request}")
}

/// The sequence of the letters about a request.
pub fn letters(request: RequestId) -> String {
    format!("letters {request}")
}

/// The sequence of the notices of a hold.
pub fn notices(hold: HoldId) -> String {
    format!("notices {hold}")
}

/// Numbers that were given out after a backup which was put back. They are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberGap {
    /// The sequence.
    pub sequence: String,
    /// The first number.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// The event that recorded the restore.
    pub event: EventId,
}

impl NumberGap {
    fn shown(&self, number: i64) -> String {
        let plain = || format!("{} {number}", self.sequence);
        match self.sequence.split_once(' ') {
            Some(("pages", prefix)) => format!("{prefix}{number:08}"),
            Some(("volumes", request)) => format!("{request} VOL{number:03}"),
            Some(("letters" | "notices", about)) => format!("{about}-{number}"),
            _ => match Sequence::of_word(&self.sequence) {
                Some(sequence) => format!("{}{number}", sequence.shown()),
                None => plain(),
            },
        }
    }

    /// Whether some of them may only have been set aside, and never stood anywhere.
    fn in_steps(&self) -> bool {
        Sequence::of_word(&self.sequence).is_some_and(|one| one.step() > 1)
    }

    /// What the numbers are, for people.
    pub fn told(&self) -> String {
        let given = if self.in_steps() { "given or set aside" } else { "given" };
        let (first, last) = (self.shown(self.from), self.shown(self.to));
        if self.from == self.to {
            return format!(
                "number {first} was {given} after this backup; it is not given again; what it named is not known here"
            );
        }
        format!(
            "numbers {first} to {last} were {given} after this backup; they are not given again; what they named is not \
             known here"
        )
    }
}

impl Reading<'_> {
    /// The numbers that are passed over because they were given out after a backup which was put back, oldest first.
    pub fn number_gaps(&self) -> Result<Vec<NumberGap>, CatalogError> {
        match self.meta(PASSED_OVER)? {
            Some(text) => word("a list of numbers passed over", &text, |text| serde_json::from_str(text).ok()),
            None => Ok(Vec::new()),
        }
    }

    /// The highest number of a sequence that is passed over; 0 when none is.
    pub fn passed_over(&self, sequence: &str) -> Result<i64, CatalogError> {
        let gaps = self.number_gaps()?;
        Ok(gaps.iter().filter(|gap| gap.sequence == sequence).map(|gap| gap.to).max().unwrap_or(0))
    }

    /// The next free number of a sequence.
    pub(super) fn next_of(&self, sequence: Sequence) -> Result<i64, CatalogError> {
        Ok(self.counted(sequence)?.max(self.passed_over(sequence.word())?) + 1)
    }

    /// The highest number that a table counts.
    fn counted(&self, sequence: Sequence) -> Result<i64, CatalogError> {
        match sequence {
            Sequence::Family => {
                let next = self.meta("next_family")?.and_then(|text| text.parse::<i64>().ok()).unwrap_or(1);
                Ok(next - 1)
            }
            // The rows of a record go with its family.
            Sequence::Record => {
                Ok(self.count("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'record'")? as i64)
            }
            other => Ok(self.count(&format!("SELECT coalesce(max(id), 0) FROM {}", other.word()))? as i64),
        }
    }

    /// The highest number ever given of every sequence, as far as this catalog knows.
    pub fn numbers_given(&self) -> Result<NumbersGiven, CatalogError> {
        let mut all = self.numbers_counted()?;
        all.extend(self.numbers_of_productions()?);
        for (kind, act, field) in [("letters", Act::RequestLetter, "letter"), ("notices", Act::HoldNoticed, "notice")] {
            let sql = format!(
                "SELECT '{kind} ' || subject, max(json_extract(details, '$.{field}')) FROM event WHERE act = ?1 GROUP BY 1"
            );
            all.extend(self.named_numbers(&sql, [act.word()])?);
        }
        for gap in self.number_gaps()? {
            let known = all.entry(gap.sequence).or_insert(gap.to);
            *known = (*known).max(gap.to);
        }
        all.retain(|_, number| *number > 0);
        Ok(all)
    }

    fn numbers_counted(&self) -> Result<NumbersGiven, CatalogError> {
        Sequence::ALL.iter().map(|one| Ok((one.word().to_owned(), self.counted(*one)?))).collect()
    }

    /// The pages of each prefix, and the volumes of each request.
    fn numbers_of_productions(&self) -> Result<NumbersGiven, CatalogError> {
        let pages = "SELECT 'pages ' || prefix, max(last) FROM production GROUP BY 1";
        let volumes =
            "SELECT 'volumes Q-' || request, max(CAST(ltrim(volume, 'VOL') AS INTEGER)) FROM production GROUP BY 1";
        let mut all = self.named_numbers(pages, [])?;
        all.extend(self.named_numbers(volumes, [])?);
        Ok(all)
    }

    fn named_numbers(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<NumbersGiven, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map(parameters, |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.unwrap_or(0))))?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }
}

impl Writing<'_> {
    /// Says that a number was given which no table counts: of a letter, of a notice.
    pub fn give(&self, sequence: String, number: i64) {
        self.numbers.pending.borrow_mut().insert(sequence, number);
    }

    /// Makes every number that this transaction gives durable where an older copy of the catalog does not come to lie.
    /// It is done before every transaction ends; whoever shows a number before that does it first.
    ///
    /// # Errors
    /// When they could not be written; then nothing of the transaction may stay.
    pub fn keep_numbers(&self) -> Result<(), CatalogError> {
        let Some(keeper) = &self.numbers.keeper else { return Ok(()) };
        let mut known = self.numbers.known.borrow_mut();
        let before = match known.take() {
            Some(known) => known,
            None => keeper.known().map_err(CatalogError::Numbers)?,
        };
        let is_new = |name: &str, number: i64| number > before.get(name).copied().unwrap_or(0);
        // Where nothing is known any more, all is written anew.
        let mut found = match before.is_empty() {
            true => self.reading().numbers_given()?,
            false => self.reading().numbers_counted()?,
        };
        if found.get(Sequence::Production.word()).is_some_and(|number| is_new(Sequence::Production.word(), *number)) {
            found.extend(self.reading().numbers_of_productions()?);
        }
        found.extend(self.numbers.pending.borrow().clone());
        let mut raised = NumbersGiven::new();
        for (name, number) in found.into_iter().filter(|(name, number)| is_new(name, *number)) {
            let step = Sequence::of_word(&name).map_or(1, Sequence::step);
            raised.insert(name, (number + step - 1) / step * step);
        }
        let now = if raised.is_empty() { before } else { keeper.raise(&raised).map_err(CatalogError::Numbers)? };
        *known = Some(now);
        Ok(())
    }

    /// Passes over what was given out and is not in this catalog: it is an older one that was put back. Events of that
    /// time get an entry each that says so, because the ledger has no gaps; `record` records the restore with what is
    /// passed over, and returns its event.
    pub fn pass_over(
        &self,
        given: &NumbersGiven,
        (at, actor): (DateTime<Utc>, &str),
        record: impl FnOnce(&[NumberGap]) -> Result<EventId, CatalogError>,
    ) -> Result<Vec<NumberGap>, CatalogError> {
        let here = self.reading().numbers_given()?;
        let mut new = Vec::new();
        for (name, number) in given {
            let last = here.get(name).copied().unwrap_or(0);
            if *number > last {
                let (sequence, from, to) = (name.clone(), last + 1, *number);
                new.push(NumberGap { sequence, from, to, event: EventId::new(0) });
            }
        }
        for gap in &new {
            match Sequence::of_word(&gap.sequence) {
                Some(Sequence::Event) if gap.to - gap.from > EVENTS_AFTER_BACKUP => {
                    return Err(CatalogError::Damaged { what: "the number of an event", value: gap.to.to_string() });
                }
                Some(Sequence::Event) => {
                    for _ in gap.from..=gap.to {
                        self.record_event(at, actor, Act::EventNotKnown, "ledger", &serde_json::json!({}))?;
                    }
                }
                Some(Sequence::Family) => self.set_next_family(FamilyId::new(gap.to + 1))?,
                Some(Sequence::Record) => self.set_last_record(gap.to)?,
                _ => {}
            }
        }
        let event = record(&new)?;
        new.iter_mut().for_each(|gap| gap.event = event);
        let mut all = self.reading().number_gaps()?;
        all.extend(new.iter().cloned());
        let text = serde_json::to_string(&all).unwrap_or_default();
        assert!(!text.is_empty(), "a list of numbers always becomes JSON");
        self.set_meta(PASSED_OVER, &text)?;
        Ok(new)
    }

    /// SQLite counts the numbers of records by itself; after this the next one is higher.
    fn set_last_record(&self, last: i64) -> Result<(), CatalogError> {
        let sql = "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'record'";
        if self.connection.prepare_cached(sql)?.execute([last])? == 0 {
            let sql = "INSERT INTO sqlite_sequence(name, seq) VALUES ('record', ?1)";
            self.connection.prepare_cached(sql)?.execute([last])?;
        }
        Ok(())
    }
}
