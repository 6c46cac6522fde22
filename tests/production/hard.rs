//! What cannot be shown as it is: a plain sentence, a row in the remarks, and the original file or a slip sheet.

use super::support::{city, message, new_request, pdf, tree};
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::package::names;
use recordroom::production::{Outcome, ProduceOptions, produce};
use recordroom::request;
use recordroom::review::{self, Members};
use recordroom::verify::delivery;
use std::fs;

/// A PDF file that asks for a password (ISO 32000-1, 7.6): its standard handler has keys that nothing fits.
fn locked_pdf() -> Vec<u8> {
    let plain = String::from_utf8(pdf(&["Nobody reads this".to_owned()], 1)).expect("ASCII");
    let (keys, other) = ("A".repeat(32), "B".repeat(32));
    let handler =
        format!("/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ({keys}) /U ({other}) >> /ID [(1) (1)] /Root");
    plain.replace("/Root", &handler).into_bytes()
}

#[test]
fn what_cannot_be_shown_is_told_and_given_in_another_way() {
    let mut city = city(RequestKind::Litigation);
    let folder = city.path("hard");
    fs::create_dir_all(&folder).expect("a folder");
    let rows: String = (0..24_000).map(|row| format!("{row},gravel for culvert {row},12.50\r\n")).collect();
    let sealed = "Message-ID: <sealed@cedarbend.example>\r\nDate: Mon, 03 Mar 2025 09:30:00 -0600\r\n\
                  From: Ana Lind <ana@cedarbend.example>\r\nTo: council@cedarbend.example\r\nSubject: Sealed body\r\nMIME-Version: 1.0\r\n\
                  Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\
                  Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIACAQA=\r\n";
    let signs = message("signs", 6, "Old signs", "The stone says \u{13000}\u{13001} and a private \u{e123}.", &[]);
    for (name, bytes) in [
        ("locked.pdf", locked_pdf()),
        ("long.csv", rows.into_bytes()),
        ("sealed.eml", sealed.as_bytes().to_vec()),
        ("signs.eml", signs.into_bytes()),
        ("empty.dat", Vec::new()),
    ] {
        fs::write(folder.join(name), bytes).expect("written");
    }
    let options = recordroom::ingest::IngestOptions::default();
    let before = city.repository.catalog().reading().collected(city.request).expect("collected").len();
    recordroom::ingest::ingest(&mut city.repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
    city.request =
        request::open(&mut city.repository, new_request(RequestKind::Litigation), "clerk").expect("opened").id;
    request::collect(&mut city.repository, city.request, None, "clerk").expect("collected");
    let after = city.repository.catalog().reading().collected(city.request).expect("collected").len();
    assert!(after >= before + 4, "each is kept: {before} {after}");
    let (id, rest) = (city.request, Members::Undecided);
    review::decide(&mut city.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
    let options = ProduceOptions { natives: true, ..ProduceOptions::default() };
    let out = city.path("out");
    let made = produce(&mut city.repository, id, &out, &options, "clerk", &VoidMonitor);
    let Outcome::Produced(produced) = made.expect("produced") else { panic!("nothing") };
    assert_eq!(delivery::check(&city.path("out")), []);
    assert!(produced.pages > 400, "a spreadsheet of hundreds of pages is drawn: {}", produced.pages);
    let files = tree(&city.path("out"));
    let text = |path: &str| String::from_utf8(files[path].clone()).expect("text");
    let index = text(names::INDEX_CSV);
    let number = |what: &str| {
        let line = index.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{what} in {index}"));
        line.split(',').next().expect("a number").to_owned()
    };
    let remarks = text(names::REMARKS);
    for (what, why) in [
        ("locked.pdf", "protected by a password"),
        ("Sealed body", "could not be read"),
        ("Old signs", "characters cannot be drawn"),
    ] {
        let number = number(what);
        // A remark of several lines is one row.
        let row = remarks.split(&format!("{number},")).nth(1).unwrap_or_default();
        assert!(remarks.contains(why) && !row.is_empty(), "{what} {number}: {remarks}");
    }
    // The long one is whole, and the locked one is given as it came.
    let long = number("long.csv");
    let pages: u32 = index
        .lines()
        .find(|line| line.starts_with(&long))
        .and_then(|line| line.split(',').nth(2))
        .and_then(|pages| pages.parse().ok())
        .expect("pages");
    assert!(pages >= 400, "{pages}");
    let locked = number("locked.pdf");
    assert_eq!(files[&format!("data/VOL001/NATIVES/0001/{locked}.pdf")], locked_pdf());
    let signs = number("Old signs");
    assert!(text(&format!("data/VOL001/TEXT/0001/{signs}.txt")).contains('\u{13000}'), "the text has every sign");
}

#[test]
fn a_statute_that_nobody_knows_reaches_no_log() {
    let mut city = city(RequestKind::Public);
    city.decide("Lunch", None, Decision::Withheld, "Minn. Stat. § 13.999");
    let (id, rest) = (city.request, Members::Undecided);
    review::decide(&mut city.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
    let error = city.produce("out").expect_err("refused").to_string();
    assert!(
        error.contains("§ 13.999 (in no list of this program)") && error.contains("counsel has to confirm"),
        "{error}"
    );
    assert!(!city.path("out").exists() && city.next_number() == 1);
}
