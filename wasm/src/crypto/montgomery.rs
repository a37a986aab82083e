//! Arithmetic modulo an odd number, shaped for WebAssembly.
//!
//! WebAssembly has 64-bit products and neither a carry flag nor a 128-bit product. Numbers are
//! therefore kept in limbs of 27 bits: the sum of all products of a column stays below 2^64, and
//! no carry is passed on inside the loops, which then run at the speed of the multiplier. (Two
//! lanes of SIMD were slower: V8 has no fast 64-bit product of lanes.)
//!
//! Montgomery multiplication by separated operand scanning ("Analyzing and Comparing Montgomery
//! Multiplication Algorithms", Koç, Acar and Kaliski, 1996), four rows at a time. Its squaring
//! computes each mixed product once (HAC 14.16).
//!
//! Variable time, on purpose: everything in here is public. It must never see a private key.

#![allow(clippy::as_conversions, reason = "`as` takes the lowest bits of a sum, or widens")]

use alloc::vec;
use alloc::vec::Vec;

const LIMB_BITS: usize = 27;
const LIMB_MASK: u64 = (1 << LIMB_BITS) - 1;

/// Rows added in one pass over the sums, which saves three of four loads and stores.
const ROWS: usize = 4;

/// An odd modulus of up to 4096 bits, and what the multiplications need of it.
#[derive(Clone)]
pub(super) struct Modulus {
    modulus: Number,
    /// -1 / modulus, mod 2^27.
    negated_inverse: u32,
    /// R^2 mod modulus, where R = 2^(27 * limbs) is the Montgomery radix.
    radix_squared: Number,
}

/// A number below twice its modulus, lowest limb first, then [`ROWS`] zeros on which the last
/// window of [`add_rows`] ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Number(Vec<u32>);

/// The number times R: the form in which a product costs no division.
#[derive(Clone)]
pub(super) struct Montgomery(Number);

impl Modulus {
    /// Nothing if the modulus is even.
    pub(super) fn new(big_endian: &[u8]) -> Option<Self> {
        let bits = bits(big_endian);
        // Two bits more than the modulus: a product of numbers below 2n is below 2n again.
        let limbs = (bits + 2).div_ceil(LIMB_BITS).next_multiple_of(ROWS);
        let modulus = Number::read(big_endian, limbs);
        let lowest = modulus.0.first().copied().filter(|limb| limb % 2 == 1)?;
        let unsquared = Self {
            negated_inverse: negated_inverse(lowest),
            radix_squared: Number::zero(limbs),
            modulus,
        };
        let radix_squared = unsquared.radix_squared(bits);
        Some(Self { radix_squared, ..unsquared })
    }

    /// Reads a number, which must be below the modulus.
    pub(super) fn number(&self, big_endian: &[u8]) -> Option<Number> {
        let leading_zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
        let (_, digits) = big_endian.split_at(leading_zeros);
        if bits(digits) > self.limbs() * LIMB_BITS {
            return None;
        }
        let number = Number::read(digits, self.limbs());
        number.is_below(&self.modulus).then_some(number)
    }

    pub(super) fn to_montgomery(&self, number: &Number) -> Montgomery {
        Montgomery(self.product(number, &self.radix_squared))
    }

    /// a * b, below the modulus: of two numbers, only one needs the Montgomery form.
    pub(super) fn multiply(&self, a: &Montgomery, b: &Number) -> Number {
        let mut product = self.product(&a.0, b);
        if !product.is_below(&self.modulus) {
            product.subtract(&self.modulus);
        }
        product
    }

    /// Left-to-right binary exponentiation (HAC 14.79).
    pub(super) fn power(&self, base: &Montgomery, exponent: u64) -> Montgomery {
        let mut power = base.clone();
        let mut sums = vec![0; 2 * (self.limbs() + ROWS)];
        for bit in (0..exponent.checked_ilog2().unwrap_or(0)).rev() {
            sums.fill(0);
            add_square(&mut sums, &power.0.0);
            self.reduce(&mut sums, &mut power.0);
            if (exponent >> bit) & 1 == 1 {
                power = Montgomery(self.product(&power.0, &base.0));
            }
        }
        power
    }

