//! Files inside files: their words stand in the text of the outer one, with the way to them.

use super::Extracted;
use crate::model::exception::Problem;
use crate::model::item::{Searchable, Way};

/// Files inside one attachment whose way is kept; those behind them are found without it.
const PIECES: usize = 20_000;

/// Where the words of a file inside another one stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The first byte of its words.
    pub start: usize,
    /// The byte behind its last word.
    pub end: usize,
    /// The names of the files on the way to it, outermost first.
    pub names: Vec<String>,
}

/// Adds a file to the one it lies in: its name, its words, what could not be read of it, and the way to it.
pub fn add(out: &mut Extracted, name: &str, inside: Extracted) {
    let shown = if name.is_empty() { "a file without a name" } else { name };
    let start = out.text.len();
    if !name.is_empty() {
        out.text.push_str(name);
        out.text.push('\n');
    }
    let shift = out.text.len();
    out.text.push_str(&inside.text);
    if !inside.text.is_empty() {
        out.text.push('\n');
    }
    let own = Piece { start, end: out.text.len(), names: vec![shown.to_owned()] };
    let deeper = inside.pieces.into_iter().map(|piece| Piece {
        start: piece.start + shift,
        end: piece.end + shift,
        names: std::iter::once(shown.to_owned()).chain(piece.names).collect(),
    });
    let room = PIECES.saturating_sub(out.pieces.len());
    out.pieces.extend(std::iter::once(own).chain(deeper).take(room));
    if inside.searchable != Searchable::Fully {
        out.searchable = out.searchable.max(Searchable::Partly);
    }
    let named = |problem: Problem| Problem::new(problem.code, format!("{shown}: {}", problem.message));
    out.problems.extend(inside.problems.into_iter().map(named));
}

/// Adds the ways inside one text (of an attachment by its part, or of the body) to those of the item.
pub fn add_ways(part: Option<u32>, pieces: Vec<Piece>, into: &mut Vec<Way>) {
    into.extend(pieces.into_iter().map(|Piece { start, end, names }| Way { part, start, end, names }));
}
