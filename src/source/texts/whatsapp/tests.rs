use super::line;
use super::order::{DateOrder, decided, told_or_decided};
use crate::model::exception::ProblemCode;
use crate::model::record::Role;
use crate::source::texts::trial_tests::{self as trial, Told};

fn read(name: &str, text: &str) -> Told {
    trial::read(&[(name, text.as_bytes())])
}

#[test]
fn the_beginnings_of_messages_are_found_in_every_dress() {
    let cases: [(&str, Option<(&str, &str)>); 16] = [
        ("[31/12/2021, 22:01:00] Ana: hi", Some(("22:01:00", "Ana: hi"))),
        (
            "\u{200e}[31/12/2021, 22:01:00] Ana: \u{200e}<attached: 1.jpg>",
            Some(("22:01:00", "Ana: \u{200e}<attached: 1.jpg>")),
        ),
        ("\u{feff}12/31/21, 10:01 PM - Ana: hi", Some(("22:01:00", "Ana: hi"))),
        ("12/31/21, 10:01\u{202f}PM - Ana: hi", Some(("22:01:00", "Ana: hi"))),
        ("31/12/21 10:01 p.\u{a0}m. - Ana: hi", Some(("22:01:00", "Ana: hi"))),
        ("[1/2/20, 12:00:09 AM] Ana: hi", Some(("00:00:09", "Ana: hi"))),
        ("12/31/21, 12:05 pm - Ana: hi", Some(("12:05:00", "Ana: hi"))),
        ("31.12.21, 22:01 - Ana: hi", Some(("22:01:00", "Ana: hi"))),
        ("31. 12. 2021 22.01 - Ana: hi", Some(("22:01:00", "Ana: hi"))),
        ("2021-12-31, 22:01 \u{2013} Ana: hi", Some(("22:01:00", "Ana: hi"))),
        ("12/31/21, 13:01 PM - Ana: hi", None),
        ("12/31/21, 24:00 - Ana: hi", None),
        ("12/31-21, 22:00 - Ana: hi", None),
        ("12/31/21, 22:00 Ana: hi", None),
        ("the total is 12/31/21", None),
        ("", None),
    ];
    for (text, expected) in cases {
        let found = line::head(text).map(|head| (head.time.to_string(), head.rest));
        assert_eq!(found, expected.map(|(time, rest)| (time.to_owned(), rest)), "{text:?}");
    }
}

#[test]
fn the_order_of_a_date_is_decided_over_the_file_or_left_open() {
    let cases: [(&[&str], Option<DateOrder>, &str); 8] = [
        (&["01/01/19", "20/01/19"], Some(DateOrder::DayFirst), "there is no month 20"),
        (&["01/01/19", "01/20/19"], Some(DateOrder::MonthFirst), "nor here"),
        (&["2019/01/01", "2019/01/02"], Some(DateOrder::YearFirst), "four digits are a year"),
        (
            &["01/02/20", "02/02/20", "03/02/20", "01/03/20"],
            Some(DateOrder::DayFirst),
            "else the messages would jump back",
        ),
        (&["03/04/20"], None, "one date can be both"),
        (&["03/04/20", "04/05/20"], None, "both orders rise"),
        (&["05/05/20", "06/06/20"], Some(DateOrder::DayFirst), "both orders give the same dates"),
        (&["31/31/20"], None, "no order gives a date"),
    ];
    for (dates, expected, why) in cases {
        let lines: Vec<String> = dates.iter().map(|date| format!("{date}, 10:00 - A: x")).collect();
        let heads: Vec<_> = lines.iter().filter_map(|text| line::head(text)).map(|one| (one.date, one.time)).collect();
        assert_eq!(heads.len(), dates.len());
        assert_eq!(decided(&heads), expected, "{why}");
        let told = told_or_decided(&heads, Some(DateOrder::MonthFirst));
        let fits = heads.iter().all(|(date, _)| DateOrder::MonthFirst.date(*date).is_some());
        assert_eq!(
            told,
            if fits { Some(DateOrder::MonthFirst) } else { expected },
            "{why}: what was told, where it can be"
        );
    }
}

