//! Call detail from end to end: every trap of the layouts, each with the reason beside it. The files are written by
//! us after the documented layouts; no carrier's own file is public.

use super::delimited::{hint, read, sniff};
use super::profile::MappingProfile;
use crate::model::exception::ProblemCode;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Searchable, Shape};
use crate::model::record::{Direction, DurationBasis, RecordKind, Role, ZoneBasis};
use crate::source::{ReadOptions, parse};
use proptest::prelude::*;
use std::io::BufReader;

fn options(profile: Option<&str>) -> ReadOptions {
    let call_profile = profile.map(|key| MappingProfile::by_key(key).expect("shipped"));
    ReadOptions { call_profile, ..ReadOptions::of(chrono_tz::America::Chicago) }
}

fn finds_in(bytes: &[u8], name: &str, options: &ReadOptions, chunk: usize) -> Vec<Found> {
    let mut all = Vec::new();
    let mut sink = |found: Found| {
        all.push(found);
        Ok(())
    };
    read(&mut BufReader::with_capacity(chunk, bytes), name, options, &mut sink).expect("memory can be read");
    all
}

fn finds(text: &str, name: &str) -> Vec<Found> {
    assert!(sniff(text.as_bytes(), name, &options(None)), "it is recognised: {text}");
    finds_in(text.as_bytes(), name, &options(None), 8192)
}

fn items_of(found: Vec<Found>) -> Vec<RawItem> {
    found.into_iter().filter_map(|one| if let Found::Item(item) = one { Some(item) } else { None }).collect()
}

fn items(text: &str, name: &str) -> Vec<RawItem> {
    items_of(finds(text, name))
}

fn parsed(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("rows are parsed by their reader") };
    parsed
}

/// A row in short: kind, moment in UTC, direction, parties, duration.
fn line(item: &RawItem) -> String {
    if let Shape::File { .. } = item.shape {
        let Original::Bytes(bytes) = &item.original else { panic!("it is small") };
        return format!("file {}: {} lines", item.place, String::from_utf8_lossy(bytes).lines().count());
    }
    let row = parsed(item);
    let who: Vec<String> = row
        .parties
        .iter()
        .map(|one| format!("{:?} {}", one.role, one.normal.as_deref().unwrap_or(one.address.as_str())))
        .collect();
    let at = row.sent_at.as_ref().map(|time| time.at.format("%Y-%m-%d %H:%M:%S").to_string());
    let exact = |basis| if basis == DurationBasis::Exact { "s" } else { "s at most" };
    let duration = row.duration.map(|one| format!("{}{}", one.seconds, exact(one.basis)));
    format!(
        "{} {} {:?} [{}] {}",
        row.kind.word(),
        at.unwrap_or("unknown".into()),
        row.direction,
        who.join(", "),
        duration.unwrap_or("-".into())
    )
}

fn lines(text: &str, name: &str) -> Vec<String> {
    let told = |found: Found| match found {
        Found::Item(item) => format!("{} {}", item.ordinal, line(&item)),
        Found::Exception(one) => format!("{} !{} {}", one.ordinal, one.problem.code.word(), one.place),
        Found::Remark(problem) => format!("remark {}", problem.message),
        other => format!("{other:?}"),
    };
    finds(text, name).into_iter().map(told).collect()
}

const TMOBILE: &str = "Date Time,Number,Destination,Minutes,Type\r\n02/18/2022 09:47 AM,(612) 555-0142,\"DULUTH, MN\",1 Min,--\r\n02/18/2022 03:29 PM,(651) 555-0143,INCOMING,12 Min,Wi-Fi call\r\n";

