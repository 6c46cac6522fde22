//! Data that may not be public, found in texts. Pure: text in, findings out; a finding proposes, and people decide.

pub mod statute;
