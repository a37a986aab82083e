//! The headers of an event, and what a function may do to them (AWS: "Restrictions on edge
//! functions", "Headers").

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::invalid_result::InvalidResult;

/// The lines of each header, under its name in lower case.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Headers(BTreeMap<String, Vec<Line>>);

#[derive(Debug, Deserialize, Serialize)]
struct Line {
    key: Option<String>,
    value: String,
}

/// Neither shown to a function nor to be added by it. A `-` at the end stands for any rest.
const DISALLOWED: [&str; 13] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-",
    "trailer",
    "upgrade",
    "x-accel-",
    "x-amz-cf-",
    "x-amzn-",
    "x-cache",
    "x-edge-",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Shown to a function for viewer-request, and not to be changed by it.
const READ_ONLY: [&str; 5] = ["cdn-loop", "content-length", "host", "transfer-encoding", "via"];

impl Headers {
    /// What a function gets to see of a viewer's headers.
    pub(super) fn shown(headers: &HeaderMap) -> Self {
        let mut shown = BTreeMap::<String, Vec<Line>>::new();
        for (name, value) in headers {
            let name = name.as_str();
            if !is_disallowed(name) {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                let line = Line { key: Some(name.to_owned()), value };
                shown.entry(name.to_owned()).or_default().push(line);
            }
        }
        Self(shown)
    }

    /// Puts what a function made of the `shown` headers in their place. What it was not shown
    /// stays.
    pub(super) fn replace(
        &self,
        shown: &Self,
        headers: &mut HeaderMap,
    ) -> Result<(), InvalidResult> {
        for name in READ_ONLY {
            if !self.values(name).eq(shown.values(name)) {
                return Err(InvalidResult(format!("it changes the header `{name}`")));
            }
        }
        let changed = self.to_map()?;
        for name in shown.0.keys() {
            headers.remove(name);
        }
        headers.extend(changed);
        Ok(())
    }

    /// The headers of a generated response.
    pub(super) fn generated(&self) -> Result<HeaderMap, InvalidResult> {
        match READ_ONLY.iter().find(|name| self.0.contains_key(**name)) {
            Some(name) => Err(InvalidResult(format!("it adds the header `{name}`"))),
            None => self.to_map(),
        }
    }

    /// The bytes of all names and values.
    pub(super) fn bytes(&self) -> usize {
        let lines = self.0.iter().flat_map(|(name, lines)| lines.iter().map(move |l| (name, l)));
        lines.map(|(name, line)| name.len() + line.value.len()).sum()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(|line| line.value.as_str())
    }

    fn to_map(&self) -> Result<HeaderMap, InvalidResult> {
        let mut map = HeaderMap::new();
        for (name, lines) in &self.0 {
            let wrong = |why| InvalidResult(format!("the header `{}` {why}", name.escape_debug()));
            if is_disallowed(name) {
                return Err(wrong("may not be added"));
            }
            if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Err(wrong("is not in lower case"));
            }
            let parsed = HeaderName::try_from(name).map_err(|_| wrong("is no header name"))?;
            for Line { key, value } in lines {
                if key.as_ref().is_some_and(|key| !key.eq_ignore_ascii_case(name)) {
                    return Err(wrong("has a `key` that is another name"));
                }
                let value = HeaderValue::try_from(value).map_err(|_| wrong("is malformed"))?;
                map.append(&parsed, value);
            }
        }
        Ok(map)
    }
}

fn is_disallowed(name: &str) -> bool {
    DISALLOWED.iter().any(
        |one| {
            if one.ends_with('-') { name.starts_with(one) } else { name == *one }
        },
    )
}
