//! The manual, for those who run the program and those who change it.

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("format.md")]
pub mod format {}

#[doc = include_str!("write-order.md")]
pub mod write_order {}

#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("production.md")]
pub mod production {}

#[doc = include_str!("requests.md")]
pub mod requests {}
#[doc = include_str!("redaction.md")]
pub mod redaction {}

#[doc = include_str!("holds.md")]
pub mod holds {}

#[doc = include_str!("classification.md")]
pub mod classification {}

#[doc = include_str!("schedules.md")]
pub mod schedules {}

#[doc = include_str!("people.md")]
pub mod people {}

#[doc = include_str!("query.md")]
pub mod query {}
#[doc = include_str!("conversations.md")]
pub mod conversations {}
#[doc = include_str!("ranking.md")]
pub mod ranking {}

#[doc = include_str!("call-profiles.md")]
pub mod call_profiles {}

#[doc = include_str!("texts.md")]
pub mod texts {}
#[doc = include_str!("gaps.md")]
pub mod gaps {}

#[doc = include_str!("recordings-and-photos.md")]
pub mod recordings_and_photos {}
#[doc = include_str!("chats.md")]
pub mod chats {}
#[doc = include_str!("messages.md")]
pub mod messages {}

#[doc = include_str!("filing.md")]
pub mod filing {}
#[doc = include_str!("proofs.md")]
pub mod proofs {}
#[doc = include_str!("breakers.md")]
pub mod breakers {}
#[doc = include_str!("backup.md")]
pub mod backup {}
#[doc = include_str!("nightly.md")]
pub mod nightly {}

#[doc = include_str!("outlook.md")]
pub mod outlook {}
#[doc = include_str!("databases.md")]
pub mod databases {}

#[doc = include_str!("attachments.md")]
pub mod attachments {}

#[doc = include_str!("problems.md")]
pub mod problems {}
