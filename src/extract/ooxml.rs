//! Text of the office formats of ISO/IEC 29500: everything a reader of the file could find, hidden parts marked.

use super::archive;
use super::budget::Budget;
use super::xml::{self, Node};
use super::{Extracted, charset, inside, property_set};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use std::collections::BTreeMap;
use std::io::Cursor;
use zip::ZipArchive;

/// The words of the cells of a workbook.
const SHARED: &str = "xl/sharedStrings.xml";

/// Bytes of the text of one sheet, after which its cells are not read.
const TEXT_BYTES: usize = crate::base::limits::SEARCHABLE_CHARS * 4;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The text of a document, workbook or presentation.
pub fn extract(bytes: &[u8], found: &str, budget: &mut Budget) -> Extracted {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Extracted::nothing(found).but(Searchable::Not, ProblemCode::Malformed, "the document is damaged");
    };
    let mut out = Extracted::all(found, String::new());
    let mut names: Vec<String> = archive.file_names_raw().map(|name| charset::decode(name, None).text).collect();
    names.sort_by_key(|name| natural(name));
    let (shared, whole) = strings(&mut archive, budget);
    if !whole && names.iter().any(|name| name == SHARED) {
        let sentence = format!("a part of the document cannot be read: {SHARED}");
        out = out.but(Searchable::Partly, ProblemCode::Malformed, sentence);
    }
    if archive.has_duplicate_names() {
        let sentence = "several parts have one name, and not all of them were read";
        out = out.but(Searchable::Partly, ProblemCode::Repeated, sentence);
    }
    let sheets = sheet_titles(&mut archive, budget);
    for name in &names {
        add_part(&mut archive, name, &shared, &sheets, &mut out, budget);
    }
    property_set::add_words(&mut out);
    out
}

fn add_part(
    archive: &mut Archive<'_>,
    name: &str,
    shared: &[String],
    sheets: &BTreeMap<String, String>,
    out: &mut Extracted,
    budget: &mut Budget,
) {
    let Some(section) = section_of(name) else { return };
    let Some((mut bytes, is_whole)) = archive::member_start(archive, name, budget) else {
        let sentence = format!("a part of the document cannot be read: {name}");
        *out = std::mem::replace(out, Extracted::nothing("")).but(Searchable::Partly, ProblemCode::Malformed, sentence);
        return;
    };
    if !is_whole {
        let sentence = format!("a part of the document is larger than is looked into: {name}");
        *out =
            std::mem::replace(out, Extracted::nothing("")).but(Searchable::Partly, ProblemCode::LimitReached, sentence);
        // The cut may go through a character, or through a word of the markup.
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'>').map_or(0, |at| at + 1));
    }
    match section {
        Section::Embedded if !is_whole => {}
        Section::Embedded => {
            let short = name.rsplit('/').next().unwrap_or(name);
            let found = super::text_within(&bytes, short, "", budget);
            out.text.push_str("[embedded]\n");
            inside::add(out, short, found);
        }
        Section::Properties => {
            let decoded = charset::decode(&bytes, Some("utf-8"));
            let whole = xml::properties(&decoded.text, "author", &mut out.facts);
            note_damage(out, whole && decoded.sound, name);
        }
        Section::Sheet => {
            let short = name.trim_start_matches("xl/");
            let heading = sheets.get(short).cloned().unwrap_or_else(|| format!("[sheet {short}]"));
            let decoded = charset::decode(&bytes, Some("utf-8"));
            let (text, whole) = sheet(&decoded.text, shared);
            add(&mut out.text, &heading, &text);
            note_damage(out, whole && decoded.sound, name);
        }
        Section::Links => {
            let decoded = charset::decode(&bytes, Some("utf-8"));
            let (text, whole) = links(&decoded.text);
            add(&mut out.text, "[links]", &text);
            note_damage(out, whole && decoded.sound, name);
        }
        Section::Running(heading) => {
            let decoded = charset::decode(&bytes, Some("utf-8"));
            let hidden = heading == "[slide]" && decoded.text.contains("show=\"0\"");
            let (text, whole) = running_text(&decoded.text);
            add(&mut out.text, if hidden { "[hidden slide]" } else { heading }, &text);
            note_damage(out, whole && decoded.sound, name);
        }
    }
}

fn note_damage(out: &mut Extracted, whole: bool, name: &str) {
    if !whole {
        let sentence = format!("a part of the document is damaged: {name}");
        *out = std::mem::replace(out, Extracted::nothing("")).but(Searchable::Partly, ProblemCode::Malformed, sentence);
    }
}

