//! The header of a store and the sizes that follow from its version ([MS-PST] section 2.2.2.6).

use super::StoreError;
use super::cipher::Cipher;

/// Bytes of a header that are read.
pub const HEADER_BYTES: usize = 564;

/// The three layouts of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Outlook 97 to 2002: numbers of four bytes, at most 2 GB.
    Ansi,
    /// Outlook 2003 and later: numbers of eight bytes.
    Unicode,
    /// Offline stores of Outlook 2013 and later: pages of 4,096 bytes, blocks that may be packed. Microsoft documents
    /// none of it; the layout is as libyal's format description has it.
    Large,
}

impl Variant {
    /// Bytes of a page of a tree.
    pub const fn page_bytes(self) -> usize {
        match self {
            Self::Ansi | Self::Unicode => 512,
            Self::Large => 4096,
        }
    }

    /// Bytes of a number of a block and of a place in the file.
    pub const fn word(self) -> usize {
        match self {
            Self::Ansi => 4,
            Self::Unicode | Self::Large => 8,
        }
    }

    /// Bytes behind the data of a block ([MS-PST] section 2.2.2.8.1).
    pub const fn trailer_bytes(self) -> usize {
        match self {
            Self::Ansi => 12,
            Self::Unicode => 16,
            Self::Large => 24,
        }
    }

    /// Bytes that blocks are aligned to.
    pub const fn alignment(self) -> usize {
        match self {
            Self::Ansi | Self::Unicode => 64,
            Self::Large => 512,
        }
    }

    /// Bits of the number of an item within its page of a heap.
    pub const fn heap_index_bits(self) -> u32 {
        match self {
            Self::Ansi | Self::Unicode => 11,
            Self::Large => 14,
        }
    }
}

/// Where a tree begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// Place of its topmost page in the file.
    pub offset: u64,
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The layout.
    pub variant: Variant,
    /// How blocks of data are hidden.
    pub cipher: Cipher,
    /// Whether it is an offline store (OST) of a mailbox on a server.
    pub is_offline: bool,
    /// The tree of nodes.
    pub nodes: Root,
    /// The tree of blocks.
    pub blocks: Root,
    /// Bytes the file had when it was last closed.
    pub file_bytes: u64,
    /// Whether the checksum of the header is right.
    pub is_intact: bool,
}

/// Whether bytes begin a store: its mark, and the mark of a file for messages (`SM`) or an offline store (`SO`).
pub fn is_store(head: &[u8]) -> bool {
    head.starts_with(b"!BDN") && matches!(head.get(8..10), Some(b"SM" | b"SO"))
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// When it is no header of a store, or of a version or cipher that nobody here knows.
    pub fn read(head: &[u8]) -> Result<Self, StoreError> {
        if !is_store(head) || head.len() < HEADER_BYTES {
            return Err(StoreError::Damaged("the file ends inside its header".to_owned()));
        }
        let version = u16::from_le_bytes([head[10], head[11]]);
        let variant = match version {
            14 | 15 => Variant::Ansi,
            // 20 and 21 are those of early versions of Outlook 2003.
            20..=35 => Variant::Unicode,
            36..=64 => Variant::Large,
            _ => return Err(StoreError::Unsupported(format!("version {version} of the store is not known"))),
        };
        let word = |at: usize| match variant {
            Variant::Ansi => u64::from(u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])),
            _ => u64::from_le_bytes(std::array::from_fn(|one| head[at + one])),
        };
        let (end, nodes, blocks, cipher) = match variant {
            Variant::Ansi => (168, 188, 196, 461),
            _ => (184, 224, 240, 513),
        };
        let Some(cipher) = Cipher::of_word(head[cipher]) else {
            let sentence = format!("the store is encrypted in a way (0x{:02x}) nobody here can read", head[cipher]);
            return Err(StoreError::Unsupported(sentence));
        };
        let stored = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        Ok(Self {
            variant,
            cipher,
            is_offline: &head[8..10] == b"SO",
            nodes: Root { offset: word(nodes) },
            blocks: Root { offset: word(blocks) },
            file_bytes: word(end),
            // dwCRCPartial covers 471 bytes from wMagicClient on.
            is_intact: checksum(&head[8..8 + 471]) == stored,
        })
    }
}

/// The checksum of pages and blocks ([MS-PST] section 5.3): CRC-32 that begins at zero and is not turned round.
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = 0_u32;
    for byte in bytes {
        let [low, ..] = crc.to_le_bytes();
        crc = CRC[usize::from(low ^ byte)] ^ (crc >> 8);
    }
    crc
}

const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
};
