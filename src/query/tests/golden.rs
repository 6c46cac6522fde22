//! What answers which query, and why.

use super::{mail, sms};
use crate::query::{Document, matches, parse, type_fits};

fn check(document: &Document, table: &[(&str, bool, &str)]) {
    for (query, expected, why) in table {
        let parsed = parse(query).unwrap_or_else(|error| panic!("{query}: {} at {}", error.message, error.column));
        assert_eq!(matches(&parsed, document), *expected, "{query}: {why}");
    }
}

#[test]
fn words_and_operators() {
    let table = [
        ("", true, "nothing typed means every item"),
        ("resurfacing", true, "a word of the subject"),
        ("RESURFACING", true, "case does not matter"),
        ("resurface", false, "another form is another word"),
        ("surfacing", false, "a part of a word is not the word"),
        ("cafe", true, "accents of the text do not matter"),
        ("CAFÉ", true, "nor those of the query"),
        ("easement", true, "a word of an attachment"),
        ("road crew", true, "both words, wherever they stand"),
        ("road bridge", false, "one of the two is missing"),
        ("road AND crew", true, "the same written out"),
        ("bridge OR crew", true, "one is enough"),
        ("bridge OR tunnel", false, "none of them"),
        ("NOT bridge", true, "a query may be only NOT"),
        ("NOT road", false, "the word is there"),
        ("road NOT bridge", true, "and not"),
        ("road AND NOT crew", false, "the second is there"),
        ("NOT NOT road", true, "twice not"),
        ("(bridge OR road) (crew OR tunnel)", true, "groups"),
        ("(bridge OR road) NOT (crew OR tunnel)", false, "not a group"),
        ("bridge OR (road crew)", true, "a group among alternatives"),
        ("bridge OR NOT tunnel", true, "not among alternatives"),
        ("on", true, "short words are words"),
        ("or", true, "a lower-case or is a word: the body has one"),
        ("and", true, "a lower-case and is a word"),
        ("not", false, "a lower-case not is a word, and not here"),
        ("And", true, "so is a capitalised one"),
    ];
    check(&mail(), &table);
}

#[test]
fn phrases_and_distances() {
    let table = [
        ("\"annual budget\"", true, "side by side"),
        ("\"budget annual\"", false, "the order counts"),
        ("\"annual the budget\"", false, "a word between"),
        ("“annual budget”", true, "typographic quotation marks"),
        ("\"road crew repairs the road\"", true, "a long phrase"),
        ("\"resurfacing pr anna\"", false, "a phrase never runs from the subject into the body"),
        ("\"anna vang\"", true, "within one recipient"),
        ("\"example road\"", false, "nor from one recipient into the next"),
        ("\"v2 pdf\"", true, "parts of a file name"),
        ("\"pdf photo\"", false, "nor from one attachment into the next"),
        ("\"cred* and mark*\"", true, "wildcards in a phrase"),
        ("\"vot* annual\"", false, "they stand for one word each"),
        ("\"agreement~ agreed\"", true, "a stem in a phrase"),
        ("\"road\"", true, "a phrase of one word"),
        ("\"the council, voted!\"", true, "signs between the words do not matter"),
        ("credit w/1 and", true, "neighbours are at distance 1"),
        ("credit w/3 risk", true, "credit and market risk: 3"),
        ("credit w/2 risk", false, "but not 2"),
        ("risk w/3 credit", true, "in either order"),
        ("risk pre/3 credit", false, "pre asks for the order"),
        ("credit pre/3 risk", true, "which is this one"),
        ("credit W/3 risk", true, "the operator in capitals"),
        ("risk PRE/3 credit", false, "the same"),
        ("road w/5 road", true, "two different places: the road crew repairs the road"),
        ("road w/3 road", false, "one place is not near itself"),
        ("budget w/9 budget", false, "a word that stands once is not near itself"),
        ("\"annual budget\" w/1 credit", true, "from the last word of the phrase"),
        ("credit w/1 \"annual budget\"", true, "in either order"),
        ("\"annual budget\" w/1 annual", false, "a phrase does not count with its own words"),
        ("(credit OR debit) w/3 (risk OR chance)", true, "alternatives"),
        ("(debit OR loan) w/3 risk", false, "none of them"),
        ("(\"market risk\" OR loan) w/2 small", true, "a phrase among alternatives"),
        ("cred* w/3 ris?", true, "wildcards"),
        ("vote~ w/2 council", true, "a stem"),
        ("(credit w/3 risk) AND (annual w/1 budget)", true, "two distances"),
        ("NOT credit w/3 risk", false, "NOT is about the whole distance"),
        ("resurfacing w/50 council", false, "a distance stays within one text"),
        ("subject:(oak w/1 street)", true, "in a field"),
        ("body:(oak w/1 street)", false, "not in this one"),
        ("subject:oak w/1 subject:street", true, "both sides in one field"),
        ("party:(anna w/1 vang)", true, "in one of the parties"),
        ("party:(lee w/9 vang)", false, "never across parties"),
    ];
    check(&mail(), &table);
}

