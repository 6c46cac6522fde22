//! Mail of every kind.

use super::archives::gzip;
use super::outlook::{Letter, msg, tnef};
use super::packed::{base64, docx, zip};
use super::pst::{Attached, Writer, binary, number, text, time};
use super::sample::{Sample, one};
use recordroom::source::outlook::store::cipher::Cipher;
use recordroom::source::outlook::store::layout::Variant;

/// 16 April 2019, 17:00:40 UTC, in steps of 100 nanoseconds since 1601.
const SENT: u64 = (1_555_434_040 + 11_644_473_600) * 10_000_000;

/// A message with a word in its body and a file.
pub fn letter(word: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{word}@cedarbend.example>\r\nDate: Tue, 16 Apr 2019 12:00:40 -0500\r\nFrom: Ann Lind <ann@cedarbend.example>\r\n\
         To: bo@cedarbend.example\r\nSubject: Water main\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nthe word {word} stands here\r\n\
         --b\r\nContent-Type: text/plain; name=plan.txt\r\nContent-Disposition: attachment; filename=plan.txt\r\n\r\nplan of {word}\r\n--b--\r\n"
    )
    .into_bytes()
}

/// A message with one attachment in base64.
pub fn letter_with(word: &str, name: &str, kind: &str, bytes: &[u8]) -> Vec<u8> {
    format!(
        "Message-ID: <{word}@cedarbend.example>\r\nDate: Tue, 16 Apr 2019 12:00:40 -0500\r\nFrom: ann@cedarbend.example\r\n\
         Subject: {word}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee\r\n\
         --b\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64(bytes)
    )
    .into_bytes()
}

/// A file of messages; the lines of a message are those of Unix.
pub fn mbox(words: &[&str]) -> Vec<u8> {
    let of = |word: &&str| {
        let text = String::from_utf8(letter(word)).expect("text").replace("\r\n", "\n");
        format!("From ann@cedarbend.example Tue Apr 16 12:00:40 2019\n{text}\n")
    };
    words.iter().map(of).collect::<String>().into_bytes()
}

/// A store with one message: a file, and inside it a message whose attached archive holds a document.
pub fn store(variant: Variant, word: &str, deep: &str) -> Vec<u8> {
    let mut writer = Writer::new(variant, Cipher::None, variant == Variant::Large, |_, _, _| {});
    writer.folder(0x122, 0x122, "", &[0x8022], &[]);
    writer.folder(0x8022, 0x122, "Inbox", &[], &[0x20_0024]);
    let archive = zip(&[("plans/memo.docx", &docx(deep))]);
    let file = Attached {
        properties: vec![
            number(0x3705, 1),
            text(0x3707, "plans.zip"),
            text(0x370E, "application/zip"),
            binary(0x3701, &archive),
        ],
        item: None,
    };
    let inner = [
        text(0x1A, "IPM.Note"),
        text(0x37, "Bridge"),
        text(0x1000, "The minutes are attached."),
        text(0x65, "cy@cedarbend.example"),
        text(0x1035, "<inner@cedarbend.example>"),
        time(0x39, SENT),
    ];
    let inner = writer.message(&inner, &[], &[file]);
    let attachments = [
        Attached {
            properties: vec![number(0x3705, 1), text(0x3707, "figures.csv"), binary(0x3701, b"a,b\r\n1,2\r\n")],
            item: None,
        },
        Attached { properties: vec![number(0x3705, 5), text(0x3001, "Bridge")], item: Some(inner) },
    ];
    let recipients = [
        vec![number(0x0C15, 1), text(0x3001, "Bo Berg"), text(0x39FE, "bo@cedarbend.example")],
        vec![number(0x0C15, 3), text(0x3001, "Di Dahl"), text(0x39FE, "di@cedarbend.example")],
    ];
    let outer = [
        text(0x1A, "IPM.Note"),
        text(0x37, "RE: Straße"),
        text(0x42, "Ann Lind"),
        text(0x65, "ann@cedarbend.example"),
        text(0x1000, &format!("It broke: {word}.")),
        binary(0x1013, format!("<p>It broke: <b>{word}</b>.</p>").as_bytes()),
        number(0x3FDE, 65001),
        text(0x1035, &format!("<{word}@cedarbend.example>")),
        time(0x39, SENT),
        number(0x0E07, 1),
    ];
    let outer = writer.message(&outer, &recipients, &attachments);
    writer.node(0x20_0024, outer, 0x8022);
    writer.finish()
}

