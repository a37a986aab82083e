//! Where a token travels, and whether there is one at all.

use crate::cases::allow::policy_for;
use crate::cases::draft::{
    CLAIMS_MALFORMED, CLAIMS_MISSING, CLAIMS_NOT_BOUND, CLAIMS_SIGNATURE_INVALID, Case, Draft, END,
    EXPIRED, FILE, NOW, SIGNATURE_INVALID, case,
};
use crate::pass::{RSA_SHA256, SIGNATURE};
use crate::token::{ClaimSet, ES256, policy_digest};

use super::{beside, cookie, optional, pass, required, set, with};

pub(super) fn cases() -> Vec<Case> {
    [missing(), doubled(), mixed(), names(), when_optional(), when_off(), order()].concat()
}

const MISSING: &str = "there is no `Edgepass-Claims` beside the credential";
const TWICE: &str = "it is there more than once";

/// A pass whose policy lets the query be anything.
fn any_query() -> String {
    policy_for("https://media.example.com/video/*")
}

/// A token bound to [`any_query`].
fn token() -> String {
    ES256.token(ClaimSet::at(NOW).bound_to(&any_query()).text())
}

/// [`FILE`] with this query and a pass for it.
fn on_url(query: &str) -> String {
    RSA_SHA256.custom(any_query()).on(&format!("{FILE}?{query}"))
}

fn missing() -> Vec<Case> {
    let canned = RSA_SHA256.canned(FILE, END);
    let token = token();
    let lower = format!("edgepass-claims={token}");
    [
        case("missing-in-cookies", "no token").cookies([pass().cookie()]),
        case("missing-on-canned-url", "no token").get(canned.on(FILE)),
        case("missing-on-custom-url", "no token").get(on_url("a=1")),
        case("missing-in-lower-case-on-url", "names are case-sensitive").get(on_url(&lower)),
        case("missing-in-lower-case-in-cookies", "names are case-sensitive")
            .cookies([format!("{}; {lower}", pass().cookie())]),
        case("missing-name-is-a-prefix", "a name is taken whole")
            .get(on_url(&format!("Edgepass-Claims2={token}&XEdgepass-Claims={token}"))),
        case("missing-inside-another-value", "a component is taken whole")
            .get(on_url(&format!("a=Edgepass-Claims={token}"))),
        case("missing-with-cloudfront-prefix", "the token's cookie has no prefix")
            .cookies([format!("{}; CloudFront-Edgepass-Claims={token}", pass().cookie())]),
    ]
    .map(|draft| draft.claims(required()).deny(CLAIMS_MISSING, MISSING))
    .into()
}

fn doubled() -> Vec<Case> {
    let token = token();
    let named = format!("Edgepass-Claims={token}");
    let cookies = cookie(&pass(), &ES256.token(set().text()));
    [
        case("twice-in-one-cookie-line", "one token a request, even if they are the same")
            .cookies([format!("{cookies}; {named}")]),
        case("twice-in-two-cookie-lines", "one token a request, even if they are the same")
            .cookies([cookies.clone(), named.clone()]),
        case("twice-in-cookies-and-the-first-empty", "an empty one counts")
            .cookies([format!("Edgepass-Claims=; {cookies}")]),
        case("twice-on-url", "one token a request, even if they are the same")
            .get(on_url(&format!("{named}&{named}"))),
        case("twice-on-url-and-the-second-empty", "an empty one counts")
            .get(on_url(&format!("{named}&a=1&Edgepass-Claims"))),
        case("thrice-on-url", "a third does not make it whole again")
            .get(on_url(&format!("{named}&{named}&{named}"))),
    ]
    .map(|draft| draft.claims(required()).deny(CLAIMS_MALFORMED, TWICE))
    .into()
}

