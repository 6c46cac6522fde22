//! Every bound in the program, with its unit and its reason.

/// Bytes of one item that are parsed in memory; a larger one is sealed whole and marked partly indexed.
pub const ITEM_IN_MEMORY_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of items in flight between reader and committer, over all threads.
pub const IN_FLIGHT_BYTES: u64 = 96 * 1024 * 1024;
/// Bytes of items after which a batch is committed.
pub const BATCH_BYTES: u64 = 64 * 1024 * 1024;
/// Items after which a batch is committed (one event covers at most this many).
pub const BATCH_ITEMS: usize = 5_000;
/// Characters of one item's text that are searchable; more is marked partly indexed.
pub const SEARCHABLE_CHARS: usize = 2_000_000;
/// Depth of messages, archives and MIME parts inside each other.
pub const NESTING_DEPTH: usize = 16;
/// Members of one archive.
pub const ARCHIVE_MEMBERS: u64 = 1_000_000;
/// Unpacked bytes of one archive, nested ones included.
pub const ARCHIVE_UNPACKED_BYTES: u64 = 256 * 1024 * 1024 * 1024;
/// Unpacked bytes for each packed byte of one archive member above the first mebibyte.
pub const ARCHIVE_RATIO: u64 = 200;
/// Bytes of one line in a delimited file or mail header before it is an exception.
pub const LINE_BYTES: usize = 1024 * 1024;
/// MIME parts or attachments of one message.
pub const MESSAGE_PARTS: usize = 2_000;
/// Facts of one attachment that stand with the item it is attached to.
pub const ATTACHMENT_FACTS: usize = 100;
/// Bytes sealed in one frame.
pub const FRAME_BYTES: usize = 1024 * 1024;
/// Families destroyed in one transaction.
pub const DESTROY_BATCH: usize = 500;
/// Terms a wildcard may expand to.
pub const WILDCARD_TERMS: usize = 10_000;
/// Items of one index split to aim at.
pub const SPLIT_ITEMS: usize = 16_000;
/// Bytes of one schedule file.
pub const SCHEDULE_BYTES: usize = 16 * 1024 * 1024;
/// Series of one schedule edition (the largest state schedule seen has about 30,000).
pub const SCHEDULE_SERIES: usize = 100_000;
/// Years of the longest retention period; a longer one is a mistyped *permanent* (999 years).
pub const RETENTION_YEARS: u32 = 200;
/// Parts of one *latest of* in a schedule.
pub const TERM_PARTS: usize = 16;
/// Characters of the name of a retention event or series key.
pub const KEY_CHARS: usize = 80;
/// Business days of the longest deadline that is computed.
pub const DEADLINE_BUSINESS_DAYS: u32 = 2_600;
/// Bytes of one pack file of the vault after which the next one is begun.
pub const PACK_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of one sealed section that may be read into memory; a larger one is only streamed.
pub const SECTION_IN_MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of wrapped family keys kept in memory, over all months.
pub const KEY_CACHE_BYTES: usize = 64 * 1024 * 1024;
/// Pack files held open at once, for reading and again for appending.
pub const OPEN_PACKS: usize = 64;
