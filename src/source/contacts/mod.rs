//! Contact cards: names for numbers.

pub mod card;
pub mod property;
pub mod vcard;

#[cfg(test)]
mod tests;
