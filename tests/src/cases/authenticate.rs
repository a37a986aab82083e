//! Stage `authenticate`: which key, which algorithm, and whether the signature is over these bytes.

use policy::Hash;

use crate::keys::TestKey;
use crate::pass::{
    ECDSA_SHA1, ECDSA_SHA256, EXPIRES, HASH_ALGORITHM, KEY_PAIR_ID, POLICY, Pass, RSA_SHA1,
    RSA_SHA256, SIGNATURE, Signer, cloudfront_base64, cube_root_forgery, encoded_message,
};

use super::draft::{
    ALGORITHM_NOT_ALLOWED, Case, END, FILE, SIGNATURE_INVALID, UNKNOWN_KEY, case, trusted,
    trusted_for_any_id, trusted_with,
};

pub(super) fn cases() -> Vec<Case> {
    [keys(), algorithms(), other_keys(), damaged_signatures(), damaged_policies(), other_urls()]
        .concat()
}

const OTHER_RSA: Signer = Signer { key: TestKey::RsaOther, hash: Hash::Sha256 };
const OTHER_P256: Signer = Signer { key: TestKey::P256Other, hash: Hash::Sha256 };

fn keys() -> Vec<Case> {
    let with_id = |id: &str| pass().with(KEY_PAIR_ID, id);
    [
        case("unknown-key", "no trusted key has this id").get(with_id("KUNKNOWN").on(FILE)),
        case("unknown-key-in-cookies", "no trusted key has this id")
            .cookies([with_id("KUNKNOWN").cookie()]),
        case("unknown-key-lower-case", "ids are compared byte for byte")
            .get(with_id("k1rsaexample").on(FILE)),
        case("unknown-key-is-a-prefix", "ids are compared whole").get(with_id("K1RSA").on(FILE)),
        case("unknown-key-of-64-characters", "the longest id there may be")
            .get(with_id(&"K".repeat(64)).on(FILE)),
    ]
    .map(|draft| draft.deny(UNKNOWN_KEY, "no trusted key has the id `"))
    .into()
}

fn algorithms() -> Vec<Case> {
    const BOUND: &str = "the operator binds algorithms to keys; the request only selects";
    let mut cases = Vec::new();
    for (name, signer, allowed, hash) in [
        ("rsa-sha1-where-sha256-is-allowed", RSA_SHA1, RSA_SHA256, "SHA1"),
        ("rsa-sha256-where-sha1-is-allowed", RSA_SHA256, RSA_SHA1, "SHA256"),
        ("ecdsa-sha1-where-sha256-is-allowed", ECDSA_SHA1, ECDSA_SHA256, "SHA1"),
        ("ecdsa-sha256-where-sha1-is-allowed", ECDSA_SHA256, ECDSA_SHA1, "SHA256"),
    ] {
        let refused = format!("is not trusted with the hash {hash}");
        let signed = signer.canned(FILE, END);
        cases.extend([
            case(name, BOUND)
                .get(signed.on(FILE))
                .trust([trusted(allowed)])
                .deny(ALGORITHM_NOT_ALLOWED, &refused),
            case(&format!("{name}-in-cookies"), BOUND)
                .cookies([signed.cookie()])
                .trust([trusted(allowed)])
                .deny(ALGORITHM_NOT_ALLOWED, &refused),
        ]);
    }
    cases.extend([
        case("rsa-sha1-named-where-sha256-is-allowed", "`SHA1` may also be named")
            .get(RSA_SHA1.canned(FILE, END).with(HASH_ALGORITHM, "SHA1").on(FILE))
            .deny(ALGORITHM_NOT_ALLOWED, "is not trusted with the hash SHA1"),
        case("hash-algorithm-missing-where-sha256-is-allowed", "no marker means SHA-1")
            .get(pass().without(HASH_ALGORITHM).on(FILE))
            .deny(ALGORITHM_NOT_ALLOWED, "is not trusted with the hash SHA1"),
        case("no-key-without-id-has-the-algorithm", "none of several keys is even tried")
            .get(RSA_SHA1.canned(FILE, END).on(FILE))
            .trust([trusted_for_any_id(RSA_SHA256), trusted_for_any_id(ECDSA_SHA256)])
            .deny(ALGORITHM_NOT_ALLOWED, "is not trusted with the hash SHA1"),
        case("hash-algorithm-missing", "made with SHA-256, taken for SHA-1 without the marker")
            .aws("Create a signed URL using a canned policy")
            .get(pass().without(HASH_ALGORITHM).on(FILE))
            .trust([trusted_with(RSA_SHA256, &["RSA-SHA1", "RSA-SHA256"])])
            .deny(SIGNATURE_INVALID, "with RSA-SHA1"),
        case("hash-algorithm-superfluous", "made with SHA-1, taken for SHA-256 by the marker")
            .get(RSA_SHA1.canned(FILE, END).with(HASH_ALGORITHM, "SHA256").on(FILE))
            .trust([trusted_with(RSA_SHA256, &["RSA-SHA1", "RSA-SHA256"])])
            .deny(SIGNATURE_INVALID, "with RSA-SHA256"),
        case("hash-algorithm-missing-ecdsa", "made with SHA-256, taken for SHA-1")
            .get(ECDSA_SHA256.canned(FILE, END).without(HASH_ALGORITHM).on(FILE))
            .trust([trusted_with(ECDSA_SHA256, &["ECDSA-SHA256", "ECDSA-SHA1"])])
            .deny(SIGNATURE_INVALID, "with ECDSA-SHA1"),
    ]);
    cases
}

