//! Stage `find`, continued: values that are there, but twice or not readable.

use crate::pass::{EXPIRES, HASH_ALGORITHM, KEY_PAIR_ID, POLICY, Pass, RSA_SHA256, SIGNATURE};

use super::draft::{
    CREDENTIAL_MALFORMED, Case, END, FILE, POLICY_UNREADABLE, SIGNATURE_UNREADABLE, case,
};

pub(super) fn cases() -> Vec<Case> {
    [repeated(), both_kinds(), escaped_names(), numbers(), hashes(), key_ids()].concat()
}

const TWICE: &str = "CloudFront does not say which of two it takes";

fn repeated() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, field, refusal) in [
        ("expires", EXPIRES, CREDENTIAL_MALFORMED),
        ("policy", POLICY, POLICY_UNREADABLE),
        ("signature", SIGNATURE, SIGNATURE_UNREADABLE),
        ("key-pair-id", KEY_PAIR_ID, CREDENTIAL_MALFORMED),
        ("hash-algorithm", HASH_ALGORITHM, CREDENTIAL_MALFORMED),
    ] {
        let pass = if field == POLICY { custom() } else { canned() };
        let again = format!("{field}={}", pass.value(field));
        let mentions = format!("{field}` is there more than once");
        cases.extend([
            case(&format!("{name}-twice-in-url"), TWICE)
                .get(format!("{}&{again}", pass.on(FILE)))
                .deny(refusal, &mentions),
            case(&format!("{name}-twice-in-one-cookie-header"), TWICE)
                .cookies([format!("{}; CloudFront-{again}", pass.cookie())])
                .deny(refusal, &mentions),
            case(&format!("{name}-twice-in-two-cookie-headers"), TWICE)
                .cookies([format!("CloudFront-{again}"), pass.cookie()])
                .deny(refusal, &mentions),
        ]);
    }
    cases.extend([
        case("signature-twice-once-empty", "an empty value is one of two nevertheless")
            .get(canned().on(&format!("{FILE}?Signature=")))
            .deny(SIGNATURE_UNREADABLE, "more than once"),
        case("policy-twice-different", "as left by an old cookie with another Path")
            .cookies([format!("CloudFront-Policy=e30_; {}", custom().cookie())])
            .deny(POLICY_UNREADABLE, "more than once"),
    ]);
    cases
}

fn both_kinds() -> Vec<Case> {
    const BOTH: &str =
        "a policy is either canned or custom; CloudFront does not say which it takes";
    let pass = || custom().with(EXPIRES, END.to_string());
    [
        case("policy-and-expires-in-url", BOTH).get(pass().on(FILE)),
        case("policy-and-expires-in-cookies", BOTH).cookies([pass().cookie()]),
        case("policy-and-empty-expires", "an empty value is one of the two nevertheless")
            .get(pass().with(EXPIRES, "").on(FILE)),
    ]
    .map(|draft| draft.deny(POLICY_UNREADABLE, "came together with an expiry"))
    .into()
}

fn escaped_names() -> Vec<Case> {
    const NAME: &str = "a signing parameter for those who decode names, none for the others";
    [
        ("escaped-name-expires", "Expires=", "%45xpires=", CREDENTIAL_MALFORMED),
        ("escaped-name-signature", "Signature=", "Signatur%65=", SIGNATURE_UNREADABLE),
        ("escaped-name-key-pair-id", "Key-Pair-Id=", "Key%2DPair%2DId=", CREDENTIAL_MALFORMED),
        (
            "escaped-name-hash-algorithm",
            "Hash-Algorithm=",
            "Hash%2dAlgorithm=",
            CREDENTIAL_MALFORMED,
        ),
    ]
    .map(|(name, plain, escaped, refusal)| {
        case(name, NAME)
            .get(canned().on(FILE).replace(plain, escaped))
            .deny(refusal, "percent-encoded name")
    })
    .into_iter()
    .chain([case("escaped-name-beside-a-whole-credential", NAME)
        .get(format!("{}&%50olicy=x", canned().on(FILE)))
        .deny(POLICY_UNREADABLE, "percent-encoded name")])
    .collect()
}

