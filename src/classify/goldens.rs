//! Goldens of the shipped rules: an item, the status, the rules that must speak, and the reason beside each row.

use super::{Context, Rules, classify};
use crate::model::classification::{Proposal, RecordStatus};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::{CallDuration, Direction, DurationBasis, Party, RecordKind, Role};
use RecordStatus::{NonRecord, Official, Personal, Transitory, Undetermined};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A made-up item, shortly.
#[derive(Clone)]
struct Made {
    item: ParsedItem,
    copy: CopyFacts,
}

fn party(role: Role, address: &str) -> Party {
    let normal = address.contains('@').then(|| address.to_lowercase());
    Party { role, name: String::new(), address: address.to_owned(), normal }
}

fn mail(from: &str, to: &str, subject: &str, body: &str) -> Made {
    let mut item = ParsedItem::new(RecordKind::Email);
    item.parties = vec![party(Role::From, from), party(Role::To, to)];
    item.subject = subject.to_owned();
    item.body = body.to_owned();
    Made { item, copy: CopyFacts::default() }
}

fn text(from: &str, to: &str, body: &str) -> Made {
    let mut made = mail(from, to, "", body);
    made.item.kind = RecordKind::Text;
    made
}

fn call(direction: Direction, seconds: u64) -> Made {
    let mut made = mail("612-555-0101", "763-555-0110", "", "");
    made.item.kind = RecordKind::Call;
    made.item.direction = direction;
    made.item.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    made
}

impl Made {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.item.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    fn fact(mut self, name: &str, value: &str) -> Self {
        self.item.facts.insert(name.to_owned(), value.to_owned());
        self
    }

    fn folder(mut self, folder: &str) -> Self {
        self.copy.folder = folder.to_owned();
        self
    }

    fn attached(mut self, name: &str) -> Self {
        self.item.attachments.push(ParsedAttachment {
            name: name.to_owned(),
            claimed_type: String::new(),
            found_type: String::new(),
            bytes: 9,
            sha256: None,
            inline: false,
            text: String::new(),
            searchable: Searchable::Fully,
            part: 1,
        });
        self
    }

    fn proposal(&self) -> Proposal {
        classify(&self.item, &self.copy, &context(), &Rules::shipped())
    }
}

fn context() -> Context {
    Context {
        domains: vec!["cedarbend.example".to_owned()],
        counsel_domains: vec!["lawfirm.example".to_owned()],
        schedules: vec!["minnesota-cities-starter".to_owned()],
        series: BTreeSet::new(),
        elected: vec!["mayor@cedarbend.example".to_owned()],
    }
}

const CLERK: &str = "clerk@cedarbend.example";
const ENGINEER: &str = "engineer@cedarbend.example";
const RESIDENT: &str = "ole@farm.example";

