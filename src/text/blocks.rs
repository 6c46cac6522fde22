//! HTML mail as blocks: the same reading of the markup as for the plain text, kept in its shape.
//!
//! Tables by which a page is only laid out (one column, tables or pictures inside tables, one row) are taken apart into
//! what stands in their cells. What closes nothing is ignored, what is not closed ends with what holds it.
//!
//! *Invariant:* linear time, a bounded depth, no word that the plain text has not.

use super::block::{Block, Cell, Span, Table};
use super::html::{self, Writing};

/// Quotations, lists and tables inside each other; deeper ones are read as what is in them.
const DEPTH: usize = 24;
/// Columns of a table that is kept as one.
const COLUMNS: usize = 10;

/// The blocks of an HTML page.
pub fn html_to_blocks(html: &str) -> Vec<Block> {
    html::read(html, Builder::default()).finish()
}

/// Something that was opened and not yet closed.
#[derive(Debug)]
enum Open {
    Quote(Vec<Block>),
    List(Option<u32>, Vec<Vec<Block>>),
    Item(Vec<Block>),
    Table(Vec<Vec<(Cell, Vec<Block>)>>),
    Row(Vec<(Cell, Vec<Block>)>),
    Cell(bool, Vec<Block>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quote,
    List,
    Item,
    Table,
    Row,
    Cell,
}

impl Open {
    fn kind(&self) -> Kind {
        match self {
            Self::Quote(_) => Kind::Quote,
            Self::List(..) => Kind::List,
            Self::Item(_) => Kind::Item,
            Self::Table(_) => Kind::Table,
            Self::Row(_) => Kind::Row,
            Self::Cell(..) => Kind::Cell,
        }
    }
}

#[derive(Debug, Default)]
struct Builder {
    done: Vec<Block>,
    open: Vec<Open>,
    /// Openings that were not followed because they lay too deep.
    skipped: Vec<Kind>,
    spans: Vec<Span>,
    /// Whether a blank is due before the next letter.
    blank: bool,
    /// Line ends that are due before the next letter.
    breaks: usize,
    heading: Option<u8>,
    strong: usize,
    fixed: usize,
    preformatted: usize,
    /// Letters so far, and where each span begins, for what was written since a place.
    written: String,
}

impl Builder {
    fn finish(mut self) -> Vec<Block> {
        self.end_paragraph();
        while !self.open.is_empty() {
            self.close_one();
        }
        self.done
    }

    /// Where blocks go now.
    fn here(&mut self) -> &mut Vec<Block> {
        let at = self.open.iter().rposition(|one| matches!(one, Open::Quote(_) | Open::Item(_) | Open::Cell(..)));
        // What stands between the rows of a table or the items of a list goes before it.
        match at.and_then(|at| self.open.get_mut(at)) {
            Some(Open::Quote(blocks) | Open::Item(blocks) | Open::Cell(_, blocks)) => blocks,
            _ => &mut self.done,
        }
    }

    fn end_paragraph(&mut self) {
        self.blank = false;
        self.breaks = 0;
        let mut spans = std::mem::take(&mut self.spans);
        if let Some(last) = spans.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        spans.retain(|span| !span.text.is_empty());
        if spans.is_empty() {
            return;
        }
        let block = match self.heading {
            Some(level) => Block::Heading(level, spans),
            None if self.preformatted > 0 => Block::Fixed(spans.into_iter().map(|span| span.text).collect()),
            None => Block::Paragraph(spans),
        };
        self.here().push(block);
    }

    fn open(&mut self, one: Open) {
        self.end_paragraph();
        if self.open.len() < DEPTH {
            self.open.push(one);
        } else {
            self.skipped.push(one.kind());
        }
    }

    /// Closes the innermost of a kind, unless a barrier lies between.
    fn close(&mut self, kind: Kind, barrier: Option<Kind>) {
        self.end_paragraph();
        if let Some(at) = self.skipped.iter().rposition(|one| *one == kind) {
            self.skipped.truncate(at);
            return;
        }
        let Some(at) = self.open.iter().rposition(|one| one.kind() == kind) else { return };
        let walled = barrier.is_some_and(|wall| self.open[at..].iter().any(|one| one.kind() == wall));
        if walled {
            return;
        }
        while self.open.len() > at {
            self.close_one();
        }
    }

