//! Why a request is refused: every reason there is.

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;

use crate::carrier::{CLAIMS_NAME, Carrier, Field};
use crate::claims::ClaimsFault;
use crate::code::{CloudFrontError, Code, Stage};
use crate::network::Ipv4Network;
use crate::policy::PolicyFault;
use crate::resource::Section;
use crate::shown::Shown;
use crate::signature::{Algorithm, Hash};
use crate::state::standing::Revocation;
use crate::time::UnixTime;
use crate::url::UrlFault;
use crate::walk::claims::refusals::{Mismatch, Unbound};
use crate::walk::find::fault::FieldFault;

/// Why a request is refused, with the facts. In walk order.
///
/// The enum is exhaustive on purpose: code that handles refusals should stop compiling when a new
/// one is added. `Display` is the fact, for a log; [`Denied::hint`] is what an operator should do;
/// a viewer sees neither. No variant holds a signature or the text of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Denied {
    /// The URL is one on which CloudFront and an origin could disagree.
    RequestMalformed(UrlFault),
    /// No signing parameter and no signing cookie.
    CredentialMissing,
    /// Some values of a credential but not all that it needs.
    CredentialIncomplete {
        /// Where the others were found.
        carrier: Carrier,
        /// What is missing or empty. `Policy` stands for `Policy` or `Expires`.
        field: Field,
    },
    /// A value that cannot be read.
    CredentialMalformed {
        /// Where it was found.
        carrier: Carrier,
        /// Which value.
        field: Field,
        /// What is wrong with it.
        problem: FieldFault,
    },
    /// A value beyond its limit.
    CredentialTooLarge {
        /// The parameter, cookie or header.
        name: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// No trusted key has this id.
    UnknownKey {
        /// The Key-Pair-Id of the request.
        key_id: String,
    },
    /// The key is trusted, but not with this hash.
    AlgorithmNotAllowed {
        /// The Key-Pair-Id of the request.
        key_id: String,
        /// The hash that the request names, or SHA-1 if it names none.
        hash: Hash,
    },
    /// The signature is not the key's over these bytes.
    SignatureInvalid {
        /// The Key-Pair-Id of the request.
        key_id: String,
        /// The algorithm tried.
        algorithm: Algorithm,
    },
    /// The signed text is not a policy of CloudFront's.
    PolicyMalformed(PolicyFault),
    /// The policy has a condition that CloudFront does not define.
    ConditionUnsupported {
        /// Its name, shortened.
        name: String,
    },
    /// The policy is for other URLs.
    ResourceMismatch {
        /// The first section that departs.
        section: Section,
        /// That section of the policy; empty for a query, which may carry secrets.
        signed: String,
        /// That section of the request; empty for a query.
        requested: String,
    },
    /// The policy is not valid yet.
    NotYetValid {
        /// Refused up to and including this second.
        starts: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The policy has expired.
    Expired {
        /// Refused from this second on.
        expires: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The viewer's address is not in the policy's network.
    AddressMismatch {
        /// Where it should lie.
        network: Ipv4Network,
        /// The viewer's, if known.
        address: Option<IpAddr>,
    },
    /// No claims token beside the credential.
    ClaimsMissing,
    /// A claims token that cannot be read.
    ClaimsMalformed(ClaimsFault),
    /// A claims token that no trusted claims key signed.
    ClaimsSignatureInvalid {
        /// The key that its header names; None if that is no trusted claims key.
        key_id: Option<String>,
    },
    /// A claims token that belongs to another policy, or to none.
    ClaimsNotBound(Unbound),
    /// The claims token is not valid yet.
    ClaimsNotYetValid {
        /// Refused before this second.
        starts: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The claims token has expired.
    ClaimsExpired {
        /// Refused from this second on.
        expires: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The request is not what the claims token allows.
    ClaimsMismatch(Mismatch),
    /// The pass is revoked.
    Revoked(Revocation),
    /// No state has been loaded.
    RevocationUnknown,
    /// The state is too old, or from the future.
    RevocationStale {
        /// When it was made.
        generated_at: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
        /// How old it may be, in seconds.
        max_stale_seconds: u32,
    },
}

impl Denied {
    /// The reason without the facts.
    pub fn code(&self) -> Code {
        match self {
            Self::RequestMalformed(_) => Code::RequestMalformed,
            Self::CredentialMissing => Code::CredentialMissing,
            Self::CredentialIncomplete { .. } => Code::CredentialIncomplete,
            Self::CredentialMalformed { .. } => Code::CredentialMalformed,
            Self::CredentialTooLarge { .. } => Code::CredentialTooLarge,
            Self::UnknownKey { .. } => Code::UnknownKey,
            Self::AlgorithmNotAllowed { .. } => Code::AlgorithmNotAllowed,
            Self::SignatureInvalid { .. } => Code::SignatureInvalid,
            Self::PolicyMalformed(_) => Code::PolicyMalformed,
            Self::ConditionUnsupported { .. } => Code::ConditionUnsupported,
            Self::ResourceMismatch { .. } => Code::ResourceMismatch,
            Self::NotYetValid { .. } => Code::NotYetValid,
            Self::Expired { .. } => Code::Expired,
            Self::AddressMismatch { .. } => Code::AddressMismatch,
            Self::ClaimsMissing => Code::ClaimsMissing,
            Self::ClaimsMalformed(_) => Code::ClaimsMalformed,
            Self::ClaimsSignatureInvalid { .. } => Code::ClaimsSignatureInvalid,
            Self::ClaimsNotBound(_) => Code::ClaimsNotBound,
            Self::ClaimsNotYetValid { .. } => Code::ClaimsNotYetValid,
            Self::ClaimsExpired { .. } => Code::ClaimsExpired,
            Self::ClaimsMismatch(_) => Code::ClaimsMismatch,
            Self::Revoked(_) => Code::Revoked,
            Self::RevocationUnknown => Code::RevocationUnknown,
            Self::RevocationStale { .. } => Code::RevocationStale,
        }
    }

    /// The step that refused.
    pub fn stage(&self) -> Stage {
        self.code().stage()
    }

    /// What an operator should do.
    pub fn hint(&self) -> &'static str {
        self.code().hint()
    }

    /// What CloudFront's own signature check answers in such a case; None where it has no such
    /// check. Its order of checks is not documented, so of two faults it may name the other.
    pub fn cloudfront(&self) -> Option<CloudFrontError> {
        match self {
            Self::CredentialMalformed { field: Field::Signature, .. } => {
                Some(CloudFrontError::MalformedSignature)
            }
            Self::CredentialMalformed { field: Field::Policy, .. } => {
                Some(CloudFrontError::MalformedPolicy)
            }
            other => other.code().cloudfront(),
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestMalformed(fault) => fault.fmt(f),
            Self::CredentialMissing => f.write_str("there is no signing parameter or cookie"),
            Self::CredentialIncomplete { carrier, field } => {
                write!(f, "`{}` ", field.name(*carrier))?;
                if *field == Field::Policy {
                    write!(f, "or `{}` ", Field::Expires.name(*carrier))?;
                }
                f.write_str("is missing or empty")
            }
            Self::CredentialMalformed { carrier, field, problem } => {
                write!(f, "`{}` {problem}", field.name(*carrier))
            }
            Self::CredentialTooLarge { name, bytes, limit } => {
                write!(f, "`{name}` has {bytes} bytes; at most {limit} are read")
            }
            Self::UnknownKey { key_id } => write!(f, "no trusted key has the id `{key_id}`"),
            Self::AlgorithmNotAllowed { key_id, hash } => {
                write!(f, "the key `{key_id}` is not trusted with the hash {hash}")
            }
            Self::SignatureInvalid { key_id, algorithm } => {
                write!(f, "the signature is not one by the key `{key_id}` with {algorithm}")
            }
            Self::PolicyMalformed(fault) => fault.fmt(f),
            Self::ConditionUnsupported { name } => {
                write!(f, "the condition `{}` is not supported", Shown(name))
            }
            Self::ResourceMismatch { section: Section::Query, .. } => {
                f.write_str("the query does not match the query of the policy's resource")
            }
            Self::ResourceMismatch { section, signed, requested } => write!(
                f,
                "the {section} `{requested}` does not match `{signed}` of the policy's resource"
            ),
            Self::NotYetValid { starts, now } => {
                write!(f, "not valid before {starts} has passed; it is now {now}")
            }
            Self::Expired { expires, now } => write!(f, "expired at {expires}; it is now {now}"),
            Self::AddressMismatch { network, address: Some(address) } => {
                write!(f, "the viewer's address `{address}` is not in `{network}`")
            }
            Self::AddressMismatch { network, address: None } => {
                write!(f, "the policy is for `{network}` and the viewer's address is not known")
            }
            Self::ClaimsMissing => write!(f, "there is no `{CLAIMS_NAME}` beside the credential"),
            Self::ClaimsMalformed(fault) => write!(f, "the claims token cannot be read: {fault}"),
            Self::ClaimsSignatureInvalid { key_id: Some(key_id) } => {
                write!(f, "the claims token is not signed by the key `{key_id}`")
            }
            Self::ClaimsSignatureInvalid { key_id: None } => f.write_str(
                "the header of the claims token is not `alg`, `kid` and `typ` of a trusted claims key",
            ),
            Self::ClaimsNotBound(unbound) => unbound.fmt(f),
            Self::ClaimsNotYetValid { starts, now } => {
                write!(f, "the claims token is not valid before {starts}; it is now {now}")
            }
            Self::ClaimsExpired { expires, now } => {
                write!(f, "the claims token expired at {expires}; it is now {now}")
            }
            Self::ClaimsMismatch(mismatch) => mismatch.fmt(f),
            Self::Revoked(revocation) => revocation.fmt(f),
            Self::RevocationUnknown => {
                f.write_str("no state was loaded yet, so nobody knows what is revoked")
            }
            Self::RevocationStale { generated_at, now, max_stale_seconds } => write!(
                f,
                "the state is of {generated_at} and it is now {now}; it is believed for {max_stale_seconds} s"
            ),
        }
    }
}

impl core::error::Error for Denied {}

impl From<UrlFault> for Denied {
    fn from(fault: UrlFault) -> Self {
        Self::RequestMalformed(fault)
    }
}

impl From<PolicyFault> for Denied {
    fn from(fault: PolicyFault) -> Self {
        match fault {
            PolicyFault::Unsupported { name } => Self::ConditionUnsupported { name },
            fault => Self::PolicyMalformed(fault),
        }
    }
}

impl From<Mismatch> for Denied {
    fn from(mismatch: Mismatch) -> Self {
        Self::ClaimsMismatch(mismatch)
    }
}

impl From<ClaimsFault> for Denied {
    fn from(fault: ClaimsFault) -> Self {
        Self::ClaimsMalformed(fault)
    }
}
