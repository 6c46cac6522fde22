//! Phone numbers: what was written is kept; a normal form is given only where it is certain.
//!
//! The normal form is the E.164 number (ITU-T Recommendation E.164): `+`, country code, national number. A wrong
//! normal form would join two people, so everything doubtful has none, with the reason.
//!
//! *Invariant:* a normal form has exactly the digits that were written, the country code apart. For the United
//! States and the other countries of code 1 the shape of the North American Numbering Plan is asked (NANPA, central
//! office code and area code rules); for other countries only the length and a country code that exists.

use crate::model::record::{Party, Role};

/// Why a written number has no normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum NotNormal {
    /// Nothing was written.
    #[error("no number was written")]
    Empty,
    /// The caller withheld it, or the source says that it does not know it.
    #[error("the number was withheld or is unknown")]
    Withheld,
    /// A short code, an emergency number or an extension: it means something only inside its network.
    #[error("a short code or extension belongs to one network and is no full number")]
    Short,
    /// A service code such as `*86`.
    #[error("a service code is no number of anybody")]
    Service,
    /// Seven digits without an area code.
    #[error("the number has no area code")]
    NoAreaCode,
    /// More than one number in one place.
    #[error("more than one number was written")]
    Several,
    /// A name, an e-mail address or an identifier of an application.
    #[error("this is no phone number")]
    NoNumber,
    /// A spreadsheet rounded it to scientific notation; its last digits are lost.
    #[error("a spreadsheet rounded the number and its last digits are lost")]
    Damaged,
    /// The numbering plan gives no such number to anybody.
    #[error("the numbering plan has no such number")]
    NotValid,
}

/// The E.164 form of a number as written in the United States.
///
/// # Errors
/// The reason when there is none that is certain.
pub fn normal(written: &str) -> Result<String, NotNormal> {
    normal_in(written, None)
}

/// As [`normal`]; seven digits are read within `area`, the area code that the city named for this source.
///
/// # Errors
/// The reason when there is none that is certain.
pub fn normal_in(written: &str, area: Option<&str>) -> Result<String, NotNormal> {
    let text = bare(written);
    if text.is_empty() {
        return Err(NotNormal::Empty);
    }
    if is_withheld(text) {
        return Err(NotNormal::Withheld);
    }
    if is_scientific(text) {
        return Err(NotNormal::Damaged);
    }
    if text.contains(['~', ';', ',', '|', '/', '&']) {
        let numbers = text.split(['~', ';', ',', '|', '/', '&']).filter(|one| digits_of(one).len() > 2).count();
        return Err(if numbers > 1 { NotNormal::Several } else { NotNormal::NoNumber });
    }
    if text.starts_with(['*', '#']) {
        return after_service_code(text, area);
    }
    let text = without_extension(text);
    let digits = dialled(text).ok_or(NotNormal::NoNumber)?;
    let international = text.trim_start().trim_start_matches('(').starts_with('+');
    if international {
        return e164(&digits);
    }
    if let Some(rest) = digits.strip_prefix("011") {
        // The international prefix of the North American Numbering Plan.
        return e164(rest);
    }
    match (digits.len(), area) {
        (0, _) => Err(NotNormal::NoNumber),
        (1..=6, _) => Err(NotNormal::Short),
        (7, Some(area)) => national(&format!("{area}{digits}")),
        (7, None) => Err(NotNormal::NoAreaCode),
        (10, _) => national(&digits),
        (11, _) if digits.starts_with('1') => national(&digits[1..]),
        // Without a plus sign nobody can tell a foreign number from a mistyped one.
        _ => Err(NotNormal::NotValid),
    }
}

/// A party to a text or call, with its number as written and its normal form where there is one.
pub fn party(role: Role, name: &str, written: &str, area: Option<&str>) -> Party {
    let normal = if written.contains('@') { None } else { normal_in(written, area).ok() };
    Party { role, name: name.to_owned(), address: written.to_owned(), normal }
}

