//! The validator as JavaScript sees it: one text in, a number out, and a text where a number does
//! not say it all.
//!
//! Both texts stay in the module's memory, where the host writes and reads them itself: a request
//! that a viewer repeats every few seconds costs less than the usual copies of its strings. A body
//! of the state is written there as it arrives, and is never held twice.

use core::mem;

use edge_validator::{Answer, Forwarded, Settings, Validator, Verdict, ViewerRequest, answer_json};
use memchr::memchr;
use policy::UnixTime;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::clock;
use crate::host::Host;

/// The longest room for a request that is kept for the next one, in bytes: more than CloudFront
/// lets a viewer send.
const KEPT_ROOM: usize = 128 * 1024;

/// Decides viewer requests by one set of settings.
#[wasm_bindgen]
pub struct EdgeValidator {
    validator: Validator,
    request: Vec<u8>,
    body: Vec<u8>,
    text: Vec<u8>,
}

/// What [`EdgeValidator::decide`] decided.
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Decision {
    /// Nothing: what it was given is no request. A shim has to take it for a refusal.
    None = 0,
    /// The request goes on without cookies, its query and `Referer` as they were.
    Forward = 1,
    /// The request goes on with the text for its `Cookie` header, all else likewise.
    ForwardWithCookies = 2,
    /// The text is the JSON of `answer_json`.
    Other = 3,
}

#[wasm_bindgen]
impl EdgeValidator {
    /// Takes the settings that `edgepass bundle` wrote, as JSON. Throws on settings that are not
    /// taken, and on a key that `node:crypto` refuses.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Result<Self, JsError> {
        Settings::from_json(settings)
            .and_then(|settings| Validator::new(settings, Host))
            .map(|validator| Self { validator, request: Vec::new(), body: Vec::new(), text: Vec::new() })
            .map_err(|_| JsError::new("these settings are not what `edgepass bundle` of this version writes; bundle again"))
    }

    /// Where in memory the next request, or head of the state, is to be written, if it has at most so
    /// many bytes.
    pub fn room(&mut self, bytes: usize) -> *mut u8 {
        if self.request.len() < bytes {
            self.request = vec![0; bytes];
        }
        self.request.as_mut_ptr()
    }

    /// Decides the request of so many bytes that was written into the [`room`](Self::room).
    ///
    /// It is UTF-8 and has, one a line: method, host, address, the headers `Origin`, `Referer`,
    /// `Access-Control-Request-Method` and `Sec-Fetch-Mode`, query, so many lines of the `Cookie`
    /// header as `cookies` says, path; what is not there is empty. `now` is in seconds.
    ///
    /// The path is last and takes the rest: a line feed inside any field ends up in it, and such a
    /// path is malformed.
    pub fn decide(&mut self, bytes: usize, cookies: usize, now: f64) -> Decision {
        let request = mem::take(&mut self.request);
        let decision = request
            .get(..bytes)
            .and_then(|text| core::str::from_utf8(text).ok())
            .zip(clock::time(now))
            .map_or(Decision::None, |(text, now)| self.decided(text, cookies, now));
        if request.len() <= KEPT_ROOM {
            self.request = request;
        }
        decision
    }

    /// Whether the state is due. The caller that gets `true` must look it up, for all requests.
    pub fn begin_look_up(&self, now: f64) -> bool {
        clock::time(now).is_some_and(|now| self.validator.begin_look_up(now))
    }

    /// Notes that the head is still the last one that was taken.
    pub fn head_is_unchanged(&self, now: f64) {
        if let Some(now) = clock::time(now) {
            self.validator.head_is_unchanged(now);
        }
    }

    /// Takes the head of the state, of so many bytes, that was written into the
    /// [`room`](Self::room). 0 if its body is in hand; else the length of the body to be fetched,
    /// whose digest then is the text; negative if the head is refused.
    pub fn take_head(&mut self, bytes: usize, now: f64) -> i32 {
        let taken = self
            .request
            .get(..bytes)
            .zip(clock::time(now))
            .map(|(head, now)| self.validator.take_head(head, now));
        match taken {
            Some(Ok(None)) => 0,
            Some(Ok(Some(body))) => {
                self.text = body.digest.0.to_vec();
                i32::try_from(body.bytes).unwrap_or(-1)
            }
            _ => -1,
        }
    }

    /// Where in memory the body is to be written that [`take_head`](Self::take_head) asked for.
    pub fn body_room(&mut self, bytes: usize) -> *mut u8 {
        // First, so that there are never three bodies.
        self.body = Vec::new();
        self.body = vec![0; bytes];
        self.body.as_mut_ptr()
    }

    /// Takes the body that was written there, and stays there. Whether it is the one asked for; its
    /// room is gone if it is not.
    pub fn take_body(&mut self, now: f64) -> bool {
        let body = mem::take(&mut self.body);
        clock::time(now).is_some_and(|now| self.validator.take_body(body, now).is_ok())
    }

    /// Where in memory the text of the last decision, or digest of the last head, is.
    pub fn text(&self) -> *const u8 {
        self.text.as_ptr()
    }

    /// How many bytes it has: UTF-8, or a digest.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }
}

impl EdgeValidator {
    fn decided(&mut self, text: &str, cookies: usize, now: UnixTime) -> Decision {
        let mut lines = Lines { rest: Some(text) };
        let mut line = || lines.next().unwrap_or("");
        let mut viewer = ViewerRequest {
            method: line(),
            host: line(),
            address: line(),
            origin: present(line()),
            referer: present(line()),
            requested_method: present(line()),
            fetch_mode: present(line()),
            query: line(),
            ..ViewerRequest::default()
        };
        let cookies: Vec<&str> =
            lines.by_ref().take(cookies).filter(|line| !line.is_empty()).collect();
        viewer.cookies = &cookies;
        viewer.path = lines.rest.unwrap_or("");

        let verdict = self.validator.decide(&viewer, now);
        match verdict {
            Verdict {
                answer: Answer::Forward(Forwarded { query, cookie, referer, context: None }),
                refusal: None,
            } if query == viewer.query && referer.as_deref() == viewer.referer => {
                let bare = cookie.is_none();
                self.text = cookie.unwrap_or_default().into_bytes();
                if bare { Decision::Forward } else { Decision::ForwardWithCookies }
            }
            _ => {
                self.text = answer_json(&verdict).into_bytes();
                Decision::Other
            }
        }
    }
}

/// `str::split` at line feeds, for which the standard library takes several times as long.
struct Lines<'t> {
    /// What follows the last line feed so far. None at the end.
    rest: Option<&'t str>,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.rest.take()?;
        let Some(end) = memchr(b'\n', text.as_bytes()) else { return Some(text) };
        let (line, rest) = text.split_at_checked(end)?;
        self.rest = rest.get(1..);
        Some(line)
    }
}

/// A header that is not there is empty.
fn present(header: &str) -> Option<&str> {
    (!header.is_empty()).then_some(header)
}
