//! Stage `find`: URLs that are not looked at further, and credentials that are not whole.

use crate::pass::{
    EXPIRES, HASH_ALGORITHM, KEY_PAIR_ID, POLICY, Pass, RSA_SHA256, SIGNATURE, cloudfront_base64,
};

use super::draft::{
    CREDENTIAL_INCOMPLETE, CREDENTIAL_MISSING, CREDENTIAL_TOO_LARGE, Case, END, FILE,
    REQUEST_MALFORMED, case,
};

pub(super) fn cases() -> Vec<Case> {
    [malformed_urls(), missing(), incomplete(), too_large()].concat()
}

/// Each URL carries a pass for exactly that URL, so that nothing but the URL can be refused.
fn malformed_urls() -> Vec<Case> {
    let refused = |name: &str, url: String, comment: &str, mentions: &str| {
        let signed = RSA_SHA256.canned(&url, END).on(&url);
        case(&format!("url-{name}"), comment).get(signed).deny(REQUEST_MALFORMED, mentions)
    };
    let of_hosts = HOSTS.iter().map(|(name, rest, mentions)| {
        refused(name, format!("https:{rest}"), "no host that can be asked", mentions)
    });
    let of_targets = TARGETS.iter().flat_map(|(comment, targets)| {
        targets.iter().map(move |(name, target, mentions)| {
            refused(name, format!("https://media.example.com{target}"), comment, mentions)
        })
    });
    let lengths_and_order = [
        case("url-one-byte-too-long", "8,193 bytes, signing parameters included")
            .aws("Quotas")
            .get(padded_to(8193))
            .deny(REQUEST_MALFORMED, "the URL has 8193 bytes; CloudFront accepts 8192"),
        case("url-malformed-and-nothing-signed", "the URL is checked before all else")
            .get("https://media.example.com/free/../video/a.mp4")
            .deny(REQUEST_MALFORMED, "`.` or `..`"),
    ];
    of_hosts.chain(of_targets).chain(lengths_and_order).collect()
}

