//! Microsoft Teams, as Graph gives it: lists of `chatMessage` (`/chats/.../messages`, `/teams/.../messages`,
//! `getAllMessages`), whole pages, plain lists, or one message a line.
//!
//! <https://learn.microsoft.com/en-us/graph/api/resources/chatmessage>. Replies that were fetched inside their message
//! (`$expand=replies`) are items of their own; in the original of the message an empty list stands in their place.

use super::beside::Beside;
use super::draft::Place;
use super::json_file::{Element, JsonFile};
use super::slices::{Lists, Piece, Splitter, taken_out};
use super::teams_message;
use super::value;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::container::Content;
use crate::source::container::reading::Reading;
use crate::source::formats::{ExportFormat, Look};
use serde_json::{Map, Value};

/// Reads lists of `chatMessage`.
pub struct Teams;

const LISTS: Lists = Lists::Named(&["value", "messages"]);

impl ExportFormat for Teams {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        is_graph(look.head).then_some(ContainerFormat::TeamsGraph)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let lists = if is_one_a_line(&content.head()?) { Lists::Root } else { LISTS };
        let file = JsonFile { path: name, content, lists, nests: false };
        let context = file.context()?;
        if let Some(count) = context.get("@odata.count").and_then(Value::as_u64) {
            reading.tell(Found::Declared(count))?;
        }
        let mut beside = Beside::nothing();
        let mut take =
            |reading: &mut Reading<'_>, element: Element| message(name, &element, &context, &mut beside, reading);
        let told = file.each(&context, reading, &mut take)?;
        if context.contains_key("@odata.nextLink") {
            let sentence = "this is one page of several: ask for the pages behind it (@odata.nextLink) as well";
            reading.tell(Found::Remark(Problem::new(ProblemCode::Missing, sentence)))?;
        }
        super::tell_missing(beside.missing, teams_message::WHERE_FILES_ARE, reading)?;
        if told == 0 {
            reading.file(name.to_owned(), content.again()?, "application/json".to_owned(), CopyFacts::default())?;
        }
        Ok(())
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::TeamsGraph).then(|| super::wrapping::part_bytes(original, part))?
    }
}

/// Tells a message and, before it is done, the replies inside it.
fn message(
    file: &str,
    element: &Element,
    context: &Map<String, Value>,
    beside: &mut Beside<'_>,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    let (bytes, replies) = match taken_out(&element.bytes, &["replies"]) {
        Some(out) => (out.rest, out.elements),
        None => (element.bytes.clone(), Vec::new()),
    };
    let place = Place { file, list: &element.list, offset: element.offset, bytes: &bytes };
    let mut draft = teams_message::draft(&element.value, context, beside);
    draft.parsed.problems.extend(element.problem.clone());
    if !replies.is_empty() {
        draft.fact("replies", replies.len().to_string());
    }
    draft.tell(&place, context.clone(), reading)?;
    for (offset, bytes) in replies {
        let place = Place { file, list: "replies", offset: element.offset + offset, bytes: &bytes };
        match value::read(&bytes) {
            Ok((reply, problem)) if reply.is_object() => {
                let mut draft = teams_message::draft(&reply, context, beside);
                draft.parsed.problems.extend(problem);
                draft.tell(&place, context.clone(), reading)?;
            }
            _ => {
                let at = format!("{file}, byte {}", place.offset);
                reading.exception(at, ProblemCode::Malformed, "this reply is no message", bytes)?;
            }
        }
    }
    Ok(())
}

/// Whether the head of a file begins a list of `chatMessage`.
fn is_graph(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return false;
    }
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    let is_listed = has(b"(chatMessage)") || has(b"#microsoft.graph.chatMessage\"");
    let has_names = has(b"\"messageType\"") && has(b"\"createdDateTime\"") && has(b"\"body\"");
    has_names && (is_listed || has(b"\"chatId\"") || has(b"\"channelIdentity\""))
}

/// Whether the first value of a file is a message itself.
fn is_one_a_line(head: &[u8]) -> bool {
    let mut stream = head;
    let mut splitter = Splitter::skimming(&mut stream, LISTS);
    while let Some(piece) = splitter.next_piece() {
        match piece {
            Piece::Member { name, .. } if name == "messageType" => return true,
            Piece::Member { .. } => {}
            Piece::Element { .. } | Piece::Broken { .. } => return false,
        }
    }
    false
}
