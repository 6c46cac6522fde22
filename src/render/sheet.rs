//! Pages being filled: what stands where, before anything is written.

use super::setting::Laid;
use std::rc::Rc;

/// A page size in points; US Letter is 612 by 792.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Paper {
    /// Width.
    pub(super) width: f32,
    /// Height.
    pub(super) height: f32,
}

/// US Letter.
pub(super) const LETTER: Paper = Paper { width: 612.0, height: 792.0 };
/// Margin at the left and right, in points: three quarters of an inch.
pub(super) const SIDE: f32 = 54.0;
/// Margin at the top, in points.
const TOP: f32 = 50.0;
/// Where the text ends, in points from the top: the stamp has the band below to itself.
pub(super) const BOTTOM: f32 = 736.0;
/// Width of the text, in points.
pub(super) const MEASURE: f32 = LETTER.width - 2.0 * SIDE;
/// Pages of one item; a longer text ends with a sentence that says where the rest is.
pub(super) const PAGES: usize = 2_000;

/// Pages whose lines are kept until they are written, about 0.4 MB each; those of further pages are set twice.
const KEPT_PAGES: usize = 100;

/// How dark a line is drawn: black, or a grey that keeps a contrast of 7 to 1 (WCAG 2.1, 1.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// The sender's own words.
    Black,
    /// Labels, quoted lines and the program's remarks.
    Grey,
}

/// One thing on a page.
pub(super) enum Mark {
    /// A line of text, belonging to a part of the document.
    Line { laid: Rc<Laid>, line: usize, left: f32, top: f32, ink: Ink, part: usize },
    /// A thin rule over the width of the text.
    Rule { top: f32 },
    /// The bar beside quoted lines.
    Bar { left: f32, top: f32, height: f32 },
    /// A thin line between the rows of a table.
    Hair { left: f32, top: f32, width: f32 },
    /// A line of the head of a table again, on a further page.
    Again { laid: Rc<Laid>, line: usize, left: f32, top: f32 },
    /// A picture of the item, by its place among them.
    Picture { left: f32, top: f32, width: f32, height: f32, nth: usize, part: usize },
}

/// What a part of the document is, for readers who do not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The title.
    Title(String),
    /// The name of a field; its value is the next part.
    Label,
    /// The value of a field.
    Value,
    /// A paragraph, and its language where it is known.
    Paragraph(Option<&'static str>),
    /// A picture and the words that stand for it.
    Picture(String),
    /// A heading of a level below the title's, and its words.
    Heading(u8, String),
    /// The number or bullet of an item of a list.
    Sign,
    /// The heading of a column.
    ColumnHead,
    /// The heading of a row.
    RowHead,
    /// A cell.
    Cell,
    /// What follows, as far as its close, is part of a group.
    Open(Group),
    /// The group that was opened last ends.
    Close,
}

/// Parts that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    /// A quotation.
    Quote,
    /// A list, numbered or not.
    List(bool),
    /// An item of a list.
    Item,
    /// What an item says.
    Body,
    /// A table and what it is about.
    Table(String),
    /// A row of a table.
    Row,
}

/// A cell of a row: its lines, where they begin, and its part.
pub(super) struct Column {
    /// Its lines.
    pub(super) laid: Vec<Laid>,
    /// Where they begin.
    pub(super) left: f32,
    /// Its part.
    pub(super) part: usize,
}

/// A line of a text that was set.
type LaidLine = (Rc<Laid>, usize);

/// The table that is being filled.
struct Ruled {
    left: f32,
    width: f32,
    /// The lines of its head, by rows of lines.
    head: Vec<Vec<(Rc<Laid>, usize, f32)>>,
    line_height: f32,
}

/// The pages of an item, filled from the top.
pub(super) struct Sheet {
    /// What stands on each page.
    pub(super) pages: Vec<Vec<Mark>>,
    /// The parts, in reading order.
    pub(super) parts: Vec<Part>,
    top: f32,
    limit: usize,
    ruled: Option<Ruled>,
}

impl Sheet {
    /// An empty first page.
    pub(super) fn new(limit: usize) -> Self {
        Self { pages: vec![Vec::new()], parts: Vec::new(), top: TOP, limit, ruled: None }
    }

