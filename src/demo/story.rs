//! The story: a clerk's half year with the program, told while it really happens in an exercise repository.

use super::answers;
use super::city::{self, City, people};
use super::error::DemoError;
use super::teller::Teller;
use crate::base::clock::Clock;
use crate::base::id::{FamilyId, RequestId};
use crate::base::monitor::VoidMonitor;
use crate::catalog::{FamilyFilter, FamilyState};
use crate::classification::{self, Settled};
use crate::disposition;
use crate::finding::{Found, search};
use crate::hold;
use crate::ingest::{IngestOptions, ingest, sources};
use crate::model::classification::RecordStatus;
use crate::model::hold::Scope;
use crate::model::request::RequestKind;
use crate::model::review::Decision;
use crate::production::{self, Outcome, ProduceOptions, Produced};
use crate::repository::Repository;
use crate::request::{self, NewRequest, RequestLetterKind};
use crate::retention::adopt;
use crate::review::{self, Members};
use crate::schedule::shipped;
use crate::verify;
use chrono::{DateTime, Duration, Utc};
use std::path::{Path, PathBuf};

/// The people who act in the story.
pub(super) const CLERK: &str = "Maren Olstad";
const ADMINISTRATOR: &str = "Tom Halvorsen";
pub(super) const ATTORNEY: &str = "Elaine Hegdahl";
const MANAGER: &str = "Priya Raman";

/// A private message that is past its period, and one that a lawsuit needs.
const FORGOTTEN: &str = "zucchinipocalypse";
const NEEDED: &str = "\"glare ice\"";
/// What the newspaper asks for.
const ASKED: &str = "\"change order 3\"";
/// What the attorney wrote in confidence.
const PRIVILEGED: &str = "privileged OR from:hegdahlmoe.example OR to:hegdahlmoe.example";
/// Families that one search of the story reads back, at most.
pub(super) const MANY: usize = 10_000;
/// Families the clerk sees of each kind.
const SHOWN: usize = 3;

/// Where the demonstration lies.
#[derive(Debug, Clone)]
pub struct Places {
    /// The exports as the clerk was given them.
    pub exports: PathBuf,
    /// The repository.
    pub repository: PathBuf,
    /// Its keys, and their second place.
    pub keys: [PathBuf; 2],
    /// What was handed over.
    pub production: PathBuf,
    /// The clear copies of the letters.
    pub letters: PathBuf,
}

impl Places {
    /// The places below one folder.
    pub fn below(directory: &Path) -> Self {
        Self {
            exports: directory.join("exports"),
            repository: directory.join("repository"),
            keys: [directory.join("keys"), directory.join("keys-second-place")],
            production: directory.join("production"),
            letters: directory.join("letters"),
        }
    }
}

/// Tells the whole story below a folder that is new or empty.
pub fn tell(directory: &Path, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    let places = Places::below(directory);
    let city = exports(&places, teller)?;
    let mut repository = taken_in(&places, &city, teller)?;
    classified(&mut repository, teller)?;
    held(&mut repository, teller)?;
    let (asked, made) = requested(&mut repository, &places, teller)?;
    destroyed(&mut repository, city.today, teller)?;
    answers::told(&mut repository, &places, &made, teller)?;
    drop(repository);
    released(&places, city.today, asked, teller)?;
    teller.heading("Where to look");
    teller.say(&format!(
        "{}\n    the exports as they came\n{}\n    what the newspaper was given: open index.html\n{}\n    the letters, as text and PDF\n{}\n    the repository; \
         its certificates are in the folder certificates\n\nTry:\n    recordroom --repository {} search mahadsanid\n    \
         recordroom --repository {} verify\n    recordroom verify {}",
        places.exports.display(),
        places.production.display(),
        places.letters.display(),
        places.repository.display(),
        places.repository.display(),
        places.repository.display(),
        places.production.display(),
    ));
    Ok(())
}

fn exports(places: &Places, teller: &mut Teller<'_>) -> Result<City, DemoError> {
    teller.heading("Cedar Bend, Minnesota (it does not exist)");
    let city = city::write(&places.exports)?;
    teller.say(&format!(
        "It is {}. The clerk, {CLERK}, was given the exports of {} custodians: {} e-mails in mbox, Maildir, EML, ZIP and \
         Google Vault form, {} text messages, {} call entries and {} contact cards, and a folder of broken and odd files.",
        city.today.format("%A, %-d %B %Y"),
        city.custodians.len(),
        city.emails,
        city.texts,
        city.calls,
        city.contacts
    ));
    Ok(city)
}

