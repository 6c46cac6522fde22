//! The fonts a page is drawn with: part of the program, so that the same item gives the same bytes everywhere.
//!
//! No font of the machine is ever asked. What none of these covers is drawn as a visible `[U+XXXX]` by `screen`.
//! Where the files come from and under which licences: `assets/fonts/README.md`.

use krilla::text::Font;
use parley::fontique::{Blob, CharmapIndex, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use parley::{FontContext, FontData};
use std::sync::{Arc, OnceLock};

macro_rules! faces {
    ($($file:literal),* $(,)?) => {
        /// Name and bytes, in the order in which they are asked for a character.
        const FILES: &[(&str, &[u8])] =
            &[$(($file, include_bytes!(concat!("../../assets/fonts/", $file, ".ttf")))),*];
    };
}

// Emoji stand before the symbols, and Chinese, Japanese and Korean last: those files also have
// Latin letters.
faces![
    "NotoSans-Regular",
    "NotoSans-Bold",
    "NotoSansMono-Regular",
    "NotoSansArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansBengali-Regular",
    "NotoSansGujarati-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansTamil-Regular",
    "NotoSansTelugu-Regular",
    "NotoSansKannada-Regular",
    "NotoSansMalayalam-Regular",
    "NotoSansSinhala-Regular",
    "NotoSansThai-Regular",
    "NotoSansLao-Regular",
    "NotoSansKhmer-Regular",
    "NotoSansMyanmar-Regular",
    "NotoSerifTibetan-Regular",
    "NotoSansEthiopic-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansCherokee-Regular",
    "NotoSansCanadianAboriginal-Regular",
    "NotoSansPahawhHmong-Regular",
    "NotoSerifNyiakengPuachueHmong-Regular",
    "NotoSansAdlam-Regular",
    "NotoSansNKo-Regular",
    "NotoEmoji-Regular",
    "NotoSansSymbols-Regular",
    "NotoSansSymbols2-Regular",
    "NotoSansMath-Regular",
    "DroidSansFallbackFull",
    "NanumSquareR",
];

/// A face: its place in the order above, at most 63.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Face(u8);

/// The face of running text.
pub(super) const REGULAR: Face = Face(0);
/// The face of titles, labels and stamps.
pub(super) const BOLD: Face = Face(1);
/// The face of columns that the sender lined up with spaces.
pub(super) const MONO: Face = Face(2);

/// A set of faces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Faces(u64);

impl Faces {
    /// Adds a face.
    pub(super) fn insert(&mut self, face: Face) {
        self.0 |= 1 << face.0;
    }
    /// The faces of both sets.
    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// The names of `first` and then of the faces in the set, in the fixed order.
    pub(super) fn names(self, first: Face) -> impl Iterator<Item = &'static str> {
        let others = (0u8..).zip(FILES).filter(move |(at, _)| self.0 & (1 << at) != 0 && *at != first.0);
        std::iter::once(FILES[usize::from(first.0)].0).chain(others.map(|(_, (name, _))| *name))
    }
}

struct Loaded {
    blob: Blob<u8>,
    characters: CharmapIndex,
    font: OnceLock<Font>,
}

struct Shelf {
    context: FontContext,
    faces: Vec<Loaded>,
}

/// The registered fonts, made once for the whole program.
fn shelf() -> &'static Shelf {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    SHELF.get_or_init(|| {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let mut faces = Vec::with_capacity(FILES.len());
        for (name, bytes) in FILES {
            let blob = Blob::new(Arc::new(*bytes));
            let named = FontInfoOverride { family_name: Some(name), ..FontInfoOverride::default() };
            let families = collection.register_fonts(blob.clone(), Some(named));
            let characters = families.first().and_then(|(_, fonts)| fonts.first()).map(|font| font.charmap_index());
            let characters = characters.unwrap_or_else(|| panic!("the font {name} is part of the program"));
            faces.push(Loaded { blob, characters, font: OnceLock::new() });
        }
        Shelf { context: FontContext { collection, source_cache: SourceCache::default() }, faces }
    })
}

/// A font context for one thread.
pub(super) fn context() -> FontContext {
    shelf().context.clone()
}

/// Whether a face has a character.
pub(super) fn covers(face: Face, character: char) -> bool {
    let loaded = &shelf().faces[usize::from(face.0)];
    let map = loaded.characters.charmap(loaded.blob.data());
    map.and_then(|map| map.map(character)).is_some_and(|glyph| glyph != 0)
}

/// The first face that has a character, asked after `REGULAR`, `BOLD` and `MONO`.
pub(super) fn fallback(character: char) -> Option<Face> {
    (3u8..).take(FILES.len() - 3).map(Face).find(|face| covers(*face, character))
}

/// The font in the form the PDF writer takes; `None` for a font that is not of the shelf.
pub(super) fn for_writing(data: &FontData) -> Option<Font> {
    let loaded = shelf().faces.iter().find(|loaded| loaded.blob.id() == data.data.id())?;
    if let Some(font) = loaded.font.get() {
        return Some(font.clone());
    }
    let bytes: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(data.data.clone());
    let font = Font::new(bytes.into(), data.index)?;
    Some(loaded.font.get_or_init(|| font).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_can_be_written_and_has_letters_of_its_script() {
        // One character of each script that the table of fonts promises.
        let promised = "ع א अ অ અ ਅ அ అ ಅ അ අ ก ກ ក က བ አ ա ა Ꭰ ᐃ 𖬀 𞄀 𞤀 ߊ 😀 ☎ 𝐀 中 の 한";
        for character in promised.chars().filter(|c| *c != ' ') {
            let face = fallback(character);
            assert!(face.is_some(), "{character} ({:04X}) is covered", u32::from(character));
        }
        for loaded in &shelf().faces {
            let data = FontData::new(loaded.blob.clone(), 0);
            assert!(for_writing(&data).is_some());
        }
        assert!(FILES.len() <= 64, "the faces fit a set");
        assert!(covers(REGULAR, 'я') && covers(BOLD, 'Ω') && covers(MONO, '─'));
    }
}
