//! JSON: a strict reader for signed text, and a writer.
//!
//! General readers accept too much for a verifier: one takes the last of two equal keys, another an
//! array where an object belongs, `null` where a condition belongs, `1.0` for `1`. Each of these
//! lets two readers disagree on what was signed. This one reads RFC 8259 with integers only,
//! refuses repeated keys, and keeps objects as lists so that their reader must take every member.

mod write;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use self::write::{Members, object};

/// How deep arrays and objects may nest. CloudFront's policy is five deep.
pub const MAX_JSON_DEPTH: usize = 8;

/// A JSON value. A string without escapes is borrowed from the text.
#[derive(Debug, Eq, PartialEq)]
pub enum Value<'t> {
    /// `[…]`
    Array(Vec<Value<'t>>),
    /// `true` or `false`
    Boolean(bool),
    /// A number without fraction and exponent.
    Integer(i64),
    /// `null`
    Null,
    /// `{…}`
    Object(Object<'t>),
    /// `"…"`, with its escapes resolved.
    String(Cow<'t, str>),
}

/// The members of an object, in order, no key twice.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Object<'t>(Vec<(Cow<'t, str>, Value<'t>)>);

impl<'t> Object<'t> {
    /// Removes a member and returns it. A reader takes every member that it knows; [`Self::rest`]
    /// then finds those that it does not know.
    pub fn take(&mut self, key: &str) -> Option<Value<'t>> {
        let index = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(index).1)
    }

    /// Adds a member, unless there is one of this name.
    pub(crate) fn or_put(&mut self, key: &'t str, value: Value<'t>) {
        if self.0.iter().all(|(name, _)| name != key) {
            self.0.push((Cow::Borrowed(key), value));
        }
    }

    /// The key of a member that was not taken.
    pub fn rest(self) -> Option<Cow<'t, str>> {
        self.0.into_iter().next().map(|(key, _)| key)
    }
}

/// Where and why a text is not the JSON we read. It quotes nothing, since the text is signed data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JsonFault {
    /// Offset in bytes.
    pub at: usize,
    /// What was wrong there.
    pub problem: &'static str,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.problem, self.at)
    }
}

/// Reads one value that fills the whole text, nested at most [`MAX_JSON_DEPTH`] deep.
pub fn read(bytes: &[u8]) -> Result<Value<'_>, JsonFault> {
    let text = core::str::from_utf8(bytes)
        .map_err(|error| JsonFault { at: error.valid_up_to(), problem: "not UTF-8" })?;
    let mut reader = Reader { rest: text, length: text.len() };
    let value = reader.value(0)?;
    reader.skip_whitespace();
    if reader.rest.is_empty() { Ok(value) } else { reader.fail("text after the end") }
}

