//! Rich text on the page: headings, paragraphs, quotations, lists, tables and the pictures of a message, each with its
//! place in the structure that a screen reader follows.

use super::fonts::{BOLD, Face, MONO, REGULAR};
use super::letter::{self, BODY, FIXED, LINE_CHARS, PLAIN};
use super::picture::Picture;
use super::screen;
use super::setting::{Laid, Setter, Style};
use super::sheet::{Column, Group, Ink, MEASURE, Part, SIDE, Sheet};
use crate::text::{Block, Cell, Span, Table, words_of};

/// Space between blocks, in points.
const BETWEEN: f32 = 6.0;
/// Indent of a quotation or a list, in points.
const INDENT: f32 = 18.0;
/// The narrowest text, however deep it lies, in points.
const NARROWEST: f32 = 180.0;
/// Space between the columns of a table, in points.
const GUTTER: f32 = 8.0;
/// Rows that are looked at to find the widths of a table's columns.
const ROWS_MEASURED: usize = 200;
/// Font size in a table, in points.
const IN_TABLE: f32 = 9.0;
/// Font size of headings by their level, in points.
const HEADINGS: [f32; 6] = [13.0, 12.0, 11.0, 10.5, 10.0, 10.0];

/// A picture of the message: the id of its part, and what it is or why it cannot be shown.
pub(super) type Shown = (String, Result<Picture, String>);

/// Places the blocks; gives the characters that found no room.
pub(super) fn place(sheet: &mut Sheet, setter: &mut Setter, blocks: &[Block], pictures: &[Shown]) -> usize {
    let mut placing =
        Placing { sheet, setter, pictures, left: SIDE, bars: Vec::new(), level: 1, nested: 0, left_out: 0 };
    placing.blocks(blocks);
    placing.left_out
}

struct Placing<'p> {
    sheet: &'p mut Sheet,
    setter: &'p mut Setter,
    pictures: &'p [Shown],
    left: f32,
    bars: Vec<f32>,
    /// Level of the last heading, the title's being 1: none may be skipped (ISO 14289-1, 7.4.2).
    level: u8,
    /// Quotations and lists around.
    nested: usize,
    /// Characters that found no room; nothing is placed after the first of them.
    left_out: usize,
}

