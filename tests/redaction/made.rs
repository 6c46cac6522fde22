//! Files as other programs might have written them: PDF, document, workbook, picture, message.

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (nth, group) in bytes.chunks(3).enumerate() {
        let bits = group.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= group.len() { char::from(letter) } else { '=' });
        }
        if nth % 19 == 18 {
            out.push_str("\r\n");
        }
    }
    out
}

pub fn zip(members: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        archive.write_all(content.as_bytes()).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

/// A program of this machine over some bytes; `None` where it is not installed or fails.
pub fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().ok()?;
    let _ = writer.join();
    // 3 is what qpdf says of a file that it could read with warnings.
    matches!(done.status.code(), Some(0 | 3)).then_some(done.stdout)
}

/// A PDF of these objects, numbered from 1; the first is its catalog.
pub fn pdf_of(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let start = out.len();
    out.push_str(&table);
    out.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    ));
    out.into_bytes()
}

fn stream(entries: &str, content: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A page with this content, further entries of catalog, page and trailer, and objects from number 8 on.
fn page(content: &str, [catalog, entries, trailer]: [&str; 3], further: &[String]) -> Vec<u8> {
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> >> {entries} >>"
        ),
        stream("", content),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold >>".to_owned(),
    ];
    objects.extend_from_slice(further);
    pdf_of(&objects, trailer)
}

/// A page with these words on one line.
pub fn pdf(words: &str) -> Vec<u8> {
    page(&format!("BT /F1 14 Tf 72 700 Td ({words}) Tj ET"), [""; 3], &[])
}

fn hex(words: &str) -> String {
    words.bytes().map(|byte| format!("{byte:02X}")).collect()
}

/// Ways in which a PDF has words.
pub const PDF_WAYS: usize = 13;

