//! The verifier of the npm package: a configuration in, a verdict about each request out.

mod backend;
mod configuration;
mod verdict;

use edge_validator::SignatureMemory;
use policy::{Request, Scheme, Trust, UnixTime, Url, UrlFault, Verdict, verify_remembering};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use self::configuration::Configuration;
use crate::clock;

/// Decides requests by one configuration.
#[wasm_bindgen]
pub struct PassVerifier {
    trust: Trust,
    scheme: Option<Scheme>,
    memory: SignatureMemory,
}

#[wasm_bindgen]
impl PassVerifier {
    /// Takes a configuration as JSON. Throws what is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(configuration: &str) -> Result<Self, JsError> {
        let Configuration { trust, scheme } = Configuration::from_json(configuration)
            .map_err(|fault| JsError::new(&fault.message()))?;
        Ok(Self { trust, scheme, memory: SignatureMemory::default() })
    }

    /// The verdict about a request, as JSON. `cookies` has the values of the `Cookie` header, each on
    /// a line; an address that cannot be parsed is treated as unknown; `now` is in seconds. None if
    /// `now` is no time.
    #[allow(clippy::too_many_arguments, reason = "JavaScript hands over one value at a time")]
    pub fn decide(
        &self,
        url: &str,
        method: &str,
        cookies: &str,
        address: &str,
        origin: Option<String>,
        referer: Option<String>,
        now: f64,
    ) -> Option<String> {
        let now = clock::time(now)?;
        let url = match self.url(url) {
            Ok(url) => url,
            Err(fault) => return Some(verdict::denied(&fault.into(), None)),
        };
        let cookies: Vec<&str> = cookies.split('\n').collect();
        let (origin, referer) = (origin.as_deref(), referer.as_deref());
        let address = address.parse().ok();
        let request = Request { url, cookies: &cookies, address, method, origin, referer };
        Some(self.verdict(&request, now))
    }
}

impl PassVerifier {
    fn url<'u>(&self, text: &'u str) -> Result<Url<'u>, UrlFault> {
        let url = Url::parse(text)?;
        let scheme = self.scheme.unwrap_or(url.scheme());
        Url::from_parts(scheme, url.host(), url.path(), url.query())
    }

    fn verdict(&self, request: &Request<'_>, now: UnixTime) -> String {
        let Verdict { outline, result } =
            verify_remembering(request, &self.trust, None, &self.memory, now);
        match result {
            Ok(admitted) => verdict::allowed(request, &admitted, outline.as_ref()),
            Err(denied) => verdict::denied(&denied, outline.as_ref()),
        }
    }
}