impl Placing<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for (at, block) in blocks.iter().enumerate() {
            if self.left_out > 0 {
                self.left_out += words_of(&blocks[at..]).chars().count();
                return;
            }
            if at > 0 {
                self.sheet.space(BETWEEN);
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, spans) => self.heading(*level, spans),
            Block::Paragraph(spans) => self.paragraph(spans),
            Block::Fixed(text) => self.fixed(text),
            Block::Quote(inside) => self.quote(inside),
            Block::List(first, items) => self.list(*first, items),
            Block::Table(table) => self.table(table),
            Block::Rule => self.sheet.rule(),
            Block::Picture { id, words } => self.picture(id, words),
        }
    }

    fn width(&self) -> f32 {
        SIDE + MEASURE - self.left
    }

    fn ink(&self) -> Ink {
        if self.bars.is_empty() { Ink::Black } else { Ink::Grey }
    }

    fn put(&mut self, laid: Laid, part: usize, chars: usize) {
        if self.left_out > 0 || !self.sheet.text_in(laid, self.left, self.ink(), part, &self.bars) {
            self.left_out += chars.max(1);
        }
    }

    fn heading(&mut self, level: u8, spans: &[Span]) {
        let words: String = spans.iter().map(|span| span.text.as_str()).collect();
        let words = words.replace('\n', " ");
        let size = HEADINGS[usize::from(level.clamp(1, 6) - 1)];
        let part = if self.nested > 0 {
            Part::Paragraph(screen::language(&words))
        } else {
            // The title of the item is the one heading of the first level.
            self.level = (level.saturating_add(1)).min(self.level + 1).min(6);
            Part::Heading(self.level, self.setter.screened(&words))
        };
        let part = self.sheet.part(part);
        for piece in letter::pieces(&words) {
            let laid = self.setter.set(piece, Style { face: BOLD, size, width: self.width(), ..PLAIN });
            self.put(laid, part, piece.chars().count());
        }
    }

    fn paragraph(&mut self, spans: &[Span]) {
        let lines = lines_of(spans);
        let language = spans.iter().find_map(|span| screen::language(&span.text));
        let part = self.sheet.part(Part::Paragraph(language));
        let style = Style { width: self.width(), ..PLAIN };
        for line in lines {
            let chars = line.iter().map(|one| one.0.chars().count()).sum();
            if chars == 0 {
                self.sheet.space(BODY * 0.7);
            }
            for laid in self.set_line(&line, style) {
                self.put(laid, part, chars);
            }
        }
    }

    /// A line in one piece, or in several when it is too long for the shaper's memory.
    fn set_line(&mut self, line: &[(&str, Face)], style: Style) -> Vec<Laid> {
        let chars: usize = line.iter().map(|one| one.0.chars().count()).sum();
        if chars == 0 {
            return Vec::new();
        }
        if chars <= LINE_CHARS {
            return vec![self.setter.set_spans(line, style)];
        }
        let whole: String = line.iter().map(|one| one.0).collect();
        letter::pieces(&whole).into_iter().map(|piece| self.setter.set(piece, style)).collect()
    }

    fn fixed(&mut self, text: &str) {
        let part = self.sheet.part(Part::Paragraph(None));
        let style = Style { face: MONO, size: FIXED, width: self.width(), from_left: true, ..PLAIN };
        for line in text.split('\n') {
            if line.trim().is_empty() {
                self.sheet.space(FIXED);
                continue;
            }
            for piece in letter::pieces(line) {
                let laid = self.setter.set(piece, style);
                self.put(laid, part, piece.chars().count());
            }
        }
    }

    fn deeper(&mut self, inside: &mut dyn FnMut(&mut Self)) {
        let left = self.left;
        if self.width() - INDENT >= NARROWEST {
            self.left += INDENT;
        }
        self.nested += 1;
        inside(self);
        self.nested -= 1;
        self.left = left;
    }

    fn quote(&mut self, blocks: &[Block]) {
        self.sheet.part(Part::Open(Group::Quote));
        self.bars.push(self.left + 4.0);
        self.deeper(&mut |inner| inner.blocks(blocks));
        self.bars.pop();
        self.sheet.part(Part::Close);
    }

    fn list(&mut self, first: Option<u32>, items: &[Vec<Block>]) {
        self.sheet.part(Part::Open(Group::List(first.is_some())));
        for (nth, item) in (0_u32..).zip(items) {
            if nth > 0 {
                self.sheet.space(2.0);
            }
            self.sheet.part(Part::Open(Group::Item));
            let sign = first.map_or("•".to_owned(), |first| format!("{}.", first.saturating_add(nth)));
            let part = self.sheet.part(Part::Sign);
            let laid = self.setter.set(&sign, Style { width: NARROWEST, from_left: true, ..PLAIN });
            if self.left_out == 0 && !self.sheet.beside(laid, self.left, self.ink(), part) {
                self.left_out += 1;
            }
            self.sheet.part(Part::Open(Group::Body));
            self.deeper(&mut |inner| inner.blocks(item));
            self.sheet.part(Part::Close);
            self.sheet.part(Part::Close);
        }
        self.sheet.part(Part::Close);
    }

    fn picture(&mut self, id: &str, words: &str) {
        let found = self.pictures.iter().position(|(own, _)| own == id);
        let known = found.map(|at| &self.pictures[at].1);
        if let (Some(at), Some(Ok(picture))) = (found, known) {
            let (width, height) = picture.size();
            let words = if words.is_empty() { "A picture in the message" } else { words };
            let part = self.sheet.part(Part::Picture(self.setter.screened(words)));
            return self.sheet.picture_in(self.left, (width, height), at, part);
        }
        let why = match known {
            Some(Err(why)) => why.as_str(),
            _ => "it is not among the parts that are given",
        };
        let of = if words.is_empty() { String::new() } else { format!(" {words}") };
        let sentence = format!("[The picture{of} is not shown here: {why}.]");
        let part = self.sheet.part(Part::Paragraph(None));
        let laid = self.setter.set(&sentence, Style { width: self.width(), ..PLAIN });
        self.put(laid, part, 0);
    }

    fn table(&mut self, table: &Table) {
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        let widths = self.widths(table, columns);
        self.sheet.part(Part::Open(Group::Table(table.summary.clone())));
        // The first row is the head when all its cells are; it comes again at the top of each further page.
        let has_head = table.rows.len() > 1 && table.rows[0].iter().all(|cell| cell.head);
        self.sheet.begin_table(self.left, self.width());
        for (nth, row) in table.rows.iter().enumerate() {
            if self.left_out > 0 {
                let rest = table.rows[nth..].iter().flatten().flat_map(|cell| &cell.spans);
                self.left_out += rest.map(|span| span.text.chars().count()).sum::<usize>();
                break;
            }
            self.row(row, &widths, has_head && nth == 0);
        }
        self.sheet.end_table();
        self.sheet.part(Part::Close);
    }

    fn row(&mut self, row: &[Cell], widths: &[f32], is_head: bool) {
        self.sheet.part(Part::Open(Group::Row));
        let mut left = self.left;
        let mut columns = Vec::new();
        let mut chars = 0;
        let empty = Cell::default();
        for (at, width) in widths.iter().enumerate() {
            let cell = row.get(at).unwrap_or(&empty);
            let part = match (cell.head, is_head) {
                (true, true) => Part::ColumnHead,
                (true, false) => Part::RowHead,
                (false, _) => Part::Cell,
            };
            let part = self.sheet.part(part);
            let style = Style { size: IN_TABLE, width: width - GUTTER, ..PLAIN };
            let mut laid = Vec::new();
            for line in lines_of(&cell.spans) {
                chars += line.iter().map(|one| one.0.chars().count()).sum::<usize>();
                laid.extend(self.set_line(&line, style));
            }
            columns.push(Column { laid, left, part });
            left += width;
        }
        if !self.sheet.table_row(columns, IN_TABLE * super::setting::LEADING, is_head) {
            self.left_out += chars.max(1);
        }
        self.sheet.part(Part::Close);
    }

    /// Widths of the columns: what each would like, and where that is too much, a fair share.
    fn widths(&mut self, table: &Table, columns: usize) -> Vec<f32> {
        let room = self.width();
        let mut wanted = vec![24.0_f32; columns];
        let free = Style { size: IN_TABLE, width: room, ..PLAIN };
        for row in table.rows.iter().take(ROWS_MEASURED) {
            for (at, cell) in row.iter().enumerate() {
                for line in lines_of(&cell.spans) {
                    let short: String = line.iter().flat_map(|one| one.0.chars()).take(120).collect();
                    // Bold letters are wider: a heading measured in plain ones would be broken inside a word.
                    let face = if line.iter().any(|one| one.1 == BOLD) { BOLD } else { free.face };
                    let width = self.setter.measured(&short, Style { face, ..free }).min(room) + GUTTER + 2.0;
                    wanted[at] = wanted[at].max(width);
                }
            }
        }
        // The narrow columns get what they want; the others share the rest.
        let mut given = vec![0.0_f32; columns];
        let mut waiting: Vec<usize> = (0..columns).collect();
        let mut left = room;
        loop {
            let share = left / waiting.len().max(1) as f32;
            let (content, rest): (Vec<usize>, Vec<usize>) = waiting.iter().partition(|at| wanted[**at] <= share);
            if content.is_empty() {
                rest.iter().for_each(|at| given[*at] = share);
                break;
            }
            for at in content {
                given[at] = wanted[at];
                left -= wanted[at];
            }
            waiting = rest;
            if waiting.is_empty() {
                break;
            }
        }
        given
    }
}

/// Spans as lines, each span with its face.
fn lines_of(spans: &[Span]) -> Vec<Vec<(&str, Face)>> {
    let mut lines: Vec<Vec<(&str, Face)>> = vec![Vec::new()];
    for span in spans {
        let face = match (span.fixed, span.strong) {
            (true, _) => MONO,
            (_, true) => BOLD,
            _ => REGULAR,
        };
        for (nth, piece) in
            span.text.split(['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}']).enumerate()
        {
            if nth > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !piece.is_empty()) {
                line.push((piece, face));
            }
        }
    }
    lines
}