    fn close_one(&mut self) {
        let Some(one) = self.open.pop() else { return };
        match one {
            Open::Quote(blocks) if blocks.is_empty() => {}
            Open::Quote(blocks) => self.here().push(Block::Quote(blocks)),
            Open::Item(blocks) => match self.open.last_mut() {
                Some(Open::List(_, items)) if !blocks.is_empty() => items.push(blocks),
                _ => self.here().extend(blocks),
            },
            Open::List(_, items) if items.is_empty() => {}
            Open::List(first, items) => self.here().push(Block::List(first, items)),
            Open::Cell(head, blocks) => {
                let cell = (Cell { head, spans: flat(&blocks, head) }, blocks);
                match self.open.last_mut() {
                    Some(Open::Row(cells)) => cells.push(cell),
                    _ => self.here().extend(cell.1),
                }
            }
            Open::Row(cells) => match self.open.last_mut() {
                Some(Open::Table(rows)) if !cells.is_empty() => rows.push(cells),
                _ => self.here().extend(cells.into_iter().flat_map(|cell| cell.1)),
            },
            Open::Table(rows) => self.end_table(rows),
        }
    }

    fn end_table(&mut self, rows: Vec<Vec<(Cell, Vec<Block>)>>) {
        if is_data(&rows) {
            let rows = rows.into_iter().map(|row| row.into_iter().map(|cell| cell.0).collect()).collect();
            return self.here().push(Block::Table(Table { summary: String::new(), rows }));
        }
        for row in rows {
            let simple = row.iter().all(|cell| cell.1.iter().all(|block| matches!(block, Block::Paragraph(_))));
            if simple && row.len() > 1 {
                // A label and its value on one line stay on one line.
                let mut spans: Vec<Span> = Vec::new();
                for cell in row.into_iter().filter(|cell| !cell.0.spans.is_empty()) {
                    if !spans.is_empty() {
                        spans.push(Span::plain(" "));
                    }
                    spans.extend(cell.0.spans);
                }
                if !spans.is_empty() {
                    self.here().push(Block::Paragraph(spans));
                }
            } else {
                self.here().extend(row.into_iter().flat_map(|cell| cell.1));
            }
        }
    }

    fn letter(&mut self, c: char) {
        let style = (self.strong > 0, self.fixed > 0);
        let fits = self.spans.last().is_some_and(|span| (span.strong, span.fixed) == style);
        if !fits {
            self.spans.push(Span { text: String::new(), strong: style.0, fixed: style.1 });
        }
        if let Some(span) = self.spans.last_mut() {
            span.text.push(c);
        }
        self.written.push(c);
    }

    /// Writes what is due before a letter.
    fn bridge(&mut self) {
        if self.spans.is_empty() {
            self.breaks = 0;
        } else if self.breaks > 0 {
            (0..self.breaks.min(2)).for_each(|_| self.letter('\n'));
        } else if let Some(last) = self.spans.last_mut().filter(|_| self.blank) {
            // A blank between two styles belongs to the plain one.
            if last.strong || last.fixed {
                self.letter(' ');
            } else {
                last.text.push(' ');
                self.written.push(' ');
            }
        }
        self.blank = false;
        self.breaks = 0;
    }
}

/// Whether a table holds data: two rows and two columns, and nothing in its cells but text.
fn is_data(rows: &[Vec<(Cell, Vec<Block>)>]) -> bool {
    let wide = rows.iter().filter(|row| row.len() > 1).count();
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let texts = rows.iter().flatten().all(|cell| cell.1.iter().all(is_text));
    wide >= 2 && wide * 2 > rows.len() && widest <= COLUMNS && texts
}

/// Whether a block says all it says as lines of a cell.
fn is_text(block: &Block) -> bool {
    match block {
        Block::Paragraph(_) | Block::Heading(..) => true,
        Block::List(_, items) => items.iter().flatten().all(is_text),
        Block::Quote(_) | Block::Table(_) | Block::Fixed(_) | Block::Picture { .. } | Block::Rule => false,
    }
}

/// What a cell says as lines of spans.
fn flat(blocks: &[Block], head: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let push = |more: Vec<Span>, spans: &mut Vec<Span>| {
        if !spans.is_empty() && !more.is_empty() {
            spans.push(Span::plain("\n"));
        }
        spans.extend(more.into_iter().map(|span| Span { strong: span.strong || head, ..span }));
    };
    for block in blocks {
        match block {
            Block::Paragraph(all) | Block::Heading(_, all) => push(all.clone(), &mut spans),
            Block::List(first, items) => {
                for (nth, item) in (0_u32..).zip(items) {
                    let sign = first.map_or("- ".to_owned(), |first| format!("{}. ", first.saturating_add(nth)));
                    let mut line = vec![Span::plain(sign)];
                    line.extend(flat(item, head));
                    push(line, &mut spans);
                }
            }
            _ => {}
        }
    }
    spans
}

impl Writing for Builder {
    fn character(&mut self, c: char) {
        match c {
            '\n' if self.preformatted > 0 => self.breaks += 1,
            '\r' if self.preformatted > 0 => {}
            ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}' if self.preformatted == 0 => self.blank = true,
            _ => {
                self.bridge();
                self.letter(c);
            }
        }
    }

