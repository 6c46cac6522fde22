//! Folding: upper and lower case, accents and widths written differently but searched alike.

use std::sync::LazyLock;

/// What a character is to the one who cuts words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter or digit.
    Word,
    /// Belongs to the letter before it.
    Mark,
    /// A letter of a script that writes no spaces between words, or none that can be relied on.
    Unspaced,
    /// A pictogram.
    Emoji,
    /// Not seen by a reader: it neither is nor ends a word.
    Unseen,
    /// Everything else ends a word.
    Other,
}

/// What a character is.
pub(super) fn class(c: char) -> Class {
    match c {
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Class::Word,
        '\0'..='\u{7f}' => Class::Other,
        // The bulk of what is not ASCII, without going through every table.
        '\u{c0}'..='\u{24f}' if c != '\u{d7}' && c != '\u{f7}' => Class::Word,
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{3041}'..='\u{3096}' => Class::Unspaced,
        _ if is_unseen(c) => Class::Unseen,
        _ if is_unspaced(c) => Class::Unspaced,
        _ if is_emoji(c) => Class::Emoji,
        _ if is_mark(c) => Class::Mark,
        _ if c.is_alphanumeric() => Class::Word,
        _ => Class::Other,
    }
}

/// Soft hyphen, joiners, direction marks, variation selectors, skin tones: shown as nothing by themselves.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a letter belongs to a script in which words are not told apart by spaces: Chinese, Japanese, Korean
/// (endings are glued on), Thai, Lao, Burmese and Karen, Khmer. Such text is searched by single letters and pairs.
pub fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{edc}'..='\u{edf}'
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' | '\u{109a}'..='\u{109d}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17d3}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{3099}' | '\u{309a}'
        | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3105}'..='\u{312f}'
        | '\u{3131}'..='\u{318e}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{aa60}'..='\u{aa7f}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3fffd}')
}

fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b07}'
        | '\u{2b1b}' | '\u{2b1c}' | '\u{2b50}' | '\u{2b55}' | '\u{1f000}'..='\u{1f0ff}'
        | '\u{1f170}'..='\u{1f1ff}' | '\u{1f200}'..='\u{1faff}')
}

/// The half of a flag: two of them make one pictogram.
pub(super) fn is_flag_half(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_mark(c: char) -> bool {
    let c = c as u32;
    if c < 0x300 {
        return false;
    }
    let after = MARKS.partition_point(|(first, _)| *first <= c);
    after > 0 && MARKS[after - 1].1 >= c
}

/// Accents and vowel points that may be written or left out.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Appends a character as it is searched: lower case, without accents of Latin, Greek and Cyrillic letters, full
/// width as normal width. Nothing is appended for what is not seen.
pub(super) fn fold_char(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    if matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{3041}'..='\u{3096}') {
        out.push(c);
        return;
    }
    if is_unseen(c) || is_dropped(c) {
        return;
    }
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            out.push(narrow.to_ascii_lowercase());
        }
        '\u{ff66}'..='\u{ff9d}' => {
            let at = (c as u32 - 0xff66) as usize;
            out.push(WIDE_KANA.chars().nth(at).unwrap_or(c));
        }
        _ => {
            for lower in c.to_lowercase().filter(|lower| !is_dropped(*lower)) {
                push_base(lower, out);
            }
        }
    }
}

fn push_base(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' | 'ǽ' | 'ǣ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ĳ' => out.push_str("ij"),
        'ﬀ' => out.push_str("ff"),
        'ﬁ' => out.push_str("fi"),
        'ﬂ' => out.push_str("fl"),
        'ﬃ' => out.push_str("ffi"),
        'ﬄ' => out.push_str("ffl"),
        'ﬅ' | 'ﬆ' => out.push_str("st"),
        _ => out.push(BASES.get(c as usize).copied().filter(|base| *base != '\0').unwrap_or(c)),
    }
}

/// The letter at the beginning of a text in a script without spaces, with the bytes it is written in. File names
/// from macOS are decomposed: a Korean syllable into its parts (Unicode 16, 3.12), a Japanese letter and its voice
/// mark; half-width Japanese writes the mark apart as well.
pub(super) fn letter(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if matches!(first, '\u{1100}'..='\u{1112}') {
        return Some(syllable(text).unwrap_or((first, first.len_utf8())));
    }
    let wide = match first {
        '\u{ff66}'..='\u{ff9d}' => WIDE_KANA.chars().nth((first as u32 - 0xff66) as usize).unwrap_or(first),
        _ => first,
    };
    let mark = match chars.next() {
        Some('\u{3099}' | '\u{ff9e}') => 1,
        Some('\u{309a}' | '\u{ff9f}') => 2,
        _ => return Some((wide, first.len_utf8())),
    };
    let marked = with_voice(wide, mark).map(|marked| (marked, first.len_utf8() + '\u{3099}'.len_utf8()));
    Some(marked.unwrap_or((wide, first.len_utf8())))
}

