//! The JWS: its header, its three parts, its signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use p256::ecdsa::Signature;
use policy::Hash;

use crate::cases::draft::{CLAIMS_MALFORMED, CLAIMS_SIGNATURE_INVALID, Case};
use crate::keys::TestKey;
use crate::token::{ES256, HS256, RS256, TokenKey, base64url, mac, secret};

use super::{beside, set};

pub(super) fn cases() -> Vec<Case> {
    [algorithms(), headers(), other_keys(), signatures(), parts(), alphabets(), lengths()].concat()
}

fn algorithms() -> Vec<Case> {
    [("es256", ES256), ("rs256", RS256), ("hs256", HS256)]
        .map(|(name, key)| {
            beside(&format!("token-{name}"), "the usual token", &key.token(set().text())).allow()
        })
        .into()
}

/// Each is signed by the key that it names, so that nothing but the header can be refused.
fn headers() -> Vec<Case> {
    let mut cases = Vec::new();
    let [alg, kid, typ] = [r#""alg":"ES256""#, r#""kid":"es256-2026""#, r#""typ":"edgepass+jwt""#];
    for (name, header) in [
        ("alg-kid-typ", [alg, kid, typ]),
        ("alg-typ-kid", [alg, typ, kid]),
        ("kid-alg-typ", [kid, alg, typ]),
        ("kid-typ-alg", [kid, typ, alg]),
        ("typ-alg-kid", [typ, alg, kid]),
        ("typ-kid-alg", [typ, kid, alg]),
    ] {
        let token = ES256.token_with(&format!("{{{}}}", header.join(",")), set().text());
        let name = format!("token-header-{name}");
        cases.push(beside(&name, "members of an object have no order", &token).allow());
    }
    for (name, header) in HEADERS {
        cases.push(
            beside(
                &format!("token-header-{name}"),
                "the header is exactly `alg`, `kid` and `typ` of a trusted key",
                &ES256.token_with(header, set().text()),
            )
            .deny(CLAIMS_SIGNATURE_INVALID, "the header of the claims token is not"),
        );
    }
    cases
}

const HEADERS: &[(&str, &str)] = &[
    ("alg-missing", r#"{"kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("alg-none", r#"{"alg":"none","kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("alg-lower-case", r#"{"alg":"es256","kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("alg-es384", r#"{"alg":"ES384","kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("alg-ps256", r#"{"alg":"PS256","kid":"rs256-2026","typ":"edgepass+jwt"}"#),
    ("alg-of-another-key", r#"{"alg":"RS256","kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("alg-hs256-for-a-public-key", r#"{"alg":"HS256","kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("kid-missing", r#"{"alg":"ES256","typ":"edgepass+jwt"}"#),
    ("kid-empty", r#"{"alg":"ES256","kid":"","typ":"edgepass+jwt"}"#),
    ("kid-unknown", r#"{"alg":"ES256","kid":"es256-2027","typ":"edgepass+jwt"}"#),
    ("kid-upper-case", r#"{"alg":"ES256","kid":"ES256-2026","typ":"edgepass+jwt"}"#),
    ("kid-is-a-prefix", r#"{"alg":"ES256","kid":"es256","typ":"edgepass+jwt"}"#),
    ("kid-of-cloudfront", r#"{"alg":"RS256","kid":"K1RSAEXAMPLE","typ":"edgepass+jwt"}"#),
    ("kid-escaped", r#"{"alg":"ES256","kid":"\u0065s256-2026","typ":"edgepass+jwt"}"#),
    ("kid-twice", r#"{"alg":"ES256","kid":"x","kid":"es256-2026","typ":"edgepass+jwt"}"#),
    ("typ-missing", r#"{"alg":"ES256","kid":"es256-2026"}"#),
    ("typ-jwt", r#"{"alg":"ES256","kid":"es256-2026","typ":"JWT"}"#),
    ("typ-upper-case", r#"{"alg":"ES256","kid":"es256-2026","typ":"EDGEPASS+JWT"}"#),
    ("typ-long", r#"{"alg":"ES256","kid":"es256-2026","typ":"application/edgepass+jwt"}"#),
    ("crit", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","crit":["exp"]}"#),
    ("jwk", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","jwk":{"kty":"EC"}}"#),
    ("jku", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","jku":"https://h/"}"#),
    ("x5u", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","x5u":"https://h/"}"#),
    ("x5c", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","x5c":["MIIB"]}"#),
    ("x5t", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","x5t":"AAAA"}"#),
    ("b64", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","b64":true}"#),
    ("zip", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","zip":"DEF"}"#),
    ("cty", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","cty":"JWT"}"#),
    ("unknown-member", r#"{"alg":"ES256","kid":"es256-2026","typ":"edgepass+jwt","x":1}"#),
    ("white-space", r#"{"alg": "ES256", "kid": "es256-2026", "typ": "edgepass+jwt"}"#),
    ("line-feed", "{\"alg\":\"ES256\",\"kid\":\"es256-2026\",\"typ\":\"edgepass+jwt\"}\n"),
    ("an-array", r#"["ES256","es256-2026","edgepass+jwt"]"#),
    ("not-json", "ES256"),
];

/// The header names one key, and another has signed.
fn other_keys() -> Vec<Case> {
    let header = ES256.header();
    let confused = header.replace("ES256", "HS256");
    let public = TestKey::P256Other.public_pem();
    let with_mac = |header: &str, secret: &[u8]| {
        let signed = format!("{}.{}", base64url(header), base64url(set().text()));
        format!("{signed}.{}", base64url(mac(secret, signed.as_bytes())))
    };
    let by = |key: TokenKey, named: TokenKey| key.token_with(&named.header(), set().text());
    let mut cases: Vec<Case> = [
        ("es256-by-another", by(TokenKey::Pair(TestKey::P256), ES256), "es256-2026"),
        ("es256-by-rs256", by(RS256, ES256), "es256-2026"),
        ("es256-by-hs256", by(HS256, ES256), "es256-2026"),
        ("rs256-by-another", by(TokenKey::Pair(TestKey::Rsa), RS256), "rs256-2026"),
        ("rs256-by-es256", by(ES256, RS256), "rs256-2026"),
        ("hs256-by-another", by(TokenKey::Secret("claims-other.secret"), HS256), "hs256-2026"),
        ("hs256-by-es256", by(ES256, HS256), "hs256-2026"),
        ("hs256-by-an-empty-secret", with_mac(&HS256.header(), b""), "hs256-2026"),
        (
            "hs256-by-the-secret-with-line-feed",
            with_mac(&HS256.header(), &[secret(HS256.file()).unwrap(), b"\n"].concat()),
            "hs256-2026",
        ),
    ]
    .map(|(name, token, kid)| {
        let refused = format!("the claims token is not signed by the key `{kid}`");
        beside(&format!("token-{name}"), "signed by another key than it names", &token)
            .deny(CLAIMS_SIGNATURE_INVALID, &refused)
    })
    .into();
    for (name, secret) in [("pem", public), ("pem-without-line-feed", public.trim_end())] {
        cases.push(
            beside(
                &format!("token-hs256-by-the-public-{name}"),
                "the classic confusion: a public key taken for a secret (RFC 8725, 2.1)",
                &with_mac(&confused, secret.as_bytes()),
            )
            .deny(CLAIMS_SIGNATURE_INVALID, "the header of the claims token is not"),
        );
    }
    cases
}

fn signatures() -> Vec<Case> {
    let signed = |key: TokenKey| {
        let token = key.token(set().text());
        token.rsplit_once('.').unwrap().0.to_owned()
    };
    let (es, rs, hs) = (signed(ES256), signed(RS256), signed(HS256));
    let fixed = ES256.sign(es.as_bytes());
    let with_s = |s: &[u8]| [&fixed[..32], s].concat();
    let mut longer = fixed.clone();
    longer.insert(0, 0);
    let mut changed = fixed.clone();
    changed[63] ^= 1;
    let mut cases: Vec<Case> = [
        ("es256-changed", &es, changed),
        ("es256-der", &es, TestKey::P256Other.sign(Hash::Sha256, es.as_bytes())),
        ("es256-of-63-bytes", &es, fixed[..63].to_vec()),
        ("es256-of-65-bytes", &es, longer),
        ("es256-with-zero-before-s", &es, [&fixed[..32], &[0], &fixed[32..]].concat()),
        ("es256-of-32-bytes", &es, fixed[..32].to_vec()),
        ("es256-of-zeros", &es, vec![0; 64]),
        ("es256-s-zero", &es, with_s(&[0; 32])),
        ("es256-beyond-the-order", &es, vec![0xff; 64]),
        ("es256-swapped", &es, [&fixed[32..], &fixed[..32]].concat()),
        ("es256-over-sha1", &es, TestKey::P256Other.sign(Hash::Sha1, es.as_bytes())),
        ("es256-over-the-json", &es, ES256.sign(set().text().as_bytes())),
        ("es256-over-other-claims", &es, ES256.sign(hs.as_bytes())),
        ("rs256-over-sha1", &rs, TestKey::RsaOther.sign(Hash::Sha1, rs.as_bytes())),
        ("rs256-one-byte-short", &rs, RS256.sign(rs.as_bytes())[1..].to_vec()),
        ("rs256-one-byte-more", &rs, [&[0], &*RS256.sign(rs.as_bytes())].concat()),
        ("hs256-of-16-bytes", &hs, HS256.sign(hs.as_bytes())[..16].to_vec()),
        ("hs256-of-31-bytes", &hs, HS256.sign(hs.as_bytes())[..31].to_vec()),
        ("hs256-of-33-bytes", &hs, [&*HS256.sign(hs.as_bytes()), &[0]].concat()),
        ("hs256-of-1-byte", &hs, HS256.sign(hs.as_bytes())[..1].to_vec()),
    ]
    .map(|(name, signed, signature)| {
        let token = format!("{signed}.{}", base64url(signature));
        beside(&format!("token-{name}"), "not the signature over these bytes", &token)
            .deny(CLAIMS_SIGNATURE_INVALID, "the claims token is not signed by the key `")
    })
    .into();
    let (header, _) = es.split_once('.').unwrap();
    let other = set().with("sub", r#""u-1""#).text();
    let signature = base64url(&fixed);
    let reordered = r#"{"kid":"es256-2026","alg":"ES256","typ":"edgepass+jwt"}"#;
    let (_, payload) = es.split_once('.').unwrap();
    for (name, token) in [
        ("payload-changed", format!("{header}.{}.{signature}", base64url(other))),
        ("header-reordered", format!("{}.{payload}.{signature}", base64url(reordered))),
    ] {
        cases.push(
            beside(&format!("token-{name}"), "what is signed is not this", &token)
                .deny(CLAIMS_SIGNATURE_INVALID, "not signed by the key `es256-2026`"),
        );
    }
    let high = Signature::from_slice(&fixed).unwrap();
    let (r, s) = high.split_scalars();
    let other = Signature::from_scalars(*r, -*s).unwrap().to_bytes();
    cases.push(
        beside(
            "token-es256-other-s",
            "of s and its negative both are right; the token says the same",
            &format!("{es}.{}", base64url(other)),
        )
        .allow(),
    );
    // Sessions whose signatures happen to begin with a zero: fixed form and DER differ in length.
    for (name, session, at) in [("r", R_WITH_ZERO, 0), ("s", S_WITH_ZERO, 32)] {
        let token = ES256.token(set().with("jti", format!("\"s-{session}\"")).text());
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(ES256.sign(signed.as_bytes())[at], 0, "look for another session");
        let name = format!("token-es256-{name}-begins-with-zero");
        cases.push(beside(&name, "r and s have 32 bytes each, zeros included", &token).allow());
    }
    cases
}

const R_WITH_ZERO: u32 = 6;
const S_WITH_ZERO: u32 = 49;

fn parts() -> Vec<Case> {
    let token = ES256.token(set().text());
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    [
        ("empty", String::new()),
        ("of-one-part", header.to_owned()),
        ("of-two-parts", format!("{header}.{payload}")),
        ("of-four-parts", format!("{token}.AAAA")),
        ("of-five-parts", format!("{token}.AAAA.AAAA")),
        ("of-four-parts-signed", ES256.signed(&format!("{header}.{payload}.AAAA"))),
        ("header-empty", format!(".{payload}.{signature}")),
        ("payload-empty", format!("{header}..{signature}")),
        ("payload-empty-signed", ES256.signed(&format!("{header}."))),
        ("signature-empty", format!("{header}.{payload}.")),
        ("alg-none-unsigned", {
            let header = HEADERS.iter().find(|(name, _)| *name == "alg-none").unwrap().1;
            format!("{}.{payload}.", base64url(header))
        }),
        ("dots", "..".to_owned()),
        ("first-dot-only", format!(".{token}")),
        ("last-dot-more", format!("{token}.")),
    ]
    .map(|(name, token)| {
        beside(&format!("token-{name}"), "a compact JWS has three parts, none empty", &token)
            .deny(CLAIMS_MALFORMED, "it is not three parts of base64url")
    })
    .into()
}

fn alphabets() -> Vec<Case> {
    let mut text = set().text();
    // White space behind, so that the last symbol has bits that stand for nothing.
    while text.len() % 3 != 2 {
        text.push(' ');
    }
    let header = base64url(ES256.header());
    let payload = base64url(&text);
    let token = ES256.token(&text);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let unknown = "the header of the claims token is not";
    let unsigned = "the claims token is not signed by the key `es256-2026`";
    let unread = "it is not three parts of base64url";
    let refused = [
        ("header-padded", ES256.signed(&format!("{header}=.{payload}")), unknown),
        (
            "header-cut-off",
            ES256.signed(&format!("{}.{payload}", &header[..header.len() - 4])),
            unknown,
        ),
        ("header-with-stray-bits", ES256.signed(&format!("{}.{payload}", stray(&header))), unknown),
        ("header-with-percent-escape", ES256.signed(&format!("{header}%3D.{payload}")), unknown),
        ("signature-padded", format!("{signed}.{signature}=="), unsigned),
        ("signature-with-stray-bits", format!("{signed}.{}", stray(signature)), unsigned),
        ("signature-with-a-symbol-more", format!("{signed}.{signature}A"), unsigned),
        ("signature-with-a-percent-escape", format!("{signed}.{signature}%3D"), unsigned),
        ("signature-in-base64", format!("{signed}.{}", plain(signature)), unsigned),
        ("payload-padded", ES256.signed(&format!("{header}.{payload}=")), unread),
        ("payload-with-stray-bits", ES256.signed(&format!("{header}.{}", stray(&payload))), unread),
        ("payload-of-1-symbol", ES256.signed(&format!("{header}.A")), unread),
        ("payload-in-cloudfront-base64", ES256.signed(&format!("{header}.{payload}~")), unread),
        ("payload-as-json", ES256.signed(&format!("{header}.{{}}")), unread),
    ];
    let deny = |(name, token, words): (&str, String, &str)| {
        let code = if words == unread { CLAIMS_MALFORMED } else { CLAIMS_SIGNATURE_INVALID };
        let comment = "base64url without padding, in its one form (RFC 7515, 2)";
        beside(&format!("token-{name}"), comment, &token).deny(code, words)
    };
    refused.map(deny).into()
}

/// The same in the standard alphabet.
fn plain(text: &str) -> String {
    let plain = text.replace('-', "+").replace('_', "/");
    assert_ne!(plain, text, "no symbol tells the alphabets apart");
    assert!(STANDARD_NO_PAD.decode(&plain).is_ok());
    plain
}

/// The same bytes for a lenient reader: the last symbol has a bit set that stands for nothing.
fn stray(text: &str) -> String {
    const SYMBOLS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_ne!(text.len() % 4, 0, "all bits are used");
    let (rest, last) = text.split_at(text.len() - 1);
    let value = SYMBOLS.find(last).unwrap();
    assert_eq!(value % 2, 0);
    format!("{rest}{}", &SYMBOLS[value + 1..value + 2])
}

fn lengths() -> Vec<Case> {
    [
        beside("token-of-4096-bytes", "what a cookie can carry", &padded_to(4096)).allow(),
        beside("token-of-4097-bytes", "what a cookie can carry, and one more", &padded_to(4097))
            .deny(CLAIMS_MALFORMED, "it has 4097 bytes; at most 4096 are read"),
    ]
    .into()
}

/// A token of exactly this many bytes: white space around the claims.
fn padded_to(bytes: usize) -> String {
    let encoded = |length: usize| (length * 4).div_ceil(3);
    let padded = |key: TokenKey| {
        let rest = encoded(key.header().len()) + encoded(key.sign(b"").len()) + "..".len();
        let length = (0..bytes).find(|&length| rest + encoded(length) == bytes)?;
        Some(key.token(format!("{:length$}", set().text())))
    };
    [ES256, HS256, RS256].into_iter().find_map(padded).unwrap()
}
