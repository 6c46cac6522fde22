//! The daily mail: forms with choices, written out as often as each says.

use super::dice::Dice;
use super::error::CityError;
use super::mail::{Dated, Mail, Other};
use super::moment;
use super::people::{self, Person};
use super::phrase::{self, Occasion, Throws};
use super::stories::{self, Desk};
use chrono::{Datelike, Duration, NaiveDateTime};

const FILE: &str = "routine.txt";

/// A form of which many messages are made.
struct Form {
    line: usize,
    count: u64,
    from: &'static str,
    to: &'static str,
    options: Vec<(&'static str, &'static str)>,
    subject: String,
    body: String,
    /// How many of a hundred are answered, whether by a machine, and how.
    answer: Option<(u64, bool, String)>,
}

impl Form {
    fn value(&self, word: &str) -> Option<&'static str> {
        self.options.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
    }
}

/// All daily mail, in no order of time.
pub fn written(desk: &Desk) -> Result<Vec<Mail>, CityError> {
    let mut all = Vec::new();
    for (number, form) in forms()?.iter().enumerate() {
        for copy in 0..form.count {
            let mut throws = Throws::of(&format!("{FILE} {number} {copy}"));
            write_one(form, &format!("r{number:02}{copy:03}"), desk, &mut throws, &mut all)?;
        }
    }
    Ok(all)
}

