//! The plan: every family looked at once, with its verdict; a signed value, changed by nobody afterwards.

use super::DispositionError;
use super::planner::Planner;
use super::signed_document;
use crate::base::id::{FamilyId, PlanId};
use crate::catalog::{FamilyFilter, FamilyRow, FamilyState, Reading};
use crate::model::disposition::{DispositionPlan, Eligibility, PlanCounts, PlanItem, ReasonCode, Verdict};
use crate::model::event::Act;
use crate::protection::catch_up;
use crate::repository::Repository;
use crate::retention::{Adopted, LiveGuards};
use crate::verify::documents::{PLAN_DOMAIN, check_plan, plan_root};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Families read in one step, so that memory stays bounded.
const STEP: u64 = 10_000;

/// A plan that was made.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan as a value.
    pub plan: DispositionPlan,
    /// The signed document as stored.
    pub document: String,
}

/// Makes a plan for today, signs it, and records it, under a name alone: outside exercises nobody can approve it.
pub fn plan(repository: &mut Repository, actor: &str) -> Result<Planned, DispositionError> {
    plan_as(repository, actor, None)
}

/// As [`plan`], by a registered person whose passphrase opens the key that signs it.
pub fn plan_as(
    repository: &mut Repository,
    actor: &str,
    passphrase: Option<&str>,
) -> Result<Planned, DispositionError> {
    let planner = Planner::by_hand(repository, actor, passphrase)?;
    made_by(repository, actor, &planner)
}

/// As [`plan`], by the nightly work: nobody chose what it lists.
pub fn plan_of_the_night(repository: &mut Repository, actor: &str) -> Result<Planned, DispositionError> {
    made_by(repository, actor, &Planner::Night)
}

fn made_by(repository: &mut Repository, actor: &str, planner: &Planner) -> Result<Planned, DispositionError> {
    // A guard that has fallen behind protects everything it has not looked at; it looks now.
    catch_up(repository)?;
    let adopted = Adopted::load(repository)?;
    let today = repository.today();
    let survey = repository.catalog().at_one_moment(|reading| survey(reading, today, today, &adopted))?;
    let (at, today) = (repository.now(), repository.today());
    let profile = repository.profile().clone();
    let inputs = inputs(repository, &adopted);
    let signer = repository.signer().clone();
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        let id = writing.next_plan()?;
        let plan = DispositionPlan {
            plan: id,
            repository: profile.repository.clone(),
            exercise: profile.exercise,
            planned_by: actor.to_owned(),
            planned_at: at,
            on: today,
            inputs,
            counts: survey.counts,
            held_back: survey.held_back,
            merkle_root: plan_root(&survey.items),
            items: survey.items,
        };
        let value = serde_json::to_value(&plan)
            .map_err(|error| DispositionError::Unreadable { what: "plan", message: error.to_string() })?;
        let document = signed_document(PLAN_DOMAIN, &value, &signer)?.to_string();
        let details = serde_json::json!({
            "total": plan.counts.total, "eligible": plan.counts.eligible, "held": plan.counts.held,
            "requested": plan.counts.requested, "merkle_root": plan.merkle_root,
            "planner": planner.told(&plan, &document)?,
        });
        let event = writing.record_event(at, actor, Act::Planned, &id.to_string(), &details)?;
        writing.add_plan(id, &document, event.id)?;
        Ok(Planned { plan, document })
    })
}

/// What a plan made now would say, and what becomes due soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The counts a plan would have.
    pub counts: PlanCounts,
    /// Families whose period ends within the days asked for, that are not due yet.
    pub soon: u64,
    /// Families a statutory maximum would have had destroyed by now.
    pub overdue: u64,
    /// The root a plan's list would have.
    pub merkle_root: String,
}

/// Looks at everything as a plan does, and records nothing. Guards that have fallen behind look first.
pub fn outlook(repository: &mut Repository, days: u32) -> Result<Outlook, DispositionError> {
    catch_up(repository)?;
    let adopted = Adopted::load(repository)?;
    let today = repository.today();
    let soon = today.checked_add_days(chrono::Days::new(u64::from(days))).unwrap_or(today);
    let survey = repository.catalog().at_one_moment(|reading| survey(reading, today, soon, &adopted))?;
    let merkle_root = plan_root(&survey.items);
    Ok(Outlook { counts: survey.counts, soon: survey.soon, overdue: survey.overdue, merkle_root })
}

/// Reads a plan back and checks its signature.
pub fn read_plan(repository: &Repository, id: PlanId) -> Result<DispositionPlan, DispositionError> {
    let (document, _) = repository.catalog().reading().plan(id)?;
    let plan = check_plan(&document, Some(&repository.signer().public_key_hex()))
        .map_err(|error| DispositionError::document("plan", error))?;
    if plan.plan != id {
        let message = format!("it is the plan {} put in the place of {id}", plan.plan);
        return Err(DispositionError::Unreadable { what: "plan", message });
    }
    Ok(plan)
}

/// What a plan is computed from beside the items: the editions and the switches, each by its digest.
pub(super) fn inputs(repository: &Repository, adopted: &Adopted) -> BTreeMap<String, String> {
    let editions = adopted.digests.iter().map(|(key, digest)| (format!("schedule {key}"), digest.clone()));
    editions.chain([("policy".to_owned(), policy_digest(repository.profile()))]).collect()
}

/// The digest of the policy switches: a plan made under other switches is stale.
fn policy_digest(profile: &crate::model::profile::Profile) -> String {
    let text = serde_json::json!([profile.policy, profile.time_zone, profile.exercise]).to_string();
    crate::base::digest::Sha256Digest::of(text.as_bytes()).to_string()
}