/// A Korean syllable out of a leading consonant, a vowel and, where there is one, a trailing consonant.
fn syllable(text: &str) -> Option<(char, usize)> {
    /// Every part of a syllable has three bytes in UTF-8.
    const PART_BYTES: usize = 3;
    let mut parts = text.chars();
    let lead = u32::from(parts.next()?).checked_sub(0x1100).filter(|lead| *lead < 19)?;
    let vowel = u32::from(parts.next()?).checked_sub(0x1161).filter(|vowel| *vowel < 21)?;
    let trail = parts.next().and_then(|c| u32::from(c).checked_sub(0x11a7)).filter(|trail| (1..28).contains(trail));
    let code = 0xac00 + (lead * 21 + vowel) * 28 + trail.unwrap_or(0);
    let count = if trail.is_some() { 3 } else { 2 };
    char::from_u32(code).map(|syllable| (syllable, count * PART_BYTES))
}

/// A Japanese letter with its voice mark (1) or half-voice mark (2), where there is such a letter.
fn with_voice(c: char, mark: u32) -> Option<char> {
    let code = c as u32;
    let hiragana = if (0x30a1..=0x30fa).contains(&code) { code - 0x60 } else { code };
    let further = match (hiragana, mark) {
        (0x3046, 1) => 0x3094 - 0x3046,
        (0x304b..=0x3061, 1) if hiragana % 2 == 1 => 1,
        (0x3064 | 0x3066 | 0x3068, 1) => 1,
        (0x306f | 0x3072 | 0x3075 | 0x3078 | 0x307b, _) => mark,
        _ => return None,
    };
    char::from_u32(code + further)
}

/// A whole text folded, with everything between its words as it stands: to compare names.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (c, bytes) = if is_unspaced(c) { letter(rest).unwrap_or((c, c.len_utf8())) } else { (c, c.len_utf8()) };
        fold_char(c, &mut out);
        rest = &rest[bytes..];
    }
    out
}

/// A word with `*` and `?` in it, folded as words are, and its joining signs written as whole words write them.
pub fn fold_shape(shape: &str) -> String {
    let mut out = String::with_capacity(shape.len());
    for c in shape.chars() {
        match super::tokens::joiner(c) {
            Some(joiner) => out.push(joiner),
            None => fold_char(c, &mut out),
        }
    }
    out
}

/// The letter without its accent, by code point; zero where it is its own base.
static BASES: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut bases = vec!['\0'; 0x2000];
    for (base, accented) in ACCENTED {
        for c in accented.chars() {
            bases[c as usize] = *base;
        }
    }
    // A stroked letter with an accent loses both.
    for at in 0..bases.len() {
        let further = bases.get(bases[at] as usize).copied().unwrap_or('\0');
        if further != '\0' {
            bases[at] = further;
        }
    }
    bases
});

