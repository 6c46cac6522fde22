//! Every act on a plan in every state.

use super::*;

/// Where a plan stands; an approved one may have begun to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    Planned,
    Approved,
    Begun,
    Executed,
    Withdrawn,
}

/// The columns of the table of plans.
fn columns() -> Vec<Plan> {
    let of = |state: &PlanState| match state {
        PlanState::Planned => &[Plan::Planned][..],
        PlanState::Approved => &[Plan::Approved, Plan::Begun],
        PlanState::Executed => &[Plan::Executed],
        PlanState::Withdrawn => &[Plan::Withdrawn],
    };
    PlanState::ALL.iter().flat_map(of).copied().collect()
}

/// A city with three items that are due and one that is not, and a plan that stands so.
pub fn plan_that_is(stands: Plan) -> (City, PlanId) {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let mut messages: Vec<Message> =
        (0..3).map(|n| Message::new(&format!("old{n}"), "2023-01-10", &format!("old {n}"), "Words.")).collect();
    messages.push(Message::new("new", "2025-01-20", "new", "Stays."));
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let id = plan(&mut repository).plan;
    if stands == Plan::Withdrawn {
        disposition::withdraw(&mut repository, id, "another schedule is coming", "clerk").expect("withdrawn");
    } else if stands != Plan::Planned {
        disposition::approve(&mut repository, id, "approver", None).expect("approved");
    }
    if stands == Plan::Executed {
        run(&mut repository, id).expect("executed");
    }
    drop(repository);
    if stands != Plan::Begun {
        return (city, id);
    }
    for nth in 1.. {
        let here = city.copied();
        let mut repository = here.open(TODAY);
        arm(FaultKind::Crash, nth);
        let result = run(&mut repository, id);
        disarm();
        assert!(result.is_err(), "no point left it begun");
        drop(repository);
        if !here.open(TODAY).catalog().reading().destructions().expect("read").is_empty() {
            return (here, id);
        }
    }
    unreachable!("a point leaves it begun, or none does and that is told")
}

/// An act on a plan, in a city that is opened for it.
type OnPlan = fn(&City, &mut Repository, PlanId) -> Told;

/// Under a limit that trips a breaker: there is no backup.
fn let_past(city: &City, id: PlanId, breaker: Breaker, who: &str) -> Told {
    let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
    profile.policy.breakers.backup_days = Some(1);
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
    told(disposition::override_breaker(&mut city.open(TODAY), id, breaker, "the list was read", who, None))
}

