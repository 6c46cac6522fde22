//! Whether a scope reaches one item. What is not known is inside: a hold that guesses "no" loses evidence.

use crate::base::clock::local_date;
use crate::base::id::CustodianId;
use crate::model::hold::Scope;
use crate::model::item::{ParsedItem, Searchable};
use chrono::NaiveDate;
use chrono_tz::Tz;

/// What a scope looks at beside the words: known to the catalog or to the item itself.
#[derive(Debug, Clone)]
pub struct Reach<'i> {
    /// Custodians of all copies; empty when none is known.
    pub custodians: &'i [CustodianId],
    /// Addresses and numbers of the parties as written and as normalised, lowercase; empty when none is known.
    pub parties: Vec<String>,
    /// The civil day of the item, sent else received.
    pub day: Option<NaiveDate>,
    /// How much of it is searchable.
    pub searchable: Searchable,
}

impl<'i> Reach<'i> {
    /// What a scope looks at in an item.
    pub fn of(item: &ParsedItem, custodians: &'i [CustodianId], zone: Tz) -> Self {
        let mut parties = Vec::new();
        for party in &item.parties {
            parties.push(party.address.to_lowercase());
            parties.extend(party.normal.clone());
        }
        parties.retain(|party| !party.is_empty());
        let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
        let day = moment.map(|time| local_date(time.at, zone));
        Self { custodians, parties, day, searchable: item.family_searchable() }
    }
}

/// Whether every part of a scope but its query reaches the item.
pub fn reaches(scope: &Scope, reach: &Reach<'_>) -> bool {
    let custodian = scope.custodians.is_empty()
        || reach.custodians.is_empty()
        || reach.custodians.iter().any(|one| scope.custodians.contains(one));
    let party = scope.parties.is_empty()
        || reach.parties.is_empty()
        || scope.parties.iter().any(|wanted| reach.parties.iter().any(|party| same_party(wanted, party)));
    let day =
        reach.day.is_none_or(|day| scope.from.is_none_or(|from| day >= from) && scope.to.is_none_or(|to| day <= to));
    custodian && party && day
}

/// Whether the words of an item have to be asked at all: what is not fully searchable is inside whatever they say.
pub fn words_decide(scope: &Scope, reach: &Reach<'_>) -> bool {
    scope.query.is_some() && reach.searchable == Searchable::Fully
}

/// Two ways to write the same address or number: numbers are compared by their digits, with or without the leading 1.
fn same_party(wanted: &str, party: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    if wanted == party {
        return true;
    }
    if wanted.contains('@') || party.contains('@') {
        return false;
    }
    let (one, two) = (digits(&wanted), digits(party));
    one.len() >= 7 && one == two
}

