//! The tables. Everything here is clear text on the disk: ids, dates, kinds, decisions and events, never content.

/// Version of the tables; a program that knows only older ones refuses to open the repository.
pub(super) const VERSION: i64 = 2;

/// Settings of every connection. `secure_delete` overwrites what a row leaves behind (I13); temporary tables stay in
/// memory because a spill file would be a second copy.
pub(super) const SETTINGS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA foreign_keys = ON;
PRAGMA cache_size = -32768;
";

/// All tables of version 1.
pub(super) const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL,
  details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;

CREATE TABLE custodian (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, department TEXT NOT NULL, elected INTEGER NOT NULL
) STRICT;

CREATE TABLE intake (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, started_at TEXT NOT NULL, actor TEXT NOT NULL,
  finished_event INTEGER REFERENCES event(id)
) STRICT;
CREATE UNIQUE INDEX intake_unfinished ON intake(path) WHERE finished_event IS NULL;

-- A container keeps its row when it is taken in again: its copies are the same copies.
CREATE TABLE container (
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, path TEXT NOT NULL, format TEXT NOT NULL,
  UNIQUE (parent, path, format)
) STRICT;

CREATE TABLE account (
  intake INTEGER NOT NULL REFERENCES intake(id), container INTEGER NOT NULL REFERENCES container(id),
  declared INTEGER, found INTEGER NOT NULL, kept INTEGER NOT NULL, duplicates INTEGER NOT NULL,
  destroyed_before INTEGER NOT NULL, exceptions INTEGER NOT NULL, problems INTEGER NOT NULL,
  remarks TEXT NOT NULL,
  PRIMARY KEY (intake, container)
) STRICT, WITHOUT ROWID;

