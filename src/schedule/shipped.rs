//! The schedule files that come with the program. None of them authorises anything.

/// The text of a schedule that comes with the program.
pub fn shipped(key: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(name, _)| *name == key).map(|(_, text)| *text)
}

/// The keys of the schedules that come with the program, in order.
pub fn shipped_keys() -> Vec<&'static str> {
    SHIPPED.iter().map(|(name, _)| *name).collect()
}

const SHIPPED: [(&str, &str); 3] = [
    ("minnesota-cities-starter", include_str!("../../schedules/minnesota-cities-starter.toml")),
    ("nara-grs", include_str!("../../schedules/nara-grs.toml")),
    ("otsego-2024", include_str!("../../schedules/otsego-2024.toml")),
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::super::file::parse;
    use super::*;
    use crate::model::record::RecordKind;
    use crate::model::retention::{Authority, Term};

    #[test]
    fn every_shipped_file_reads_and_carries_its_own_key() {
        assert!(shipped_keys().is_sorted());
        for key in shipped_keys() {
            let edition = parse(shipped(key).unwrap()).unwrap();
            assert_eq!(edition.key, key);
        }
        assert_eq!(shipped("no-such-schedule"), None);
    }

    #[test]
    fn none_of_them_is_an_authority_and_none_reaches_calls() {
        for key in shipped_keys() {
            let edition = parse(shipped(key).unwrap()).unwrap();
            assert!(matches!(edition.authority, Authority::Policy { .. } | Authority::Starter { .. }), "{key}");
            if key != "nara-grs" {
                let calls =
                    edition.rules.iter().any(|rule| rule.kinds.is_empty() || rule.kinds.contains(&RecordKind::Call));
                assert!(!calls, "{key}");
            }
        }
    }

    #[test]
    fn starter_sets_say_so_and_unconfirmed_periods_are_never_resolved() {
        for key in ["minnesota-cities-starter", "nara-grs"] {
            let edition = parse(shipped(key).unwrap()).unwrap();
            assert!(edition.title.contains("STARTER SET"), "{key}");
            // No series code was found for Minnesota, and none may be made up.
            assert!(key == "nara-grs" || edition.rules.iter().all(|rule| rule.code.is_empty()));
        }
        let federal = parse(shipped("nara-grs").unwrap()).unwrap();
        let resolved = federal.rules.iter().filter(|rule| !matches!(rule.term, Term::Unknown(_)));
        assert_eq!(resolved.map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["GRS 6.1/010"]);
    }

    #[test]
    fn the_otsego_policy_is_365_days_and_official_items_are_filed_first() {
        let edition = parse(shipped("otsego-2024").unwrap()).unwrap();
        let [rule] = edition.rules.as_slice() else { panic!("one rule") };
        assert_eq!(rule.kinds, [RecordKind::Email, RecordKind::Text]);
        assert!(rule.official_only_when_filed && rule.applies_without_series && rule.statuses.is_empty());
        assert_eq!(super::super::grammar::spell(&rule.term), "365 days after sent");
        assert_eq!(
            edition.authority,
            Authority::Policy { citation: "City of Otsego, Resolution 2024-41 (10 June 2024)".to_owned() }
        );
    }
}