/// Name, what follows the scheme or the host, words of the message.
type Row = (&'static str, &'static str, &'static str);

const HOSTS: &[Row] = &[
    ("host-empty", "///a.mp4", "there is no host"),
    ("host-only-port", "//:443/a.mp4", "there is no host"),
    ("host-with-user", "//user@media.example.com/a.mp4", "the host is not"),
    ("host-port-empty", "//media.example.com:/a.mp4", "the host is not"),
    ("host-port-not-a-number", "//media.example.com:https/a.mp4", "the host is not"),
    ("host-escaped", "//media%2eexample.com/a.mp4", "the host is not"),
    ("host-not-ascii", "//médiathèque.example/a.mp4", "the host is not"),
    ("host-bracket-open", "//[2001:db8::1/a.mp4", "the host is not"),
    ("host-name-in-brackets", "//[media.example.com]/a.mp4", "the host is not"),
    ("path-missing", "//media.example.com", "there is no path"),
];

/// Why they are refused, and which they are.
const TARGETS: &[(&str, &[Row])] = &[
    (
        "CloudFront picks the behaviour by the normalised path and sends the raw one to the origin",
        &[
            ("dot-dot-segment", "/free/../video/a.mp4", "`.` or `..`"),
            ("dot-dot-segment-last", "/video/..", "`.` or `..`"),
            ("dot-segment", "/./video/a.mp4", "`.` or `..`"),
            ("empty-segment", "/free//a.mp4", "`//`"),
            ("empty-segment-first", "//video/a.mp4", "`//`"),
        ],
    ),
    (
        "servlet containers cut parameters off a segment first, and then resolve what is left",
        &[
            ("dot-dot-segment-with-parameter", "/free/..;/video/a.mp4", "`.` or `..`"),
            ("dot-dot-segment-with-named-parameter", "/free/..;x=1/video/a.mp4", "`.` or `..`"),
            ("dot-dot-segment-last-with-parameter", "/video/..;", "`.` or `..`"),
            ("dot-segment-with-parameter", "/.;x/video/a.mp4", "`.` or `..`"),
            ("dot-dot-segment-with-escaped-semicolon", "/free/..%3b/video/a.mp4", "`.` or `..`"),
            ("dot-segment-with-escaped-semicolon", "/free/.%3Bx=1/a.mp4", "`.` or `..`"),
            ("escaped-dot-with-escaped-semicolon", "/free/%2e%3b/a.mp4", "the path has `%2e`"),
            ("empty-segment-with-parameter", "/free/;x=1/a.mp4", "`//`"),
            ("empty-segment-first-with-parameter", "/;/video/a.mp4", "`//`"),
            ("empty-segment-with-escaped-semicolon", "/free/%3b/a.mp4", "`//`"),
        ],
    ),
    (
        "some readers decode this and others do not",
        &[
            ("backslash-in-path", r"/free\..\a.mp4", "a backslash stands in the path"),
            ("backslash-in-query", r"/a.mp4?x=\", "a backslash stands in the query"),
            ("escaped-dot", "/free/%2e%2e/a.mp4", "the path has `%2e`"),
            ("escaped-dot-upper-case", "/free/%2E./a.mp4", "the path has `%2e`"),
            ("escaped-slash", "/free%2fa.mp4", "the path has `%2f`"),
            ("escaped-backslash", "/free%5Ca.mp4", "the path has `%5c`"),
            ("escaped-nul-in-path", "/a.mp4%00.jpg", "the path has `%00`"),
            ("escaped-nul-in-query", "/a.mp4?x=%00", "the query has `%00`"),
        ],
    ),
    (
        "a percent sign has two hexadecimal digits after it",
        &[
            ("escape-cut-off-in-path", "/100%", "the path has a `%` without"),
            ("escape-invalid-in-path", "/%zz.mp4", "the path has a `%` without"),
            ("escape-cut-off-in-query", "/a.mp4?x=%4&y=1", "the query has a `%` without"),
            ("escape-invalid-in-query", "/a.mp4?x=%u0041", "the query has a `%` without"),
        ],
    ),
    (
        "what is not visible ASCII travels percent-encoded",
        &[
            ("space-in-path", "/a b.mp4", "in the path; percent-encode it as %20"),
            ("space-in-query", "/a.mp4?x=a b", "in the query; percent-encode it as %20"),
            ("line-feed-in-path", "/a\n.mp4", "in the path; percent-encode it as %0A"),
            ("delete-in-path", "/a\u{7f}.mp4", "in the path; percent-encode it as %7F"),
            ("not-ascii-in-path", "/é.mp4", "in the path; percent-encode it as %C3%A9"),
            ("not-ascii-in-query", "/a.mp4?x=é", "in the query; percent-encode it as %C3%A9"),
            ("less-than-in-path", "/<a.mp4", "in the path; percent-encode it as %3C"),
            ("greater-than-in-path", "/a>.mp4", "in the path; percent-encode it as %3E"),
        ],
    ),
    (
        "it would end the string in the text of a canned policy",
        &[
            ("quote-in-path", "/a\".mp4", "in the path; percent-encode it as %22"),
            ("quote-in-query", "/a.mp4?x=\",\"y\":\"", "in the query; percent-encode it as %22"),
        ],
    ),
    (
        "a fragment never leaves the browser",
        &[
            ("fragment-after-path", "/a.mp4#t=10", "`#` starts a fragment"),
            ("fragment-after-query", "/a.mp4?x=1#t=10", "`#` starts a fragment"),
        ],
    ),
];

/// A signed URL of exactly this many bytes.
pub(super) fn padded_to(bytes: usize) -> String {
    let base = "https://media.example.com/video/a.mp4?padding=";
    let rest = RSA_SHA256.canned(base, END).on(base).len();
    let url = format!("{base}{}", "x".repeat(bytes - rest));
    RSA_SHA256.canned(&url, END).on(&url)
}

fn missing() -> Vec<Case> {
    let cookies = pass().cookie();
    [
        case("credential-missing", "neither parameter nor cookie"),
        case("credential-missing-other-query", "parameters of the application only")
            .get("https://media.example.com/video/a.mp4?size=large&"),
        case("credential-missing-other-cookies", "cookies of the application only")
            .cookies(["session=1; theme=dark".into(), "Policy=x; Signature=y".into()]),
        case("credential-missing-lower-case-parameters", "names are case-sensitive").get(
            pass()
                .on(FILE)
                .replace("Expires", "expires")
                .replace("Signature", "signature")
                .replace("Key-Pair-Id", "key-pair-id")
                .replace("Hash-Algorithm", "hash-algorithm"),
        ),
        case("credential-missing-lower-case-cookies", "names are case-sensitive")
            .aws("Set signed cookies using a canned policy")
            .cookies([cookies.replace("CloudFront-", "cloudfront-")]),
        case("credential-missing-name-is-a-prefix", "a name is taken whole")
            .get("https://media.example.com/video/a.mp4?ExpiresAt=1&XPolicy=2&Signature2=3")
            .cookies(["CloudFront-Policy2=1; XCloudFront-Signature=2".into()]),
    ]
    .map(|draft| draft.deny(CREDENTIAL_MISSING, "there is no signing parameter or cookie"))
    .into()
}

fn incomplete() -> Vec<Case> {
    let custom = RSA_SHA256.custom(super::allow::POLICY_TEXT);
    let mut cases = Vec::new();
    for (name, pass, missing) in [
        ("key-pair-id-missing", pass().without(KEY_PAIR_ID), "Key-Pair-Id"),
        ("key-pair-id-empty", pass().with(KEY_PAIR_ID, ""), "Key-Pair-Id"),
        ("signature-missing", pass().without(SIGNATURE), "Signature"),
        ("signature-empty", pass().with(SIGNATURE, ""), "Signature"),
        ("expires-missing", pass().without(EXPIRES), "Policy"),
        ("expires-empty", pass().with(EXPIRES, ""), "Policy"),
        ("policy-missing", custom.clone().without(POLICY), "Policy"),
        ("policy-empty", custom.with(POLICY, ""), "Policy"),
    ] {
        let what = name.replace('-', " ").replace("key pair id", "Key-Pair-Id");
        cases.push(
            case(&format!("{name}-in-url"), &format!("{what}, as for CloudFront the same thing"))
                .get(pass.on(FILE))
                .deny(CREDENTIAL_INCOMPLETE, &format!("`{missing}` ")),
        );
        cases.push(
            case(
                &format!("{name}-in-cookies"),
                &format!("{what}, as for CloudFront the same thing"),
            )
            .cookies([pass.cookie()])
            .deny(CREDENTIAL_INCOMPLETE, &format!("`CloudFront-{missing}` ")),
        );
    }
    cases.push(
        case("hash-algorithm-alone", "the marker is one of the five names, and no credential")
            .get("https://media.example.com/video/a.mp4?Hash-Algorithm=SHA256")
            .deny(CREDENTIAL_INCOMPLETE, "`Key-Pair-Id` is missing or empty"),
    );
    for (name, query) in [
        ("parameter-hides-cookies", "Expires=tomorrow"),
        ("parameter-without-value-hides-cookies", "Signature"),
        ("parameter-with-empty-value-hides-cookies", "Policy="),
        ("parameter-hash-algorithm-hides-cookies", "Hash-Algorithm=SHA256"),
    ] {
        cases.push(
            case(name, "any signing name in the URL means that cookies are not looked at")
                .aws("Decide to use signed URLs or signed cookies")
                .get(format!("{FILE}?{query}"))
                .cookies([RSA_SHA256.custom(super::allow::POLICY_TEXT).cookie()])
                .deny(CREDENTIAL_INCOMPLETE, "`Key-Pair-Id` is missing or empty"),
        );
    }
    cases.push(
        case("cookies-separated-by-commas", "`;` separates cookies, whatever a proxy may think")
            .cookies([RSA_SHA256.custom(super::allow::POLICY_TEXT).cookies().join(", ")])
            .deny(CREDENTIAL_INCOMPLETE, "`CloudFront-Key-Pair-Id` is missing or empty"),
    );
    cases.push(
        case("credential-split-between-url-and-cookies", "values of the two carriers never mix")
            .get(format!("{FILE}?Expires={END}"))
            .cookies([pass().without(EXPIRES).cookie()])
            .deny(CREDENTIAL_INCOMPLETE, "`Key-Pair-Id` is missing or empty"),
    );
    cases
}

fn too_large() -> Vec<Case> {
    let custom = RSA_SHA256.custom(super::allow::POLICY_TEXT);
    let long_policy = cloudfront_base64(super::allow::padded_policy(6147).as_bytes());
    let filler = |bytes: usize| format!("filler={}", "x".repeat(bytes - "filler=".len()));
    let cookie = pass().cookie();
    [
        case("policy-too-large", "8,196 symbols, four more than the limit")
            .cookies([custom.with(POLICY, long_policy).cookie()])
            .deny(CREDENTIAL_TOO_LARGE, "`CloudFront-Policy`"),
        case("signature-too-large-in-url", "1,025 symbols: RSA-4096 needs 684")
            .get(pass().with(SIGNATURE, "A".repeat(1025)).on(FILE))
            .deny(CREDENTIAL_TOO_LARGE, "`Signature`"),
        case("signature-too-large-in-cookies", "1,025 symbols: RSA-4096 needs 684")
            .cookies([pass().with(SIGNATURE, "A".repeat(1025)).cookie()])
            .deny(CREDENTIAL_TOO_LARGE, "`CloudFront-Signature`"),
        case("key-pair-id-too-large", "65 characters; CloudFront's have 14")
            .get(pass().with(KEY_PAIR_ID, "K".repeat(65)).on(FILE))
            .deny(CREDENTIAL_TOO_LARGE, "`Key-Pair-Id`"),
        case("key-pair-id-a-pem", "a frequent mistake; the limit comes before the characters")
            .cookies([pass()
                .with(KEY_PAIR_ID, RSA_SHA256.key.public_pem().replace('\n', ""))
                .cookie()])
            .deny(CREDENTIAL_TOO_LARGE, "`CloudFront-Key-Pair-Id`"),
        case("cookie-header-too-large", "32,769 bytes, cookies of the application included")
            .aws("Quotas")
            .cookies([format!("{cookie}; {}", filler(32_769 - cookie.len() - 2))])
            .deny(CREDENTIAL_TOO_LARGE, "`Cookie`"),
        case("cookie-header-too-large-in-two-lines", "the limit is for all lines together")
            .cookies([cookie.clone(), filler(32_769 - cookie.len())])
            .deny(CREDENTIAL_TOO_LARGE, "`Cookie`"),
        case("too-large-and-incomplete", "limits come first")
            .get(
                pass()
                    .without(EXPIRES)
                    .without(HASH_ALGORITHM)
                    .with(KEY_PAIR_ID, "K".repeat(65))
                    .on(FILE),
            )
            .deny(CREDENTIAL_TOO_LARGE, "`Key-Pair-Id`"),
    ]
    .into()
}

fn pass() -> Pass {
    RSA_SHA256.canned(FILE, END)
}