#[test]
fn t_mobile_calls_and_messages() {
    assert_eq!(
        lines(TMOBILE, "CSV_Calls_7635550144.csv"),
        [
            "0 call 2022-02-18 15:47:00 Out [To +16125550142, From +17635550144] 60s at most",
            "1 call 2022-02-18 21:29:00 In [From +16515550143, To +17635550144] 720s at most",
        ]
    );
    let texts = "Date Time,Number,Destination,Direction,Type\n02/18/2022 03:29 PM,(612) 555-0142,\"DULUTH, MN\",Incoming,Text\n02/18/2022 03:30 PM,40404,,Outgoing,Picture\n";
    assert_eq!(
        lines(texts, "CSV_Messages_7635550144.csv"),
        [
            "0 text 2022-02-18 21:29:00 In [From +16125550142, To +17635550144] -",
            "1 text 2022-02-18 21:30:00 Out [To 40404, From +17635550144] -",
        ]
    );
    let older = "Account 1\n\nDate,Time,Destination,Number,Minutes,Type\n02/18/2022,09:47 AM,\"DULUTH, MN\",(612) 555-0142,3,--\n";
    assert_eq!(
        lines(older, "calls.csv"),
        [
            "0 call 2022-02-18 15:47:00 Out [To +16125550142] 180s at most",
            "1 file lines that are no calls: 1 lines",
            "remark lines that are no calls or texts were kept together: 1 above the first table",
        ],
        "older files have other columns in another order, and lines above them"
    );
}

#[test]
fn an_att_bill_has_an_account_a_number_and_several_tables() {
    let bill = "\"AT&T Wireless, account 123\"\n\nWireless Number,612-555-0140\n\
        Item,Day,Date,Time,Number Called,Call To,Min,Rate Code,Rate Pd,Feature,Airtime Charge,LD/Add'l Charge,Total Charge\n\
        1,Mon,11/03/2025,8:01A,651-555-0143,INCOMI CL,2,,,,0.00,0.00,0.00\n\
        2,Monday,11/03/2025,8:15P,763-555-0144,to Duluth/MN,1,,,,0.00,0.00,0.00\n\
        Subtotal,,,,,,3,,,,0.00,0.00,0.00\n\
        Roaming\n\
        Item,Day,Date,Time,Call To,Min,Rate Code,Rate Pd,Feature,Airtime Charge,LD/Add'l Charge,Total Charge\n\
        3,Tue,11/04/2025,9:00A,218-555-0145,Fargo/ND,4,,,,0.00,0.00,0.00\n\
        Item,Day,Date,Time,To/From,Type,Msg/KB,Rate Code,Rate Pd,Feature,In/Out,Total Charge\n\
        1,Tue,11/04/2025,9:05A,651-555-0143,Text,1 Msg,,,,Rcvd,0.00\n\
        2,Tue,11/04/2025,9:06A,data,Internet,512 KB,,,,Sent,0.00\n\
        Total,,,,,,,,,,,0.00\n\
        Wireless Number,612-555-0141\n\
        Item,Day,Date,Time,Number Called,Call To,Min,Rate Code,Rate Pd,Feature,Airtime Charge,LD/Add'l Charge,Total Charge\n\
        1,Mon,11/03/2025,8:01A,651-555-0143,INCOMING CL,2,,,,0.00,0.00,0.00\n\
        2,Mon,11/03/2025,8:01\n";
    assert_eq!(
        lines(bill, "bill.csv"),
        [
            "0 call 2025-11-03 14:01:00 In [From +16515550143, To +16125550140] 120s at most",
            "1 call 2025-11-04 02:15:00 Out [To +17635550144, From +16125550140] 60s at most",
            "2 call 2025-11-04 15:00:00 Out [To +12185550145, From +16125550140] 240s at most",
            "3 text 2025-11-04 15:05:00 In [From +16515550143, To +16125550140] -",
            "4 call 2025-11-03 14:01:00 In [From +16515550143, To +16125550141] 120s at most",
            "5 !malformed line 18",
            "6 file lines that are no calls: 7 lines",
            "remark lines that are no calls or texts were kept together: 2 above the first table, 2 between the tables, 2 of totals, 1 of data use; totals compared with the rows above them: 2 right",
        ]
    );
    let all = items(bill, "bill.csv");
    assert!(parsed(&all[0]).facts["account above the table"].starts_with("AT&T Wireless"));
    assert_ne!(all[0].identity, all[4].identity, "the same caller at the same minute on two lines is two calls");
}

