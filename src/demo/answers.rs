//! Other requests and other answers: the letters of the story, a subject of data who looks at it, a request without data, a
//! denial, and something that was given by mistake.

use super::error::DemoError;
use super::story::{ATTORNEY, CLERK, MANY, Places, families};
use super::teller::Teller;
use crate::base::id::{FamilyId, RequestId};
use crate::citation;
use crate::finding::search;
use crate::letters;
use crate::model::hold::Scope;
use crate::model::request::RequestKind;
use crate::model::review::{Decision, Ground, Privilege};
use crate::production::{self, Produced, Wanted};
use crate::repository::Repository;
use crate::request::fee::{FeeQuestion, Medium, Work, WorkFor, dollars};
use crate::request::{self, Named, NewIdentity, NewInspection, NewRequest, RequestLetterKind};
use crate::review::{self, Members};

/// Who looks at her own data.
const SUBJECT: &str = "Tiffany Brandt";
/// What nobody in the city ever wrote about.
const NOTHING: &str = "\"dog park\"";
/// What the attorney and the city wrote to each other about the lawsuit.
const CONFIDENCE: &str = "lund AND (from:hegdahlmoe.example OR to:hegdahlmoe.example)";

/// Writes a letter and hands out its clear copies.
pub fn letter(
    repository: &mut Repository,
    places: &Places,
    id: RequestId,
    kind: RequestLetterKind,
    address: &str,
    teller: &mut Teller<'_>,
) -> Result<(), DemoError> {
    let named = Named { address: address.to_owned(), ..Named::default() };
    let written = request::write_letter(repository, id, kind, &named, CLERK)?;
    let (_, pdf) = letters::hand_out(&written.letter, &places.letters, &written.name)?;
    teller.say(&format!("    letter: {kind}, {}", pdf.display()));
    Ok(())
}

/// What the newspaper is asked to pay for copies on paper.
pub fn estimated(
    repository: &mut Repository,
    places: &Places,
    id: RequestId,
    teller: &mut Teller<'_>,
) -> Result<(), DemoError> {
    let work = |purpose, minutes| Work { purpose, minutes, cents_per_hour: 2_850 };
    let question = FeeQuestion {
        kind: RequestKind::Public,
        medium: Medium::Paper,
        pages: 12,
        work: vec![work(WorkFor::Search, 45), work(WorkFor::Copy, 10), work(WorkFor::Redaction, 60)],
        materials: vec![("Postage".to_owned(), 163)],
        vendors: Vec::new(),
        waived_lately_cents: 0,
    };
    let fee = request::estimate(repository, id, question, (true, false), CLERK)?;
    teller.say(&format!(
        "Twelve pages on paper would cost {}: 25 cents a page, and nothing for the hour of separating public from not public \
         data. As files they are sent free of charge; {CLERK} decides so.",
        dollars(fee.due_cents())
    ));
    letter(repository, places, id, RequestLetterKind::Estimate, COURIER, teller)
}

/// Where the newspaper is.
pub const COURIER: &str = "Cedar Bend Courier, 1 Mill Street, Cedar Bend, MN 55000";

fn opened(
    repository: &mut Repository,
    kind: RequestKind,
    requester: &str,
    what: &str,
    query: &str,
) -> Result<RequestId, DemoError> {
    let new = NewRequest {
        kind,
        requester: requester.to_owned(),
        description: what.to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some(query.to_owned()), ..Scope::default() },
    };
    let id = request::open(repository, new, CLERK)?.id;
    request::narrow(repository, id, "what is meant is clear from the request", CLERK)?;
    Ok(id)
}

/// Collects; what no search could look into was read, and does not belong to it.
fn collected(repository: &mut Repository, id: RequestId, query: &str) -> Result<(), DemoError> {
    request::collect(repository, id, None, CLERK)?;
    let found = families(&search(repository, query, MANY)?);
    let all = repository.catalog().reading().collected(id)?;
    let by_hand: Vec<FamilyId> = all.into_iter().filter(|family| !found.contains(family)).collect();
    review::decide(repository, id, &Members::Families(by_hand), Decision::NotResponsive, "", CLERK)?;
    Ok(())
}

/// The chapter.
pub fn told(
    repository: &mut Repository,
    places: &Places,
    made: &Produced,
    teller: &mut Teller<'_>,
) -> Result<(), DemoError> {
    teller.heading("6. Other requests, other answers");
    looked_at(repository, places, teller)?;
    nothing(repository, places, teller)?;
    denied(repository, places, teller)?;
    asked_back(repository, places, made, teller)
}

