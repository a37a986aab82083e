//! A pass decoded for people to look at. Nothing in it is proven.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base64::from_base64url;
use crate::carrier::{CLAIMS_NAME, Carrier};
use crate::claims::{Claims, ClaimsFault, MAX_CLAIMS_BYTES};
use crate::denied::Denied;
use crate::json;
use crate::jws::Envelope;
use crate::network::Ipv4Network;
use crate::outline::Outline;
use crate::policy::Policy;
use crate::request::Request;
use crate::time::UnixTime;
use crate::trust::Deployment;
use crate::url::Url;
use crate::walk::find::token::Token;
use crate::walk::find::{Credential, Decoded, Found};

/// Stands in for the URL that cookies were made for, where nobody knows it.
const UNKNOWN_URL: &str = "https://unknown.invalid/";

/// Decodes the pass in a URL, else in cookies. Verifies nothing: anyone can have written what it
/// says.
///
/// Without a URL only cookies are looked at. A refusal means that no credential could be decoded;
/// what is wrong inside of one is the inspection's `fault`.
pub fn inspect<'r>(url: Option<Url<'r>>, cookies: &'r [&'r str]) -> Result<Inspection<'r>, Denied> {
    let url = match url {
        Some(url) => url,
        None => Url::parse(UNKNOWN_URL)?,
    };
    Inspection::of(find(&Request { cookies, ..Request::get(url) })?)
}

/// The outline of the credential in a request, where nothing is to be verified. A
/// [`crate::Verdict`] has it already.
pub fn outline<'r>(request: &Request<'r>) -> Option<Outline<'r>> {
    find(request).ok().map(|credential| credential.outline)
}

fn find<'r>(request: &Request<'r>) -> Result<Credential<'r>, Denied> {
    match Found::find(request, Deployment::Standalone)? {
        Found::Credential(credential) => Ok(credential),
        Found::TokenAlone(_) => Err(Denied::CredentialMissing),
    }
}

/// What a pass says, **unproven**. No signature is in it, so that it can be printed.
#[derive(Clone, Eq, PartialEq)]
pub struct Inspection<'r> {
    /// The credential.
    pub outline: Outline<'r>,
    /// The length of its signature in bytes.
    pub signature_bytes: usize,
    /// Its policy.
    pub policy: UnprovenPolicy,
    /// The claims token beside it.
    pub token: Option<UnprovenToken>,
    /// What the token says. None if a verifier could not read it.
    pub claims: Option<Claims>,
    /// Why a verifier could not read the policy or the token, even if their signatures hold.
    pub fault: Option<Denied>,
}

/// The policy of an [`Inspection`]. What cannot be read is None.
#[derive(Clone, Eq, PartialEq)]
pub struct UnprovenPolicy {
    /// The text that the signature must be over, lossily as UTF-8. None in cookies with a canned
    /// policy: it contains the URL, which they do not.
    pub text: Option<String>,
    /// Which URLs it is for. None where the text is.
    pub resource: Option<String>,
    /// Refused up to and including this second.
    pub starts: Option<UnixTime>,
    /// Refused from this second on.
    pub expires: Option<UnixTime>,
    /// Where the viewer's address must lie.
    pub network: Option<Ipv4Network>,
}

/// The claims token of an [`Inspection`].
#[derive(Clone, Eq, PartialEq)]
pub struct UnprovenToken {
    /// The bytes of the header. None if it is not base64url.
    pub header: Option<Vec<u8>>,
    /// The bytes of the claim set. None if it is not base64url.
    pub payload: Option<Vec<u8>>,
    /// The length of the signature in bytes. None if it is not base64url.
    pub signature_bytes: Option<usize>,
}

impl<'r> Inspection<'r> {
    fn of(credential: Credential<'r>) -> Result<Self, Denied> {
        let Decoded { text, signature } = credential.decoded()?;
        let Credential { outline, token, .. } = credential;
        let policy = Policy::read(&text);
        let is_url_known = !(outline.is_canned && outline.carrier == Carrier::Cookie);
        let token = UnprovenToken::of(&token);
        let claims = match &token {
            Ok(Some(token)) => token.claims().map(Some),
            Ok(None) => Ok(None),
            Err(fault) => Err(fault.clone()),
        };
        let read = policy.as_ref().ok();
        let policy_said = UnprovenPolicy {
            text: is_url_known.then(|| without_token_signature(&String::from_utf8_lossy(&text))),
            resource: read
                .filter(|_| is_url_known)
                .map(|policy| without_token_signature(policy.resource())),
            starts: read.and_then(Policy::date_greater_than),
            expires: read.map(Policy::date_less_than),
            network: read.and_then(Policy::source_ip),
        };
        let (claims, claims_fault) = match claims {
            Ok(claims) => (claims, None),
            Err(fault) => (None, Some(fault)),
        };
        Ok(Self {
            outline,
            signature_bytes: signature.len(),
            policy: policy_said,
            token: token.ok().flatten(),
            claims,
            fault: policy.err().map(Denied::from).or(claims_fault.map(Denied::from)),
        })
    }
}

impl UnprovenToken {
    fn of(token: &Token<'_>) -> Result<Option<Self>, ClaimsFault> {
        let token = match token {
            Token::Absent => return Ok(None),
            Token::Faulty(fault) => return Err(fault.clone()),
            Token::Found(token) => *token,
        };
        let bytes = token.len();
        if bytes > MAX_CLAIMS_BYTES {
            return Err(ClaimsFault::TooLong { bytes });
        }
        let envelope = Envelope::split(token).ok_or(ClaimsFault::NotJws)?;
        Ok(Some(Self {
            header: envelope.header(),
            payload: envelope.payload(),
            signature_bytes: from_base64url(envelope.signature).map(|signature| signature.len()),
        }))
    }

    fn claims(&self) -> Result<Claims, ClaimsFault> {
        Claims::read(self.payload.as_deref().ok_or(ClaimsFault::NotJws)?)
    }

    /// The text of the header. None if it is not JSON as strict as an edge reads it.
    pub fn header_json(&self) -> Option<&str> {
        strict_json(self.header.as_deref()?)
    }

    /// The text of the claim set. None if it is not JSON as strict as an edge reads it.
    pub fn payload_json(&self) -> Option<&str> {
        strict_json(self.payload.as_deref()?)
    }
}

fn strict_json(bytes: &[u8]) -> Option<&str> {
    json::read(bytes).ok()?;
    core::str::from_utf8(bytes).ok()
}

/// A policy's text or resource, with an ellipsis for the signature of each claims token in it: a
/// token is in the resource where CloudFront's signature covers it.
fn without_token_signature(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, value)) = rest.split_once(CLAIMS_NAME) {
        let end = value.find(['&', '"']).unwrap_or(value.len());
        let (token, after) = value.split_at_checked(end).unwrap_or((value, ""));
        let second_dot = token.match_indices('.').nth(1).map(|(dot, _)| dot);
        let (token, ellipsis) = match second_dot.and_then(|dot| token.get(..dot)) {
            Some(unsigned) => (unsigned, ".…"),
            None => (token, ""),
        };
        shown += &[before, CLAIMS_NAME, token, ellipsis].concat();
        rest = after;
    }
    shown + rest
}