/// A party by what an application knows it by: a number, an address, or an account. WhatsApp writes the number before the
/// name of its server.
pub fn account(role: Role, name: &str, written: &str) -> Party {
    if !written.contains('@') {
        return party(role, name, written, None);
    }
    let told = written.strip_suffix("@s.whatsapp.net").and_then(|digits| normal(&format!("+{digits}")).ok());
    let normal = told.or_else(|| Some(written.to_lowercase()));
    Party { role, name: name.to_owned(), address: written.to_owned(), normal }
}

/// Whether a spreadsheet rounded the number (`6.12556E+09`).
pub fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let mantissa = mantissa.trim_start_matches(['+', '-']);
    let exponent = exponent.trim_start_matches(['+', '-']);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = mantissa.split('.').all(digits) && mantissa.split('.').count() <= 2;
    whole && mantissa.contains('.') && digits(exponent) && exponent.len() <= 2
}

/// Whether the source says in place of a number that it has none: words of networks and phone systems, and the
/// codes -1 (unknown), -2 (private) and -3 (payphone) of Android's call log (`CallLog.Calls`).
pub fn is_withheld(text: &str) -> bool {
    const WORDS: [&str; 26] = [
        "-1",
        "-2",
        "-3",
        "unknown",
        "(unknown)",
        "unknown number",
        "unknown caller",
        "anonymous",
        "private",
        "private number",
        "private caller",
        "restricted",
        "withheld",
        "number withheld",
        "unavailable",
        "not available",
        "blocked",
        "payphone",
        "no caller id",
        "null",
        "none",
        "n/a",
        "na",
        "--",
        "-",
        "anonymous@anonymous.invalid",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
}

/// What was written without what a spreadsheet or a `tel:` address (RFC 3966) puts around it.
fn bare(written: &str) -> &str {
    let text = written.trim();
    let text = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let text = text.strip_prefix('\'').unwrap_or(text);
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text[4..].split(';').next().unwrap_or("").trim(),
        _ => text.trim(),
    }
}

/// `*67` and `*82` before a number withhold or show the caller's own; the number called follows.
fn after_service_code(text: &str, area: Option<&str>) -> Result<String, NotNormal> {
    for prefix in ["*67", "*82", "#31#", "*31#"] {
        if let Some(rest) = text.strip_prefix(prefix)
            && digits_of(rest).len() >= 7
            && !rest.trim_start().starts_with(['*', '#'])
        {
            return normal_in(rest, area);
        }
    }
    Err(NotNormal::Service)
}

/// The number before `x123`, `ext. 123` or `#123`.
fn without_extension(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    for marker in ["extension", "ext", "x", "#"] {
        let Some(at) = lower.rfind(marker) else { continue };
        let extension = lower[at + marker.len()..].trim_matches([' ', '.', ':', '\t']);
        let is_extension = (1..=7).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_digit());
        if is_extension && digits_of(&text[..at]).len() >= 7 {
            return text[..at].trim_end();
        }
    }
    text
}

/// The digits that are dialled: separators are dropped, the letters of a vanity number are keys (ITU-T E.161).
fn dialled(text: &str) -> Option<String> {
    let mut digits = String::new();
    let mut letters = 0;
    for (at, c) in text.chars().enumerate() {
        match c {
            '0'..='9' if letters == 0 => digits.push(c),
            '+' if at == 0 || digits.is_empty() => {}
            ' ' | '-' | '.' | '(' | ')' | '\t' | '\u{a0}' | '\u{2010}'..='\u{2013}' | '\u{202a}'..='\u{202e}' => {}
            'A'..='Z' | 'a'..='z' if (3..=7).contains(&digits.len()) || letters > 0 => {
                digits.push(key_of(c.to_ascii_uppercase()));
                letters += 1;
            }
            _ => return None,
        }
    }
    let vanity = letters >= 3 && (digits.len() == 10 || digits.len() == 11 && digits.starts_with('1'));
    (letters == 0 || vanity).then_some(digits)
}