/// A PDF that has three words, each in a way of its own.
pub fn pdf_with(way: usize, [a, b, c]: [&str; 3]) -> Vec<u8> {
    let beside = ["", "", ""];
    match way {
        0 => page(
            &format!(
                "BT /F1 14 Tf 72 700 Td (Notice on {a} of the grass) Tj ET BT /F2 11 Tf 72 650 Td (and {b},) Tj 0 -20 Td (with {c}.) Tj ET"
            ),
            beside,
            &[],
        ),
        1 => page(
            &format!(
                "BT /F3 12 Tf 72 700 Td <{}> Tj 0 -30 Td <{}> Tj ET BT /F1 9 Tf 72 600 Td ({c}) Tj ET",
                hex(a),
                hex(b)
            ),
            beside,
            &[],
        ),
        2 => {
            let apart = |words: &str| words.chars().map(|one| format!("({one}) -18 ")).collect::<String>();
            let content = format!(
                "BT /F1 12 Tf 72 700 Td [{}] TJ 0 -30 Td [{}] TJ 0 -30 Td [({}) 20 ({})] TJ ET",
                apart(a),
                apart(b),
                &c[..4],
                &c[4..]
            );
            page(&content, beside, &[])
        }
        3 => {
            let content = format!(
                "BT /F1 14 Tf 72 700 Td ({}) Tj /F2 14 Tf ({}) Tj ET BT /F3 10 Tf 72 600 Td ({b}) Tj 0 -14 Td ({}-) Tj 0 -14 Td ({}) Tj ET",
                &a[..5],
                &a[5..],
                &c[..5],
                &c[5..]
            );
            page(&content, beside, &[])
        }
        4 => {
            let looks = stream(
                "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> >>",
                &format!("BT /F1 12 Tf 2 5 Td ({a}) Tj ET"),
            );
            let field = format!(
                "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V ({a}) /DV ({c}) /Rect [72 600 272 620] /AP << /N 8 0 R >> >>"
            );
            page(
                &format!("BT /F1 12 Tf 72 700 Td (Form of {b}) Tj ET"),
                ["/AcroForm << /Fields [9 0 R] >>", "/Annots [9 0 R]", ""],
                &[looks, field],
            )
        }
        5 => {
            let free = format!(
                "<< /Type /Annot /Subtype /FreeText /DA (/Helv 11 Tf 0 g) /Rect [72 500 372 540] /Contents (see {a}) >>"
            );
            let note = format!("<< /Type /Annot /Subtype /Text /Rect [72 400 92 420] /T ({c}) /Contents (ask {b}) >>");
            page("BT /F1 12 Tf 72 700 Td (Plan) Tj ET", ["", "/Annots [8 0 R 9 0 R]", ""], &[free, note])
        }
        6 => {
            let xmp = format!(
                "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"r\"><dc:title xmlns:dc=\"d\">{c}</dc:title></rdf:RDF></x:xmpmeta>"
            );
            page(
                "BT /F1 12 Tf 72 700 Td (Page) Tj ET",
                ["/Metadata 9 0 R", "", "/Info 8 0 R"],
                &[format!("<< /Title ({a}) /Subject ({b}) >>"), stream("/Type /Metadata /Subtype /XML", &xmp)],
            )
        }
        7 => page(
            &format!("BT /F1 12 Tf 72 700 Td (List of {c}) Tj ET"),
            ["/Names << /EmbeddedFiles << /Names [(list) 8 0 R] >> >>", "", ""],
            &[
                format!("<< /Type /Filespec /F ({b}.txt) /UF ({b}.txt) /EF << /F 9 0 R >> >>"),
                stream("/Type /EmbeddedFile", &format!("name\n{a}\n")),
            ],
        ),
        8 => {
            // The same as the first and the properties, with its objects packed into object streams.
            let plain = page(
                &format!("BT /F1 12 Tf 72 700 Td (Minutes of {a}) Tj 0 -30 Td ({b}) Tj ET"),
                ["", "", "/Info 8 0 R"],
                &[format!("<< /Subject ({c}) >>")],
            );
            let packed = ["--object-streams=generate", "--compress-streams=y", "-", "-"];
            let input = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(input.path(), &plain).expect("written");
            let name = input.path().to_string_lossy().into_owned();
            run("qpdf", &[packed[0], packed[1], &name, "-"], b"").unwrap_or(plain)
        }
        9 => {
            // Codes that mean nothing without the table.
            let letters: Vec<char> = {
                let mut all: Vec<char> = format!("{a}{b}{c}").chars().collect();
                all.sort_unstable();
                all.dedup();
                all
            };
            let code = |one: char| letters.iter().position(|other| *other == one).expect("a letter") + 0x80;
            let coded = |words: &str| words.chars().map(|one| format!("{:02X}", code(one))).collect::<String>();
            let rows: String =
                letters.iter().map(|one| format!("<{:02X}> <{:04X}>\n", code(*one), *one as u32)).collect();
            let table = format!(
                "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange {} beginbfchar\n{rows}endbfchar endcmap end",
                letters.len()
            );
            let content = format!(
                "BT /F4 12 Tf 72 700 Td <{}> Tj 0 -30 Td <{}> Tj 0 -30 Td <{}> Tj ET",
                coded(a),
                coded(b),
                coded(c)
            );
            page(
                &content,
                ["", "/Rotate 0 /Resources << /Font << /F4 8 0 R >> >>", ""],
                &[
                    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 9 0 R >>".to_owned(),
                    stream("", &table),
                ],
            )
        }
        10 => page(
            &format!("/Span << /ActualText ({c}) >> BDC BT /F1 12 Tf 72 700 Td (XXXXXX) Tj ET EMC"),
            ["/Outlines 8 0 R /Names << /Dests << /Names [(place) [3 0 R /Fit]] >> >>", "", ""],
            &[
                "<< /Type /Outlines /First 9 0 R /Last 10 0 R /Count 2 >>".to_owned(),
                format!("<< /Title ({a}) /Parent 8 0 R /Next 10 0 R /Dest [3 0 R /Fit] >>"),
                format!("<< /Title (About {b}) /Parent 8 0 R /Prev 9 0 R /Dest [3 0 R /Fit] >>"),
            ],
        ),
        11 => page(
            &format!(
                "BT 3 Tr /F1 12 Tf 72 700 Td ({a}) Tj ET BT 0 Tr 1 g /F1 12 Tf 72 650 Td ({b}) Tj ET BT 0 g /F1 12 Tf 72 -300 Td ({c}) Tj ET"
            ),
            beside,
            &[],
        ),
        _ => page(
            &format!(
                "BT /F1 16 Tf 72 700 Td (Site plan of {a}, second copy) Tj 0 -60 Td (seen by {b} today) Tj 0 -60 Td ({c}) Tj ET 72 100 300 200 re S"
            ),
            beside,
            &[],
        ),
    }
}

