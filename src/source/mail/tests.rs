//! What a message says: one test for each trap.

use super::*;
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::model::exception::ProblemCode;
use crate::model::item::{ParsedItem, Searchable};
use crate::model::record::{Role, ZoneBasis};
use crate::source::ReadOptions;

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

fn read(message: impl AsRef<[u8]>) -> ParsedItem {
    parse(message.as_ref(), &options())
}

fn codes(parsed: &ParsedItem) -> Vec<ProblemCode> {
    parsed.problems.iter().map(|problem| problem.code).collect()
}

const DATE: &str = "Date: Tue, 16 Apr 2019 12:00:00 -0500\n";

#[test]
fn the_header_is_read_as_written() {
    let parsed = read(
        "Received: by b; Tue, 16 Apr 2019 12:00:09 -0500\nReceived: by a; Tue, 16 Apr 2019 12:00:05 -0500\n\
         From: =?utf-8?q?Ren=C3=A9?= <Rene@City.MN.us>\nTo: \"Doe, Jane\" <jd@x.us>, Team: <a@y.us>, b@y.us;\n\
         Cc: undisclosed-recipients:;\nReply-To: r@x.us\nSender: s@x.us\nBcc: hidden@x.us\n\
         Subject: =?iso-8859-1?q?Stra=DFe?=\n =?utf-8?b?IOKCrA==?=\nDate: Tue, 16 Apr 2019 12:00:00 -0500 (CDT)\n\
         Message-ID: <one@x.us>\nReferences: <zero@x.us>\n <half@x.us>\nIn-Reply-To: <half@x.us>\n\
         List-Id: Town\n talk <t.x.us>\nPrecedence: bulk\nX-Spam-Flag: NO\nX-Secret: 1\n\nHello\n",
    );
    assert_eq!(parsed.subject, "Stra\u{df}e \u{20ac}");
    let parties: Vec<(Role, &str, &str, Option<&str>)> = parsed
        .parties
        .iter()
        .map(|party| (party.role, party.name.as_str(), party.address.as_str(), party.normal.as_deref()))
        .collect();
    let expected = [
        (Role::From, "Ren\u{e9}", "Rene@City.MN.us", Some("rene@city.mn.us")),
        (Role::Sender, "", "s@x.us", Some("s@x.us")),
        (Role::To, "Doe, Jane", "jd@x.us", Some("jd@x.us")),
        (Role::To, "", "a@y.us", Some("a@y.us")),
        (Role::To, "", "b@y.us", Some("b@y.us")),
        (Role::Bcc, "", "hidden@x.us", Some("hidden@x.us")),
        (Role::ReplyTo, "", "r@x.us", Some("r@x.us")),
    ];
    assert_eq!(parties, expected);
    let sent = parsed.sent_at.expect("a date");
    assert_eq!((sent.at.timestamp(), sent.zone), (1_555_434_000, ZoneBasis::OffsetInSource));
    assert_eq!(sent.as_written, "Tue, 16 Apr 2019 12:00:00 -0500 (CDT)");
    assert_eq!(parsed.received_at.expect("a date").at.timestamp(), 1_555_434_009);
    assert_eq!(parsed.message_id, "one@x.us");
    assert_eq!(parsed.references, ["zero@x.us", "half@x.us"]);
    assert_eq!(parsed.headers["list-id"], "Town talk <t.x.us>");
    assert!(parsed.headers.contains_key("x-spam-flag") && !parsed.headers.contains_key("x-secret"));
    assert_eq!((parsed.body.trim(), parsed.searchable, parsed.problems), ("Hello", Searchable::Fully, vec![]));
}

#[test]
fn dates_that_cannot_be_are_unknown_and_said() {
    let received = "Received: by a; Tue, 16 Apr 2019 12:00:05 -0500\n";
    let cases = [
        "Date: Thu, 1 Jan 1970 00:00:00 +0000\n".to_owned(),
        "Date: Thu, 1 Jan 2150 00:00:00 +0000\n".to_owned(),
        "Date: soon\n".to_owned(),
        String::new(),
        format!("{received}Date: Tue, 16 Apr 2013 12:00:00 -0500\n"),
        format!("{received}Date: Tue, 16 Jul 2019 12:00:00 -0500\n"),
    ];
    for header in cases {
        let parsed = read(format!("{header}Subject: x\n\ny"));
        assert_eq!((parsed.sent_at, codes_of(&parsed.problems)), (None, vec![ProblemCode::DateUnknown]), "{header}");
    }
    let late = read(format!("{received}Date: Tue, 1 May 2018 12:00:00 -0500\nSubject: x\n\ny"));
    assert!(late.sent_at.is_some(), "a message sent again after a year keeps its date");
}

