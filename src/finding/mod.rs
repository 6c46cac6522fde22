//! Finding: a search over the index, and each hit read back with what a list shows of it.
//!
//! The index is exact for what it has; what it has not yet (sealed since it was brought up to date, or not readable)
//! is counted in every answer, and so are items whose words could not all be made searchable.

mod catalogued;
mod maybe;
mod report;
mod saved;
mod snippet;

pub use report::{Hits, REPORT_LINES, TermLine, TermReport, query_lines, term_report};
pub use saved::{Recorded, again, save, saved};

use crate::base::id::{FamilyId, RecordId};
use crate::base::share::shared;
use crate::catalog::{CatalogError, FamilyRow, FamilyState, ListedFamily, Reading};
use crate::index::{Index, IndexError};
use crate::model::item::Searchable;
use crate::model::record::Role;
use crate::people::PeopleError;
use crate::query::{Flag, Query, QueryError, parse, terms};
use crate::repository::{Repository, RepositoryError, read_item};
use crate::vault::{KeyReader, Vault};
use catalogued::Catalogued;
use serde::Serialize;
use snippet::snippet;

/// A search failed.
#[derive(Debug, thiserror::Error)]
pub enum FindingError {
    /// The query cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The person that is asked for is nobody, or several.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// What was asked for does not fit where things stand.
    #[error("{0}")]
    Refused(String),
}

impl From<IndexError> for FindingError {
    fn from(error: IndexError) -> Self {
        Self::Repository(error.into())
    }
}

impl From<CatalogError> for FindingError {
    fn from(error: CatalogError) -> Self {
        Self::Repository(error.into())
    }
}

/// One hit as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The parent record.
    pub id: RecordId,
    /// Its family.
    pub family: FamilyId,
    /// Its kind.
    pub kind: crate::model::record::RecordKind,
    /// When it was sent: RFC 3339 in UTC.
    pub sent_at: Option<String>,
    /// Who sent it, as written.
    pub from: Vec<String>,
    /// Whom it was sent to, as written.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Custodians of its copies.
    pub custodians: Vec<String>,
    /// Words around the first hit.
    pub snippet: String,
    /// The names of the files on the way to the first hit, outermost first: the attachment, and what lies in it. Empty
    /// where the hit is in the item itself.
    pub way: Vec<String>,
    /// Record status.
    pub status: String,
    /// Record series.
    pub series: String,
}

/// A member of a family whose words are not all known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsearched {
    /// The item.
    pub id: RecordId,
    /// Its family.
    pub family: FamilyId,
    /// Its kind.
    pub kind: crate::model::record::RecordKind,
    /// The civil day it was sent, else received.
    pub day: Option<chrono::NaiveDate>,
    /// How much of it is searchable.
    pub searchable: Searchable,
}

/// An item that belongs to an answer and could not be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotShown {
    /// The item.
    pub family: FamilyId,
    /// What is wrong.
    pub why: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// All hits, exactly counted.
    pub count: u64,
    /// The first of them: the newest first, those without a date last.
    pub hits: Vec<Hit>,
    /// Items that are no hits and could be if all their words were searchable: they fulfil every other part of the
    /// query (dates, kinds, custodians ...) and cannot be searched, or only in part.
    pub not_searchable: u64,
    /// The members of the first of them, the newest first, that are not searchable or only in part.
    pub unsearched: Vec<Unsearched>,
    /// Items that are left out of this search, hits or not: they came from personal devices and were not sorted, or were
    /// sorted as personal. How many of them would be hits is not told, because that tells their content.
    pub set_aside: u64,
    /// Items that are catalogued and cannot be found yet: bringing the index up to date makes them searchable.
    pub not_indexed: u64,
    /// How many items each word, phrase and distance of the query is in.
    pub terms: Vec<(String, u64)>,
    /// Hits that do not read back and are left out of the list, though they are counted.
    pub unreadable: Vec<FamilyId>,
    /// The same and every other item that could not be shown, each with what is wrong.
    pub not_shown: Vec<NotShown>,
}

/// Searches with the query language; at most `limit` hits are read back.
pub fn search(repository: &Repository, query: &str, limit: usize) -> Result<Found, FindingError> {
    search_in(repository, &Index::open(&repository.layout().index())?, query, limit)
}

