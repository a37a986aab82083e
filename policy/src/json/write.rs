//! The writing half: objects put together member by member.

use alloc::string::{String, ToString};

/// Room for most of what is written, so that it is not moved again and again while it grows.
const ROOM: usize = 512;

/// The text of an object with the members that `write` adds.
pub fn object(write: impl FnOnce(&mut Members<'_>)) -> String {
    let mut text = String::with_capacity(ROOM);
    put_object(&mut text, write);
    text
}

/// The members of an object that is being written.
pub struct Members<'t> {
    text: &'t mut String,
    first: bool,
}

impl Members<'_> {
    /// `"key":"value"`
    pub fn string(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        put_string(self.text, value);
        self
    }

    /// `"key":"value"`, or `"key":null`.
    pub fn string_or_null(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.string(key, value),
            None => {
                self.key(key);
                self.text.push_str("null");
                self
            }
        }
    }

    /// `"key":1`
    pub fn integer(&mut self, key: &str, value: i64) -> &mut Self {
        self.key(key);
        self.text.push_str(&value.to_string());
        self
    }

    /// `"key":1`, or `"key":null`.
    pub fn integer_or_null(&mut self, key: &str, value: Option<i64>) -> &mut Self {
        match value {
            Some(value) => self.integer(key, value),
            None => self.string_or_null(key, None),
        }
    }

    /// `"key":true`
    pub fn boolean(&mut self, key: &str, value: bool) -> &mut Self {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// `"key":["…","…"]`
    pub fn strings<'v>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = &'v str>,
    ) -> &mut Self {
        self.key(key);
        put_array(self.text, values, put_string);
        self
    }

    /// `"key":{…}`
    pub fn object(&mut self, key: &str, write: impl FnOnce(&mut Members<'_>)) -> &mut Self {
        self.key(key);
        put_object(self.text, write);
        self
    }

    /// `"key":[{…},{…}]`, one object for each value.
    pub fn objects<V>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
        write: impl Fn(&mut Members<'_>, V),
    ) -> &mut Self {
        self.key(key);
        put_array(self.text, values, |text, value| {
            put_object(text, |members| write(members, value));
        });
        self
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.text.push(',');
        }
        self.first = false;
        put_string(self.text, key);
        self.text.push(':');
    }
}

fn put_object(text: &mut String, write: impl FnOnce(&mut Members<'_>)) {
    text.push('{');
    write(&mut Members { text, first: true });
    text.push('}');
}

fn put_array<V>(
    text: &mut String,
    values: impl IntoIterator<Item = V>,
    put: impl Fn(&mut String, V),
) {
    text.push('[');
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        put(text, value);
    }
    text.push(']');
}

/// RFC 8259, 7: only `"`, `\` and control characters need escapes.
fn put_string(text: &mut String, value: &str) {
    text.push('"');
    let mut rest = value;
    loop {
        let end = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '));
        let (plain, after) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, ""));
        text.push_str(plain);
        let mut after = after.chars();
        match after.next() {
            None => break,
            Some('"') => text.push_str("\\\""),
            Some('\\') => text.push_str("\\\\"),
            Some(control) => {
                text.push_str("\\u00");
                let code = u32::from(control);
                for digit in [code / 16, code % 16] {
                    text.push(char::from_digit(digit, 16).unwrap_or('0'));
                }
            }
        }
        rest = after.as_str();
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

    use super::*;
    use crate::json::{Value, read};

    #[test]
    fn what_is_written_is_read_back() {
        let every: String = (0..0x250).filter_map(char::from_u32).collect();
        let text = object(|members| {
            members
                .string("every", &every)
                .integer("n", -7)
                .boolean("yes", true)
                .string_or_null("none", None);
            members.strings("list", ["a", "b\n"]).strings("empty", []);
            members.object("inner", |inner| {
                inner.objects("two", [1, 2], |members, number| {
                    members.string("number", &number.to_string());
                });
            });
        });
        let Value::Object(mut read) = read(text.as_bytes()).unwrap() else {
            panic!("not an object")
        };
        assert_eq!(read.take("every"), Some(Value::String(every.into())));
        assert!(text.ends_with(
            r#""n":-7,"yes":true,"none":null,"list":["a","b\u000a"],"empty":[],"inner":{"two":[{"number":"1"},{"number":"2"}]}}"#
        ));
    }
}
