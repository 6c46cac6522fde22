//! What a page shows, by carrying out its content stream (ISO 32000-1, 8 and 9) as far as words need it.
//!
//! Text that is drawn invisibly or in layers that are switched off is read too: a scan with recognised words has them so.

use super::font::{Font, Glyph, name_of};
use super::lexer::{Lexer, Token, is_white};
use super::pages::Page;
use super::pen::{Pen, Place};
use super::room::Room;
use lopdf::{Dictionary, Document, Object, Stream};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// Forms inside each other that are followed.
const FORM_DEPTH: usize = 16;
/// Forms of one file that are carried out, repetitions counted.
const FORMS: usize = 20_000;
/// Operators, operands and glyphs of one page.
const PAGE_STEPS: usize = 2_000_000;
/// Operands before one operator that are kept; the format allows far fewer.
const OPERANDS: usize = 10_000;
/// Fonts of one file that are read.
const FONTS: usize = 4_000;
/// Bytes of the content of one page.
const PAGE_BYTES: usize = 64 * 1024 * 1024;
/// Graphics states that are saved inside each other.
const STATES: usize = 512;
/// Marked pieces of content inside each other.
const MARKS: usize = 512;

type Matrix = [f64; 6];
const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// What a page shows.
#[derive(Debug, Default)]
pub struct Shown {
    /// Its words.
    pub text: String,
    /// Glyphs whose characters nobody can know.
    pub unknown: usize,
    /// Whether a picture is on it.
    pub has_picture: bool,
    /// Whether anything at all is drawn on it.
    pub is_painted: bool,
    /// Whether all of its content could be read.
    pub is_whole: bool,
    /// Where the words are drawn, where a reader was asked for it: the first of them is [`Shown::text`] itself.
    pub placed: Vec<Written>,
}

/// Words with the glyphs that draw each stretch of them.
#[derive(Debug, Default)]
pub struct Written {
    /// The words.
    pub text: String,
    /// Stretches in bytes.
    pub places: Vec<(Range<usize>, Place)>,
}

/// Carries out the pages of one file.
pub struct Reader<'a> {
    document: &'a Document,
    /// Fonts by where their dictionary lies in memory.
    fonts: HashMap<usize, Rc<Font>>,
    /// Forms that show no words, and whether they show a picture.
    silent: HashMap<usize, bool>,
    forms_left: usize,
    keeps_places: bool,
}

impl<'a> Reader<'a> {
    /// A reader of one file.
    pub fn new(document: &'a Document) -> Self {
        Self { document, fonts: HashMap::new(), silent: HashMap::new(), forms_left: FORMS, keeps_places: false }
    }

    /// A reader that also tells where words are drawn.
    pub fn with_places(document: &'a Document) -> Self {
        Self { keeps_places: true, ..Self::new(document) }
    }

    /// What a page shows.
    pub fn page(&mut self, page: Page<'a>, room: &mut Room) -> Shown {
        let Some(entries) = page.entries else { return Shown::default() };
        let document = self.document;
        let mut content = Vec::new();
        let mut is_whole = true;
        let mut add = |object: &Object| match document.dereference(object) {
            Ok((_, Object::Stream(stream))) if content.len() <= PAGE_BYTES => match room.unpack(document, stream) {
                Some(bytes) => {
                    content.extend_from_slice(&bytes);
                    content.push(b'\n');
                }
                None => is_whole = false,
            },
            _ => is_whole = false,
        };
        match entries.get_deref(b"Contents", document) {
            Ok(Object::Array(parts)) => parts.iter().for_each(&mut add),
            Ok(stream) => add(stream),
            Err(_) => {}
        }
        let mut shown = self.draw(&content, page.resources, room);
        shown.is_whole &= is_whole;
        shown
    }

    /// What a form shows that stands for itself, as the looks of a note.
    pub fn form(&mut self, stream: &'a Stream, room: &mut Room) -> Shown {
        let resources = stream.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        match room.unpack(self.document, stream) {
            Some(content) => self.draw(&content, resources, room),
            None => Shown::default(),
        }
    }

