//! Messages of Outlook and Apple Mail of many programs, compared with what others found in the same files.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the tests say so and pass.

use crate::expected;
use crate::held::Held;
use crate::place::corpora;
use recordroom::model::exception::ProblemCode;
use recordroom::model::item::ParsedItem;
use recordroom::model::provenance::ContainerFormat;
use recordroom::model::record::Role;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Characters of an expectation at which it was cut off.
const CUT_AT: usize = 390;

/// Differences that are known, each with its reason: file, fact, why we are right.
const KNOWN: &[(&str, &str, &str)] = &[
    ("apache-poi/msg/ASCII_CP1251_LCID1049.msg", "subject", "its code page is 1251: the other reader took another"),
    ("msgreader-js/msg/contactAnsi.msg", "subject", "its code page is 932: the other reader took another"),
    ("msgreader-js/msg/nonUnicodeCP932.msg", "subject", "its code page is 932: the other reader took another"),
    ("apache-tika/msg/testMSG_chinese.msg", "subject", "its code page is 950: the other reader took another"),
];

/// One item of a file, read and parsed.
struct Item<'h> {
    held: &'h Held,
    at: usize,
    parsed: &'h ParsedItem,
    format: ContainerFormat,
}

impl Item<'_> {
    fn part(&self, part: u32) -> Option<Vec<u8>> {
        self.held.part(self.at, part)
    }
}

fn items(held: &Held) -> Vec<Item<'_>> {
    let each = held.parsed().iter().zip(&held.formats).enumerate();
    each.map(|(at, (parsed, format))| Item { held, at, parsed, format: *format }).collect()
}

/// The sentences of what could not be read.
fn exceptions(held: &Held) -> Vec<&str> {
    held.exceptions.iter().map(|one| one.problem.message.as_str()).collect()
}

/// The expectations on files of some formats: file, fact, value.
fn facts(root: &Path, endings: &[&str]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut all: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for fact in expected::facts(root, &[]) {
        if endings.iter().any(|ending| fact.file.to_ascii_lowercase().ends_with(ending)) {
            all.entry(fact.file).or_default().push((fact.name, fact.value));
        }
    }
    all
}

/// The addresses in a list as programs show it, lowercase.
fn addresses(list: &str) -> BTreeSet<String> {
    let is_part = |one: char| one.is_alphanumeric() || "@.-_+'=&%!#$*/?^`{|}~".contains(one);
    let words = list.split(|one: char| !is_part(one)).map(|word| word.trim_matches(['\'', '.', '/']).to_lowercase());
    words.filter(|word| word.contains('@') && !word.starts_with('@') && !word.ends_with('@')).collect()
}