enum Section {
    Running(&'static str),
    Properties,
    Sheet,
    Embedded,
    Links,
}

/// What a part holds, by its name (ISO/IEC 29500-1, clauses 11 to 13).
fn section_of(name: &str) -> Option<Section> {
    let (folder, file) = name.rsplit_once('/')?;
    if folder.ends_with("/embeddings") {
        return Some(Section::Embedded);
    }
    if folder.ends_with("/_rels") && file.ends_with(".rels") {
        return Some(Section::Links);
    }
    if !file.ends_with(".xml") {
        return None;
    }
    let heading = match folder {
        "word" if file.starts_with("document") => "",
        "word" if file.starts_with("header") => "[header]",
        "word" if file.starts_with("footer") => "[footer]",
        "word" if file.starts_with("footnotes") => "[footnotes]",
        "word" if file.starts_with("endnotes") => "[endnotes]",
        "word" if file.starts_with("comments") && !file.contains("Ext") && !file.contains("Ids") => "[comments]",
        "word/glossary" if file.starts_with("document") => "[building blocks]",
        "xl/worksheets" => return Some(Section::Sheet),
        "xl" if file.starts_with("comments") => "[comments]",
        "xl/threadedComments" => "[comments]",
        "ppt/slides" => "[slide]",
        "ppt/notesSlides" => "[notes]",
        "ppt/comments" => "[comments]",
        "docProps" => return Some(Section::Properties),
        _ if folder.ends_with("/diagrams") && file.starts_with("data") => "[diagram]",
        _ if folder.ends_with("/charts") && file.starts_with("chart") => "[chart]",
        _ if folder.ends_with("/drawings") && file.starts_with("drawing") => "[drawing]",
        _ => return None,
    };
    Some(Section::Running(heading))
}

/// Text of documents and slides: `t` elements, with paragraphs, tabs and what was deleted but is still there.
fn running_text(source: &str) -> (String, bool) {
    let mut out = String::new();
    let mut inside = 0_usize;
    let mut looks = 0_usize;
    let mut spoken = String::new();
    let whole = xml::walk(source, &mut |node| match node {
        // The mark of a paragraph can be inserted or deleted too; that has no words.
        Node::Open("rPr", _) => looks += 1,
        Node::Close("rPr") => looks = looks.saturating_sub(1),
        Node::Open("t" | "delText" | "instrText" | "text" | "v", _) => inside += 1,
        Node::Close("t" | "text" | "v") => inside = inside.saturating_sub(1),
        // Tracked changes (ISO/IEC 29500-1, 17.13.5): both the words taken away and those put in are there.
        Node::Open(kind @ ("del" | "ins" | "moveFrom" | "moveTo"), element) if looks == 0 => {
            let what = match kind {
                "del" => "deleted",
                "ins" => "inserted",
                "moveFrom" => "moved away",
                _ => "moved here",
            };
            match xml::attribute(element, "author").filter(|author| !author.is_empty()) {
                Some(author) => out.push_str(&format!("[{what} by {author}: ")),
                None => out.push_str(&format!("[{what}: ")),
            }
        }
        Node::Close("del" | "ins" | "moveFrom" | "moveTo") if looks == 0 => out.push(']'),
        Node::Open("comment", element) => {
            if let Some(author) = xml::attribute(element, "author") {
                out.push_str(&author);
                out.push_str(": ");
            }
        }
        Node::Close("delText" | "instrText") => inside = inside.saturating_sub(1),
        Node::Open("tab", _) => out.push('\t'),
        Node::Open("br" | "cr", _) => out.push('\n'),
        // The cells of a row stand beside each other (ISO/IEC 29500-1, 17.4.65 and 21.1.3.16).
        Node::Close("tc") => {
            if out.ends_with('\n') {
                out.pop();
            }
            out.push('\t');
        }
        Node::Close("tr") => {
            out.truncate(out.trim_end_matches('\t').len());
            out.push('\n');
        }
        // What a screen reader says of a picture (20.4.2.5); Word writes it at the picture in it once more.
        Node::Open("docPr" | "cNvPr", element) => {
            for name in ["title", "descr"] {
                let said = xml::attribute(element, name).filter(|said| !said.trim().is_empty() && *said != spoken);
                if let Some(said) = said {
                    out.push_str(&format!("[picture: {said}]\n"));
                    spoken = said;
                }
            }
        }
        Node::Close("p" | "comment" | "si" | "pt") => out.push('\n'),
        Node::Text(text) if inside > 0 => out.push_str(text),
        _ => {}
    });
    (out, whole)
}

/// Where links of a part lead outside of the document (ISO/IEC 29500-2, 9.3).
fn links(source: &str) -> (String, bool) {
    let mut out = String::new();
    let whole = xml::walk(source, &mut |node| {
        if let Node::Open("Relationship", element) = node
            && xml::attribute(element, "TargetMode").as_deref() == Some("External")
            && let Some(target) = xml::attribute(element, "Target")
        {
            out.push_str(&target);
            out.push('\n');
        }
    });
    (out, whole)
}

/// The shared strings of a workbook, and whether all of them could be read.
fn strings(archive: &mut Archive<'_>, budget: &mut Budget) -> (Vec<String>, bool) {
    let Some(bytes) = archive::member(archive, SHARED, budget) else { return (Vec::new(), false) };
    let decoded = charset::decode(&bytes, Some("utf-8"));
    let mut all = Vec::new();
    let mut current = String::new();
    let mut inside = false;
    let mut phonetic = false;
    let whole = xml::walk(&decoded.text, &mut |node| match node {
        Node::Open("si", _) => current.clear(),
        Node::Close("si") => all.push(std::mem::take(&mut current)),
        // The reading of a Japanese word is not a second word.
        Node::Open("rPh", _) => phonetic = true,
        Node::Close("rPh") => phonetic = false,
        Node::Open("t", _) => inside = true,
        Node::Close("t") => inside = false,
        Node::Text(text) if inside && !phonetic => current.push_str(text),
        _ => {}
    });
    (all, whole && decoded.sound)
}

/// Headings of the sheets by the name of their part, with whether they are hidden.
fn sheet_titles(archive: &mut Archive<'_>, budget: &mut Budget) -> BTreeMap<String, String> {
    let mut targets = BTreeMap::new();
    if let Some(bytes) = archive::member(archive, "xl/_rels/workbook.xml.rels", budget) {
        xml::walk(&charset::utf8(&bytes), &mut |node| {
            if let Node::Open("Relationship", element) = node
                && let (Some(id), Some(target)) = (xml::attribute(element, "Id"), xml::attribute(element, "Target"))
            {
                let target = target.trim_start_matches("/xl/").to_owned();
                targets.insert(id, target);
            }
        });
    }
    let mut titles = BTreeMap::new();
    let Some(bytes) = archive::member(archive, "xl/workbook.xml", budget) else { return titles };
    xml::walk(&charset::utf8(&bytes), &mut |node| {
        if let Node::Open("sheet", element) = node {
            let title = xml::attribute(element, "name").unwrap_or_default();
            let hidden = xml::attribute(element, "state").is_some_and(|state| state.to_lowercase().contains("hidden"));
            let heading = if hidden { format!("[hidden sheet {title}]") } else { format!("[sheet {title}]") };
            if let Some(target) = xml::attribute(element, "id").and_then(|id| targets.get(&id)) {
                titles.insert(target.clone(), heading);
            }
        }
    });
    titles
}

/// The cells of a sheet, a row on a line, and whether all of them could be read.
fn sheet(source: &str, shared: &[String]) -> (String, bool) {
    let mut out = String::new();
    let (mut is_shared, mut value, mut text) = (false, false, false);
    let mut number = String::new();
    let mut missing = false;
    let whole = xml::walk(source, &mut |node| match node {
        // A long shared string can stand in every cell.
        _ if out.len() > TEXT_BYTES => missing = true,
        Node::Open("c", element) => is_shared = xml::attribute(element, "t").as_deref() == Some("s"),
        Node::Open("v", _) => {
            value = true;
            number.clear();
        }
        Node::Close("v") => {
            value = false;
            let index = number.trim().parse::<usize>().ok().filter(|_| is_shared);
            let found = index.and_then(|index| shared.get(index));
            missing |= is_shared && found.is_none();
            out.push_str(found.map_or(number.as_str(), String::as_str));
            out.push('\t');
        }
        Node::Open("t" | "oddHeader" | "oddFooter", _) => text = true,
        Node::Close("t" | "oddHeader" | "oddFooter") => {
            text = false;
            out.push('\t');
        }
        Node::Close("row") => out.push('\n'),
        Node::Text(piece) if value => number.push_str(piece),
        Node::Text(piece) if text => out.push_str(piece),
        _ => {}
    });
    (out, whole && !missing)
}

fn add(out: &mut String, heading: &str, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    if !heading.is_empty() {
        out.push_str(heading);
        out.push('\n');
    }
    out.push_str(text);
    out.push('\n');
}

/// Orders `slide10` after `slide9`, and the main part of a document first.
fn natural(name: &str) -> (u8, String, u64, String) {
    let digits = name.find(|one: char| one.is_ascii_digit()).unwrap_or(name.len());
    let number: String = name[digits..].chars().take_while(char::is_ascii_digit).collect();
    let first = u8::from(name != "word/document.xml");
    (first, name[..digits].to_owned(), number.parse().unwrap_or(0), name.to_owned())
}
