//! Phones as they are backed up: SMS Backup & Restore messages and calls, and contact cards.

use super::calls::{Call, Ending};
use super::documents::escaped;
use super::error::CityError;
use super::folder::Folder;
use super::mail::base64;
use super::moment;
use super::people::{self, Person, Standing};
use super::talk::Text;
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;
use chrono::NaiveDateTime;
use std::fmt::Write as _;

/// The custodians whose phones are backed up.
const PHONES: [&str; 5] = ["dale", "tom", "renata", "lucille", "nate"];

/// Writes the backups of all phones; messages and calls are in order of time.
pub fn write(texts: &[Text], calls: &[Call], folder: &mut Folder<'_>) -> Result<(), CityError> {
    for owner in PHONES.iter().filter_map(|key| people::find(key)) {
        let mine: Vec<&Text> = texts.iter().filter(|text| is_on(text, owner)).collect();
        let home = owner.folder();
        if owner.key == "dale" {
            // He made a backup before he got a new phone; the later one has all of it again.
            let before = moment::day((2025, 7, 1)).and_time(chrono::NaiveTime::MIN);
            let early: Vec<&Text> = mine.iter().copied().filter(|text| text.at < before).collect();
            messages(&early, owner, &format!("{home}/sms-20250701070000.xml"), folder)?;
        }
        messages(&mine, owner, &format!("{home}/sms-20260617080000.xml"), folder)?;
        if matches!(owner.key, "dale" | "lucille") {
            let mine: Vec<&Call> = calls.iter().filter(|call| call.owner == owner && call.mobile).collect();
            handset(&mine, &format!("{home}/calls-20260617080000.xml"), owner, folder)?;
            cards(owner, &format!("{home}/contacts.vcf"), folder)?;
        }
    }
    Ok(())
}

/// Whether a message was on the phone of a person.
pub fn is_on(text: &Text, owner: &Person) -> bool {
    PHONES.contains(&owner.key) && (text.from == owner || text.to == owner)
}

/// How many times a message is on a phone: two when both sides are backed up.
pub fn copies(text: &Text) -> usize {
    [text.from, text.to].iter().filter(|one| is_on(text, one)).count()
}

fn messages(mine: &[&Text], owner: &'static Person, place: &str, folder: &mut Folder<'_>) -> Result<(), CityError> {
    let mut out = head("smses", "sms.xsl", mine.len(), place);
    for text in mine {
        let other = if text.from == owner { text.to } else { text.from };
        match &text.picture {
            None => message(&mut out, text, owner, other),
            Some(_) => picture_message(&mut out, text, owner, other),
        }
    }
    out.push_str("</smses>\n");
    folder.file(place, out.as_bytes())?;
    folder.note(place, ContainerFormat::SmsBackupRestore, RecordKind::Text, mine.len(), Some(owner.name));
    Ok(())
}

fn head(root: &str, style: &str, count: usize, place: &str) -> String {
    // The name of the file carries the moment of the backup, as the program writes it.
    let digits: String = place.rsplit('-').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let at = NaiveDateTime::parse_from_str(&digits, "%Y%m%d%H%M%S").map_or(0, milliseconds);
    format!(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore v10.20.002 on {digits}-->\n<?xml-stylesheet type=\"text/xsl\" href=\"{style}\"?>\n<{root} count=\"{count}\" backup_set=\"{:016x}\" backup_date=\"{at}\" type=\"full\">\n",
        super::dice::Dice::of(place).throw()
    )
}

fn milliseconds(at: NaiveDateTime) -> i64 {
    moment::utc(at).timestamp_millis()
}

fn readable(at: NaiveDateTime) -> String {
    at.format("%b %-d, %Y %-I:%M:%S %p").to_string()
}

/// Numbers as each phone keeps them.
fn number(person: &Person, owner: &Person) -> String {
    let digits = person.digits();
    match (owner.key, digits.get(..3), digits.get(3..6), digits.get(6..)) {
        ("lucille", Some(area), Some(office), Some(line)) => format!("({area}) {office}-{line}"),
        _ => person.number.to_owned(),
    }
}

/// Text of an attribute. Dale's phone writes characters beyond the first plane as two halves, as Android's serializer
/// does; that is no well-formed XML, and it is what is found in the wild.
fn attribute(text: &str, owner: &Person) -> String {
    let mut out = String::with_capacity(text.len());
    for one in escaped(text).replace('\n', "&#10;").chars() {
        if u32::from(one) > 0xffff && owner.key == "dale" {
            let mut halves = [0_u16; 2];
            for half in one.encode_utf16(&mut halves) {
                let _ = write!(out, "&#{half};");
            }
        } else {
            out.push(one);
        }
    }
    out
}

fn message(out: &mut String, text: &Text, owner: &Person, other: &Person) {
    let sent = text.from == owner;
    let at = milliseconds(text.at);
    let _ = writeln!(
        out,
        "  <sms protocol=\"0\" address=\"{}\" date=\"{at}\" type=\"{}\" subject=\"null\" body=\"{}\" toa=\"null\" sc_toa=\"null\" service_center=\"null\" read=\"1\" status=\"-1\" locked=\"0\" date_sent=\"{}\" sub_id=\"1\" readable_date=\"{}\" contact_name=\"{}\" />",
        number(other, owner),
        if sent { 2 } else { 1 },
        attribute(&text.body, owner),
        if sent { 0 } else { at - 900 },
        readable(text.at),
        attribute(other.name, owner),
    );
}

