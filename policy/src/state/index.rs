//! Finding a hash among many.

use alloc::vec;
use alloc::vec::Vec;

/// A hash as it is stored.
pub(super) type Hash = [u8; 8];

/// Hashes per bucket, on average. More make the index smaller; fewer make the expected position of
/// a hash more exact.
const HASHES_A_BUCKET: usize = 64;

/// Words of 32 bits per bucket: four bits per hash, of which it sets two.
const WORDS_A_BUCKET: usize = HASHES_A_BUCKET / 8;

/// Nearly every hash is within this distance of its expected position.
const REACH: usize = 8;

/// Finds the position of a hash in a section with few accesses to memory, since waiting for memory
/// is most of the cost of a look-up among a million hashes.
///
/// Hashes are distributed evenly. So a Bloom filter of half a byte per hash rejects five in six of
/// those that are absent, and interpolation gives the position of the others within their bucket to
/// within a few places. A look-up then reads the section once, where a binary search reads it twenty
/// times. If hashes are distributed unevenly, a look-up takes longer and its answer is still right.
pub(super) struct Index {
    /// The position of the first hash of each bucket, and then the number of hashes. Each bucket
    /// holds the hashes of one range of numbers; all ranges have the same length.
    starts: Vec<u32>,
    /// The Bloom filter: a word for each of [`WORDS_A_BUCKET`] parts of a bucket's range. Each hash
    /// in that part sets two bits, which its last bits choose.
    words: Vec<u32>,
}

impl Index {
    /// None unless the hashes ascend strictly.
    pub(super) fn of(hashes: &[Hash]) -> Option<Self> {
        if !hashes.is_sorted_by(|one, next| value(one) < value(next)) {
            return None;
        }
        let buckets = (hashes.len() / HASHES_A_BUCKET).saturating_add(1);
        let mut starts = vec![0; buckets.saturating_add(1)];
        let mut words = vec![0; buckets.saturating_mul(WORDS_A_BUCKET)];
        for (ended, hash) in (1..).zip(hashes) {
            let hash = value(hash);
            let (word, _) = expected(hash, words.len())?;
            *words.get_mut(word)? |= bits(hash);
            // The next bucket begins after the last hash of this one.
            *starts.get_mut((word / WORDS_A_BUCKET).saturating_add(1))? = ended;
        }
        // A bucket without hashes begins where the one before it ends.
        let mut begun = 0;
        for start in &mut starts {
            begun = begun.max(*start);
            *start = begun;
        }
        Some(Self { starts, words })
    }

    /// The position of a hash in the section that this is the index of.
    pub(super) fn position(&self, hashes: &[Hash], hash: u64) -> Option<usize> {
        let (word, _) = expected(hash, self.words.len())?;
        if !self.words.get(word)? & bits(hash) != 0 {
            return None;
        }
        let (bucket, beyond) = expected(hash, self.starts.len().checked_sub(1)?)?;
        let [start, end] = *self.starts.get(bucket..)?.first_chunk()?;
        // Less than the number of hashes in the bucket.
        let ahead = u64::from(end.checked_sub(start)?).wrapping_mul(beyond) >> 32;
        let [start, end] = [usize::try_from(start).ok()?, usize::try_from(end).ok()?];
        let near = start.saturating_add(usize::try_from(ahead).ok()?);
        let mut reach = REACH;
        loop {
            let from = near.saturating_sub(reach).max(start);
            let to = near.saturating_add(reach).min(end);
            let window = hashes.get(from..to)?;
            let ahead = smaller(window, hash);
            match window.get(ahead) {
                Some(it) if value(it) == hash => return ahead.checked_add(from),
                // It would be between two of these, or there are no others.
                Some(_) if ahead > 0 || from == start => return None,
                None if to == end => return None,
                _ => {}
            }
            reach = reach.saturating_mul(REACH);
        }
    }
}

/// The range that a hash is in, of so many, and how much of the range is below it, in parts of 2^32.
fn expected(hash: u64, ranges: usize) -> Option<(usize, u64)> {
    // There are less than 2^32 of them.
    let scaled = (hash >> 32).wrapping_mul(u64::try_from(ranges).ok()?);
    Some((usize::try_from(scaled >> 32).ok()?, scaled & u64::from(u32::MAX)))
}

