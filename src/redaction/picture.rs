//! Boxes burned into a picture or into the pages of a PDF: dots are decoded, painted over, and written as a new file that
//! has nothing else in it.

use super::located::in_text;
use super::stamp::stamp;
use super::words::Search;
use crate::extract::pdf;
use crate::extract::placed::PlacedText;
use crate::extract::raster::{self, Dots, RasterError};
use crate::model::redaction::Region;
use std::io::{Cursor, Write};
use std::ops::Range;

/// Dots of the largest picture that is taken apart.
const DOTS: usize = 100_000_000;
/// How often a picture is read again after words that are still seen in it were covered.
const READINGS: usize = 3;

/// Why nothing was burned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BurnError {
    /// The picture has another format.
    #[error("boxes are drawn into JPEG and PNG pictures alone")]
    Format,
    /// It cannot be decoded.
    #[error("the picture cannot be decoded: {0}")]
    Damaged(String),
    /// It is larger than anything that is shown.
    #[error("the picture has more than {DOTS} dots")]
    TooLarge,
    /// A box is on a page that is not there.
    #[error("there is no page {0}")]
    NoPage(u32),
    /// The pages could not be drawn.
    #[error(transparent)]
    Pages(#[from] RasterError),
    /// The file cannot be opened, so that nobody knows where withheld words stand on its pages.
    #[error("where withheld words stand on its pages could not be read")]
    Unopened,
    /// A program that reads is installed, and does not read what was painted.
    #[error("whether withheld words are still seen on page {0} could not be read")]
    Unread(u32),
    /// Words that are withheld are still seen after all.
    #[error("words that are withheld can still be read on page {0}")]
    StillRead(u32),
}

/// Pages that were painted over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnedPages {
    /// A new PDF of pictures of the pages.
    pub pdf: Vec<u8>,
    /// The words that are read in what is left, page by page; empty where no program that reads is installed.
    pub words: String,
}

/// What is painted over.
pub struct Covered {
    /// The boxes that were decided on, each with what stands in it.
    pub boxes: Vec<(Region, String)>,
    /// Words that may not be seen.
    pub search: Search,
    /// What stands in the box over each of them, by their number.
    pub labels: Vec<String>,
}

impl Covered {
    fn label(&self, needle: usize) -> &str {
        self.labels.get(needle).map_or("", String::as_str)
    }
}

/// A PNG file of the picture, upright, with black boxes in it: those that were decided on, and others over words where they
/// can be read. Nothing of the file it came from is in it but its dots.
///
/// # Errors
/// When the picture cannot be taken apart: then it must not be given.
pub fn burn(bytes: &[u8], covered: &Covered) -> Result<Vec<u8>, BurnError> {
    let mut dots = seen(bytes)?;
    for (region, _) in &covered.boxes {
        if region.page != 1 {
            return Err(BurnError::NoPage(region.page));
        }
        fill(&mut dots, region);
    }
    let mut boxes: Vec<(Region, &str)> =
        covered.boxes.iter().map(|(region, label)| (*region, label.as_str())).collect();
    if !covered.search.is_empty() {
        cover(&mut dots, 1, covered, &mut boxes)?;
    }
    boxes.iter().for_each(|(region, label)| paint(&mut dots, region, label));
    write(&dots)
}

/// The picture upright, as a PNG file.
pub(super) fn upright_png(bytes: &[u8]) -> Result<Vec<u8>, BurnError> {
    write(&seen(bytes)?)
}

/// The dots of a picture as a reader sees it.
fn seen(bytes: &[u8]) -> Result<Dots, BurnError> {
    match bytes {
        [0xff, 0xd8, ..] => Ok(upright(jpeg(bytes)?, turned(bytes))),
        [0x89, b'P', b'N', b'G', ..] => png(bytes),
        _ => Err(BurnError::Format),
    }
}

