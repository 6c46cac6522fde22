//! How the story is told: headings and wrapped sentences, to whoever listens.

/// Characters of a line.
const WIDTH: usize = 100;

/// Tells the story, a piece at a time.
pub struct Teller<'t> {
    listen: &'t mut dyn FnMut(&str),
}

impl<'t> Teller<'t> {
    /// A teller for a listener, who gets whole lines with their ends.
    pub fn new(listen: &'t mut dyn FnMut(&str)) -> Self {
        Self { listen }
    }

    /// Begins a chapter.
    pub fn heading(&mut self, text: &str) {
        (self.listen)(&format!("\n{text}\n{}\n", "-".repeat(text.chars().count())));
    }

    /// Says something; lines that are too long are wrapped at a space.
    pub fn say(&mut self, text: &str) {
        let mut out = String::new();
        for line in text.lines() {
            wrap(line, &mut out);
        }
        (self.listen)(&out);
    }
}

fn wrap(line: &str, out: &mut String) {
    if line.starts_with(' ') || line.chars().count() <= WIDTH {
        out.push_str(line);
        out.push('\n');
        return;
    }
    let mut width = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            out.push('\n');
            width = 0;
        }
        if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_and_indented_ones_stay() {
        let mut told = String::new();
        let mut listen = |text: &str| told.push_str(text);
        let mut teller = Teller::new(&mut listen);
        let long = "word ".repeat(40);
        teller.say(long.trim_end());
        teller.say(&format!("    {long}"));
        assert!(told.lines().next().is_some_and(|line| line.chars().count() <= WIDTH));
        assert_eq!(told.matches("word").count(), 80);
        assert_eq!(told.lines().filter(|line| line.chars().count() > WIDTH).count(), 1, "{told}");
    }
}
