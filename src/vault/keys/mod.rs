//! The key set: what opens a repository, kept outside it, in two places with the same bytes.
//!
//! ```text
//! root key  ->  month keys, digest secret, signing seed  ->  family keys  ->  sealed families
//! root.key      wrapped.json                                 months/*.keys    vault
//! ```
//! Adding appends to the months' files. Erasing is a rotation: a second root slot is added; the months that lose keys
//! are written anew under fresh month keys; `wrapped.json` is swapped for one under the new root and read back; the
//! same at the second place; then the old months' files and the old root slot are overwritten. Its cost follows from
//! the number of months and the size of those touched, not from the size of the repository. Whatever copy of the older
//! files survives is wrapped under a root key that no longer exists.
//!
//! Invariant: at every moment each place holds one `wrapped.json` whose root slot and months' files are all there. The
//! first place is always written first, so it is never older than the second.

mod given;
mod mark;
mod month_keys;
mod place;
mod reader;
mod ring;
mod root;
mod rotation;
mod set;
#[cfg(test)]
mod tests;

pub use given::GivenNumbers;
pub use mark::Mark;
pub use reader::KeyReader;
pub use set::{KeySet, SecondPlace};
