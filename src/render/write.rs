//! Pages become a PDF file: PDF/UA-1 and PDF/A-2u (or PDF/A-3a with its original inside), tagged, with nothing in it that changes from run to run.

use super::Source;
use super::picture::Picture;
use super::setting::Setter;
use super::sheet::{Group, Ink, LETTER, MEASURE, Mark, Part, SIDE, Sheet};
use super::stamp::Stamp;
use chrono::{DateTime as Moment, Datelike, Timelike, Utc};
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
    TagTree,
};
use krilla::{Document, SerializeSettings};
use std::collections::BTreeMap;
use std::num::NonZeroU16;

/// Language of the program's own words (RFC 5646).
const LANGUAGE: &str = "en-US";

/// What the file says of itself.
pub(super) struct Imprint<'a> {
    /// The title.
    pub(super) title: String,
    /// An identifier made from the content.
    pub(super) id: String,
    /// Which standard it keeps.
    pub(super) form: Form<'a>,
    /// When it was made; `None` where nobody says.
    pub(super) made_at: Option<Moment<Utc>>,
    /// What it says beside its title.
    pub(super) properties: super::Properties,
}

/// The standard that a file keeps, besides PDF/UA-1.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    /// None: a picture in printing colours cannot be in PDF/A.
    Plain,
    /// PDF/A-2u, with nothing embedded: what goes out.
    Public,
    /// PDF/A-3a with the original embedded: what is filed.
    Archival(&'a Source),
}

/// Writes the pages. The same pages always give the same bytes.
pub(super) fn write(
    sheet: &Sheet,
    pictures: &[Option<&Picture>],
    stamp: &Stamp<'_>,
    imprint: &Imprint<'_>,
    setter: &mut Setter,
) -> Result<Vec<u8>, String> {
    let mut configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    match imprint.form {
        Form::Plain => {}
        Form::Public => configuration = configuration.with_archival_validator(Archival::A2_U),
        Form::Archival(_) => configuration = configuration.with_archival_validator(Archival::A3_A),
    }
    let configuration = configuration.finish().map_err(|error| format!("{error:?}"))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(imprint));
    if let Form::Archival(source) = imprint.form {
        embed(&mut document, source, imprint.made_at)?;
    }
    document.set_outline(outline(sheet, &imprint.title));
    let mut drawn: Vec<Vec<Identifier>> = vec![Vec::new(); sheet.parts.len()];
    for (at, marks) in sheet.pages.iter().enumerate() {
        let settings = stamp.settings(LETTER, at).ok_or("a page has no size")?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            if let Some((part, identifier)) = draw(mark, &mut surface, setter, pictures) {
                drawn[part].push(identifier);
            }
        }
        stamp.draw(&mut surface, setter, LETTER, at);
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tree(&sheet.parts, drawn));
    document.finish().map(without_suspects).map_err(|error| error.to_string())
}

/// `/Suspects false` says what is so anyway (ISO 32000-1, table 321), and poppler complains of it: blanks take its place,
/// so that nothing in the file moves.
fn without_suspects(mut pdf: Vec<u8>) -> Vec<u8> {
    const MARKED: &[u8] = b"/MarkInfo<</Marked true";
    const SUSPECTS: &[u8] = b"/Suspects false";
    let found = pdf.windows(MARKED.len() + SUSPECTS.len()).rposition(|one| {
        let (before, behind) = one.split_at(MARKED.len());
        before == MARKED && behind == SUSPECTS
    });
    if let Some(at) = found {
        pdf[at + MARKED.len()..][..SUSPECTS.len()].fill(b' ');
    }
    pdf
}

