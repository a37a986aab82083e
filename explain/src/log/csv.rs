//! A line of comma-separated values (RFC 4180).

use std::borrow::Cow;

/// The values of a line, without their quotes.
pub(super) fn values(line: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut values = Vec::new();
    let mut rest = Some(line);
    while let Some(line) = rest {
        let (value, after) = match line.strip_prefix(b"\"") {
            Some(quoted) => quoted_value(quoted),
            None => {
                let end = memchr::memchr(b',', line).unwrap_or(line.len());
                let (value, after) = line.split_at_checked(end).unwrap_or((line, &[]));
                (Cow::Borrowed(value), after)
            }
        };
        values.push(value);
        rest = after.strip_prefix(b",");
    }
    values
}

/// A value after its first quote, and what follows the last one. A quote in a value is doubled.
fn quoted_value(quoted: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let mut unquoted: Vec<u8> = Vec::new();
    let mut rest = quoted;
    loop {
        let end = memchr::memchr(b'"', rest).unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        match after {
            [b'"', b'"', after @ ..] => {
                unquoted.extend_from_slice(part);
                unquoted.push(b'"');
                rest = after;
            }
            _ => {
                let after = after.get(1..).unwrap_or_default();
                if unquoted.is_empty() {
                    return (Cow::Borrowed(part), after);
                }
                unquoted.extend_from_slice(part);
                return (Cow::Owned(unquoted), after);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn quotes() {
        for (line, expected) in [
            (r#"a,b"#, vec!["a", "b"]),
            (r#""a,1","{""k"":""v""}",c"#, vec!["a,1", r#"{"k":"v"}"#, "c"]),
            (r#"a,,"#, vec!["a", "", ""]),
            (r#""open"#, vec!["open"]),
            ("", vec![""]),
        ] {
            let found = values(line.as_bytes());
            let found: Vec<_> = found.iter().map(|it| String::from_utf8_lossy(it)).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
