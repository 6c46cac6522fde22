//! Call detail in workbooks, and totals, from end to end. The workbooks are made here, as the smallest valid files.

use crate::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use crate::model::provenance::ContainerFormat;
use crate::model::record::Direction;
use crate::source::container::{Content, Reading};
use crate::source::{ReadOptions, parse};
use proptest::prelude::*;
use std::io::{Cursor, Write};

/// Rows of a sheet: cells that begin with `=` are written as numbers, `@` as serial day numbers, the others as text.
type Rows<'a> = &'a [&'a [&'a str]];

fn xlsx(sheets: &[(&str, bool, Rows<'_>)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut names = String::new();
    let mut relations = String::new();
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned(),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
            ),
        ),
    ];
    for (at, (name, hidden, rows)) in sheets.iter().enumerate() {
        let at = at + 1;
        let state = if *hidden { r#" state="hidden""# } else { "" };
        names.push_str(&format!(r#"<sheet name="{name}" sheetId="{at}"{state} r:id="rId{at}"/>"#));
        relations.push_str(&format!(
            r#"<Relationship Id="rId{at}" Type="{RELATION}/worksheet" Target="worksheets/sheet{at}.xml"/>"#
        ));
        let rows: String = rows.iter().enumerate().map(|(row, cells)| xlsx_row(row + 1, cells)).collect();
        parts.push((
            format!("xl/worksheets/sheet{at}.xml"),
            format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData><mergeCells count="1"><mergeCell ref="A1:E1"/></mergeCells></worksheet>"#),
        ));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>{names}</sheets></workbook>"#),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!(r#"<Relationships xmlns="{PACKAGE}">{relations}</Relationships>"#),
    ));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("closed").into_inner()
}

fn xlsx_row(row: usize, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(column, cell)| {
            let at = format!("{}{row}", char::from(b'A' + column as u8));
            match cell.split_at(1) {
                ("=", number) => format!(r#"<c r="{at}"><v>{number}</v></c>"#),
                ("@", serial) => format!(r#"<c r="{at}" s="1"><v>{serial}</v></c>"#),
                _ => format!(r#"<c r="{at}" t="inlineStr"><is><t>{cell}</t></is></c>"#),
            }
        })
        .collect();
    format!(r#"<row r="{row}">{cells}</row>"#)
}

/// A workbook of Excel 97 ([MS-XLS]): the globals with one sheet, and the sheet with LABEL and NUMBER records.
fn xls(name: &str, rows: Rows<'_>) -> Vec<u8> {
    let record = |kind: u16, body: &[u8]| [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat();
    let begin = |kind: u16| {
        record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0xDB, 0x20, 0xCC, 7, 0, 0, 0, 0, 6, 0, 0, 0]]
                .concat(),
        )
    };
    let bound = |position: u32| {
        record(0x0085, &[&position.to_le_bytes()[..], &[0, 0, name.len() as u8, 0], name.as_bytes()].concat())
    };
    let end = record(0x000A, &[]);
    let position = (begin(5).len() + bound(0).len() + end.len()) as u32;
    let mut stream = [begin(5), bound(position), end.clone(), begin(0x10)].concat();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let place = [(row as u16).to_le_bytes(), (column as u16).to_le_bytes(), [0; 2]].concat();
            stream.extend(match cell.strip_prefix('=') {
                Some(number) => {
                    let number: f64 = number.parse().expect("a number");
                    record(0x0203, &[place, number.to_le_bytes().to_vec()].concat())
                }
                None => {
                    let text = [&(cell.len() as u16).to_le_bytes()[..], &[0], cell.as_bytes()].concat();
                    record(0x0204, &[place, text].concat())
                }
            });
        }
    }
    stream.extend(end);
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("made");
    file.create_stream("/Workbook").expect("made").write_all(&stream).expect("written");
    file.into_inner().into_inner()
}

