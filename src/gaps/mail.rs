//! Mailboxes: months without a message, silences longer than usual, and messages that others answer but are not here.

use super::months::counted;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A silence has to last so many days before it is told, whatever is usual.
const LEAST_DAYS: i64 = 7;
/// How many times longer than usual a silence has to be.
const TIMES_USUAL: i64 = 4;
/// The silence that this share of all silences does not exceed is what is usual, in hundredths.
const USUAL_SHARE: usize = 95;
/// Messages a mailbox has to have before anything is called usual.
const LEAST_MESSAGES: usize = 20;

/// What is compared of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The item it is, for a person.
    pub item: String,
    /// The civil day it was sent, else received.
    pub day: Option<NaiveDate>,
    /// Whose mailboxes it lies in; empty where nobody knows.
    pub custodians: Vec<String>,
    /// Its Message-ID without angle brackets, or empty.
    pub id: String,
    /// Message-IDs it answers or refers to, the one it answers last.
    pub references: Vec<String>,
    /// Whether somebody of the city wrote it.
    pub is_ours: bool,
}

/// A stretch without a message in one mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Whose mailbox.
    pub custodian: String,
    /// The last day with a message before.
    pub after: NaiveDate,
    /// The first day with one again.
    pub until: NaiveDate,
    /// Days between.
    pub days: i64,
    /// How long a silence usually is in this mailbox: 95 of 100 are not longer, in days.
    pub usual: i64,
}

/// A message that is referred to and is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// Its Message-ID.
    pub id: String,
    /// The items that refer to it.
    pub cited_by: Vec<String>,
    /// Somebody of the city answered it, so the city had it.
    pub was_answered: bool,
    /// The part behind its `@` is a domain of the city, so the city sent it.
    pub was_ours: bool,
}

/// What is missing of the mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MailGaps {
    /// Messages looked at.
    pub messages: u64,
    /// Of those, messages without a day.
    pub undated: u64,
    /// Months of each mailbox between its first and last message, or of the period, that have none.
    pub empty_months: BTreeMap<String, Vec<String>>,
    /// Messages of each mailbox.
    pub mailboxes: BTreeMap<String, u64>,
    /// Custodians of the profile or the catalog without any message in the period.
    pub without_any: Vec<String>,
    /// Silences longer than usual.
    pub silences: Vec<Silence>,
    /// Messages referred to that are not here; those the city answered or sent first.
    pub absent: Vec<Absent>,
}

/// Looks for gaps. `known` has the Message-IDs of every message that is here, whatever its day; `custodians` everybody
/// whose mail could be here; `domains` the city's own, lowercase.
pub fn look(
    letters: &[Letter],
    known: &BTreeSet<String>,
    custodians: &[String],
    domains: &[String],
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> MailGaps {
    let mut gaps = MailGaps { messages: letters.len() as u64, ..MailGaps::default() };
    let mut days: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
    for letter in letters {
        match letter.day {
            None => gaps.undated += 1,
            Some(day) if letter.custodians.is_empty() => days.entry("nobody's".to_owned()).or_default().push(day),
            Some(day) => {
                letter.custodians.iter().for_each(|one| days.entry(one.clone()).or_default().push(day));
            }
        }
    }
    for (custodian, mut days) in days {
        days.sort_unstable();
        let empty: Vec<String> =
            counted(&days, from, to).into_iter().filter(|(_, count)| *count == 0).map(|(month, _)| month).collect();
        if !empty.is_empty() {
            gaps.empty_months.insert(custodian.clone(), empty);
        }
        gaps.silences.extend(silences(&custodian, &days));
        gaps.mailboxes.insert(custodian, days.len() as u64);
    }
    gaps.without_any = custodians.iter().filter(|name| !gaps.mailboxes.contains_key(*name)).cloned().collect();
    gaps.absent = absent(letters, known, domains);
    gaps
}

/// Stretches of a mailbox that are much longer than its usual ones.
fn silences(custodian: &str, days: &[NaiveDate]) -> Vec<Silence> {
    if days.len() < LEAST_MESSAGES {
        return Vec::new();
    }
    let lengths: Vec<i64> = days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect();
    let mut sorted = lengths.clone();
    sorted.sort_unstable();
    let usual = sorted[(sorted.len() * USUAL_SHARE / 100).min(sorted.len() - 1)].max(1);
    let least = (usual * TIMES_USUAL).max(LEAST_DAYS);
    days.windows(2)
        .zip(lengths)
        .filter(|(_, length)| *length > least)
        .map(|(pair, days)| Silence { custodian: custodian.to_owned(), after: pair[0], until: pair[1], days, usual })
        .collect()
}

fn absent(letters: &[Letter], known: &BTreeSet<String>, domains: &[String]) -> Vec<Absent> {
    let mut found: BTreeMap<&str, Absent> = BTreeMap::new();
    for letter in letters {
        let answered = letter.references.last();
        // A message that names another twice cites it once.
        let cited: BTreeSet<&String> =
            letter.references.iter().filter(|id| !known.contains(*id) && !id.is_empty()).collect();
        for id in cited {
            let domain = id.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
            let was_ours = domains.iter().any(|one| domain == *one || domain.ends_with(&format!(".{one}")));
            let entry = found.entry(id).or_insert_with(|| Absent {
                id: id.clone(),
                cited_by: Vec::new(),
                was_answered: false,
                was_ours,
            });
            entry.cited_by.push(letter.item.clone());
            entry.was_answered |= letter.is_ours && answered == Some(id);
        }
    }
    let mut all: Vec<Absent> = found.into_values().collect();
    all.sort_by_key(|one| (!one.was_answered, !one.was_ours, std::cmp::Reverse(one.cited_by.len())));
    all
}
