//! Downloads of Facebook and Instagram ("Download your information", of a person or a page): messages, posts, comments.
//!
//! In JSON, as a folder or a ZIP archive, whole or a part of one: a single `message_1.json` is read too. Every letter
//! beyond ASCII in these files is torn into the bytes of its UTF-8; it is restored for reading, and the originals keep
//! what was written. The same download as HTML has times without a zone and no identifiers: it is kept whole, and a
//! remark says to ask for JSON.

use super::beside::{Beside, folder, last};
use super::draft::Place;
use super::json_file::{Element, JsonFile};
use super::slices::Lists;
use super::value;
use super::{meta_message, meta_post, survive, tell_missing, wrapping};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::container::Content;
use crate::source::container::reading::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::formats::{ExportFormat, Look};
use serde_json::{Map, Value};

/// Reads downloads of Facebook and Instagram.
pub struct Meta;

/// What to ask for where pictures and files are named and not there.
const WHERE_FILES_ARE: &str = "take in the whole download, all of its parts, with the folders of photos, videos and \
                               files";
/// What to ask for instead of HTML.
const ASK_FOR_JSON: &str = "is a download as HTML, whose times have no zone: it was kept whole and is searchable as \
                            one item; download it again in the format JSON to get each message";
/// Folders at the top of a download, or of one that was taken apart.
const TOPS: [&str; 9] = [
    "your_activity_across_facebook/",
    "your_facebook_activity/",
    "your_instagram_activity/",
    "this_profile's_activity_across_facebook/",
    "messages/",
    "inbox/",
    "archived_threads/",
    "posts/",
    "comments_and_reactions/",
];

/// What a file of a download holds, told by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Thread,
    Posts,
}

impl ExportFormat for Meta {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let is_thread = is_thread(look.head) || is_html_thread(look.name, look.head);
        is_thread.then_some(ContainerFormat::MetaDownload)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let mut beside = Beside::nothing();
        let mut told = 0;
        if is_thread(&content.head()?) {
            told = file(name, Holds::Thread, content, &mut beside, reading)?;
        } else {
            tell_html(name, reading)?;
        }
        tell_missing(beside.missing, WHERE_FILES_ARE, reading)?;
        if told == 0 {
            let media = if is_thread(&content.head()?) { "application/json" } else { "text/html" };
            reading.file(name.to_owned(), content.again()?, media.to_owned(), CopyFacts::default())?;
        }
        Ok(())
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let top = tree.top().ok()?;
        let is_near = |name: &String| TOPS.contains(&name.as_str()) || is_message_file(name);
        let wrapped = tree.folder().is_none() && top.len() == 1 && top[0].ends_with('/');
        if !wrapped && !top.iter().any(is_near) {
            return None;
        }
        let files = tree.files().ok()?;
        let is_of_meta = |path: &String| {
            let in_messages = is_message_file(last(path));
            in_messages || path.contains("_activity") && holds(path) == Some(Holds::Posts)
        };
        let certain = files.iter().any(is_of_meta);
        // Encrypted conversations come in an archive of their own, `messages/<name>_1.json`.
        let first = || files.iter().find(|path| is_encrypted_thread(path)).cloned();
        let is = certain
            || first().is_some_and(|path| {
                tree.open(&path).and_then(|content| content.head()).is_ok_and(|head| is_thread(&head))
            });
        is.then_some(ContainerFormat::MetaDownload)
    }

    fn read_tree(
        &self,
        _format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let mut files = tree.files()?;
        // message_10 comes after message_2.
        files.sort_by_key(|path| (folder(path).to_owned(), number_of(last(path)), path.clone()));
        let mut beside = Beside::of(tree, &files);
        let mut html = 0_u64;
        for path in &files {
            let name = last(path);
            html += u64::from(name.ends_with(".html") && is_message_file(&name.replace(".html", ".json")));
            let Some(kind) = holds(path) else { continue };
            // What cannot be opened, or has nothing, stays an ordinary file of the download, which says so.
            let Ok(content) = beside.open(path) else { continue };
            if kind == Holds::Thread && !is_thread(&content.head().unwrap_or_default()) {
                continue;
            }
            let told = file(path, kind, &content, &mut beside, reading);
            if survive(told, path, reading)? > 0 {
                beside.accounted.insert(path.clone());
            }
        }
        if html > 0 {
            tell_html(&format!("the part of {html} conversations"), reading)?;
        }
        tell_missing(beside.missing, WHERE_FILES_ARE, reading)?;
        Ok(beside.accounted)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::MetaDownload).then(|| wrapping::part_bytes(original, part))?
    }
}

