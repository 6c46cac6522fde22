//! Names of persons, compared as two-person rules need it.

use super::tokens::each_token;

/// Whether two names are one person's, however they are written: by their words, in any order, without regard to case,
/// accents, spaces and points. What has no words at all is nobody else.
pub fn is_same_person(one: &str, other: &str) -> bool {
    let words = |name: &str| {
        let mut words: Vec<String> = Vec::new();
        each_token(name, &mut |word, _, _, _| words.push(word.to_owned()));
        words.sort_unstable();
        words
    };
    let (one, other) = (words(one), words(other));
    one == other || one.is_empty() || other.is_empty()
}

/// Whether two names are surely one person's: as [`is_same_person`], and each has words. Where a person may do what others
/// may not, a name that says nothing opens no door.
pub fn is_surely_same_person(one: &str, other: &str) -> bool {
    let says_something = |name: &str| {
        let mut any = false;
        each_token(name, &mut |_, _, _, _| any = true);
        any
    };
    says_something(one) && says_something(other) && is_same_person(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_however_the_name_is_written() {
        for (one, other, same) in [
            ("Tom Halvorsen", "halvorsen, TOM", true),
            ("J. Núñez", "nunez j", true),
            ("Tom Halvorsen", "Tom Halvorson", false),
            ("Tom", "Tom Halvorsen", false),
            ("", "Tom", true),
            (" . ", "Tom", true),
        ] {
            assert_eq!(is_same_person(one, other), same, "{one:?} and {other:?}");
            let named = one.contains(char::is_alphanumeric);
            assert_eq!(is_surely_same_person(one, other), same && named, "{one:?} and {other:?}");
        }
    }
}
