//! Whole vaults: sealing, damage, streaming, letting go.

use super::*;
use crate::base::durable;
use crate::base::fault::{self, FaultKind};
use crate::base::limits::FRAME_BYTES;
use crate::base::tier::cases;
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;

struct House {
    directory: tempfile::TempDir,
    vault: Vault,
}

fn house() -> House {
    durable::set_syncing(false);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let vault = Vault::create(&directory.path().join("vault")).expect("created");
    House { directory, vault }
}

impl House {
    fn pack(&self, location: &Location) -> PathBuf {
        self.directory.path().join(format!("vault/{}/{:04}.pack", location.month, location.pack))
    }
    fn damage(&self, location: &Location, edit: impl FnOnce(&mut Vec<u8>)) {
        let path = self.pack(location);
        let mut bytes = fs::read(&path).expect("readable");
        edit(&mut bytes);
        // Written in place, because the vault keeps the file open.
        fs::write(path, bytes).expect("written");
    }
}

fn month() -> Month {
    Month::new(2025, 11).expect("a month")
}

/// Bytes that do not compress, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut out);
    out
}

fn three<'a>(original: &'a [u8], text: &'a [u8]) -> [(Section, u32, &'a [u8]); 3] {
    [(Section::Original, 0, original), (Section::Facts, 0, b"{\"subject\":\"pothole\"}"), (Section::Text, 7, text)]
}

#[test]
fn a_family_reads_back_section_by_section() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    let text = b"the road is closed ".repeat(5000);
    let noise = noise(3 * FRAME_BYTES + 17);
    for original in [&b""[..], b"x", &text, &noise] {
        let family = seal_family(&key, &three(original, &text));
        let location = writer.append(month(), &family).expect("appended");
        let read = |section, part| house.vault.read(&location, &key, section, part);
        assert_eq!(read(Section::Original, 0).expect("opens"), original);
        assert_eq!(read(Section::Text, 7).expect("opens"), text);
        let mut out = Vec::new();
        let count = house.vault.read_to(&location, &key, Section::Original, 0, &mut out).expect("opens");
        assert_eq!((count, out.as_slice()), (original.len() as u64, original));
        assert!(matches!(read(Section::Text, 0), Err(VaultError::NoSuchSection { .. })));
        let verified = house.vault.verify(&location, &key).expect("verifies");
        assert_eq!(verified.bytes, (original.len() + 21 + text.len()) as u64);
        assert_eq!(house.vault.sections(&location, &key).expect("lists"), verified.sections);
        let other = house.vault.read(&location, &FamilyKey::random(), Section::Text, 7);
        assert!(matches!(other, Err(VaultError::WrongKey { .. })));
    }
    writer.sync().expect("synced");
    let family = seal_family(&key, &three(&text, &text));
    assert!(family.bytes().len() < text.len() / 10, "text is compressed");
    assert!(seal_family(&key, &[(Section::Original, 0, &noise)]).bytes().len() < noise.len() + 200, "noise is not");
    assert!(!family.bytes().windows(7).any(|window| window == b"pothole"), "facts are sealed");
}

#[test]
fn any_changed_byte_is_noticed() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    let family = seal_family(&key, &three(b"an original of some length, so that it is not tiny", b"text"));
    let location = writer.append(month(), &family).expect("appended");
    for at in 0..location.length as usize {
        house.damage(&location, |bytes| bytes[at] ^= 0x10);
        let error = house.vault.verify(&location, &key).expect_err("noticed");
        assert!(error.is_integrity(), "byte {at}: {error}");
        if !(20..28).contains(&at) {
            assert!(error.to_string().contains("(I1): pack 2025-11/0001, stretch at byte 0"), "byte {at}: {error}");
        }
        house.damage(&location, |bytes| bytes[at] ^= 0x10);
    }
    house.vault.verify(&location, &key).expect("whole again");
    house.damage(&location, |bytes| bytes.truncate(location.length as usize - 1));
    let error = house.vault.verify(&location, &key).expect_err("cut");
    assert!(error.to_string().contains("the pack file ends inside it"), "{error}");
    house.damage(&location, |bytes| bytes[3] = b'2');
    assert!(house.vault.verify(&Location { length: location.length - 1, ..location }, &key).is_err());
}

