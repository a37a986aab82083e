//! Wycheproof's signatures, of which many are crafted to be accepted by mistake.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use policy::{Algorithm, PublicKey, ShortRsa, VerifySignature};
use serde_json::Value;
use wasm::crypto::PureKey;

#[test]
fn rsa_pkcs1_with_sha256() {
    let counts =
        run(include_str!("wycheproof/rsa_signature_2048_sha256_test.json"), Algorithm::RsaSha256);
    assert_eq!(counts, Counts { valid: 9, invalid: 249, acceptable: 1 });
}

#[test]
fn ecdsa_p256_with_sha256() {
    let counts =
        run(include_str!("wycheproof/ecdsa_secp256r1_sha256_test.json"), Algorithm::EcdsaSha256);
    assert_eq!(counts, Counts { valid: 174, invalid: 310, acceptable: 0 });
}

#[derive(Debug, Default, Eq, PartialEq)]
struct Counts {
    valid: u32,
    invalid: u32,
    acceptable: u32,
}

fn run(json: &str, algorithm: Algorithm) -> Counts {
    let mut counts = Counts::default();
    let file: Value = serde_json::from_str(json).unwrap();
    for group in file["testGroups"].as_array().unwrap() {
        assert_eq!(group["sha"], "SHA-256");
        let key = PublicKey::from_spki_der(&hex(&group["publicKeyDer"]), ShortRsa::Refuse).unwrap();
        let key = PureKey::new(&key).unwrap();
        for case in group["tests"].as_array().unwrap() {
            let (message, signature) = (hex(&case["msg"]), hex(&case["sig"]));
            let valid = key.verify(algorithm, &message, &signature).is_ok();
            let (count, expected) = match case["result"].as_str().unwrap() {
                "valid" => (&mut counts.valid, true),
                "invalid" => (&mut counts.invalid, false),
                // Tolerated for the sake of old signers. Here nothing but the exact form passes.
                "acceptable" => {
                    println!("stricter than it need be, {}: {}", case["tcId"], case["comment"]);
                    (&mut counts.acceptable, false)
                }
                other => panic!("unknown result {other}"),
            };
            *count += 1;
            assert_eq!(valid, expected, "case {}: {}", case["tcId"], case["comment"]);
        }
    }
    counts
}

fn hex(digits: &Value) -> Vec<u8> {
    let (pairs, rest) = digits.as_str().unwrap().as_bytes().as_chunks();
    assert!(rest.is_empty());
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.iter().map(byte).collect()
}
