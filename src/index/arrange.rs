//! How the index stays in splits of a good size: runs of whole months, divided when one doubles, joined when
//! neighbours are small, with few directories in each.

use super::IndexError;
use super::bits::Bits;
use super::part::{OpenPart, WrittenPart, rewrite};
use super::splits::{Month, Part, Split};
use std::ops::Range;
use std::path::Path;

/// Small directories that a split may have before they are written together.
const SMALL_PARTS: u64 = 3;

/// Writes new directories out of old ones while the splits are arranged. Nothing old is changed.
pub(super) struct Arranger<'i> {
    index: &'i Path,
    split_items: u64,
    name: &'i mut dyn FnMut() -> String,
}

impl<'i> Arranger<'i> {
    pub(super) fn new(index: &'i Path, split_items: u64, name: &'i mut dyn FnMut() -> String) -> Self {
        Self { index, split_items, name }
    }

    /// Puts new parts among the splits and brings all into order.
    pub(super) fn arrange(&mut self, splits: Vec<Split>, new: Vec<WrittenPart>) -> Result<Vec<Split>, IndexError> {
        let mut divided = Vec::new();
        for split in place(splits, new) {
            self.divide(split, &mut divided)?;
        }
        let mut joined = join(divided, self.split_items);
        for split in &mut joined {
            self.compact(split)?;
        }
        Ok(joined)
    }

    /// Divides a split that has doubled at the month boundary nearest to its middle, until none is left to divide.
    fn divide(&mut self, split: Split, out: &mut Vec<Split>) -> Result<(), IndexError> {
        let boundary = if split.families() >= 2 * self.split_items { middle(&split) } else { None };
        let Some(boundary) = boundary else {
            out.push(split);
            return Ok(());
        };
        let mut early = Split { first: split.first, last: boundary, parts: Vec::new() };
        let mut late = Split { first: boundary + 1, last: split.last, parts: Vec::new() };
        for part in split.parts {
            if part.months.keys().all(|month| *month <= boundary) {
                early.parts.push(part);
            } else if part.months.keys().all(|month| *month > boundary) {
                late.parts.push(part);
            } else {
                let (one, two) = self.cut(&part, boundary)?;
                early.parts.extend(one);
                late.parts.extend(two);
            }
        }
        self.divide(early, out)?;
        self.divide(late, out)
    }

    fn cut(&mut self, part: &Part, boundary: Month) -> Result<(Option<Part>, Option<Part>), IndexError> {
        let opened = OpenPart::open(self.index, part)?;
        let months = opened.months()?;
        let mut early = Bits::none(opened.documents());
        (0..opened.documents())
            .filter(|document| months.first(*document).is_none_or(|month| month <= u64::from(boundary)))
            .for_each(|document| early.insert(document));
        let late = early.clone().complement();
        let one = rewrite(self.index, (self.name)(), &[(&opened, early)])?;
        let two = rewrite(self.index, (self.name)(), &[(&opened, late)])?;
        Ok((one.map(|one| one.part), two.map(|two| two.part)))
    }

    /// Writes the small directories of a split together when there are too many of them.
    fn compact(&mut self, split: &mut Split) -> Result<(), IndexError> {
        let allowed = split.families().div_ceil((self.split_items / 2).max(1)) + SMALL_PARTS;
        if split.parts.len() as u64 <= allowed {
            return Ok(());
        }
        let limit = self.split_items / 4;
        let (small, mut parts): (Vec<Part>, Vec<Part>) =
            std::mem::take(&mut split.parts).into_iter().partition(|part| part.families() <= limit);
        let mut group: Vec<Part> = Vec::new();
        for part in small {
            let families: u64 = group.iter().map(Part::families).sum();
            if families + part.families() > self.split_items {
                parts.extend(self.together(&std::mem::take(&mut group))?);
            }
            group.push(part);
        }
        parts.extend(self.together(&group)?);
        split.parts = parts;
        Ok(())
    }

    fn together(&mut self, parts: &[Part]) -> Result<Option<Part>, IndexError> {
        if let [one] = parts {
            return Ok(Some(one.clone()));
        }
        let opened =
            parts.iter().map(|part| OpenPart::open(self.index, part)).collect::<Result<Vec<_>, IndexError>>()?;
        let sources: Vec<_> = opened.iter().map(|part| (part, Bits::all(part.documents()))).collect();
        Ok(rewrite(self.index, (self.name)(), &sources)?.map(|written| written.part))
    }
}

/// Adds each new part as a split of its own months; splits whose months overlap become one.
fn place(mut splits: Vec<Split>, new: Vec<WrittenPart>) -> Vec<Split> {
    for WrittenPart { part } in new {
        if let (Some((first, _)), Some((last, _))) = (part.months.first_key_value(), part.months.last_key_value()) {
            splits.push(Split { first: *first, last: *last, parts: vec![part] });
        }
    }
    splits.retain(|split| !split.parts.is_empty());
    splits.sort_by_key(|split| split.first);
    let mut placed: Vec<Split> = Vec::new();
    for split in splits {
        match placed.last_mut() {
            Some(before) if split.first <= before.last => {
                before.last = before.last.max(split.last);
                before.parts.extend(split.parts);
            }
            _ => placed.push(split),
        }
    }
    placed
}

