//! The raw limits: what the libraries below the program need for the same Maildir, without a store, an account, a key, a
//! classification or a search language.

use mail_parser::MessageParser;
use rayon::prelude::*;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tantivy::schema::{STORED, STRING, Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument};

/// Bytes that the writer of tantivy may hold.
const WRITER_BYTES: usize = 300_000_000;

/// Prints seconds and messages per second of each.
pub fn measure(maildir: &Path) -> io::Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(maildir.join("cur"))?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    timed("read and BLAKE3", files.len(), || {
        files.par_iter().for_each(|file| {
            let bytes = fs::read(file).unwrap_or_default();
            std::hint::black_box(blake3::hash(&bytes));
        });
    });
    timed("mail-parser alone", files.len(), || {
        files.par_iter().for_each(|file| {
            let bytes = fs::read(file).unwrap_or_default();
            std::hint::black_box(text_of(&bytes));
        });
    });
    let directory = std::env::temp_dir().join(format!("recordroom-bench-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    let mut failed = None;
    timed("mail-parser and tantivy", files.len(), || {
        failed = index(&files, &directory).err();
    });
    fs::remove_dir_all(&directory)?;
    failed.map_or(Ok(()), |error| Err(io::Error::other(error)))
}

fn timed(what: &str, count: usize, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}\t{seconds:.2}\t{:.0}", count as f64 / seconds);
}

/// Subject, names and all text parts.
fn text_of(bytes: &[u8]) -> (String, String, String) {
    let Some(message) = MessageParser::default().parse(bytes) else { return Default::default() };
    let mut body = String::new();
    for part in 0..message.text_body_count() {
        body.push_str(&message.body_text(part).unwrap_or_default());
        body.push('\n');
    }
    for attachment in message.attachments() {
        body.push_str(attachment.text_contents().unwrap_or_default());
        body.push('\n');
    }
    let from = message.from().and_then(|from| from.first()).and_then(|one| one.address()).unwrap_or_default();
    (message.subject().unwrap_or_default().to_owned(), from.to_owned(), body)
}

/// One index with the body once, unstemmed, with positions.
fn index(files: &[PathBuf], directory: &Path) -> tantivy::Result<()> {
    let mut schema = Schema::builder();
    let name = schema.add_text_field("name", STRING | STORED);
    let (subject, from, body) = (
        schema.add_text_field("subject", TEXT),
        schema.add_text_field("from", TEXT),
        schema.add_text_field("body", TEXT),
    );
    let index = Index::create_in_dir(directory, schema.build())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(2, WRITER_BYTES)?;
    for chunk in files.chunks(2_000) {
        let documents: Vec<TantivyDocument> = chunk
            .par_iter()
            .map(|file| {
                let bytes = fs::read(file).unwrap_or_default();
                let (about, author, text) = text_of(&bytes);
                let mut document = TantivyDocument::default();
                document.add_text(name, file.file_name().unwrap_or_default().to_string_lossy());
                document.add_text(subject, about);
                document.add_text(from, author);
                document.add_text(body, text);
                document
            })
            .collect();
        for document in documents {
            writer.add_document(document)?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()
}
