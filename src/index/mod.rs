//! The words of every item, found again: postings per month, searched with the query language.

mod error;

pub use error::IndexError;
