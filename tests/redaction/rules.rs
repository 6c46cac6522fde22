//! Redaction over the whole way: recorded, left out of everything that is made, looked for in every file, and made for four
//! receivers from one review.

use super::exercise::{City, asked, tree};
use super::made::{base64, pdf};
use recordroom::base::id::RecordId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::event::Act;
use recordroom::model::redaction::{CourtOrder, DataClass, Place, Reach, Region, Version};
use recordroom::model::request::{RequestKind, RequestStatus};
use recordroom::model::review::Decision;
use recordroom::package::{listing, names};
use recordroom::production::{Outcome, ProduceOptions, Produced, ProductionError, preview, produce, produce_with};
use recordroom::redaction::{Needle, Pattern, SearchBuilder, look};
use recordroom::render::{self, Content, Rendition};
use recordroom::request;
use recordroom::review::redact::{self, Grounds, What};
use recordroom::review::{self, Members};
use std::collections::BTreeMap;
use std::fs;

pub(super) const COMPLAINT: &str = "Minn. Stat. § 13.44, subd. 1";
const PERSONNEL: &str = "Minn. Stat. § 13.43, subd. 4";
const BOX: &str = "[\u{a0}Withheld:\u{a0}§\u{a0}13.44,\u{a0}subd.\u{a0}1\u{a0}]";

fn mail(id: &str, day: u32, from: &str, subject: &str, body: &str, attachment: Option<(&str, &str, &[u8])>) -> Vec<u8> {
    let head = format!(
        "Message-ID: <{id}@cedarbend.example>\r\nDate: Mon, {day:02} Mar 2025 09:30:00 -0600\r\nFrom: {from}\r\n\
         To: Clerk <clerk@cedarbend.example>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    );
    let Some((name, kind, content)) = attachment else {
        return format!("{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n").into_bytes();
    };
    let coded = base64(content);
    format!(
        "{head}Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n\
         --b1\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{coded}\r\n--b1--\r\n"
    )
    .into_bytes()
}

/// A PNG picture of one colour.
fn picture() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 40, 20);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("begun");
    writer.write_image_data(&[250; 40 * 20 * 3]).expect("written");
    writer.finish().expect("finished");
    out
}

fn city(kind: RequestKind) -> City {
    let mails = [
        mail(
            "complaint",
            3,
            "Wilhelmina Quist <w.quist@mail.example>",
            "Tall grass, from Wilhelmina Quist",
            "The grass at 12 Ridge Way is three feet tall.\r\n\r\nWilhelmina Quist, 763-555-0142\r\nRidge Way 14",
            Some(("Quist-Wilhelmina-photo.txt", "text/plain", b"Photo list of wilhelmina\nquist, call (763) 555 0142")),
        ),
        mail(
            "reply",
            4,
            "Inspector <inspector@cedarbend.example>",
            "Re: Tall grass",
            "Inspected.\r\n\r\n> The grass is three feet tall.\r\n>\r\n> Wilhelmina\r\n> Quist, 763-555-0142",
            Some(("notice.pdf", "application/pdf", &pdf("Notice. Complaint by Wilhelmina Quist of the grass."))),
        ),
        mail("other", 5, "Clerk <clerk@cedarbend.example>", "Gravel", "The gravel was delivered.", None),
        mail(
            "picture",
            6,
            "Inspector <inspector@cedarbend.example>",
            "Photo",
            "See the photo.",
            Some(("photo.png", "image/png", &picture())),
        ),
    ];
    let files: Vec<_> = (0..).zip(mails).map(|(nth, mail)| (format!("{nth}.eml"), mail)).collect();
    City::of(asked(kind, "R. Roe", "Complaints of Wilhelmina Quist"), &files)
}

pub(super) fn grounds(statute: &str, class: DataClass) -> Grounds {
    Grounds {
        statute: statute.to_owned(),
        label: None,
        class,
        about_requester: false,
        determination: String::new(),
        counsel: String::new(),
        reach: None,
    }
}

impl City {
    /// The member of the family with this subject: the parent, or its only attachment.
    fn member(&self, subject: &str, attached: bool) -> RecordId {
        self.member_that(subject, |one, _| one.part.is_some() == attached)
    }

