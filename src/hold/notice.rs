//! Notices of a hold: who was told, who acknowledged it, who is to be reminded. All of it is read back from the ledger.

use super::amend::in_force;
use super::letter::{LetGo, LetterKind, Telling, Template, letter};
use super::{HoldError, told};
use crate::base::id::{EventId, HoldId};
use crate::catalog::{self, CatalogError, Reading};
use crate::letters::{self, Letter};
use crate::model::event::Act;
use crate::model::hold::{Hold, HoldState};
use crate::repository::Repository;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};

/// How a notice was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledgement {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// How it came: signed on paper, by e-mail, by telephone.
    pub how: String,
    /// Jobs, policies or tickets by which IT suspended deletion.
    pub jobs: String,
    /// Who recorded it.
    pub recorded_by: String,
}

/// One letter to one person, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The hold.
    pub hold: HoldId,
    /// Counted from 1 for each hold.
    pub number: u64,
    /// The event that recorded it.
    pub event: EventId,
    /// To whom.
    pub to: String,
    /// As whom.
    pub kind: LetterKind,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// SHA-256 of its text, hexadecimal.
    pub sha256: String,
    /// When and how it was acknowledged; `None` while it was not.
    pub acknowledged: Option<Acknowledgement>,
    /// When reminders of it were written.
    pub reminded_at: Vec<DateTime<Utc>>,
}

/// A letter that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNotice {
    /// Its number.
    pub number: u64,
    /// The name under which the repository keeps it.
    pub name: String,
    /// The letter, to be sent or handed over. It tells the matter and may be privileged (Minn. Stat. § 13.393), so the
    /// repository keeps it sealed.
    pub letter: Letter,
}

/// The notices of a hold, by number.
pub fn notices(reading: &Reading<'_>, hold: HoldId) -> Result<Vec<Notice>, CatalogError> {
    let mut all: Vec<Notice> = Vec::new();
    for event in reading.events_about(&hold.to_string())? {
        let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
        let text = |name: &str| details.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = details.get("notice").and_then(Value::as_u64).unwrap_or_default();
        let known = all.iter_mut().find(|one| one.number == number);
        match (event.act, known) {
            (Act::HoldNoticed, None) => all.push(Notice {
                hold,
                number,
                event: event.id,
                to: text("to"),
                kind: LetterKind::parse(&text("kind")).unwrap_or(LetterKind::Custodian),
                written_at: event.at,
                sha256: text("sha256"),
                acknowledged: None,
                reminded_at: Vec::new(),
            }),
            (Act::HoldAcknowledged, Some(notice)) => {
                notice.acknowledged = Some(Acknowledgement {
                    at: event.at,
                    how: text("how"),
                    jobs: text("jobs"),
                    recorded_by: event.actor.clone(),
                });
            }
            (Act::HoldReminded, Some(notice)) => notice.reminded_at.push(event.at),
            _ => {}
        }
    }
    Ok(all)
}

/// Writes the letter of a hold to one person, as text and as PDF, keeps it sealed and records it. Sending it is the city's own act.
pub fn write_notice(
    repository: &mut Repository,
    id: HoldId,
    to: &str,
    kind: LetterKind,
    actor: &str,
) -> Result<WrittenNotice, HoldError> {
    if to.trim().is_empty() {
        return Err(HoldError::Incomplete("a notice needs the person it is for"));
    }
    let reading = repository.catalog().reading();
    let (hold, let_go) = match kind {
        LetterKind::Release => let_go(&reading, id, to, repository.zone())?,
        _ => (in_force(repository, id)?, LetGo::default()),
    };
    let number = next_number(&reading, id)?;
    let reaches = told(&reading, &hold.scope)?;
    let first_written = repository.today();
    let telling = Telling { hold: &hold, reaches: &reaches, to, number, first_written, let_go };
    let letter = letter(repository, Template::First(kind), &telling)?;
    let name = format!("{id}-{number}");
    letters::keep(repository, &name, &letter)?;
    let at = repository.now();
    let (sha256, pdf_sha256) = letter.digests();
    let details = json!({
        "notice": number, "to": to, "kind": kind, "sha256": sha256, "pdf_sha256": pdf_sha256,
    });
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        if next_number(&writing.reading(), id)? != number {
            return Err(HoldError::Refused("another notice of this hold was just written; write it again".to_owned()));
        }
        writing.record_event(at, actor, Act::HoldNoticed, &id.to_string(), &details)?;
        writing.give(catalog::notices(id), number as i64);
        Ok(WrittenNotice { number, name, letter })
    })
}

/// A released hold, and what the notice of its release tells one person.
fn let_go(reading: &Reading<'_>, id: HoldId, to: &str, zone: chrono_tz::Tz) -> Result<(Hold, LetGo), HoldError> {
    let hold = reading.holds()?.into_iter().find(|hold| hold.id == id);
    let hold = hold.ok_or_else(|| HoldError::Catalog(CatalogError::Missing(format!("the hold {id}"))))?;
    if hold.state == HoldState::Active {
        return Err(HoldError::Refused(format!(
            "the hold {id} is in force, so nobody can be told that it is released"
        )));
    }
    let released = reading.events_about(&id.to_string())?.into_iter().rfind(|event| event.act == Act::HoldReleased);
    let details: Value = released.iter().find_map(|one| serde_json::from_str(&one.details).ok()).unwrap_or_default();
    let text = |name: &str| details.get(name).and_then(Value::as_str).unwrap_or_default();
    let told: Vec<Notice> = notices(reading, id)?;
    let told = told.iter().filter(|one| crate::text::is_surely_same_person(&one.to, to));
    let it: Vec<&Notice> = told.filter(|one| one.kind == LetterKind::It).collect();
    let jobs: Vec<&str> = it.iter().filter_map(|one| one.acknowledged.as_ref().map(|it| it.jobs.trim())).collect();
    let jobs: Vec<&str> = jobs.into_iter().filter(|jobs| !jobs.is_empty()).collect();
    let let_go = LetGo {
        reason: text("reason").to_owned(),
        on: released.map(|event| crate::base::clock::local_date(event.at, zone)),
        protected_until: text("protected_until").parse().ok(),
        suspended: (!it.is_empty()).then(|| jobs.join("; ")),
    };
    Ok((hold, let_go))
}

