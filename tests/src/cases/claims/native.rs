//! Behind CloudFront's own signature check, whose credential may be gone.

use crate::cases::draft::{
    CLAIMS_EXPIRED, CLAIMS_MALFORMED, CLAIMS_MISMATCH, CLAIMS_MISSING, CLAIMS_NOT_BOUND,
    CLAIMS_NOT_YET_VALID, CLAIMS_SIGNATURE_INVALID, CREDENTIAL_INCOMPLETE, CREDENTIAL_MALFORMED,
    CREDENTIAL_TOO_LARGE, Case, Draft, END, EXPIRED, FILE, NOW, POLICY_UNREADABLE,
    SIGNATURE_INVALID, case,
};
use crate::keys::TestKey;
use crate::pass::{RSA_SHA256, SIGNATURE};
use crate::token::{ClaimSet, ES256, TokenKey};

use super::{cookie, optional, pass, required, set};

pub(super) fn cases() -> Vec<Case> {
    [alone(), visible(), nothing(), lone_markers()].concat()
}

/// A claim set that stands for itself.
fn mirrored() -> ClaimSet {
    ClaimSet::at(NOW).with("res", "[\"https://media.example.com/video/*\"]")
}

/// A token in a cookie and nothing else.
fn in_cookie(name: &str, comment: &str, token: &str) -> Draft {
    case(name, comment)
        .native()
        .claims(required())
        .cookies([format!("a=1; Edgepass-Claims={token}")])
}

/// A token on the URL and nothing else.
fn on_url(name: &str, comment: &str, token: &str) -> Draft {
    let url = format!("{FILE}?a=1&Edgepass-Claims={token}");
    case(name, comment).native().claims(required()).get(url)
}

/// Where CloudFront shows no signing values.
fn alone() -> Vec<Case> {
    const ALONE: &str = "the token stands for itself";
    let token = ES256.token(mirrored().text());
    let with = |claim: &str, json: &str| ES256.token(mirrored().with(claim, json).text());
    let bound = ES256.token(set().with("res", "[\"*\"]").text());
    let unmirrored = "the claims token has no `res`, which it needs where";
    let forged = TokenKey::Pair(TestKey::P256).token_with(&ES256.header(), mirrored().text());
    vec![
        in_cookie("native-token-in-cookie", ALONE, &token).allow(),
        on_url("native-token-on-url", ALONE, &token).allow(),
        in_cookie("native-token-with-pol", "the policy is not seen", &bound).allow(),
        in_cookie("native-token-optional", ALONE, &token).claims(optional()).allow(),
        in_cookie("native-without-res", ALONE, &ES256.token(ClaimSet::at(NOW).text()))
            .deny(CLAIMS_NOT_BOUND, unmirrored),
        on_url("native-without-res-on-url", ALONE, &ES256.token(ClaimSet::at(NOW).text()))
            .deny(CLAIMS_NOT_BOUND, unmirrored),
        in_cookie("native-with-pol-without-res", ALONE, &ES256.token(set().text()))
            .deny(CLAIMS_NOT_BOUND, unmirrored),
        in_cookie("native-other-res", ALONE, &with("res", "[\"https://h/*\"]"))
            .deny(CLAIMS_MISMATCH, "`res` of the claims token does not allow `/video/a.mp4`"),
        in_cookie("native-other-net", ALONE, &with("net", "[\"2001:db8::/32\"]"))
            .from("192.0.2.7")
            .deny(CLAIMS_MISMATCH, "`net` of the claims token does not allow `192.0.2.7`"),
        in_cookie("native-other-mth", ALONE, &with("mth", "[\"HEAD\"]"))
            .deny(CLAIMS_MISMATCH, "`mth` of the claims token does not allow `GET`"),
        in_cookie("native-nbf", ALONE, &with("nbf", &(NOW + 1).to_string()))
            .deny(CLAIMS_NOT_YET_VALID, "the claims token is not valid before"),
        in_cookie("native-expired", ALONE, &with("exp", &NOW.to_string()))
            .deny(CLAIMS_EXPIRED, "the claims token expired at"),
        in_cookie("native-forged", ALONE, &forged)
            .deny(CLAIMS_SIGNATURE_INVALID, "not signed by the key `es256-2026`"),
        in_cookie("native-malformed", ALONE, "x").deny(CLAIMS_MALFORMED, "three parts"),
        in_cookie("native-malformed-and-optional", ALONE, "x")
            .claims(optional())
            .deny(CLAIMS_MALFORMED, "three parts"),
        in_cookie("native-twice", "one token a request", &format!("x; Edgepass-Claims={token}"))
            .deny(CLAIMS_MALFORMED, "it is there more than once"),
        on_url("native-twice-on-url", "one token a request", &format!("x&Edgepass-Claims={token}"))
            .deny(CLAIMS_MALFORMED, "it is there more than once"),
        on_url("native-on-url-beside-stale-cookies", "CloudFront ignored them too", &token)
            .cookies([cookie(&RSA_SHA256.canned(FILE, NOW - 1), "x")])
            .allow(),
        on_url("native-malformed-on-url-beside-cookies", "CloudFront ignored them too", "x")
            .cookies([cookie(&pass(), &ES256.token(set().text()))])
            .deny(CLAIMS_MALFORMED, "three parts"),
        case("native-escaped-name", "a token for some readers")
            .native()
            .claims(required())
            .get(format!("{FILE}?%45dgepass-Claims={token}"))
            .deny(CLAIMS_MALFORMED, "the name of the parameter is percent-encoded"),
    ]
}

