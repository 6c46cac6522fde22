//! What a data request protects from its receipt: its whole custodian and date scope, whatever words it asks for.
//!
//! Nobody has looked yet for what the requester means, and words that miss would otherwise let it be destroyed. A
//! recorded decision narrows it to what the request asks for. Washington forbids destruction under a pending request in
//! words (CORE, GS2010-001); in Minnesota the risk is that of Minn. Stat. § 13.08.

use crate::model::hold::Scope;

/// The scope of a request without its words and parties; `None` where there is nothing to leave out.
pub fn whole_of(scope: &Scope) -> Option<Scope> {
    let narrows = scope.query.is_some() || !scope.parties.is_empty();
    let whole = Scope { query: None, parties: Vec::new(), ..scope.clone() };
    // Without custodians and dates the families it names would be all that is left of it: then everything is meant.
    let bounded = !whole.custodians.is_empty() || whole.from.is_some() || whole.to.is_some();
    narrows.then(|| if bounded { whole } else { Scope::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{CustodianId, FamilyId};

    #[test]
    fn words_and_parties_are_left_out_and_nothing_else() {
        let words = Scope { query: Some("mill".to_owned()), ..Scope::default() };
        let anna = Scope { custodians: vec![CustodianId::new(1)], ..Scope::default() };
        let dates = Scope { to: "2025-03-31".parse().ok(), ..Scope::default() };
        let since = Scope { from: "2025-01-01".parse().ok(), ..Scope::default() };
        let named = Scope { families: vec![FamilyId::new(7)], ..Scope::default() };
        let table = [
            (words.clone(), Some(Scope::default()), "words alone: everything could be meant"),
            (anna.clone(), None, "a whole mailbox is asked for already"),
            (Scope { query: words.query.clone(), ..anna.clone() }, Some(anna), "her mailbox, whatever it says"),
            (
                Scope { parties: vec!["555-0142".to_owned()], ..dates.clone() },
                Some(dates),
                "the days, whoever takes part",
            ),
            (
                Scope { query: words.query.clone(), ..since.clone() },
                Some(since),
                "the days from one on, whatever it says",
            ),
            (named.clone(), None, "items by name"),
            (Scope { query: words.query, ..named }, Some(Scope::default()), "items by name, and words over everything"),
        ];
        for (scope, expected, why) in table {
            assert_eq!(whole_of(&scope), expected, "{why}");
        }
    }
}