    fn limbs(&self) -> usize {
        self.modulus.0.len() - ROWS
    }

    /// R^2 as the power 2^(27 * limbs) in Montgomery form.
    fn radix_squared(&self, bits: usize) -> Number {
        let exponent = self.limbs() * LIMB_BITS;
        let mut two = Number::zero(self.limbs());
        // The highest power of two below the modulus, doubled up to 2R.
        if let Some(limb) = two.0.get_mut((bits - 1) / LIMB_BITS) {
            *limb = 1 << ((bits - 1) % LIMB_BITS);
        }
        for _ in bits - 1..=exponent {
            two.double();
            if !two.is_below(&self.modulus) {
                two.subtract(&self.modulus);
            }
        }
        self.power(&Montgomery(two), exponent as u64).0
    }

    /// a * b / R, below twice the modulus if both are.
    fn product(&self, a: &Number, b: &Number) -> Number {
        let mut sums = vec![0; 2 * (self.limbs() + ROWS)];
        add_product(&mut sums, &a.0, &b.0);
        let mut product = Number::zero(self.limbs());
        self.reduce(&mut sums, &mut product);
        product
    }

    /// Adds the multiple of the modulus that makes the lower half of the sums zero, and keeps the
    /// upper half.
    fn reduce(&self, sums: &mut [u64], reduced: &mut Number) {
        let [n0, n1, n2, n3, ..] = *self.modulus.0 else { return };
        let [_, above @ ..] = &*self.modulus.0 else { return };
        let quotient =
            |sum: u64| (sum as u32).wrapping_mul(self.negated_inverse) & LIMB_MASK as u32;

        let mut rest = sums;
        for _ in 0..self.limbs() / ROWS {
            let [t0, t1, t2, t3, higher @ ..] = rest else { return };
            let q0 = quotient(*t0);
            let sum = add(*t0, q0, n0) >> LIMB_BITS;
            let sum = add(t1.wrapping_add(sum), q0, n1);
            let q1 = quotient(sum);
            let sum = add(sum, q1, n0) >> LIMB_BITS;
            let sum = add(add(t2.wrapping_add(sum), q0, n2), q1, n1);
            let q2 = quotient(sum);
            let sum = add(sum, q2, n0) >> LIMB_BITS;
            let sum = add(add(add(t3.wrapping_add(sum), q0, n3), q1, n2), q2, n1);
            let q3 = quotient(sum);
            let carry = add(sum, q3, n0) >> LIMB_BITS;
            if let Some(next) = higher.first_mut() {
                *next = next.wrapping_add(carry);
            }
            add_rows(higher, [q0, q1, q2, q3], above);
            rest = higher;
        }

        let mut carry = 0;
        for (limb, sum) in reduced.0.iter_mut().take(self.limbs()).zip(rest) {
            carry = sum.wrapping_add(carry);
            *limb = (carry & LIMB_MASK) as u32;
            carry >>= LIMB_BITS;
        }
    }
}

impl Number {
    fn zero(limbs: usize) -> Self {
        Self(vec![0; limbs + ROWS])
    }

    fn read(big_endian: &[u8], limbs: usize) -> Self {
        let mut number = Self::zero(limbs);
        let mut rest = number.0.iter_mut();
        let (mut bits, mut unread) = (0_u64, 0);
        for byte in big_endian.iter().rev() {
            bits |= u64::from(*byte) << unread;
            unread += 8;
            if unread >= LIMB_BITS {
                if let Some(limb) = rest.next() {
                    *limb = (bits & LIMB_MASK) as u32;
                }
                bits >>= LIMB_BITS;
                unread -= LIMB_BITS;
            }
        }
        if let Some(limb) = rest.next() {
            *limb = bits as u32;
        }
        number
    }

