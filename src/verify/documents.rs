//! The signed documents of a destruction: what each is signed as, and whether one is still what was signed.

use crate::base::digest::Sha256Digest;
use crate::ledger::{JsonSignatureError, MerkleBuilder, Signer, check_json, leaf_hash, sign_json};
use crate::model::disposition::{DispositionPlan, PlanItem};
use serde_json::Value;

/// Purposes of the signatures, so that one kind of document can never pass for another.
pub const PLAN_DOMAIN: &str = "recordroom disposition plan 1";
/// An approval.
pub const APPROVAL_DOMAIN: &str = "recordroom disposition approval 1";
/// The word of the person who made a plan.
pub const PLANNER_DOMAIN: &str = "recordroom disposition planner 1";
/// A certificate of destruction.
pub const CERTIFICATE_DOMAIN: &str = "recordroom certificate of destruction 1";

/// The second person's word to what lets items go from a hold.
pub const CONFIRMATION_DOMAIN: &str = "recordroom hold confirmation 1";
/// The statement over the record of a matter.
pub const MATTER_DOMAIN: &str = "recordroom record of a matter 1";

/// The statement of a bag offered to the archives.
pub const TRANSFER_DOMAIN: &str = "recordroom transfer offer 1";

/// A document is not what was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It was changed, or signed by somebody else or as something else.
    #[error(transparent)]
    Signature(#[from] JsonSignatureError),
    /// It cannot be read as what it should be.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It was signed, and contradicts itself.
    #[error("{0}")]
    Contradiction(String),
}

/// Signs a document.
pub fn signed(domain: &'static str, value: &Value, signer: &Signer) -> Result<Value, DocumentError> {
    Ok(sign_json(domain, value, signer)?)
}

/// The members of a signed document, when they are as they were signed; with a key also that this key signed it.
pub fn checked(domain: &'static str, document: &Value, public_key: Option<&str>) -> Result<Value, JsonSignatureError> {
    check_json(domain, document, public_key)?;
    let mut body = document.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("signature");
    }
    Ok(body)
}

/// RFC 6962 root over the items of a plan, in their order.
pub fn plan_root(items: &[PlanItem]) -> String {
    let mut tree = MerkleBuilder::default();
    for item in items {
        let leaf = format!("{} {} {} {} {}", item.family, item.digest, item.rule.edition, item.rule.series, item.since);
        tree.push(leaf_hash(leaf.as_bytes()));
    }
    tree.root().to_string()
}

/// Checks a plan: its signature, the root of its list, its count.
pub fn check_plan(document: &str, public_key: Option<&str>) -> Result<DispositionPlan, DocumentError> {
    let unreadable = |error: serde_json::Error| DocumentError::Unreadable(error.to_string());
    let value: Value = serde_json::from_str(document).map_err(unreadable)?;
    let plan: DispositionPlan =
        serde_json::from_value(checked(PLAN_DOMAIN, &value, public_key)?).map_err(unreadable)?;
    if plan.merkle_root != plan_root(&plan.items) {
        return Err(DocumentError::Contradiction("its list does not have the root it names".to_owned()));
    }
    if plan.counts.eligible != plan.items.len() as u64 {
        return Err(DocumentError::Contradiction("it lists another number of items than it counts".to_owned()));
    }
    Ok(plan)
}

