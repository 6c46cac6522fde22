//! Contact cards and contacts: names for numbers.

pub mod card;
pub mod entry;
pub mod property;
pub mod vcard;

#[cfg(test)]
mod tests;
