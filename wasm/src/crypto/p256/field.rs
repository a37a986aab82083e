//! The field of P-256: arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
//!
//! Nine signed limbs of 29 bits: the products of a column add up within 64 bits without a carry,
//! and since p is -1 in its lowest 96 bits, the quotient of a Montgomery reduction is the lowest
//! limb itself and its multiple of p a few shifts. The radix R is 2^261.
//!
//! Two bounds keep it right. An element is within 8p of zero, where a product is within 3p again.
//! Its limbs are within 2^29, and only one factor of a product may be a sum, within 2^30: nine
//! products of 2^59 are below 2^63.

#![allow(
    clippy::as_conversions,
    reason = "`as i32` takes limbs of which a mask or shift left 30 bits"
)]
#![allow(clippy::indexing_slicing, reason = "fixed bounds on fixed arrays")]

use core::num::Wrapping;

use super::integer::U256;

/// p
pub(in crate::crypto) const PRIME: U256 =
    U256::new([u64::MAX, 0xffff_ffff, 0, 0xffff_ffff_0000_0001]);

const LIMBS: usize = 9;
const LIMB_BITS: usize = 29;
const LIMB_MASK: i64 = (1 << LIMB_BITS) - 1;

const RADIX_SQUARED: Element = power_of_two(2 * LIMBS * LIMB_BITS);

/// A number modulo p, in Montgomery form: times R.
#[derive(Clone, Copy, Debug)]
pub(in crate::crypto) struct Element([i32; LIMBS]);

/// A sum of products before its reduction.
#[derive(Clone, Copy)]
pub(in crate::crypto) struct Product([Wrapping<i64>; 2 * LIMBS - 1]);

impl Element {
    const ZERO: Self = Self([0; LIMBS]);
    pub(in crate::crypto) const ONE: Self = power_of_two(LIMBS * LIMB_BITS);

    /// Nothing if the number is not below p.
    pub(in crate::crypto) fn new(number: U256) -> Option<Self> {
        (number < PRIME).then(|| Self::from_integer(number) * RADIX_SQUARED)
    }

    /// The number, below p.
    pub(in crate::crypto) fn number(self) -> U256 {
        // A quarter of 1 at most is what R leaves of 8p: the reduction ends from 0 to p.
        let limbs = self.times_one().reduce().0;
        let mut words = [0; 4];
        for (i, limb) in limbs.into_iter().enumerate() {
            let (word, bit) = (i * LIMB_BITS / 64, i * LIMB_BITS % 64);
            let limb = u64::from(limb.cast_unsigned());
            words[word] |= limb << bit;
            if bit + LIMB_BITS > 64 && word + 1 < words.len() {
                words[word + 1] |= limb >> (64 - bit);
            }
        }
        let number = U256::new(words);
        if number == PRIME { U256::ZERO } else { number }
    }

    pub(in crate::crypto) fn is_zero(self) -> bool {
        self.number() == U256::ZERO
    }

    /// [`Self::is_zero`] for a square, where one limb nearly always suffices: the multiples of p
    /// from 0 to 3p end in 0, -1, -2 and -3.
    pub(in crate::crypto) fn square_is_zero(self) -> bool {
        let negated = (-i64::from(self.0[0])) & LIMB_MASK;
        negated <= 3 && self.is_zero()
    }

    /// 1 / self. Nothing for zero.
    pub(in crate::crypto) fn invert(self) -> Option<Self> {
        let inverse = self.number().invert_modulo(PRIME)?;
        Some(Self::from_integer(inverse) * RADIX_SQUARED)
    }

    pub(in crate::crypto) fn multiply(self, other: Self) -> Product {
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.wide();
        let [b0, b1, b2, b3, b4, b5, b6, b7, b8] = other.wide();
        Product([
            a0 * b0,
            a0 * b1 + a1 * b0,
            a0 * b2 + a1 * b1 + a2 * b0,
            a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0,
            a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0,
            a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0,
            a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0,
            a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0,
            a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0,
            a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1,
            a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2,
            a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3,
            a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4,
            a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5,
            a6 * b8 + a7 * b7 + a8 * b6,
            a7 * b8 + a8 * b7,
            a8 * b8,
        ])
    }

    /// Computes each mixed product once. No sum as operand.
    pub(in crate::crypto) fn square(self) -> Product {
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.wide();
        let [d0, d1, d2, d3, d4, d5, d6, d7, _] = (self + self).wide();
        Product([
            a0 * a0,
            d0 * a1,
            d0 * a2 + a1 * a1,
            d0 * a3 + d1 * a2,
            d0 * a4 + d1 * a3 + a2 * a2,
            d0 * a5 + d1 * a4 + d2 * a3,
            d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3,
            d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4,
            d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4,
            d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5,
            d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5,
            d3 * a8 + d4 * a7 + d5 * a6,
            d4 * a8 + d5 * a7 + a6 * a6,
            d5 * a8 + d6 * a7,
            d6 * a8 + a7 * a7,
            d7 * a8,
            a8 * a8,
        ])
    }

    /// Brings the limbs of a sum of up to three elements back within 2^29.
    pub(in crate::crypto) fn carried(self) -> Self {
        carried(self.wide())
    }

