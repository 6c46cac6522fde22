//! Events: appended in the transaction of the change they record, chained to the one before (I6).

use super::{CatalogError, Reading, Writing, moment, optional, word, written};
use crate::base::id::EventId;
use crate::ledger;
use crate::model::event::{Act, Event};
use chrono::{DateTime, Utc};
use rusqlite::Row;

const COLUMNS: &str = "id, at, actor, act, subject, details, previous, hash";

impl Writing<'_> {
    /// Appends an event and returns it with its number and hash.
    pub fn record_event(
        &self,
        at: DateTime<Utc>,
        actor: &str,
        act: Act,
        subject: &str,
        details: &serde_json::Value,
    ) -> Result<Event, CatalogError> {
        let last = self.reading().last_event()?;
        // What is stored and what is hashed are the same microseconds.
        let at = moment(&written(at))?;
        let event = ledger::next_event(
            last.as_ref(),
            ledger::EventDraft {
                at,
                actor: actor.to_owned(),
                act,
                subject: subject.to_owned(),
                details: details.to_string(),
            },
        );
        self.connection.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute((
            event.id.get(),
            written(event.at),
            &event.actor,
            event.act.word(),
            &event.subject,
            &event.details,
            &event.previous,
            &event.hash,
        ))?;
        Ok(event)
    }
}

impl Reading<'_> {
    /// The newest event.
    pub fn last_event(&self) -> Result<Option<Event>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM event ORDER BY id DESC LIMIT 1");
        optional(self.connection.prepare_cached(&sql)?.query_row([], raw))?.map(finish).transpose()
    }

    /// The number of the newest event, 0 when there is none.
    pub fn last_event_number(&self) -> Result<EventId, CatalogError> {
        Ok(EventId::new(self.count("SELECT coalesce(max(id), 0) FROM event")? as i64))
    }

    /// One event.
    pub fn event(&self, id: EventId) -> Result<Event, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM event WHERE id = ?1");
        optional(self.connection.prepare_cached(&sql)?.query_row([id.get()], raw))?
            .ok_or_else(|| CatalogError::Missing(format!("event {id}")))
            .and_then(finish)
    }

    /// The newest event of some acts.
    pub fn last_event_of(&self, acts: &[Act]) -> Result<Option<Event>, CatalogError> {
        let words: Vec<String> = acts.iter().map(|act| format!("'{}'", act.word())).collect();
        let sql = format!("SELECT {COLUMNS} FROM event WHERE act IN ({}) ORDER BY id DESC LIMIT 1", words.join(", "));
        optional(self.connection.prepare(&sql)?.query_row([], raw))?.map(finish).transpose()
    }

    /// Every event about a subject, oldest first: the history of a hold, a request or a plan.
    pub fn events_about(&self, subject: &str) -> Result<Vec<Event>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM event WHERE subject = ?1 ORDER BY id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([subject])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(finish(raw(row)?)?);
        }
        Ok(all)
    }

    /// Hands every event from `from` on to `take`, oldest first, without holding them all in memory.
    pub fn each_event<E: From<CatalogError>>(
        &self,
        from: EventId,
        mut take: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT {COLUMNS} FROM event WHERE id >= ?1 ORDER BY id");
        let mut statement = self.connection.prepare_cached(&sql).map_err(CatalogError::from)?;
        let mut rows = statement.query([from.get()]).map_err(CatalogError::from)?;
        while let Some(row) = rows.next().map_err(CatalogError::from)? {
            take(finish(raw(row).map_err(CatalogError::from)?)?)?;
        }
        Ok(())
    }
}

struct RawEvent {
    id: i64,
    texts: [String; 7],
}

fn raw(row: &Row<'_>) -> Result<RawEvent, rusqlite::Error> {
    let text = |column| row.get::<_, String>(column);
    Ok(RawEvent { id: row.get(0)?, texts: [text(1)?, text(2)?, text(3)?, text(4)?, text(5)?, text(6)?, text(7)?] })
}

fn finish(raw: RawEvent) -> Result<Event, CatalogError> {
    let [at, actor, act, subject, details, previous, hash] = raw.texts;
    Ok(Event {
        id: EventId::new(raw.id),
        at: moment(&at)?,
        actor,
        act: word("an act", &act, Act::parse)?,
        subject,
        details,
        previous,
        hash,
    })
}
