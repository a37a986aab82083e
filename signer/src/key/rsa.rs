//! RSA signing by AWS-LC itself: the only unsafe code of the workspace.
//!
//! `aws-lc-rs` makes no SHA-1 signatures, which are what CloudFront expects by default, and refuses
//! keys below 2048 bits, which AWS's published vectors use. `RSA_sign` beneath it does both.
//! SHA-256 takes the same way although `aws-lc-rs` has it: it costs the same (one RSA-2048
//! signature, measured side by side: 298 us here, 302 us there), and the private key is in memory
//! once, not twice.

#![allow(unsafe_code, reason = "`aws-lc-rs` has no safe way to an RSA-SHA1 signature")]
#![deny(clippy::multiple_unsafe_ops_per_block, clippy::undocumented_unsafe_blocks)]

use core::ffi::c_uint;
use core::ptr::NonNull;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_sys::{
    NID_sha1, NID_sha256, RSA, RSA_free, RSA_private_key_from_bytes, RSA_sign, RSA_size,
};
use policy::Hash;

/// A parsed RSA private key, which AWS-LC wipes when this is dropped.
pub(super) struct RsaKey {
    /// Owned by this struct alone; valid until `drop`.
    rsa: NonNull<RSA>,
}

impl RsaKey {
    /// Parses an `RSAPrivateKey` (RFC 8017, A.1.2). `None` unless it is exactly one and AWS-LC
    /// finds its numbers consistent.
    pub(super) fn from_pkcs1_der(der: &[u8]) -> Option<Self> {
        // SAFETY: pointer and length are those of one live slice. AWS-LC reads within it, keeps no
        // reference to it, and returns null or an object that the caller must free.
        let rsa = unsafe { RSA_private_key_from_bytes(der.as_ptr(), der.len()) };
        NonNull::new(rsa).map(|rsa| Self { rsa })
    }

    /// The PKCS#1 v1.5 signature over `message`, as long as the modulus. `None` if AWS-LC fails.
    pub(super) fn sign(&self, hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
        let (nid, digest) = match hash {
            Hash::Sha1 => (NID_sha1, digest(&SHA1_FOR_LEGACY_USE_ONLY, message)),
            Hash::Sha256 => (NID_sha256, digest(&SHA256, message)),
        };
        let digest = digest.as_ref();
        let mut signature = vec![0; self.modulus_bytes()?];
        let mut written: c_uint = 0;
        // SAFETY: `digest` is a live slice of the length given. `RSA_sign` writes at most
        // `RSA_size` bytes to `signature`, which has that length, and one integer to `written`.
        // The key is live, and `RSA_sign` does not mutate it in the sense explained at `Sync`.
        let done = unsafe {
            RSA_sign(
                nid,
                digest.as_ptr(),
                digest.len(),
                signature.as_mut_ptr(),
                &raw mut written,
                self.rsa.as_ptr(),
            )
        };
        let whole = usize::try_from(written) == Ok(signature.len());
        (done == 1 && whole).then_some(signature)
    }

    fn modulus_bytes(&self) -> Option<usize> {
        // SAFETY: the key is live, and `RSA_size` only reads it.
        let bytes = unsafe { RSA_size(self.rsa.as_ptr()) };
        usize::try_from(bytes).ok()
    }
}

impl Drop for RsaKey {
    fn drop(&mut self) {
        // SAFETY: the pointer came from AWS-LC, is owned by this struct alone and is freed once.
        unsafe { RSA_free(self.rsa.as_ptr()) }
    }
}

// SAFETY: an `RSA` is plain heap memory with a lock inside; nothing in it belongs to a thread, and
// this struct holds the only pointer to it.
unsafe impl Send for RsaKey {}

// SAFETY: a shared reference reaches `RSA_sign` and `RSA_size` only. AWS-LC's `openssl/rsa.h` says
// of its signing functions that they are "non-mutating for thread-safety purposes and may be used
// concurrently": what they cache (Montgomery values, blinding) they guard with the object's lock.
unsafe impl Sync for RsaKey {}