#[test]
fn every_changed_frame_of_a_large_stretch_is_named() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    let noise = noise(2 * FRAME_BYTES + 5);
    let location = writer.append(month(), &seal_family(&key, &three(&noise, b"text"))).expect("appended");
    for (at, frame) in [(28, 0), (100, 0), (28 + FRAME_BYTES + 20, 1), (28 + 2 * (FRAME_BYTES + 20) + 5, 2)] {
        house.damage(&location, |bytes| bytes[at] ^= 1);
        let error = house.vault.verify(&location, &key).expect_err("noticed").to_string();
        assert!(error.contains(&format!("frame {frame} of its original 0")), "{error}");
        assert_eq!(house.vault.read(&location, &key, Section::Text, 7).expect("another section opens"), b"text");
        house.damage(&location, |bytes| bytes[at] ^= 1);
    }
}

#[test]
fn frames_cannot_be_exchanged_moved_or_cut_off() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    let noise = noise(3 * FRAME_BYTES);
    let seal = || seal_family(&key, &[(Section::Original, 0, &noise), (Section::Original, 1, &noise)]);
    let (one, two) = (writer.append(month(), &seal()).expect("one"), writer.append(month(), &seal()).expect("two"));
    let (frame, header) = (FRAME_BYTES + 20, 28);
    let swap = |bytes: &mut Vec<u8>, a: usize, b: usize| {
        let (first, second) = bytes.split_at_mut(b);
        first[a..a + frame].swap_with_slice(&mut second[..frame]);
    };
    let second = one.length as usize + header;
    // Two frames of a section; the same frame of two sections; the same frame of two families under one key.
    for (a, b) in [(header, header + frame), (header, header + 3 * frame), (header, second)] {
        house.damage(&one, |bytes| swap(bytes, a, b));
        assert!(house.vault.verify(&one, &key).is_err(), "{a} and {b}");
        house.damage(&one, |bytes| swap(bytes, a, b));
        house.vault.verify(&one, &key).expect("whole again");
    }
    // A whole stretch in another's place is another family, though the key opens it.
    let error = house.vault.read(&Location { seal: one.seal, ..two }, &key, Section::Original, 0).expect_err("another");
    assert!(error.to_string().contains("its seal id differs"), "{error}");
}

#[test]
fn a_streamed_family_is_like_one_sealed_in_memory() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    writer.append(month(), &seal_family(&key, &three(b"before", b""))).expect("appended");
    for original in [vec![], noise(FRAME_BYTES), noise(2 * FRAME_BYTES + 1), b"minutes ".repeat(500_000)] {
        let mut stream = writer.stream(month(), &key).expect("begun");
        let told = stream.section(Section::Original, 0, &mut original.as_slice()).expect("streamed");
        assert_eq!(told.bytes, original.len() as u64);
        assert_eq!(told.blake3, crate::base::digest::Blake3Digest::of(&original));
        assert_eq!(told.sha256, crate::base::digest::Sha256Digest::of(&original));
        stream.section(Section::Facts, 0, &mut told.sha256.to_string().as_bytes()).expect("streamed");
        let location = stream.finish().expect("finished");
        assert!(house.vault.read(&location, &key, Section::Original, 0).expect("opens") == original);
        assert_eq!(house.vault.verify(&location, &key).expect("verifies").bytes, told.bytes + 64);
        assert!(told.bytes < 3_000_000 || location.length < told.bytes / 20, "text is compressed while it streams");
    }
}

struct Failing(usize);

impl std::io::Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = out.len().min(self.0);
        self.0 -= count;
        if count == 0 { Err(std::io::Error::other("the stick was pulled")) } else { Ok(count) }
    }
}

#[test]
fn a_stream_given_up_leaves_nothing_behind() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    let before = writer.append(month(), &seal_family(&key, &three(b"before", b""))).expect("appended");
    let mut stream = writer.stream(month(), &key).expect("begun");
    let error = stream.section(Section::Original, 0, &mut Failing(3 * FRAME_BYTES)).expect_err("source failed");
    assert!(matches!(error, VaultError::Source(_)), "{error}");
    drop(stream);
    assert_eq!(house.vault.packs().expect("listed")[0].bytes, before.length);
    let after = writer.append(month(), &seal_family(&key, &three(b"after", b""))).expect("appended");
    assert_eq!(after.offset, before.length);
    house.vault.verify(&after, &key).expect("verifies");
}

