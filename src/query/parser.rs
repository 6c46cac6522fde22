//! The grammar. What is ambiguous in practice is an error: programs differ on whether OR or AND binds closer.
//!
//! ```text
//! query   = group                                 nothing at all means every item
//! group   = term { [AND] term } | term { OR term }
//! term    = NOT term | operand [ (w/n | pre/n) operand ]
//! operand = word | number | "phrase" | ( group ) | field: (word | number | "phrase" | ( group ))
//! ```

use super::QueryError;
use super::field::{self, Target, Value};
use super::lexer::{Lexeme, Placed, lexemes};
use super::tree::{Field, Pattern, Query};
use super::word;

/// Parentheses and NOTs inside each other.
pub const QUERY_DEPTH: usize = 50;
/// Words, phrases and values of one query; a field that stands for several counts for each.
pub const QUERY_TERMS: usize = 5_000;
/// Words, phrases or alternatives joined by AND on one side of a distance: the other side is looked for with each.
const NEAR_GROUP: usize = 16;

/// Reads a query. Nothing typed means every item.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let placed = lexemes(text)?;
    if placed.is_empty() {
        return Ok(Query::Everything);
    }
    let end = text.trim_end().chars().count() + 1;
    let mut parser = Parser { placed, at: 0, end, depth: 0, terms: 0 };
    let raw = parser.group(Scope::Text(&[Field::Any]))?;
    if let Some(left) = parser.placed.get(parser.at) {
        let message = "this parenthesis closes nothing";
        return Err(QueryError::new(left.column, message, "leave it out, or open one before it"));
    }
    lower(&raw)
}

/// What the words in a place are looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Fields of text.
    Text(&'static [Field]),
    /// A fact.
    Value(Value),
}

/// A query before fields that stand for several are spread out.
#[derive(Debug, Clone)]
enum Raw {
    Text { fields: &'static [Field], patterns: Vec<Pattern> },
    Fact(Query),
    All(Vec<Raw>),
    Any(Vec<Raw>),
    Not(Box<Raw>),
    Near(Box<RawNear>),
}

#[derive(Debug, Clone)]
struct RawNear {
    within: u32,
    ordered: bool,
    left: Raw,
    right: Raw,
    /// Where left, the operator and right begin.
    columns: (usize, usize, usize),
}

struct Parser {
    placed: Vec<Placed>,
    at: usize,
    /// The column after the last character.
    end: usize,
    depth: usize,
    terms: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Lexeme> {
        self.placed.get(self.at).map(|placed| &placed.lexeme)
    }

    fn column(&self) -> usize {
        self.placed.get(self.at).map_or(self.end, |placed| placed.column)
    }

    /// Terms side by side, all with AND or all with OR between them.
    fn group(&mut self, scope: Scope) -> Result<Raw, QueryError> {
        let mut all = vec![self.term(scope)?];
        let mut any: Option<bool> = None;
        loop {
            let column = self.column();
            let or = match self.peek() {
                None | Some(Lexeme::Close) => break,
                Some(Lexeme::Or) => true,
                Some(_) => false,
            };
            if any.is_some_and(|any| any != or) {
                let message = "AND and OR stand side by side, and it is not clear which belong together";
                let hint = "use parentheses: (road OR street) repair, or road OR (street repair); \
                            words side by side are joined by AND";
                return Err(QueryError::new(column, message, hint));
            }
            any = Some(or);
            if matches!(self.peek(), Some(Lexeme::And | Lexeme::Or)) {
                self.at += 1;
                if matches!(self.peek(), None | Some(Lexeme::Close)) {
                    let message = format!("nothing follows {}", if or { "OR" } else { "AND" });
                    return Err(QueryError::new(column, message, "write what to look for after it, or leave it out"));
                }
            }
            all.push(self.term(scope)?);
        }
        match (any, all.len()) {
            (None, _) | (_, 0 | 1) => Ok(all.swap_remove(0)),
            (Some(true), _) => Ok(Raw::Any(all)),
            (Some(false), _) => Ok(Raw::All(all)),
        }
    }