#[test]
fn wildcards_and_stems() {
    let table = [
        ("resurf*", true, "the beginning"),
        ("*facing", true, "the end"),
        ("re*ing", true, "the middle"),
        ("*surfac*", true, "inside"),
        ("*oad*", true, "inside a short word"),
        ("roa?", true, "one letter"),
        ("roa??", false, "exactly two letters"),
        ("r?a?", true, "two of them"),
        ("?road", false, "one letter before"),
        ("road*", true, "a star may stand for nothing"),
        ("ROA*", true, "case does not matter"),
        ("CAF*", true, "nor accents"),
        ("bridg*", false, "no word begins so"),
        ("*@cedarbend.example", true, "every address of a domain"),
        ("*@elsewhere.example", false, "of another domain"),
        ("lee.*@cedarbend.example", true, "an address with an unknown part"),
        ("cedarbend.*", true, "a domain"),
        ("PR-?", true, "signs inside: the whole as it is written"),
        ("site_plan*", true, "a file name"),
        ("76355501*", true, "the beginning of a number's digits"),
        ("763-555-01??", true, "unknown digits: the number in whatever form"),
        ("763-555-99??", false, "another number"),
        ("*0142", true, "the end of a number"),
        ("vote~", true, "the body has voted"),
        ("voting~", true, "from any form"),
        ("agreement~", true, "agreements"),
        ("agree~", true, "agreed"),
        ("repair~", true, "repairs"),
        ("repair", false, "but not without the sign"),
        ("bridge~", false, "no form of it"),
        ("subject:vote~", false, "not in the subject"),
    ];
    check(&mail(), &table);
}

#[test]
fn things_as_people_type_them() {
    let table = [
        ("lee.olson@cedarbend.example", true, "an address"),
        ("LEE.OLSON@CedarBend.Example", true, "in other case"),
        ("<lee.olson@cedarbend.example>", true, "in brackets"),
        ("olson@cedarbend.example", false, "an address is whole: this is another one"),
        ("lee.olson", true, "a part of it"),
        ("cedarbend.example", true, "its domain"),
        ("cedarbend", true, "a part of the domain"),
        ("from:lee.olson@cedarbend.example", true, "in its field"),
        ("to:lee.olson@cedarbend.example", false, "not in another"),
        ("\"lee.olson@cedarbend.example\"", true, "between quotation marks"),
        ("(763) 555-0142", true, "a telephone number with its parentheses"),
        ("763-555-0142", true, "with hyphens"),
        ("763.555.0142", true, "with dots"),
        ("763 555 0142", true, "with spaces"),
        ("7635550142", true, "without signs"),
        ("+1 763-555-0142", true, "with its country code"),
        ("+17635550142", true, "as E.164"),
        ("1-763-555-0142", true, "as it is dialled"),
        ("\"(763) 555-0142\"", true, "between quotation marks"),
        ("763-555-0143", false, "another number"),
        ("555-0142", true, "without the area code, where it stands so"),
        ("555-0142 OR *5550142", true, "the same in every form"),
        ("763-555-0142, parcel", true, "a comma behind it"),
        ("(763) 555-0142; parcel", true, "a semicolon behind it"),
        ("cc:(763) 555-0142", true, "in a field, where it is written solid"),
        ("from:763-555-0142", false, "not the sender"),
        ("((763) 555-0142 OR bridge)", true, "in a group"),
        ("(763) 555-0142 w/4 parcel", true, "beside a distance: a number stands where its area code stands"),
        ("(763) 555-0142 w/3 parcel", false, "so its other groups count"),
        ("parcel 12-345", true, "a parcel"),
        ("12-345", true, "alone"),
        ("12-346", false, "another"),
        ("13.43", true, "a section of law"),
        ("13.4", false, "not a part of a number"),
        ("PR-1", true, "a form"),
        ("pr1", false, "written differently is another word"),
        ("R&D", true, "an ampersand"),
        ("don't", true, "a straight apostrophe finds the curly one"),
        ("don’t", true, "and the other way round"),
        ("10:30", true, "a time is no field"),
        ("$1,250.00", true, "an amount"),
        ("1,250", true, "its beginning"),
        ("www.cedarbend.example", true, "a host"),
        ("Site_Plan-v2.pdf", true, "a file name"),
        ("v2.pdf", true, "a part of it"),
        ("東京都", true, "three letters"),
        ("東京", true, "two"),
        ("京", true, "one"),
        ("京都の予算", true, "across words"),
        ("東都", false, "not side by side"),
        ("\"東京都の予算\"", true, "between quotation marks"),
        ("予算 w/2 👍", true, "beside a distance"),
        ("👍", true, "a pictogram, whatever its skin tone"),
        ("👎", false, "another"),
    ];
    check(&mail(), &table);
}

