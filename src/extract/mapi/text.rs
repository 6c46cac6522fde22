//! The words of a message of Outlook that is a file: its header, text and attachments, one after the other.

use super::object::{Attached, AttachedKind, Object};
use super::{msg, tnef};
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::extract::{self, Extracted, inside};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;

/// The media type of a message in a compound file.
pub const MSG: &str = "application/vnd.ms-outlook";
/// The media type of a TNEF stream.
pub const TNEF: &str = "application/vnd.ms-tnef";

/// Texts of properties of one item that are read.
const OTHER_TEXTS: usize = 2_000;

/// The words of a `.msg` file.
pub fn of_msg(bytes: &[u8], budget: &mut Budget) -> Extracted {
    match msg::read(bytes) {
        Some(object) => of_object(&object, MSG, budget),
        None => Extracted::nothing(MSG).but(Searchable::Not, ProblemCode::Malformed, "the file holds no message"),
    }
}

/// The words of a `winmail.dat`.
pub fn of_tnef(bytes: &[u8], budget: &mut Budget) -> Extracted {
    match tnef::read(bytes) {
        Some(object) => of_object(&object, TNEF, budget),
        None => Extracted::nothing(TNEF).but(Searchable::Not, ProblemCode::Malformed, "the file is damaged"),
    }
}

fn of_object(object: &Object, found: &str, budget: &mut Budget) -> Extracted {
    let mut out = Extracted::all(found, head(object));
    let body = object.body();
    out.text.push_str(&body.text);
    out.text.push('\n');
    if !is_mail(object) {
        add_other_texts(object, &mut out.text);
    }
    for problem in object.problems.iter().cloned().chain(body.problems) {
        out.searchable = out.searchable.max(Searchable::Partly);
        out.problems.push(problem);
    }
    for one in &object.attachments {
        add(one, &mut out, budget);
        if out.text.len() > limits::SEARCHABLE_CHARS * 4 {
            let sentence = "the text is longer than what is searchable";
            return out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
        }
    }
    out
}

fn is_mail(object: &Object) -> bool {
    let class = object.bag.text(0x001A).to_ascii_uppercase();
    let mail = ["IPM.NOTE", "IPM.MICROSOFT MAIL.NOTE", "IPM.SCHEDULE"];
    class.is_empty() || mail.iter().any(|one| class.starts_with(one))
}

/// Appointments, tasks, contacts and notes say words in properties of their own: each text is added once.
fn add_other_texts(object: &Object, out: &mut String) {
    for (_, text) in object.texts().take(OTHER_TEXTS) {
        let text = text.trim();
        if !text.is_empty() && !out.contains(text) {
            out.push_str(text);
            out.push('\n');
        }
    }
}

fn add(attached: &Attached, out: &mut Extracted, budget: &mut Budget) {
    let name = attached.name();
    let found = match attached.kind {
        AttachedKind::Elsewhere | AttachedKind::Nothing => {
            let sentence = format!("it is not in the message{}", attached.where_it_lay());
            Extracted::nothing("").but(Searchable::Not, ProblemCode::Missing, sentence)
        }
        AttachedKind::File | AttachedKind::Message | AttachedKind::Ole => {
            extract::text_within(&attached.content, &name, &attached.claimed_type(), budget)
        }
    };
    inside::add(out, &name, found);
}

/// Subject, people and date, as the header of a message says them.
pub fn head(object: &Object) -> String {
    let mut head = String::new();
    let bag = &object.bag;
    let mut people: Vec<String> = [(0x0042, 0x0065), (0x0C1A, 0x0C1F)]
        .map(|(name, address)| format!("{} {}", bag.text(name), bag.text(address)))
        .to_vec();
    people.extend([0x5D02, 0x5D01].map(|id| bag.text(id)));
    people.extend(
        object.recipients.iter().map(|one| format!("{} {} {}", one.text(0x3001), one.text(0x3003), one.text(0x39FE))),
    );
    if object.recipients.is_empty() {
        people.extend([0x0E04, 0x0E03, 0x0E02].map(|id| bag.text(id)));
    }
    for line in people.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
        head.push_str(line);
        head.push('\n');
    }
    if let Some(sent) = bag.moment(0x0039) {
        head.push_str(&format!("Date: {}\n", sent.to_rfc3339()));
    }
    let headers = bag.text(0x007D);
    if !headers.is_empty() {
        head.push_str(&headers);
        head.push('\n');
    }
    head.push_str(&format!("Subject: {}\n\n", subject(object)));
    head
}

/// The subject, with the prefix a program took off it.
pub fn subject(object: &Object) -> String {
    let whole = object.bag.text(0x0037);
    if !whole.is_empty() {
        // Stores mark the length of the prefix by two characters before it (MS-PST 2.5.3.1.1.1).
        let mut rest = whole.chars();
        return if rest.next() == Some('\u{1}') { rest.skip(1).collect() } else { whole };
    }
    format!("{}{}", object.bag.text(0x003D), object.bag.text(0x0E1D))
}
