//! Pages become a PDF file: PDF/A-2u and PDF/UA-1, tagged, with nothing in it that changes from run to run.

use super::picture::Picture;
use super::setting::Setter;
use super::sheet::{Ink, LETTER, MEASURE, Mark, Part, SIDE, Sheet};
use super::stamp::Stamp;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};
use std::num::NonZeroU16;

/// Language of the program's own words (RFC 5646).
const LANGUAGE: &str = "en-US";

/// What the file says of itself.
pub(super) struct Imprint {
    /// The title.
    pub(super) title: String,
    /// An identifier made from the content.
    pub(super) id: String,
    /// Whether the file is PDF/A-2u; a picture in printing colours cannot be.
    pub(super) archival: bool,
    /// What it says beside its title.
    pub(super) properties: super::Properties,
}

/// Writes the pages. The same pages always give the same bytes.
pub(super) fn write(
    sheet: &Sheet,
    picture: Option<&Picture>,
    stamp: &Stamp<'_>,
    imprint: &Imprint,
    setter: &mut Setter,
) -> Result<Vec<u8>, String> {
    let mut configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    if imprint.archival {
        configuration = configuration.with_archival_validator(Archival::A2_U);
    }
    let configuration = configuration.finish().map_err(|error| format!("{error:?}"))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(imprint));
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(imprint.title.clone(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    document.set_outline(outline);
    let mut drawn: Vec<Vec<Identifier>> = vec![Vec::new(); sheet.parts.len()];
    for (at, marks) in sheet.pages.iter().enumerate() {
        let settings = stamp.settings(LETTER, at).ok_or("a page has no size")?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            if let Some((part, identifier)) = draw(mark, &mut surface, setter, picture) {
                drawn[part].push(identifier);
            }
        }
        stamp.draw(&mut surface, setter, LETTER, at);
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tree(&sheet.parts, drawn));
    document.finish().map_err(|error| error.to_string())
}

/// PDF/A wants a date of creation in the metadata (ISO 19005-2, 6.6.2.3). The day on which a page is drawn would make
/// every run give other bytes, so the beginning of the century stands for "not stated".
fn metadata(imprint: &Imprint) -> Metadata {
    let date = DateTime::new(2000).month(1).day(1).hour(0).minute(0).second(0).utc_offset_hour(0).utc_offset_minute(0);
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

fn fill(surface: &mut Surface<'_>, level: u8) {
    surface.set_fill(Some(Fill { paint: rgb::Color::new(level, level, level).into(), ..Fill::default() }));
}

/// Draws a mark; gives the part it belongs to unless it is only decoration.
fn draw(
    mark: &Mark,
    surface: &mut Surface<'_>,
    setter: &mut Setter,
    picture: Option<&Picture>,
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
        Mark::Picture { left, top, width, height, part } => {
            let identifier = surface.start_tagged(ContentTag::Other);
            if let Some(picture) = picture {
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
    for (part, identifiers) in parts.iter().zip(drawn) {
        if !matches!(part, Part::Label | Part::Value) && !table.children.is_empty() {
            tree.push(std::mem::replace(&mut table, TagGroup::new(Tag::Table)));
        }
        match part {
            Part::Title(title) => tree.push(group(Tag::Hn(NonZeroU16::MIN, Some(title.clone())), identifiers)),
            Part::Paragraph(language) => {
                tree.push(group(Tag::P.with_lang(language.map(str::to_owned)), identifiers));
            }
            Part::Picture(words) => tree.push(group(Tag::Figure(Some(words.clone())), identifiers)),
            Part::Label => row.push(group(Tag::TH(TableHeaderScope::Row), identifiers)),
            Part::Value => {
                row.push(group(Tag::TD, identifiers));
                table.push(std::mem::replace(&mut row, TagGroup::new(Tag::TR)));
            }
        }
    }
    if !table.children.is_empty() {
        tree.push(table);
    }
    tree
}

fn group(tag: impl Into<TagKind>, identifiers: Vec<Identifier>) -> TagGroup {
    let mut group = TagGroup::new(tag);
    identifiers.into_iter().for_each(|identifier| group.push(identifier));
    group
}