    fn wide(self) -> [Wrapping<i64>; LIMBS] {
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.0;
        [wide(a0), wide(a1), wide(a2), wide(a3), wide(a4), wide(a5), wide(a6), wide(a7), wide(a8)]
    }

    fn with(self, other: Self, f: impl Fn(i32, i32) -> i32) -> Self {
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.0;
        let [b0, b1, b2, b3, b4, b5, b6, b7, b8] = other.0;
        Self([
            f(a0, b0),
            f(a1, b1),
            f(a2, b2),
            f(a3, b3),
            f(a4, b4),
            f(a5, b5),
            f(a6, b6),
            f(a7, b7),
            f(a8, b8),
        ])
    }

    fn times_one(self) -> Product {
        let mut columns = [Wrapping(0); 2 * LIMBS - 1];
        for (column, limb) in columns.iter_mut().zip(self.0) {
            *column = wide(limb);
        }
        Product(columns)
    }

    /// The number as it is, without its Montgomery form.
    const fn from_integer(number: U256) -> Self {
        let words = number.words();
        let mut limbs = [0; LIMBS];
        let mut i = 0;
        while i < LIMBS {
            let (word, bit) = (i * LIMB_BITS / 64, i * LIMB_BITS % 64);
            let mut limb = words[word] >> bit;
            if bit + LIMB_BITS > 64 && word + 1 < words.len() {
                limb |= words[word + 1] << (64 - bit);
            }
            limbs[i] = (limb.cast_signed() & LIMB_MASK) as i32;
            i += 1;
        }
        Self(limbs)
    }
}

impl Product {
    /// Divides by R (HAC 14.32, with a quotient that costs nothing).
    pub(in crate::crypto) fn reduce(self) -> Element {
        self.reduce_onto(Element::ZERO)
    }

    /// Divides by R and subtracts an element or a sum of up to three.
    pub(in crate::crypto) fn reduce_less(self, subtrahend: Element) -> Element {
        self.reduce_onto(Element::ZERO - subtrahend)
    }

    fn reduce_onto(self, addend: Element) -> Element {
        let Self([t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15, t16]) =
            self;
        let [x0, x1, x2, x3, x4, x5, x6, x7, x8] = addend.wide();
        // The quotient q times p, from the column of q on. Its -1 makes that column a multiple of
        // 2^29, which is carried.
        let mask = Wrapping(LIMB_MASK);
        let at_96 = |q: Wrapping<i64>| q << (96 - 3 * LIMB_BITS);
        let at_192 = |q: Wrapping<i64>| q << (192 - 6 * LIMB_BITS);
        let at_224 = |q: Wrapping<i64>| q << (224 - 7 * LIMB_BITS);
        let at_256 = |q: Wrapping<i64>| q << (256 - 8 * LIMB_BITS);
        let s0 = t0;
        let q0 = s0 & mask;
        let s1 = t1 + (s0 >> LIMB_BITS);
        let q1 = s1 & mask;
        let s2 = t2 + (s1 >> LIMB_BITS);
        let q2 = s2 & mask;
        let s3 = t3 + (s2 >> LIMB_BITS) + at_96(q0);
        let q3 = s3 & mask;
        let s4 = t4 + (s3 >> LIMB_BITS) + at_96(q1);
        let q4 = s4 & mask;
        let s5 = t5 + (s4 >> LIMB_BITS) + at_96(q2);
        let q5 = s5 & mask;
        let s6 = t6 + (s5 >> LIMB_BITS) + at_96(q3) + at_192(q0);
        let q6 = s6 & mask;
        let s7 = t7 + (s6 >> LIMB_BITS) + at_96(q4) + at_192(q1) - at_224(q0);
        let q7 = s7 & mask;
        let s8 = t8 + (s7 >> LIMB_BITS) + at_96(q5) + at_192(q2) - at_224(q1) + at_256(q0);
        let q8 = s8 & mask;
        carried([
            t9 + (s8 >> LIMB_BITS) + at_96(q6) + at_192(q3) - at_224(q2) + at_256(q1) + x0,
            t10 + at_96(q7) + at_192(q4) - at_224(q3) + at_256(q2) + x1,
            t11 + at_96(q8) + at_192(q5) - at_224(q4) + at_256(q3) + x2,
            t12 + at_192(q6) - at_224(q5) + at_256(q4) + x3,
            t13 + at_192(q7) - at_224(q6) + at_256(q5) + x4,
            t14 + at_192(q8) - at_224(q7) + at_256(q6) + x5,
            t15 - at_224(q8) + at_256(q7) + x6,
            t16 + at_256(q8) + x7,
            x8,
        ])
    }
}

/// 2^exponent mod p, computed by the compiler.
const fn power_of_two(exponent: usize) -> Element {
    let mut power = U256::ONE;
    let mut doublings = 0;
    while doublings < exponent {
        power = power.double_modulo(PRIME);
        doublings += 1;
    }
    Element::from_integer(power)
}