/// Token and credential by different ways.
fn mixed() -> Vec<Case> {
    let token = token();
    let named = format!("Edgepass-Claims={token}");
    let both = cookie(&pass(), &ES256.token(set().text()));
    let other_way = "it travels in the query, and the signing values in cookies";
    [
        case("on-url-beside-cookies", "both travel the same way")
            .claims(required())
            .get(format!("{FILE}?{named}"))
            .cookies([pass().cookie()])
            .deny(CLAIMS_MALFORMED, other_way),
        case("on-url-and-in-cookies-beside-cookies", "both travel the same way, exactly one")
            .claims(required())
            .get(format!("{FILE}?{named}"))
            .cookies([both.clone()])
            .deny(CLAIMS_MALFORMED, other_way),
        case("on-url-empty-beside-cookies", "both travel the same way")
            .claims(optional())
            .get(format!("{FILE}?Edgepass-Claims="))
            .cookies([both.clone()])
            .deny(CLAIMS_MALFORMED, other_way),
        case("in-cookies-beside-url", "with a signed URL cookies are not looked at")
            .claims(required())
            .get(on_url("a=1"))
            .cookies([named.clone()])
            .deny(CLAIMS_MISSING, MISSING),
        case("on-url-whatever-is-in-cookies", "with a signed URL cookies are not looked at")
            .claims(required())
            .get(on_url(&named))
            .cookies(["Edgepass-Claims=x; Edgepass-Claims=y".into()])
            .allow(),
        case("in-cookies-in-a-line-of-its-own", "HTTP/2 splits them (RFC 9113, 8.2.3)")
            .claims(required())
            .cookies([pass().cookie(), format!("Edgepass-Claims={}", ES256.token(set().text()))])
            .allow(),
        case("in-cookies-before-all-others", "in any place, with blanks around")
            .claims(required())
            .cookies([format!(
                "Edgepass-Claims =\t{} ; a=1; {}",
                ES256.token(set().text()),
                pass().cookie()
            )])
            .allow(),
        case("on-url-before-own", "in any place of the query")
            .claims(required())
            .get(on_url(&format!("a=1&{named}&b")))
            .allow(),
        case("on-url-behind-the-pass", "in any place of the query")
            .claims(required())
            .get(format!("{}&{named}", on_url("a=1")))
            .allow(),
    ]
    .into()
}

fn names() -> Vec<Case> {
    let token = token();
    let escaped = "the name of the parameter is percent-encoded";
    let quoted = format!("\"{}\"", ES256.token(set().text()));
    [
        case("name-percent-encoded", "a parameter for some readers and none for others")
            .claims(required())
            .get(on_url(&format!("%45dgepass-Claims={token}")))
            .deny(CLAIMS_MALFORMED, escaped),
        case("name-percent-encoded-beside-the-plain-one", "in either order")
            .claims(required())
            .get(on_url(&format!("Edgepass-Claims={token}&Edgepass%2DClaims={token}")))
            .deny(CLAIMS_MALFORMED, escaped),
        case("name-percent-encoded-before-the-plain-one", "in either order")
            .claims(required())
            .get(on_url(&format!("Edgepass%2dClaims={token}&Edgepass-Claims={token}")))
            .deny(CLAIMS_MALFORMED, TWICE),
        case("name-percent-encoded-where-optional", "what is there must hold")
            .claims(optional())
            .get(on_url("%45dgepass-Claims=x"))
            .deny(CLAIMS_MALFORMED, escaped),
        case("name-percent-encoded-beside-cookies", "a token in the query for some readers")
            .claims(required())
            .get(format!("{FILE}?%45dgepass-Claims=x"))
            .cookies([cookie(&pass(), &ES256.token(set().text()))])
            .deny(CLAIMS_MALFORMED, "it travels in the query"),
        case("value-percent-encoded", "a token needs no escapes and is read as it is")
            .claims(required())
            .get(on_url(&format!("Edgepass-Claims=%65{}", &token[1..])))
            .deny(CLAIMS_SIGNATURE_INVALID, "the header of the claims token is not"),
        beside("value-quoted", "RFC 6265 counts the quotes to the value", &quoted)
            .deny(CLAIMS_SIGNATURE_INVALID, "the header of the claims token is not"),
        case("value-missing", "a name alone")
            .claims(required())
            .get(on_url("Edgepass-Claims"))
            .deny(CLAIMS_MALFORMED, "it is not three parts of base64url"),
    ]
    .into()
}

