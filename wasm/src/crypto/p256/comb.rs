//! Multiples of a point known in advance, by the comb of Lim and Lee (CRYPTO 1994).
//!
//! A scalar is read as eight teeth of 32 bits. Column k, the bits k of all teeth, selects one of
//! 255 sums of the points 2^(32 i) P. A second table, 2^16 times the first, takes the upper half
//! of the columns, so that 15 doublings suffice, shared by all points of a sum.

use alloc::vec::Vec;

use super::integer::U256;
use super::point::{Affine, Sum};

const TEETH: usize = 8;
const TOOTH_BITS: usize = 32;
/// Columns served by one table.
const COLUMNS: usize = 16;

/// The tables of one point, 36 KB.
#[derive(Clone)]
pub(in crate::crypto) struct Comb([Table; TOOTH_BITS / COLUMNS]);

/// The sum of the teeth in `selection` is at `selection - 1`.
#[derive(Clone)]
struct Table(Vec<Affine>);

impl Comb {
    pub(in crate::crypto) fn new(point: Affine) -> Self {
        // 2^(16 i) P: one for each tooth of the first table and of the second, in turn.
        let mut multiple = Sum::from(point);
        let mut multiples = Vec::with_capacity(TEETH * 2);
        for _ in 0..TEETH * 2 {
            multiples.push(multiple);
            for _ in 0..COLUMNS {
                multiple = multiple.double();
            }
        }
        let multiples = Affine::from_sums(&multiples);
        let table = |first| Table::new(multiples.iter().skip(first).step_by(2));
        Self([table(0), table(1)])
    }
}

impl Table {
    fn new<'a>(teeth: impl Iterator<Item = &'a Affine>) -> Self {
        let mut sums = Vec::with_capacity(1 << TEETH);
        for tooth in teeth {
            // Infinity is not among them: no sum of different teeth is a multiple of the order.
            let with_tooth: Vec<Sum> = sums.iter().map(|sum: &Sum| sum.add(*tooth)).collect();
            sums.push(Sum::from(*tooth));
            sums.extend(with_tooth);
        }
        Self(Affine::from_sums(&sums))
    }

    fn sum(&self, selection: usize) -> Option<Affine> {
        self.0.get(selection.checked_sub(1)?).copied()
    }
}

/// The sum of all scalar * point.
pub(in crate::crypto) fn sum_of_multiples(multiples: &[(&Comb, U256)]) -> Sum {
    let mut sum = Sum::Infinity;
    for column in (0..COLUMNS).rev() {
        sum = sum.double();
        for (comb, scalar) in multiples {
            for (table, first) in comb.0.iter().zip((0..).step_by(COLUMNS)) {
                if let Some(point) = table.sum(selection(*scalar, first + column)) {
                    sum = sum.add(point);
                }
            }
        }
    }
    sum
}

/// The bits of one column.
fn selection(scalar: U256, column: usize) -> usize {
    let teeth = scalar.words().into_iter().flat_map(|word| [word, word >> TOOTH_BITS]);
    teeth.rev().fold(0, |selection, tooth| selection << 1 | usize::from((tooth >> column) & 1 == 1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test should stop here")]
mod tests {
    use p256::elliptic_curve::PrimeField;
    use p256::elliptic_curve::sec1::ToSec1Point;
    use p256::{ProjectivePoint, Scalar};
    use proptest::prelude::*;

    use super::super::{Element, GENERATOR, ORDER};
    use super::*;

    fn point(theirs: ProjectivePoint) -> Affine {
        let encoded = theirs.to_affine().to_sec1_point(false);
        let [x, y] = [encoded.x().unwrap(), encoded.y().unwrap()]
            .map(|coordinate| U256::from_be_bytes(coordinate).unwrap());
        Affine::new(x, y).unwrap()
    }

    fn scalar(number: U256) -> Scalar {
        Scalar::from_repr(number.to_be_bytes().into()).unwrap()
    }

    /// Compares u G + v Q with the crate `p256`, where Q = q G.
    fn check(u: U256, v: U256, q: Scalar) {
        let [x, y] = GENERATOR;
        let generator = Comb::new(Affine::new(x, y).unwrap());
        let theirs = ProjectivePoint::GENERATOR * q;
        let comb = Comb::new(point(theirs));
        let sum = sum_of_multiples(&[(&generator, u), (&comb, v)]);
        let expected = ProjectivePoint::GENERATOR * scalar(u) + theirs * scalar(v);
        if expected == ProjectivePoint::IDENTITY {
            assert!(matches!(sum, Sum::Infinity), "{u:?} {v:?}");
        } else {
            let x = expected.to_affine().to_sec1_point(false);
            let x = Element::new(U256::from_be_bytes(x.x().unwrap()).unwrap()).unwrap();
            assert!(sum.has_x(x), "{u:?} {v:?}");
            assert!(!sum.has_x(x + Element::ONE));
        }
    }

    #[test]
    fn equal_opposite_and_infinite_sums() {
        let small = |number| U256::new([number, 0, 0, 0]);
        let minus = |number| ORDER.subtract(small(number)).0;
        let long = U256::new([0x0123_4567_89ab_cdef, u64::MAX, 0x8000_0001_8000_0001, 7]);
        let scalars = [U256::ZERO, small(1), small(2), minus(1), minus(2), long];
        // Q = G and Q = -G make the sum meet the point it is about to add, or its negative.
        for q in [Scalar::ONE, -Scalar::ONE, Scalar::from(2_u64), scalar(minus(2))] {
            for u in scalars {
                for v in scalars {
                    check(u, v, q);
                }
            }
        }
    }

    #[test]
    fn the_order_leads_to_infinity() {
        let [x, y] = GENERATOR;
        let generator = Comb::new(Affine::new(x, y).unwrap());
        assert!(matches!(sum_of_multiples(&[(&generator, ORDER)]), Sum::Infinity));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn random_scalars(u in any::<[u64; 4]>(), v in any::<[u64; 4]>(), q in 1..u64::MAX) {
            let [u, v] = [u, v].map(|words| U256::new(words).reduced_once(ORDER));
            check(u, v, Scalar::from(q));
        }
    }
}
