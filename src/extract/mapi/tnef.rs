//! Messages of Outlook in the attachment `winmail.dat` (MS-OXTNEF).

use super::bag::{BINARY, Bag, OBJECT, Property, STRING8, UNICODE};
use super::object::{Attached, AttachedKind, Object};
use super::tnef_properties::{list, rows};
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};

/// The first bytes of a stream (MS-OXTNEF 2.1.3.1).
pub const MARK: &[u8] = b"\x78\x9F\x3E\x22";
/// The interface of an embedded message, before its own stream (MS-OXTNEF 2.1.3.4.1.2: IID_IMessage).
const MESSAGE: [u8; 16] = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
/// The interface of a storage of another program (IID_IStorage).
const STORAGE: [u8; 16] = [11, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

/// Attributes (MS-OXTNEF 2.1.3.2): type and number.
const FROM: u32 = 0x0000_8000;
const SUBJECT: u32 = 0x0001_8004;
const MESSAGE_ID: u32 = 0x0001_8009;
const BODY: u32 = 0x0002_800C;
const MESSAGE_CLASS: u32 = 0x0007_8008;
const DATE_SENT: u32 = 0x0003_8005;
const DATE_RECEIVED: u32 = 0x0003_8006;
const OEM_CODE_PAGE: u32 = 0x0006_9007;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const RECIPIENTS: u32 = 0x0006_9004;
const ATTACHMENT_BEGINS: u32 = 0x0006_9002;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800F;
const ATTACHMENT_PROPERTIES: u32 = 0x0006_9005;
const ATTACHMENT_LEVEL: u8 = 2;

/// Reads a stream; `None` when it has not the mark of one.
pub fn read(bytes: &[u8]) -> Option<Object> {
    let mut rest = bytes.strip_prefix(MARK)?.get(2..)?;
    let mut reader = Reader::default();
    loop {
        // A mail program may have put the end of a line behind the last attribute.
        if rest.iter().all(|byte| matches!(byte, 0 | b'\r' | b'\n' | b' ')) {
            break;
        }
        let Some(attribute) = next(&mut rest) else {
            reader.note(
                ProblemCode::Truncated,
                "the file is damaged behind one of its attributes; what came before was read",
            );
            break;
        };
        if !attribute.is_intact {
            reader.note(ProblemCode::Malformed, "a checksum of the file is not that of its bytes");
        }
        reader.take(&attribute);
    }
    Some(reader.end())
}

struct Attribute<'a> {
    level: u8,
    id: u32,
    data: &'a [u8],
    is_intact: bool,
}

/// The next attribute; of one that the end cuts off, what is there.
fn next<'a>(bytes: &mut &'a [u8]) -> Option<Attribute<'a>> {
    let (head, rest) = bytes.split_first_chunk::<9>()?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (level, id, length) = (head[0], number(1), number(5) as usize);
    // Garbage behind the last attribute has no level.
    if !matches!(level, 1 | ATTACHMENT_LEVEL) {
        return None;
    }
    let data = &rest[..length.min(rest.len())];
    let after = &rest[data.len()..];
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let is_intact = after.first_chunk::<2>().is_some_and(|told| u16::from_le_bytes(*told) == sum);
    *bytes = after.get(2..).unwrap_or_default();
    Some(Attribute { level, id, data, is_intact: is_intact && data.len() == length })
}

#[derive(Default)]
struct Reader {
    object: Object,
    code_page: Option<u32>,
    open: Option<Open>,
}

/// An attachment under construction.
#[derive(Default)]
struct Open {
    title: Vec<u8>,
    data: Option<Vec<u8>>,
    properties: Vec<Property>,
}

impl Reader {
    fn note(&mut self, code: ProblemCode, sentence: &str) {
        if !self.object.problems.iter().any(|one| one.message == sentence) {
            self.object.problems.push(Problem::new(code, sentence));
        }
    }

    fn take(&mut self, attribute: &Attribute<'_>) {
        let data = attribute.data;
        if attribute.level == ATTACHMENT_LEVEL {
            return self.take_attachment(attribute);
        }
        match attribute.id {
            OEM_CODE_PAGE => {
                self.code_page = data.first_chunk().map(|four| u32::from_le_bytes(*four)).filter(|page| *page != 0);
            }
            MESSAGE_PROPERTIES => {
                let mut rest = data;
                if !list(&mut rest, &mut self.object.bag.all) {
                    self.note(ProblemCode::Malformed, "the properties of the message are damaged");
                }
            }
            RECIPIENTS => {
                let (all, is_whole) = rows(data);
                self.object.recipients.extend(all.into_iter().map(|all| Bag { all, code_page: None }));
                if !is_whole {
                    self.note(ProblemCode::Malformed, "the list of recipients is damaged");
                }
            }
            FROM => self.from(data),
            SUBJECT => self.push(0x0037, STRING8, data.to_vec()),
            MESSAGE_CLASS => self.push(0x001A, STRING8, data.to_vec()),
            MESSAGE_ID => self.push(0x300B, STRING8, data.to_vec()),
            BODY => self.push(0x1000, STRING8, data.to_vec()),
            DATE_SENT => self.date(0x0039, data),
            DATE_RECEIVED => self.date(0x0E06, data),
            _ => {}
        }
    }