/// Words of [`docx`].
pub const DOCX_WORDS: usize = 12;

/// A document that has each word in a place of its own.
pub fn docx(words: &[&str]) -> Vec<u8> {
    const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let paragraph = |inside: &str| format!("<w:p>{inside}</w:p>");
    let split = format!("{}{}{}", run(&words[8][..3]), run(&words[8][3..7]), run(&words[8][7..]));
    let body = [
        paragraph(&run(&format!("Report on {} and others.", words[0]))),
        format!(
            "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
            paragraph(&run("Owner")),
            paragraph(&run(words[1]))
        ),
        paragraph(&format!(
            "<w:del w:id=\"1\" w:author=\"Ann\"><w:r><w:delText>{}</w:delText></w:r></w:del>",
            words[6]
        )),
        paragraph(&format!("<w:ins w:id=\"2\" w:author=\"Ann\">{}</w:ins>", run(words[7]))),
        paragraph(&format!("{}{split}{}", run("Signed: "), run(", owner"))),
        paragraph(&format!(
            "<w:r><w:drawing><wp:docPr xmlns:wp=\"p\" id=\"1\" name=\"P\" descr=\"House of {}\"/></w:drawing></w:r>",
            words[10]
        )),
        paragraph(&format!("<w:hyperlink r:id=\"r9\">{}</w:hyperlink>", run("write to the owner"))),
    ]
    .concat();
    let part =
        |name: &str, inside: &str| format!("{head}<w:{name} xmlns:w=\"{W}\" xmlns:r=\"{R}\">{inside}</w:{name}>");
    let relation = |id: u32, kind: &str, target: &str| {
        format!("<Relationship Id=\"r{id}\" Type=\"{R}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |inside: &str| {
        format!(
            "{head}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>"
        )
    };
    let link = format!(
        "<Relationship Id=\"r9\" Type=\"{R}/hyperlink\" Target=\"mailto:{}@x.example\" TargetMode=\"External\"/>",
        words[11]
    );
    let inner = [
        relation(1, "header", "header1.xml"),
        relation(2, "footer", "footer1.xml"),
        relation(3, "footnotes", "footnotes.xml"),
        relation(4, "comments", "comments.xml"),
        link,
    ]
    .concat();
    let outer =
        [relation(1, "officeDocument", "word/document.xml"), relation(2, "custom-properties", "docProps/custom.xml")]
            .concat();
    let note =
        |kind: &str, text: &str| format!("<w:{kind} w:id=\"2\" w:author=\"Bo\">{}</w:{kind}>", paragraph(&run(text)));
    zip(&[
        (
            "[Content_Types].xml",
            format!(
                "{head}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
            ),
        ),
        ("_rels/.rels", relations(&outer)),
        ("word/document.xml", part("document", &format!("<w:body>{body}</w:body>"))),
        ("word/_rels/document.xml.rels", relations(&inner)),
        ("word/header1.xml", part("hdr", &paragraph(&run(&format!("For {}", words[2]))))),
        ("word/footer1.xml", part("ftr", &paragraph(&run(words[3])))),
        ("word/footnotes.xml", part("footnotes", &note("footnote", &format!("As {} said.", words[4])))),
        ("word/comments.xml", part("comments", &note("comment", &format!("Is this {}?", words[5])))),
        (
            "docProps/custom.xml",
            format!(
                "{head}<Properties xmlns=\"p\" xmlns:vt=\"v\"><property name=\"Owner\"><vt:lpwstr>{}</vt:lpwstr></property></Properties>",
                words[9]
            ),
        ),
    ])
}

/// Words of [`xlsx`].
pub const XLSX_WORDS: usize = 8;

/// A workbook that has each word in a place of its own.
pub fn xlsx(words: &[&str]) -> Vec<u8> {
    const S: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |inside: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>"
        )
    };
    let relation = |id: u32, kind: &str, target: &str| {
        format!("<Relationship Id=\"r{id}\" Type=\"{R}/{kind}\" Target=\"{target}\"/>")
    };
    let inline = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = |rows: &str| format!("<worksheet xmlns=\"{S}\"><sheetData>{rows}</sheetData></worksheet>");
    let first = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\" t=\"s\"><v>0</v></c></row><row r=\"3\">{}<c r=\"B3\" t=\"str\"><f>CONCATENATE(\"{}\")</f><v>{}</v></c></row>",
        inline("A1", "Who"),
        inline("B1", "What"),
        inline("A2", words[0]),
        inline("A3", "kept"),
        words[7],
        words[4]
    );
    zip(&[
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>".to_owned()),
        ("_rels/.rels", relations(&relation(1, "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml", format!("<workbook xmlns=\"{S}\" xmlns:r=\"{R}\"><sheets><sheet name=\"Calls\" sheetId=\"1\" r:id=\"r1\"/><sheet name=\"Old\" sheetId=\"2\" state=\"hidden\" r:id=\"r2\"/></sheets><definedNames><definedName name=\"owner\">\"{}\"</definedName></definedNames></workbook>", words[5])),
        ("xl/_rels/workbook.xml.rels", relations(&[relation(1, "worksheet", "worksheets/sheet1.xml"), relation(2, "worksheet", "worksheets/sheet2.xml"), relation(3, "sharedStrings", "sharedStrings.xml"), relation(4, "styles", "styles.xml")].concat())),
        ("xl/styles.xml", format!("<styleSheet xmlns=\"{S}\"><cellXfs count=\"1\"><xf numFmtId=\"0\"/></cellXfs></styleSheet>")),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{S}\" count=\"1\" uniqueCount=\"1\"><si><r><t>{}</t></r><r><t>{}</t></r></si></sst>", &words[1][..4], &words[1][4..])),
        ("xl/worksheets/sheet1.xml", sheet(&first)),
        ("xl/worksheets/sheet2.xml", sheet(&format!("<row r=\"1\">{}</row>", inline("A1", &format!("{}, fence", words[2]))))),
        ("xl/comments1.xml", format!("<comments xmlns=\"{S}\"><commentList><comment ref=\"A2\" authorId=\"0\"><text><r><t>owner is {}</t></r></text></comment></commentList></comments>", words[3])),
        ("xl/charts/chart1.xml", format!("<c:chart xmlns:c=\"c\"><c:strCache><c:pt idx=\"0\"><c:v>{}</c:v></c:pt></c:strCache></c:chart>", words[6])),
    ])
}