fn codes_of(problems: &[crate::model::exception::Problem]) -> Vec<ProblemCode> {
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn charsets_are_settled_and_what_cannot_be_is_said() {
    let cases: [(&[u8], &str, &[ProblemCode]); 6] = [
        (b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B%F%9%H\x1b(B\n", "テスト", &[]),
        (b"Content-Type: text/plain; charset=gb18030\n\n\xb5\xc0\xc2\xb7\n", "道路", &[]),
        (b"Subject: x\n\ncaf\xe9\n", "café", &[]),
        (b"Content-Type: text/plain; charset=us-ascii\n\ncaf\xe9\n", "café", &[]),
        (b"Content-Type: text/plain; charset=x-nonsense\n\ncaf\xe9\n", "café", &[ProblemCode::Undecodable]),
        (
            b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nStra=C3=9Fe=\n n\n",
            "Straße n",
            &[],
        ),
    ];
    for (message, text, problems) in cases {
        let parsed = read([DATE.as_bytes(), message].concat());
        assert_eq!((parsed.body.trim(), codes(&parsed)), (text, problems.to_vec()), "{message:?}");
    }
    let header = read([DATE.as_bytes(), b"Subject: caf\xe9\nFrom: Ren\xe9 <r@x.us>\n\ny"].concat());
    assert_eq!((header.subject.as_str(), header.parties[0].name.as_str()), ("café", "René"));
}

#[test]
fn the_html_version_adds_what_the_plain_one_does_not_say() {
    let both = |html: &str| {
        read(format!(
            "{DATE}Content-Type: multipart/alternative; boundary=b\n\n--b\n\nThe road is open.\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
        ))
    };
    assert_eq!(both("<p>The road is <b>open</b>.</p>").body.trim(), "The road is open.");
    let more = both("<p>The road is open.</p>\n<p>Not for trucks</p>").body;
    assert!(more.contains("The road is open.") && more.contains("Not for trucks"), "{more}");
    assert_eq!(more.matches("road").count(), 1, "what both say is said once: {more}");
    let only = read(format!("{DATE}Content-Type: text/html\n\n<p>caf&eacute;</p>"));
    assert_eq!(only.body.trim(), "café");
}

const MIXED: &str = "Date: Tue, 16 Apr 2019 12:00:00 -0500\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename*=utf-8''Stra%C3%9Fe.txt\nContent-Transfer-Encoding: base64\n\nY2Fm6SByb2Fk\n--b\nContent-Type: text/csv; charset=windows-1252; name=\"t.csv\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: quoted-printable\n\na,caf=E9\n--b\nContent-Type: message/rfc822\n\nSubject: inner subject\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\ninner body\n--c\nContent-Type: text/plain\nContent-Disposition: attachment; filename=deep.txt\n\ndeep words\n--c--\n--b\nContent-Type: image/png\nContent-ID: <p@x>\nContent-Disposition: inline; filename=p.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n";

#[test]
fn attachments_are_decoded_hashed_and_searched() {
    let parsed = read(MIXED);
    assert_eq!((parsed.body.trim(), codes(&parsed)), ("body", vec![]));
    let all: Vec<(&str, &str, &str, bool, Searchable)> = parsed
        .attachments
        .iter()
        .map(|one| (one.name.as_str(), one.claimed_type.as_str(), one.found_type.as_str(), one.inline, one.searchable))
        .collect();
    let expected = [
        ("Stra\u{df}e.txt", "application/octet-stream", "text/plain", false, Searchable::Fully),
        ("t.csv", "text/csv", "text/csv", false, Searchable::Fully),
        ("", "message/rfc822", "message/rfc822", false, Searchable::Fully),
        ("p.png", "image/png", "image/png", true, Searchable::Not),
    ];
    assert_eq!(all, expected);
    assert_eq!(parsed.attachments[0].text, "caf\u{e9} road");
    assert_eq!(parsed.attachments[1].text.trim(), "a,caf\u{e9}");
    for words in ["inner subject", "inner body", "deep.txt", "deep words"] {
        assert!(parsed.attachments[2].text.contains(words), "{}", parsed.attachments[2].text);
    }
    let originals: [&[u8]; 4] = [b"caf\xe9 road", b"a,caf\xe9", b"Subject: inner subject", b"\x89PNG\r\n\x1a\n"];
    for (attachment, original) in parsed.attachments.iter().zip(originals) {
        let bytes = part_bytes(MIXED.as_bytes(), attachment.part).expect("its bytes");
        assert!(bytes.starts_with(original), "{:?}", String::from_utf8_lossy(&bytes));
        assert_eq!(Some(Sha256Digest::of(&bytes)), attachment.sha256);
        assert_eq!(bytes.len() as u64, attachment.bytes);
    }
    assert_eq!(part_bytes(MIXED.as_bytes(), 0), None, "the body is no attachment");
    assert_eq!(part_bytes(MIXED.as_bytes(), 99), None);
}

#[test]
fn broken_encodings_are_kept_and_said() {
    let message = format!(
        "{DATE}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n!!! not base64 !!!\n--b--\n"
    );
    let parsed = read(&message);
    assert_eq!(codes(&parsed), [ProblemCode::Undecodable]);
    let attachment = &parsed.attachments[0];
    assert_eq!((attachment.sha256, attachment.name.as_str()), (None, "a.pdf"));
    let bytes = part_bytes(message.as_bytes(), attachment.part).expect("what lies there");
    assert!(String::from_utf8_lossy(&bytes).contains("not base64"));
}

#[test]
fn what_is_encrypted_is_said_and_not_searchable() {
    let smime = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA\n";
    let pgp_mime = "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nhQEM\n-----END PGP MESSAGE-----\n--b--\n";
    let armour = "Subject: x\n\n-----BEGIN PGP MESSAGE-----\nhQEM\n-----END PGP MESSAGE-----\n";
    for message in [smime, pgp_mime, armour] {
        let parsed = read(format!("{DATE}{message}"));
        assert_eq!(parsed.searchable, Searchable::Not, "{message}");
        assert!(codes(&parsed).contains(&ProblemCode::Encrypted), "{message}");
    }
    let partly = read(format!("{DATE}Subject: x\n\nSee below.\n-----BEGIN PGP MESSAGE-----\nhQEM\n"));
    assert_eq!((partly.searchable, codes(&partly)), (Searchable::Partly, vec![ProblemCode::Encrypted]));
}

#[test]
fn a_calendar_part_becomes_facts() {
    let parsed = read(format!(
        "{DATE}Content-Type: multipart/alternative; boundary=b\n\n--b\n\nbody\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nDTSTART:20190416T170000Z\nSUMMARY:Council\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
    ));
    assert_eq!(parsed.facts["calendar method"], "REQUEST");
    assert_eq!(parsed.facts["calendar start"], "20190416T170000Z");
    assert_eq!(parsed.facts["calendar summary"], "Council");
}

#[test]
fn hostile_nesting_size_and_count_are_bounded_and_said() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(20_000) + "Subject: end\n\nfound at the bottom\n";
    let parsed = read(format!("{DATE}{nested}"));
    assert_eq!((parsed.searchable, codes(&parsed)), (Searchable::Partly, vec![ProblemCode::LimitReached]));
    assert!(parsed.body.contains("found at the bottom"));
    let unclosed: String =
        (0..5_000).map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n")).collect();
    assert_eq!(read(format!("{DATE}{unclosed}")).searchable, Searchable::Partly);
    let parts = "--b\nContent-Disposition: attachment\n\nx\n".repeat(limits::MESSAGE_PARTS + 5);
    let many = read(format!("{DATE}Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n"));
    assert_eq!((many.attachments.len(), codes(&many)), (limits::MESSAGE_PARTS, vec![ProblemCode::LimitReached]));
    let long = read(format!("{DATE}Subject: x\n\n{}", "word ".repeat(limits::SEARCHABLE_CHARS / 4)));
    assert_eq!((long.searchable, codes(&long)), (Searchable::Partly, vec![ProblemCode::LimitReached]));
    assert_eq!(long.body.chars().count(), limits::SEARCHABLE_CHARS);
    let large = vec![b'x'; limits::ITEM_IN_MEMORY_BYTES as usize + 1];
    let large = read([format!("{DATE}Subject: large\n\n").as_bytes(), &large].concat());
    assert_eq!((large.subject.as_str(), codes(&large)), ("large", vec![ProblemCode::TooLargeToParse]));
}

#[test]
fn no_cut_or_flipped_message_makes_it_fail() {
    for at in 0..MIXED.len() {
        let item = item(0, String::new(), MIXED.as_bytes()[..at].to_vec(), Default::default());
        crate::source::parse(&item, &options());
        let mut flipped = MIXED.as_bytes().to_vec();
        flipped[at] ^= 0x2F;
        let item = super::item(0, String::new(), flipped, Default::default());
        let parsed = crate::source::parse(&item, &options());
        assert!(
            !parsed.problems.iter().any(|problem| problem.message.contains("could not be read; it is kept")),
            "{at}"
        );
    }
}

#[test]
fn what_may_hide_words_makes_a_message_searchable_in_part() {
    let (all, part) = (Searchable::Fully, Searchable::Partly);
    let long = format!("List-Id: {}\n\nbody\n", "x ".repeat(8 * 1024));
    let attached = |body: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: \
             base64\nContent-Disposition: attachment\n\n{body}\n--b--\n"
        )
    };
    let cases: [(String, Searchable, &str); 6] = [
        ("Subject: =?utf-8?q?Ren=C3=A9?=\n\nbody\n".into(), all, "a sound header"),
        ("Subject: =?x-nobody?b?w6k=?=\n\nbody\n".into(), part, "a charset nobody knows in the subject"),
        ("From: =?utf-8?q?Ren=E9?= <a@b.us>\n\nbody\n".into(), part, "a name that is not what it says"),
        (long, part, "a field that is cut off"),
        (attached("cm9hZA=="), all, "a sound attachment"),
        (attached("***!"), part, "an attachment that is no base64"),
    ];
    for (message, searchable, why) in cases {
        let parsed = read(format!("{DATE}{message}"));
        assert_eq!(parsed.family_searchable(), searchable, "{why}: {parsed:?}");
        assert_eq!(codes(&parsed).is_empty(), searchable == Searchable::Fully, "{why}: {:?}", parsed.problems);
    }
}
