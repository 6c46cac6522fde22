//! Goldens of HTML made readable.

use super::*;
use crate::base::tier::cases;
use proptest::prelude::*;

#[test]
fn pages_become_readable_text() {
    let table = [
        ("plain text", "plain text", "no markup"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree", "paragraphs and line ends"),
        ("<div>One</div>\n<div>Two</div>", "One\nTwo", "blocks"),
        ("a<br><br><br><br>b", "a\n\nb", "many line ends leave one empty line"),
        ("R<b>o</b>ad  \n work", "Road work", "inline markup cuts no word; spaces collapse"),
        ("<head><title>T</title><style>p{}</style></head><body>x</body>", "x", "what is never shown is dropped"),
        ("a<script>if (a < b) alert('</p>')</SCRIPT >b", "ab", "a script"),
        ("a<style>never ends", "anever ends", "a style sheet that never ends hides nothing"),
        ("a<!-- hidden -->b<!-- never ends", "ab never ends", "comments"),
        ("a<!--[if mso]><p>for Outlook</p><![endif]-->b<![if !mso]>c<![endif]>", "abc", "conditional comments"),
        ("<span style='display:none'>kept</span>", "kept", "text made invisible is data"),
        ("5 &lt; 7 &amp;&eacute;&#8364;&nbsp;x", "5 < 7 &é€ x", "references"),
        ("a < b and <3 and x<y", "a < b and <3 and x<y", "signs that begin no tag"),
        (
            "Anna <anna@cedarbend.example> and <https://cedarbend.example>",
            "Anna <anna@cedarbend.example> and <https://cedarbend.example>",
            "addresses in brackets",
        ),
        (
            "<a href='https://cedarbend.example/pay'>Pay here</a> now",
            "Pay here <https://cedarbend.example/pay> now",
            "a link",
        ),
        (
            "<a href=\"https://cedarbend.example/\">cedarbend.example</a>",
            "cedarbend.example",
            "a link that shows its target",
        ),
        ("<a href='mailto:anna@cedarbend.example'>anna@cedarbend.example</a>", "anna@cedarbend.example", "an address"),
        ("<a href='mailto:anna@cedarbend.example'>Anna</a>", "Anna <mailto:anna@cedarbend.example>", "a named address"),
        (
            "<a href='#top'>Top</a> <a href='javascript:x()'>Run</a> <a name=x>y</a>",
            "Top Run y",
            "links that lead nowhere",
        ),
        ("<a href=x>one<a href=y>two", "one <x>two <y>", "links that are not closed"),
        ("<ul><li>one<li>two</ul>after", "- one\n- two\nafter", "a list"),
        ("<ol start=3><li>c</li><li>d<ul><li>x</ul></li></ol>", "3. c\n4. d\n- x", "numbers"),
        ("<table><tr><th>Name<th>Sum<tr><td>Lee<td>5</table>", "Name\tSum\nLee\t5", "a table"),
        ("<td><table><tr><td>x</td></tr></table></td>", "x", "tables for layout leave no signs"),
        (
            "yes<blockquote>old<blockquote>older</blockquote></blockquote>new",
            "yes\n\n> old\n\n> > older\n\nnew",
            "quotations",
        ),
        ("&gt; quoted by hand<br>&gt; again", "> quoted by hand\n> again", "quotation marks that were typed"),
        ("<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd", "preformatted text"),
        ("x <img src=a alt='Site plan'> <img alt=''><img>y", "x [Site plan] y", "pictures by their description"),
        ("<input type=text value='Oak Street'>", "[Oak Street]", "what a form was filled in with"),
        ("<p title='a > b'>x</p>", "x", "an angle bracket inside a value"),
        ("<p title='it>x</p> <b>y</b>", "x\n\ny", "a value that is not closed"),
        ("<p it's>x</p>", "x", "an apostrophe outside a value"),
        ("<o:p>&nbsp;</o:p>x<o:p></o:p>", "x", "Office tags"),
        ("<?xml version='1.0'?><!DOCTYPE html>x", "x", "declarations"),
        ("x<", "x<", "the page is cut off"),
        ("x<p", "x<p", "inside a tag"),
        ("</p></blockquote></ul></pre></a>x", "x", "ends without beginnings"),
        ("\u{1b}[31mred", "\u{1b}[31mred", "control characters are data; the display makes them safe"),
    ];
    for (html, text, why) in table {
        assert_eq!(html_to_text(html), text, "{html}: {why}");
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<".to_owned()),
        Just(">".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("&".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<a href=\"".to_owned()),
        Just("</a>".to_owned()),
        Just("<blockquote>".to_owned()),
        Just("<pre>".to_owned()),
        Just("<li>".to_owned()),
        Just("<ol>".to_owned()),
        Just("<script>".to_owned()),
        Just("</script".to_owned()),
        Just("<style".to_owned()),
        Just("\n".to_owned()),
        Just("<td>".to_owned()),
        Just("<img alt=".to_owned()),
        Just("&#x41;".to_owned()),
        Just("=".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(300, 3_000))]

    #[test]
    fn any_page_has_a_bounded_text(html in hostile()) {
        let text = html_to_text(&html);
        prop_assert!(text.len() <= HTML_TEXT_GROWTH * html.len(), "{} bytes of {}", text.len(), html.len());
    }

    #[test]
    fn text_without_markup_is_kept_word_for_word(text in "[A-Za-z0-9é ]{0,60}") {
        let words: Vec<&str> = text.split_whitespace().collect();
        prop_assert_eq!(html_to_text(&text), words.join(" "));
    }
}

/// Each of these took quadratic time in some converter.
#[test]
fn time_does_not_explode() {
    for piece in ["<a b=\">\"", "<!--", "<", "<script>", "<a href='", "<blockquote>", "&", "<p \"", "</", "<x =\"'>"] {
        let html = piece.repeat(400_000 / piece.len());
        assert!(html_to_text(&html).len() <= HTML_TEXT_GROWTH * html.len(), "{piece}");
    }
}
