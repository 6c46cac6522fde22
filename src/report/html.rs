//! Reports as one HTML file that opens without a network.

use super::{Align, Cell, Report, Table};

/// Letters and rules that fit a screen and paper; black on white (WCAG 2.1, 1.4.3).
const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:2rem auto;padding:0 1rem;max-width:80rem}
h1{font-size:1.6rem;margin:0 0 1rem}
.label{font-weight:bold;letter-spacing:.1em;margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:1.5rem 0;width:100%}
caption{font-weight:bold;text-align:left;padding:.3rem 0}
th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere;white-space:pre-line}
thead th{background:#eee;white-space:normal;overflow-wrap:normal}
.n{text-align:right;white-space:nowrap}
a{color:#0645ad}
@media print{body{margin:0;max-width:none;font-size:10pt}.wide{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}a{color:#111}}
";

/// The report. Nothing in it is fetched or run: the policy in its head says so to the browser as well.
pub(super) fn write(report: &Report) -> String {
    let title = escaped(&report.title);
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"referrer\" content=\"no-referrer\">\n");
    out.push_str(&format!("<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"));
    if !report.label.is_empty() {
        out.push_str(&format!("<p class=\"label\">{}</p>\n", escaped(&report.label)));
    }
    out.push_str(&format!("<h1>{title}</h1>\n"));
    for note in &report.notes {
        out.push_str(&format!("<p>{}</p>\n", escaped(note)));
    }
    for table in &report.tables {
        self::table(&mut out, table);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn table(out: &mut String, table: &Table) {
    // The frame can be scrolled with the keyboard, so it has a place in the order and a name (WCAG 2.1, 2.1.1).
    let caption = escaped(&table.caption);
    let name = if caption.is_empty() { "Table" } else { caption.as_str() };
    out.push_str(&format!("<div class=\"wide\" role=\"region\" aria-label=\"{name}\" tabindex=\"0\">\n<table>\n"));
    if !caption.is_empty() {
        out.push_str(&format!("<caption>{caption}</caption>\n"));
    }
    out.push_str("<thead>\n<tr>");
    for column in &table.columns {
        out.push_str(&format!("<th scope=\"col\"{}>{}</th>", class(column.align), escaped(&column.heading)));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
            // The first cell names its row.
            let (open, close) = if at == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
            out.push_str(&format!("<{open}{}>{}</{close}>", class(column.align), content(cell)));
        }
        out.push_str("</tr>\n");
    }
    if table.rows.is_empty() {
        out.push_str(&format!("<tr><td colspan=\"{}\">(none)</td></tr>\n", table.columns.len().max(1)));
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn class(align: Align) -> &'static str {
    match align {
        Align::Left => "",
        Align::Right => " class=\"n\"",
    }
}

/// The text of a cell, with its link when that leads to a file beside the report.
fn content(cell: &Cell) -> String {
    let text = escaped(&cell.text);
    match &cell.link {
        Some(link) => format!("<a href=\"{}\">{}</a>", path(link), if text.is_empty() { path(link) } else { text }),
        None => text,
    }
}

/// A relative path as a link. Every byte that is not plainly part of a name is percent-encoded, colons too, so that
/// it can be no other address (RFC 3986, 4.2).
fn path(link: &str) -> String {
    let mut out = String::from("./");
    for byte in link.trim_start_matches(['/', '\\']).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Text in which nothing is mark-up. Characters that HTML forbids become visible, marks that turn the direction go.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            '\r' => {}
            '\u{202A}'..='\u{202E}' => {}
            other if other.is_control() => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_page_is_whole_and_harmless() {
        let page = write(&sample::report());
        let wanted = [
            "<title>Index &lt;of&gt; items</title>",
            "<p class=\"label\">EXERCISE</p>",
            "<p>Two items &amp; a slip.</p>",
            "<caption>Items</caption>",
            "<th scope=\"col\">Subject</th><th scope=\"col\" class=\"n\">Pages</th>",
            "<th scope=\"row\"><a href=\"./PDF/a%20b.pdf\">=HYPERLINK(&quot;x&quot;)</a></th><td class=\"n\">2</td>",
            "預算 &quot;draft&quot;, &lt;b&gt;\nsecond line",
            "<a href=\"./javascript%3Aalert%281%29\">trick</a>",
        ];
        for words in wanted {
            assert!(page.contains(words), "{words} is in\n{page}");
        }
        assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    }

    #[test]
    fn an_empty_table_says_so() {
        let mut report = Report::new("Empty");
        report.tables.push(Table::new("", [super::super::Column::words("A")]));
        assert!(write(&report).contains("(none)"));
    }

    proptest! {
        /// Whatever a stranger wrote, the page has the elements of the program and no others.
        #[test]
        fn no_text_becomes_an_element(text in "\\PC*|[<>&\"'a-z /=:]{0,40}") {
            let mut report = Report::new(text.clone());
            report.note(text.clone());
            let mut table = Table::new(text.clone(), [super::super::Column::words(text.clone())]);
            table.push([Cell::linked(text.clone(), text)]);
            report.tables.push(table);
            let mut plain = Report::new("t");
            plain.note("n");
            let mut table = Table::new("c", [super::super::Column::words("h")]);
            table.push([Cell::linked("x", "y")]);
            plain.tables.push(table);
            let elements = |page: &str| page.matches('<').count();
            let (given, wanted) = (elements(&write(&report)), elements(&write(&plain)));
            // An empty caption leaves out one element.
            prop_assert!(given == wanted || given + 2 == wanted);
        }
    }
}
