//! Who wrote to whom: what an item is by its parties alone.

use super::{Category, Finding};
use crate::model::item::ParsedItem;
use crate::model::record::{Party, RecordKind, Role};
use crate::model::redaction::Place;
use crate::redaction::text_of;
use std::collections::BTreeSet;

/// The people of a city whose mail the law treats apart. Addresses are lower case, numbers E.164.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Office {
    /// Addresses and numbers of those who hold an elected office.
    pub elected: BTreeSet<String>,
    /// Addresses, or domains with `@` before them, of the city's attorneys.
    pub attorneys: BTreeSet<String>,
    /// Domains of the city.
    pub domains: BTreeSet<String>,
    /// Personal numbers of employees.
    pub personal_numbers: BTreeSet<String>,
}

const WRITER: [Role; 2] = [Role::From, Role::Sender];
const READER: [Role; 2] = [Role::To, Role::Member];

/// What is found by the parties of an item.
pub(super) fn find(item: &ParsedItem, office: &Office) -> Vec<Finding> {
    let mut all = Vec::new();
    elected(item, office, &mut all);
    attorneys(item, office, &mut all);
    personal_numbers(item, office, &mut all);
    all
}

fn normal(party: &Party) -> String {
    party.normal.clone().unwrap_or_else(|| party.address.to_lowercase())
}

fn whole(item: &ParsedItem, category: Category, confidence: u8, why: &'static str, all: &mut Vec<Finding>) {
    let range = 0..item.body.len();
    if !range.is_empty() {
        all.push(Finding { category, place: Place::Text, range, confidence, why });
    }
}

impl Office {
    fn is_official(&self, address: &str) -> bool {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let of = |own: &String| domain == own || domain.ends_with(&format!(".{own}"));
        self.elected.contains(address)
            || self.domains.iter().any(of)
            || [".gov", ".mn.us", ".mil"].iter().any(|ending| domain.ends_with(ending))
    }

    fn is_attorney(&self, address: &str) -> bool {
        let domain = address.rsplit('@').next().map(|domain| format!("@{domain}")).unwrap_or_default();
        self.attorneys.contains(address) || self.attorneys.contains(&domain)
    }
}

/// Between a person and somebody elected; not between officials (advisory opinions on Minn. Stat. § 13.601, subd. 2).
fn elected(item: &ParsedItem, office: &Office, all: &mut Vec<Finding>) {
    if !matches!(item.kind, RecordKind::Email | RecordKind::Text) {
        return;
    }
    let of = |roles: [Role; 2]| -> Vec<String> {
        item.parties.iter().filter(|one| roles.contains(&one.role)).map(normal).filter(|one| !one.is_empty()).collect()
    };
    let (writers, readers) = (of(WRITER), of(READER));
    let is_elected = |one: &String| office.elected.contains(one);
    let is_person = |one: &String| !office.is_official(one);
    let between = (writers.iter().any(is_elected) && readers.iter().any(is_person))
        || (writers.iter().any(is_person) && readers.iter().any(is_elected));
    if between {
        let why = "between a person and somebody elected; either of them may have made it public";
        whole(item, Category::ElectedCorrespondence, 75, why, all);
    }
}

/// A lawyer who only gets a copy makes nothing privileged.
fn attorneys(item: &ParsedItem, office: &Office, all: &mut Vec<Finding>) {
    let takes_part =
        |roles: &[Role]| item.parties.iter().any(|one| roles.contains(&one.role) && office.is_attorney(&normal(one)));
    if takes_part(&[Role::From, Role::Sender, Role::To]) {
        whole(item, Category::AttorneyClient, 60, "written by or to an attorney", all);
    } else if takes_part(&[Role::Cc, Role::Bcc]) {
        whole(item, Category::AttorneyClient, 35, "an attorney got a copy, which is not enough by itself", all);
    }
}

/// Numbers of calls and texts that are personal ones of employees (Minn. Stat. § 13.43, subd. 4; work numbers are public).
fn personal_numbers(item: &ParsedItem, office: &Office, all: &mut Vec<Finding>) {
    let text = text_of(item, None, Place::People);
    for party in &item.parties {
        if office.personal_numbers.contains(&normal(party))
            && let Some(start) = text.find(&party.address)
        {
            let range = start..start + party.address.len();
            let why = "a personal number of an employee";
            all.push(Finding { category: Category::PersonalNumber, place: Place::People, range, confidence: 85, why });
        }
    }
}
