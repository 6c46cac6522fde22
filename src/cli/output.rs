//! Printing: results, failures with what to do next, and progress on a terminal.

use crate::base::monitor::{Monitor, Progress};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;

/// Version of the JSON shapes.
pub const SCHEMA: u32 = 1;

/// An operation that failed or was refused, in a clerk's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    /// A stable word for programs.
    pub code: &'static str,
    /// What went wrong, a sentence.
    pub message: String,
    /// What to do next, a sentence or empty.
    pub hint: String,
}

impl Failure {
    /// A failure of the operation.
    pub fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: 1, code, message: message.into(), hint: hint.into() }
    }

    /// The same with another exit code.
    pub fn with_exit(self, exit: u8) -> Self {
        Self { exit, ..self }
    }

    /// An argument that cannot be understood.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new("usage", message, hint).with_exit(super::USAGE)
    }

    /// The program is wrong.
    pub fn internal() -> Self {
        let hint = "Nothing half-done was kept; run the same command again, and report this if it happens again.";
        Self::new("internal", "The program met a state that should not be possible and stopped", hint)
            .with_exit(super::INTERNAL)
    }
}

/// Where results go.
#[derive(Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Output as text or as JSON.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are printed as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a result: the JSON shape, or the text.
    pub fn result(&self, mut value: Value, text: &str) -> Result<(), Failure> {
        if self.json {
            if let Some(object) = value.as_object_mut() {
                object.insert("schema".to_owned(), json!(SCHEMA));
            }
            self.bytes(format!("{value:#}\n").as_bytes())
        } else {
            let end = if text.ends_with('\n') { "" } else { "\n" };
            self.bytes(format!("{text}{end}").as_bytes())
        }
    }

    /// Writes bytes to standard output. A reader that went away (`| head`) is no failure.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::new("output", format!("The result could not be printed: {error}"), ""))
            }
            _ => Ok(()),
        }
    }

    /// Prints a failure and returns its exit code.
    pub fn fail(&self, failure: &Failure) -> u8 {
        if self.json {
            let error = json!({ "code": failure.code, "message": failure.message, "hint": failure.hint });
            let shape = json!({ "schema": SCHEMA, "error": error });
            println!("{shape:#}");
        } else {
            eprintln!("{}.", failure.message.trim_end_matches('.'));
            if !failure.hint.is_empty() {
                eprintln!("{}", failure.hint);
            }
        }
        failure.exit
    }
}

/// Asks for one line on standard input; the question goes to the terminal alone.
pub fn ask(question: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        eprint!("{question}");
    }
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(0) => {
            Err(Failure::usage("Nothing was typed", "Type the passphrase, or name a file with --passphrase-file."))
        }
        Ok(_) => Ok(line),
        Err(error) => Err(Failure::new("input", format!("Standard input could not be read: {error}"), "")),
    }
}

/// Prints an argument error, or the help that was asked for.
pub fn usage(error: &clap::Error) -> ExitCode {
    // The words go where they belong even if nobody reads them.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { super::USAGE } else { super::DONE })
}

/// Shows progress on a terminal, problems as lines; silent otherwise.
#[derive(Debug)]
pub struct TerminalMonitor {
    terminal: bool,
    last: Mutex<usize>,
}

impl Default for TerminalMonitor {
    fn default() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: Mutex::new(0) }
    }
}

impl TerminalMonitor {
    /// Wipes the progress line.
    pub fn clear(&self) {
        self.line("");
    }

    fn line(&self, text: &str) {
        let Ok(mut last) = self.last.lock() else { return };
        if self.terminal {
            let width = text.chars().count();
            eprint!("\r{text}{}", " ".repeat(last.saturating_sub(width)));
            if width == 0 {
                eprint!("\r");
            }
            *last = width;
        }
    }
}

impl Monitor for TerminalMonitor {
    fn progress(&self, progress: Progress<'_>) {
        let rate = if progress.seconds > 0.0 { progress.items as f64 / progress.seconds } else { 0.0 };
        let mut line = format!("{}: {} items, {rate:.0} a second", progress.task, progress.items);
        if progress.total_bytes > 0 && progress.bytes > 0 {
            let share = (progress.bytes as f64 / progress.total_bytes as f64).min(1.0);
            let left = progress.seconds / share - progress.seconds;
            line.push_str(&format!(", {:.0} %, {} left", share * 100.0, duration(left)));
        }
        self.line(&line);
    }

    fn problem(&self, sentence: &str) {
        self.clear();
        if self.terminal {
            eprintln!("{sentence}");
        }
    }
}

/// Seconds in words.
fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        seconds @ 0..=99 => format!("{seconds} seconds"),
        seconds @ 100..=5_999 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

/// Rows as a table: columns padded, numbers to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    let mut push = |cells: Vec<&str>, right: bool| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            let number = right && cell.starts_with(|c: char| c.is_ascii_digit());
            line.push_str(&if number { format!("{pad}{cell}  ") } else { format!("{cell}{pad}  ") });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    };
    push(head.to_vec(), false);
    for row in rows {
        push(row.iter().map(String::as_str).collect(), true);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_words_and_tables_line_up() {
        assert_eq!(duration(59.6), "60 seconds");
        assert_eq!(duration(125.0), "3 minutes");
        assert_eq!(duration(7_300.0), "3 hours");
        let text = table(&["path", "found"], &[vec!["a.mbox".into(), "7".into()], vec!["b".into(), "12".into()]]);
        assert_eq!(text, "path    found\na.mbox      7\nb          12\n");
    }
}