/// PDF/A wants a date of creation in the metadata (ISO 19005-2, 6.6.2.3). It is that of the production, which is said and
/// not read from a clock, so that the same production always has the same bytes; where nobody says it, the beginning of the
/// century stands for "not stated".
fn metadata(imprint: &Imprint<'_>) -> Metadata {
    let date = date(imprint.made_at);
    let super::Properties { subject, author, keywords } = &imprint.properties;
    let authors = if author.is_empty() { Vec::new() } else { vec![author.as_str().to_owned()] };
    Metadata::new()
        .title(imprint.title.clone())
        .description(subject.as_str().to_owned())
        .authors(authors)
        .keywords(keywords.iter().map(|word| word.as_str().to_owned()).collect())
        .language(LANGUAGE.to_owned())
        .producer("Recordroom".to_owned())
        .creation_date(date)
        .document_id(imprint.id.clone())
}

fn date(moment: Option<Moment<Utc>>) -> DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let not_stated = (2000, [1, 1, 0, 0, 0]);
    let (year, [month, day, hour, minute, second]) = moment.map_or(not_stated, |at| {
        let year = u16::try_from(at.year()).unwrap_or(2000);
        (year, [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(small))
    });
    let date = DateTime::new(year).month(month).day(day).hour(hour).minute(minute).second(second);
    date.utc_offset_hour(0).utc_offset_minute(0)
}

/// Embeds the original that the pages are drawn from (ISO 19005-3, 6.8; EA-PDF: as the source).
fn embed(document: &mut Document, source: &Source, made_at: Option<Moment<Utc>>) -> Result<(), String> {
    let file = EmbeddedFile {
        path: source.name.clone(),
        mime_type: MimeType::new(&source.media_type).or_else(|| MimeType::new("application/octet-stream")),
        description: Some(source.description.clone()),
        association_kind: AssociationKind::Source,
        data: source.bytes.clone().into(),
        modification_date: Some(date(made_at)),
        compress: None,
        location: None,
    };
    document.embed_file(file).ok_or_else(|| "the original could not be embedded".to_owned())
}

/// Bookmarks: the title, and below it the headings.
fn outline(sheet: &Sheet, title: &str) -> Outline {
    /// Headings that are listed.
    const LISTED: usize = 500;
    let mut first = OutlineNode::new(title.to_owned(), XyzDestination::new(0, Point::from_xy(0.0, 0.0)));
    let mut places: BTreeMap<usize, (usize, f32)> = BTreeMap::new();
    for (page, marks) in sheet.pages.iter().enumerate() {
        for mark in marks {
            if let Mark::Line { part, top, .. } = mark
                && matches!(sheet.parts[*part], Part::Heading(..))
            {
                places.entry(*part).or_insert((page, *top));
            }
        }
    }
    for (part, (page, top)) in places.into_iter().take(LISTED) {
        if let Part::Heading(_, words) = &sheet.parts[part] {
            let place = XyzDestination::new(page, Point::from_xy(0.0, top));
            first.push_child(OutlineNode::new(words.clone(), place));
        }
    }
    let mut outline = Outline::new();
    outline.push_child(first);
    outline
}

fn fill(surface: &mut Surface<'_>, level: u8) {
    surface.set_fill(Some(Fill { paint: rgb::Color::new(level, level, level).into(), ..Fill::default() }));
}

/// Draws a mark; gives the part it belongs to unless it is only decoration.
fn draw(
    mark: &Mark,
    surface: &mut Surface<'_>,
    setter: &mut Setter,
    pictures: &[Option<&Picture>],
) -> Option<(usize, Identifier)> {
    match mark {
        Mark::Line { laid, line, left, top, ink, part } => {
            fill(surface, if *ink == Ink::Black { 0 } else { 0x48 });
            let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            laid.draw(surface, setter, *line, *left, *top);
            surface.end_tagged();
            Some((*part, identifier))
        }
        Mark::Rule { top } => {
            decoration(surface, 0x80, Rect::from_xywh(SIDE, *top, MEASURE, 0.75));
            None
        }
        Mark::Bar { left, top, height } => {
            decoration(surface, 0xB0, Rect::from_xywh(*left, *top, 1.25, *height));
            None
        }
        Mark::Hair { left, top, width } => {
            decoration(surface, 0xA0, Rect::from_xywh(*left, *top, *width, 0.5));
            None
        }
        Mark::Again { laid, line, left, top } => {
            fill(surface, 0);
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)));
            laid.draw(surface, setter, *line, *left, *top);
            surface.end_tagged();
            None
        }
        Mark::Picture { left, top, width, height, nth, part } => {
            let identifier = surface.start_tagged(ContentTag::Other);
            if let Some(Some(picture)) = pictures.get(*nth) {
                picture.draw(surface, *left, *top, *width, *height);
            }
            surface.end_tagged();
            Some((*part, identifier))
        }
    }
}

