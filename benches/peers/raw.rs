//! The raw limits: what the libraries below the program need for the same Maildir, without a store, an account, a key, a
//! classification or a search language.

use mail_parser::{MessageParser, MimeHeaders};
use rayon::prelude::*;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tantivy::schema::{IndexRecordOption, STORED, STRING, Schema, TEXT, TextFieldIndexing, TextOptions};
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
    for (what, stemmed) in [("mail-parser and tantivy", false), ("the same, body stemmed as well", true)] {
        let directory = std::env::temp_dir().join(format!("recordroom-bench-{}", std::process::id()));
        fs::create_dir_all(&directory)?;
        let mut failed = None;
        timed(what, files.len(), || {
            failed = index(&files, &directory, stemmed).err();
        });
        fs::remove_dir_all(&directory)?;
        if let Some(error) = failed {
            return Err(io::Error::other(error));
        }
    }
    Ok(())
}

fn timed(what: &str, count: usize, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}\t{seconds:.2}\t{:.0}", count as f64 / seconds);
}

/// Subject, everybody's name and address, and all text parts with the names of attachments.
fn text_of(bytes: &[u8]) -> (String, String, String) {
    let Some(message) = MessageParser::default().parse(bytes) else { return Default::default() };
    let mut body = String::new();
    for part in 0..message.text_body_count() {
        body.push_str(&message.body_text(part).unwrap_or_default());
        body.push('\n');
    }
    for attachment in message.attachments() {
        for words in [attachment.attachment_name(), attachment.text_contents()].into_iter().flatten() {
            body.push_str(words);
            body.push('\n');
        }
    }
    let mut people = String::new();
    for one in [message.from(), message.to(), message.cc()].into_iter().flatten().flat_map(|all| all.iter()) {
        for words in [one.name(), one.address()].into_iter().flatten() {
            people.push_str(words);
            people.push(' ');
        }
    }
    (message.subject().unwrap_or_default().to_owned(), people, body)
}

/// One index of every word with its positions: unstemmed, and, where asked for, the body once more stemmed.
fn index(files: &[PathBuf], directory: &Path, stemmed: bool) -> tantivy::Result<()> {
    let mut schema = Schema::builder();
    let name = schema.add_text_field("name", STRING | STORED);
    let (subject, people, body) = (
        schema.add_text_field("subject", TEXT),
        schema.add_text_field("people", TEXT),
        schema.add_text_field("body", TEXT),
    );
    let english = TextFieldIndexing::default()
        .set_tokenizer("en_stem")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let stems = schema.add_text_field("stems", TextOptions::default().set_indexing_options(english));
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
                document.add_text(people, author);
                if stemmed {
                    document.add_text(stems, &text);
                }
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