#[test]
fn every_line_of_a_file_lies_in_an_original() {
    let cases: [(&str, &str, &str, u64); 3] = [
        (
            "Account 1\n\nDate Time,Number,Destination,Minutes,Type\n02/18/2022 09:47 AM,(612) 555-0142,\"DULUTH, MN\",1 Min,--\nTotal,,,1 Min,\n",
            "calls.csv",
            "Account 1\nTotal,,,1 Min,\n",
            2,
        ),
        (
            "Date Time,Number,Destination,Minutes,Type\r\nDate Time,Number,Destination,Direction,Type\r\n02/18/2022 03:29 PM,(612) 555-0142,\"DULUTH, MN\",Incoming,Text\r\n",
            "texts.csv",
            "Date Time,Number,Destination,Minutes,Type\r\n",
            2,
        ),
        ("Date Time,Number,Destination,Minutes,Type\n", "none.csv", "Date Time,Number,Destination,Minutes,Type\n", 1),
    ];
    for (text, name, others, count) in cases {
        let all = items(text, name);
        assert_eq!(all.len() as u64, count, "{name}");
        let last = all.last().expect("an item");
        assert_eq!(last.original, Original::Bytes(others.as_bytes().to_vec()), "{name}: as they lie in the file");
        assert_eq!((last.ordinal, last.identity.as_ref()), (count - 1, None), "{name}");
        let said = parse(last, &options(None));
        assert_eq!((said.kind, said.searchable, said.body.as_str()), (RecordKind::File, Searchable::Fully, others));
        for line in text.lines().filter(|line| !line.is_empty()) {
            let holds = |item: &RawItem| {
                let Original::Bytes(bytes) = &item.original else { panic!("it is small") };
                String::from_utf8_lossy(bytes).contains(line)
            };
            assert!(all.iter().any(holds), "{name}: {line}");
        }
    }
    let wide: Vec<u8> = "\u{feff}Account 1\nDate Time,Number,Destination,Minutes,Type\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let all = items_of(finds_in(&wide, "wide.csv", &options(None), 3));
    assert_eq!(all[0].original, Original::Bytes(wide), "the mark of the file stands before its lines");
    assert!(parse(&all[0], &options(None)).body.starts_with("Account 1\nDate"));
}

#[test]
fn many_other_lines_are_several_files_that_can_be_searched_whole() {
    let line = format!("note {}\n", "x".repeat(9_990));
    let text = format!("{}Date Time,Number,Destination,Minutes,Type\n", line.repeat(150));
    let found = finds_in(
        format!("Date Time,Number,Destination,Minutes,Type\n{}{text}", line.repeat(150)).as_bytes(),
        "n.csv",
        &options(None),
        8192,
    );
    let all = items_of(found);
    let places: Vec<&str> = all.iter().map(|item| item.place.as_str()).collect();
    assert_eq!(places, ["lines that are no calls", "lines that are no calls, part 2"]);
    assert!(all.iter().all(|item| parse(item, &options(None)).searchable == Searchable::Fully));
}

#[test]
fn verizon_business_and_consumer() {
    let business = "\u{feff}ECPD Profile ID\tAccount Number\tInvoice Number\tBill Cycle Date\tWireless Number\tUser Name\tCost Center\tDate\tTime\tNumber\tUsage Category\tOrigination\tDestination\tMinutes\r\n\
        1\t642350544-00001\t9\tJan 31, 2026\t612-555-0140\tAnn Lind\t\t01/05/2026\t2:05 PM\t651-555-0143\tVoice\tEdina MN\tIncoming CL\t7\n\
        1\t642350544-00001\t9\tJan 31, 2026\tN/A\t\t\t01/05/2026\t2:05 PM\t651-555-0143\tText\tEdina MN\tDuluth MN\t\n\
        1\t642350544-00001\t9\tJan 31, 2026\t612-555-0140\tAnn Lind\t\t01/06/2026\t1:00 AM\t\tData\tEdina MN\t\t\n";
    assert_eq!(
        lines(business, "Wireless Usage Detail_202601.txt"),
        [
            "0 call 2026-01-05 20:05:00 In [From +16515550143, To +16125550140] 420s at most",
            "1 text 2026-01-05 20:05:00 Out [To +16515550143, From N/A] -",
            "2 file lines that are no calls: 1 lines",
            "remark lines that are no calls or texts were kept together: 1 of data use",
        ],
        "a mark at the head, endings mixed, N/A for a number, data use counted"
    );
    let consumer = "Date\tTime\tNumber\tRate\tUsage Type\tOrigination\tDestination\tMin.\tAirtime Charges\tLD/Other\tTotal\n11/03/2025\t8:01A\t651-555-0143\tPeak\tPlanAllow\tEdina MN\tIncoming CL\t2\t--\t--\t--\n";
    assert_eq!(lines(consumer, "usage.txt"), ["0 call 2025-11-03 14:01:00 In [From +16515550143] 120s at most"]);
}

