//! Circuit breakers: what is looked at before an approved plan is run. Each is a gate of its own; one that trips refuses
//! the run with a sentence on what to do. All but two can be overridden, for one plan, by a person who may approve.

use super::approve::signer_of;
use super::stop::{Stop, standing_stop};
use super::{DispositionError, read_plan, record_refusal, signed_document};
use crate::base::clock::local_date;
use crate::base::digest::Sha256Digest;
use crate::base::id::{EventId, PlanId};
use crate::catalog::{CatalogError, PlanState, Reading};
use crate::index::Index;
use crate::ledger::ChainVerifier;
use crate::model::disposition::DispositionPlan;
use crate::model::event::{Act, Event};
use crate::repository::{Repository, RepositoryError};
use crate::verify::repository::guards_that_differ;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Minutes by which a clock may lag behind the newest act: machines that set their clocks by the network jump a little.
const BACKWARDS_MINUTES: i64 = 5;
/// Executed plans that are looked at to tell what is usual here.
const HISTORY_PLANS: usize = 12;
/// Executed plans without which nothing is usual yet.
const HISTORY_LEAST: usize = 3;
/// What the signature of an override is for.
const OVERRIDE_DOMAIN: &str = "recordroom breaker override 1";

/// One circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breaker {
    /// Somebody stopped all destruction.
    Stopped,
    /// The ledger or the index is not consistent.
    Inconsistent,
    /// The clock went backwards, or far forward.
    Clock,
    /// One plan would destroy too much of the store.
    Share,
    /// One plan would destroy far more than the plans before it.
    History,
    /// A schedule or the profile was changed a short while ago.
    RecentChange,
    /// The newest backup is too old, or there is none.
    BackupAge,
}

impl Breaker {
    /// All of them, in the order in which they are looked at.
    pub const ALL: [Self; 7] = [
        Self::Stopped,
        Self::Inconsistent,
        Self::Clock,
        Self::Share,
        Self::History,
        Self::RecentChange,
        Self::BackupAge,
    ];

    /// Its word at the command line and in events.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Inconsistent => "inconsistent",
            Self::Clock => "clock",
            Self::Share => "share",
            Self::History => "history",
            Self::RecentChange => "recent-change",
            Self::BackupAge => "backup-age",
        }
    }

    /// The breaker of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether a person may let one plan past it. What is stopped is resumed, and what is damaged is mended.
    pub fn can_be_overridden(self) -> bool {
        !matches!(self, Self::Stopped | Self::Inconsistent)
    }

    /// Whether it is looked at once more when a run that was cut off goes on: what was decided was decided under it.
    fn is_for_begun_too(self) -> bool {
        matches!(self, Self::Stopped | Self::Inconsistent | Self::Clock)
    }
}

/// A breaker that tripped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tripped {
    /// Which one.
    pub breaker: Breaker,
    /// What was found and what to do, in plain sentences.
    pub sentence: String,
}

/// Looks at every breaker for a plan as it would be run now. The plan's own overrides are not taken into account.
pub fn tripped(repository: &Repository, plan: &DispositionPlan) -> Result<Vec<Tripped>, DispositionError> {
    let mut all = Vec::new();
    for breaker in Breaker::ALL {
        let found = match breaker {
            Breaker::Stopped => standing_stop(&repository.catalog().reading())?.map(|stop| stopped(&stop)),
            Breaker::Inconsistent => inconsistent(repository)?,
            Breaker::Clock => clock(repository, plan)?,
            Breaker::Share => share(repository, plan)?,
            Breaker::History => history(repository, plan)?,
            Breaker::RecentChange => recent_change(repository)?,
            Breaker::BackupAge => backup_age(repository)?,
        };
        all.extend(found.map(|sentence| Tripped { breaker, sentence }));
    }
    Ok(all)
}

/// Refuses a plan that a breaker stands in the way of. `begun` says that a run of it was cut off.
pub(super) fn check(repository: &Repository, plan: &DispositionPlan, begun: bool) -> Result<(), DispositionError> {
    let overridden = overridden(&repository.catalog().reading(), plan.plan)?;
    for one in tripped(repository, plan)? {
        let counts = !begun || one.breaker.is_for_begun_too();
        if counts && !(one.breaker.can_be_overridden() && overridden.contains(&one.breaker)) {
            return Err(DispositionError::Refused(refusal(&one, plan.plan)));
        }
    }
    Ok(())
}

