//! Reads what is compared out of the repository.

use super::mail::{Letter, MailGaps};
use super::months::{MonthCount, counted};
use super::phone::{Comparison, Duration, Kind, Row, Tolerance, Way, compare, number_key};
use super::{GapError, mail};
use crate::base::clock::local_date;
use crate::base::id::CustodianId;
use crate::catalog::{FamilyFilter, FamilyRow};
use crate::model::item::ParsedItem;
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, DurationBasis, Party, RecordKind, Role};
use crate::repository::{Repository, StoredFacts};
use chrono::{DateTime, NaiveDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Profiles of call detail that a phone itself wrote; the others are those of carriers and phone systems.
const HANDSET_PROFILES: [&str; 1] = ["imazing-calls"];
/// Words of a service whose messages go over the network of an application, and are on no bill.
const APPLICATIONS: [&str; 8] =
    ["imessage", "rcs", "whatsapp", "signal", "messenger", "facetime", "teams", "google chat"];

/// Items whose catalog rows are held at once.
const PAGE: u64 = 10_000;

/// The days that are looked at, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Period {
    fn has(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// What was read for a report, and what could not be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// Items whose sealed facts were opened.
    pub opened: u64,
    /// Rows of the bill.
    pub bill: u64,
    /// Rows of the phone.
    pub phone: u64,
    /// Rows of a bill that do not tell whose line they are of.
    pub of_no_line: u64,
    /// Items without a date.
    pub undated: u64,
    /// Items that do not read back.
    pub unreadable: u64,
    /// Whose phone exports were taken.
    pub phone_of: Vec<String>,
}

/// The bill of a number beside the phone.
#[derive(Debug)]
pub struct NumberReport {
    /// The number as it is compared.
    pub number: String,
    /// The days looked at.
    pub period: Period,
    /// What was read.
    pub sources: Sources,
    /// Rows of the bill.
    pub bill: Vec<Row>,
    /// Rows of the phone.
    pub phone: Vec<Row>,
    /// What came of comparing.
    pub comparison: Comparison,
    /// The months, with what each has of them.
    pub months: Vec<MonthCount>,
}

/// The gaps of the mail.
#[derive(Debug)]
pub struct MailReport {
    /// The days looked at.
    pub period: Period,
    /// What was read.
    pub sources: Sources,
    /// What is missing.
    pub gaps: MailGaps,
    /// Message families that were destroyed by rule: what is referred to can be among them.
    pub destroyed: u64,
}

/// Lays the bill of a number beside the phone's export.
///
/// The phone is that of the named custodians, else of those whom the agency profile gives the number, else of the only
/// one whose phone export is here.
///
/// # Errors
/// When the repository fails, the number is none, or nothing tells whose phone it is.
pub fn number(
    repository: &Repository,
    number: &str,
    custodians: &[String],
    period: Period,
) -> Result<NumberReport, GapError> {
    let key = number_key(number);
    if key.len() < 7 || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(GapError::NoNumber(number.to_owned()));
    }
    let mut sources = Sources::default();
    let mut bill = Vec::new();
    let mut of_no_line = 0;
    let mut phones: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let kinds = [RecordKind::Call, RecordKind::Voicemail, RecordKind::Text];
    each(repository, &kinds, period, &mut sources, |row, facts, owners| {
        let is_bill = is_bill(&facts);
        match (is_bill, billed_line(&facts.item)) {
            (true, Some(line)) if line == key => bill.push(row_of(row, &facts, &key)),
            (true, Some(_)) => {}
            // A row that names no line is that of the custodian whose bill it is said to be.
            (true, None) if owners.iter().any(|owner| custodians.contains(owner)) => {
                bill.push(row_of(row, &facts, &key))
            }
            (true, None) => of_no_line += 1,
            (false, _) => {
                let names = if owners.is_empty() { vec![String::new()] } else { owners };
                for name in names {
                    phones.entry(name).or_default().push(row_of(row, &facts, &key));
                }
            }
        }
    })?;
    sources.of_no_line = of_no_line;
    let owners = owners(repository, &key, custodians, &phones)?;
    let mut phone: Vec<Row> =
        phones.into_iter().filter(|(name, _)| owners.contains(name)).flat_map(|(_, rows)| rows).collect();
    // An item whose copies lie with two people is one row.
    phone.sort_by(|one, two| (one.at, &one.item).cmp(&(two.at, &two.item)));
    phone.dedup_by(|one, two| one.item == two.item);
    (sources.bill, sources.phone) = (bill.len() as u64, phone.len() as u64);
    sources.phone_of = owners.into_iter().filter(|name| !name.is_empty()).collect();
    let comparison = compare(&bill, &phone, Tolerance::default());
    let months = months(repository, &bill, &phone, period);
    Ok(NumberReport { number: key, period, sources, bill, phone, comparison, months })
}

