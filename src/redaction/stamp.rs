//! The basis in a painted box, in letters made of dots: white on black, as large as the box allows. The label comes from the
//! statute and tells nothing of what is under the box.

use super::marker::{BLANK, CLOSE, OPEN};
use crate::extract::raster::Dots;
use std::ops::Range;

/// Dots of a letter across and down, and from one letter to the next.
const WIDE: usize = 5;
/// See [`WIDE`].
const HIGH: usize = 7;
/// See [`WIDE`].
const STEP: usize = 6;
/// How many times larger a letter is at least where there is a choice of words: 21 dots are a tenth of an inch at 200.
const READABLE: usize = 3;
/// How many times larger a letter is at most.
const LARGEST: usize = 8;

/// Letters by their columns from the left, the lowest bit on top.
const LETTERS: [(char, [u8; WIDE]); 44] = [
    ('0', [0x3e, 0x51, 0x49, 0x45, 0x3e]),
    ('1', [0x00, 0x42, 0x7f, 0x40, 0x00]),
    ('2', [0x42, 0x61, 0x51, 0x49, 0x46]),
    ('3', [0x21, 0x41, 0x45, 0x4b, 0x31]),
    ('4', [0x18, 0x14, 0x12, 0x7f, 0x10]),
    ('5', [0x27, 0x45, 0x45, 0x45, 0x39]),
    ('6', [0x3c, 0x4a, 0x49, 0x49, 0x30]),
    ('7', [0x01, 0x71, 0x09, 0x05, 0x03]),
    ('8', [0x36, 0x49, 0x49, 0x49, 0x36]),
    ('9', [0x06, 0x49, 0x49, 0x29, 0x1e]),
    ('A', [0x7e, 0x11, 0x11, 0x11, 0x7e]),
    ('B', [0x7f, 0x49, 0x49, 0x49, 0x36]),
    ('C', [0x3e, 0x41, 0x41, 0x41, 0x22]),
    ('D', [0x7f, 0x41, 0x41, 0x22, 0x1c]),
    ('E', [0x7f, 0x49, 0x49, 0x49, 0x41]),
    ('F', [0x7f, 0x09, 0x09, 0x09, 0x01]),
    ('G', [0x3e, 0x41, 0x49, 0x49, 0x7a]),
    ('H', [0x7f, 0x08, 0x08, 0x08, 0x7f]),
    ('I', [0x00, 0x41, 0x7f, 0x41, 0x00]),
    ('J', [0x20, 0x40, 0x41, 0x3f, 0x01]),
    ('K', [0x7f, 0x08, 0x14, 0x22, 0x41]),
    ('L', [0x7f, 0x40, 0x40, 0x40, 0x40]),
    ('M', [0x7f, 0x02, 0x0c, 0x02, 0x7f]),
    ('N', [0x7f, 0x04, 0x08, 0x10, 0x7f]),
    ('O', [0x3e, 0x41, 0x41, 0x41, 0x3e]),
    ('P', [0x7f, 0x09, 0x09, 0x09, 0x06]),
    ('Q', [0x3e, 0x41, 0x51, 0x21, 0x5e]),
    ('R', [0x7f, 0x09, 0x19, 0x29, 0x46]),
    ('S', [0x46, 0x49, 0x49, 0x49, 0x31]),
    ('T', [0x01, 0x01, 0x7f, 0x01, 0x01]),
    ('U', [0x3f, 0x40, 0x40, 0x40, 0x3f]),
    ('V', [0x1f, 0x20, 0x40, 0x20, 0x1f]),
    ('W', [0x3f, 0x40, 0x38, 0x40, 0x3f]),
    ('X', [0x63, 0x14, 0x08, 0x14, 0x63]),
    ('Y', [0x07, 0x08, 0x70, 0x08, 0x07]),
    ('Z', [0x61, 0x51, 0x49, 0x45, 0x43]),
    ('.', [0x00, 0x60, 0x60, 0x00, 0x00]),
    (',', [0x00, 0x50, 0x30, 0x00, 0x00]),
    (':', [0x00, 0x36, 0x36, 0x00, 0x00]),
    ('-', [0x08, 0x08, 0x08, 0x08, 0x08]),
    ('(', [0x00, 0x1c, 0x22, 0x41, 0x00]),
    (')', [0x00, 0x41, 0x22, 0x1c, 0x00]),
    ('§', [0x00, 0x4a, 0x55, 0x55, 0x29]),
    (' ', [0x00, 0x00, 0x00, 0x00, 0x00]),
];

