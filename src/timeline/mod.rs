//! The timeline: mail, texts, calls and whatever else has a time, of a person, a number or a matter, in one order.
//!
//! *Invariants:* the order is that of the moments in UTC; each is shown in the city's zone with its offset, and with how
//! its zone is known. A moment that no source tells is none: such items stand at the end, and nothing is put into a gap.

use crate::base::clock::local_date;
use crate::base::id::FamilyId;
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState, Guard};
use crate::model::item::ParsedItem;
use crate::model::record::{Direction, DurationBasis, Party, RecordKind, Role, SourceTime, ZoneBasis};
use crate::people::{Directory, PeopleError, Person, key_of};
use crate::report::{Cell, Column, Table};
use crate::repository::{Repository, RepositoryError, read_item};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// Families read back in one step.
const STEP: u64 = 2_000;
/// Characters of an item's text in its line.
const TEXT_CHARS: usize = 160;

/// A timeline could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TimelineError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The person is nobody here.
    #[error(transparent)]
    People(#[from] PeopleError),
}

/// Of whom or what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A person: by an address, a number, a name or a handle of the directory.
    Person(String),
    /// What a hold or a request covers.
    Matter(Guard),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The item.
    pub family: FamilyId,
    /// Its kind.
    pub kind: RecordKind,
    /// The moment, UTC; `None` where no source tells it.
    pub at: Option<DateTime<Utc>>,
    /// The same in the city's zone, with the offset.
    pub local: Option<String>,
    /// `sent` or `received`: which moment of the item it is.
    pub time_of: &'static str,
    /// How the zone of the moment is known.
    pub zone: Option<ZoneBasis>,
    /// The moment as the source wrote it.
    pub as_written: String,
    /// Which way it went, seen from the custodian.
    pub direction: Direction,
    /// Seconds of a call.
    pub seconds: Option<u64>,
    /// How exact they are.
    pub seconds_are: Option<DurationBasis>,
    /// Who sent it, as written.
    pub from: Vec<String>,
    /// Who else takes part, as written.
    pub to: Vec<String>,
    /// Its subject, else the beginning of its text.
    pub text: String,
    /// Attachments it has.
    pub attachments: usize,
    /// Custodians of its copies.
    pub custodians: Vec<String>,
}

/// A timeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// The addresses and numbers it is of; empty for a matter.
    pub of: Vec<String>,
    /// The lines, the undated ones last.
    pub lines: Vec<Line>,
    /// Of them, without a known moment; they are there whatever range was asked for.
    pub undated: u64,
    /// Items of the matter, or of all, that could not be read.
    pub unreadable: u64,
    /// Items left out because they are set aside: in this repository, or of the matter.
    pub set_aside: u64,
}

/// The timeline of a subject between two civil days of the city, both included.
pub fn timeline(
    repository: &Repository,
    subject: &Subject,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<Timeline, TimelineError> {
    let mut all = Timeline::default();
    let zone = repository.zone();
    let inside = |line: &Line| {
        let day = line.at.map(|at| local_date(at, zone));
        day.is_none_or(|day| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to))
    };
    match subject {
        Subject::Person(wanted) => {
            let directory = Directory::read(repository)?;
            let person = directory.only(wanted)?;
            all.of = person.aliases.iter().map(|known| known.alias.clone()).collect();
            all.set_aside = directory.set_aside;
            of_person(repository, person, &mut all)?;
        }
        Subject::Matter(guard) => of_matter(repository, *guard, &mut all)?,
    }
    all.lines.retain(inside);
    all.lines.sort_by_key(|line| (line.at.is_none(), line.at, line.family));
    all.undated = all.lines.iter().filter(|line| line.at.is_none()).count() as u64;
    Ok(all)
}

fn of_person(repository: &Repository, person: &Person, all: &mut Timeline) -> Result<(), TimelineError> {
    let keys: BTreeSet<_> = person.aliases.iter().map(|known| (known.alias.clone(), known.kind)).collect();
    let takes_part = |item: &ParsedItem| item.parties.iter().filter_map(key_of).any(|key| keys.contains(&key));
    let reading = repository.catalog().reading();
    for rows in reading.families_in_steps(FamilyFilter { ordinary: true, ..FamilyFilter::default() }, STEP) {
        take(repository, &rows?, &takes_part, all)?;
    }
    Ok(())
}