/// Whose phone export is taken.
fn owners(
    repository: &Repository,
    key: &str,
    named: &[String],
    phones: &BTreeMap<String, Vec<Row>>,
) -> Result<Vec<String>, GapError> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let profile = repository.profile();
    let of_number: Vec<String> = profile
        .custodians
        .iter()
        .filter(|one| one.numbers.iter().any(|number| number_key(number) == key))
        .map(|one| one.name.clone())
        .collect();
    if !of_number.is_empty() {
        return Ok(of_number);
    }
    let here: Vec<String> = phones.keys().cloned().collect();
    if here.len() > 1 {
        let people: Vec<&str> = here.iter().map(|name| if name.is_empty() { "nobody named" } else { name }).collect();
        return Err(GapError::WhosePhone { number: key.to_owned(), people: people.join(", ") });
    }
    Ok(here)
}

/// Looks for gaps in the mail of everybody, or of the named custodians.
///
/// # Errors
/// When the repository fails.
pub fn mailboxes(repository: &Repository, custodians: &[String], period: Period) -> Result<MailReport, GapError> {
    let profile = repository.profile();
    let domains: Vec<String> = profile.domains.iter().map(|domain| domain.to_lowercase()).collect();
    let mut sources = Sources::default();
    let mut letters: Vec<Letter> = Vec::new();
    let mut known = BTreeSet::new();
    let zone = repository.zone();
    // Every message is asked for its Message-ID, whatever its day: an answer may be years younger.
    each(repository, &[RecordKind::Email], Period::default(), &mut sources, |row, facts, owners| {
        let item = facts.item;
        if !item.message_id.is_empty() {
            known.insert(item.message_id.clone());
        }
        let at = item.sent_at.as_ref().or(item.received_at.as_ref());
        let day = at.map(|time| local_date(time.at, zone));
        let is_wanted = custodians.is_empty() || owners.iter().any(|owner| custodians.contains(owner));
        if is_wanted && day.is_none_or(|day| period.has(day)) {
            let author = item.parties.iter().find(|party| party.role == Role::From);
            letters.push(Letter {
                item: row.to_owned(),
                day,
                custodians: owners,
                is_ours: author.is_some_and(|author| is_ours(author, &domains)),
                id: item.message_id,
                references: item.references,
            });
        }
    })?;
    let named: Vec<String> = match custodians.is_empty() {
        true => repository.catalog().reading().custodians()?.into_iter().map(|(_, name, _)| name).collect(),
        false => custodians.to_vec(),
    };
    let gaps: MailGaps = mail::look(&letters, &known, &named, &domains, period.from, period.to);
    let (_, _, destroyed) = repository.catalog().reading().family_counts()?;
    Ok(MailReport { period, sources, gaps, destroyed })
}

fn is_ours(author: &Party, domains: &[String]) -> bool {
    let domain = author.normal.as_deref().and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
    domain.is_some_and(|domain| domains.iter().any(|one| domain.eq_ignore_ascii_case(one)))
}

/// Opens the facts of every live item of some kinds in a period and hands each over with its parent's number and its
/// custodians.
fn each(
    repository: &Repository,
    kinds: &[RecordKind],
    period: Period,
    sources: &mut Sources,
    mut take: impl FnMut(&str, StoredFacts, Vec<String>),
) -> Result<(), GapError> {
    let reading = repository.catalog().reading();
    let names: BTreeMap<_, String> = reading.custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
    for rows in reading.families_in_steps(FamilyFilter::default(), PAGE) {
        for row in rows? {
            if kinds.contains(&row.kind) && row.sent_on.or(row.received_on).is_none_or(|day| period.has(day)) {
                open(repository, &row, &names, sources, &mut take)?;
            }
        }
    }
    Ok(())
}