/// What is visible is verified again.
fn visible() -> Vec<Case> {
    const AGAIN: &str = "what is visible is verified again, in the cookies or the URL";
    let token = ES256.token(set().text());
    let canned = RSA_SHA256.canned(FILE, END);
    let unbound = format!("{FILE}?Edgepass-Claims={}", ES256.token(ClaimSet::at(NOW).text()));
    let forged = pass().with(SIGNATURE, "AAAA");
    let native = |name: &str| case(name, AGAIN).native().claims(required());
    let mut cases = vec![
        native("native-visible-cookies").cookies([cookie(&pass(), &token)]).allow(),
        native("native-visible-url").get(RSA_SHA256.canned(&unbound, END).on(&unbound)).allow(),
        native("native-visible-and-not-bound")
            .cookies([cookie(&canned, &token)])
            .deny(CLAIMS_NOT_BOUND, "is the digest of another policy"),
        native("native-visible-without-token")
            .cookies([pass().cookie()])
            .deny(CLAIMS_MISSING, "there is no `Edgepass-Claims`"),
        native("native-visible-and-expired")
            .cookies([cookie(&RSA_SHA256.canned(FILE, NOW), &token)])
            .deny(EXPIRED, "expired at"),
        native("native-visible-and-forged")
            .cookies([cookie(&forged, &token)])
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
        native("native-visible-in-part")
            .cookies([format!("CloudFront-Key-Pair-Id=K; Edgepass-Claims={token}")])
            .deny(CREDENTIAL_INCOMPLETE, "`CloudFront-Signature` is missing"),
        native("native-visible-on-url-in-part")
            .get(format!("{FILE}?Key-Pair-Id=K&Edgepass-Claims={token}"))
            .deny(CREDENTIAL_INCOMPLETE, "`Signature` is missing"),
        native("native-visible-twice")
            .cookies(["CloudFront-Policy=x; CloudFront-Policy=y".into()])
            .deny(POLICY_UNREADABLE, "`CloudFront-Policy` is there more than once"),
        native("native-cookie-header-too-large")
            .cookies([format!("Edgepass-Claims={token}; a={}", "x".repeat(32_768))])
            .deny(CREDENTIAL_TOO_LARGE, "`Cookie`"),
        native("native-escaped-name-of-a-signing-parameter")
            .get(format!("{FILE}?%45xpires=1&Edgepass-Claims={token}"))
            .deny(CREDENTIAL_MALFORMED, "`Expires` has a percent-encoded name"),
    ];
    cases.push(
        case("native-off-and-forged", "claims or not, what is visible is verified again")
            .native()
            .cookies([forged.cookie()])
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
    );
    cases
}

/// Neither token nor credential: CloudFront's yes is all there is.
fn nothing() -> Vec<Case> {
    let native = |name: &str| case(name, "CloudFront's yes came first").native();
    vec![
        native("native-nothing-visible-required")
            .claims(required())
            .deny(CLAIMS_MISSING, "there is no `Edgepass-Claims`"),
        native("native-nothing-visible-optional").claims(optional()).allow(),
        native("native-nothing-visible-off").allow(),
        native("native-bad-token-off").cookies(["Edgepass-Claims=x".into()]).allow(),
    ]
}

/// AWS's pages do not say whether CloudFront takes `Hash-Algorithm` away with the other values.
fn lone_markers() -> Vec<Case> {
    const MARKER: &str = "`Hash-Algorithm` alone is no credential behind CloudFront's own check";
    const COOKIE: &str = "CloudFront-Hash-Algorithm=SHA256";
    let token = ES256.token(mirrored().text());
    let on_url = format!("{FILE}?Hash-Algorithm=SHA256");
    let case = |name: &str| case(name, MARKER).native().claims(required());
    vec![
        case("native-marker-and-token-on-url")
            .get(format!("{on_url}&Edgepass-Claims={token}"))
            .allow(),
        case("native-marker-and-token-in-cookies")
            .cookies([format!("{COOKIE}; Edgepass-Claims={token}")])
            .allow(),
        case("native-marker-on-url-and-token-in-cookie")
            .get(&on_url)
            .cookies([format!("Edgepass-Claims={token}")])
            .allow(),
        case("native-marker-on-url-and-visible-cookies")
            .get(&on_url)
            .cookies([cookie(&pass(), &ES256.token(set().text()))])
            .allow(),
        case("native-marker-on-url-and-forged-cookies")
            .get(&on_url)
            .cookies([cookie(&pass().with(SIGNATURE, "AAAA"), &ES256.token(set().text()))])
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
        case("native-marker-without-token")
            .get(&on_url)
            .cookies([COOKIE.to_owned()])
            .deny(CLAIMS_MISSING, "there is no `Edgepass-Claims`"),
        case("native-marker-without-token-optional").get(&on_url).claims(optional()).allow(),
        case("native-marker-twice-on-url")
            .get(format!("{on_url}&Hash-Algorithm=SHA256&Edgepass-Claims={token}"))
            .deny(CREDENTIAL_MALFORMED, "`Hash-Algorithm` is there more than once"),
        case("native-marker-and-key-pair-id")
            .get(format!("{on_url}&Key-Pair-Id=K&Edgepass-Claims={token}"))
            .deny(CREDENTIAL_INCOMPLETE, "`Signature` is missing"),
    ]
}
