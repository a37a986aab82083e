//! A token belongs to one policy.

use crate::cases::allow::{POLICY_TEXT, policy_for};
use crate::cases::draft::{
    CLAIMS_NOT_BOUND, Case, END, FILE, NOW, RESOURCE_MISMATCH, SIGNATURE_INVALID, case,
};
use crate::pass::{Pass, RSA_SHA256};
use crate::token::{ClaimSet, ES256, HS256, RS256, base64url, policy_digest};

use super::{beside, cookie, required, set, with};

pub(super) fn cases() -> Vec<Case> {
    [digests(), swapped(), held(), wildcards(), removed()].concat()
}

const OTHER: &str = "`pol` of the claims token is the digest of another policy";
const NOT_HELD: &str =
    "the claims token has no `pol`, and the query of the signed resource does not hold the token";

/// Without `pol`.
fn unbound() -> ClaimSet {
    ClaimSet::at(NOW)
}

fn canned_text(url: &str) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{url}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{END}}}}}}}]}}"#
    )
}

fn digests() -> Vec<Case> {
    let pol = |digest: &str| set().with("pol", format!("{digest:?}"));
    let encoded = crate::pass::cloudfront_base64(POLICY_TEXT.as_bytes());
    let spaced = POLICY_TEXT.replace("\":", "\": ");
    let mut flipped = policy_digest(POLICY_TEXT);
    let first = if flipped.starts_with('A') { "B" } else { "A" };
    flipped.replace_range(..1, first);
    let last = policy_digest(POLICY_TEXT);
    let last = format!("{}{}", &last[..42], if last.ends_with('A') { "E" } else { "A" });
    let canned = RSA_SHA256.canned(FILE, END);
    let of_canned = ES256.token(unbound().bound_to(&canned_text(FILE)).text());
    let of_spaced = ES256.token(unbound().bound_to(&spaced).text());
    let mut cases = vec![
        with("pol-missing-in-cookies", "with cookies `pol` is required", &unbound())
            .deny(CLAIMS_NOT_BOUND, "the claims token has no `pol`, which cookies need"),
        beside("pol-missing-in-canned-cookies", "with cookies `pol` is required", "")
            .cookies([cookie(&canned, &ES256.token(unbound().text()))])
            .deny(CLAIMS_NOT_BOUND, "the claims token has no `pol`, which cookies need"),
        beside("pol-of-canned-cookies", "the digest of the text rebuilt", "")
            .cookies([cookie(&canned, &of_canned)])
            .allow(),
        beside("pol-of-a-text-with-spaces", "the bytes that were signed, not what they say", "")
            .cookies([cookie(&RSA_SHA256.custom(&spaced), &of_spaced)])
            .allow(),
        beside("pol-of-a-text-that-says-the-same", "the bytes that were signed", "")
            .cookies([cookie(&RSA_SHA256.custom(POLICY_TEXT), &of_spaced)])
            .deny(CLAIMS_NOT_BOUND, OTHER),
        beside("pol-of-the-custom-text-beside-canned", "another text, another digest", "")
            .cookies([cookie(&canned, &ES256.token(set().text()))])
            .deny(CLAIMS_NOT_BOUND, OTHER),
    ];
    for (name, digest) in [
        ("of-the-encoded-policy", policy_digest(&encoded)),
        ("of-nothing", policy_digest("")),
        ("of-zeros", base64url([0; 32])),
        ("with-first-symbol-changed", flipped),
        ("with-last-symbol-changed", last),
    ] {
        cases.push(
            with(&format!("pol-{name}"), "SHA-256 of the decoded policy", &pol(&digest))
                .deny(CLAIMS_NOT_BOUND, OTHER),
        );
    }
    cases
}

