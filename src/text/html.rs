//! Readable text of HTML mail.
//!
//! Block elements break lines, cells are parted by tabs, quotations are marked with `>`, links keep their target
//! where it differs from their text, pictures their description. Dropped are markup, comments, the title, scripts and
//! style sheets. Text that is styled to be invisible is kept: it is data somebody sent.
//!
//! *Invariant:* linear time, no recursion, at most [`HTML_TEXT_GROWTH`] times the bytes of the page.

use super::entity::{decode, decoded};
use super::page::Page;

/// Bytes of text for each byte of the page, at most: one letter on each preformatted line inside eight
/// quotations.
pub const HTML_TEXT_GROWTH: usize = 10;
/// Bytes of a link's target or a picture's description that are kept; pictures written into the page are longer.
const TARGET_BYTES: usize = 2_000;
/// Bytes of a tag's name; a longer one is no tag.
const NAME_BYTES: usize = 40;

/// Readable text of an HTML page.
pub fn html_to_text(html: &str) -> String {
    read(html, Page::new(html.len() / 2)).finish()
}

/// Reads a page of HTML onto a page of any kind.
pub(super) fn read<W: Writing>(html: &str, page: W) -> W {
    let mut reader = Reader { html, at: 0, page, link: None, never: Never::default() };
    reader.read();
    reader.page
}

/// A page that is being written. What a plain page has no form for has the form of its nearest kin.
pub(super) trait Writing {
    /// One character of text.
    fn character(&mut self, c: char);
    /// A word of our own: the target of a link, the description of a picture.
    fn note(&mut self, before: &str, text: &str, after: &str);
    /// Bytes written so far.
    fn length(&self) -> usize;
    /// The text written since a length.
    fn since(&self, length: usize) -> &str;
    /// A line ends.
    fn line(&mut self);
    /// A paragraph ends.
    fn paragraph(&mut self);
    /// A line end that was asked for.
    fn hard_line(&mut self);
    /// A quotation begins.
    fn quote(&mut self);
    /// A quotation ends.
    fn end_quote(&mut self);
    /// A list begins, numbered from a number or not at all.
    fn list(&mut self, first: Option<u32>);
    /// A list ends.
    fn end_list(&mut self);
    /// An item of a list begins.
    fn list_item(&mut self);
    /// From here blanks and line ends count.
    fn preformatted(&mut self);
    /// From here they do not any more.
    fn end_preformatted(&mut self);
    /// A cell of a table begins or ends.
    fn cell(&mut self, head: bool, opens: bool);
    /// A heading begins or ends.
    fn heading(&mut self, _level: u8, _opens: bool) {
        self.paragraph();
    }
    /// A rule.
    fn rule(&mut self) {
        self.paragraph();
    }
    /// Bold letters begin or end.
    fn strong(&mut self, _opens: bool) {}
    /// Letters of one width begin or end.
    fn fixed(&mut self, _opens: bool) {}
    /// A table begins or ends.
    fn table(&mut self, _opens: bool) {
        self.paragraph();
    }
    /// A row of a table begins or ends.
    fn row(&mut self, _opens: bool) {
        self.line();
    }
    /// A picture, by its source and the words that its author gave for it.
    fn picture(&mut self, _source: &str, words: &str) {
        if !words.is_empty() {
            self.note("[", words, "]");
        }
    }
}

/// Searches that failed once: whatever is not found after one place is not found after a later one.
#[derive(Default)]
struct Never {
    comment_end: bool,
    script_end: bool,
    style_end: bool,
    title_end: bool,
    single_quote: bool,
    double_quote: bool,
    tag_end: bool,
}

struct Link {
    target: String,
    /// Bytes of the page when its text began.
    from: usize,
}

struct Tag<'h> {
    name: String,
    closing: bool,
    attributes: &'h str,
    end: usize,
}

struct Reader<'h, W> {
    html: &'h str,
    at: usize,
    page: W,
    link: Option<Link>,
    never: Never,
}

impl<'h, W: Writing> Reader<'h, W> {
    fn read(&mut self) {
        while let Some(offset) = self.html[self.at..].find('<') {
            let open = self.at + offset;
            self.text(self.at, open);
            self.at = self.markup(open);
        }
        self.text(self.at, self.html.len());
        self.end_link();
    }

