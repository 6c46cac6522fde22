//! Pages of a foreign PDF file: copied, made harmless, scaled to leave a band, and stamped there.
//!
//! Each old page becomes a form inside a new one, so that whatever its content does to the state of the page ends
//! before the stamp. Notes and filled-in fields are drawn into the page as they look and are no fields any more. The
//! result is neither PDF/A nor tagged: it is somebody else's document.

use super::harmless::{self, Copier};
use super::setting::Setter;
use super::sheet::{LETTER, Paper};
use super::stamp::{self, Stamp};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream, StringFormat, dictionary};
use std::collections::HashSet;

/// Pages of one file.
const PAGES: usize = 5_000;
/// Bytes that the content of one page, or one stream of the file's own frame, may unpack to.
const STREAM_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of one file.
const FILE_BYTES: usize = 256 * 1024 * 1024;
/// Notes and fields drawn on one page.
const NOTES: usize = 5_000;
/// The shortest side of a page with a stamp, in points; smaller pages get a white margin.
const SHORTEST: f32 = 288.0;
/// The longest side of a page, in points (ISO 32000-1, annex C.2).
const LONGEST: f32 = 14_400.0;

/// A rectangle: left, bottom, right, top.
type Rectangle = [f32; 4];

/// A PDF file whose pages can be copied.
pub(super) struct Source {
    document: Document,
    leaves: Vec<Leaf>,
    unlocked: bool,
}

/// A page with what it inherits.
struct Leaf {
    page: Dictionary,
    resources: Object,
    seen: Rectangle,
    quarter_turns: u8,
}

impl Source {
    /// Pages of the file.
    pub(super) fn pages(&self) -> usize {
        self.leaves.len()
    }
}

/// Opens a file; an error says in plain words why it cannot be copied.
pub(super) fn open(bytes: &[u8]) -> Result<Source, String> {
    if bytes.len() > FILE_BYTES {
        return Err(format!("the PDF file is larger than {} MB", FILE_BYTES / 1024 / 1024));
    }
    let options = LoadOptions { max_decompressed_size: Some(STREAM_BYTES), ..LoadOptions::default() };
    let locked = || "the PDF file is protected by a password".to_owned();
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword) => return Err(locked()),
        Err(error) => return Err(format!("the PDF file is damaged: {error}")),
    };
    // A file that opens without a password has been unlocked by the reader; in any other the strings are noise.
    let unlocked = document.was_encrypted();
    if document.trailer.has(b"Encrypt") && !unlocked {
        return Err(locked());
    }
    let leaves = leaves(&document)?;
    if leaves.is_empty() {
        return Err("the PDF file has no pages that can be found".to_owned());
    }
    Ok(Source { document, leaves, unlocked })
}

/// The pages in order. A tree that bites its own tail is walked once (ISO 32000-1, 7.7.3).
fn leaves(document: &Document) -> Result<Vec<Leaf>, String> {
    let root = document.catalog().and_then(|catalog| catalog.get(b"Pages"));
    let root = root.map_err(|error| format!("the PDF file is damaged: {error}"))?;
    let mut seen = HashSet::new();
    let mut leaves = Vec::new();
    let mut waiting = vec![(root.clone(), Dictionary::new())];
    while let Some((node, inherited)) = waiting.pop() {
        if let Object::Reference(id) = node
            && !seen.insert(id)
        {
            continue;
        }
        let Ok((_, Object::Dictionary(dictionary))) = document.dereference(&node) else { continue };
        let mut here = inherited;
        for key in [&b"Resources"[..], b"MediaBox", b"CropBox", b"Rotate"] {
            if let Ok(value) = dictionary.get(key) {
                here.set(key, value.clone());
            }
        }
        match dictionary.get_deref(b"Kids", document).and_then(Object::as_array) {
            Ok(kids) => waiting.extend(kids.iter().rev().map(|kid| (kid.clone(), here.clone()))),
            Err(_) => leaves.push(leaf(document, dictionary, &here)),
        }
        if leaves.len() > PAGES {
            return Err(format!("the PDF file has more than {PAGES} pages"));
        }
    }
    Ok(leaves)
}

