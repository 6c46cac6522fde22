//! Backups of SMS Backup & Restore: every trap of the format, each with the reason beside it.

use super::sms_backup_restore::{part_bytes, read, sniff};
use crate::model::exception::ProblemCode;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Searchable, Shape};
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, DurationBasis, Role};
use crate::source::ReadOptions;
use proptest::prelude::*;
use std::io::BufReader;

const HEAD: &str = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore v10-->\n<?xml-stylesheet type=\"text/xsl\" href=\"sms.xsl\"?>\n";
const SMS: &str = r#"<sms protocol="0" address="+16125550142" date="1512226167463" type="1" subject="null" body="Road is open" toa="null" service_center="null" read="1" status="-1" locked="0" date_sent="1512226166000" readable_date="2 d&#233;c. 2017" contact_name="Ann Lind" />"#;

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

fn finds_in(bytes: &[u8], chunk: usize) -> Vec<Found> {
    let mut all = Vec::new();
    let mut sink = |found: Found| {
        all.push(found);
        Ok(())
    };
    read(&mut BufReader::with_capacity(chunk, bytes), &options(), &mut sink).expect("memory can be read");
    all
}

fn finds(text: &str) -> Vec<Found> {
    finds_in(text.as_bytes(), 8192)
}

fn backup(elements: &str) -> String {
    format!("{HEAD}<smses count=\"1\" backup_date=\"1721556032311\">\n{elements}\n</smses>")
}

fn items(text: &str) -> Vec<RawItem> {
    finds(text).into_iter().filter_map(|found| if let Found::Item(item) = found { Some(item) } else { None }).collect()
}

fn parsed(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("rows are parsed by their reader") };
    parsed
}

fn one(element: &str) -> RawItem {
    let mut all = items(&backup(element));
    assert_eq!(all.len(), 1, "{element}");
    all.remove(0)
}

/// The finds as short lines.
fn lines(text: &str) -> Vec<String> {
    let line = |found: Found| match found {
        Found::Item(item) => format!("{} {}", item.ordinal, parsed(&item).body),
        Found::Exception(one) => {
            format!("{} !{} {}", one.ordinal, one.problem.code.word(), String::from_utf8_lossy(&one.raw).trim())
        }
        Found::Declared(count) => format!("declared {count}"),
        Found::Remark(problem) => format!("remark {}", problem.code.word()),
        other => format!("{other:?}"),
    };
    finds(text).into_iter().map(line).collect()
}

fn short(body: &str) -> String {
    format!("<sms address=\"6125550142\" date=\"1512226167463\" type=\"1\" body=\"{body}\"/>")
}

#[test]
fn the_root_tells_and_not_the_name() {
    let text = Some(ContainerFormat::SmsBackupRestore);
    let calls = Some(ContainerFormat::SmsBackupRestoreCalls);
    let cases: [(&str, Option<ContainerFormat>); 12] = [
        ("<smses count=\"0\">", text),
        ("\u{feff}<?xml version='1.0'?>\n<smses>", text),
        ("<?xml?><!-- a > b --><?xml-stylesheet href=\"x\"?>\r\n<calls count='7'>", calls),
        ("<!DOCTYPE smses [<!ENTITY a \"b\">]><smses>", text),
        ("<smses", text),
        ("<smsesx>", None),
        ("<callsign>", None),
        ("<html><smses>", None),
        ("text <smses>", None),
        ("<!-- <smses> ", None),
        ("<!DOCTYPE html>", None),
        ("", None),
    ];
    for (head, expected) in cases {
        assert_eq!(sniff(head.as_bytes()), expected, "{head}");
    }
}

#[test]
fn a_text_says_who_when_and_which_way() {
    let item = one(SMS);
    assert_eq!(item.original, Original::Bytes(SMS.as_bytes().to_vec()), "the original is the element, byte for byte");
    let text = parsed(&item);
    assert_eq!((text.body.as_str(), text.subject.as_str(), text.direction), ("Road is open", "", Direction::In));
    let from = &text.parties[0];
    assert_eq!((from.role, from.name.as_str(), from.normal.as_deref()), (Role::From, "Ann Lind", Some("+16125550142")));
    assert_eq!(text.sent_at.as_ref().map(|time| time.at.timestamp_millis()), Some(1_512_226_166_000), "the network's");
    assert_eq!(
        text.received_at.as_ref().map(|time| time.at.timestamp_millis()),
        Some(1_512_226_167_463),
        "the phone's"
    );
    assert_eq!((item.copy.read, item.copy.flagged, item.copy.draft), (Some(true), Some(false), None));
    assert!(item.copy.envelope.contains("readable_date=\"2 d&#233;c. 2017\""), "evidence, never a time");
    assert!(item.copy.envelope.contains("backup_date"), "when it was captured");
    assert!(!text.facts.contains_key("toa"), "null says nothing: {:?}", text.facts);
    assert_eq!(text.problems, []);
}

