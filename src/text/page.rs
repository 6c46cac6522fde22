//! A page of plain text as it is built: lines, quotation marks, lists, cells.

use super::html::Writing;

/// Quotation marks written at the beginning of a line at most; deeper quotations keep this many.
const QUOTE_DEPTH: usize = 8;
/// Lists inside each other that are numbered; deeper ones have dashes.
const LIST_DEPTH: usize = 32;

/// What stands between the text so far and the text to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Cell,
    Line,
    Paragraph,
}

pub(super) struct Page {
    out: String,
    gap: Gap,
    /// Whether the line has text after its quotation marks and list sign.
    begun: bool,
    quotes: usize,
    /// The lists that are open: the next number, or `None` for a dash.
    lists: Vec<Option<u32>>,
    /// The sign of a list item that has no text yet.
    sign: Option<String>,
    preformatted: usize,
}

impl Page {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            out: String::with_capacity(bytes),
            gap: Gap::None,
            begun: false,
            quotes: 0,
            lists: Vec::new(),
            sign: None,
            preformatted: 0,
        }
    }

    /// The finished text.
    pub(super) fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }

    fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Writes line ends that are due before the depth of quotation changes.
    fn settle(&mut self) {
        if self.begun && self.gap >= Gap::Line {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
        self.out.push_str(if self.gap == Gap::Paragraph { "\n\n" } else { "\n" });
        self.gap = Gap::None;
        self.begun = false;
    }

    /// Writes what is due before text.
    fn bridge(&mut self) {
        if self.begun {
            match self.gap {
                Gap::None => {}
                Gap::Space => self.out.push(' '),
                Gap::Cell => self.out.push('\t'),
                Gap::Line | Gap::Paragraph => self.end_line(),
            }
        }
        self.gap = Gap::None;
        if !self.begun {
            (0..self.quotes.min(QUOTE_DEPTH)).for_each(|_| self.out.push_str("> "));
            self.begun = true;
            if let Some(sign) = self.sign.take() {
                self.out.push_str(&sign);
            }
        }
    }
}

impl Writing for Page {
    /// Bytes written so far.
    fn length(&self) -> usize {
        self.out.len()
    }

    /// The text written since a length.
    fn since(&self, length: usize) -> &str {
        self.out.get(length..).unwrap_or("").trim()
    }

    /// One character of text.
    fn character(&mut self, c: char) {
        match c {
            '\n' if self.preformatted > 0 => self.hard_line(),
            '\r' if self.preformatted > 0 => {}
            ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}' if self.preformatted == 0 => self.widen(Gap::Space),
            _ => {
                self.bridge();
                self.out.push(c);
            }
        }
    }

    /// A word of our own: the target of a link, the description of a picture.
    fn note(&mut self, before: &str, text: &str, after: &str) {
        self.widen(Gap::Space);
        self.bridge();
        self.out.push_str(before);
        for c in text.chars() {
            self.out.push(if c.is_control() { ' ' } else { c });
        }
        self.out.push_str(after);
    }

    fn line(&mut self) {
        self.widen(Gap::Line);
    }

    fn paragraph(&mut self) {
        self.widen(Gap::Paragraph);
    }

    fn cell(&mut self, _head: bool, opens: bool) {
        if opens {
            self.widen(Gap::Cell);
        }
    }

    /// A line end that was asked for: two in a row leave one empty line, as between paragraphs.
    fn hard_line(&mut self) {
        let gap = if self.gap >= Gap::Line { Gap::Paragraph } else { Gap::Line };
        self.widen(gap);
    }

    fn quote(&mut self) {
        self.paragraph();
        self.settle();
        self.quotes = self.quotes.saturating_add(1);
    }

    fn end_quote(&mut self) {
        self.paragraph();
        self.settle();
        self.quotes = self.quotes.saturating_sub(1);
    }

    fn list(&mut self, first: Option<u32>) {
        self.line();
        if self.lists.len() < LIST_DEPTH {
            self.lists.push(first);
        }
    }

    fn end_list(&mut self) {
        self.line();
        self.sign = None;
        self.lists.pop();
    }

    fn list_item(&mut self) {
        self.line();
        self.sign = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                let sign = format!("{number}. ");
                *number = number.saturating_add(1);
                sign
            }
            _ => "- ".to_owned(),
        });
    }

    fn preformatted(&mut self) {
        self.paragraph();
        self.preformatted = self.preformatted.saturating_add(1);
    }

    fn end_preformatted(&mut self) {
        self.paragraph();
        self.preformatted = self.preformatted.saturating_sub(1);
    }
}
