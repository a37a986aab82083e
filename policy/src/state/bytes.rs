//! Reading and writing the integers and lengths of the state.

use alloc::vec::Vec;

/// The bytes that are left to read. A method returns None if there are too few.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Bytes that follow their length in one byte.
    pub(super) fn short(&mut self) -> Option<&'b [u8]> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// Bytes that follow their length in two bytes.
    pub(super) fn long(&mut self) -> Option<&'b [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// `count` values of `N` bytes each.
    pub(super) fn chunks<const N: usize>(&mut self, count: u32) -> Option<&'b [[u8; N]]> {
        let bytes = usize::try_from(count).ok()?.checked_mul(N)?;
        let (chunks, _) = self.take(bytes)?.as_chunks();
        Some(chunks)
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Appends the length of some bytes in one byte, and the bytes; None if there are too many.
pub(super) fn put_short(into: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    into.push(u8::try_from(bytes.len()).ok()?);
    into.extend_from_slice(bytes);
    Some(())
}

/// Appends the length of some bytes in two bytes, and the bytes; None if there are too many.
pub(super) fn put_long(into: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    into.extend_from_slice(&u16::try_from(bytes.len()).ok()?.to_le_bytes());
    into.extend_from_slice(bytes);
    Some(())
}
