//! Verifying one credential: the whole walk of ours, and of the peers the signature alone.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Verifier;
use policy::{Algorithm, Hash, Request, Trust, UnixTime, Url};

use crate::contest::{Contest, goal};
use crate::material::{ADDRESS, ALGORITHMS, EXPIRES, Material};
use crate::peer::Peers;
use crate::rustcrypto;

const COOKIES: &str = "**Edgepass**, cookies with a custom policy, whole walk";
const URL: &str = "**Edgepass**, URL with a canned policy, whole walk";
const RAW: &str = "aws-lc-rs";

pub fn run(material: &Material, peers: &Peers) {
    let standings = ALGORITHMS.map(|algorithm| {
        let title = match algorithm {
            Algorithm::RsaSha256 => "RSA-2048, SHA-256",
            Algorithm::RsaSha1 => "RSA-2048, SHA-1",
            _ => "P-256, SHA-256",
        };
        let mut contest = Contest::new(title);
        ours(&mut contest, material, algorithm);
        theirs(&mut contest, material, algorithm);
        let what = format!("verify {algorithm}");
        contest
            .enter_elsewhere("node:crypto", move |times| peers.node.borrow_mut().run(&what, times));
        let standing = contest.run(RAW);
        standing.print();
        standing
    });
    let [sha256, sha1, _] = standings;
    for (hash, standing) in [("SHA-256", sha256), ("SHA-1", sha1)] {
        goal(&format!("RSA-2048, {hash}, cookies, × {RAW}"), standing.of(COOKIES).ratio, 1.15);
        goal(&format!("RSA-2048, {hash}, URL, × {RAW}"), standing.of(URL).ratio, 1.15);
    }
}

fn ours(contest: &mut Contest<'_>, material: &Material, algorithm: Algorithm) {
    let header: Vec<String> = material
        .cookies(algorithm)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (header, trust) = (header.join("; "), material.trust(algorithm));
    contest.enter(COOKIES, move || walk(crate::material::URL, &[&header], &trust));
    let (url, trust) = (material.url(algorithm), material.trust(algorithm));
    contest.enter(URL, move || walk(&url, &[], &trust));
}

fn walk(url: &str, cookies: &[&str], trust: &Trust) {
    let address = ADDRESS.parse().ok();
    let request = Request { cookies, address, ..Request::get(Url::parse(url).expect("a URL")) };
    let now = UnixTime::from_seconds(EXPIRES - 60).expect("after 1970");
    policy::verify(&request, trust, None, now).result.map(drop).expect("a good credential");
}

fn theirs(contest: &mut Contest<'_>, material: &Material, algorithm: Algorithm) {
    let public = &material.pair(algorithm).public_pem;
    let text = material.text().into_bytes();
    let signature = material.signature(algorithm);

    let kind: &'static dyn VerificationAlgorithm = match algorithm {
        Algorithm::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RsaSha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        _ => &ECDSA_P256_SHA256_ASN1,
    };
    let spki = material.pair(algorithm).private.public_key().spki_der();
    let key = ParsedPublicKey::new(kind, spki).expect("a sound key");
    enter(contest, RAW, &text, &signature, move |text, signature| {
        key.verify_sig(text, signature).is_ok()
    });

    let key = PKey::public_key_from_pem(public.as_bytes()).expect("a sound key");
    let digest = match algorithm.hash() {
        Hash::Sha1 => MessageDigest::sha1(),
        Hash::Sha256 => MessageDigest::sha256(),
    };
    enter(contest, "OpenSSL", &text, &signature, move |text, signature| {
        let mut verifier = Verifier::new(digest, &key).expect("a sound key");
        verifier.verify_oneshot(signature, text).expect("a sound key")
    });

    if algorithm == Algorithm::EcdsaSha256 {
        let key = rustcrypto::p256_public(public);
        enter(contest, "`p256` 0.14", &text, &signature, move |text, signature| {
            rustcrypto::p256_verifies(&key, text, signature)
        });
        return;
    }
    let hash = algorithm.hash();
    let key = rustcrypto::rsa010_public(public);
    enter(contest, "`rsa` 0.10.0-rc.20", &text, &signature, move |text, signature| {
        rustcrypto::rsa010_verifies(&key, hash, text, signature)
    });
    let key = rustcrypto::rsa09_public(public);
    enter(contest, "`rsa` 0.9.10", &text, &signature, move |text, signature| {
        rustcrypto::rsa09_verifies(&key, hash, text, signature)
    });
}

/// A contestant that checks the signature, and has to find it good.
fn enter<'a>(
    contest: &mut Contest<'a>,
    name: &str,
    text: &[u8],
    signature: &[u8],
    mut verifies: impl FnMut(&[u8], &[u8]) -> bool + 'a,
) {
    let (text, signature) = (text.to_vec(), signature.to_vec());
    contest.enter(name, move || assert!(verifies(&text, &signature)));
}
