//! Mailboxes as they are exported: the same message in several of them keeps its bytes, but for what each format adds.

use super::dice::Dice;
use super::documents;
use super::error::CityError;
use super::folder::Folder;
use super::mail::Mail;
use super::moment;
use super::people::{self, Person};
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;
use chrono::Datelike;
use std::fmt::Write as _;
use std::io::Write as _;

/// How a mailbox file marks lines of the text that begin with `From ` (see `mbox(5)` of qmail).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// `From ` gets a `>`.
    Mboxo,
    /// `From `, `>From `, `>>From ` and so on get one more `>`.
    Mboxrd,
    /// As the first, with `Content-Length`.
    Mboxcl,
    /// Nothing is marked; `Content-Length` alone tells.
    Mboxcl2,
}

/// A message with its bytes.
pub struct Written {
    /// The message.
    pub mail: Mail,
    /// Its bytes with line feeds.
    pub bytes: Vec<u8>,
}

/// Writes every mailbox; the messages are in order of time.
pub fn write(all: &[Written], folder: &mut Folder<'_>) -> Result<(), CityError> {
    for person in people::all(people::Standing::Custodian) {
        let mine: Vec<&Written> = all.iter().filter(|one| concerns(&one.mail, person)).collect();
        let home = person.folder();
        match person.key {
            "maren" => vault_and_archive(&mine, &home, person, folder)?,
            "tom" => {
                let (sent, inbox): (Vec<_>, Vec<_>) = mine.iter().partition(|one| one.mail.from == person);
                mbox_file(&inbox, Dialect::Mboxrd, false, &format!("{home}/Inbox.mbox"), person, folder)?;
                mbox_file(&sent, Dialect::Mboxo, false, &format!("{home}/Sent.mbox"), person, folder)?;
            }
            "priya" => {
                let (new, old): (Vec<_>, Vec<_>) = mine.iter().partition(|one| one.mail.at.year() >= 2025);
                mbox_file(&new, Dialect::Mboxcl2, true, &format!("{home}/Mail since 2025.mbox"), person, folder)?;
                mbox_file(&old, Dialect::Mboxcl, false, &format!("{home}/Archive 2024.mbox"), person, folder)?;
            }
            "dale" => maildir(&mine, &home, person, folder)?,
            "lucille" => loose(&mine, &home, person, folder)?,
            "renata" => {
                let packed = zipped(&mine, person)?;
                let place = format!("{home}/quist-mail.zip");
                folder.file(&place, &packed)?;
                folder.note(&place, ContainerFormat::Zip, RecordKind::Email, mine.len(), Some(person.name));
            }
            _ => nested(&mine, &home, person, folder)?,
        }
    }
    Ok(())
}

/// Whether a message lies in the mailbox of a person.
pub fn concerns(mail: &Mail, person: &Person) -> bool {
    mail.from == person || mail.to.iter().chain(&mail.cc).any(|one| *one == person)
}

/// What a person did with their copy: thrown by the message and the person, so that it stays the same.
struct Copy {
    read: bool,
    answered: bool,
    flagged: bool,
    deleted: bool,
}

fn copy(mail: &Mail, person: &Person) -> Copy {
    let mut dice = Dice::of(&format!("{} {}", mail.id, person.key));
    let read = mail.from == person || dice.chance(82);
    Copy { read, answered: read && dice.chance(25), flagged: dice.chance(6), deleted: dice.chance(4) }
}

/// The line before a message in a mailbox file.
fn envelope(mail: &Mail, word: &str) -> String {
    format!("From {word} {}\n", moment::utc(mail.at).format("%a %b %e %H:%M:%S %Y"))
}

fn mbox(mine: &[&Written], dialect: Dialect, person: &Person) -> Vec<u8> {
    let mut out = Vec::new();
    for one in mine {
        let address = if one.mail.from.key == "postmaster" { "MAILER-DAEMON" } else { one.mail.from.address };
        out.extend_from_slice(envelope(&one.mail, address).as_bytes());
        let copy = copy(&one.mail, person);
        let mut fields = String::new();
        let _ = writeln!(fields, "Status: {}", if copy.read { "RO" } else { "O" });
        let mut flags = String::new();
        for (set, letter) in [(copy.answered, 'A'), (copy.flagged, 'F'), (copy.deleted, 'D'), (one.mail.draft, 'T')] {
            if set {
                flags.push(letter);
            }
        }
        if !flags.is_empty() {
            let _ = writeln!(fields, "X-Status: {flags}");
        }
        push_message(&mut out, &one.bytes, &fields, dialect);
    }
    out
}