    fn take_attachment(&mut self, attribute: &Attribute<'_>) {
        if attribute.id == ATTACHMENT_BEGINS {
            self.close();
            self.open = Some(Open::default());
            return;
        }
        let mut is_damaged = false;
        // A damaged file may leave the beginning out.
        let open = self.open.get_or_insert_with(Open::default);
        match attribute.id {
            ATTACHMENT_TITLE => open.title = attribute.data.to_vec(),
            ATTACHMENT_DATA => open.data = Some(attribute.data.to_vec()),
            ATTACHMENT_PROPERTIES => is_damaged = !list(&mut &*attribute.data, &mut open.properties),
            _ => {}
        }
        if is_damaged {
            self.note(ProblemCode::Malformed, "the properties of an attachment are damaged");
        }
    }

    fn push(&mut self, id: u16, kind: u16, value: Vec<u8>) {
        self.object.bag.all.push(Property::one(id, kind, value));
    }

    /// A date of seven numbers of 16 bits: year, month, day, hour, minute, second, weekday (MS-OXTNEF 2.1.3.3.9), in
    /// UTC as writers of today do. It stands behind the properties, which are more exact.
    fn date(&mut self, id: u16, data: &[u8]) {
        let numbers: Vec<u32> =
            data.chunks_exact(2).map(|pair| u32::from(u16::from_le_bytes([pair[0], pair[1]]))).collect();
        let [year, month, day, hour, minute, second, ..] = numbers[..] else { return };
        let date = i32::try_from(year).ok().and_then(|year| chrono::NaiveDate::from_ymd_opt(year, month, day));
        let Some(at) = date.and_then(|date| date.and_hms_opt(hour, minute, second)) else { return };
        let steps = (at.and_utc().timestamp() + 11_644_473_600) * 10_000_000;
        self.push(id, 0x0040, steps.to_le_bytes().to_vec());
    }

    /// The sender: a name and an address with its kind, each ending in a zero (MS-OXTNEF 2.1.3.3.4).
    fn from(&mut self, data: &[u8]) {
        let Some(head) = data.first_chunk::<8>() else { return };
        let length = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let (name, address) = (length(4), length(6));
        let rest = &data[8..];
        let (Some(name), Some(address)) = (rest.get(..name), rest.get(name..name.saturating_add(address))) else {
            return;
        };
        let address = address.split(|byte| *byte == 0).next().unwrap_or_default();
        let kind_end = address.iter().position(|byte| *byte == b':');
        let (kind, address) = kind_end.map_or((&b""[..], address), |at| (&address[..at], &address[at + 1..]));
        self.push(0x0C1A, STRING8, name.to_vec());
        self.push(0x0C1E, STRING8, kind.to_vec());
        self.push(0x0C1F, STRING8, address.to_vec());
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if self.object.attachments.len() >= limits::MESSAGE_PARTS {
            let sentence = format!("only the first {} attachments are listed", limits::MESSAGE_PARTS);
            return self.note(ProblemCode::LimitReached, &sentence);
        }
        let is_data = |one: &Property| one.id == 0x3701 && matches!(one.kind, BINARY | OBJECT);
        let inner = open.properties.iter().find(|one| is_data(one)).and_then(|one| one.values.first());
        // An object is the interface it is read by, and its bytes.
        let object = inner.and_then(|bytes| bytes.split_first_chunk::<16>());
        let (kind, content) = match (object, inner, open.data) {
            (Some((interface, rest)), ..) if *interface == MESSAGE && rest.starts_with(MARK) => {
                (AttachedKind::Message, rest.to_vec())
            }
            (Some((interface, rest)), ..) if *interface == STORAGE => (AttachedKind::Ole, rest.to_vec()),
            (_, _, Some(data)) if !data.is_empty() || inner.is_none() => (AttachedKind::File, data),
            (_, Some(inner), _) => (AttachedKind::File, inner.clone()),
            _ => (AttachedKind::Nothing, Vec::new()),
        };
        let mut all: Vec<Property> = open.properties.into_iter().filter(|one| !is_data(one)).collect();
        if !open.title.is_empty() {
            // The short name; its code page is settled at the end.
            all.push(Property::one(0x3704, STRING8, open.title));
        }
        let bag = Bag { all, code_page: None };
        self.object.attachments.push(Attached { bag, content, kind, subject: String::new() });
    }

    fn end(mut self) -> Object {
        self.close();
        let page = self.code_page;
        self.object.bag.settle_code_page(page);
        let settled = self.object.bag.code_page;
        for bag in &mut self.object.recipients {
            bag.code_page = settled;
        }
        for one in &mut self.object.attachments {
            one.bag.code_page = settled;
        }
        // The old attributes say shortly what the properties say in full; those stand first where both are there.
        let is_full = |one: &Property| one.kind != STRING8 || one.name.is_some();
        self.object.bag.all.sort_by_key(|one| !(is_full(one) && one.kind == UNICODE));
        self.object
    }
}