/// What may stand in a box, the fullest first: the label, without its first word, without the subdivision, the section alone.
fn choices(label: &str) -> Vec<String> {
    let plain: String =
        label.chars().map(|c| if c == BLANK { ' ' } else { c }).filter(|c| ![OPEN, CLOSE].contains(c)).collect();
    let plain = plain.trim().to_uppercase();
    let section = plain.trim_start_matches("WITHHELD:").trim();
    let short = section.split(',').next().unwrap_or_default().trim();
    let all = [plain.as_str(), section, short, short.trim_start_matches('§').trim()];
    all.into_iter().filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// How many times larger words can be drawn in a box; zero where they do not fit.
fn size(words: &str, across: usize, down: usize) -> usize {
    let letters = words.chars().count().max(1);
    (across / (letters * STEP + 1)).min(down / (HIGH + 2)).min(LARGEST)
}

/// Writes as much of a label as can be read into the middle of a box; nothing where not even the section fits.
pub(super) fn stamp(dots: &mut Dots, columns: &Range<usize>, rows: &Range<usize>, label: &str) {
    let choices = choices(label);
    let fit = |words: &&String| size(words, columns.len(), rows.len());
    let chosen =
        choices.iter().find(|words| fit(words) >= READABLE).or_else(|| choices.last().filter(|words| fit(words) > 0));
    let Some(words) = chosen else { return };
    let times = fit(&words);
    let left = columns.start + (columns.len() - words.chars().count() * STEP * times) / 2;
    let top = rows.start + (rows.len() - HIGH * times) / 2;
    for (nth, letter) in words.chars().enumerate() {
        let known = LETTERS.iter().find(|(one, _)| *one == letter);
        for (column, bits) in known.map(|(_, columns)| *columns).unwrap_or_default().into_iter().enumerate() {
            for row in (0..HIGH).filter(|row| bits >> row & 1 == 1) {
                let (x, y) = (left + (nth * STEP + column) * times, top + row * times);
                for line in y..y + times {
                    dots.rgb[(line * dots.width + x) * 3..(line * dots.width + x + times) * 3].fill(u8::MAX);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::marker::{label_of, marker};
    use super::*;

    fn box_of(width: usize, height: usize, label: &str) -> Vec<String> {
        let mut dots = Dots { width, height, rgb: vec![0; width * height * 3] };
        stamp(&mut dots, &(0..width), &(0..height), label);
        let row =
            |row: usize| (0..width).map(|at| if dots.rgb[(row * width + at) * 3] > 0 { '#' } else { ' ' }).collect();
        (0..height).map(row).collect()
    }

    #[test]
    fn a_box_shows_as_much_of_its_basis_as_can_be_read() {
        let label = marker(&label_of("Minn. Stat. § 13.44, subd. 1"));
        assert_eq!(choices(&label), ["WITHHELD: § 13.44, SUBD. 1", "§ 13.44, SUBD. 1", "§ 13.44", "13.44"]);
        let small = box_of(34, 9, &label);
        let drawn = [
            "    #   #####          #     #    ",
            "   ##      #          ##    ##    ",
            "    #     #          # #   # #    ",
            "    #      #        #  #  #  #    ",
            "    #       #       ##### #####   ",
            "    #   #   #  ##      #     #    ",
            "   ###   ###   ##      #     #    ",
        ];
        assert_eq!(small[1..8], drawn);
        assert!(box_of(20, 9, &label).concat().trim().is_empty(), "no room for it");
        assert!(box_of(2, 2, &label).concat().trim().is_empty());
        let lit = |rows: &[String]| rows.concat().matches('#').count();
        assert!(lit(&box_of(600, 60, &label)) > lit(&box_of(200, 60, &label)), "more of it in a larger box");
        assert_eq!(lit(&box_of(200, 60, "")), 0);
    }
}
