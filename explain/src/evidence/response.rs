//! An HTTP exchange, in the forms in which programs and browsers show it: one file a form.

mod browser_export;
mod curl;
mod header_list;
mod message;
mod page;
mod wget;

use core::net::IpAddr;

use policy::UnixTime;

use super::document::{NotEvidence, cli_error};
use super::kind::Kind;
use crate::moment::from_http_date;

/// The last response of an exchange, and the request that it answers where that was shown.
#[derive(Clone, Debug, Default)]
pub struct Response {
    pub(crate) status: Option<u16>,
    headers: Headers,
    pub(crate) body: String,
    pub(crate) request: Option<Sent>,
    /// The server's address, whose version is that of the viewer's.
    pub(crate) server: Option<IpAddr>,
    /// Where earlier responses of the exchange redirected to.
    pub(crate) redirects: Vec<String>,
}

/// A request, as it was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Headers,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.value(name)
    }

    pub(crate) fn cookies(&self) -> Vec<String> {
        let cookie = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("cookie");
        self.headers.0.iter().filter(cookie).map(|(_, value)| value.clone()).collect()
    }

    /// The URL that was requested; None if no host was shown.
    fn url(&self) -> Option<String> {
        Some(format!("https://{}{}", self.header("host")?, self.target))
    }
}

impl Response {
    /// Reads what one of these shows: curl (`-v`, `-i`, `-sv`), wget (`-S`, `-d`), HTTPie, a
    /// browser's developer tools (headers as text, HAR), or a browser's window (XML or a page).
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        Self::read_for(text, None)
    }

    /// Like [`Response::read`]. Where the text has several exchanges that are no redirects of each
    /// other, the one for `url` counts.
    pub fn read_for(text: &str, url: Option<&str>) -> Result<Self, NotEvidence> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(NotEvidence::Empty { command: "curl -sv URL" });
        }
        if let Some(code) = cli_error(text) {
            return Err(NotEvidence::CliFailed { code: code.to_owned() });
        }
        if let Some(found) = browser_export::read(text, url) {
            return found;
        }
        match Kind::of(text) {
            None | Some(Kind::Response) => {}
            Some(other) => return Err(other.refusal()),
        }
        reading(text).or_else(|| page::read(text)).ok_or(NotEvidence::NotAResponse)?.into_response()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.value(name)
    }

    /// When the response was made, by CloudFront's clock.
    pub(crate) fn date(&self) -> Option<UnixTime> {
        self.header("date").and_then(from_http_date)
    }

    /// The text of an XML element of the body: S3's and CloudFront's errors have each name once.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.trim())
    }

    /// The value of a list item of the HTML that S3's website endpoints answer with.
    pub(crate) fn list_item(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<li>{name}: "))?;
        Some(rest.split_once("</li>")?.0.trim())
    }
}

/// What a text shows that is in one of the forms with headers.
fn reading(text: &str) -> Option<Reading> {
    let dialects: [fn(&str) -> Option<Reading>; 4] =
        [curl::read, wget::read, message::read, header_list::read];
    dialects.into_iter().find_map(|read| read(text))
}

/// Whether a text shows an exchange, or headers of one.
pub(super) fn is_response(text: &str) -> bool {
    reading(text).is_some() || text.contains("<Code>")
}

/// Whether a JSON value is what a browser exports of an exchange.
pub(super) fn is_export(value: &serde_json::Value) -> bool {
    browser_export::is_export(value)
}

/// What a text in one of the forms shows.
#[derive(Debug, Default)]
struct Reading {
    /// In the order in which they took place.
    exchanges: Vec<Exchange>,
    server: Option<IpAddr>,
}

/// A request and its answer, as far as they are shown.
#[derive(Debug, Default)]
struct Exchange {
    request: Option<Sent>,
    status: Option<u16>,
    headers: Headers,
    body: String,
}

impl Exchange {
    /// Adds a header to the message that is being read.
    fn add_header(&mut self, name: &str, value: &str) {
        match &mut self.request {
            Some(request) if self.status.is_none() => request.headers.add(name, value),
            _ => self.headers.add(name, value),
        }
    }

    /// The body of a request does not count.
    fn add_to_body(&mut self, line: &str) {
        if self.status.is_some() {
            self.body.push_str(line);
            self.body.push('\n');
        }
    }

    fn is_answered(&self) -> bool {
        self.status.is_some() || !self.headers.0.is_empty() || !self.body.trim().is_empty()
    }
}