fn leaf(document: &Document, page: &Dictionary, inherited: &Dictionary) -> Leaf {
    let rectangle = |key: &[u8]| inherited.get_deref(key, document).ok().and_then(|value| rectangle(document, value));
    let media = rectangle(b"MediaBox").unwrap_or([0.0, 0.0, LETTER.width, LETTER.height]);
    let crop = rectangle(b"CropBox").unwrap_or(media);
    let both = [media[0].max(crop[0]), media[1].max(crop[1]), media[2].min(crop[2]), media[3].min(crop[3])];
    let seen = if both[2] - both[0] >= 1.0 && both[3] - both[1] >= 1.0 { both } else { media };
    let degrees = inherited.get_deref(b"Rotate", document).and_then(Object::as_i64).unwrap_or(0);
    Leaf {
        page: page.clone(),
        resources: inherited.get(b"Resources").cloned().unwrap_or_else(|_| Dictionary::new().into()),
        seen,
        quarter_turns: u8::try_from(degrees.rem_euclid(360) / 90).unwrap_or(0),
    }
}

/// A rectangle with sides of a sane length; `None` for anything else.
fn rectangle(document: &Document, value: &Object) -> Option<Rectangle> {
    let numbers: Vec<f32> = value.as_array().ok()?.iter().map_while(|one| number(document, one)).collect();
    let [a, b, c, d] = numbers[..] else { return None };
    let sorted = [a.min(c), b.min(d), a.max(c), b.max(d)];
    let sane = |length: f32| (1.0..=LONGEST).contains(&length);
    (sane(sorted[2] - sorted[0]) && sane(sorted[3] - sorted[1])).then_some(sorted)
}

fn number(document: &Document, value: &Object) -> Option<f32> {
    let (_, value) = document.dereference(value).ok()?;
    value.as_float().ok().filter(|number| number.is_finite() && number.abs() < 1e6)
}

/// How a page lies on its new paper.
struct Place {
    paper: Paper,
    matrix: [f32; 6],
}

impl Leaf {
    /// The page is turned the right way up and scaled to leave the band below it.
    fn place(&self) -> Place {
        let [left, bottom, right, top] = self.seen;
        let (wide, high) = (right - left, top - bottom);
        let (wide, high) = if self.quarter_turns % 2 == 1 { (high, wide) } else { (wide, high) };
        let paper = Paper { width: wide.max(SHORTEST), height: high.max(SHORTEST) };
        let band = stamp::BAND * stamp::scale(paper);
        let scale = ((paper.height - band) / high).min(paper.width / wide).min(1.0);
        let turn = match self.quarter_turns {
            1 => [0.0, -1.0, 1.0, 0.0, -bottom, right],
            2 => [-1.0, 0.0, 0.0, -1.0, right, top],
            3 => [0.0, 1.0, -1.0, 0.0, top, -left],
            _ => [1.0, 0.0, 0.0, 1.0, -left, -bottom],
        };
        let mut matrix = turn.map(|entry| entry * scale);
        matrix[4] += (paper.width - wide * scale) / 2.0;
        matrix[5] += band + (paper.height - band) - high * scale;
        matrix[5] = matrix[5].max(band);
        Place { paper, matrix }
    }
}

