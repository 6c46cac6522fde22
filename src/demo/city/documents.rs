//! Attachments of the story: small, valid files of many kinds, the same bytes on every machine.

use super::error::CityError;
use super::mail::Attached;
use super::{office, pictures};
use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The carried encrypted archive; its password is `cedar`. It lies on a city's disks as many do: nobody remembers why.
const LOCKED: &[u8] = include_bytes!("files/locked.zip");

/// What an attachment is about.
pub struct About<'a> {
    /// The file name; its ending decides what is made.
    pub name: &'a str,
    /// The lines it says.
    pub lines: &'a [String],
    /// The message that is forwarded, where the attachment is one.
    pub message: &'a [u8],
}

/// Makes an attachment.
///
/// # Errors
/// When an archive cannot be packed, or the ending of the name is not one the city uses.
pub fn make(about: &About<'_>) -> Result<Attached, CityError> {
    let ending = about.name.rsplit('.').next().unwrap_or_default();
    let lines = about.lines;
    let (media_type, bytes) = match ending {
        "pdf" => ("application/pdf", pdf(lines)),
        "docx" => (office::DOCX, office::docx(lines)?),
        "xlsx" => (office::XLSX, office::xlsx(lines)?),
        "pptx" => (office::PPTX, office::pptx(lines)?),
        "odt" => (office::ODT, office::odt(lines)?),
        "csv" => ("text/csv", table(lines).into_bytes()),
        "txt" => ("text/plain", joined(lines).into_bytes()),
        "html" => ("text/html", page(lines).into_bytes()),
        "rtf" => ("application/rtf", rtf(lines).into_bytes()),
        "ics" => ("text/calendar", calendar(lines).into_bytes()),
        "vcf" => ("text/vcard", card(lines).into_bytes()),
        "eml" => ("message/rfc822", about.message.to_vec()),
        "png" => ("image/png", pictures::png(about.name)),
        "jpg" => ("image/jpeg", pictures::jpeg(about.name)),
        "wav" => ("audio/x-wav", wav(about.name)),
        "amr" => ("audio/amr", amr(about.name)),
        "zip" if about.name == "locked.zip" => ("application/zip", LOCKED.to_vec()),
        "zip" => ("application/zip", zip(&[("read-me.txt", joined(lines).as_bytes()), ("plan.pdf", &pdf(lines))])?),
        _ => return Err(CityError::Pack(format!("no attachment is made for {:?}", about.name))),
    };
    Ok(Attached { name: about.name.to_owned(), media_type, bytes })
}

/// An archive with fixed times (1980, the first that ZIP knows). A member called `mimetype` is stored as it is, as
/// OpenDocument wants (part 2, section 3.3).
pub fn zip(members: &[(&str, &[u8])]) -> Result<Vec<u8>, CityError> {
    let wrong = |error: String| CityError::Pack(error);
    let options = SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::default())
        .compression_method(zip::CompressionMethod::Deflated);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let stored = options.compression_method(zip::CompressionMethod::Stored);
        let options = if *name == "mimetype" { stored } else { options };
        writer.start_file(*name, options).map_err(|error| wrong(error.to_string()))?;
        writer.write_all(bytes).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(writer.finish().map_err(|error| wrong(error.to_string()))?.into_inner())
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A table: `a | b | c` becomes a row.
fn table(lines: &[String]) -> String {
    let cell = |cell: &str| {
        let cell = cell.trim();
        if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    };
    let row = |line: &String| line.split('|').map(cell).collect::<Vec<_>>().join(",") + "\r\n";
    lines.iter().map(row).collect()
}

/// Text for XML and HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(lines: &[String]) -> String {
    let body: String = lines.iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Cedar Bend</title></head>\n<body>\n{body}</body></html>\n"
    )
}

fn rtf(lines: &[String]) -> String {
    let mut out = String::from("{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Times New Roman;}}\\f0\\fs24\n");
    for line in lines {
        for one in line.chars() {
            match one {
                '\\' | '{' | '}' => out.extend(['\\', one]),
                one if one.is_ascii() => out.push(one),
                one => out.push_str(&format!("\\u{}?", u32::from(one))),
            }
        }
        out.push_str("\\par\n");
    }
    out.push('}');
    out
}

