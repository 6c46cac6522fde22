//! What copies may cost, line by line, each with the law behind it. Pure: sums of money in whole cents, work in minutes.
//!
//! | who and what | charge | law |
//! |---|---|---|
//! | anybody, inspection, also remote | nothing | § 13.03, subd. 3(a), (b) |
//! | the public, up to 100 black-and-white pages on letter or legal paper | at most 25 cents a page | § 13.03, subd. 3(c) |
//! | the public, anything else | actual cost of searching, retrieving, copying, sending | § 13.03, subd. 3(c) |
//! | the subject of the data | actual cost of making and certifying copies alone | § 13.04, subd. 3 |
//! | anybody, taking out what is not public | nothing, ever | § 13.03, subd. 3(c) |

use crate::model::profile::FeePolicy;
use crate::model::provenance::words;
use crate::model::request::RequestKind;
use serde::{Deserialize, Serialize};

/// Pages up to which the price of a page is capped (Minn. Stat. § 13.03, subd. 3(c)).
pub const CAPPED_PAGES: u32 = 100;
/// Cents of the cap for a page (Minn. Stat. § 13.03, subd. 3(c)).
pub const CAP_CENTS: u64 = 25;

const PUBLIC_LAW: &str = "Minn. Stat. § 13.03, subd. 3(c)";
const INSPECTION_LAW: &str = "Minn. Stat. § 13.03, subd. 3(a)";
const SUBJECT_LAW: &str = "Minn. Stat. § 13.04, subd. 3";
const SUMMARY_LAW: &str = "Minn. Stat. § 13.05, subd. 7";

words!(
    /// How the answer is given.
    Medium {
        /// Looked at; nothing is copied for the requester.
        Inspection = "inspection",
        /// Black-and-white copies on letter or legal paper.
        Paper = "paper",
        /// Paper of another kind: colour, larger sheets, photographs.
        OtherPaper = "other-paper",
        /// Files, by e-mail or on a device.
        Electronic = "electronic",
    }
);

words!(
    /// What work was for.
    WorkFor {
        /// Searching for and retrieving the data.
        Search = "search",
        /// Making, certifying, compiling and sending the copies.
        Copy = "copy",
        /// Taking out what is not public. Never charged.
        Redaction = "redaction",
    }
);

/// Work of an employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What for.
    pub purpose: WorkFor,
    /// Minutes.
    pub minutes: u32,
    /// Cents for an hour of the lowest-paid employee who can do it.
    pub cents_per_hour: u64,
}

/// What a fee is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeQuestion {
    /// The kind of request.
    pub kind: RequestKind,
    /// How the answer is given.
    pub medium: Medium,
    /// Pages; a sheet copied on both sides has two.
    pub pages: u32,
    /// Work.
    pub work: Vec<Work>,
    /// Materials and postage: what, and cents.
    pub materials: Vec<(String, u64)>,
    /// What somebody outside the city charges for copies it cannot make: what, and cents.
    pub vendors: Vec<(String, u64)>,
    /// Cents waived for the same requester a short while ago; together with this fee they count against the threshold.
    pub waived_lately_cents: u64,
}

/// One line of a fee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeLine {
    /// What it is for, with its numbers.
    pub what: String,
    /// Cents that are charged.
    pub cents: u64,
    /// The law that allows the charge, or forbids it.
    pub law: String,
}

/// A fee, itemised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// Its lines; those that cost nothing say why.
    pub lines: Vec<FeeLine>,
    /// Cents of all lines.
    pub total_cents: u64,
    /// Cents that the city does not ask for, by its own policy.
    pub waived_cents: u64,
}

impl Fee {
    /// Cents to be paid.
    pub fn due_cents(&self) -> u64 {
        self.total_cents.saturating_sub(self.waived_cents)
    }

    fn add(&mut self, what: impl Into<String>, cents: u64, law: &str) {
        self.lines.push(FeeLine { what: what.into(), cents, law: law.to_owned() });
    }
}