/// U+FF66 to U+FF9D in normal width.
const WIDE_KANA: &str =
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Lower-case letters by what is left when accents go: the canonical decompositions of the Unicode Character
/// Database for Latin, Greek and Cyrillic, and the stroked letters that have none.
const ACCENTED: &[(char, &str)] = &[
    ('a', "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ('b', "ƀḃḅḇ"),
    ('c', "çćĉċčḉ"),
    ('d', "ďđḋḍḏḑḓ"),
    ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ('f', "ḟ"),
    ('g', "ĝğġģǧǵḡ"),
    ('h', "ĥħȟḣḥḧḩḫẖ"),
    ('i', "ìíîïĩīĭįıǐȉȋḭḯỉị"),
    ('j', "ĵǰ"),
    ('k', "ķǩḱḳḵ"),
    ('l', "ĺļľłḷḹḻḽ"),
    ('m', "ḿṁṃ"),
    ('n', "ñńņňǹṅṇṉṋ"),
    ('o', "òóôõöøōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ('p', "ṕṗ"),
    ('r', "ŕŗřȑȓṙṛṝṟ"),
    ('s', "śŝşšșṡṣṥṧṩ"),
    ('t', "ţťŧțṫṭṯṱẗ"),
    ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ('v', "ṽṿ"),
    ('w', "ŵẁẃẅẇẉẘ"),
    ('x', "ẋẍ"),
    ('y', "ýÿŷȳẏẙỳỵỷỹ"),
    ('z', "źżžẑẓẕ"),
    ('æ', "ǣǽ"),
    ('ø', "ǿ"),
    ('ſ', "ẛ"),
    ('ʒ', "ǯ"),
    ('α', "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"),
    ('ε', "έἐἑἒἓἔἕὲέ"),
    ('η', "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"),
    ('ι', "ΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ"),
    ('ο', "όὀὁὂὃὄὅὸό"),
    ('ρ', "ῤῥ"),
    ('σ', "ς"),
    ('υ', "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"),
    ('ω', "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"),
    ('ϒ', "ϓϔ"),
    ('а', "ӑӓ"),
    ('г', "ѓ"),
    ('е', "ѐёӗ"),
    ('ж', "ӂӝ"),
    ('з', "ӟ"),
    ('и', "йѝӣӥ"),
    ('к', "ќ"),
    ('о', "ӧ"),
    ('у', "ўӯӱӳ"),
    ('ч', "ӵ"),
    ('ы', "ӹ"),
    ('э', "ӭ"),
    ('і', "ї"),
    ('ѵ', "ѷ"),
    ('ә', "ӛ"),
    ('ө', "ӫ"),
];

/// Combining characters (general category M) of the Basic Multilingual Plane, first and last of each stretch.
const MARKS: &[(u32, u32)] = &[
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x0711, 0x0711),
    (0x0730, 0x074A),
    (0x07A6, 0x07B0),
    (0x07EB, 0x07F3),
    (0x07FD, 0x07FD),
    (0x0816, 0x0819),
    (0x081B, 0x0823),
    (0x0825, 0x0827),
    (0x0829, 0x082D),
    (0x0859, 0x085B),
    (0x0898, 0x089F),
    (0x08CA, 0x08E1),
    (0x08E3, 0x0903),
    (0x093A, 0x093C),
    (0x093E, 0x094F),
    (0x0951, 0x0957),
    (0x0962, 0x0963),
    (0x0981, 0x0983),
    (0x09BC, 0x09BC),
    (0x09BE, 0x09CD),
    (0x09D7, 0x09D7),
    (0x09E2, 0x09E3),
    (0x09FE, 0x0A03),
    (0x0A3C, 0x0A51),
    (0x0A70, 0x0A71),
    (0x0A75, 0x0A75),
    (0x0A81, 0x0A83),
    (0x0ABC, 0x0ABC),
    (0x0ABE, 0x0ACD),
    (0x0AE2, 0x0AE3),
    (0x0AFA, 0x0B03),
    (0x0B3C, 0x0B3C),
    (0x0B3E, 0x0B57),
    (0x0B62, 0x0B63),
    (0x0B82, 0x0B82),
    (0x0BBE, 0x0BCD),
    (0x0BD7, 0x0BD7),
    (0x0C00, 0x0C04),
    (0x0C3C, 0x0C3C),
    (0x0C3E, 0x0C56),
    (0x0C62, 0x0C63),
    (0x0C81, 0x0C83),
    (0x0CBC, 0x0CBC),
    (0x0CBE, 0x0CD6),
    (0x0CE2, 0x0CE3),
    (0x0D00, 0x0D03),
    (0x0D3B, 0x0D3C),
    (0x0D3E, 0x0D4D),
    (0x0D57, 0x0D57),
    (0x0D62, 0x0D63),
    (0x0D81, 0x0D83),
    (0x0DCA, 0x0DDF),
    (0x0DF2, 0x0DF3),
    (0x0E31, 0x0E31),
    (0x0E34, 0x0E3A),
    (0x0E47, 0x0E4E),
    (0x0EB1, 0x0EB1),
    (0x0EB4, 0x0EBC),
    (0x0EC8, 0x0ECD),
    (0x0F18, 0x0F19),
    (0x0F35, 0x0F35),
    (0x0F37, 0x0F37),
    (0x0F39, 0x0F39),
    (0x0F3E, 0x0F3F),
    (0x0F71, 0x0F84),
    (0x0F86, 0x0F87),
    (0x0F8D, 0x0FBC),
    (0x0FC6, 0x0FC6),
    (0x102B, 0x103E),
    (0x1056, 0x1059),
    (0x105E, 0x1060),
    (0x1062, 0x1064),
    (0x1067, 0x106D),
    (0x1071, 0x1074),
    (0x1082, 0x108D),
    (0x108F, 0x108F),
    (0x109A, 0x109D),
    (0x135D, 0x135F),
    (0x1712, 0x1715),
    (0x1732, 0x1734),
    (0x1752, 0x1753),
    (0x1772, 0x1773),
    (0x17B4, 0x17D3),
    (0x17DD, 0x17DD),
    (0x180B, 0x180D),
    (0x180F, 0x180F),
    (0x1885, 0x1886),
    (0x18A9, 0x18A9),
    (0x1920, 0x193B),
    (0x1A17, 0x1A1B),
    (0x1A55, 0x1A7F),
    (0x1AB0, 0x1B04),
    (0x1B34, 0x1B44),
    (0x1B6B, 0x1B73),
    (0x1B80, 0x1B82),
    (0x1BA1, 0x1BAD),
    (0x1BE6, 0x1BF3),
    (0x1C24, 0x1C37),
    (0x1CD0, 0x1CD2),
    (0x1CD4, 0x1CE8),
    (0x1CED, 0x1CED),
    (0x1CF4, 0x1CF4),
    (0x1CF7, 0x1CF9),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20F0),
    (0x302A, 0x302F),
    (0x3099, 0x309A),
    (0xA66F, 0xA672),
    (0xA674, 0xA67D),
    (0xA69E, 0xA69F),
    (0xA6F0, 0xA6F1),
    (0xA802, 0xA802),
    (0xA806, 0xA806),
    (0xA80B, 0xA80B),
    (0xA823, 0xA827),
    (0xA82C, 0xA82C),
    (0xA880, 0xA881),
    (0xA8B4, 0xA8C5),
    (0xA8E0, 0xA8F1),
    (0xA8FF, 0xA8FF),
    (0xA926, 0xA92D),
    (0xA947, 0xA953),
    (0xA980, 0xA983),
    (0xA9B3, 0xA9C0),
    (0xA9E5, 0xA9E5),
    (0xAA29, 0xAA36),
    (0xAA43, 0xAA43),
    (0xAA4C, 0xAA4D),
    (0xAA7B, 0xAA7D),
    (0xAAB0, 0xAAB0),
    (0xAAB2, 0xAAB4),
    (0xAAB7, 0xAAB8),
    (0xAABE, 0xAABF),
    (0xAAC1, 0xAAC1),
    (0xAAEB, 0xAAEF),
    (0xAAF5, 0xAAF6),
    (0xABE3, 0xABEA),
    (0xABEC, 0xABED),
    (0xFB1E, 0xFB1E),
    (0xFE20, 0xFE2F),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_differently_folds_alike() {
        let table = [
            ("Café", "cafe", "an accent in one character"),
            ("Cafe\u{301}", "cafe", "the same accent as a combining mark (macOS file names)"),
            ("STRASSE", "strasse", "upper case"),
            ("Straße", "strasse", "sharp s"),
            ("İSTANBUL", "istanbul", "the dotted capital I lowers to i and a dot"),
            ("Ｒｏａｄ２", "road2", "full width"),
            ("ŁÓDŹ", "lodz", "a stroke that has no decomposition"),
            ("ΟΔΟΣ", "οδοσ", "final and middle sigma are one letter"),
            ("Ёлка", "елка", "Cyrillic"),
            ("Nguyễn", "nguyen", "two accents on one letter"),
            ("ﬁle", "file", "a ligature out of a PDF"),
            ("ｶﾅ", "カナ", "half-width kana"),
            ("ｶﾞﾊﾟｳﾞ", "ガパヴ", "half-width kana with voice marks"),
            ("か\u{3099}ハ\u{309a}", "がパ", "decomposed kana (macOS file names)"),
            ("\u{1112}\u{116c}\u{110b}\u{1174}\u{1105}\u{1169}\u{11a8}", "회의록", "decomposed Korean syllables"),
            ("ro\u{ad}ad", "road", "a soft hyphen"),
            ("مُحَمَّد", "محمد", "Arabic vowel points"),
        ];
        for (text, folded, why) in table {
            assert_eq!(fold(text), folded, "{why}");
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for c in (0..0x3_0000).filter_map(char::from_u32) {
            let once = fold(&c.to_string());
            assert_eq!(fold(&once), once, "U+{:04X}", c as u32);
        }
    }
}