    fn draw(&mut self, content: &[u8], resources: Option<&'a Dictionary>, room: &mut Room) -> Shown {
        let steps = PAGE_STEPS.min(room.steps_left);
        let keeps_places = self.keeps_places;
        let mut drawing = Drawing {
            reader: self,
            room,
            pen: if keeps_places { Pen::with_places() } else { Pen::default() },
            state: State::default(),
            saved: Vec::new(),
            text: IDENTITY,
            line: IDENTITY,
            marks: Vec::new(),
            drawn: Vec::new(),
            steps_left: steps,
            glyphs: 0,
            shown: Shown::default(),
        };
        drawing.run(content, resources, 0);
        while !drawing.marks.is_empty() {
            drawing.end_mark();
        }
        let Drawing { mut pen, drawn, steps_left, mut shown, .. } = drawing;
        let places = pen.places.take().unwrap_or_default();
        room.steps_left -= steps - steps_left;
        room.reached |= steps_left == 0;
        shown.is_whole = steps_left > 0;
        shown.text = pen.finish();
        if !drawn.is_empty() {
            shown.text.push_str(&format!("[as drawn] {}\n", drawn.join(" ")));
        }
        if keeps_places {
            shown.placed.insert(0, Written { text: shown.text.clone(), places });
        }
        shown
    }
}

/// The part of the graphics state that matters to words (ISO 32000-1, 8.4 and 9.3).
#[derive(Debug, Clone)]
struct State {
    page: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            page: IDENTITY,
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

/// A marked piece of content; where it says what it reads as, its glyphs are written apart (ISO 32000-1, 14.9.4).
struct Mark {
    reads_as: Option<String>,
    pen: Pen,
    /// Its glyphs.
    drawn: Vec<Place>,
}

struct Drawing<'r, 'a> {
    reader: &'r mut Reader<'a>,
    room: &'r mut Room,
    pen: Pen,
    state: State,
    saved: Vec<State>,
    /// Where the next glyph stands.
    text: Matrix,
    /// Where the line begins.
    line: Matrix,
    marks: Vec<Mark>,
    /// Glyphs that say other words than what they are said to read as.
    drawn: Vec<String>,
    steps_left: usize,
    glyphs: usize,
    shown: Shown,
}

impl<'a> Drawing<'_, 'a> {
    fn run(&mut self, content: &[u8], resources: Option<&'a Dictionary>, depth: usize) {
        let mut lexer = Lexer::new(content, 0, self.steps_left);
        let mut values: Vec<Object> = Vec::new();
        loop {
            lexer.objects_left = lexer.objects_left.min(self.steps_left);
            let before = lexer.objects_left;
            let Some(token) = lexer.token() else {
                self.steps_left -= before - lexer.objects_left;
                break;
            };
            self.steps_left -= before - lexer.objects_left;
            match token {
                Token::Value(_) if values.len() >= OPERANDS => values.clear(),
                Token::Value(value) => values.push(value),
                Token::Word(b"BI") => {
                    self.shown.has_picture = true;
                    self.shown.is_painted = true;
                    pass_picture(content, &mut lexer);
                    values.clear();
                }
                Token::Word(word) => {
                    self.operator(word, &values, resources, depth);
                    values.clear();
                }
            }
        }
    }

    fn operator(&mut self, word: &[u8], values: &[Object], resources: Option<&'a Dictionary>, depth: usize) {
        match word {
            b"q" if self.saved.len() < STATES => self.saved.push(self.state.clone()),
            b"Q" => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => self.state.page = product(matrix(values), self.state.page),
            b"Do" => {
                self.shown.is_painted = true;
                self.external(values, resources, depth);
            }
            b"BMC" => self.begin_mark(None),
            b"BDC" => {
                let reads_as = self.reads_as(values, resources);
                self.begin_mark(reads_as);
            }
            b"EMC" => self.end_mark(),
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"sh" => self.shown.is_painted = true,
            _ => self.text_operator(word, values, resources),
        }
    }

