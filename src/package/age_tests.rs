//! What is written opens again, and the program `age` and this room agree on how.

use super::*;
use proptest::prelude::*;

/// Bytes of base64 without padding.
fn bytes_of(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').chars() {
        bits = bits << 6 | LETTERS.find(letter).expect("base64") as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

/// Opens a file as its receiver does: with the 32 bytes of a secret key, or with a passphrase.
fn opened(file: &[u8], secret: Option<[u8; 32]>, words: &str) -> Option<Vec<u8>> {
    let end = file.windows(5).position(|one| one == b"\n--- ")? + 1;
    let behind = end + file[end..].iter().position(|one| *one == b'\n')? + 1;
    let head = std::str::from_utf8(&file[..behind]).ok()?;
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines[0], MAGIC);
    let mut file_key = None;
    for at in (1..lines.len() - 1).step_by(2) {
        let words_of_it: Vec<&str> = lines[at].split(' ').collect();
        let wrap = match (words_of_it[1], secret) {
            ("X25519", Some(secret)) => {
                let share: [u8; 32] = bytes_of(words_of_it[2]).try_into().ok()?;
                let own = MontgomeryPoint::mul_base_clamped(secret).to_bytes();
                let shared = MontgomeryPoint(share).mul_clamped(secret).to_bytes();
                derived(&shared, &[share, own].concat(), b"age-encryption.org/v1/X25519")
            }
            ("scrypt", None) => {
                let salted = [b"age-encryption.org/v1/scrypt".to_vec(), bytes_of(words_of_it[2])].concat();
                let parameters = scrypt::Params::new(words_of_it[3].parse().ok()?, 8, 1, 32).ok()?;
                let mut key = [0; 32];
                scrypt::scrypt(words.as_bytes(), &salted, &parameters, &mut key).ok()?;
                key
            }
            _ => continue,
        };
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&wrap));
        file_key = file_key.or(cipher.decrypt(Nonce::from_slice(&[0; 12]), bytes_of(lines[at + 1]).as_slice()).ok());
    }
    let file_key = file_key?;
    assert_eq!(
        head[end + 4..].trim_end(),
        base64(&keyed(&derived(&file_key, &[], b"header"), &[&head.as_bytes()[..end + 3]]))
    );
    let (nonce, content) = file[behind..].split_at(16);
    let cipher = ChaCha20Poly1305::new(Key::from_slice(&derived(&file_key, nonce, b"payload")));
    let mut out = Vec::new();
    let chunks: Vec<&[u8]> = content.chunks(CHUNK + 16).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        let mut nonce = [0_u8; 12];
        nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
        nonce[11] = u8::from(number + 1 == chunks.len());
        out.extend(cipher.decrypt(Nonce::from_slice(&nonce), *chunk).ok()?);
    }
    Some(out)
}

fn random(seed: u8) -> Randomness {
    Randomness {
        file_key: [seed; 16],
        nonce: [seed ^ 0x55; 16],
        salt: [seed ^ 0x33; 16],
        secrets: (0..3).map(|at| [seed ^ 0x77 ^ at; 32]).collect(),
    }
}

fn written(receivers: &Receivers, content: &[u8], piece: usize) -> Vec<u8> {
    let mut sealing = Sealing::begin(Vec::new(), receivers, &random(7)).expect("begun");
    for piece in content.chunks(piece.max(1)) {
        sealing.write_all(piece).expect("written");
    }
    sealing.finish().expect("finished")
}

fn recipient(secret: [u8; 32]) -> Recipient {
    Recipient(MontgomeryPoint::mul_base_clamped(secret).to_bytes())
}

