//! The check before the switch: what the candidate signs has to be admitted by what CloudFront
//! says that its public half is.

use core::fmt;

use aws_lc::AwsLc;
use policy::{
    Backend, ClaimsTrust, Denied, Deployment, Grant, GrantRefused, KeyRefused, PublicKey, Request,
    ShortRsa, SignableUrl, Target, Trust, TrustRefused, TrustedKey, TrustedKeys, UnixTime,
    Unsigned, Url, UrlFault, verify,
};
use zeroize::Zeroizing;

use super::stored_key::StoredKey;
use crate::key::{PrivateKey, PrivateKeyRefused, SigningFailed};
use crate::source::{KeptKey, KeyText, KeyTextRefused, KmsKeyArn};

/// How long the passes of the check are valid, in seconds.
const LIFETIME: u32 = 300;

/// What is signed where no canary is configured. No host has this name (RFC 6761, 6.4).
const NOWHERE: &str = "https://edgepass.invalid/rotation";

/// The candidate, as it is stored.
pub(super) struct Examinee<'k> {
    key: &'k StoredKey,
    private: PrivateHalf,
}

/// What signs.
pub(super) enum PrivateHalf {
    /// A key at hand.
    Here(PrivateKey),
    /// A key in KMS.
    Kms(KmsKeyArn),
}

impl<'k> Examinee<'k> {
    /// Reads what the candidate's version of the secret holds, which has to be what the inventory
    /// says.
    pub(super) fn read(text: Zeroizing<String>, key: &'k StoredKey) -> Result<Self, CheckFailed> {
        let KeyText { key_id, key: kept, .. } =
            KeyText::parse(text).map_err(CheckFailed::Stored)?;
        let private = match kept {
            KeptKey::Kms(arn) => PrivateHalf::Kms(arn),
            KeptKey::Text(pem) => {
                let private = PrivateKey::from_pem(&pem, None, ShortRsa::Refuse);
                PrivateHalf::Here(private.map_err(CheckFailed::Key)?)
            }
        };
        let is_same = match &private {
            PrivateHalf::Here(private) => *private.public_key() == key.public,
            PrivateHalf::Kms(arn) => key.kms_key.as_ref() == Some(arn),
        };
        if !is_same || key_id.is_some_and(|id| id != key.key_id) {
            return Err(CheckFailed::Changed);
        }
        Ok(Self { key, private })
    }

    /// What signs its passes.
    pub(super) fn private(&self) -> &PrivateHalf {
        &self.private
    }

    /// A pass to the canary, to be signed.
    pub(super) fn pass(
        &self,
        canary: Option<&SignableUrl>,
        now: UnixTime,
    ) -> Result<Unsigned, CheckFailed> {
        let url = match canary {
            Some(url) => url.clone(),
            None => NOWHERE.parse().map_err(|_| CheckFailed::Changed)?,
        };
        let expires = now.plus_seconds(LIFETIME);
        let grant = Grant { target: Target::Url(url, None), expires, starts: None, network: None };
        grant.unsigned(&self.key.key_id, self.key.hash).map_err(CheckFailed::Grant)
    }

    /// Verifies a signed pass as an edge would that trusts `returned`, the key that CloudFront has
    /// under the candidate's id. The signed URL is answered.
    pub(super) fn verified(
        &self,
        pass: Unsigned,
        signature: &[u8],
        returned: &PublicKey,
        now: UnixTime,
    ) -> Result<String, CheckFailed> {
        let url = pass.signed(signature).url().map_err(CheckFailed::Grant)?;
        let request = Request::get(Url::parse(&url).map_err(CheckFailed::Url)?);
        match verify(&request, &self.trust(returned)?, None, now).result {
            Ok(_admitted) => Ok(url),
            Err(denied) => Err(CheckFailed::Denied(Box::new(denied))),
        }
    }

    fn trust(&self, returned: &PublicKey) -> Result<Trust, CheckFailed> {
        let key = AwsLc.key(returned).map_err(CheckFailed::Returned)?;
        let thumbprint = AwsLc.thumbprint(returned);
        let id = Some(self.key.key_id.as_str());
        TrustedKey::new(id, returned, thumbprint, &[self.key.algorithm()], key)
            .and_then(|key| TrustedKeys::new(vec![key]))
            .and_then(|keys| Trust::new(Deployment::Standalone, keys, ClaimsTrust::Off))
            .map_err(CheckFailed::Trust)
    }
}

/// Why the candidate does not sign yet. What is trusted stays as it is.
#[derive(Debug)]
pub enum CheckFailed {
    /// The canary was answered with this status.
    Canary(u16),
    /// The stored key is another one than a moment ago.
    Changed,
    /// What it signs is denied.
    Denied(Box<Denied>),
    /// The canary cannot be signed.
    Grant(GrantRefused),
    /// The stored key.
    Key(PrivateKeyRefused),
    /// CloudFront has no such public key, or one of another kind.
    NotReturned,
    /// The public key that CloudFront has.
    Returned(KeyRefused),
    /// It does not sign.
    Signing(SigningFailed),
    /// What is stored.
    Stored(KeyTextRefused),
    /// The public key that CloudFront has does not fit.
    Trust(TrustRefused),
    /// The canary's URL.
    Url(UrlFault),
}

impl fmt::Display for CheckFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the candidate failed the check before the switch: ")?;
        match self {
            Self::Canary(status) => {
                write!(f, "the canary was answered with {status}; `edgepass explain` says why")
            }
            Self::Changed => f.write_str("the stored key changed meanwhile; try again"),
            Self::Denied(denied) => denied.fmt(f),
            Self::Grant(refused) => refused.fmt(f),
            Self::Key(refused) => refused.fmt(f),
            Self::NotReturned => f.write_str(
                "CloudFront has no such public key; give the rotation up with `edgepass rotate abort` and start anew",
            ),
            Self::Returned(refused) => refused.fmt(f),
            Self::Signing(failed) => failed.fmt(f),
            Self::Stored(refused) => refused.fmt(f),
            Self::Trust(refused) => refused.fmt(f),
            Self::Url(fault) => fault.fmt(f),
        }
    }
}

impl core::error::Error for CheckFailed {}
