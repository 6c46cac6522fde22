//! What one family may use: characters of text, unpacked bytes, depth.

use crate::base::limits;

/// Characters of text of a whole family, attachments included, as a multiple of those of one item.
const FAMILY_ITEMS: usize = 8;
/// Bytes that the attachments of one family may unpack to.
const UNPACKED_BYTES: u64 = 512 * 1024 * 1024;

/// What is left of it.
#[derive(Debug)]
pub struct Budget {
    chars_left: usize,
    /// Bytes that may still be unpacked.
    pub unpack_left: u64,
    depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

impl Budget {
    /// The whole of it.
    pub fn new() -> Self {
        Self { chars_left: limits::SEARCHABLE_CHARS * FAMILY_ITEMS, unpack_left: UNPACKED_BYTES, depth: 0 }
    }

    /// Goes one file deeper; false when that is too deep.
    pub fn enter(&mut self) -> bool {
        let deep = self.depth >= limits::NESTING_DEPTH;
        self.depth += usize::from(!deep);
        !deep
    }

    /// Comes back from one file.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Cuts a text to what may be searchable; false when something was cut off.
    pub fn take_text(&mut self, mut text: String) -> (String, bool) {
        let most = limits::SEARCHABLE_CHARS.min(self.chars_left);
        // A text of few bytes has few characters, so most are never counted.
        let count = if text.len() <= most { text.len() } else { text.chars().count() };
        let whole = count <= most;
        if !whole && let Some((at, _)) = text.char_indices().nth(most) {
            text.truncate(at);
        }
        // Text inside a nested file is handed on by the outer one and must not be counted at each level.
        if self.depth == 0 {
            self.chars_left -= count.min(most);
        }
        (text, whole)
    }
}
