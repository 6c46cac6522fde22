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

#[doc = include_str!("classification.md")]
pub mod classification {}

#[doc = include_str!("query.md")]
pub mod query {}

#[doc = include_str!("call-profiles.md")]
pub mod call_profiles {}

#[doc = include_str!("texts.md")]
pub mod texts {}
