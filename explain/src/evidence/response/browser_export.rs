//! What browsers export as JSON: HAR 1.2, and the headers that Firefox copies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::wget::request_of;
use super::{Exchange, Headers, Reading, Response, address};
use crate::evidence::NotEvidence;

/// None if a text is no such export.
pub(super) fn read(text: &str, url: Option<&str>) -> Option<Result<Response, NotEvidence>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    match serde_json::from_str::<Archive>(text) {
        Ok(archive) => Some(archive.log.response(url)),
        Err(error) => {
            let value: Value = serde_json::from_str(text).ok()?;
            if is_archive(&value) {
                // serde_json's own message may repeat a value.
                let problem = format!("line {}, column {}", error.line(), error.column());
                return Some(Err(NotEvidence::Unreadable { wanted: "an HTTP archive", problem }));
            }
            Some(of_firefox(&value)?.into_response())
        }
    }
}

/// Whether a JSON value is one of these exports.
pub(super) fn is_export(value: &Value) -> bool {
    is_archive(value) || of_firefox(value).is_some()
}

/// Whether a JSON value is a HAR, whole or not.
fn is_archive(value: &Value) -> bool {
    value.get("log").is_some_and(|log| log.get("entries").is_some())
}

/// The members that count here (HAR 1.2, "Object types").
#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    request: Request,
    response: Answer,
    #[serde(rename = "serverIPAddress", default)]
    server: String,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// 0, or a negative number, where there was none.
    status: i32,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    content: Content,
    #[serde(rename = "redirectURL", default)]
    redirect: String,
}

#[derive(Default, Deserialize)]
struct Content {
    text: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl Log {
    /// The refused request, and the redirects that led to it.
    fn response(mut self, url: Option<&str>) -> Result<Response, NotEvidence> {
        let at = self.refused(url).ok_or(NotEvidence::NotAnswered)?;
        let mut redirects = Vec::new();
        let mut wanted = self.entries.get(at).map(|entry| entry.request.url.clone());
        for earlier in self.entries.get(..at).unwrap_or_default().iter().rev() {
            if wanted.as_deref().is_some_and(|url| earlier.redirects_to(url)) {
                redirects.extend(wanted.replace(earlier.request.url.clone()));
            }
        }
        redirects.reverse();
        let entry = self.entries.swap_remove(at);
        let server = address(&entry.server);
        let reading = Reading { exchanges: vec![entry.into_exchange()], server };
        Ok(Response { redirects, ..reading.into_response()? })
    }

    /// The first 403 for the URL, else the first 403 of all, else the first error; else the last
    /// answer, which was let in.
    fn refused(&self, url: Option<&str>) -> Option<usize> {
        let path = |url: &str| url.split(['?', '#']).next().unwrap_or(url).to_owned();
        let asked = url.map(|url| path(url.trim()));
        let find = |fits: &dyn Fn(&Entry) -> bool| self.entries.iter().position(fits);
        let is_asked = |entry: &Entry| asked.as_deref() == Some(path(&entry.request.url).as_str());
        let is_answered = |entry: &Entry| entry.response.status > 0;
        if find(&is_asked).is_some() {
            return find(&|it| is_asked(it) && it.response.status == 403)
                .or_else(|| find(&|it| is_asked(it) && it.response.status >= 400))
                .or_else(|| self.entries.iter().rposition(|it| is_asked(it) && is_answered(it)));
        }
        find(&|it| it.response.status == 403)
            .or_else(|| find(&|it| it.response.status >= 400))
            .or_else(|| self.entries.iter().rposition(is_answered))
    }
}

impl Entry {
    fn redirects_to(&self, url: &str) -> bool {
        let to = &self.response.redirect;
        !to.is_empty() && super::joined(&self.request.url, to) == url
    }

    fn into_exchange(self) -> Exchange {
        let Self { request, response, .. } = self;
        let headers = |list: Vec<Header>| {
            let mut headers = Headers::default();
            list.iter().for_each(|Header { name, value }| headers.add(name, value));
            headers
        };
        let Content { text, encoding } = response.content;
        let text = text.unwrap_or_default();
        let body = match encoding.as_deref() {
            Some("base64") => STANDARD.decode(&text).map(|it| String::from_utf8_lossy(&it).into()),
            _ => Ok(text),
        };
        let sent = request_of(&request.url).map(|mut sent| {
            sent.method = request.method;
            sent.headers.0.extend(headers(request.headers).0);
            sent
        });
        Exchange {
            request: sent,
            status: u16::try_from(response.status).ok().filter(|status| *status > 0),
            headers: headers(response.headers),
            body: body.unwrap_or_default(),
        }
    }
}

/// `{"Response Headers (520 B)":{"headers":[{"name":"server","value":"CloudFront"}]}, …}`
fn of_firefox(copied: &Value) -> Option<Reading> {
    let under = |title: &str| {
        let members = copied.as_object()?;
        let (_, section) = members.iter().find(|(name, _)| name.starts_with(title))?;
        let mut headers = Headers::default();
        for header in section.get("headers")?.as_array()? {
            headers.add(header.get("name")?.as_str()?, header.get("value")?.as_str()?);
        }
        Some(headers)
    };
    let headers = under("Response Headers")?;
    let exchange = Exchange { headers, ..Exchange::default() };
    Some(Reading { exchanges: vec![exchange], server: None })
}
