//! What a pass says, whether or not it is true: `edgepass inspect` for JavaScript.

use policy::json::{self, Members};
use policy::{Denied, Inspection, UnprovenToken, Url};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::outline::{put_outline, put_times};

/// What the credential of a URL or of cookies says, as JSON. Nothing is verified, and no signature
/// is in it.
#[wasm_bindgen]
pub fn inspect(url: Option<String>, cookies: Vec<String>) -> String {
    let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
    let inspected = match url.as_deref().map(Url::parse).transpose() {
        Ok(url) => policy::inspect(url, &cookies),
        Err(fault) => Err(fault.into()),
    };
    json::object(|members| {
        members.boolean("verified", false);
        let fault = match &inspected {
            Ok(inspection) => {
                put_inspection(members, inspection);
                inspection.fault.as_ref()
            }
            Err(denied) => {
                for member in ["credential", "policy", "claims"] {
                    members.string_or_null(member, None);
                }
                Some(denied)
            }
        };
        match fault {
            Some(denied) => members.object("fault", |members| put_reason(members, denied)),
            None => members.string_or_null("fault", None),
        };
    })
}

fn put_inspection(members: &mut Members<'_>, inspection: &Inspection<'_>) {
    let Inspection { outline, signature_bytes, policy, token, .. } = inspection;
    members.object("credential", |members| {
        put_outline(members, outline);
        put_length(members, "signatureBytes", Some(*signature_bytes));
    });
    members.object("policy", |members| {
        members
            .string_or_null("text", policy.text.as_deref())
            .string_or_null("resource", policy.resource.as_deref());
        put_times(members, policy.starts, policy.expires);
        let network = policy.network.map(|network| network.to_string());
        members.string_or_null("network", network.as_deref());
    });
    match token {
        Some(token) => members.object("claims", |members| put_token(members, token)),
        None => members.string_or_null("claims", None),
    };
}

fn put_token(members: &mut Members<'_>, token: &UnprovenToken) {
    let text = token.payload.as_deref().map(String::from_utf8_lossy);
    members
        .string_or_null("header", token.header_json())
        .string_or_null("claims", token.payload_json())
        .string_or_null("text", text.as_deref());
    put_length(members, "signatureBytes", token.signature_bytes);
}

fn put_length(members: &mut Members<'_>, member: &str, bytes: Option<usize>) {
    members.integer_or_null(member, bytes.and_then(|bytes| i64::try_from(bytes).ok()));
}

fn put_reason(members: &mut Members<'_>, denied: &Denied) {
    members
        .string("stage", denied.stage().name())
        .string("code", denied.code().as_str())
        .string("message", &denied.to_string())
        .string("hint", denied.hint())
        .string_or_null("cloudfront", denied.cloudfront().map(|error| error.code()));
}