#[test]
fn a_failed_append_and_a_lost_tail_are_cut_off() {
    let house = house();
    let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
    let family = seal_family(&key, &three(b"one", b"two"));
    let first = writer.append(month(), &family).expect("appended");
    fault::arm(FaultKind::FailOnce, 1);
    assert!(writer.append(month(), &family).is_err());
    fault::disarm();
    let second = writer.append(month(), &family).expect("appended");
    assert_eq!(second.offset, first.length);
    // Opening after a crash: only the first was committed.
    house.vault.truncate_to(month(), 1, first.length).expect("cut");
    assert_eq!(house.vault.packs().expect("listed"), [PackFile { month: month(), pack: 1, bytes: first.length }]);
    house.vault.verify(&first, &key).expect("verifies");
    assert!(house.vault.truncate_to(month(), 1, first.length + 1).is_err_and(|error| error.is_integrity()));
    house.vault.truncate_to(month(), 1, 0).expect("removed");
    assert!(matches!(house.vault.read(&first, &key, Section::Text, 7), Err(VaultError::MissingPack { .. })));
    assert!(matches!(house.vault.truncate_to(month(), 1, 5), Err(VaultError::MissingPack { .. })));
}

#[test]
fn packs_are_filled_one_after_the_other() {
    let house = house();
    let (key, family) = (FamilyKey::random(), seal_family(&FamilyKey::random(), &three(&noise(1000), b"")));
    let mut writer = Writer::with_pack_bytes(&house.vault, 3000);
    let packs: Vec<u32> = (0..6).map(|_| writer.append(Month::UNDATED, &family).expect("appended").pack).collect();
    assert_eq!(packs, [1, 1, 2, 2, 3, 3]);
    let large = seal_family(&key, &three(&noise(9000), b""));
    assert_eq!(writer.append(Month::UNDATED, &large).expect("appended").pack, 4, "one too large has its own");
    let mut again = Writer::with_pack_bytes(&house.vault, 3000);
    assert_eq!(again.append(Month::UNDATED, &family).expect("appended").pack, 5);
    assert_eq!(house.vault.packs().expect("listed").len(), 5);
}

#[test]
fn released_families_read_as_damage_and_their_bytes_are_gone() {
    let house = house();
    let mut writer = Writer::open(&house.vault);
    let keys: Vec<FamilyKey> = (0..6).map(|_| FamilyKey::random()).collect();
    let family = |key| seal_family(key, &three(&noise(20_000), b"text"));
    let all: Vec<Location> = keys.iter().map(|key| writer.append(month(), &family(key)).expect("appended")).collect();
    house.vault.release(&[all[1], all[2], all[4]]).expect("released");
    house.vault.release(&[all[1]]).expect("releasing twice is fine");
    let bytes = fs::read(house.pack(&all[0])).expect("readable");
    for (at, (location, key)) in all.iter().zip(&keys).enumerate() {
        let stretch = &bytes[location.offset as usize..(location.offset + location.length) as usize];
        assert_eq!(house.vault.verify(location, key).is_ok(), [0, 3, 5].contains(&at), "family {at}");
        assert_eq!(stretch.iter().all(|byte| *byte == 0), [1, 2, 4].contains(&at), "family {at}");
    }
    let living = all[0].length + all[3].length + all[5].length;
    let share = house.vault.dead_share(month(), 1, living).expect("told");
    assert!((0.49..0.51).contains(&share), "{share}");
}

#[test]
fn compacting_moves_the_living_and_the_old_pack_goes_after_the_commit() {
    let house = house();
    let mut writer = Writer::open(&house.vault);
    let keys: Vec<FamilyKey> = (0..4).map(|_| FamilyKey::random()).collect();
    let family = |key| seal_family(key, &three(&noise(2 * FRAME_BYTES), b"text"));
    let all: Vec<Location> = keys.iter().map(|key| writer.append(month(), &family(key)).expect("appended")).collect();
    let moved = writer.copy_live(month(), 1, &[all[3], all[1]]).expect("copied");
    writer.sync().expect("synced");
    assert_eq!(moved.iter().map(|(old, _)| *old).collect::<Vec<_>>(), [all[3], all[1]]);
    house.vault.verify(&all[1], &keys[1]).expect("the old one is still there");
    house.vault.erase_pack(month(), 1).expect("erased");
    for (new, key) in [(moved[0].1, &keys[3]), (moved[1].1, &keys[1])] {
        assert_eq!(new.pack, 2);
        house.vault.verify(&new, key).expect("verifies");
    }
    assert!(matches!(house.vault.verify(&all[1], &keys[1]), Err(VaultError::MissingPack { .. })));
    assert!(writer.copy_live(month(), 2, &[Location { offset: 3, ..moved[0].1 }]).is_err(), "no family begins there");
}

