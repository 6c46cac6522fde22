//! A search of its own for words that must be nowhere: in bytes, in what they unpack and decode to, in every spelling that a
//! byte stream can have, and in what a reader of pictures sees. It uses nothing of the program under test.

use super::made::run;
use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

/// Files inside files that are followed.
const DEPTH: usize = 6;
/// Letters of base64 from which a stretch is decoded.
const CODED: usize = 24;

/// Where words were found: file and channel, by the number of the words.
pub type Found = BTreeMap<usize, BTreeSet<String>>;

/// All spellings of all words.
pub struct Searcher {
    /// In either letter case.
    folded: AhoCorasick,
    folded_of: Vec<(usize, &'static str)>,
    /// As written.
    exact: AhoCorasick,
    exact_of: Vec<(usize, &'static str)>,
    /// Letters and digits alone.
    bare: AhoCorasick,
}

fn bare(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// The letters of base64 that a word always has, at each of the three places where it may begin.
fn coded(word: &[u8]) -> Vec<Vec<u8>> {
    (0..3)
        .map(|shift| {
            let mut padded = vec![0; shift];
            padded.extend_from_slice(word);
            let text = super::made::base64(&padded).replace(['\r', '\n', '='], "").into_bytes();
            let first = [0, 2, 3][shift];
            let whole = (shift + word.len()) * 8 / 6;
            text[first..whole].to_vec()
        })
        .collect()
}

impl Searcher {
    pub fn new(words: &[String]) -> Self {
        let (mut folded, mut folded_of, mut exact, mut exact_of) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (nth, word) in words.iter().enumerate() {
            for cased in [word.clone(), word.to_lowercase(), word.to_uppercase()] {
                let bytes = cased.as_bytes();
                exact.extend(coded(bytes).into_iter().inspect(|_| exact_of.push((nth, "base64"))));
                let wide: Vec<u8> = cased.encode_utf16().flat_map(u16::to_le_bytes).collect();
                exact.extend(coded(&wide).into_iter().inspect(|_| exact_of.push((nth, "base64 of UTF-16"))));
            }
            let lower = word.to_lowercase();
            let each = |format: fn(u8) -> String| lower.bytes().map(format).collect::<String>();
            let spelled: [(&str, Vec<u8>); 9] = [
                ("as it is", lower.clone().into_bytes()),
                ("UTF-16, little end first", lower.encode_utf16().flat_map(u16::to_le_bytes).collect()),
                ("UTF-16, big end first", lower.encode_utf16().flat_map(u16::to_be_bytes).collect()),
                ("backwards", lower.bytes().rev().collect()),
                ("hexadecimal", each(|byte| format!("{byte:02x}")).into_bytes()),
                (
                    "hexadecimal of large letters",
                    lower.to_uppercase().bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
                ),
                (
                    "hexadecimal as written",
                    word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
                ),
                ("percent signs", each(|byte| format!("%{byte:02x}")).into_bytes()),
                ("quoted-printable", each(|byte| format!("={byte:02x}")).into_bytes()),
            ];
            for (how, bytes) in spelled {
                folded.push(bytes);
                folded_of.push((nth, how));
            }
        }
        let bare_words: Vec<Vec<u8>> = words.iter().map(|word| bare(word.as_bytes())).collect();
        Self {
            folded: AhoCorasick::builder().ascii_case_insensitive(true).build(&folded).expect("built"),
            folded_of,
            exact: AhoCorasick::new(&exact).expect("built"),
            exact_of,
            bare: AhoCorasick::new(&bare_words).expect("built"),
        }
    }

    /// Looks through every file, without reading pictures.
    pub fn files(&self, files: &BTreeMap<String, Vec<u8>>) -> Found {
        let each: Vec<Found> = files
            .par_iter()
            .map(|(path, bytes)| {
                let mut found = Found::new();
                self.stretch(path.as_bytes(), &format!("{path}: its name"), &mut found);
                self.bytes(bytes, path, 0, &mut found);
                found
            })
            .collect();
        joined(each)
    }

    /// Reads the pages of PDF files as a reader of pictures does; `None` where no such program is installed.
    pub fn seen(&self, files: &[(&String, &Vec<u8>)]) -> Option<(Found, usize)> {
        run("tesseract", &["--version"], b"")?;
        let each: Vec<(Found, usize)> = files
            .par_iter()
            .map(|(path, bytes)| {
                let (mut found, mut pages) = (Found::new(), 0);
                for page in 1.. {
                    let number = page.to_string();
                    let arguments = ["-f", &number, "-l", &number, "-r", "150", "-gray", "-png", "-"];
                    let Some(picture) = run("pdftoppm", &arguments, bytes).filter(|picture| !picture.is_empty()) else {
                        break;
                    };
                    let text = run("tesseract", &["stdin", "stdout"], &picture).expect("read");
                    for hit in self.bare.find_overlapping_iter(&bare(&text)) {
                        found
                            .entry(hit.pattern().as_usize())
                            .or_default()
                            .insert(format!("{path}: seen on page {page}"));
                    }
                    pages += 1;
                }
                (found, pages)
            })
            .collect();
        let pages = each.iter().map(|one| one.1).sum();
        Some((joined(each.into_iter().map(|one| one.0).collect()), pages))
    }

    fn stretch(&self, bytes: &[u8], place: &str, found: &mut Found) {
        let mut hit = |(nth, how): (usize, &str)| {
            found.entry(nth).or_default().insert(format!("{place}, {how}"));
        };
        self.folded.find_overlapping_iter(bytes).for_each(|one| hit(self.folded_of[one.pattern().as_usize()]));
        self.exact.find_overlapping_iter(bytes).for_each(|one| hit(self.exact_of[one.pattern().as_usize()]));
        // Spaces, soft hyphens, signs and mark-up between the letters.
        let text = without_marks(bytes);
        self.bare.find_overlapping_iter(&bare(&text)).for_each(|one| hit((one.pattern().as_usize(), "letters alone")));
        let whole = bare(bytes);
        self.bare.find_overlapping_iter(&whole).for_each(|one| hit((one.pattern().as_usize(), "letters alone")));
    }

    fn bytes(&self, bytes: &[u8], place: &str, depth: usize, found: &mut Found) {
        self.stretch(bytes, place, found);
        if depth > DEPTH {
            return;
        }
        let mut inside = |bytes: &[u8], what: &str| self.bytes(bytes, &format!("{place} > {what}"), depth + 1, found);
        if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) {
            for at in 0..archive.len() {
                let mut member = archive.by_index(at).expect("a member");
                let (mut content, name) = (Vec::new(), member.name().expect("a name").into_owned());
                member.read_to_end(&mut content).expect("unpacked");
                inside(name.as_bytes(), "a name inside");
                inside(&content, &name);
            }
            return;
        }
        if bytes.starts_with(b"%PDF") {
            inside(&unpacked(bytes), "its streams");
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), bytes).expect("written");
            let name = file.path().to_string_lossy().into_owned();
            if let Some(plain) = run("qpdf", &["--qdf", "--object-streams=disable", &name, "-"], b"") {
                // Strings with octal letters or in pieces are found by the readers below.
                self.stretch(&plain, &format!("{place} > qpdf"), found);
                self.stretch(&strings(&plain), &format!("{place} > strings of qpdf"), found);
            }
            if let Some(text) = run("pdftotext", &["-raw", &name, "-"], b"") {
                self.stretch(&text, &format!("{place} > pdftotext"), found);
            }
            if let Some(text) = run("pdfinfo", &[&name], b"") {
                self.stretch(&text, &format!("{place} > pdfinfo"), found);
            }
            return;
        }
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut content = Vec::new();
            if flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut content).is_ok() {
                inside(&content, "gzip");
            }
        }
        if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
            && let Ok(content) = zstd::stream::decode_all(bytes)
        {
            inside(&content, "zstd");
        }
        for content in decoded(bytes) {
            inside(&content, "base64");
        }
        let soft = String::from_utf8_lossy(bytes).replace("=\r\n", "").replace("=\n", "");
        if soft.len() < bytes.len() {
            inside(soft.as_bytes(), "quoted-printable");
        }
    }
}

