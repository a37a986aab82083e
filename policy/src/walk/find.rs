//! request -> credential, or in native mode a claims token alone. Nothing in them is proven.

pub(crate) mod fault;
mod fields;
pub(crate) mod token;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use self::fault::FieldFault;
use self::fields::Fields;
use self::token::Token;
use super::signed_url::signed_url;
use crate::base64::from_cloudfront_base64;
use crate::carrier::{Carrier, Field, MAX_KEY_ID_BYTES, MAX_POLICY_BYTES, MAX_SIGNATURE_BYTES};
use crate::claims::ClaimsFault;
use crate::denied::Denied;
use crate::outline::Outline;
use crate::policy::{Policy, canned_text};
use crate::request::Request;
use crate::signature::Hash;
use crate::time::UnixTime;
use crate::trust::Deployment;

/// What a request carries.
pub(crate) enum Found<'r> {
    /// A credential, perhaps with a claims token beside it.
    Credential(Credential<'r>),
    /// No credential. In native mode only.
    TokenAlone(TokenAlone<'r>),
}

impl<'r> Found<'r> {
    /// Looks into the URL and, if that has no signing parameter, into the cookies.
    pub(crate) fn find(request: &Request<'r>, deployment: Deployment) -> Result<Self, Denied> {
        let parameters = Fields::of_url(request.url.query().unwrap_or(""))?;
        if parameters.any(deployment) {
            return Credential::of(Carrier::Url, parameters, request).map(Self::Credential);
        }
        let is_native = deployment == Deployment::Native;
        // It came with signing parameters, for which CloudFront ignored the cookies.
        if is_native && parameters.token != Token::Absent {
            return Ok(Self::TokenAlone(TokenAlone(parameters.token)));
        }
        let mut cookies = Fields::of_cookies(request.cookies)?;
        if !cookies.any(deployment) {
            let alone = || Self::TokenAlone(TokenAlone(cookies.token));
            return is_native.then(alone).ok_or(Denied::CredentialMissing);
        }
        if parameters.token != Token::Absent {
            cookies.token = Token::Faulty(ClaimsFault::OtherCarrier);
        }
        Credential::of(Carrier::Cookie, cookies, request).map(Self::Credential)
    }

    /// What may be said of the credential, if there is one.
    pub(crate) fn outline(&self) -> Option<Outline<'r>> {
        match self {
            Self::Credential(credential) => Some(credential.outline.clone()),
            Self::TokenAlone(_) => None,
        }
    }
}

/// The claims token of a request whose credential only CloudFront has seen.
///
/// AWS does not document whether a viewer-request function of a behaviour with a trusted key group
/// still sees the signing parameters. So in native mode a token must be sufficient without them:
/// `res`, `nbf`, `exp` and `net` repeat the conditions of the policy, and a request is admitted if
/// CloudFront admits it *and* the token does. Where the credential is visible everything is checked
/// again, as in standalone mode.
pub(crate) struct TokenAlone<'r>(pub(super) Token<'r>);

/// The credential of a request, cut out but not verified: anyone can have written it.
///
/// Any signing parameter in the URL means that cookies are ignored, as CloudFront does. A value
/// that is there twice, or a policy together with an expiry, is refused: CloudFront does not say
/// which one it takes.
pub(crate) struct Credential<'r> {
    pub(crate) outline: Outline<'r>,
    /// In CloudFront's base64.
    pub(super) signature: Cow<'r, str>,
    pub(super) text: SignedText<'r>,
    pub(crate) token: Token<'r>,
}

/// The text that the signature must be over.
pub(super) enum SignedText<'r> {
    /// CloudFront's exact text, rebuilt from the request and `Expires`.
    Canned { policy: Policy, text: String },
    /// The policy as received, in CloudFront's base64. Nothing decodes it before its signature is
    /// checked.
    Custom(Cow<'r, str>),
}

impl SignedText<'_> {
    /// As it travels. A canned text begins with a brace, which base64 does not have, so that it
    /// never equals a custom one.
    pub(super) fn as_received(&self) -> &[u8] {
        match self {
            Self::Canned { text, .. } => text.as_bytes(),
            Self::Custom(text) => text.as_bytes(),
        }
    }
}

/// The raw bytes of a credential.
pub(crate) struct Decoded {
    /// What must be signed.
    pub(crate) text: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'r> Credential<'r> {
    fn of(carrier: Carrier, fields: Fields<'r>, request: &Request<'_>) -> Result<Self, Denied> {
        let incomplete = |field| Denied::CredentialIncomplete { carrier, field };
        let malformed = |field, problem| Denied::CredentialMalformed { carrier, field, problem };
        for (field, limit) in LIMITS {
            if let Some(value) = fields.value(field)
                && value.len() > limit
            {
                return Err(Denied::CredentialTooLarge {
                    name: field.name(carrier),
                    bytes: value.len(),
                    limit,
                });
            }
        }

        let Fields { expires, policy, signature, key_id, hash, token } = fields;
        if policy.is_some() && expires.is_some() {
            return Err(malformed(Field::Policy, FieldFault::WithExpires));
        }
        // An empty value is a missing one: so CloudFront ("missing or empty").
        let filled = |value: Option<Cow<'r, str>>| value.filter(|value| !value.is_empty());
        let key_id = filled(key_id).ok_or_else(|| incomplete(Field::KeyPairId))?;
        let signature = filled(signature).ok_or_else(|| incomplete(Field::Signature))?;
        if !key_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(malformed(Field::KeyPairId, FieldFault::Characters));
        }
        let hash = match hash {
            Some(marker) => Hash::from_marker(&marker)
                .ok_or_else(|| malformed(Field::HashAlgorithm, FieldFault::UnknownHash))?,
            None => Hash::default(),
        };
        let text = match (filled(policy), filled(expires)) {
            (Some(policy), _) => SignedText::Custom(policy),
            (None, Some(expires)) => {
                let expires = UnixTime::from_digits(&expires)
                    .ok_or_else(|| malformed(Field::Expires, FieldFault::NotSeconds))?;
                let url = signed_url(&request.url);
                let text = canned_text(&url, expires);
                SignedText::Canned { text, policy: Policy::canned(url, expires) }
            }
            (None, None) => return Err(incomplete(Field::Policy)),
        };
        let is_canned = matches!(text, SignedText::Canned { .. });
        let outline = Outline { carrier, key_id, hash, is_canned };
        Ok(Self { outline, signature, text, token })
    }

    /// The bytes behind the base64.
    pub(crate) fn decoded(&self) -> Result<Decoded, Denied> {
        let base64 = |field, text: &str| {
            from_cloudfront_base64(text).map_err(|problem| Denied::CredentialMalformed {
                carrier: self.outline.carrier,
                field,
                problem: FieldFault::Base64(problem),
            })
        };
        let text = match &self.text {
            SignedText::Canned { text, .. } => text.as_bytes().to_vec(),
            SignedText::Custom(text) => base64(Field::Policy, text)?,
        };
        Ok(Decoded { text, signature: base64(Field::Signature, &self.signature)? })
    }
}

const LIMITS: [(Field, usize); 3] = [
    (Field::Policy, MAX_POLICY_BYTES),
    (Field::Signature, MAX_SIGNATURE_BYTES),
    (Field::KeyPairId, MAX_KEY_ID_BYTES),
];