    fn redact(
        &mut self,
        record: RecordId,
        what: What,
        grounds: &Grounds,
    ) -> Vec<recordroom::model::redaction::Redaction> {
        redact::redact(&mut self.repository, self.request, Some(&[record]), &what, grounds, "clerk").expect("redacted")
    }

    /// Name and number of the complainant left out; everything else given.
    fn redacted(mut self) -> Self {
        let complaint = self.member("Tall grass, from", false);
        let grounds = grounds(COMPLAINT, DataClass::Confidential);
        self.redact(complaint, What::Words("Wilhelmina Quist".into()), &grounds);
        self.redact(complaint, What::Shape(Pattern::parse("###-###-####").expect("a pattern")), &grounds);
        self.redact(complaint, What::Words("w.quist@mail.example".into()), &grounds);
        let (id, rest) = (self.request, Members::Undecided);
        review::decide(&mut self.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
        self
    }

    fn produce(&mut self, name: &str, version: Option<Version>) -> Result<Outcome, ProductionError> {
        let (id, path) = (self.request, self.path(name));
        let options = ProduceOptions { version, ..ProduceOptions::default() };
        produce(&mut self.repository, id, &path, &options, "clerk", &VoidMonitor)
    }

    fn produced(&mut self, name: &str, version: Option<Version>) -> Produced {
        match self.produce(name, version).expect("produced") {
            Outcome::Produced(one) => *one,
            other => panic!("{other:?}"),
        }
    }

    /// Files of a folder in which these words are found in any channel.
    fn holding(&self, name: &str, words: &str) -> Vec<String> {
        let mut builder = SearchBuilder::default();
        builder.add(Needle::of(words).expect("letters"));
        let search = builder.build().expect("built");
        let all = tree(&self.path(name));
        all.iter()
            .filter(|(path, bytes)| !look(path, bytes, &search).is_empty())
            .map(|(path, _)| path.clone())
            .collect()
    }
}

fn text(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8(files[path].clone()).expect("text")
}

#[test]
fn redacted_words_are_in_no_file_and_everything_around_them_is() {
    let mut city = city(RequestKind::Public).redacted();
    let produced = city.produced("out", None);
    for words in ["Wilhelmina Quist", "763-555-0142", "7635550142", "w.quist@mail.example"] {
        assert_eq!(city.holding("out", words), Vec::<String>::new(), "{words}");
    }
    assert!(!city.holding("out", "three feet tall").is_empty(), "the search itself finds what was given");
    let files = tree(&city.path("out"));
    let first = text(&files, "data/VOL001/TEXT/0001/CB-00000001.txt");
    assert!(first.contains(&format!("Subject: Tall grass, from {BOX}")), "{first}");
    assert!(first.contains(&format!("\n\n{BOX}, {BOX}\nRidge Way 14")), "{first}");
    assert!(first.contains(&format!("From: {BOX}\n")), "name and address are one box: {first}");
    // The attachment says the same in other letters and over a line; its own name has the words the other way around.
    let attached = text(&files, "data/VOL001/TEXT/0001/CB-00000002.txt");
    assert!(attached.contains(&format!("Photo list of {BOX}, call ({BOX}")), "{attached}");
    assert!(attached.contains("Quist-Wilhelmina-photo.txt"), "a name in another order is another text: {attached}");
    // The quoted copy in the reply, and its PDF, of which no page is copied.
    let reply = text(&files, "data/VOL001/TEXT/0001/CB-00000003.txt");
    assert!(reply.contains(&format!("> {BOX}, {BOX}")), "{reply}");
    let notice = text(&files, "data/VOL001/TEXT/0001/CB-00000004.txt");
    assert!(notice.contains(&format!("Complaint by {BOX} of the grass.")), "{notice}");
    let heading = text(&files, names::INDEX_HTML);
    assert!(heading.contains(&format!("Complaints of {BOX}")), "the request's own words");
    let log = listing::read(&files[names::REDACTION_LOG]).expect("CSV");
    assert_eq!(log.len() as u64, produced.redactions + 1);
    let follows = log.iter().filter(|row| row[5].starts_with("repeats")).count();
    assert!(follows >= 4 && log.iter().skip(1).all(|row| row[2] == COMPLAINT && row[3] == "confidential"), "{log:?}");
    let reading = city.repository.catalog().reading();
    let details = reading.last_event().expect("read").expect("an event").details;
    assert!(details.contains("\"redactions\":[") && details.contains("\"W-1\""), "{details}");
}

#[test]
fn a_box_tells_nothing_of_what_it_hides() {
    let drawn = |body: &str| {
        let rendition = Rendition {
            title: recordroom::model::production::PublicText::released("Item"),
            fields: Vec::new(),
            remark: recordroom::model::production::PublicText::released(""),
            content: Content::Text(recordroom::model::production::PublicText::released(body)),
            first: None,
            made_at: None,
            label: recordroom::model::production::PublicText::released(""),
        };
        render::draw(&rendition).expect("drawn").pdf
    };
    let mut bodies = Vec::new();
    for words in ["Jo Li", "Wilhelmina Alexandra Quist-Ramsey\nof Ridge Way"] {
        let mut item = recordroom::model::item::ParsedItem::new(recordroom::model::record::RecordKind::Email);
        item.body = format!("Complaint of {words} on the grass.");
        let start = item.body.find(words).expect("there");
        let taken = recordroom::redaction::Taken {
            id: recordroom::base::id::RedactionId::new(1),
            record: RecordId::new(1),
            place: Place::Text,
            range: start..start + words.len(),
            words: words.to_owned(),
            reach: Reach::Everywhere,
            marker: recordroom::redaction::marker::marker("Withheld: § 13.44"),
        };
        let redactor = recordroom::redaction::Redactor::new(vec![taken]).expect("built");
        bodies.push(redactor.item(&item, &[(None, RecordId::new(1))].into()).item.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert!(drawn(&bodies[0]) == drawn(&bodies[1]), "the pages are the same bytes");
    assert!(drawn(&bodies[0]) != drawn("Complaint of nobody on the grass."));
}

#[test]
fn words_that_get_past_the_cut_stop_the_production() {
    let mut city = city(RequestKind::Public).redacted();
    // A page program that writes the words into the page, however it came by them.
    let leaking = |rendition: &Rendition| {
        let mut leaking = rendition.clone();
        leaking.title = recordroom::model::production::PublicText::released("W i l h e l m i n a  Q u i s t");
        render::draw(&leaking)
    };
    let (id, path) = (city.request, city.path("out"));
    let options = ProduceOptions::default();
    let made = produce_with(&mut city.repository, id, &path, &options, "clerk", &VoidMonitor, &leaking);
    let Err(ProductionError::NotClean(findings)) = made else { panic!("{made:?}") };
    assert!(findings.iter().all(|one| one.code == "withheld-words"), "{findings:?}");
    assert!(findings.iter().any(|one| one.subject.ends_with("CB-00000001.pdf") && one.message.contains("W-1")));
    assert!(!findings.iter().any(|one| one.message.contains("Wilhelmina")), "a finding does not tell them either");
    assert!(!path.exists() && !city.path(".out.unfinished").exists(), "it never gets its name");
    let reading = city.repository.catalog().reading();
    assert_eq!(reading.request(id).expect("there").status, RequestStatus::UnderReview);
    assert_eq!(reading.productions_of(id).expect("read"), Vec::new());
}

#[test]
fn what_is_recorded_has_places_and_no_words() {
    let city = city(RequestKind::Public).redacted();
    let reading = city.repository.catalog().reading();
    let all = reading.redactions(city.request).expect("read");
    assert_eq!(all.len(), 3);
    assert_eq!(
        (all[0].place, all[0].reach, all[0].label.as_str()),
        (Place::People, Reach::Everywhere, "Withheld: § 13.44, subd. 1")
    );
    let complaint = city.member("Tall grass, from", false);
    let decided = reading.decisions(city.request).expect("read").into_iter().find(|one| one.record == complaint);
    let decided = decided.expect("decided");
    assert_eq!((decided.decision, decided.basis.as_str()), (Decision::PartlyWithheld, COMPLAINT));
    for path in ["repository/catalog.sqlite", "repository/catalog.sqlite-wal"] {
        let bytes = fs::read(city.path(path)).unwrap_or_default();
        for words in ["763-555-0142", "w.quist"] {
            assert!(!bytes.windows(words.len()).any(|window| window == words.as_bytes()), "{path} has {words}");
        }
    }
    assert_eq!(recordroom::verify::repository::verify(&city.repository, &VoidMonitor).expect("looked").findings, []);
}

#[test]
fn refusals_say_what_to_do() {
    let mut city = city(RequestKind::Public);
    let complaint = city.member("Tall grass, from", false);
    let mut refused = |what: What, grounds: &Grounds, told: &str| {
        let done = redact::redact(&mut city.repository, city.request, Some(&[complaint]), &what, grounds, "clerk");
        let error = done.expect_err("refused").to_string();
        assert!(error.contains(told), "{error}");
    };
    let good = grounds(COMPLAINT, DataClass::Confidential);
    let span = |start, end| What::Span { place: Place::Text, start, end };
    let words = |words: &str| What::Words(words.to_owned());
    refused(words("Nobody Here"), &good, "nothing of the kind");
    refused(words("--"), &good, "no letter or digit");
    refused(span(5, 4_000), &good, "characters; 5 to 4000 are not all in it");
    refused(words("grass"), &grounds("because", DataClass::Private), "names no section of law");
    refused(words("grass"), &grounds("Minn. Stat. § 13.384", DataClass::Private), "counsel confirms it");
    refused(words("grass"), &grounds("Minn. Stat. § 13.37, subd. 1(a)", DataClass::Private), "wants a determination");
    refused(words("is"), &Grounds { reach: Some(Reach::Everywhere), ..good.clone() }, "fewer than 3 letters");
    let long = Grounds { label: Some("x".repeat(41)), ..good.clone() };
    refused(words("grass"), &long, "a label has 1 to 40 characters");
    // A decision without any redaction is told, and so is the way on.
    let id = city.request;
    let partly = Members::Records(vec![complaint]);
    review::decide(&mut city.repository, id, &partly, Decision::PartlyWithheld, COMPLAINT, "clerk").expect("decided");
    let rest = Members::Undecided;
    review::decide(&mut city.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
    let error = city.produce("out", None).expect_err("refused").to_string();
    assert!(error.starts_with("1 items are withheld in part, and nobody said which part: R-"), "{error}");
    let confirmed =
        Grounds { counsel: "A. Lind, 2026-03-01".into(), ..grounds("Minn. Stat. § 13.384", DataClass::Private) };
    let made = city.redact(complaint, What::Span { place: Place::Text, start: 4, end: 9 }, &confirmed);
    assert_eq!(made[0].determination, "citation confirmed by A. Lind, 2026-03-01");
    city.produce("out", None).expect("produced");
}

#[test]
fn a_redaction_is_taken_back_until_it_was_given_and_later_with_a_reason() {
    let mut city = city(RequestKind::Public).redacted();
    let standing = city.repository.catalog().reading().redactions(city.request).expect("read");
    let mut all: Vec<_> = standing.iter().map(|one| one.id).collect();
    all.sort();
    let request = city.request;
    assert_eq!(redact::lift(&mut city.repository, request, &all[..1], "", "clerk").expect("lifted"), 1);
    assert!(redact::lift(&mut city.repository, request, &all[..1], "", "clerk").is_err(), "not twice");
    let first = city.produced("out", None);
    assert!(!city.holding("out", "Wilhelmina Quist").is_empty(), "what was taken back is given");
    assert_eq!(city.holding("out", "763-555-0142"), Vec::<String>::new());
    let error = redact::lift(&mut city.repository, request, &all[1..2], "", "clerk").expect_err("refused").to_string();
    assert!(error.contains("only with a reason"), "{error}");
    redact::lift(&mut city.repository, request, &all[1..2], "the complainant agrees", "clerk").expect("lifted");
    let last = city.repository.catalog().reading().last_event().expect("read").expect("an event");
    assert_eq!(last.act, Act::RedactionLifted);
    // The family is decided in another way now, so it is given again; the others are not.
    let second = city.produced("second", None);
    assert_eq!(second.adds_to, Some(first.production.id));
    assert_eq!(second.production.documents, 2);
}

#[test]
fn one_review_serves_four_receivers() {
    let mut city = city(RequestKind::Litigation);
    let complaint = city.member("Tall grass, from", false);
    let reply = city.member("Re: Tall grass", false);
    let mine = Grounds { about_requester: true, ..grounds(PERSONNEL, DataClass::Private) };
    city.redact(complaint, What::Words("Ridge Way 14".into()), &mine);
    city.redact(complaint, What::Words("Wilhelmina Quist".into()), &grounds(COMPLAINT, DataClass::Confidential));
    let request = city.request;
    let advice = Members::Records(vec![city.member("Gravel", false)]);
    let basis = "attorney-client privilege; Minn. Stat. § 13.393";
    review::decide(&mut city.repository, request, &advice, Decision::Withheld, basis, "clerk").expect("decided");
    let rest = Members::Undecided;
    review::decide(&mut city.repository, request, &rest, Decision::Responsive, "", "clerk").expect("decided");
    assert_ne!(complaint, reply);
    let told = |city: &City, folder: &str| -> [bool; 3] {
        ["Ridge Way 14", "Wilhelmina Quist", "gravel was delivered"]
            .map(|words| !city.holding(folder, words).is_empty())
    };
    let public = city.produced("public", Some(Version::Public));
    assert_eq!(told(&city, "public"), [false, false, false]);
    let subject = city.produced("subject", Some(Version::DataSubject));
    assert_eq!(told(&city, "subject"), [true, false, false], "the subject sees what is private about her");
    let attorney = city.produced("attorney", Some(Version::CityAttorney));
    assert_eq!(told(&city, "attorney"), [true, true, true], "nothing is left out");
    assert_eq!(attorney.production.first.to_string(), "INT-CB-00000001", "its numbers are no numbers of an answer");
    let text = recordroom::extract::text(
        &fs::read(city.path("attorney/data/VOL001/PDF/0001/INT-CB-00000001.pdf")).expect("read"),
        "x.pdf",
        "",
    )
    .text;
    assert!(text.contains("NOT FOR RELEASE"), "every page says so: {text}");
    let opposing = city.produced("opposing", None);
    assert_eq!((opposing.version, told(&city, "opposing")), (Version::OpposingParty, [false, false, false]));
    // The three have numbers that follow each other; none adds to another.
    let firsts: Vec<u32> = [&public, &subject, &opposing].map(|one| one.production.first.page()).into();
    assert!(firsts.is_sorted() && firsts[0] == 1, "{firsts:?}");
    assert!([&public, &subject, &attorney, &opposing].iter().all(|one| one.adds_to.is_none()));
    let order = CourtOrder {
        request,
        court: "Fictional District Court".into(),
        file_number: "27-CV-25-0000".into(),
        dated: "2026-02-03".parse().expect("a day"),
        releases: vec![PERSONNEL.to_owned()],
    };
    let later = CourtOrder { dated: "2027-01-01".parse().expect("a day"), ..order.clone() };
    assert!(redact::court_order(&mut city.repository, &later, "clerk").is_err());
    redact::court_order(&mut city.repository, &order, "clerk").expect("recorded");
    let again = preview(&city.repository, request, complaint, None).expect("shown");
    assert!(again.text.as_str().contains("Ridge Way 14") && !again.text.as_str().contains("Wilhelmina"), "{again:?}");
    let public = preview(&city.repository, request, complaint, Some(Version::Public)).expect("shown");
    assert!(!public.text.as_str().contains("Ridge Way 14"), "the order opens nothing to the public");
}

#[test]
fn natives_of_redacted_items_are_never_given() {
    let mut city = city(RequestKind::Litigation).redacted();
    let (id, path) = (city.request, city.path("out"));
    let options = ProduceOptions { natives: true, ..ProduceOptions::default() };
    produce(&mut city.repository, id, &path, &options, "clerk", &VoidMonitor).expect("produced");
    let natives: Vec<String> = tree(&path).into_keys().filter(|path| path.contains("NATIVES")).collect();
    // Gravel, the photo and its message; nothing of the complaint nor of the reply, in which only a quotation is left out.
    assert_eq!(natives.len(), 3, "{natives:?}");
    let files = tree(&path);
    let table = recordroom::package::dat::read(&files["data/VOL001/DATA/VOL001.dat"]).expect("a load file");
    let at = table.column("SHA256HASH").expect("a column");
    let digests: Vec<bool> = table.rows.iter().map(|row| !row[at].is_empty()).collect();
    // A digest would tell whoever guesses the words.
    assert_eq!(digests, [false, false, false, false, true, true, true]);
}

#[test]
fn boxes_are_burned_into_pictures_and_pages() {
    let mut city = city(RequestKind::Public);
    let photo = city.member("Photo", true);
    let notice = city.member("Re: Tall grass", true);
    let region: Region = "1:0,0,500,1000".parse().expect("a region");
    let grounds = grounds(COMPLAINT, DataClass::Confidential);
    city.redact(photo, What::Box(region), &grounds);
    let top: Region = "1:0,0,1000,200".parse().expect("a region");
    city.redact(notice, What::Box(top), &grounds);
    let (id, rest) = (city.request, Members::Undecided);
    review::decide(&mut city.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
    city.produced("out", None);
    let files = tree(&city.path("out"));
    let log = listing::read(&files[names::REDACTION_LOG]).expect("CSV");
    assert_eq!(log.iter().filter(|row| row[4] == "a part of a picture or page").count(), 2);
    let remarks = text(&files, names::REMARKS);
    assert!(remarks.contains("painted over"), "{remarks}");
    // Where pdftoppm is installed the page is a picture; elsewhere a slip sheet says why. Neither has the words.
    let pdf = files.iter().find(|(path, _)| path.ends_with("PDF/0001/CB-00000004.pdf")).expect("the notice").1;
    let said = recordroom::extract::text(pdf, "x.pdf", "").text;
    assert!(!said.contains("Complaint by"), "{said}");
}

/// A workbook with a sheet, a hidden sheet and nothing else.
fn workbook() -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let cell = |at: &str, words: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{words}</t></is></c>");
    let sheet = |rows: &str| format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
             <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
             </Types>"
                .to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
                 <Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!("<styleSheet xmlns=\"{main}\"><cellXfs count=\"1\"><xf numFmtId=\"0\"/></cellXfs></styleSheet>"),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Calls\" sheetId=\"1\" r:id=\"r1\"/>\
                 <sheet name=\"Old\" sheetId=\"2\" state=\"hidden\" r:id=\"r2\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
                 <Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
                 <Relationship Id=\"r2\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            sheet(&format!(
                "<row r=\"1\">{}{}</row><row r=\"2\">{}{}</row>",
                cell("A1", "Who"),
                cell("B1", "What"),
                cell("A2", "Wilhelmina Quist"),
                cell("B2", "tall grass")
            )),
        ),
        ("xl/worksheets/sheet2.xml", sheet(&format!("<row r=\"1\">{}</row>", cell("A1", "wilhelmina quist, fence")))),
    ];
    for (name, content) in parts {
        archive.start_file(name, options).expect("begun");
        archive.write_all(content.as_bytes()).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

#[test]
fn a_workbook_is_given_cell_by_cell() {
    let mut city = city(RequestKind::Litigation);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let mail = mail(
        "book",
        7,
        "Clerk <clerk@cedarbend.example>",
        "Book",
        "See the list.",
        Some(("list.xlsx", kind, &workbook())),
    );
    let folder = city.path("second");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("book.eml"), mail).expect("written");
    let options = recordroom::ingest::IngestOptions::default();
    recordroom::ingest::ingest(&mut city.repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
    request::collect(&mut city.repository, city.request, None, "clerk").expect("collected");
    let book = city.member("Book", true);
    let here = Grounds { reach: Some(Reach::Here), ..grounds(COMPLAINT, DataClass::Confidential) };
    city.redact(book, What::Words("Wilhelmina Quist".into()), &here);
    let (id, rest) = (city.request, Members::Undecided);
    review::decide(&mut city.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
    let path = city.path("out");
    let options = ProduceOptions { natives: true, ..ProduceOptions::default() };
    produce(&mut city.repository, id, &path, &options, "clerk", &VoidMonitor).expect("produced");
    let files = tree(&path);
    let last = files.keys().rfind(|path| path.contains("/TEXT/")).expect("a text").clone();
    let given = text(&files, &last);
    assert!(given.contains(&format!("[sheet Calls]\n1\tWho\tWhat\n2\t{BOX}\ttall grass\n")), "{given}");
    assert!(given.contains(&format!("[hidden sheet Old]\n1\t{BOX}, fence")), "{given}");
    assert!(!files.keys().any(|path| path.ends_with(".xlsx")), "never the workbook itself");
    let pdf = last.replace("TEXT", "PDF").replace(".txt", ".pdf");
    assert!(!city.holding("out", "Wilhelmina Quist").contains(&pdf));
    assert!(!city.holding("out", "Wilhelmina Quist").is_empty(), "here alone: the other items were looked at");
}