/// Pictures of all pages of a PDF, with black boxes in them, as a new PDF; and the words that are left in the pictures. Boxes
/// are those that were decided on, and others over words: what is left out of the text of a file is not left in the
/// pictures of its pages.
///
/// # Errors
/// When the pages cannot be drawn, or the words are still read on them: then the file must not be given.
pub fn burn_pages(bytes: &[u8], covered: &Covered) -> Result<BurnedPages, BurnError> {
    let count = raster::count(bytes).unwrap_or(0);
    if count > raster::PAGES {
        return Err(RasterError::TooMany.into());
    }
    if let Some((beyond, _)) = covered.boxes.iter().find(|(one, _)| one.page as usize > count) {
        return Err(BurnError::NoPage(beyond.page));
    }
    let mut all: Vec<(Region, &str)> = covered.boxes.iter().map(|(region, label)| (*region, label.as_str())).collect();
    if !covered.search.is_empty() {
        // A file that cannot be opened may have them anywhere on what a program draws of it.
        let spots = pdf::spots(bytes).ok_or(BurnError::Unopened)?;
        let texts = spots.pages.iter().chain(&spots.beside);
        let found = texts.flat_map(|text| in_text(text, &covered.search));
        all.extend(found.map(|(needle, region)| (region, covered.label(needle))));
    }
    let (mut pages, mut words) = (Vec::new(), String::new());
    for (number, page) in (1..=count).zip(1u32..) {
        let mut dots = raster::page(bytes, number)?;
        let mut boxes: Vec<(Region, &str)> = all.iter().filter(|(one, _)| one.page == page).copied().collect();
        boxes.iter().for_each(|(region, _)| fill(&mut dots, region));
        if let Some(read) = cover(&mut dots, page, covered, &mut boxes)? {
            words.push_str(&read.text);
            words.push('\n');
        }
        // Letters in a box would disturb whoever reads the line, so that they come last.
        boxes.iter().for_each(|(region, label)| paint(&mut dots, region, label));
        pages.push(packed(&dots)?);
    }
    Ok(BurnedPages { pdf: file(&pages), words })
}

/// Paints over words that can be read in the dots, and gives what is read in the end; `None` where no program that reads
/// is installed.
fn cover<'c>(
    dots: &mut Dots,
    page: u32,
    covered: &'c Covered,
    boxes: &mut Vec<(Region, &'c str)>,
) -> Result<Option<PlacedText>, BurnError> {
    for _ in 0..READINGS {
        let read = match raster::words(&write(dots)?) {
            Ok(Some(read)) => read,
            Err(_) if !covered.search.is_empty() => return Err(BurnError::Unread(page)),
            Ok(None) | Err(_) => return Ok(None),
        };
        if covered.search.find(&read.text).is_empty() {
            return Ok(Some(read));
        }
        for (needle, region) in in_text(&read, &covered.search) {
            fill(dots, &region);
            boxes.push((Region { page, ..region }, covered.label(needle)));
        }
    }
    Err(BurnError::StillRead(page))
}

/// The dots that a box touches.
fn touched(dots: &Dots, region: &Region) -> (Range<usize>, Range<usize>) {
    let first = |at: u32, size: usize| (at as usize * size) / 1_000;
    let behind = |at: u32, size: usize| (at as usize * size).div_ceil(1_000).min(size);
    let columns = first(region.left, dots.width)..behind(region.left + region.width, dots.width);
    (columns, first(region.top, dots.height)..behind(region.top + region.height, dots.height))
}

/// Covers every dot that a box touches.
fn fill(dots: &mut Dots, region: &Region) {
    let (columns, rows) = touched(dots, region);
    for row in rows {
        dots.rgb[(row * dots.width + columns.start) * 3..(row * dots.width + columns.end) * 3].fill(0);
    }
}

/// Covers every dot that a box touches, and writes its basis into it.
fn paint(dots: &mut Dots, region: &Region, label: &str) {
    fill(dots, region);
    let (columns, rows) = touched(dots, region);
    stamp(dots, &columns, &rows, label);
}

/// How a camera held the picture, from 1 (upright) to 8 (EXIF 2.3, tag 0x0112).
fn turned(bytes: &[u8]) -> u32 {
    let read = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok();
    let field = read.as_ref().and_then(|read| read.get_field(exif::Tag::Orientation, exif::In::PRIMARY));
    field.and_then(|field| field.value.get_uint(0)).filter(|way| (1..=8).contains(way)).unwrap_or(1)
}