/// Made with age 1.1.1: `age-keygen`, `age -r age126jq... plain` and `age -p plain`, whose content was `Cedar Bend`.
const KEY: &str = "age126jqwmvh0f2zhyppcfpvsjqu83ulf90d0zltgtjmmg4edk4339rsn46hlk";
const SECRET: &str = "AGE-SECRET-KEY-1U2W7QY4NEU9YHPDHSC2GHKDVMNQLTDYXWW65J9PPHUHHU8N6WKMQTFYQ6J";
const FOR_KEY: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSB6WjNCa1ZIOG9ndnlkTnRDaU1WVWNzTU9ZYk9oaS9HeTU0ek5PSFp0QWgwCjVlS1B6bE90Z3BBR3VMYnR6UUtGN2thVmVqK2tLbTVDT242Tm1TYW9vazQKLS0tIFE3QzdBQWtvYUpSYmNiejlKZnlwNmdLZlFtZUx6WENlRXpzYWNVT04zUjQKtmE8ZwbQzrw973MFDwlIrBwx1a4bLx/rLMs5l2+jF7RQwnKpU4WGisSUlw==";
const FOR_WORDS: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCA0OEpOR1hCdzBwMFMwOEM2dkt6Y0pRIDE4CkpTU3lmQ1NCdnY1alc2L1BvTlhJaWYwYlg1ZDBmU01ITi83V0tPd3ZWeFUKLS0tIElsdDV1NHVQaHdCYkZtcE9sTXBpeHhkWXhmaHdWNlRZTmlYNXlNZU5GZTgKS5x3NsseV+8IDOpBfbWlqpPHRQrNGllQZOIVWkFlIGmm5yQgAb2DvjpLCA==";

#[test]
fn files_and_keys_of_the_program_itself_are_understood() {
    let secret: [u8; 32] = bech32(SECRET, "age-secret-key-").expect("a secret").try_into().expect("32 bytes");
    assert_eq!(KEY.parse(), Ok(recipient(secret)));
    assert_eq!(opened(&bytes_of(FOR_KEY), Some(secret), "").as_deref(), Some(&b"Cedar Bend\n"[..]));
    assert_eq!(opened(&bytes_of(FOR_WORDS), None, "a long passphrase").as_deref(), Some(&b"Cedar Bend\n"[..]));
}

#[test]
fn a_passphrase_opens_what_it_closed_and_no_other_does() {
    let file = written(&Receivers::Passphrase("a long passphrase".to_owned()), b"Cedar Bend", 3);
    assert_eq!(opened(&file, None, "a long passphrase").as_deref(), Some(&b"Cedar Bend"[..]));
    assert_eq!(opened(&file, None, "a long passphrasf"), None);
}

#[test]
fn every_receiver_opens_it_and_nobody_else() {
    let keys = [[1; 32], [2; 32]];
    let file = written(&Receivers::Keys(keys.map(recipient).to_vec()), b"Cedar Bend", 100);
    for key in keys {
        assert_eq!(opened(&file, Some(key), "").as_deref(), Some(&b"Cedar Bend"[..]));
    }
    assert_eq!(opened(&file, Some([3; 32]), ""), None);
    let text = String::from_utf8_lossy(&file).into_owned();
    assert!(!text.contains("Cedar Bend"));
}

#[test]
fn what_is_no_key_is_named() {
    for wrong in
        ["", "age1", "age1qqqq", &KEY[..61], &KEY.replace('q', "p"), &format!("A{}", &KEY[1..]), "ssh-ed25519 AAAA"]
    {
        assert!(matches!(wrong.parse::<Recipient>(), Err(AgeError::Key(_))), "{wrong}");
    }
    assert_eq!(SECRET.parse::<Recipient>(), Err(AgeError::Secret));
    assert_eq!(usable(&Receivers::Keys(Vec::new())), Err(AgeError::Nobody));
    assert_eq!(usable(&Receivers::Passphrase("short".to_owned())), Err(AgeError::Short));
    // A key of low order would give every file the same secret.
    let weak = Receivers::Keys(vec![Recipient([0; 32])]);
    assert!(Sealing::begin(Vec::new(), &weak, &random(7)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_length_written_in_any_pieces_comes_back(over in 0_usize..3, length in 0_usize..40, piece in 1_usize..100_000) {
        let content: Vec<u8> = (0..(over * CHUNK + length).saturating_sub(20)).map(|at| (at % 251) as u8).collect();
        let file = written(&Receivers::Keys(vec![recipient([9; 32])]), &content, piece);
        prop_assert_eq!(opened(&file, Some([9; 32]), ""), Some(content));
    }
}