    fn text(&mut self, start: usize, end: usize) {
        let page = &mut self.page;
        decode(&self.html[start..end], &mut |c| page.character(c));
    }

    /// What begins with `<`; answers the byte after it.
    fn markup(&mut self, open: usize) -> usize {
        let rest = &self.html[open..];
        if rest.starts_with("<!--") {
            return self.comment(open);
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            if let Some(end) = self.tag_end(open + 2) {
                return end;
            }
        } else if let Some(tag) = self.tag(open) {
            let end = tag.end;
            return self.element(&tag).unwrap_or(end);
        }
        self.page.character('<');
        open + 1
    }

    /// A comment that never ends hides nothing: its text is kept.
    fn comment(&mut self, open: usize) -> usize {
        let start = open + "<!--".len();
        // `<!-->` and `<!--->` are empty comments (13.2.5.43 and 44).
        for short in [">", "->"] {
            if self.html[start..].starts_with(short) {
                return start + short.len();
            }
        }
        if !self.never.comment_end {
            if let Some(end) = self.html[start..].find("-->") {
                return start + end + "-->".len();
            }
            self.never.comment_end = true;
        }
        start
    }

    fn tag(&mut self, open: usize) -> Option<Tag<'h>> {
        let rest = &self.html[open + 1..];
        let closing = rest.starts_with('/');
        let start = open + 1 + usize::from(closing);
        let bytes = &self.html.as_bytes()[start..];
        if !bytes.first()?.is_ascii_alphabetic() {
            return None;
        }
        let length = bytes
            .iter()
            .take(NAME_BYTES)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'_'))
            .count();
        let name = &self.html[start..start + length];
        // An address or a link in angle brackets is text, not a tag.
        let ends = bytes.get(length).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        if !ends || name.ends_with(':') {
            return None;
        }
        let end = self.tag_end(start + length)?;
        let attributes = &self.html[start + length..end - 1];
        Some(Tag { name: name.to_ascii_lowercase(), closing, attributes, end })
    }

    /// The byte after the `>` that ends a tag; one between quotation marks of a value does not.
    fn tag_end(&mut self, start: usize) -> Option<usize> {
        if self.never.tag_end {
            return None;
        }
        let bytes = self.html.as_bytes();
        let mut at = start;
        let mut after_equals = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'>' => return Some(at + 1),
                b'"' if after_equals && !self.never.double_quote => match self.html[at + 1..].find('"') {
                    Some(length) => at += length + 1,
                    None => self.never.double_quote = true,
                },
                b'\'' if after_equals && !self.never.single_quote => match self.html[at + 1..].find('\'') {
                    Some(length) => at += length + 1,
                    None => self.never.single_quote = true,
                },
                _ => {}
            }
            after_equals = *byte == b'=' || (after_equals && byte.is_ascii_whitespace());
            at += 1;
        }
        // Quotation marks that do not pair up swallowed the end: the nearest `>` ends the tag, and the marks are not
        // followed to the end of the page a second time.
        self.never.double_quote = true;
        self.never.single_quote = true;
        match self.html[start..].find('>') {
            Some(length) => Some(start + length + 1),
            None => {
                self.never.tag_end = true;
                None
            }
        }
    }

    /// Writes what a tag means; answers the byte after its content where that is dropped.
    fn element(&mut self, tag: &Tag<'_>) -> Option<usize> {
        let name = tag.name.as_str();
        if !tag.closing && matches!(name, "script" | "style" | "title") {
            return self.dropped(name, tag.end);
        }
        match (name, tag.closing) {
            ("br", _) => self.page.hard_line(),
            ("p" | "form" | "fieldset" | "dl", _) => self.page.paragraph(),
            ("h1", closes) => self.page.heading(1, !closes),
            ("h2", closes) => self.page.heading(2, !closes),
            ("h3", closes) => self.page.heading(3, !closes),
            ("h4", closes) => self.page.heading(4, !closes),
            ("h5", closes) => self.page.heading(5, !closes),
            ("h6", closes) => self.page.heading(6, !closes),
            ("table", closes) => self.page.table(!closes),
            ("tr", closes) => self.page.row(!closes),
            ("hr", _) => self.page.rule(),
            ("b" | "strong", closes) => self.page.strong(!closes),
            ("code" | "tt" | "kbd" | "samp", closes) => self.page.fixed(!closes),
            ("blockquote", false) => self.page.quote(),
            ("blockquote", true) => self.page.end_quote(),
            ("ol", false) => {
                let first = attribute(tag.attributes, "start").and_then(|start| start.trim().parse().ok());
                self.page.list(Some(first.unwrap_or(1)));
            }
            ("ul" | "menu" | "dir", false) => self.page.list(None),
            ("ol" | "ul" | "menu" | "dir", true) => self.page.end_list(),
            ("li", false) => self.page.list_item(),
            ("pre" | "listing" | "xmp" | "textarea", false) => self.page.preformatted(),
            ("pre" | "listing" | "xmp" | "textarea", true) => self.page.end_preformatted(),
            ("td" | "th", closes) => self.page.cell(name == "th", !closes),
            ("a", false) => self.begin_link(tag.attributes),
            ("a", true) => self.end_link(),
            ("img", false) => self.picture(tag.attributes),
            ("area", false) => self.described(tag.attributes, "alt"),
            ("input" | "button", false) => self.described(tag.attributes, "value"),
            (
                "div" | "li" | "dt" | "dd" | "caption" | "thead" | "tbody" | "tfoot" | "section" | "article" | "header"
                | "footer" | "nav" | "aside" | "main" | "figure" | "figcaption" | "center" | "address" | "legend"
                | "option" | "details" | "summary" | "body" | "head" | "html",
                _,
            ) => self.page.line(),
            _ => {}
        }
        None
    }

    /// Where an element whose text is never shown ends. One that never ends hides nothing.
    fn dropped(&mut self, name: &str, start: usize) -> Option<usize> {
        let never = match name {
            "script" => &mut self.never.script_end,
            "style" => &mut self.never.style_end,
            _ => &mut self.never.title_end,
        };
        if *never {
            return None;
        }
        let bytes = self.html.as_bytes();
        let mut at = start;
        while let Some(offset) = self.html[at..].find("</") {
            let name_start = at + offset + 2;
            let name_end = name_start + name.len();
            if bytes.get(name_start..name_end).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
                let close = self.html[name_end..].find('>').map_or(self.html.len(), |length| name_end + length + 1);
                return Some(close);
            }
            at = name_start;
        }
        *never = true;
        None
    }

    fn begin_link(&mut self, attributes: &str) {
        self.end_link();
        let target = attribute(attributes, "href").map(|href| href.trim().to_owned()).unwrap_or_default();
        let inside = target.is_empty() || target.starts_with('#') || has_scheme(&target, "javascript:");
        if !inside {
            self.link = Some(Link { target, from: self.page.length() });
        }
    }

    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        if bare(&link.target) != bare(self.page.since(link.from)) {
            self.page.note("<", &link.target, ">");
        }
    }

    fn picture(&mut self, attributes: &str) {
        let words = attribute(attributes, "alt").unwrap_or_default();
        let source = attribute(attributes, "src").unwrap_or_default();
        self.page.picture(source.trim(), words.trim());
    }

    fn described(&mut self, attributes: &str, name: &str) {
        if let Some(text) = attribute(attributes, name)
            && !text.trim().is_empty()
        {
            self.page.note("[", text.trim(), "]");
        }
    }
}

/// The value of an attribute, decoded and cut to [`TARGET_BYTES`].
fn attribute(attributes: &str, wanted: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let length = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>'))
            .map_or(rest.len(), |(at, _)| at);
        let name = &rest[..length];
        rest = rest[length..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = attribute_value(after.trim_start());
        }
        if name.eq_ignore_ascii_case(wanted) {
            let mut end = value.len().min(TARGET_BYTES);
            while !value.is_char_boundary(end) {
                end -= 1;
            }
            return Some(decoded(&value[..end]));
        }
    }
}

/// The value at the start and what follows it.
fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at(end)
}

/// A target or text without what a reader does not type.
fn bare(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = ["mailto:", "tel:", "https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text.as_str());
    text.trim_end_matches('/').split_whitespace().collect()
}

fn has_scheme(target: &str, scheme: &str) -> bool {
    target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
