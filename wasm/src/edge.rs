//! The validator as JavaScript sees it: strings in, one string out.

use edge_validator::{Backend, Settings, Validator, ViewerRequest, answer_json};
use policy::UnixTime;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::host::{Host, Pure};

/// Decides viewer requests by one set of settings.
#[wasm_bindgen]
pub struct EdgeValidator {
    validator: Validator,
}

#[wasm_bindgen]
impl EdgeValidator {
    /// Takes the settings that `edgepass bundle` wrote, as JSON. With `pure`, signatures are
    /// verified in WASM even where the host could. Throws on settings that are not taken.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, pure: bool) -> Result<Self, JsError> {
        let backend: &dyn Backend = if pure { &Pure } else { &Host };
        Settings::from_json(settings)
            .and_then(|settings| Validator::new(settings, backend))
            .map(|validator| Self { validator })
            .map_err(|refused| JsError::new(&refused.to_string()))
    }

    /// Decides one request.
    ///
    /// `fields` are, one a line: method, host, address, the headers `Origin`, `Referer`,
    /// `Access-Control-Request-Method` and `Sec-Fetch-Mode`, query, path; what is not there is
    /// empty. `cookies` are the lines of the `Cookie` header. `now` is in seconds.
    ///
    /// The path is last and takes the rest: a line feed inside any field ends up in it, and such a
    /// path is malformed.
    ///
    /// Returns the JSON of `answer_json`, or an empty string if `now` is no time, which a shim has
    /// to take for a refusal.
    pub fn decide(&self, fields: &str, cookies: &str, now: f64) -> String {
        let cookies: Vec<&str> = cookies.split('\n').filter(|line| !line.is_empty()).collect();
        let viewer = viewer_request(fields, &cookies);
        seconds(now)
            .map(|now| answer_json(&self.validator.decide(&viewer, now)))
            .unwrap_or_default()
    }
}

fn viewer_request<'e>(fields: &'e str, cookies: &'e [&'e str]) -> ViewerRequest<'e> {
    let mut fields = fields.splitn(9, '\n');
    let mut field = || fields.next().unwrap_or("");
    ViewerRequest {
        method: field(),
        host: field(),
        address: field(),
        origin: present(field()),
        referer: present(field()),
        requested_method: present(field()),
        fetch_mode: present(field()),
        query: field(),
        path: field(),
        cookies,
    }
}

/// None for what is no time: a clock that is not a number must not look like 1970.
fn seconds(now: f64) -> Option<UnixTime> {
    if !now.is_finite() {
        return None;
    }
    #[allow(clippy::as_conversions, reason = "saturates; there is no other way from a float")]
    UnixTime::from_seconds(now as i64)
}

/// A header that is not there is empty.
fn present(header: &str) -> Option<&str> {
    (!header.is_empty()).then_some(header)
}
