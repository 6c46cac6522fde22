//! An image to a page, where a production has them: the drawn pages each as a PDF file, or as TIFF files.
//!
//! They are made from the numbered and stamped document and from nothing else, so that what is left out of it is in none
//! of them.

use super::ProductionError;
use super::plan::Plan;
use super::words::released;
use crate::extract::raster::{self, RasterError};
use crate::model::production::{BatesNumber, Extra, PublicText};
use crate::package::tiff;
use crate::render::{self, RenderError};
use crate::verify::delivery::Draw;

/// What stands in the image of a page that cannot be drawn as dots.
const NOT_DRAWN: &str = "This page could not be drawn as an image; it is in the PDF file of its document.";

/// The images of a document that begins at `first`, and what the receiver should know of them.
pub(super) fn of(
    plan: &Plan,
    pdf: &[u8],
    first: &BatesNumber,
    exercise: bool,
    draw: Draw<'_>,
) -> Result<(Vec<Vec<u8>>, Option<PublicText>), ProductionError> {
    if plan.extras.contains(&Extra::PagePdf) {
        return Ok((render::single_pages(pdf)?, None));
    }
    if !plan.extras.contains(&Extra::Tiff) {
        return Ok((Vec::new(), None));
    }
    let mut lost = 0;
    let mut images = Vec::new();
    for (number, page) in (0..).map(|nth| first.plus(nth)).zip(render::single_pages(pdf)?) {
        let image = match dots(&page)? {
            Some(image) => image,
            None => {
                lost += 1;
                let slip = draw(&render::slip_sheet(&number, NOT_DRAWN, exercise, Some(plan.made_at)))?;
                let failed = || ProductionError::Render(RenderError::Writer("a page image".to_owned()));
                dots(&slip.pdf)?.ok_or_else(failed)?
            }
        };
        images.push(image);
    }
    let told = match lost {
        0 => None,
        1 => Some(released("One page could not be drawn as an image; it is in the PDF file.")),
        count => Some(released(&format!("{count} pages could not be drawn as images; they are in the PDF file."))),
    };
    Ok((images, told))
}

/// A page as a TIFF file; `None` when the program that draws it gives up on it.
fn dots(page: &[u8]) -> Result<Option<Vec<u8>>, ProductionError> {
    match raster::bits(page, 1, tiff::DOTS_PER_INCH) {
        Ok((width, height, rows)) => Ok(tiff::file(&tiff::Bits { width, height, rows })),
        Err(error @ RasterError::Missing) => {
            let message = format!("no TIFF images can be made: {error}");
            Err(ProductionError::refused(message, "Install it, or take PDF images: --images pdf"))
        }
        Err(RasterError::Drawing(_) | RasterError::TooMany) => Ok(None),
    }
}
