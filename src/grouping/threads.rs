//! The REFERENCES algorithm of RFC 5256 section 3, step by step, over keys instead of texts.
//!
//! Step 5 puts conversations with the same base subject together. In one mailbox that is what a reader expects; in the
//! mail of a whole city it would make one conversation of every *Agenda*. So the caller says which two may be put
//! together, and every such link is marked. With `&|_, _| true` the answer is that of the RFC.

use crate::base::digest::Blake3Digest;
use std::collections::{BTreeMap, HashMap};

/// What stands for a text: the first half of its BLAKE3.
pub type Key = u128;

/// The key of a text.
pub fn key_of(text: &str) -> Key {
    let digest = Blake3Digest::of(text.as_bytes());
    digest.as_bytes()[..16].iter().fold(0, |key, byte| (key << 8) | Key::from(*byte))
}

/// A message as the algorithm sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Its Message-ID; `None` where it has none.
    pub id: Option<Key>,
    /// The messages it refers to, oldest first.
    pub references: Vec<Key>,
    /// When it was sent, seconds; what has no time stands before everything.
    pub sent_at: Option<i64>,
    /// Its base subject; `None` where nothing is left of it.
    pub subject: Option<Key>,
    /// Whether its subject has the mark of a reply or a forward.
    pub is_answer: bool,
}

/// A message in its conversation, or the place of one that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The letter, by its position in the list; `None` for one that is only referred to.
    pub letter: Option<usize>,
    /// The place it answers.
    pub parent: Option<usize>,
    /// The places that answer it, by date.
    pub children: Vec<usize>,
    /// Whether the link to the parent was made by the subject alone.
    pub by_subject: bool,
}

/// Conversations: places, and which of them begin one, by date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forest {
    /// Every place; those that were pruned are in no list of children.
    pub places: Vec<Place>,
    /// The beginnings.
    pub roots: Vec<usize>,
}

/// Puts letters into conversations. `may_join` says of two letters, by position, whether the same base subject is enough.
pub fn conversations(letters: &[Letter], may_join: &dyn Fn(usize, usize) -> bool) -> Forest {
    let mut forest = Forest::default();
    link(letters, &mut forest);
    // Step 2.
    forest.roots = (0..forest.places.len()).filter(|at| forest.places[*at].parent.is_none()).collect();
    prune(&mut forest);
    let dates = forest.dates(letters);
    // Step 4. What has the same date keeps the order of the list.
    let order = |forest: &Forest, at: &usize| (dates[*at], forest.first_letter(*at));
    let mut roots = std::mem::take(&mut forest.roots);
    roots.sort_by_key(|at| order(&forest, at));
    forest.roots = roots;
    join_by_subject(letters, &mut forest, may_join);
    // Step 6.
    let dates = forest.dates(letters);
    let order = |forest: &Forest, at: &usize| (dates[*at], forest.first_letter(*at));
    for at in 0..forest.places.len() {
        let mut children = std::mem::take(&mut forest.places[at].children);
        children.sort_by_key(|child| order(&forest, child));
        forest.places[at].children = children;
    }
    let mut roots = std::mem::take(&mut forest.roots);
    roots.sort_by_key(|at| order(&forest, at));
    forest.roots = roots;
    forest
}

/// Step 1: the links that references tell.
fn link(letters: &[Letter], forest: &mut Forest) {
    let empty = |letter| Place { letter, parent: None, children: Vec::new(), by_subject: false };
    forest.places = (0..letters.len()).map(|at| empty(Some(at))).collect();
    // A Message-ID that comes again belongs to the first message that has it.
    let mut places: HashMap<Key, usize> = HashMap::with_capacity(letters.len());
    for (at, letter) in letters.iter().enumerate() {
        if let Some(id) = letter.id {
            places.entry(id).or_insert(at);
        }
    }
    for (at, letter) in letters.iter().enumerate() {
        let mut before: Option<usize> = None;
        // Step 1A: the messages referred to, each the parent of the next.
        for id in &letter.references {
            let here = *places.entry(*id).or_insert_with(|| {
                forest.places.push(empty(None));
                forest.places.len() - 1
            });
            if let Some(parent) = before
                && forest.places[here].parent.is_none()
                && !forest.is_above(here, parent)
            {
                forest.places[here].parent = Some(parent);
            }
            before = Some(here);
        }
        // Step 1B: the last of them is the parent, whatever a truncated list had told before.
        forest.places[at].parent = before.filter(|parent| !forest.is_above(at, *parent));
    }
    for at in 0..forest.places.len() {
        if let Some(parent) = forest.places[at].parent {
            forest.places[parent].children.push(at);
        }
    }
}