/// A message in Outlook's own file, with the same inside.
pub fn message_file(word: &str, deep: &str) -> Vec<u8> {
    let archive = zip(&[("plans/memo.docx", &docx(deep))]);
    let files: [(&str, &str, &[u8]); 1] = [("plans.zip", "application/zip", &archive)];
    let inner = [Letter { subject: "Bridge", body: "The minutes are attached.", files: &files, inside: &[] }];
    msg(&Letter { subject: "Culvert", body: &format!("words of {word}"), files: &[], inside: &inner })
}

/// A folder of Outlook Express with two messages, one in two segments.
fn dbx(words: [&str; 2]) -> Vec<u8> {
    let texts = words.map(|word| {
        format!("Date: Tue, 16 Apr 2019 12:00:40 -0500\r\nFrom: a@cedarbend.example\r\nSubject: {word}\r\n\r\nwords of the second half\r\n")
    });
    let numbers = |all: &[u32]| -> Vec<u8> { all.iter().flat_map(|one| one.to_le_bytes()).collect() };
    let segment = |at: u32, text: &str, next: u32| {
        [numbers(&[at, 0x200, text.len() as u32, next]), text.as_bytes().to_vec()].concat()
    };
    let mut file = vec![
        0xCF, 0xAD, 0x12, 0xFE, 0xC5, 0xFD, 0x74, 0x6F, 0x66, 0xE3, 0xD1, 0x11, 0x9A, 0x4E, 0, 0xC0, 0x4F, 0xA3, 0x09,
        0xD4,
    ];
    for (at, bytes) in [
        (0xC4, numbers(&[2])),
        (0xE4, numbers(&[0x1000])),
        (0x1000, numbers(&[0x1000, 0, 0x1400, 0, 0x100, 0, 0x2200, 0, 0])),
        (0x1400, numbers(&[0x1400, 0, 0, 0x1000, 0x100, 0, 0x2000, 0, 0])),
        (0x2000, numbers(&[0x2000, 8, 0x0002_0014, 0x0000_8081, 0x0030_0084])),
        (0x2200, numbers(&[0x2200, 8, 0x0001_0014, 0x0000_0004, 0x3200])),
        (0x3000, segment(0x3000, &texts[0], 0)),
        (0x3200, segment(0x3200, &texts[1][..50], 0x3400)),
        (0x3400, segment(0x3400, &texts[1][50..], 0)),
    ] {
        file.resize(file.len().max(at + bytes.len()), 0);
        file[at..at + bytes.len()].copy_from_slice(&bytes);
    }
    file
}

/// An archive of Outlook for Mac with one message and its file.
fn olm(word: &str) -> Vec<u8> {
    let folder = "Local/com.microsoft.__Messages/Inbox";
    let message = format!(
        "<emails elementCount=\"1\"><email><OPFMessageCopySubject>Plans</OPFMessageCopySubject><OPFMessageCopyBody>{word} here</OPFMessageCopyBody>\
         <OPFMessageCopySentTime>2019-04-16T17:00:40</OPFMessageCopySentTime><OPFMessageCopyAttachmentList>\
         <messageAttachment OPFAttachmentName=\"a.txt\" OPFAttachmentContentType=\"text/plain\" OPFAttachmentURL=\"{folder}/com.microsoft.__Attachments/1_0000\"/>\
         </OPFMessageCopyAttachmentList></email></emails>"
    );
    zip(&[
        (&format!("{folder}/message_00000.xml"), message.as_bytes()),
        (&format!("{folder}/com.microsoft.__Attachments/1_0000"), b"attached words"),
    ])
}