fn joined(each: Vec<Found>) -> Found {
    let mut all = Found::new();
    for (nth, places) in each.into_iter().flatten() {
        all.entry(nth).or_default().extend(places);
    }
    all
}

/// Text without what stands between `<` and `>`.
fn without_marks(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut inside) = (Vec::with_capacity(bytes.len()), false);
    for byte in bytes {
        match byte {
            b'<' => inside = true,
            b'>' => inside = false,
            other if !inside => out.push(*other),
            _ => {}
        }
    }
    out
}

/// Every deflated stream of a file.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for at in memmem(bytes, b"stream") {
        let start = at + 6 + bytes[at + 6..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let mut content = Vec::new();
        let _ = flate2::read::ZlibDecoder::new(&bytes[start..]).read_to_end(&mut content);
        all.extend(content);
    }
    all
}

fn memmem<'b>(bytes: &'b [u8], what: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    (0..bytes.len().saturating_sub(what.len())).filter(move |at| bytes[*at..].starts_with(what))
}

/// Strings in parentheses and in hexadecimal one behind the other, whatever operators stand between them.
fn strings(plain: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < plain.len() {
        match plain[at] {
            b'(' => {
                at += 1;
                while at < plain.len() && plain[at] != b')' {
                    if plain[at] == b'\\' {
                        at += 1;
                    }
                    out.extend(plain.get(at));
                    at += 1;
                }
            }
            b'<' if plain.get(at + 1) != Some(&b'<') => {
                let digits: Vec<u8> = plain[at + 1..].iter().copied().take_while(u8::is_ascii_hexdigit).collect();
                let bytes = digits
                    .chunks_exact(2)
                    .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
                out.extend(bytes);
            }
            _ => {}
        }
        at += 1;
    }
    out
}