fn refusal(one: &Tripped, plan: PlanId) -> String {
    let word = one.breaker.word();
    if one.breaker.can_be_overridden() {
        format!(
            "the breaker {word} tripped: {} Once it is clear that the plan is right, a person who may approve lets it \
             past with: recordroom --as NAME dispose override {plan} {word} --reason \"...\"",
            one.sentence
        )
    } else {
        format!("the breaker {word} tripped: {}", one.sentence)
    }
}

/// The refusal while a stop stands, for the transaction that would destroy.
pub(super) fn stopped(stop: &Stop) -> String {
    format!(
        "all destruction was stopped by {} on {} ({}). Nothing is destroyed until: recordroom dispose resume --reason \"...\"",
        stop.by,
        stop.at.format("%Y-%m-%d"),
        stop.reason
    )
}

/// The whole chain of events, and the index as it names itself.
fn inconsistent(repository: &Repository) -> Result<Option<String>, DispositionError> {
    let reading = repository.catalog().reading();
    let (mut verifier, mut broken) = (ChainVerifier::default(), None);
    reading.each_event::<CatalogError>(EventId::new(0), |event| {
        if broken.is_none() {
            broken = verifier.push(&event).err().map(|error| error.to_string());
        }
        Ok(())
    })?;
    if let Some(what) = broken {
        return Ok(Some(format!("the ledger is not consistent ({what}). Run: recordroom verify, and get help.")));
    }
    if let Some((subject, what)) = guards_that_differ(&reading)?.into_iter().next() {
        let sentence = format!(
            "what protects is not as the ledger tells ({subject}: {what}). Run: recordroom verify, and get help."
        );
        return Ok(Some(sentence));
    }
    let directory = repository.layout().index();
    let is_built = std::fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some());
    if !is_built {
        // A repository that was put back and has not been worked in yet: there are no words that could stay.
        return Ok(None);
    }
    let read = || {
        let index = Index::open(&directory)?;
        let found = index.families_in()? + index.unread()?.len() as u64;
        Ok::<_, crate::index::IndexError>((found, index.through()?))
    };
    Ok(match read() {
        Err(error) => Some(format!("the index cannot be read ({error}). Run: recordroom index --rebuild")),
        Ok((_, through)) if through > reading.last_event_number()? => {
            Some(format!("the index has read event {through}, which the ledger does not have. Run: recordroom verify"))
        }
        Ok((found, through)) => {
            let here = reading.families_here()?.saturating_sub(reading.families_after(through)?);
            (found != here).then(|| {
                format!("{here} items should be in the index, and {found} are. Run: recordroom index --rebuild")
            })
        }
    })
}

/// From act to act, and from the newest one to now: a clock that is wrong makes things due that are not. All acts since
/// the day before the plan are looked at, so that what a wrong clock recorded itself does not make it right. In an
/// exercise every command may be given another moment; there only the acts since the plan count.
fn clock(repository: &Repository, plan: &DispositionPlan) -> Result<Option<String>, DispositionError> {
    let (reading, zone) = (repository.catalog().reading(), repository.zone());
    let (mut start, mut planned) = (EventId::new(0), false);
    reading.each_event::<CatalogError>(EventId::new(0), |event| {
        if !planned && event.act == Act::RepositoryCreated {
            start = EventId::new(event.id.get() + 1);
        } else if !planned && local_date(event.at, zone) < plan.on {
            start = event.id;
        }
        if event.act == Act::Planned && event.subject == plan.plan.to_string() {
            planned = true;
            start = if plan.exercise { event.id } else { start };
        }
        Ok(())
    })?;
    let (mut before, mut found): (Option<DateTime<Utc>>, Option<String>) = (None, None);
    let limit = repository.profile().policy.breakers.forward_days;
    let mut step = |at: DateTime<Utc>| {
        if let Some(before) = before.filter(|_| found.is_none()) {
            found = jump(before, at, limit, zone);
        }
        before = Some(at);
    };
    reading.each_event::<CatalogError>(start, |event| {
        step(event.at);
        Ok(())
    })?;
    step(repository.now());
    Ok(found)
}

/// What is wrong with the clock between two moments that followed each other.
fn jump(before: DateTime<Utc>, after: DateTime<Utc>, limit: u32, zone: Tz) -> Option<String> {
    let shown = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    if after + Duration::minutes(BACKWARDS_MINUTES) < before {
        return Some(format!(
            "the clock went backwards, from {} to {}. Set the clock of this computer right.",
            shown(before),
            shown(after)
        ));
    }
    let days = (after - before).num_days();
    (after - before > Duration::days(i64::from(limit))).then(|| {
        format!(
            "the clock went forward by {days} days, from {} to {}, and {limit} are allowed between two acts. Look whether \
             the clock of this computer is right.",
            shown(before),
            shown(after)
        )
    })
}

