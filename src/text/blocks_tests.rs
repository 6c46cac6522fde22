use super::super::block::words_of;
use super::super::{html_to_text, say_the_same_words};
use super::*;
use proptest::prelude::*;

fn told(blocks: &[Block]) -> String {
    let spans = |all: &[Span]| -> String {
        all.iter()
            .map(|span| match (span.strong, span.fixed) {
                (true, _) => format!("*{}*", span.text),
                (_, true) => format!("`{}`", span.text),
                _ => span.text.clone(),
            })
            .collect()
    };
    let one = |block: &Block| match block {
        Block::Heading(level, all) => format!("h{level}({})", spans(all)),
        Block::Paragraph(all) => format!("p({})", spans(all)),
        Block::Fixed(text) => format!("pre({text})"),
        Block::Quote(inside) => format!("q[{}]", told(inside)),
        Block::List(first, items) => {
            let items: Vec<String> = items.iter().map(|item| told(item)).collect();
            format!("l{}[{}]", first.map_or(String::new(), |n| n.to_string()), items.join(" | "))
        }
        Block::Table(table) => {
            let row = |row: &Vec<Cell>| {
                let cells: Vec<String> = row
                    .iter()
                    .map(|cell| format!("{}{}", if cell.head { "#" } else { "" }, spans(&cell.spans)))
                    .collect();
                cells.join(" | ")
            };
            format!("t[{}]", table.rows.iter().map(row).collect::<Vec<_>>().join(" / "))
        }
        Block::Rule => "hr".to_owned(),
        Block::Picture { id, words } => format!("img({id}: {words})"),
    };
    blocks.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn markup_keeps_its_shape() {
    for (html, expected, why) in [
        (
            "<p>One <b>two</b> three</p><p>Four",
            "p(One *two* three) p(Four)",
            "bold letters, and a paragraph not closed",
        ),
        ("a<br>b<br><br>c", "p(a\nb\n\nc)", "line ends that were asked for"),
        ("<h2>Head</h2>text", "h2(Head) p(text)", "a heading"),
        ("<ul><li>a<li>b<ol start=3><li>c</ol></ul>d", "l[p(a) | p(b) l3[p(c)]] p(d)", "items close each other"),
        (
            "<blockquote>a<blockquote>b</blockquote></blockquote>c",
            "q[p(a) q[p(b)]] p(c)",
            "quotations inside each other",
        ),
        (
            "<table><tr><th>Item<th>Cost</tr><tr><td>Salt<td><b>$12</b></tr></table>",
            "t[#*Item* | #*Cost* / Salt | *$12*]",
            "a table of data",
        ),
        (
            "<table><tr><td><table><tr><td>Dear all,</td></tr></table></td></tr><tr><td>Bye</td></tr></table>",
            "p(Dear all,) p(Bye)",
            "tables of layout are taken apart",
        ),
        ("<table><tr><td>From:</td><td>Ana</td></tr></table>", "p(From: Ana)", "one row is no table"),
        ("<pre>a\n  b</pre>", "pre(a\n  b)", "blanks count"),
        (
            "<p>see <img src=\"cid:x@y\" alt=\"map\"> end",
            "p(see) img(x@y: map) p(end)",
            "a picture of the message itself",
        ),
        ("<img src=\"https://t.example/p.gif\" alt=\"pixel\">x", "p([pixel] x)", "nothing is fetched"),
        (
            "<a href=\"https://cedarbend.example/x\">here</a>",
            "p(here <https://cedarbend.example/x>)",
            "links are shown",
        ),
        ("<script>x</script><style>y</style>z<hr>", "p(z) hr", "what is never shown"),
        ("</td></li></blockquote>a<tr><td>b", "p(a) p(b)", "what closes nothing"),
    ] {
        assert_eq!(told(&html_to_blocks(html)), expected, "{why}");
    }
}

#[test]
fn a_pile_of_openings_ends() {
    let html =
        format!("{}deep{}after", "<blockquote><table><tr><td><ul><li>".repeat(5_000), "</blockquote>".repeat(5_000));
    let words = words_of(&html_to_blocks(&html));
    assert!(words.contains("deep") && words.contains("after"));
}

proptest! {
    #[test]
    fn the_blocks_say_the_words_of_the_plain_text(
        pieces in prop::collection::vec(prop_oneof![
            "[a-z]{1,6} ", Just("<p>".to_owned()), Just("</p>".to_owned()), Just("<ul><li>".to_owned()), Just("<li>".to_owned()),
            Just("</ul>".to_owned()), Just("<table><tr><td>".to_owned()), Just("<td>".to_owned()), Just("</tr><tr>".to_owned()),
            Just("</table>".to_owned()), Just("<blockquote>".to_owned()), Just("</blockquote>".to_owned()), Just("<b>".to_owned()),
            Just("</b>".to_owned()), Just("<br>".to_owned()), Just("<pre>".to_owned()), Just("</pre>".to_owned()),
            Just("<h1>".to_owned()), Just("</h1>".to_owned()), Just("<img src='cid:a' alt='word'>".to_owned()),
            Just("<a href='https://b.example'>".to_owned()), Just("</a>".to_owned()), Just("<!-- c -->".to_owned()),
        ], 0..60)
    ) {
        let html: String = pieces.concat();
        let (plain, blocks) = (html_to_text(&html), words_of(&html_to_blocks(&html)));
        let same = say_the_same_words(&plain, &blocks, &|word| word.bytes().all(|b| b.is_ascii_digit()));
        prop_assert!(same, "{html}\n{plain}\n{blocks}");
    }
}