fn finds(bytes: &[u8], name: &str) -> Vec<Found> {
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let mut all = Vec::new();
    let mut sink = |found: Found| {
        all.push(found);
        Ok(())
    };
    Reading::new(&options, &mut sink)
        .top_file(name.to_owned(), Content::Memory(bytes.to_vec()))
        .expect("never stopped");
    all
}

fn row(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("rows are parsed by their reader") };
    parsed
}

fn shown(found: &[Found]) -> Vec<String> {
    let line = |one: &Found| match one {
        Found::Item(item) if matches!(item.shape, Shape::File { .. }) => {
            let Original::Bytes(bytes) = &item.original else { panic!("it is small") };
            format!("{} file {}", item.ordinal, String::from_utf8_lossy(bytes).replace('\n', " / ").replace('\t', "|"))
        }
        Found::Item(item) => {
            let row = row(item);
            let at =
                row.sent_at.as_ref().map_or("unknown".to_owned(), |time| time.at.format("%m-%d %H:%M").to_string());
            let who: Vec<String> =
                row.parties.iter().map(|one| one.normal.clone().unwrap_or_else(|| one.address.clone())).collect();
            let seconds = row.duration.map_or(String::new(), |one| format!(" {}s", one.seconds));
            format!("{} {} {:?} {at} {}{seconds}", item.ordinal, row.kind.word(), row.direction, who.join(" "))
        }
        Found::Exception(one) => format!("{} !{} {}", one.ordinal, one.problem.code.word(), one.place),
        Found::Remark(problem) => format!("remark {}", problem.message),
        Found::Open { format, .. } => format!("open {format}"),
        Found::Declared(_) => "declared".to_owned(),
        Found::Close => "close".to_owned(),
    };
    found.iter().map(line).collect()
}

/// 45964.375 is 2025-11-03 09:00 (ISO/IEC 29500-1, 18.17.4.1); the date alone is 45964, nine o'clock alone 0.375.
const BILL: Rows<'static> = &[
    &["Usage of November 2025"],
    &[],
    &["Date", "Time", "Number", "Rate", "Usage Type", "Origination", "Destination", "Min.", "Total"],
    &["Line 612-555-0140"],
    &["@45964", "@0.375", "=6515550143", "Peak", "Plan", "Edina MN", "Incoming CL", "=2", "=0.1"],
    &["@45964", "@0.5", "6515550144", "Peak", "Plan", "Edina MN", "Duluth MN", "=3", "=0.25"],
    &["Subtotal", "", "", "", "", "", "", "=5", "=0.35"],
    &["Line 612-555-0141"],
    &["@45965", "@0.75", "6515550143", "Peak", "Plan", "Edina MN", "Duluth MN", "=1"],
    &["Total", "", "", "", "", "", "", "=7", "=0.35"],
];

#[test]
fn every_sheet_is_read_hidden_ones_are_said_and_totals_are_compared() {
    let book = xlsx(&[
        ("Summary", false, &[&["Cedar Bend"], &["Charges", "=0.35"]]),
        ("Usage", false, BILL),
        ("Old", true, &[BILL[2], BILL[4]]),
    ]);
    let found = finds(&book, "usage.xlsx");
    assert_eq!(
        shown(&found),
        [
            "open call-detail-workbook",
            "remark the sheet Old is hidden in the workbook; its rows were taken in too",
            "0 call In 11-03 15:00 +16515550143 +16125550140 120s",
            "1 call Out 11-03 18:00 +16515550144 +16125550140 180s",
            "2 call Out 11-05 00:00 +16515550143 +16125550141 60s",
            "remark sheet Usage, row 10: a total says 7 under min, and the rows above it come to 6; rows may be missing",
            "3 call In 11-03 15:00 +16515550143 +16125550141 120s",
            "4 file Cedar Bend / Charges|0.35 / Usage of November 2025 / Line 612-555-0140 / Subtotal|||||||5|0.35 / Line 612-555-0141 / Total|||||||7|0.35 / ",
            "remark lines that are no calls or texts were kept together: 3 above the first table, 2 between the tables, 2 of totals; totals compared with the rows above them: 1 right, 1 different",
            "close",
        ],
        "a number in a row above a section is the line's; dates and times of a workbook are read"
    );
    let Some(Found::Item(hidden)) = found.iter().find(|one| matches!(one, Found::Item(item) if item.ordinal == 3))
    else {
        panic!("the row of the hidden sheet");
    };
    assert_eq!((row(hidden).facts["sheet"].as_str(), hidden.place.as_str()), ("Old (hidden)", "sheet Old, row 2"));
}

