//! Keys of the right form whose numbers no key can have.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test should stop here")]

use aws_lc::AwsLcKey;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use policy::{KeyKind, KeyRefused, PublicKey, ShortRsa};
use wasm::crypto::PureKey;

/// x and y of the generator (SEC 2, 2.4.2).
const GENERATOR: [u8; 64] = [
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
    0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];
/// p
const PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];

#[test]
fn points() {
    assert_eq!(refusal(&p256(&GENERATOR)), None);
    let kind = KeyKind::P256;
    for byte in [0, 31, 32, 63] {
        let mut off_the_curve = GENERATOR;
        off_the_curve[byte] ^= 1;
        assert_eq!(refusal(&p256(&off_the_curve)), Some(KeyRefused::Numbers { kind }));
    }
    // 0, 0 stands for infinity in some libraries.
    assert_eq!(refusal(&p256(&[0; 64])), Some(KeyRefused::Numbers { kind }));
    assert_eq!(refusal(&p256(&[0xff; 64])), Some(KeyRefused::Numbers { kind }));
    // x = p is 0 written in another way, and there is a point with x = 0.
    let y = [
        0x66, 0x48, 0x5c, 0x78, 0x0e, 0x2f, 0x83, 0xd7, 0x24, 0x33, 0xbd, 0x5d, 0x84, 0xa0, 0x6b,
        0xb6, 0x54, 0x1c, 0x2a, 0xf3, 0x1d, 0xae, 0x87, 0x17, 0x28, 0xbf, 0x85, 0x6a, 0x17, 0x4f,
        0x93, 0xf4,
    ];
    assert_eq!(refusal(&p256(&[[0; 32], y].concat())), None);
    assert_eq!(refusal(&p256(&[PRIME, y].concat())), Some(KeyRefused::Numbers { kind }));
}

#[test]
fn moduli_and_exponents() {
    let mut modulus = vec![0xa5; 256];
    let kind = KeyKind::Rsa { bits: 2048 };
    for exponent in [&[3][..], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert_eq!(refusal(&rsa(&modulus, exponent)), None, "{exponent:?}");
    }
    let too_long = [1; 9];
    for exponent in [&[1][..], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &too_long] {
        let refused = refusal(&rsa(&modulus, exponent));
        assert_eq!(refused, Some(KeyRefused::Numbers { kind }), "{exponent:?}");
        let read = PublicKey::from_spki_der(&rsa(&modulus, exponent), ShortRsa::Refuse);
        assert_eq!(read, Err(KeyRefused::Numbers { kind }), "{exponent:?}");
    }
    modulus[255] = 0xa4;
    assert_eq!(refusal(&rsa(&modulus, &[1, 0, 1])), Some(KeyRefused::Numbers { kind }));
}

#[test]
fn the_refusal_says_what_to_do() {
    let refused = refusal(&p256(&[0; 64])).unwrap();
    assert_eq!(
        refused.to_string(),
        "the numbers inside this P-256 key cannot be those of a public key; export it again with `openssl pkey -in private.pem -pubout`"
    );
}

/// When it is read, or by our crypto. AWS-LC refuses the same keys.
fn refusal(spki: &[u8]) -> Option<KeyRefused> {
    let key = match PublicKey::from_spki_der(spki, ShortRsa::Refuse) {
        Ok(key) => key,
        Err(refused) => {
            assert!(ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki).is_err());
            return Some(refused);
        }
    };
    let refused = PureKey::new(&key).err();
    assert_eq!(refused.is_some(), AwsLcKey::new(&key).is_err());
    refused
}

fn p256(xy: &[u8]) -> Vec<u8> {
    let algorithm = [
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    let point = tlv(0x03, &[&[0x00, 0x04], xy].concat());
    tlv(0x30, &[&algorithm, &point[..]].concat())
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let algorithm =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let integer = |number: &[u8]| match number {
        [first, ..] if *first >= 0x80 => tlv(0x02, &[&[0], number].concat()),
        _ => tlv(0x02, number),
    };
    let numbers = tlv(0x30, &[integer(modulus), integer(exponent)].concat());
    tlv(0x30, &[&algorithm, &tlv(0x03, &[&[0], &numbers[..]].concat())[..]].concat())
}

/// With the length in its shortest form.
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(value.len()).unwrap().to_be_bytes();
    let head: &[u8] = match (high, low) {
        (0, 0..0x80) => &[tag, low],
        (0, _) => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, value].concat()
}
