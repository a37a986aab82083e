//! What is let through, besides what stands next to its opposite in `conditions` and `resource`.

use policy::Hash;

use crate::keys::TestKey;
use crate::pass::{
    ECDSA_SHA1, ECDSA_SHA256, HASH_ALGORITHM, KEY_PAIR_ID, Pass, RSA_SHA1, RSA_SHA256, SIGNATURE,
    Signer,
};

use super::draft::{Case, Draft, END, FILE, case, trusted, trusted_for_any_id, trusted_with};

pub(super) fn cases() -> Vec<Case> {
    let drafts = [algorithms(), keys(), places(), urls(), cookies(), texts(), limits()]
        .into_iter()
        .flatten();
    drafts.map(Draft::allow).collect()
}

/// The custom policy of cases that are not about policies.
pub(super) const POLICY_TEXT: &str = r#"{"Statement":[{"Resource":"https://media.example.com/video/*","Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}}]}"#;

/// The same for another pattern.
pub(super) fn policy_for(pattern: &str) -> String {
    POLICY_TEXT.replace("https://media.example.com/video/*", pattern)
}

/// The same with so much white space that it has this many bytes.
pub(super) fn padded_policy(bytes: usize) -> String {
    format!("{POLICY_TEXT:bytes$}")
}

fn algorithms() -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (name, signer) in [
        ("rsa-sha1", RSA_SHA1),
        ("rsa-sha256", RSA_SHA256),
        ("ecdsa-sha1", ECDSA_SHA1),
        ("ecdsa-sha256", ECDSA_SHA256),
    ] {
        let canned = signer.canned(FILE, END);
        let custom = signer.custom(POLICY_TEXT);
        drafts.extend(
            [
                case(&format!("{name}-canned-url"), "a canned policy in a URL")
                    .get(canned.on(FILE)),
                case(&format!("{name}-canned-cookies"), "a canned policy in cookies")
                    .cookies([canned.cookie()]),
                case(&format!("{name}-custom-url"), "a custom policy in a URL")
                    .get(custom.on(FILE)),
                case(&format!("{name}-custom-cookies"), "a custom policy in cookies")
                    .cookies([custom.cookie()]),
            ]
            .map(|draft| draft.trust([trusted(signer)])),
        );
    }
    for (name, hash) in [("sha1", Hash::Sha1), ("sha256", Hash::Sha256)] {
        let signer = Signer { key: TestKey::RsaExponent3, hash };
        drafts.push(
            case(
                &format!("rsa-{name}-of-exponent-3"),
                "the least exponent that an RSA key can have",
            )
            .get(signer.canned(FILE, END).on(FILE))
            .trust([trusted(signer)]),
        );
    }
    drafts.push(
        case("rsa-sha1-named", "`SHA1` may also be named; the SDK for .NET does")
            .aws("Create a signed URL using a canned policy")
            .get(RSA_SHA1.canned(FILE, END).with(HASH_ALGORITHM, "SHA1").on(FILE))
            .trust([trusted(RSA_SHA1)]),
    );
    drafts
}

