//! Headers as the developer tools of browsers list them: `name: value` in a line, or the name and the
//! value in two.

use super::wget::request_of;
use super::{Exchange, Headers, Reading, Sent, address, is_token};

/// What a list shows. None if nothing in it is a response's.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut list = List::default();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        if let Some(side) = Side::titled(line) {
            list.side = side;
            continue;
        }
        match Line::of(line) {
            Line::Pair(name, value) => list.note(name, value),
            // Its value is in the next line, unless that is a line of its own.
            Line::Name(name) => {
                let value = lines.next_if(|next| Side::titled(next).is_none() && !is_pair(next));
                list.note(name, value.unwrap_or_default());
            }
            Line::Other => list.others += 1,
        }
    }
    list.into_reading()
}

/// Which message the headers that follow are of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Side {
    /// No title says so: it shows in the names.
    #[default]
    Untitled,
    General,
    Request,
    Response,
}

impl Side {
    /// `Response Headers`, `▼ Request Headers (1.2 kB)`, and Safari's `Response`.
    fn titled(line: &str) -> Option<Self> {
        let title = line.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let title = title.split('(').next().unwrap_or(title).trim_end();
        match title {
            "General" | "Summary" => Some(Self::General),
            "Request" | "Request Headers" => Some(Self::Request),
            "Response" | "Response Headers" => Some(Self::Response),
            _ => None,
        }
    }
}

/// What a line is by itself.
enum Line<'l> {
    Pair(&'l str, &'l str),
    Name(&'l str),
    Other,
}

impl<'l> Line<'l> {
    fn of(line: &'l str) -> Self {
        if let Some((name, value)) = pair(line) {
            return if value.is_empty() { Self::Name(name) } else { Self::Pair(name, value) };
        }
        if is_name(line) { Self::Name(line) } else { Self::Other }
    }
}

fn is_pair(line: &str) -> bool {
    pair(line).is_some()
}

/// `name: value`, `name:`, or `name` and a value after a tab. A colon without a space is enough
/// after a name that is known: it may also belong to a value.
fn pair(line: &str) -> Option<(&str, &str)> {
    if let Some((name, value)) = line.split_once('\t')
        && is_name(name.trim())
    {
        return Some((name.trim(), value.trim()));
    }
    // A pseudo-header of HTTP/2 begins with a colon of its own.
    let colon = line.char_indices().skip(1).find(|(_, symbol)| *symbol == ':')?.0;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.strip_prefix(':')?;
    let fits = if value.is_empty() || value.starts_with(' ') {
        is_token(name.trim_start_matches(':')) || is_name(name)
    } else {
        is_name(name)
    };
    fits.then(|| (name, value.trim()))
}

fn is_name(text: &str) -> bool {
    let named = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(text));
    named(&OF_RESPONSES)
        || named(&OF_REQUESTS)
        || named(&OF_BOTH)
        || named(&LABELS)
        || text.to_ascii_lowercase().starts_with("x-amz-")
        || text.to_ascii_lowercase().starts_with("access-control-")
}

#[derive(Debug, Default)]
struct List {
    side: Side,
    url: Option<String>,
    method: Option<String>,
    host: Option<String>,
    path: Option<String>,
    server: Option<core::net::IpAddr>,
    status: Option<u16>,
    request: Headers,
    response: Headers,
    /// Lines that are neither names nor values.
    others: usize,
}

impl List {
    fn note(&mut self, name: &str, value: &str) {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "request url" | "url" => self.url = Some(value.to_owned()),
            "request method" | ":method" | "method" => self.method = Some(value.to_owned()),
            "status code" | "status" | ":status" => self.status = status(value),
            "remote address" | "address" => self.server = address(value),
            ":authority" => self.host = Some(value.to_owned()),
            ":path" => self.path = Some(value.to_owned()),
            // Of labels, and of the pseudo-headers, no others say anything here.
            _ if name.starts_with(':') => {}
            _ if LABELS.iter().any(|label| label.eq_ignore_ascii_case(name)) => {}
            _ => {
                let of_requests = OF_REQUESTS.iter().any(|it| it.eq_ignore_ascii_case(name));
                if self.side == Side::Untitled && of_requests {
                    self.side = Side::Request;
                }
                match self.side {
                    Side::Request => self.request.add(name, value),
                    _ => self.response.add(name, value),
                }
                return;
            }
        }
        if self.side == Side::Untitled && matches!(lower.as_str(), ":authority" | ":path") {
            self.side = Side::Request;
        }
    }

    fn into_reading(self) -> Option<Reading> {
        let Self { url, method, host, path, server, status, request, response, others, .. } = self;
        let known = response.0.iter().filter(|(name, value)| {
            let amz = name.to_ascii_lowercase().starts_with("x-amz-");
            let listed = OF_RESPONSES.iter().any(|it| it.eq_ignore_ascii_case(name));
            (listed || amz) && !value.is_empty()
        });
        let known = known.count() + usize::from(status.is_some());
        // Prose has lines with colons too.
        if known == 0 || others > known + response.0.len() {
            return None;
        }
        let host = request.value("host").map(str::to_owned).or(host);
        let of_parts = host.map(|host| format!("https://{host}{}", path.unwrap_or_default()));
        let sent = url.or(of_parts).as_deref().and_then(request_of).map(|sent| {
            let mut headers = sent.headers;
            headers.0.extend(request.0);
            Sent { method: method.unwrap_or(sent.method), target: sent.target, headers }
        });
        let exchange = Exchange { request: sent, status, headers: response, body: String::new() };
        Some(Reading { exchanges: vec![exchange], server })
    }
}

/// `403`, `403 Forbidden`, `● 403`.
fn status(value: &str) -> Option<u16> {
    let digits = |word: &&str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    value.split_whitespace().find(digits)?.parse().ok()
}

/// Names of headers that only responses have, as CloudFront, its functions and origins set them.
const OF_RESPONSES: [&str; 22] = [
    "accept-ranges",
    "age",
    "alt-svc",
    "content-disposition",
    "content-security-policy",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
    "server",
    "server-timing",
    "set-cookie",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-cache",
    "x-content-type-options",
    "x-edgepass-reason",
    "x-frame-options",
    "x-powered-by",
    "x-xss-protection",
];

/// Names of headers that only requests have.
const OF_REQUESTS: [&str; 21] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cookie",
    "dnt",
    "host",
    "if-modified-since",
    "if-none-match",
    "origin",
    "range",
    "referer",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "te",
    "upgrade-insecure-requests",
    "user-agent",
];

/// Names of headers of either.
const OF_BOTH: [&str; 10] = [
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "pragma",
    "transfer-encoding",
    "via",
];

/// What the tools of Chrome, Firefox and Safari call the rest.
const LABELS: [&str; 14] = [
    "address",
    "dns resolution",
    "filename",
    "initiator",
    "method",
    "referrer policy",
    "remote address",
    "request method",
    "request url",
    "scheme",
    "source",
    "status",
    "status code",
    "url",
];