#[test]
fn the_original_of_a_row_is_its_cells_as_the_workbook_holds_them() {
    let found = finds(&xlsx(&[("Usage", false, BILL)]), "usage.xlsx");
    let Some(Found::Item(item)) = found.iter().find(|one| matches!(one, Found::Item(_))) else { panic!("a call") };
    let Original::Bytes(bytes) = &item.original else { panic!("in memory") };
    let text = String::from_utf8_lossy(bytes);
    assert!(
        text.starts_with("recordroom call row 1\nprofile: verizon\nencoding: cells of a workbook\ndelimiter: tab\n")
    );
    assert!(text.ends_with(
        "[\"Date\",\"Time\",\"Number\",\"Rate\",\"Usage Type\",\"Origination\",\"Destination\",\"Min.\",\"Total\"]\n\
         [{\"moment\":\"2025-11-03T00:00:00\"},{\"days\":0.375},6515550143.0,\"Peak\",\"Plan\",\"Edina MN\",\"Incoming CL\",2.0,0.1]\n"
    ));
    assert_eq!(finds(&xlsx(&[("Usage", false, BILL)]), "usage.xlsx").len(), found.len());
}

#[test]
fn old_workbooks_and_those_of_a_handset_are_read_and_others_are_kept_whole() {
    let handset: Rows<'_> = &[
        &["Call type", "Date", "Duration", "Number", "Contact", "Location", "Service"],
        &["Outgoing", "2024-03-15 14:30:00", "00:02:45", "=6125550142", "Ann", "", "Phone"],
    ];
    let call = "0 call Out 03-15 19:30 +16125550142 165s";
    for bytes in [xls("Calls", handset), xlsx(&[("Calls", false, handset)])] {
        assert_eq!(shown(&finds(&bytes, "calls")), ["open call-detail-workbook", call, "close"]);
    }
    let roster: Rows<'_> = &[&["Name", "Street"], &["Ann", "1 Main"]];
    for bytes in [xls("Roster", roster), xlsx(&[("Roster", false, roster)])] {
        let found = finds(&bytes, "roster");
        assert!(matches!(&found[0], Found::Open { format: ContainerFormat::File, .. }));
        let Found::Item(item) = &found[1] else { panic!("a file") };
        assert!(matches!(item.original, Original::Bytes(ref kept) if *kept == bytes), "kept whole");
    }
    let unknown: Rows<'_> =
        &[&["Our switch"], &["Call Date", "Caller Number", "Called Number", "Direction", "Talk time"]];
    let told = shown(&finds(&xlsx(&[("Calls", false, unknown)]), "switch.xlsx"));
    assert!(told[1].contains("--call-profile"), "call detail of an unknown layout is hinted at: {told:?}");
}

/// What the reading of a delimited file remarks about totals.
fn totals(text: &str) -> Vec<String> {
    let told = shown(&finds(text.as_bytes(), "x.csv")).into_iter().filter(|line| line.starts_with("remark"));
    // The count of totals stands behind that of the lines that are no calls.
    told.filter_map(|line| match line.split_once("; totals") {
        Some((_, count)) => Some(format!("totals{count}")),
        None => line.contains("total").then_some(line),
    })
    .collect()
}

