//! What a requester may do next: look, ask for a certificate, challenge, ask for an opinion; and what became of a challenge.

use super::super::progress::{Inspection, Progress};
use super::Named;
use super::told::{Review, Values, counted, day};
use crate::model::request::{DataRequest, RequestKind};

pub(super) fn rights(request: &DataRequest, progress: &Progress, withheld: bool) -> Values {
    let act = request.kind.is_of_the_act();
    let subject = request.kind == RequestKind::DataSubject;
    let opinion = "You may ask the Commissioner of Administration for an opinion on whether the city follows the law with your request \
                   (Minn. Stat. § 13.072). Whoever is harmed by a violation of the law may also go to court (Minn. Stat. § 13.08).";
    let certify = "You may ask us to certify a denial in writing.";
    let inspect = match (act, subject) {
        (false, _) => "",
        // Whoever has looked at it knows.
        _ if !progress.inspections.is_empty() => "",
        (true, true) => {
            "You may look at the data free of charge instead of paying for copies (Minn. Stat. § 13.04, subd. 3)."
        }
        (true, false) => {
            "You may look at public data free of charge, also where copies cost money (Minn. Stat. § 13.03, subd. 3)."
        }
    };
    let challenge = if subject {
        "If you think that data about you is inaccurate or incomplete, tell us in writing. The city then has 30 days to correct \
         it, or to tell you that it is right (Minn. Stat. § 13.04)."
    } else {
        ""
    };
    let six_months = if subject {
        "What you have now been shown need not be shown to you again for six months, unless its accuracy is in dispute or new \
         data on you was collected (Minn. Stat. § 13.04, subd. 3)."
    } else {
        ""
    };
    let withheld_for_minor = progress.identity.as_ref().map(|one| one.withheld_for_minor.as_str()).unwrap_or_default();
    let minor = if withheld_for_minor.is_empty() {
        String::new()
    } else {
        format!(
            "- The data of a minor is withheld from a parent or guardian: Minn. Stat. § 13.02, subd. 8 (the minor asked for it, and \
             the responsible authority found it to be in the minor's interest). {withheld_for_minor}"
        )
    };
    vec![
        ("rights", if act { opinion } else { "" }.to_owned()),
        ("certify", if act && withheld { certify } else { "" }.to_owned()),
        ("right_to_inspect", inspect.to_owned()),
        ("challenge", challenge.to_owned()),
        ("six_months", six_months.to_owned()),
        ("minor", minor),
    ]
}

/// What may be looked at, and when.
pub(super) fn offered(request: &DataRequest, review: &Review, named: &Named) -> Values {
    let law = match request.kind {
        RequestKind::DataSubject => "Minn. Stat. § 13.04, subd. 3",
        _ => "Minn. Stat. § 13.03, subd. 3",
    };
    let (is, it) = if review.given == 1 { ("is", "it") } else { ("are", "them") };
    let offer = format!(
        "{} {is} ready for you. You may look at {it} free of charge, also where copies cost money ({law}).",
        counted(review.given, "item")
    );
    let when = match named.when.trim() {
        "" => "Please tell us on which day you would like to look at the data, and whether you need it in another form to do so."
            .to_owned(),
        when => format!("When and where: {}.", when.trim_end_matches('.')),
    };
    vec![("inspection_offer", offer), ("when", when)]
}

/// The newest challenge of accuracy, with its answer.
pub(super) fn challenged(progress: &Progress) -> Values {
    const WORDS: [&str; 5] = ["challenged_on", "challenged", "challenge_clock", "challenge_answer", "challenge_reason"];
    let told = match progress.challenges.last() {
        None => Default::default(),
        Some(one) => {
            let (answer, reason) = match &one.decided {
                None => Default::default(),
                Some((_, true, reason)) => (
                    "We looked into it and corrected the data.",
                    format!("What was done: {}.", reason.trim().trim_end_matches('.')),
                ),
                Some((_, false, reason)) => (
                    "We looked into it and find that the data is right as it stands.",
                    format!("Why: {}.", reason.trim().trim_end_matches('.')),
                ),
            };
            let clock = format!(
                "The law gives the city 30 days to correct such data, or to tell you that it is right (Minn. Stat. § 13.04); they end \
                 on {}.",
                day(one.due_on)
            );
            let on = format!(
                "On {} we received your word that data about you is inaccurate or incomplete:",
                day(one.received_on)
            );
            [on, one.what.clone(), clock, answer.to_owned(), reason]
        }
    };
    WORDS.into_iter().zip(told).collect()
}

pub(super) fn inspected(one: &Inspection) -> String {
    let how = if one.remote { "from elsewhere" } else { "at the city's office" };
    let by =
        if one.supervised_by.is_empty() { String::new() } else { format!(", while {} was there", one.supervised_by) };
    let what = if one.what.is_empty() { "the data".to_owned() } else { one.what.clone() };
    format!("On {} you looked at {what} {how}{by}, free of charge.", day(one.on))
}