fn when_optional() -> Vec<Case> {
    let bound_elsewhere = ES256.token(ClaimSet::at(NOW).bound_to("").text());
    let absent = "there is no token, and there need not be one";
    let present = "a token that is there must hold";
    let with_token = |name: &str, token: &str| {
        case(name, present).claims(optional()).cookies([cookie(&pass(), token)])
    };
    [
        case("optional-absent-in-cookies", absent).claims(optional()).cookies([pass().cookie()]),
        case("optional-absent-on-url", absent)
            .claims(optional())
            .get(RSA_SHA256.canned(FILE, END).on(FILE)),
        case("optional-in-cookies-beside-url", "cookies are not looked at")
            .claims(optional())
            .get(on_url("a=1"))
            .cookies(["Edgepass-Claims=x".into()]),
        with_token("optional-present", &ES256.token(set().text())),
    ]
    .map(Draft::allow)
    .into_iter()
    .chain([
        with_token("optional-malformed", "x").deny(CLAIMS_MALFORMED, "three parts"),
        with_token("optional-empty", "").deny(CLAIMS_MALFORMED, "three parts"),
        with_token("optional-not-signed", "eyJ9.e30.AAAA")
            .deny(CLAIMS_SIGNATURE_INVALID, "the header of the claims token is not"),
        with_token("optional-not-bound", &bound_elsewhere)
            .deny(CLAIMS_NOT_BOUND, "is the digest of another policy"),
        with_token("optional-twice", "x; Edgepass-Claims=y").deny(CLAIMS_MALFORMED, TWICE),
    ])
    .collect()
}

/// Tokens are not looked at.
fn when_off() -> Vec<Case> {
    let off = "tokens are not looked at";
    [
        case("off-malformed-in-cookies", off).cookies([cookie(&pass(), "x")]),
        case("off-twice-in-cookies", off).cookies([cookie(&pass(), "x; Edgepass-Claims=y")]),
        case("off-expired-in-cookies", off)
            .cookies([cookie(&pass(), &ES256.token(set().with("exp", NOW).text()))]),
        case("off-on-url", off).get(on_url("Edgepass-Claims=x&Edgepass-Claims=y")),
        case("off-on-url-with-encoded-name", off).get(on_url("%45dgepass-Claims=x")),
        case("off-on-url-beside-cookies", off)
            .get(format!("{FILE}?Edgepass-Claims=x"))
            .cookies([pass().cookie()]),
    ]
    .map(Draft::allow)
    .into()
}

/// Of several refusals, the one named is the first of the walk.
fn order() -> Vec<Case> {
    const ORDER: &str = "credential, signature, binding, lifetime, times, what is asked for";
    let late = RSA_SHA256.canned(FILE, NOW);
    let forged = pass().with(SIGNATURE, "AAAA");
    let expired = set().with("exp", NOW);
    let wrong = format!("{:?}", policy_digest(""));
    [
        case("order-signature-of-the-pass-first", ORDER)
            .claims(required())
            .cookies([cookie(&forged, "x")])
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
        case("order-conditions-before-token", ORDER)
            .claims(required())
            .cookies([cookie(&late, "x")])
            .deny(EXPIRED, "expired at"),
        case("order-conditions-before-missing-token", ORDER)
            .claims(required())
            .cookies([late.cookie()])
            .deny(EXPIRED, "expired at"),
        with("order-binding-before-expiry", ORDER, &expired.with("pol", wrong))
            .deny(CLAIMS_NOT_BOUND, "is the digest of another policy"),
    ]
    .into()
}
