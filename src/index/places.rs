//! Where words stand in one document: phrases and distances.

use std::io;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader};

/// Every place of one pattern, document by document. Documents are asked for in rising order.
pub(super) struct Places {
    lists: Vec<SegmentPostings>,
    found: Vec<u32>,
}

impl Places {
    /// The places of a pattern's words in one field of a part.
    pub(super) fn of(words: &[TermInfo], index: &InvertedIndexReader) -> io::Result<Self> {
        let option = IndexRecordOption::WithFreqsAndPositions;
        let lists =
            words.iter().map(|word| index.read_postings_from_terminfo(word, option)).collect::<Result<_, _>>()?;
        Ok(Self { lists, found: Vec::new() })
    }

    /// The places in a document, in order, each once.
    fn at(&mut self, document: u32) -> &[u32] {
        self.found.clear();
        for list in &mut self.lists {
            let here = list.doc();
            if here == document || (here < document && list.seek(document) == document) {
                list.append_positions_with_offset(0, &mut self.found);
            }
        }
        if self.lists.len() > 1 {
            self.found.sort_unstable();
        }
        self.found.dedup();
        &self.found
    }
}

/// Adds the places where a phrase begins in a document: its words stand at successive positions from there.
pub(super) fn phrase_starts(words: &mut [Places], document: u32, starts: &mut Vec<u32>) {
    let Some((first, rest)) = words.split_first_mut() else { return };
    let before = starts.len();
    starts.extend_from_slice(first.at(document));
    for (word, offset) in rest.iter_mut().zip(1..) {
        let places = word.at(document);
        let mut kept = before;
        for at in before..starts.len() {
            if places.binary_search(&(starts[at] + offset)).is_ok() {
                starts[kept] = starts[at];
                kept += 1;
            }
        }
        starts.truncate(kept);
    }
}

/// Whether a find that begins at one of `starts` comes after one that ends at one of `ends`, at most `within`
/// positions away. Finds that overlap never count. Both lists are in order.
pub(super) fn follows(ends: &[u32], starts: &[u32], within: u32) -> bool {
    ends.iter().any(|end| {
        let nearest = starts.partition_point(|start| start <= end);
        starts.get(nearest).is_some_and(|start| start - end <= within)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_from_an_end_to_the_next_beginning() {
        type Row = (&'static [u32], &'static [u32], u32, bool, &'static str);
        let table: &[Row] = &[
            (&[3], &[4], 1, true, "side by side"),
            (&[4], &[3], 1, false, "the wrong way round"),
            (&[0], &[6], 5, false, "one too far"),
            (&[0], &[5], 5, true, "just near enough"),
            (&[5], &[5], 5, false, "a word is not near itself"),
            (&[5, 8], &[5, 8], 5, true, "but near the next one"),
            (&[1, 100], &[50, 104], 4, true, "the second one"),
            (&[], &[1], 5, false, "nothing"),
        ];
        for (ends, starts, within, expected, why) in table {
            assert_eq!(follows(ends, starts, *within), *expected, "{why}");
        }
    }
}
