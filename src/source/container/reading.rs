//! One reading: where finds go, how deep it is, how much was unpacked, and what becomes of each file.

use super::content::Content;
use super::vault_metadata::Expected;
use super::{loose_file, packed, zip_archive};
use crate::base::limits;
use crate::extract;
use crate::model::exception::{ItemException, Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape, Sink, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::detect::{self, Kind};
use crate::source::formats::{self, Look};
use crate::source::{ReadOptions, ReadStop, calls, contacts, mail, texts, wide};

/// Bytes of an unpacked item that are handed over in memory; its place on the disk does not last.
const HANDED_OVER_BYTES: u64 = limits::IN_FLIGHT_BYTES;

/// What is said of an export in which nothing was found although it does not say that it is empty.
const NOTHING_FOUND: &str = "nothing was found in this export; the file is kept whole: look into it, and where there should be something, ask for the export again";

/// A reader of a format of UTF-8.
type ReadNarrow = fn(&mut dyn std::io::BufRead, &ReadOptions, &mut dyn Sink) -> Result<(), ReadStop>;

/// One reading of what the clerk named.
pub struct Reading<'a> {
    /// The city's facts.
    pub options: &'a ReadOptions,
    sink: &'a mut dyn Sink,
    /// The next ordinal of each open container, the outermost first.
    ordinals: Vec<u64>,
    /// Containers that were opened, closed ones too.
    pub opened: u64,
    /// Bytes that archives may still unpack.
    pub unpack_left: u64,
    /// What the metadata of an export promises, while its messages are read.
    pub expected: Option<Expected>,
    /// Remarks about damage so far.
    doubts: u64,
    /// Items and exceptions so far.
    finds: u64,
    /// Containers so far that themselves say that nothing is in them.
    said_empty: u64,
}

/// Hands on what a reader of a stream tells, and counts it.
struct Counting<'s> {
    sink: &'s mut dyn Sink,
    finds: u64,
    doubts: u64,
    said_empty: u64,
}

impl Sink for Counting<'_> {
    fn found(&mut self, found: Found) -> Result<(), Stopped> {
        self.finds += u64::from(is_find(&found));
        self.doubts += u64::from(is_doubt(&found));
        self.said_empty += u64::from(matches!(found, Found::Declared(0)));
        self.sink.found(found)
    }
}

const fn is_find(found: &Found) -> bool {
    matches!(found, Found::Item(_) | Found::Exception(_))
}

/// Whether a find says that a container is damaged.
const fn is_doubt(found: &Found) -> bool {
    matches!(found, Found::Remark(Problem { code: ProblemCode::Malformed | ProblemCode::Truncated, .. }))
}

impl<'a> Reading<'a> {
    /// A reading that tells `sink`.
    pub fn new(options: &'a ReadOptions, sink: &'a mut dyn Sink) -> Self {
        Self {
            options,
            sink,
            ordinals: Vec::new(),
            opened: 0,
            unpack_left: limits::ARCHIVE_UNPACKED_BYTES,
            expected: None,
            doubts: 0,
            finds: 0,
            said_empty: 0,
        }
    }

    /// Lets a reader of a stream tell by itself, and counts what it tells.
    fn counted(&mut self, read: impl FnOnce(&mut dyn Sink) -> Result<(), ReadStop>) -> Result<(), ReadStop> {
        let mut counting = Counting { sink: &mut *self.sink, finds: 0, doubts: 0, said_empty: 0 };
        let result = read(&mut counting);
        let (finds, doubts, said_empty) = (counting.finds, counting.doubts, counting.said_empty);
        self.finds += finds;
        self.doubts += doubts;
        self.said_empty += said_empty;
        result
    }

    /// Tells the sink one find.
    pub fn tell(&mut self, found: Found) -> Result<(), Stopped> {
        self.doubts += u64::from(is_doubt(&found));
        self.finds += u64::from(is_find(&found));
        self.said_empty += u64::from(matches!(found, Found::Declared(0)));
        self.sink.found(found)
    }

    /// The next position in the open container.
    pub fn ordinal(&mut self) -> u64 {
        let Some(next) = self.ordinals.last_mut() else { return 0 };
        *next += 1;
        *next - 1
    }

    /// Items and exceptions so far, and remarks about damage.
    pub const fn told_so_far(&self) -> (u64, u64) {
        (self.finds, self.doubts)
    }

    /// How many containers are open.
    pub fn depth(&self) -> usize {
        self.ordinals.len()
    }