/// Step 3: a message that is not here goes where it has no children, or gives them to its parent; at the top it stays
/// where it has several.
fn prune(forest: &mut Forest) {
    let mut order = Vec::new();
    let mut waiting = forest.roots.clone();
    while let Some(at) = waiting.pop() {
        order.push(at);
        waiting.extend(&forest.places[at].children);
    }
    // Children before their parents.
    for at in order.into_iter().rev() {
        let mut kept = Vec::new();
        for child in std::mem::take(&mut forest.places[at].children) {
            if forest.places[child].letter.is_some() {
                kept.push(child);
            } else {
                kept.append(&mut forest.places[child].children);
            }
        }
        kept.iter().for_each(|child| forest.places[*child].parent = Some(at));
        forest.places[at].children = kept;
    }
    let mut roots = Vec::new();
    for root in std::mem::take(&mut forest.roots) {
        match (forest.places[root].letter, forest.places[root].children.as_slice()) {
            (None, []) => {}
            (None, [only]) => {
                let only = *only;
                forest.places[root].children.clear();
                forest.places[only].parent = None;
                roots.push(only);
            }
            _ => roots.push(root),
        }
    }
    forest.roots = roots;
}

/// Step 5: conversations with the same base subject, as far as the caller lets them be one.
fn join_by_subject(letters: &[Letter], forest: &mut Forest, may_join: &dyn Fn(usize, usize) -> bool) {
    // 5A and 5B: for each subject the conversations that others may be joined to.
    let mut table: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for root in forest.roots.clone() {
        let Some((first, subject)) = forest.subject(letters, root) else { continue };
        let of_subject = table.entry(subject).or_default();
        let known = of_subject.iter_mut().find(|known| {
            let other = forest.first_letter(**known);
            other.is_some_and(|other| may_join(first, other))
        });
        match known {
            None => of_subject.push(root),
            Some(known) if forest.takes_the_place_of(letters, root, *known) => *known = root,
            Some(_) => {}
        }
    }
    // 5C.
    for root in forest.roots.clone() {
        let Some((first, subject)) = forest.subject(letters, root) else { continue };
        let Some(of_subject) = table.get_mut(&subject) else { continue };
        if of_subject.contains(&root) {
            continue;
        }
        let known = of_subject.iter_mut().find(|known| {
            let other = forest.first_letter(**known);
            other.is_some_and(|other| may_join(first, other))
        });
        if let Some(known) = known {
            *known = forest.join(letters, root, *known);
        }
    }
}

impl Forest {
    /// Whether one place is another, or above it.
    fn is_above(&self, one: usize, other: usize) -> bool {
        let mut at = Some(other);
        while let Some(here) = at {
            if here == one {
                return true;
            }
            at = self.places[here].parent;
        }
        false
    }

    /// The letter of a place, or of the first place below it.
    pub fn first_letter(&self, at: usize) -> Option<usize> {
        let place = &self.places[at];
        place.letter.or_else(|| place.children.iter().find_map(|child| self.places[*child].letter))
    }

    /// The date each place is sorted by: its own, or that of its earliest child.
    fn dates(&self, letters: &[Letter]) -> Vec<Option<i64>> {
        let sent = |at: usize| self.places[at].letter.map(|letter| letters[letter].sent_at);
        let date = |at: usize| sent(at).or_else(|| self.places[at].children.iter().filter_map(|one| sent(*one)).min());
        (0..self.places.len()).map(|at| date(at).flatten()).collect()
    }