fn other_keys() -> Vec<Case> {
    let id = TestKey::Rsa.id();
    [
        case("signed-by-another-rsa-key", "the id is right, the private key is not")
            .get(OTHER_RSA.canned(FILE, END).with(KEY_PAIR_ID, id).on(FILE)),
        case("signed-by-another-p256-key", "the id is right, the private key is not")
            .get(OTHER_P256.canned(FILE, END).with(KEY_PAIR_ID, TestKey::P256.id()).on(FILE))
            .trust([trusted(ECDSA_SHA256)]),
        case("signed-by-another-trusted-key", "a trusted key answers for its own id only")
            .get(OTHER_RSA.canned(FILE, END).with(KEY_PAIR_ID, id).on(FILE))
            .trust([trusted(RSA_SHA256), trusted(OTHER_RSA)]),
        case(
            "key-without-id-does-not-answer-for-a-known-id",
            "a key of the id comes before those without",
        )
        .get(OTHER_RSA.canned(FILE, END).with(KEY_PAIR_ID, id).on(FILE))
        .trust([trusted(RSA_SHA256), trusted_for_any_id(OTHER_RSA)]),
        case("signed-by-none-of-the-keys-without-id", "each is tried")
            .get(OTHER_RSA.canned(FILE, END).on(FILE))
            .trust([trusted_for_any_id(RSA_SHA256), trusted_for_any_id(ECDSA_SHA256)]),
        case("rsa-signature-for-an-ecdsa-key", "the kind of key decides, not the signature")
            .get(pass().with(KEY_PAIR_ID, TestKey::P256.id()).on(FILE))
            .trust([trusted(ECDSA_SHA256)]),
        case("ecdsa-signature-for-an-rsa-key", "the kind of key decides, not the signature")
            .get(ECDSA_SHA256.canned(FILE, END).with(KEY_PAIR_ID, id).on(FILE)),
        case("signed-with-sha1-by-another-rsa-key", "SHA-1 is checked like SHA-256")
            .get(
                Signer { hash: Hash::Sha1, ..OTHER_RSA }
                    .canned(FILE, END)
                    .with(KEY_PAIR_ID, id)
                    .on(FILE),
            )
            .trust([trusted(RSA_SHA1)]),
        case("signed-with-sha1-by-another-p256-key", "SHA-1 is checked like SHA-256")
            .get(
                Signer { hash: Hash::Sha1, ..OTHER_P256 }
                    .canned(FILE, END)
                    .with(KEY_PAIR_ID, TestKey::P256.id())
                    .on(FILE),
            )
            .trust([trusted(ECDSA_SHA1)]),
    ]
    .map(|draft| draft.deny(SIGNATURE_INVALID, "the signature is not one by the key `"))
    .into()
}