fn keys() -> Vec<Draft> {
    let other = Signer { key: TestKey::RsaOther, hash: Hash::Sha256 };
    let both = ["RSA-SHA1", "RSA-SHA256"];
    [
        case("key-with-both-hashes-sha1", "the request selects among what is allowed")
            .get(RSA_SHA1.canned(FILE, END).on(FILE))
            .trust([trusted_with(RSA_SHA1, &both)]),
        case("key-with-both-hashes-sha256", "the request selects among what is allowed")
            .get(RSA_SHA256.canned(FILE, END).on(FILE))
            .trust([trusted_with(RSA_SHA1, &both)]),
        case("key-second-of-two", "as during a rotation")
            .get(other.canned(FILE, END).on(FILE))
            .trust([trusted(RSA_SHA256), trusted(other)]),
        case("key-without-id", "CloudFront assigns the id only at deployment")
            .get(RSA_SHA256.canned(FILE, END).with(KEY_PAIR_ID, "KWHATEVER").on(FILE))
            .trust([trusted_for_any_id(RSA_SHA256)]),
        case("key-without-id-second-of-two", "each is tried")
            .get(other.canned(FILE, END).on(FILE))
            .trust([trusted_for_any_id(RSA_SHA256), trusted_for_any_id(other)]),
        case(
            "key-without-id-of-another-kind-first",
            "a key that cannot have signed is passed over",
        )
        .get(RSA_SHA256.canned(FILE, END).on(FILE))
        .trust([trusted_for_any_id(ECDSA_SHA256), trusted_for_any_id(RSA_SHA256)]),
        case("key-without-id-beside-named-ones", "the id is none of the named ones")
            .get(other.canned(FILE, END).with(KEY_PAIR_ID, "KWHATEVER").on(FILE))
            .trust([trusted(RSA_SHA256), trusted_for_any_id(other)]),
        case("key-id-with-hyphen-and-underscore", "letters, digits, `-` and `_`")
            .get(RSA_SHA256.canned(FILE, END).with(KEY_PAIR_ID, "k-1_A").on(FILE))
            .trust([trusted_for_any_id(RSA_SHA256)]),
    ]
    .into()
}

/// Where in the query the parameters stand.
fn places() -> Vec<Draft> {
    const ANY_ORDER: &str = "the parameters may stand in any order and anywhere in the query";
    let url = format!("{FILE}?a=1&b=2");
    let pass = RSA_SHA256.canned(&url, END).query();
    let reversed: Vec<&str> = pass.split('&').rev().collect();
    let custom = RSA_SHA256.custom(policy_for("https://media.example.com/video/a.mp4?a=1&b=2"));
    [
        case("parameters-after-own", ANY_ORDER).get(format!("{FILE}?a=1&b=2&{pass}")),
        case("parameters-before-own", ANY_ORDER).get(format!("{FILE}?{pass}&a=1&b=2")),
        case("parameters-between-own", ANY_ORDER).get(format!("{FILE}?a=1&{pass}&b=2")),
        case("parameters-in-reverse", ANY_ORDER)
            .get(format!("{FILE}?a=1&b=2&{}", reversed.join("&"))),
        case("parameters-scattered", ANY_ORDER).get(format!(
            "{FILE}?{}",
            pass.replacen('&', "&a=1&", 1).replacen("&Key", "&b=2&Key", 1)
        )),
        case("parameters-between-own-custom", "the pattern is matched without them")
            .get(format!("{FILE}?a=1&{}&b=2", custom.query())),
    ]
    .map(|draft| draft.aws("Create a signed URL using a canned policy"))
    .into()
}