fn numbers() -> Vec<Case> {
    [
        ("expires-negative", "-1"),
        ("expires-plus-sign", "+1767229200"),
        ("expires-leading-zero", "01767229200"),
        ("expires-fraction", "1767229200.0"),
        ("expires-exponent", "1e10"),
        ("expires-hexadecimal", "0x69566a50"),
        ("expires-trailing-letter", "1767229200s"),
        ("expires-date", "2026-01-01T01:00:00Z"),
        ("expires-beyond-64-bits", "9223372036854775808"),
        ("expires-beyond-128-bits", "340282366920938463463374607431768211456"),
    ]
    .map(|(name, expires)| {
        let signed_so = RSA_SHA256.canned(FILE, END).with(EXPIRES, expires);
        case(name, "decimal digits only: each number has one spelling")
            .get(signed_so.on(FILE))
            .deny(CREDENTIAL_MALFORMED, "`Expires` is not a whole number of seconds")
    })
    .into_iter()
    .chain([
        case("expires-escaped-space", "no value of a credential has a space")
            .get(canned().with(EXPIRES, "%201767229200").on(FILE))
            .deny(CREDENTIAL_MALFORMED, "`Expires` has characters that it cannot have"),
        case("expires-negative-in-cookies", "decimal digits only: each number has one spelling")
            .cookies([canned().with(EXPIRES, "-1").cookie()])
            .deny(CREDENTIAL_MALFORMED, "`CloudFront-Expires` is not a whole number of seconds"),
    ])
    .collect()
}

fn hashes() -> Vec<Case> {
    [
        ("hash-algorithm-lower-case", "sha256"),
        ("hash-algorithm-with-hyphen", "SHA-256"),
        ("hash-algorithm-sha512", "SHA512"),
        ("hash-algorithm-md5", "MD5"),
        ("hash-algorithm-none", "none"),
        ("hash-algorithm-empty", ""),
    ]
    .map(|(name, marker)| {
        case(name, "`SHA1` and `SHA256` are documented; nothing else is a known algorithm")
            .aws("Create a signed URL using a canned policy")
            .get(canned().with(HASH_ALGORITHM, marker).on(FILE))
            .deny(CREDENTIAL_MALFORMED, "`Hash-Algorithm` is neither `SHA1` nor `SHA256`")
    })
    .into_iter()
    .chain([case("hash-algorithm-lower-case-in-cookies", "`SHA1` and `SHA256` are documented")
        .cookies([canned().with(HASH_ALGORITHM, "sha256").cookie()])
        .deny(CREDENTIAL_MALFORMED, "`CloudFront-Hash-Algorithm` is neither")])
    .collect()
}

fn key_ids() -> Vec<Case> {
    let with = |id: &str| canned().with(KEY_PAIR_ID, id);
    let mentions = "Key-Pair-Id` has characters that it cannot have";
    [
        case("key-pair-id-with-dot", "letters, digits, `-` and `_`").get(with("K.1").on(FILE)),
        case("key-pair-id-with-escaped-line-feed", "would forge a line of a log")
            .get(with("K1%0AK2").on(FILE)),
        case("key-pair-id-not-ascii", "letters, digits, `-` and `_`")
            .cookies([with("Ké").cookie()]),
        case("key-pair-id-in-quotes", "cookie values are taken as they are, quotes included")
            .cookies([with("\"K1RSAEXAMPLE\"").cookie()]),
    ]
    .map(|draft| draft.deny(CREDENTIAL_MALFORMED, mentions))
    .into()
}

fn canned() -> Pass {
    RSA_SHA256.canned(FILE, END)
}

fn custom() -> Pass {
    RSA_SHA256.custom(super::allow::POLICY_TEXT)
}