/// The same in the index of the repository that the caller has opened already.
pub fn search_in(repository: &Repository, index: &Index, query: &str, limit: usize) -> Result<Found, FindingError> {
    let query = parse(query)?;
    let standing = Catalogued::of(repository);
    standing.prepare(&query)?;
    let found = index.search(&ordinary(&query), &standing, limit)?;
    let aside = repository.catalog().reading().families_set_aside()?.len() as u64;
    let not_indexed = not_indexed(repository, index)?;
    let mut out = Found { count: found.count, not_indexed, set_aside: aside, ..Found::default() };
    let missed = Query::And(vec![
        Query::Is(Flag::Unsearchable),
        maybe::could_answer(&query),
        Query::Not(Box::new(query.clone())),
    ]);
    let missed = index.search(&ordinary(&missed), &standing, UNSEARCHED)?;
    out.not_searchable = missed.count;
    (out.unsearched, out.not_shown) = unsearched(repository, &missed.families)?;
    for term in terms(&query) {
        out.terms.push((term.to_string(), index.count(&ordinary(&term), &standing)?));
    }
    let names = names(repository)?;
    let outlines = repository.catalog().at_one_moment::<_, CatalogError>(|reading| {
        let outline = |family| (family, Outline::of(&reading, family, &names));
        Ok(found.families.into_iter().map(outline).collect::<Vec<_>>())
    })?;
    // Reading back and cutting the snippet are the work; the catalog's part is done.
    let (keys, vault) = (repository.key_reader(), repository.vault());
    let hits = shared(outlines, |(family, outline)| {
        (family, outline.and_then(|outline: Outline| outline.hit(&query, &keys, vault)))
    });
    for (family, hit) in hits {
        match hit {
            Ok(hit) => out.hits.push(hit),
            // Destroyed since the index was asked: it is no hit any more, and nothing of it may be shown.
            Err(FindingError::Repository(RepositoryError::Destroyed { .. })) => out.count -= 1,
            Err(FindingError::Repository(error)) if error.is_integrity() => {
                out.unreadable.push(family);
                out.not_shown.push(NotShown { family, why: error.to_string() });
            }
            // The index knows an item whose row is lost: a damaged catalog keeps nobody from the other hits.
            Err(FindingError::Repository(RepositoryError::Catalog(CatalogError::Missing(_)))) => {
                out.unreadable.push(family);
                out.not_shown.push(NotShown { family, why: ROW_LOST.to_owned() });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}

/// Families whose unsearchable members are listed with an answer; all of them are counted.
const UNSEARCHED: usize = 10;

/// What is wrong with an item that the index knows and the catalog does not.
const ROW_LOST: &str = "the index knows it, and its row is not in the catalog";

fn unsearched(
    repository: &Repository,
    families: &[FamilyId],
) -> Result<(Vec<Unsearched>, Vec<NotShown>), CatalogError> {
    let reading = repository.catalog().reading();
    let (mut all, mut lost) = (Vec::new(), Vec::new());
    for family in families {
        let row = match reading.family(*family) {
            Ok(row) => row,
            Err(CatalogError::Missing(_)) => {
                lost.push(NotShown { family: *family, why: ROW_LOST.to_owned() });
                continue;
            }
            Err(error) => return Err(error),
        };
        let day = row.sent_on.or(row.received_on);
        for record in reading.records(*family)?.into_iter().filter(|one| one.searchable != Searchable::Fully) {
            let (id, kind, searchable) = (record.id, record.kind, record.searchable);
            all.push(Unsearched { id, family: *family, kind, day, searchable });
        }
    }
    Ok((all, lost))
}

/// Every family that answers a query, by number: what a request collects. What is set aside is not among them, and what is not
/// indexed yet neither;
/// [`behind`] says how much that is.
pub fn families(repository: &Repository, query: &Query) -> Result<Vec<FamilyId>, FindingError> {
    let index = Index::open(&repository.layout().index())?;
    let standing = Catalogued::of(repository);
    standing.prepare(query)?;
    Ok(index.families(&ordinary(query), &standing)?)
}

/// A query without what is set aside.
fn ordinary(query: &Query) -> Query {
    Query::And(vec![query.clone(), Query::Not(Box::new(Query::Is(Flag::SetAside)))])
}

/// How many items are catalogued and cannot be found yet.
pub fn behind(repository: &Repository) -> Result<u64, FindingError> {
    not_indexed(repository, &Index::open(&repository.layout().index())?)
}

fn not_indexed(repository: &Repository, index: &Index) -> Result<u64, FindingError> {
    let after = repository.catalog().reading().families_after(index.through()?)?;
    Ok(after + index.unread()?.len() as u64)
}

type Names = Vec<(crate::base::id::CustodianId, String)>;

fn names(repository: &Repository) -> Result<Names, FindingError> {
    Ok(repository.catalog().reading().custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect())
}

/// What the catalog tells of a hit.
struct Outline {
    row: FamilyRow,
    parent: RecordId,
    custodians: Vec<String>,
}

impl Outline {
    fn of(reading: &Reading<'_>, family: FamilyId, names: &Names) -> Result<Self, FindingError> {
        let ListedFamily { row, parent, custodians } = reading.listed(family)?;
        let custodians = names.iter().filter(|(id, _)| custodians.contains(id)).map(|(_, name)| name.clone()).collect();
        Ok(Self { row, parent, custodians })
    }

    fn hit(self, query: &Query, keys: &KeyReader, vault: &Vault) -> Result<Hit, FindingError> {
        let Self { row, parent, custodians } = self;
        if row.state == FamilyState::Destroyed {
            let how = "while this search ran".to_owned();
            return Err(RepositoryError::Destroyed { family: row.id, how }.into());
        }
        let item = read_item(keys, vault, &row)?.item;
        let people = |wanted: &[Role]| -> Vec<String> {
            item.parties.iter().filter(|party| wanted.contains(&party.role)).map(written).collect()
        };
        let around = snippet(query, &item);
        Ok(Hit {
            id: parent,
            family: row.id,
            kind: item.kind,
            sent_at: item.sent_at.as_ref().map(|time| time.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            from: people(&[Role::From]),
            to: people(&[Role::To, Role::Member]),
            custodians,
            snippet: around.text,
            way: around.way,
            status: row.standing.status.word().to_owned(),
            series: row.standing.series,
            subject: item.subject,
        })
    }
}

/// A party as it was written: the name with the address behind it.
fn written(party: &crate::model::record::Party) -> String {
    match (party.name.is_empty(), party.address.is_empty()) {
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
        (false, false) => format!("{} <{}>", party.name, party.address),
    }
}
