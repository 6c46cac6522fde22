//! Call detail as carriers and phone systems write it. The layouts are those of `reference` pages of the vendors; the
//! traps are theirs too: sections, subtotals, blank lines, minutes rounded up, no owner in the file.

use super::calls::{self, Call, Ending};
use super::dice::Dice;
use super::error::CityError;
use super::folder::Folder;
use super::moment;
use super::people::Person;
use super::phrase::shown;
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;
use std::fmt::Write as _;

/// Writes every bill and every export of a phone system; the calls are in order of time.
pub fn write(all: &[Call], folder: &mut Folder<'_>) -> Result<(), CityError> {
    let of = |key: &str, mobile: bool| -> Vec<&Call> {
        all.iter().filter(|call| call.owner.key == key && call.mobile == mobile).collect()
    };
    for key in ["dale", "tom"] {
        let mine = of(key, true);
        let Some(owner) = mine.first().map(|call| call.owner) else { continue };
        let place = format!("{}/verizon-{}.txt", owner.folder(), owner.digits());
        put(folder, &place, &verizon(&mine), mine.len(), Some(owner))?;
    }
    let (chief, sergeant) = (of("renata", true), of("nate", true));
    put(folder, "police/att-wireless-bill.csv", &att(&[&chief, &sergeant]), chief.len() + sergeant.len(), None)?;
    let mine = of("lucille", true);
    put(
        folder,
        &format!("amundson-lucille/CSV_Calls_{}.csv", mine.first().map_or("", |call| call.owner.digits())),
        &t_mobile(&mine),
        mine.len(),
        mine.first().map(|call| call.owner),
    )?;
    let mut desks: Vec<&Call> = ["maren", "kayla", "jonas"].iter().flat_map(|key| of(key, false)).collect();
    desks.sort_by_key(|call| call.at);
    put(folder, "phone-system/cdr_CedarBend_01_202606170600_1", &cucm(&desks), desks.len(), None)?;
    let mine = of("priya", false);
    put(folder, "phone-system/PSTN.calls.2026-06-17.csv", &teams(&mine), mine.len(), None)?;
    let mine = of("nate", false);
    put(folder, "police/front-desk/Master.csv", &asterisk(&mine), mine.len(), None)
}

fn put(
    folder: &mut Folder<'_>,
    place: &str,
    text: &str,
    found: usize,
    owner: Option<&'static Person>,
) -> Result<(), CityError> {
    folder.file(place, text.as_bytes())?;
    folder.note(place, ContainerFormat::CallDetail, RecordKind::Call, found, owner.map(|owner| owner.name));
    Ok(())
}

/// Call detail of a consumer account, saved from the carrier's pages: columns between tabs.
fn verizon(mine: &[&Call]) -> String {
    let mut out = String::from(
        "Date\tTime\tNumber\tRate\tUsage Type\tOrigination\tDestination\tMin.\tAirtime Charges\tLD/Other\tTotal\r\n",
    );
    for call in mine {
        let destination = match (call.outgoing, call.ending) {
            (true, _) => "Cedar Bend MN",
            (false, Ending::Voicemail) => "Vmail Deposit CL",
            (false, _) => "Incoming CL",
        };
        let _ = write!(
            out,
            "{}\t{}\t{}\t{}\tPlanAllow\tCedar Bend MN\t{destination}\t{}\t--\t--\t--\r\n",
            call.at.format("%m/%d/%Y"),
            call.at.format("%I:%M%p"),
            shown(call.other.digits()),
            if call.at.format("%H").to_string().as_str() < "21" { "Peak" } else { "Off-Peak" },
            call.minutes(),
        );
    }
    out
}

/// A bill with a block for each line, its own header in each, and totals.
fn att(lines: &[&[&Call]]) -> String {
    let mut out = String::from("\r\nAT&T Wireless,Account 287-5550100,City of Cedar Bend Police\r\n\r\n");
    for mine in lines {
        let Some(owner) = mine.first().map(|call| call.owner) else { continue };
        let _ = write!(out, "{},{}\r\n", shown(owner.digits()), owner.name.to_uppercase());
        out.push_str("Item,Day,Date,Time,Number Called,Call To,Min,Rate Code,Rate Pd,Feature,Airtime Charge,LD/Add'l Charge,Total Charge\r\n");
        let mut minutes = 0;
        for (number, call) in mine.iter().enumerate() {
            minutes += call.minutes();
            let _ = write!(
                out,
                "{},{},{},{},{},{},{},CIRT,DT,VM,0.00,0.00,0.00\r\n",
                number + 1,
                call.at.format("%a").to_string().to_uppercase(),
                call.at.format("%m/%d/%Y"),
                call.at.format("%-I:%M%p"),
                shown(call.other.digits()),
                if call.outgoing { "CEDAR BEND MN" } else { "INCOMI CL" },
                call.minutes(),
            );
        }
        let _ = write!(out, "Subtotal,,,,,,{minutes},,,,0.00,0.00,0.00\r\n\r\n");
    }
    out.push_str("Total,,,,,,,,,,0.00,0.00,0.00\r\n");
    out
}

