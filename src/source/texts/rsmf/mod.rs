//! Relativity Short Message Format 1.0 and 2.0: a mail that holds `rsmf.zip`, the archive alone, or its manifest.
//!
//! Each event is an item of its own, not the conversation: a text is kept and destroyed by its own date, a
//! conversation may be cut over many files by day or by size, and the same event met in two of them is then one
//! item. Format: <https://help.relativity.com/RelativityOne/Content/System_Guides/Relativity_Short_Message_Format.htm>.

pub mod event;
pub mod package;

pub use package::Rsmf;

#[cfg(test)]
mod tests;