#[test]
fn the_type_tells_the_direction_and_is_never_guessed() {
    let cases: [(&str, Direction, &str, Option<bool>); 8] = [
        ("1", Direction::In, "received", None),
        ("2", Direction::Out, "sent", None),
        ("3", Direction::Unknown, "draft, not sent", Some(true)),
        ("4", Direction::Out, "in the outbox", None),
        ("5", Direction::Out, "sending failed", None),
        ("6", Direction::Out, "queued", None),
        ("9", Direction::Unknown, "not told", None),
        ("null", Direction::Unknown, "not told", None),
    ];
    for (kind, direction, status, draft) in cases {
        let item = one(&SMS.replace("type=\"1\"", &format!("type=\"{kind}\"")));
        let text = parsed(&item);
        assert_eq!(
            (text.direction, text.facts["status"].as_str(), item.copy.draft),
            (direction, status, draft),
            "{kind}"
        );
    }
}

#[test]
fn a_time_that_cannot_be_is_unknown_and_the_text_is_kept() {
    let cases: [(&str, Option<i64>, &str); 6] = [
        ("1512226167", Some(1_512_226_167_000), "seconds, as some converters write them"),
        ("bad", None, "no number"),
        ("null", None, "absent"),
        ("0", None, "absent"),
        ("315964800000", None, "a phone that lost its clock"),
        ("1999999999999", None, "later than the backup"),
    ];
    for (date, expected, why) in cases {
        let element = format!("<sms address=\"6125550142\" date=\"{date}\" date_sent=\"0\" type=\"2\" body=\"x\"/>");
        let item = one(&element);
        let text = parsed(&item);
        assert_eq!(text.sent_at.as_ref().map(|time| time.at.timestamp_millis()), expected, "{date}: {why}");
        let unknown = text.problems.iter().any(|problem| problem.code == ProblemCode::DateUnknown);
        assert_eq!(unknown, expected.is_none(), "{date}: {why}");
    }
}

#[test]
fn the_same_text_exported_twice_is_the_same_item() {
    let first = one(SMS);
    let again = [
        SMS.replace("read=\"1\"", "read=\"0\""),
        SMS.replace("Ann Lind", "(Unknown)"),
        SMS.replace("2 d&#233;c. 2017", "Dec 2, 2017"),
        SMS.replace("Road is open", "R&#111;ad is open"),
        SMS.replace(" protocol=\"0\"", ""),
        SMS.replace("1512226167463", "1512226167463 "),
    ];
    for element in again {
        assert_eq!(one(&element).identity, first.identity, "{element}");
    }
    let others = [
        SMS.replace("Road is open", "Road is shut"),
        SMS.replace("1512226167463", "1512226167464"),
        SMS.replace("+16125550142", "+16125550143"),
        SMS.replace("type=\"1\"", "type=\"2\""),
        SMS.replace("subject=\"null\"", "subject=\"x\""),
    ];
    for element in others {
        assert_ne!(one(&element).identity, first.identity, "{element}");
    }
}

#[test]
fn pairs_and_references_are_joined_in_a_body() {
    let item = one(&short("Thanks &#55357;&#56842;&#10;see you &amp; yours &#55357;"));
    let text = parsed(&item);
    assert_eq!(text.body, "Thanks \u{1f60a}\nsee you & yours &#55357;");
    assert_eq!(text.problems[0].code, ProblemCode::Undecodable, "half a pair is said");
}

