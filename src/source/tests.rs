//! Containers from end to end: what is found, in which order, and that nothing is dropped.

use super::*;
use crate::model::item::Found;
use std::fs;
use std::io::{Cursor, Write};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const F: &str = "From a@b.us Tue Apr 16 12:00:40 2019\n";
const EML: &str = "Message-ID: <m1@b.us>\nFrom: Ann <Ann@B.us>\nTo: c@d.us\nDate: Tue, 16 Apr 2019 12:00:00 -0500\nSubject: Road\n\nFrom here on it is mud.\n";

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

fn finds(path: &Path) -> Vec<Found> {
    let mut all = Vec::new();
    let mut sink = |found: Found| {
        all.push(found);
        Ok(())
    };
    read(path, &options(), &mut sink).expect("it can be read");
    all
}

/// The finds as lines that a test can show.
fn lines(path: &Path) -> Vec<String> {
    let line = |found: Found| match found {
        Found::Open { name, format } => format!("open {} {format}", name.rsplit('/').next().unwrap_or_default()),
        Found::Declared(count) => format!("declared {count}"),
        Found::Item(item) => {
            format!("{} {} {}", item.ordinal, shape_word(&item.shape, ContainerFormat::Folder), item.place)
        }
        Found::Exception(exception) => {
            format!("{} !{} {}", exception.ordinal, exception.problem.code.word(), exception.place)
        }
        Found::Remark(problem) => format!("remark {}", problem.code.word()),
        Found::Close => "close".to_owned(),
    };
    finds(path).into_iter().map(line).collect()
}

fn items(path: &Path) -> Vec<RawItem> {
    let item = |found| if let Found::Item(item) = found { Some(item) } else { None };
    finds(path).into_iter().filter_map(item).collect()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("an archive").into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, bytes) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }
    directory
}