/// Tokens and policies of several passes.
fn swapped() -> Vec<Case> {
    let longer = POLICY_TEXT.replace("1767229200", "1767232800");
    let audio = policy_for("https://media.example.com/*");
    let mut cases = Vec::new();
    for (name, text) in [("later-policy", &longer), ("wider-policy", &audio)] {
        for (alg, key) in [("es256", ES256), ("rs256", RS256), ("hs256", HS256)] {
            cases.push(
                beside(
                    &format!("swapped-into-{name}-{alg}"),
                    "both hold by themselves, and not together",
                    "",
                )
                .cookies([cookie(&RSA_SHA256.custom(text), &key.token(set().text()))])
                .deny(CLAIMS_NOT_BOUND, OTHER),
            );
        }
    }
    let one = on_url(FILE, &ES256.token(unbound().text()));
    let (_, query) = one.split_once('?').unwrap();
    let (token, signature) = query.split_once('&').unwrap();
    let other = ES256.token(unbound().with("sub", "\"u-1\"").text());
    cases.extend([
        case("token-swapped-in-canned-url", "CloudFront's signature covers the token")
            .claims(required())
            .get(format!("{FILE}?Edgepass-Claims={other}&{signature}"))
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
        case("token-moved-from-url-to-cookies", "a URL's token is bound by its URL only")
            .claims(required())
            .cookies([format!("{}; {token}", RSA_SHA256.custom(POLICY_TEXT).cookie())])
            .deny(CLAIMS_NOT_BOUND, "which cookies need"),
        case("token-moved-from-cookies-to-url", "`pol` names the policy of the cookies")
            .claims(required())
            .get(on_url(FILE, &ES256.token(set().text())))
            .deny(CLAIMS_NOT_BOUND, OTHER),
    ]);
    cases
}

/// The URL with a token, signed as it is with a canned policy.
fn on_url(url: &str, token: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}Edgepass-Claims={token}");
    RSA_SHA256.canned(&url, END).on(&url)
}

/// A pass with a custom policy for this pattern, on [`FILE`] with this query.
fn custom(pattern: &str, query: &str) -> String {
    let pass: Pass = RSA_SHA256.custom(policy_for(pattern));
    pass.on(&format!("{FILE}?{query}"))
}

/// In the signed resource.
fn held() -> Vec<Case> {
    const HELD: &str = "the signed resource holds the token as a whole component of its query";
    let token = ES256.token(unbound().text());
    let named = format!("Edgepass-Claims={token}");
    let base = "https://media.example.com/video";
    let mut cases: Vec<Case> = [
        ("canned", on_url(FILE, &token)),
        ("canned-behind-own", on_url(&format!("{FILE}?a=1&b"), &token)),
        ("canned-before-own", {
            let url = format!("{FILE}?{named}&a=1");
            RSA_SHA256.canned(&url, END).on(&url)
        }),
        ("canned-with-wildcards", on_url(&format!("{FILE}?a=*&b=?"), &token)),
        ("canned-rs256", on_url(FILE, &RS256.token(unbound().text()))),
        ("canned-hs256", on_url(FILE, &HS256.token(unbound().text()))),
        ("custom", custom(&format!("{base}/a.mp4?{named}"), &named)),
        (
            "custom-behind-own",
            custom(&format!("{base}/a.mp4?a=1&{named}"), &format!("a=1&{named}")),
        ),
        (
            "custom-before-own",
            custom(&format!("{base}/a.mp4?{named}&a=1"), &format!("{named}&a=1")),
        ),
        ("custom-with-path-wildcard", custom(&format!("{base}/*?{named}"), &named)),
        ("custom-with-domain-wildcard", custom(&format!("*://*.example.com/*?{named}"), &named)),
    ]
    .map(|(name, url)| case(&format!("held-{name}"), HELD).claims(required()).get(url).allow())
    .into();
    let with_pol = ES256.token(set().text());
    cases.push(
        case("held-with-pol-of-another-policy", "`pol` counts wherever it is")
            .claims(required())
            .get(on_url(FILE, &with_pol))
            .deny(CLAIMS_NOT_BOUND, OTHER),
    );
    cases
}

