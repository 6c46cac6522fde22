//! Local stand-in.
pub mod vcard;
