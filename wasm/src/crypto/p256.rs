//! The elliptic curve P-256 (SEC 2, 2.4.2; NIST SP 800-186, 3.2.1.3): sums of multiples of points.

mod comb;
mod field;
mod integer;
mod point;

pub(super) use self::comb::{Comb, sum_of_multiples};
pub(super) use self::field::{Element, PRIME};
pub(super) use self::integer::U256;
pub(super) use self::point::Affine;

/// n, the number of points.
pub(super) const ORDER: U256 = U256::new([
    0xf3b9_cac2_fc63_2551,
    0xbce6_faad_a717_9e84,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_0000_0000,
]);

/// The generator's coordinates.
pub(super) const GENERATOR: [U256; 2] = [
    U256::new([
        0xf4a1_3945_d898_c296,
        0x7703_7d81_2deb_33a0,
        0xf8bc_e6e5_63a4_40f2,
        0x6b17_d1f2_e12c_4247,
    ]),
    U256::new([
        0xcbb6_4068_37bf_51f5,
        0x2bce_3357_6b31_5ece,
        0x8ee7_eb4a_7c0f_9e16,
        0x4fe3_42e2_fe1a_7f9b,
    ]),
];