/// Copies all pages; gives the file and what the reader should know.
pub(super) fn copy(
    source: &Source,
    stamp: &Stamp<'_>,
    title: &str,
    id: &str,
    setter: &mut Setter,
) -> Result<(Vec<u8>, Vec<String>), String> {
    let places: Vec<Place> = source.leaves.iter().map(Leaf::place).collect();
    let papers: Vec<Paper> = places.iter().map(|place| place.paper).collect();
    let overlay = stamp.overlay(setter, &papers)?;
    let overlay = Document::load_mem(&overlay).map_err(|error| error.to_string())?;
    let stamps = leaves(&overlay)?;
    let mut out = Document::with_version("1.7");
    let tree = out.new_object_id();
    let mut pages = Copier::new(&source.document);
    let mut stamped = Copier::new(&overlay);
    let mut kids = Vec::with_capacity(places.len());
    let mut unseen = 0;
    for ((leaf, place), over) in source.leaves.iter().zip(&places).zip(&stamps) {
        let page = form(&source.document, leaf, &mut pages, &mut out)?;
        let over = form(&overlay, over, &mut stamped, &mut out)?;
        let mut forms = dictionary! { "Page" => page, "Stamp" => over };
        let mut content = format!("q {} cm\nq /Page Do Q\n", words(&place.matrix));
        let [left, bottom, right, top] = leaf.seen;
        content.push_str(&format!("{} re W n\n", words(&[left, bottom, right - left, top - bottom])));
        unseen += notes(&source.document, leaf, &mut pages, &mut out, &mut forms, &mut content)?;
        content.push_str("Q\nq /Stamp Do Q\n");
        let content = out.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        let paper = vec![0.into(), 0.into(), place.paper.width.into(), place.paper.height.into()];
        kids.push(out.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => tree,
            "MediaBox" => paper,
            "Resources" => dictionary! { "XObject" => forms },
            "Contents" => content,
        }));
    }
    let layers = layers(source, &mut pages, &mut out);
    frame(&mut out, tree, &kids, layers, stamp, title, id);
    let mut pdf = Vec::new();
    out.save_to(&mut pdf).map_err(|error| error.to_string())?;
    let mut problems = problems(source, unseen);
    problems.extend(fonts_of_the_reader(&out));
    Ok((pdf, problems))
}

/// That pages rely on fonts which their file does not carry: a viewer draws them with its own, so that they may look
/// otherwise elsewhere.
fn fonts_of_the_reader(out: &Document) -> Option<String> {
    let is_missing = |object: &Object| {
        let Ok(font) = object.as_dict() else { return false };
        let kind = |key: &[u8]| font.get(key).and_then(Object::as_name).unwrap_or_default();
        // The glyphs of a Type 3 font are in the file, and a composite font is told by the one below it.
        if kind(b"Type") != b"Font" || matches!(kind(b"Subtype"), b"Type0" | b"Type3") {
            return false;
        }
        let described = font.get_deref(b"FontDescriptor", out).and_then(Object::as_dict);
        !described.is_ok_and(|one| [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|key| one.has(key)))
    };
    match out.objects.values().filter(|one| is_missing(one)).count() {
        0 => None,
        1 => Some("the PDF file does not carry one of its fonts; a viewer draws it with its own".to_owned()),
        count => Some(format!("the PDF file does not carry {count} of its fonts; a viewer draws them with its own")),
    }
}

/// What the reader of a copied file should know.
fn problems(source: &Source, unseen: usize) -> Vec<String> {
    let mut problems = Vec::new();
    let left_out = harmless::left_out(&source.document);
    if !left_out.is_empty() {
        problems.push(format!("not copied from the PDF file: {}", left_out.join(", ")));
    }
    if unseen > 0 {
        problems
            .push(format!("{unseen} notes or fields of the PDF file are hidden or have no picture, and are not shown"));
    }
    if source.unlocked {
        problems.push(
            "the PDF file was marked as protected against changes; its pages were copied all the same".to_owned(),
        );
    }
    problems
}