#[test]
fn one_broken_element_costs_itself_and_nothing_else() {
    let (a, b) = (short("a"), short("b"));
    let broken: [(&str, &str, &str); 9] = [
        ("<sms body=\"no end", "malformed", "the next element begins inside a value"),
        ("<sms body=\"x\"", "malformed", "a tag that does not end"),
        ("<sms body=x/>", "malformed", "a value without quotes"),
        ("<mms date=\"1\"><parts><part ct=\"text/plain\" text=\"x\"/>", "malformed", "an element that does not end"),
        ("<mms date=\"1\"><parts><part text=\"x></parts></mms>", "malformed", "a value that does not end inside"),
        ("<mms date=\"1\"></parts></mms>", "malformed", "ends crossed"),
        ("<rcs body=\"x\"/>", "unsupported", "an element of another format"),
        ("stray words", "malformed", "no element at all"),
        ("<sms/>", "malformed", "says nothing"),
    ];
    for (element, code, why) in broken {
        let found = lines(&format!("<smses>{a}\n{element}\n{b}</smses>"));
        assert_eq!(found, ["0 a".to_owned(), format!("1 !{code} {}", element), "2 b".to_owned()], "{why}");
    }
}

#[test]
fn what_was_whole_before_a_break_is_kept() {
    let whole = format!("<smses count=\"58\">{}\n{}\n", short("a"), short("b"));
    assert_eq!(lines(&whole), ["declared 58", "0 a", "1 b", "remark truncated"]);
    let cut = format!("{whole}<mms date=\"1512226167463\"><parts><part ct=\"image/png\" data=\"iVBORw0KGg");
    let found = lines(&cut);
    assert_eq!(found[..3], ["declared 58", "0 a", "1 b"]);
    assert!(found[3].starts_with("2 !truncated <mms date"), "the break is one exception with its bytes: {found:?}");
    assert_eq!(found[4..], ["remark truncated"]);
}

#[test]
fn the_declared_count_is_told_and_an_empty_backup_is_empty() {
    assert_eq!(lines(&format!("{HEAD}<smses count=\"0\" backup_set=\"x\">\n</smses>\n")), ["declared 0"]);
    assert_eq!(lines("<smses count=\"0\"/>"), ["declared 0"]);
    let two = format!("<smses count=\"1\">{}</smses>\n<smses count=\"2\">{}</smses>", short("a"), short("b"));
    assert_eq!(lines(&two), ["declared 1", "0 a", "declared 3", "1 b"], "two backups in one file");
    assert_eq!(lines(&format!("<smses count=\"null\">{}</smses>", short("a"))), ["0 a"]);
}

#[test]
fn entities_of_a_file_are_never_followed() {
    let bomb = "<!DOCTYPE smses [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>";
    let found = lines(&format!("{bomb}<smses>{}</smses>", short("&b;")));
    assert_eq!(found, ["remark unsupported", "0 &b;"]);
}

const MMS: &str = r#"<mms date="1609545600000" date_sent="1609545590" ct_t="application/vnd.wap.multipart.related" msg_box="1" sub="Culvert" address="+16125550142~+16515550143" m_id="m1@example.com" read="1" m_type="132" contact_name="Ann, Bo">
  <parts>
    <part seq="0" ct="application/smil" name="smil.xml" text="&lt;smil/&gt;" />
    <part seq="1" ct="text/plain" chset="106" text="Look at " />
    <part seq="2" ct="image/jpeg" name="null" fn="../../etc/a.jpg" cl="x.jpg" text="null" data="Zm9v&#10;YmFy" />
    <part seq="3" ct="text/plain" text="this" />
    <part seq="4" ct="image/png" name="b.png" data="not base64!" />
    <part seq="5" ct="audio/amr" name="c.amr" />
    <part seq="6" ct="text/x-vcard" name="d.vcf" text="BEGIN:VCARD" />
    <part seq="7" ct="text/plain" chset="106" text="null" data="w6k=" />
  </parts>
  <addrs>
    <addr address="+16125550142" type="137" charset="106" />
    <addr address="insert-address-token" type="151" charset="106" />
    <addr address="+16515550143" type="130" charset="106" />
  </addrs>
</mms>"#;

