//! `index.html`: the production for people. One file, no script, nothing from a network, readable by a screen reader
//! (WCAG 2.1 AA: language, title, landmarks, one first heading, skip link, table captions and header cells, links that
//! say where they lead, reflow, contrast).

use super::listing::{Remark, Withheld};
use super::names;
use super::{NOT_RESPONSIVE_WORDS, supplement_words};
use crate::model::production::{News, ProducedItem, PublicText};

/// What stands above the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The city.
    pub city: PublicText,
    /// The production, such as `P-1`.
    pub production: PublicText,
    /// The request it answers, such as `Q-1`.
    pub request: PublicText,
    /// What was asked for, in the requester's words.
    pub asked: PublicText,
    /// The day it was made, `YYYY-MM-DD`.
    pub made_on: PublicText,
    /// The production it adds to, when it is a supplement.
    pub adds_to: Option<PublicText>,
    /// In a supplement: why its families are in it.
    pub news: News,
    /// Messages, texts and calls that the request reaches and that were not looked at for it.
    pub not_collected: u64,
    /// Places beside this repository in which records that belong to the request may be, each in a sentence.
    pub further: Vec<PublicText>,
    /// Whether it comes from an exercise.
    pub exercise: bool,
}

const STYLE: &str = "body{font:1rem/1.5 sans-serif;margin:0 auto;max-width:75rem;padding:1rem;color:#1a1a1a;\
background:#fff}a{color:#0645ad}a:focus{outline:3px solid #0645ad}.skip{position:absolute;left:-999rem}\
.skip:focus{position:static}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}\
caption{text-align:left;font-weight:bold;padding:.5rem 0}th,td{border:1px solid #767676;padding:.3rem .5rem;\
text-align:left;vertical-align:top}thead th{background:#eee}td,li,p,h1{overflow-wrap:anywhere}\
.scroll td{min-width:7.5rem}.scroll td:nth-child(2){min-width:3rem}.scroll th,.scroll a{white-space:nowrap}\
.exercise{border:3px solid #a00000;color:#a00000;padding:.5rem;font-weight:bold}";

/// The page as far as the first document.
pub fn beginning(heading: &Heading) -> String {
    let title = format!("Production {} of {}", heading.production.as_str(), heading.city.as_str());
    let exercise =
        if heading.exercise { "<p class=\"exercise\">EXERCISE: this is not a real production.</p>\n" } else { "" };
    let supplement = heading.adds_to.as_ref().map_or(String::new(), |earlier| {
        let words = supplement_words(earlier.as_str(), heading.news);
        format!("<p>{}</p>\n", escaped(&PublicText::released(words)))
    });
    let unseen = match heading.not_collected {
        0 => String::new(),
        count => format!(
            "<p>Not looked at for this answer: {count} more messages, texts and calls that could belong to the request, \
             because not all of their words can be searched, because they came in later, or because the search that was \
             used left them out.</p>\n"
        ),
    };
    let further: String = heading.further.iter().map(|one| format!("<p>{}</p>\n", escaped(one))).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#documents\">Skip to the documents</a>\n<header>\n{exercise}<h1>{title}</h1>\n\
         <p>Answer to request {request}, made on {made_on}.</p>\n<p>Asked for: {asked}</p>\n{supplement}{unseen}{further}</header>\n\
         <main>\n<nav aria-label=\"Parts of this page\"><ul><li><a href=\"#documents\">Documents</a></li>\
         <li><a href=\"#withheld\">Withheld items</a></li><li><a href=\"#remarks\">Remarks</a></li></ul></nav>\n\
         <h2 id=\"documents\">Documents</h2>\n<section class=\"scroll\" aria-label=\"Documents\" tabindex=\"0\">\n\
         <table>\n<caption>Documents by number, each with its attachments after it</caption>\n<thead><tr>\
         <th scope=\"col\">Number</th><th scope=\"col\">Pages</th><th scope=\"col\">Kind</th><th scope=\"col\">Sent</th>\
         <th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">Subject or file</th>\
         <th scope=\"col\">Open</th></tr></thead>\n<tbody>\n",
        title = escaped(&PublicText::released(title)),
        request = escaped(&heading.request),
        made_on = escaped(&heading.made_on),
        asked = escaped(&heading.asked),
    )
}

/// The row of one document.
pub fn document(item: &ProducedItem) -> String {
    let here = |path: &str| path.strip_prefix("data/").unwrap_or(path).to_owned();
    let first = item.first.to_string();
    let what = match (&item.withheld, item.file_name.is_empty()) {
        _ if item.left_out => NOT_RESPONSIVE_WORDS.to_owned(),
        (Some(basis), _) => format!("Withheld: {}", escaped(basis)),
        (None, false) => escaped(&item.file_name),
        (None, true) => escaped(&item.subject),
    };
    let part = item.parent.as_ref().map_or(String::new(), |parent| format!(" (part of {parent})"));
    let native = item.native_path.as_deref().map_or(String::new(), |path| {
        let what = if names::is_rendition(path) { "rendition as mail" } else { "original file" };
        format!(", <a href=\"{}\">{what} of {first}</a>", here(path))
    });
    format!(
        "<tr><th scope=\"row\">{first}</th><td>{pages}</td><td>{kind}{part}</td><td>{sent}</td><td>{from}</td><td>{to}</td>\
         <td>{what}</td><td><a href=\"{pdf}\">PDF of {first}</a>, <a href=\"{text}\">text of {first}</a>{native}</td></tr>\n",
        pages = item.pages,
        kind = escaped(&item.kind),
        sent = escaped(&item.sent),
        from = escaped(&item.from),
        to = escaped(&item.to),
        pdf = here(&item.pdf_path),
        text = here(&item.text_path),
    )
}

