//! Signing one custom policy with a key that is parsed already, where the peer allows that.

use std::borrow::Cow;

use cloudfront_sign::{SignedOptions, get_signed_cookie};
use aws_lc::sha256;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use policy::{Algorithm, Claims, Hash, MakeSignature, Signed, UnixTime};

use signer::{KeySpec, NamedTokenKey, PrivateKey, TokenKey};

use crate::contest::{Contest, beyond, goal};
use crate::material::{ALGORITHMS, EXPIRES, KEY_ID, Material, NETWORK, PATTERN, custom};
use crate::peer::Peers;
use crate::rustcrypto;

const OURS: &str = "**Edgepass**, grant to cookies";
const OPENSSL: &str = "OpenSSL, signature alone";
const WITH_CLAIMS: &str = "**Edgepass**, grant to cookies with a claims token";
const BOTH: &str = "**Edgepass**, both signatures alone";

pub fn run(material: &Material, peers: &Peers) {
    let [sha256, _, p256] = ALGORITHMS.map(|algorithm| {
        let title = match algorithm {
            Algorithm::RsaSha256 => "RSA-2048, SHA-256",
            Algorithm::RsaSha1 => "RSA-2048, SHA-1",
            _ => "P-256, SHA-256",
        };
        let mut contest = Contest::new(title);
        let (key, hash) = (&material.pair(algorithm).private, algorithm.hash());
        contest.enter(OURS, move || {
            let unsigned = custom().unsigned(KEY_ID, hash).expect("a sound grant");
            unsigned.sign(key).expect("a sound key").cookies().expect("short enough")
        });
        signatures(&mut contest, material, algorithm);
        signers(&mut contest, material, peers, algorithm);
        let standing = contest.run(OPENSSL);
        standing.print();
        standing
    });
    let around = ALGORITHMS.map(|algorithm| with_claims(material, algorithm));
    for (algorithm, microseconds) in ALGORITHMS.into_iter().zip(around) {
        goal(
            &format!("{algorithm} and ES256 claims, around both signatures, µs"),
            microseconds,
            10.0,
        );
    }
    goal("P-256, µs", p256.of(OURS).microseconds, 30.0);
    goal("RSA-2048, SHA-256, × OpenSSL", sha256.of(OURS).ratio, 1.1);
}

/// What a pass with a claims token takes beyond its two signatures, in microseconds.
fn with_claims(material: &Material, algorithm: Algorithm) -> f64 {
    let (key, hash) = (&material.pair(algorithm).private, algorithm.hash());
    let (token_key, _) = PrivateKey::generate(KeySpec::EcdsaP256).expect("keys can be made");
    let token_key = NamedTokenKey { id: "claims-1".to_owned(), key: TokenKey::from(token_key) };
    let token_key = &token_key;
    let claims = &claims();
    let issue = move || {
        let unsigned =
            custom().unsigned_with_claims(claims.clone(), token_key, sha256, KEY_ID, hash);
        unsigned.expect("a sound grant").sign(key).expect("a sound key")
    };
    // The same bytes in the same order.
    let (signed_token, text) = &signed_texts(&issue());
    let both = move || {
        let token = token_key.key.sign(signed_token.as_bytes()).expect("a sound key");
        (token, key.sign(hash, text.as_bytes()).expect("a sound key"))
    };
    let cookies = move || issue().cookies().expect("short enough");
    let mut contest = Contest::new(match algorithm {
        Algorithm::RsaSha256 => "RSA-2048, SHA-256, with ES256 claims",
        Algorithm::RsaSha1 => "RSA-2048, SHA-1, with ES256 claims",
        _ => "P-256, SHA-256, with ES256 claims",
    });
    contest.enter(BOTH, both);
    contest.enter(WITH_CLAIMS, cookies);
    contest.run(BOTH).print();
    beyond(cookies, both)
}