    /// Begins a part and gives its place.
    pub(super) fn part(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    /// Height left on the page.
    pub(super) fn room(&self) -> f32 {
        BOTTOM - self.top
    }

    /// Leaves space, unless the page has just begun.
    pub(super) fn space(&mut self, height: f32) {
        if self.top > TOP {
            self.top += height;
        }
    }

    /// Makes room for a height; `false` when the last page is full.
    fn reserve(&mut self, height: f32) -> bool {
        if self.room() < height && self.top > TOP {
            if self.pages.len() >= self.limit {
                return false;
            }
            self.pages.push(Vec::new());
            self.top = TOP;
        }
        true
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Places all lines of a text; `false` when the pages are full and the rest was left out.
    pub(super) fn text(&mut self, laid: Laid, left: f32, ink: Ink, part: usize, bars: usize) -> bool {
        let bars: Vec<f32> = (0u8..).take(bars).map(|bar| SIDE - 5.0 - 4.0 * f32::from(bar)).collect();
        self.text_in(laid, left, ink, part, &bars)
    }

    /// As [`Sheet::text`], with the bars where they are said to be.
    pub(super) fn text_in(&mut self, laid: Laid, left: f32, ink: Ink, part: usize, bars: &[f32]) -> bool {
        let (lines, height) = (laid.lines(), laid.line_height());
        let mut laid = laid;
        if self.pages.len() > KEPT_PAGES {
            laid.forget();
        }
        let laid = Rc::new(laid);
        for line in 0..lines {
            if !self.reserve(height) {
                return false;
            }
            let top = self.top;
            for bar in bars {
                self.put(Mark::Bar { left: *bar, top, height });
            }
            self.put(Mark::Line { laid: Rc::clone(&laid), line, left, top, ink, part });
            self.top += height;
        }
        true
    }

    /// Places a label at the left and its values beside it, beginning at the same height.
    pub(super) fn row(&mut self, label: Laid, values: Vec<Laid>, column: f32, parts: (usize, usize)) -> bool {
        let height = label.line_height();
        if !self.reserve(height) {
            return false;
        }
        let start = (self.pages.len(), self.top);
        if !self.text(label, SIDE, Ink::Grey, parts.0, 0) {
            return false;
        }
        let after = (self.pages.len(), self.top);
        // The value begins on the page where the label began: a label is never broken over pages in practice,
        // and when it is, the value follows below it.
        self.top = if after.0 == start.0 { start.1 } else { self.top };
        let fits = values.into_iter().all(|value| self.text(value, column, Ink::Black, parts.1, 0));
        if self.pages.len() == after.0 {
            self.top = self.top.max(after.1);
        }
        fits
    }

    /// Draws a rule with space around it.
    pub(super) fn rule(&mut self) {
        self.space(6.0);
        if self.reserve(12.0) {
            let top = self.top;
            self.put(Mark::Rule { top });
            self.top += 8.0;
        }
    }

    /// Places the first line of a text without going on to the next line: what follows stands beside it.
    pub(super) fn beside(&mut self, laid: Laid, left: f32, ink: Ink, part: usize) -> bool {
        if !self.reserve(laid.line_height()) {
            return false;
        }
        let top = self.top;
        self.put(Mark::Line { laid: Rc::new(laid), line: 0, left, top, ink, part });
        true
    }

    /// Begins a table of a width.
    pub(super) fn begin_table(&mut self, left: f32, width: f32) {
        self.ruled = Some(Ruled { left, width, head: Vec::new(), line_height: 0.0 });
        self.hair();
    }

    /// Ends the table.
    pub(super) fn end_table(&mut self) {
        self.ruled = None;
    }

    fn hair(&mut self) {
        if let Some(ruled) = &self.ruled {
            let (left, width, top) = (ruled.left, ruled.width, self.top);
            self.put(Mark::Hair { left, top, width });
            self.top += 2.0;
        }
    }

    /// Places a row, line by line: a row that is taller than the room goes on on the next page, below the head. `false`
    /// when the pages are full.
    pub(super) fn table_row(&mut self, columns: Vec<Column>, line_height: f32, is_head: bool) -> bool {
        /// Lines of a row that are kept together.
        const TOGETHER: usize = 5;
        let forget = self.pages.len() > KEPT_PAGES;
        let cells: Vec<(Vec<LaidLine>, f32, usize)> = columns
            .into_iter()
            .map(|column| {
                let lines = column.laid.into_iter().flat_map(|mut laid| {
                    let count = laid.lines();
                    if forget {
                        laid.forget();
                    }
                    let laid = Rc::new(laid);
                    (0..count).map(move |line| (Rc::clone(&laid), line))
                });
                (lines.collect(), column.left, column.part)
            })
            .collect();
        let tall = cells.iter().map(|cell| cell.0.len()).max().unwrap_or(0).max(1);
        let together = if is_head { tall + 2 } else { tall.min(TOGETHER) };
        for at in 0..tall {
            let wanted = if at == 0 { (together.min(40)) as f32 * line_height } else { line_height };
            let page = self.pages.len();
            if !self.reserve(wanted) {
                return false;
            }
            if self.pages.len() > page {
                self.head_again();
            }
            let top = self.top;
            for (lines, left, part) in &cells {
                if let Some((laid, line)) = lines.get(at) {
                    let (laid, line, left, part) = (Rc::clone(laid), *line, *left, *part);
                    self.put(Mark::Line { laid, line, left, top, ink: Ink::Black, part });
                }
            }
            self.top += line_height;
        }
        if let Some(ruled) = self.ruled.as_mut().filter(|_| is_head) {
            ruled.line_height = line_height;
            ruled.head = (0..tall)
                .map(|at| {
                    cells
                        .iter()
                        .filter_map(|(lines, left, _)| {
                            lines.get(at).map(|(laid, line)| (Rc::clone(laid), *line, *left))
                        })
                        .collect()
                })
                .collect();
        }
        self.top += 1.0;
        self.hair();
        true
    }

    /// The head of the table once more, for the eye alone: a screen reader has it from the structure.
    fn head_again(&mut self) {
        let Some(ruled) = self.ruled.take() else { return };
        for line in &ruled.head {
            let top = self.top;
            for (laid, at, left) in line {
                self.put(Mark::Again { laid: Rc::clone(laid), line: *at, left: *left, top });
            }
            self.top += ruled.line_height;
        }
        let any = !ruled.head.is_empty();
        self.ruled = Some(ruled);
        if any {
            self.hair();
        }
    }

    /// Places a picture inside rich text, no wider than the room beside the indent.
    pub(super) fn picture_in(&mut self, left: f32, size: (f32, f32), nth: usize, part: usize) {
        let (width, height) = size;
        let fitting = ((SIDE + MEASURE - left) / width).min((BOTTOM - TOP) / height).min(1.0);
        let (width, height) = (width * fitting, height * fitting);
        // On the last page a picture that does not fit is drawn smaller.
        let fits = self.reserve(height);
        let smaller = if fits { 1.0 } else { (self.room() / height).clamp(0.01, 1.0) };
        let (width, height) = (width * smaller, height * smaller);
        let top = self.top;
        self.put(Mark::Picture { left, top, width, height, nth, part });
        self.top += height;
    }

    /// Places a picture of the given size, scaled down to the page, on this page when half of its height fits.
    pub(super) fn picture(&mut self, width: f32, height: f32, part: usize) {
        const SMALL: f32 = 0.55;
        let fitting = |room: f32| (MEASURE / width).min(room / height).min(1.0);
        if fitting(self.room()) < SMALL * fitting(BOTTOM - TOP) && self.pages.len() < self.limit {
            self.pages.push(Vec::new());
            self.top = TOP;
        }
        let scale = fitting(self.room());
        let (width, height) = (width * scale, height * scale);
        let mark = Mark::Picture { left: SIDE + (MEASURE - width) / 2.0, top: self.top, width, height, nth: 0, part };
        self.put(mark);
        self.top += height;
    }

    /// Begins the page that is kept for the sentence about what was left out.
    pub(super) fn closing_page(&mut self) {
        self.pages.push(Vec::new());
        self.top = TOP;
    }
}
