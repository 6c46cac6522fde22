//! What a query could mean for an item whose words are not all known.

use crate::query::Query;

/// The items that could answer a query if nothing were known about their words: everything in the query but words,
/// phrases and distances still has to hold.
pub(super) fn could_answer(query: &Query) -> Query {
    could_be(query, true)
}

/// The items for which the query could come out as wanted.
fn could_be(query: &Query, wanted: bool) -> Query {
    let each = |all: &[Query]| all.iter().map(|one| could_be(one, wanted)).collect();
    match query {
        Query::Word(..) | Query::Phrase(..) | Query::Near { .. } => Query::Everything,
        Query::Not(one) => could_be(one, !wanted),
        Query::And(all) if wanted => Query::And(each(all)),
        Query::And(all) => Query::Or(each(all)),
        Query::Or(any) if wanted => Query::Or(each(any)),
        Query::Or(any) => Query::And(each(any)),
        known if wanted => known.clone(),
        known => Query::Not(Box::new(known.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    #[test]
    fn what_is_not_a_word_still_has_to_hold() {
        let table = [
            ("road", "", "any item could have the word"),
            ("road AND kind:email", "kind:email", "the kind is known"),
            ("road OR kind:email", "", "the word could be there whatever the kind is"),
            ("NOT road", "", "the word could be missing"),
            ("NOT kind:email", "NOT kind:email", "a known part keeps its sense"),
            ("NOT (road AND kind:email)", "", "the word could be missing"),
            ("NOT (road OR kind:email)", "NOT kind:email", "both have to be missing, and one is known"),
        ];
        for (query, same, why) in table {
            let query = parse(query).expect("a query");
            let (could, same) = (could_answer(&query), parse(same).expect("a query"));
            assert_eq!(simple(could), simple(same), "{why}");
        }
    }

    /// Leaves out what says nothing, so that trees can be compared.
    fn simple(query: Query) -> Query {
        match query {
            Query::And(all) => {
                let mut all: Vec<Query> = all.into_iter().map(simple).filter(|one| *one != Query::Everything).collect();
                match all.len() {
                    0 => Query::Everything,
                    1 => all.remove(0),
                    _ => Query::And(all),
                }
            }
            Query::Or(any) => {
                let any: Vec<Query> = any.into_iter().map(simple).collect();
                if any.contains(&Query::Everything) { Query::Everything } else { Query::Or(any) }
            }
            Query::Not(one) => Query::Not(Box::new(simple(*one))),
            other => other,
        }
    }
}