    fn subject(&self, letters: &[Letter], at: usize) -> Option<(usize, Key)> {
        let first = self.first_letter(at)?;
        letters[first].subject.map(|subject| (first, subject))
    }

    fn is_answer(&self, letters: &[Letter], at: usize) -> bool {
        self.places[at].letter.is_some_and(|letter| letters[letter].is_answer)
    }

    /// Step 5B iv: whether a conversation takes the place of the known one in the table.
    fn takes_the_place_of(&self, letters: &[Letter], at: usize, known: usize) -> bool {
        let (here, there) = (&self.places[at], &self.places[known]);
        there.letter.is_some()
            && (here.letter.is_none() || (self.is_answer(letters, known) && !self.is_answer(letters, at)))
    }

    /// Step 5C iv: joins a conversation to the known one, and says which of them is known from now on.
    fn join(&mut self, letters: &[Letter], at: usize, known: usize) -> usize {
        self.roots.retain(|root| *root != at);
        let (here, there) = (self.places[at].letter.is_some(), self.places[known].letter.is_some());
        if !here && !there {
            for child in std::mem::take(&mut self.places[at].children) {
                self.put_under(child, known);
            }
            return known;
        }
        if !there || (self.is_answer(letters, at) && !self.is_answer(letters, known)) {
            self.put_under(at, known);
            return known;
        }
        let place = Place { letter: None, parent: None, children: Vec::new(), by_subject: false };
        self.places.push(place);
        let above = self.places.len() - 1;
        self.roots.retain(|root| *root != known);
        self.roots.push(above);
        self.put_under(known, above);
        self.put_under(at, above);
        above
    }

    fn put_under(&mut self, at: usize, parent: usize) {
        self.places[at].parent = Some(parent);
        self.places[at].by_subject = true;
        self.places[parent].children.push(at);
    }

    /// Every place of a conversation from its beginning on, each with its depth, answers behind what they answer.
    pub fn walk(&self, root: usize) -> Vec<(usize, usize)> {
        let (mut all, mut waiting) = (Vec::new(), vec![(root, 0)]);
        while let Some((at, depth)) = waiting.pop() {
            all.push((at, depth));
            waiting.extend(self.places[at].children.iter().rev().map(|child| (*child, depth + 1)));
        }
        all
    }
}

/// The conversations as an IMAP server writes them (RFC 5256 section 4): letters numbered from 1.
pub fn told(forest: &Forest) -> String {
    let mut text = String::new();
    for root in &forest.roots {
        text.push('(');
        tell(forest, *root, &mut text);
        text.push(')');
    }
    text
}

