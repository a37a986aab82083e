//! The validator as JavaScript sees it: strings in, one string out.

use edge_validator::{Settings, Validator, ViewerRequest, answer_json};
use policy::UnixTime;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::host::{host_key, pure_key};

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
        let make_ready = if pure { pure_key } else { host_key };
        Settings::from_json(settings)
            .and_then(|settings| Validator::new(settings, make_ready))
            .map(|validator| Self { validator })
            .map_err(|refused| JsError::new(&refused.to_string()))
    }

    /// Decides one request. `cookies` are the lines of the `Cookie` header, joined by line feeds;
    /// `now` is in seconds. A header that is not there is empty.
    ///
    /// Returns the JSON of `answer_json`, or an empty string if `now` is no time, which a shim has
    /// to take for a refusal.
    #[allow(clippy::too_many_arguments, reason = "each is one string, cheap to hand over")]
    pub fn decide(
        &self,
        method: &str,
        path: &str,
        query: &str,
        host: &str,
        address: &str,
        cookies: &str,
        origin: &str,
        requested_method: &str,
        fetch_mode: &str,
        now: f64,
    ) -> String {
        let lines: Vec<&str> = cookies.split('\n').filter(|line| !line.is_empty()).collect();
        let viewer = ViewerRequest {
            method,
            path,
            query,
            host,
            address,
            cookies: &lines,
            origin: present(origin),
            requested_method: present(requested_method),
            fetch_mode: present(fetch_mode),
        };
        seconds(now)
            .map(|now| answer_json(&self.validator.decide(&viewer, now)))
            .unwrap_or_default()
    }
}

fn present(value: &str) -> Option<&str> {
    (!value.is_empty()).then_some(value)
}

/// None for what is no time: a clock that is not a number must not look like 1970.
fn seconds(now: f64) -> Option<UnixTime> {
    if !now.is_finite() {
        return None;
    }
    #[allow(clippy::as_conversions, reason = "saturates; there is no other way from a float")]
    UnixTime::from_seconds(now as i64)
}
