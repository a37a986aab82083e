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
#![allow(
    clippy::indexing_slicing,
    reason = "fixed bounds on fixed arrays, unrolled by the compiler"
)]

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
pub(in crate::crypto) struct Product([i64; 2 * LIMBS - 1]);

impl Element {
    pub(in crate::crypto) const ONE: Self = power_of_two(LIMBS * LIMB_BITS);

    /// Nothing if the number is not below p.
    pub(in crate::crypto) fn new(number: U256) -> Option<Self> {
        (number < PRIME).then(|| Self::from_integer(number) * RADIX_SQUARED)
    }

    /// The number, below p.
    pub(in crate::crypto) fn number(self) -> U256 {
        // Divided by R, an element within 8p is within a quarter of the interval from 0 to p.
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
        let mut columns = [0; 2 * LIMBS - 1];
        for i in 0..LIMBS {
            for j in 0..LIMBS {
                columns[i + j] = add(columns[i + j], self.0[i], other.0[j]);
            }
        }
        Product(columns)
    }

    /// Computes each mixed product once. No sum as operand.
    pub(in crate::crypto) fn square(self) -> Product {
        let mut columns = [0; 2 * LIMBS - 1];
        for i in 0..LIMBS {
            columns[2 * i] = add(columns[2 * i], self.0[i], self.0[i]);
            for j in i + 1..LIMBS {
                columns[i + j] = add(columns[i + j], self.0[i] << 1, self.0[j]);
            }
        }
        Product(columns)
    }

    /// Brings the limbs of a sum of up to three elements back within 2^29.
    pub(in crate::crypto) fn carried(self) -> Self {
        carried(self.0.map(i64::from))
    }

    fn times_one(self) -> Product {
        let mut columns = [0; 2 * LIMBS - 1];
        for (column, limb) in columns.iter_mut().zip(self.0) {
            *column = i64::from(limb);
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
        self.reduce_onto([0; LIMBS])
    }

    /// Divides by R and subtracts an element or a sum of up to three.
    pub(in crate::crypto) fn reduce_less(self, subtrahend: Element) -> Element {
        self.reduce_onto(subtrahend.0.map(i32::wrapping_neg))
    }

    fn reduce_onto(self, addend: [i32; LIMBS]) -> Element {
        let Self(mut columns) = self;
        for i in 0..LIMBS {
            let quotient = columns[i] & LIMB_MASK;
            // -quotient has made the column a multiple of 2^29.
            let carry = columns[i] >> LIMB_BITS;
            columns[i + 1] = columns[i + 1].wrapping_add(carry);
            columns[i + 3] = columns[i + 3].wrapping_add(quotient << (96 - 3 * LIMB_BITS));
            columns[i + 6] = columns[i + 6].wrapping_add(quotient << (192 - 6 * LIMB_BITS));
            columns[i + 7] = columns[i + 7].wrapping_sub(quotient << (224 - 7 * LIMB_BITS));
            columns[i + 8] = columns[i + 8].wrapping_add(quotient << (256 - 8 * LIMB_BITS));
        }
        let mut upper = addend.map(i64::from);
        for (limb, column) in upper.iter_mut().zip(&columns[LIMBS..]) {
            *limb = limb.wrapping_add(*column);
        }
        carried(upper)
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
fn carried(columns: [i64; LIMBS]) -> Element {
    let mut limbs = [0; LIMBS];
    let mut carry = 0;
    for i in 0..LIMBS - 1 {
        let sum = columns[i].wrapping_add(carry);
        limbs[i] = (sum & LIMB_MASK) as i32;
        carry = sum >> LIMB_BITS;
    }
    limbs[LIMBS - 1] = columns[LIMBS - 1].wrapping_add(carry) as i32;
    Element(limbs)
}

/// sum + a * b, which the bounds above keep from wrapping.
fn add(sum: i64, a: i32, b: i32) -> i64 {
    sum.wrapping_add(i64::from(a).wrapping_mul(i64::from(b)))
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
        let mut limbs = self.0;
        for (limb, other) in limbs.iter_mut().zip(other.0) {
            *limb = limb.wrapping_add(other);
        }
        Self(limbs)
    }
}

impl core::ops::Sub for Element {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let mut limbs = self.0;
        for (limb, other) in limbs.iter_mut().zip(other.0) {
            *limb = limb.wrapping_sub(other);
        }
        Self(limbs)
    }
}

impl core::ops::Sub for Product {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let mut columns = self.0;
        for (column, other) in columns.iter_mut().zip(other.0) {
            *column = column.wrapping_sub(other);
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
