//! The part of DER (X.690) that public keys and ECDSA signatures use: definite lengths in their
//! shortest form, and positive integers.
//!
//! A crate that reads all of DER would be a tenth of the edge module.

use alloc::vec::Vec;

/// The tag of NULL.
pub const NULL: u8 = 0x05;
/// The tag of OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;

const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// What is left to read.
pub struct Der<'d> {
    rest: &'d [u8],
}

impl<'d> Der<'d> {
    /// Reads from the beginning.
    pub fn new(der: &'d [u8]) -> Self {
        Self { rest: der }
    }

    /// The contents of the next value, if it has this tag.
    pub fn value(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (&found, rest) = self.rest.split_first()?;
        let (length, rest) = match rest {
            [length, rest @ ..] if *length < 0x80 => (usize::from(*length), rest),
            [0x81, length, rest @ ..] if *length >= 0x80 => (usize::from(*length), rest),
            [0x82, high, low, rest @ ..] if *high > 0 => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            _ => return None,
        };
        if found != tag {
            return None;
        }
        let (value, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(value)
    }

    /// A reader of the next value, if it is a sequence.
    pub fn sequence(&mut self) -> Option<Self> {
        self.value(SEQUENCE).map(Self::new)
    }

    /// The bytes of the next value, if it is a bit string of whole bytes.
    pub fn bit_string(&mut self) -> Option<&'d [u8]> {
        self.value(BIT_STRING)?.strip_prefix(&[0])
    }

    /// The magnitude of the next value, if it is a positive integer: big-endian, no leading zeros.
    pub fn positive(&mut self) -> Option<&'d [u8]> {
        let integer = self.value(INTEGER)?;
        match integer {
            // A leading zero is there only if the next bit would be taken for a sign.
            [0, magnitude @ ..] => {
                magnitude.first().is_some_and(|&first| first >= 0x80).then_some(magnitude)
            }
            [first, ..] => (*first < 0x80).then_some(integer),
            [] => None,
        }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// The ASN.1 form of an ECDSA signature on P-256 (RFC 3279, 2.2.3) whose JOSE form (RFC 7518, 3.4)
/// is r and s of 32 bytes each. None for any other length.
pub(crate) fn ecdsa_signature(fixed: &[u8]) -> Option<Vec<u8>> {
    if fixed.len() != 64 {
        return None;
    }
    let (r, s) = fixed.split_at_checked(32)?;
    let mut integers = Vec::with_capacity(70);
    put_integer(&mut integers, r);
    put_integer(&mut integers, s);
    let mut der = Vec::with_capacity(72);
    der.extend([SEQUENCE, u8::try_from(integers.len()).ok()?]);
    der.extend(integers);
    Some(der)
}

/// A number of at most 32 bytes, big-endian, with or without leading zeros.
fn put_integer(der: &mut Vec<u8>, number: &[u8]) {
    let start = number.iter().position(|&byte| byte != 0).unwrap_or(number.len().saturating_sub(1));
    let number = number.get(start..).unwrap_or_default();
    let sign = number.first().is_some_and(|&first| first >= 0x80);
    let length = u8::try_from(number.len()).unwrap_or(0).saturating_add(u8::from(sign));
    der.extend([INTEGER, length]);
    der.extend(sign.then_some(0));
    der.extend(number);
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a failing test should stop here"
    )]

    use super::*;

    #[test]
    fn fixed_signatures_become_der() {
        let mut fixed = [0; 64];
        fixed[31] = 0x80;
        fixed[32..].fill(0xff);
        let der = ecdsa_signature(&fixed).unwrap();
        let mut whole = Der::new(&der);
        let mut integers = whole.sequence().unwrap();
        assert_eq!(integers.positive().unwrap(), [0x80]);
        assert_eq!(integers.positive().unwrap(), [0xff; 32]);
        assert!(integers.is_empty() && whole.is_empty());
        assert_eq!(ecdsa_signature(&fixed[1..]), None);
        assert_eq!(ecdsa_signature(&[0; 64]).unwrap(), [0x30, 6, 2, 1, 0, 2, 1, 0]);
    }
}