/// Opens the facts of one item and hands them over.
fn open(
    repository: &Repository,
    row: &FamilyRow,
    names: &BTreeMap<CustodianId, String>,
    sources: &mut Sources,
    take: &mut impl FnMut(&str, StoredFacts, Vec<String>),
) -> Result<(), GapError> {
    if row.sent_on.or(row.received_on).is_none() {
        sources.undated += 1;
        // A row of a bill without a date can be compared with nothing; a message without one has its Message-ID.
        if row.kind != RecordKind::Email {
            return Ok(());
        }
    }
    sources.opened += 1;
    let facts = match repository.facts(row) {
        Ok(facts) => facts,
        Err(error) if error.is_integrity() => {
            sources.unreadable += 1;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let reading = repository.catalog().reading();
    let owners = reading.custodians_of(row.id)?.iter().filter_map(|id| names.get(id).cloned()).collect();
    let item = reading.records(row.id)?.first().map_or_else(|| row.id.to_string(), |parent| parent.id.to_string());
    take(&item, facts, owners);
    Ok(())
}

/// Whether a row is a carrier's or a phone system's, and not a phone's own.
fn is_bill(facts: &StoredFacts) -> bool {
    let detail = [ContainerFormat::CallDetail, ContainerFormat::CallDetailWorkbook];
    let profile = facts.item.facts.get("mapping profile").map(String::as_str);
    detail.iter().any(|format| format.word() == facts.shape)
        && !profile.is_some_and(|key| HANDSET_PROFILES.contains(&key))
}

/// The number of the line a row of a bill is of.
fn billed_line(item: &ParsedItem) -> Option<String> {
    let wanted = match item.direction {
        Direction::Out => Role::From,
        Direction::In | Direction::MissedIn | Direction::RejectedIn | Direction::BlockedIn => Role::To,
        Direction::Internal | Direction::Unknown => Role::Member,
    };
    if let Some(line) = item.facts.get("number of the line") {
        return Some(number_key(line));
    }
    let mut parties = item.parties.iter().filter(|party| party.role == wanted);
    // Of two members nobody knows which is the line.
    let (first, second) = (parties.next(), parties.next());
    let known = wanted != Role::Member && second.is_none();
    first.filter(|_| known).map(key_of)
}

fn key_of(party: &Party) -> String {
    number_key(party.normal.as_deref().unwrap_or(&party.address))
}

/// What is compared of an item.
fn row_of(name: &str, facts: &StoredFacts, own: &str) -> Row {
    let item = &facts.item;
    let way = match item.direction {
        Direction::Out => Way::Out,
        Direction::In => Way::In,
        Direction::MissedIn | Direction::RejectedIn | Direction::BlockedIn => Way::Unanswered,
        Direction::Internal | Direction::Unknown => Way::Unknown,
    };
    let is_wanted = |role: Role| match way {
        Way::Out => role != Role::From && role != Role::Sender,
        Way::In | Way::Unanswered => role == Role::From,
        Way::Unknown => true,
    };
    let mut others: Vec<String> =
        item.parties.iter().filter(|party| is_wanted(party.role)).map(key_of).filter(|key| key != own).collect();
    others.sort();
    others.dedup();
    if others.is_empty() {
        others.push("no number".to_owned());
    }
    Row {
        item: name.to_owned(),
        kind: if item.kind == RecordKind::Text { Kind::Text } else { Kind::Call },
        way,
        at: item.sent_at.as_ref().map_or(0, |time| time.at.timestamp()),
        others,
        duration: item
            .duration
            .map(|one| Duration { seconds: one.seconds, is_rounded: one.basis == DurationBasis::RoundedUpMinutes }),
        is_carried: !is_of_application(item),
    }
}

/// Whether the item says that it went over the network of an application.
fn is_of_application(item: &ParsedItem) -> bool {
    let told = |name: &str| ["service", "application", "message kind"].iter().any(|one| name.eq_ignore_ascii_case(one));
    let by_fact = item.facts.iter().filter(|(name, _)| told(name)).any(|(_, value)| {
        let value = value.to_lowercase();
        APPLICATIONS.iter().any(|word| value.contains(word))
    });
    by_fact || item.parties.iter().any(|party| party.address.ends_with("@rcs.google.com"))
}

fn months(repository: &Repository, bill: &[Row], phone: &[Row], period: Period) -> Vec<MonthCount> {
    let zone = repository.zone();
    let days = |rows: &[Row]| -> Vec<NaiveDate> {
        rows.iter().filter_map(|row| DateTime::from_timestamp(row.at, 0)).map(|at| local_date(at, zone)).collect()
    };
    let (billed, kept) = (days(bill), days(phone));
    let both = [billed.as_slice(), kept.as_slice()].concat();
    let (bill, phone) = (counted(&billed, None, None), counted(&kept, None, None));
    let of = |counts: &BTreeMap<String, u64>, month: &String| counts.get(month).copied().unwrap_or(0);
    counted(&both, period.from, period.to)
        .into_keys()
        .map(|month| MonthCount { bill: of(&bill, &month), phone: of(&phone, &month), month })
        .collect()
}