/// Dollars and cents in words.
pub fn dollars(cents: u64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// The fee by law and policy. Refused in words where the Act sets none.
pub fn fee(question: &FeeQuestion, policy: &FeePolicy) -> Result<Fee, String> {
    let mut fee = Fee::default();
    match question.kind {
        RequestKind::Litigation | RequestKind::Subpoena | RequestKind::Audit | RequestKind::Investigation => {
            return Err(format!(
                "the Data Practices Act sets no fee for a request of the kind {}; ask the attorney",
                question.kind
            ));
        }
        _ if question.medium == Medium::Inspection => {
            let law = if question.kind == RequestKind::DataSubject { SUBJECT_LAW } else { INSPECTION_LAW };
            fee.add("Inspection, also from elsewhere: free", 0, law);
        }
        RequestKind::DataSubject => subject(&mut fee, question),
        RequestKind::SummaryData => actual(&mut fee, question, SUMMARY_LAW),
        RequestKind::Public | RequestKind::Standing => public(&mut fee, question, policy),
    }
    never_charged(&mut fee, question);
    fee.total_cents = fee.lines.iter().map(|line| line.cents).sum();
    let counted = fee.total_cents.saturating_add(question.waived_lately_cents);
    if fee.total_cents > 0 && counted <= policy.waive_up_to_cents {
        fee.waived_cents = fee.total_cents;
    }
    Ok(fee)
}

fn public(fee: &mut Fee, question: &FeeQuestion, policy: &FeePolicy) {
    let capped = question.pages <= CAPPED_PAGES
        && (question.medium == Medium::Paper
            || question.medium == Medium::Electronic && policy.electronic_at_page_rate);
    if !capped {
        actual(fee, question, PUBLIC_LAW);
        return;
    }
    let rate = policy.page_cents.min(CAP_CENTS);
    let pages = u64::from(question.pages);
    let noun = if pages == 1 { "page" } else { "pages" };
    fee.add(format!("{pages} {noun} at {} each", dollars(rate)), pages * rate, PUBLIC_LAW);
    vendors(fee, question, PUBLIC_LAW);
    // Up to 100 such pages actual cost is not used: the price of the page is all.
    for one in question.work.iter().filter(|one| one.purpose != WorkFor::Redaction) {
        fee.add(format!("{}, in the price of the page", told(one)), 0, PUBLIC_LAW);
    }
    for (what, _) in &question.materials {
        fee.add(format!("{what}, in the price of the page"), 0, PUBLIC_LAW);
    }
}

fn actual(fee: &mut Fee, question: &FeeQuestion, law: &str) {
    for one in question.work.iter().filter(|one| one.purpose != WorkFor::Redaction) {
        fee.add(told(one), cost(one), law);
    }
    for (what, cents) in &question.materials {
        fee.add(what.clone(), *cents, law);
    }
    vendors(fee, question, law);
}

fn subject(fee: &mut Fee, question: &FeeQuestion) {
    for one in &question.work {
        match one.purpose {
            WorkFor::Copy => fee.add(told(one), cost(one), SUBJECT_LAW),
            WorkFor::Search => {
                fee.add(format!("{}: the subject of data pays for copies alone", told(one)), 0, SUBJECT_LAW);
            }
            WorkFor::Redaction => {}
        }
    }
    for (what, cents) in &question.materials {
        fee.add(what.clone(), *cents, SUBJECT_LAW);
    }
    vendors(fee, question, SUBJECT_LAW);
}

fn vendors(fee: &mut Fee, question: &FeeQuestion, law: &str) {
    for (what, cents) in &question.vendors {
        fee.add(format!("{what}, as the vendor charges it"), *cents, law);
    }
}

/// The line that shows what was not charged: a requester sees that it is nothing.
fn never_charged(fee: &mut Fee, question: &FeeQuestion) {
    let minutes: u32 =
        question.work.iter().filter(|one| one.purpose == WorkFor::Redaction).map(|one| one.minutes).sum();
    let time = match minutes {
        0 => String::new(),
        1 => " (1 minute)".to_owned(),
        _ => format!(" ({minutes} minutes)"),
    };
    fee.add(format!("Separating public from not public data{time}, never charged"), 0, PUBLIC_LAW);
}

fn told(work: &Work) -> String {
    let purpose = match work.purpose {
        WorkFor::Search => "Searching for and retrieving the data",
        WorkFor::Copy => "Making, certifying and sending copies",
        WorkFor::Redaction => "Separating public from not public data",
    };
    let noun = if work.minutes == 1 { "minute" } else { "minutes" };
    format!("{purpose}, {} {noun} at {} an hour", work.minutes, dollars(work.cents_per_hour))
}

/// Rounded down to the cent: never more than the actual cost.
fn cost(work: &Work) -> u64 {
    u64::from(work.minutes).saturating_mul(work.cents_per_hour) / 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn question(kind: RequestKind, medium: Medium, pages: u32) -> FeeQuestion {
        let work = |purpose, minutes| Work { purpose, minutes, cents_per_hour: 2_850 };
        FeeQuestion {
            kind,
            medium,
            pages,
            work: vec![work(WorkFor::Search, 90), work(WorkFor::Copy, 20), work(WorkFor::Redaction, 240)],
            materials: vec![("Postage".to_owned(), 410)],
            vendors: Vec::new(),
            waived_lately_cents: 0,
        }
    }

    fn cents(question: &FeeQuestion, policy: &FeePolicy) -> u64 {
        fee(question, policy).expect("a fee").due_cents()
    }

    #[test]
    fn fees_by_the_statute() {
        use Medium::{Electronic, Inspection, OtherPaper, Paper};
        use RequestKind::{DataSubject, Public, Standing, SummaryData};
        let policy = FeePolicy::default();
        // 90 minutes at 28.50 an hour are 42.75, 20 minutes 9.50, postage 4.10.
        let rows = [
            (Public, Inspection, 500, 0, "inspection is free (Minn. Stat. § 13.03, subd. 3(a))"),
            (DataSubject, Inspection, 500, 0, "and so it is for the subject (§ 13.04, subd. 3)"),
            (Public, Paper, 1, 25, "25 cents a page (§ 13.03, subd. 3(c))"),
            (Public, Paper, 100, 2_500, "up to 100 pages, whatever the work was"),
            (Public, Paper, 101, 5_635, "above 100 pages actual cost, searching included"),
            (Public, OtherPaper, 12, 5_635, "colour or larger paper is outside the cap"),
            (Public, Electronic, 12, 5_635, "files are no paper: actual cost, until the city says otherwise"),
            (Standing, Paper, 40, 1_000, "a standing request is the public's"),
            (DataSubject, Paper, 40, 1_360, "the subject pays for copies alone, no search (§ 13.04, subd. 3)"),
            (DataSubject, Electronic, 400, 1_360, "whatever their number"),
            (SummaryData, Electronic, 2, 5_635, "summary data at its cost (§ 13.05, subd. 7)"),
        ];
        for (kind, medium, pages, expected, why) in rows {
            assert_eq!(cents(&question(kind, medium, pages), &policy), expected, "{kind} {medium} {pages}: {why}");
        }
        let by_page = FeePolicy { electronic_at_page_rate: true, ..policy };
        assert_eq!(cents(&question(Public, Electronic, 12), &by_page), 300, "the city's own reading of the cap");
    }

    #[test]
    fn every_line_cites_and_separating_is_shown_as_nothing() {
        for kind in [RequestKind::Public, RequestKind::DataSubject, RequestKind::SummaryData] {
            for medium in Medium::ALL {
                let fee = fee(&question(kind, *medium, 30), &FeePolicy::default()).expect("a fee");
                assert!(fee.lines.iter().all(|line| line.law.starts_with("Minn. Stat. § 13.0")), "{fee:?}");
                let never: Vec<_> = fee.lines.iter().filter(|line| line.what.contains("never charged")).collect();
                assert!(matches!(never[..], [one] if one.cents == 0 && one.what.contains("240 minutes")), "{fee:?}");
            }
        }
    }

    #[test]
    fn a_vendor_is_charged_as_it_charges_and_litigation_has_no_fee_here() {
        let mut tape = question(RequestKind::Public, Medium::Paper, 10);
        tape.vendors.push(("Copy of a recording".to_owned(), 3_500));
        assert_eq!(cents(&tape, &FeePolicy::default()), 3_750, "beside the pages");
        for kind in RequestKind::ALL.iter().filter(|kind| kind.days_are_set_by_others()) {
            let refused = fee(&question(*kind, Medium::Paper, 10), &FeePolicy::default()).expect_err("no fee");
            assert!(refused.contains("ask the attorney"), "{refused}");
        }
    }

    #[test]
    fn small_fees_are_waived_as_the_city_says_and_not_by_asking_in_slices() {
        let policy = FeePolicy { waive_up_to_cents: 2_500, ..FeePolicy::default() };
        let mut asked = question(RequestKind::Public, Medium::Paper, 60);
        assert_eq!(cents(&asked, &policy), 0);
        asked.waived_lately_cents = 1_500;
        assert_eq!(cents(&asked, &policy), 1_500, "together they are above the threshold");
        assert_eq!(cents(&asked, &FeePolicy::default()), 1_500, "without a threshold nothing is waived");
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_and_the_cap_holds(
            pages in 0u32..100_000, search in 0u32..10_000, copy in 0u32..10_000, rate in 0u64..20_000, page in 0u64..1_000,
        ) {
            let work = |purpose, minutes| Work { purpose, minutes, cents_per_hour: rate };
            let policy = FeePolicy { page_cents: page, ..FeePolicy::default() };
            for kind in [RequestKind::Public, RequestKind::DataSubject] {
                let asked = FeeQuestion {
                    work: vec![work(WorkFor::Search, search), work(WorkFor::Copy, copy), work(WorkFor::Redaction, 77)],
                    ..question(kind, Medium::Paper, pages)
                };
                let fee = fee(&asked, &policy).expect("a fee");
                prop_assert_eq!(fee.total_cents, fee.lines.iter().map(|line| line.cents).sum::<u64>());
                if kind == RequestKind::Public && pages <= CAPPED_PAGES {
                    prop_assert!(fee.total_cents <= u64::from(pages) * CAP_CENTS);
                }
                if kind == RequestKind::DataSubject {
                    let without = FeeQuestion { work: vec![work(WorkFor::Copy, copy)], ..asked.clone() };
                    prop_assert_eq!(fee.total_cents, super::fee(&without, &policy).expect("a fee").total_cents);
                }
            }
        }
    }
}