fn picture_message(out: &mut String, text: &Text, owner: &Person, other: &Person) {
    let sent = text.from == owner;
    let at = milliseconds(text.at);
    let (own, far) = (number(owner, owner), number(other, owner));
    let _ = writeln!(
        out,
        "  <mms date=\"{at}\" date_sent=\"{}\" msg_box=\"{}\" m_type=\"{}\" address=\"{far}\" sub=\"null\" ct_t=\"application/vnd.wap.multipart.related\" text_only=\"0\" rr=\"129\" d_rpt=\"129\" read=\"1\" m_id=\"m{at}\" tr_id=\"T{at}\" sub_id=\"1\" readable_date=\"{}\" contact_name=\"{}\">\n    <parts>\n      <part seq=\"-1\" ct=\"application/smil\" name=\"null\" chset=\"null\" cd=\"null\" fn=\"null\" cid=\"&lt;smil&gt;\" cl=\"smil.xml\" text=\"&lt;smil&gt;&lt;/smil&gt;\" />",
        at / 1000,
        if sent { 2 } else { 1 },
        if sent { 128 } else { 132 },
        readable(text.at),
        attribute(other.name, owner),
    );
    if let Some(picture) = &text.picture {
        let _ = writeln!(
            out,
            "      <part seq=\"0\" ct=\"{}\" name=\"{}\" chset=\"null\" cd=\"null\" fn=\"null\" cid=\"&lt;picture&gt;\" cl=\"{}\" text=\"null\" data=\"{}\" />",
            picture.media_type,
            picture.name,
            picture.name,
            base64(&picture.bytes)
        );
    }
    let (from, to) = if sent { (own, far) } else { (far, own) };
    let _ = writeln!(
        out,
        "      <part seq=\"0\" ct=\"text/plain\" name=\"null\" chset=\"106\" cd=\"null\" fn=\"null\" cid=\"&lt;text&gt;\" cl=\"text.txt\" text=\"{}\" />\n    </parts>\n    <addrs>\n      <addr address=\"{from}\" type=\"137\" charset=\"106\" />\n      <addr address=\"{to}\" type=\"151\" charset=\"106\" />\n    </addrs>\n  </mms>",
        attribute(&text.body, owner)
    );
}

fn handset(mine: &[&Call], place: &str, owner: &'static Person, folder: &mut Folder<'_>) -> Result<(), CityError> {
    let mut out = head("calls", "calls.xsl", mine.len(), place);
    for call in mine {
        let kind = match (call.outgoing, call.ending) {
            (true, _) => 2,
            (false, Ending::Answered) => 1,
            (false, Ending::Missed) => 3,
            (false, Ending::Voicemail) => 4,
            (false, Ending::Rejected) => 5,
        };
        let _ = writeln!(
            out,
            "  <call number=\"{}\" duration=\"{}\" date=\"{}\" type=\"{kind}\" presentation=\"1\" subscription_id=\"1\" post_dial_digits=\"\" subscription_component_name=\"null\" readable_date=\"{}\" contact_name=\"{}\" />",
            number(call.other, owner),
            call.seconds,
            milliseconds(call.at),
            readable(call.at),
            attribute(call.other.name, owner),
        );
    }
    out.push_str("</calls>\n");
    folder.file(place, out.as_bytes())?;
    folder.note(place, ContainerFormat::SmsBackupRestoreCalls, RecordKind::Call, mine.len(), Some(owner.name));
    Ok(())
}

/// The contacts of a phone: 3.0 for one, 2.1 with its encoding for the other.
fn cards(owner: &'static Person, place: &str, folder: &mut Folder<'_>) -> Result<(), CityError> {
    let known: Vec<&Person> = people::PEOPLE.iter().filter(|one| !one.number.is_empty() && *one != owner).collect();
    let mut out = String::new();
    for one in &known {
        let (first, last) = one.name.rsplit_once(' ').unwrap_or(("", one.name));
        let kind = if one.standing == Standing::Resident { "CELL" } else { "WORK" };
        if owner.key == "dale" {
            let _ = write!(
                out,
                "BEGIN:VCARD\r\nVERSION:2.1\r\nN:{last};{first};;;\r\nFN:{}\r\nTEL;{kind}:{}\r\n",
                one.name, one.number
            );
            if !one.title.is_empty() {
                let title = one.title.replace('&', "=26");
                let _ = write!(out, "TITLE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{title}\r\n");
            }
        } else {
            let number = number(one, owner);
            let _ = write!(
                out,
                "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{last};{first};;;\r\nFN:{}\r\nitem1.TEL;TYPE={kind}:{number}\r\nEMAIL;TYPE=INTERNET:{}\r\n",
                one.name, one.address
            );
        }
        out.push_str("END:VCARD\r\n");
    }
    folder.file(place, out.as_bytes())?;
    folder.note(place, ContainerFormat::VCard, RecordKind::Contact, known.len(), Some(owner.name));
    Ok(())
}
