//! A city in whose records every word that is to be left out stands once, in a place of its own, with all of them known.

use super::exercise::{City, asked};
use super::made::{self, DOCX_WORDS, PDF_WAYS, XLSX_WORDS};
use recordroom::model::request::RequestKind;

/// Syllables of words that stand in no other text and that a reader of pictures reads well.
const SYLLABLES: [&str; 16] =
    ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "xa", "zu"];
/// Area codes for numbers 555-01xx, which belong to nobody.
const AREAS: [u32; 7] = [218, 320, 507, 612, 651, 763, 952];

/// A word that is to be left out.
#[derive(Debug, Clone)]
pub struct Planted {
    pub word: String,
    /// Where it was put.
    pub place: String,
    /// Whether only a picture of it is there.
    pub is_dots: bool,
}

/// The city with its words.
pub struct Plot {
    pub city: City,
    pub planted: Vec<Planted>,
}

#[derive(Default)]
struct Planter {
    planted: Vec<Planted>,
    files: Vec<(String, Vec<u8>)>,
    calls: String,
    texts: String,
    counts: [usize; 2],
}

impl Planter {
    fn put(&mut self, word: String, place: &str) -> String {
        self.planted.push(Planted { word: word.clone(), place: place.to_owned(), is_dots: false });
        word
    }

    fn word(&mut self, place: &str) -> String {
        let nth = self.planted.len();
        let at = |shift: usize| SYLLABLES[(nth >> shift) % 16];
        let word = format!("Zo{}{}{}{}", at(0), at(4), at(8), SYLLABLES[(nth * 7 + 3) % 16]);
        self.put(word, place)
    }

    fn words(&mut self, count: usize, place: &str) -> Vec<String> {
        (0..count).map(|nth| self.word(&format!("{place}, {nth}"))).collect()
    }

    /// The number of a file, which is found by its shape.
    fn number(&mut self, place: &str) -> String {
        let nth = self.planted.len();
        self.put(format!("ZK{:04}-{:02}", nth * 7 % 10_000, nth % 100), place)
    }

    fn mail(&mut self, head: &str, body: &str, attachments: &[(String, &str, Vec<u8>)]) {
        let nth = self.files.len();
        let (day, hour) = (1 + nth % 28, nth / 28 % 24);
        let date = format!("Date: {day:02} Mar 2025 {hour:02}:15:00 -0600\r\n");
        let from = if head.contains("From:") { "" } else { "From: Inspector <inspector@cedarbend.example>\r\n" };
        let mail = made::message(&format!("m{nth}"), &format!("{date}{from}{head}"), body, attachments);
        self.files.push((format!("{nth:04}.eml"), mail));
    }

    /// A plain message, and one in mark-up that quotes it.
    fn letters(&mut self) {
        let (subject, name) = (self.word("subject"), self.word("name of a sender"));
        let (first, second) = (self.word("body"), self.word("body over a line"));
        let number = self.number("body, by its shape");
        let head = format!("From: {name} Resident <resident@mail.example>\r\nSubject: Grass at {subject}\r\n");
        let body = format!("The grass at 12 Ridge Way is tall.\r\n\r\nAsk {first}, or {second}.\r\nFile {number}.\r\n");
        self.mail(&head, &body, &[]);
        let [title, link, alt, hidden, comment, address] =
            ["a title in mark-up", "a link", "words of a picture", "words that do not show", "a comment", "an address"]
                .map(|place| self.word(place));
        let (tagged, data) = (self.word("words divided by mark-up"), self.word("an attribute"));
        let quoted = format!("&gt; Ask {first}, or<br>&gt; {second}.<br>&gt; File {number}.");
        let body = format!(
            "<html><body><p title=\"{title}\" data-owner=\"{data}\">Dear {}<b>{}</b>{},</p><a href=\"https://x.example/?who={link}\">see</a>\
             <img src=\"cid:none\" alt=\"{alt}\"><span style=\"display:none\">{hidden}</span><!-- {comment} -->\
             <a href=\"mailto:{address}@x.example\">write</a><blockquote>{quoted}</blockquote></body></html>",
            &tagged[..4],
            &tagged[4..7],
            &tagged[7..]
        );
        self.mail(&format!("Subject: Re: Grass at {subject}\r\n"), &body, &[]);
    }

