//! Signed JSON documents: plans, approvals, certificates.
//!
//! The signature stands in the document's own `signature` member, with a SHA-256 digest of every other member's
//! canonical JSON. What is signed is the canonical JSON of that block without its `value`; so when a document was
//! edited the block still proves itself, and its digests *name* the member that is not as it was signed.

use super::json::{FractionError, canonical_json, push_name};
use super::sign::{SignatureError, SignatureText, Signer, verify};
use crate::base::digest::Sha256Digest;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const BLOCK: &str = "signature";

/// A signed document is not what was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonSignatureError {
    /// It has no signature.
    #[error("the document is not signed")]
    Unsigned,
    /// The signature block cannot be read.
    #[error("the signature of the document is not in the expected form: {0}")]
    Form(&'static str),
    /// The signature block itself was changed, or made with another key.
    #[error("the signature block of the document was changed: {0}")]
    Block(SignatureError),
    /// It is signed as something else.
    #[error("the document is signed as {found:?}, not as {expected:?}")]
    OtherPurpose {
        /// What it is signed as.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// Another key signed it.
    #[error("the document was signed with key {found}, not with {expected}")]
    OtherKey {
        /// The key it names.
        found: String,
        /// The key it should name.
        expected: String,
    },
    /// Members were changed after signing.
    #[error("the document was changed after it was signed: {}", .0.join(", "))]
    Changed(Vec<String>),
    /// A number has no canonical text.
    #[error(transparent)]
    Fraction(#[from] FractionError),
    /// Only objects are signed.
    #[error("only a JSON object can be signed")]
    NotAnObject,
}

/// Signs an object for one purpose and returns it with its `signature` member (an older one is replaced).
pub fn sign_json(domain: &str, document: &Value, signer: &Signer) -> Result<Value, JsonSignatureError> {
    let mut document = document.as_object().ok_or(JsonSignatureError::NotAnObject)?.clone();
    document.remove(BLOCK);
    let mut block = Map::new();
    block.insert("algorithm".into(), "Ed25519".into());
    block.insert("domain".into(), domain.into());
    block.insert("fields".into(), Value::Object(field_digests(&document)?));
    block.insert("public_key".into(), signer.public_key_hex().into());
    let text = canonical_json(&Value::Object(block.clone()))?;
    block.insert("value".into(), signer.sign(domain, text.as_bytes()).to_string().into());
    document.insert(BLOCK.into(), Value::Object(block));
    Ok(Value::Object(document))
}

/// Checks that a document is as it was signed, for this purpose and, when one is given, with this key. Without an
/// expected key a stranger could have signed it anew: then only mistakes are found.
pub fn check_json(domain: &str, document: &Value, expected_public_key: Option<&str>) -> Result<(), JsonSignatureError> {
    let document = document.as_object().ok_or(JsonSignatureError::NotAnObject)?;
    let block = match document.get(BLOCK) {
        None => return Err(JsonSignatureError::Unsigned),
        Some(block) => block.as_object().ok_or(JsonSignatureError::Form("it is not an object"))?,
    };
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    let found = text("domain").ok_or(JsonSignatureError::Form("it names no purpose"))?;
    let key = text("public_key").ok_or(JsonSignatureError::Form("it names no key"))?;
    let value = text("value").ok_or(JsonSignatureError::Form("it has no value"))?;
    if text("algorithm") != Some("Ed25519") {
        return Err(JsonSignatureError::Form("its algorithm is not Ed25519"));
    }
    if found != domain {
        return Err(JsonSignatureError::OtherPurpose { found: found.to_owned(), expected: domain.to_owned() });
    }
    let mut signed = block.clone();
    signed.remove("value");
    let signature: SignatureText = value.parse().map_err(JsonSignatureError::Block)?;
    let signed = canonical_json(&Value::Object(signed))?;
    verify(key, domain, signed.as_bytes(), &signature).map_err(JsonSignatureError::Block)?;
    if let Some(expected) = expected_public_key.filter(|expected| *expected != key) {
        return Err(JsonSignatureError::OtherKey { found: key.to_owned(), expected: expected.to_owned() });
    }
    let fields = block.get("fields").and_then(Value::as_object);
    changed_members(document, fields.ok_or(JsonSignatureError::Form("it lists no members"))?)
}

fn changed_members(document: &Map<String, Value>, signed: &Map<String, Value>) -> Result<(), JsonSignatureError> {
    let names: BTreeSet<&String> = document.keys().chain(signed.keys()).filter(|name| *name != BLOCK).collect();
    let mut changed = Vec::new();
    for name in names {
        match (document.get(name), signed.get(name)) {
            // A fraction was never signed, so the member is another one.
            (Some(value), Some(digest)) if digest_of(value).is_ok_and(|now| *digest == now) => {}
            (Some(_), Some(_)) => changed.push(name.clone()),
            (None, _) => changed.push(format!("{name} (taken out)")),
            (_, None) => changed.push(format!("{name} (added)")),
        }
    }
    if changed.is_empty() { Ok(()) } else { Err(JsonSignatureError::Changed(changed)) }
}

fn field_digests(document: &Map<String, Value>) -> Result<Map<String, Value>, JsonSignatureError> {
    document
        .iter()
        .map(|(name, value)| Ok((name.clone(), digest_of(value).map_err(|error| in_member(name, error))?)))
        .collect()
}

fn digest_of(value: &Value) -> Result<Value, FractionError> {
    Ok(Sha256Digest::of(canonical_json(value)?.as_bytes()).to_string().into())
}

fn in_member(name: &str, error: FractionError) -> FractionError {
    let dot = if error.path.is_empty() || error.path.starts_with('[') { "" } else { "." };
    FractionError { path: format!("{name}{dot}{}", error.path) }
}

/// The paths (`totals.items`, `copies[2].custodian`) at which two documents differ, signatures aside, in order.
pub fn differences(signed: &Value, other: &Value) -> Vec<String> {
    let without = |document: &Value| {
        let mut document = document.clone();
        if let Some(members) = document.as_object_mut() {
            members.remove(BLOCK);
        }
        document
    };
    let mut paths = Vec::new();
    compare(&without(signed), &without(other), String::new(), &mut paths);
    paths
}

fn compare(one: &Value, two: &Value, path: String, paths: &mut Vec<String>) {
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => {
            let names: BTreeSet<&String> = one.keys().chain(two.keys()).collect();
            for name in names {
                let mut path = path.clone();
                push_name(&mut path, name);
                compare_members(one.get(name), two.get(name), path, paths);
            }
        }
        (Value::Array(one), Value::Array(two)) => {
            for at in 0..one.len().max(two.len()) {
                compare_members(one.get(at), two.get(at), format!("{path}[{at}]"), paths);
            }
        }
        _ if one == two => {}
        _ if path.is_empty() => paths.push("the whole document".to_owned()),
        _ => paths.push(path),
    }
}

fn compare_members(one: Option<&Value>, two: Option<&Value>, path: String, paths: &mut Vec<String>) {
    match (one, two) {
        (Some(one), Some(two)) => compare(one, two, path, paths),
        (None, None) => {}
        _ => paths.push(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn signer() -> Signer {
        Signer::from_seed(&[3; 32])
    }

    fn certificate() -> Value {
        json!({"schema": 1, "plan": "D-4", "totals": {"items": 12, "bytes": 3400}, "series": ["ADM 01500"]})
    }

    fn changed(edit: impl FnOnce(&mut Value)) -> Result<(), JsonSignatureError> {
        let mut document = sign_json("certificate", &certificate(), &signer()).expect("signed");
        edit(&mut document);
        check_json("certificate", &document, Some(&signer().public_key_hex()))
    }

    #[test]
    fn an_unchanged_document_checks_even_when_it_is_reformatted() {
        let signed = sign_json("certificate", &certificate(), &signer()).expect("signed");
        let text = serde_json::to_string_pretty(&signed).expect("JSON");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(check_json("certificate", &read, Some(&signer().public_key_hex())), Ok(()));
        assert_eq!(sign_json("certificate", &signed, &signer()), Ok(signed), "signing again signs the same");
    }

    #[test]
    fn a_changed_member_is_named() {
        let named = |names: &[&str]| Err(JsonSignatureError::Changed(names.iter().map(ToString::to_string).collect()));
        assert_eq!(changed(|one| one["totals"]["items"] = json!(11)), named(&["totals"]));
        assert_eq!(changed(|one| one["note"] = json!("x")), named(&["note (added)"]));
        let taken = |one: &mut Value| drop(one.as_object_mut().and_then(|members| members.remove("plan")));
        assert_eq!(changed(taken), named(&["plan (taken out)"]));
        assert_eq!(changed(|one| one["totals"]["items"] = json!(12.5)), named(&["totals"]));
        let error = changed(|one| one["series"] = json!([])).expect_err("changed");
        assert_eq!(error.to_string(), "the document was changed after it was signed: series");
    }

    #[test]
    fn nobody_can_mend_the_block_without_the_key() {
        let mended = changed(|one| {
            one["plan"] = json!("D-5");
            one["signature"]["fields"]["plan"] = digest_of(&json!("D-5")).expect("whole");
        });
        assert_eq!(mended, Err(JsonSignatureError::Block(SignatureError::DoesNotFit)));
        assert_eq!(changed(|one| one["signature"] = json!(1)), Err(JsonSignatureError::Form("it is not an object")));
        let unsigned = changed(|one| drop(one.as_object_mut().and_then(|members| members.remove("signature"))));
        assert_eq!(unsigned, Err(JsonSignatureError::Unsigned));
        let forger = Signer::from_seed(&[4; 32]);
        let forged = changed(|one| *one = sign_json("certificate", one, &forger).expect("signed"));
        assert!(matches!(forged, Err(JsonSignatureError::OtherKey { .. })));
        let approval = changed(|one| *one = sign_json("approval", one, &signer()).expect("signed"));
        assert!(matches!(approval, Err(JsonSignatureError::OtherPurpose { .. })));
    }

    #[test]
    fn what_cannot_be_signed_is_refused() {
        let error = sign_json("plan", &json!({"totals": {"share": 0.5}}), &signer()).expect_err("a fraction");
        assert_eq!(error, JsonSignatureError::Fraction(FractionError { path: "totals.share".into() }));
        assert_eq!(sign_json("plan", &json!([1]), &signer()), Err(JsonSignatureError::NotAnObject));
    }

    #[test]
    fn differences_are_told_by_their_paths() {
        let signed = sign_json("plan", &json!({"a": {"b": [1, {"c": 2}]}, "d": 1}), &signer()).expect("signed");
        let other = json!({"a": {"b": [1, {"c": 3}, 4]}, "e": 1});
        assert_eq!(differences(&signed, &other), ["a.b[1].c", "a.b[2]", "d", "e"]);
        assert_eq!(differences(&signed, &signed), Vec::<String>::new());
        assert_eq!(differences(&json!(1), &json!(2)), ["the whole document"]);
    }
}