/// Reads the messages or posts of one file; tells how many finds there were.
fn file(
    path: &str,
    holds: Holds,
    content: &Content,
    beside: &mut Beside<'_>,
    reading: &mut Reading<'_>,
) -> Result<u64, ReadStop> {
    let lists = if holds == Holds::Thread { Lists::Named(&["messages"]) } else { Lists::Any };
    let file = JsonFile { path, content, lists, nests: false };
    let written = file.context()?;
    let mut read = Value::Object(written.clone());
    value::restore_letters(&mut read);
    let around = read.as_object().cloned().unwrap_or_default();
    let mut take = |reading: &mut Reading<'_>, element: Element| -> Result<(), Stopped> {
        let Element { mut value, bytes, problem, list, offset } = element;
        let was_torn = value::restore_letters(&mut value);
        let mut draft = match holds {
            Holds::Thread => meta_message::draft(&value, path, &around, beside),
            Holds::Posts => meta_post::draft(&value, path, &list, beside),
        };
        if was_torn {
            draft.fact("letters", "restored; the download tears letters beyond ASCII, and the original keeps them so");
        }
        draft.parsed.problems.extend(problem);
        let context: Map<String, Value> = written.clone();
        draft.tell(&Place { file: path, list: &list, offset, bytes: &bytes }, context, reading)
    };
    file.each(&written, reading, &mut take)
}

fn tell_html(what: &str, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let sentence = format!("{what} {ASK_FOR_JSON}");
    reading.tell(Found::Remark(Problem::new(ProblemCode::Unsupported, sentence)))
}

/// What a file of a download holds; `None` for the many that are settings, lists of friends and pictures.
fn holds(path: &str) -> Option<Holds> {
    let name = last(path);
    let stem = name.strip_suffix(".json")?;
    if is_message_file(name) || is_encrypted_thread(path) {
        return Some(Holds::Thread);
    }
    let begins = [
        "your_posts",
        "page_posts",
        "profile_posts",
        "posts_",
        "group_posts",
        "comments",
        "post_comments",
        "reels_comments",
        "likes_and_reactions",
        "stories",
        "reels",
        "igtv_videos",
        "archived_posts",
        "your_comments_in_groups",
        "group_posts_and_comments",
        "visitor_posts",
        "other_people's_posts_to_your_timeline",
    ];
    let folders = ["posts", "comments_and_reactions", "comments", "groups", "content", "media", "pages"];
    let lies_there = folder(path).split('/').any(|one| folders.contains(&one));
    (lies_there && begins.iter().any(|begin| stem.starts_with(begin))).then_some(Holds::Posts)
}

/// Whether a name is that of a part of a conversation: `message_1.json`.
fn is_message_file(name: &str) -> bool {
    let number = name.strip_prefix("message_").and_then(|rest| rest.strip_suffix(".json"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a path is that of an encrypted conversation: `messages/<name>_1.json`.
fn is_encrypted_thread(path: &str) -> bool {
    last(folder(path)) == "messages" && last(path).ends_with(".json") && number_of(last(path)) > 0
}

fn number_of(name: &str) -> u64 {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.rsplit_once('_').and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}

/// Whether a head begins a conversation.
fn is_thread(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    let author = has(b"\"sender_name\"") && has(b"\"timestamp_ms\"") || has(b"\"senderName\"") && has(b"\"timestamp\"");
    text.first() == Some(&b'{') && has(b"\"participants\"") && has(b"\"messages\"") && author
}

/// Whether a page is a conversation of a download as HTML: the names of its styles tell.
fn is_html_thread(name: &str, head: &[u8]) -> bool {
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    let named = name.strip_suffix(".html").is_some_and(|stem| is_message_file(&format!("{stem}.json")));
    let is_of_today = has(b"_a706") && has(b"_a6-g");
    has(b"<html") && (is_of_today || named && (has(b"_a6-g") || has(b"class=\"pam") || has(b"_3-95")))
}