#[test]
fn cisco_has_types_below_its_names_and_counts_in_utc() {
    let records = "\"cdrRecordType\",\"globalCallID_callId\",\"dateTimeOrigination\",\"dateTimeConnect\",\"duration\",\"callingPartyNumber\",\"originalCalledPartyNumber\",\"finalCalledPartyNumber\"\n\
        INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),VARCHAR(50)\n\
        1,5001,1693900000,0,0,\"7001\",\"96515550143\",\"96515550143\"\n\
        2,5001,1693900000,0,0,\"7001\",\"7002\",\"7002\"\n";
    assert_eq!(
        lines(records, "cdr_StandAloneCluster_01_202309050746_1"),
        [
            "0 call 2023-09-05 07:46:40 Unknown [From 7001, To 96515550143] 0s",
            "1 file lines that are no calls: 1 lines",
            "remark lines that are no calls or texts were kept together: 1 of records that are no calls",
        ],
        "a number with the digit for an outside line is no number of the plan and is kept as written"
    );
}

#[test]
fn teams_says_its_own_zone_and_names() {
    let report = "UsageId,Call ID,Conference ID,User Location,AAD ObjectId,UPN,User Display Name,Caller ID,Call Type,Number Type,Domestic/International,Destination Dialed,Destination Number,Start Time,End Time,Duration Seconds,Connection Fee,Charge,Currency,Capability\n\
        u1,c1,,US,o,ann@cedarbend.example,Ann Lind,+16125550140,user_out,Subscriber,Domestic,US,+16515550143,2025-11-03T14:01:02.123Z,2025-11-03T14:02:02Z,60,0,0,USD,MCOPSTN1\n\
        u2,c1,,US,o,ann@cedarbend.example,Ann Lind,+16515550143,user_in,Subscriber,Domestic,US,+16125550140,2025-11-03T15:01:02Z,2025-11-03T15:01:02Z,0,0,0,USD,MCOPSTN1\n";
    let all = items(report, "PSTN.calls.csv");
    let shown: Vec<String> = all.iter().map(line).collect();
    assert_eq!(
        shown,
        [
            "call 2025-11-03 14:01:02 Out [From +16125550140, To +16515550143] 60s",
            "call 2025-11-03 15:01:02 In [From +16515550143, To +16125550140] 0s",
        ]
    );
    let names: Vec<&str> = all.iter().flat_map(|item| &parsed(item).parties).map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Ann Lind", "", "", "Ann Lind"], "the user is the caller or the called by the type of the call");
    assert_eq!(parsed(&all[0]).sent_at.as_ref().map(|time| time.zone), Some(ZoneBasis::OffsetInSource));
}

#[test]
fn asterisk_is_known_by_its_cells_and_its_zone_is_proved() {
    let standard = "\"\",\"7001\",\"16515550143\",\"default\",\"\"\"Ann\"\" <7001>\",\"SIP/1\",\"SIP/2\",\"Dial\",\"SIP/2\",\"2023-07-26 01:51:32\",\"2023-07-26 01:51:50\",\"2023-07-26 01:52:04\",31,13,\"ANSWERED\",\"DOCUMENTATION\",\"1690325492.2\",\"\"\n";
    let all = items(standard, "Master.csv");
    assert_eq!(line(&all[0]), "call 2023-07-25 22:51:32 Unknown [From 7001, To +16515550143] 13s");
    assert_eq!(parsed(&all[0]).sent_at.as_ref().map(|time| time.zone), Some(ZoneBasis::Derived));
    assert_eq!(parsed(&all[0]).facts["duration"], "31", "with the ringing");
    let short = "\"\",\"7001\",\"7002\",\"default\",\"x\",\"SIP/1\",\"\",\"Dial\",\"\",\"2023-07-26 01:51:32\",\"\",\"2023-07-26 01:52:04\",31,0,\"NO ANSWER\",\"DOCUMENTATION\"\n";
    let all = items(short, "Master.csv");
    assert_eq!(
        parsed(&all[0]).sent_at.as_ref().map(|time| time.zone),
        Some(ZoneBasis::AssumedLocal),
        "nothing proves it"
    );
    // FreeSWITCH writes a file of the same name in another order: caller name, number, destination, context, times.
    let other = "\"Ann\",\"7001\",\"7002\",\"default\",\"2023-07-26 01:51:32\",\"2023-07-26 01:51:50\",\"2023-07-26 01:52:04\",\"31\",\"13\",\"NORMAL_CLEARING\",\"u-1\",\"\",\"\",\"PCMU\",\"PCMU\"\n";
    assert!(!sniff(other.as_bytes(), "Master.csv", &options(Some("asterisk"))), "the name alone never decides");
}

