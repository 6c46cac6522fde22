//! The term report: for each query of a list, how many items and families it finds, and how many it alone finds, for
//! everybody and for each custodian.
//!
//! The families are those the index answers, exactly. An *item* is a member of a family, the message or one of its
//! attachments: it counts when a word, phrase or distance of the query stands in it; a query without any counts all
//! members. A query may be fulfilled by a message and its attachment together; then both count.

use super::catalogued::Catalogued;
use super::{FindingError, not_indexed, ordinary};
use crate::base::id::{CustodianId, FamilyId};
use crate::catalog::FamilyState;
use crate::index::Index;
use crate::model::item::ParsedItem;
use crate::protection::document;
use crate::query::{Query, QueryError, View, parse, terms};
use crate::report::{Cell, Column, Report, Table};
use crate::repository::{Repository, read_item};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Families read back in one step.
const STEP: usize = 2_000;
/// Queries of one report.
pub const REPORT_LINES: usize = 5_000;

/// Counts of one line, or of one custodian in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Hits {
    /// Members of families in which it stands.
    pub items: u64,
    /// Families that answer.
    pub families: u64,
    /// Of the items, those in which no other line stands.
    pub unique_items: u64,
    /// Of the families, those that answer no other line.
    pub unique_families: u64,
}

/// One query of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermLine {
    /// The query as it was written.
    pub query: String,
    /// What it finds.
    pub hits: Hits,
    /// The same for each custodian; an item of two custodians counts for both.
    pub custodians: BTreeMap<String, Hits>,
    /// Why it was not asked: it cannot be understood.
    pub mistake: Option<String>,
}

/// A term report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TermReport {
    /// One line for each query, in their order.
    pub lines: Vec<TermLine>,
    /// All lines together: each item and family once.
    pub total: Hits,
    /// The same for each custodian.
    pub custodians: BTreeMap<String, Hits>,
    /// How many families were looked through.
    pub among: u64,
    /// Of them, not searchable or only in part, and found by no line.
    pub not_searchable: u64,
    /// Items that came from personal devices and were not looked at.
    pub set_aside: u64,
    /// Items that are catalogued and not in the index yet.
    pub not_indexed: u64,
    /// Families that answer and do not read back: counted as families, their items not.
    pub unreadable: u64,
}

/// What the members of one family answer: for each line that finds it, one mark for each member.
struct Marks {
    family: FamilyId,
    lines: Vec<usize>,
    members: Option<Vec<Vec<bool>>>,
}

/// Makes a term report over queries, among these families or among everything that is searched.
pub fn term_report(
    repository: &Repository,
    queries: &[String],
    among: Option<&[FamilyId]>,
) -> Result<TermReport, FindingError> {
    let index = Index::open(&repository.layout().index())?;
    let standing = Catalogued::of(repository);
    let among: Option<BTreeSet<FamilyId>> = among.map(|some| some.iter().copied().collect());
    let within = |found: Vec<FamilyId>| -> Vec<FamilyId> {
        found.into_iter().filter(|one| among.as_ref().is_none_or(|among| among.contains(one))).collect()
    };
    let mut report = TermReport {
        set_aside: repository.catalog().reading().families_set_aside()?.len() as u64,
        not_indexed: not_indexed(repository, &index)?,
        ..TermReport::default()
    };
    let all = index.families(&ordinary(&Query::Everything), &standing)?;
    report.among = among.as_ref().map_or(all.len(), BTreeSet::len) as u64;
    let (mut asked, mut finders): (Vec<Vec<Query>>, BTreeMap<FamilyId, Vec<usize>>) = (Vec::new(), BTreeMap::new());
    for (at, text) in queries.iter().enumerate() {
        let (mut mistake, mut looked_for) = (None, Vec::new());
        match parse(text) {
            Err(error) => mistake = Some(told(&error)),
            Ok(query) => {
                standing.prepare(&query)?;
                for family in within(index.families(&ordinary(&query), &standing)?) {
                    finders.entry(family).or_default().push(at);
                }
                looked_for = terms(&query);
            }
        }
        asked.push(looked_for);
        let (hits, custodians) = (Hits::default(), BTreeMap::new());
        report.lines.push(TermLine { query: text.clone(), hits, custodians, mistake });
    }
    let unsearchable = within(index.families(&ordinary(&Query::Is(crate::query::Flag::Unsearchable)), &standing)?);
    report.not_searchable = unsearchable.iter().filter(|one| !finders.contains_key(one)).count() as u64;
    let finders: Vec<(FamilyId, Vec<usize>)> = finders.into_iter().collect();
    for step in finders.chunks(STEP) {
        count(repository, step, &asked, &mut report)?;
    }
    Ok(report)
}

fn told(error: &QueryError) -> String {
    format!("not understood at character {}: {}", error.column, error.message)
}

fn count(
    repository: &Repository,
    step: &[(FamilyId, Vec<usize>)],
    asked: &[Vec<Query>],
    report: &mut TermReport,
) -> Result<(), FindingError> {
    let reading = repository.catalog().reading();
    let names: BTreeMap<CustodianId, String> =
        reading.custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
    let rows = step.iter().map(|(family, _)| reading.family(*family)).collect::<Result<Vec<_>, _>>()?;
    let (keys, vault, zone) = (repository.key_reader(), repository.vault(), repository.zone());
    let read: Vec<Marks> = rows
        .par_iter()
        .zip(step)
        .map(|(row, (family, lines))| {
            let item = (row.state == FamilyState::Live).then(|| read_item(&keys, vault, row).ok()).flatten();
            let members = item.map(|facts| {
                let views: Vec<_> = members(&facts.item)
                    .iter()
                    .map(|one| document(Some(*family), one, &[], &row.standing, zone))
                    .collect();
                let views: Vec<View<'_>> = views.iter().map(View::of).collect();
                let stands = |line: &usize| views.iter().map(|view| stands_in(&asked[*line], view)).collect();
                lines.iter().map(stands).collect()
            });
            Marks { family: *family, lines: lines.clone(), members }
        })
        .collect();
    for marks in &read {
        let mut own = Vec::new();
        for custodian in reading.copy_custodians(marks.family)? {
            own.push(custodian.and_then(|id| names.get(&id)).cloned().unwrap_or_else(|| "(not known)".to_owned()));
        }
        report.unreadable += u64::from(marks.members.is_none());
        report.take(marks, &own);
    }
    Ok(())
}

