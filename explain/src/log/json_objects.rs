//! The innermost objects of JSON text, however they are put together: one in each line, in an array,
//! after each other, or within what CloudWatch Logs puts around them.

use memchr::memchr3;

use super::format::LogFault;

/// An object that is longer is no record: CloudFront's URLs end at 8 KB, headers at 32 KB.
const MOST: usize = 1 << 20;

/// Finds objects in blocks of text. Nothing is kept but the object that spans two blocks.
#[derive(Debug, Default)]
pub(super) struct JsonObjects {
    /// What was read of the innermost object that is open.
    open: Vec<u8>,
    is_open: bool,
    is_in_string: bool,
    is_escaped: bool,
}

impl JsonObjects {
    /// Hands out the objects that end in a block.
    pub(super) fn feed(
        &mut self,
        block: &[u8],
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), LogFault> {
        // Where the open object begins in this block; before it, in `open`.
        let mut start = 0;
        let mut at = 0;
        while let Some(rest) = block.get(at..).filter(|rest| !rest.is_empty()) {
            if self.is_escaped {
                self.is_escaped = false;
                at += 1;
                continue;
            }
            let found = if self.is_in_string {
                // A string has no line end: after a record that was cut off, the next line is whole.
                memchr3(b'"', b'\\', b'\n', rest)
            } else {
                memchr3(b'"', b'{', b'}', rest)
            };
            let Some(offset) = found else { break };
            let symbol = rest.get(offset).copied();
            at += offset;
            match symbol {
                Some(b'"') => self.is_in_string = !self.is_in_string,
                Some(b'\\') => self.is_escaped = true,
                Some(b'\n') => {
                    self.is_in_string = false;
                    self.close();
                }
                Some(b'{') => {
                    self.open.clear();
                    self.is_open = true;
                    start = at;
                }
                _ if self.is_open => {
                    let last = block.get(start..=at).unwrap_or_default();
                    if self.open.is_empty() {
                        each(last);
                    } else {
                        self.open.extend_from_slice(last);
                        each(&self.open);
                    }
                    self.close();
                }
                _ => {}
            }
            at += 1;
        }
        if self.is_open {
            self.open.extend_from_slice(block.get(start..).unwrap_or_default());
            if self.open.len() > MOST {
                return Err(LogFault::Length { most: MOST });
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        self.open.clear();
        self.is_open = false;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    fn objects(text: &str, block: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut objects = JsonObjects::default();
        for block in text.as_bytes().chunks(block) {
            let mut each = |object: &[u8]| found.push(String::from_utf8_lossy(object).into_owned());
            objects.feed(block, &mut each).unwrap();
        }
        found
    }

    #[test]
    fn innermost_objects_are_found_in_blocks_of_any_size() {
        let text = concat!(
            r#"{"a":"}{\"","b":1}"#,
            "\n",
            r#"[{"c":2},{"d":{"e":[3]},"f":4}]{"g":"\\"}"#,
            "\n2026-11-30T21:59:58.000Z ",
            r#"{"h":"cut off"#,
            "\n",
            r#"{"i":5}"#,
        );
        let expected =
            [r#"{"a":"}{\"","b":1}"#, r#"{"c":2}"#, r#"{"e":[3]}"#, r#"{"g":"\\"}"#, r#"{"i":5}"#];
        for block in 1..=text.len() {
            assert_eq!(objects(text, block), expected, "{block}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut objects = JsonObjects::default();
        objects.feed(b"{\"a\":\"", &mut |_| {}).unwrap();
        let refused = (0..40).find_map(|_| objects.feed(&[b'x'; 1 << 16], &mut |_| {}).err());
        assert_eq!(refused, Some(LogFault::Length { most: MOST }));
        let mut objects = JsonObjects::default();
        for _ in 0..40 {
            objects.feed(&[b' '; 1 << 16], &mut |_| {}).unwrap();
        }
        assert_eq!(objects.open.capacity(), 0);
    }
}
