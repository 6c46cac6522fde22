//! The nouns of the field: values and state machines only.
//!
//! *Invariant:* no I/O, no clock, no knowledge of how anything is stored or shown.

pub mod classification;
pub mod conversation;
pub mod disposition;
pub mod event;
pub mod exception;
pub mod hold;
pub mod item;
pub mod message_id;
pub mod production;
pub mod profile;
pub mod provenance;
pub mod record;
pub mod redaction;
pub mod request;
pub mod retention;
pub mod review;
pub mod screening;