fn stands_in(looked_for: &[Query], view: &View<'_>) -> bool {
    looked_for.is_empty() || looked_for.iter().any(|term| view.matches(term))
}

/// The members of a family as items of their own: the message without its attachments, then each attachment.
fn members(item: &ParsedItem) -> Vec<ParsedItem> {
    let mut all = vec![ParsedItem { attachments: Vec::new(), ..item.clone() }];
    for attachment in &item.attachments {
        all.push(ParsedItem { attachments: vec![attachment.clone()], ..ParsedItem::new(item.kind) });
    }
    all
}

impl TermReport {
    fn take(&mut self, marks: &Marks, custodians: &[String]) {
        let members = marks.members.as_ref().and_then(|lines| lines.first()).map_or(0, Vec::len);
        let finders = |member: usize| -> usize {
            marks.members.iter().flatten().filter(|line| line.get(member) == Some(&true)).count()
        };
        let any = (0..members).filter(|member| finders(*member) > 0).count() as u64;
        let total = Hits { items: any, families: 1, ..Hits::default() };
        self.total.add(total);
        custodians.iter().for_each(|one| self.custodians.entry(one.clone()).or_default().add(total));
        for (place, at) in marks.lines.iter().enumerate() {
            let own = marks.members.as_ref().and_then(|lines| lines.get(place));
            let stands = own.map_or(0, |own| own.iter().filter(|one| **one).count());
            let alone =
                own.map_or(0, |own| own.iter().enumerate().filter(|(at, one)| **one && finders(*at) == 1).count());
            let hits = Hits {
                items: stands as u64,
                families: 1,
                unique_items: alone as u64,
                unique_families: u64::from(marks.lines.len() == 1),
            };
            let line = &mut self.lines[*at];
            line.hits.add(hits);
            custodians.iter().for_each(|one| line.custodians.entry(one.clone()).or_default().add(hits));
        }
    }

    /// How many queries could not be understood.
    pub fn mistakes(&self) -> u64 {
        self.lines.iter().filter(|line| line.mistake.is_some()).count() as u64
    }

    /// The report as sentences and two tables: the queries, and the queries by custodian.
    pub fn report(&self, label: &str) -> Report {
        let mut report = Report::new("Term report");
        report.label = label.to_owned();
        report.note(format!("{} families were looked through.", self.among));
        report.note(
            "An item is a message or one of its attachments in which a word, phrase or distance of the query stands; a \
             family is a message with its attachments. Unique: found by no other query of this report.",
        );
        let left = [
            (self.not_searchable, "Families not searchable, or only in part, and found by no query"),
            (self.set_aside, "Items set aside, because they came from personal devices, and not looked at"),
            (self.not_indexed, "Items not indexed yet and not looked at"),
            (self.unreadable, "Families that answer and do not read back, so that their items are not counted"),
            (self.mistakes(), "Queries not understood and not asked"),
        ];
        for (count, what) in left.into_iter().filter(|(count, _)| *count > 0) {
            report.note(format!("{what}: {count}."));
        }
        let numbers = || ["items", "families", "unique items", "unique families"].into_iter().map(Column::numbers);
        let columns = std::iter::once(Column::words("query")).chain(numbers()).chain([Column::words("remark")]);
        let mut table = Table::new("Queries", columns);
        for line in &self.lines {
            let remark = line.mistake.clone().unwrap_or_default();
            table.push(std::iter::once(line.query.clone()).chain(line.hits.cells()).chain([remark]).map(Cell::new));
        }
        let total = Hits { unique_items: self.total.items, unique_families: self.total.families, ..self.total };
        table.push(
            std::iter::once("all of them together".to_owned())
                .chain(total.cells())
                .chain([String::new()])
                .map(Cell::new),
        );
        report.tables.push(table);
        let columns = ["query", "custodian"].into_iter().map(Column::words).chain(numbers());
        let mut table = Table::new("By custodian", columns);
        for line in &self.lines {
            for (custodian, hits) in &line.custodians {
                table.push([line.query.clone(), custodian.clone()].into_iter().chain(hits.cells()).map(Cell::new));
            }
        }
        for (custodian, hits) in &self.custodians {
            let hits = Hits { unique_items: hits.items, unique_families: hits.families, ..*hits };
            let head = ["all of them together".to_owned(), custodian.clone()];
            table.push(head.into_iter().chain(hits.cells()).map(Cell::new));
        }
        report.tables.push(table);
        report
    }
}

impl Hits {
    fn add(&mut self, more: Self) {
        self.items += more.items;
        self.families += more.families;
        self.unique_items += more.unique_items;
        self.unique_families += more.unique_families;
    }

    fn cells(self) -> [String; 4] {
        [self.items, self.families, self.unique_items, self.unique_families].map(|count| count.to_string())
    }
}

/// The queries of a file: one on each line; empty lines and those that begin with `#` are none.
pub fn query_lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}
