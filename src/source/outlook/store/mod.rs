//! The stores of Outlook: PST and OST ([MS-PST]), of Outlook 97, of 2003, and of 2013 with its large pages.
//!
//! In layers, each of which knows the one below alone: [`pages`] (two trees over pages), [`blocks`] (data and the
//! nodes inside a node), [`heap`] (small pieces of data and trees of them), [`context`] (properties), [`table`],
//! [`names`] (of named properties), [`message`], [`folders`], and [`read`], which tells what is in a store.
//!
//! *Invariant:* memory is bounded whatever a store says: pages are kept in a cache of a named size, one item is held
//! at a time, and counts and lengths are believed only as far as the bytes go.

pub mod blocks;
pub mod cipher;
pub mod context;
pub mod folders;
pub mod heap;
pub mod layout;
pub mod message;
pub mod names;
pub mod pages;
pub mod read;
pub mod table;

use std::io;

/// Why something of a store could not be had.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The bytes could not be read from the disk.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The store contradicts itself or its format here.
    #[error("{0}")]
    Damaged(String),
    /// The store is sound and of a kind that is not known.
    #[error("{0}")]
    Unsupported(String),
    /// It is larger than what is held in memory.
    #[error("it has {bytes} bytes, more than the {most} that are held at once")]
    TooLarge {
        /// Bytes it has.
        bytes: u64,
        /// Bytes that may be held.
        most: u64,
    },
}

fn damaged(sentence: impl Into<String>) -> StoreError {
    StoreError::Damaged(sentence.into())
}

/// A number of two bytes at a place, if the bytes go so far.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number of four bytes.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number of eight bytes.
fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests;