    fn term(&mut self, scope: Scope) -> Result<Raw, QueryError> {
        let column = self.column();
        if self.peek() == Some(&Lexeme::Not) {
            self.at += 1;
            if matches!(self.peek(), None | Some(Lexeme::Close)) {
                let message = "nothing follows NOT";
                return Err(QueryError::new(column, message, "write what must not be there after it"));
            }
            self.deeper(column)?;
            let inner = self.term(scope)?;
            self.depth -= 1;
            return Ok(Raw::Not(Box::new(inner)));
        }
        let left = self.operand(scope)?;
        let Some(Lexeme::Near { within, ordered }) = self.peek().cloned() else { return Ok(left) };
        let operator = self.column();
        if matches!(scope, Scope::Value(_)) {
            let message = "distances are for words, not for values of this field";
            return Err(QueryError::new(operator, message, "join the values with OR"));
        }
        self.at += 1;
        if matches!(self.peek(), None | Some(Lexeme::Close)) {
            let message = "nothing follows the distance";
            return Err(QueryError::new(operator, message, "write a word, a phrase or (alternatives) on both sides"));
        }
        let second = self.column();
        let right = self.operand(scope)?;
        if matches!(self.peek(), Some(Lexeme::Near { .. })) {
            let message = "three things in a row with distances between them";
            let hint = "write two distances: (road w/5 repair) AND (repair w/5 budget)";
            return Err(QueryError::new(self.column(), message, hint));
        }
        let columns = (column, operator, second);
        Ok(Raw::Near(Box::new(RawNear { within, ordered, left, right, columns })))
    }

    fn operand(&mut self, scope: Scope) -> Result<Raw, QueryError> {
        let column = self.column();
        let Some(Placed { lexeme, .. }) = self.placed.get(self.at).cloned() else {
            return Err(QueryError::new(column, "the query ends too early", "write what to look for"));
        };
        self.at += 1;
        match lexeme {
            Lexeme::Open => {
                self.deeper(column)?;
                if self.peek() == Some(&Lexeme::Close) {
                    let message = "there is nothing between the parentheses";
                    return Err(QueryError::new(column, message, "write words between them, or leave them out"));
                }
                let inner = self.group(scope)?;
                self.depth -= 1;
                if self.peek() != Some(&Lexeme::Close) {
                    let message = "this parenthesis is never closed";
                    return Err(QueryError::new(column, message, "close it after the last word that belongs inside"));
                }
                self.at += 1;
                Ok(inner)
            }
            Lexeme::Close => {
                let message = "this parenthesis closes nothing";
                Err(QueryError::new(column, message, "leave it out, or open one before it"))
            }
            Lexeme::And | Lexeme::Or => {
                let message = format!("nothing stands before {}", if lexeme == Lexeme::And { "AND" } else { "OR" });
                Err(QueryError::new(column, message, "write a word before it; in lower case it is an ordinary word"))
            }
            Lexeme::Not => {
                let message = "NOT cannot stand beside a distance";
                Err(QueryError::new(column, message, "write: road NOT (road w/5 closed)"))
            }
            Lexeme::Near { .. } => {
                let message = "nothing stands before the distance";
                Err(QueryError::new(column, message, "write a word, a phrase or (alternatives) on both sides"))
            }
            Lexeme::Field(target) => self.in_field(target, scope, column),
            Lexeme::Quoted(text) => match scope {
                Scope::Text(fields) => self.words(fields, word::phrase(&text, column)?, column),
                Scope::Value(value) => self.fact(value, &text, column),
            },
            Lexeme::Bare(text) => match scope {
                Scope::Text(fields) => self.words(fields, word::bare(&text, column)?, column),
                Scope::Value(value) => self.fact(value, &text, column),
            },
            Lexeme::Number(digits) => match scope {
                Scope::Text(fields) => self.words(fields, vec![Pattern::Exact(digits)], column),
                Scope::Value(value) => self.fact(value, &digits, column),
            },
        }
    }

    fn in_field(&mut self, target: Target, scope: Scope, column: usize) -> Result<Raw, QueryError> {
        if scope != Scope::Text(&[Field::Any]) {
            let message = "a field stands inside the parentheses of another field";
            return Err(QueryError::new(column, message, "close the first one before it"));
        }
        match target {
            Target::Text(fields) => self.operand(Scope::Text(fields)),
            Target::Value(value) => self.operand(Scope::Value(value)),
        }
    }

    fn words(&mut self, fields: &'static [Field], patterns: Vec<Pattern>, column: usize) -> Result<Raw, QueryError> {
        self.count(patterns.len() * fields.len(), column)?;
        Ok(Raw::Text { fields, patterns })
    }

    fn fact(&mut self, value: Value, text: &str, column: usize) -> Result<Raw, QueryError> {
        self.count(1, column)?;
        field::value(value, text, column).map(Raw::Fact)
    }

    fn count(&mut self, more: usize, column: usize) -> Result<(), QueryError> {
        self.terms += more;
        if self.terms > QUERY_TERMS {
            let message = format!("the query has more than {QUERY_TERMS} words");
            return Err(QueryError::new(column, message, "divide it into several searches"));
        }
        Ok(())
    }

