//! An HTTP exchange, as `curl -sv` prints it; or `curl -i`, or headers or a body alone.

use core::net::IpAddr;

use policy::UnixTime;

use super::document::NotEvidence;
use crate::moment::from_http_date;

/// The last response of an exchange, and the request that it answers where curl showed it.
#[derive(Clone, Debug, Default)]
pub struct Response {
    pub(crate) status: Option<u16>,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) request: Option<Sent>,
    /// The server's address, whose version is that of the viewer's.
    pub(crate) server: Option<IpAddr>,
    /// Where earlier responses of the exchange redirected to.
    pub(crate) redirects: Vec<String>,
}

/// A request, as curl sent it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub(crate) fn cookies(&self) -> Vec<String> {
        let cookie = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("cookie");
        self.headers.iter().filter(cookie).map(|(_, value)| value.clone()).collect()
    }
}

impl Response {
    /// Reads the exchange.
    pub fn read(text: &str) -> Result<Self, NotEvidence> {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().map(str::trim_start).find(|line| !line.is_empty());
        let Some(first) = first else {
            return Err(NotEvidence::Empty { command: "curl -sv URL" });
        };
        let verbose =
            text.lines().any(|line| line.starts_with("< HTTP/") || line.starts_with("> "));
        if verbose {
            Ok(Self::of_verbose(text))
        } else if first.starts_with("HTTP/") {
            Ok(Self::of_included(text))
        } else if first.starts_with(['<', '{']) {
            Ok(Self { body: text.to_owned(), ..Self::default() })
        } else if is_header(first) {
            let (headers, body) = split_headers(text);
            Ok(Self { headers, body: body.to_owned(), ..Self::default() })
        } else {
            Err(NotEvidence::NotAResponse)
        }
    }

    /// Lines `* ` are curl's, `> ` are sent, `< ` are received, the others are the body.
    fn of_verbose(text: &str) -> Self {
        let mut response = Self::default();
        for line in text.lines() {
            if let Some(sent) = line.strip_prefix("> ") {
                response.note_sent(sent);
            } else if let Some(received) = line.strip_prefix("< ") {
                response.note_received(received);
            } else if let Some(note) = line.strip_prefix("* ") {
                if let Some(address) = connected_to(note) {
                    response.server = Some(address);
                }
            } else if !is_transfer_note(line) {
                // curl's last words may stand at the end of a body without a line end.
                let line = line.split("* Connection #").next().unwrap_or(line);
                response.body.push_str(line);
                response.body.push('\n');
            }
        }
        response.body = response.body.trim().to_owned();
        response
    }

    fn note_sent(&mut self, line: &str) {
        let mut words = line.split(' ');
        let (method, target, version) = (words.next(), words.next(), words.next());
        if version.is_some_and(|version| version.starts_with("HTTP/")) && words.next().is_none() {
            let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
            let (method, target) = (word(method), word(target));
            self.request = Some(Sent { method, target, headers: Vec::new() });
        } else if let Some(request) = &mut self.request
            && let Some((name, value)) = line.split_once(':')
        {
            request.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }

    fn note_received(&mut self, line: &str) {
        if let Some(status) = status(line) {
            if let Some(location) = self.header("location") {
                self.redirects.push(location.to_owned());
            }
            (self.status, self.headers, self.body) = (Some(status), Vec::new(), String::new());
        } else if let Some((name, value)) = line.split_once(':') {
            self.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }

    /// A status line, headers, an empty line, the body; redirects before it.
    fn of_included(text: &str) -> Self {
        let mut response = Self::default();
        let mut rest = text.trim_start();
        while let Some(status) = rest.lines().next().and_then(status) {
            if let Some(location) = response.header("location") {
                response.redirects.push(location.to_owned());
            }
            let (headers, body) = split_headers(rest);
            response.status = Some(status);
            response.headers = headers;
            rest = body;
        }
        response.body = rest.trim().to_owned();
        response
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
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

fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

/// `HTTP/2 403`, `HTTP/1.1 403 Forbidden`
fn status(line: &str) -> Option<u16> {
    line.strip_prefix("HTTP/")?.split(' ').nth(1)?.parse().ok()
}

fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

fn split_headers(text: &str) -> (Vec<(String, String)>, &str) {
    let end = ["\r\n\r\n", "\n\n"]
        .into_iter()
        .filter_map(|end| text.split_once(end))
        .min_by_key(|(head, _)| head.len());
    let (head, body) = end.unwrap_or((text, ""));
    let headers = head
        .lines()
        .filter(|line| !line.starts_with("HTTP/"))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    (headers, body)
}

/// `Connected to h (2600:9000::1) port 443 (#0)`, since curl 8.16
/// `Established connection to h (2600:9000::1 port 443) from …`.
fn connected_to(note: &str) -> Option<IpAddr> {
    let rest =
        note.strip_prefix("Connected to ").or(note.strip_prefix("Established connection to "))?;
    let (_, inside) = rest.split_once('(')?;
    inside.split([')', ' ']).next()?.parse().ok()
}

/// What curl prints of the transfer: `{ [146 bytes data]`, the progress meter, ends of headers.
fn is_transfer_note(line: &str) -> bool {
    let mark = line.trim_end();
    mark == "<"
        || mark == ">"
        || mark == "*"
        || ((mark.starts_with("{ [") || mark.starts_with("} [")) && mark.ends_with(" data]"))
        || mark.contains("% Total")
        || mark.contains("Dload  Upload")
        || mark.contains("--:--:--")
}
