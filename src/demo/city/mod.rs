//! Cedar Bend, a city that does not exist: its people, its mail, its phones, and the exports its clerk was given.
//!
//! *Invariant:* two writings give the same bytes. Nothing is read from a clock, from the machine or from the source
//! tree; the stories are carried in the program, and chance comes from [`dice`].
//!
//! Reading order: `people`, `script` and `phrase` (how stories are written down), `stories`, `routine`, `talk`, `calls`
//! (what happens), `mail` and `documents` (what it looks like), `mailboxes`, `phones`, `bills`, `odd` (the exports).

mod bills;
mod calls;
mod dice;
mod documents;
mod error;
mod folder;
mod mail;
mod mailboxes;
pub mod moment;
pub mod odd;
mod office;
pub mod people;
mod phones;
mod phrase;
mod pictures;
mod routine;
mod script;
mod stories;
mod talk;

pub use error::CityError;
pub use folder::Export;

use crate::model::profile::{CustodianProfile, Profile};
use chrono::{DateTime, NaiveDate, Utc};
use folder::Folder;
use mailboxes::Written;
use std::path::Path;

/// What was written.
#[derive(Debug, Clone)]
pub struct City {
    /// The moment at which the story is told.
    pub today: DateTime<Utc>,
    /// Whose records they are.
    pub custodians: Vec<CustodianProfile>,
    /// The exports, in the order in which they were written; `odd/` is not among them (see [`odd`]).
    pub exports: Vec<Export>,
    /// Distinct e-mails over all mailboxes.
    pub emails: u64,
    /// Distinct text messages over all phones: a message on two phones is two records, one of each phone.
    pub texts: u64,
    /// Calls over all bills, phone systems and phones: each row of each is one.
    pub calls: u64,
    /// Contact cards over all phones.
    pub contacts: u64,
    /// Days that matter to the stories, each with what happened on it.
    pub days: Vec<(NaiveDate, &'static str)>,
    /// Words worth searching for.
    pub words: Vec<Word>,
}

/// A word worth searching for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The query.
    pub query: &'static str,
    /// What it finds, and what should become of it.
    pub story: &'static str,
}

/// Words for the story of the city; each finds something, which a test checks.
pub const WORDS: &[Word] = &[
    Word { query: "zucchinipocalypse", story: "private messages of October 2024: past 365 days, under no hold" },
    Word { query: "kalimba", story: "a private message of November 2024: past 365 days, under no hold" },
    Word { query: "lilacs", story: "the Tofte easement of 2024: official, kept with the road project" },
    Word { query: "\"change order 3\"", story: "the dispute with the contractor; the data request of June 2026" },
    Word { query: "\"glare ice\"", story: "the morning of 14 January 2025: past 365 days, under the Lund hold" },
    Word { query: "tennessen", story: "the personnel matter: private, Minn. Stat. 13.43" },
    Word { query: "privileged", story: "letters of the city attorney" },
    Word { query: "mahadsanid", story: "a resident who writes in Somali and English" },
];

/// Writes all exports into a folder, which is made when it is not there.
///
/// # Errors
/// When a file cannot be written or is there already.
pub fn write(directory: &Path) -> Result<City, CityError> {
    let desk = stories::Desk::new()?;
    let mut mail = stories::written(&desk)?;
    mail.extend(routine::written(&desk)?);
    let custodians = people::all(people::Standing::Custodian);
    mail.retain(|mail| custodians.iter().any(|person| mailboxes::concerns(mail, person)));
    mail.sort_by(|one, two| (one.at, &one.id).cmp(&(two.at, &two.id)));
    let mail: Vec<Written> = mail.into_iter().map(|mail| Written { bytes: mail.bytes(), mail }).collect();
    let mut texts = talk::written(&desk)?;
    texts.sort_by_key(|text| text.at);
    let mut calls = calls::made()?;
    calls.sort_by_key(|call| (call.at, call.owner.key));

    let city = City {
        today: moment::today(),
        custodians: people::custodians(),
        exports: Vec::new(),
        emails: mail.len() as u64,
        texts: texts.iter().map(|text| phones::copies(text) as u64).sum(),
        calls: 0,
        contacts: 0,
        days: moment::DAYS.iter().map(|(day, what)| (moment::day(*day), *what)).collect(),
        words: WORDS.to_vec(),
    };
    let mut folder = Folder::new(directory, city)?;
    mailboxes::write(&mail, &mut folder)?;
    phones::write(&texts, &calls, &mut folder)?;
    bills::write(&calls, &mut folder)?;
    odd::write(&mut folder)?;
    let mut city = folder.city;
    let total = |kind| city.exports.iter().filter(|one| one.kind == kind).map(|one| one.found).sum();
    (city.calls, city.contacts) =
        (total(crate::model::record::RecordKind::Call), total(crate::model::record::RecordKind::Contact));
    Ok(city)
}

/// A profile with the facts of the city in it: name, officers, domains, custodians. Ids, key set, schedules and
/// switches stay as they are.
pub fn profile(base: Profile) -> Profile {
    Profile {
        city: "City of Cedar Bend".to_owned(),
        responsible_authority: "Maren Olstad, City Clerk".to_owned(),
        compliance_official: "Priya Raman, Finance and HR Director".to_owned(),
        time_zone: "America/Chicago".to_owned(),
        domains: vec!["cedarbend.example".to_owned()],
        counsel_domains: vec!["hegdahlmoe.example".to_owned()],
        production_prefix: "CB-".to_owned(),
        custodians: people::custodians(),
        ..base
    }
}
