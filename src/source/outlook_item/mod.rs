//! Items of Outlook that come as files of their own: `.msg`, `.oft` and `winmail.dat`.
//!
//! The exact bytes of the file are the original. What it says is read as the items of Outlook's stores are, so that a
//! message in a file and the same message in a store say the same.

pub mod convert;
pub mod file;
pub mod item;

#[cfg(test)]
mod tests;