/// The share of everything that is here.
fn share(repository: &Repository, plan: &DispositionPlan) -> Result<Option<String>, DispositionError> {
    let limits = &repository.profile().policy.breakers;
    let (items, here) = (plan.items.len() as u64, repository.catalog().reading().families_here()?);
    let trips = items >= limits.from_items && items * 100 > here * u64::from(limits.share_percent);
    Ok(trips.then(|| {
        format!(
            "it would destroy {items} of the {here} items that are here, which is more than {} percent. Read the plan first \
             (recordroom dispose show {}).",
            limits.share_percent, plan.plan
        )
    }))
}

/// Against the largest of the plans that were executed last.
fn history(repository: &Repository, plan: &DispositionPlan) -> Result<Option<String>, DispositionError> {
    let limits = &repository.profile().policy.breakers;
    let items = plan.items.len() as u64;
    if items < limits.from_items {
        return Ok(None);
    }
    let reading = repository.catalog().reading();
    let mut executed: Vec<u64> = Vec::new();
    for id in reading.plans()?.into_iter().rev() {
        if executed.len() < HISTORY_PLANS && reading.plan(id)?.1 == PlanState::Executed {
            executed.push(read_plan(repository, id)?.items.len() as u64);
        }
    }
    let largest = executed.iter().max().copied().unwrap_or(0);
    let trips = executed.len() >= HISTORY_LEAST && items > largest.saturating_mul(u64::from(limits.times_largest));
    Ok(trips.then(|| {
        format!(
            "it would destroy {items} items, and the largest of the last {} plans destroyed {largest}; more than {} times \
             as many is unusual here. Find out what changed \
             (recordroom dispose show {}).",
            executed.len(),
            limits.times_largest,
            plan.plan
        )
    }))
}

/// A mistake in a rule shows before it destroys.
fn recent_change(repository: &Repository) -> Result<Option<String>, DispositionError> {
    let days = repository.profile().policy.breakers.settle_days;
    let changes = [Act::ScheduleAdopted, Act::ProfileChanged];
    let last = repository.catalog().reading().last_event_of(&changes)?;
    let Some(last) = last.filter(|_| days > 0) else { return Ok(None) };
    let until = last.at + Duration::days(i64::from(days));
    Ok((repository.now() < until).then(|| {
        format!(
            "{} ({}), and {days} days have to pass after such a change. Wait until {}.",
            what_changed(&last),
            last.at.with_timezone(&repository.zone()).format("%Y-%m-%d"),
            until.with_timezone(&repository.zone()).format("%Y-%m-%d %H:%M")
        )
    }))
}

fn what_changed(event: &Event) -> String {
    match event.act {
        Act::ScheduleAdopted => format!("the schedule {} was adopted a short while ago", event.subject),
        _ => format!("{} was changed a short while ago", event.subject),
    }
}

fn backup_age(repository: &Repository) -> Result<Option<String>, DispositionError> {
    let Some(days) = repository.profile().policy.breakers.backup_days else { return Ok(None) };
    let last = repository.catalog().reading().last_event_of(&[Act::BackedUp])?;
    Ok(match last {
        None => Some("there is no backup. Make one (recordroom backup FOLDER).".to_owned()),
        Some(last) if repository.now() - last.at > Duration::days(i64::from(days)) => Some(format!(
            "the newest backup is of {}, and it may be {days} days old. Make one (recordroom backup FOLDER).",
            last.at.with_timezone(&repository.zone()).format("%Y-%m-%d")
        )),
        Some(_) => None,
    })
}

/// Lets one plan past one breaker, with a reason. Outside exercises `passphrase` opens the key of a registered person,
/// who is not the one who made the plan.
pub fn override_breaker(
    repository: &mut Repository,
    id: PlanId,
    breaker: Breaker,
    reason: &str,
    who: &str,
    passphrase: Option<&str>,
) -> Result<(), DispositionError> {
    let result = override_unrecorded(repository, id, breaker, reason, who, passphrase);
    if let Err(DispositionError::Refused(message)) = &result {
        record_refusal(repository, id, who, message)?;
    }
    result
}