#[test]
fn two_equal_rows_are_two_calls_and_reading_again_finds_the_same() {
    let twice = format!("{TMOBILE}{}", TMOBILE.lines().nth(1).expect("a row").to_owned() + "\r\n");
    let (first, again) = (items(&twice, "a_7635550144.csv"), items(&twice, "a_7635550144.csv"));
    assert_eq!(first, again);
    let identities: std::collections::BTreeSet<_> = first.iter().map(|item| item.identity.clone()).collect();
    assert_eq!((first.len(), identities.len()), (3, 3));
    let requoted = TMOBILE.replace("(612) 555-0142", "\"(612) 555-0142\"").replace("\r\n", "\n");
    assert_eq!(items(&requoted, "a_7635550144.csv")[0].identity, first[0].identity, "quoting belongs to the copy");
    assert_ne!(items(&twice, "a_7635550145.csv")[0].identity, first[0].identity, "another line's file, another call");
}

#[test]
fn the_original_holds_the_exact_bytes_and_what_explains_them() {
    let all = items(TMOBILE, "CSV_Calls_7635550144.csv");
    let Original::Bytes(bytes) = &all[0].original else { panic!("in memory") };
    let expected = "recordroom call row 1\nprofile: tmobile\nencoding: utf-8 or windows-1252\ndelimiter: ,\nown: 7635550144\naccount: \nordinal: 0\nheadings: 43\nrow: 58\n\nDate Time,Number,Destination,Minutes,Type\r\n02/18/2022 09:47 AM,(612) 555-0142,\"DULUTH, MN\",1 Min,--\r\n";
    assert_eq!(String::from_utf8_lossy(bytes), expected);
}

#[test]
fn damaged_rows_are_exceptions_and_the_rest_goes_on() {
    let head = "Date Time,Number,Destination,Minutes,Type\n";
    let good = "02/18/2022 09:47 AM,6125550142,\"DULUTH, MN\",1 Min,--\n";
    let kept = "call 2022-02-18 15:47:00 Out [To +16125550142] 60s at most";
    let damaged: [(&str, &str, &str); 3] = [
        ("02/18/2022 09:48 AM,6125550142\n", "1 !malformed line 3", "a short row"),
        ("02/18/2022 09:48 AM,6125550142,x,1 Min,--,more\n", "1 !malformed line 3", "a long row"),
        ("02/18/2022 09:48 AM,\"6125550142,x,1 Min,--\n", "1 !malformed line 3", "a quote that the next row closes"),
    ];
    for (row, expected, why) in damaged {
        let found = lines(&format!("{head}{good}{row}{good}"), "calls.csv");
        assert_eq!(found, [format!("0 {kept}"), expected.to_owned(), format!("2 {kept}")], "{why}");
    }
    let long = format!("{head}{good}{}\n{good}", "x".repeat(crate::base::limits::LINE_BYTES + 1));
    assert_eq!(lines(&long, "calls.csv")[1], "1 !limit-reached line 3");
    let odd = lines(&format!("{head}sometime,6125550142,x,1 Min,--,,\n,,,,\n\n"), "calls.csv");
    assert_eq!(
        odd,
        ["0 call unknown Unknown [Member +16125550142] 60s at most"],
        "kept, its date unknown; blanks are none"
    );
}