#[test]
fn what_may_hide_words_makes_a_text_searchable_in_part() {
    let sms = |inside: &str| format!("<sms address=\"+16125550142\" date=\"1512226167463\" type=\"1\" {inside}");
    let mms = |part: &str| {
        format!(
            "<mms address=\"+16125550142\" date=\"1512226167000\" msg_box=\"1\"><parts><part ct=\"text/plain\" {part}/></parts></mms>"
        )
    };
    let (all, part) = (Searchable::Fully, Searchable::Partly);
    let cases: Vec<(String, Searchable, &str)> = vec![
        (sms("body=\"a &amp; b\" />"), all, "what can be read hides nothing"),
        (sms("body=\"&lol;\" />"), part, "an entity of the file's own is not followed"),
        (sms("body=\"a\" contact_name=\"&who;\" />"), part, "a name can be looked for too"),
        (sms("body=\"a\">road</sms>"), part, "words between the tags are not read"),
        (sms("body=\"a\"><note text=\"road\"/></sms>"), part, "an element nobody knows"),
        (mms("chset=\"106\" data=\"w6k=\""), all, "UTF-8"),
        (mms("chset=\"106\" data=\"6Q==\""), part, "it says UTF-8 and is not"),
        (mms("chset=\"9999\" data=\"6Q==\""), part, "a character set nobody knows"),
        (mms("chset=\"17\" data=\"k/o=\""), all, "Shift_JIS is number 17"),
        (mms("data=\"6Q==*\""), part, "no base64"),
    ];
    for (element, searchable, why) in cases {
        let item = one(&element);
        assert_eq!(parsed(&item).family_searchable(), searchable, "{why}: {element}");
        assert_eq!(parsed(&item).problems.is_empty(), searchable == Searchable::Fully, "{why}: {element}");
    }
}

#[test]
fn an_mms_has_a_body_attachments_and_a_group() {
    let item = one(MMS);
    let text = parsed(&item);
    assert_eq!((text.subject.as_str(), text.body.as_str()), ("Culvert", "Look at \nthis\n\u{e9}"));
    assert_eq!(text.sent_at.as_ref().map(|time| time.at.timestamp()), Some(1_609_545_590), "in seconds, unlike `date`");
    assert_eq!(text.received_at.as_ref().map(|time| time.at.timestamp()), Some(1_609_545_600));
    let who: Vec<_> = text.parties.iter().map(|party| (party.role, party.address.as_str())).collect();
    assert_eq!(who, [(Role::From, "+16125550142"), (Role::Cc, "+16515550143")], "the phone's own number is not told");
    assert_eq!(text.facts["group"], "+16125550142 +16515550143");
    assert_eq!(text.facts["names of the group"], "Ann, Bo");
    assert_eq!(text.message_id, "m1@example.com");
    let files: Vec<_> = text.attachments.iter().map(|one| (one.name.as_str(), one.part, one.bytes)).collect();
    assert_eq!(files, [("a.jpg", 2, 6), ("b.png", 4, 0), ("c.amr", 5, 0), ("d.vcf", 6, 11)]);
    let codes: Vec<_> = text.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::UnsafeName, ProblemCode::Undecodable, ProblemCode::Missing]);
    let bytes = |part| part_bytes(MMS.as_bytes(), part);
    assert_eq!(bytes(2).as_deref(), Some(&b"foobar"[..]));
    assert_eq!((bytes(4), bytes(5), bytes(9)), (None, None, None));
    assert_eq!(bytes(6).as_deref(), Some(&b"BEGIN:VCARD"[..]));
}

#[test]
fn without_roles_the_address_tells_who_took_part() {
    let cases: [(&str, &str, &[Role], &str); 4] = [
        ("1", "6125550142", &[Role::From], "received from one"),
        ("1", "6125550142~6515550143", &[Role::Member, Role::Member], "in a group nobody can tell who wrote"),
        ("2", "6125550142~6515550143", &[Role::To, Role::To], "sent to a group"),
        ("3", "6125550142", &[Role::To], "a draft for one"),
    ];
    for (kind, address, roles, why) in cases {
        let element = format!("<mms date=\"1609545600000\" msg_box=\"{kind}\" address=\"{address}\"><parts/></mms>");
        let item = one(&element);
        let found: Vec<Role> = parsed(&item).parties.iter().map(|party| party.role).collect();
        assert_eq!(found, roles, "{why}");
    }
}

#[test]
fn an_rcs_group_is_no_number_and_its_members_are_kept() {
    let element = r#"<mms date="1609545600000" msg_box="1" address="group_8@rcs.google.com" tr_id="proto:CjoK" ct_t="text/plain"><parts><part ct="text/plain" text="hi"/></parts><addrs><addr address="+16125550142" type="137"/><addr address="+16125550142" type="130"/><addr address="+16515550143" type="130"/></addrs></mms>"#;
    let item = one(element);
    let who: Vec<_> = parsed(&item)
        .parties
        .iter()
        .map(|party| (party.role, party.address.as_str(), party.normal.is_some()))
        .collect();
    assert_eq!(
        who,
        [
            (Role::From, "+16125550142", true),
            (Role::Cc, "+16125550142", true),
            (Role::Cc, "+16515550143", true),
            (Role::Member, "group_8@rcs.google.com", false),
        ]
    );
}

