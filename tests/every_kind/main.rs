//! A folder with one export of every kind, written here and taken in by one command without a flag; and the same files
//! damaged in many ways; the files of the fictional city, and broken and odd ones.

#[path = "../writers/archives.rs"]
mod archives;
#[path = "../writers/outlook.rs"]
mod outlook;
#[path = "../writers/packed.rs"]
mod packed;
#[path = "../writers/pst.rs"]
mod pst;
#[path = "../writers/workbook.rs"]
mod workbook;

mod chats;
mod city;
mod damaged;
mod documents;
mod fixtures;
mod large;
mod mail;
mod mixed;
mod phones;
mod produced;
mod sample;

// The writers name the rooms of the crate as its own tests do.
use recordroom::source;

/// Every kind.
fn samples() -> Vec<sample::Sample> {
    [mail::samples(), phones::samples(), chats::samples(), documents::samples()].into_iter().flatten().collect()
}