#[test]
fn what_spreadsheets_do_to_numbers_is_undone_only_where_nothing_is_lost() {
    let rows = "Date Time;Number;Destination;Minutes;Type\n2/18/2022 9:47;\"=\"\"6125550142\"\"\";x;1;--\n2/18/2022 9:48;'6125550142;x;1;--\n2/18/2022 9:49;6.12556E+09;x;1;--\n";
    let bytes = rows.as_bytes();
    let named = MappingProfile::from_toml(
        "key = \"mine\"\nname = \"Mine\"\ndelimiters = [\"semicolon\"]\n[[table]]\nkind = \"call\"\nrequired = [\"Date Time\"]\nmoment = [\"Date Time\"]\nnumber = [\"Number\"]\nminutes = [\"Minutes\"]\n",
    )
    .expect("a profile");
    let options = ReadOptions { call_profile: Some(named), ..ReadOptions::of(chrono_tz::America::Chicago) };
    let all = items_of(finds_in(bytes, "x.csv", &options, 8192));
    let numbers: Vec<_> = all
        .iter()
        .map(|item| &parsed(item).parties[0])
        .map(|one| (one.address.as_str(), one.normal.as_deref()))
        .collect();
    assert_eq!(
        numbers,
        [("6125550142", Some("+16125550142")), ("6125550142", Some("+16125550142")), ("6.12556E+09", None)]
    );
    assert_eq!(parsed(&all[2]).problems[0].code, ProblemCode::Malformed, "the last digits are lost, and it is said");
    assert_eq!(parsed(&all[0]).facts["Number"], "=\"6125550142\"", "as written");
}

#[test]
fn utf_16_and_windows_1252_are_read() {
    let mut wide = vec![0xFF, 0xFE];
    wide.extend(TMOBILE.replace("DULUTH", "DULU\u{ce}TH").encode_utf16().flat_map(u16::to_le_bytes));
    assert!(sniff(&wide, "a.csv", &options(None)));
    let all = items_of(finds_in(&wide, "a.csv", &options(None), 5));
    assert_eq!(parsed(&all[0]).facts["Destination"], "DULU\u{ce}TH, MN");
    let latin: Vec<u8> =
        TMOBILE.replace("DULUTH", "DULU^TH").bytes().map(|b| if b == b'^' { 0xCE } else { b }).collect();
    let all = items_of(finds_in(&latin, "a.csv", &options(None), 8192));
    assert_eq!(parsed(&all[0]).facts["Destination"], "DULU\u{ce}TH, MN");
}

#[test]
fn an_unknown_layout_is_hinted_at_and_the_generic_profile_reads_it_when_named() {
    let unknown = "Call Date,Caller Number,Called Number,Direction,Duration\n2025-11-03 08:01:00,612-555-0142,651-555-0143,Outgoing,0:02:10\n2025-11-03 08:05:00,7001,Anonymous,Incoming,15\n";
    assert!(!sniff(unknown.as_bytes(), "x.csv", &options(None)));
    let told = hint(unknown.as_bytes(), &options(None)).expect("a hint").message;
    assert!(told.contains("--call-profile") && told.contains("generic"), "{told}");
    assert!(hint(unknown.as_bytes(), &options(Some("verizon"))).expect("a hint").message.contains("verizon"));
    for other in ["Name,Street,City\nAnn,1 Main,Cedar Bend\n", "Dear all,\nthe date, time and number of minutes\n", ""]
    {
        assert!(hint(other.as_bytes(), &options(None)).is_none(), "{other}");
    }
    let all = items_of(finds_in(unknown.as_bytes(), "x.csv", &options(Some("generic")), 8192));
    let shown: Vec<String> = all.iter().map(line).collect();
    assert_eq!(
        shown,
        [
            "call 2025-11-03 14:01:00 Out [From +16125550142, To +16515550143] 130s",
            "call 2025-11-03 14:05:00 In [From 7001, To Anonymous] -",
        ]
    );
    assert_eq!(parsed(&all[1]).problems[0].code, ProblemCode::Malformed, "15 of what? It is not guessed");
}

#[test]
fn the_example_of_the_manual_works() {
    let page = include_str!("../../manual/call-profiles.md");
    let block = |fence: &str| {
        let after = page.split_once(fence).unwrap_or_else(|| panic!("{fence}")).1;
        after.split_once("```").expect("its end").0.trim_start().to_owned()
    };
    let profile = MappingProfile::from_toml(&block("```toml")).expect("the profile of the manual");
    let options = ReadOptions { call_profile: Some(profile), ..ReadOptions::of(chrono_tz::America::Chicago) };
    let file = block("```csv");
    assert!(sniff(file.as_bytes(), "switch.csv", &options));
    let found = finds_in(file.as_bytes(), "switch.csv", &options, 8192);
    let all = items_of(found);
    let (rows, others): (Vec<&RawItem>, Vec<&RawItem>) =
        all.iter().partition(|item| matches!(item.shape, Shape::Parsed(_)));
    let shown: Vec<String> = rows.into_iter().map(line).collect();
    assert_eq!(shown, block("```text").lines().collect::<Vec<_>>());
    assert_eq!(others.len(), 1, "the line of totals is kept in a file beside them");
}