fn override_unrecorded(
    repository: &mut Repository,
    id: PlanId,
    breaker: Breaker,
    reason: &str,
    who: &str,
    passphrase: Option<&str>,
) -> Result<(), DispositionError> {
    let refused = |message: String| Err(DispositionError::Refused(message));
    if reason.trim().is_empty() {
        return refused("an override needs a reason".to_owned());
    }
    if !breaker.can_be_overridden() {
        return refused(format!("the breaker {} cannot be overridden", breaker.word()));
    }
    let plan = read_plan(repository, id)?;
    let (document, state) = repository.catalog().reading().plan(id)?;
    // What is never run needs nothing let past.
    match state {
        PlanState::Planned | PlanState::Approved => {}
        PlanState::Executed => return refused(format!("the plan {id} was executed already")),
        PlanState::Withdrawn => return refused(format!("the plan {id} was withdrawn")),
    }
    if super::approve::is_same_person(&plan.planned_by, who) {
        return refused(format!("{who} made the plan {id}, and somebody else has to let it past a breaker"));
    }
    let found = tripped(repository, &plan)?.into_iter().find(|one| one.breaker == breaker);
    let Some(found) = found else {
        return refused(format!("the breaker {} has not tripped for the plan {id}", breaker.word()));
    };
    let signer = signer_of(repository, who, passphrase)?;
    let at = repository.now();
    let value = serde_json::json!({
        "plan": id, "plan_sha256": Sha256Digest::of(document.as_bytes()), "breaker": breaker, "found": found.sentence,
        "reason": reason, "overridden_by": who, "overridden_at": at,
    });
    let details = signed_document(OVERRIDE_DOMAIN, &value, &signer)?;
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        writing.record_event(at, who, Act::BreakerOverridden, &id.to_string(), &details)?;
        Ok(())
    })
}

/// The breakers a plan was let past.
fn overridden(reading: &Reading<'_>, plan: PlanId) -> Result<BTreeSet<Breaker>, DispositionError> {
    let mut all = BTreeSet::new();
    let subject = plan.to_string();
    reading.each_event::<CatalogError>(EventId::new(0), |event| {
        if event.act == Act::BreakerOverridden && event.subject == subject {
            let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
            all.extend(details["breaker"].as_str().and_then(Breaker::parse));
        }
        Ok(())
    })?;
    Ok(all)
}

impl From<crate::index::IndexError> for DispositionError {
    fn from(error: crate::index::IndexError) -> Self {
        Self::Repository(RepositoryError::Index(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_lag_by_five_minutes_and_run_ahead_by_the_citys_days() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        let jumped = |before: &str, after: &str| jump(at(before), at(after), 60, chrono_tz::America::Chicago);
        let noon = "2025-02-01T12:00:00Z";
        let table = [
            (noon, noon, None, "no time at all"),
            (noon, "2025-02-01T11:55:00Z", None, "exactly as much as a clock set by the network may jump"),
            (
                noon,
                "2025-02-01T11:54:59Z",
                Some("the clock went backwards, from 2025-02-01 06:00 to 2025-02-01 05:54"),
                "more",
            ),
            (noon, "2025-04-02T12:00:00Z", None, "exactly the days that are allowed"),
            (
                noon,
                "2025-04-02T12:00:01Z",
                Some("the clock went forward by 60 days, from 2025-02-01 06:00"),
                "a second more",
            ),
        ];
        for (before, after, words, why) in table {
            let found = jumped(before, after);
            assert_eq!(found.is_some(), words.is_some(), "{why}: {found:?}");
            if let Some(words) = words {
                assert!(found.as_ref().is_some_and(|found| found.starts_with(words)), "{why}: {found:?}");
            }
        }
    }

    /// What stops everything, what is damaged and what nobody has looked at is no person's to wave through; and a run
    /// that was cut off is held up only by what was not decided before it began.
    #[test]
    fn each_breaker_has_its_word_and_its_place() {
        let table = [
            ("stopped", false, true),
            ("inconsistent", false, true),
            ("clock", true, true),
            ("share", true, false),
            ("history", true, false),
            ("recent-change", true, false),
            ("backup-age", true, false),
        ];
        assert_eq!(Breaker::ALL.map(Breaker::word), table.map(|row| row.0));
        for (word, overridden, begun) in table {
            let breaker = Breaker::parse(word).expect("a word");
            assert_eq!((breaker.can_be_overridden(), breaker.is_for_begun_too()), (overridden, begun), "{word}");
            let one = Tripped { breaker, sentence: "It is so.".to_owned() };
            assert_eq!(refusal(&one, PlanId::new(1)).contains("dispose override D-1"), overridden, "{word}");
        }
        assert_eq!(Breaker::parse("none"), None);
    }
}
