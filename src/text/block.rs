//! What stands on a page of rich text: headings, paragraphs, quotations, lists, tables, pictures.

/// One thing on a page, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of a level from 1 to 6.
    Heading(u8, Vec<Span>),
    /// A paragraph; `\n` in a span is a line end that was asked for.
    Paragraph(Vec<Span>),
    /// Lines whose blanks and line ends count.
    Fixed(String),
    /// What somebody else wrote.
    Quote(Vec<Block>),
    /// Items, numbered from a number or with a bullet each.
    List(Option<u32>, Vec<Vec<Block>>),
    /// Rows of cells.
    Table(Table),
    /// A rule over the width of the text.
    Rule,
    /// A picture by the id of the part that it is, and the words that stand for it.
    Picture {
        /// The id of the part (`cid:`), without the scheme.
        id: String,
        /// The words that the author gave for it, or none.
        words: String,
    },
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What it is about, for readers who do not see it; may be empty.
    pub summary: String,
    /// Its rows; they may be of different lengths.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Whether it is the heading of its row or column.
    pub head: bool,
    /// What it says; `\n` is a line end.
    pub spans: Vec<Span>,
}

impl Cell {
    /// A cell of plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { head: false, spans: vec![Span::plain(text)] }
    }
    /// A heading of a column.
    pub fn heading(text: impl Into<String>) -> Self {
        Self { head: true, spans: vec![Span::strong(text)] }
    }
}

/// Text in one style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Whether it is in bold letters.
    pub strong: bool,
    /// Whether it is in letters of one width.
    pub fixed: bool,
}

impl Span {
    /// Text as it stands.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
    /// Text in bold letters.
    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), strong: true, fixed: false }
    }
}

/// Everything the blocks say, a line for each paragraph, for comparing words and for searching.
pub fn words_of(blocks: &[Block]) -> String {
    let mut out = String::new();
    push_words(blocks, &mut out);
    out
}

fn push_words(blocks: &[Block], out: &mut String) {
    let spans = |spans: &[Span], out: &mut String| {
        spans.iter().for_each(|span| out.push_str(&span.text));
        out.push('\n');
    };
    for block in blocks {
        match block {
            Block::Heading(_, all) | Block::Paragraph(all) => spans(all, out),
            Block::Fixed(text) | Block::Picture { words: text, .. } => {
                out.push_str(text);
                out.push('\n');
            }
            Block::Quote(inside) => push_words(inside, out),
            Block::List(_, items) => items.iter().for_each(|item| push_words(item, out)),
            Block::Table(table) => table.rows.iter().flatten().for_each(|cell| spans(&cell.spans, out)),
            Block::Rule => {}
        }
    }
}