fn taken_in(places: &Places, city: &City, teller: &mut Teller<'_>) -> Result<Repository, DemoError> {
    teller.heading("1. The exports go in");
    let [keys, second] = &places.keys;
    let mut profile = city::profile(Repository::new_profile("", keys, second));
    profile.exercise = true;
    // The story plays on one day; the week that has to pass after a schedule was adopted does not.
    profile.policy.breakers.settle_days = 0;
    let mut repository = Repository::create(&places.repository, &profile, Clock::Exercise(city.today))?;
    for key in ["otsego-2024", "minnesota-cities-starter"] {
        let text = shipped(key).ok_or(DemoError::Missing("a schedule that comes with the program"))?;
        let edition = adopt(&mut repository, text, MANAGER)?;
        teller.say(&format!("Schedule in use for this exercise: {}.", edition.title));
    }
    let report =
        ingest(&mut repository, std::slice::from_ref(&places.exports), &IngestOptions::default(), CLERK, &VoidMonitor)?;
    let totals = &report.totals;
    teller.say(&format!(
        "\n{} items were found = {} kept + {} duplicates + {} destroyed before + {} exceptions. Every container's account \
         adds up. {} of the kept items have a problem of their own that is listed with them.",
        totals.found, totals.kept, totals.duplicates, totals.destroyed_before, totals.exceptions, totals.problems
    ));
    Ok(repository)
}

fn classified(repository: &mut Repository, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    teller.heading("2. What is it, and how long is it kept?");
    for (status, _, count) in repository.catalog().reading().status_counts()? {
        teller.say(&format!("{count:>7}  proposed as {status}"));
    }
    teller.say("\nA proposal shortens nothing. The clerk looks at a random sample of a class before it is confirmed.");
    for status in [RecordStatus::NonRecord, RecordStatus::Transitory] {
        let drawn = classification::draw_sample(repository, status, CLERK)?;
        // In the story the clerk reads each of them and agrees.
        let decisions: Vec<(FamilyId, RecordStatus)> = drawn.families.iter().map(|one| (*one, status)).collect();
        let reason = "read one by one in this exercise";
        if let Settled::Confirmed { confirmed, looked_at, .. } =
            classification::settle_sample(repository, drawn.sample, &decisions, reason, CLERK)?
        {
            teller
                .say(&format!("{status}: {looked_at} read, all agreed; {confirmed} more are confirmed by the sample."));
        }
    }
    let private = private_families(repository)?;
    let reason = "exchanged with family members, looked at in the queue by correspondent";
    classification::set(repository, &private, RecordStatus::Personal, None, reason, CLERK)?;
    teller.say(&format!("personal: {} settled by correspondent, from the queue.", private.len()));
    Ok(())
}

