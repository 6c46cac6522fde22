//! What the other side of a lawsuit is given of items that are no files in their source.

use super::mixed::{json, program};
use super::sample::write;
use super::samples;
use mail_parser::{Message, MessageParser, MimeHeaders};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The native files of a production by their names.
fn natives(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = folder.join("data/VOL001/NATIVES/0001");
    fs::read_dir(folder)
        .expect("natives")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(path).expect("read")))
        .collect()
}

fn of_subject<'m>(all: &'m [Message<'m>], subject: &str) -> &'m Message<'m> {
    all.iter().find(|one| one.subject() == Some(subject)).unwrap_or_else(|| panic!("a message named {subject}"))
}

#[test]
fn an_item_of_a_store_is_given_as_a_message_that_every_program_reads() {
    let city = tempfile::tempdir().expect("a temporary directory");
    let at = city.path();
    assert!(program(at, &["init", "repository", "--exercise", "--city", "Cedar Bend"]).status.success());
    let wanted = ["box.pst", "note.msg", "ann.olm", "Apple", "letter.eml", "agenda.pdf", "winmail.dat"];
    for sample in samples().iter().filter(|sample| wanted.contains(&sample.place)) {
        write(&at.join("export"), &sample.files);
    }
    assert_eq!(json(at, &["ingest", "export"]).0, 0);
    assert_eq!(
        json(
            at,
            &[
                "request",
                "open",
                "--kind",
                "litigation",
                "--what",
                "all",
                "--requester",
                "Opposing counsel",
                "--days",
                "30"
            ]
        )
        .0,
        0
    );
    assert_eq!(json(at, &["request", "collect", "Q-1"]).0, 0);
    assert_eq!(json(at, &["review", "decide", "Q-1", "--undecided", "--decision", "responsive"]).0, 0);
    let (code, produced) = json(at, &["produce", "Q-1", "out", "--natives"]);
    assert_eq!(code, 0, "{produced:#}");
    let (code, verified) = json(at, &["verify", "out"]);
    assert_eq!((code, &verified["ok"]), (0, &true.into()), "{verified:#}");

    let natives = natives(&at.join("out"));
    let with = |ending: &str| {
        natives.iter().filter(|(name, _)| name.ends_with(ending)).map(|(_, bytes)| bytes).collect::<Vec<_>>()
    };
    let exact = |place: &str| fs::read(at.join("export").join(place)).expect("read");
    assert!(with(".msg").contains(&&exact("note.msg")), "a message of Outlook stays one");
    assert_eq!(with(".dat"), [&exact("winmail.dat")]);
    assert_eq!(with(".pdf"), [&exact("agenda.pdf")]);
    assert!(with(".eml").contains(&&exact("letter.eml")));
    assert!(natives.values().all(|bytes| !bytes.starts_with(b"recordroom")), "nobody outside reads our own form");

    let renditions = with(".rendition.eml");
    // The item of the store, the item inside it, and those of the two programs of Apple's computers.
    assert_eq!(renditions.len(), 4, "{:?}", natives.keys());
    let read: Vec<Message<'_>> =
        renditions.iter().map(|bytes| MessageParser::default().parse(bytes.as_slice()).expect("a message")).collect();
    let outer = of_subject(&read, "RE: Straße");
    check_outer(outer);
    let alone = of_subject(&read, "Bridge");
    assert!(alone.body_text(0).is_some_and(|text| text.contains("The minutes are attached.")));
    let plans = of_subject(&read, "Plans");
    assert!(plans.body_text(0).is_some_and(|text| text.contains("oleander here")));
    assert_eq!(plans.attachments().next().map(|part| part.contents()), Some(&b"attached words"[..]));
    let apple = of_subject(&read, "applewood");
    let file = apple.attachments().next().expect("the file that lay beside");
    assert_eq!(file.contents().trim_ascii_end(), b"culvert under Main");

    let remarks = fs::read_to_string(at.join("out/data/remarks.csv")).expect("remarks");
    assert_eq!(remarks.matches("is a rendition as an Internet message").count(), 4, "{remarks}");
    let index = fs::read_to_string(at.join("out/data/index.html")).expect("the list");
    assert_eq!(index.matches("rendition as mail of").count(), 4);
}

fn check_outer(outer: &Message<'_>) {
    let one = |address: Option<&mail_parser::Address<'_>>| {
        let first = address.and_then(|address| address.first()).expect("somebody");
        (first.name().unwrap_or_default().to_owned(), first.address().unwrap_or_default().to_owned())
    };
    assert!(outer.header("X-Recordroom-Rendition").is_some(), "it says what it is");
    assert_eq!(one(outer.from()), ("Ann Lind".into(), "ann@cedarbend.example".into()));
    assert_eq!(one(outer.to()), ("Bo Berg".into(), "bo@cedarbend.example".into()));
    assert_eq!(one(outer.bcc()), ("Di Dahl".into(), "di@cedarbend.example".into()));
    assert_eq!(outer.date().map(mail_parser::DateTime::to_timestamp), Some(1_555_434_040));
    assert_eq!(outer.message_id(), Some("peony@cedarbend.example"));
    assert_eq!(outer.body_text(0).as_deref().map(str::trim), Some("It broke: peony."));
    assert_eq!(outer.body_html(0).as_deref().map(str::trim), Some("<p>It broke: <b>peony</b>.</p>"));
    let file = outer.attachments().find(|part| part.attachment_name() == Some("figures.csv")).expect("the file");
    assert_eq!(file.contents(), b"a,b\r\n1,2\r\n");
    let inner = outer.attachments().find_map(|part| part.message()).expect("the message inside");
    assert_eq!((inner.subject(), inner.message_id()), (Some("Bridge"), Some("inner@cedarbend.example")));
    let plans = inner.attachments().next().expect("the archive");
    assert_eq!(plans.attachment_name(), Some("plans.zip"));
    assert!(plans.contents().starts_with(b"PK\x03\x04"));
}
