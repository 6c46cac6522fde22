//! Text: words for searching, plain text out of HTML, and safe display of what strangers wrote.

/// Readable text of an HTML page.
pub fn html_to_text(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.replace("&amp;", "&").replace("&eacute;", "é")
}

/// What a stranger wrote, safe to print on a terminal: control characters and text direction marks are replaced.
pub fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// One word of a text as it is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word, folded: lower case, without accents of Latin letters.
    pub word: String,
    /// Its position; words that stand at the same place (an address and its parts) share one.
    pub position: u32,
    /// Byte where it begins in the text.
    pub start: usize,
    /// Byte after it.
    pub end: usize,
}

/// Cuts a text into words, in order of position.
pub fn tokens(text: &str, each: &mut dyn FnMut(Token)) {
    let mut position = 0;
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(begin)) => {
                each(Token { word: text[begin..at].to_lowercase(), position, start: begin, end: at });
                position += 1;
                start = None;
            }
            _ => {}
        }
    }
}
