//! Tracked changes of documents of Word 97 to 2003 (\[MS-DOC\] 2.8.3 PlcBteChpx, 2.9.33 ChpxFkp): which characters were
//! deleted and which put in. Who did it is not read.

/// Pages of character properties of one document that are read; a document in memory has no more.
const PAGES: usize = 65_536;
/// Bytes of one page.
const PAGE_BYTES: usize = 512;
/// Where the place and the size of the table of pages stand in the header (`fcPlcfBteChpx`, `lcbPlcfBteChpx`).
const TABLE_AT: (usize, usize) = (0xFA, 0xFE);

/// What happened to a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Nothing that was tracked.
    #[default]
    None,
    /// It was deleted and is still in the file.
    Deleted,
    /// It was put in.
    Inserted,
}

impl Mark {
    /// What stands before the first such character.
    pub fn heading(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Deleted => "[deleted: ",
            Self::Inserted => "[inserted: ",
        }
    }
}

/// Stretches of the document's stream whose characters were changed.
#[derive(Debug, Default)]
pub struct Marks {
    /// First byte, byte behind the last, and what happened; ordered.
    stretches: Vec<(usize, usize, Mark)>,
}

impl Marks {
    /// Reads them; what does not fit together is passed over, and its words stand unmarked.
    pub fn read(document: &[u8], table: &[u8]) -> Self {
        let mut out = Self::default();
        let (Some(start), Some(size)) = (long(document, TABLE_AT.0), long(document, TABLE_AT.1)) else { return out };
        let Some(pages) = start.checked_add(size).and_then(|end| table.get(start..end)) else { return out };
        let count = size.saturating_sub(4) / 8;
        for index in 0..count.min(PAGES) {
            let Some(number) = long(pages, (count + 1) * 4 + index * 4) else { break };
            let at = (number & 0x003F_FFFF) * PAGE_BYTES;
            if let Some(page) = document.get(at..at + PAGE_BYTES) {
                out.page(page);
            }
        }
        out.stretches.sort_unstable_by_key(|stretch| (stretch.0, stretch.1));
        out
    }

    /// One page: the bounds of runs, then where the properties of each lie in it.
    fn page(&mut self, page: &[u8]) {
        let runs = usize::from(page[PAGE_BYTES - 1]);
        for run in 0..runs {
            let (Some(first), Some(behind)) = (long(page, run * 4), long(page, run * 4 + 4)) else { return };
            let Some(place) = page.get((runs + 1) * 4 + run).filter(|place| **place > 0) else { continue };
            let at = usize::from(*place) * 2;
            let properties = page.get(at).and_then(|size| page.get(at + 1..at + 1 + usize::from(*size)));
            let mark = properties.map_or(Mark::None, mark);
            if mark != Mark::None && first < behind {
                self.stretches.push((first, behind, mark));
            }
        }
    }

    /// What happened to the character at a byte of the document's stream.
    pub fn at(&self, byte: usize) -> Mark {
        let behind = self.stretches.partition_point(|stretch| stretch.0 <= byte);
        let last = behind.checked_sub(1).and_then(|at| self.stretches.get(at));
        last.filter(|stretch| byte < stretch.1).map_or(Mark::None, |stretch| stretch.2)
    }

    /// Whether nothing was tracked.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }
}

/// The mark among the properties of a run (\[MS-DOC\] 2.6.1: sprmCFRMarkDel 0x0800, sprmCFRMark 0x0801).
fn mark(mut properties: &[u8]) -> Mark {
    let (mut deleted, mut inserted) = (false, false);
    while let [low, high, rest @ ..] = properties {
        let code = u16::from_le_bytes([*low, *high]);
        let value = rest.first().copied().unwrap_or(0);
        match code {
            0x0800 => deleted = value != 0,
            0x0801 => inserted = value != 0,
            _ => {}
        }
        // The size of the operand is in the three highest bits ([MS-DOC] 2.2.5.1).
        let size = match code >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            6 => usize::from(value) + 1,
            _ => 3,
        };
        properties = rest.get(size..).unwrap_or_default();
    }
    // What was put in and taken away again is gone.
    match (deleted, inserted) {
        (true, _) => Mark::Deleted,
        (false, true) => Mark::Inserted,
        (false, false) => Mark::None,
    }
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}