/// The catalog, the page tree and the title.
fn frame(
    out: &mut Document,
    tree: ObjectId,
    kids: &[ObjectId],
    layers: Option<Object>,
    stamp: &Stamp<'_>,
    title: &str,
    id: &str,
) {
    let count = i64::try_from(kids.len()).unwrap_or(0);
    let references: Vec<Object> = kids.iter().map(|kid| (*kid).into()).collect();
    out.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => references, "Count" => count }.into());
    let mut catalog = dictionary! {
        "Type" => "Catalog",
        "Pages" => tree,
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    };
    if stamp.first.is_some() {
        let mut numbers = Vec::with_capacity(kids.len() * 2);
        for page in 0..kids.len() {
            numbers.push(Object::Integer(i64::try_from(page).unwrap_or(0)));
            let number = stamp.number(page).unwrap_or_default();
            numbers.push(dictionary! { "P" => Object::string_literal(number) }.into());
        }
        catalog.set("PageLabels", dictionary! { "Nums" => numbers });
    }
    if let Some(layers) = layers {
        catalog.set("OCProperties", layers);
    }
    let catalog = out.add_object(catalog);
    let information = out.add_object(dictionary! {
        "Title" => lopdf::text_string(title),
        "Producer" => Object::string_literal("Recordroom"),
    });
    out.trailer.set("Root", catalog);
    out.trailer.set("Info", information);
    let name = Object::String(id.as_bytes()[..id.len().min(32)].to_vec(), StringFormat::Literal);
    out.trailer.set("ID", vec![name.clone(), name]);
}

/// The layers of the file and which of them are shown: without them, hidden ones would come to light.
fn layers(source: &Source, pages: &mut Copier<'_>, out: &mut Document) -> Option<Object> {
    let catalog = source.document.catalog().ok()?;
    let properties = catalog.get(b"OCProperties").ok()?;
    Some(pages.copy(properties, out))
}

/// Numbers of a content stream.
fn words(numbers: &[f32]) -> String {
    numbers.iter().map(|number| format!("{number:.4}")).collect::<Vec<_>>().join(" ")
}

/// A page as a form that can be drawn inside another page (ISO 32000-1, 8.10).
fn form(document: &Document, leaf: &Leaf, copier: &mut Copier<'_>, out: &mut Document) -> Result<ObjectId, String> {
    let mut stream = content(document, &leaf.page)?;
    stream.dict.set("Type", "XObject");
    stream.dict.set("Subtype", "Form");
    stream.dict.set("BBox", leaf.seen.map(Object::Real).to_vec());
    stream.dict.set("Resources", copier.copy(&leaf.resources, out));
    if let Ok(group) = leaf.page.get(b"Group") {
        stream.dict.set("Group", copier.copy(group, out));
    }
    Ok(out.add_object(stream))
}

/// The content of a page as one stream.
fn content(document: &Document, page: &Dictionary) -> Result<Stream, String> {
    let streams: Vec<&Stream> = match page.get_deref(b"Contents", document) {
        Ok(Object::Stream(stream)) => vec![stream],
        Ok(Object::Array(all)) => {
            all.iter().filter_map(|one| document.dereference(one).ok()?.1.as_stream().ok()).collect()
        }
        _ => Vec::new(),
    };
    let mut bytes = Vec::new();
    for stream in streams {
        let part = stream.get_plain_content_with_limit(STREAM_BYTES.saturating_sub(bytes.len()));
        bytes.extend(part.map_err(|error| format!("the content of a page cannot be read: {error}"))?);
        bytes.push(b'\n');
    }
    let mut stream = Stream::new(Dictionary::new(), bytes);
    stream.compress().map_err(|error| error.to_string())?;
    Ok(stream)
}

/// Draws the notes and filled-in fields of a page as they look; gives how many cannot be seen.
fn notes(
    document: &Document,
    leaf: &Leaf,
    copier: &mut Copier<'_>,
    out: &mut Document,
    forms: &mut Dictionary,
    content: &mut String,
) -> Result<usize, String> {
    let Ok(all) = leaf.page.get_deref(b"Annots", document).and_then(Object::as_array) else { return Ok(0) };
    let mut unseen = all.len().saturating_sub(NOTES);
    for (at, note) in all.iter().take(NOTES).enumerate() {
        let Ok((_, Object::Dictionary(note))) = document.dereference(note) else { continue };
        let look = appearance(document, note);
        if covers(document, note, look.is_some()) {
            let why =
                "the PDF file has marks that cover parts of a page, and what is under them would still be in the copy";
            return Err(why.to_owned());
        }
        match look {
            Some((form, matrix)) => {
                let name = format!("Note{at}");
                content.push_str(&format!("q {} cm /{name} Do Q\n", words(&matrix)));
                forms.set(name, copier.copy(&form, out));
            }
            None => unseen += usize::from(has_words(document, note)),
        }
    }
    Ok(unseen)
}