    fn deeper(&mut self, column: usize) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > QUERY_DEPTH {
            let message = format!("more than {QUERY_DEPTH} parentheses stand inside each other");
            return Err(QueryError::new(column, message, "simplify the query"));
        }
        Ok(())
    }
}

/// Spreads fields that stand for several out over them.
fn lower(raw: &Raw) -> Result<Query, QueryError> {
    let each = |all: &[Raw]| all.iter().map(lower).collect::<Result<Vec<Query>, QueryError>>();
    Ok(match raw {
        Raw::Fact(query) => query.clone(),
        Raw::All(all) => Query::And(each(all)?),
        Raw::Any(all) => Query::Or(each(all)?),
        Raw::Not(inner) => Query::Not(Box::new(lower(inner)?)),
        Raw::Text { fields, patterns } => one_or_any(fields, |field| match patterns.as_slice() {
            [one] => Query::Word(field, one.clone()),
            _ => Query::Phrase(field, patterns.clone()),
        }),
        Raw::Near(near) => distance(near)?,
    })
}

/// A distance. Where words joined by AND stand on one side, each of them has to stand so near the other side, not
/// necessarily all near the same place of it; on both sides it would be unclear which belongs to which.
fn distance(near: &RawNear) -> Result<Query, QueryError> {
    let each = |all: &[Raw], of: &dyn Fn(&Raw) -> Result<Query, QueryError>| {
        all.iter().map(of).collect::<Result<Vec<Query>, QueryError>>().map(Query::And)
    };
    let (_, operator, _) = near.columns;
    match (&near.left, &near.right) {
        (Raw::All(_), Raw::All(_)) => Err(QueryError::new(
            operator,
            "words joined by AND stand on both sides of a distance",
            "write one side as a word, a phrase or (alternatives): (road AND culvert) w/5 (repair OR closed)",
        )),
        (Raw::All(all), _) | (_, Raw::All(all)) if all.len() > NEAR_GROUP => Err(QueryError::new(
            operator,
            format!("more than {NEAR_GROUP} words joined by AND stand beside a distance"),
            "divide it into several distances",
        )),
        (Raw::All(all), right) => each(all, &|one| side_by_side(near, one, right)),
        (left, Raw::All(all)) => each(all, &|one| side_by_side(near, left, one)),
        (left, right) => side_by_side(near, left, right),
    }
}

fn side_by_side(near: &RawNear, left: &Raw, right: &Raw) -> Result<Query, QueryError> {
    let (left_column, operator, right_column) = near.columns;
    let (mut one, mut two) = (Vec::new(), Vec::new());
    let fields = alternatives(left, left_column, &mut one)?;
    if alternatives(right, right_column, &mut two)? != fields {
        let message = "the two sides of a distance are in different fields";
        return Err(QueryError::new(operator, message, "write the field once: subject:(road w/5 repair)"));
    }
    Ok(one_or_any(fields, |field| Query::Near {
        field,
        within: near.within,
        ordered: near.ordered,
        left: one.clone(),
        right: two.clone(),
    }))
}

fn one_or_any(fields: &[Field], query: impl Fn(Field) -> Query) -> Query {
    match fields {
        [one] => query(*one),
        _ => Query::Or(fields.iter().map(|field| query(*field)).collect()),
    }
}

/// The words, phrases or alternatives on one side of a distance.
fn alternatives(raw: &Raw, column: usize, out: &mut Vec<Vec<Pattern>>) -> Result<&'static [Field], QueryError> {
    match raw {
        Raw::Text { fields, patterns } => {
            out.push(patterns.clone());
            Ok(fields)
        }
        Raw::Any(all) => {
            let mut fields: Option<&'static [Field]> = None;
            for one in all {
                let of_one = alternatives(one, column, out)?;
                if fields.is_some_and(|fields| fields != of_one) {
                    let message = "the alternatives beside a distance are in different fields";
                    return Err(QueryError::new(column, message, "write the field once: subject:(road w/5 repair)"));
                }
                fields = Some(of_one);
            }
            fields.ok_or_else(|| QueryError::new(column, "there are no alternatives", "write a word"))
        }
        Raw::All(_) | Raw::Not(_) | Raw::Near(_) | Raw::Fact(_) => Err(QueryError::new(
            column,
            "a distance stands between words, phrases, alternatives joined by OR, or on one side words joined by AND",
            "write \"a phrase\" in quotation marks, (road OR street) w/5 repair, or (road AND culvert) w/5 repair",
        )),
    }
}
