//! What a message says itself, without what it quotes.

/// A message without what it quotes: lines behind `>` with the line that introduces them, and all that follows the
/// rule under which Outlook and others repeat an earlier message.
pub fn own_words(body: &str) -> String {
    let mut own = String::new();
    let mut lines = body.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let repeats = |words| line.starts_with("---") && line.contains(words);
        if repeats("Original Message") || repeats("Forwarded message") {
            break;
        }
        let introduces = line.ends_with(':') && lines.peek().is_some_and(|next| next.starts_with('>'));
        if !line.starts_with('>') && !introduces {
            own.push_str(line);
            own.push('\n');
        }
    }
    own
}