impl Reading {
    fn note_request(&mut self, request: Sent) {
        self.exchanges.push(Exchange { request: Some(request), ..Exchange::default() });
    }

    /// The beginning of an answer: to the request before it, if that has none or only one that
    /// announced this.
    fn note_answer(&mut self, status: u16) {
        let request = match self.exchanges.last_mut() {
            Some(open) if open.status.is_none() => {
                open.status = Some(status);
                return;
            }
            Some(Exchange { request, status: Some(100..=199), .. }) => request.clone(),
            _ => None,
        };
        self.exchanges.push(Exchange { request, status: Some(status), ..Exchange::default() });
    }

    /// The last answer counts; those before it redirected to it.
    fn into_response(self) -> Result<Response, NotEvidence> {
        let Self { exchanges, server } = self;
        // 100 and 103 announce the answer, and no exchange ends with them.
        let announces = |exchange: &Exchange| matches!(exchange.status, Some(100..=199));
        let mut exchanges: Vec<Exchange> =
            exchanges.into_iter().filter(|exchange| !announces(exchange)).collect();
        let last = exchanges.pop().ok_or(NotEvidence::NotAResponse)?;
        if !last.is_answered() {
            return Err(NotEvidence::NotAnswered);
        }
        if last.request.as_ref().is_some_and(|request| request.method == "CONNECT") {
            return Err(NotEvidence::OfAProxy);
        }
        let mut redirects: Vec<String> = Vec::new();
        for earlier in &exchanges {
            if let Some(to) = earlier.headers.value("location") {
                let from = earlier.request.as_ref().and_then(Sent::url);
                let from = from.as_ref().or(redirects.last());
                redirects.push(from.map_or_else(|| to.to_owned(), |from| joined(from, to)));
            }
        }
        let Exchange { request, status, headers, body } = last;
        let body = body.trim().to_owned();
        Ok(Response { status, headers, body, request, server, redirects })
    }
}

/// `Location` as an absolute URL, where it has the usual forms (RFC 9110, 10.2.2).
fn joined(from: &str, to: &str) -> String {
    let is_absolute = to.contains("://");
    let origin = from.match_indices('/').nth(2).and_then(|(at, _)| from.split_at_checked(at));
    let origin = origin.map_or(from, |(origin, _)| origin);
    match to.strip_prefix("//") {
        Some(rest) => format!("{}://{rest}", from.split("://").next().unwrap_or("https")),
        None if !is_absolute && to.starts_with('/') => format!("{origin}{to}"),
        None => to.to_owned(),
    }
}

/// Names and values in the order in which they stood.
#[derive(Clone, Debug, Default)]
struct Headers(Vec<(String, String)>);

impl Headers {
    fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.trim().to_owned(), value.trim().to_owned()));
    }

    fn value(&self, name: &str) -> Option<&str> {
        let named = |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        self.0.iter().find(named).map(|(_, value)| value.as_str())
    }
}

/// The name and the value of a header line, if the line has the form of one (RFC 9110, 5.1).
fn header_line(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    is_token(name).then_some((name, value.trim()))
}

/// Whether a text is made of characters that names of headers consist of. The few that no header in
/// use has are left out, and so is a text that would be a drive or a time.
fn is_token(name: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(is_of_token)
}

/// The status of `HTTP/2 403` or `HTTP/1.1 403 Forbidden`.
fn status_line(line: &str) -> Option<u16> {
    let mut words = line.strip_prefix("HTTP/")?.split(' ');
    let version = words.next()?;
    let is_version = version.starts_with(['1', '2', '3']) && version.len() <= 3;
    let status = words.next()?.trim_end();
    let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    (is_version && is_status).then(|| status.parse().ok()).flatten()
}

/// The method and the target of `GET /film.mp4 HTTP/2`.
fn request_line(line: &str) -> Option<Sent> {
    let mut words = line.trim_end().split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_request = is_method && version.starts_with("HTTP/") && words.next().is_none();
    is_request.then(|| Sent {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Headers::default(),
    })
}

/// The address in `203.0.113.10:443`, `[2001:db8::1]:443` or alone.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.trim_start_matches('[').split(']').next().unwrap_or(text);
    alone.parse().ok().or_else(|| text.rsplit_once(':')?.0.parse().ok())
}

#[cfg(test)]
mod tests;
