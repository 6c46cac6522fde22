//! What one row says, what makes it the same row in another export, and how its original is kept.

use super::cells;
use super::moments::{self, Unit};
use super::profile::{MappingProfile, Zone};
use super::rows::Encoding;
use super::rule::RowKind;
use super::table::Found;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::record::{Direction, RecordKind, Role, SourceTime};
use crate::source::identity::Identity;
use crate::source::number;
use chrono_tz::Tz;

/// What stands around a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// The number of the line, from a line above the table or the name of the file.
    pub own: String,
    /// The account, from a line above the table.
    pub account: String,
}

/// What a row is: of the table's kind, or of another that a rule tells.
pub fn kind(profile: &MappingProfile, found: &Found, cells: &[String]) -> RowKind {
    let table = &profile.tables[found.table];
    let rule = table.kind_rule.iter().find(|rule| rule.fits_all() || rule.fits(found.cell(cells, &rule.column)));
    rule.map_or(table.kind, |rule| rule.means)
}

/// What a row says.
pub fn parse(
    profile: &MappingProfile,
    found: &Found,
    cells: &[String],
    around: &Around,
    kind: RecordKind,
    city: Tz,
) -> ParsedItem {
    let table = &profile.tables[found.table];
    let mut parsed = ParsedItem::new(kind);
    let rule = table.direction.iter().find(|rule| rule.fits_all() || rule.fits(found.cell(cells, &rule.column)));
    parsed.direction = rule.map_or(Direction::Unknown, |rule| rule.means.into());
    set_parties(profile, found, cells, around, &mut parsed);
    let (written, time) = moment(profile, found, cells, city);
    parsed.sent_at = time;
    if parsed.sent_at.is_none() {
        let sentence = format!("the date cannot be read: {written}");
        parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
    }
    if kind == RecordKind::Call {
        set_duration(profile, found, cells, &mut parsed);
    }
    for (at, name) in found.names.iter().enumerate() {
        let cell = cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
        if !cell.is_empty() {
            let name = name.trim().trim_matches('\u{feff}');
            let name = if name.is_empty() { format!("column {}", at + 1) } else { name.to_owned() };
            let twice = parsed.facts.contains_key(&name);
            parsed.facts.insert(if twice { format!("{name} (column {})", at + 1) } else { name }, cell.to_owned());
        }
    }
    if cells.iter().any(|cell| cell.contains('\u{fffd}')) {
        let sentence = "characters of the row could not be decoded";
        parsed.problems.push(Problem::new(ProblemCode::Undecodable, sentence));
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    }
    parsed.facts.insert("mapping profile".to_owned(), profile.key.clone());
    if !around.account.is_empty() {
        parsed.facts.insert("account above the table".to_owned(), around.account.clone());
    }
    if !around.own.is_empty() {
        parsed.facts.insert("number of the line".to_owned(), around.own.clone());
    }
    parsed
}

fn set_parties(profile: &MappingProfile, found: &Found, cells: &[String], around: &Around, parsed: &mut ParsedItem) {
    let table = &profile.tables[found.table];
    let own = match found.cell(cells, &table.own) {
        "" => around.own.as_str(),
        told => told,
    };
    let outgoing = parsed.direction == Direction::Out;
    let (own_role, other_role) = match parsed.direction {
        Direction::Unknown | Direction::Internal => (Role::Member, Role::Member),
        Direction::Out => (Role::From, Role::To),
        Direction::In | Direction::MissedIn | Direction::RejectedIn | Direction::BlockedIn => (Role::To, Role::From),
    };
    let own_name = found.cell(cells, &table.own_name);
    let other_name = found.cell(cells, &table.party_name);
    // Where caller and called have columns of their own, the line's user is the one or the other by the direction.
    let named = |columns: &[String], is_own: bool| match found.cell(cells, columns) {
        "" if is_own => own_name,
        "" if parsed.direction != Direction::Unknown => other_name,
        told => told,
    };
    let (from, to) = (found.cell(cells, &table.from), found.cell(cells, &table.to));
    let written = [
        (Role::From, from, named(&table.from_name, outgoing)),
        (Role::To, to, named(&table.to_name, own_role == Role::To)),
        (other_role, found.cell(cells, &table.number), other_name),
        (own_role, if from.is_empty() && to.is_empty() { own } else { "" }, own_name),
    ];
    for (role, number, name) in written {
        if number.is_empty() {
            continue;
        }
        let name = if role == Role::Member && name.is_empty() { "" } else { name };
        parsed.parties.push(number::party(role, name, number, profile.area_code.as_deref()));
        if number::is_scientific(number) {
            let sentence = format!("a spreadsheet rounded a number and its last digits are lost: {number}");
            parsed.problems.push(Problem::new(ProblemCode::Malformed, sentence));
            // Nobody finds the row by the number that it had.
            parsed.searchable = parsed.searchable.max(Searchable::Partly);
        }
    }
}

