//! Bytes to characters: UTF-8 and UTF-16, as editors and PowerShell write them.

use zeroize::Zeroizing;

/// The text, without a byte order mark. None if the bytes are no text.
pub(crate) fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        // Keys are ASCII: in UTF-16 every other byte is zero, with or without a mark.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes)?,
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes)?,
        _ => {
            let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            Zeroizing::new(core::str::from_utf8(bytes).ok()?.to_owned())
        }
    };
    (!text.contains('\0')).then_some(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Zeroizing<String>> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    // One unit becomes at most three bytes: with room for all, no outgrown copy stays in memory.
    let mut text = Zeroizing::new(String::with_capacity(units.len() * 3));
    for character in char::decode_utf16(units.iter().copied().map(unit)) {
        text.push(character.ok()?);
    }
    Some(text)
}
