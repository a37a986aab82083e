//! Several signatures of one key, some at the same time.

use core::future::poll_fn;
use core::task::Poll;

use policy::Hash;

use crate::key::policy_key::{PolicySignature, SignPolicy, SignatureUnavailable};

/// Signs every text, at most [`crate::Capacity::at_once`] at the same time. One that fails ends
/// all: those under way are dropped.
pub(crate) async fn sign_all(
    key: &dyn SignPolicy,
    hash: Hash,
    texts: &[&str],
) -> Result<Vec<Vec<u8>>, SignatureUnavailable> {
    let mut signatures = Vec::with_capacity(texts.len());
    for batch in texts.chunks(key.capacity().at_once.max(1)) {
        let mut batch: Vec<Signature<'_>> =
            batch.iter().map(|text| Signature::Pending(key.sign(hash, text))).collect();
        poll_fn(|context| {
            let mut pending = false;
            for signature in &mut batch {
                if let Signature::Pending(future) = signature {
                    match future.as_mut().poll(context) {
                        Poll::Ready(Ok(bytes)) => *signature = Signature::Made(bytes),
                        Poll::Ready(Err(unavailable)) => return Poll::Ready(Err(unavailable)),
                        Poll::Pending => pending = true,
                    }
                }
            }
            if pending { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await?;
        signatures.extend(batch.into_iter().filter_map(Signature::made));
    }
    Ok(signatures)
}

enum Signature<'k> {
    Made(Vec<u8>),
    Pending(PolicySignature<'k>),
}

impl Signature<'_> {
    fn made(self) -> Option<Vec<u8>> {
        match self {
            Self::Made(bytes) => Some(bytes),
            Self::Pending(_) => None,
        }
    }
}
