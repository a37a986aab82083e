//! Integers of 256 bits: reading, comparing, and the inverse modulo a prime.

use core::cmp::Ordering;

/// Lowest word first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::crypto) struct U256([u64; 4]);

impl U256 {
    pub(in crate::crypto) const ZERO: Self = Self([0; 4]);
    pub(in crate::crypto) const ONE: Self = Self([1, 0, 0, 0]);

    pub(in crate::crypto) const fn new(lowest_first: [u64; 4]) -> Self {
        Self(lowest_first)
    }

    /// Nothing if the number is longer than 32 bytes, leading zeros aside.
    pub(in crate::crypto) fn from_be_bytes(bytes: &[u8]) -> Option<Self> {
        let mut words = [0; 4];
        let mut chunks = bytes.rchunks(8);
        for (word, chunk) in words.iter_mut().zip(&mut chunks) {
            *word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        chunks.flatten().all(|byte| *byte == 0).then_some(Self(words))
    }

    pub(in crate::crypto) fn to_be_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, word) in bytes.rchunks_mut(8).zip(self.0) {
            chunk.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    /// The words from the lowest.
    pub(in crate::crypto) const fn words(self) -> [u64; 4] {
        self.0
    }

    /// The sum, and whether it left the 256 bits.
    pub(in crate::crypto) const fn add(self, other: Self) -> (Self, bool) {
        let [a0, a1, a2, a3] = self.0;
        let [b0, b1, b2, b3] = other.0;
        let (s0, carry) = add_words(a0, b0, false);
        let (s1, carry) = add_words(a1, b1, carry);
        let (s2, carry) = add_words(a2, b2, carry);
        let (s3, carry) = add_words(a3, b3, carry);
        (Self([s0, s1, s2, s3]), carry)
    }

    /// The difference, and whether the other was greater.
    pub(in crate::crypto) const fn subtract(self, other: Self) -> (Self, bool) {
        let [a0, a1, a2, a3] = self.0;
        let [b0, b1, b2, b3] = other.0;
        let (d0, borrow) = subtract_words(a0, b0, false);
        let (d1, borrow) = subtract_words(a1, b1, borrow);
        let (d2, borrow) = subtract_words(a2, b2, borrow);
        let (d3, borrow) = subtract_words(a3, b3, borrow);
        (Self([d0, d1, d2, d3]), borrow)
    }

    /// Mod a modulus that is at least half as great.
    pub(crate) fn reduced_once(self, modulus: Self) -> Self {
        let (reduced, borrow) = self.subtract(modulus);
        if borrow { self } else { reduced }
    }

    /// 2 * self mod a modulus that is greater.
    pub(in crate::crypto) const fn double_modulo(self, modulus: Self) -> Self {
        let (double, carry) = self.add(self);
        let (reduced, borrow) = double.subtract(modulus);
        if carry || !borrow { reduced } else { double }
    }

    /// 1 / self modulo an odd prime. Nothing for zero and for numbers from the prime on.
    ///
    /// The binary extended Euclidean algorithm (HAC 14.61, without the coefficients of an odd
    /// modulus). Each turn takes at least one bit off `u` or `v`.
    pub(in crate::crypto) fn invert_modulo(self, prime: Self) -> Option<Self> {
        if self == Self::ZERO || self >= prime {
            return None;
        }
        // u = a * self and v = b * self, mod prime.
        let (mut u, mut v) = (self, prime);
        let (mut a, mut b) = (Self::ONE, Self::ZERO);
        while u != Self::ONE && v != Self::ONE {
            while u.is_even() {
                u = u.half(false);
                a = a.half_modulo(prime);
            }
            while v.is_even() {
                v = v.half(false);
                b = b.half_modulo(prime);
            }
            if u >= v {
                u = u.subtract(v).0;
                a = a.subtract_modulo(b, prime);
            } else {
                v = v.subtract(u).0;
                b = b.subtract_modulo(a, prime);
            }
        }
        Some(if u == Self::ONE { a } else { b })
    }

    fn is_even(self) -> bool {
        let [lowest, ..] = self.0;
        lowest.is_multiple_of(2)
    }

    /// Half of the number that `carry` makes 257 bits long.
    fn half(self, carry: bool) -> Self {
        let [w0, w1, w2, w3] = self.0;
        let w4 = u64::from(carry);
        Self([w0 >> 1 | w1 << 63, w1 >> 1 | w2 << 63, w2 >> 1 | w3 << 63, w3 >> 1 | w4 << 63])
    }

    fn half_modulo(self, odd: Self) -> Self {
        if self.is_even() {
            return self.half(false);
        }
        let (sum, carry) = self.add(odd);
        sum.half(carry)
    }

    fn subtract_modulo(self, other: Self, modulus: Self) -> Self {
        let (difference, borrow) = self.subtract(other);
        if borrow { difference.add(modulus).0 } else { difference }
    }
}

/// `carrying_add` of the standard library, which is not yet for constants.
const fn add_words(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(if carry { 1 } else { 0 });
    (sum, first || second)
}

/// `borrowing_sub` likewise.
const fn subtract_words(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(if borrow { 1 } else { 0 });
    (difference, first || second)
}

impl Ord for U256 {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for U256 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test should stop here")]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::super::{ORDER, PRIME};
    use super::*;

