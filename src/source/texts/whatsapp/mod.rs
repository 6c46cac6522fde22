//! WhatsApp: a chat exported as text, with or without its files beside it.

pub mod chat;
pub mod line;
pub mod order;

pub use chat::WhatsApp;
pub use order::DateOrder;

#[cfg(test)]
mod tests;