    fn file(&mut self, way: usize) {
        let words = self.words(3, &format!("PDF, way {way}"));
        let bytes = made::pdf_with(way, [&words[0], &words[1], &words[2]]);
        self.mail("Subject: Plan\r\n", "See the plan.", &[(format!("plan-{way}.pdf"), "application/pdf", bytes)]);
    }

    fn document(&mut self) {
        let words = self.words(DOCX_WORDS, "document");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        self.mail("Subject: Report\r\n", "See the report.", &[("report.docx".to_owned(), kind, made::docx(&words))]);
    }

    fn workbook(&mut self) {
        let words = self.words(XLSX_WORDS, "workbook");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        self.mail("Subject: List\r\n", "See the list.", &[("list.xlsx".to_owned(), kind, made::xlsx(&words))]);
    }

    fn scan(&mut self) {
        let word = self.word("a picture");
        let Some(bytes) = made::picture(&word) else {
            self.planted.pop();
            return;
        };
        if let Some(last) = self.planted.last_mut() {
            last.is_dots = true;
        }
        let name = self.word("the name of a file");
        self.mail("Subject: Scan\r\n", "See the scan.", &[(format!("{name}.png"), "image/png", bytes)]);
    }

    fn phone(&mut self, place: &str) -> String {
        let nth = self.planted.len();
        let number = format!("+1{}55501{:02}", AREAS[nth / 100 % AREAS.len()], nth % 100);
        // What is looked for is the number without the code of its country.
        self.put(number[2..].to_owned(), place);
        number
    }

    fn text_and_call(&mut self) {
        let number = self.phone("the number of a text");
        let (name, body) = (self.word("the name of a text"), self.word("the words of a text"));
        let at = 1_741_000_000_000_u64 + self.counts[0] as u64 * 3_600_000;
        self.texts.push_str(&format!(
            "<sms protocol=\"0\" address=\"{number}\" date=\"{at}\" type=\"1\" subject=\"null\" body=\"Please call {body} back\" \
             toa=\"null\" sc_toa=\"null\" service_center=\"null\" read=\"1\" status=\"-1\" locked=\"0\" date_sent=\"{at}\" \
             readable_date=\"x\" contact_name=\"{name}\" />\n"
        ));
        let (number, name) = (self.phone("the number of a call"), self.word("the name of a call"));
        self.calls.push_str(&format!(
            "<call number=\"{number}\" duration=\"{}\" date=\"{at}\" type=\"{}\" presentation=\"1\" readable_date=\"x\" contact_name=\"{name}\" />\n",
            30 + self.counts[1],
            1 + self.counts[1] % 2
        ));
        self.counts[0] += 1;
        self.counts[1] += 1;
    }
}

/// Plants words: `rounds` of everything.
pub fn plot(rounds: usize) -> Plot {
    let mut planter = Planter::default();
    for round in 0..rounds {
        planter.letters();
        if round == 0 {
            (0..PDF_WAYS).for_each(|way| planter.file(way));
        }
        planter.file(round % PDF_WAYS);
        planter.document();
        planter.workbook();
        planter.scan();
        planter.text_and_call();
    }
    let wrapped = |name: &str, count: usize, inside: &str| {
        format!(
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{name} count=\"{count}\">\n{inside}</{name}>\n"
        )
        .into_bytes()
    };
    let mut files = planter.files;
    files.push(("sms-20250401.xml".to_owned(), wrapped("smses", planter.counts[0], &planter.texts)));
    files.push(("calls-20250401.xml".to_owned(), wrapped("calls", planter.counts[1], &planter.calls)));
    let city = City::of(asked(RequestKind::Litigation, "R. Roe", "Everything on the grass"), &files);
    Plot { city, planted: planter.planted }
}
