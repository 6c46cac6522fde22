//! Local stand-in.