#[test]
fn parties_of_a_call_without_a_direction_are_members() {
    let all = items(
        "Call type,Date,Duration,Number,Contact,Location,Service\nAudio,2024-03-15 14:30:00,00:02:45,6125550142,Ann,,Phone\nMissed,2024-03-15 14:30:00,00:00:00,6125550142,Ann,,Phone\n",
        "calls.csv",
    );
    assert_eq!((parsed(&all[0]).parties[0].role, parsed(&all[0]).direction), (Role::Member, Direction::Unknown));
    assert_eq!((parsed(&all[1]).parties[0].role, parsed(&all[1]).direction), (Role::From, Direction::MissedIn));
    assert_eq!((parsed(&all[0]).parties[0].name.as_str(), parsed(&all[0]).kind), ("Ann", RecordKind::Call));
}

proptest! {
    #[test]
    fn anything_behind_headings_is_accounted_for_and_never_panics(
        tail in proptest::collection::vec(
            prop::sample::select(vec![
                "\"", ",", "\n", "\r\n", "02/18/2022 09:47 AM", "6125550142", "x", "1 Min", "--", ";", "Total", "\t", "\u{feff}", "\\",
                "02/18/2022 09:47 AM,6125550142,x,1 Min,--\n", "Date Time,Number,Destination,Minutes,Type\n",
            ]),
            0..60,
        ),
        chunk in 1_usize..9,
    ) {
        let text = format!("{TMOBILE}{}", tail.concat());
        let found = finds_in(text.as_bytes(), "a.csv", &options(None), chunk);
        prop_assert_eq!(format!("{found:?}"), format!("{:?}", finds_in(text.as_bytes(), "a.csv", &options(None), 8192)));
        let mut next = 0;
        for one in &found {
            let ordinal = match one {
                Found::Item(item) => item.ordinal,
                Found::Exception(one) => one.ordinal,
                _ => continue,
            };
            prop_assert_eq!(ordinal, next);
            next += 1;
        }
        prop_assert!(next >= 2);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let options = options(Some("generic"));
        let _ = sniff(&bytes, "x", &options);
        let _ = hint(&bytes, &options);
        let _ = finds_in(&bytes, "x", &options, 7);
    }
}

/// The headings and rows of doc.didww.com, of both editions, with our own numbers; and of IvozProvider's documentation.
#[test]
fn exports_of_two_providers_are_read() {
    let old = "Date/Time (UTC),Source,DID,Destination,Duration (secs),Disconnect Initiator,Disconnect Code,Response\n\
               2025-06-01 12:00:00,6515550143,17635550140,sip:clerk@cedarbend.example,54,Origination,200,Bye\n";
    assert_eq!(
        lines(old, "cdr.csv"),
        ["0 call 2025-06-01 12:00:00 In [From +16515550143, To +17635550140] 54s"],
        "the columns say that they are UTC"
    );
    let new = "Date/Time Start (UTC),Date/Time Connect (UTC),Date/Time End (UTC),Status,Source Number,Source Name,\
               Destination DID,Duration (sec),Attempt,Disconnect Code\n\
               2025-06-01 12:00:00,2025-06-01 12:00:05,2025-06-01 12:01:05,answered,6515550143,Lee Vang,17635550140,60,1,200\n";
    assert_eq!(lines(new, "cdr_in.csv"), ["0 call 2025-06-01 12:00:00 In [From +16515550143, To +17635550140] 60s"]);
    let ivoz = "callid,startTime,duration,caller,callee\nabc,2025-06-01 07:00:00,61,+16515550143,+17635550140\n";
    assert_eq!(
        lines(ivoz, "calls.csv"),
        ["0 call 2025-06-01 12:00:00 Unknown [From +16515550143, To +17635550140] 61s"],
        "the city's own time, and nothing says which way it went"
    );
}