    /// Of a number of at most 256 bits.
    pub(super) fn to_be_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let mut limbs = self.0.iter();
        let (mut bits, mut unwritten) = (0, 0);
        for byte in bytes.iter_mut().rev() {
            if unwritten < 8 {
                bits |= limbs.next().map_or(0, |limb| u64::from(*limb) << unwritten);
                unwritten += LIMB_BITS;
            }
            *byte = bits as u8;
            bits >>= 8;
            unwritten -= 8;
        }
        bytes
    }

    fn is_below(&self, other: &Self) -> bool {
        self.0.iter().rev().lt(other.0.iter().rev())
    }

    /// The other is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (limb, other) in self.0.iter_mut().zip(&other.0) {
            let difference = limb.wrapping_sub(*other).wrapping_sub(borrow);
            *limb = difference & LIMB_MASK as u32;
            borrow = difference >> 31;
        }
    }

    fn double(&mut self) {
        let mut carry = 0;
        for limb in &mut self.0 {
            let doubled = *limb << 1 | carry;
            *limb = doubled & LIMB_MASK as u32;
            carry = doubled >> LIMB_BITS;
        }
    }
}

/// Adds a * b to the sums.
fn add_product(mut sums: &mut [u64], a: &[u32], b: &[u32]) {
    let [a0, a1, a2, ..] = *a else { return };
    let (rows, _) = b.as_chunks::<ROWS>();
    for &[b0, b1, b2, b3] in rows {
        let [t0, t1, t2, higher @ ..] = sums else { return };
        *t0 = add(*t0, a0, b0);
        *t1 = add(add(*t1, a0, b1), a1, b0);
        *t2 = add(add(add(*t2, a0, b2), a1, b1), a2, b0);
        add_rows(higher, [b0, b1, b2, b3], a);
        let [_, next @ ..] = higher else { return };
        sums = next;
    }
}

/// Adds a * a to the sums: from each limb's own square on, with the mixed products doubled.
fn add_square(mut sums: &mut [u64], mut a: &[u32]) {
    while let &[a0, a1, a2, a3, ref above @ ..] = a
        && let &[a4, a5, a6, ..] = above
        && let [t0, t1, t2, t3, t4, t5, t6, higher @ ..] = sums
    {
        let [d0, d1, d2, d3] = [2 * a0, 2 * a1, 2 * a2, 2 * a3];
        *t0 = add(*t0, a0, a0);
        *t1 = add(*t1, d0, a1);
        *t2 = add(add(*t2, d0, a2), a1, a1);
        *t3 = add(add(*t3, d0, a3), d1, a2);
        *t4 = add(add(add(*t4, d0, a4), d1, a3), a2, a2);
        *t5 = add(add(add(*t5, d0, a5), d1, a4), d2, a3);
        *t6 = add(add(add(add(*t6, d0, a6), d1, a5), d2, a4), a3, a3);
        add_rows(higher, [d0, d1, d2, d3], above);
        let [_, next @ ..] = higher else { return };
        (sums, a) = (next, above);
    }
}

/// Adds four rows of a product, each shifted by one column against the one before: a column gains
/// the products of the four multipliers and the four limbs that meet them there.
///
/// Goes by four columns, which share their limbs, up to the zeros that end all numbers.
fn add_rows(sums: &mut [u64], [m0, m1, m2, m3]: [u32; ROWS], limbs: &[u32]) {
    let (sums, _) = sums.as_chunks_mut();
    let windows = limbs.array_windows().step_by(ROWS);
    for ([s0, s1, s2, s3], &[l0, l1, l2, l3, l4, l5, l6]) in sums.iter_mut().zip(windows) {
        *s0 = add(add(add(add(*s0, m0, l3), m1, l2), m2, l1), m3, l0);
        *s1 = add(add(add(add(*s1, m0, l4), m1, l3), m2, l2), m3, l1);
        *s2 = add(add(add(add(*s2, m0, l5), m1, l4), m2, l3), m3, l2);
        *s3 = add(add(add(add(*s3, m0, l6), m1, l5), m2, l4), m3, l3);
    }
}