fn tell(forest: &Forest, at: usize, text: &mut String) {
    let mut at = at;
    loop {
        let place = &forest.places[at];
        if let Some(letter) = place.letter {
            text.push_str(&(letter + 1).to_string());
        }
        match place.children.as_slice() {
            [] => return,
            [only] => {
                text.push(' ');
                at = *only;
            }
            several => {
                if place.letter.is_some() {
                    text.push(' ');
                }
                for child in several {
                    text.push('(');
                    tell(forest, *child, text);
                    text.push(')');
                }
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grouping::base_subject;
    use proptest::prelude::*;

    /// A letter: its id, its references, its hour and its subject.
    fn letters(all: &[(&str, &str, i64, &str)]) -> Vec<Letter> {
        let letter = |(id, references, hour, subject): &(&str, &str, i64, &str)| {
            let base = base_subject(subject);
            Letter {
                id: (!id.is_empty()).then(|| key_of(id)),
                references: references.split_whitespace().map(key_of).collect(),
                sent_at: Some(*hour),
                subject: (!base.text.is_empty()).then(|| key_of(&base.text)),
                is_answer: base.is_answer,
            }
        };
        all.iter().map(letter).collect()
    }

    #[test]
    fn the_steps_of_the_rfc() {
        let table: [(&[(&str, &str, i64, &str)], &str, &str); 14] = [
            (&[("a", "", 1, ""), ("b", "a", 2, ""), ("c", "a b", 3, "")], "(1 2 3)", "a chain"),
            (&[("a", "", 1, ""), ("b", "a", 2, ""), ("c", "a", 3, "")], "(1 (2)(3))", "two answers"),
            (&[("c", "a b", 3, ""), ("b", "a", 2, ""), ("a", "", 1, "")], "(3 2 1)", "in whatever order they come"),
            (
                &[("b", "a", 2, ""), ("c", "a", 3, "")],
                "((1)(2))",
                "step 3: at the top two keep the place of one not here",
            ),
            (&[("b", "a", 2, "")], "(1)", "step 3: and one does not"),
            (&[("a", "", 1, ""), ("c", "a b", 3, "")], "(1 2)", "step 3: below the top it goes"),
            (&[("a", "b", 1, ""), ("b", "a", 2, "")], "(2 1)", "step 1: no loop; the first link stays"),
            (&[("a", "", 1, ""), ("a", "", 2, "")], "(1)(2)", "step 1: an id that comes again is the first one's"),
            (&[("", "", 2, ""), ("", "", 1, "")], "(2)(1)", "step 4: by date"),
            (
                &[("b", "a c", 1, ""), ("d", "c", 2, ""), ("c", "x", 3, "")],
                "(3 (1)(2))",
                "step 1B: its own list is the better one",
            ),
            (&[("a", "", 1, "Road"), ("b", "", 2, "Re: Road")], "(1 2)", "step 5: an answer by its subject"),
            (&[("a", "", 1, "Road"), ("b", "", 2, "Road")], "((1)(2))", "step 5: neither answers"),
            (&[("a", "", 1, "Re: Road"), ("b", "", 2, "Road")], "(2 1)", "step 5B: what is no answer is the parent"),
            (
                &[("b", "x", 1, "Road"), ("c", "x", 2, "Road"), ("d", "", 3, "Re: Road")],
                "((1)(2)(3))",
                "step 5C: under the place of one not here",
            ),
        ];
        for (all, expected, why) in table {
            let forest = conversations(&letters(all), &|_, _| true);
            assert_eq!(told(&forest), expected, "{why}");
        }
    }

    #[test]
    fn the_same_subject_is_not_enough_when_the_caller_says_so() {
        let all = letters(&[("a", "", 1, "Agenda"), ("b", "", 2, "Re: Agenda"), ("c", "", 900, "Re: Agenda")]);
        let near =
            |one: usize, other: usize| (all[one].sent_at.unwrap_or(0) - all[other].sent_at.unwrap_or(0)).abs() < 9;
        let forest = conversations(&all, &near);
        assert_eq!(told(&forest), "(1 2)(3)");
        assert_eq!(forest.places.iter().filter(|place| place.by_subject).count(), 1, "and the link is marked");
    }

    #[test]
    fn a_very_long_conversation_is_walked_without_recursion() {
        let all: Vec<Letter> = (0..5_000_u128)
            .map(|at| Letter { id: Some(at + 1), references: vec![at], sent_at: Some(at as i64), ..Letter::default() })
            .collect();
        let forest = conversations(&all, &|_, _| true);
        assert_eq!(forest.roots.len(), 1);
        assert_eq!(forest.walk(forest.roots[0]).len(), 5_000);
    }

    proptest! {
        /// Whatever is referred to, every letter stands in exactly one conversation, once.
        #[test]
        fn nothing_is_lost_and_nothing_is_twice(
            all in prop::collection::vec((prop::option::of(0_u128..9), prop::collection::vec(0_u128..12, 0..5), 0_i64..9, prop::option::of(0_u128..3), any::<bool>()), 0..14),
        ) {
            let letters: Vec<Letter> = all
                .into_iter()
                .map(|(id, references, sent, subject, is_answer)| {
                    Letter { id, references, sent_at: Some(sent), subject, is_answer }
                })
                .collect();
            let forest = conversations(&letters, &|_, _| true);
            let walked = forest.roots.iter().flat_map(|root| forest.walk(*root));
            let mut found: Vec<usize> = walked.filter_map(|(at, _)| forest.places[at].letter).collect();
            found.sort_unstable();
            prop_assert_eq!(found, (0..letters.len()).collect::<Vec<_>>());
        }
    }
}
