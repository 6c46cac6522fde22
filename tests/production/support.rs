//! A city with five families taken in, and a small PDF writer of the tests' own.

pub use super::exercise::{City, tree};

use super::exercise::asked;
use recordroom::base::id::RequestId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::production::BatesPrefix;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{Outcome, ProduceOptions, Produced, ProductionError, produce_with};
use recordroom::render::RenderError;
use recordroom::render::{Content, Rendered, Rendition};
use recordroom::request::{self, NewRequest};
use recordroom::review::{self, Members};
use recordroom::verify::Finding;
use recordroom::verify::delivery;

/// Lines on a page of the test's PDF files.
pub const LINES: usize = 40;

/// A PDF file of plain lines, one stream for each page.
pub fn pdf(lines: &[String], pages: u32) -> Vec<u8> {
    let escape = |line: &str| line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
    let kids: Vec<String> = (0..pages).map(|at| format!("{} 0 R", 3 + at * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} /MediaBox [0 0 612 792] >>", kids.join(" ")),
    ];
    for at in 0..pages {
        let shown: String = lines
            .iter()
            .skip(at as usize * LINES)
            .take(LINES)
            .map(|line| format!("({}) Tj T*\n", escape(line)))
            .collect();
        let stream = format!("BT /F1 9 Tf 11 TL 40 750 Td\n{shown}ET\n");
        objects.push(format!("<< /Type /Page /Parent 2 0 R /Contents {} 0 R /Resources << >> >>", 4 + at * 2));
        objects.push(format!("<< /Length {} >>\nstream\n{stream}endstream", stream.len()));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    out.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

/// The double of `render::draw`: pages of plain lines, the same bytes for the same rendition.
pub fn draw(rendition: &Rendition) -> Result<Rendered, RenderError> {
    let mut lines = vec![rendition.title.as_str().to_owned(), rendition.label.as_str().to_owned()];
    lines.extend(rendition.first.iter().map(ToString::to_string));
    lines.extend(rendition.fields.iter().map(|(label, value)| format!("{}: {}", label.as_str(), value.as_str())));
    lines.push(rendition.remark.as_str().to_owned());
    match &rendition.content {
        Content::Text(text) | Content::Slip(text) => lines.extend(text.as_str().lines().map(str::to_owned)),
        Content::Rich(rich) => lines.extend(rich.words().lines().map(str::to_owned)),
        Content::Picture(bytes) => lines.push(format!("picture of {} bytes", bytes.len())),
        Content::Pages(bytes) => lines.push(format!("pages of {} bytes", bytes.len())),
    }
    if lines.iter().any(|line| line.contains("cannot be drawn by anybody")) {
        return Err(RenderError::Writer("a test asked for it".to_owned()));
    }
    let pages = lines.len().div_ceil(LINES) as u32;
    Ok(Rendered { pdf: pdf(&lines, pages), pages, problems: Vec::new() })
}

pub const SECRET: &str = "Grievance of a fictional employee 4711";

pub const SECRET_NAME: &str = "grievance-4711.txt";

pub const ADVICE: &str = "Counsel thinks that the contractor will settle for sixty thousand dollars before the trial";

pub const PRIVILEGED: &str = "Advice of counsel on the Ridgeview claim";

pub fn message(id: &str, day: u32, subject: &str, body: &str, attachments: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "Message-ID: <{id}@cedarbend.example>\r\nDate: Mon, {day:02} Mar 2025 09:30:00 -0600\r\n\
         From: Ana Lind <ana@cedarbend.example>\r\nTo: council@cedarbend.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    );
    if attachments.is_empty() {
        return format!("{text}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n");
    }
    text.push_str("Content-Type: multipart/mixed; boundary=b1\r\n\r\n");
    text.push_str(&format!("--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"));
    for (name, kind, content) in attachments {
        text.push_str(&format!(
            "--b1\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{content}\r\n"
        ));
    }
    format!("{text}--b1--\r\n")
}

/// A city with five families taken in.
pub fn city(kind: RequestKind) -> City {
    let long: String = (0..100).map(|line| format!("Line {line} of the minutes\r\n")).collect();
    let mails = [
        message("later", 17, "Minutes (long)", &long, &[]),
        message(
            "family",
            3,
            "Ridgeview, \"phase 2\"",
            "See the attached.",
            &[
                ("costs.csv", "text/csv", "item,cost\r\ngravel,12"),
                (SECRET_NAME, "text/plain", SECRET),
                ("blob.bin", "application/octet-stream", "\u{1}\u{2}\u{3}"),
            ],
        ),
        message("advice", 4, PRIVILEGED, "Privileged words", &[]),
        message("lunch", 5, "Lunch", "Unrelated sandwich", &[]),
        message("broken", 10, "Odd", "cannot be drawn by anybody", &[]),
    ];
    let files: Vec<_> = (0..).zip(mails).map(|(nth, mail)| (format!("{nth}.eml"), mail.into_bytes())).collect();
    City::of(new_request(kind), &files)
}

pub fn new_request(kind: RequestKind) -> NewRequest {
    asked(kind, "R. Quist", "Everything on <Ridgeview>")
}

impl City {
    /// Decides on one member: of the family with this subject, the attachment of this name or the parent.
    pub fn decide(&mut self, subject: &str, file: Option<&str>, decision: Decision, basis: &str) {
        let record = self.member_that(subject, |one, item| {
            let part = file.map(|name| item.attachments.iter().find(|one| one.name == name).expect("attached").part);
            one.part == part
        });
        let members = Members::Records(vec![record]);
        review::decide(&mut self.repository, self.request, &members, decision, basis, "clerk").expect("decided");
    }

    /// The usual decisions: something of everything.
    pub fn decided(mut self) -> Self {
        self.decide("Ridgeview, \"phase 2\"", Some(SECRET_NAME), Decision::Withheld, "Minn. Stat. § 13.43, subd. 4");
        self.decide(PRIVILEGED, None, Decision::Withheld, "Minn. Stat. § 13.393");
        self.decide("Lunch", None, Decision::NotResponsive, "");
        let (id, rest) = (self.request, Members::Undecided);
        review::decide(&mut self.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
        self
    }

    /// Another request, for which nothing is collected.
    pub fn second_request(&mut self) -> RequestId {
        let id = request::open(&mut self.repository, new_request(RequestKind::Public), "clerk").expect("opened").id;
        request::collect(&mut self.repository, id, Some(&[]), "clerk").expect("collected nothing");
        id
    }

    pub fn produce(&mut self, name: &str) -> Result<Outcome, ProductionError> {
        self.produce_as(name, &ProduceOptions::default())
    }

    pub fn produce_as(&mut self, name: &str, options: &ProduceOptions) -> Result<Outcome, ProductionError> {
        let (path, request) = (self.path(name), self.request);
        produce_with(&mut self.repository, request, &path, options, "clerk", &VoidMonitor, &draw)
    }

    pub fn produced(&mut self, name: &str) -> Produced {
        match self.produce(name).expect("a production") {
            Outcome::Produced(produced) => *produced,
            other => panic!("no production: {other:?}"),
        }
    }

    pub fn next_number(&self) -> u32 {
        let prefix = BatesPrefix::new("CB-").expect("a prefix");
        self.repository.catalog().reading().next_number(&prefix).expect("a number")
    }

    /// What is wrong with the repository.
    pub fn verified(&self) -> Vec<Finding> {
        recordroom::verify::repository::verify(&self.repository, &VoidMonitor).expect("looked through").findings
    }

    pub fn findings(&self, name: &str) -> Vec<Finding> {
        delivery::examine_with(&self.path(name), None, &draw).expect("examined").findings
    }
}

/// The bytes of a file with every deflated stream in it unpacked behind them.
pub fn unpacked(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut all = bytes.to_vec();
    let marker = b"stream";
    for at in 0..bytes.len().saturating_sub(marker.len()) {
        if bytes[at..].starts_with(marker) {
            let start = at + marker.len();
            let start = start + bytes[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let mut stream = Vec::new();
            // What is no deflated stream unpacks to nothing.
            let _ = flate2::read::ZlibDecoder::new(&bytes[start..]).read_to_end(&mut stream);
            all.extend(stream);
        }
    }
    all
}

pub fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}
