//! Text: words for searching, plain text out of HTML, and safe display of what strangers wrote.
//!
//! *Invariant:* pure functions in linear time over hostile input; what one of them drops is named where it drops it.
//! The index, the search in memory and the search language all cut words with [`each_token`] and nothing else.

mod asked;
mod block;
mod blocks;
mod entity;
mod fold;
mod html;
mod number;
mod own;
mod page;
mod person;
mod safe;
mod stem;
mod tokens;
mod versions;

pub use asked::{asked, in_a_row};
pub use block::{Block, Cell, Span, Table, words_of};
pub use blocks::html_to_blocks;
pub use fold::{fold, fold_shape, is_unspaced};
pub use html::{HTML_TEXT_GROWTH, html_to_text};
pub use number::{NumberSpan, number_at_start};
pub use own::own_words;
pub use person::{is_same_person, is_surely_same_person};
pub use safe::{safe, safe_lines};
pub use stem::stem;
pub use tokens::{Sort, Token, each_sorted, each_token, tokens};
pub use versions::{joined, lines_of_their_own, say_the_same_words};
