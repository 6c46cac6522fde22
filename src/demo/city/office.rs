//! Office documents of the story: the least that makes each format valid (ECMA-376, OASIS OpenDocument).

use super::documents::{escaped, zip};
use super::error::CityError;

/// The media type of a DOCX file.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// The media type of an XLSX file.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The media type of a PPTX file.
pub const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
/// The media type of an ODT file.
pub const ODT: &str = "application/vnd.oasis.opendocument.text";

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn types(overrides: &[(&str, &str)]) -> String {
    let parts: String = overrides
        .iter()
        .map(|(part, media)| format!("<Override PartName=\"/{part}\" ContentType=\"{media}+xml\"/>"))
        .collect();
    format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>{parts}</Types>"
    )
}

fn relations(targets: &[(&str, &str)]) -> String {
    let all: String = targets
        .iter()
        .enumerate()
        .map(|(at, (kind, target))| {
            format!("<Relationship Id=\"rId{}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>", at + 1)
        })
        .collect();
    format!(
        "{XML}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{all}</Relationships>"
    )
}

/// A letter or memorandum: a paragraph for each line.
pub fn docx(lines: &[String]) -> Result<Vec<u8>, CityError> {
    let paragraphs: String = lines
        .iter()
        .map(|line| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escaped(line)))
        .collect();
    let document = format!(
        "{XML}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{paragraphs}<w:sectPr/></w:body></w:document>"
    );
    zip(&[
        ("[Content_Types].xml", types(&[("word/document.xml", &format!("{DOCX}.main"))]).as_bytes()),
        ("_rels/.rels", relations(&[("officeDocument", "word/document.xml")]).as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

/// A workbook: a row for each line, cells between bars.
pub fn xlsx(lines: &[String]) -> Result<Vec<u8>, CityError> {
    let cell = |cell: &str| {
        let cell = cell.trim();
        match cell.replace(['$', ','], "").parse::<f64>() {
            Ok(number) => format!("<c><v>{number}</v></c>"),
            Err(_) => format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(cell)),
        }
    };
    let rows: String =
        lines.iter().map(|line| format!("<row>{}</row>", line.split('|').map(cell).collect::<String>())).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let sheet = format!("{XML}<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let book = format!(
        "{XML}<workbook xmlns=\"{main}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"Cedar Bend\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet";
    zip(&[
        (
            "[Content_Types].xml",
            types(&[("xl/workbook.xml", &format!("{XLSX}.main")), ("xl/worksheets/sheet1.xml", media)]).as_bytes(),
        ),
        ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml")]).as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations(&[("worksheet", "worksheets/sheet1.xml")]).as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// Slides: one slide with a paragraph for each line.
pub fn pptx(lines: &[String]) -> Result<Vec<u8>, CityError> {
    let paragraphs: String =
        lines.iter().map(|line| format!("<a:p><a:r><a:t>{}</a:t></a:r></a:p>", escaped(line))).collect();
    let spaces = format!(
        "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:r=\"{RELATIONS}\""
    );
    let slide = format!(
        "{XML}<p:sld {spaces}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Text\"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    );
    let show = format!(
        "{XML}<p:presentation {spaces}><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId1\"/></p:sldIdLst><p:sldSz cx=\"9144000\" cy=\"6858000\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>"
    );
    let media = "application/vnd.openxmlformats-officedocument.presentationml.slide";
    zip(&[
        (
            "[Content_Types].xml",
            types(&[("ppt/presentation.xml", &format!("{PPTX}.main")), ("ppt/slides/slide1.xml", media)]).as_bytes(),
        ),
        ("_rels/.rels", relations(&[("officeDocument", "ppt/presentation.xml")]).as_bytes()),
        ("ppt/presentation.xml", show.as_bytes()),
        ("ppt/_rels/presentation.xml.rels", relations(&[("slide", "slides/slide1.xml")]).as_bytes()),
        ("ppt/slides/slide1.xml", slide.as_bytes()),
    ])
}

/// A text document of the other office.
pub fn odt(lines: &[String]) -> Result<Vec<u8>, CityError> {
    let paragraphs: String = lines.iter().map(|line| format!("<text:p>{}</text:p>", escaped(line))).collect();
    let content = format!(
        "{XML}<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"><office:body><office:text>{paragraphs}</office:text></office:body></office:document-content>"
    );
    let manifest = format!(
        "{XML}<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.2\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{ODT}\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    zip(&[
        ("mimetype", ODT.as_bytes()),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}
