//! What `crypto_bench.mjs` measures: our verification and that of the crates `rsa` and `p256`, in
//! one WASM module. Bytes come in one by one, which needs no unsafe code.

#![allow(unsafe_code, reason = "only the attribute of exported functions, which holds no code")]
#![allow(
    clippy::expect_used,
    clippy::as_conversions,
    reason = "a benchmark that cannot start should stop"
)]

use core::cell::RefCell;
use core::hint::black_box;

use p256::ecdsa::signature::Verifier;
use policy::{Algorithm, KeyKind, Material, PublicKey, ShortRsa, VerifySignature};
use rsa::{BoxedUint, RsaPublicKey};
use wasm::crypto::PureKey;

struct Bench {
    algorithm: Algorithm,
    message: Vec<u8>,
    signature: Vec<u8>,
    ours: PureKey,
    theirs: Theirs,
}

/// The key and the signature in the form of the other crate.
enum Theirs {
    P256(p256::ecdsa::VerifyingKey, p256::ecdsa::Signature),
    Rsa(rsa::pkcs1v15::VerifyingKey<rsa::sha2::Sha256>, rsa::pkcs1v15::Signature),
}

thread_local! {
    static INPUTS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
}

/// Begins the next of three inputs: SubjectPublicKeyInfo, message, signature by SHA-256.
#[unsafe(no_mangle)]
extern "C" fn begin() {
    INPUTS.with_borrow_mut(|inputs| inputs.push(Vec::new()));
}

/// Appends to the input.
#[unsafe(no_mangle)]
extern "C" fn push(byte: u8) {
    INPUTS.with_borrow_mut(|inputs| inputs.last_mut().expect("`begin` comes first").push(byte));
}

/// Makes the keys of the three inputs.
#[unsafe(no_mangle)]
extern "C" fn load() {
    let inputs = INPUTS.take();
    let [spki, message, signature] = inputs.try_into().expect("three inputs");
    let key = PublicKey::from_spki_der(&spki, ShortRsa::Refuse).expect("a public key");
    let ours = PureKey::new(&key).expect("the numbers of a key");
    let theirs = Theirs::new(key.material(), &signature);
    let algorithm = match key.kind() {
        KeyKind::P256 => Algorithm::EcdsaSha256,
        KeyKind::Rsa { .. } => Algorithm::RsaSha256,
    };
    BENCH.set(Some(Bench { algorithm, message, signature, ours, theirs }));
}

/// How many of so many verifications by [`PureKey`] were valid.
#[unsafe(no_mangle)]
extern "C" fn verify_ours(times: u32) -> u32 {
    count(times, |bench| {
        bench.ours.verify(bench.algorithm, &bench.message, &bench.signature).is_ok()
    })
}

/// The same by `rsa` or `p256`.
#[unsafe(no_mangle)]
extern "C" fn verify_theirs(times: u32) -> u32 {
    count(times, |bench| match &bench.theirs {
        Theirs::P256(key, signature) => key.verify(&bench.message, signature).is_ok(),
        Theirs::Rsa(key, signature) => key.verify(&bench.message, signature).is_ok(),
    })
}

fn count(times: u32, verify: impl Fn(&Bench) -> bool) -> u32 {
    BENCH.with_borrow(|bench| {
        let bench = bench.as_ref().expect("`load` comes first");
        (0..times).map(|_| u32::from(verify(black_box(bench)))).sum()
    })
}

impl Theirs {
    fn new(material: &Material, signature: &[u8]) -> Self {
        match material {
            Material::P256 { point } => Self::P256(
                p256::ecdsa::VerifyingKey::from_sec1_bytes(point).expect("a point"),
                p256::ecdsa::Signature::from_der(signature).expect("a signature"),
            ),
            Material::Rsa { modulus, exponent } => {
                let key = RsaPublicKey::new(
                    BoxedUint::from_be_slice_vartime(modulus),
                    BoxedUint::from_be_slice_vartime(exponent),
                );
                Self::Rsa(
                    rsa::pkcs1v15::VerifyingKey::new(key.expect("an RSA key")),
                    signature.try_into().expect("a signature"),
                )
            }
        }
    }
}
