//! What a term report lists.

use super::tree::Query;

/// The words, phrases and distances a query looks for, in the order they were typed and each once. What must not be
/// there is no term. Each can be searched by itself, and written with `to_string`.
pub fn terms(query: &Query) -> Vec<Query> {
    let mut all = Vec::new();
    collect(query, &mut all);
    all
}

fn collect(query: &Query, all: &mut Vec<Query>) {
    match query {
        Query::Word(..) | Query::Phrase(..) | Query::Near { .. } => {
            if !all.contains(query) {
                all.push(query.clone());
            }
        }
        Query::And(several) | Query::Or(several) => several.iter().for_each(|one| collect(one, all)),
        Query::Everything
        | Query::Kind(_)
        | Query::Status(_)
        | Query::Series(_)
        | Query::Custodian(_)
        | Query::Person(_)
        | Query::Family(_)
        | Query::Date(..)
        | Query::AttachmentType(_)
        | Query::Is(_)
        | Query::Not(_) => {}
    }
}

/// The persons a query asks for, each once.
pub fn persons(query: &Query) -> Vec<&str> {
    let mut all = match query {
        Query::Person(wanted) => vec![wanted.as_str()],
        Query::And(several) | Query::Or(several) => several.iter().flat_map(persons).collect(),
        Query::Not(inner) => persons(inner),
        _ => Vec::new(),
    };
    all.sort_unstable();
    all.dedup();
    all
}