#[test]
fn totals_of_every_form_are_compared() {
    let att = |total: &str| {
        format!(
            "Item,Day,Date,Time,Number Called,Call To,Min,Rate Code,Rate Pd,Feature,Airtime Charge,LD/Add'l Charge,Total Charge\n\
             1,MON,11/03/2025,8:01AM,651-555-0143,INCOMI CL,2,SDDV,DT,M2AM,0.00,0.10,0.10\n\
             2,MON,11/03/2025,8:05AM,651-555-0144,Duluth MN,11,SDDV,DT,,0.00,$1.25,1.25\n{total}\n"
        )
    };
    let right = "totals compared with the rows above them: 1 right";
    let cases: [(&str, &[&str], &str); 6] = [
        ("Total,,,,,,13,,,,0.00,1.35,1.35", &[right], "minutes and charges under their columns"),
        (
            "Subtotal,,,,,,13,,,,0.00,$1.35,(0.00)",
            &["under total charge", "1 different"],
            "one of the columns is wrong",
        ),
        (
            "Total,,,,,,14,,,,0.00,1.35,1.35",
            &["a total says 14 under min, and the rows above it come to 13", "1 different"],
            "a minute too much",
        ),
        (
            "Total calls: 2",
            &["1 of something that the rows do not tell"],
            "words and number in one cell are not taken apart",
        ),
        ("Total calls,2", &[right], "a line of its own form that says what it counts"),
        (
            "Total calls,3",
            &["a total says 3 rows, and the rows above it come to 2", "1 different"],
            "one call is missing",
        ),
    ];
    for (total, expected, why) in cases {
        let told = totals(&att(total));
        assert_eq!(told.len(), expected.len(), "{why}: {told:?}");
        for (line, words) in told.iter().zip(expected) {
            assert!(line.contains(words), "{why}: {line}");
        }
    }
    let missing = att("Total,,,,,,13,,,,0.00,1.35,1.35").replace("2,MON,11/03/2025,8:05AM", "2,MON,8:05AM");
    assert!(totals(&missing)[0].contains("come to 2; rows may be missing"), "a damaged row is not in the sum");
}

#[test]
fn subtotals_and_a_grand_total_over_several_tables() {
    let head = "Date,Time,Number,Rate,Usage Type,Origination,Destination,Min.\n";
    let call = |minutes: u32| format!("11/03/2025,8:01A,651-555-0143,Peak,Plan,Edina MN,Duluth MN,{minutes}\n");
    let text = [
        head,
        &call(2),
        &call(3),
        "Subtotal,,,,,,,5\n",
        &call(4),
        "Subtotal,,,,,,,4\n",
        "Total,,,,,,,9\n",
        head,
        &call(1),
        "Subtotal,,,,,,,1\n",
        "Grand total,,,,,,,10\n",
    ]
    .concat();
    let right = "totals compared with the rows above them: 5 right".to_owned();
    assert_eq!(totals(&text)[0], right);
}

