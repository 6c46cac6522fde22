//! Whose it is, personal devices, the register, people and the timeline at the command line: files as a city has them,
//! the JSON that others rely on, and exit codes.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The profile's custodians: one with a phone of her own, one on a line of the city.
const CUSTODIANS: &str = r#"
[[custodians]]
name = "Maren Olstad"
department = "City Clerk"
addresses = ["maren.olstad@cedarbend.example"]
numbers = ["(763) 555-0101"]

[[custodians]]
name = "Tom Berg"
department = "Public Works"
numbers = ["(763) 555-0102"]
"#;

fn run_as(directory: &Path, who: &str, arguments: &[&str]) -> (i32, String) {
    run_on(directory, "2026-03-02", who, arguments)
}

fn run_on(directory: &Path, day: &str, who: &str, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(directory)
        .args(["--repository", "repository", "--now", day, "--as", who])
        .args(arguments)
        .output()
        .expect("the program runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn json(directory: &Path, who: &str, arguments: &[&str]) -> (i32, Value) {
    let (code, text) = run_as(directory, who, &[arguments, &["--json"]].concat());
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"));
    assert_eq!(value["schema"], 1, "{arguments:?}");
    (code, value)
}

fn sms(date: i64, kind: u8, number: &str, body: &str) -> String {
    format!(
        "<sms protocol=\"0\" address=\"{number}\" date=\"{date}\" type=\"{kind}\" body=\"{body}\" read=\"1\" status=\"-1\" />\n"
    )
}

fn backup(texts: &[String]) -> String {
    let head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n";
    format!("{head}<smses count=\"{}\">\n{}</smses>\n", texts.len(), texts.concat())
}

/// A folder as the IT person left it: mail, a city phone, the clerk's own phone, contacts, and the receipt.
fn city() -> tempfile::TempDir {
    let city = tempfile::tempdir().expect("a temporary directory");
    let at = city.path();
    fs::create_dir_all(at.join("handed-over")).expect("a folder");
    let write = |name: &str, text: String| fs::write(at.join("handed-over").join(name), text).expect("written");
    write(
        "mail.mbox",
        "From x Mon Jan  1 00:00:00 2024\nFrom: Lee Vang <lee@mill.example>\nTo: <maren.olstad@cedarbend.example>\n\
         Subject: Mill permit\nDate: Mon, 3 Mar 2025 09:30:00 -0600\nMessage-ID: <1@mill.example>\n\nPlease call me.\n"
            .to_owned(),
    );
    // 3 March 2025, 15:45 and 16:00 UTC.
    let work = [
        sms(1_741_016_700_000, 1, "(763) 555-0142", "This is Lee about the permit"),
        sms(1_741_017_600_000, 2, "(763) 555-0142", "Come by at four"),
    ];
    write("city-phone.xml", backup(&work));
    let own = [
        sms(1_741_016_800_000, 1, "(763) 555-0177", "Dinner on Sunday?"),
        sms(1_741_016_900_000, 2, "(763) 555-0177", "Yes"),
        sms(1_741_017_000_000, 1, "(763) 555-0142", "Lee again, is the permit ready"),
    ];
    write("own-phone.xml", backup(&own));
    write(
        "contacts.vcf",
        "BEGIN:VCARD\nVERSION:3.0\nFN:Lee Vang\nTEL:763-555-0142\nEMAIL:lee@mill.example\nEND:VCARD\n".to_owned(),
    );
    write(
        "receipt.csv",
        "File,Custodian,Device,Collected by,Collected on,Method\n\
         mail.mbox,Maren Olstad,mail server,R. Kim,2026-02-27,export\n\
         city-phone.xml,Tom Berg,city phone,R. Kim,2026-02-27,backup\n\
         own-phone.xml,Maren Olstad,personal phone,R. Kim,2026-02-28,backup\n\
         contacts.vcf,Tom Berg,city phone,R. Kim,2026-02-27,backup\n\
         voicemail.zip,Tom Berg,city phone,R. Kim,2026-02-27,backup\n"
            .to_owned(),
    );
    assert_eq!(run_as(at, "clerk", &["init", "repository", "--exercise", "--city", "Cedar Bend"]).0, 0);
    let profile = at.join("repository/recordroom.toml");
    let text = fs::read_to_string(&profile).expect("a profile");
    fs::write(&profile, format!("{text}{CUSTODIANS}")).expect("written");
    city
}

#[test]
fn a_folder_with_its_receipt_goes_in_and_what_is_personal_is_sorted_and_destroyed() {
    let city = city();
    let at = city.path();
    let (code, taken) = json(at, "clerk", &["ingest", "handed-over"]);
    let sheet = &taken["intake_sheet"];
    assert_eq!((code, &sheet["matched"]), (2, &4.into()), "a row without its file is told: {taken}");
    assert_eq!(sheet["rows_without_file"], Value::from(vec!["line 6: voicemail.zip"]));
    assert_eq!((&taken["set_aside"], &sheet["files_without_row"]), (&3.into(), &Value::Array(Vec::new())));

    let (_, status) = json(at, "clerk", &["status"]);
    assert_eq!((&status["set_aside"]["undecided"], &status["source_files"]["to_dispose"]), (&3.into(), &5.into()));
    let (_, found) = json(at, "clerk", &["search", "permit"]);
    assert_eq!((&found["count"], &found["set_aside"]), (&2.into(), &3.into()), "not the text on her own phone");
    // A hold by the same word covers that text as well.
    let (_, held) = json(at, "clerk", &["hold", "preview", "--query", "permit"]);
    assert_eq!(held["covered"], 3);
    // A request protects it, and nobody reviews it before it was sorted.
    assert_eq!(run_as(at, "clerk", &["request", "open", "--kind", "public", "--what", "x", "--query", "permit"]).0, 0);
    let (_, collected) = json(at, "clerk", &["request", "collect", "Q-1"]);
    assert_eq!((&collected["families"], &collected["set_aside"]), (&2.into(), &1.into()), "{collected}");
    let (_, by_query) = json(at, "clerk", &["request", "collect", "Q-1", "--query", "permit OR dinner"]);
    assert_eq!((&by_query["families"], &by_query["set_aside"]), (&2.into(), &0.into()), "nor by a search");
    // Until somebody narrows it, the request protects everything.
    assert_eq!(run_as(at, "clerk", &["request", "narrow", "Q-1", "--reason", "the word was agreed"]).0, 0);

    assert_eq!(run_as(at, "clerk", &["screen", "list", "--custodian", "Maren Olstad"]).0, 3, "it is hers to sort");
    let (_, listed) = json(at, "Maren Olstad", &["screen", "list", "--custodian", "Maren Olstad"]);
    let groups = listed["groups"].as_array().expect("groups");
    let of = |number: &str| {
        let group = groups.iter().find(|one| one["name"].as_str().is_some_and(|name| name.contains(number)));
        let group = group.unwrap_or_else(|| panic!("{listed}"));
        (group["digest"].as_str().expect("a digest").to_owned(), group["count"].to_string(), group["families"].clone())
    };
    let (dinner, count, families) = of("555-0177");
    let family = families[0].as_str().expect("a family").to_owned();
    let (code, refused) = json(at, "Maren Olstad", &["show", &family]);
    assert_eq!((code, &refused["error"]["code"]), (3, &"set-aside".into()), "even she looks at it where it is logged");
    assert_eq!(run_as(at, "clerk", &["classify", "explain", &family]).0, 3, "the evidence quotes it");
    assert_eq!(run_as(at, "clerk", &["classify", "set", &family, "--status", "personal", "--reason", "x"]).0, 3);
    assert_eq!(json(at, "Maren Olstad", &["screen", "show", &family, "--reason", "whose number is it"]).0, 0);
    let decide = |group: &str, count: &str, to: &str| {
        let whose = ["--custodian", "Maren Olstad", "--to", to, "--reason", "family or not"];
        json(at, "Maren Olstad", &[&["screen", "decide-group", group, "--count", count][..], &whose].concat())
    };
    let (code, sorted) = decide(&dinner, &count, "personal");
    assert_eq!((code, &sorted["items"], &sorted["destroy_by"]), (0, &2.into(), &"2026-04-01".into()), "{sorted}");
    let (permit, count, _) = of("555-0142");
    assert_eq!(decide(&permit, &count, "government").1["items"], 1);
    assert_eq!(json(at, "clerk", &["search", "permit"]).1["count"], 3, "government data is searched");
    assert_eq!(json(at, "clerk", &["status"]).1["set_aside"]["destroy_by"], "2026-04-01");

    let (_, plan) = json(at, "clerk", &["dispose", "plan"]);
    assert_eq!(plan["eligible"], 2, "what she sorted as personal, by no schedule: {plan}");
    assert_eq!(run_as(at, "council", &["dispose", "approve", "D-1"]).0, 0);
    let (code, done) = json(at, "clerk", &["dispose", "run", "D-1"]);
    assert_eq!((code, &done["destroyed"]), (0, &2.into()), "{done}");
    assert_eq!(json(at, "clerk", &["verify"]).1["ok"], true);
    let (_, again) = json(at, "clerk", &["ingest", "handed-over"]);
    assert_eq!(again["totals"]["destroyed_before"], 2, "the phone once more: what was personal stays away");
    let (_, ledger) = json(at, "clerk", &["ledger", "list", "--limit", "100"]);
    let acts = ledger.to_string();
    for act in ["screened", "screening-viewed", "destroyed"] {
        assert!(acts.contains(act), "{act} is in the ledger");
    }
    assert!(!acts.contains("555-0177") && !acts.contains("Dinner"), "and nothing of any content");
}

#[test]
fn the_register_reminds_until_a_file_is_gone_and_never_while_it_is_held() {
    let city = city();
    let at = city.path();
    assert_eq!(json(at, "clerk", &["ingest", "handed-over"]).0, 2);
    let told = run_as(at, "clerk", &["intake", "list"]).1;
    assert!(told.starts_with("EXERCISE") && told.contains("personal device") && told.contains("R. Kim"), "{told}");
    let file = "handed-over/own-phone.xml";
    let dispose = |more: &[&str]| {
        json(at, "R. Kim", &[&["intake", "disposed", file, "--reason", "given back"][..], more].concat()).0
    };
    assert_eq!(dispose(&[]), 3, "it still lies there");
    fs::remove_file(at.join(file)).expect("deleted");
    assert_eq!(run_as(at, "attorney", &["hold", "place", "--matter", "m", "--reason", "r", "--query", "dinner"]).0, 0);
    let (_, status) = json(at, "clerk", &["status"]);
    // The receipt itself, an item without parties, is inside as well: it stands in the line of the folder.
    assert_eq!((&status["source_files"]["protected"], &status["source_files"]["to_dispose"]), (&2.into(), &3.into()));
    let (_, listed) = json(at, "clerk", &["intake", "list"]);
    let kept: Vec<String> = listed["sources"]
        .as_array()
        .expect("lines")
        .iter()
        .filter(|line| line["protected"] != 0)
        .map(|line| line["path"].as_str().and_then(|path| path.rsplit('/').next()).expect("a path").to_owned())
        .collect();
    assert_eq!(kept, ["handed-over", "own-phone.xml"]);
    assert_eq!(dispose(&[]), 3, "something of it is held");
    assert_eq!(run_as(at, "attorney", &["hold", "release", "H-1", "--reason", "settled"]).0, 0);
    assert_eq!(dispose(&[]), 3, "the cooling period of the hold is not over");
    let later = ["intake", "disposed", file, "--reason", "given back"];
    assert_eq!(run_on(at, "2026-04-15", "R. Kim", &later).0, 0);
    let (_, waiting) = run_on(at, "2026-04-15", "clerk", &["intake", "list", "--waiting", "--json"]);
    let waiting: Value = serde_json::from_str(&waiting).expect("JSON");
    assert_eq!(waiting["sources"].as_array().map(Vec::len), Some(4));
}

#[test]
fn people_are_what_the_items_tell_and_a_timeline_has_one_order() {
    let city = city();
    let at = city.path();
    assert_eq!(json(at, "clerk", &["ingest", "handed-over"]).0, 2);
    let (_, listed) = json(at, "clerk", &["people", "list", "763-555-0142"]);
    let person = &listed["people"][0];
    assert_eq!((&listed["count"], person["aliases"].as_array().map(Vec::len)), (&1.into(), Some(1)), "{listed}");
    let known = &person["aliases"][0];
    assert_eq!((&known["alias"], &known["kind"]), (&"+17635550142".into(), &"number".into()));
    assert!(known["on_cards_with"]["lee@mill.example"].is_string(), "the card is a hint and no fact: {known}");
    assert_eq!(json(at, "clerk", &["people", "list", "763-555-0177"]).1["count"], 0, "nobody of what is set aside");
    assert_eq!(json(at, "clerk", &["timeline", "nobody@nowhere.example"]).0, 64);

    let lines = |of: &str| {
        let (code, made) = json(at, "clerk", &["timeline", of]);
        assert_eq!(code, 0, "{made}");
        made["lines"].as_array().expect("lines").clone()
    };
    assert_eq!(lines("763-555-0142").len(), 2, "her two texts");
    let merge = ["people", "merge", "lee@mill.example", "(763) 555-0142", "--reason"];
    assert_eq!(json(at, "clerk", &[&merge[..], &[" "]].concat()).0, 64, "not without the reason");
    assert_eq!(json(at, "clerk", &[&merge[..], &["both on the permit"]].concat()).0, 0);
    let all = lines("lee@mill.example");
    let shown: Vec<(&str, &str)> =
        all.iter().map(|line| (line["kind"].as_str().unwrap_or(""), line["local"].as_str().unwrap_or(""))).collect();
    assert_eq!(
        shown,
        [
            ("email", "2025-03-03 09:30:00 -06:00"),
            ("text", "2025-03-03 09:45:00 -06:00"),
            ("text", "2025-03-03 10:00:00 -06:00"),
        ],
        "mail and texts in the order of their moments, in the city's time"
    );
    assert_eq!((&all[0]["zone"], &all[1]["zone"]), (&"offset-in-source".into(), &"format-is-utc".into()));
    assert_eq!((&all[2]["direction"], &all[2]["custodians"][0]), (&"out".into(), &"Tom Berg".into()));
    let csv = run_as(at, "clerk", &["timeline", "lee@mill.example", "--csv", "--from", "2025-03-03"]).1;
    assert!(csv.starts_with("item,kind,utc,city time,"), "{csv}");
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.contains("UTC by its format") && csv.lines().last().is_some_and(|line| line.ends_with("EXERCISE")));
    let split = ["people", "split", "lee@mill.example", "763-555-0142", "--reason", "her brother's"];
    assert_eq!(json(at, "clerk", &split).0, 0);
    assert_eq!(lines("763-555-0142").len(), 2, "apart again");
    // Of a matter.
    assert_eq!(run_as(at, "attorney", &["hold", "place", "--matter", "m", "--reason", "r", "--query", "permit"]).0, 0);
    let (_, matter) = json(at, "clerk", &["timeline", "H-1"]);
    assert_eq!((&matter["count"], &matter["set_aside"]), (&2.into(), &1.into()), "{matter}");
    assert_eq!(json(at, "clerk", &["verify"]).1["ok"], true);
}
