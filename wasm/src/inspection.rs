//! What a credential says, whether or not it is true: `edgepass inspect` for JavaScript.

use policy::json::{self, Members};
use policy::{
    CLAIMS_NAME, Carrier, Claims, ClaimsFault, Credential, Denied, Policy, Request, UnprovenToken,
    Url,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::outline::{put_outline, put_times};

/// Stands in for the URL that cookies were made for, where it is not known.
const UNKNOWN_URL: &str = "https://unknown.invalid/";

/// What the credential of a URL or of cookies says, as JSON. Nothing is verified, and no signature
/// is in it.
#[wasm_bindgen]
pub fn inspect(url: Option<String>, cookies: Vec<String>) -> String {
    let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
    let url = url.as_deref();
    let found = Url::parse(url.unwrap_or(UNKNOWN_URL))
        .map_err(Denied::from)
        .and_then(|url| Credential::find(&Request { cookies: &cookies, ..Request::get(url) }))
        .and_then(|credential| Ok((credential.unproven()?, credential)));
    json::object(|members| {
        members.boolean("verified", false);
        let denied = match found {
            Ok(((text, signature_bytes), credential)) => {
                Unproven { credential, text, signature_bytes }.put(members)
            }
            Err(denied) => {
                for member in ["credential", "policy", "claims"] {
                    members.string_or_null(member, None);
                }
                Some(denied)
            }
        };
        match denied {
            Some(denied) => members.object("fault", |members| put_reason(members, &denied)),
            None => members.string_or_null("fault", None),
        };
    })
}

struct Unproven<'r> {
    credential: Credential<'r>,
    text: Vec<u8>,
    signature_bytes: usize,
}

impl Unproven<'_> {
    /// Why it could not be read further.
    fn put(&self, members: &mut Members<'_>) -> Option<Denied> {
        let Self { credential, text, signature_bytes } = self;
        members.object("credential", |members| {
            put_outline(members, credential);
            put_length(members, "signatureBytes", Some(*signature_bytes));
        });
        let policy = Policy::read(text);
        let canned_cookie = credential.is_canned() && credential.carrier() == Carrier::Cookie;
        members.object("policy", |members| {
            let policy = policy.as_ref().ok();
            // The text of a canned cookie contains the URL that stands in for the unknown one.
            let text = (!canned_cookie).then(|| without_signature(&String::from_utf8_lossy(text)));
            let resource = policy.filter(|_| !canned_cookie).map(Policy::resource);
            members
                .string_or_null("text", text.as_deref())
                .string_or_null("resource", resource.map(without_signature).as_deref());
            put_times(members, policy);
            let network = policy.and_then(Policy::source_ip).map(|network| network.to_string());
            members.string_or_null("network", network.as_deref());
        });
        let claims = put_claims(members, credential);
        policy.err().map(Denied::from).or(claims.err().map(Denied::from))
    }
}

fn put_claims(members: &mut Members<'_>, credential: &Credential<'_>) -> Result<(), ClaimsFault> {
    let token = credential.unproven_claims();
    let Ok(Some(UnprovenToken { header, payload, signature_bytes })) = &token else {
        members.string_or_null("claims", None);
        return token.map(|_| ());
    };
    members.object("claims", |members| {
        let text = payload.as_deref().map(String::from_utf8_lossy);
        members
            .string_or_null("header", header.as_deref().and_then(strict_json))
            .string_or_null("claims", payload.as_deref().and_then(strict_json))
            .string_or_null("text", text.as_deref());
        put_length(members, "signatureBytes", *signature_bytes);
    });
    let payload = payload.as_deref().ok_or(ClaimsFault::NotJws)?;
    Claims::read(payload).map(|_| ())
}

fn put_length(members: &mut Members<'_>, member: &str, bytes: Option<usize>) {
    members.integer_or_null(member, bytes.and_then(|bytes| i64::try_from(bytes).ok()));
}

/// Strict JSON, as an edge would read it.
fn strict_json(bytes: &[u8]) -> Option<&str> {
    json::read(bytes).ok()?;
    core::str::from_utf8(bytes).ok()
}

fn put_reason(members: &mut Members<'_>, denied: &Denied) {
    members
        .string("stage", denied.stage().name())
        .string("code", denied.code().as_str())
        .string("message", &denied.to_string())
        .string("hint", denied.hint())
        .string_or_null("cloudfront", denied.cloudfront().map(|error| error.code()));
}

/// A claims token that stands in a resource, so that CloudFront's signature covers it, loses its own
/// signature.
fn without_signature(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, value)) = rest.split_once(CLAIMS_NAME) {
        let end = value.find(['&', '"']).unwrap_or(value.len());
        let (token, after) = value.split_at_checked(end).unwrap_or((value, ""));
        let signature = token.match_indices('.').nth(1).map(|(dot, _)| dot);
        let (token, cut) = match signature.and_then(|dot| token.get(..dot)) {
            Some(unsigned) => (unsigned, ".…"),
            None => (token, ""),
        };
        shown += &[before, CLAIMS_NAME, token, cut].concat();
        rest = after;
    }
    shown + rest
}
