//! What Apple's phones and computers keep in databases: messages, calls, voicemail, contacts, and whole
//! backups of a phone.

pub mod address_book;
pub mod backup;
pub mod calls;
pub mod change;
pub mod message;
pub mod messages;
pub mod moment;
pub mod summary;
pub mod typedstream;
pub mod voicemail;