#[test]
fn a_chat_is_read_line_by_line_and_nothing_is_dropped() {
    let told = read(
        "WhatsApp Chat with Ana Berg.txt",
        "1/30/24, 08:00 - Messages and calls are end-to-end encrypted. Tap to learn more.\n\
         1/30/24, 08:01 - Ana Berg: first line\nsecond: line\n\n\
         1/30/24, 08:02 - 612-555-0142: <Media omitted>\n\
         1/30/24, 08:02 - Ana Berg: ok\n1/30/24, 08:02 - Ana Berg: ok\n\
         1/30/24, 08:03 - Ana Berg created group \"Roads: north\"\n\
         1/30/24, 08:04 - Ana Berg: This message was deleted\n\
         1/30/24, 08:05 - Ana Berg:\n",
    );
    assert_eq!(told.exceptions.len(), 0);
    let bodies: Vec<&str> = told.parsed.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(
        bodies,
        [
            "Messages and calls are end-to-end encrypted. Tap to learn more.",
            "first line\nsecond: line",
            "<Media omitted>",
            "ok",
            "ok",
            "Ana Berg created group \"Roads: north\"",
            "This message was deleted",
            "",
        ]
    );
    let program = told.parsed.iter().filter(|one| one.facts.contains_key("line of the program")).count();
    assert_eq!(program, 2);
    let from =
        |at: usize| told.parsed[at].parties.iter().find(|one| one.role == Role::From).cloned().expect("an author");
    assert_eq!(from(1).name, "Ana Berg");
    assert_eq!((from(2).address.as_str(), from(7).name.as_str()), ("612-555-0142", "Ana Berg"));
    assert_eq!(told.parsed[2].problems[0].code, ProblemCode::Missing);
    assert_eq!(told.parsed[1].sent_at.as_ref().expect("dated").at.to_rfc3339(), "2024-01-30T14:01:00+00:00");
    assert_ne!(told.items[3].identity, told.items[4].identity, "two equal lines are two messages");
    assert!(told.parsed[6].facts.contains_key("deleted"));
}

/// The same chat out of an iPhone twice is the same messages.
#[test]
fn a_second_export_gives_the_same_identities() {
    let text = "[01/02/2024, 10:00:00] Ana: one\r\n[13/02/2024, 10:00:00] Ben: two\r\n";
    let (one, two) = (read("_chat.txt", text), read("_chat.txt", &format!("{text}[14/02/2024, 9:00:00] Ana: three\n")));
    assert_eq!(two.items.len(), 3);
    for at in 0..2 {
        assert_eq!(one.items[at].identity, two.items[at].identity);
    }
}

#[test]
fn where_the_order_is_open_no_date_is_given() {
    let told = read("_chat.txt", "[03/04/2024, 10:00:00] Ana: one\n[04/05/2024, 10:00:00] Ana: two\n");
    assert!(told.parsed.iter().all(|one| one.sent_at.is_none() && one.problems[0].code == ProblemCode::DateUnknown));
    assert!(told.remarks[0].contains("which number of its dates is the day"));
}

#[test]
fn files_of_the_chat_are_kept_with_their_messages() {
    let chat = "[13/02/2024, 10:00:00] Ana: \u{200e}<attached: 00000001-PHOTO.jpg>\n\
                [13/02/2024, 10:01:00] Ana: IMG-20240213-WA0001.jpg (file attached)\nlook\n\
                [13/02/2024, 10:02:00] Ana: \u{200e}<attached: gone.jpg>\n\
                [13/02/2024, 10:03:00] Ana: see minutes.pdf (the new one)\n";
    let told = trial::read(&[
        ("_chat.txt", chat.as_bytes()),
        ("00000001-PHOTO.jpg", b"\xFF\xD8\xFFone"),
        ("IMG-20240213-WA0001.jpg", b"\xFF\xD8\xFFtwo"),
    ]);
    let names: Vec<Vec<(&str, u64)>> = told
        .parsed
        .iter()
        .map(|one| one.attachments.iter().map(|one| (one.name.as_str(), one.bytes)).collect())
        .collect();
    assert_eq!(
        names,
        [vec![("00000001-PHOTO.jpg", 6)], vec![("IMG-20240213-WA0001.jpg", 6)], vec![("gone.jpg", 0)], vec![]],
        "the files are inside their messages, and not found a second time"
    );
    told.every_attachment_is_found_again();
}

#[test]
fn damaged_chats_never_fail() {
    let chat = "[13/02/2024, 10:00:00] Ana: \u{200e}<attached: a.jpg>\n12/31/21, 10:01\u{202f}PM - B: C: D\n";
    trial::mutate("_chat.txt", chat.as_bytes());
}
