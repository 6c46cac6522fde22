//! The stamp in the band below the text: label, place in the item, production number.

use super::fonts::{BOLD, REGULAR};
use super::setting::{LEADING, Setter, Style};
use super::sheet::Paper;
use crate::model::production::BatesNumber;
use krilla::color::rgb;
use krilla::page::{PageLabel, PageSettings};
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag};
use krilla::{Document, SerializeSettings};

/// Height of the band that belongs to the stamp, in points: half an inch on Letter.
pub(super) const BAND: f32 = 36.0;
/// Width of the page for which the sizes below are made, in points; wider drawings get a larger stamp.
const MADE_FOR: f32 = 612.0;
/// Font size of the number and the label, in points.
const SIZE: f32 = 9.0;
/// The smallest size a long label is set in before it is cut, in points.
const SMALLEST: f32 = 5.0;
/// Inset of the stamp from the sides, in points.
const INSET: f32 = 36.0;

/// What is stamped on the pages of one item.
pub(super) struct Stamp<'a> {
    /// Number of the first page.
    pub(super) first: Option<&'a BatesNumber>,
    /// The label, empty for none.
    pub(super) label: &'a str,
    /// Pages of the item.
    pub(super) pages: usize,
}

/// How much larger than on Letter a stamp is on a page.
pub(super) fn scale(paper: Paper) -> f32 {
    (paper.width.min(paper.height) / MADE_FOR).clamp(0.75, 8.0)
}

impl Stamp<'_> {
    /// The number of a page, counted from 0.
    pub(super) fn number(&self, page: usize) -> Option<String> {
        let further = u32::try_from(page).ok()?;
        self.first.map(|first| first.plus(further).to_string())
    }

    /// The page settings: size, and the number as the name that a viewer shows.
    pub(super) fn settings(&self, paper: Paper, page: usize) -> Option<PageSettings> {
        let settings = PageSettings::from_wh(paper.width, paper.height)?;
        let label = self.number(page).map(|number| PageLabel::new(None, Some(number), None));
        Some(label.into_iter().fold(settings, PageSettings::with_page_label))
    }

    /// Draws the stamp of a page. It is no part of the document's text, and said to be so.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, setter: &mut Setter, paper: Paper, page: usize) {
        let scale = scale(paper);
        let replaced = setter.replaced;
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        surface.set_fill(Some(Fill { paint: rgb::Color::new(0, 0, 0).into(), ..Fill::default() }));
        let third = (paper.width - 2.0 * INSET * scale) / 3.0;
        let top = paper.height - BAND * scale + 8.0 * scale;
        let mut write = |text: &str, face, place: f32| {
            let mut style = Style { face, size: SIZE * scale, width: third * 1.2, hanging: 0.0, from_left: true };
            let mut laid = setter.set(text, style);
            while laid.lines() > 1 && style.size > SMALLEST * scale {
                style.size -= 0.5 * scale;
                laid = setter.set(text, style);
            }
            let room = paper.width - 2.0 * INSET * scale - laid.width();
            let lower = (SIZE * scale - style.size) * LEADING / 2.0;
            laid.draw(surface, setter, 0, INSET * scale + room * place, top + lower);
        };
        let first_line = self.label.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim();
        if !first_line.is_empty() {
            write(first_line, BOLD, 0.0);
        }
        write(&format!("Page {} of {}", page + 1, self.pages), REGULAR, 0.5);
        if let Some(number) = self.number(page) {
            write(&number, BOLD, 1.0);
        }
        surface.end_tagged();
        // What the label lacks is said once, with the pages, and not once for each page.
        setter.replaced = replaced;
    }

    /// A PDF file with nothing but the stamps, to be laid over pages that come from elsewhere.
    pub(super) fn overlay(&self, setter: &mut Setter, papers: &[Paper]) -> Result<Vec<u8>, String> {
        let settings = SerializeSettings { enable_tagging: false, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        for (at, paper) in papers.iter().enumerate() {
            let settings = self.settings(*paper, at).ok_or("a page has no size")?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            self.draw(&mut surface, setter, *paper, at);
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|error| error.to_string())
    }
}