fn decoration(surface: &mut Surface<'_>, level: u8, rectangle: Option<Rect>) {
    let Some(rectangle) = rectangle else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rectangle);
    if let Some(path) = path.finish() {
        fill(surface, level);
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        surface.draw_path(&path);
        surface.end_tagged();
    }
}

/// The structure that a screen reader follows: a heading, a table of two columns, paragraphs (ISO 14289-1, 7).
fn tree(parts: &[Part], drawn: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    let mut table =
        TagGroup::new(Tag::Table.with_summary(Some("What is known of this document: labels and values".to_owned())));
    let mut row = TagGroup::new(Tag::TR);
    let mut open: Vec<TagGroup> = Vec::new();
    for (part, identifiers) in parts.iter().zip(drawn) {
        if !matches!(part, Part::Label | Part::Value) && !table.children.is_empty() {
            tree.push(std::mem::replace(&mut table, TagGroup::new(Tag::Table)));
        }
        let leaf = match part {
            Part::Title(title) => group(Tag::Hn(NonZeroU16::MIN, Some(title.clone())), identifiers),
            Part::Heading(level, words) => {
                let level = NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN);
                group(Tag::Hn(level, Some(words.clone())), identifiers)
            }
            Part::Paragraph(language) => group(Tag::P.with_lang(language.map(str::to_owned)), identifiers),
            Part::Picture(words) => group(Tag::Figure(Some(words.clone())), identifiers),
            Part::Sign => group(Tag::Lbl, identifiers),
            Part::ColumnHead => group(Tag::TH(TableHeaderScope::Column), identifiers),
            Part::RowHead => group(Tag::TH(TableHeaderScope::Row), identifiers),
            Part::Cell => group(Tag::TD, identifiers),
            Part::Open(kind) => {
                open.push(opened(kind));
                continue;
            }
            Part::Close => match open.pop() {
                Some(group) => group,
                None => continue,
            },
            Part::Label => {
                row.push(group(Tag::TH(TableHeaderScope::Row), identifiers));
                continue;
            }
            Part::Value => {
                row.push(group(Tag::TD, identifiers));
                table.push(std::mem::replace(&mut row, TagGroup::new(Tag::TR)));
                continue;
            }
        };
        match open.last_mut() {
            Some(outer) => outer.push(leaf),
            None => tree.push(leaf),
        }
    }
    // What found no room on the pages may have left groups open.
    while let Some(group) = open.pop() {
        match open.last_mut() {
            Some(outer) => outer.push(group),
            None => tree.push(group),
        }
    }
    if !table.children.is_empty() {
        tree.push(table);
    }
    tree
}

fn opened(kind: &Group) -> TagGroup {
    match kind {
        Group::Quote => TagGroup::new(Tag::BlockQuote),
        Group::List(true) => TagGroup::new(Tag::L(ListNumbering::Decimal)),
        Group::List(false) => TagGroup::new(Tag::L(ListNumbering::Disc)),
        Group::Item => TagGroup::new(Tag::LI),
        Group::Body => TagGroup::new(Tag::LBody),
        Group::Table(summary) => {
            let summary = Some(summary.clone()).filter(|words| !words.is_empty());
            TagGroup::new(Tag::Table.with_summary(summary))
        }
        Group::Row => TagGroup::new(Tag::TR),
    }
}

fn group(tag: impl Into<TagKind>, identifiers: Vec<Identifier>) -> TagGroup {
    let mut group = TagGroup::new(tag);
    identifiers.into_iter().for_each(|identifier| group.push(identifier));
    group
}