/// Stretches of base64, over line ends, decoded.
fn decoded(bytes: &[u8]) -> Vec<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut all, mut open) = (Vec::new(), Vec::new());
    let mut close = |open: &mut Vec<u8>| {
        if open.len() >= CODED {
            let four = open
                .chunks(4)
                .map(|four| four.iter().fold(0_u32, |bits, one| bits << 6 | u32::from(*one)) << (6 * (4 - four.len())));
            all.push(four.flat_map(|bits| [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]).collect());
        }
        open.clear();
    };
    for byte in bytes {
        match value(*byte) {
            Some(six) => open.push(six),
            None if matches!(byte, b'\r' | b'\n') => {}
            None => close(&mut open),
        }
    }
    close(&mut open);
    all
}

#[test]
fn the_search_finds_what_it_should() {
    let word = "Zobadefigo".to_owned();
    let searcher = Searcher::new(std::slice::from_ref(&word));
    let gzip = {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut writer, b"about Zobadefigo").expect("memory");
        writer.finish().expect("memory")
    };
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("as it is", b"about zoBAdefigo.".to_vec()),
        ("UTF-16", "about Zobadefigo".encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("base64", super::made::base64(b"xx about Zobadefigo").into_bytes()),
        ("hexadecimal", b"5A6F6261646566 69676F 5a6f626164656669676f".to_vec()),
        ("quoted-printable", b"about Zoba=\r\ndefigo".to_vec()),
        ("percent signs", b"%7A%6F%62%61%64%65%66%69%67%6F".to_vec()),
        ("backwards", b"ogifedaboZ".to_vec()),
        ("spaced", "Z o b\u{ad}a defi-\ngo".as_bytes().to_vec()),
        ("mark-up", b"<p>Zob<b>ade</b>figo".to_vec()),
        ("gzip", gzip),
        ("zstd", zstd::stream::encode_all(&b"about Zobadefigo"[..], 3).expect("packed")),
        ("zip", super::made::zip(&[("a.txt", "about Zobadefigo".to_owned())])),
        ("PDF", super::made::pdf_with(2, [&word, "aaaaaaaaaa", "bbbbbbbbbb"])),
    ];
    for (why, bytes) in rows {
        let found = searcher.files(&BTreeMap::from([("a.bin".to_owned(), bytes)]));
        assert!(found.contains_key(&0), "{why}");
    }
    let nothing = BTreeMap::from([("a.bin".to_owned(), b"Zobadefiga and the like".to_vec())]);
    assert!(searcher.files(&nothing).is_empty());
}
