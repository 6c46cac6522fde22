//! `index`

use super::args::{Common, Reindex};
use super::output::{Failure, Output, TerminalMonitor, counted};
use super::{DONE, EXCEPTIONS, repository};
use crate::index::Index;
use crate::ingest::{bring_index_up_to_date, rebuild_index};
use crate::repository::RepositoryError;

/// `recordroom index`
pub fn run(common: &Common, arguments: &Reindex, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let monitor = TerminalMonitor::default();
    let mut work = opened.work()?;
    let done = if arguments.rebuild {
        rebuild_index(&mut work, &monitor)
    } else {
        bring_index_up_to_date(&mut work, &monitor)
    };
    monitor.clear();
    done?;
    drop(work);
    let index = Index::open(&opened.layout().index()).map_err(RepositoryError::from)?;
    let items = index.families_in().map_err(RepositoryError::from)?;
    let unread = index.unread().map_err(RepositoryError::from)?;
    let value = serde_json::json!({ "items": items, "unread": unread });
    let mut text = format!("{} can be found by their words.\n", counted(items, "item"));
    if !unread.is_empty() {
        let numbers: Vec<String> = unread.iter().map(ToString::to_string).collect();
        text.push_str(&format!(
            "{} do not read back and cannot be found: {}\nRun: recordroom verify\n",
            unread.len(),
            numbers.join(", ")
        ));
    }
    output.result(value, &text)?;
    Ok(if unread.is_empty() { DONE } else { EXCEPTIONS })
}