#[test]
fn one_message_has_one_identity_whatever_it_comes_in() {
    let crlf = EML.replace('\n', "\r\n");
    let quoted = EML.replace("\nFrom here", "\n>From here");
    let mbox = format!("{F}X-Gmail-Labels: Inbox,Opened\n{quoted}\n");
    let directory = folder(&[
        ("a.eml", EML.as_bytes()),
        ("b.eml", crlf.as_bytes()),
        ("c.mbox", mbox.as_bytes()),
        ("d.mbox.gz", &gzipped(mbox.as_bytes())),
        ("e/cur/1:2,S", format!("Status: R\n{EML}").as_bytes()),
        ("e/new/2", EML.as_bytes()),
        ("f.zip", &zipped(&[("x/y.eml", EML.as_bytes())])),
        ("g.eml.gz", &gzipped(crlf.as_bytes())),
    ]);
    let all: Vec<RawItem> = items(directory.path()).into_iter().filter(|item| item.shape == Shape::Message).collect();
    let identities: std::collections::BTreeSet<Vec<u8>> = all
        .iter()
        .map(|item| match (&item.identity, &item.original) {
            (Some(identity), _) => identity.clone(),
            (None, Original::Bytes(bytes)) => bytes.clone(),
            (None, other) => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((all.len(), identities.len()), (8, 1), "{identities:?}");
    let labelled = all.iter().find(|item| item.place.starts_with("message 1")).expect("from the mbox");
    assert_eq!((labelled.copy.folder.as_str(), labelled.copy.read), ("Inbox,Opened", Some(true)));
    assert_eq!(labelled.copy.envelope, F.trim_end());
}

#[test]
fn a_folder_is_read_in_order_and_links_are_not_followed() {
    let directory = folder(&[
        ("b/two.eml", EML.as_bytes()),
        ("a.txt", b"just text"),
        ("c.mbox", format!("{F}Subject: 1\n\nx\n\n{F}Subject: 2\n\ny\n").as_bytes()),
        ("d.zip", &zipped(&[("in/e.eml", EML.as_bytes()), ("f.bin", b"\0\x01\x02")])),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", directory.path().join("z")).expect("a link");
    let mut found = lines(directory.path());
    assert!(found.remove(0).ends_with(" folder"));
    let expected = [
        "0 file a.txt",
        "1 message b/two.eml",
        "open c.mbox mbox",
        "0 message message 1, byte 37",
        "1 message message 2, byte 89",
        "close",
        "open d.zip zip",
        "0 message in/e.eml",
        "1 file f.bin",
        "declared 2",
        "close",
        "2 !unsafe-name z",
        "close",
    ];
    assert_eq!(found, expected);
    assert_eq!(lines(directory.path())[1..], expected, "and the same when read again");
}

#[test]
fn a_maildir_tells_flags_and_folders() {
    let directory = folder(&[
        ("cur/1.a:2,FS", EML.as_bytes()),
        ("new/2.b", b"no header at all"),
        ("tmp/3.c", b""),
        ("dovecot-uidlist", b"3 V1"),
        (".Sent.2019/cur/4.d:2,RT", EML.as_bytes()),
        (".Sent.2019/new/.x", b""),
        ("note.txt", b"left here by hand"),
    ]);
    let found = lines(directory.path());
    let expected = [
        "0 message .Sent.2019/cur/4.d:2,RT",
        "1 file .Sent.2019/new/.x",
        "2 message cur/1.a:2,FS",
        "3 message new/2.b",
        "4 file note.txt",
        "5 message tmp/3.c",
        "remark told",
        "close",
    ];
    assert_eq!(found[1..], expected);
    let first = &items(directory.path())[0].copy;
    assert_eq!((first.folder.as_str(), first.answered, first.deleted), ("Sent/2019", Some(true), Some(true)));
}

#[test]
fn members_of_archives_that_cannot_be_taken_are_exceptions_and_the_rest_goes_on() {
    let mut bytes = zipped(&[
        ("../escape.eml", EML.as_bytes()),
        ("bomb.txt", &vec![b'0'; 30_000_000]),
        ("locked.txt", b"secret words"),
        ("good.eml", EML.as_bytes()),
    ]);
    // Sets the encryption bit of the third member, in its own header and in the table.
    let find = |bytes: &[u8], mark: &[u8], name: &[u8], gap: usize| {
        (0..bytes.len()).find(|at| bytes[*at..].starts_with(mark) && bytes[at + gap..].starts_with(name))
    };
    let local = find(&bytes, b"PK\x03\x04", b"locked", 30).expect("its header");
    bytes[local + 6] |= 1;
    let central = find(&bytes, b"PK\x01\x02", b"locked", 46).expect("its line in the table");
    bytes[central + 8] |= 1;
    let directory = folder(&[
        ("a.zip", &bytes),
        ("b.zip", b"PK\x03\x04 broken"),
        (
            "c.docx",
            &zipped(&[("[Content_Types].xml", b"<T/>"), ("word/document.xml", b"<w:p><w:t>minutes</w:t></w:p>")]),
        ),
    ]);
    let expected = [
        "open a.zip zip",
        "0 !unsafe-name ../escape.eml",
        "1 !limit-reached bomb.txt",
        "2 !encrypted locked.txt",
        "3 message good.eml",
        "declared 4",
        "close",
        "open b.zip zip",
        "remark malformed",
        "0 file b.zip",
        "close",
        "0 file c.docx",
        "close",
    ];
    assert_eq!(lines(directory.path())[1..], expected);
    let raw = finds(directory.path()).into_iter().find_map(|found| match found {
        Found::Exception(exception) if exception.place.contains("escape") => Some(exception.raw),
        _ => None,
    });
    assert_eq!(raw.as_deref(), Some(EML.as_bytes()), "its bytes are kept with the exception");
    let document = items(directory.path()).pop().expect("the last");
    assert_eq!(parse(&document, &options()).body.trim(), "minutes");
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    while let Some(at) = out.windows(from.len()).position(|window| window == from) {
        out[at..at + from.len()].copy_from_slice(to);
    }
    out
}

#[test]
fn every_entry_of_the_table_of_an_archive_is_an_item_or_an_exception() {
    let three = zipped(&[("1.txt", b"chives"), ("2.txt", b"leeks"), ("3.txt", b"onions")]);
    let same = replaced(&replaced(&three, b"2.txt", b"1.txt"), b"3.txt", b"1.txt");
    let local = |bytes: &[u8], number: usize| {
        let all = bytes.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x03\x04");
        all.map(|(at, _)| at).nth(number).expect("a local header")
    };
    let mut damaged = same.clone();
    let at = local(&damaged, 1);
    damaged[at..at + 4].copy_from_slice(b"XXXX");
    // A table may send several entries to one place; each of them is an entry.
    let shared = replaced(&zipped(&[("1.txt", b"chives"), ("2.txt", b"leeks")]), b"2.txt", b"1.txt");
    let mut prefixed = b"a program that unpacks itself".to_vec();
    prefixed.extend_from_slice(&shared);
    let cases: [(&str, &[u8], &[&str]); 3] = [
        ("same.zip", &same, &["remark told", "0 file 1.txt", "1 file 1.txt", "2 file 1.txt", "declared 3"]),
        ("damaged.zip", &damaged, &["remark told", "0 file 1.txt", "1 !malformed 1.txt", "2 file 1.txt", "declared 3"]),
        ("shared.zip", &shared, &["remark told", "0 file 1.txt", "1 file 1.txt", "declared 2"]),
    ];
    for (name, bytes, expected) in cases {
        let directory = folder(&[(name, bytes)]);
        let found = lines(&directory.path().join(name));
        assert_eq!(found[1..found.len() - 1], *expected, "{name}");
    }
    let directory = folder(&[("d.zip", &damaged)]);
    let raw = finds(&directory.path().join("d.zip")).into_iter().find_map(|found| match found {
        Found::Exception(one) => Some(one.raw),
        _ => None,
    });
    assert!(raw.expect("an exception").starts_with(b"XXXX"), "the bytes from where the table says it begins");
    let directory = folder(&[("s.zip", &same)]);
    let words: Vec<Original> = items(&directory.path().join("s.zip")).into_iter().map(|item| item.original).collect();
    let expected: Vec<Original> =
        [&b"chives"[..], b"leeks", b"onions"].into_iter().map(|one| Original::Bytes(one.to_vec())).collect();
    assert_eq!(words, expected);
    let mut table = crate::extract::zip_table::Table::open(Cursor::new(prefixed)).expect("an archive");
    let mut text = String::new();
    io::Read::read_to_string(&mut table.member(0).expect("a member"), &mut text).expect("text");
    assert_eq!(
        (text.as_str(), table.packed(1).len()),
        ("chives", table.entry(1).expect("it").compressed_size() as usize)
    );
}

#[test]
fn backups_and_cards_in_utf_16_are_read_and_kept_as_they_are() {
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ren\u{e9} Dale\r\nPHOTO;ENCODING=b;TYPE=PNG:Zm9v\r\nEND:VCARD\r\n";
    let sms = "<sms address=\"+13205550142\" date=\"1512226167463\" type=\"1\" body=\"Road \u{1f600} open\" />";
    let backup = format!("<?xml version='1.0' encoding='UTF-16'?>\n<smses count=\"1\">\n{sms}\n</smses>");
    for big in [false, true] {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        let wide =
            |text: &str| -> Vec<u8> { std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect() };
        let mut broken = wide(&card.repeat(2));
        broken.truncate(broken.len() - 1);
        let directory = folder(&[("c.vcf", &wide(card)), ("d.vcf", &broken), ("s.xml", &wide(&backup))]);
        let at = |name: &str| directory.path().join(name);
        assert_eq!(lines(&at("c.vcf"))[1..], ["0 folder card 1, byte 0", "close"]);
        let cards = items(&at("c.vcf"));
        assert_eq!(cards[0].original, Original::Bytes(wide(card)), "its units behind the mark");
        let parsed = parse(&cards[0], &options());
        assert_eq!((parsed.subject.as_str(), parsed.searchable), ("Ren\u{e9} Dale", Searchable::Fully));
        let photo = part_bytes(&wide(card), ContainerFormat::VCard.word(), parsed.attachments[0].part);
        assert_eq!(photo.as_deref(), Some(&b"foo"[..]));
        let texts = items(&at("s.xml"));
        assert_eq!(texts[0].original, Original::Bytes(wide(sms)));
        assert_eq!(parse(&texts[0], &options()).body, "Road \u{1f600} open");
        let narrow = folder(&[("s.xml", backup.as_bytes())]);
        assert_eq!(items(&narrow.path().join("s.xml"))[0].identity, texts[0].identity, "the same text in UTF-8");
        let found = finds(&at("d.vcf"));
        let mut whole =
            found.iter().filter_map(|one| if let Found::Exception(one) = one { Some(&one.raw) } else { None });
        assert_eq!(whole.next_back(), Some(&broken), "a file with half a character is kept whole too");
    }
}

#[test]
fn cards_of_old_computers_end_their_lines_with_carriage_returns() {
    let cards = "BEGIN:VCARD\rVERSION:3.0\rFN:Ann Lind\rTEL:320-555-0142\rEND:VCARD\rBEGIN:VCARD\rVERSION:3.0\rFN:Tom\rEND:VCARD\r";
    let directory = folder(&[("c.vcf", cards.as_bytes())]);
    let all = items(&directory.path().join("c.vcf"));
    let names: Vec<String> = all.iter().map(|item| parse(item, &options()).subject).collect();
    assert_eq!(names, ["Ann Lind", "Tom"]);
    let joined: Vec<u8> = all
        .iter()
        .flat_map(|item| match &item.original {
            Original::Bytes(bytes) => bytes.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(joined, cards.as_bytes());
    assert_eq!(parse(&all[0], &options()).parties[0].address, "320-555-0142");
}

#[test]
fn archives_nested_too_deep_stop_at_the_limit() {
    let mut bytes = zipped(&[("core.eml", EML.as_bytes())]);
    for _ in 0..20 {
        bytes = zipped(&[("a.zip", &bytes)]);
    }
    let directory = folder(&[("deep.zip", &bytes)]);
    let found = lines(&directory.path().join("deep.zip"));
    assert_eq!(found.iter().filter(|line| line.starts_with("open")).count(), crate::base::limits::NESTING_DEPTH);
    assert!(found.contains(&"0 !limit-reached a.zip".to_owned()), "{found:?}");
    assert_eq!(found.iter().filter(|line| *line == "close").count(), crate::base::limits::NESTING_DEPTH);
}

#[test]
fn a_vault_export_is_checked_against_its_own_lists() {
    let document = |file: &str| {
        format!(
            "<Document DocID='x'><Tags><Tag TagName='Labels' TagDataType='Text' TagValue='^INBOX,^UNREAD'/></Tags><Files><File><ExternalFile FileName='{file}'/></File></Files></Document>"
        )
    };
    let metadata = format!(
        "<?xml version='1.0'?><Root DataInterchangeType='Update'><Batch><Documents>{}{}{}</Documents></Batch></Root>",
        document("1.mbox"),
        document("2.mbox"),
        document("3.mbox")
    );
    let mbox = "From 1.mbox@xxx Tue Apr 16 12:00:40 2019\nSubject: 1\n\nx\n\nFrom 2.mbox@xxx Tue Apr 16 12:00:40 2019\nSubject: 2\n\ny\n";
    let files: [(&str, &[u8]); 4] = [
        ("m-metadata.xml", metadata.as_bytes()),
        ("m-results-count.csv", b"Account,Count\nme@city.us,3\n"),
        ("m-errors.csv", b"Document ID,Error\nabc,not found\n"),
        ("m_me@city.us_0.mbox", mbox.as_bytes()),
    ];
    let expected = [
        "declared 3",
        "open m_me@city.us_0.mbox mbox",
        "0 message message 1, byte 41",
        "1 message message 2, byte 97",
        "close",
        "remark count-differs",
        "remark count-differs",
        "remark missing",
        "remark missing",
        "close",
    ];
    let directory = folder(&files);
    let packed = folder(&[("v.zip", &zipped(&files))]);
    for path in [directory.path().to_owned(), packed.path().join("v.zip")] {
        let found = lines(&path);
        assert!(found[0].ends_with("google-vault"), "{}", found[0]);
        assert_eq!(found[1..], expected);
        let first = &items(&path)[0].copy;
        assert_eq!((first.folder.as_str(), first.read), ("^INBOX,^UNREAD", Some(false)));
    }
}

#[test]
fn a_stream_that_breaks_off_keeps_what_came_and_says_so() {
    let text: String = (0..20_000).map(|line| format!("line {line}\n")).collect();
    let mbox = format!("{F}Subject: 1\n\nshort\n\n{F}Subject: 2\n\n{text}");
    let mut packed = gzipped(mbox.as_bytes());
    packed.truncate(packed.len() * 2 / 3);
    let directory = folder(&[("m.mbox.gz", &packed)]);
    let found = lines(directory.path());
    let expected = [
        "open m.mbox.gz gzip",
        "open m.mbox mbox",
        "0 message message 1, byte 37",
        "1 !truncated message 2, byte 93",
        "remark truncated",
        "close",
        "close",
        "close",
    ];
    assert_eq!(found[1..], expected);
}

#[test]
fn what_the_clerk_named_must_be_there_and_a_single_file_is_a_container() {
    let directory = folder(&[("a.eml", EML.as_bytes()), ("b", b""), ("c.pdf", b"%PDF-1.4")]);
    let missing = read(&directory.path().join("none"), &options(), &mut |_| Ok(()));
    assert!(matches!(missing, Err(SourceError::NotFound(_))));
    let stopped = read(directory.path(), &options(), &mut |_| Err(Stopped));
    assert!(matches!(stopped, Err(SourceError::Stopped(Stopped))));
    assert_eq!(lines(&directory.path().join("a.eml")), ["open a.eml eml", "0 message a.eml", "close"]);
    assert_eq!(lines(&directory.path().join("b")), ["open b file", "0 file b", "close"]);
    assert_eq!(lines(&directory.path().join("c.pdf")), ["open c.pdf file", "0 file c.pdf", "close"]);
}