/// The picture as a reader sees it, whom the boxes are drawn for.
fn upright(dots: Dots, way: u32) -> Dots {
    if way == 1 {
        return dots;
    }
    let (width, height) = if way >= 5 { (dots.height, dots.width) } else { (dots.width, dots.height) };
    let mut rgb = Vec::with_capacity(dots.rgb.len());
    for row in 0..height {
        for column in 0..width {
            let (right, below) = (width - 1 - column, height - 1 - row);
            let (x, y) = match way {
                2 => (right, row),
                3 => (right, below),
                4 => (column, below),
                5 => (row, column),
                6 => (row, right),
                7 => (below, right),
                _ => (below, column),
            };
            let at = (y * dots.width + x) * 3;
            rgb.extend_from_slice(&dots.rgb[at..at + 3]);
        }
    }
    Dots { width, height, rgb }
}

fn damaged(error: &dyn ToString) -> BurnError {
    BurnError::Damaged(error.to_string())
}

fn jpeg(bytes: &[u8]) -> Result<Dots, BurnError> {
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| damaged(&"it has no size"))?;
    if width.saturating_mul(height) > DOTS {
        return Err(BurnError::TooLarge);
    }
    let rgb = decoder.decode().map_err(|error| damaged(&error))?;
    sized(width, height, rgb)
}

