//! Who made a plan, and what of that is proved.
//!
//! What stands after `--as` is a label: one person could make a plan under another's name and approve it under their own. So
//! outside exercises a plan made by hand is signed with the key of a registered person, which that person's passphrase
//! opens, and only a plan whose maker is proved can be approved, by somebody else. The night's plan has no maker: the
//! program lists what the rules list, and one registered person answers for it. What is not proved is that two names belong
//! to two people: whoever registers people has to see to that.

use super::approve::{is_registered_by_ledger, signer_of};
use super::{DispositionError, signed_document};
use crate::base::digest::Sha256Digest;
use crate::base::id::PlanId;
use crate::catalog::Reading;
use crate::ledger::Signer;
use crate::model::disposition::DispositionPlan;
use crate::model::event::Act;
use crate::repository::Repository;
use crate::verify::documents::{PLANNER_DOMAIN, check_planner};

/// Who makes a plan.
pub(super) enum Planner {
    /// A registered person, who signs it.
    Person(Box<Signer>),
    /// The nightly work.
    Night,
    /// Whoever wrote a name: in an exercise; elsewhere nobody can approve it.
    Label,
}

impl Planner {
    /// The person who makes a plan by hand.
    ///
    /// # Errors
    /// `Refused` outside exercises for the name of a registered person without that person's passphrase.
    pub(super) fn by_hand(
        repository: &Repository,
        actor: &str,
        passphrase: Option<&str>,
    ) -> Result<Self, DispositionError> {
        let registered = repository.catalog().reading().approver(actor)?.is_some();
        match (registered, passphrase) {
            (true, None) if repository.profile().exercise => Ok(Self::Label),
            (true, None) => Err(DispositionError::Refused(format!(
                "{actor} is registered to approve, and a plan under that name is made with the passphrase"
            ))),
            (true, Some(_)) => Ok(Self::Person(Box::new(signer_of(repository, actor, passphrase)?))),
            (false, _) => Ok(Self::Label),
        }
    }

    /// What the event of the making tells.
    pub(super) fn told(&self, plan: &DispositionPlan, document: &str) -> Result<serde_json::Value, DispositionError> {
        let signer = match self {
            Self::Night => return Ok("night".into()),
            Self::Label => return Ok("label".into()),
            Self::Person(signer) => signer,
        };
        let word = serde_json::json!({
            "plan": plan.plan, "plan_sha256": Sha256Digest::of(document.as_bytes()), "planned_by": plan.planned_by,
            "planned_at": plan.planned_at, "exercise": plan.exercise,
        });
        signed_document(PLANNER_DOMAIN, &word, signer)
    }
}

/// Why a plan cannot be approved or run because it is not proved who made it; `None` where that is proved, or in an
/// exercise.
pub(super) fn not_proved(
    reading: &Reading<'_>,
    plan: &DispositionPlan,
    document: &str,
) -> Result<Option<String>, DispositionError> {
    if plan.exercise {
        return Ok(None);
    }
    let event = made(reading, plan.plan)?;
    let key = match reading.approver(&plan.planned_by)? {
        Some((public, _)) if is_registered_by_ledger(reading, &plan.planned_by, &public)? => Some(public),
        _ => None,
    };
    let why = match check_planner(&event, document, &plan.planned_by, key.as_deref()) {
        Some(Ok(())) => return Ok(None),
        Some(Err(why)) => why,
        None => "an older version of this program made it".to_owned(),
    };
    Ok(Some(format!(
        "it is not proved who made the plan {id}: {why}. Make a new one under the name of a registered person other than the one \
         who approves, with that person's passphrase: recordroom --as NAME dispose plan; or approve the night's. Withdraw \
         this one: recordroom dispose withdraw {id} --reason TEXT",
        id = plan.plan
    )))
}

/// Whether anybody can approve a plan: it is proved who made it, or it belongs to an exercise.
pub fn can_be_approved(repository: &Repository, id: PlanId) -> Result<bool, DispositionError> {
    let (document, _) = repository.catalog().reading().plan(id)?;
    let plan = super::plan::read_plan(repository, id)?;
    Ok(not_proved(&repository.catalog().reading(), &plan, &document)?.is_none())
}

/// What the event of its making tells of a plan.
fn made(reading: &Reading<'_>, plan: PlanId) -> Result<serde_json::Value, DispositionError> {
    let about = reading.events_about(&plan.to_string())?;
    let event = about.iter().find(|event| event.act == Act::Planned);
    Ok(event.and_then(|event| serde_json::from_str(&event.details).ok()).unwrap_or_default())
}