/// Everybody who was told of a hold and not yet of its release.
pub fn not_told_of_release(reading: &Reading<'_>, id: HoldId) -> Result<Vec<String>, CatalogError> {
    let all = notices(reading, id)?;
    let same = |one: &str, other: &str| crate::text::is_surely_same_person(one, other);
    let mut names: Vec<String> = Vec::new();
    for notice in all.iter().filter(|one| one.kind != LetterKind::Release) {
        let knows = all.iter().any(|one| one.kind == LetterKind::Release && same(&one.to, &notice.to));
        if !knows && !names.iter().any(|name| same(name, &notice.to)) {
            names.push(notice.to.clone());
        }
    }
    Ok(names)
}

/// The number of the next notice; those given out after a backup that was put back are passed over.
fn next_number(reading: &Reading<'_>, id: HoldId) -> Result<u64, CatalogError> {
    let highest = notices(reading, id)?.iter().map(|one| one.number).max().unwrap_or(0);
    Ok(highest.max(reading.passed_over(&catalog::notices(id))?.unsigned_abs()) + 1)
}

/// The notice of a hold to a person, by number or by name.
fn wanted(reading: &Reading<'_>, id: HoldId, which: &str) -> Result<Notice, HoldError> {
    let mut all = notices(reading, id)?;
    let same = |one: &Notice| which.parse() == Ok(one.number) || crate::text::is_surely_same_person(&one.to, which);
    // The newest to that person: an older one may have been acknowledged.
    all.retain(same);
    all.pop().ok_or_else(|| HoldError::Catalog(CatalogError::Missing(format!("notice {which} of the hold {id}"))))
}

/// Records that somebody acknowledged a notice. It can be said after the release as well.
pub fn acknowledge(
    repository: &mut Repository,
    id: HoldId,
    which: &str,
    (how, jobs): (&str, &str),
    actor: &str,
) -> Result<Notice, HoldError> {
    if how.trim().is_empty() {
        return Err(HoldError::Incomplete("say how the notice was acknowledged: on paper, by e-mail, by telephone"));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        let notice = wanted(&writing.reading(), id, which)?;
        if notice.acknowledged.is_some() {
            let message = format!("the notice {} of the hold {id} is acknowledged already", notice.number);
            return Err(HoldError::Refused(message));
        }
        let details = json!({ "notice": notice.number, "how": how, "jobs": jobs });
        writing.record_event(at, actor, Act::HoldAcknowledged, &id.to_string(), &details)?;
        Ok(notice)
    })
}

/// The notices of holds in force that were not acknowledged within the city's days, counted from the last letter; each
/// with the day since which a reminder is due.
pub fn due_reminders(repository: &Repository) -> Result<Vec<(Notice, NaiveDate)>, HoldError> {
    let (reading, today, zone) = (repository.catalog().reading(), repository.today(), repository.zone());
    let days = Days::new(u64::from(repository.profile().policy.hold_reminder_days));
    let mut due = Vec::new();
    for hold in reading.holds()?.into_iter().filter(|hold| hold.state == HoldState::Active) {
        for notice in notices(&reading, hold.id)?.into_iter().filter(|one| one.acknowledged.is_none()) {
            let last = notice.reminded_at.last().copied().unwrap_or(notice.written_at);
            let since = crate::base::clock::local_date(last, zone).checked_add_days(days);
            if let Some(since) = since.filter(|since| *since <= today) {
                due.push((notice, since));
            }
        }
    }
    Ok(due)
}

/// Writes the reminder of a notice and records it.
pub fn remind(repository: &mut Repository, id: HoldId, which: &str, actor: &str) -> Result<WrittenNotice, HoldError> {
    let hold = in_force(repository, id)?;
    let reading = repository.catalog().reading();
    let notice = wanted(&reading, id, which)?;
    if notice.acknowledged.is_some() {
        return Err(HoldError::Refused(format!("the notice {} of the hold {id} is acknowledged", notice.number)));
    }
    let reaches = told(&reading, &hold.scope)?;
    let first_written = crate::base::clock::local_date(notice.written_at, repository.zone());
    let number = notice.number;
    let (to, let_go) = (notice.to.as_str(), LetGo::default());
    let telling = Telling { hold: &hold, reaches: &reaches, to, number, first_written, let_go };
    let letter = letter(repository, Template::Reminder, &telling)?;
    let nth = notice.reminded_at.len() + 1;
    let name = format!("{id}-{number}-reminder-{nth}");
    letters::keep(repository, &name, &letter)?;
    let at = repository.now();
    let (sha256, pdf_sha256) = letter.digests();
    let details = json!({
        "notice": number, "reminder": nth, "sha256": sha256, "pdf_sha256": pdf_sha256,
    });
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        if wanted(&writing.reading(), id, &number.to_string())? != notice {
            return Err(HoldError::Refused("this notice was acknowledged or reminded of meanwhile".to_owned()));
        }
        writing.record_event(at, actor, Act::HoldReminded, &id.to_string(), &details)?;
        Ok(WrittenNotice { number, name, letter })
    })
}