/// Checks an approval against the plan document it is for, the person it names and the keys that person may have
/// signed with, one of which has to fit. `None` where there is no key.
pub fn check_approval_by(
    document: &str,
    plan_document: &str,
    approved_by: &str,
    keys: &[String],
) -> Option<Result<(), DocumentError>> {
    let mut failed = None;
    for key in keys {
        match check_approval(document, plan_document, approved_by, key) {
            Ok(()) => return Some(Ok(())),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map(Err)
}

/// Who made a plan, as far as it is proved: what the event of its making says under `planner`. `None` for an event that
/// says nothing of it.
pub fn check_planner(
    event: &Value,
    plan_document: &str,
    planned_by: &str,
    registered_key: Option<&str>,
) -> Option<Result<(), String>> {
    let planner = event.get("planner").filter(|one| !one.is_null())?;
    if planner == "night" {
        return Some(Ok(()));
    }
    if planner == "label" {
        return Some(Err(format!("{planned_by:?} is a name that anybody can write after --as")));
    }
    let Some(key) = registered_key else { return Some(Err(format!("{planned_by} is not registered to approve"))) };
    Some(match checked(PLANNER_DOMAIN, planner, Some(key)) {
        Err(error) => Err(format!("what {planned_by} signed does not hold: {error}")),
        Ok(word) => {
            let text = |name: &str| word.get(name).and_then(Value::as_str);
            let digest = Sha256Digest::of(plan_document.as_bytes()).to_string();
            if text("plan_sha256") == Some(digest.as_str()) && text("planned_by") == Some(planned_by) {
                Ok(())
            } else {
                Err(format!("what {planned_by} signed is another plan"))
            }
        }
    })
}

/// Checks the approval of a plan under one key.
fn check_approval(
    document: &str,
    plan_document: &str,
    approved_by: &str,
    public_key: &str,
) -> Result<(), DocumentError> {
    let value: Value = serde_json::from_str(document).map_err(|error| DocumentError::Unreadable(error.to_string()))?;
    let approval = checked(APPROVAL_DOMAIN, &value, Some(public_key))?;
    let text = |name: &str| approval.get(name).and_then(Value::as_str);
    let digest = Sha256Digest::of(plan_document.as_bytes()).to_string();
    if text("plan_sha256") != Some(digest.as_str()) {
        return Err(DocumentError::Contradiction("the approval is for another plan".to_owned()));
    }
    if text("approved_by") != Some(approved_by) {
        return Err(DocumentError::Contradiction(format!("the approval was not given by {approved_by}")));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan() -> Value {
        json!({
            "plan": "D-1", "repository": "r", "exercise": true, "planned_by": "a", "planned_at": "2026-01-01T00:00:00Z",
            "on": "2026-01-01", "inputs": {}, "counts": { "total": 1, "eligible": 0, "held": 1, "requested": 0,
            "undetermined": 0, "not_yet": 0, "blocked": 0 }, "held_back": {}, "items": [],
            "merkle_root": plan_root(&[]),
        })
    }

    #[test]
    fn a_plan_that_was_edited_or_contradicts_itself_is_named() {
        let signer = Signer::from_seed(&[1; 32]);
        let key = signer.public_key_hex();
        let good = signed(PLAN_DOMAIN, &plan(), &signer).unwrap();
        assert_eq!(check_plan(&good.to_string(), Some(&key)).unwrap().planned_by, "a");
        let mut edited = good.clone();
        edited["planned_by"] = json!("b");
        let error = check_plan(&edited.to_string(), Some(&key)).unwrap_err();
        assert_eq!(error.to_string(), "the document was changed after it was signed: planned_by");
        let mut wrong = plan();
        wrong["counts"]["eligible"] = json!(1);
        let wrong = signed(PLAN_DOMAIN, &wrong, &signer).unwrap().to_string();
        assert!(matches!(check_plan(&wrong, Some(&key)), Err(DocumentError::Contradiction(_))));
    }

    #[test]
    fn who_made_a_plan_is_proved_by_a_key_of_that_person_alone() {
        let signer = Signer::from_seed(&[3; 32]);
        let key = signer.public_key_hex();
        let value = json!({ "plan_sha256": Sha256Digest::of(b"plan").to_string(), "planned_by": "Anna" });
        let word = signed(PLANNER_DOMAIN, &value, &signer).unwrap();
        let told = |planner: &Value, document: &str, who: &str, key: Option<&str>| {
            check_planner(&json!({ "planner": planner }), document, who, key).map(|said| said.is_ok())
        };
        for (planner, document, who, key, expected, why) in [
            (&word, "plan", "Anna", Some(&*key), Some(true), "signed by her"),
            (&word, "other plan", "Anna", Some(&*key), Some(false), "another plan"),
            (&word, "plan", "Bob", Some(&*key), Some(false), "another person"),
            (&word, "plan", "Anna", Some(&*"00".repeat(32)), Some(false), "another key"),
            (&word, "plan", "Anna", None, Some(false), "nobody is registered under that name"),
            (&json!("label"), "plan", "Anna", Some(&*key), Some(false), "a name alone"),
            (&json!("night"), "plan", "recordroom", None, Some(true), "no person made it"),
            (&json!("nightly"), "plan", "recordroom", None, Some(false), "a word that means nothing"),
            (&Value::Null, "plan", "Anna", Some(&*key), None, "an event from before"),
        ] {
            assert_eq!(told(planner, document, who, key), expected, "{why}");
        }
    }

    #[test]
    fn an_approval_is_for_one_plan_by_one_person() {
        let signer = Signer::from_seed(&[2; 32]);
        let key = signer.public_key_hex();
        let value = json!({ "plan_sha256": Sha256Digest::of(b"plan").to_string(), "approved_by": "Anna" });
        let approval = signed(APPROVAL_DOMAIN, &value, &signer).unwrap().to_string();
        assert_eq!(check_approval(&approval, "plan", "Anna", &key), Ok(()));
        assert!(check_approval(&approval, "another plan", "Anna", &key).is_err());
        assert!(check_approval(&approval, "plan", "Bob", &key).is_err());
        let other = Signer::from_seed(&[3; 32]).public_key_hex();
        assert!(check_approval(&approval, "plan", "Anna", &other).is_err());
    }
}
