//! Redaction: words are left out of a value before anything is made of it, and looked for in everything that was made.
//!
//! ```text
//! marker    what stands in the place of words: a box of one width for one label, whatever it hides
//! words     texts as letters and digits alone, in which words are found whatever stands between them
//! places    the text of one place of an item, as a reviewer sees and counts it
//! apply     an item without the words, and what was left out where
//! pattern   shapes of numbers and words, to be found over a whole review set
//! located   where words are drawn on pages and in pictures, as boxes that cover them
//! picture   boxes burned into a picture
//! stamp     the basis, written into a painted box
//! leak      a made file, looked through in every channel it has
//! ```
//!
//! *Invariants:* one function finds words, for leaving out and for checking, so that the check asks no less than what was
//! done. What is left out is cut from the item itself, and subjects, file names, parties, texts, load files and pages are
//! made from what remains. Nothing of it tells how long the words were.

mod apply;
mod leak;
mod located;
pub mod marker;
mod pattern;
mod picture;
mod places;
mod stamp;
mod words;

pub use apply::{Cut, Redacted, Redactor, Taken};
pub use leak::{Channel, Leak, every_text, look};
pub use located::{Located, draws_pages, takes_boxes};
pub use pattern::{Pattern, PatternError};
pub use picture::{BurnError, BurnedPages, Covered, burn, burn_pages};
pub use places::{chars_of, text_of};
pub use words::{Needle, Search, SearchBuilder};