/// A mailbox folder of Apple Mail whose message left its file beside it.
fn apple_mail(word: &str) -> Vec<(String, Vec<u8>)> {
    const LIST: &str =
        "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>flags</key><integer>1</integer></dict></plist>";
    let message = format!(
        "Date: Tue, 16 Apr 2019 12:00:40 -0500\nFrom: a@cedarbend.example\nTo: b@cedarbend.example\nSubject: {word}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
         Content-Type: text/plain\n\nbody\n--b\nContent-Type: text/plain; name=culvert.txt\nContent-Transfer-Encoding: base64\nX-Apple-Content-Length: 9\n\n--b--\n"
    );
    let base = "Apple/Work.mbox/6B29FC40-CA47-1067-B31D-00DD010662DA/Data/4";
    vec![
        (format!("{base}/Attachments/7/2/culvert.txt"), b"culvert under Main".to_vec()),
        (format!("{base}/Messages/7.partial.emlx"), format!("{}\n{message}{LIST}", message.len()).into_bytes()),
    ]
}

/// A Vault export: the messages, the metadata and the count.
fn vault(word: &str) -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8(letter(word)).expect("text").replace("\r\n", "\n");
    let mbox = format!("From 1.mbox@xxx Tue Apr 16 12:00:40 2019\n{text}\n");
    let metadata = "<?xml version='1.0' encoding='UTF-8'?><Root DataInterchangeType='Update'><Batch name='m'><Documents>\
                    <Document DocID='1'><Tags><Tag TagName='Labels' TagDataType='Text' TagValue='^INBOX'/></Tags>\
                    <Files><File FileType='Native'><ExternalFile FilePath='m_ann@cedarbend.example_0.mbox' FileName='1.mbox'/></File></Files></Document></Documents></Batch></Root>";
    vec![
        ("Vault/m-metadata.xml".to_owned(), metadata.as_bytes().to_vec()),
        ("Vault/m-results-count.csv".to_owned(), b"Account,Count\nann@cedarbend.example,1\n".to_vec()),
        ("Vault/m_ann@cedarbend.example_0.mbox".to_owned(), mbox.into_bytes()),
    ]
}

/// Mail of every kind.
pub fn samples() -> Vec<Sample> {
    let emlx = {
        let message = String::from_utf8(letter("larkspur")).expect("text");
        format!(
            "{}\n{message}<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>flags</key><integer>1</integer></dict></plist>",
            message.len()
        )
    };
    let maildir = vec![
        ("Maildir/cur/1555434040.M1.host:2,S".to_owned(), letter("maplewood")),
        ("Maildir/new/1555434041.M2.host".to_owned(), letter("maplestone")),
    ];
    vec![
        one("letter.eml", "folder", 1, "elderberry", letter("elderberry")),
        one("town.mbox", "mbox", 2, "mulberry", mbox(&["mulberry", "mulberries"])),
        one("old.mbox.gz", "gzip", 1, "gooseberry", gzip(&mbox(&["gooseberry"]))),
        one(
            "mail.zip",
            "zip",
            2,
            "zinnia",
            zip(&[("a/one.eml", &letter("zinnia")), ("two.txt", b"a note in an archive")]),
        ),
        Sample { place: "Maildir", format: "maildir", found: 2, word: "maplewood", files: maildir },
        one("single.emlx", "emlx", 1, "larkspur", emlx.into_bytes()),
        Sample { place: "Apple", format: "apple-mail", found: 1, word: "applewood", files: apple_mail("applewood") },
        one("note.msg", "msg", 1, "marigold", message_file("marigold", "deepmarigold")),
        one(
            "winmail.dat",
            "tnef",
            1,
            "tansy",
            tnef("Tansy", "packed words of tansy", "plan.txt", b"plan of the culvert"),
        ),
        one("Inbox.dbx", "outlook-express", 2, "oxlip", dbx(["oxlip", "oxeye"])),
        one("ann.olm", "outlook-mac", 1, "oleander", olm("oleander")),
        Sample { place: "Vault", format: "google-vault", found: 1, word: "valerian", files: vault("valerian") },
        one("box.pst", "pst", 1, "peony", store(Variant::Unicode, "peony", "deeppeony")),
        one("box.ost", "ost", 1, "orchid", store(Variant::Large, "orchid", "deeporchid")),
        one(
            "attached.eml",
            "folder",
            1,
            "deepeglantine",
            letter_with("eglantine", "plans.zip", "application/zip", &zip(&[("memo.docx", &docx("deepeglantine"))])),
        ),
    ]
}