/// All limbs but the highest from 0 to 2^29 - 1; the highest has the sign.
fn carried([s0, s1, s2, s3, s4, s5, s6, s7, s8]: [Wrapping<i64>; LIMBS]) -> Element {
    let s1 = s1 + (s0 >> LIMB_BITS);
    let s2 = s2 + (s1 >> LIMB_BITS);
    let s3 = s3 + (s2 >> LIMB_BITS);
    let s4 = s4 + (s3 >> LIMB_BITS);
    let s5 = s5 + (s4 >> LIMB_BITS);
    let s6 = s6 + (s5 >> LIMB_BITS);
    let s7 = s7 + (s6 >> LIMB_BITS);
    let s8 = s8 + (s7 >> LIMB_BITS);
    let limb = |sum: Wrapping<i64>| (sum.0 & LIMB_MASK) as i32;
    Element([
        limb(s0),
        limb(s1),
        limb(s2),
        limb(s3),
        limb(s4),
        limb(s5),
        limb(s6),
        limb(s7),
        s8.0 as i32,
    ])
}

/// Nothing wraps within the bounds above; what is spared is looking for it.
fn wide(limb: i32) -> Wrapping<i64> {
    Wrapping(i64::from(limb))
}

impl core::ops::Mul for Element {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.multiply(other).reduce()
    }
}

impl core::ops::Add for Element {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.with(other, i32::wrapping_add)
    }
}

impl core::ops::Sub for Element {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.with(other, i32::wrapping_sub)
    }
}

impl core::ops::Sub for Product {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let mut columns = self.0;
        for (column, other) in columns.iter_mut().zip(other.0) {
            *column -= other;
        }
        Self(columns)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test should stop here")]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn big(number: U256) -> BigUint {
        BigUint::from_bytes_be(&number.to_be_bytes())
    }

    /// Numbers of all sizes and those where carries run far.
    fn numbers() -> impl Strategy<Value = U256> {
        let word = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), Just(1), Just(1 << 63)];
        let near_p = (0..5_u64).prop_map(|less| PRIME.subtract(U256::new([less, 0, 0, 0])).0);
        prop_oneof![prop::array::uniform4(word).prop_map(U256::new), near_p]
            .prop_map(|number| number.reduced_once(PRIME))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn as_big_integers_do(a in numbers(), b in numbers(), c in numbers()) {
            let p = big(PRIME);
            let [x, y, z] = [a, b, c].map(|number| Element::new(number).unwrap());
            let [a, b, c] = [a, b, c].map(big);
            prop_assert_eq!(big(x.number()), a.clone());
            prop_assert_eq!(big((x * y).number()), &a * &b % &p);
            prop_assert_eq!(big(x.square().reduce().number()), &a * &a % &p);
            // The sums at the bounds: a factor of two elements, a subtrahend of three.
            prop_assert_eq!(big(((x + y) * (x - z)).number()), (&a + &b) * (&a + &p - &c) % &p);
            let less = x.multiply(y).reduce_less(z + y + x);
            prop_assert_eq!(big(less.number()), (&a * &b + &p * 3_u8 - &a - &b - &c) % &p);
            let both = (x.multiply(y) - z.multiply(x - y)).reduce();
            prop_assert_eq!(big(both.number()), (&a * &b + &c * (&b + &p - &a)) % &p);
            prop_assert_eq!(big((x + y + z).carried().number()), (&a + &b + &c) % &p);
            // What a point addition makes of the least element it can meet: about -4p.
            let least = Element([0; LIMBS]) - (less + less + x).carried() - y;
            let squared = big(least.number()) * big(least.number()) % &p;
            prop_assert_eq!(big(least.carried().square().reduce().number()), squared);
        }

        #[test]
        fn zero(a in numbers()) {
            let x = Element::new(a).unwrap();
            let zero = x * Element::ONE - x;
            prop_assert!(zero.is_zero() && zero.square().reduce().square_is_zero());
            prop_assert_eq!(x.is_zero(), a == U256::ZERO);
            prop_assert_eq!(x.square().reduce().square_is_zero(), a == U256::ZERO);
        }
    }

    #[test]
    fn multiples_of_the_prime_are_zero() {
        // p itself, in the limbs that a reduction may leave.
        let p = Element::from_integer(PRIME);
        for multiple in [p, p + p, (p + p + p).carried(), Element([0; LIMBS]) - p] {
            assert!(multiple.is_zero());
        }
        for multiple in [Element([0; LIMBS]), p, (p + p).carried(), (p + p + p).carried()] {
            assert!(multiple.square_is_zero());
            assert!(!(multiple + Element::ONE).carried().square_is_zero());
        }
    }

    #[test]
    fn numbers_from_the_prime_on_are_refused() {
        assert!(Element::new(PRIME).is_none());
        assert!(Element::new(U256::new([u64::MAX; 4])).is_none());
        assert!(Element::new(PRIME.subtract(U256::ONE).0).is_some());
    }

    #[test]
    fn inverses() {
        for number in [1, 2, 3, 0x1234_5678_9abc_def0] {
            let x = Element::new(U256::new([number, 5, 0, number])).unwrap();
            assert_eq!((x * x.invert().unwrap()).number(), U256::ONE);
        }
    }
}
