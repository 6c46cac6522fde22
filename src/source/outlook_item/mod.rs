//! Items of Outlook that come as files of their own: `.msg`, `.oft` and `winmail.dat`.
//!
//! The exact bytes of the file are the original; an attachment is addressed by its place among the attachments, one
//! inside a signed message by both (see [`crate::source::mail::inside`]).

pub mod facts;
pub mod file;
pub mod item;
pub mod parties;
