//! The little DER (X.690) that public keys and ECDSA signatures need: definite lengths in their
//! shortest form, and positive integers.
//!
//! The general readers cost a tenth of the edge module's whole size.

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
    /// All of it.
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

    /// The inside of the next value, if it is a sequence.
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
            // A zero stands in front only where the next bit would be a sign.
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
