//! When an answer is due, and whether law or policy says so.

use super::business::add_business_days;
use super::holidays::Observed;
use super::span::{Span, last_day};
use chrono::NaiveDate;

/// What kind of clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueKind {
    /// A request from the public: the law sets no number of days, the city sets itself a target.
    PublicRequest {
        /// Business days in which the city means to answer.
        target_business_days: u32,
    },
    /// A request by the subject of the data.
    DataSubject,
    /// A demand or order in litigation.
    Litigation {
        /// Days the demand or order sets.
        days: u32,
    },
    /// A demand in litigation for which nobody has entered the number of days yet.
    LitigationUnstated {
        /// Days the program counts until somebody says how many there are.
        days: u32,
    },
    /// An audit or an investigation for which nobody has set days: the city sets itself a target.
    OwnTarget {
        /// Business days in which the city means to answer.
        target_business_days: u32,
    },
    /// A request for summary data: days until the requester hears whether and at what cost.
    SummaryData,
    /// A challenge by the subject of data of its accuracy or completeness.
    AccuracyChallenge,
}

/// A due date with its basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueOn {
    /// The last day.
    pub on: NaiveDate,
    /// The basis in words, with its citation, saying whether it is law or policy.
    pub basis: String,
}

/// A deadline could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    /// The number of days leads out of any sensible calendar.
    #[error("{days} days after {from} is too far away for a deadline")]
    TooFar {
        /// The first day.
        from: NaiveDate,
        /// The number of days.
        days: u32,
    },
}

/// Days of Minn. Stat. § 13.04, subd. 3, not counting Saturdays, Sundays and legal holidays.
const DATA_SUBJECT_BUSINESS_DAYS: u32 = 10;
/// Days in which a challenge of accuracy is to be answered (Minn. Stat. § 13.04).
const CHALLENGE_DAYS: u32 = 30;
/// Days for the first answer to a request for summary data.
const SUMMARY_DAYS: u32 = 10;

/// When the answer to something received on a day is due.
pub fn due(kind: DueKind, received_on: NaiveDate, observed: &Observed) -> Result<DueOn, DeadlineError> {
    let too_far = |days| DeadlineError::TooFar { from: received_on, days };
    match kind {
        DueKind::PublicRequest { target_business_days: days } => {
            let on = add_business_days(received_on, days, observed).ok_or_else(|| too_far(days))?;
            Ok(DueOn { on, basis: public_basis(days) })
        }
        DueKind::DataSubject => {
            let days = DATA_SUBJECT_BUSINESS_DAYS;
            let on = add_business_days(received_on, days, observed).ok_or_else(|| too_far(days))?;
            Ok(DueOn { on, basis: DATA_SUBJECT_BASIS.to_owned() })
        }
        DueKind::Litigation { days } => {
            let on = last_day(received_on, Span::Days(days), observed).ok_or_else(|| too_far(days))?;
            Ok(DueOn { on, basis: format!("{days} day{} set by the demand or order; {COUNTED}", plural(days)) })
        }
        DueKind::LitigationUnstated { days } => {
            let on = last_day(received_on, Span::Days(days), observed).ok_or_else(|| too_far(days))?;
            Ok(DueOn { on, basis: unstated_basis(days) })
        }
        DueKind::OwnTarget { target_business_days: days } => {
            let on = add_business_days(received_on, days, observed).ok_or_else(|| too_far(days))?;
            Ok(DueOn { on, basis: own_target_basis(days) })
        }
        DueKind::SummaryData => {
            let on = last_day(received_on, Span::Days(SUMMARY_DAYS), observed).ok_or_else(|| too_far(SUMMARY_DAYS))?;
            Ok(DueOn { on, basis: SUMMARY_BASIS.to_owned() })
        }
        DueKind::AccuracyChallenge => {
            let on =
                last_day(received_on, Span::Days(CHALLENGE_DAYS), observed).ok_or_else(|| too_far(CHALLENGE_DAYS))?;
            Ok(DueOn { on, basis: CHALLENGE_BASIS.to_owned() })
        }
    }
}

const SUMMARY_BASIS: &str = "policy: the city's own target of 10 days for a first answer on whether and at what cost; counsel \
     has not confirmed a number of days in the law";

const CHALLENGE_BASIS: &str = "law: 30 days after the challenge to correct the data or to say that it is right (Minn. Stat. \
     § 13.04; counted by § 645.15)";

fn own_target_basis(days: u32) -> String {
    format!(
        "policy: the city's own target of {days} business day{}; whoever audits or investigates has set no day yet",
        plural(days)
    )
}

const DATA_SUBJECT_BASIS: &str = "law: immediately if possible, and no later than 10 days after the request, not \
     counting Saturdays, Sundays and legal holidays (Minn. Stat. § 13.04, subd. 3; holidays: § 645.44, subd. 5)";

fn public_basis(days: u32) -> String {
    format!(
        "policy: the city's own target of {days} business day{}; the law sets no number of days, it asks for appropriate \
         and prompt answers at reasonable times and places (Minn. Stat. § 13.03, subds. 2 and 3)",
        plural(days)
    )
}

