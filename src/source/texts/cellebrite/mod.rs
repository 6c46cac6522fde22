//! Cellebrite UFED: `report.xml`, alone or in its package (UFDR, a ZIP archive) with the files beside; and the report as
//! a workbook.
//!
//! Each message, call, voicemail and contact is an item; so is each thing of another kind (a place, a web page), as a
//! file of words, so that nothing of a report is dropped. A report of half a gigabyte is read as a stream.

pub mod model;
pub mod models;
pub mod moment;
pub mod package;
pub mod told;
pub mod workbook;

pub use package::Cellebrite;
pub use workbook::CellebriteWorkbook;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod workbook_tests;