/// What was exchanged with people of the city's private lives, as the queue groups it.
fn private_families(repository: &Repository) -> Result<Vec<FamilyId>, DemoError> {
    let mut all = Vec::new();
    for person in people::all(people::Standing::Private) {
        all.extend(families(&search(repository, &format!("party:{}", person.address), MANY)?));
        all.extend(families(&search(repository, &format!("kind:text AND party:{}", person.number), MANY)?));
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn held(repository: &mut Repository, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    teller.heading("3. A lawsuit: the hold");
    let scope = Scope {
        query: Some("lund OR sidewalk OR salt OR \"glare ice\" OR \"community center\" OR sander".to_owned()),
        from: "2025-01-01".parse().ok(),
        ..Scope::default()
    };
    let reason = "demand letter of 20 August 2025 for Beverly Lund";
    let placed = hold::place(repository, "Lund v. City of Cedar Bend", reason, &scope, ATTORNEY)?;
    teller.say(&format!(
        "{ATTORNEY} places {}: everything since 1 January 2025 that speaks of the fall. It covers {} families now, what is \
         taken in later and fits, and what could not be searched.",
        placed.hold, placed.covered
    ));
    Ok(())
}

/// Searches for what the newspaper asks for, and shows the first of it.
fn shown(repository: &Repository, teller: &mut Teller<'_>) -> Result<Found, DemoError> {
    let found = search(repository, ASKED, MANY)?;
    for hit in found.hits.iter().take(SHOWN) {
        let when = hit.sent_at.as_deref().unwrap_or("no date");
        teller.say(&format!("    {}  {when}  {}", hit.id, crate::text::safe(&hit.subject)));
    }
    teller.say(&format!(
        "{} families have {ASKED}; {} items could not be searched in full.",
        found.count, found.not_searchable
    ));
    Ok(found)
}

/// The request of the newspaper, and what it was given.
type Asked = (RequestId, Box<Produced>);

fn requested(repository: &mut Repository, places: &Places, teller: &mut Teller<'_>) -> Result<Asked, DemoError> {
    teller.heading("4. A data request: the production");
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: "Abby Lindqvist, Cedar Bend Courier".to_owned(),
        description: "All data on change order 3 of the Ridgeview Road project".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some(ASKED.to_owned()), ..Scope::default() },
    };
    let opened = request::open(repository, new, CLERK)?;
    teller.say(&format!("{} is open, due {}: {}.", opened.id, opened.due.on, opened.due.basis));
    answers::letter(repository, places, opened.id, RequestLetterKind::Acknowledgement, answers::COURIER, teller)?;
    let let_go = request::narrow(repository, opened.id, "the search words were agreed with the requester", CLERK)?;
    teller.say(&format!(
        "Until somebody had decided what is meant, it protected everything; now it protects what it asks for and what \
         cannot be searched, and {let_go} families wait for nothing but their schedule."
    ));
    let found = shown(repository, teller)?;
    let collected = request::collect(repository, opened.id, None, CLERK)?;
    let found = families(&found);
    let reading = repository.catalog().reading();
    let by_hand: Vec<FamilyId> =
        reading.collected(opened.id)?.into_iter().filter(|family| !found.contains(family)).collect();
    let members = Members::Families(by_hand.clone());
    review::decide(repository, opened.id, &members, Decision::NotResponsive, "", CLERK)?;
    let secret: Vec<FamilyId> = families(&search(repository, &format!("{ASKED} AND ({PRIVILEGED})"), MANY)?);
    if !secret.is_empty() {
        let (basis, ground) = ("Minn. Stat. § 13.393", answers::privileged());
        // The message to the attorney is withheld; a document of somebody else's that hangs on it is decided by itself.
        let reading = repository.catalog().reading();
        let mut messages = Vec::new();
        for family in &secret {
            messages.extend(reading.records(*family)?.iter().filter(|one| one.part.is_none()).map(|one| one.id));
        }
        let what = (Decision::Withheld, basis, &ground);
        review::decide_with(repository, opened.id, &Members::Records(messages), what, ATTORNEY)?;
    }
    review::decide(repository, opened.id, &Members::Undecided, Decision::Responsive, "", CLERK)?;
    teller.say(&format!(
        "{} families are collected; the clerk has looked at the {} that could not be searched, and they do not belong to \
         it; {} messages are withheld on the attorney's word, and what the contractor had written is given although it hangs \
         on one of them.",
        collected.families,
        by_hand.len(),
        secret.len()
    ));
    answers::estimated(repository, places, opened.id, teller)?;
    let outcome = production::produce(
        repository,
        opened.id,
        &places.production,
        &ProduceOptions::default(),
        CLERK,
        &VoidMonitor,
    )?;
    let Outcome::Produced(made) = outcome else { return Err(DemoError::Missing("anything to produce")) };
    let checked = verify::delivery::check(&places.production);
    if !checked.is_empty() {
        return Err(DemoError::Missing("a clean delivery"));
    }
    teller.say(&format!(
        "{} is delivered: {} documents on {} pages, {} to {}. Every file matches its manifest.",
        made.production.id, made.production.documents, made.pages, made.production.first, made.production.last
    ));
    answers::letter(repository, places, opened.id, RequestLetterKind::Response, answers::COURIER, teller)?;
    Ok((opened.id, made))
}

fn destroyed(repository: &mut Repository, today: DateTime<Utc>, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    teller.heading("5. What is due goes, and nothing else");
    let before = [FORGOTTEN, NEEDED].map(|query| search(repository, query, 1).map(|found| found.count));
    let [forgotten, needed] = before;
    let (forgotten, needed) = (forgotten?, needed?);
    let report = executed(repository, teller)?;
    let after = search(repository, FORGOTTEN, 1)?.count;
    teller.say(&format!(
        "Searching {FORGOTTEN:?} found {forgotten} before and finds {after} now. {NEEDED} was found {needed} times before and \
         {} times now: the hold kept it, although it is older than 365 days on {}.",
        search(repository, NEEDED, 1)?.count,
        today.format("%-d %B %Y")
    ));
    teller.say(&format!("The certificate: {}", report.display()));
    let found = verify::repository::verify(repository, &VoidMonitor)?;
    teller.say(&format!(
        "The repository verifies: {} things looked at, {} findings.",
        found.checked,
        found.findings.len()
    ));
    Ok(())
}

