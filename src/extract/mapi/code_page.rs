//! Numbers of code pages and what they are called (MS-UCODEREF; the names of the WHATWG encoding standard).

use crate::extract::charset::{self, Decoded};

/// Reads bytes of a numbered code page; bytes that are no text of it and sound UTF-8 are read as that.
pub fn decode(bytes: &[u8], code_page: u32) -> Decoded {
    let label = match code_page {
        65_001 => Some("utf-8"),
        20_127 | 0 => Some("us-ascii"),
        20_866 => Some("koi8-r"),
        21_866 => Some("koi8-u"),
        20_932 | 51_932 => Some("euc-jp"),
        50_220..=50_222 => Some("iso-2022-jp"),
        51_949 | 50_225 => Some("euc-kr"),
        54_936 => Some("gb18030"),
        20_936 | 51_936 => Some("gbk"),
        28_591 => Some("iso-8859-1"),
        28_592 => Some("iso-8859-2"),
        28_593 => Some("iso-8859-3"),
        28_594 => Some("iso-8859-4"),
        28_595 => Some("iso-8859-5"),
        28_596 => Some("iso-8859-6"),
        28_597 => Some("iso-8859-7"),
        28_598 | 38_598 => Some("iso-8859-8"),
        28_599 => Some("windows-1254"),
        28_603 => Some("iso-8859-13"),
        28_605 => Some("iso-8859-15"),
        1_200 => Some("utf-16le"),
        1_201 => Some("utf-16be"),
        _ => None,
    };
    let decoded = match label {
        Some(label) => charset::decode(bytes, Some(label)),
        None => charset::decode_code_page(bytes, code_page),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if !decoded.sound => Decoded { text: text.to_owned(), sound: true },
        _ => decoded,
    }
}

/// The ANSI code page of a locale (MS-LCID, its language in the low ten bits).
pub fn of_locale(locale: u32) -> Option<u32> {
    Some(match (locale, locale & 0x3FF) {
        (0x0404 | 0x0C04 | 0x1404, _) => 950,
        (0x0C1A | 0x1C1A | 0x281A, _) => 1251,
        (_, 0x04) => 936,
        (_, 0x11) => 932,
        (_, 0x12) => 949,
        (_, 0x1E) => 874,
        (_, 0x01 | 0x20 | 0x29) => 1256,
        (_, 0x0D) => 1255,
        (_, 0x08) => 1253,
        (_, 0x1F | 0x2C) => 1254,
        (_, 0x2A) => 1258,
        (_, 0x25..=0x27) => 1257,
        (_, 0x02 | 0x19 | 0x22 | 0x23 | 0x2F | 0x3F | 0x40 | 0x44) => 1251,
        (_, 0x05 | 0x0E | 0x15 | 0x18 | 0x1A | 0x1B | 0x1C | 0x24) => 1250,
        (0, _) => return None,
        _ => 1252,
    })
}
