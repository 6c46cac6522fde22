//! Comments and text boxes of workbooks of Excel 97 to 2003, which lie beside the cells (\[MS-XLS\] 2.4.329 TxO).

/// The kind of a text record.
const TXO: u16 = 0x01B6;
/// The kind of the record that continues the one before it.
const CONTINUE: u16 = 0x003C;

/// The words of all comments and text boxes of a workbook's stream, one on a line.
pub fn text(book: &[u8]) -> String {
    let mut out = String::new();
    let mut left = 0_usize;
    let mut at = 0;
    while let Some(header) = book.get(at..at + 4) {
        let kind = u16::from_le_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let Some(body) = book.get(at + 4..at + 4 + length) else { break };
        match kind {
            TXO => left = body.get(10..12).map_or(0, |two| usize::from(u16::from_le_bytes([two[0], two[1]]))),
            CONTINUE if left > 0 => {
                let Some((flags, chars)) = body.split_first() else { break };
                let units: Vec<u16> = if flags & 1 == 1 {
                    chars.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take(left).collect()
                } else {
                    chars.iter().map(|byte| u16::from(*byte)).take(left).collect()
                };
                left -= units.len();
                out.push_str(&String::from_utf16_lossy(&units));
                if left == 0 {
                    out.push('\n');
                }
            }
            _ => left = 0,
        }
        at += 4 + length;
    }
    out
}