/// The page after the last document.
pub fn end(withheld: &[Withheld], remarks: &[Remark], redactions: usize, beside: &[Link], city: &PublicText) -> String {
    let mut out = "</tbody>\n</table>\n</section>\n".to_owned();
    if !beside.is_empty() {
        out.push_str("<h2 id=\"beside\">Conversations and calls</h2>\n<ul>\n");
        for one in beside {
            let path = one.path.strip_prefix("data/").unwrap_or(&one.path);
            out.push_str(&format!("<li><a href=\"{path}\">{}</a></li>\n", escaped(&one.words)));
        }
        out.push_str("</ul>\n");
    }
    out.push_str(&list_of_withheld(withheld, redactions));
    out.push_str("<h2 id=\"remarks\">Remarks</h2>\n");
    if remarks.is_empty() {
        out.push_str("<p>Every document could be shown as it is.</p>\n");
    } else {
        out.push_str("<ul>\n");
        for one in remarks {
            out.push_str(&format!("<li>{}: {}</li>\n", one.number, escaped(&one.sentence)));
        }
        out.push_str("</ul>\n");
    }
    out.push_str(&format!(
        "<h2 id=\"access\">Reading with a screen reader</h2>\n<p>This page and the pages that were drawn for this answer are made \
         for screen readers. Pages that were copied from somebody else's PDF file, and pictures, are as they were received; the \
         text file beside each has the words that could be read in it. Ask {} for an answer in another form.</p>\n",
        escaped(city)
    ));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Something beside the documents, by the words that say what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is.
    pub words: PublicText,
    /// Its path inside the bag.
    pub path: String,
}

fn list_of_withheld(withheld: &[Withheld], redactions: usize) -> String {
    let mut out = "<h2 id=\"withheld\">Withheld items</h2>\n".to_owned();
    if redactions > 0 {
        out.push_str(&format!(
            "<p>Parts of documents were withheld in {redactions} {places}. Each is marked in the document with its legal basis, \
             and listed in <a href=\"redaction-log.csv\">redaction-log.csv</a>.</p>\n",
            places = if redactions == 1 { "place" } else { "places" }
        ));
    }
    if withheld.is_empty() {
        let nothing = if redactions > 0 { "No item was withheld whole." } else { "Nothing was withheld." };
        out.push_str(&format!("<p>{nothing}</p>\n"));
    } else {
        out.push_str(
            "<table>\n<caption>Withheld items, each with its legal basis</caption>\n<thead><tr><th scope=\"col\">Number\
             </th><th scope=\"col\">Kind</th><th scope=\"col\">Basis</th></tr></thead>\n<tbody>\n",
        );
        for one in withheld {
            let number = one.number.as_ref().map_or("not numbered".to_owned(), ToString::to_string);
            let (kind, basis) = (escaped(&one.kind), escaped(&one.basis));
            out.push_str(&format!("<tr><th scope=\"row\">{number}</th><td>{kind}</td><td>{basis}</td></tr>\n"));
        }
        out.push_str("</tbody>\n</table>\n");
    }
    out
}

/// Text in HTML; control characters and marks that turn the direction of a line are left out.
pub fn escaped(text: &PublicText) -> String {
    let mut out = String::new();
    for c in text.as_str().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::columns::tests::sample;
    use super::*;

    fn whole() -> String {
        let own = PublicText::released;
        let heading = Heading {
            city: own("Cedar Bend"),
            production: own("P-1"),
            request: own("Q-1"),
            asked: own("All mail on <Ridgeview> & the \"road\""),
            made_on: own("2026-03-01"),
            adds_to: None,
            news: News::default(),
            not_collected: 21,
            further: vec![own("A further place to search: <Laserfiche>.")],
            exercise: true,
        };
        let mut item = sample(1, 2);
        item.subject = own("<script>alert(1)</script>\u{202e}txt");
        let link = Link { words: own("Calls of Ana <x>"), path: "data/VOL001/CALLS/0001/CB-00000001.pdf".to_owned() };
        format!("{}{}{}", beginning(&heading), document(&item), end(&[], &[], 2, &[link], &own("Cedar Bend")))
    }

    #[test]
    fn what_strangers_wrote_stays_text() {
        let page = whole();
        assert!(!page.contains("<script") && !page.contains('\u{202e}'));
        assert!(page.contains("&lt;script&gt;") && page.contains("EXERCISE"));
        assert!(page.contains("<a href=\"VOL001/CALLS/0001/CB-00000001.pdf\">Calls of Ana &lt;x&gt;</a>"));
        assert!(page.contains("Not looked at for this answer: 21 more"));
        assert!(page.contains("<p>A further place to search: &lt;Laserfiche&gt;.</p>\n</header>"));
        for remote in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(remote), "{remote}");
        }
    }

    #[test]
    fn a_member_that_is_left_out_is_no_empty_row() {
        let mut item = sample(1, 1);
        item.subject = PublicText::default();
        item.left_out = true;
        assert!(document(&item).contains("does not belong to the request"));
    }

    #[test]
    fn every_element_is_closed_and_the_page_can_be_heard() {
        let page = whole();
        for element in [
            "html", "head", "body", "header", "main", "nav", "table", "tbody", "thead", "tr", "td", "th", "ul", "li",
            "p", "h1", "h2", "section", "a",
        ] {
            let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
            assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
        }
        assert_eq!(page.matches("<h1>").count(), 1);
        for needed in ["lang=\"en\"", "<title>", "scope=\"col\"", "scope=\"row\"", "<caption>", "class=\"skip\""] {
            assert!(page.contains(needed), "{needed}");
        }
    }
}
