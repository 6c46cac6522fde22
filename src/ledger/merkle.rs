//! Merkle trees with SHA-256 as in RFC 6962 section 2.1 (the same tree as RFC 9162): roots and proofs.

use crate::base::digest::Sha256Digest;
use sha2::{Digest as _, Sha256};

/// The hash of a leaf: SHA-256 of a zero byte and the entry (RFC 6962 2.1).
pub fn leaf_hash(entry: &[u8]) -> Sha256Digest {
    Sha256Digest::from_bytes(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of a node: SHA-256 of a one byte and its two children (RFC 6962 2.1).
fn node_hash(left: &Sha256Digest, right: &Sha256Digest) -> Sha256Digest {
    let hasher = Sha256::new().chain_update([1]).chain_update(left.as_bytes()).chain_update(right.as_bytes());
    Sha256Digest::from_bytes(hasher.finalize().into())
}

/// Computes a root while leaves come in, keeping one hash for each set bit of their count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MerkleBuilder {
    count: u64,
    /// Roots of the complete subtrees, the largest (leftmost) first.
    subtrees: Vec<Sha256Digest>,
}

impl MerkleBuilder {
    /// Adds the hash of the next leaf.
    pub fn push(&mut self, leaf: Sha256Digest) {
        let mut hash = leaf;
        // Each low set bit of the count is a complete subtree that this leaf completes to one of twice its size.
        for _ in 0..self.count.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.count += 1;
    }

    /// How many leaves were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The root so far; of no leaves it is SHA-256 of nothing (RFC 6962 2.1).
    pub fn root(&self) -> Sha256Digest {
        let mut from_right = self.subtrees.iter().rev();
        match from_right.next() {
            None => Sha256Digest::of(b""),
            Some(last) => from_right.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// The root over the hashes of leaves.
pub fn root(leaves: &[Sha256Digest]) -> Sha256Digest {
    let mut tree = MerkleBuilder::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// The hashes that prove that leaf `index` is in the tree (RFC 6962 2.1.1); `None` when there is no such leaf.
pub fn inclusion_proof(leaves: &[Sha256Digest], index: usize) -> Option<Vec<Sha256Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut part, mut index, mut path) = (leaves, index, Vec::new());
    while part.len() > 1 {
        let (left, right) = part.split_at(split(part.len()));
        if index < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            index -= left.len();
            part = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether a proof shows that the leaf stands at `index` in the tree of `size` leaves with this root
/// (RFC 9162 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Sha256Digest,
    index: u64,
    size: u64,
    proof: &[Sha256Digest],
    root: &Sha256Digest,
) -> bool {
    if index >= size {
        return false;
    }
    let (mut position, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            hash = node_hash(sibling, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The hashes that prove that the tree of the first `old_size` leaves is a beginning of this one (RFC 6962 2.1.2);
/// `None` when it has no leaf or more than this one.
pub fn consistency_proof(leaves: &[Sha256Digest], old_size: usize) -> Option<Vec<Sha256Digest>> {
    if old_size == 0 || old_size > leaves.len() {
        return None;
    }
    let (mut part, mut old, mut whole, mut path) = (leaves, old_size, true, Vec::new());
    while old < part.len() {
        let (left, right) = part.split_at(split(part.len()));
        if old <= left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            old -= left.len();
            part = right;
            whole = false;
        }
    }
    if !whole {
        // The old tree's last subtree is not the whole old tree, so the verifier does not know its root.
        path.push(root(part));
    }
    path.reverse();
    Some(path)
}

/// Whether a proof shows that the tree with `old_root` is a beginning of the tree with `new_root`
/// (RFC 9162 2.1.4.2).
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    proof: &[Sha256Digest],
    old_root: &Sha256Digest,
    new_root: &Sha256Digest,
) -> bool {
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    // A complete old tree is itself the first node of the path.
    let path = old_size.is_power_of_two().then_some(old_root).into_iter().chain(proof);
    let mut path = path.copied();
    let Some(first) = path.next() else { return false };
    let (mut position, mut last) = (old_size - 1, new_size - 1);
    while position & 1 == 1 {
        position >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            old_hash = node_hash(&sibling, &old_hash);
            new_hash = node_hash(&sibling, &new_hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, &sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// The largest power of two below a count of at least two.
fn split(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::from_hex;
    use proptest::prelude::*;

    /// The leaves of the Certificate Transparency reference implementation's tests.
    fn ct_leaves() -> Vec<Sha256Digest> {
        let entries =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        entries.iter().map(|entry| leaf_hash(&from_hex(entry).expect("hexadecimal"))).collect()
    }

    fn hashes(texts: &[&str]) -> Vec<Sha256Digest> {
        texts.iter().map(|text| text.parse().expect("a digest")).collect()
    }

    #[test]
    fn roots_are_the_published_ones() {
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (count, expected) in roots.iter().enumerate() {
            assert_eq!(root(&ct_leaves()[..count]).to_string(), *expected, "{count} leaves");
        }
    }

    #[test]
    fn inclusion_proofs_are_the_published_ones() {
        let (leaves, proof) = (ct_leaves(), |size: usize, index| inclusion_proof(&ct_leaves()[..size], index));
        let first = hashes(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]);
        let sixth = hashes(&[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]);
        let third = hashes(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
        assert_eq!((proof(8, 0), proof(8, 5), proof(3, 2)), (Some(first.clone()), Some(sixth), Some(third)));
        assert_eq!((proof(8, 8), proof(1, 0)), (None, Some(vec![])));
        assert!(verify_inclusion(&leaves[0], 0, 8, &first, &root(&leaves)));
    }

    #[test]
    fn consistency_proofs_are_the_published_ones() {
        let from_six = hashes(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]);
        let from_two = hashes(&[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]);
        let leaves = ct_leaves();
        assert_eq!(consistency_proof(&leaves, 6), Some(from_six));
        assert_eq!(consistency_proof(&leaves[..5], 2), Some(from_two));
        assert_eq!(consistency_proof(&leaves, 8), Some(vec![]));
        assert_eq!((consistency_proof(&leaves, 0), consistency_proof(&leaves, 9)), (None, None));
    }

    #[test]
    fn every_inclusion_proof_up_to_seventy_leaves_verifies_and_fits_nothing_else() {
        let leaves: Vec<_> = (0..70u8).map(|number| leaf_hash(&[number])).collect();
        for size in 1..=leaves.len() {
            let top = root(&leaves[..size]);
            for index in 0..size {
                let proof = inclusion_proof(&leaves[..size], index).expect("there is such a leaf");
                let holds = |leaf: usize, index: usize, proof: &[Sha256Digest]| {
                    verify_inclusion(&leaves[leaf], index as u64, size as u64, proof, &top)
                };
                assert!(holds(index, index, &proof), "{index} of {size}");
                assert!(!holds((index + 1) % 70, index, &proof));
                assert!(!holds(index, index + 1, &proof) && !holds(index, size, &proof));
                let longer: Vec<_> = proof.iter().copied().chain([top]).collect();
                assert!(!holds(index, index, &longer));
                assert!(proof.is_empty() || !holds(index, index, &proof[1..]));
            }
        }
    }

    #[test]
    fn every_consistency_proof_up_to_forty_leaves_verifies_and_fits_nothing_else() {
        let leaves: Vec<_> = (0..40u8).map(|number| leaf_hash(&[number])).collect();
        for new in 1..=leaves.len() {
            for old in 1..=new {
                let proof = consistency_proof(&leaves[..new], old).expect("old is not larger");
                let (one, two) = (root(&leaves[..old]), root(&leaves[..new]));
                let (old_size, new_size) = (old as u64, new as u64);
                assert!(verify_consistency(old_size, new_size, &proof, &one, &two), "{old} to {new}");
                let other = leaf_hash(b"other");
                assert!(!verify_consistency(old_size, new_size, &proof, &other, &two));
                assert!(!verify_consistency(old_size, new_size, &proof, &one, &other));
                assert!(!verify_consistency(new_size + 1, new_size, &proof, &one, &two));
                for at in 0..proof.len() {
                    let mut wrong = proof.clone();
                    wrong[at] = other;
                    assert!(!verify_consistency(old_size, new_size, &wrong, &one, &two), "{old} to {new}, hash {at}");
                }
            }
        }
    }

    /// The definition of RFC 6962 2.1, word for word.
    fn by_definition(leaves: &[Sha256Digest]) -> Sha256Digest {
        match leaves {
            [] => Sha256Digest::of(b""),
            [one] => *one,
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                node_hash(&by_definition(&leaves[..k]), &by_definition(&leaves[k..]))
            }
        }
    }

    proptest! {
        #[test]
        fn building_leaf_by_leaf_is_the_definition(entries in proptest::collection::vec(any::<u16>(), 0..300)) {
            let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(&entry.to_be_bytes())).collect();
            prop_assert_eq!(root(&leaves), by_definition(&leaves));
        }
    }
}