/// Whether a row says when it was, in the columns that a moment stands in.
pub fn has_moment(profile: &MappingProfile, found: &Found, cells: &[String]) -> bool {
    let table = &profile.tables[found.table];
    [&table.epoch, &table.moment, &table.date].into_iter().any(|columns| {
        let cell = found.cell(cells, columns);
        cell.starts_with(|c: char| c.is_ascii_digit()) && !cell.is_empty()
            || moments::begins_with_date(cell, &profile.date_forms)
    })
}

fn moment(profile: &MappingProfile, found: &Found, cells: &[String], city: Tz) -> (String, Option<SourceTime>) {
    let table = &profile.tables[found.table];
    let epoch = found.cell(cells, &table.epoch);
    if !epoch.is_empty() {
        return (epoch.to_owned(), moments::read_epoch(epoch));
    }
    let written = match found.cell(cells, &table.moment) {
        "" => moments::joined(found.cell(cells, &table.date), found.cell(cells, &table.time)),
        told => told.to_owned(),
    };
    let forms = &profile.date_forms;
    if profile.zone == Zone::UniqueId
        && let Some(time) = moments::read_proved(&written, forms, found.cell(cells, &table.unique_id))
    {
        return (written, Some(time));
    }
    let time = moments::read(&written, forms, profile.zone, found.cell(cells, &table.zone), city);
    (written, time)
}

fn set_duration(profile: &MappingProfile, found: &Found, cells: &[String], parsed: &mut ParsedItem) {
    let table = &profile.tables[found.table];
    let told = [(&table.seconds, Unit::Seconds), (&table.minutes, Unit::Minutes), (&table.duration, Unit::Told)];
    for (columns, unit) in told {
        let written = found.cell(cells, columns);
        if written.is_empty() || written.bytes().all(|byte| byte == b'-') {
            continue;
        }
        parsed.duration = moments::duration(written, unit);
        if parsed.duration.is_none() {
            let sentence = format!("the duration cannot be read, or does not say its unit: {written}");
            parsed.problems.push(Problem::new(ProblemCode::Malformed, sentence));
        }
        return;
    }
}

/// The identity of a row but for its ordinal (`call-row/1`): the names of the columns, account and number above the
/// table, and the cells, all without quotes and blanks around them, so that quoting belongs to the copy. The profile
/// is no part of it: a row read by a better profile is the same row.
pub fn identity(found: &Found, cells: &[String], around: &Around) -> Identity {
    let mut identity = Identity::new("call-row/1");
    identity.field("account", around.account.as_bytes()).field("own", around.own.as_bytes());
    let said = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
    for (at, cell) in cells[..said].iter().enumerate() {
        let name = found.names.get(at).map(|name| cells::name(name)).unwrap_or_default();
        identity.field("column", name.as_bytes()).field("cell", cells::plain(cell).as_bytes());
    }
    identity
}

/// The original of a row: its exact bytes, and what it cannot be understood without.
///
/// ```text
/// recordroom call row 1
/// profile: verizon
/// encoding: utf-8 or windows-1252
/// delimiter: ,
/// own: 6125550142
/// account: Account 1
/// ordinal: 0
/// headings: 28
/// row: 31
///
/// (28 bytes of the headings as written)(31 bytes of the row as written)
/// ```
///
/// The head is UTF-8; a line break or backslash in a value is written `\n`, `\r` or `\\`. Where a table has no
/// headings the line `columns:` names its columns as the profile does. `ordinal` counts equal rows from 0.
pub fn original(
    profile: &MappingProfile,
    found: &Found,
    around: &Around,
    encoding: Encoding,
    ordinal: u64,
    bytes: &[u8],
) -> Vec<u8> {
    let plain = |value: &str| value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    let mut head = format!(
        "recordroom call row 1\nprofile: {}\nencoding: {}\ndelimiter: {}\nown: {}\naccount: {}\nordinal: {ordinal}\n",
        profile.key,
        encoding.word(),
        if found.delimiter == '\t' { "tab".to_owned() } else { found.delimiter.to_string() },
        plain(&around.own),
        plain(&around.account),
    );
    if found.headings.is_empty() {
        head.push_str(&format!("columns: {}\n", plain(&found.names.join(", "))));
    }
    head.push_str(&format!("headings: {}\nrow: {}\n\n", found.headings.len(), bytes.len()));
    let mut out = head.into_bytes();
    out.extend_from_slice(&found.headings);
    out.extend_from_slice(bytes);
    out
}