type Row = (&'static str, Made, RecordStatus, &'static [&'static str]);

fn check(rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (reason, made, status, rules) in rows {
        let proposal = made.proposal();
        let found: Vec<&str> = proposal.evidence.iter().map(|one| one.rule.as_str()).collect();
        let missing: Vec<&&str> = rules.iter().filter(|rule| !found.contains(rule)).collect();
        if proposal.status != status || !missing.is_empty() {
            wrong.push(format!("{reason}: {} and not {status}, without {missing:?}, from {found:?}", proposal.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mail_of_lists_and_machines() {
    let bulletin = || mail("news@league.example", CLERK, "January bulletin", "This newsletter is sent to all members.");
    check(vec![
        ("a list by its header (RFC 2919)", bulletin().header("list-id", "<b.league.example>"), NonRecord, &["list-id"]),
        (
            "its topics are words of acts, and tell no act of the city",
            mail("news@league.example", CLERK, "Bulletin", "Unsubscribe here. The budget, a contract approved, new policy.")
                .header("list-id", "<b.league.example>")
                .header("list-unsubscribe", "<mailto:leave@league.example>"),
            NonRecord,
            &["list-id", "list-unsubscribe", "unsubscribe-words"],
        ),
        (
            "council@ is hosted as a list under the city's own domain: what a resident writes there is no newsletter",
            mail(RESIDENT, "council@cedarbend.example", "Potholes on Elm", "I would like to complain about the potholes.")
                .header("list-id", "<council.cedarbend.example>")
                .header("precedence", "list")
                .header("list-unsubscribe", "<mailto:groups-manage@groups.example>"),
            Official,
            &["complaint"],
        ),
        (
            "an invoice stays one when a mailing service carries it",
            mail("billing@paving.example", CLERK, "Invoice 4411", "Please unsubscribe here if you wish.")
                .header("list-unsubscribe", "<mailto:leave@paving.example>"),
            Undetermined,
            &["transaction", "list-unsubscribe"],
        ),
        (
            "an automatic answer (RFC 3834)",
            mail(RESIDENT, CLERK, "Re: Well", "I am on the lake.").header("auto-submitted", "auto-replied"),
            Transitory,
            &["auto-submitted"],
        ),
        (
            "Auto-Submitted: no is a person (RFC 3834, section 5)",
            mail(RESIDENT, CLERK, "Red barn", "It stands by the creek since the flood of that year, as far as I remember it, and nobody has ever painted it again in all that time, whatever they say at the store about it and about us and the family next door.")
                .header("auto-submitted", "no"),
            Undetermined,
            &[],
        ),
        (
            "a delivery report (RFC 3464)",
            mail("MAILER-DAEMON", CLERK, "Notice", "contract approved")
                .header("content-type", "multipart/report; report-type=delivery-status; boundary=x"),
            Transitory,
            &["delivery-report", "mailer-daemon"],
        ),
        (
            "X-Auto-Response-Suppress does not mark an automatic answer (MS-OXCMAIL)",
            mail(RESIDENT, ENGINEER, "Permit question", "Is a building permit needed for my barn?")
                .header("x-auto-response-suppress", "All"),
            Official,
            &["permit", "suppresses-answers"],
        ),
        (
            "an answer to an invitation (RFC 5546)",
            mail(ENGINEER, CLERK, "Accepted: Budget", "").fact("calendar method", "REPLY"),
            Transitory,
            &["calendar-answer", "calendar-subject"],
        ),
        (
            "out of office, told by its subject alone",
            mail(RESIDENT, CLERK, "Automatic reply: Well 4", "I am away until Monday."),
            Transitory,
            &["automatic-reply"],
        ),
        ("what the filter found", mail("x@pills.example", CLERK, "Hello", "Dear friend").header("x-spam-flag", "YES").folder("Junk E-mail"), NonRecord, &["spam-flag", "junk-folder"]),
    ]);
}

#[test]
fn mail_of_people() {
    let mut scan = mail(ENGINEER, CLERK, "RE: Key", "Thanks!").attached("scan0001.tif");
    scan.item.attachments[0].searchable = Searchable::Not;
    check(vec![
        (
            "a short message that carries the decision",
            mail(ENGINEER, CLERK, "RE: Change order 3", "Approved, go ahead with it."),
            Official,
            &["decision"],
        ),
        (
            "a contract with its paper",
            mail("bids@paving.example", ENGINEER, "Elm Street contract", "The signed agreement is attached.")
                .attached("contract.pdf"),
            Official,
            &["contract", "matter-attachment"],
        ),
        (
            "a complaint of a resident",
            mail(RESIDENT, CLERK, "Barking dog", "I would like to complain about the barking dog next door."),
            Official,
            &["complaint"],
        ),
        (
            "a permit",
            mail(RESIDENT, ENGINEER, "Permit application", "My permit application for the deck is attached."),
            Official,
            &["permit"],
        ),
        (
            "the council",
            mail(CLERK, "mayor@cedarbend.example", "Council packet", "The ordinance goes to a public hearing."),
            Official,
            &["council"],
        ),
        (
            "counsel takes part, whatever is said",
            mail("anna@lawfirm.example", CLERK, "Lunch?", "Pizza on me, my treat."),
            Official,
            &["counsel-takes-part", "private-lunch"],
        ),
        (
            "a data request",
            mail(RESIDENT, CLERK, "Hello", "This is a data practices request for all e-mail on Well 4."),
            Official,
            &["data-request"],
        ),
        (
            "personnel",
            mail(ENGINEER, CLERK, "Grievance", "The union filed a grievance over the overtime."),
            Official,
            &["personnel"],
        ),
        (
            "arranging a meeting",
            mail(
                ENGINEER,
                CLERK,
                "Meeting tomorrow",
                "Are you free at 2 p.m. tomorrow? Conference room B works for me.",
            ),
            Transitory,
            &["scheduling", "scheduling-subject"],
        ),
        (
            "nothing but an acknowledgement",
            mail(ENGINEER, CLERK, "RE: Key", "Thanks!\n\n> The key is at the desk."),
            Transitory,
            &["thanks-bare"],
        ),
        (
            "an acknowledgement of a decision is not called transitory by itself",
            mail(ENGINEER, CLERK, "RE: Elm Street", "Thanks!\n\n> The contract is approved."),
            Undetermined,
            &["thanks-bare", "official-quoted"],
        ),
        (
            "a notice of the building",
            mail(
                "notifications@cedarbend.example",
                CLERK,
                "Elevator",
                "The elevator will be unavailable; scheduled maintenance on Friday.",
            ),
            Transitory,
            &["building-notice", "system-notice"],
        ),
        (
            "a private lunch",
            mail(CLERK, "kari@gmail.com", "lunch?", "Want to get lunch with the kids? Love you"),
            Personal,
            &["private-family", "private-lunch"],
        ),
        (
            "a private lunch with a contract in it is not",
            mail(
                CLERK,
                "kari@gmail.com",
                "lunch?",
                "Want to get lunch? Love you. I approved the paving contract and the change order.",
            ),
            Official,
            &["private-family", "acts-together"],
        ),
        (
            "its owner called the folder private",
            mail("kari@gmail.com", CLERK, "Sunday", "Dinner at our house, mom and dad come too.")
                .folder("Inbox/Personal"),
            Personal,
            &["personal-folder", "private-family"],
        ),
        ("an attached scan that nobody could read may be the record", scan, Undetermined, &["not-read", "thanks-bare"]),
        ("nothing to go by", mail(RESIDENT, CLERK, "Barn", "It is red."), Undetermined, &[]),
        ("nothing at all", mail("", "", "", ""), Undetermined, &[]),
    ]);
}

#[test]
fn texts_calls_and_cards() {
    let mut card = mail("", "", "", "");
    card.item.kind = RecordKind::Contact;
    check(vec![
        (
            "a text of the crew about its work",
            text("763-555-0110", "763-555-0111", "water main on Elm, need the contractor, go ahead with overtime?"),
            Official,
            &["text-work"],
        ),
        (
            "a private text",
            text("763-555-0110", "612-555-0199", "lol ok babe, u home for dinner?"),
            Personal,
            &["private-text-words"],
        ),
        (
            "a sign-in code",
            text("55501", "763-555-0110", "Your verification code is 123456"),
            NonRecord,
            &["text-advertising"],
        ),
        ("a bare text", text("763-555-0110", "763-555-0111", "the blue one"), Undetermined, &[]),
        ("call detail tells nothing of its matter", call(Direction::In, 240), Undetermined, &["call-detail"]),
        ("a call that nobody took", call(Direction::MissedIn, 0), Transitory, &["unanswered-call"]),
        (
            "missed, and yet it lasted: a voicemail, perhaps",
            call(Direction::MissedIn, 40),
            Undetermined,
            &["call-detail"],
        ),
        ("a contact card", card, Undetermined, &["contact-card"]),
    ]);
}

#[test]
fn series_come_from_schedules_in_force_alone() {
    let complaint = mail(RESIDENT, CLERK, "Barking dog", "I would like to complain about the barking dog.");
    assert_eq!(complaint.proposal().series.as_deref(), Some("complaints-general"));
    let decision = mail(ENGINEER, CLERK, "RE: Change order 3", "Approved, go ahead with it.");
    assert_eq!(decision.proposal().series.as_deref(), Some("correspondence-general"));
    let elsewhere = Context { schedules: vec!["otsego-2024".to_owned()], ..context() };
    let proposal = classify(&complaint.item, &complaint.copy, &elsewhere, &Rules::shipped());
    assert_eq!((proposal.status, proposal.series), (Official, None), "no key of a schedule that is not in force");
    // A city that adopted an edition of its own has the series of that one.
    let own = Context { series: BTreeSet::from(["complaints-general".to_owned()]), ..elsewhere };
    let series = |made: &Made| classify(&made.item, &made.copy, &own, &Rules::shipped()).series;
    assert_eq!((series(&complaint).as_deref(), series(&decision)), (Some("complaints-general"), None));
    // Every key stands in the schedule file it is said to come from.
    let starter = include_str!("../../schedules/minnesota-cities-starter.toml");
    let federal = include_str!("../../schedules/nara-grs.toml");
    for (schedule, key) in Rules::shipped().series_keys() {
        let file = if schedule == "nara-grs" { federal } else { starter };
        assert!(file.contains(&format!("key = \"{schedule}\"")), "{schedule}");
        assert!(file.contains(&format!("key = \"{key}\"")), "{key}");
    }
}

#[test]
fn a_city_adds_rules_and_mistakes_name_the_rule() {
    let shipped = Rules::shipped();
    let own = "[[rule]]\nid = \"barn\"\nargues = \"official\"\nweight = 60\nphrases = [\"the barn\"]\nwhy = \"The barn is a landmark.\"\n\
               [[series]]\nschedule = \"minnesota-cities-starter\"\nkey = \"correspondence-historical\"\nstatus = \"official\"\nrules = [\"barn\"]\n";
    let rules = shipped.with_additional(own).expect("they are well-formed");
    assert_ne!(rules.version(), shipped.version(), "another edition");
    let made = mail(RESIDENT, CLERK, "Well", "The barn is red.");
    let proposal = classify(&made.item, &made.copy, &context(), &rules);
    assert_eq!((proposal.status, proposal.series.as_deref()), (Official, Some("correspondence-historical")));
    let twice = shipped.with_additional(&own.replace("barn\"\nargues", "council\"\nargues"));
    let error = twice.expect_err("the id is taken").to_string();
    assert!(error.contains("\"council\"") && error.contains("another rule"), "{error}");
}

#[test]
fn evidence_is_bounded_and_ordered() {
    let long = "contract approved council permit budget lawsuit ".repeat(50_000);
    let proposal = mail(RESIDENT, CLERK, &long, &long).proposal();
    assert_eq!(proposal.status, Official);
    assert!(proposal.evidence.len() <= super::EVIDENCE);
    assert!(proposal.evidence.is_sorted_by(|one, two| one.weight >= two.weight));
    assert!(proposal.evidence.iter().all(|one| one.matched.chars().count() <= 120));
}

fn life(status: RecordStatus) -> u8 {
    u8::from(matches!(status, Official | Undetermined))
}

const WORDS: [&str; 24] = [
    "thanks",
    "lunch",
    "love you",
    "unsubscribe",
    "click here",
    "newsletter",
    "meeting",
    "tomorrow",
    "ok",
    "the barn",
    "contract",
    "approved",
    "council",
    "permit",
    "budget",
    "lol",
    "babe",
    "dinner",
    "fyi",
    "> quoted",
    "\n",
    "From: a",
    "out of office",
    "my kids",
];

proptest! {
    #[test]
    fn no_item_is_too_strange(subject in ".{0,80}", body in "(?s).{0,300}", from in ".{0,40}", folder in ".{0,40}", value in ".{0,40}") {
        let made = mail(&from, &from, &subject, &body).header("list-id", &value).header("return-path", &value).folder(&folder);
        let proposal = made.proposal();
        prop_assert!(proposal.confidence <= 100);
        prop_assert_eq!(made.proposal(), proposal, "the same item has the same proposal");
    }

    /// The weight is on the side of keeping: a cue for official in the subject never makes a life shorter.
    #[test]
    fn a_cue_for_official_never_makes_a_life_shorter(
        words in proptest::collection::vec(0_usize..24, 0..12),
        subject in proptest::collection::vec(0_usize..24, 0..3),
        cue in 0_usize..8,
        listed in proptest::bool::ANY,
    ) {
        let said = |all: &[usize]| all.iter().map(|at| WORDS[*at]).collect::<Vec<_>>().join(" ");
        let cues = ["privileged and confidential", "data practices request", "invoice", "city council", "approved", "building permit", "grievance", "settlement"];
        let mut before = mail(RESIDENT, CLERK, &said(&subject), &said(&words));
        if listed {
            before = before.header("list-id", "<b.league.example>");
        }
        let mut after = before.clone();
        after.item.subject.push_str(&format!(" {}", cues[cue]));
        let (before, after) = (before.proposal(), after.proposal());
        prop_assert!(life(after.status) >= life(before.status), "{} became {}", before.status, after.status);
        prop_assert!(after.status == before.status || life(after.status) == 1, "{} became {}", before.status, after.status);
    }
}
