//! Items of Outlook: one way to hold them, whatever store they came out of, and the stores (PST and OST).
//!
//! A reader of any of Outlook's formats makes a [`Message`] of an item; [`parse`] says what it says, [`canonical`] is
//! its lossless serialisation, [`identity`] makes it the same item in another export.

pub mod body;
pub mod canonical;
pub mod facts;
pub mod files;
pub mod identity;
pub mod item;
pub mod parse;
pub mod people;
pub mod property;
pub mod rendition;
pub mod set;
pub mod store;
pub mod tag;

pub use files::part_of;
pub use item::{Attachment, Content, Message, Method};
pub use parse::{copy_facts, parse};
