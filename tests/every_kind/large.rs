//! Exports as large as a city's, for measuring memory and time: written where the environment says, and only when asked.
//!
//! ```text
//! RECORDROOM_LARGE=/big/disk cargo test --release --test every_kind -- --ignored large
//! ```
//!
//! What the program makes of them is measured from outside (`/usr/bin/time -v`), beside `readpst` for the store.

use super::pst::{Attached, Writer, binary, number, text, time};
use recordroom::source::outlook::store::cipher::Cipher;
use recordroom::source::outlook::store::layout::Variant;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

/// Folders of the store, and messages in each.
const FOLDERS: u32 = 140;
const MESSAGES: u32 = 140;
/// Bytes of the picture that every third message carries.
const PICTURE_BYTES: usize = 320_000;
/// Messages of the backup of a telephone; every fourth carries a picture of [`PHOTO_BYTES`].
const TEXTS: u32 = 2_400;
const PHOTO_BYTES: usize = 3_800_000;
/// 16 April 2019, 17:00:40 UTC, in seconds since 1970.
const SENT: u64 = 1_555_434_040;

fn place() -> PathBuf {
    PathBuf::from(std::env::var_os("RECORDROOM_LARGE").expect("RECORDROOM_LARGE names a folder with 6 GB free"))
}

/// Bytes that no compression makes smaller (xorshift64, Marsaglia 2003), with the beginning of a JPEG file.
fn picture(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut out = vec![0xFF, 0xD8, 0xFF, 0xE0];
    while out.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(bytes);
    out
}

/// A paragraph of words that differs from message to message.
fn words(seed: u64, count: u64) -> String {
    const WORDS: [&str; 12] = [
        "culvert", "plow", "permit", "council", "sewer", "agenda", "overtime", "gravel", "hydrant", "levy", "salt",
        "minutes",
    ];
    (0..count).map(|at| format!("{} {} ", WORDS[((seed + at * 7) % 12) as usize], seed + at)).collect()
}

#[test]
#[ignore = "writes a store of about two gigabytes"]
fn a_large_store_of_outlook() {
    let mut writer = Writer::new(Variant::Unicode, Cipher::None, false, |_, _, _| {});
    let folder = |at: u32| 0x8022 + at * 32;
    let item = |at: u32| 0x20_0024 + at * 32;
    // The store itself names the folder that Outlook shows, without which `readpst` finds nothing.
    let top = [vec![0; 20], 0x122_u32.to_le_bytes().to_vec()].concat();
    let store = writer.message(&[text(0x3001, "Cedar Bend"), number(0x35DF, 1), binary(0x35E0, &top)], &[], &[]);
    writer.node(0x21, store, 0);
    writer.folder(0x122, 0, "Top of Personal Folders", &(0..FOLDERS).map(folder).collect::<Vec<_>>(), &[]);
    for one in 0..FOLDERS {
        let items: Vec<u32> = (0..MESSAGES).map(|at| item(one * MESSAGES + at)).collect();
        writer.folder(folder(one), 0x122, &format!("Folder {one}"), &[], &items);
        for (at, id) in items.into_iter().enumerate() {
            let seed = u64::from(one * MESSAGES) + at as u64;
            let body = words(seed, 200);
            let properties = [
                text(0x1A, "IPM.Note"),
                text(0x37, &format!("Report {seed}")),
                text(0x42, "Ann Lind"),
                text(0x0C1A, "Ann Lind"),
                text(0x0C1E, "SMTP"),
                text(0x0C1F, "ann@cedarbend.example"),
                text(0x65, "ann@cedarbend.example"),
                text(0x1000, &body),
                binary(0x1013, format!("<html><body><p>{body}</p></body></html>").as_bytes()),
                number(0x3FDE, 65001),
                text(0x1035, &format!("<{seed}@cedarbend.example>")),
                time(0x39, (SENT + seed * 600 + 11_644_473_600) * 10_000_000),
                time(0x0E06, (SENT + seed * 600 + 11_644_473_602) * 10_000_000),
                number(0x0E07, 1),
            ];
            let recipient = vec![number(0x0C15, 1), text(0x3001, "Bo Berg"), text(0x39FE, "bo@cedarbend.example")];
            let attachment = || Attached {
                properties: vec![
                    number(0x3705, 1),
                    text(0x3707, &format!("photo {seed}.jpg")),
                    text(0x370E, "image/jpeg"),
                    binary(0x3701, &picture(seed + 1, PICTURE_BYTES)),
                ],
                item: None,
            };
            let attachments = if seed.is_multiple_of(3) { vec![attachment()] } else { Vec::new() };
            let message = writer.message(&properties, &[recipient], &attachments);
            writer.node(id, message, folder(one));
        }
    }
    let path = place().join("large.pst");
    let bytes = writer.finish();
    std::fs::write(&path, &bytes).expect("written");
    println!("{}: {} bytes, {} messages", path.display(), bytes.len(), FOLDERS * MESSAGES);
}

#[test]
#[ignore = "writes a backup of a telephone of about three gigabytes"]
fn a_large_backup_of_texts() {
    let path = place().join("sms-20250601.xml");
    let mut out = BufWriter::new(File::create(&path).expect("made"));
    let head =
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore v10-->\n";
    writeln!(out, "{head}<smses count=\"{TEXTS}\" backup_date=\"1748793600000\" type=\"full\">").expect("written");
    for at in 0..TEXTS {
        let (seed, date) = (u64::from(at), 1_700_000_000_000 + u64::from(at) * 600_000);
        let body = words(seed, 12);
        if at % 4 != 0 {
            let kind = at % 2 + 1;
            writeln!(
                out,
                "  <sms protocol=\"0\" address=\"+17635550142\" date=\"{date}\" type=\"{kind}\" subject=\"null\" body=\"{body}\" \
                 toa=\"null\" sc_toa=\"null\" service_center=\"null\" read=\"1\" status=\"-1\" locked=\"0\" date_sent=\"{date}\" \
                 contact_name=\"Lee Vang\" />"
            )
            .expect("written");
            continue;
        }
        let picture = super::packed::base64(&picture(seed + 1, PHOTO_BYTES)).replace(['\r', '\n'], "");
        writeln!(
            out,
            "  <mms date=\"{date}\" date_sent=\"{}\" msg_box=\"1\" m_type=\"132\" address=\"+17635550142\" sub=\"null\" \
             ct_t=\"application/vnd.wap.multipart.related\" read=\"1\" m_id=\"m{at}\" contact_name=\"Lee Vang\"><parts>\
             <part seq=\"0\" ct=\"text/plain\" name=\"null\" chset=\"106\" text=\"{body}\" />\
             <part seq=\"1\" ct=\"image/jpeg\" name=\"photo{at}.jpg\" chset=\"null\" text=\"null\" data=\"{picture}\" /></parts>\
             <addrs><addr address=\"+17635550142\" type=\"137\" charset=\"106\" /></addrs></mms>",
            date / 1000
        )
        .expect("written");
    }
    writeln!(out, "</smses>").expect("written");
    out.flush().expect("written");
    println!("{}: {} bytes", path.display(), std::fs::metadata(&path).expect("there").len());
}
