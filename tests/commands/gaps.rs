//! The gap report over a whole repository, by the program itself: a bill and a phone of one number, and mail with holes.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// 2025-11-03 14:00:00 UTC, which is eight o'clock in Cedar Bend, in milliseconds.
const EIGHT: i64 = 1_762_178_400_000;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a temporary directory") };
        place.works(&["init", "city", "--exercise", "--city", "Cedar Bend", "--domain", "cedarbend.example"]);
        let path = place.at("city/recordroom.toml");
        let people = "\n[[custodians]]\nname = \"Ann Lind\"\nnumbers = [\"612-555-0140\"]\n\n[[custodians]]\nname = \"Bo Berg\"\n";
        let profile = fs::read_to_string(&path).expect("the profile");
        fs::write(&path, format!("{profile}{people}")).expect("written");
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_recordroom"))
            .current_dir(self.folder.path())
            .env("RECORDROOM_REPOSITORY", "city")
            .args(arguments)
            .output()
            .expect("the program runs")
    }

    fn works(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {said}");
        said
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let said = self.works(&[arguments, &["--json"]].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).expect("written");
    }
}

/// A bill of calls and texts: one call and one text of each month from November on are missing from the phone.
fn bill(place: &Place) {
    place.write(
        "CSV_Calls_6125550140.csv",
        "Date Time,Number,Destination,Minutes,Type\n\
         11/03/2025 08:00 AM,(651) 555-0143,INCOMING,3 Min,--\n\
         11/03/2025 09:00 AM,(651) 555-0144,\"DULUTH, MN\",12 Min,--\n\
         12/01/2025 08:00 AM,(651) 555-0143,INCOMING,1 Min,--\n\
         Total,,,16 Min,\n",
    );
    place.write(
        "CSV_Messages_6125550140.csv",
        "Date Time,Number,Destination,Direction,Type\n\
         11/03/2025 08:05 AM,(651) 555-0143,\"DULUTH, MN\",Incoming,Text\n\
         11/03/2025 08:06 AM,(651) 555-0143,\"DULUTH, MN\",Outgoing,Text\n",
    );
    place.write(
        "other_7635550199.csv",
        "Date Time,Number,Destination,Minutes,Type\n11/03/2025 08:00 AM,(612) 555-0140,\"X, MN\",9 Min,--\n",
    );
    // The line of totals is told, and is nothing that went wrong.
    let files = ["CSV_Calls_6125550140.csv", "CSV_Messages_6125550140.csv", "other_7635550199.csv"];
    let done = place.run(&[&["ingest"], &files[..]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
}

fn call(number: &str, at: i64, kind: u8, seconds: u32) -> String {
    format!(
        "<call number=\"{number}\" duration=\"{seconds}\" date=\"{at}\" type=\"{kind}\" presentation=\"1\" contact_name=\"(Unknown)\" />"
    )
}

fn phone(place: &Place, shift: i64, custodian: &str) {
    let minute = 60_000;
    let calls = [
        call("+16515550143", EIGHT + 20_000 + shift, 1, 140),
        call("+16515550144", EIGHT + 60 * minute + shift, 2, 30),
        call("+16515550145", EIGHT + 61 * minute + shift, 3, 0),
        call("+16515550146", EIGHT + 62 * minute + shift, 2, 61),
    ];
    place.write("calls.xml", &format!("<?xml version='1.0'?><calls count=\"4\">{}</calls>", calls.concat()));
    let sms = format!(
        "<sms protocol=\"0\" address=\"6515550143\" date=\"{}\" type=\"1\" body=\"Hello\" read=\"1\" status=\"-1\" />",
        EIGHT + 5 * minute + 3000 + shift
    );
    place.write("sms.xml", &format!("<?xml version='1.0'?><smses count=\"1\">{sms}</smses>"));
    place.works(&["ingest", "calls.xml", "sms.xml", "--custodian", custodian]);
}

fn items(value: &Value) -> Vec<(String, String)> {
    let word = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let rows = value.as_array().expect("a list");
    rows.iter().map(|one| (word(one, "kind"), word(one, "at"))).collect()
}

fn pair(kind: &str, at: &str) -> (String, String) {
    (kind.to_owned(), at.to_owned())
}

#[test]
fn a_bill_beside_a_phone() {
    let place = Place::new();
    bill(&place);
    let alone = place.works(&["gaps", "612-555-0140"]);
    assert!(alone.contains("No export of this phone is here"), "{alone}");
    phone(&place, 0, "Ann Lind");
    phone(&place, 7_000, "Bo Berg");
    let found = place.json(&["gaps", "(612) 555-0140"]);
    assert_eq!((&found["schema"], &found["number"]), (&1.into(), &"6125550140".into()));
    assert_eq!(
        (&found["sources"]["bill"], &found["sources"]["phone"]),
        (&5.into(), &5.into()),
        "the other line's bill and phone are no part of it: {found}"
    );
    assert_eq!(found["sources"]["phone_of"], serde_json::json!(["Ann Lind"]), "the profile tells whose number it is");
    assert_eq!(found["matched"], 3);
    let missing = [pair("text", "2025-11-03T14:06:00Z"), pair("call", "2025-12-01T14:00:00Z")];
    assert_eq!(items(&found["bill_only"]), missing, "in the order of time: {found}");
    assert_eq!(items(&found["phone_only"]), [pair("call", "2025-11-03T15:02:00Z")]);
    assert_eq!(items(&found["not_billed"]), [pair("call", "2025-11-03T15:01:00Z")], "nobody answered it");
    assert_eq!(found["durations"][0]["phone"]["duration"]["seconds"], 30, "twelve minutes on the bill");
    assert_eq!(
        found["months"],
        serde_json::json!([
            { "month": "2025-11", "bill": 4, "phone": 5 }, { "month": "2025-12", "bill": 1, "phone": 0 },
        ])
    );
    let november = place.json(&["gaps", "612-555-0140", "--from", "2025-11-01", "--to", "2025-11-30"]);
    assert_eq!(items(&november["bill_only"]), [pair("text", "2025-11-03T14:06:00Z")]);
    let text = place.works(&["gaps", "612-555-0140"]);
    for words in
        ["EXERCISE", "nothing on the phone", "On the bill, and not on the phone", "not proof", "16 items were opened"]
    {
        assert!(text.contains(words), "{words:?} in {text}");
    }
    let csv = place.works(&["gaps", "612-555-0140", "--csv"]);
    assert!(csv.starts_with("item,when,kind,way,number,duration,outcome,other item,EXERCISE"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 2 + 1 + 1 + 3, "{csv}");
    let events = place.json(&["ledger", "list"]);
    place.works(&["gaps", "612-555-0140"]);
    assert_eq!(place.json(&["ledger", "list"]), events, "nothing is recorded");
}

#[test]
fn what_cannot_be_told_is_refused_with_a_hint() {
    let place = Place::new();
    phone(&place, 0, "Ann Lind");
    phone(&place, 7_000, "Bo Berg");
    let cases: [(&[&str], &str); 4] = [
        (&["gaps", "763-555-0199"], "phone exports of several people"),
        (&["gaps", "clerk"], "no telephone number"),
        (&["gaps", "mail", "--from", "2025-02-01", "--to", "2025-01-01"], "after"),
        (&["gaps", "mail", "--custodian", "Nobody"], "Nobody"),
    ];
    for (arguments, words) in cases {
        let done = place.run(arguments);
        let said = String::from_utf8_lossy(&done.stderr).to_lowercase();
        assert!(done.status.code().is_some_and(|code| code != 0), "{arguments:?}");
        assert!(said.contains(&words.to_lowercase()), "{arguments:?}: {said}");
    }
    let named = place.json(&["gaps", "763-555-0199", "--custodian", "Bo Berg"]);
    assert_eq!((&named["sources"]["phone"], &named["sources"]["bill"]), (&5.into(), &0.into()));
}

#[test]
fn mail_with_holes() {
    let place = Place::new();
    let letter = |id: &str, day: &str, from: &str, answers: &str| {
        let answers = if answers.is_empty() {
            String::new()
        } else {
            format!("In-Reply-To: <{answers}>\r\nReferences: <{answers}>\r\n")
        };
        format!(
            "Message-ID: <{id}>\r\nDate: {day} 09:30:00 -0600\r\nFrom: {from}\r\nTo: lee@cedarbend.example\r\n{answers}Subject: Road\r\n\r\nHello {id}.\r\n"
        )
    };
    fs::create_dir(place.at("mail")).expect("a folder");
    let letters = [
        ("1@x.example", "Mon, 6 Jan 2025", "bo@x.example", ""),
        ("2@cedarbend.example", "Tue, 7 Jan 2025", "lee@cedarbend.example", "1@x.example"),
        ("3@cedarbend.example", "Tue, 4 Mar 2025", "lee@cedarbend.example", "gone@x.example"),
        ("4@x.example", "Wed, 5 Mar 2025", "bo@x.example", "lost@cedarbend.example"),
    ];
    for (at, (id, day, from, answers)) in letters.into_iter().enumerate() {
        place.write(&format!("mail/{at}.eml"), &letter(id, day, from, answers));
    }
    place.works(&["ingest", "mail", "--custodian", "Ann Lind"]);
    let found = place.json(&["gaps", "mail"]);
    assert_eq!(found["empty_months"], serde_json::json!({ "Ann Lind": ["2025-02"] }));
    let absent: Vec<(&str, bool, bool)> = found["absent"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["id"].as_str().unwrap_or_default(), one["was_answered"] == true, one["was_ours"] == true))
        .collect();
    assert_eq!(absent, [("gone@x.example", true, false), ("lost@cedarbend.example", false, true)]);
    let march = place.json(&["gaps", "mail", "--from", "2025-01-01", "--to", "2025-01-31"]);
    assert_eq!(
        (&march["absent"], &march["messages"]),
        (&serde_json::json!([]), &2.into()),
        "the first answers one of January"
    );
    let text = place.works(&["gaps", "mail"]);
    assert!(text.contains("the city answered it") && text.contains("2025-02"), "{text}");
}
