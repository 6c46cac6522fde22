//! The record of a matter, against the charge that something was destroyed that should have been kept: one signed folder
//! with the editions in force, the holds with every scope they had, the letters and who acknowledged them, every plan,
//! approval, refusal and certificate since a date, and the events behind all of it with their proofs.

use super::{HoldError, history, notices, told};
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::{EventId, HoldId, PlanId};
use crate::catalog::{CatalogError, Reading};
use crate::ledger::{ChainVerifier, Checkpoint, ProvenEvent, chain::event_leaf};
use crate::model::event::{Act, Event};
use crate::model::hold::Hold;
use crate::repository::{Repository, RepositoryError};
use crate::verify::documents::{MATTER_DOMAIN, signed};
use crate::verify::matter::{APPROVERS, CHECKPOINT, EVENTS, HOLDS, STATEMENT, Statement, document_path};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the statement says of the folder, in words.
const TOLD: &str = "Every schedule edition ever adopted; every hold of this matter with each scope it had, its notices, \
reminders and acknowledgements; every plan, approval, refusal and certificate from the day named in `since` on; and the \
events that recorded them. Events of other matters, and the contents of any item, are not told.";

/// A folder that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packaged {
    /// Where.
    pub directory: PathBuf,
    /// What it says of itself.
    pub statement: Statement,
}

/// Writes the record of the matter of a hold into a new folder, and records that it was written. The statement is
/// written last: without it the folder is nothing.
pub fn package(
    repository: &mut Repository,
    id: HoldId,
    directory: &Path,
    since: Option<NaiveDate>,
    actor: &str,
) -> Result<Packaged, HoldError> {
    let empty = std::fs::read_dir(directory).map(|mut entries| entries.next().is_none()).unwrap_or(true);
    if !empty {
        return Err(HoldError::Refused(format!("{} is not empty; name a new folder", directory.display())));
    }
    let matter = repository.catalog().reading().hold(id)?.matter;
    let at = repository.now();
    // That it is written is told in it as well.
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        let details = json!({ "since": since });
        writing.record_event(at, actor, Act::MatterPackaged, &id.to_string(), &details)?;
        Ok(())
    })?;
    let gathered = repository.catalog().at_one_moment(|reading| gather(repository, &reading, &matter, since))?;
    let mut writer = Writer { directory, files: BTreeMap::new() };
    gathered.write(repository, &mut writer)?;
    let statement = Statement {
        schema: 1,
        repository: repository.profile().repository.clone(),
        city: repository.profile().city.clone(),
        exercise: repository.profile().exercise,
        matter,
        holds: gathered.holds.iter().map(|hold| hold.id).collect(),
        since,
        made_at: at,
        made_by: actor.to_owned(),
        ledger_events: gathered.checkpoint.events,
        events: gathered.events.len() as u64,
        files: writer.files.clone(),
        told: TOLD.to_owned(),
    };
    let document = signed(MATTER_DOMAIN, &json!(statement), repository.signer())
        .map_err(|error| HoldError::Refused(format!("{STATEMENT} could not be signed: {error}")))?;
    writer.write(STATEMENT, format!("{document:#}\n").as_bytes())?;
    Ok(Packaged { directory: directory.to_owned(), statement })
}

/// Writes files and remembers their digests.
struct Writer<'d> {
    directory: &'d Path,
    files: BTreeMap<String, String>,
}

impl Writer<'_> {
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), HoldError> {
        let path = self.directory.join(name);
        let io = |error| RepositoryError::io(&path, error);
        if let Some(folder) = path.parent() {
            durable::create_dir_all(folder).map_err(io)?;
        }
        durable::create_new(&path, bytes).map_err(io)?;
        self.files.insert(name.to_owned(), Sha256Digest::of(bytes).to_string());
        Ok(())
    }

    fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), HoldError> {
        self.write(name, format!("{:#}\n", json!(value)).as_bytes())
    }
}

/// Everything that belongs to a matter.
struct Gathered {
    holds: Vec<Hold>,
    events: Vec<ProvenEvent>,
    checkpoint: Checkpoint,
    editions: Vec<String>,
    plans: Vec<PlanId>,
}

fn gather(
    repository: &Repository,
    reading: &Reading<'_>,
    matter: &str,
    since: Option<NaiveDate>,
) -> Result<Gathered, HoldError> {
    let holds: Vec<Hold> = reading.holds()?.into_iter().filter(|hold| hold.matter == matter).collect();
    let subjects: BTreeSet<String> = holds.iter().map(|hold| hold.id.to_string()).collect();
    let zone = repository.zone();
    let is_since = |event: &Event| since.is_none_or(|since| crate::base::clock::local_date(event.at, zone) >= since);
    let mut chain = ChainVerifier::default();
    let (mut leaves, mut told, mut plans) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut broken = None;
    reading.each_event::<CatalogError>(EventId::new(0), |event| {
        if broken.is_none() {
            broken = chain.push(&event).err();
        }
        leaves.push(event_leaf(&event));
        let is_plan = matches!(event.act, Act::Planned | Act::Approved | Act::Executed | Act::DestructionIntended);
        if is_plan && is_since(&event) {
            plans.insert(event.subject.clone());
        }
        told.push(event);
        Ok(())
    })?;
    if let Some(broken) = broken {
        return Err(HoldError::Refused(format!("{broken}; nothing is signed over a ledger that does not hold")));
    }
    // A plan of which anything happened since is told from its beginning.
    let wanted = |event: &Event| match event.act {
        Act::ScheduleAdopted | Act::ApproverRegistered => true,
        Act::Planned | Act::Approved | Act::Executed | Act::DestructionIntended => plans.contains(&event.subject),
        Act::Refused => subjects.contains(&event.subject) || is_since(event),
        Act::Destroyed => is_since(event),
        _ => subjects.contains(&event.subject),
    };
    let mut events = Vec::new();
    for event in told.into_iter().filter(wanted) {
        events.extend(ProvenEvent::of(event, &leaves));
    }
    let checkpoint = Checkpoint::of(&repository.profile().repository, &chain.head(), repository.now());
    let editions = reading.editions()?.into_keys().collect();
    let plans = plans.iter().filter_map(|plan| plan.parse().ok()).collect();
    Ok(Gathered { holds, events, checkpoint, editions, plans })
}

