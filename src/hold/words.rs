//! A scope in words, for people and for letters.

use crate::catalog::{CatalogError, Reading};
use crate::model::hold::Scope;

/// What a scope reaches, in one line.
pub fn told(reading: &Reading<'_>, scope: &Scope) -> Result<String, CatalogError> {
    let mut parts = Vec::new();
    let names = reading.custodians()?;
    let custodians: Vec<&str> =
        names.iter().filter(|(id, ..)| scope.custodians.contains(id)).map(|(_, name, _)| name.as_str()).collect();
    if !custodians.is_empty() {
        parts.push(format!("custodians {}", custodians.join(", ")));
    }
    if !scope.parties.is_empty() {
        parts.push(format!("parties {}", scope.parties.join(", ")));
    }
    match (scope.from, scope.to) {
        (Some(from), Some(to)) => parts.push(format!("{from} to {to}")),
        (Some(from), None) => parts.push(format!("from {from} on")),
        (None, Some(to)) => parts.push(format!("up to {to}")),
        (None, None) => {}
    }
    if let Some(query) = &scope.query {
        parts.push(format!("what these search words find: {query}"));
    }
    if !scope.families.is_empty() {
        let list: Vec<String> = scope.families.iter().map(ToString::to_string).collect();
        parts.push(format!("items {}", list.join(", ")));
    }
    if parts.is_empty() {
        parts.push("everything".to_owned());
    }
    if !scope.excluded.is_empty() {
        let list: Vec<String> = scope.excluded.iter().map(ToString::to_string).collect();
        parts.push(format!("without {}", list.join(", ")));
    }
    Ok(crate::text::safe(&parts.join("; ")))
}