/// Plan, approval by another, execution; where the certificate is.
fn executed(repository: &mut Repository, teller: &mut Teller<'_>) -> Result<PathBuf, DemoError> {
    let planned = disposition::plan(repository, MANAGER)?;
    let counts = &planned.plan.counts;
    teller.say(&format!(
        "{MANAGER} makes {}: of {} families {} are due; {} are held, {} are protected by a request, {} are not settled, {} \
         have a period that still runs, {} wait at another gate.",
        planned.plan.plan,
        counts.total,
        counts.eligible,
        counts.held,
        counts.requested,
        counts.undetermined,
        counts.not_yet,
        counts.blocked
    ));
    disposition::approve(repository, planned.plan.plan, ADMINISTRATOR, None)?;
    let report = disposition::run(repository, planned.plan.plan, "nightly job", &VoidMonitor)?;
    teller.say(&format!(
        "{ADMINISTRATOR} approves it, the nightly job runs it: {} families are destroyed, key, words and bytes; {} stayed \
         after the last look.",
        report.destroyed,
        report.dropped.values().sum::<u64>()
    ));
    Ok(report.written)
}

fn released(places: &Places, today: DateTime<Utc>, asked: RequestId, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    teller.heading("7. Half a year later");
    let later = today + Duration::days(183);
    let mut repository = Repository::open(&places.repository, Some(later))?;
    let until = request::close(&mut repository, asked, "delivered; no further questions", CLERK)?;
    teller.say(&format!("The request is closed; what it reached stays protected until {until}."));
    let mut freed = Vec::new();
    for (one, covered) in hold::list(&repository)? {
        freed = disposition::freed_by_release(&repository, one.id)?;
        teller.say(&format!(
            "{ATTORNEY} releases {}: it covers {covered} families, and its release lets {} of them go, not before another \
             plan.",
            one.id,
            freed.len()
        ));
        hold::release(&mut repository, one.id, "settled in mediation", ATTORNEY)?;
    }
    let cooling = repository.profile().policy.hold_cooling_days;
    drop(repository);
    let cooled = later + Duration::days(i64::from(cooling) + 1);
    let mut repository = Repository::open(&places.repository, Some(cooled))?;
    teller.say(&format!("For {cooling} days nothing of it is destroyed; then the next plan is made."));
    executed(&mut repository, teller)?;
    let mut gone = 0;
    for family in &freed {
        gone += u64::from(repository.catalog().reading().family(*family)?.state == FamilyState::Destroyed);
    }
    teller.say(&format!(
        "{gone} of the {} that the hold had kept are among them. {NEEDED} is still found {} times: nobody has settled what \
         those items are, and what is not settled is kept.",
        freed.len(),
        search(&repository, NEEDED, 1)?.count
    ));
    let report = verify::repository::verify(&repository, &VoidMonitor)?;
    teller.say(&format!("The repository verifies: {} findings.", report.findings.len()));
    let mut remaining = 0_u64;
    repository.catalog().reading().each_family::<DemoError>(FamilyFilter::default(), |_| {
        remaining += 1;
        Ok(())
    })?;
    let lying: Vec<_> = sources(&repository)?.into_iter().filter(|line| line.disposed_at.is_none()).collect();
    let due = lying.iter().filter(|line| line.is_due()).count();
    let kept = match lying.len() - due {
        0 => String::new(),
        held => format!(", and {held} are to be kept there as long as something of them is held or asked for"),
    };
    teller.say(&format!(
        "In the story nobody has deleted the exports themselves, so that you can look at them. The intake register reminds of \
         it: on this day {due} source files are overdue where they lie{kept}."
    ));
    let head = repository.catalog().reading().last_event()?.map(|event| event.hash).unwrap_or_default();
    teller.say(&format!("{remaining} families remain. The ledger ends with {}.", &head[..head.len().min(16)]));
    Ok(())
}

pub(super) fn families(found: &Found) -> Vec<FamilyId> {
    found.hits.iter().map(|hit| hit.family).collect()
}
