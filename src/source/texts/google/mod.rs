//! Google Takeout: Voice and Chat.

pub mod page;
pub mod voice;

pub use voice::GoogleVoice;

#[cfg(test)]
mod tests;