#[test]
fn fields_and_facts() {
    let table = [
        ("subject:resurfacing", true, "in the subject"),
        ("SUBJECT:resurfacing", true, "the name in capitals"),
        ("body:resurfacing", false, "not in the body"),
        ("subject:\"oak street\"", true, "a phrase in a field"),
        ("subject:(oak OR elm)", true, "a group in a field"),
        ("subject:(oak NOT street)", false, "with not"),
        ("body:(oak OR elm)", false, "another field"),
        ("attachment:easement", true, "the text of an attachment"),
        ("file:photo", true, "a file name"),
        ("file:*.jpg", true, "its ending"),
        ("from:olson", true, "a name"),
        ("to:olson", false, "he did not receive it"),
        ("to:anna", true, "a recipient"),
        ("cc:berg", true, "a copy"),
        ("bcc:clerk", true, "a blind copy"),
        ("recipient:berg", true, "to, cc or bcc"),
        ("recipient:olson", false, "not the sender"),
        ("party:olson", true, "any part"),
        ("participant:(berg olson)", true, "two of them"),
        ("custodian:vang", true, "a part of the name"),
        ("custodian:anna", true, "without the accent"),
        ("custodian:\"Vang, Anna\"", true, "the whole name"),
        ("custodian:C-3", true, "the number"),
        ("custodian:olson", false, "another"),
        ("kind:email", true, "the kind"),
        ("kind:(email OR text)", true, "two kinds"),
        ("kind:call", false, "another kind"),
        ("status:official", true, "the status"),
        ("status:personal", false, "another status"),
        ("series:streets-04", true, "the series, in any case"),
        ("series:STREETS", false, "not a part of it"),
        ("type:pdf", true, "a type of attachment"),
        ("type:.PDF", true, "as an ending"),
        ("type:image", true, "a group of types"),
        ("type:jpg", true, "another name of jpeg"),
        ("type:application/pdf", true, "a media type"),
        ("type:docx", false, "none of those"),
        ("has:attachment", true, "it has two"),
        ("is:unsearchable", true, "not every word can be searched"),
        ("is:undated", false, "it has a date"),
        ("date:2025", true, "the year"),
        ("date:2025-03", true, "the month"),
        ("date:2025-03-14", true, "the day"),
        ("date:2025-03-15", false, "the next day"),
        ("date:2025-01..2025-03", true, "the last month is included"),
        ("date:2025-01..2025-02", false, "before it"),
        ("date:2025-03-14..", true, "from that day"),
        ("date:..2025-03-14", true, "to that day"),
        ("date:..2025-03-13", false, "to the day before"),
        ("after:2025-03-13", true, "after the day before"),
        ("after:2025-03-14", false, "after a day is the day after"),
        ("before:2025-03-15", true, "before the next day"),
        ("before:2025-03-14", false, "before a day is the day before"),
        ("after:2024 before:2026", true, "between years"),
        ("NOT date:2024", true, "not that year"),
    ];
    check(&mail(), &table);
}

#[test]
fn what_is_not_known() {
    let table = [
        ("date:2000..2100", false, "no known day is in no range"),
        ("NOT date:2000..2100", true, "so it is outside of every range"),
        ("is:undated", true, "and asked for by itself"),
        ("has:attachment", false, "a text without attachments"),
        ("is:unsearchable", false, "every word is searchable"),
        ("custodian:anna", false, "no custodian"),
        ("series:x", false, "no series"),
        ("subject:road", false, "no subject"),
        ("from:(763) 555-0142", true, "a number written with dots"),
        ("to:612-555-0199", true, "a number written solid"),
        ("not later", true, "lower-case not is a word"),
        ("NOT later", false, "upper case is the operator"),
        ("status:undetermined", true, "not settled"),
    ];
    check(&sms(), &table);
}

#[test]
fn types_of_attachments() {
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let table = [
        ("docx", docx, true),
        ("word", docx, true),
        ("document", docx, true),
        ("excel", docx, false),
        ("spreadsheet", "text/csv; charset=utf-8", true),
        ("image", "image/png", true),
        ("png", "image/png", true),
        ("sqlite3", "application/vnd.sqlite3", false),
        ("empty", "application/x-empty", true),
        ("text", "text/plain", true),
        ("image/png", "image/jpeg", false),
        ("pdf", "", false),
    ];
    for (wanted, media_type, expected) in table {
        assert_eq!(type_fits(wanted, media_type), expected, "{wanted} {media_type}");
    }
}