    fn big(number: U256) -> BigUint {
        BigUint::from_bytes_be(&number.to_be_bytes())
    }

    fn check_inverse(number: U256) {
        for prime in [PRIME, ORDER] {
            let inverse = number.invert_modulo(prime).unwrap();
            assert!(inverse < prime);
            assert_eq!(big(number) * big(inverse) % big(prime), BigUint::from(1_u8));
        }
    }

    #[test]
    fn inverses_at_the_edges() {
        for word in [1, 2, 3, u64::MAX] {
            check_inverse(U256::new([word, 0, 0, 0]));
            check_inverse(U256::new([0, 0, 0, word.div_ceil(2)]));
        }
        for number in [U256::ZERO, PRIME, U256::new([u64::MAX; 4])] {
            assert_eq!(number.invert_modulo(PRIME), None);
        }
        check_inverse(ORDER.subtract(U256::ONE).0);
        check_inverse(ORDER.subtract(U256::new([2, 0, 0, 0])).0);
    }

    proptest! {
        #[test]
        fn inverses(words in any::<[u64; 4]>()) {
            check_inverse(U256::new(words).reduced_once(ORDER));
        }

        #[test]
        fn sums_and_differences(a in any::<[u64; 4]>(), b in any::<[u64; 4]>()) {
            let (a, b) = (U256::new(a), U256::new(b));
            let radix = BigUint::from(1_u8) << 256_u16;
            let (sum, carry) = a.add(b);
            prop_assert_eq!(big(sum) + if carry { radix.clone() } else { BigUint::ZERO }, big(a) + big(b));
            let (difference, borrow) = a.subtract(b);
            prop_assert_eq!(big(difference) + big(b), big(a) + if borrow { radix } else { BigUint::ZERO });
            prop_assert_eq!(borrow, big(a) < big(b));
            prop_assert_eq!(a.cmp(&b), big(a).cmp(&big(b)));
        }

        #[test]
        fn bytes_come_back(bytes in any::<[u8; 32]>()) {
            prop_assert_eq!(U256::from_be_bytes(&bytes).unwrap().to_be_bytes(), bytes);
        }
    }

    #[test]
    fn bytes_of_other_lengths() {
        assert_eq!(U256::from_be_bytes(&[]), Some(U256::ZERO));
        assert_eq!(U256::from_be_bytes(&[1, 2]), Some(U256::new([0x102, 0, 0, 0])));
        let zeros_first = [&[0; 9][..], &[0xff; 32]].concat();
        assert_eq!(U256::from_be_bytes(&zeros_first), Some(U256::new([u64::MAX; 4])));
        assert_eq!(U256::from_be_bytes(&[1; 33]), None);
    }
}
