//! What one family is in the index: its words with their positions, and the facts about it that never change.

use super::{Entry, IndexError};
use crate::base::id::FamilyId;
use crate::model::classification::RecordStatus;
use crate::model::item::Searchable;
use crate::model::record::RecordKind;
use crate::query::{Document, Field};
use crate::text;
use chrono::Datelike;
use std::sync::LazyLock;
use tantivy::TantivyDocument;
use tantivy::schema::{self, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

/// Positions between two texts of one field: phrases and distances never cross from one to the next. A distance that
/// is not shorter is refused. A family has at most a few thousand texts of at most two million characters, so
/// positions stay below 2^32.
pub(super) const TEXT_GAP: u32 = 10_000;
/// Bytes of a word beyond which the engine would drop it.
const WORD_BYTES: usize = u16::MAX as usize - 5;
const CUTTER: &str = "words";

/// Keywords of one family in the field `facts`, each after its sign.
pub(super) const KIND: &str = "kind:";
/// How much of it is searchable.
pub(super) const SEARCHABLE: &str = "searchable:";
/// A media type of an attachment.
pub(super) const TYPE: &str = "type:";

/// The fields of the index.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    words: Vec<(Field, schema::Field)>,
    pub(super) facts: schema::Field,
    pub(super) family: schema::Field,
    pub(super) month: schema::Field,
    pub(super) sent: schema::Field,
    pub(super) day: schema::Field,
}

/// The one shape of every part.
pub(super) static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let mut builder = Schema::builder();
    let indexing = |cutter: &str, option| {
        TextFieldIndexing::default().set_tokenizer(cutter).set_index_option(option).set_fieldnorms(false)
    };
    let positions =
        TextOptions::default().set_indexing_options(indexing(CUTTER, IndexRecordOption::WithFreqsAndPositions));
    let words =
        Field::STORED.iter().map(|field| (*field, builder.add_text_field(name(*field), positions.clone()))).collect();
    let keyword = TextOptions::default().set_indexing_options(indexing("raw", IndexRecordOption::Basic));
    let facts = builder.add_text_field("facts", keyword);
    let fast = NumericOptions::default().set_fast();
    let family = builder.add_u64_field("family", fast.clone());
    let month = builder.add_u64_field("month", fast.clone());
    let sent = builder.add_i64_field("sent", fast.clone());
    let day = builder.add_i64_field("day", fast);
    Fields { schema: builder.build(), words, facts, family, month, sent, day }
});

/// The name of a field in the index.
pub(super) const fn name(field: Field) -> &'static str {
    match field {
        Field::Any => "any",
        Field::Subject => "subject",
        Field::Body => "body",
        Field::Attachment => "attachment",
        Field::FileName => "file",
        Field::From => "from",
        Field::To => "to",
        Field::Cc => "cc",
        Field::Bcc => "bcc",
    }
}

impl Fields {
    /// The stored fields that a field of a query means.
    pub(super) fn of(&self, field: Field) -> impl Iterator<Item = schema::Field> + '_ {
        self.named(field).map(|(_, stored)| stored)
    }

    /// The same, each with its name.
    pub(super) fn named(&self, field: Field) -> impl Iterator<Item = (&'static str, schema::Field)> + '_ {
        let meant = move |(one, _): &&(Field, schema::Field)| field == Field::Any || *one == field;
        self.words.iter().filter(meant).map(|(one, stored)| (name(*one), *stored))
    }

    /// One family as the engine takes it.
    pub(super) fn document(&self, entry: &Entry, month: u32) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_u64(self.family, number(entry.family));
        out.add_u64(self.month, u64::from(month));
        if let Some(sent) = entry.sent_at {
            out.add_i64(self.sent, sent);
        }
        let document = &entry.document;
        if let Some(day) = document.day {
            out.add_i64(self.day, i64::from(day.num_days_from_ce()));
        }
        out.add_text(self.facts, format!("{KIND}{}", document.kind.word()));
        out.add_text(self.facts, format!("{SEARCHABLE}{}", searchable_word(document.searchable)));
        let mut types = document.attachment_types.clone();
        types.sort();
        types.dedup();
        for one in types {
            out.add_text(self.facts, format!("{TYPE}{one}"));
        }
        for (field, text) in &document.texts {
            for stored in self.of(*field) {
                out.add_text(stored, text);
            }
        }
        out
    }
}

/// The number of a family as the engine stores it.
pub(super) fn number(family: FamilyId) -> u64 {
    family.get().unsigned_abs()
}

/// The number of a family as it was stored.
pub(super) fn family(number: u64) -> Result<FamilyId, IndexError> {
    i64::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .map(FamilyId::new)
        .ok_or_else(|| IndexError::Damaged(format!("{number} is not the number of a family")))
}

/// The word for how much is searchable.
pub(super) const fn searchable_word(searchable: Searchable) -> &'static str {
    match searchable {
        Searchable::Fully => "fully",
        Searchable::Partly => "partly",
        Searchable::Not => "not",
    }
}

/// A document about which nothing is known, to ask the search in memory about one fact at a time.
pub(super) fn blank() -> Document {
    Document {
        family: None,
        kind: RecordKind::Email,
        status: RecordStatus::Undetermined,
        series: String::new(),
        custodians: Vec::new(),
        day: None,
        searchable: Searchable::Fully,
        attachment_types: Vec::new(),
        texts: Vec::new(),
    }
}

/// The tokenizers of the index: ours for words, the engine's `raw` for keywords.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(CUTTER, Cutter);
    manager
}

/// Cuts texts as [`text::each_token`] does.
#[derive(Debug, Clone, Copy)]
struct Cutter;

impl Tokenizer for Cutter {
    type TokenStream<'a> = Cut<'a>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut<'a> {
        Cut { text, token: Token::default(), waiting: None }
    }
}

/// The words of one text. The index takes them all at once; whoever asks one by one gets them from a list.
struct Cut<'a> {
    text: &'a str,
    token: Token,
    waiting: Option<std::vec::IntoIter<Token>>,
}

impl TokenStream for Cut<'_> {
    fn advance(&mut self) -> bool {
        if self.waiting.is_none() {
            let mut all = Vec::new();
            self.process(&mut |token| all.push(token.clone()));
            self.waiting = Some(all.into_iter());
        }
        match self.waiting.as_mut().and_then(Iterator::next) {
            Some(next) => self.token = next,
            None => return false,
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }

    fn process(&mut self, sink: &mut dyn FnMut(&Token)) {
        let mut token = Token { position_length: TEXT_GAP as usize, ..Token::default() };
        each_word(self.text, &mut |word, position| {
            token.text.clear();
            token.text.push_str(word);
            token.position = position as usize;
            sink(&token);
        });
    }
}

/// Hands over each word of a text with its position: the one place where the index cuts texts.
pub(super) fn each_word(text: &str, each: &mut dyn FnMut(&str, u32)) {
    text::each_token(text, &mut |word, position, _, _| {
        debug_assert!(word.len() <= WORD_BYTES, "the tokeniser bounds its words");
        each(word, position);
    });
}
