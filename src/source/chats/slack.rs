//! Slack workspace exports, as a folder or a ZIP archive: lists of conversations and users, one JSON file a day.
//!
//! <https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports>. The exports of an Enterprise Grid have
//! the same files again in `teams/<workspace>/`, with `org_users.json` at the top. The lists themselves are kept as
//! ordinary files of the export.

use super::beside::{Beside, folder, last};
use super::draft::Place;
use super::json_file::{Element, JsonFile};
use super::slack_lists::Workspace;
use super::slack_message;
use super::slices::Lists;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::source::ReadStop;
use crate::source::container::reading::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::formats::ExportFormat;
use serde_json::Map;
use std::collections::BTreeMap;

/// Reads workspace exports.
pub struct Slack;

/// What to ask for where the files of messages are links.
const WHERE_FILES_ARE: &str = "a Slack export has links only; ask for the files while the links are valid (they stop \
                               working when the export's token is revoked)";

impl ExportFormat for Slack {
    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let top = tree.top().ok()?;
        let has = |top: &[String], name: &str| top.iter().any(|one| one == name);
        let is_export = |top: &[String]| {
            let users = has(top, "users.json") || has(top, "org_users.json");
            let lists = ["channels.json", "groups.json", "dms.json", "mpims.json"].iter().any(|name| has(top, name));
            users && (lists || has(top, "teams/"))
        };
        if is_export(&top) {
            return Some(ContainerFormat::SlackExport);
        }
        // An archive of the folder instead of what is in it. A folder's own folders are asked by themselves.
        let [only] = top.as_slice() else { return None };
        if tree.folder().is_some() || !only.ends_with('/') {
            return None;
        }
        let inner: Vec<String> = tree
            .files()
            .ok()?
            .iter()
            .filter_map(|path| path.strip_prefix(only.as_str()))
            .map(|rest| rest.split_once('/').map_or_else(|| rest.to_owned(), |(folder, _)| format!("{folder}/")))
            .collect();
        is_export(&inner).then_some(ContainerFormat::SlackExport)
    }

    fn read_tree(
        &self,
        _format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let files = tree.files()?;
        let mut beside = Beside::of(tree, &files);
        let (workspace, problems) = Workspace::read(&files, &mut beside);
        for problem in problems {
            reading.tell(Found::Remark(problem))?;
        }
        let mut days: Vec<&String> = files.iter().filter(|path| is_day(path)).collect();
        days.sort();
        let mut unlisted: BTreeMap<&str, u64> = BTreeMap::new();
        for path in days {
            let told = day(path, &workspace, &mut beside, reading)?;
            if told > 0 && !workspace.lists(folder(path)) {
                *unlisted.entry(folder(path)).or_default() += told;
            }
        }
        for (folder, messages) in unlisted {
            let sentence = format!("no list of the export tells which conversation {folder} is ({messages} messages)");
            reading.tell(Found::Remark(Problem::new(ProblemCode::Missing, sentence)))?;
        }
        super::tell_missing(beside.missing, WHERE_FILES_ARE, reading)?;
        Ok(beside.accounted)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::SlackExport).then(|| super::wrapping::part_bytes(original, part))?
    }
}

/// Reads the messages of one day of one conversation; tells how many finds there were.
fn day(path: &str, workspace: &Workspace, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<u64, ReadStop> {
    // What cannot be opened or has nothing stays an ordinary file of the export, which says so.
    let Ok(content) = beside.open(path) else { return Ok(0) };
    let file = JsonFile { path, content: &content, lists: Lists::Named(&["messages"]), nests: false };
    // A day is a list; what an odd one has around it is an exception.
    let around = Map::new();
    let mut take = |reading: &mut Reading<'_>, element: Element| -> Result<(), Stopped> {
        let place = Place { file: path, list: &element.list, offset: element.offset, bytes: &element.bytes };
        let (mut draft, context) = slack_message::draft(&element.value, path, workspace, beside);
        draft.parsed.problems.extend(element.problem);
        draft.tell(&place, context, reading)
    };
    let told = super::survive(file.each(&around, reading, &mut take), path, reading)?;
    if told > 0 {
        beside.accounted.insert(path.to_owned());
    }
    Ok(told)
}

/// Whether a path is that of a day's file: `<conversation>/2024-01-31.json`.
fn is_day(path: &str) -> bool {
    let name = last(path);
    let Some(stem) = name.strip_suffix(".json") else { return false };
    !folder(path).is_empty() && chrono::NaiveDate::parse_from_str(stem, "%Y-%m-%d").is_ok() && stem.len() == 10
}