/// Joins neighbours that are small enough to be one split.
fn join(splits: Vec<Split>, split_items: u64) -> Vec<Split> {
    let mut joined: Vec<Split> = Vec::new();
    for split in splits {
        match joined.last_mut() {
            Some(before) if before.families() + split.families() <= split_items => {
                before.last = split.last;
                before.parts.extend(split.parts);
            }
            _ => joined.push(split),
        }
    }
    joined
}

/// The month after which a split divides most evenly; `None` when it has only one month.
fn middle(split: &Split) -> Option<Month> {
    let mut months: std::collections::BTreeMap<Month, u64> = std::collections::BTreeMap::new();
    for part in &split.parts {
        for (month, count) in &part.months {
            *months.entry(*month).or_default() += u64::from(*count);
        }
    }
    let total: u64 = months.values().sum();
    let mut before = 0;
    let mut boundaries: Vec<(u64, Month)> = months
        .iter()
        .map(|(month, count)| {
            before += count;
            (total.abs_diff(2 * before), *month)
        })
        .collect();
    boundaries.pop();
    boundaries.into_iter().min().map(|(_, month)| month)
}

/// Cuts new items, given by their months in order, into runs that become one directory each: at most `most` items, at
/// month boundaries where there is one near, and never across two of the splits that are there.
pub(super) fn pieces(months: &[Month], splits: &[Split], most: usize) -> Vec<Range<usize>> {
    assert!(months.is_sorted(), "the items come in the order of their months");
    let home = |month: Month| splits.partition_point(|split| split.last < month);
    let inside = |month: Month| splits.get(home(month)).is_some_and(|split| split.first <= month);
    let place = |month: Month| (home(month), inside(month));
    let mut all = Vec::new();
    let mut start = 0;
    while start < months.len() {
        let here = place(months[start]);
        let room = (start + most).min(months.len());
        let mut end = start + months[start..room].partition_point(|month| place(*month) == here);
        if end == room && end < months.len() && months[end] == months[end - 1] {
            // The run is full in the middle of a month: it ends with the month before, if that is not far back.
            let month_start = start + months[start..end].partition_point(|month| *month < months[end]);
            if month_start - start >= most / 2 {
                end = month_start;
            }
        }
        all.push(start..end);
        start = end;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(first: Month, last: Month, months: &[(Month, u32)]) -> Split {
        let part = Part {
            directory: format!("s{first}"),
            months: months.iter().copied().collect(),
            newest: None,
            fields: None,
        };
        Split { first, last, parts: vec![part] }
    }

    #[test]
    fn new_items_are_cut_at_months_and_at_the_splits_that_are_there() {
        let here = [split(3, 5, &[(3, 1)]), split(8, 9, &[(8, 1)])];
        let months = [0, 0, 1, 3, 3, 4, 6, 7, 8, 10];
        let ends = |most| pieces(&months, &here, most).iter().map(|piece| piece.end).collect::<Vec<_>>();
        assert_eq!(ends(100), [3, 6, 8, 9, 10], "before, inside, between, inside, after");
        assert_eq!(ends(2), [2, 3, 5, 6, 8, 9, 10], "at most two in each");
        assert_eq!(pieces(&[1, 1, 2, 2, 2], &[], 4), [0..2, 2..5], "a month is not cut when the boundary is near");
        assert_eq!(pieces(&[1, 2, 2, 2, 2, 2], &[], 4), [0..4, 4..6], "a large month is");
        assert!(pieces(&[], &here, 2).is_empty());
    }

    #[test]
    fn overlapping_splits_become_one_and_small_neighbours_join() {
        let new = |months: &[(Month, u32)]| WrittenPart { part: split(1, 1, months).parts.remove(0) };
        let placed = place(vec![split(1, 3, &[(1, 9)]), split(5, 6, &[(5, 9)])], vec![new(&[(3, 1), (4, 1)])]);
        let ranges: Vec<_> = placed.iter().map(|one| (one.first, one.last, one.families())).collect();
        assert_eq!(ranges, [(1, 4, 11), (5, 6, 9)]);
        assert_eq!(join(placed.clone(), 20).len(), 1);
        assert_eq!(join(placed, 19).len(), 2);
    }

    #[test]
    fn a_split_divides_where_it_is_most_even() {
        assert_eq!(middle(&split(1, 4, &[(1, 1), (2, 5), (3, 5), (4, 3)])), Some(2));
        assert_eq!(middle(&split(1, 2, &[(1, 100), (2, 1)])), Some(1));
        assert_eq!(middle(&split(1, 1, &[(1, 100)])), None);
    }
}