fn key_of(letter: char) -> char {
    match letter {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        _ => '9',
    }
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number of the form country code and national number, without its plus sign.
fn e164(digits: &str) -> Result<String, NotNormal> {
    if let Some(rest) = digits.strip_prefix('1') {
        return national(rest);
    }
    // ITU-T E.164 section 6.2.1: at most 15 digits. The shortest numbers in use abroad have 7 with their code.
    let plausible = (7..=15).contains(&digits.len());
    // Country codes begin with 2 to 9; 28, 83 and 89 are given to nobody (ITU Operational Bulletin, list of codes).
    let assigned = !digits.starts_with('0') && !["28", "83", "89"].iter().any(|code| digits.starts_with(code));
    if plausible && assigned { Ok(format!("+{digits}")) } else { Err(NotNormal::NotValid) }
}

/// A ten-digit number of the North American Numbering Plan: area code, central office code, line.
fn national(digits: &str) -> Result<String, NotNormal> {
    let bytes = digits.as_bytes();
    if bytes.len() != 10 || !bytes.iter().all(u8::is_ascii_digit) {
        return Err(NotNormal::NotValid);
    }
    let (area, office) = (&digits[..3], &digits[3..6]);
    // Both begin with 2 to 9 and are no N11 service code.
    let begins = bytes[0] >= b'2' && bytes[3] >= b'2' && !area.ends_with("11") && !office.ends_with("11");
    // NANPA: N9X is kept for longer numbers, 37X and 96X for later; 555 and 950 are no area codes.
    let assignable =
        bytes[1] != b'9' && !area.starts_with("37") && !area.starts_with("96") && !["555", "950"].contains(&area);
    if begins && assignable { Ok(format!("+1{digits}")) } else { Err(NotNormal::NotValid) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_normalised_only_where_it_is_certain() {
        let good: [(&str, &str, &str); 19] = [
            ("6125550142", "+16125550142", "ten digits"),
            ("16125550142", "+16125550142", "with the country code of the plan"),
            ("+16125550142", "+16125550142", "already E.164"),
            ("(612) 555-0142", "+16125550142", "as people write it"),
            ("1-612-555-0142", "+16125550142", "as bills write it"),
            ("612.555.0142", "+16125550142", "dots"),
            ("tel:+1-612-555-0142;ext=102", "+16125550142", "RFC 3966, the extension is not part of the number"),
            ("TEL:6125550142", "+16125550142", "the scheme has no case"),
            ("612-555-0142 ext. 123", "+16125550142", "extension"),
            ("612-555-0142 x9", "+16125550142", "extension"),
            ("6125550142#77", "+16125550142", "extension after a hash"),
            ("*676125550142", "+16125550142", "*67 withholds the caller's number, the number called follows"),
            ("*82 612 555 0142", "+16125550142", "*82 shows it"),
            ("#31#6125550142", "+16125550142", "the same in GSM networks"),
            ("1-800-FLOWERS", "+18003569377", "vanity letters are keys"),
            ("011 44 20 7946 0018", "+442079460018", "the plan's prefix for other countries"),
            ("+44 20 7946 0018", "+442079460018", "another country"),
            ("=\"6125550142\"", "+16125550142", "a spreadsheet's guard"),
            ("'6125550142", "+16125550142", "another one"),
        ];
        for (written, expected, why) in good {
            assert_eq!(normal(written).as_deref(), Ok(expected), "{written}: {why}");
        }
    }

    #[test]
    fn what_is_doubtful_has_no_normal_form_and_a_reason() {
        let bad: [(&str, NotNormal, &str); 40] = [
            ("", NotNormal::Empty, "nothing"),
            ("  ", NotNormal::Empty, "nothing"),
            ("tel:", NotNormal::Empty, "nothing"),
            ("911", NotNormal::Short, "an emergency number is not +1911"),
            ("40404", NotNormal::Short, "a short code is not +140404"),
            ("7001", NotNormal::Short, "an extension"),
            ("123456", NotNormal::Short, "six digits are a short code at most"),
            ("*86", NotNormal::Service, "voicemail is not +186"),
            ("*67", NotNormal::Service, "nothing follows"),
            ("#225#", NotNormal::Service, "a network's own service"),
            ("5550142", NotNormal::NoAreaCode, "seven digits: whose area?"),
            ("555-0142", NotNormal::NoAreaCode, "seven digits: whose area?"),
            ("6125550142;6515550143", NotNormal::Several, "never silently the first"),
            ("6125550142~6515550143~7635550144", NotNormal::Several, "a group thread"),
            ("6125550142, 6515550143", NotNormal::Several, "never silently the first"),
            ("Unknown", NotNormal::Withheld, "a word of the source"),
            ("(Unknown)", NotNormal::Withheld, "a word of the source"),
            ("anonymous", NotNormal::Withheld, "a word of the source"),
            ("Restricted", NotNormal::Withheld, "a word of the source"),
            ("-1", NotNormal::Withheld, "Android: unknown"),
            ("-2", NotNormal::Withheld, "Android: private"),
            ("null", NotNormal::Withheld, "SMS Backup & Restore: absent"),
            ("6.12556E+09", NotNormal::Damaged, "rounded by a spreadsheet"),
            ("1.61256e10", NotNormal::Damaged, "rounded by a spreadsheet"),
            ("group_8@rcs.google.com", NotNormal::NoNumber, "an RCS group"),
            ("INCOMING", NotNormal::NoNumber, "a word of a bill"),
            ("ACMEBANK", NotNormal::NoNumber, "an alphanumeric sender"),
            ("8f14e45f-ceea-467f-a0e6-7a2b9c1d0e3f", NotNormal::NoNumber, "an identifier of an application"),
            ("6125550142 cell", NotNormal::NoNumber, "a remark is no part of a number"),
            ("0125550142", NotNormal::NotValid, "area codes begin with 2 to 9"),
            ("1235555832", NotNormal::NotValid, "area codes begin with 2 to 9"),
            ("6121550142", NotNormal::NotValid, "office codes begin with 2 to 9"),
            ("6129110142", NotNormal::NotValid, "911 is no office code"),
            ("4115550142", NotNormal::NotValid, "411 is no area code"),
            ("+15551234567", NotNormal::NotValid, "555 is no area code"),
            ("2905550142", NotNormal::NotValid, "N9X is kept for longer numbers"),
            ("+121332", NotNormal::NotValid, "too short for code 1"),
            ("442079460018", NotNormal::NotValid, "twelve digits without a plus sign: nobody can tell"),
            ("+8912345678", NotNormal::NotValid, "no such country code"),
            ("+1234567890123456", NotNormal::NotValid, "longer than E.164 allows"),
        ];
        for (written, expected, why) in bad {
            assert_eq!(normal(written), Err(expected), "{written}: {why}");
        }
    }

    #[test]
    fn seven_digits_take_the_area_code_only_where_the_city_named_one() {
        assert_eq!(normal_in("555-0142", Some("763")).as_deref(), Ok("+17635550142"));
        assert_eq!(normal_in("911", Some("763")), Err(NotNormal::Short), "and nothing else does");
        assert_eq!(normal_in("6125550142", Some("763")).as_deref(), Ok("+16125550142"));
    }

    #[test]
    fn a_party_keeps_what_was_written() {
        let one = party(Role::From, "Ann", "(612) 555-0142", None);
        assert_eq!((one.address.as_str(), one.normal.as_deref()), ("(612) 555-0142", Some("+16125550142")));
        let mail = party(Role::From, "", "6125550142@mms.example", None);
        assert_eq!(mail.normal, None);
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own_normal_form(written in "\\PC{0,40}") {
            if let Ok(found) = normal(&written) {
                prop_assert_eq!(normal(&found), Ok(found.clone()));
                prop_assert!(found.len() >= 8 && found.len() <= 16);
            }
        }

        #[test]
        fn the_digits_of_a_plain_number_are_kept(digits in "[2-9][0-9]{9}") {
            if let Ok(found) = normal(&digits) {
                prop_assert_eq!(found, format!("+1{digits}"));
            }
        }
    }
}