fn damaged_signatures() -> Vec<Case> {
    let rsa = |change: fn(Vec<u8>) -> Vec<u8>| pass().with_signature(change);
    let ecdsa = |change: fn(Vec<u8>) -> Vec<u8>| {
        ECDSA_SHA256.canned(FILE, END).with_signature(change).on(FILE)
    };
    let by_3 = Signer { key: TestKey::RsaExponent3, hash: Hash::Sha256 };
    let mut cases: Vec<Case> = [
        case("rsa-of-exponent-3-forged-by-a-cube-root", "bytes after the digest (CVE-2006-4339)")
            .get(by_3.forged(FILE, END, cube_root_forgery).on(FILE))
            .trust([trusted(by_3)]),
        case(
            "rsa-of-exponent-3-as-if-of-exponent-1",
            "the encoded message, which no power was made of",
        )
        .get(by_3.forged(FILE, END, encoded_message).on(FILE))
        .trust([trusted(by_3)]),
        case("rsa-as-if-of-exponent-1", "the encoded message, which no power was made of")
            .get(RSA_SHA256.forged(FILE, END, encoded_message).on(FILE)),
        case("rsa-first-bit-flipped", "one bit").get(rsa(|s| flipped(s, 0, 0x80)).on(FILE)),
        case("rsa-last-bit-flipped", "one bit").get(rsa(|s| flipped(s, 255, 1)).on(FILE)),
        case("rsa-last-bit-flipped-in-cookies", "one bit")
            .cookies([rsa(|s| flipped(s, 255, 1)).cookie()]),
        case("rsa-one-byte-short", "255 bytes").get(rsa(|s| s[..255].to_vec()).on(FILE)),
        case("rsa-one-byte-long", "a zero in front changes the number not, but the length")
            .get(rsa(|s| [vec![0], s].concat()).on(FILE)),
        case("rsa-all-zero", "the number 0").get(rsa(|_| vec![0; 256]).on(FILE)),
        case("rsa-one", "the number 1, whose powers are all 1")
            .get(rsa(|_| [vec![0; 255], vec![1]].concat()).on(FILE)),
        case("rsa-all-ones", "a number beyond the modulus").get(rsa(|_| vec![255; 256]).on(FILE)),
        case("rsa-longest-there-may-be", "1,024 symbols, which is the limit")
            .get(pass().with(SIGNATURE, "A".repeat(1024)).on(FILE)),
        case(
            "rsa-signature-over-another-text",
            "a whole signature of the right key, from another pass",
        )
        .get(pass().with(SIGNATURE, RSA_SHA256.canned(FILE, END + 1).value(SIGNATURE)).on(FILE)),
    ]
    .map(|draft| draft.deny(SIGNATURE_INVALID, "with RSA-SHA256"))
    .into();
    cases.extend(
        [
            case("ecdsa-fixed-width", "r and s side by side, as JOSE has it; CloudFront wants DER")
                .get(ecdsa(|der| fixed_width(&der))),
            case("ecdsa-bit-flipped-in-r", "one bit").get(ecdsa(|s| flipped(s, 20, 1))),
            case("ecdsa-last-bit-flipped", "one bit").get(ecdsa(|s| {
                let last = s.len() - 1;
                flipped(s, last, 1)
            })),
            case("ecdsa-byte-after-the-end", "DER with something behind it")
                .get(ecdsa(|s| [s, vec![0]].concat())),
            case("ecdsa-cut-off", "DER that ends too early").get(ecdsa(|s| s[..60].to_vec())),
            case("ecdsa-length-not-minimal", "BER, but not DER")
                .get(ecdsa(|s| [&[0x30, 0x81, s[1]], &s[2..]].concat())),
            case(
                "ecdsa-r-and-s-zero",
                "the signature that is valid for any text where nobody checks",
            )
            .get(ecdsa(|_| vec![0x30, 6, 2, 1, 0, 2, 1, 0])),
        ]
        .map(|draft| {
            draft.trust([trusted(ECDSA_SHA256)]).deny(SIGNATURE_INVALID, "with ECDSA-SHA256")
        }),
    );
    cases
}

fn damaged_policies() -> Vec<Case> {
    const RAW: &str = "the signature is over the bytes as received, whatever they mean";
    let text = super::allow::POLICY_TEXT;
    let custom = RSA_SHA256.custom(text);
    let with_text = |text: &str| custom.clone().with(POLICY, cloudfront_base64(text.as_bytes()));
    let later = text.replace(&END.to_string(), &(END + 1).to_string());
    let wider = text.replace("/video/*", "/*");
    [
        case("policy-later", "a later end").get(with_text(&later).on(FILE)),
        case("policy-later-in-cookies", "a later end").cookies([with_text(&later).cookie()]),
        case("policy-wider", "a wider resource").get(with_text(&wider).on(FILE)),
        case("policy-with-space-appended", RAW).get(with_text(&format!("{text} ")).on(FILE)),
        case("policy-with-space-inside", RAW).get(with_text(&text.replacen(':', ": ", 1)).on(FILE)),
        case("policy-compacted-after-signing", RAW).get(
            RSA_SHA256
                .custom(text.replacen(':', ": ", 1))
                .with(POLICY, cloudfront_base64(text.as_bytes()))
                .on(FILE),
        ),
        case("policy-of-another-pass", "both halves are good, each with its own other half")
            .get(RSA_SHA256.custom(wider).with(POLICY, custom.value(POLICY)).on(FILE)),
        case(
            "policy-malformed-and-not-signed",
            "unsigned bytes never reach the reader of policies",
        )
        .get(with_text("not JSON at all").on(FILE)),
        case(
            "canned-values-of-a-custom-policy",
            "a custom policy's signature is not over the canned text",
        )
        .get(custom.clone().without(POLICY).with(EXPIRES, END.to_string()).on(FILE)),
        case("expires-later", "CloudFront's text is rebuilt from `Expires`, which is so signed")
            .get(pass().with(EXPIRES, (END + 1).to_string()).on(FILE)),
        case("expires-later-in-cookies", "CloudFront's text is rebuilt from `Expires`")
            .cookies([pass().with(EXPIRES, (END + 1).to_string()).cookie()]),
        case("expires-earlier", "not even shortening is possible")
            .get(pass().with(EXPIRES, (END - 1).to_string()).on(FILE)),
        case("expired-and-not-signed", "what is not signed is not looked at, not even its expiry")
            .get(pass().with(EXPIRES, "1").on(FILE)),
    ]
    .map(|draft| draft.deny(SIGNATURE_INVALID, "with RSA-SHA256"))
    .into()
}