fn of_matter(repository: &Repository, guard: Guard, all: &mut Timeline) -> Result<(), TimelineError> {
    let reading = repository.catalog().reading();
    match guard {
        Guard::Hold(hold) => drop(reading.hold(hold)?),
        Guard::Request(request) | Guard::WholeRequest(request) => drop(reading.request(request)?),
    }
    let mut rows = Vec::new();
    for family in reading.families_guarded_by(guard)? {
        if reading.is_set_aside(family)? {
            all.set_aside += 1;
        } else {
            rows.push(reading.family(family)?);
        }
    }
    for step in rows.chunks(STEP as usize) {
        take(repository, step, &|_| true, all)?;
    }
    Ok(())
}

/// Reads families and takes those that are wanted. A contact card has no moment and is no event.
fn take(
    repository: &Repository,
    rows: &[FamilyRow],
    wanted: &(dyn Fn(&ParsedItem) -> bool + Sync),
    all: &mut Timeline,
) -> Result<(), TimelineError> {
    let (keys, vault, zone) = (repository.key_reader(), repository.vault(), repository.zone());
    let live: Vec<&FamilyRow> = rows.iter().filter(|row| row.state == FamilyState::Live).collect();
    let read: Vec<Option<Option<Line>>> = live
        .par_iter()
        .map(|row| {
            let item = read_item(&keys, vault, row).ok()?.item;
            let is_wanted = item.kind != RecordKind::Contact && wanted(&item);
            Some(is_wanted.then(|| Line::of(row.id, &item, zone)))
        })
        .collect();
    let reading = repository.catalog().reading();
    let names = reading.custodians()?;
    for one in read {
        match one {
            None => all.unreadable += 1,
            Some(None) => {}
            Some(Some(mut line)) => {
                let ids = reading.custodians_of(line.family)?;
                let own = names.iter().filter(|(id, ..)| ids.contains(id));
                line.custodians = own.map(|(_, name, _)| name.clone()).collect();
                all.lines.push(line);
            }
        }
    }
    Ok(())
}

impl Line {
    fn of(family: FamilyId, item: &ParsedItem, zone: Tz) -> Self {
        let (time, time_of) = match (&item.sent_at, &item.received_at) {
            (Some(sent), _) => (Some(sent), "sent"),
            (None, Some(received)) => (Some(received), "received"),
            (None, None) => (None, ""),
        };
        let people = |is_author: bool| {
            let side = item.parties.iter().filter(|party| matches!(party.role, Role::From | Role::Sender) == is_author);
            side.filter(|party| party.role != Role::ReplyTo).map(written).collect()
        };
        let text = if item.subject.trim().is_empty() { &item.body } else { &item.subject };
        let words: Vec<&str> = text.split_whitespace().collect();
        Self {
            family,
            kind: item.kind,
            at: time.map(|time| time.at),
            local: time.map(|time| local(time, zone)),
            time_of,
            zone: time.map(|time| time.zone),
            as_written: time.map_or(String::new(), |time| time.as_written.clone()),
            direction: item.direction,
            seconds: item.duration.map(|duration| duration.seconds),
            seconds_are: item.duration.map(|duration| duration.basis),
            from: people(true),
            to: people(false),
            text: words.join(" ").chars().take(TEXT_CHARS).collect(),
            attachments: item.attachments.len(),
            custodians: Vec::new(),
        }
    }

    /// How long a call lasted, with how exact that is.
    pub fn duration(&self) -> String {
        match (self.seconds, self.seconds_are) {
            (Some(seconds), Some(DurationBasis::RoundedUpMinutes)) => format!("up to {} min", seconds.div_ceil(60)),
            (Some(seconds), _) => format!("{seconds} s"),
            _ => String::new(),
        }
    }

