//! Pictures of the story: small mosaics, one for each name, in valid PNG and baseline JPEG.

use super::dice::Dice;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write as _;

/// Cells of a mosaic across and down.
const CELLS: usize = 12;

fn mosaic(name: &str) -> Vec<u8> {
    let mut dice = Dice::of(name);
    (0..CELLS * CELLS).map(|_| dice.below(256) as u8).collect()
}

/// A mosaic of 96 by 96 grey pixels (PNG, third edition; one `IDAT`).
pub fn png(name: &str) -> Vec<u8> {
    const SIDE: usize = CELLS * 8;
    let cells = mosaic(name);
    let mut rows = Vec::with_capacity(SIDE * (SIDE + 1));
    for y in 0..SIDE {
        rows.push(0);
        rows.extend((0..SIDE).map(|x| cells[y / 8 * CELLS + x / 8]));
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let _ = packed.write_all(&rows);
    let mut header = Vec::new();
    header.extend_from_slice(&(SIDE as u32).to_be_bytes());
    header.extend_from_slice(&(SIDE as u32).to_be_bytes());
    header.extend_from_slice(&[8, 0, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"IDAT", &packed.finish().unwrap_or_default());
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(kind);
    out.extend_from_slice(bytes);
    let mut crc = Crc::new();
    crc.update(&out[start..]);
    out.extend_from_slice(&crc.sum().to_be_bytes());
}

/// The lengths of the codes for the DC coefficients of luminance (ITU-T T.81, table K.3).
const DC_COUNTS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];

/// A mosaic of 96 by 96 grey pixels (ITU-T T.81, baseline). Each block is one shade, so only its DC coefficient is
/// coded; the one AC code is *end of block*.
pub fn jpeg(name: &str) -> Vec<u8> {
    const SIDE: u8 = (CELLS * 8) as u8;
    let mut out = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    let remark = format!("Cedar Bend {name}");
    out.extend_from_slice(&[0xff, 0xfe]);
    out.extend_from_slice(&(remark.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(remark.as_bytes());
    out.extend_from_slice(&[0xff, 0xdb, 0, 67, 0]);
    out.extend_from_slice(&[8; 64]);
    out.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, 0, SIDE, 0, SIDE, 1, 1, 0x11, 0]);
    out.extend_from_slice(&[0xff, 0xc4, 0, 31, 0]);
    out.extend_from_slice(&DC_COUNTS);
    out.extend(0..12_u8);
    out.extend_from_slice(&[0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend_from_slice(&[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
    let mut bits = Bits::default();
    let mut before = 0_i32;
    for shade in mosaic(name) {
        // The DC coefficient of a flat block is eight times its level shift; the table divides by eight.
        let level = i32::from(shade) - 128;
        dc(&mut bits, level - before);
        bits.put(0, 1);
        before = level;
    }
    out.extend_from_slice(&bits.finish());
    out.extend_from_slice(&[0xff, 0xd9]);
    out
}

/// Codes a difference: its category, and as many bits of it.
fn dc(bits: &mut Bits, difference: i32) {
    let category = 32 - difference.unsigned_abs().leading_zeros();
    let (code, length) = dc_code(category as u8);
    bits.put(code, length);
    let value = if difference < 0 { difference + (1 << category) - 1 } else { difference };
    bits.put(value as u32, category);
}

/// The code of a category, counted up as ITU-T T.81 annex C does.
fn dc_code(category: u8) -> (u32, u32) {
    let mut code = 0_u32;
    let mut symbol = 0_u8;
    for (at, count) in DC_COUNTS.iter().enumerate() {
        if category < symbol + count {
            return (code + u32::from(category - symbol), at as u32 + 1);
        }
        symbol += count;
        code = (code + u32::from(*count)) << 1;
    }
    (0, 0)
}

#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, length: u32) {
        for at in (0..length).rev() {
            self.held = (self.held << 1) | ((value >> at) & 1);
            self.count += 1;
            if self.count == 8 {
                self.push();
            }
        }
    }

    fn push(&mut self) {
        let byte = self.held as u8;
        self.out.push(byte);
        if byte == 0xff {
            // A marker cannot begin inside of the data.
            self.out.push(0);
        }
        (self.held, self.count) = (0, 0);
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count != 0 {
            self.put(1, 1);
        }
        self.out
    }
}
