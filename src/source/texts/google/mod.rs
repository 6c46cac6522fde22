//! Google Takeout: Voice and Chat.

pub mod chat;
pub mod page;
pub mod voice;

pub use chat::GoogleChat;
pub use voice::GoogleVoice;

#[cfg(test)]
mod tests;