fn urls() -> Vec<Draft> {
    let mut drafts: Vec<Draft> = [
        ("url-root", "https://media.example.com/"),
        ("url-http", "http://media.example.com/a.mp4"),
        ("url-with-port", "https://media.example.com:8443/a.mp4"),
        ("url-with-ipv4", "http://192.0.2.1/a.mp4"),
        ("url-with-ipv6", "http://[2001:db8::1]:8080/a.mp4"),
        ("url-with-escapes", "https://media.example.com/%C3%A9t%c3%a9/a%20b.mp4"),
        ("url-with-sub-delimiters", "https://media.example.com/a;b,c=(d)!$'&+*@:.mp4"),
        ("url-with-asterisk-in-query", "https://media.example.com/a.mp4?x=*"),
        ("url-with-question-mark-in-query", "https://media.example.com/a.mp4?x=?"),
        ("url-with-slashes-in-query", "https://media.example.com/a.mp4?next=//x/../%2F%2e"),
        ("url-with-plus-in-query", "https://media.example.com/a.mp4?x=a+b"),
        ("url-with-empty-components", "https://media.example.com/a.mp4?&x=1&&y"),
        ("url-with-encoded-name", "https://media.example.com/a.mp4?filename%2A=UTF-8''a"),
        (
            "url-with-similar-names",
            "https://media.example.com/a.mp4?expires=1&ExpiresAt=2&signature=3",
        ),
        ("url-with-dots-in-names", "https://media.example.com/...a/..b/c../.d"),
        ("url-with-parameters-of-segments", "https://media.example.com/a;x=1/b..;c/;d"),
        ("url-with-encoded-semicolon", "https://media.example.com/a%3Bx=1/b%3b"),
        ("url-with-encoded-percent", "https://media.example.com/100%25.mp4"),
        ("url-with-upper-case-host", "https://MEDIA.example.com/a.mp4"),
    ]
    .map(|(name, url)| {
        case(name, "signed and asked for byte for byte").get(RSA_SHA256.canned(url, END).on(url))
    })
    .into();
    let pass = RSA_SHA256.canned(FILE, END);
    let escaped = pass.value(SIGNATURE).replace('~', "%7E").replace('_', "%5f");
    drafts.extend([
        case("signature-percent-encoded", "some clients encode `~`")
            .get(pass.clone().with(SIGNATURE, escaped).on(FILE)),
        case("expires-percent-encoded", "a value may be encoded, a name may not")
            .get(pass.on(FILE).replace("Expires=1", "Expires=%31")),
        case(
            "canned-query-empty-after-stripping",
            "nothing is left of the query, so there is no `?`",
        )
        .get(pass.on(FILE)),
        case("url-hides-bad-cookies", "with a signed URL cookies are not looked at")
            .aws("Decide to use signed URLs or signed cookies")
            .get(pass.on(FILE))
            .cookies(["CloudFront-Policy=x; CloudFront-Policy=y".into()]),
        case("address-not-known-nor-needed", "without an address condition none is needed")
            .get(pass.on(FILE)),
        case("ipv6-viewer-without-condition", "without an address condition any will do")
            .get(pass.on(FILE))
            .from("2001:db8::7"),
    ]);
    drafts
}

fn cookies() -> Vec<Draft> {
    let pass = RSA_SHA256.custom(POLICY_TEXT);
    let canned = RSA_SHA256.canned(&format!("{FILE}?x=1"), END);
    let [policy, signature, key_id, hash] = pass.cookies().try_into().unwrap();
    [
        case("cookies-among-others", "in any place")
            .cookies([format!("a=1; {}; CloudFront-Policy2=x; b", pass.cookie())]),
        case("cookies-in-several-headers", "HTTP/2 splits them (RFC 9113, 8.2.3)").cookies([
            policy.clone(),
            signature.clone(),
            key_id.clone(),
            hash.clone(),
        ]),
        case("cookies-in-another-order", "in any order")
            .cookies([format!("{hash}; {key_id}; {signature}; {policy}")]),
        case("cookies-without-spaces", "`;` separates, the space is optional")
            .cookies([format!("{policy};{signature};{key_id};{hash};")]),
        case("cookies-with-spaces-around", "white space around names and values is not theirs")
            .cookies([format!("  {policy} ;\t{signature} ; {key_id};{hash} ").replace('=', " = ")]),
        case("cookies-for-a-url-with-query", "the query is part of what is signed")
            .get(format!("{FILE}?x=1"))
            .cookies([canned.cookie()]),
        case("cookies-for-a-url-with-similar-parameter", "names are case-sensitive")
            .get(format!("{FILE}?expires=1&policy=2"))
            .cookies([pass.cookie()]),
    ]
    .into()
}