    /// Which way it went, in a word; empty where the source does not say or the kind has none.
    pub fn way(&self) -> &'static str {
        match self.direction {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::MissedIn => "in, missed",
            Direction::RejectedIn => "in, rejected",
            Direction::BlockedIn => "in, blocked",
            Direction::Internal => "internal",
            Direction::Unknown => "",
        }
    }
}

/// A moment in the city's zone. Between two clocks the offset tells which of the two hours it is.
fn local(time: &SourceTime, zone: Tz) -> String {
    time.at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// How the zone of a moment is known, in words.
pub const fn zone_words(basis: ZoneBasis) -> &'static str {
    match basis {
        ZoneBasis::OffsetInSource => "offset in the source",
        ZoneBasis::FormatIsUtc => "UTC by its format",
        ZoneBasis::AssumedLocal => "city time assumed",
        ZoneBasis::Derived => "derived in the item",
    }
}

/// A party as it was written: the name with the address behind it.
fn written(party: &Party) -> String {
    match (party.name.is_empty(), party.address.is_empty()) {
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
        (false, false) => format!("{} <{}>", party.name, party.address),
    }
}

impl Timeline {
    /// The timeline as a table, for CSV. A label such as EXERCISE stands in every row.
    pub fn table(&self, label: &str) -> Table {
        let heads = [
            "item",
            "kind",
            "utc",
            "city time",
            "time is",
            "zone",
            "as written",
            "direction",
            "duration",
            "from",
            "to",
            "text",
            "attachments",
            "custodians",
        ];
        let more = (!label.is_empty()).then_some("label");
        let mut table = Table::new("Timeline", heads.into_iter().chain(more).map(Column::words));
        for line in &self.lines {
            let utc = line.at.map_or(String::new(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
            let cells = [
                line.family.to_string(),
                line.kind.word().to_owned(),
                utc,
                line.local.clone().unwrap_or_default(),
                line.time_of.to_owned(),
                line.zone.map_or(String::new(), |zone| zone_words(zone).to_owned()),
                line.as_written.clone(),
                line.way().to_owned(),
                line.duration(),
                line.from.join("; "),
                line.to.join("; "),
                line.text.clone(),
                line.attachments.to_string(),
                line.custodians.join("; "),
            ];
            table.push(cells.into_iter().chain(more.map(|_| label.to_owned())).map(Cell::new));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(utc: &str, zone: ZoneBasis) -> Option<SourceTime> {
        Some(SourceTime { at: utc.parse().expect("a moment"), as_written: utc.to_owned(), zone })
    }

    #[test]
    fn a_moment_is_shown_with_its_offset_and_its_basis() {
        let table = [
            // Central time falls back on 2 November 2025 at 07:00 UTC (15 U.S.C. 260a): 01:30 is there twice.
            ("2025-11-02T06:30:00Z", "2025-11-02 01:30:00 -05:00"),
            ("2025-11-02T07:30:00Z", "2025-11-02 01:30:00 -06:00"),
            ("2025-03-15T03:30:00Z", "2025-03-14 22:30:00 -05:00"),
        ];
        for (utc, shown) in table {
            let mut item = ParsedItem::new(RecordKind::Text);
            item.sent_at = at(utc, ZoneBasis::AssumedLocal);
            let line = Line::of(FamilyId::new(1), &item, chrono_tz::America::Chicago);
            assert_eq!(line.local.as_deref(), Some(shown), "{utc}");
            assert_eq!((line.time_of, line.zone), ("sent", Some(ZoneBasis::AssumedLocal)));
        }
        let mut item = ParsedItem::new(RecordKind::Email);
        item.received_at = at("2025-03-15T03:30:00Z", ZoneBasis::OffsetInSource);
        assert_eq!(Line::of(FamilyId::new(1), &item, chrono_tz::America::Chicago).time_of, "received", "and said so");
        item.received_at = None;
        let line = Line::of(FamilyId::new(1), &item, chrono_tz::America::Chicago);
        assert_eq!((line.at, line.local, line.time_of), (None, None, ""), "no moment is invented");
    }
}
