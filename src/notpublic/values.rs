//! Values behind words that name them (a code, a complainant), and addresses in lists of those to be notified.

use super::cue::stands_alone;
use super::{Category, Finding};
use crate::model::redaction::Place;

/// Words before a value that keeps something safe, and what follows them.
const KEYS: &[&str] = &[
    "door code",
    "gate code",
    "alarm code",
    "entry code",
    "access code",
    "keypad code",
    "lockbox code",
    "passcode",
    "password",
    "passphrase",
    "wifi key",
    "wi-fi key",
    "wifi password",
    "wi-fi password",
    "pin code",
    "combination",
    "vpn key",
    "pre-shared key",
    "login",
];

/// Words before the person who complained.
const COMPLAINANTS: &[&str] =
    &["complainant", "complainant name", "reporting party", "reported by", "complaint by", "caller", "called in by"];

/// Words that tell of a list of addresses given to be notified.
const LISTS: &[&str] = &[
    "unsubscribe",
    "subscriber",
    "subscribers",
    "notify me",
    "govdelivery",
    "codered",
    "e-mail list",
    "email list",
    "mailing list",
    "signup",
    "sign-up",
    "newsletter list",
    "notification list",
    "notifications",
];
/// Addresses from which a text is a list.
const LISTED: usize = 3;

/// Everything that stands behind words that name it.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let mut all = Vec::new();
    values(text, KEYS, Category::Security, (82, "what keeps something safe"), &mut all);
    values(text, COMPLAINANTS, Category::Complainant, (66, "who complained"), &mut all);
    listed(text, &mut all);
    all
}

/// The value behind words and a sign: `Door code: 4711`, `password is Elm7`.
fn values(
    text: &str,
    words: &[&str],
    category: Category,
    (confidence, why): (u8, &'static str),
    all: &mut Vec<Finding>,
) {
    let lower = text.to_ascii_lowercase();
    for word in words {
        for (at, _) in lower.match_indices(word) {
            let range = at..at + word.len();
            if !stands_alone(&lower, &range) {
                continue;
            }
            let rest = &lower[range.end..];
            let sign = [" is: ", " is ", ": ", ":", " = ", "=", " - "].into_iter().find(|sign| rest.starts_with(sign));
            let Some(sign) = sign else { continue };
            let start = range.end + sign.len();
            let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
            let value = match category {
                // A code is one word or some digits with dashes; what follows it is not part of it.
                Category::Security => {
                    line.trim_start().split([' ', ',', ';']).next().unwrap_or_default().trim_end_matches('.')
                }
                _ => line.split(['.', ';']).next().unwrap_or_default(),
            };
            let start = start + text[start..].find(value).unwrap_or(0);
            let telling = value.trim();
            let is_code = category != Category::Security
                || telling.chars().any(|c| c.is_ascii_digit())
                || sign.contains([':', '=']);
            let start = start + value.find(telling).unwrap_or(0);
            if telling.chars().count() >= 3 && is_code {
                all.push(Finding {
                    category,
                    place: Place::Text,
                    range: start..start + telling.len(),
                    confidence,
                    why,
                });
            }
        }
    }
}

/// Addresses in a list of those who asked to be notified (Minn. Stat. § 13.356); not those of ordinary mail.
fn listed(text: &str, all: &mut Vec<Finding>) {
    let lower = text.to_ascii_lowercase();
    let speaks =
        LISTS.iter().any(|word| lower.match_indices(word).any(|(at, _)| stands_alone(&lower, &(at..at + word.len()))));
    if !speaks {
        return;
    }
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    let mut addresses = Vec::new();
    let mut at = 0;
    while let Some(more) = text[at..].find(inside) {
        let start = at + more;
        let end = text[start..].find(|c| !inside(c)).map_or(text.len(), |more| start + more);
        at = end;
        let word = text[start..end].trim_matches(['.', '-', '+', '_']);
        let start = start + text[start..end].find(word).unwrap_or(0);
        let is_address = word
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !domain.contains('@'));
        if is_address {
            addresses.push(start..start + word.len());
        }
    }
    if addresses.len() >= LISTED {
        let why = "an address in a list of those to be notified";
        all.extend(addresses.into_iter().map(|range| Finding {
            category: Category::NotificationList,
            place: Place::Text,
            range,
            confidence: 70,
            why,
        }));
    }
}