/// How days of a demand or order are counted.
const COUNTED: &str = "counted by law: first day excluded, last day included, and moved off a Saturday, Sunday or \
     legal holiday (Minn. Stat. § 645.15); the order and the rules of court prevail";

/// A number that the program chose must never read as if a court or the other side had set it.
fn unstated_basis(days: u32) -> String {
    format!(
        "assumption of this program, neither law nor order: nobody entered the days that the demand or order sets, so {days} \
         day{} are counted for now; read the demand and ask the attorney; {COUNTED}",
        plural(days)
    )
}

const fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_data_subject_waits_ten_business_days_by_law() {
        let answer = due(DueKind::DataSubject, day("2026-06-17"), &Observed::default()).unwrap();
        assert_eq!(answer.on, day("2026-07-02"));
        assert!(answer.basis.starts_with("law:") && answer.basis.contains("§ 13.04, subd. 3"), "{}", answer.basis);
    }

    #[test]
    fn the_target_for_the_public_is_policy_and_says_so() {
        let kind = DueKind::PublicRequest { target_business_days: 10 };
        let answer = due(kind, day("2026-10-02"), &Observed::default()).unwrap();
        assert_eq!(answer.on, day("2026-10-16"));
        assert!(answer.basis.starts_with("policy:") && answer.basis.contains("no number of days"), "{}", answer.basis);
        let observed = Observed { october_monday: true, friday_after_thanksgiving: false };
        assert_eq!(due(kind, day("2026-10-02"), &observed).unwrap().on, day("2026-10-19"));
        let one = due(DueKind::PublicRequest { target_business_days: 1 }, day("2026-10-02"), &observed).unwrap();
        assert!(one.basis.contains("1 business day;"), "{}", one.basis);
    }

    #[test]
    fn litigation_counts_civil_days_and_moves_the_last_one() {
        let answer = due(DueKind::Litigation { days: 30 }, day("2026-06-04"), &Observed::default()).unwrap();
        assert_eq!(answer.on, day("2026-07-06"));
        assert!(answer.basis.contains("§ 645.15"), "{}", answer.basis);
        assert!(answer.basis.starts_with("30 days set by the demand or order"), "{}", answer.basis);
    }

    #[test]
    fn days_that_nobody_stated_are_not_told_as_an_order() {
        let answer = due(DueKind::LitigationUnstated { days: 30 }, day("2026-06-04"), &Observed::default()).unwrap();
        assert_eq!(answer.on, day("2026-07-06"));
        assert!(answer.basis.starts_with("assumption of this program, neither law nor order"), "{}", answer.basis);
        assert!(!answer.basis.contains("set by the demand or order"), "{}", answer.basis);
    }

    /// Minn. Stat. § 13.04, subd. 3 with § 645.44, subd. 5: the eight worked examples, every listed holiday observed.
    const VECTORS: [(&str, &str); 8] = [
        ("2026-06-17", "2026-07-02"),
        ("2026-07-01", "2026-07-16"),
        ("2026-10-02", "2026-10-19"),
        ("2026-11-10", "2026-11-25"),
        ("2026-11-20", "2026-12-07"),
        ("2026-12-18", "2027-01-05"),
        ("2027-06-10", "2027-06-25"),
        ("2027-12-20", "2028-01-05"),
    ];

    #[test]
    fn the_deadline_of_a_data_subject_by_the_eight_worked_examples() {
        let all = Observed { october_monday: true, friday_after_thanksgiving: false };
        for (received, last) in VECTORS {
            assert_eq!(due(DueKind::DataSubject, day(received), &all).unwrap().on, day(last), "received {received}");
        }
    }

    #[test]
    fn a_challenge_has_thirty_days_by_law_and_a_target_is_never_told_as_law() {
        let rows = [
            (
                DueKind::AccuracyChallenge,
                "2026-06-04",
                "2026-07-06",
                "law: 30 days",
                "the last day is a Saturday after 3 July",
            ),
            (DueKind::AccuracyChallenge, "2026-03-02", "2026-04-01", "law: 30 days", "counted over the end of a month"),
            (DueKind::SummaryData, "2026-03-02", "2026-03-12", "policy:", "civil days, until counsel says otherwise"),
            (
                DueKind::OwnTarget { target_business_days: 10 },
                "2026-03-02",
                "2026-03-16",
                "policy:",
                "an audit without a day",
            ),
        ];
        for (kind, received, last, basis, why) in rows {
            let answer = due(kind, day(received), &Observed::default()).unwrap();
            assert_eq!(answer.on, day(last), "{why}");
            assert!(answer.basis.starts_with(basis), "{why}: {}", answer.basis);
        }
    }

    #[test]
    fn an_absurd_number_of_days_is_refused_in_words() {
        let error = due(DueKind::Litigation { days: u32::MAX }, day("2026-06-04"), &Observed::default()).unwrap_err();
        assert_eq!(error.to_string(), "4294967295 days after 2026-06-04 is too far away for a deadline");
        assert!(
            due(DueKind::PublicRequest { target_business_days: 9_999 }, day("2026-06-04"), &Observed::default())
                .is_err()
        );
    }
}