fn push_message(out: &mut Vec<u8>, bytes: &[u8], fields: &str, dialect: Dialect) {
    let body = bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |at| at + 2);
    let marked: Vec<u8> = match dialect {
        Dialect::Mboxcl2 => bytes[body..].to_vec(),
        _ => bytes[body..].split_inclusive(|byte| *byte == b'\n').flat_map(|line| marked(line, dialect)).collect(),
    };
    out.extend_from_slice(&bytes[..body.saturating_sub(1)]);
    out.extend_from_slice(fields.as_bytes());
    if matches!(dialect, Dialect::Mboxcl | Dialect::Mboxcl2) {
        out.extend_from_slice(format!("Content-Length: {}\n", marked.len()).as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(&marked);
    out.push(b'\n');
}

fn marked(line: &[u8], dialect: Dialect) -> Vec<u8> {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    let mark = line[quotes..].starts_with(b"From ") && (quotes == 0 || dialect == Dialect::Mboxrd);
    let mut out = if mark { vec![b'>'] } else { Vec::new() };
    out.extend_from_slice(line);
    out
}

fn mbox_file(
    mine: &[&Written],
    dialect: Dialect,
    carriage_returns: bool,
    place: &str,
    person: &'static Person,
    folder: &mut Folder<'_>,
) -> Result<(), CityError> {
    let bytes = if carriage_returns {
        // The lengths count the bytes as they lie in the file, so the line endings come first.
        let with_returns: Vec<Written> =
            mine.iter().map(|one| Written { mail: one.mail.clone(), bytes: crlf(&one.bytes) }).collect();
        mbox_crlf(&with_returns, person)
    } else {
        mbox(mine, dialect, person)
    };
    folder.file(place, &bytes)?;
    folder.note(place, ContainerFormat::Mbox, RecordKind::Email, mine.len(), Some(person.name));
    Ok(())
}

/// A mailbox of the last dialect whose lines all end with carriage return and line feed.
fn mbox_crlf(mine: &[Written], person: &Person) -> Vec<u8> {
    let mut out = Vec::new();
    for one in mine {
        let line = envelope(&one.mail, one.mail.from.address);
        let body = one.bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(one.bytes.len(), |at| at + 4);
        let status = if copy(&one.mail, person).read { "RO" } else { "O" };
        let length = one.bytes.len() - body;
        out.extend_from_slice(line.trim_end().as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&one.bytes[..body.saturating_sub(2)]);
        out.extend_from_slice(format!("Status: {status}\r\nContent-Length: {length}\r\n\r\n").as_bytes());
        out.extend_from_slice(&one.bytes[body..]);
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn crlf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 40);
    for byte in bytes {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

/// The clerk: a Google Vault export since October 2024, and an archive of all of 2024; a quarter lies in both.
fn vault_and_archive(
    mine: &[&Written],
    home: &str,
    person: &'static Person,
    folder: &mut Folder<'_>,
) -> Result<(), CityError> {
    let old: Vec<&Written> = mine.iter().copied().filter(|one| one.mail.at.year() == 2024).collect();
    let packed = gzipped(&mbox(&old, Dialect::Mboxrd, person))?;
    let place = format!("{home}/mail-2024.mbox.gz");
    folder.file(&place, &packed)?;
    folder.note(&place, ContainerFormat::Gzip, RecordKind::Email, old.len(), Some(person.name));
    let since = moment::day((2024, 10, 1));
    let new: Vec<&Written> = mine.iter().copied().filter(|one| one.mail.at.date() >= since).collect();
    let name = "olstad-2026";
    let mut out = Vec::new();
    let mut documents = String::new();
    for (number, one) in new.iter().enumerate() {
        let file = format!("{}-{number:04}.mbox", Dice::of(&one.mail.id).throw() >> 8);
        let labels = labels(&one.mail, person);
        out.extend_from_slice(envelope(&one.mail, &format!("{file}@xxx")).as_bytes());
        push_message(&mut out, &one.bytes, "", Dialect::Mboxrd);
        let _ = writeln!(
            documents,
            "<Document DocID='{file}'><Tags><Tag TagName='#From' TagDataType='Text' TagValue='{}'/><Tag TagName='Labels' TagDataType='Text' TagValue='{labels}'/></Tags><Files><File FileType='Native'><ExternalFile FileName='{file}'/></File></Files></Document>",
            one.mail.from.address
        );
    }
    let metadata = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<Root DataInterchangeType='Update'><Batch name='{name}'>\n<Documents>\n{documents}</Documents>\n</Batch></Root>\n"
    );
    let place = format!("{home}/google-vault");
    folder.file(&format!("{place}/{name}_{}_0.mbox", person.address), &out)?;
    folder.file(&format!("{place}/{name}-metadata.xml"), metadata.as_bytes())?;
    let counts = format!("Account,Count\n{},{}\n", person.address, new.len());
    folder.file(&format!("{place}/{name}-results-count.csv"), counts.as_bytes())?;
    folder.note(&place, ContainerFormat::GoogleVault, RecordKind::Email, new.len(), Some(person.name));
    Ok(())
}

fn labels(mail: &Mail, person: &Person) -> String {
    let copy = copy(mail, person);
    let mut labels = vec![if mail.from == person { "^SENT" } else { "^INBOX" }];
    labels.push(if copy.read { "^OPENED" } else { "^UNREAD" });
    for (set, label) in [(copy.flagged, "^STARRED"), (copy.deleted, "^TRASH"), (mail.draft, "^DRAFT")] {
        if set {
            labels.push(label);
        }
    }
    labels.join(",")
}

/// Gzip without a name or a time in it (RFC 1952), so that it is the same on every day.
pub fn gzipped(bytes: &[u8]) -> Result<Vec<u8>, CityError> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map_err(|error| CityError::Pack(error.to_string()))
}

/// A Maildir with an inbox, what was sent, and an archive, as Maildir++ names folders.
fn maildir(mine: &[&Written], home: &str, person: &'static Person, folder: &mut Folder<'_>) -> Result<(), CityError> {
    let place = format!("{home}/Maildir");
    for inner in ["", ".Sent/", ".Archive.2024/", ".Drafts/"] {
        for part in ["cur", "new", "tmp"] {
            folder.empty(&format!("{place}/{inner}{part}"))?;
        }
    }
    for (number, one) in mine.iter().enumerate() {
        let copy = copy(&one.mail, person);
        let inner = match &one.mail {
            mail if mail.draft => ".Drafts/",
            mail if mail.from == person => ".Sent/",
            mail if mail.at.year() == 2024 => ".Archive.2024/",
            _ => "",
        };
        let mut flags = String::new();
        // The letters stand in the order of the alphabet.
        for (set, letter) in
            [(one.mail.draft, 'D'), (copy.flagged, 'F'), (copy.answered, 'R'), (copy.read, 'S'), (copy.deleted, 'T')]
        {
            if set {
                flags.push(letter);
            }
        }
        let name = format!("{}.M{number:06}P1.cedarbend", moment::utc(one.mail.at).timestamp());
        let path = match copy.read || inner == ".Drafts/" {
            true => format!("{place}/{inner}cur/{name}:2,{flags}"),
            false => format!("{place}/{inner}new/{name}"),
        };
        folder.file(&path, &one.bytes)?;
    }
    folder.note(&place, ContainerFormat::Maildir, RecordKind::Email, mine.len(), Some(person.name));
    Ok(())
}

fn place_of(mail: &Mail, person: &Person, number: usize) -> String {
    let inner = if mail.draft {
        "Drafts"
    } else if mail.from == person {
        "Sent"
    } else {
        "Inbox"
    };
    format!("{inner}/{} {number:04}.eml", mail.at.format("%Y-%m-%d %H%M"))
}

/// A folder of single messages with carriage returns, as mail programs save them.
fn loose(mine: &[&Written], home: &str, person: &'static Person, folder: &mut Folder<'_>) -> Result<(), CityError> {
    let place = format!("{home}/saved mail");
    for (number, one) in mine.iter().enumerate() {
        folder.file(&format!("{place}/{}", place_of(&one.mail, person, number)), &crlf(&one.bytes))?;
    }
    folder.note(&place, ContainerFormat::Folder, RecordKind::Email, mine.len(), Some(person.name));
    Ok(())
}

fn zipped(mine: &[&Written], person: &Person) -> Result<Vec<u8>, CityError> {
    let places: Vec<String> =
        mine.iter().enumerate().map(|(number, one)| place_of(&one.mail, person, number)).collect();
    let members: Vec<(&str, &[u8])> =
        places.iter().zip(mine).map(|(place, one)| (place.as_str(), one.bytes.as_slice())).collect();
    documents::zip(&members)
}

/// An archive of archives, one for each year.
fn nested(mine: &[&Written], home: &str, person: &'static Person, folder: &mut Folder<'_>) -> Result<(), CityError> {
    let mut inner = Vec::new();
    for year in 2024..=2026 {
        let of_year: Vec<&Written> = mine.iter().copied().filter(|one| one.mail.at.year() == year).collect();
        inner.push((format!("backup/mail-{year}.zip"), zipped(&of_year, person)?));
    }
    let members: Vec<(&str, &[u8])> = inner.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let place = format!("{home}/squad-room-pc.zip");
    folder.file(&place, &documents::zip(&members)?)?;
    folder.note(&place, ContainerFormat::Zip, RecordKind::Email, mine.len(), Some(person.name));
    Ok(())
}
