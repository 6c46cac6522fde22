//! The mail of the city: hand-written threads first, then what every day brings.

use super::dice::Dice;
use super::documents::{self, About};
use super::error::CityError;
use super::mail::{Dated, Mail, Other};
use super::moment;
use super::people::{self, Person, Standing};
use super::phrase::{self, Lists, Occasion, Throws};
use super::script::{self, Note, Thread};
use std::collections::BTreeMap;

/// The carried threads with their file names.
const THREADS: [(&str, &str); 3] = [
    ("ridgeview.txt", include_str!("words/ridgeview.txt")),
    ("matters.txt", include_str!("words/matters.txt")),
    ("life.txt", include_str!("words/life.txt")),
];

/// What attachments say: lines by the beginning of a file name.
pub type Papers = BTreeMap<&'static str, Vec<&'static str>>;

/// What the stories are made with.
pub struct Desk {
    /// Words to choose from.
    pub lists: Lists,
    /// What attachments say.
    pub papers: Papers,
}

impl Desk {
    /// Reads the carried words.
    pub fn new() -> Result<Self, CityError> {
        let mut papers = Papers::new();
        let mut name = "";
        for line in include_str!("words/documents.txt").lines().filter(|line| !line.starts_with("# ")) {
            match line.strip_prefix("=== ") {
                Some(next) => name = next.trim(),
                None if !line.is_empty() => papers.entry(name).or_default().push(line),
                None => {}
            }
        }
        Ok(Self { lists: phrase::lists()?, papers })
    }

    /// Attaches a file to a message: what its papers say, and whose it is.
    pub fn attach(&self, mail: &mut Mail, name: &str, forwarded: &[u8]) -> Result<(), CityError> {
        let known =
            self.papers.iter().filter(|(start, _)| name.starts_with(*start)).max_by_key(|(start, _)| start.len());
        let mut lines: Vec<String> =
            known.map_or_else(Vec::new, |(_, lines)| lines.iter().map(|l| (*l).into()).collect());
        // Daily papers repeat the text of their message, so that each one differs and is found by its numbers.
        if mail.id.starts_with('r') && !name.ends_with(".xlsx") {
            lines.extend(mail.body.lines().map(str::to_owned));
        }
        let about = About { name, lines: &lines, message: forwarded };
        mail.attached.push(documents::make(&about)?);
        Ok(())
    }
}

/// All hand-written mail.
pub fn written(desk: &Desk) -> Result<Vec<Mail>, CityError> {
    let mut all = Vec::new();
    for (file, text) in THREADS {
        for (number, thread) in script::threads(file, text)?.iter().enumerate() {
            let mark = format!("s{:08x}", Dice::of(&format!("{file} {number} {}", thread.subject)).throw() >> 32);
            write_thread(thread, &mark, desk, &mut all)?;
        }
    }
    Ok(all)
}

fn write_thread(thread: &Thread, mark: &str, desk: &Desk, all: &mut Vec<Mail>) -> Result<(), CityError> {
    let mut before: Option<usize> = None;
    for (number, note) in thread.notes.iter().enumerate() {
        let mut mail = begun(note, format!("{mark}.{number}@{}", note.from.domain()));
        let lists = &desk.lists;
        let occasion = Occasion { me: note.from, to: note.to.first().copied().unwrap_or(note.from), at: note.at };
        mail.body = phrase::write(&note.body, occasion, lists, &mut Throws::of(&mail.id));
        mail.subject.clone_from(&thread.subject);
        let answered = before.filter(|_| !note.has("fresh")).map(|at| all[at].clone());
        if let Some(answered) = &answered {
            if note.has("fwd") {
                forward(&mut mail, answered);
            } else {
                answer(&mut mail, answered);
            }
        }
        let previous = before.map(|at| all[at].bytes()).unwrap_or_default();
        for name in note.values("attach") {
            desk.attach(&mut mail, name, &previous)?;
        }
        apply(note, &mut mail);
        before = Some(all.len());
        all.push(mail);
    }
    Ok(())
}