/// sum + a * b. It cannot wrap: the 152 limbs of 4096 bits bring to a column 152 products of two
/// limbs, below 2^54 each, and their reduction as many again.
fn add(sum: u64, a: u32, b: u32) -> u64 {
    sum.wrapping_add(u64::from(a).wrapping_mul(u64::from(b)))
}

/// -1 / odd mod 2^27 by Newton's iteration: each step doubles the number of right bits, of which
/// an odd number, its own inverse mod 8, has three.
fn negated_inverse(odd: u32) -> u32 {
    let mut inverse = odd;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg() & LIMB_MASK as u32
}

/// Without leading zero bytes.
fn bits(big_endian: &[u8]) -> usize {
    let unused = big_endian.first().map_or(0, |byte| byte.leading_zeros());
    big_endian.len() * 8 - unused as usize
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test should stop here")]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn check(modulus: &BigUint, a: &BigUint, b: &BigUint, exponent: u64) {
        let ours = Modulus::new(&modulus.to_bytes_be()).unwrap();
        let number = |number: &BigUint| ours.number(&(number % modulus).to_bytes_be()).unwrap();
        let (a_number, b_number) = (number(a), number(b));
        let a_montgomery = ours.to_montgomery(&a_number);
        assert_eq!(ours.multiply(&a_montgomery, &b_number), number(&(a * b)));
        let power = ours.power(&a_montgomery, exponent);
        let expected = a.modpow(&exponent.into(), modulus) * b;
        assert_eq!(ours.multiply(&power, &b_number), number(&expected), "{exponent}");
    }

    proptest! {
        #[test]
        fn as_big_integers_do(
            modulus in prop::collection::vec(any::<u8>(), 28..=512),
            a in prop::collection::vec(any::<u8>(), 512),
            b in prop::collection::vec(any::<u8>(), 512),
            exponent in prop_oneof![1..20_u64, Just(65536), 1_u64 << 32..1_u64 << 33],
        ) {
            let [modulus, a, b] = [modulus, a, b].map(|bytes| BigUint::from_bytes_be(&bytes));
            let odd = (modulus | BigUint::from(1_u8)) | (BigUint::from(1_u8) << 224);
            check(&odd, &a, &b, exponent);
        }
    }

    #[test]
    fn extreme_limbs() {
        let one = &BigUint::from(1_u8);
        // Around every number of limbs of 27 bits, and the longest.
        for bits in (225..=460).chain(2020..=2080).chain(4070..=4096) {
            let greatest = (one << bits) - one;
            let least = (one << (bits - 1)) + one;
            for modulus in [&greatest, &least] {
                let minus_one = modulus - one;
                check(modulus, &minus_one, &minus_one, 5);
                check(modulus, &(modulus - &(one << 27)), &minus_one, 2);
                check(modulus, &BigUint::ZERO, &minus_one, 3);
                check(modulus, one, one, 65536);
            }
        }
    }

    #[test]
    fn numbers_from_the_modulus_on_are_refused() {
        let modulus = (BigUint::from(1_u8) << 2048_u16) - BigUint::from(5_u8);
        let ours = Modulus::new(&modulus.to_bytes_be()).unwrap();
        assert!(ours.number(&(&modulus - 1_u8).to_bytes_be()).is_some());
        assert!(ours.number(&modulus.to_bytes_be()).is_none());
        assert!(ours.number(&[0xff; 256]).is_none());
        // Its lowest limbs alone would be below the modulus.
        assert!(ours.number(&[&[1][..], &[0; 299], &[7]].concat()).is_none());
        let zeros_first = [&[0; 300][..], &[7]].concat();
        assert_eq!(ours.number(&zeros_first), ours.number(&[7]));
    }

    #[test]
    fn even_moduli_are_refused() {
        assert!(Modulus::new(&[0xfe; 256]).is_none());
        assert!(Modulus::new(&[]).is_none());
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in any::<[u8; 32]>()) {
            let ours = Modulus::new(&[0xff; 33]).unwrap();
            prop_assert_eq!(ours.number(&bytes).unwrap().to_be_bytes(), bytes);
        }
    }
}