/// A picture of a page with these words, as a scanner makes it; `None` where no program draws one.
pub fn picture(words: &str) -> Option<Vec<u8>> {
    let drawn = page(
        &format!("BT /F1 30 Tf 72 700 Td ({words}) Tj ET BT /F1 30 Tf 72 500 Td (Permit granted) Tj ET"),
        [""; 3],
        &[],
    );
    run("pdftoppm", &["-r", "150", "-png", "-singlefile", "-"], &drawn)
}

/// A message; attachments by name, type and bytes.
pub fn message(id: &str, head: &str, body: &str, files: &[(String, &str, Vec<u8>)]) -> Vec<u8> {
    let kind = if body.starts_with("<html") { "text/html" } else { "text/plain" };
    let body = format!("Content-Type: {kind}; charset=utf-8\r\n\r\n{body}\r\n");
    let head = format!(
        "Message-ID: <{id}@cedarbend.example>\r\nTo: Clerk <clerk@cedarbend.example>\r\n{head}MIME-Version: 1.0\r\n"
    );
    if files.is_empty() {
        return format!("{head}{body}").into_bytes();
    }
    let mut out = format!("{head}Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n{body}");
    for (name, kind, bytes) in files {
        out.push_str(&format!(
            "--b1\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n",
            base64(bytes)
        ));
    }
    out.push_str("--b1--\r\n");
    out.into_bytes()
}