fn png(bytes: &[u8]) -> Result<Dots, BurnError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    if width.saturating_mul(height) > DOTS {
        return Err(BurnError::TooLarge);
    }
    let mut raw = vec![0; reader.output_buffer_size().ok_or(BurnError::TooLarge)?];
    let frame = reader.next_frame(&mut raw).map_err(|error| damaged(&error))?;
    raw.truncate(frame.buffer_size());
    // What lies behind a transparent dot is never shown, and may be told by it: it becomes white.
    let over_white = |shade: u8, alpha: u8| {
        let mixed = (u32::from(shade) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    let rgb = match frame.color_type {
        png::ColorType::Rgb => raw,
        png::ColorType::Rgba => {
            raw.chunks_exact(4).flat_map(|dot| [0, 1, 2].map(|at| over_white(dot[at], dot[3]))).collect()
        }
        png::ColorType::Grayscale => raw.iter().flat_map(|grey| [*grey; 3]).collect(),
        png::ColorType::GrayscaleAlpha => raw.chunks_exact(2).flat_map(|dot| [over_white(dot[0], dot[1]); 3]).collect(),
        png::ColorType::Indexed => return Err(damaged(&"its colours cannot be read")),
    };
    sized(width, height, rgb)
}

fn sized(width: usize, height: usize, rgb: Vec<u8>) -> Result<Dots, BurnError> {
    if rgb.len() != width * height * 3 || rgb.is_empty() {
        return Err(BurnError::Damaged("it has fewer dots than it says".to_owned()));
    }
    Ok(Dots { width, height, rgb })
}

pub(super) fn write(dots: &Dots) -> Result<Vec<u8>, BurnError> {
    let size = |size: usize| u32::try_from(size).map_err(|_| BurnError::TooLarge);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size(dots.width)?, size(dots.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|error| damaged(&error))?;
    writer.write_image_data(&dots.rgb).map_err(|error| damaged(&error))?;
    writer.finish().map_err(|error| damaged(&error))?;
    Ok(out)
}

/// A page of a new file: its size in dots and its packed dots, grey where it has no colour.
struct PackedPage {
    width: usize,
    height: usize,
    colours: &'static str,
    bytes: Vec<u8>,
}

fn packed(dots: &Dots) -> Result<PackedPage, BurnError> {
    let is_grey = dots.rgb.chunks_exact(3).all(|dot| dot[0] == dot[1] && dot[1] == dot[2]);
    let grey: Vec<u8>;
    let (colours, raw) = if is_grey {
        grey = dots.rgb.iter().step_by(3).copied().collect();
        ("DeviceGray", &grey)
    } else {
        ("DeviceRGB", &dots.rgb)
    };
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let packed = encoder.write_all(raw).and_then(|()| encoder.finish()).map_err(|error| damaged(&error))?;
    Ok(PackedPage { width: dots.width, height: dots.height, colours, bytes: packed })
}

/// A PDF of pictures, one to a page (ISO 32000-1, 7.5 and 8.9). The same pages give the same bytes.
fn file(pages: &[PackedPage]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|at| format!("{} 0 R", 3 + at * 3)).collect();
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()).into_bytes(),
    ];
    for (at, page) in pages.iter().enumerate() {
        let points = |dots: usize| dots as f64 * 72.0 / f64::from(raster::DOTS_PER_INCH);
        let (wide, high) = (points(page.width), points(page.height));
        let first = 3 + at * 3;
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide:.2} {high:.2}] /Contents {} 0 R \
                 /Resources << /XObject << /P {} 0 R >> >> >>",
                first + 1,
                first + 2
            )
            .into_bytes(),
        );
        let drawn = format!("q {wide:.2} 0 0 {high:.2} 0 0 cm /P Do Q");
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()).into_bytes());
        let mut picture = format!(
            "<< /Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /{} /BitsPerComponent 8 \
             /Filter /FlateDecode /Length {} >>\nstream\n",
            page.width,
            page.height,
            page.colours,
            page.bytes.len()
        )
        .into_bytes();
        picture.extend_from_slice(&page.bytes);
        picture.extend_from_slice(b"\nendstream");
        objects.push(picture);
    }
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend_from_slice(format!("{} 0 obj\n", at + 1).as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    let size = objects.len() + 1;
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::super::words::{Needle, SearchBuilder};
    use super::*;

    fn covered(boxes: &[Region], words: &[&str]) -> Covered {
        let mut builder = SearchBuilder::default();
        for needle in words.iter().filter_map(|one| Needle::of(one)) {
            builder.add(needle);
        }
        let boxes = boxes.iter().map(|one| (*one, String::new())).collect();
        Covered { boxes, search: builder.build().expect("built"), labels: Vec::new() }
    }

    fn picture() -> Vec<u8> {
        let rgb: Vec<u8> = (0u32..40 * 20).flat_map(|dot| [(dot % 251) as u8, 200, 7]).collect();
        write(&Dots { width: 40, height: 20, rgb }).expect("written")
    }

    #[test]
    fn every_dot_a_box_touches_is_black_and_all_others_stay() {
        let before = png(&picture()).expect("read");
        let region: Region = "1:260,490,240,20".parse().expect("a region");
        let burned = burn(&picture(), &covered(&[region], &[])).expect("burned");
        let after = png(&burned).expect("read");
        for row in 0..20 {
            for column in 0..40 {
                let at = (row * 40 + column) * 3;
                // 0.26 x 40 = 10.4 and 0.5 x 40 = 20; 0.49 x 20 = 9.8 and 0.51 x 20 = 10.2.
                let inside = (10..20).contains(&column) && (9..11).contains(&row);
                let expected = if inside { &[0, 0, 0][..] } else { &before.rgb[at..at + 3] };
                assert_eq!(&after.rgb[at..at + 3], expected, "{column} {row}");
            }
        }
        assert_eq!(burn(&picture(), &covered(&[region], &[])).expect("burned"), burned, "the same bytes each time");
    }

    #[test]
    fn a_box_is_drawn_on_the_picture_as_it_is_seen() {
        // Two rows of three dots, 1 2 3 over 4 5 6, as a camera stores it when held in each of eight ways.
        let dots = |width, height, shades: &[u8]| Dots {
            width,
            height,
            rgb: shades.iter().flat_map(|shade| [*shade; 3]).collect(),
        };
        let stored = dots(3, 2, &[1, 2, 3, 4, 5, 6]);
        let rows: [(u32, usize, usize, [u8; 6]); 8] = [
            (1, 3, 2, [1, 2, 3, 4, 5, 6]),
            (2, 3, 2, [3, 2, 1, 6, 5, 4]),
            (3, 3, 2, [6, 5, 4, 3, 2, 1]),
            (4, 3, 2, [4, 5, 6, 1, 2, 3]),
            (5, 2, 3, [1, 4, 2, 5, 3, 6]),
            (6, 2, 3, [4, 1, 5, 2, 6, 3]),
            (7, 2, 3, [6, 3, 5, 2, 4, 1]),
            (8, 2, 3, [3, 6, 2, 5, 1, 4]),
        ];
        for (way, width, height, seen) in rows {
            assert_eq!(upright(stored.clone(), way), dots(width, height, &seen), "{way}");
        }
    }

    #[test]
    fn what_cannot_be_taken_apart_is_not_given() {
        assert_eq!(burn(b"GIF89a", &covered(&[], &[])), Err(BurnError::Format));
        assert!(matches!(burn(&picture()[..60], &covered(&[], &[])), Err(BurnError::Damaged(_))));
        assert!(matches!(burn(&[0xff, 0xd8, 0xff], &covered(&[], &[])), Err(BurnError::Damaged(_))));
        let second: Region = "2:0,0,10,10".parse().expect("a region");
        assert_eq!(burn(&picture(), &covered(&[second], &[])), Err(BurnError::NoPage(2)));
    }

    #[test]
    fn painted_pages_have_no_words_under_the_box() {
        let source = pdf::page_of_words("Culvert 123-45-6789 report");
        if raster::page(&source, 1) == Err(RasterError::Missing) {
            println!("skipped: pdftoppm is not installed");
            return;
        }
        let everything: Region = "1:0,0,1000,1000".parse().expect("a region");
        let burned = burn_pages(&source, &covered(&[everything], &[])).expect("burned");
        assert!(!burned.words.contains("123"), "{}", burned.words);
        let text = crate::extract::text(&burned.pdf, "burned.pdf", "").text;
        assert!(!text.contains("Culvert"), "{text}");
        let dots = raster::page(&burned.pdf, 1).expect("drawn again");
        assert!(dots.rgb.iter().all(|shade| *shade == 0), "all of it is black");
        let beyond: Region = "2:0,0,10,10".parse().expect("a region");
        assert_eq!(burn_pages(&source, &covered(&[beyond], &[])), Err(BurnError::NoPage(2)));
    }

    #[test]
    fn pages_of_a_file_that_does_not_open_are_not_given_where_words_are_withheld() {
        for bytes in [&b"%PDF-1.7\nno objects"[..], b""] {
            assert_eq!(burn_pages(bytes, &covered(&[], &["quist"])), Err(BurnError::Unopened));
        }
    }

    #[test]
    fn words_left_out_of_the_text_are_not_left_in_the_pictures_of_its_pages() {
        let source = pdf::page_of_words("Culvert of Quist, and Ridgeview report");
        if !raster::draws_pages() {
            println!("skipped: pdftoppm is not installed");
            return;
        }
        let corner: Region = "1:0,950,10,10".parse().expect("a region");
        let burned = burn_pages(&source, &covered(&[corner], &["quist"])).expect("burned");
        let dots = raster::page(&burned.pdf, 1).expect("drawn again");
        // The line of 24 points at 700 of 792: dark in one stretch where the name was, and words on both sides of it.
        let row = &dots.rgb[(dots.height * 92 / 792) * dots.width * 3..][..dots.width * 3];
        let dark: Vec<usize> = (0..dots.width).filter(|at| row[at * 3] == 0).collect();
        let longest = dark.chunk_by(|one, next| one + 1 == *next).map(<[usize]>::len).max().unwrap_or(0);
        assert!(longest > 140, "a box of about 60 points at 200 dots to the inch: {longest}");
        match raster::words(&write(&dots).expect("written")).expect("it runs") {
            None => println!("not read again: tesseract is not installed"),
            Some(read) => {
                assert!(!read.text.contains("Quist"), "{}", read.text);
                assert!(read.text.contains("Culvert") && read.text.contains("Ridgeview"), "{}", read.text);
            }
        }
    }
}