fn forms() -> Result<Vec<Form>, CityError> {
    let mut forms: Vec<Form> = Vec::new();
    let mut answering = false;
    for (number, line) in include_str!("words/routine.txt").lines().enumerate() {
        let wrong = |message: &str| CityError::Story { file: FILE, line: number + 1, message: message.to_owned() };
        if let Some(head) = line.strip_prefix("*** ") {
            forms.push(form(head, number + 1).ok_or_else(|| wrong("a form names a count, a sender and recipients"))?);
            answering = false;
            continue;
        }
        let Some(form) = forms.last_mut() else { continue };
        if let Some(head) = line.strip_prefix("~~~ ") {
            let (percent, how) = head.split_once(' ').unwrap_or((head, ""));
            let percent = percent.parse().map_err(|_| wrong("a share is a number"))?;
            form.answer = Some((percent, how == "auto", String::new()));
            answering = true;
        } else if let Some(subject) = line.strip_prefix("Subject: ").filter(|_| form.subject.is_empty()) {
            form.subject = subject.to_owned();
        } else {
            let text = match &mut form.answer {
                Some((_, _, text)) if answering => text,
                _ => &mut form.body,
            };
            if !text.is_empty() || !line.is_empty() {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    Ok(forms)
}

fn form(head: &'static str, line: usize) -> Option<Form> {
    let mut words = head.split(';').map(str::trim);
    let (count, who) = words.next()?.split_once(' ')?;
    let (from, to) = who.split_once('>')?;
    let options = words.map(|word| word.split_once(' ').unwrap_or((word, ""))).collect();
    Some(Form {
        line,
        count: count.parse().ok()?,
        from: from.trim(),
        to: to.trim(),
        options,
        subject: String::new(),
        body: String::new(),
        answer: None,
    })
}

fn write_one(form: &Form, mark: &str, desk: &Desk, throws: &mut Throws, all: &mut Vec<Mail>) -> Result<(), CityError> {
    let dice = throws.dice();
    let wrong = |message: String| CityError::Story { file: FILE, line: form.line, message };
    let somebody = |word: &str, dice: &mut Dice| {
        stories::somebody(word, dice).ok_or_else(|| wrong(format!("nobody is called {word:?}")))
    };
    let from = somebody(form.from, dice)?;
    let mut to: Vec<&'static Person> = Vec::new();
    for word in form.to.split(',').map(str::trim) {
        let mut one = somebody(word, dice)?;
        while one == from {
            one = somebody(word, dice)?;
        }
        to.push(one);
    }
    let mut cc = Vec::new();
    for word in form.value("cc").unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()) {
        cc.push(somebody(word, dice)?);
    }
    let at = sent(form, dice);
    let occasion = Occasion { me: from, to: to[0], at };
    let mut mail = Mail {
        id: format!("{mark}.{:08x}@{}", Dice::of(mark).throw() >> 32, from.domain()),
        at,
        dated: Dated::Truly,
        from,
        to,
        cc,
        subject: capital(&phrase::write(&form.subject, occasion, &desk.lists, throws)),
        body: text(&form.body, occasion, desk, throws),
        other: None,
        attached: Vec::new(),
        fields: Vec::new(),
        references: Vec::new(),
        draft: false,
        latin: false,
    };
    if let Some(name) = form.value("attach") {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
        desk.attach(&mut mail, &format!("{stem}-{}.{ending}", at.format("%Y%m%d")), &[])?;
    }
    if form.value("html").is_some() {
        mail.other = Some(Other::Html(stories::page(&mail.body)));
    }
    mark_bulk(form, &mut mail, throws.dice());
    let answered = form.answer.as_ref().filter(|(percent, _, _)| throws.dice().chance(*percent));
    let answer = answered.map(|(_, auto, body)| reply(&mail, *auto, body, desk, throws));
    let bounce = form.value("bounced").map(|_| bounced(&mail));
    all.push(mail);
    all.extend(answer);
    all.extend(bounce);
    Ok(())
}

/// A subject begins with a capital, whatever it was made of.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn text(body: &str, occasion: Occasion, desk: &Desk, throws: &mut Throws) -> String {
    let mut text = phrase::write(body, occasion, &desk.lists, throws).replace("\\n", "\n");
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn sent(form: &Form, dice: &mut Dice) -> NaiveDateTime {
    let evening = form.value("evening").is_some();
    let season = form.value("season");
    let day = loop {
        let day = if form.value("weekday").is_some() { moment::working_day(dice) } else { moment::any_day(dice) };
        let fits = match season {
            Some("summer") => (5..=9).contains(&day.month()),
            Some("winter") => !(4..=10).contains(&day.month()),
            _ => true,
        };
        if fits {
            break day;
        }
    };
    match evening {
        true => moment::time_of(day, 17, 22, dice),
        false => moment::time_of(day, 7, 17, dice),
    }
}

/// Fields of lists (RFC 2369, RFC 2919) and of machines (RFC 3834).
fn mark_bulk(form: &Form, mail: &mut Mail, dice: &mut Dice) {
    if let Some(list) = form.value("list") {
        let host = mail.from.domain();
        mail.fields.push(("List-Id", format!("{} <{list}>", mail.from.name)));
        mail.fields.push(("List-Unsubscribe", format!("<mailto:leave-{}@{host}>", dice.between(1000, 9999))));
        mail.fields.push(("Precedence", "bulk".to_owned()));
    }
    if form.value("auto").is_some() {
        mail.fields.push(("Auto-Submitted", "auto-generated".to_owned()));
    }
}

fn reply(mail: &Mail, auto: bool, body: &str, desk: &Desk, throws: &mut Throws) -> Mail {
    // A group that was written to answers by its first member; the utility account by the clerk who reads it.
    let from = match mail.to[0].key {
        "utility" => people::find("kayla").unwrap_or(mail.to[0]),
        _ => mail.to[0],
    };
    let dice = throws.dice();
    let minutes = if auto { 0 } else { dice.between(3, 400) as i64 };
    let at = mail.at + Duration::minutes(minutes) + Duration::seconds(dice.between(1, 50) as i64);
    let occasion = Occasion { me: from, to: mail.from, at };
    let mut reply = Mail {
        id: format!("a{}", mail.id),
        at,
        from,
        to: vec![mail.from],
        cc: if auto { Vec::new() } else { mail.cc.iter().copied().filter(|one| *one != from).collect() },
        body: text(body, occasion, desk, throws),
        other: None,
        attached: Vec::new(),
        fields: Vec::new(),
        ..mail.clone()
    };
    if auto {
        reply.subject = format!("Automatic reply: {}", mail.subject);
        reply.references = vec![mail.id.clone()];
        reply.fields.push(("Auto-Submitted", "auto-replied".to_owned()));
        reply.fields.push(("X-Auto-Response-Suppress", "All".to_owned()));
    } else {
        stories::answer(&mut reply, mail);
    }
    reply
}

/// What the mail system answers when a mailbox is not there (RFC 3464).
fn bounced(mail: &Mail) -> Mail {
    let from = people::find("postmaster").unwrap_or(mail.from);
    let address = mail.to[0].address;
    let report = format!(
        "Reporting-MTA: dns; mx.cedarbend.example\n\nFinal-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox\n"
    );
    Mail {
        id: format!("b{}", mail.id),
        at: mail.at + Duration::seconds(4),
        from,
        to: vec![mail.from],
        cc: Vec::new(),
        subject: "Undelivered Mail Returned to Sender".to_owned(),
        body: format!("Your message could not be delivered to {address}.\nThe mailbox does not exist.\n"),
        other: Some(Other::Delivery(report, mail.bytes())),
        attached: Vec::new(),
        fields: vec![
            ("Auto-Submitted", "auto-replied".to_owned()),
            ("X-Failed-Recipients", address.to_owned()),
            ("Return-Path", "<>".to_owned()),
        ],
        references: vec![mail.id.clone()],
        ..mail.clone()
    }
}
