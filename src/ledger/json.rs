//! Canonical JSON: one text for each value, so that it can be hashed and signed.
//!
//! Object members in order of their names' UTF-8 bytes, no blanks, strings escaped as serde_json does. It is the form
//! of RFC 8785 for documents whose member names are ASCII and whose numbers are whole, the only ones written here.

use serde_json::Value;
use std::collections::BTreeMap;

/// A number with a fraction has no canonical text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the number at {path} has a fraction; it is written as text where it is to be signed")]
pub struct FractionError {
    /// Where it stands.
    pub path: String,
}

/// The canonical text of a value.
///
/// # Errors
/// When a number has a fraction or an exponent: programs disagree on how those are printed.
pub fn canonical_json(value: &Value) -> Result<String, FractionError> {
    let mut out = String::new();
    write(value, &mut String::new(), &mut out)?;
    Ok(out)
}

/// Depth is bounded by the reader: serde_json refuses values nested deeper than 128.
fn write(value: &Value, path: &mut String, out: &mut String) -> Result<(), FractionError> {
    let length = path.len();
    match value {
        Value::Number(number) if number.is_f64() => return Err(FractionError { path: path.clone() }),
        Value::Array(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                path.push_str(&format!("[{at}]"));
                write(value, path, out)?;
                path.truncate(length);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            for (at, (name, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                push_name(path, name);
                write(value, path, out)?;
                path.truncate(length);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
    Ok(())
}

/// Adds a member's name to a path like `copies[2].custodian`.
pub(super) fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_and_nothing_is_blank() {
        let value = json!({"b": [1, -2, null, true], "a": {"é": "\u{1}\"", "Z": ""}});
        assert_eq!(
            canonical_json(&value).as_deref(),
            Ok("{\"a\":{\"Z\":\"\",\"é\":\"\\u0001\\\"\"},\"b\":[1,-2,null,true]}")
        );
        let read: Value = serde_json::from_str(&canonical_json(&value).expect("whole numbers")).expect("JSON");
        assert_eq!(read, value);
    }

    #[test]
    fn a_fraction_is_refused_and_named() {
        let error = canonical_json(&json!({"rows": [{"share": 0.5}]})).expect_err("a fraction");
        assert_eq!(error.path, "rows[0].share");
    }
}