/// What is different in the URL asked for.
fn other_urls() -> Vec<Case> {
    const SIGNED: &str = "https://media.example.com/video/a%20b.mp4?size=large&lang=en";
    const ONE: &str = "a canned policy is for the one URL that was signed, byte for byte";
    [
        ("canned-other-path", "a%20b", "b"),
        ("canned-other-case-of-path", "video", "Video"),
        ("canned-slash-appended", "?", "/?"),
        ("canned-other-escape-of-path", "/a%20b", "/%61%20b"),
        ("canned-plus-for-space", "%20", "+"),
        ("canned-other-host", "media", "www"),
        ("canned-other-case-of-host", "media", "MEDIA"),
        ("canned-port-added", ".com", ".com:443"),
        ("canned-dot-after-host", ".com", ".com."),
        ("canned-other-scheme", "https", "http"),
        ("canned-parameter-added", "en", "en&x=1"),
        ("canned-parameter-removed", "&lang=en", ""),
        ("canned-query-removed", "?size=large&lang=en", ""),
        ("canned-parameters-in-other-order", "size=large&lang=en", "lang=en&size=large"),
        ("canned-parameter-changed", "lang=en", "lang=fr"),
        ("canned-empty-component-added", "&", "&&"),
        ("canned-wildcard-is-none", "large", "*"),
    ]
    .map(|(name, signed, requested)| {
        let url = SIGNED.replacen(signed, requested, 1);
        case(name, ONE)
            .aws("Create a signed URL using a canned policy")
            .get(RSA_SHA256.canned(SIGNED, END).on(&url))
    })
    .into_iter()
    .chain([
        case("canned-other-path-in-cookies", ONE)
            .aws("Set signed cookies using a canned policy")
            .get("https://media.example.com/video/b.mp4")
            .cookies([pass().cookie()]),
        case("canned-parameter-added-in-cookies", ONE)
            .aws("Set signed cookies using a canned policy")
            .get(format!("{FILE}?x=1"))
            .cookies([pass().cookie()]),
        case(
            "canned-root-is-not-the-default-object",
            "AWS does not say which of the two is signed",
        )
        .get(RSA_SHA256.canned("https://h/", END).on("https://h/index.html")),
        case("canned-question-mark-added-in-cookies", ONE)
            .get(format!("{FILE}?"))
            .cookies([pass().cookie()]),
        case("canned-pattern-signed", "a canned policy has no wildcards: `*` is a `*`")
            .get(RSA_SHA256.canned("https://media.example.com/video/*", END).on(FILE)),
    ])
    .map(|draft| draft.deny(SIGNATURE_INVALID, "with RSA-SHA256"))
    .collect()
}

fn pass() -> Pass {
    RSA_SHA256.canned(FILE, END)
}

fn flipped(mut bytes: Vec<u8>, index: usize, bit: u8) -> Vec<u8> {
    bytes[index] ^= bit;
    bytes
}

/// `30 len 02 len r 02 len s` as r and s of 32 bytes.
fn fixed_width(der: &[u8]) -> Vec<u8> {
    let (r, rest) = der[4..].split_at(usize::from(der[3]));
    let s = &rest[2..];
    let wide = |number: &[u8]| {
        let digits: Vec<u8> = number.iter().copied().skip_while(|&byte| byte == 0).collect();
        [vec![0; 32 - digits.len()], digits].concat()
    };
    [wide(r), wide(s)].concat()
}