/// Compares what we find in `.msg` files with what another reader (extract-msg) found.
#[test]
fn messages_of_outlook_agree_with_another_reader() {
    let Some(root) = corpora("mail") else { return };
    let (mut agree, mut differ, mut known) = (BTreeMap::<String, u32>::new(), Vec::new(), 0);
    for (file, facts) in facts(&root, &[".msg", ".oft"]) {
        // Some corpora call Internet messages so too.
        if !std::fs::read(root.join(&file)).expect("a file").starts_with(b"\xD0\xCF\x11\xE0") {
            continue;
        }
        let held = Held::of(&root.join(&file));
        let (items, exceptions) = (items(&held), exceptions(&held));
        let Some(item) = items.first().filter(|one| one.format == ContainerFormat::Msg) else {
            differ.push(format!("{file}: not read as a message: {exceptions:?}"));
            continue;
        };
        for (fact, expected) in facts {
            let name = fact.split('[').next().unwrap_or_default().to_owned();
            match compare(item, &fact, &expected) {
                None => {}
                Some(Ok(())) => *agree.entry(name).or_default() += 1,
                Some(Err(_)) if KNOWN.iter().any(|(one, named, _)| *one == file && *named == fact) => known += 1,
                Some(Err(found)) => differ.push(format!("{file}: {fact}: expected {expected:?}, found {found}")),
            }
        }
    }
    println!("agree: {agree:?}; known to differ: {known}");
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Whether a fact agrees; `None` for facts that are not compared.
fn compare(item: &Item<'_>, fact: &str, expected: &str) -> Option<Result<(), String>> {
    let parsed = item.parsed;
    let same = |found: String, is_same: bool| Some(if is_same { Ok(()) } else { Err(found) });
    match fact {
        "subject" => same(format!("{:?}", parsed.subject), parsed.subject.trim() == expected.trim()),
        "messageId" => {
            let wanted = expected.trim().trim_matches(['<', '>']);
            same(parsed.message_id.clone(), parsed.message_id == wanted)
        }
        "sender" | "to" | "cc" | "bcc" => {
            let roles: &[Role] = match fact {
                "sender" => &[Role::From, Role::Sender],
                "to" => &[Role::To],
                "cc" => &[Role::Cc],
                _ => &[Role::Bcc],
            };
            let ours: Vec<_> = parsed.parties.iter().filter(|one| roles.contains(&one.role)).collect();
            let known: BTreeSet<String> = ours
                .iter()
                .flat_map(|one| {
                    addresses(&format!("{} {} {}", one.address, one.name, one.normal.as_deref().unwrap_or_default()))
                })
                .collect();
            let mut wanted = addresses(expected);
            if expected.len() >= CUT_AT {
                // The expectations cut long lists off, mostly inside an address.
                wanted.retain(|one| !expected.to_lowercase().ends_with(one.as_str()));
            }
            let is_same = if wanted.is_empty() {
                let bare = |name: &str| name.replace(['\'', '"', '<', '>', ' '], "").to_lowercase();
                let all: String = ours.iter().map(|one| format!("{}{}", bare(&one.name), bare(&one.address))).collect();
                expected.split(';').all(|name| all.contains(&bare(name.split('<').next().unwrap_or_default())))
            } else {
                wanted.is_subset(&known)
            };
            same(
                format!("{:?}", ours.iter().map(|one| format!("{} <{}>", one.name, one.address)).collect::<Vec<_>>()),
                is_same,
            )
        }
        "date" => {
            let wanted = chrono::DateTime::parse_from_str(expected, "%Y-%m-%d %H:%M:%S%.f%:z").ok()?;
            let known =
                [&parsed.sent_at, &parsed.received_at].map(|time| time.as_ref().map(|time| time.at.timestamp()));
            same(format!("{known:?}"), known.contains(&Some(wanted.timestamp())))
        }
        "attachments" => {
            let found = parsed.attachments.len();
            same(found.to_string(), expected.parse::<usize>().is_ok_and(|count| found >= count))
        }
        _ if fact.starts_with("attachment[") => {
            let parts: Vec<&str> = expected.rsplitn(3, '|').collect();
            let (wanted, digest) = match parts[..] {
                [digest, _, name] if digest.len() == 64 => (name, Some(digest)),
                [kind, name] if kind == "Message" || kind == "MessageBase" => (name, None),
                _ => return None,
            };
            let fits = |one: &&recordroom::model::item::ParsedAttachment| match digest {
                Some(digest) => one.sha256.is_some_and(|found| found.to_string() == digest),
                None => one.name == wanted && one.claimed_type == "application/vnd.ms-outlook",
            };
            let found = parsed.attachments.iter().find(fits);
            let reached = found.and_then(|one| item.part(one.part).map(|bytes| bytes.len() as u64 == one.bytes));
            let names: Vec<_> = parsed.attachments.iter().map(|one| format!("{} {}", one.name, one.bytes)).collect();
            same(format!("{names:?} {reached:?}"), reached == Some(true))
        }
        _ => None,
    }
}

/// Every attachment that Debian's `tnef` and the lists of MimeKit name is there, and its bytes are found again.
#[test]
fn attachments_of_winmail_agree_with_other_readers() {
    let Some(root) = corpora("mail") else { return };
    let (mut agree, mut differ, mut last) = (0, Vec::new(), 0);
    for (file, facts) in facts(&root, &[".tnef", "winmail.dat", "-simple.dat", "-sample1.dat", "-attachments.dat"]) {
        let held = Held::of(&root.join(&file));
        let (items, exceptions) = (items(&held), exceptions(&held));
        let [item] = &items[..] else {
            differ.push(format!("{file}: {} items, {exceptions:?}", items.len()));
            continue;
        };
        last += item.parsed.attachments.len();
        for one in &item.parsed.attachments {
            let found = item.part(one.part).map(|bytes| bytes.len() as u64);
            if found != Some(one.bytes) {
                differ.push(format!("{file}: {} of {} bytes is found with {found:?}", one.name, one.bytes));
            }
        }
        let ours: Vec<String> = item.parsed.attachments.iter().map(|one| one.name.replace('_', " ")).collect();
        for (fact, expected) in facts {
            let name = match fact.split('[').next() {
                Some("attachment_name") => expected.clone(),
                Some("attachment") => expected.split('|').next().unwrap_or_default().trim().to_owned(),
                _ => continue,
            };
            // The text of the message is a file for those programs.
            if name.is_empty() || name.starts_with("body.") || name.starts_with("message.") {
                continue;
            }
            // A message inside has no name of its own; we give it that of its subject, and list it once.
            let is_message = name == "Untitled Attachment"
                && item.parsed.attachments.iter().any(|one| one.claimed_type == "application/vnd.ms-tnef");
            if is_message || ours.iter().any(|one| *one == name.replace('_', " ")) {
                agree += 1;
            } else {
                differ.push(format!("{file}: {fact} {expected:?} is not among {ours:?}"));
            }
        }
    }
    println!("agree: {agree} names; {last} attachments found");
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Every file of these formats: what is found adds up, well-formed ones have no exception, parts are found again.
#[test]
fn every_message_file_is_one_item_and_its_parts_are_found() {
    let Some(root) = corpora("mail") else { return };
    let (mut files, mut parts, mut problems, mut differ) = (0, 0, BTreeMap::<String, u32>::new(), Vec::new());
    for path in all_files(&root) {
        let name = path.strip_prefix(&root).expect("inside").display().to_string();
        let lower = name.to_lowercase();
        if ![".msg", ".oft", ".tnef", ".dat", ".emlx", ".olm", ".p7m"].iter().any(|ending| lower.ends_with(ending)) {
            continue;
        }
        files += 1;
        let held = Held::of(&path);
        let (items, exceptions) = (items(&held), exceptions(&held));
        if !exceptions.is_empty() || items.is_empty() || (items.len() != 1 && !lower.ends_with(".olm")) {
            differ.push(format!("{name}: {} items, {exceptions:?}", items.len()));
        }
        for item in &items {
            for problem in &item.parsed.problems {
                *problems.entry(format!("{} {}", item.format, problem.code.word())).or_default() += 1;
            }
            for one in item.parsed.attachments.iter().filter(|one| one.sha256.is_some()) {
                parts += 1;
                let found = item.part(one.part);
                let digest = found.as_deref().map(recordroom::base::digest::Sha256Digest::of);
                if digest != one.sha256 {
                    differ.push(format!("{name}: the bytes of {:?} are not found again", one.name));
                }
            }
        }
    }
    println!("{files} files, {parts} parts found again; problems: {problems:?}");
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Real files cut off and changed at places that are always the same: each is an item or an exception still.
#[test]
fn damaged_message_files_are_accounted_for() {
    let Some(root) = corpora("mail") else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let (mut state, mut tried) = (0x2545_F491_4F6C_DD1D_u64, 0);
    let mut next = |below: usize| {
        // xorshift64*: the same numbers in every run.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    };
    for path in all_files(&root) {
        let lower = path.display().to_string().to_lowercase();
        let is_wanted = [".msg", ".oft", ".tnef", ".dat", ".emlx"].iter().any(|ending| lower.ends_with(ending));
        let bytes = std::fs::read(&path).expect("a file");
        if !is_wanted || bytes.len() < 64 || bytes.len() > 200_000 {
            continue;
        }
        for round in 0..4 {
            let mut changed = bytes.clone();
            if round == 0 {
                changed.truncate(64 + next(bytes.len() - 64));
            } else {
                for _ in 0..=next(24) {
                    let at = next(changed.len());
                    changed[at] = next(256) as u8;
                }
            }
            let place = dir.path().join(path.file_name().expect("a name"));
            std::fs::write(&place, &changed).expect("written");
            let held = Held::of(&place);
            let (items, exceptions) = (items(&held), exceptions(&held));
            tried += 1;
            assert!(!items.is_empty() || !exceptions.is_empty(), "{}: lost in round {round}", path.display());
            for item in &items {
                for one in &item.parsed.attachments {
                    let _ = item.part(one.part);
                }
            }
        }
    }
    println!("{tried} damaged files");
}

/// What was signed as one piece is found as the words of the message, that which is encrypted is said to be.
#[test]
fn signed_and_encrypted_mail_is_told_apart() {
    let Some(root) = corpora("mail") else { return };
    let words = "This is a test message from Alice to Bob.";
    let (mut opened, mut encrypted) = (0, 0);
    for path in all_files(&root.join("comm-central/smime")) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        // The names tell what was done, in order; what was enveloped anywhere stays closed.
        if !name.ends_with(".eml") || !(name.contains(".opaque.") || name.contains(".env.")) {
            continue;
        }
        let held = Held::of(&path);
        let items = items(&held);
        let [item] = &items[..] else { panic!("{name}: {} items", items.len()) };
        let all: String = item.parsed.attachments.iter().map(|one| one.text.as_str()).collect();
        let is_found = item.parsed.body.contains(words) || all.contains(words);
        let is_said = item.parsed.problems.iter().any(|one| one.code == ProblemCode::Encrypted);
        if name.contains(".env.") {
            assert!(is_said && !is_found, "{name}: encrypted");
            encrypted += 1;
        } else {
            assert!(is_found && !is_said, "{name}: signed");
            opened += 1;
        }
    }
    println!("{opened} opened, {encrypted} encrypted");
    assert!(opened > 0 && encrypted > 0);
}

fn all_files(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