-- state: 'live', 'intended' (between the two events of a destruction), 'destroyed' (the tombstone).
-- touched: the last event that sealed it, added a copy or changed its status or series; a guard that looked before has to look again.
CREATE TABLE family (
  id INTEGER PRIMARY KEY, name BLOB NOT NULL, message_key BLOB, state TEXT NOT NULL, event INTEGER NOT NULL,
  month TEXT NOT NULL, pack INTEGER NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL, seal BLOB NOT NULL,
  kind TEXT NOT NULL, sent_at INTEGER, sent_on TEXT, received_on TEXT, searchable TEXT NOT NULL,
  status TEXT NOT NULL, basis TEXT NOT NULL, series TEXT NOT NULL, confidence INTEGER NOT NULL,
  filed_event INTEGER, touched INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX family_name ON family(name) WHERE state <> 'destroyed';
CREATE INDEX family_tombstone ON family(name) WHERE state = 'destroyed';
CREATE INDEX family_message_key ON family(message_key) WHERE message_key IS NOT NULL;
CREATE INDEX family_event ON family(event);
CREATE INDEX family_touched ON family(touched);
CREATE INDEX family_status ON family(status, id);

-- A record's number is never given out again, not even after its row went with its family.
CREATE TABLE record (
  id INTEGER PRIMARY KEY AUTOINCREMENT, family INTEGER NOT NULL REFERENCES family(id), part INTEGER, kind TEXT NOT NULL,
  searchable TEXT NOT NULL
) STRICT;
CREATE INDEX record_family ON record(family);

-- How far each pack is committed: what lies behind it was left by an interrupted run. families: whatever is sealed in
-- it, exceptions and productions too; living: their bytes.
CREATE TABLE pack_extent (
  month TEXT NOT NULL, pack INTEGER NOT NULL, end INTEGER NOT NULL, families INTEGER NOT NULL, living INTEGER NOT NULL,
  PRIMARY KEY (month, pack)
) STRICT, WITHOUT ROWID;

-- What a copy tells (place, folder, flags) is sealed under the key of its family, and goes with it; the row stays.
-- custodian 0: not known. The same place taken in again for somebody else is a copy of its own: a hold on either holds.
CREATE TABLE copy (
  container INTEGER NOT NULL REFERENCES container(id), ordinal INTEGER NOT NULL, family INTEGER NOT NULL,
  custodian INTEGER NOT NULL, intake INTEGER NOT NULL, outcome TEXT NOT NULL, problems INTEGER NOT NULL,
  sealed BLOB NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (container, ordinal, family, custodian)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_family ON copy(family);
CREATE INDEX copy_custodian ON copy(custodian, family);
CREATE INDEX copy_event ON copy(event);

-- What had been destroyed and was found in an export again. kept: the family it was taken in as, where it was.
CREATE TABLE returned (
  container INTEGER NOT NULL REFERENCES container(id), ordinal INTEGER NOT NULL, tombstone INTEGER NOT NULL,
  kept INTEGER, custodian INTEGER NOT NULL, intake INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (container, ordinal, tombstone, custodian)
) STRICT, WITHOUT ROWID;
CREATE INDEX returned_event ON returned(event);

-- Items whose every copy came from a personal device. state: 'undecided', 'government' (an ordinary item since),
-- 'personal' (to be destroyed; decided_on begins the city's limit). A family without a row was never set aside.
CREATE TABLE screening (
  family INTEGER PRIMARY KEY REFERENCES family(id), state TEXT NOT NULL, decided_on TEXT, event INTEGER NOT NULL
) STRICT;
CREATE INDEX screening_state ON screening(state, family);

-- What was handed over, a file or a folder of loose files, for each custodian. sealed: where it lies, its digest, the
-- device and the receipt, under a key of the key set; empty once every item of it is gone (I13).
CREATE TABLE source_file (
  container INTEGER NOT NULL REFERENCES container(id), custodian INTEGER NOT NULL, intake INTEGER NOT NULL,
  personal INTEGER NOT NULL, taken_in_at TEXT NOT NULL, sealed BLOB NOT NULL, disposed_at TEXT, disposed_by TEXT,
  disposed_event INTEGER,
  PRIMARY KEY (container, custodian)
) STRICT, WITHOUT ROWID;

-- What a person has said of two addresses or numbers: keyed digests alone. is_one: 1 the same person, 0 two.
CREATE TABLE person_link (
  one BLOB NOT NULL, other BLOB NOT NULL, is_one INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE exception (
  id INTEGER PRIMARY KEY, container INTEGER NOT NULL REFERENCES container(id), ordinal INTEGER NOT NULL,
  intake INTEGER NOT NULL, code TEXT NOT NULL, name BLOB NOT NULL, family INTEGER NOT NULL UNIQUE,
  month TEXT NOT NULL, pack INTEGER NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL, seal BLOB NOT NULL,
  event INTEGER NOT NULL, custodian INTEGER NOT NULL,
  UNIQUE (container, ordinal, name, custodian)
) STRICT;

CREATE TABLE retention_event (
  family INTEGER NOT NULL REFERENCES family(id), name TEXT NOT NULL, happened_on TEXT NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (family, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold (
  id INTEGER PRIMARY KEY, matter TEXT NOT NULL, issued_by TEXT NOT NULL, issued_at TEXT NOT NULL, reason TEXT NOT NULL,
  scope TEXT NOT NULL, released_by TEXT, released_at TEXT, release_reason TEXT, through_event INTEGER NOT NULL
) STRICT;

CREATE TABLE request (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, requester TEXT NOT NULL, description TEXT NOT NULL,
  received_on TEXT NOT NULL, due_on TEXT NOT NULL, due_basis TEXT NOT NULL, scope TEXT NOT NULL, status TEXT NOT NULL,
  opened_at TEXT NOT NULL, opened_by TEXT NOT NULL, closed_on TEXT, protect_until TEXT, through_event INTEGER NOT NULL
) STRICT;

-- guard is the id of the hold or request as printed: 'H-3', 'Q-1'.
CREATE TABLE protection (
  family INTEGER NOT NULL, guard TEXT NOT NULL, PRIMARY KEY (family, guard)
) STRICT, WITHOUT ROWID;
CREATE INDEX protection_guard ON protection(guard, family);

CREATE TABLE collected (
  request INTEGER NOT NULL REFERENCES request(id), family INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (request, family)
) STRICT, WITHOUT ROWID;

CREATE TABLE review (
  request INTEGER NOT NULL REFERENCES request(id), record INTEGER NOT NULL, decision TEXT NOT NULL,
  basis TEXT NOT NULL, decided_by TEXT NOT NULL, decided_at TEXT NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (request, record)
) STRICT, WITHOUT ROWID;

-- state: 'planned', 'approved', 'executed', 'stale'.
CREATE TABLE plan (
  id INTEGER PRIMARY KEY, document TEXT NOT NULL, state TEXT NOT NULL, event INTEGER NOT NULL
) STRICT;
CREATE TABLE approval (
  plan INTEGER PRIMARY KEY REFERENCES plan(id), document TEXT NOT NULL, approved_by TEXT NOT NULL, event INTEGER NOT NULL
) STRICT;
CREATE TABLE approver (
  name TEXT PRIMARY KEY, public_key TEXT NOT NULL, sealed_key TEXT NOT NULL, event INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each batch of a destruction; finished_event is missing while the intent is open.
CREATE TABLE destruction (
  id INTEGER PRIMARY KEY, plan INTEGER NOT NULL REFERENCES plan(id), intent_event INTEGER NOT NULL,
  finished_event INTEGER
) STRICT;
CREATE TABLE tombstone (
  family INTEGER PRIMARY KEY, destruction INTEGER NOT NULL REFERENCES destruction(id), edition TEXT NOT NULL,
  series TEXT NOT NULL, destroyed_at TEXT NOT NULL
) STRICT;
CREATE INDEX tombstone_destruction ON tombstone(destruction);

CREATE TABLE sample (
  id INTEGER PRIMARY KEY, status TEXT NOT NULL, seed TEXT NOT NULL, families TEXT NOT NULL, population INTEGER NOT NULL,
  drawn_event INTEGER NOT NULL, settled_event INTEGER
) STRICT;

CREATE TABLE edition (
  key TEXT PRIMARY KEY, digest TEXT NOT NULL, event INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- family and the five columns after it: the number of its key, and where its sealed copy lies.
CREATE TABLE production (
  id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request(id), volume TEXT NOT NULL, prefix TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, documents INTEGER NOT NULL, made_at TEXT NOT NULL,
  made_by TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, event INTEGER NOT NULL, family INTEGER NOT NULL UNIQUE,
  month TEXT NOT NULL, pack INTEGER NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL, seal BLOB NOT NULL
) STRICT;
CREATE TABLE production_item (
  production INTEGER NOT NULL REFERENCES production(id), record INTEGER NOT NULL, family INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (production, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX production_item_family ON production_item(family);
-- Families withheld whole, of which the log of a production tells parties and date. They have no number.
CREATE TABLE production_logged (
  production INTEGER NOT NULL REFERENCES production(id), family INTEGER NOT NULL, PRIMARY KEY (production, family)
) STRICT, WITHOUT ROWID;
CREATE INDEX production_logged_family ON production_logged(family);
";

/// What each later version adds, from version 2 on. A new catalog gets them after the tables of version 1, an older one
/// when it is opened, so there is one way to every version.
pub(super) const ADDITIONS: [&str; 1] = ["
-- basis: why the duty exists. protect_until: the last day of the cooling period after a release.
ALTER TABLE hold ADD COLUMN basis TEXT NOT NULL DEFAULT 'not-stated';
ALTER TABLE hold ADD COLUMN protect_until TEXT;
-- whole_*: the custodian and date scope that a request protects from its receipt, until whole_until once it is narrowed.
ALTER TABLE request ADD COLUMN whole_scope TEXT;
ALTER TABLE request ADD COLUMN whole_through INTEGER NOT NULL DEFAULT -1;
ALTER TABLE request ADD COLUMN whole_until TEXT;
-- A standing request is answered cycle by cycle; without cycle_days it is an ordinary one.
ALTER TABLE request ADD COLUMN cycle_days INTEGER;
ALTER TABLE request ADD COLUMN cycle_from TEXT;
ALTER TABLE request ADD COLUMN confirmed_on TEXT;
-- until: the last day on which a row protects that was let go; excluded: by name, so that nothing sets it again.
ALTER TABLE protection ADD COLUMN until TEXT;
ALTER TABLE protection ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0;
-- A matter is a contract, a complaint, a conversation. Its items stay told after they went; what happened to it counts for
-- every item in it, also for one that was put into it later.
CREATE TABLE IF NOT EXISTS matter (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, event INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS matter_item (
  matter INTEGER NOT NULL REFERENCES matter(id), family INTEGER NOT NULL REFERENCES family(id), event INTEGER NOT NULL,
  PRIMARY KEY (matter, family)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS matter_item_family ON matter_item(family);
CREATE TABLE IF NOT EXISTS matter_event (
  matter INTEGER NOT NULL REFERENCES matter(id), name TEXT NOT NULL, happened_on TEXT NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (matter, name)
) STRICT, WITHOUT ROWID;
-- Searches that are kept, and each run of one. families: BLAKE3 of the numbers of the families it found.
CREATE TABLE IF NOT EXISTS saved_search (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, query TEXT NOT NULL, saved_by TEXT NOT NULL,
  saved_at TEXT NOT NULL, event INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS search_run (
  event INTEGER PRIMARY KEY, search INTEGER NOT NULL REFERENCES saved_search(id), ran_by TEXT NOT NULL,
  ran_at TEXT NOT NULL, count INTEGER NOT NULL, not_searchable INTEGER NOT NULL, not_indexed INTEGER NOT NULL,
  families TEXT NOT NULL
) STRICT;
-- Random samples of a collection, 'control' or 'elusion', as numbers of families in JSON; and the decision to stop a review,
-- which covers what was collected before its event.
CREATE TABLE IF NOT EXISTS review_sample (
  id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request(id), kind TEXT NOT NULL, seed TEXT NOT NULL,
  families TEXT NOT NULL, population INTEGER NOT NULL, collected INTEGER NOT NULL, relevant INTEGER NOT NULL,
  event INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS review_stop (
  event INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request(id), stopped_by TEXT NOT NULL,
  stopped_at TEXT NOT NULL, reason TEXT NOT NULL, rule_met INTEGER NOT NULL, undecided INTEGER NOT NULL,
  facts TEXT NOT NULL
) STRICT;
-- What a person decided of one item, whatever the request.
CREATE INDEX IF NOT EXISTS review_record ON review(record);
-- What was written out for the document system, file by file, each with the keyed digest of its SHA-256; entry and its event come with the receipt. It stays when the
-- family is gone: a stub of dates, series and entry that may be disclosed.
CREATE TABLE IF NOT EXISTS filing (id INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS filed_file (
  filing INTEGER NOT NULL REFERENCES filing(id), family INTEGER NOT NULL, name TEXT NOT NULL, digest BLOB NOT NULL,
  entry TEXT, entry_event INTEGER, PRIMARY KEY (filing, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS filed_file_family ON filed_file(family);
-- What was offered to the archives. state: 'offered', 'received', 'declined'.
CREATE TABLE IF NOT EXISTS transfer (
  id INTEGER PRIMARY KEY, event INTEGER NOT NULL, manifest BLOB NOT NULL, state TEXT NOT NULL, settled_event INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS transfer_item (
  transfer INTEGER NOT NULL REFERENCES transfer(id), family INTEGER NOT NULL, PRIMARY KEY (transfer, family)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS transfer_item_family ON transfer_item(family);
-- Words left out of an item: where they stand, counted in characters, and their keyed digest; never the words (I13).
-- lifted: the event that took it back. region: page and box for what has no words, in thousandths of the page.
CREATE TABLE IF NOT EXISTS redaction (
  id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request(id), record INTEGER NOT NULL,
  place TEXT NOT NULL, start INTEGER NOT NULL, behind INTEGER NOT NULL, digest BLOB NOT NULL, region TEXT,
  statute TEXT NOT NULL, label TEXT NOT NULL, class TEXT NOT NULL, about_requester INTEGER NOT NULL,
  determination TEXT NOT NULL, reach TEXT NOT NULL, decided_by TEXT NOT NULL, decided_at TEXT NOT NULL,
  event INTEGER NOT NULL, lifted INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS redaction_request ON redaction(request, record);
-- For whom a production was made, where that differs from what its request says.
CREATE TABLE IF NOT EXISTS production_version (
  production INTEGER PRIMARY KEY REFERENCES production(id), version TEXT NOT NULL
) STRICT;
-- Orders of courts to give data of one request that a statute closes.
CREATE TABLE IF NOT EXISTS court_order (
  id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request(id), court TEXT NOT NULL, file_number TEXT NOT NULL,
  dated TEXT NOT NULL, releases TEXT NOT NULL, event INTEGER NOT NULL
) STRICT;
"];