/// Whether a mark hides what is under it: one that asks for a redaction nobody carried out, or a filled shape that
/// viewers draw themselves and that a copy without it would lay bare.
fn covers(document: &Document, note: &Dictionary, drawn: bool) -> bool {
    let kind = note.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or(b"");
    let filled = note.get_deref(b"IC", document).and_then(Object::as_array).is_ok_and(|colour| !colour.is_empty());
    kind == b"Redact" || (!drawn && filled && matches!(kind, b"Square" | b"Circle" | b"Polygon"))
}

/// Whether a note that is not drawn has something to say; links and pop-up frames have not.
fn has_words(document: &Document, note: &Dictionary) -> bool {
    let kind = note.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or(b"");
    let said = |key: &[u8]| match note.get_deref(key, document) {
        Ok(Object::String(text, _)) => !text.is_empty(),
        _ => false,
    };
    !matches!(kind, b"Link" | b"Popup") && (said(b"Contents") || said(b"V") || note.has(b"FS"))
}

/// The picture of a note, and the matrix that lays it into its rectangle (ISO 32000-1, 12.5.5, algorithm 8.1).
fn appearance(document: &Document, note: &Dictionary) -> Option<(Object, [f32; 6])> {
    // Flags: hidden is bit 2, no view is bit 6 (ISO 32000-1, table 165).
    const UNSEEN: i64 = 0b10_0010;
    let flags = note.get_deref(b"F", document).and_then(Object::as_i64).unwrap_or(0);
    let kind = note.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or(b"");
    if flags & UNSEEN != 0 || kind == b"Popup" {
        return None;
    }
    let states = note.get_deref(b"AP", document).and_then(Object::as_dict).ok()?;
    let mut picture = states.get(b"N").ok()?;
    if let Ok((_, Object::Dictionary(choices))) = document.dereference(picture) {
        let state = note.get_deref(b"AS", document).and_then(Object::as_name).ok()?;
        picture = choices.get(state).ok()?;
    }
    let (_, Object::Stream(stream)) = document.dereference(picture).ok()? else { return None };
    let target = rectangle_of_any_size(document, note.get_deref(b"Rect", document).ok()?)?;
    let bounds = rectangle_of_any_size(document, stream.dict.get_deref(b"BBox", document).ok()?)?;
    let own: Vec<f32> = stream
        .dict
        .get_deref(b"Matrix", document)
        .and_then(Object::as_array)
        .map(|all| all.iter().filter_map(|one| number(document, one)).collect())
        .unwrap_or_default();
    let [a, b, c, d, e, f] = own[..].try_into().unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let corners = [(0, 1), (0, 3), (2, 1), (2, 3)].map(|(x, y)| (bounds[x], bounds[y]));
    let moved = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let (left, right) = moved.iter().fold((f32::MAX, f32::MIN), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    let (bottom, top) = moved.iter().fold((f32::MAX, f32::MIN), |(low, high), (_, y)| (low.min(*y), high.max(*y)));
    if right - left < 1e-3 || top - bottom < 1e-3 {
        return None;
    }
    let (x, y) = ((target[2] - target[0]) / (right - left), (target[3] - target[1]) / (top - bottom));
    Some((picture.clone(), [x, 0.0, 0.0, y, target[0] - left * x, target[1] - bottom * y]))
}

fn rectangle_of_any_size(document: &Document, value: &Object) -> Option<Rectangle> {
    let numbers: Vec<f32> = value.as_array().ok()?.iter().map_while(|one| number(document, one)).collect();
    let [a, b, c, d] = numbers[..] else { return None };
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}