#[derive(Default)]
struct Survey {
    counts: PlanCounts,
    held_back: BTreeMap<String, u64>,
    items: Vec<PlanItem>,
    soon: u64,
    overdue: u64,
}

fn survey(
    reading: Reading<'_>,
    today: NaiveDate,
    soon: NaiveDate,
    adopted: &Adopted,
) -> Result<Survey, DispositionError> {
    let guards = LiveGuards::load(&reading, today)?;
    let evaluator = adopted.evaluator();
    let mut survey = Survey::default();
    let mut after: Option<FamilyId> = None;
    loop {
        let mut rows: Vec<FamilyRow> = Vec::new();
        let filter = FamilyFilter { after, limit: Some(STEP), ..FamilyFilter::default() };
        reading.each_family::<DispositionError>(filter, |row| {
            rows.push(row);
            Ok(())
        })?;
        let Some(last) = rows.last() else { return Ok(survey) };
        after = Some(last.id);
        // What an interrupted run had decided already is no longer anybody's to plan.
        for row in rows.iter().filter(|row| row.state == FamilyState::Live) {
            let verdict = adopted.verdict(&evaluator, &reading, row, &guards, today)?;
            let ends_soon = matches!(verdict.eligibility, Eligibility::NotYet { earliest } if earliest <= soon);
            survey.soon += u64::from(ends_soon);
            survey.overdue += u64::from(verdict.must_destroy_by.is_some_and(|day| day < today));
            survey.add(row, verdict);
        }
    }
}

impl Survey {
    fn add(&mut self, row: &FamilyRow, verdict: Verdict) {
        self.counts.total += 1;
        let deciding = verdict.reasons.first().map(|reason| reason.code);
        if let (Eligibility::Eligible { since }, Some(rule)) = (&verdict.eligibility, &verdict.rule) {
            self.counts.eligible += 1;
            self.items.push(PlanItem {
                family: row.id,
                digest: row.name,
                rule: rule.clone(),
                since: *since,
                status: row.standing.status.word().to_owned(),
                reasons: verdict.reasons,
            });
            return;
        }
        if let Some(code) = deciding {
            *self.held_back.entry(code_word(code)).or_default() += 1;
        }
        let has = |code: ReasonCode| verdict.reasons.iter().any(|reason| reason.code == code);
        // An item stands under the first of these that is true, so the counts add up to the total.
        let counter = if has(ReasonCode::Held) || has(ReasonCode::NotEvaluated) {
            &mut self.counts.held
        } else if has(ReasonCode::Requested) {
            &mut self.counts.requested
        } else {
            match verdict.eligibility {
                Eligibility::Undetermined => &mut self.counts.undetermined,
                Eligibility::NotYet { .. } => &mut self.counts.not_yet,
                Eligibility::Blocked | Eligibility::Eligible { .. } => &mut self.counts.blocked,
            }
        };
        *counter += 1;
    }
}

/// A reason code as it is written in JSON.
pub(super) fn code_word(code: ReasonCode) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{row, since, verdict};
    use super::*;

    /// The counts add up to the total, whatever stands in the way of an item.
    #[test]
    fn each_item_stands_in_one_count_under_what_decides() {
        use ReasonCode::{
            GateOpen, Held, NoAuthority, NotEvaluated, PeriodExpired, PeriodRuns, Requested, Undetermined,
        };
        let not_yet = Eligibility::NotYet { earliest: since() };
        let counts = |change: fn(&mut PlanCounts)| {
            let mut counts = PlanCounts { total: 1, ..PlanCounts::default() };
            change(&mut counts);
            counts
        };
        let table: [(Eligibility, &[ReasonCode], PlanCounts); 9] = [
            (Eligibility::Eligible { since: since() }, &[PeriodExpired], counts(|all| all.eligible = 1)),
            (Eligibility::Blocked, &[Held, Requested], counts(|all| all.held = 1)),
            (Eligibility::Blocked, &[NotEvaluated, Requested], counts(|all| all.held = 1)),
            (Eligibility::Blocked, &[Requested, GateOpen], counts(|all| all.requested = 1)),
            // A hold beside what decides counts as a hold: what is held is asked for first.
            (not_yet.clone(), &[PeriodRuns, Held], counts(|all| all.held = 1)),
            (not_yet.clone(), &[PeriodRuns, GateOpen], counts(|all| all.not_yet = 1)),
            (Eligibility::Undetermined, &[Undetermined, GateOpen], counts(|all| all.undetermined = 1)),
            (Eligibility::Blocked, &[NoAuthority, GateOpen], counts(|all| all.blocked = 1)),
            (Eligibility::Blocked, &[], counts(|all| all.blocked = 1)),
        ];
        for (eligibility, codes, expected) in table {
            let mut survey = Survey::default();
            survey.add(&row(), verdict(eligibility.clone(), codes));
            assert_eq!(survey.counts, expected, "{codes:?}");
            let is_listed = matches!(eligibility, Eligibility::Eligible { .. });
            assert_eq!(survey.items.len(), usize::from(is_listed), "{codes:?}");
            let told = codes.first().filter(|_| !is_listed).map(|code| (code_word(*code), 1));
            assert_eq!(survey.held_back, told.into_iter().collect(), "{codes:?}");
        }
        // Eligible by no rule is not listed: nothing could be told of what it went under.
        let mut survey = Survey::default();
        let mut ruleless = verdict(Eligibility::Eligible { since: since() }, &[PeriodExpired]);
        ruleless.rule = None;
        survey.add(&row(), ruleless);
        assert_eq!((survey.items.len(), survey.counts.blocked, survey.counts.total), (0, 1, 1));
        survey.add(&row(), verdict(not_yet, &[PeriodRuns]));
        assert_eq!((survey.counts.not_yet, survey.counts.total), (1, 2));
    }
}