#[test]
fn calls_have_a_direction_a_duration_and_a_presentation() {
    let cases: [(&str, Direction, &str); 8] = [
        ("1", Direction::In, "incoming"),
        ("2", Direction::Out, "outgoing"),
        ("3", Direction::MissedIn, "missed"),
        ("4", Direction::In, "voicemail"),
        ("5", Direction::RejectedIn, "rejected"),
        ("6", Direction::BlockedIn, "blocked"),
        ("7", Direction::In, "answered on another device"),
        ("99", Direction::Unknown, "not told"),
    ];
    for (kind, direction, outcome) in cases {
        let element = format!(
            "<calls count=\"1\"><call number=\"9018675309\" duration=\"505\" date=\"1467998061690\" type=\"{kind}\" presentation=\"1\" contact_name=\"(Unknown)\"/></calls>"
        );
        let all = items(&element);
        let call = parsed(&all[0]);
        assert_eq!((call.direction, call.facts["outcome"].as_str()), (direction, outcome), "{kind}");
        let duration = call.duration.expect("seconds");
        assert_eq!((duration.seconds, duration.basis), (505, DurationBasis::Exact));
        assert_eq!(call.parties[0].name, "", "(Unknown) is no name");
        assert_eq!(all[0].copy.draft, None, "type 3 of a call is a missed one and no draft");
    }
    let hidden = "<calls><call number=\"-2\" duration=\"0\" date=\"1467998061690\" type=\"3\" presentation=\"2\"/><call number=\"\" duration=\"x\" date=\"1467998061690\" type=\"3\" presentation=\"3\"/></calls>";
    let all = items(hidden);
    let (withheld, unknown) = (parsed(&all[0]), parsed(&all[1]));
    assert_eq!(withheld.parties[0].normal, None);
    assert_eq!(withheld.facts["caller's number"], "withheld");
    assert_eq!((unknown.parties.len(), unknown.facts["caller's number"].as_str()), (0, "unknown"));
    assert_eq!(unknown.problems[0].code, ProblemCode::Malformed, "a duration that is no number");
}

#[test]
fn an_element_larger_than_memory_allows_is_an_exception_with_its_bytes() {
    let most = usize::try_from(crate::base::limits::ITEM_IN_MEMORY_BYTES).expect("it fits");
    let huge = format!("<smses>{}{}</smses>", short(&"x".repeat(most)), short("b"));
    let found = finds(&huge);
    let Found::Exception(one) = &found[0] else { panic!("an exception") };
    assert_eq!(one.problem.code, ProblemCode::TooLargeToParse);
    assert!(one.raw.len() > most && huge.as_bytes()[7..].starts_with(&one.raw), "its bytes are kept");
    assert!(matches!(&found[1], Found::Item(item) if parsed(item).body == "b"));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_are_told_alike_in_chunks(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), chunk in 1_usize..9
    ) {
        prop_assert_eq!(format!("{:?}", finds_in(&bytes, chunk)), format!("{:?}", finds_in(&bytes, 8192)));
    }

    #[test]
    fn pieces_of_backups_never_panic_and_are_told_alike_in_chunks(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "<smses count=\"2\">", "</smses>", "<sms ", "body=\"a\"", "/>", ">", "<mms>", "</mms>", "<parts>",
                "<part ct=\"text/plain\" text=\"b\"/>", "</parts>", "\"", "'", "<!--", "-->", "<?", "?>", "<![CDATA[",
                "]]>", "<!DOCTYPE", "[", "]", "&#55357;", "\n", "<call number=\"1\"/>", "<", "\u{feff}",
            ]),
            0..40,
        ),
        chunk in 1_usize..20,
    ) {
        let text = pieces.concat();
        let found = finds_in(text.as_bytes(), chunk);
        prop_assert_eq!(format!("{found:?}"), format!("{:?}", finds_in(text.as_bytes(), 8192)));
        // Positions have no gap, and every byte of an item or exception is a byte of the file.
        let mut next = 0;
        for one in &found {
            let (ordinal, raw) = match one {
                Found::Item(item) => {
                    let Original::Bytes(bytes) = &item.original else { panic!("in memory") };
                    (item.ordinal, bytes)
                }
                Found::Exception(one) => (one.ordinal, &one.raw),
                _ => continue,
            };
            prop_assert_eq!(ordinal, next);
            next += 1;
            prop_assert!(text.as_bytes().windows(raw.len().max(1)).any(|window| window == raw.as_slice()));
        }
    }
}