impl Gathered {
    fn write(&self, repository: &Repository, writer: &mut Writer<'_>) -> Result<(), HoldError> {
        let reading = repository.catalog().reading();
        let read = |path: &Path| std::fs::read(path).map_err(|error| HoldError::from(RepositoryError::io(path, error)));
        writer.write(CHECKPOINT, self.checkpoint.signed(repository.signer()).as_bytes())?;
        writer.json(EVENTS, &self.events)?;
        writer.json(HOLDS, &self.holds)?;
        writer.json(APPROVERS, &reading.approvers()?.into_iter().collect::<BTreeMap<_, _>>())?;
        for key in &self.editions {
            writer.write(&format!("schedules/{key}.toml"), &read(&repository.layout().edition(key))?)?;
        }
        for plan in &self.plans {
            writer.write(&document_path("plans", *plan), reading.plan(*plan)?.0.as_bytes())?;
            if let Some((approval, _)) = reading.approval(*plan)? {
                writer.write(&document_path("approvals", *plan), approval.as_bytes())?;
            }
            let certificate = repository.layout().certificates().join(format!("{plan}.json"));
            if certificate.is_file() {
                writer.write(&document_path("certificates", *plan), &read(&certificate)?)?;
            }
        }
        self.letters(repository, writer)?;
        writer.write("README.txt", self.readme(repository)?.as_bytes())
    }

    /// The letters of the matter's holds, text and PDF.
    fn letters(&self, repository: &Repository, writer: &mut Writer<'_>) -> Result<(), HoldError> {
        for hold in &self.holds {
            for notice in notices(&repository.catalog().reading(), hold.id)? {
                let first = format!("{}-{}", hold.id, notice.number);
                let reminders = (1..=notice.reminded_at.len()).map(|nth| format!("{first}-reminder-{nth}"));
                for name in std::iter::once(first.clone()).chain(reminders) {
                    let letter = crate::letters::kept(repository, &name)?;
                    writer.write(&format!("letters/{name}.txt"), letter.text.as_bytes())?;
                    writer.write(&format!("letters/{name}.pdf"), &letter.pdf)?;
                }
            }
        }
        Ok(())
    }

    /// The same for a reader without a program.
    fn readme(&self, repository: &Repository) -> Result<String, HoldError> {
        let reading = repository.catalog().reading();
        let mut text = String::new();
        if repository.profile().exercise {
            text.push_str("EXERCISE\n\n");
        }
        let matter = self.holds.first().map_or("", |hold| hold.matter.as_str());
        text.push_str(&format!(
            "RECORD OF A MATTER: {}\n{}\n\n{TOLD}\n\nCheck it with: recordroom verify FOLDER --key HEX\nThe key has to be \
             known by another way than this folder.\n",
            crate::text::safe(matter),
            crate::text::safe(&repository.profile().city)
        ));
        for hold in &self.holds {
            text.push_str(&format!(
                "\n{}, issued by {} ({})\n",
                hold.id,
                crate::text::safe(&hold.issued_by),
                hold.basis
            ));
            for line in history(&reading, hold.id)? {
                let scope = line.scope.as_ref().map(|scope| told(&reading, scope)).transpose()?;
                let second = line.confirmed_by.map(|name| format!(", confirmed by {name}")).unwrap_or_default();
                text.push_str(&format!(
                    "  {}  {} by {}{}: {}{}\n",
                    line.at.format("%Y-%m-%d %H:%M UTC"),
                    line.act,
                    crate::text::safe(&line.by),
                    crate::text::safe(&second),
                    crate::text::safe(&line.reason),
                    scope.map(|scope| format!(" [reaches {scope}]")).unwrap_or_default()
                ));
            }
            for notice in notices(&reading, hold.id)? {
                let answered = notice.acknowledged.as_ref().map_or("not acknowledged".to_owned(), |one| {
                    format!("acknowledged {} ({})", one.at.format("%Y-%m-%d"), crate::text::safe(&one.how))
                });
                text.push_str(&format!(
                    "  {}  notice {} to {} ({}), {answered}, reminded {} times\n",
                    notice.written_at.format("%Y-%m-%d %H:%M UTC"),
                    notice.number,
                    crate::text::safe(&notice.to),
                    notice.kind,
                    notice.reminded_at.len()
                ));
            }
        }
        Ok(text)
    }
}