    /// Operators of text (ISO 32000-1, tables 105 to 109).
    fn text_operator(&mut self, word: &[u8], values: &[Object], resources: Option<&'a Dictionary>) {
        let number = |at: usize| values.get(at).and_then(|value| value.as_float().ok()).map_or(0.0, f64::from);
        match word {
            b"BT" => (self.text, self.line) = (IDENTITY, IDENTITY),
            b"Tc" => self.state.char_space = number(0),
            b"Tw" => self.state.word_space = number(0),
            b"Tz" => self.state.scale = number(0) / 100.0,
            b"TL" => self.state.leading = number(0),
            b"Ts" => self.state.rise = number(0),
            b"Tf" => {
                self.state.size = number(1);
                self.state.font = values.first().and_then(|name| self.font(name.as_name().ok()?, resources));
            }
            b"Td" => self.next_line(number(0), number(1)),
            b"TD" => {
                self.state.leading = -number(1);
                self.next_line(number(0), number(1));
            }
            b"Tm" => (self.text, self.line) = (matrix(values), matrix(values)),
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"Tj" => self.show(values.first()),
            b"'" => {
                self.next_line(0.0, -self.state.leading);
                self.show(values.first());
            }
            b"\"" => {
                (self.state.word_space, self.state.char_space) = (number(0), number(1));
                self.next_line(0.0, -self.state.leading);
                self.show(values.get(2));
            }
            b"TJ" => {
                let Some(Object::Array(pieces)) = values.first() else { return };
                for piece in pieces {
                    match piece.as_float() {
                        Ok(back) => {
                            let shift = -f64::from(back) / 1000.0 * self.state.size * self.state.scale;
                            self.text = product([1.0, 0.0, 0.0, 1.0, shift, 0.0], self.text);
                        }
                        Err(_) => self.show(Some(piece)),
                    }
                }
            }
            _ => {}
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = product([1.0, 0.0, 0.0, 1.0, x, y], self.line);
        self.text = self.line;
    }

    fn show(&mut self, string: Option<&Object>) {
        let Some(Object::String(bytes, _)) = string else { return };
        self.shown.is_painted = true;
        match self.state.font.clone() {
            Some(font) => font.glyphs(bytes, &mut |glyph| self.glyph(glyph)),
            None => self.shown.unknown += bytes.len(),
        }
    }

    fn glyph(&mut self, glyph: Glyph) {
        let Some(left) = self.steps_left.checked_sub(1) else { return };
        self.steps_left = left;
        self.glyphs += 1;
        let state = &self.state;
        let at =
            product([state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise], product(self.text, state.page));
        let spaces = state.char_space + if glyph.is_word_space { state.word_space } else { 0.0 };
        let forth = (glyph.width * state.size + spaces) * state.scale;
        self.text = product([1.0, 0.0, 0.0, 1.0, forth, 0.0], self.text);
        let end = product([1.0, 0.0, 0.0, 1.0, 0.0, state.rise], product(self.text, state.page));
        let length = at[0].hypot(at[1]);
        let along = if length > 0.0 { (at[0] / length, at[1] / length) } else { (1.0, 0.0) };
        let size = at[2].hypot(at[3]);
        let up = if size > 0.0 { (at[2] / size, at[3] / size) } else { (0.0, 1.0) };
        let place = Place { start: (at[4], at[5]), end: (end[4], end[5]), along, size, up };
        let text = glyph.text.unwrap_or_else(|| {
            self.shown.unknown += 1;
            char::REPLACEMENT_CHARACTER.to_string()
        });
        match self.marks.iter_mut().find(|mark| mark.reads_as.is_some()) {
            Some(mark) => {
                // The first and the last say where the words begin and end; the others only where they are drawn.
                match mark.drawn.get_mut(1) {
                    Some(last) if !self.reader.keeps_places => *last = place,
                    _ => mark.drawn.push(place),
                }
                mark.pen.put(&text, place);
            }
            None => self.pen.put(&text, place),
        }
    }

    fn begin_mark(&mut self, reads_as: Option<String>) {
        if self.marks.len() < MARKS {
            self.marks.push(Mark { reads_as, pen: Pen::default(), drawn: Vec::new() });
        }
    }

    fn end_mark(&mut self) {
        let Some(mark) = self.marks.pop() else { return };
        let Some(reads_as) = mark.reads_as else { return };
        if self.marks.iter().any(|outer| outer.reads_as.is_some()) {
            return;
        }
        match (mark.drawn.first(), mark.drawn.last()) {
            (Some(first), Some(last)) => {
                self.pen.put(&reads_as, Place { end: last.end, ..*first });
                self.pen.drawn_by(&mark.drawn);
            }
            _ => {
                self.pen.out.push(' ');
                self.pen.out.push_str(&reads_as);
            }
        }
        // What is drawn can say something else than what it is said to read as; then both are found.
        let letters = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).collect::<String>();
        let drawn = mark.pen.finish();
        if letters(&drawn) != letters(&reads_as) && !letters(&drawn).is_empty() {
            if self.reader.keeps_places {
                let places = mark.drawn.iter().map(|place| (0..drawn.len(), *place)).collect();
                self.shown.placed.push(Written { text: drawn.clone(), places });
            }
            self.drawn.push(drawn.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }

    fn reads_as(&self, values: &[Object], resources: Option<&'a Dictionary>) -> Option<String> {
        let document = self.reader.document;
        let properties = match values.get(1)? {
            Object::Dictionary(direct) => direct,
            Object::Name(name) => {
                let all = resources?.get_deref(b"Properties", document).and_then(Object::as_dict).ok()?;
                all.get_deref(name, document).and_then(Object::as_dict).ok()?
            }
            _ => return None,
        };
        lopdf::decode_text_string(properties.get_deref(b"ActualText", document).ok()?).ok()
    }

    fn font(&mut self, name: &[u8], resources: Option<&'a Dictionary>) -> Option<Rc<Font>> {
        let document = self.reader.document;
        let fonts = resources?.get_deref(b"Font", document).and_then(Object::as_dict).ok()?;
        let font = fonts.get_deref(name, document).and_then(Object::as_dict).ok()?;
        let key = std::ptr::from_ref(font).addr();
        if let Some(font) = self.reader.fonts.get(&key) {
            return Some(Rc::clone(font));
        }
        if self.reader.fonts.len() >= FONTS {
            self.room.reached = true;
            return None;
        }
        let read = Rc::new(Font::read(document, font, self.room));
        self.reader.fonts.insert(key, Rc::clone(&read));
        Some(read)
    }

    /// Draws a form, or notes a picture (ISO 32000-1, 8.8 to 8.10).
    fn external(&mut self, values: &[Object], resources: Option<&'a Dictionary>, depth: usize) {
        let document = self.reader.document;
        let named = values.first().and_then(|name| name.as_name().ok());
        let all = resources.and_then(|all| all.get_deref(b"XObject", document).and_then(Object::as_dict).ok());
        let Some(Ok(Object::Stream(stream))) = named.zip(all).map(|(name, all)| all.get_deref(name, document)) else {
            return;
        };
        if name_of(document, &stream.dict, b"Subtype") != "Form" {
            self.shown.has_picture = true;
            return;
        }
        let key = std::ptr::from_ref(stream).addr();
        if let Some(has_picture) = self.reader.silent.get(&key) {
            self.shown.has_picture |= has_picture;
            return;
        }
        if depth >= FORM_DEPTH || self.reader.forms_left == 0 {
            self.room.reached = true;
            return;
        }
        self.reader.forms_left -= 1;
        let Some(content) = self.room.unpack(document, stream) else { return };
        let outside = (self.state.clone(), self.text, self.line, self.saved.len(), self.marks.len());
        let (glyphs, pictures) = (self.glyphs, std::mem::take(&mut self.shown.has_picture));
        if let Ok(Object::Array(numbers)) = stream.dict.get_deref(b"Matrix", document) {
            self.state.page = product(matrix(numbers), self.state.page);
        }
        let own = stream.dict.get_deref(b"Resources", document).and_then(Object::as_dict).ok();
        self.run(&content, own.or(resources), depth + 1);
        while self.marks.len() > outside.4 {
            self.end_mark();
        }
        (self.state, self.text, self.line) = (outside.0, outside.1, outside.2);
        self.saved.truncate(outside.3);
        if glyphs == self.glyphs && self.steps_left > 0 {
            self.reader.silent.insert(key, self.shown.has_picture);
        }
        self.shown.has_picture |= pictures;
    }
}

/// Passes over a picture in the content (ISO 32000-1, 8.9.7).
fn pass_picture(content: &[u8], lexer: &mut Lexer<'_>) {
    while let Some(token) = lexer.token() {
        if token == Token::Word(b"ID") {
            break;
        }
    }
    let mut at = lexer.at + 1;
    while let Some(more) = content.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'E')) {
        at += more;
        let ends = content[at..].starts_with(b"EI") && content.get(at + 2).is_none_or(|byte| is_white(*byte));
        if ends && is_white(content[at - 1]) {
            lexer.at = at + 2;
            return;
        }
        at += 1;
    }
    lexer.at = content.len();
}

fn matrix(values: &[Object]) -> Matrix {
    let mut out = IDENTITY;
    for (place, value) in out.iter_mut().zip(values) {
        *place = value.as_float().map_or(0.0, f64::from);
    }
    out
}

/// The first change, then the second.
fn product(first: Matrix, then: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = first;
    let [g, h, i, j, k, l] = then;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}
