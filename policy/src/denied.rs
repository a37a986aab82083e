//! Why a request is refused: every reason there is.

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;

use crate::claims::ClaimsFault;
use crate::credential::{Carrier, Field, Malformation};
use crate::encoding::Shown;
use crate::forwarding::CLAIMS_NAME;
use crate::network::Ipv4Network;
use crate::resource::Section;
use crate::signature::{Algorithm, Hash};
use crate::statement::PolicyFault;
use crate::time::UnixTime;
use crate::token::{Mismatch, Unbound};
use crate::url::UrlFault;

/// The steps of the walk, in walk order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// request -> credential
    Find,
    /// credential + trusted keys -> signed bytes
    Authenticate,
    /// signed bytes -> policy
    Read,
    /// policy + request + now
    Conditions,
    /// claims token + policy + request + now
    Claims,
}

impl Stage {
    /// The stage's name in logs and `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Authenticate => "authenticate",
            Self::Read => "read",
            Self::Conditions => "conditions",
            Self::Claims => "claims",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What CloudFront itself would have answered: the `Code` in the body of its 403.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CloudFrontError {
    /// `Access denied`: bad signature, expired, other resource, other address, other hash.
    AccessDenied,
    /// `Unknown Key`
    InvalidKey,
    /// `Malformed Policy`
    MalformedPolicy,
    /// `Could not unencode Signature`
    MalformedSignature,
    /// `Missing Key-Pair-Id query parameter or cookie value`
    MissingKey,
}

impl CloudFrontError {
    /// The text of `Code`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDenied",
            Self::InvalidKey => "InvalidKey",
            Self::MalformedPolicy => "MalformedPolicy",
            Self::MalformedSignature => "MalformedSignature",
            Self::MissingKey => "MissingKey",
        }
    }

    /// The text of `Message`.
    pub const fn message(self) -> &'static str {
        match self {
            Self::AccessDenied => "Access denied",
            Self::InvalidKey => "Unknown Key",
            Self::MalformedPolicy => "Malformed Policy",
            Self::MalformedSignature => "Could not unencode Signature",
            Self::MissingKey => "Missing Key-Pair-Id query parameter or cookie value",
        }
    }
}