#[test]
fn a_probe_with_saved_keys_finds_what_is_still_there_and_nothing_else() {
    let house = house();
    let mut writer = Writer::open(&house.vault);
    let (kept, gone, unknown) = (FamilyKey::random(), FamilyKey::random(), FamilyKey::random());
    // An original that itself contains the magic must not confuse the scan.
    let texts = [(&kept, "RRF1 the kept one"), (&gone, "the doomed one"), (&unknown, "nobody's")];
    let places = texts.map(|(key, text)| {
        let family = seal_family(key, &three(&noise(FRAME_BYTES + 3), text.as_bytes()));
        writer.append(month(), &family).expect("appended")
    });
    let probe = |keys: &[FamilyKey]| {
        let mut seen = Vec::new();
        let count = decrypt_everything(house.vault.directory(), keys, &mut |bytes| seen.extend_from_slice(bytes));
        (count.expect("scanned").opened, String::from_utf8_lossy(&seen).into_owned())
    };
    let saved = [kept, gone];
    let (opened, seen) = probe(&saved);
    assert!(opened == 2 && seen.contains("kept one") && seen.contains("doomed one") && !seen.contains("nobody's"));
    house.vault.release(&places[1..2]).expect("released");
    let (opened, seen) = probe(&saved);
    assert!(opened == 1 && seen.contains("kept one") && !seen.contains("doomed one"));
}

#[test]
fn sealing_small_families_is_fast_and_costs_little_room() {
    let key = FamilyKey::random();
    let sections =
        [(Section::Original, 0, &b"ok, see you at 5"[..]), (Section::Facts, 0, b"facts"), (Section::Text, 0, b"ok")];
    let content: usize = sections.iter().map(|(_, _, bytes)| bytes.len()).sum();
    let overhead = seal_family(&key, &sections).bytes().len() - content;
    assert_eq!(overhead, 28 + 3 * 20 + 3 * 22 + 24, "header, frames, entries, table");
}

proptest! {
    #![proptest_config(cases(8, 48))]

    #[test]
    fn lengths_around_frame_boundaries_round_trip(
        frames in 0usize..3, delta in -2i64..=2, compressible in any::<bool>(), streamed in any::<bool>(),
    ) {
        let house = house();
        let length = (frames * FRAME_BYTES) as i64 + delta;
        let length = usize::try_from(length).unwrap_or(0);
        let original = if compressible { vec![b'a'; length] } else { noise(length) };
        let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
        let location = if streamed {
            let mut stream = writer.stream(month(), &key).expect("begun");
            stream.section(Section::Original, 3, &mut original.as_slice()).expect("streamed");
            stream.finish().expect("finished")
        } else {
            writer.append(month(), &seal_family(&key, &[(Section::Original, 3, &original)])).expect("appended")
        };
        prop_assert!(house.vault.read(&location, &key, Section::Original, 3).expect("opens") == original);
        let mut out = Vec::new();
        house.vault.read_to(&location, &key, Section::Original, 3, &mut out).expect("opens");
        prop_assert!(out == original);
    }

    #[test]
    fn a_stretch_of_arbitrary_bytes_is_an_error_and_never_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0usize..3,
    ) {
        let house = house();
        let (key, mut writer) = (FamilyKey::random(), Writer::open(&house.vault));
        let family = seal_family(&key, &three(b"one", b"two"));
        let location = writer.append(month(), &family).expect("appended");
        // A true header (or its magic alone) followed by noise reaches the deeper checks.
        let kept = [0, 4, 28][start];
        house.damage(&location, |pack| { pack.truncate(kept); pack.extend(&bytes); });
        let location = Location { length: (kept + bytes.len()) as u64, ..location };
        prop_assert!(house.vault.verify(&location, &key).is_err());
        let count = decrypt_everything(house.vault.directory(), &[key], &mut |_| {}).expect("scanned");
        prop_assert_eq!(count.opened, 0);
    }
}
