//! Chats and posts: Teams, Skype, Slack, Facebook and Instagram, X, captured pages (WARC), vCon.
//!
//! Each message or post is an item of the kind *text*, a call among them a *call*, a captured page a *file*. What
//! stands in an export's JSON is cut out exactly as it stands ([`slices`]) and wrapped with what it needs to be
//! understood ([`wrapping`]). A file of which nothing could be cut out is kept whole.

pub mod beside;
pub mod draft;
pub mod http;
pub mod json_file;
pub mod meta;
pub mod meta_message;
pub mod meta_post;
pub mod moment;
pub mod skype;
pub mod slack;
pub mod slack_lists;
pub mod slack_message;
pub mod slices;
pub mod teams;
pub mod teams_message;
pub mod value;
pub mod vcon;
pub mod warc;
pub mod wrapping;
pub mod x_archive;
pub mod x_message;

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::source::ReadStop;
use crate::source::container::reading::Reading;

/// Says how many attachments are links whose files lie nowhere in the export, and what to ask for.
fn tell_missing(missing: u64, ask: &str, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    if missing == 0 {
        return Ok(());
    }
    let sentence = format!("{missing} attachments are links whose files are not in the export: {ask}");
    reading.tell(Found::Remark(Problem::new(ProblemCode::Missing, sentence)))
}

/// One file of many whose bytes broke off is an exception; the others are read all the same. Gives the finds.
fn survive(told: Result<u64, ReadStop>, path: &str, reading: &mut Reading<'_>) -> Result<u64, Stopped> {
    match told {
        Ok(told) => Ok(told),
        Err(ReadStop::Stopped(stopped)) => Err(stopped),
        Err(ReadStop::Io(error)) => {
            let sentence = format!("the file cannot be read further: {error}");
            reading.exception(path.to_owned(), ProblemCode::Unreadable, sentence, Vec::new())?;
            Ok(1)
        }
    }
}

#[cfg(test)]
mod tests;