    /// Opens a container, reads it, closes it. What breaks the reading off becomes a remark on it.
    pub fn nested(
        &mut self,
        name: String,
        format: ContainerFormat,
        inside: impl FnOnce(&mut Self) -> Result<(), ReadStop>,
    ) -> Result<(), Stopped> {
        self.tell(Found::Open { name, format })?;
        self.opened += 1;
        self.ordinals.push(0);
        let result = inside(self);
        self.ordinals.pop();
        match result {
            Err(ReadStop::Stopped(stopped)) => return Err(stopped),
            Err(ReadStop::Io(error)) => self.tell(Found::Remark(broken(&error)))?,
            Ok(()) => {}
        }
        self.tell(Found::Close)
    }

    /// Hands over an item.
    pub fn item(&mut self, mut item: RawItem) -> Result<(), Stopped> {
        if let Some(expected) = &mut self.expected {
            expected.meet(&mut item);
        }
        self.tell(Found::Item(item))
    }

    /// Hands over an exception at the next position.
    pub fn exception(
        &mut self,
        place: String,
        code: ProblemCode,
        sentence: impl Into<String>,
        raw: Vec<u8>,
    ) -> Result<(), Stopped> {
        let ordinal = self.ordinal();
        self.tell(Found::Exception(ItemException { ordinal, place, problem: Problem::new(code, sentence), raw }))
    }

    /// Reads the file the clerk named: a single message or another file is a container of one item.
    pub fn top_file(&mut self, name: String, content: Content) -> Result<(), Stopped> {
        let kind = match self.kind_of(&name, &content) {
            Ok(kind) => kind,
            Err(error) => return self.nested(name, ContainerFormat::File, |_| Err(ReadStop::Io(error))),
        };
        let copy = CopyFacts::default();
        match kind {
            Kind::Message => self.nested(name.clone(), ContainerFormat::Eml, |reading| {
                Ok(reading.message(file_name(&name).to_owned(), content, copy)?)
            }),
            Kind::File(media) => self.nested(name.clone(), ContainerFormat::File, |reading| {
                reading.hint(&name, &content, &media)?;
                Ok(reading.file(file_name(&name).to_owned(), content, media, copy)?)
            }),
            Kind::Container(format) => self.container(name, format, content, copy),
        }
    }

    /// Reads one file inside a container: an item of it, or a container nested in it.
    pub fn member(&mut self, place: String, content: Content, copy: CopyFacts) -> Result<(), Stopped> {
        match self.kind_of(&place, &content) {
            Err(error) => {
                self.exception(place, ProblemCode::Unreadable, format!("the file cannot be read: {error}"), Vec::new())
            }
            Ok(Kind::Message) => self.message(place, content, copy),
            Ok(Kind::File(media)) => {
                self.hint(&place, &content, &media)?;
                self.file(place, content, media, copy)
            }
            Ok(Kind::Container(_)) if self.depth() >= limits::NESTING_DEPTH => {
                let sentence = format!("containers lie more than {} deep inside each other", limits::NESTING_DEPTH);
                let raw = held_bytes(content);
                self.exception(place, ProblemCode::LimitReached, sentence, raw)
            }
            Ok(Kind::Container(format)) => self.container(place, format, content, copy),
        }
    }

    /// Hands over one message.
    pub fn message(&mut self, place: String, content: Content, copy: CopyFacts) -> Result<(), Stopped> {
        let (place, content) = match self.too_large(place, content, &Shape::Message, &copy)? {
            Some(small) => small,
            None => return Ok(()),
        };
        match content.into_bytes() {
            Ok(bytes) => {
                let ordinal = self.ordinal();
                self.item(mail::item(ordinal, place, bytes, copy))
            }
            Err(error) => {
                self.exception(place, ProblemCode::Unreadable, format!("the file cannot be read: {error}"), Vec::new())
            }
        }
    }

    /// Hands over a file of another kind, whole.
    pub fn file(&mut self, place: String, content: Content, media: String, copy: CopyFacts) -> Result<(), Stopped> {
        let shape = Shape::File { media_type: media };
        let (place, content) = match self.too_large(place, content, &shape, &copy)? {
            Some(small) => small,
            None => return Ok(()),
        };
        match content.into_bytes() {
            Ok(bytes) => {
                let ordinal = self.ordinal();
                self.item(RawItem { ordinal, place, original: Original::Bytes(bytes), identity: None, shape, copy })
            }
            Err(error) => {
                self.exception(place, ProblemCode::Unreadable, format!("the file cannot be read: {error}"), Vec::new())
            }
        }
    }

