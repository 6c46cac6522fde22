//! Queries with the families they find: asked of the index, and of every item in memory.

use super::town::Town;
use recordroom::base::id::FamilyId;
use recordroom::catalog::{FamilyFilter, FamilyRow};
use recordroom::finding::{FindingError, families, search};
use recordroom::people::merge;
use recordroom::protection::document;
use recordroom::query::{Document, matches, parse, persons};
use recordroom::repository::{Repository, read_item};

/// A query, the numbers of the families it finds, and why.
type Golden = (&'static str, &'static str, &'static str);

const ALL: &str = "1 2 3 4 5 6 7 8 9 10 11 12 13 14";

/// The rows of the failure table: what another program read silently as something else.
const FAILURE_TABLE: &[Golden] = &[
    ("ener*", "1 2 11 14", "a star at the end is a wildcard and no sign to drop"),
    ("*ergy", "1 2 11 14", "a star at the beginning"),
    ("en?rgy", "1 2 11 14", "a question mark inside"),
    ("credit w/5 risk", "1 2", "a distance and not the words side by side"),
    ("credit w/6 risk", "1 2 3", "in either order, counted in words"),
    ("agree~", "2 11", "the sign behind a word asks for its forms: agreed"),
    ("energy AND audit", "1 2", "AND in capitals"),
    ("energy OR vote~", "1 2 10 11 14", "OR in capitals"),
    ("energy NOT audit", "11 14", "NOT in capitals"),
    ("(energy OR vote~) easement", "11", "parentheses"),
    ("\"please cal*\"", "", "a wildcard in a phrase, found nowhere"),
    ("\"annual repor*\"", "8", "and found"),
    ("date:2025-01..2025-02", "1 2 3 4", "a range"),
    ("foo@bar.example", "4", "an address is one word, and not three"),
    ("don't", "4", "an apostrophe inside a word"),
    ("don’t", "4", "the curly one is the same"),
    ("C++", "4", "signs that join nothing are left out, here and in the text"),
    ("U.S.A.", "4", "letters joined by full stops"),
    ("東京", "5", "letters of a script without spaces are found as they are typed"),
];

const WORDS: &[Golden] = &[
    ("", ALL, "nothing typed means every item"),
    ("energy", "1 2 11 14", "a word of body or subject"),
    ("ENERGY", "1 2 11 14", "in whatever case"),
    ("energetic", "2", "another word"),
    ("road", "3 6 7 12", "also as a part of an address"),
    ("body:road", "3 7 12", "in the text alone"),
    ("vote", "10 14", "one form"),
    ("voting", "10", "another"),
    ("vote~", "10 14", "all its forms"),
    ("voted~", "10 14", "from any of them"),
    ("subject:vote~", "10", "in a field"),
    ("agreement~", "2", "agreement is a word of its own"),
    ("not", "4 13", "in lower case it is a word"),
    ("or", "", "so is this one, which stands nowhere"),
    ("cafe", "6", "without its accent"),
    ("CAFÉ", "6", "with it"),
    ("see", "8 12", "mail and texts alike"),
    ("energy audit", "1 2", "words side by side are joined by AND"),
    ("energy bill", "14", "in a text"),
    ("easement", "8 11 13", "in an attachment, a mail, a text"),
    ("NOT energy", "3 4 5 6 7 8 9 10 12 13", "all the others"),
    ("NOT NOT energy", "1 2 11 14", "twice not"),
    ("(energy audit) NOT subject:re", "1", "the first of the conversation"),
    ("energy NOT (audit OR bill)", "11", "not a group"),
    ("road* energy", "", "each somewhere, never together"),
    ("bridge OR tunnel", "", "nowhere"),
];

const PATTERNS: &[Golden] = &[
    ("e*y", "1 2 10 11 14", "a star inside: energy, every"),
    ("*get*", "2", "inside a word: energetic"),
    ("syn*", "1", "a beginning"),
    ("?oad", "3 6 7 12", "one letter before"),
    ("?road", "", "exactly one letter"),
    ("roa??", "", "exactly two letters"),
    ("body:?oad", "3 7 12", "in a field"),
    ("vot*", "10 14", "vote, voted, voting, votes"),
    ("caf*", "6", "without regard to accents"),
    ("PR-?", "6", "signs inside"),
    ("*@mill.example", "3 4 5 8 11", "every address of a domain"),
    ("from:*@mill.example", "3 5 8 11", "as the sender"),
    ("lee.*@mill.example", "8 11", "an address with an unknown part"),
    ("file:*.png", "9", "an ending"),
    ("file:culvert*", "9", "the beginning of a file name"),
    ("763-555-01??", "6 12 13", "unknown digits: the number in whatever form"),
    ("76355501*", "6 12 13", "its first digits"),
    ("*5550142", "6 12 13", "its last digits"),
    ("\"cred* risk\"", "2", "a wildcard in a phrase stands for one word"),
    ("\"cred* and mark*\"", "1", "two of them"),
    ("\"the n?w road\"", "3", "one letter in a phrase"),
    ("drain* w/1 ease*", "8 11", "wildcards beside a distance"),
];

const DISTANCES: &[Golden] = &[
    ("\"credit risk\"", "2", "side by side"),
    ("\"risk credit\"", "", "in this order"),
    ("\"the road\"", "7 12", "a phrase"),
    ("\"energy audit\"", "1 2", "in subject or body"),
    ("\"audit the energy\"", "", "a phrase never runs from the subject into the body"),
    ("credit pre/5 risk", "1 2", "in order"),
    ("risk pre/6 credit", "3", "the other order"),
    ("risk pre/5 credit", "", "six words apart"),
    ("risk PRE/6 credit", "3", "in capitals"),
    ("energy w/9 risk", "1", "nine words apart"),
    ("energy w/8 risk", "", "and not eight"),
    ("oak w/1 street", "6 7", "neighbours"),
    ("street w/1 oak", "6 7", "in either order"),
    ("street pre/1 oak", "7", "in this one"),
    ("oak w/2 oak", "7", "two places of one word"),
    ("oak w/1 oak", "", "a place is not near itself"),
    ("crew w/2 crew", "7", "crew by crew"),
    ("\"road crew\" w/4 road", "7", "a phrase beside a distance"),
    ("\"road crew\" w/2 road", "", "it does not count with its own words"),
    ("(road OR street) w/2 crew", "3 7", "alternatives"),
    ("(drainage OR annual) w/2 (easement OR report)", "8 11", "on both sides"),
    ("(bridge OR \"market risk\") w/2 credit", "1", "a phrase among them"),
    ("agreed pre/10 credit", "2", "across a full stop"),
    ("(credit AND market) w/3 risk", "1", "each of two near a third"),
    ("(credit market) w/3 (risk OR chance)", "1", "joined without AND as well"),
    ("risk pre/9 (road AND crew)", "", "in order: road stands ten words behind, crew eleven"),
    ("risk pre/11 (road AND crew)", "3", "and not too far"),
    ("agree~ w/3 people", "2", "a stem beside a distance"),
    ("subject:(energy pre/1 audit)", "1 2", "in a field"),
    ("subject:energy w/1 subject:audit", "1 2", "the field on both sides"),
    ("body:(energy pre/1 audit)", "1", "in another field"),
    ("oak w/1 street NOT crew", "6", "NOT binds no distance"),
    ("(credit w/3 risk) AND (energy OR agreement)", "1 2", "a distance is a part of a query"),
    ("予算 w/5 明日", "5", "letters count as words, and a pair stands where its first letter stands"),
    ("予算 w/4 明日", "", "one by one"),
];

const AS_TYPED: &[Golden] = &[
    ("(763) 555-0142", "6 12 13", "a number with its parentheses"),
    ("763-555-0142", "6 12 13", "with hyphens"),
    ("763.555.0142", "6 12 13", "with full stops"),
    ("7635550142", "6 12 13", "solid"),
    ("+1 763 555 0142", "6 12 13", "with its country"),
    ("1-763-555-0142", "6 12 13", "as it is dialled"),
    ("from:763-555-0142", "12", "who sent it"),
    ("to:(763) 555-0142", "13", "whom it was sent to"),
    ("612-555-0199", "14", "another number"),
    ("763-555-0143", "", "nobody's number"),
    ("555-0142", "6 12 13", "without the area code"),
    ("0142", "6 12 13", "the last group"),
    ("bar.example", "4", "a domain"),
    ("R&D", "4", "an ampersand"),
    ("13.43", "4", "a section of law"),
    ("13.4", "", "not the beginning of another number"),
    ("\"section 13.43\"", "4", "in a phrase"),
    ("parcel 12-345", "6", "a parcel"),
    ("12-346", "", "another parcel"),
    ("$1,250.00", "6", "an amount"),
    ("1,250", "6", "its beginning"),
    ("PR-1", "6", "a form"),
    ("pr1", "", "written differently it is another word"),
    ("東京都", "5", "three letters"),
    ("京都", "5", "any two side by side"),
    ("東都", "", "not side by side"),
    ("会議", "5", "in subject and body"),
    ("会議は明日", "5", "across words"),
    ("\"予算会議\"", "5", "between quotation marks"),
    ("lee.vang@mill.example", "8 11", "an address"),
    ("vang@mill.example", "", "an address is whole"),
    ("plan.txt", "8", "a file name"),
];

const FACTS: &[Golden] = &[
    ("from:anna", "1 9", "by name or address"),
    ("from:\"anna lee\"", "1", "a name that was written"),
    ("to:anna", "2 5 8 10", "a recipient"),
    ("cc:anna", "3", "a copy"),
    ("bcc:clerk", "6", "a blind copy"),
    ("recipient:anna", "2 3 5 8 10", "to, cc or bcc"),
    ("party:anna", "1 2 3 5 8 9 10", "any part"),
    ("vang", "8 11 12 13", "a name in mail, in an attachment and in the telephone's contacts"),
    ("from:vang", "8 11 12", "as the sender"),
    ("attachment:easement", "8", "the text of an attachment"),
    ("body:easement", "11 13", "not the attachment"),
    ("subject:easement", "11", "the subject"),
    ("file:plan.txt", "8", "its name"),
    ("type:image", "9", "attachments by type"),
    ("type:png", "9", "by ending"),
    ("type:txt", "8", "text"),
    ("type:pdf", "", "none"),
    ("has:attachment", "8 9", "with any"),
    ("is:unsearchable", "9", "a picture"),
    ("is:undated", "7", "without a date"),
    ("custodian:anna", "1 2 3 4 5 6 7 8 9 10", "whose copies there are"),
    ("custodian:\"Bo Berg\"", "1 11 12 13 14", "one message lies in both mailboxes"),
    ("custodian:anna custodian:berg", "1", "which is found once"),
    ("kind:text", "12 13 14", "texts"),
    ("kind:(email OR text) energy", "1 2 11 14", "two kinds"),
    ("kind:call", "", "none"),
    ("date:2025-01", "1 2", "a month"),
    ("date:2025-01-06", "1", "a day"),
    ("date:..2025-01-06", "1", "to a day, included"),
    ("date:2025-03-15..2025-03-17", "12 13 14", "days"),
    ("after:2025-05", "11", "after a month"),
    ("before:2025-02", "1 2", "before it"),
    ("NOT date:2025", "7", "what has no date is in no range"),
    ("family:F-3", "3", "a family by its number"),
    ("family:(F-3 OR F-5)", "3 5", "two of them"),
    ("person:lee.vang@mill.example", "8 11 12 13", "a person by one alias, found by all"),
    ("person:\"(763) 555-0142\" kind:email", "8 11", "from the other side"),
    ("person:\"Pat Berg\"", "14", "by name, where one entry has it"),
    ("easement NOT person:7635550142", "", "and excluded"),
];

/// A query that is a mistake, and its column.
const MISTAKES: &[(&str, usize)] = &[
    ("credit NEAR/5 risk", 8),
    ("agree~1", 6),
    ("body:/re.*/", 6),
    ("(energy", 1),
    ("\"unclosed", 1),
    ("colour:red", 1),
    ("energy && audit", 8),
    ("energy || audit", 8),
    ("\"credit risk\"~5", 14),
    ("\"annual repor\"*", 15),
    ("energy OR vote~ easement", 17),
    ("energy w/3 NOT bill", 12),
    ("(energy audit) w/3 (credit risk)", 16),
    ("(energy w/3 audit) w/5 risk", 1),
    ("*", 1),
    ("-road", 1),
    ("family:x", 8),
    ("person:*", 8),
];

fn found(repository: &Repository, query: &str) -> String {
    let parsed = parse(query).unwrap_or_else(|error| panic!("{query}: {} at {}", error.message, error.column));
    let found = families(repository, &parsed).unwrap_or_else(|error| panic!("{query}: {error}"));
    found.iter().map(|family| family.get().to_string()).collect::<Vec<_>>().join(" ")
}

/// Every item as it is searched in memory.
fn documents(repository: &Repository) -> Vec<(FamilyId, Document)> {
    let reading = repository.catalog().reading();
    let mut rows: Vec<FamilyRow> = Vec::new();
    let taken = reading.each_family::<recordroom::catalog::CatalogError>(FamilyFilter::default(), |row| {
        rows.push(row);
        Ok(())
    });
    taken.expect("listed");
    let names = reading.custodians().expect("listed");
    let document = |row: &FamilyRow| {
        let item = read_item(&repository.key_reader(), repository.vault(), row).expect("read").item;
        let ids = reading.custodians_of(row.id).expect("listed");
        let own: Vec<_> =
            names.iter().filter(|(id, ..)| ids.contains(id)).map(|(id, name, _)| (*id, name.clone())).collect();
        (row.id, document(Some(row.id), &item, &own, &row.standing, repository.zone()))
    };
    rows.iter().map(document).collect()
}

#[test]
fn every_query_finds_exactly_its_items() {
    let town = Town::new();
    let mut repository = town.open();
    merge(&mut repository, "lee.vang@mill.example", "763-555-0142", "she gave both to the clerk", "clerk")
        .expect("one person");
    let documents = documents(&repository);
    assert_eq!(documents.len(), 14);
    let tables = [FAILURE_TABLE, WORDS, PATTERNS, DISTANCES, AS_TYPED, FACTS];
    let goldens: Vec<&Golden> = tables.into_iter().flatten().collect();
    println!("{} goldens, {} of them rows of the failure table", goldens.len(), FAILURE_TABLE.len());
    assert!(goldens.len() >= 120, "{} goldens", goldens.len());
    let mut wrong = Vec::new();
    for (query, expected, why) in goldens {
        let by_index = found(&repository, query);
        if by_index != *expected {
            wrong.push(format!("{query}: found {by_index:?}, expected {expected:?}: {why}"));
        }
        let parsed = parse(query).expect("a query");
        // The directory of people is not known in memory.
        if persons(&parsed).is_empty() {
            let answers = documents.iter().filter(|(_, document)| matches(&parsed, document));
            let in_memory = answers.map(|(family, _)| family.get().to_string()).collect::<Vec<_>>().join(" ");
            if in_memory != *expected {
                wrong.push(format!("{query}: found {in_memory:?} in memory, expected {expected:?}: {why}"));
            }
        }
        let count = search(&repository, query, 3).expect("found").count;
        if count as usize != expected.split_whitespace().count() {
            wrong.push(format!("{query}: counted {count}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_are_told_with_their_column_and_ask_nothing() {
    let town = Town::new();
    let repository = town.open();
    for (query, column) in MISTAKES {
        match search(&repository, query, 1) {
            Err(FindingError::Query(error)) => assert_eq!(error.column, *column, "{query}: {}", error.message),
            other => panic!("{query}: {other:?}"),
        }
    }
    for (query, words) in [("person:nobody", "nobody here is known"), ("person:mill", "entries answer")] {
        match search(&repository, query, 1) {
            Err(FindingError::People(error)) => assert!(error.to_string().contains(words), "{query}: {error}"),
            other => panic!("{query}: {other:?}"),
        }
    }
}

#[test]
fn what_could_not_be_searched_is_listed_with_every_answer() {
    let town = Town::new();
    let repository = town.open();
    let table = [
        ("bridge", 1, "a picture could show a bridge"),
        ("bridge kind:text", 0, "and is no text"),
        ("bridge date:2025-04-02", 1, "it is of that day"),
        ("bridge date:2025-05", 0, "and of no other"),
        ("culvert", 0, "it is found, so it is no longer in doubt"),
        ("NOT culvert", 1, "what is not there could be there as well"),
    ];
    for (query, count, why) in table {
        let found = search(&repository, query, 10).expect("found");
        assert_eq!(found.not_searchable, count, "{query}: {why}");
        let mut listed: Vec<i64> = found.unsearched.iter().map(|one| one.family.get()).collect();
        listed.dedup();
        assert_eq!(listed, vec![9; count as usize], "{query}: {why}");
    }
}