/// Texts that mean the same as the compact one. The signature is over what was written.
fn texts() -> Vec<Draft> {
    let pretty = "{\r\n   \"Statement\": [{\r\n      \"Resource\": \"https://media.example.com/video/*\",\r\n      \"Condition\": {\r\n         \"DateLessThan\": {\"AWS:EpochTime\": 1767229200},\r\n         \"IpAddress\": {\"AWS:SourceIp\": \"192.0.2.0/24\"}\r\n      }\r\n   }]\r\n}\r\n";
    let less = r#""DateLessThan":{"AWS:EpochTime":1767229200}"#;
    let greater = r#""DateGreaterThan":{"AWS:EpochTime":1767222000}"#;
    let address = r#""IpAddress":{"AWS:SourceIp":"192.0.2.0/24"}"#;
    let resource = r#""Resource":"https://media.example.com/video/*""#;
    let with = |members: &[&str]| {
        format!(r#"{{"Statement":[{{{resource},"Condition":{{{}}}}}]}}"#, members.join(","))
    };
    [
        ("text-pretty-printed", "AWS's own examples are printed so, with CR LF", pretty.to_owned()),
        ("text-with-tabs", "white space is JSON's", with(&[less]).replace("\":", "\"\t:\t")),
        (
            "text-order-botocore",
            "DateLessThan, DateGreaterThan, IpAddress",
            with(&[less, greater, address]),
        ),
        ("text-order-of-aws-pages", "IpAddress in the middle", with(&[less, address, greater])),
        (
            "text-order-go",
            "the SDK for Go sorts: IpAddress, DateGreaterThan, DateLessThan",
            with(&[address, greater, less]),
        ),
        (
            "text-condition-before-resource",
            "members of an object have no order",
            format!(r#"{{"Statement":[{{"Condition":{{{less}}},{resource}}}]}}"#),
        ),
        ("text-with-escaped-slashes", r"PHP writes `\/`", POLICY_TEXT.replace('/', r"\/")),
        (
            "text-with-unicode-escapes",
            "upper and lower case digits",
            POLICY_TEXT
                .replace('*', r"\u002A")
                .replace("Statement", r"\u0053t\u0061tement")
                .replace("video", r"\u0076ide\u006f"),
        ),
        (
            "text-start-zero",
            "a start in 1970",
            with(&[less, r#""DateGreaterThan":{"AWS:EpochTime":0}"#]),
        ),
    ]
    .map(|(name, comment, text)| {
        case(name, comment).get(RSA_SHA256.custom(text).on(FILE)).from("192.0.2.7")
    })
    .into_iter()
    .chain([case("text-with-escaped-ampersand", r"the SDK for Go writes `&` as `\u0026`").get(
        RSA_SHA256
            .custom(policy_for(r"https://media.example.com/a?x=*\u0026y=*"))
            .on("https://media.example.com/a?x=1&y=2"),
    )])
    .chain([case(
        "text-of-a-canned-policy-as-custom",
        "the text of a canned policy for `?file=*` is that of a pattern, as it is for CloudFront; signers refuse to sign it as canned",
    )
    .aws("Create a signed URL using a custom policy")
    .get(
        RSA_SHA256
            .custom(policy_for("https://media.example.com/download?file=*"))
            .on("https://media.example.com/download?file=other.pdf"),
    )])
    .collect()
}

/// At the bound; one more is refused, see `find`.
fn limits() -> Vec<Draft> {
    let long_id: String = "K".repeat(64);
    let largest: Pass = RSA_SHA256.custom(padded_policy(6144));
    let cookie = RSA_SHA256.custom(POLICY_TEXT).cookie();
    let filler = "x".repeat(32_768 - cookie.len() - "; filler=".len());
    [
        case("limit-url", "8,192 bytes, signing parameters included")
            .aws("Quotas")
            .get(super::find::padded_to(8192)),
        case("limit-policy", "8,192 symbols").cookies([largest.cookie()]),
        case("limit-key-pair-id", "64 characters")
            .get(RSA_SHA256.canned(FILE, END).with(KEY_PAIR_ID, long_id).on(FILE))
            .trust([trusted_for_any_id(RSA_SHA256)]),
        case("limit-run-with-question-mark", "64 bytes between two `*`, one of them a `?`").get(
            RSA_SHA256
                .custom(policy_for(&format!("https://h/a?*{}?*", "b".repeat(63))))
                .on(&format!("https://h/a?x{}xy", "b".repeat(63))),
        ),
        case("limit-cookie-header", "32,768 bytes")
            .aws("Quotas")
            .cookies([format!("{cookie}; filler={filler}")]),
    ]
    .into()
}