    /// Says so where a file that is kept whole looks like call detail of an unknown layout.
    fn hint(&mut self, place: &str, content: &Content, media: &str) -> Result<(), Stopped> {
        let found = match media.starts_with("text/") {
            true => calls::delimited::hint(&content.head().unwrap_or_default(), self.options),
            false => calls::workbook::hint(media, content, self.options),
        };
        match found {
            Some(problem) => {
                let message = format!("{}: {}", file_name(place), problem.message);
                self.tell(Found::Remark(Problem::new(problem.code, message)))
            }
            None => Ok(()),
        }
    }

    /// Deals with an item too large to hold; gives back the one that is not.
    fn too_large(
        &mut self,
        place: String,
        content: Content,
        shape: &Shape,
        copy: &CopyFacts,
    ) -> Result<Option<(String, Content)>, Stopped> {
        let length = match content.length() {
            Ok(length) => length,
            Err(error) => {
                let sentence = format!("the file cannot be read: {error}");
                self.exception(place, ProblemCode::Unreadable, sentence, Vec::new())?;
                return Ok(None);
            }
        };
        if let Some(file) = content.lasting_file() {
            if length <= limits::ITEM_IN_MEMORY_BYTES {
                return Ok(Some((place, content)));
            }
            let original = Original::Stretch { file: file.to_owned(), offset: 0, length };
            let ordinal = self.ordinal();
            let (shape, copy) = (shape.clone(), copy.clone());
            self.item(RawItem { ordinal, place, original, identity: None, shape, copy })?;
            return Ok(None);
        }
        if length <= HANDED_OVER_BYTES {
            return Ok(Some((place, content)));
        }
        let sentence = format!("a packed file of {length} bytes is too large; unpack the archive and take it in again");
        let head = content.head().unwrap_or_default();
        self.exception(place, ProblemCode::TooLargeToParse, sentence, head)?;
        Ok(None)
    }

    fn container(
        &mut self,
        name: String,
        format: ContainerFormat,
        content: Content,
        copy: CopyFacts,
    ) -> Result<(), Stopped> {
        if format == ContainerFormat::Zip {
            return zip_archive::read_nested(name, content, copy, self);
        }
        if let Some(packing) = packed::packing_of(format) {
            return packed::read_nested(name, packing, content, copy, self);
        }
        let short = file_name(&name).to_owned();
        self.nested(name, format, |reading| {
            reading.or_keep_whole(&short, &content, |reading| {
                if reading.read_known(format, &short, &content)? {
                    return Ok(());
                }
                let mut stream = content.open()?;
                reading.stream(format, &short, &mut stream, content.lasting_file())
            })
        })
    }

    /// Reads what is in a container; of one in which nothing was found, the bytes are kept, so that no file vanishes.
    ///
    /// # Errors
    /// As `read`.
    pub fn or_keep_whole(
        &mut self,
        name: &str,
        content: &Content,
        read: impl FnOnce(&mut Self) -> Result<(), ReadStop>,
    ) -> Result<(), ReadStop> {
        let before = (self.opened, self.finds);
        let (doubts, said_empty) = (self.doubts, self.said_empty);
        let result = read(self);
        let is_empty = (self.opened, self.finds) == before;
        match result {
            // An export that says it is empty, and is, needs no word; damage may have taken the rows of another.
            Ok(()) if is_empty && self.doubts == doubts && self.said_empty > said_empty => Ok(()),
            Ok(()) if is_empty => {
                if self.doubts == doubts {
                    self.tell(Found::Remark(Problem::new(ProblemCode::NothingFound, NOTHING_FOUND)))?;
                }
                self.keep_whole(name.to_owned(), content)
            }
            Err(ReadStop::Io(error)) if is_empty => {
                self.tell(Found::Remark(broken(&error)))?;
                self.keep_whole(name.to_owned(), content)
            }
            other => other,
        }
    }

    /// Hands over the file of a container as an item of it.
    ///
    /// # Errors
    /// When the sink asked to stop or the bytes could not be had again.
    pub fn keep_whole(&mut self, name: String, content: &Content) -> Result<(), ReadStop> {
        let media = media_type_of(&content.head()?, &name, content);
        Ok(self.file(name, content.again()?, media, CopyFacts::default())?)
    }

    /// Reads a file of a format of the shelf; false when its format is not one of those.
    fn read_known(&mut self, format: ContainerFormat, name: &str, content: &Content) -> Result<bool, ReadStop> {
        let head = content.head()?;
        let media_type = media_type_of(&head, name, content);
        let look = Look { head: &head, name, media_type: &media_type, content, options: self.options };
        formats::read_file(format, &look, name, self)
    }

