//! The verifier of the npm package: a configuration in, a verdict about each request out.
//!
//! Signatures are verified by the host where it can, and a browser's crypto answers later. So the
//! walk never waits: where it needs to know whether a signature holds it stops with that question,
//! and is walked again from the beginning once it is answered. Each answer gets it one step
//! further, and a walk that met an open question decides nothing.

mod configuration;
mod question;
mod verdict;

use core::net::IpAddr;

use edge_validator::SignatureMemory;
use policy::{Request, Scheme, Trust, UnixTime, Url, Verdict, verify_remembering};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use self::configuration::Configuration;
use self::question::{Asking, Question};
use crate::clock;
use crate::crypto::concatenated_ecdsa_signature;

/// Decides requests by one configuration.
#[wasm_bindgen]
pub struct PassVerifier {
    trust: Trust,
    scheme: Option<Scheme>,
    memory: SignatureMemory,
    asking: Asking,
}

#[wasm_bindgen]
impl PassVerifier {
    /// Takes a configuration as JSON. Throws what is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(configuration: &str) -> Result<Self, JsError> {
        let asking = Asking::default();
        let Configuration { trust, scheme } = Configuration::from_json(configuration, &asking)
            .map_err(|fault| JsError::new(&fault.message()))?;
        Ok(Self { trust, scheme, memory: SignatureMemory::default(), asking })
    }

    /// The verdict as JSON; none as long as the inquiry has a question that is not answered.
    pub fn decide(&self, inquiry: &mut Inquiry) -> Option<String> {
        self.asking.begin(core::mem::take(&mut inquiry.answered));
        let verdict = inquiry.decided(self);
        (inquiry.question, inquiry.answered) = self.asking.end();
        inquiry.question.is_none().then_some(verdict)
    }

    /// The public key that a question names, as SubjectPublicKeyInfo in DER.
    pub fn spki(&self, key: usize) -> Option<Vec<u8>> {
        self.asking.spki(key)
    }
}

/// One request on its way to a verdict.
#[wasm_bindgen]
pub struct Inquiry {
    url: String,
    method: String,
    cookies: String,
    address: Option<IpAddr>,
    origin: Option<String>,
    referer: Option<String>,
    now: UnixTime,
    question: Option<Question>,
    answered: Vec<(Question, bool)>,
}

#[wasm_bindgen]
impl Inquiry {
    /// `cookies` has the values of the `Cookie` header, each on a line; `now` is in seconds. An
    /// address that is none is not known. None if `now` is no time.
    pub fn about(
        url: String,
        method: String,
        cookies: String,
        address: &str,
        origin: Option<String>,
        referer: Option<String>,
        now: f64,
    ) -> Option<Self> {
        let (address, now) = (address.parse().ok(), clock::time(now)?);
        let (question, answered) = (None, Vec::new());
        Some(Self { url, method, cookies, address, origin, referer, now, question, answered })
    }

    /// The number of the key that the question is about.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> Option<usize> {
        self.question.as_ref().map(Question::key)
    }

    /// `RSA-SHA1`, `RSA-SHA256`, `ECDSA-SHA1` or `ECDSA-SHA256`.
    #[wasm_bindgen(getter)]
    pub fn algorithm(&self) -> Option<String> {
        self.question.as_ref().map(|question| question.algorithm().name().to_owned())
    }

    /// The signed bytes.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> Option<Vec<u8>> {
        self.question.as_ref().map(|question| question.message().to_vec())
    }

    /// The signature, an ECDSA one in DER.
    #[wasm_bindgen(getter)]
    pub fn signature(&self) -> Option<Vec<u8>> {
        self.question.as_ref().map(|question| question.signature().to_vec())
    }

    /// The ECDSA signature as WebCrypto takes it: `r` and `s`, 32 bytes each. None if it is no such
    /// signature at all.
    #[wasm_bindgen(getter)]
    pub fn concatenated_signature(&self) -> Option<Vec<u8>> {
        concatenated_ecdsa_signature(self.question.as_ref()?.signature())
    }

    /// The host's answer to the question.
    pub fn answer(&mut self, valid: bool) {
        self.answered.extend(self.question.take().map(|question| (question, valid)));
    }

    /// Our own answer to the question, for hosts without crypto for it.
    pub fn answer_here(&mut self) {
        let valid = self.question.as_ref().is_some_and(Question::holds);
        self.answer(valid);
    }
}

impl Inquiry {
    fn decided(&self, verifier: &PassVerifier) -> String {
        let url = match Url::parse(&self.url) {
            Ok(url) => url,
            Err(fault) => return verdict::denied(&fault.into(), None),
        };
        let scheme = verifier.scheme.unwrap_or(url.scheme());
        let url = match Url::from_parts(scheme, url.host(), url.path(), url.query()) {
            Ok(url) => url,
            Err(fault) => return verdict::denied(&fault.into(), None),
        };
        let cookies: Vec<&str> = self.cookies.split('\n').collect();
        let request = Request {
            url,
            cookies: &cookies,
            address: self.address,
            method: &self.method,
            origin: self.origin.as_deref(),
            referer: self.referer.as_deref(),
        };
        let Verdict { outline, result } =
            verify_remembering(&request, &verifier.trust, None, &verifier.memory, self.now);
        match result {
            Ok(admitted) => verdict::allowed(&request, &admitted, outline.as_ref()),
            Err(denied) => verdict::denied(&denied, outline.as_ref()),
        }
    }
}
