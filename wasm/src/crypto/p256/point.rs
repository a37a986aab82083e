//! Points of P-256, y^2 = x^3 - 3x + b (SEC 2, 2.4.2).
//!
//! Sums are kept in XYZZ coordinates (x = X/ZZ, y = Y/ZZZ, ZZ^3 = ZZZ^2), in which adding an
//! affine point costs ten multiplications, the fewest known. The formulas are named as in the
//! Explicit-Formulas Database (Bernstein and Lange), short Weierstrass, `xyzz`.

use alloc::vec::Vec;

use super::field::Element;
use super::integer::U256;

/// b
const B: U256 = U256::new([
    0x3bce_3c3e_27d2_604b,
    0x651d_06b0_cc53_b0f6,
    0xb3eb_bd55_7698_86bc,
    0x5ac6_35d8_aa3a_93e7,
]);

/// A point other than infinity.
#[derive(Clone, Copy, Debug)]
pub(in crate::crypto) struct Affine {
    x: Element,
    y: Element,
}

/// A sum of points.
#[derive(Clone, Copy, Debug)]
pub(in crate::crypto) enum Sum {
    Infinity,
    Finite(Xyzz),
}

#[derive(Clone, Copy, Debug)]
pub(in crate::crypto) struct Xyzz {
    x: Element,
    y: Element,
    zz: Element,
    zzz: Element,
}

impl Affine {
    /// Nothing if the coordinates are not below p or the point is not on the curve. The curve has
    /// no small subgroup to leave out: its number of points is prime.
    pub(in crate::crypto) fn new(x: U256, y: U256) -> Option<Self> {
        let (x, y) = (Element::new(x)?, Element::new(y)?);
        let b = Element::new(B)?;
        let x_squared = x.square().reduce();
        let three_x = (x + x + x).carried();
        let right = x_squared.multiply(x).reduce_less(three_x - b);
        y.square().reduce_less(right).is_zero().then_some(Self { x, y })
    }

    /// Of many sums at the cost of one inversion ("simultaneous inversion", Montgomery 1987).
    /// Infinity, which has no affine form, is left out.
    pub(in crate::crypto) fn from_sums(sums: &[Sum]) -> Vec<Self> {
        let finite = || {
            sums.iter().filter_map(|sum| match sum {
                Sum::Infinity => None,
                Sum::Finite(point) => Some(point),
            })
        };
        let mut products = Vec::with_capacity(sums.len());
        let mut product = None;
        for point in finite() {
            products.push(product);
            product = Some(product.map_or(point.zzz, |product: Element| product * point.zzz));
        }
        let Some(mut inverse) = product.and_then(Element::invert) else { return Vec::new() };
        let mut points: Vec<_> = finite()
            .rev()
            .zip(products.into_iter().rev())
            .map(|(point, before)| {
                let zzz_inverse = before.map_or(inverse, |before| inverse * before);
                inverse = inverse * point.zzz;
                let z_inverse = point.zz * zzz_inverse;
                let zz_inverse = z_inverse.square().reduce();
                Self { x: point.x * zz_inverse, y: point.y * zzz_inverse }
            })
            .collect();
        points.reverse();
        points
    }
}

impl From<Affine> for Sum {
    fn from(Affine { x, y }: Affine) -> Self {
        Self::Finite(Xyzz { x, y, zz: Element::ONE, zzz: Element::ONE })
    }
}

impl Sum {
    /// `dbl-2008-s-1`, with 3x^2 - 3zz^2 as 3(x - zz)(x + zz). No point of P-256 has y = 0.
    #[must_use]
    pub(in crate::crypto) fn double(self) -> Self {
        let Self::Finite(Xyzz { x, y, zz, zzz }) = self else { return Self::Infinity };
        let u = (y + y).carried();
        let v = u.square().reduce();
        let w = u * v;
        let s = x * v;
        let third = (x - zz) * (x + zz);
        let m = (third + third + third).carried();
        let x3 = m.square().reduce_less(s + s);
        let y3 = (m.multiply(s - x3) - w.multiply(y)).reduce();
        Self::Finite(Xyzz { x: x3, y: y3, zz: v * zz, zzz: w * zzz })
    }

    /// `madd-2008-s`, and the cases that it leaves out.
    #[must_use]
    pub(in crate::crypto) fn add(self, point: Affine) -> Self {
        let Self::Finite(Xyzz { x, y, zz, zzz }) = self else { return point.into() };
        let p = point.x * zz - x;
        let r = point.y * zzz - y;
        let pp = p.square().reduce();
        if pp.square_is_zero() {
            // Of the same x there are the point itself and its negative.
            return if r.is_zero() { Self::from(point).double() } else { Self::Infinity };
        }
        let ppp = p * pp;
        let q = x * pp;
        let x3 = r.square().reduce_less(ppp + q + q);
        let y3 = (r.multiply(q - x3) - y.multiply(ppp)).reduce();
        Self::Finite(Xyzz { x: x3, y: y3, zz: zz * pp, zzz: zzz * ppp })
    }

    /// Whether this is a point with that x, without the division by ZZ.
    pub(in crate::crypto) fn has_x(&self, x: Element) -> bool {
        match self {
            Self::Infinity => false,
            Self::Finite(point) => (x * point.zz - point.x).is_zero(),
        }
    }
}