/// How many of some ascending hashes are smaller. A few hashes are all compared, since those
/// comparisons do not wait for each other.
fn smaller(hashes: &[Hash], than: u64) -> usize {
    if hashes.len() <= 2 * REACH {
        hashes.iter().filter(|hash| value(hash) < than).count()
    } else {
        hashes.partition_point(|hash| value(hash) < than)
    }
}

/// The bits of a hash in its word.
fn bits(hash: u64) -> u32 {
    let [first, second, ..] = hash.to_le_bytes();
    // The number of a bit is taken modulo 32.
    1_u32.wrapping_shl(first.into()) | 1_u32.wrapping_shl(second.into())
}

fn value(hash: &Hash) -> u64 {
    u64::from_le_bytes(*hash)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use alloc::collections::BTreeSet;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    /// Each hash is found at its position, and no absent neighbour of it.
    fn holds(all: &BTreeSet<u64>) {
        let hashes: Vec<Hash> = all.iter().map(|hash| hash.to_le_bytes()).collect();
        let index = Index::of(&hashes).unwrap();
        for (at, &hash) in all.iter().enumerate() {
            assert_eq!(index.position(&hashes, hash), Some(at));
            for near in [hash.wrapping_sub(1), hash.wrapping_add(1)] {
                let found = index.position(&hashes, near);
                assert_eq!(found.is_some(), all.contains(&near), "{near:#x}");
            }
        }
        for hash in [0, u64::MAX] {
            assert_eq!(index.position(&hashes, hash).is_some(), all.contains(&hash));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 64,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(7),
            ..ProptestConfig::default()
        })]

        /// However unevenly they are distributed.
        #[test]
        fn each_hash_is_found_in_its_place(
            even in proptest::collection::btree_set(any::<u64>(), 0..2000),
            dense in proptest::collection::btree_set(0..500_u64, 0..300),
            base: u64,
        ) {
            let dense = dense.into_iter().map(|hash| base.saturating_add(hash));
            holds(&even.into_iter().chain(dense).collect());
        }
    }

    #[test]
    fn none_one_and_all_in_one_bucket() {
        holds(&BTreeSet::new());
        for lone in [0, 1, u64::MAX / 2, u64::MAX] {
            holds(&BTreeSet::from([lone]));
        }
        for first in [0, 1 << 31, 1 << 63, u64::MAX - 9999] {
            holds(&(first..=first + 9999).collect());
        }
    }

    /// The first and the last hash of each bucket.
    #[test]
    fn hashes_at_the_ends_of_buckets() {
        let buckets: u64 = 40;
        let ends = |bucket: u64| [(bucket << 32).div_ceil(buckets) << 32, bucket];
        let mut all: BTreeSet<u64> =
            (0..buckets).flat_map(ends).flat_map(|first| [first, first.wrapping_sub(1)]).collect();
        let filler = (1..).map(|at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for hash in filler {
            if all.len() == HASHES_A_BUCKET * 40 - 1 {
                break;
            }
            all.insert(hash);
        }
        let hashes: Vec<Hash> = all.iter().map(|hash| hash.to_le_bytes()).collect();
        let index = Index::of(&hashes).unwrap();
        assert_eq!(index.starts.len(), 41, "buckets and the end");
        holds(&all);
    }

    /// A search that went on from one hash to the next would take minutes.
    #[test]
    fn hashes_far_from_where_they_are_expected() {
        let low = (0..100_000).map(|hash| hash << 8);
        let high = (0..100_000).map(|hash| u64::MAX - hash);
        holds(&low.chain(high).collect());
    }

    #[test]
    fn hashes_that_do_not_ascend_have_no_index() {
        let indexed = |hashes: &[u64]| {
            let hashes: Vec<Hash> = hashes.iter().map(|hash| hash.to_le_bytes()).collect();
            Index::of(&hashes).is_some()
        };
        assert!(indexed(&[]) && indexed(&[0]) && indexed(&[0, 1, u64::MAX]));
        assert!(!indexed(&[0, 0]) && !indexed(&[1, 0]) && !indexed(&[0, u64::MAX, 1]));
    }
}