    /// Reads a stream of a format that needs no seeking, inside its opened container.
    pub fn stream(
        &mut self,
        format: ContainerFormat,
        name: &str,
        mut stream: &mut dyn std::io::BufRead,
        file: Option<&std::path::Path>,
    ) -> Result<(), ReadStop> {
        match format {
            ContainerFormat::Mbox => mail::mbox::read(&mut stream, file, self),
            ContainerFormat::SmsBackupRestore | ContainerFormat::SmsBackupRestoreCalls | ContainerFormat::VCard => {
                let read = if format == ContainerFormat::VCard {
                    contacts::vcard::read
                } else {
                    texts::sms_backup_restore::read
                };
                match wide::encoding_of(stream.fill_buf()?) {
                    Some(encoding) => self.wide(encoding, name, stream, read),
                    None => {
                        let options = self.options;
                        self.counted(|sink| read(stream, options, sink))
                    }
                }
            }
            ContainerFormat::CallDetail => {
                let options = self.options;
                self.counted(|sink| calls::delimited::read(stream, name, options, sink))
            }
            // The other formats are folders, archives and single items, which are read above.
            _ => Ok(()),
        }
    }

    /// Reads a stream of UTF-16 with a reader of UTF-8.
    fn wide(
        &mut self,
        encoding: &'static encoding_rs::Encoding,
        name: &str,
        stream: &mut dyn std::io::BufRead,
        read: ReadNarrow,
    ) -> Result<(), ReadStop> {
        let mut kept = wide::Kept::new(stream);
        let mut narrow = wide::Narrow::new(&mut kept, encoding);
        let (options, mut ordinal) = (self.options, 0);
        let result = self.counted(|sink| {
            let mut widening = wide::Widening::new(sink, encoding);
            let result = read(&mut narrow, options, &mut widening);
            ordinal = widening.told;
            result
        });
        let is_broken = narrow.is_broken;
        if let Err(ReadStop::Stopped(stopped)) = result {
            return Err(ReadStop::Stopped(stopped));
        }
        if is_broken {
            // Half a pair stands for no character, so the originals above are not all that lies in the file.
            let (raw, whole) = kept.into_bytes();
            let cut = if whole { "" } else { ", as far as it is held" };
            let sentence =
                format!("characters of the file are damaged (half a pair of UTF-16); it is kept whole too{cut}");
            let problem = Problem::new(ProblemCode::Undecodable, sentence);
            self.tell(Found::Exception(ItemException { ordinal, place: name.to_owned(), problem, raw }))?;
        }
        result
    }

    /// The format of a file that is an export or a message; `None` for any other.
    pub fn format_of(&self, name: &str, content: &Content) -> Option<ContainerFormat> {
        match self.kind_of(name, content).ok()? {
            Kind::Message => Some(ContainerFormat::Eml),
            Kind::Container(format) => Some(format),
            Kind::File(_) => None,
        }
    }

    fn kind_of(&self, name: &str, content: &Content) -> std::io::Result<Kind> {
        let head = content.head()?;
        let name = file_name(name);
        // A document may be a ZIP archive too; only its table of contents tells.
        let media_type = media_type_of(&head, name, content);
        let look = Look { head: &head, name, media_type: &media_type, content, options: self.options };
        if let Some(format) = formats::of_file(&look) {
            return Ok(Kind::Container(format));
        }
        let kind = detect::kind(&head, name, self.options);
        let is_document = kind == Kind::Container(ContainerFormat::Zip) && media_type != "application/zip";
        Ok(if is_document { Kind::File(media_type) } else { kind })
    }
}

/// The media type of a file; of a document that is a ZIP archive, that of the document.
fn media_type_of(head: &[u8], name: &str, content: &Content) -> String {
    let found = extract::media_type(head, name);
    if found == "application/zip"
        && let Some(document) = zip_archive::document_type(content)
    {
        return document.to_owned();
    }
    found
}

/// The last part of a path.
pub fn file_name(place: &str) -> &str {
    place.rsplit(['/', '\\']).next().unwrap_or(place)
}

fn held_bytes(content: Content) -> Vec<u8> {
    match content.length() {
        Ok(length) if length <= limits::ITEM_IN_MEMORY_BYTES => content.into_bytes().unwrap_or_default(),
        _ => content.head().unwrap_or_default(),
    }
}

fn broken(error: &std::io::Error) -> Problem {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    match error.kind() {
        UnexpectedEof => Problem::new(ProblemCode::Truncated, format!("the file ends before it is complete: {error}")),
        InvalidData => Problem::new(ProblemCode::Malformed, format!("the file is damaged: {error}")),
        _ if loose_file::is_limit(error) => Problem::new(ProblemCode::LimitReached, error.to_string()),
        _ => Problem::new(ProblemCode::Unreadable, format!("the file cannot be read further: {error}")),
    }
}
