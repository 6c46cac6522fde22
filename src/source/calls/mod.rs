//! Local stand-in.
pub mod delimited;
pub mod profile;