/// One line's calls; whose line it is stands in the name of the file alone.
fn t_mobile(mine: &[&Call]) -> String {
    let mut out = String::from("Date Time,Number,Destination,Minutes,Type\r\n");
    for call in mine {
        let digits = call.other.digits();
        let number = match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
            (Some(area), Some(office), Some(line)) => format!("({area}) {office}-{line}"),
            _ => digits.to_owned(),
        };
        let destination = if call.outgoing { "\"CEDAR BEND, MN\"" } else { "INCOMING" };
        let kind = if call.seconds.is_multiple_of(5) { "Wi-Fi call" } else { "--" };
        let at = call.at.format("%m/%d/%Y %I:%M %p");
        let _ = write!(out, "{at},{number},{destination},{} Min,{kind}\r\n", call.minutes());
    }
    out
}

/// Cisco Unified Communications Manager: names, types, then rows; seconds since 1970 in UTC.
fn cucm(all: &[&Call]) -> String {
    let mut out = String::from(
        "\"cdrRecordType\",\"globalCallID_callManagerId\",\"globalCallID_callId\",\"origLegCallIdentifier\",\"destLegCallIdentifier\",\"dateTimeOrigination\",\"dateTimeConnect\",\"dateTimeDisconnect\",\"duration\",\"callingPartyNumber\",\"originalCalledPartyNumber\",\"finalCalledPartyNumber\",\"origDeviceName\",\"destDeviceName\",\"origIpAddr\",\"destIpAddr\",\"origCause_value\",\"destCause_value\"\nINTEGER,INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),VARCHAR(50),VARCHAR(129),VARCHAR(129),VARCHAR(64),VARCHAR(64),INTEGER,INTEGER\n",
    );
    for (number, call) in all.iter().enumerate() {
        let began = moment::utc(call.at).timestamp();
        let connected = if call.seconds > 0 { began + 5 } else { 0 };
        let desk = format!("7{}", call.owner.digits().get(7..).unwrap_or("100"));
        let city = call.other.address.ends_with("@cedarbend.example");
        let far = if city {
            format!("7{}", call.other.digits().get(7..).unwrap_or("100"))
        } else {
            call.other.digits().to_owned()
        };
        let far_device = if city { "SEP00AABBCCDD02" } else { "GW-PSTN-01" };
        let (from, to) = if call.outgoing { (&desk, &far) } else { (&far, &desk) };
        let (device, other) =
            if call.outgoing { ("SEP00AABBCCDD01", far_device) } else { (far_device, "SEP00AABBCCDD01") };
        let _ = writeln!(
            out,
            "1,1,{},{},{},{began},{connected},{},{},\"{from}\",\"{to}\",\"{to}\",\"{device}\",\"{other}\",\"10.0.0.5\",\"10.0.0.6\",0,16",
            5_000 + number,
            70_000 + 2 * number,
            70_001 + 2 * number,
            moment::utc(calls::ended(call)).timestamp(),
            call.seconds,
        );
    }
    out
}

/// Microsoft Teams, calls over the public network (RFC 4180, times in UTC).
fn teams(mine: &[&Call]) -> String {
    let mut out = String::from(
        "UsageId,Call ID,Conference ID,User Location,AAD ObjectId,UPN,User Display Name,Caller ID,Call Type,Number Type,Domestic/International,Destination Dialed,Destination Number,Start Time,End Time,Duration Seconds,Connection Fee,Charge,Currency,Capability\r\n",
    );
    for call in mine {
        let mut dice = Dice::of(&format!("teams {}", call.at));
        let owner = call.owner;
        let (caller, called) =
            if call.outgoing { (owner.number, call.other.number) } else { (call.other.number, owner.number) };
        let _ = write!(
            out,
            "{:016x},{:016x},,US,{:016x},{},{},{caller},{},Subscriber,Domestic,United States,{called},{},{},{},0,0,USD,MCOPSTN1\r\n",
            dice.throw(),
            dice.throw(),
            Dice::of(owner.key).throw(),
            owner.address,
            owner.name,
            if call.outgoing { "user_out" } else { "user_in" },
            moment::utc(call.at).format("%Y-%m-%dT%H:%M:%SZ"),
            moment::utc(calls::ended(call)).format("%Y-%m-%dT%H:%M:%SZ"),
            call.seconds,
        );
    }
    out
}

/// Asterisk `Master.csv`: no names of columns, local times; the unique id begins with the moment in UTC.
fn asterisk(mine: &[&Call]) -> String {
    let mut out = String::new();
    for (number, call) in mine.iter().enumerate() {
        let (source, target) =
            if call.outgoing { ("7107", call.other.digits()) } else { (call.other.digits(), "7107") };
        let answered = call.seconds > 0;
        let answer = if answered { (call.at + chrono::Duration::seconds(5)).to_string() } else { String::new() };
        let disposition = if answered { "ANSWERED" } else { "NO ANSWER" };
        let whole = 5 + call.seconds;
        let name = if call.outgoing { "Front Desk" } else { call.other.name };
        let _ = writeln!(
            out,
            "\"\",\"{source}\",\"{target}\",\"police\",\"\"\"{name}\"\" <{source}>\",\"PJSIP/desk-{number:08x}\",\"PJSIP/trunk-{:08x}\",\"Dial\",\"PJSIP/{target},30\",\"{}\",\"{answer}\",\"{}\",{whole},{},\"{disposition}\",\"DOCUMENTATION\",\"{}.{number}\",\"\"",
            number + 1,
            call.at,
            calls::ended(call),
            call.seconds,
            moment::utc(call.at).timestamp(),
        );
    }
    out
}