struct Reader<'t> {
    rest: &'t str,
    length: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Result<Value<'t>, JsonFault> {
        self.skip_whitespace();
        match self.rest.as_bytes().first() {
            Some(b'{') if depth < MAX_JSON_DEPTH => self.object(depth).map(Value::Object),
            Some(b'[') if depth < MAX_JSON_DEPTH => self.array(depth).map(Value::Array),
            Some(b'{' | b'[') => self.fail("nested too deep"),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.integer().map(Value::Integer),
            _ if self.eat("true") => Ok(Value::Boolean(true)),
            _ if self.eat("false") => Ok(Value::Boolean(false)),
            _ if self.eat("null") => Ok(Value::Null),
            _ => self.fail("a value is missing"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Object<'t>, JsonFault> {
        self.expect("{", "an object is missing")?;
        let mut members: Vec<(Cow<'t, str>, Value<'t>)> = Vec::new();
        if self.eat_token("}") {
            return Ok(Object(members));
        }
        loop {
            self.skip_whitespace();
            let key = self.string()?;
            if members.iter().any(|(name, _)| *name == key) {
                return self.fail("a key is repeated");
            }
            self.expect(":", "a colon is missing")?;
            members.push((key, self.value(depth + 1)?));
            if self.eat_token("}") {
                return Ok(Object(members));
            }
            self.expect(",", "a comma or closing brace is missing")?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value<'t>>, JsonFault> {
        self.expect("[", "an array is missing")?;
        let mut values = Vec::new();
        if self.eat_token("]") {
            return Ok(values);
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.eat_token("]") {
                return Ok(values);
            }
            self.expect(",", "a comma or closing bracket is missing")?;
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, JsonFault> {
        if !self.eat("\"") {
            return self.fail("a string is missing");
        }
        let mut string = Cow::Borrowed("");
        loop {
            let end = self.rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '));
            let Some((plain, rest)) = end.and_then(|end| self.rest.split_at_checked(end)) else {
                self.rest = "";
                return self.fail("a string is not closed");
            };
            string += plain; // borrows if the string was empty
            self.rest = rest;
            match self.next() {
                Some('"') => return Ok(string),
                Some('\\') => {
                    if let Cow::Borrowed(plain) = string {
                        let mut unescaped = String::with_capacity(plain.len() + self.unescaped());
                        unescaped.push_str(plain);
                        string = Cow::Owned(unescaped);
                    }
                    string.to_mut().push(self.escape()?);
                }
                _ => return self.fail("a control character stands in a string"),
            }
        }
    }

    /// An upper bound of the length of the rest of a string, of which the backslash was just read.
    /// A private key that is written into a buffer of this capacity is never reallocated, which
    /// would leave copies of it in memory.
    fn unescaped(&self) -> usize {
        let mut escaped = true;
        let end = self.rest.find(|c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        end.unwrap_or(self.rest.len())
    }

    fn escape(&mut self) -> Result<char, JsonFault> {
        match self.next() {
            Some(same @ ('"' | '\\' | '/')) => Ok(same),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => self.unicode_escape(),
            _ => self.fail("an escape is invalid"),
        }
    }

    /// `XXXX` after `\u`, with the second half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, JsonFault> {
        let first = self.four_digits()?;
        let code = match first {
            0xD800..=0xDBFF if self.eat("\\u") => match self.four_digits()? {
                second @ 0xDC00..=0xDFFF => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                _ => return self.fail("half a surrogate pair is missing"),
            },
            single => single,
        };
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => self.fail("half a surrogate pair is missing"),
        }
    }

    fn four_digits(&mut self) -> Result<u32, JsonFault> {
        let mut code = 0;
        for _ in 0..4 {
            match self.next().and_then(|digit| digit.to_digit(16)) {
                Some(digit) => code = code * 16 + digit,
                None => return self.fail("an escape is invalid"),
            }
        }
        Ok(code)
    }

    fn integer(&mut self) -> Result<i64, JsonFault> {
        let end = self.rest.bytes().take_while(|b| matches!(b, b'-' | b'0'..=b'9')).count();
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        if rest.starts_with(['.', 'e', 'E']) {
            return self.fail("a number is not an integer");
        }
        let magnitude = digits.strip_prefix('-').unwrap_or(digits);
        if magnitude.is_empty() || (magnitude.starts_with('0') && digits != "0") {
            return self.fail("a number is malformed");
        }
        match digits.parse() {
            Ok(integer) => {
                self.rest = rest;
                Ok(integer)
            }
            Err(_) => self.fail("a number does not fit 64 bits"),
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn eat_token(&mut self, token: &str) -> bool {
        self.skip_whitespace();
        self.eat(token)
    }

    fn expect(&mut self, token: &str, problem: &'static str) -> Result<(), JsonFault> {
        if self.eat_token(token) { Ok(()) } else { self.fail(problem) }
    }

    fn skip_whitespace(&mut self) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        while self.rest.as_bytes().first().is_some_and(blank) {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
    }

    fn fail<T>(&self, problem: &'static str) -> Result<T, JsonFault> {
        Err(JsonFault { at: self.length.saturating_sub(self.rest.len()), problem })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

    use alloc::{format, vec};

    use super::*;

    #[test]
    fn values() {
        let text = br#" { "a" : [ 1 , -2 , 0 , true , false , null ] , "b\u00e9\ud83d\ude00\n" : "x" , "c" : { } , "d":[] } "#;
        let Value::Object(mut object) = read(text).unwrap() else { panic!("not an object") };
        use Value::{Boolean, Integer, Null};
        assert_eq!(
            object.take("a"),
            Some(Value::Array(vec![
                Integer(1),
                Integer(-2),
                Integer(0),
                Boolean(true),
                Boolean(false),
                Null
            ]))
        );
        assert_eq!(object.take("bé😀\n"), Some(Value::String("x".into())));
        assert_eq!(object.rest(), Some("c".into()));
    }

    #[test]
    fn an_unescaped_string_has_room_from_the_start() {
        let line = r#"MIGHAgEAMBMGByqGSM49\"\\\n"#;
        let written = line.repeat(50);
        let text = format!("[\"{written}\",\"\\n\"]");
        let Value::Array(values) = read(text.as_bytes()).unwrap() else { panic!("not an array") };
        let [Value::String(Cow::Owned(long)), Value::String(Cow::Owned(short))] = values.as_slice()
        else {
            panic!("not two texts")
        };
        assert_eq!(long.len(), (line.len() - 3) * 50);
        // But for the first backslash, which had been read.
        assert_eq!((long.capacity(), short.capacity()), (written.len() - 1, 1));
    }

    #[test]
    fn refused() {
        for (text, problem) in [
            (r#"{"a":1,"a":1}"#, "a key is repeated"),
            (r#"{"a":1,"\u0061":1}"#, "a key is repeated"),
            (r#"{"a":1} x"#, "text after the end"),
            (r#"{"a":1,}"#, "a string is missing"),
            (r#"[1,]"#, "a value is missing"),
            (r#"[1 2]"#, "a comma or closing bracket is missing"),
            (r#"{"a" 1}"#, "a colon is missing"),
            (r#"{"a":1 "b":2}"#, "a comma or closing brace is missing"),
            ("1.0", "a number is not an integer"),
            ("1e3", "a number is not an integer"),
            ("01", "a number is malformed"),
            ("-0", "a number is malformed"),
            ("-", "a number is malformed"),
            ("1-2", "a number does not fit 64 bits"),
            ("9223372036854775808", "a number does not fit 64 bits"),
            ("\"a", "a string is not closed"),
            ("\"\u{1}\"", "a control character stands in a string"),
            (r#""\x""#, "an escape is invalid"),
            (r#""\u12g4""#, "an escape is invalid"),
            (r#""\ud800""#, "half a surrogate pair is missing"),
            (r#""\ud800\u0041""#, "half a surrogate pair is missing"),
            (r#""\udc00""#, "half a surrogate pair is missing"),
            ("", "a value is missing"),
            ("nul", "a value is missing"),
            ("[[[[[[[[[1]]]]]]]]]", "nested too deep"),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().problem, problem, "{text}");
        }
        assert_eq!(read(b"\"\xff\"").unwrap_err(), JsonFault { at: 1, problem: "not UTF-8" });
        assert!(read(b"[[[[[[[[1]]]]]]]]").is_ok());
    }
}