fn begun(note: &Note, id: String) -> Mail {
    Mail {
        id,
        at: note.at,
        dated: Dated::Truly,
        from: note.from,
        to: note.to.clone(),
        cc: note.cc.clone(),
        subject: String::new(),
        body: String::new(),
        other: None,
        attached: Vec::new(),
        fields: vec![("User-Agent", "Cedar Bend Mail 11.2".to_owned())],
        references: Vec::new(),
        draft: note.has("draft"),
        latin: note.has("latin"),
    }
}

fn apply(note: &Note, mail: &mut Mail) {
    if note.has("undated") {
        mail.dated = Dated::Not;
    }
    if note.has("html") {
        mail.other = Some(Other::Html(page(&mail.body)));
    }
    for words in note.values("dated") {
        mail.dated = Dated::As(words.to_owned());
    }
    for words in note.values("invite") {
        let (start, title) = words.split_once(' ').unwrap_or((words, "Meeting"));
        mail.other = Some(Other::Calendar(invitation(mail, start, title)));
        mail.subject = format!("Invitation: {title}");
    }
}

fn invitation(mail: &Mail, start: &str, title: &str) -> String {
    let guests: String = mail
        .to
        .iter()
        .chain(&mail.cc)
        .map(|guest| format!("ATTENDEE;CN=\"{}\";RSVP=TRUE:mailto:{}\r\n", guest.name, guest.address))
        .collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Cedar Bend//Calendar//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:{}\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\nORGANIZER;CN=\"{}\":mailto:{}\r\n{guests}LOCATION:City Hall\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        mail.id,
        moment::utc(mail.at).format("%Y%m%dT%H%M%SZ"),
        mail.from.name,
        mail.from.address,
    )
    .replace("\r\n", "\n")
}

/// A page with the text, a banner and no tracking but for one pixel that points nowhere.
pub fn page(body: &str) -> String {
    let lines: String = body.lines().map(|line| format!("<p>{}</p>\n", documents::escaped(line))).collect();
    format!(
        "<html><body style=\"font-family:sans-serif\">\n<div style=\"background:#2d5d4b;color:#fff\">Cedar Bend</div>\n{lines}<img src=\"https://pixel.govgrow.example/o.gif\" width=\"1\" height=\"1\" alt=\"\">\n</body></html>\n"
    )
}

/// Makes a message the answer to another: subject, references, and the other one quoted below.
pub fn answer(mail: &mut Mail, answered: &Mail) {
    mail.subject = prefixed("Re: ", &answered.subject);
    mail.references = answered.references.clone();
    mail.references.push(answered.id.clone());
    let when = answered.at.format("%a, %b %-d, %Y at %-I:%M %p");
    mail.body.push_str(&format!("\nOn {when}, {} <{}> wrote:\n", answered.from.name, answered.from.address));
    for line in answered.body.lines().filter(|line| !line.starts_with(">>>")) {
        mail.body.push_str(if line.starts_with('>') { ">" } else { "> " });
        mail.body.push_str(line);
        mail.body.push('\n');
    }
}

fn forward(mail: &mut Mail, forwarded: &Mail) {
    mail.subject = prefixed("Fwd: ", &forwarded.subject);
    mail.references = vec![forwarded.id.clone()];
    mail.body.push_str(&format!(
        "\n---------- Forwarded message ---------\nFrom: {} <{}>\nDate: {}\nSubject: {}\n\n{}",
        forwarded.from.name,
        forwarded.from.address,
        forwarded.at.format("%a, %b %-d, %Y at %-I:%M %p"),
        forwarded.subject,
        forwarded.body
    ));
}

/// A subject with its prefix once.
pub fn prefixed(prefix: &str, subject: &str) -> String {
    let bare = subject.trim_start_matches("Re: ").trim_start_matches("Fwd: ");
    format!("{prefix}{bare}")
}

/// Somebody for a word of a daily form: a person by key, or one of a group.
pub fn somebody(word: &str, dice: &mut Dice) -> Option<&'static Person> {
    let group = match word {
        "custodian" => people::all(Standing::Custodian),
        "resident" => people::all(Standing::Resident),
        "staff" => {
            let mut all = people::all(Standing::Staff);
            all.extend(people::all(Standing::Custodian));
            all
        }
        _ => return people::find(word),
    };
    Some(*dice.pick(&group))
}