impl fmt::Display for CloudFrontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a request is refused, with the facts. In walk order.
///
/// The enum is exhaustive on purpose: who handles refusals should stop compiling when there is a
/// new one. `Display` is the fact, for a log; [`Denied::hint`] is what an operator should do; a
/// viewer sees neither. No variant holds a signature or the text of a policy.
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
        problem: Malformation,
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
    /// Too early.
    NotYetValid {
        /// Refused up to and including this second.
        starts: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// Too late.
    Expired {
        /// Refused from this second on.
        expires: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The viewer's address is not the policy's.
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
        /// The key that its header names; None if that is no header of a trusted key.
        key_id: Option<String>,
    },
    /// A claims token that belongs to another policy, or to none.
    ClaimsNotBound(Unbound),
    /// The claims token is for later.
    ClaimsNotYetValid {
        /// Refused before this second.
        starts: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The claims token has run out.
    ClaimsExpired {
        /// Refused from this second on.
        expires: UnixTime,
        /// The verifier's clock.
        now: UnixTime,
    },
    /// The request is not what the claims token allows.
    ClaimsMismatch(Mismatch),
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

/// The reasons without their facts, in walk order. Their texts are a contract: logs, metrics and
/// `x-edgepass-reason` carry them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Code {
    /// See [`Denied::RequestMalformed`].
    RequestMalformed,
    /// See [`Denied::CredentialMissing`].
    CredentialMissing,
    /// See [`Denied::CredentialIncomplete`].
    CredentialIncomplete,
    /// See [`Denied::CredentialMalformed`].
    CredentialMalformed,
    /// See [`Denied::CredentialTooLarge`].
    CredentialTooLarge,
    /// See [`Denied::UnknownKey`].
    UnknownKey,
    /// See [`Denied::AlgorithmNotAllowed`].
    AlgorithmNotAllowed,
    /// See [`Denied::SignatureInvalid`].
    SignatureInvalid,
    /// See [`Denied::PolicyMalformed`].
    PolicyMalformed,
    /// See [`Denied::ConditionUnsupported`].
    ConditionUnsupported,
    /// See [`Denied::ResourceMismatch`].
    ResourceMismatch,
    /// See [`Denied::NotYetValid`].
    NotYetValid,
    /// See [`Denied::Expired`].
    Expired,
    /// See [`Denied::AddressMismatch`].
    AddressMismatch,
    /// See [`Denied::ClaimsMissing`].
    ClaimsMissing,
    /// See [`Denied::ClaimsMalformed`].
    ClaimsMalformed,
    /// See [`Denied::ClaimsSignatureInvalid`].
    ClaimsSignatureInvalid,
    /// See [`Denied::ClaimsNotBound`].
    ClaimsNotBound,
    /// See [`Denied::ClaimsNotYetValid`].
    ClaimsNotYetValid,
    /// See [`Denied::ClaimsExpired`].
    ClaimsExpired,
    /// See [`Denied::ClaimsMismatch`].
    ClaimsMismatch,
}

impl Code {
    /// Every code, in walk order.
    pub const ALL: [Self; 21] = [
        Self::RequestMalformed,
        Self::CredentialMissing,
        Self::CredentialIncomplete,
        Self::CredentialMalformed,
        Self::CredentialTooLarge,
        Self::UnknownKey,
        Self::AlgorithmNotAllowed,
        Self::SignatureInvalid,
        Self::PolicyMalformed,
        Self::ConditionUnsupported,
        Self::ResourceMismatch,
        Self::NotYetValid,
        Self::Expired,
        Self::AddressMismatch,
        Self::ClaimsMissing,
        Self::ClaimsMalformed,
        Self::ClaimsSignatureInvalid,
        Self::ClaimsNotBound,
        Self::ClaimsNotYetValid,
        Self::ClaimsExpired,
        Self::ClaimsMismatch,
    ];

    /// The code as logs and headers carry it.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The step that refuses so.
    pub const fn stage(self) -> Stage {
        self.row().1
    }

    /// What CloudFront's own check answers; for `credential-malformed` it depends on the value,
    /// see [`Denied::cloudfront`].
    pub const fn cloudfront(self) -> Option<CloudFrontError> {
        self.row().2
    }

    /// What it means, for documentation.
    pub const fn meaning(self) -> &'static str {
        self.row().3
    }

    /// What an operator should do.
    pub const fn hint(self) -> &'static str {
        self.row().4
    }

    /// One row of the refusal table.
    #[inline(always)] // so that a build holds only the columns that it reads
    const fn row(
        self,
    ) -> (&'static str, Stage, Option<CloudFrontError>, &'static str, &'static str) {
        use CloudFrontError::{AccessDenied, InvalidKey, MalformedPolicy, MissingKey};
        use Stage::{Authenticate, Claims, Conditions, Find, Read};
        match self {
            Self::RequestMalformed => (
                "request-malformed",
                Find,
                None,
                "the URL has dot segments, `//`, a backslash, an encoded `.` `/` `\\` or NUL, or a broken escape",
                "link to the file by its plain path; percent-encode what is not plain ASCII",
            ),
            Self::CredentialMissing => (
                "credential-missing",
                Find,
                Some(MissingKey),
                "no signing parameter in the URL and no signing cookie",
                "issue a pass; if there is one, see that the browser sends it: Domain, Path, SameSite, credentials mode",
            ),
            Self::CredentialIncomplete => (
                "credential-incomplete",
                Find,
                Some(MissingKey),
                "some values of a credential, but not all",
                "set all its cookies with one Domain and Path, or link to the whole signed URL; mind that an application parameter named like a signing one hides the cookies",
            ),
            Self::CredentialMalformed => (
                "credential-malformed",
                Find,
                Some(AccessDenied),
                "a value is there twice, cut off, in another base64 alphabet, or not a number",
                "sign again, and pass the values on unchanged; clear old cookies of the same name with another Domain or Path",
            ),
            Self::CredentialTooLarge => (
                "credential-too-large",
                Find,
                None,
                "a value is longer than any that CloudFront or a browser would carry",
                "sign a shorter resource pattern; send fewer cookies",
            ),
            Self::UnknownKey => (
                "unknown-key",
                Authenticate,
                Some(InvalidKey),
                "no trusted key has this Key-Pair-Id",
                "trust the public key of this id at the edge, or sign with one that is trusted; after a rotation, deploy before signing",
            ),
            Self::AlgorithmNotAllowed => (
                "algorithm-not-allowed",
                Authenticate,
                Some(AccessDenied),
                "the key is trusted, but not with this hash",
                "sign with SHA-256 and its Hash-Algorithm marker, or allow the algorithm for the key in the configuration",
            ),
            Self::SignatureInvalid => (
                "signature-invalid",
                Authenticate,
                Some(AccessDenied),
                "the signature is not the key's over this policy or URL",
                "see that the URL was not changed after signing, that the private key belongs to this key id, and that the hash marker is the signer's",
            ),
            Self::PolicyMalformed => (
                "policy-malformed",
                Read,
                Some(MalformedPolicy),
                "the signed text is not one statement as CloudFront defines it",
                "write the policy with a signer rather than by hand: one statement, a resource, conditions of the documented types",
            ),
            Self::ConditionUnsupported => (
                "condition-unsupported",
                Read,
                Some(MalformedPolicy),
                "the policy has a condition that CloudFront does not define",
                "use DateLessThan, DateGreaterThan and IpAddress only; what else must hold belongs in a claims token",
            ),
            Self::ResourceMismatch => (
                "resource-mismatch",
                Conditions,
                Some(AccessDenied),
                "the policy is for other URLs",
                "sign the URL that the viewer requests: its scheme, host, path and query, or a pattern that covers them",
            ),
            Self::NotYetValid => (
                "not-yet-valid",
                Conditions,
                Some(AccessDenied),
                "the policy is for later",
                "wait, or sign with an earlier start; check the clock of the signer",
            ),
            Self::Expired => (
                "expired",
                Conditions,
                Some(AccessDenied),
                "the policy has run out",
                "issue a new pass, in time before the old one ends; check the clock of the signer",
            ),
            Self::AddressMismatch => (
                "address-mismatch",
                Conditions,
                Some(AccessDenied),
                "the viewer's address is not in the policy's network",
                "sign for the viewer's network, or without an address; viewers change networks, and IPv6 viewers never match",
            ),
            Self::ClaimsMissing => (
                "claims-missing",
                Claims,
                None,
                "no claims token beside the credential",
                "issue the pass with its claims token, and set all cookies with one Domain and Path",
            ),
            Self::ClaimsMalformed => (
                "claims-malformed",
                Claims,
                None,
                "the claims token is there twice, is no compact JWS, has an unknown claim, or lives too long",
                "issue it with a signer of the same version; an edge refuses claims that it does not know, so update edges first",
            ),
            Self::ClaimsSignatureInvalid => (
                "claims-signature-invalid",
                Claims,
                None,
                "the claims token is not signed by a trusted claims key",
                "trust the claims key of the signer at the edge, under its `kid` and with its algorithm; after a rotation, deploy before signing",
            ),
            Self::ClaimsNotBound => (
                "claims-not-bound",
                Claims,
                None,
                "the claims token belongs to another policy, or to none",
                "issue both together and set or link them together; clear old cookies of the same name with another Domain or Path",
            ),
            Self::ClaimsNotYetValid => (
                "claims-not-yet-valid",
                Claims,
                None,
                "the claims token is for later",
                "check the clock of the signer, which may be a minute ahead; or wait for its `nbf`",
            ),
            Self::ClaimsExpired => (
                "claims-expired",
                Claims,
                None,
                "the claims token has run out",
                "issue a new pass, in time before the old one ends; check the clock of the signer",
            ),
            Self::ClaimsMismatch => (
                "claims-mismatch",
                Claims,
                None,
                "the claims token allows other URLs, networks, methods or origins",
                "issue claims that allow the request, or do not request it; mind that `org` needs an Origin or Referer header",
            ),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