/// Every act on a plan: what it comes to when the plan is made, approved, begun to be run, executed, withdrawn.
const ON_PLANS: &[(&str, OnPlan, [Then<PlanState>; 5])] = &[
    (
        "approved by another person",
        |_, r, id| told(disposition::approve(r, id, "approver", None)),
        [
            Stands(PlanState::Approved),
            Refused("is approved already"),
            Refused("is approved already"),
            Refused("is executed already"),
            Refused("is withdrawn already"),
        ],
    ),
    (
        "approved by who made it",
        |_, r, id| told(disposition::approve(r, id, "Planner.", None)),
        [
            Refused("somebody else has to approve it"),
            Refused("is approved already"),
            Refused("is approved already"),
            Refused("is executed already"),
            Refused("is withdrawn already"),
        ],
    ),
    (
        "run",
        |_, r, id| told(run(r, id)),
        [
            Refused("is not approved"),
            Stands(PlanState::Executed),
            Stands(PlanState::Executed),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "run while all destruction is stopped",
        |_, r, id| {
            disposition::stop(r, "letter from the auditor", "clerk").expect("stopped");
            told(run(r, id))
        },
        [Refused("all destruction was stopped by clerk"); 5],
    ),
    (
        "run while the second place of the keys does not read back",
        |city, r, id| {
            std::fs::remove_dir_all(city.room.path().join("keys-second")).expect("lost");
            let result = told(run(r, id));
            std::fs::create_dir_all(city.room.path().join("keys-second")).expect("a folder");
            result
        },
        [
            Refused("is not approved"),
            Refused("the second place of the key set does not read back"),
            Refused("second place"),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "run under another policy than it was made under",
        |city, _, id| {
            let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
            profile.policy.protect_days_after_close += 1;
            Repository::store_profile(&city.repository_path(), &profile).expect("stored");
            told(run(&mut city.open(TODAY), id))
        },
        [
            Refused("is not approved"),
            Refused("a schedule, a department or a policy switch changed"),
            Stands(PlanState::Executed),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "withdrawn",
        |_, r, id| told(disposition::withdraw(r, id, "thought better of it", "clerk")),
        [
            Stands(PlanState::Withdrawn),
            Stands(PlanState::Withdrawn),
            Refused("has begun to be run"),
            Refused("is executed already"),
            Refused("is withdrawn already"),
        ],
    ),
    (
        "withdrawn without a reason",
        |_, r, id| told(disposition::withdraw(r, id, " ", "clerk")),
        [Refused("needs the reason"); 5],
    ),
    (
        "let past a breaker that tripped",
        |city, _, id| let_past(city, id, Breaker::BackupAge, "approver"),
        [
            Stands(PlanState::Planned),
            Stands(PlanState::Approved),
            Stands(PlanState::Approved),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "let past a breaker by who made it",
        |city, _, id| let_past(city, id, Breaker::BackupAge, "Planner."),
        [
            Refused("somebody else has to let it past"),
            Refused("somebody else has to let it past"),
            Refused("somebody else has to let it past"),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "let past a breaker that has not tripped",
        |city, _, id| let_past(city, id, Breaker::Share, "approver"),
        [
            Refused("has not tripped"),
            Refused("has not tripped"),
            Refused("has not tripped"),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "let past the stop of all destruction",
        |city, _, id| let_past(city, id, Breaker::Stopped, "approver"),
        [Refused("cannot be overridden"); 5],
    ),
    (
        "another plan is made",
        |_, r, _| told(disposition::plan(r, "planner")),
        [
            Stands(PlanState::Planned),
            Stands(PlanState::Approved),
            Stands(PlanState::Approved),
            Stands(PlanState::Executed),
            Stands(PlanState::Withdrawn),
        ],
    ),
    (
        "what a run that was cut off had decided is finished",
        |_, r, _| told(disposition::finish_interrupted(r, "clerk")),
        [
            Stands(PlanState::Planned),
            Stands(PlanState::Approved),
            Stands(PlanState::Approved),
            Stands(PlanState::Executed),
            Stands(PlanState::Withdrawn),
        ],
    ),
];

/// What there is of a plan: its state, what has a decided destruction, and what is left of the store.
fn of_plan(repository: &Repository, id: PlanId) -> (PlanState, usize, u64) {
    let reading = repository.catalog().reading();
    let state = reading.plan(id).expect("a plan").1;
    (state, reading.destructions().expect("read").len(), reading.families_here().expect("read"))
}

#[test]
fn every_act_on_a_plan_in_every_state_leads_on_or_is_refused_and_a_refusal_destroys_nothing() {
    let mut all = Vec::new();
    for (place, stands) in columns().into_iter().enumerate() {
        let (prepared, id) = plan_that_is(stands);
        for (act, step, expected) in ON_PLANS {
            let what = format!("{act}, {stands:?}");
            let city = prepared.copied();
            let mut repository = city.open(TODAY);
            let before = of_plan(&repository, id);
            let result = step(&city, &mut repository, id);
            drop(repository);
            let repository = city.open(TODAY);
            let after = of_plan(&repository, id);
            match (expected[place], result) {
                (Stands(state), Ok(())) => assert_eq!(after.0, state, "{what}"),
                (Refused(words), Err(message)) => {
                    assert!(message.contains(words), "{what}: {message}");
                    assert_eq!(after, before, "{what}");
                }
                (expected, result) => panic!("{what}: expected {expected:?}, and it was {result:?}"),
            }
            assert_eq!(before.1 > 0, matches!(stands, Plan::Begun | Plan::Executed), "{what}");
            if after.0 == PlanState::Executed {
                assert_eq!(subjects(&repository), ["new".to_owned()].into(), "{what}: what is not due stays");
            }
            all.extend(recorded(&repository));
        }
    }
    assert_complete(&all, Life::Plan);
}