/// One event; the first line is its title, the second its place.
fn calendar(lines: &[String]) -> String {
    let title = lines.first().map_or("Meeting", String::as_str);
    let place = lines.get(1).map_or("City Hall", String::as_str);
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Cedar Bend//Story//EN\r\nBEGIN:VEVENT\r\nUID:{:016x}@cedarbend.example\r\nDTSTAMP:20250303T150000Z\r\nDTSTART:20250310T000000Z\r\nDTEND:20250310T020000Z\r\nSUMMARY:{}\r\nLOCATION:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        super::dice::Dice::of(title).throw(),
        title.replace(',', "\\,"),
        place.replace(',', "\\,")
    )
}

/// One card; the first line is the name, the second the number, the third the address.
fn card(lines: &[String]) -> String {
    let line = |at: usize| lines.get(at).map_or("", String::as_str);
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nTEL;TYPE=WORK:{}\r\nEMAIL:{}\r\nEND:VCARD\r\n",
        line(0),
        line(1),
        line(2)
    )
}

/// A page or more of text in Helvetica (PDF 1.4, one content stream for each page).
pub fn pdf(lines: &[String]) -> Vec<u8> {
    const LINES: usize = 46;
    let short: Vec<String> = lines.iter().flat_map(|line| broken(line, 88)).collect();
    let pages: Vec<&[String]> = if short.is_empty() { vec![&[]] } else { short.chunks(LINES).collect() };
    let kids: Vec<String> = (0..pages.len()).map(|at| format!("{} 0 R", 4 + 2 * at)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (at, lines) in pages.iter().enumerate() {
        let mut text = String::from("BT /F1 11 Tf 14 TL 60 740 Td\n");
        for line in *lines {
            text.push_str(&format!("({}) Tj T*\n", in_pdf(line)));
        }
        text.push_str("ET\n");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * at
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{text}endstream", text.len()));
    }
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1));
    for place in &places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    let size = places.len() + 1;
    out.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    out.into_bytes()
}

/// Characters of a PDF string: WinAnsi by octal escapes, others as a question mark.
fn in_pdf(line: &str) -> String {
    let mut out = String::new();
    for one in line.chars() {
        match u32::from(one) {
            0x28 | 0x29 | 0x5c => out.extend(['\\', one]),
            0x20..=0x7e => out.push(one),
            code @ 0xa0..=0xff => out.push_str(&format!("\\{code:03o}")),
            _ => out.push('?'),
        }
    }
    out
}

fn broken(line: &str, width: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in line.split(' ') {
        if out.last().is_some_and(|last| !last.is_empty() && last.len() + word.len() >= width) {
            out.push(String::new());
        }
        if let Some(last) = out.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out
}

/// Half a second of a tone: 8 kHz, 8 bits, one channel (RIFF).
fn wav(name: &str) -> Vec<u8> {
    const SAMPLES: u32 = 4000;
    let period = 12 + (super::dice::Dice::of(name).below(20) as u32);
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&(36 + SAMPLES).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend_from_slice(&8000_u32.to_le_bytes());
    out.extend_from_slice(&8000_u32.to_le_bytes());
    out.extend_from_slice(b"\x01\0\x08\0data");
    out.extend_from_slice(&SAMPLES.to_le_bytes());
    out.extend((0..SAMPLES).map(|at| if at % period < period / 2 { 96_u8 } else { 160 }));
    out
}

/// A second and a half of voicemail: AMR frames of mode 0, 13 bytes each for 20 ms (RFC 4867).
fn amr(name: &str) -> Vec<u8> {
    let mut dice = super::dice::Dice::of(name);
    let mut out = b"#!AMR\n".to_vec();
    for _ in 0..75 {
        out.push(0x04);
        out.extend((0..12).map(|_| dice.throw() as u8));
    }
    out
}
