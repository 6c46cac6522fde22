//! Every act on a request in every state, and those of a review in litigation.

use super::*;

const STATES: usize = RequestStatus::ALL.len();
const OPEN: Then<RequestStatus> = Stands(RequestStatus::Open);
const REVIEW: Then<RequestStatus> = Stands(RequestStatus::UnderReview);
const PRODUCED: Then<RequestStatus> = Stands(RequestStatus::Produced);
const CLOSED: Then<RequestStatus> = Stands(RequestStatus::Closed);
const OVER: Then<RequestStatus> = Refused("is closed");

/// Nothing changes where it stands; a closed one refuses it.
const STAYS: [Then<RequestStatus>; STATES] = [OPEN, REVIEW, PRODUCED, OVER];

/// A city with three messages about a mill, and the request of a subject of data, or of a party in litigation, that
/// stands so. What was collected is decided: one message is withheld, the others are given.
fn request_that_is(status: RequestStatus, kind: RequestKind) -> (City, RequestId) {
    let city = City::exercise();
    let mut repository = city.open("2025-03-03");
    let messages = [
        Message::new("mill", "2025-02-05", "mill", "The permit of the mill is ready."),
        Message::new("code", "2025-02-06", "code", "The alarm code of the mill is on the board."),
        Message::new("advice", "2025-02-07", "advice", "My advice on the mill: settle."),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let new = NewRequest {
        kind,
        requester: "Ana Torres".to_owned(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let id = request::open(&mut repository, new, "clerk").expect("opened").id;
    told(identify(&mut repository, id)).expect("known");
    let steps = RequestStatus::ALL.iter().position(|one| *one == status).expect("one of them");
    if steps > 0 {
        request::collect(&mut repository, id, None, "clerk").expect("collected");
        let advice = Members::Families(vec![family_of(&repository, "advice")]);
        review::decide(&mut repository, id, &advice, Decision::Withheld, "Minn. Stat. § 13.393", "clerk")
            .expect("decided");
        review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    }
    if steps > 1 {
        produced(&city, &mut repository, id).expect("produced");
    }
    if steps > 2 {
        request::close(&mut repository, id, "answered", "clerk").expect("closed");
    }
    assert_eq!(repository.catalog().reading().request(id).expect("a request").status, status, "brought there");
    drop(repository);
    (city, id)
}

fn identify(repository: &mut Repository, id: RequestId) -> Result<(), request::RequestError> {
    let how = "license seen".to_owned();
    request::identify(repository, id, &NewIdentity { how, ..NewIdentity::default() }, "clerk")
}

fn produced(city: &City, repository: &mut Repository, id: RequestId) -> Told {
    let here = format!("out-{}", repository.catalog().reading().productions_of(id).expect("read").len());
    told(produce(repository, id, &city.room.path().join(here), &ProduceOptions::default(), "clerk", &VoidMonitor))
}

fn letter(repository: &mut Repository, id: RequestId, kind: RequestLetterKind) -> Told {
    let named = Named { address: "12 Mill Street".to_owned(), ..Named::default() };
    told(request::write_letter(repository, id, kind, &named, "clerk"))
}

fn redacted(
    repository: &mut Repository,
    id: RequestId,
) -> Result<Vec<recordroom::model::redaction::Redaction>, String> {
    let grounds = Grounds {
        statute: "Minn. Stat. § 13.44, subd. 1".to_owned(),
        label: None,
        class: DataClass::Confidential,
        about_requester: false,
        determination: String::new(),
        counsel: String::new(),
        reach: None,
    };
    let what = What::Words("alarm code".to_owned());
    redact::redact(repository, id, None, &what, &grounds, "clerk").map_err(|error| error.to_string())
}

fn estimate() -> FeeQuestion {
    FeeQuestion {
        kind: RequestKind::Public,
        medium: Medium::Paper,
        pages: 30,
        work: Vec::new(),
        materials: Vec::new(),
        vendors: Vec::new(),
        waived_lately_cents: 0,
    }
}

/// An act on a request, in its city.
type OnRequest = fn(&City, &mut Repository, RequestId) -> Told;

/// Every act on a request of a subject of data: what it comes to when the request is open, under review, produced, closed.
const ON_REQUESTS: &[(&str, OnRequest, [Then<RequestStatus>; STATES])] = &[
    ("the requester is identified", |_, r, id| told(identify(r, id)), STAYS),
    ("a question to the requester", |_, r, id| told(request::ask(r, id, "which mill?", "clerk")), STAYS),
    ("an answer of the requester", |_, r, id| told(request::clarified(r, id, "both", "clerk")), STAYS),
    (
        // While data is disputed it is not destroyed, so a closed request is opened again, where it stood.
        "its accuracy is challenged",
        |_, r, id| told(request::challenge(r, id, "the address", None, "Ana Torres")),
        [OPEN, REVIEW, PRODUCED, PRODUCED],
    ),
    (
        "a challenge answered that nobody made",
        |_, r, id| told(request::answer_challenge(r, id, 1, (true, "corrected"), "clerk")),
        [Refused("has no challenge 1"); STATES],
    ),
    (
        "a challenge answered",
        |_, r, id| {
            request::challenge(r, id, "the address", None, "Ana Torres").expect("challenged");
            told(request::answer_challenge(r, id, 1, (false, "it is right"), "clerk"))
        },
        [OPEN, REVIEW, PRODUCED, PRODUCED],
    ),
    ("inspected", |_, r, id| told(request::inspect(r, id, &NewInspection::default(), "clerk")), STAYS),
    ("a fee estimated", |_, r, id| told(request::estimate(r, id, estimate(), (true, true), "clerk")), STAYS),
    ("a payment", |_, r, id| told(request::paid(r, id, 500, "cash", "clerk")), STAYS),
    ("an acknowledgement written", |_, r, id| letter(r, id, RequestLetterKind::Acknowledgement), STAYS),
    (
        "the answer written",
        |_, r, id| letter(r, id, RequestLetterKind::Response),
        [Refused("nothing was collected"), Refused("nothing was produced"), PRODUCED, OVER],
    ),
    (
        "the denial of something that is given",
        |_, r, id| letter(r, id, RequestLetterKind::Denial),
        [
            Refused("nothing was collected"),
            Refused("so it is no denial"),
            Refused("so it is no denial"),
            Refused("so it is no denial"),
        ],
    ),
    ("collected", |_, r, id| told(request::collect(r, id, None, "clerk")), [REVIEW, REVIEW, REVIEW, OVER]),
    ("narrowed", |_, r, id| told(request::narrow(r, id, "agreed", "clerk")), STAYS),
    (
        "narrowed twice",
        |_, r, id| {
            request::narrow(r, id, "agreed", "clerk").map_err(|error| error.to_string())?;
            told(request::narrow(r, id, "again", "clerk"))
        },
        [
            Refused("protects no more than it asks for"),
            Refused("protects no more than it asks for"),
            Refused("protects no more than it asks for"),
            OVER,
        ],
    ),
    (
        "decided",
        |_, r, id| {
            let members = Members::Families(vec![family_of(r, "mill")]);
            told(review::decide(r, id, &members, Decision::Withheld, "Minn. Stat. § 13.37", "clerk"))
        },
        [Refused("is not collected"), REVIEW, PRODUCED, OVER],
    ),
    (
        "a decision undone",
        |_, r, id| told(review::undo(r, id, &[], "misread", "clerk")),
        [Refused("nothing is decided"), REVIEW, Refused("told by a production already"), OVER],
    ),
    (
        "a decision seconded",
        |_, r, id| told(review::second(r, id, &[], "attorney")),
        [Refused("waits for a second person"), REVIEW, PRODUCED, OVER],
    ),
    (
        "a decision seconded by who made it",
        |_, r, id| told(review::second(r, id, &[], "Clerk")),
        [
            Refused("waits for a second person"),
            Refused("somebody else has to look at it"),
            Refused("somebody else has to look at it"),
            OVER,
        ],
    ),
    (
        "redacted",
        |_, r, id| redacted(r, id).map(drop),
        [Refused("nothing of the kind stands in these items"), REVIEW, PRODUCED, OVER],
    ),
    (
        "redacted and taken back",
        |_, r, id| {
            let all: Vec<_> = redacted(r, id)?.into_iter().map(|one| one.id).collect();
            told(redact::lift(r, id, &all, "", "clerk"))
        },
        [Refused("nothing of the kind stands in these items"), REVIEW, PRODUCED, OVER],
    ),
    (
        "a court's order recorded",
        |_, r, request| {
            let (court, file_number) = ("District Court, Sherburne County".to_owned(), "71-CV-25-1".to_owned());
            let (dated, releases) = (r.today(), vec!["Minn. Stat. § 13.393".to_owned()]);
            told(redact::court_order(r, &CourtOrder { request, court, file_number, dated, releases }, "clerk"))
        },
        STAYS,
    ),
    (
        "produced",
        |city, r, id| produced(city, r, id),
        [Refused("nothing was collected"), PRODUCED, Refused("already"), OVER],
    ),
    (
        "closed",
        |_, r, id| told(request::close(r, id, "answered", "clerk")),
        [CLOSED, CLOSED, CLOSED, Refused("is closed already")],
    ),
    (
        "closed without a reason",
        |_, r, id| told(request::close(r, id, " ", "clerk")),
        [Refused("closing a request needs the reason"); STATES],
    ),
    (
        "closed with something undecided",
        |_, r, id| {
            told(review::undo(r, id, &[], "misread", "clerk"))?;
            told(request::close(r, id, "answered", "clerk"))
        },
        [Refused("nothing is decided"), Refused("no decision"), Refused("told by a production already"), OVER],
    ),
    (
        "closed while a challenge waits",
        |_, r, id| {
            request::challenge(r, id, "the address", None, "Ana Torres").expect("challenged");
            told(request::close(r, id, "answered", "clerk"))
        },
        // A challenge opens a closed one again, so that one does not stay as it was.
        [
            Refused("waits for its answer"),
            Refused("waits for its answer"),
            Refused("waits for its answer"),
            Refused("waits for its answer"),
        ],
    ),
    (
        "opened again",
        |_, r, id| told(request::reopen(r, id, "more came up", "clerk")),
        [Refused("is open"), Refused("is open"), Refused("is open"), PRODUCED],
    ),
    (
        "opened again without a reason",
        |_, r, id| told(request::reopen(r, id, "", "clerk")),
        [Refused("opening a request again needs the reason"); STATES],
    ),
    ("made a standing one", |_, r, id| told(request::make_standing(r, id, 30, "clerk")), STAYS),
    (
        "a cycle delivered of what is no standing one",
        |_, r, id| told(request::cycle_delivered(r, id, "sent", "clerk")),
        [Refused("is not a standing one"), Refused("is not a standing one"), Refused("is not a standing one"), OVER],
    ),
    (
        "a cycle of a standing one delivered",
        |_, r, id| {
            told(request::make_standing(r, id, 30, "clerk"))?;
            told(request::cycle_delivered(r, id, "sent", "clerk"))
        },
        [Refused("are not collected yet"), REVIEW, PRODUCED, OVER],
    ),
    (
        "confirmed that what is no standing one goes on",
        |_, r, id| told(request::reconfirm(r, id, "by telephone", "clerk")),
        [Refused("is not a standing one"), Refused("is not a standing one"), Refused("is not a standing one"), OVER],
    ),
    (
        "confirmed that a standing one goes on",
        |_, r, id| {
            told(request::make_standing(r, id, 30, "clerk"))?;
            told(request::reconfirm(r, id, "by telephone", "clerk"))
        },
        STAYS,
    ),
    (
        // What was read and in which order is recorded whenever somebody reads; it decides nothing.
        "given out in a computed order",
        |_, r, id| {
            let order = ranking::next(r, id, 10).map_err(|error| error.to_string())?;
            told(ranking::record_order(r, id, &order, "clerk"))
        },
        [Refused("nothing is collected"), REVIEW, PRODUCED, CLOSED],
    ),
    (
        "a review stopped that is no litigation",
        |_, r, id| told(ranking::stop(r, id, 80, true, "enough", "attorney")),
        [Refused("is no request in litigation"); STATES],
    ),
];

/// The acts that litigation alone knows, or that need something undecided.
const ON_LITIGATION: &[(&str, OnRequest, [Then<RequestStatus>; STATES])] = &[
    (
        "a sample drawn",
        |_, r, id| {
            review::undo(r, id, &[], "to be read again", "clerk").map_err(|error| error.to_string())?;
            told(ranking::draw(r, id, ranking::SampleKind::Elusion, 1, "clerk"))
        },
        [Refused("nothing is decided"), REVIEW, Refused("told by a production already"), OVER],
    ),
    (
        "a review stopped before everything is read",
        |_, r, id| {
            review::undo(r, id, &[], "to be read again", "clerk").map_err(|error| error.to_string())?;
            told(ranking::stop(r, id, 80, true, "the rest is alike", "attorney"))
        },
        [Refused("nothing is decided"), REVIEW, Refused("told by a production already"), OVER],
    ),
    (
        "a review stopped when everything is read",
        |_, r, id| told(ranking::stop(r, id, 80, true, "enough", "attorney")),
        [Refused("everything is read"), Refused("everything is read"), Refused("everything is read"), OVER],
    ),
    (
        "its accuracy is challenged",
        |_, r, id| told(request::challenge(r, id, "the address", None, "Ana Torres")),
        [Refused("only the subject of data"); STATES],
    ),
];

/// Tries acts on a request in every state, and gives the kinds of events that were recorded.
fn try_on_requests(kind: RequestKind, table: &[(&str, OnRequest, [Then<RequestStatus>; STATES])]) -> Vec<Act> {
    let mut all = Vec::new();
    for (place, status) in RequestStatus::ALL.iter().enumerate() {
        let (prepared, id) = request_that_is(*status, kind);
        for (act, step, expected) in table {
            let what = format!("{act}, {status}");
            let city = prepared.copied();
            let mut repository = city.open("2025-03-03");
            let result = step(&city, &mut repository, id);
            let after = repository.catalog().reading().request(id).expect("a request").status;
            match (expected[place], result) {
                (Stands(state), Ok(())) => assert_eq!(after, state, "{what}"),
                (Refused(words), Err(message)) => {
                    assert!(message.contains(words), "{what}: {message}");
                    // A challenge opens a closed request again, whatever is refused after it.
                    let opened_again = *act == "closed while a challenge waits" && *status == RequestStatus::Closed;
                    assert_eq!(after == *status, !opened_again, "{what}");
                }
                (expected, result) => panic!("{what}: expected {expected:?}, and it was {result:?}"),
            }
            assert_clean(&repository);
            all.extend(recorded(&repository));
        }
    }
    all
}

#[test]
fn every_act_on_a_request_in_every_state_leads_on_or_is_refused() {
    let mut all = try_on_requests(RequestKind::DataSubject, ON_REQUESTS);
    all.extend(try_on_requests(RequestKind::Litigation, ON_LITIGATION));
    assert_complete(&all, Life::Request);
}
