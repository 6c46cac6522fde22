//! What strangers wrote, on a terminal.
//!
//! A subject may carry escape sequences that repaint the screen, or marks that turn the direction of the text so
//! that `exe.pdf` looks like `fdp.exe` (CVE-2021-42574 describes the trick). What could do so is shown by its name.

/// What a stranger wrote, on one line: line ends and tabs become spaces.
pub fn safe(text: &str) -> String {
    shown(text, Lines::Joined)
}

/// What a stranger wrote, with its line ends and tabs.
pub fn safe_lines(text: &str) -> String {
    shown(text, Lines::Kept)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Joined,
    Kept,
}

fn shown(text: &str, lines: Lines) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            '\n' | '\t' if lines == Lines::Kept => out.push(c),
            '\r' if next == '\n' => {}
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' if lines == Lines::Kept => out.push('\n'),
            '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
            '\u{7f}' => out.push('\u{2421}'),
            // Joiners shape Persian and Indic words and hold pictograms together; between plain letters they only hide.
            '\u{200c}' | '\u{200d}' if !before.is_ascii() && !next.is_ascii() => out.push(c),
            // The flags of England, Scotland and Wales are spelled with tags.
            '\u{e0020}'..='\u{e007f}' if before == '\u{1f3f4}' || is_tag(before) => out.push(c),
            _ if is_hiding(c) => out.push_str(&format!("<U+{:04X}>", c as u32)),
            _ => out.push(c),
        }
        before = c;
    }
    out
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007e}')
}

/// Characters that show nothing themselves and change how others are shown.
fn is_hiding(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_deceive_is_named_and_the_rest_is_left_alone() {
        let table = [
            ("Road work 2025", "Road work 2025", "ordinary text"),
            ("Réunion à 東京, سلام, שלום", "Réunion à 東京, سلام, שלום", "other languages"),
            ("👨\u{200d}👩\u{200d}👧 👍🏽 ❤\u{fe0f}", "👨\u{200d}👩\u{200d}👧 👍🏽 ❤\u{fe0f}", "pictograms held together"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم", "a Persian word with its joiner"),
            ("\u{1b}[2Jgone", "␛[2Jgone", "an escape sequence clears nothing"),
            ("a\u{9b}31mb", "a<U+009B>31mb", "its one-byte form (C1) neither"),
            ("bell\u{7}\u{8}", "bell␇␈", "bell and backspace"),
            ("del\u{7f}", "del␡", "delete"),
            ("one\r\ntwo\tthree\nfour\rfive", "one two three four five", "one line"),
            ("invoice\u{202e}fdp.exe", "invoice<U+202E>fdp.exe", "a turned direction"),
            ("a\u{2066}b\u{2069}", "a<U+2066>b<U+2069>", "isolates"),
            ("pay\u{200b}pal", "pay<U+200B>pal", "a space without width"),
            ("pay\u{200d}pal", "pay<U+200D>pal", "a joiner between plain letters"),
            ("\u{feff}x", "<U+FEFF>x", "a byte order mark"),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", "🏴\u{e0067}\u{e0062}\u{e007f}", "a flag spelled with tags"),
            ("x\u{e0067}", "x<U+E0067>", "tags that hide text"),
        ];
        for (text, out, why) in table {
            assert_eq!(safe(text), out, "{why}");
        }
        assert_eq!(safe_lines("one\r\ntwo\tthree\n\u{1b}[2J\rfour"), "one\ntwo\tthree\n␛[2J\nfour");
    }

    proptest! {
        #[test]
        fn nothing_that_controls_a_terminal_is_left(text in any::<String>()) {
            prop_assert!(!safe(&text).chars().any(char::is_control));
            prop_assert!(!safe_lines(&text).chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            let once = safe(&text);
            prop_assert_eq!(safe(&once), once);
        }
    }
}