/// What the claims token's signature and CloudFront's are over.
fn signed_texts(pass: &Signed) -> (String, String) {
    let (_, token) = pass.cookies().expect("short enough").pop().expect("several");
    let (signed, _) = token.rsplit_once('.').expect("a compact JWS");
    (signed.to_owned(), pass.text().to_owned())
}

fn claims() -> Claims {
    let at = |seconds| UnixTime::from_seconds(seconds).expect("after 1970");
    Claims {
        subject: "0YQZxPJ4mJSvpkQ9aFCvWnGf0vSmv7Z9P0YyKVPSv3k".to_owned(),
        session: "s4b1mYF0vYhWZ0nJrK2qkqz6i9oQkFJm8x1pQ0v0b2E".to_owned(),
        issued_at: at(EXPIRES - 3600),
        expires: at(EXPIRES),
        not_before: None,
        policy: None,
        resources: vec![PATTERN.parse().expect("a pattern")],
        networks: Vec::new(),
        methods: vec!["GET".to_owned(), "HEAD".to_owned()],
        origins: Vec::new(),
        context: None,
    }
}

/// Those that make the signature and nothing around it.
fn signatures(contest: &mut Contest<'_>, material: &Material, algorithm: Algorithm) {
    let (pem, hash) = (&material.pair(algorithm).private_pem, algorithm.hash());
    let text = material.text().into_bytes();

    let key = PKey::private_key_from_pem(pem.as_bytes()).expect("a sound key");
    let digest = match hash {
        Hash::Sha1 => MessageDigest::sha1(),
        Hash::Sha256 => MessageDigest::sha256(),
    };
    let message = text.clone();
    contest.enter(OPENSSL, move || {
        let mut signer = Signer::new(digest, &key).expect("a sound key");
        signer.sign_oneshot_to_vec(&message).expect("a sound key")
    });

    if algorithm == Algorithm::EcdsaSha256 {
        let key = rustcrypto::p256_private(pem);
        contest.enter("`p256` 0.14, signature alone", move || rustcrypto::p256_sign(&key, &text));
        return;
    }
    let (key, message) = (rustcrypto::rsa010_private(pem), text.clone());
    contest.enter("`rsa` 0.10.0-rc.20, signature alone", move || {
        rustcrypto::rsa010_sign(&key, hash, &message)
    });
    let key = rustcrypto::rsa09_private(pem);
    contest
        .enter("`rsa` 0.9.10, signature alone", move || rustcrypto::rsa09_sign(&key, hash, &text));
}

/// Those that sign for CloudFront.
fn signers<'a>(
    contest: &mut Contest<'a>,
    material: &Material,
    peers: &'a Peers,
    algorithm: Algorithm,
) {
    let what = format!("sign {algorithm}");
    if algorithm == Algorithm::RsaSha1 {
        let what = what.clone();
        contest.enter_elsewhere("botocore with `cryptography`, to a URL", move |times| {
            peers.botocore.borrow_mut().run(&what, times)
        });
        let rsa = openssl::rsa::Rsa::private_key_from_pem(
            material.pair(algorithm).private_pem.as_bytes(),
        );
        let pkcs1 = rsa.expect("a sound key").private_key_to_pem().expect("a sound key");
        let options = SignedOptions {
            key_pair_id: Cow::Borrowed(KEY_ID),
            private_key: Cow::Owned(String::from_utf8(pkcs1).expect("PEM")),
            date_less_than: EXPIRES.unsigned_abs(),
            date_greater_than: None,
            ip_address: Some(Cow::Borrowed(NETWORK)),
            resource: None,
        };
        contest.enter("`cloudfront_sign` 0.4.1, to cookies, parses the key each time", move || {
            get_signed_cookie(PATTERN, &options).expect("a sound key")
        });
    }
    contest.enter_elsewhere("JS SDK, to cookies, parses the key each time", move |times| {
        peers.node.borrow_mut().run(&what, times)
    });
}