fn looked_at(repository: &mut Repository, places: &Places, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    let what = "Everything in which my name, Brandt, stands";
    let id = opened(repository, RequestKind::DataSubject, SUBJECT, what, "brandt")?;
    let due = repository.catalog().reading().request(id)?.due.on;
    teller.say(&format!(
        "{SUBJECT} asks for the data on herself: {id}, due {due} by law. The question whether she means texts as well moves that \
         day by nothing."
    ));
    let address = "14 County 9, Cedar Bend, MN 55000";
    letter(repository, places, id, RequestLetterKind::Acknowledgement, address, teller)?;
    request::ask(repository, id, "Do you also mean text messages in which somebody else tells your name?", CLERK)?;
    letter(repository, places, id, RequestLetterKind::Clarification, address, teller)?;
    request::clarified(repository, id, "yes, those too", CLERK)?;
    collected(repository, id, "brandt")?;
    let how = "driver's license seen at the counter".to_owned();
    request::identify(repository, id, &NewIdentity { how, ..NewIdentity::default() }, CLERK)?;
    review::decide(repository, id, &Members::Undecided, Decision::Responsive, "", CLERK)?;
    let what = "all of it, on a screen".to_owned();
    let inspection = NewInspection { supervised_by: CLERK.to_owned(), what, ..NewInspection::default() };
    request::inspect(repository, id, &inspection, CLERK)?;
    letter(repository, places, id, RequestLetterKind::Response, address, teller)?;
    let challenge = request::challenge(repository, id, "the house number in a message of April 2025", None, CLERK)?;
    let answer = (true, "corrected by a note filed with the message; Public Works was told");
    request::answer_challenge(repository, id, challenge.number, answer, CLERK)?;
    let (_, outcome) = request::close_as(repository, id, None, "looked at, and one number corrected", CLERK)?;
    teller.say(&format!(
        "She looks at it at the counter, free of charge, and challenges one number; the city has until {} to answer and corrects \
         it the same day. The outcome: {outcome}.",
        challenge.due_on
    ));
    Ok(())
}

fn nothing(repository: &mut Repository, places: &Places, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    let id = opened(repository, RequestKind::Public, "", "Everything about the dog park", NOTHING)?;
    collected(repository, id, NOTHING)?;
    teller.say(&format!("Somebody who gives no name asks for everything about the dog park. {id}: there is none."));
    letter(repository, places, id, RequestLetterKind::NoData, "", teller)?;
    request::close_as(repository, id, None, "there is no such data", CLERK)?;
    Ok(())
}

fn denied(repository: &mut Repository, places: &Places, teller: &mut Teller<'_>) -> Result<(), DemoError> {
    let who = "Grady Ostlund, Lakes Area Blog";
    let what = "What the city attorney wrote to the city about the Lund lawsuit";
    let id = opened(repository, RequestKind::Public, who, what, CONFIDENCE)?;
    collected(repository, id, CONFIDENCE)?;
    let ground = privileged();
    let basis = "Minn. Stat. § 13.393";
    let decided =
        review::decide_with(repository, id, &Members::Undecided, (Decision::Withheld, basis, &ground), ATTORNEY)?;
    review::second(repository, id, &[], CLERK)?;
    teller.say(&format!(
        "{who} asks for what the attorney wrote. {id}: {decided} items are withheld on {ATTORNEY}'s word, and {CLERK} has looked \
         at each as a second person."
    ));
    letter(repository, places, id, RequestLetterKind::Denial, "PO Box 7, Cedar Bend, MN 55000", teller)?;
    request::close_as(repository, id, None, "denied", CLERK)?;
    letter(repository, places, id, RequestLetterKind::CertifiedDenial, "PO Box 7, Cedar Bend, MN 55000", teller)?;
    // A section that nobody has looked up reaches no letter; the attorney looks it up once, for every later one.
    let done = citation::confirm(repository, "Minn. Stat. § 13.355", "compared with the statute in force", ATTORNEY)?;
    teller.say(&format!("{ATTORNEY} confirms {}, so that a later letter may cite it.", done.citation));
    Ok(())
}

fn asked_back(
    repository: &mut Repository,
    places: &Places,
    made: &Produced,
    teller: &mut Teller<'_>,
) -> Result<(), DemoError> {
    let wanted = Wanted {
        numbers: vec![made.production.last.clone()],
        reason: "it tells the personal telephone number of an employee".to_owned(),
        address: COURIER.to_owned(),
        ..Wanted::default()
    };
    let done = production::claw_back(repository, made.production.id, &wanted, CLERK)?;
    let (_, pdf) = letters::hand_out(&done.letter, &places.letters, &done.name)?;
    teller.say(&format!(
        "One document of {} should not have been given. {CLERK} asks for it back, and the assessment whether that was a breach \
         is open until somebody has answered for it.",
        made.production.id
    ));
    teller.say(&format!("    letter: claw-back, {}", pdf.display()));
    let reason = "returned unread on the same day";
    production::assess(repository, made.production.id, done.number, (false, 1, reason), ATTORNEY)?;
    Ok(())
}

/// How the attorney's words are withheld from the newspaper.
pub fn privileged() -> Ground {
    Ground { privilege: Some(Privilege::AttorneyClient), ..Ground::default() }
}