/// The digits of a number without the country code of North America.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('1') {
        Some(rest) if rest.len() == 10 => rest.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(custodians: &[CustodianId], party: &str, day: Option<&str>) -> bool {
        let scope = Scope {
            custodians: vec![CustodianId::new(1)],
            parties: vec!["(763) 555-0142".to_owned(), "anna@cedarbend.example".to_owned()],
            from: "2025-01-01".parse().ok(),
            to: "2025-03-31".parse().ok(),
            ..Scope::default()
        };
        let parties = if party.is_empty() { Vec::new() } else { vec![party.to_owned()] };
        let day = day.map(|day| day.parse().expect("a day"));
        reaches(&scope, &Reach { custodians, parties, day, searchable: Searchable::Fully })
    }

    #[test]
    fn all_parts_must_fit_and_what_is_unknown_is_inside() {
        let (one, two) = ([CustodianId::new(1)], [CustodianId::new(2)]);
        let day = Some("2025-02-01");
        assert!(reach(&one, "+17635550142", day));
        assert!(reach(&one, "anna@cedarbend.example", Some("2025-03-31")), "the last day is inside");
        assert!(!reach(&two, "+17635550142", day));
        assert!(!reach(&one, "+17635550143", day));
        assert!(!reach(&one, "joanna@cedarbend.example", day));
        assert!(!reach(&one, "+17635550142", Some("2025-04-01")));
        assert!(reach(&[], "+17635550142", day), "an unknown custodian is inside");
        assert!(reach(&one, "", day), "unknown parties are inside");
        assert!(reach(&one, "+17635550142", None), "an unknown date is inside");
    }

    #[test]
    fn each_part_of_a_scope_decides_for_itself() {
        let one = |id: i64| vec![CustodianId::new(id)];
        let anna = Scope { custodians: one(1), ..Scope::default() };
        let number = Scope { parties: vec!["763-555-0142".to_owned()], ..Scope::default() };
        let from = Scope { from: "2025-01-01".parse().ok(), ..Scope::default() };
        let to = Scope { to: "2025-03-31".parse().ok(), ..Scope::default() };
        let (first, second) = ([CustodianId::new(1)], [CustodianId::new(2)]);
        let both = [CustodianId::new(2), CustodianId::new(1)];
        type Row<'a> = (&'a Scope, &'a [CustodianId], &'a [&'a str], &'a str, bool, &'a str);
        let table: [Row<'_>; 16] = [
            (&Scope::default(), &second, &["x@y.example"], "1999-01-01", true, "no part at all reaches everything"),
            (&anna, &first, &["x@y.example"], "1999-01-01", true, "the parts that are not given do not narrow"),
            (&anna, &second, &["x@y.example"], "1999-01-01", false, "another mailbox"),
            (&anna, &both, &[], "", true, "one of the copies is enough"),
            (&number, &second, &["x@y.example", "+17635550142"], "1999-01-01", true, "one of the parties is enough"),
            (&number, &second, &["+17635550142", "x@y.example"], "1999-01-01", true, "in whatever order"),
            (&number, &second, &["x@y.example"], "1999-01-01", false, "somebody else"),
            (&from, &second, &[], "2025-01-01", true, "the first day is inside"),
            (&from, &second, &[], "2024-12-31", false, "the day before is not"),
            (&from, &second, &[], "2999-01-01", true, "and no last day is set"),
            (&to, &second, &[], "2025-03-31", true, "the last day is inside"),
            (&to, &second, &[], "2025-04-01", false, "the day after is not"),
            (&to, &second, &[], "1999-01-01", true, "and no first day is set"),
            (&from, &second, &[], "", true, "an unknown day is inside"),
            (&anna, &[], &[], "", true, "so is an unknown mailbox"),
            (&number, &second, &[], "", true, "and unknown parties"),
        ];
        for (scope, custodians, parties, day, expected, why) in table {
            let parties = parties.iter().map(|party| (*party).to_owned()).collect();
            let reach = Reach { custodians, parties, day: day.parse().ok(), searchable: Searchable::Fully };
            assert_eq!(reaches(scope, &reach), expected, "{why}");
        }
    }

    #[test]
    fn the_same_party_is_known_however_it_is_written() {
        let table = [
            ("555-0142", "5550142", true, "a number without its area code, by its seven digits"),
            ("55-0142", "550142", false, "six digits are no number"),
            ("1-763-555-0142", "7635550142", true, "with or without the country code"),
            ("1555014", "555014", false, "a 1 before fewer than ten digits is a digit like the others"),
            ("17635550142", "27635550142", false, "another country"),
            (" Anna@CedarBend.example ", "anna@cedarbend.example", true, "spaces and capitals of who typed the scope"),
            ("5550142", "a5550142@cedarbend.example", false, "digits of an address are no number"),
            ("a5550142@cedarbend.example", "5550142", false, "whichever of the two is the address"),
            ("a5550142@one.example", "b5550142@two.example", false, "and two addresses are compared as such"),
        ];
        for (wanted, party, expected, why) in table {
            assert_eq!(same_party(wanted, party), expected, "{wanted} and {party}: {why}");
        }
    }

    #[test]
    fn words_are_not_asked_of_what_cannot_be_searched() {
        let scope = Scope { query: Some("ridgeview".to_owned()), ..Scope::default() };
        let with = |searchable| Reach { custodians: &[], parties: Vec::new(), day: None, searchable };
        assert!(words_decide(&scope, &with(Searchable::Fully)));
        assert!(!words_decide(&scope, &with(Searchable::Partly)));
        assert!(!words_decide(&scope, &with(Searchable::Not)));
        assert!(!words_decide(&Scope::default(), &with(Searchable::Fully)), "where no words are asked for");
    }
}
