//! A claims token taken apart for people to look at. Nothing in it is proven.

use alloc::vec::Vec;

use crate::base64::from_base64url;
use crate::claims::{ClaimsFault, MAX_CLAIMS_BYTES};
use crate::jws::Envelope;
use crate::walk::find::Credential;
use crate::walk::find::token::Token;

/// What a claims token says, **unproven**: anyone can have written it.
///
/// It holds no signature, and nothing of the walk takes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnprovenToken {
    /// The bytes of the header. None if it is not base64url.
    pub header: Option<Vec<u8>>,
    /// The bytes of the claim set, which [`crate::Claims::read`] reads. None if it is not
    /// base64url.
    pub payload: Option<Vec<u8>>,
    /// The length of the signature in bytes. None if it is not base64url.
    pub signature_bytes: Option<usize>,
}

impl Credential<'_> {
    /// The claims token beside the credential, if there is one, **unproven**: for inspection only.
    pub fn unproven_claims(&self) -> Result<Option<UnprovenToken>, ClaimsFault> {
        let token = match &self.token {
            Token::Absent => return Ok(None),
            Token::Faulty(fault) => return Err(fault.clone()),
            Token::Found(token) => *token,
        };
        let bytes = token.len();
        if bytes > MAX_CLAIMS_BYTES {
            return Err(ClaimsFault::TooLong { bytes });
        }
        let envelope = Envelope::split(token).ok_or(ClaimsFault::NotJws)?;
        Ok(Some(UnprovenToken {
            header: envelope.header(),
            payload: envelope.payload(),
            signature_bytes: from_base64url(envelope.signature).map(|signature| signature.len()),
        }))
    }
}
