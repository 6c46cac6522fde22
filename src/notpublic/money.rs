//! Numbers of banks, accounts and payment cards.

use super::Category;
use super::Finding;
use super::near::Near;
use super::numbers::{OTHER, found};
use super::runs::{Run, digits, whole};

const BANK: &[&str] = &[
    "routing",
    "aba",
    "rtn",
    "transit",
    "ach",
    "wire",
    "bank",
    "deposit",
    "direct deposit",
    "voided check",
    "checking",
    "savings",
];
const ACCOUNT: &[&str] = &["account", "acct", "a/c", "account number", "account no"];
const CARD: &[&str] = &[
    "card",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "master card",
    "amex",
    "american express",
    "discover",
    "cvv",
    "cvc",
    "exp",
    "expires",
    "payment",
    "diners",
    "jcb",
    "maestro",
];

/// Whether nine digits are the number of a bank: the weights 3, 7 and 1 give a multiple of ten, and the first two digits are
/// those of a Federal Reserve district, thrift, electronic or traveller's number (American Bankers Association).
pub fn is_routing(digits: &[u8]) -> bool {
    if digits.len() != 9 || digits.iter().all(|one| *one == 0) {
        return false;
    }
    let sum: u32 = digits.iter().zip([3, 7, 1].iter().cycle()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    is_district(digits) && sum.is_multiple_of(10)
}

/// Whether the first two digits are those of a district.
fn is_district(digits: &[u8]) -> bool {
    let first = digits.iter().take(2).fold(0, |sum, digit| sum * 10 + u32::from(*digit));
    matches!(first, 0..=12 | 21..=32 | 61..=72 | 80)
}

/// Banks and accounts among a run of digits.
pub(super) fn bank(text: &str, run: &Run, all: &mut Vec<Finding>) {
    for shape in [&[9][..], &[4, 4, 1]] {
        for (groups, _) in run.of_shape(shape) {
            let range = whole(groups);
            let near = Near::of(text, range.start, range.end);
            if !is_routing(&digits(text, groups)) {
                continue;
            }
            let (confidence, why) = match (near.says(BANK), groups.len()) {
                (true, _) => (88, "its check digit, and words around it"),
                (false, 3) => (65, "its check digit and its shape"),
                _ => (35, "its check digit"),
            };
            found(all, Category::BankAccount, range, confidence, why);
        }
    }
    // A routing number with the account behind it, as on a check.
    for (at, pair) in run.groups.windows(2).enumerate() {
        let alone = at == 0 && run.groups.len() == 2 && matches!(run.signs[0], '-' | ' ');
        if alone && pair[0].len() == 9 && (5..=17).contains(&pair[1].len()) && is_district(&digits(text, &pair[..1])) {
            found(all, Category::BankAccount, whole(pair), 55, "its shape: a bank and an account");
        }
    }
    for shape in 5..=17 {
        for (groups, _) in run.of_shape(&[4, 4, 1, shape]) {
            if is_district(&digits(text, &groups[..1])) {
                found(all, Category::BankAccount, whole(groups), 55, "its shape: a bank and an account");
            }
        }
    }
    let range = whole(&run.groups);
    let count = digits(text, &run.groups).len();
    let near = Near::of(text, range.start, range.end);
    if (6..=17).contains(&count) && !run.signs.contains(&'/') && !run.signs.contains(&'.') && near.is_called(ACCOUNT) {
        let (confidence, why) = if near.says(BANK) {
            (80, "it is called an account, with words of a bank")
        } else {
            (55, "it is called an account")
        };
        found(all, Category::BankAccount, range, confidence, why);
    }
}

/// Whether digits are the number of a payment card: a known issuer, its length, and Luhn's check digit (ISO/IEC 7812-1).
pub fn is_card(digits: &[u8]) -> bool {
    let value = |count: usize| digits.iter().take(count).fold(0_u32, |sum, digit| sum * 10 + u32::from(*digit));
    let length = digits.len();
    let issued = match (value(1), value(2), value(4)) {
        (4, ..) => matches!(length, 13 | 16 | 19),
        (_, 51..=55, _) | (_, _, 2221..=2720) => length == 16,
        (_, 34 | 37, _) | (_, _, 1800 | 2131) => length == 15,
        (_, 30 | 36 | 38 | 39, _) => (14..=19).contains(&length),
        (_, 35, _) | (_, _, 6011) => (16..=19).contains(&length),
        (_, 50 | 56..=69, _) => (12..=19).contains(&length),
        (1, ..) => length == 15,
        _ => false,
    };
    let first = digits.first();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = u32::from(*digit) << (at % 2);
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    issued && sum.is_multiple_of(10) && !digits.iter().all(|digit| Some(digit) == first)
}

/// Payment cards among a run of digits.
pub(super) fn cards(text: &str, run: &Run, all: &mut Vec<Finding>) {
    let shapes: [&[usize]; 15] = [
        &[12],
        &[4, 4, 4, 3],
        &[4, 4, 4, 2],
        &[13],
        &[14],
        &[15],
        &[16],
        &[17],
        &[18],
        &[19],
        &[4, 4, 4, 4],
        &[4, 6, 5],
        &[4, 6, 4],
        &[4, 4, 4, 4, 3],
        &[4, 4, 4, 1],
    ];
    for shape in shapes {
        for (groups, sign) in run.of_shape(shape) {
            let number = digits(text, groups);
            let range = whole(groups);
            if matches!(sign, '/') || !is_card(&number) {
                continue;
            }
            let near = Near::of(text, range.start, range.end);
            let (confidence, why) = match (near.says(CARD), near.is_called(OTHER), groups.len()) {
                (true, ..) => (90, "its check digit, and words around it"),
                (false, true, _) => (30, "its check digit; it is called something else"),
                (false, false, 1) if number.len() == 12 => (30, "its check digit"),
                (false, false, 1) if number.first() == Some(&1) => (52, "its check digit"),
                (false, false, 1) => (65, "its check digit and issuer"),
                _ => (75, "its check digit and its shape"),
            };
            found(all, Category::PaymentCard, range, confidence, why);
        }
    }
}