#[test]
fn phone_systems_of_several_makers() {
    let zoom = "\u{feff}NO.,Call ID,Direction,From Name,From Phone Number,To Name,To Phone Number,Start Time,Duration,Wait Time,Call Result\n\
        1,a1,Outbound,Ann Lind,+16125550140,,+16515550143,2025-11-03 08:01:00,00:02:10,--,Connected\n\
        2,a2,Inbound,,+16515550143,Ann Lind,+16125550140,2025-11-03 08:09:00,--,00:00:20,No Answer\n\
        ,a2,Inbound (Internal),,7001,,7002,2025-11-03 08:09:20,00:00:05,00:00:01,Answered\n";
    let threecx = "Call Time,Call ID,From,To,Direction,Status,Ringing,Talking,Cost\n\
        2025-11-03T08:01:05,0000-5,6515550143,\"Lind, Ann (7001)\",Inbound,Answered,00:00:04,00:00:39,0.00\n\
        2025-11-03T08:02:05,0000-6,6515550143,\"Lind, Ann (7001)\",Inbound,Unanswered,00:00:20,00:00:00,0.00\n\
        Totals,,,,,,00:00:24,00:00:39,0.00\n";
    let freeswitch = "\"Ann\",\"7001\",\"16515550143\",\"default\",\"2025-11-03 08:01:00\",\"2025-11-03 08:01:04\",\"2025-11-03 08:01:17\",\"17\",\"13\",\"NORMAL_CLEARING\",\"u-1\",\"\",\"\",\"PCMU\",\"PCMU\"\n";
    assert_eq!(
        totals(threecx),
        ["totals compared with the rows above them: 1 right"],
        "times are summed up in seconds"
    );
    let cases: [(&str, &[&str]); 3] = [
        (
            zoom,
            &[
                "0 call Out 11-03 14:01 +16125550140 +16515550143 130s",
                "1 call MissedIn 11-03 14:09 +16515550143 +16125550140",
                "2 call Internal 11-03 14:09 7001 7002 5s",
            ],
        ),
        (
            threecx,
            &[
                "0 call In 11-03 14:01 +16515550143 Lind, Ann (7001) 39s",
                "1 call MissedIn 11-03 14:02 +16515550143 Lind, Ann (7001) 0s",
                "2 file Totals,,,,,,00:00:24,00:00:39,0.00 / ",
            ],
        ),
        (freeswitch, &["0 call Unknown 11-03 14:01 7001 +16515550143 13s"]),
    ];
    for (text, expected) in cases {
        let told: Vec<String> = shown(&finds(text.as_bytes(), "x.csv"))
            .into_iter()
            .filter(|line| !line.contains("kept together") && !line.starts_with("open") && line != "close")
            .collect();
        assert_eq!(told, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_workbook_changed_anywhere_never_panics_and_is_accounted_for(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        is_old in any::<bool>(),
    ) {
        let mut bytes = if is_old { xls("Usage", &[BILL[2], &["x", "", "=6515550143"]]) } else { xlsx(&[("Usage", false, BILL)]) };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let options = ReadOptions::of(chrono_tz::America::Chicago);
        // A workbook that is none any more can be an archive: its members lie in containers of their own.
        let mut next: Vec<u64> = Vec::new();
        for one in finds(&bytes, "x") {
            let ordinal = match one {
                Found::Open { .. } => { next.push(0); continue }
                Found::Close => { next.pop(); continue }
                Found::Item(item) => { let _ = parse(&item, &options); item.ordinal }
                Found::Exception(one) => one.ordinal,
                _ => continue,
            };
            let expected = next.last_mut().expect("items lie in containers");
            prop_assert_eq!(ordinal, *expected);
            *expected += 1;
        }
    }

    #[test]
    fn a_total_that_is_the_sum_is_right_and_another_is_not(minutes in proptest::collection::vec(0_u32..600, 1..20), wrong in 1_u32..50) {
        let head = "Date Time,Number,Destination,Minutes,Type\n";
        let rows: String = minutes.iter().map(|one| format!("02/18/2022 09:47 AM,6125550142,x,{one} Min,--\n")).collect();
        let sum: u32 = minutes.iter().sum();
        let right = totals(&format!("{head}{rows}Total,,,{sum} Min,\n"));
        prop_assert_eq!(&right[0], "totals compared with the rows above them: 1 right");
        let differs = totals(&format!("{head}{rows}Total,,,{},\n", sum + wrong));
        prop_assert!(differs[0].contains("rows may be missing"), "{:?}", differs);
    }
}
#[test]
fn which_way_and_unknown_words() {
    // A direction that no rule tells stays unknown in a workbook too.
    let rows: Rows<'_> = &[
        &["Call type", "Date", "Duration", "Number", "Contact", "Location", "Service"],
        &["Audio", "2024-03-15 14:30:00", "00:02:45", "=6125550142", "Ann", "", "Phone"],
    ];
    let found = finds(&xlsx(&[("Calls", false, rows)]), "calls.xlsx");
    let Found::Item(item) = &found[1] else { panic!("a call") };
    assert_eq!(row(item).direction, Direction::Unknown);
}
