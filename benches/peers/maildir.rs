//! A Maildir of ordinary office mail: words with the frequencies of a natural language (Zipf), replies that quote, HTML
//! alternatives, list mail, and a few attachments. The same seed gives the same bytes everywhere.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Different words.
const VOCABULARY: usize = 60_000;
/// Seconds from the first message to the last: three years.
const SPAN_SECONDS: u64 = 3 * 365 * 86_400;
/// 1 January 2023, 00:00 UTC.
const START: u64 = 1_672_531_200;
/// People who write.
const PEOPLE: u64 = 240;

/// SplitMix64: small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

struct Language {
    words: Vec<String>,
    cumulative: Vec<f64>,
}

impl Language {
    fn new() -> Self {
        const SYLLABLES: [&str; 24] = [
            "ra", "ter", "mon", "li", "ost", "en", "cal", "du", "per", "vi", "sten", "ga", "ro", "min", "tal", "ek",
            "sho", "bri", "un", "fe", "lor", "act", "ny", "wes",
        ];
        let mut dice = Dice(7);
        let words = (0..VOCABULARY)
            .map(|_| {
                let count = 1 + dice.below(3) + dice.below(2);
                (0..count).map(|_| SYLLABLES[dice.below(24) as usize]).collect::<String>()
            })
            .collect();
        let mut total = 0.0;
        let cumulative = (1..=VOCABULARY)
            .map(|rank| {
                total += 1.0 / (rank as f64).powf(1.02);
                total
            })
            .collect();
        Self { words, cumulative }
    }

    fn word(&self, dice: &mut Dice) -> &str {
        let wanted = dice.unit() * self.cumulative[VOCABULARY - 1];
        let at = self.cumulative.partition_point(|sum| *sum < wanted).min(VOCABULARY - 1);
        &self.words[at]
    }

    fn text(&self, dice: &mut Dice, words: u64, start_of_line: &str) -> String {
        let mut text = String::from(start_of_line);
        let mut column = 0;
        for _ in 0..words {
            let word = self.word(dice);
            if column + word.len() > 72 {
                text.push_str("\r\n");
                text.push_str(start_of_line);
                column = 0;
            }
            text.push_str(word);
            // A sentence ends with a full stop and a space, as people type it.
            text.push_str(if dice.below(12) == 0 { ". " } else { " " });
            column += word.len() + 1;
        }
        text.push_str("\r\n");
        text
    }
}

/// Writes the Maildir.
pub fn write(directory: &Path, count: u64) -> io::Result<()> {
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(directory.join(folder))?;
    }
    let language = Language::new();
    let mut dice = Dice(20_240_610);
    for number in 0..count {
        let at = START + number * SPAN_SECONDS / count.max(1) + dice.below(600);
        let message = message(&language, &mut dice, number, at);
        fs::write(directory.join("cur").join(format!("{at}.M{number}.bench:2,S")), message)?;
    }
    Ok(())
}

fn person(number: u64) -> String {
    format!("Person {number} <person{number}@cedarbend.example>")
}

fn message(language: &Language, dice: &mut Dice, number: u64, at: u64) -> String {
    let (from, to) = (dice.below(PEOPLE), dice.below(PEOPLE));
    let date = chrono::DateTime::from_timestamp(at as i64, 0).unwrap_or_default();
    let subject_words = 3 + dice.below(6);
    let subject = language.text(dice, subject_words, "");
    let mut head = String::new();
    for hop in 0..3 {
        let _ = write!(
            head,
            "Received: from relay{hop}.cedarbend.example (relay{hop}.cedarbend.example [192.0.2.{hop}])\r\n\tby \
             mail.cedarbend.example with ESMTPS id {number:x}{hop};\r\n\t{}\r\n",
            date.to_rfc2822()
        );
    }
    let _ = write!(
        head,
        "Message-ID: <{number}.{at}@cedarbend.example>\r\nDate: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMIME-Version: \
         1.0\r\n",
        date.to_rfc2822(),
        person(from),
        person(to),
        subject.trim_end()
    );
    if dice.below(3) == 0 {
        let _ = write!(head, "Cc: {}, {}\r\n", person(dice.below(PEOPLE)), person(dice.below(PEOPLE)));
    }
    if number > 10 && dice.below(2) == 0 {
        let parent = number - 1 - dice.below(10);
        let _ = write!(head, "In-Reply-To: <{parent}@cedarbend.example>\r\n");
    }
    if dice.below(10) == 0 {
        head.push_str("List-Id: <news.cedarbend.example>\r\nList-Unsubscribe: <https://news.cedarbend.example/u>\r\n");
    }
    // Lengths as real mail has them: many short ones, a long tail.
    let words = 20 + (dice.unit().powi(4) * 2_500.0) as u64;
    let mut body = language.text(dice, words, "");
    if dice.below(2) == 0 {
        let quoted = 20 + dice.below(200);
        let _ = write!(body, "\r\nOn {} {} wrote:\r\n", date.to_rfc2822(), person(to));
        body.push_str(&language.text(dice, quoted, "> "));
    }
    match dice.below(20) {
        0..=5 => alternative(&head, &body),
        6 => attached(language, dice, &head, &body),
        _ => format!("{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}"),
    }
}

fn alternative(head: &str, body: &str) -> String {
    let html: String = body.lines().map(|line| format!("<p style=\"margin:0\">{line}</p>\r\n")).collect();
    format!(
        "{head}Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; \
         charset=utf-8\r\n\r\n{body}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>{html}</body>\
         </html>\r\n--b--\r\n"
    )
}

fn attached(language: &Language, dice: &mut Dice, head: &str, body: &str) -> String {
    let words = 100 + dice.below(800);
    let file = language.text(dice, words, "");
    format!(
        "{head}Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\nContent-Type: text/plain; charset=utf-8\r\n\
         \r\n{body}\r\n--m\r\nContent-Type: text/plain; name=\"notes.txt\"\r\nContent-Disposition: attachment; \
         filename=\"notes.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--m--\r\n",
        base64(file.as_bytes())
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for line in bytes.chunks(57) {
        for three in line.chunks(3) {
            let word =
                three.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
            for at in 0..4 {
                if at <= three.len() {
                    out.push(char::from(LETTERS[(word >> (18 - 6 * at) & 63) as usize]));
                } else {
                    out.push('=');
                }
            }
        }
        out.push_str("\r\n");
    }
    out
}
