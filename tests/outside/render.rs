//! Drawn pages as another program reads them (poppler, qpdf), and foreign PDF files of the corpora.
//!
//! What is not on this machine is skipped and said to be.

use crate::place::corpora;
use recordroom::model::production::{BatesNumber, BatesPrefix, PublicText};
use recordroom::render::{Content, Rendition, draw};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn item(title: &str, content: Content) -> Rendition {
    let public = PublicText::released;
    Rendition {
        title: public(title),
        fields: vec![(public("From"), public("clerk@cedarbend.example")), (public("Subject"), public(title))],
        remark: public(""),
        content,
        first: Some(BatesNumber::new(BatesPrefix::new("CED").expect("a prefix"), 1)),
        made_at: None,
        label: public("EXERCISE"),
    }
}

/// What a program prints about a file; `None` when the program is not here.
fn asked(program: &str, arguments: &[&str], pdf: &[u8]) -> Option<(bool, String)> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("item.pdf");
    std::fs::write(&path, pdf).expect("written");
    let file = path.to_str().expect("a plain path");
    let all: Vec<&str> = arguments.iter().map(|word| if *word == "FILE" { file } else { word }).collect();
    match Command::new(program).args(all).stdin(Stdio::null()).output() {
        Ok(output) => {
            let words = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&words).into_owned()))
        }
        Err(_) => {
            println!("skipped: {program} is not on this machine");
            None
        }
    }
}

/// One sentence for each script, and whether a reader of PDF files gives it back letter by letter: from right to left
/// and in scripts with reordered vowels, readers differ.
const SENTENCES: &[(&str, bool)] = &[
    ("Good morning, the culvert washed out.", true),
    ("¿Dónde está la biblioteca? Ça va. Straße.", true),
    ("Привет, как дела? Їжак.", true),
    ("Καλημέρα κόσμε", true),
    ("Cộng hòa xã hội", true),
    ("Nyob zoo, kuv lub npe hu ua Pa.", true),
    ("会议改到下周四下午三点", true),
    ("来週の会議について", true),
    ("회의는 목요일입니다", true),
    ("ສະບາຍດີ", true),
    ("ሰላም ልዑል", true),
    ("😀 ✅ ☎ ★ → ½ € “quotes” – …", true),
    ("السلام عليكم", false),
    ("שלום עולם", false),
    ("नमस्ते दुनिया", false),
    ("สวัสดีชาวโลก", false),
];

#[test]
fn another_reader_finds_the_words() {
    let body: Vec<&str> = SENTENCES.iter().map(|(sentence, _)| *sentence).collect();
    let rendered = draw(&item("Languages", Content::Text(PublicText::released(body.join("\n\n"))))).expect("drawn");
    assert_eq!(rendered.problems, Vec::<String>::new());
    let Some((_, words)) = asked("pdftotext", &["-enc", "UTF-8", "FILE", "-"], &rendered.pdf) else { return };
    let squeezed: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    for (sentence, exact) in SENTENCES {
        let wanted: String = sentence.chars().filter(|c| !c.is_whitespace()).collect();
        let found = if *exact {
            squeezed.contains(&wanted)
        } else {
            wanted.chars().filter(|letter| squeezed.contains(*letter)).count() * 10 >= wanted.chars().count() * 8
        };
        assert!(found, "{sentence} is in {words}");
    }
    for stamp in ["EXERCISE", "Page 1 of 1", "CED00000001"] {
        assert!(words.contains(stamp), "{stamp}");
    }
    let Some((_, fonts)) = asked("pdffonts", &["FILE"], &rendered.pdf) else { return };
    for line in fonts.lines().skip(2) {
        assert!(line.contains("yes yes yes"), "embedded, subset and with Unicode values: {line}");
    }
    let Some((_, structure)) = asked("pdfinfo", &["-struct", "FILE"], &rendered.pdf) else { return };
    for kind in ["H1", "Table", "TR", "TH", "TD", "P"] {
        assert!(
            structure.lines().any(|line| line.trim().split([' ', ':']).next() == Some(kind)),
            "{kind} in {structure}"
        );
    }
}

#[test]
fn another_checker_finds_no_fault() {
    let text = "A line of words. 会议 مرحبا 😀\n\n> quoted\n".repeat(200);
    let rendered = draw(&item("Long", Content::Text(PublicText::released(text)))).expect("drawn");
    if let Some((well, words)) = asked("qpdf", &["--check", "FILE"], &rendered.pdf) {
        assert!(well, "{words}");
    }
}

fn pdf_files(directory: &Path, all: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            pdf_files(&path, all);
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf")) {
            all.push(path);
        }
    }
}

/// Every PDF file of the corpora is copied with as many pages as it has, the same each time, without what acts, or
/// becomes a slip that says why.
#[test]
fn foreign_files_are_copied_whole() {
    let Some(corpora) = corpora("") else { return };
    let mut files = Vec::new();
    pdf_files(&corpora, &mut files);
    assert!(files.len() >= 5, "the corpora have PDF files");
    let mut copied = 0;
    for path in files {
        let bytes = std::fs::read(&path).expect("read");
        let whole = item("Copied", Content::Pages(bytes.clone()));
        let rendered = draw(&whole).expect("drawn");
        assert_eq!(draw(&whole).expect("drawn").pdf, rendered.pdf, "{}", path.display());
        let read = lopdf::Document::load_mem(&rendered.pdf).expect("a PDF file");
        assert_eq!(read.get_pages().len(), usize::try_from(rendered.pages).expect("few"));
        for word in [&b"/JavaScript"[..], b"/OpenAction", b"/EmbeddedFile", b"/Launch", b"/AcroForm"] {
            let found = rendered.pdf.windows(word.len()).any(|window| window == word);
            assert!(!found, "{} is in {}", String::from_utf8_lossy(word), path.display());
        }
        if let Some((well, words)) = asked("qpdf", &["--check", "FILE"], &rendered.pdf) {
            assert!(well, "{}: {words}", path.display());
        }
        let slip = rendered.problems.iter().any(|problem| problem.starts_with("the PDF file"));
        if !slip && let Ok(before) = lopdf::Document::load_mem(&bytes) {
            assert_eq!(before.get_pages().len(), read.get_pages().len(), "{}", path.display());
            copied += 1;
        }
    }
    assert!(copied >= 5, "only {copied} files were copied");
}