/// Where the query of the resource has a wildcard, only `pol` binds.
fn wildcards() -> Vec<Case> {
    let free = ES256.token(unbound().text());
    let base = "https://media.example.com/video/";
    let half = &free[..free.len() / 2];
    let rows = [
        ("any-query", format!("{base}a.mp4?*")),
        ("any-value", format!("{base}a.mp4?Edgepass-Claims=*")),
        ("a-prefix-of-the-token", format!("{base}a.mp4?Edgepass-Claims={half}*")),
        ("the-token-and-a-wildcard", format!("{base}a.mp4?Edgepass-Claims={free}*")),
        ("a-suffix-of-the-token", format!("{base}a.mp4?*{}", &free[free.len() / 2..])),
        ("a-wildcard-and-the-token", format!("{base}a.mp4?*Edgepass-Claims={free}")),
        ("implied-by-the-path", format!("{base}*")),
        ("implied-by-the-domain", "https://media.example.com*".to_owned()),
        ("every-url", "*".to_owned()),
    ];
    let mut cases = Vec::new();
    for (name, pattern) in rows {
        cases.push(
            case(&format!("wildcard-{name}"), "another token would fit the resource as well")
                .claims(required())
                .get(custom(&pattern, &format!("Edgepass-Claims={free}")))
                .deny(CLAIMS_NOT_BOUND, NOT_HELD),
        );
    }
    for (name, rest) in [("in-another-value", "&x=*"), ("single", "&x=?")] {
        let pattern = format!("{base}a.mp4?Edgepass-Claims={free}{rest}");
        cases.push(
            case(&format!("wildcard-{name}"), "no wildcard at all may be in that query")
                .claims(required())
                .get(custom(&pattern, &format!("Edgepass-Claims={free}&x=1")))
                .deny(CLAIMS_NOT_BOUND, NOT_HELD),
        );
    }
    for (name, pattern) in [
        ("any-query", format!("{base}a.mp4?*")),
        ("implied-by-the-path", format!("{base}*")),
        ("every-url", "*".to_owned()),
    ] {
        let bound = ES256.token(unbound().bound_to(&policy_for(&pattern)).text());
        let other = ES256.token(unbound().bound_to(&policy_for("https://h/*")).text());
        cases.push(
            case(&format!("pol-on-url-{name}"), "`pol` binds on a URL as well")
                .claims(required())
                .get(custom(&pattern, &format!("Edgepass-Claims={bound}")))
                .allow(),
        );
        cases.push(
            case(&format!("pol-on-url-{name}-of-another"), "`pol` is of another policy")
                .claims(required())
                .get(custom(&pattern, &format!("Edgepass-Claims={other}")))
                .deny(CLAIMS_NOT_BOUND, OTHER),
        );
    }
    cases
}

/// A token taken out of its URL.
fn removed() -> Vec<Case> {
    let token = ES256.token(unbound().text());
    let named = format!("Edgepass-Claims={token}");
    let canned = on_url(FILE, &token).replace(&format!("{named}&"), "");
    let pattern = format!("{FILE}?{named}");
    [
        case("token-removed-from-canned-url", "CloudFront's signature covers the token")
            .claims(required())
            .get(canned)
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
        case("token-removed-from-custom-url", "the resource holds the token")
            .claims(required())
            .get(RSA_SHA256.custom(policy_for(&pattern)).on(FILE))
            .deny(RESOURCE_MISMATCH, "the query does not match"),
        case("token-of-another-on-custom-url", "the resource holds the token")
            .claims(required())
            .get(custom(&pattern, &format!("{named}A")))
            .deny(RESOURCE_MISMATCH, "the query does not match"),
        case("token-added-to-custom-url", "the resource holds no token")
            .claims(required())
            .get(custom(FILE, &named))
            .deny(RESOURCE_MISMATCH, "the query does not match"),
    ]
    .into()
}
