//! Requests at the command line, from the receipt of one to what is asked back of it, as a clerk types it.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn typed(directory: &Path, who: &str, arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(directory)
        .args(["--repository", "repository", "--now", "2025-03-03", "--json", "--as", who])
        .args(arguments)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"));
    (output.status.code().unwrap_or(-1), value)
}

/// A city with three messages on the mill.
fn city() -> tempfile::TempDir {
    let city = tempfile::tempdir().expect("a temporary directory");
    let at = city.path();
    fs::create_dir(at.join("exports")).expect("a folder");
    let rows = [
        ("mill", "The permit of the mill is ready."),
        ("code", "The alarm code of the mill is on the board."),
        ("advice", "My advice on the mill: settle."),
    ];
    for (nth, (subject, body)) in rows.iter().enumerate() {
        let message = format!(
            "Message-ID: <{nth}@cedarbend.example>\r\nDate: Mon, {} Feb 2025 09:30:00 -0600\r\nFrom: ana@cedarbend.example\r\n\
             To: lee@mill.example\r\nSubject: {subject}\r\n\r\n{body}\r\n",
            nth + 10
        );
        fs::write(at.join(format!("exports/{nth}.eml")), message).expect("written");
    }
    let made = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(at)
        .args(["init", "repository", "--exercise", "--city", "Cedar Bend"])
        .output()
        .expect("the program runs");
    assert!(made.status.success());
    assert_eq!(typed(at, "clerk", &["ingest", "exports"]).0, 0);
    city
}

#[test]
fn at_the_command_line_a_request_goes_from_its_receipt_to_what_is_asked_back() {
    let city = city();
    let city = city.path();
    let works = |arguments: &[&str]| {
        let (code, value) = typed(city, "Maren Olstad", arguments);
        assert_eq!(code, 0, "{arguments:?}: {value}");
        value
    };
    let refuses = |arguments: &[&str], words: &str| {
        let (code, value) = typed(city, "Maren Olstad", arguments);
        assert_eq!(code, 3, "{arguments:?}: {value}");
        assert!(value.to_string().contains(words), "{words}: {value}");
    };
    let open = ["request", "open", "--kind", "data-subject", "--what", "the mill", "--query", "mill"];
    let opened = works(&[&open[..], &["--requester", "Ana Torres"]].concat());
    assert_eq!((opened["request"].as_str(), opened["due_on"].as_str()), (Some("Q-1"), Some("2025-03-17")));
    works(&["request", "clarify", "Q-1", "--question", "which mill?"]);
    works(&["request", "letter", "Q-1", "clarification", "--into", "sent"]);
    works(&["request", "clarified", "Q-1", "--answer", "both"]);
    works(&["request", "collect", "Q-1"]);
    let basis = ["--decision", "withheld", "--basis", "Minn. Stat. § 13.37", "--class", "nonpublic"];
    let code = works(&[&["review", "decide", "Q-1", "--query", "code"], &basis[..]].concat());
    assert_eq!(code["items"], 1);
    let undone = works(&["review", "undo", "Q-1", "--reason", "misread"]);
    assert_eq!(undone["undecided"], 1);
    let why = ["--determined-by", "Tom Halvorsen", "--determination", "it opens the pump house"];
    works(&[&["review", "decide", "Q-1", "--query", "code"], &basis[..], &why[..]].concat());
    refuses(&["review", "second", "Q-1"], "somebody else has to look");
    assert_eq!(typed(city, "Tom Halvorsen", &["review", "second", "Q-1"]).0, 0);
    works(&["review", "decide", "Q-1", "--undecided", "--decision", "responsive"]);
    works(&["review", "offers", "Q-1"]);
    let shown = works(&["review", "family", "Q-1", "F-2"]);
    assert_eq!(shown["members"].as_array().map(Vec::len), Some(1));
    refuses(&["produce", "Q-1", "answer"], "who asks for private data");
    works(&["request", "identity", "Q-1", "--how", "license seen"]);
    let fee = ["request", "estimate", "Q-1", "--pages", "40", "--copying", "20", "--search", "90", "--hourly", "28.50"];
    assert_eq!(works(&[&fee[..], &["--prepay"]].concat())["due_cents"], 950, "the subject of data pays no search");
    assert_eq!(works(&["request", "paid", "Q-1", "--amount", "9.50"])["open_cents"], 0);
    works(&["produce", "Q-1", "answer"]);
    let letter = works(&["request", "letter", "Q-1", "response", "--into", "sent"]);
    let pdf = city.join(letter["pdf"].as_str().expect("a path"));
    assert!(fs::read(pdf).expect("a PDF").starts_with(b"%PDF-"));
    assert_eq!(works(&["request", "letters", "Q-1"])["letters"].as_array().map(Vec::len), Some(2));
    works(&["request", "letters", "Q-1", "--number", "2", "--into", "again"]);
    works(&["produce", "claw-back", "P-1", "--number", "CITY-00000001", "--reason", "by mistake", "--into", "sent"]);
    assert_eq!(works(&["produce", "claw-backs"])["claw_backs"][0]["assessed"], Value::Null);
    works(&["produce", "assess", "P-1", "--no-breach", "--reason", "returned unread"]);
    let given = works(&["request", "delivered", "Q-1"]);
    assert_eq!(given["delivered"][0]["to"], "Ana Torres");
    assert_eq!(works(&["request", "delivered", "--item", "F-1"])["delivered"].as_array().map(Vec::len), Some(1));
    assert_eq!(typed(city, "x", &["citation", "confirm", "nothing", "--reason", "x"]).0, 64, "no citation at all");
    works(&["citation", "check", "Minn. Stat. § 13.43, subd. 4"]);
    works(&["request", "challenge", "Q-1", "--what", "the date"]);
    refuses(&["request", "close", "Q-1", "--reason", "done"], "waits for its answer");
    works(&["request", "answer-challenge", "Q-1", "--right", "--reason", "the date is right"]);
    assert_eq!(works(&["request", "close", "Q-1", "--reason", "done"])["outcome"], "granted-in-part");
    assert!(works(&["request", "log", "Q-1"])["log"].as_array().map_or(0, Vec::len) > 20);
    works(&["verify"]);
}