    fn note(&mut self, before: &str, text: &str, after: &str) {
        self.blank = true;
        self.bridge();
        for c in before.chars().chain(text.chars()).chain(after.chars()) {
            self.letter(if c.is_control() { ' ' } else { c });
        }
    }

    fn length(&self) -> usize {
        self.written.len()
    }

    fn since(&self, length: usize) -> &str {
        self.written.get(length..).unwrap_or("").trim()
    }

    fn line(&mut self) {
        if self.preformatted == 0 {
            self.end_paragraph();
        }
    }

    fn paragraph(&mut self) {
        self.end_paragraph();
    }

    fn hard_line(&mut self) {
        self.breaks += 1;
    }

    fn quote(&mut self) {
        self.open(Open::Quote(Vec::new()));
    }

    fn end_quote(&mut self) {
        self.close(Kind::Quote, Some(Kind::Cell));
    }

    fn list(&mut self, first: Option<u32>) {
        self.open(Open::List(first, Vec::new()));
    }

    fn end_list(&mut self) {
        self.close(Kind::List, Some(Kind::Cell));
    }

    fn list_item(&mut self) {
        self.end_paragraph();
        let list = self.open.iter().rposition(|one| one.kind() == Kind::List);
        let Some(list) = list else { return };
        if self.open[list..].iter().any(|one| one.kind() == Kind::Cell) {
            return;
        }
        while self.open.len() > list + 1 {
            self.close_one();
        }
        self.open(Open::Item(Vec::new()));
    }

    fn preformatted(&mut self) {
        self.end_paragraph();
        self.preformatted += 1;
    }

    fn end_preformatted(&mut self) {
        self.end_paragraph();
        self.preformatted = self.preformatted.saturating_sub(1);
    }

    fn heading(&mut self, level: u8, opens: bool) {
        self.end_paragraph();
        self.heading = opens.then_some(level);
    }

    fn rule(&mut self) {
        self.end_paragraph();
        self.here().push(Block::Rule);
    }

    fn strong(&mut self, opens: bool) {
        self.strong = if opens { self.strong + 1 } else { self.strong.saturating_sub(1) };
    }

    fn fixed(&mut self, opens: bool) {
        self.fixed = if opens { self.fixed + 1 } else { self.fixed.saturating_sub(1) };
    }

    fn table(&mut self, opens: bool) {
        if opens { self.open(Open::Table(Vec::new())) } else { self.close(Kind::Table, None) }
    }

    fn row(&mut self, opens: bool) {
        self.close(Kind::Row, Some(Kind::Table));
        let in_table = self.open.last().is_some_and(|one| one.kind() == Kind::Table);
        if opens && in_table {
            self.open(Open::Row(Vec::new()));
        }
    }

    fn cell(&mut self, head: bool, opens: bool) {
        self.close(Kind::Cell, Some(Kind::Table));
        if opens && self.open.last().is_some_and(|one| one.kind() == Kind::Table) {
            self.open(Open::Row(Vec::new()));
        }
        if opens && self.open.last().is_some_and(|one| one.kind() == Kind::Row) {
            self.open(Open::Cell(head, Vec::new()));
        } else if opens {
            self.blank = true;
        }
    }

    fn picture(&mut self, source: &str, words: &str) {
        let Some(id) = source.strip_prefix("cid:").or_else(|| source.strip_prefix("CID:")) else {
            // Nothing is fetched from anywhere: the words stand for it.
            if !words.is_empty() {
                self.note("[", words, "]");
                self.blank = true;
            }
            return;
        };
        self.end_paragraph();
        let (id, words) = (id.to_owned(), words.to_owned());
        self.here().push(Block::Picture { id, words });
    }
}

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;
