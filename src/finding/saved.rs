//! Searches that are kept: under a name, with who ran them when, and what they found each time.

use super::{FindingError, Found, families, search};
use crate::base::digest::Blake3Digest;
use crate::base::id::FamilyId;
use crate::catalog::{SavedSearch, SearchRun};
use crate::model::event::Act;
use crate::query::parse;
use crate::repository::Repository;

/// What a recorded search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The search.
    pub search: SavedSearch,
    /// This run of it.
    pub run: SearchRun,
    /// The run before, if there was one.
    pub before: Option<SearchRun>,
    /// What it found now.
    pub found: Found,
}

/// Keeps a query under a name, runs it, and records both.
pub fn save(
    repository: &mut Repository,
    name: &str,
    query: &str,
    limit: usize,
    actor: &str,
) -> Result<Recorded, FindingError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(FindingError::Refused("a saved search needs a name".to_owned()));
    }
    parse(query)?;
    let known = repository.catalog().reading().saved_searches()?;
    if let Some(same) = known.iter().find(|one| one.name.eq_ignore_ascii_case(name)) {
        let message = format!("there is a saved search {:?} already: {}", same.name, same.query);
        return Err(FindingError::Refused(message));
    }
    // The query may tell content; the event tells only that there is one, by a name that nobody can guess back.
    let digest = repository.keys().digest_secret().name(query.as_bytes());
    let at = repository.now();
    let saved = repository.catalog_mut().write::<_, FindingError>(|writing| {
        let id = writing.reading().next_saved_search()?;
        let details = serde_json::json!({ "search": id, "query": digest });
        let event = writing.record_event(at, actor, Act::SearchSaved, &subject(id), &details)?;
        let search = SavedSearch {
            id,
            name: name.to_owned(),
            query: query.to_owned(),
            by: actor.to_owned(),
            at,
            event: event.id,
        };
        writing.add_saved_search(&search)?;
        Ok(search)
    })?;
    run(repository, saved, limit, actor)
}

/// Runs a saved search again and records what it found.
pub fn again(repository: &mut Repository, name: &str, limit: usize, actor: &str) -> Result<Recorded, FindingError> {
    let known = repository.catalog().reading().saved_searches()?;
    match known.into_iter().find(|one| one.name.eq_ignore_ascii_case(name.trim())) {
        Some(search) => run(repository, search, limit, actor),
        None => Err(FindingError::Refused(format!("there is no saved search {:?}", name.trim()))),
    }
}

fn run(
    repository: &mut Repository,
    search_kept: SavedSearch,
    limit: usize,
    actor: &str,
) -> Result<Recorded, FindingError> {
    let found = search(repository, &search_kept.query, limit)?;
    let answers = families(repository, &parse(&search_kept.query)?)?;
    let before = repository.catalog().reading().search_runs(search_kept.id)?.pop();
    let at = repository.now();
    let run = repository.catalog_mut().write::<_, FindingError>(|writing| {
        let digest = digest_of(&answers);
        let details = serde_json::json!({
            "search": search_kept.id, "count": answers.len(), "not_searchable": found.not_searchable,
            "not_indexed": found.not_indexed, "families_blake3": digest,
        });
        let event = writing.record_event(at, actor, Act::SearchRun, &subject(search_kept.id), &details)?;
        let run = SearchRun {
            search: search_kept.id,
            at,
            by: actor.to_owned(),
            count: answers.len() as u64,
            not_searchable: found.not_searchable,
            not_indexed: found.not_indexed,
            families: digest.to_string(),
            event: event.id,
        };
        writing.add_search_run(&run)?;
        Ok(run)
    })?;
    Ok(Recorded { search: search_kept, run, before, found })
}

/// Every saved search with its runs, oldest first.
pub fn saved(repository: &Repository) -> Result<Vec<(SavedSearch, Vec<SearchRun>)>, FindingError> {
    let reading = repository.catalog().reading();
    let mut all = Vec::new();
    for search in reading.saved_searches()? {
        let runs = reading.search_runs(search.id)?;
        all.push((search, runs));
    }
    Ok(all)
}

fn subject(id: i64) -> String {
    format!("search {id}")
}

/// BLAKE3 over the numbers of the families, each with a line feed behind it: two runs with the same digest found the same.
fn digest_of(families: &[FamilyId]) -> Blake3Digest {
    let text: String = families.iter().map(|family| format!("{family}\n")).collect();
    Blake3Digest::of(text.as_bytes())
}
