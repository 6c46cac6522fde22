//! Cellebrite UFED: `report.xml`, alone or in its package (UFDR, a ZIP archive) with the files beside.
//!
//! Each message, call, voicemail and contact is an item; so is each thing of another kind (a place, a web page), as a
//! file of words, so that nothing of a report is dropped. A report of half a gigabyte is read as a stream.

pub mod model;
pub mod models;
pub mod package;
pub mod told;

pub use package::Cellebrite;

#[cfg(test)]
mod tests;
