//! The reasons without their facts: codes, the stages that they belong to, and CloudFront's own
//! answers.

use core::fmt;

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
    /// claims + state + now
    Revocation,
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
            Self::Revocation => "revocation",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What CloudFront itself answers in the same case: the `Code` in the body of its 403.
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

/// The reasons without their facts, in walk order. Their texts are a contract: logs, metrics and
/// `x-edgepass-reason` carry them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Code {
    /// See [`Denied::RequestMalformed`](crate::Denied::RequestMalformed).
    RequestMalformed,
    /// See [`Denied::CredentialMissing`](crate::Denied::CredentialMissing).
    CredentialMissing,
    /// See [`Denied::CredentialIncomplete`](crate::Denied::CredentialIncomplete).
    CredentialIncomplete,
    /// See [`Denied::CredentialMalformed`](crate::Denied::CredentialMalformed).
    CredentialMalformed,
    /// See [`Denied::CredentialTooLarge`](crate::Denied::CredentialTooLarge).
    CredentialTooLarge,
    /// See [`Denied::UnknownKey`](crate::Denied::UnknownKey).
    UnknownKey,
    /// See [`Denied::AlgorithmNotAllowed`](crate::Denied::AlgorithmNotAllowed).
    AlgorithmNotAllowed,
    /// See [`Denied::SignatureInvalid`](crate::Denied::SignatureInvalid).
    SignatureInvalid,
    /// See [`Denied::PolicyMalformed`](crate::Denied::PolicyMalformed).
    PolicyMalformed,
    /// See [`Denied::ConditionUnsupported`](crate::Denied::ConditionUnsupported).
    ConditionUnsupported,
    /// See [`Denied::ResourceMismatch`](crate::Denied::ResourceMismatch).
    ResourceMismatch,
    /// See [`Denied::NotYetValid`](crate::Denied::NotYetValid).
    NotYetValid,
    /// See [`Denied::Expired`](crate::Denied::Expired).
    Expired,
    /// See [`Denied::AddressMismatch`](crate::Denied::AddressMismatch).
    AddressMismatch,
    /// See [`Denied::ClaimsMissing`](crate::Denied::ClaimsMissing).
    ClaimsMissing,
    /// See [`Denied::ClaimsMalformed`](crate::Denied::ClaimsMalformed).
    ClaimsMalformed,
    /// See [`Denied::ClaimsSignatureInvalid`](crate::Denied::ClaimsSignatureInvalid).
    ClaimsSignatureInvalid,
    /// See [`Denied::ClaimsNotBound`](crate::Denied::ClaimsNotBound).
    ClaimsNotBound,
    /// See [`Denied::ClaimsNotYetValid`](crate::Denied::ClaimsNotYetValid).
    ClaimsNotYetValid,
    /// See [`Denied::ClaimsExpired`](crate::Denied::ClaimsExpired).
    ClaimsExpired,
    /// See [`Denied::ClaimsMismatch`](crate::Denied::ClaimsMismatch).
    ClaimsMismatch,
    /// See [`Denied::Revoked`](crate::Denied::Revoked).
    Revoked,
    /// See [`Denied::RevocationUnknown`](crate::Denied::RevocationUnknown).
    RevocationUnknown,
    /// See [`Denied::RevocationStale`](crate::Denied::RevocationStale).
    RevocationStale,
}

impl Code {
    /// Every code, in walk order.
    pub const ALL: [Self; 24] = [
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
        Self::Revoked,
        Self::RevocationUnknown,
        Self::RevocationStale,
    ];

    /// The code as logs and headers carry it.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The step that refuses with this code.
    pub const fn stage(self) -> Stage {
        self.row().1
    }

    /// What CloudFront's own check answers; for `credential-malformed` it depends on the value,
    /// see [`Denied::cloudfront`](crate::Denied::cloudfront).
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
        use Stage::{Authenticate, Claims, Conditions, Find, Read, Revocation};
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
                "issue a pass; if there is one, check that the browser sends it: Domain, Path, SameSite, credentials mode",
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
                "check that nothing changed the URL after signing, that the private key belongs to this key id, and that the hash marker is the one that the signer wrote",
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
                "use DateLessThan, DateGreaterThan and IpAddress only; put other restrictions in a claims token",
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
                "the policy is not valid yet",
                "wait, or sign with an earlier start; check the clock of the signer",
            ),
            Self::Expired => (
                "expired",
                Conditions,
                Some(AccessDenied),
                "the policy has expired",
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
                "the claims token is not valid yet",
                "check the clock of the signer, which may be a minute ahead; or wait for its `nbf`",
            ),
            Self::ClaimsExpired => (
                "claims-expired",
                Claims,
                None,
                "the claims token has expired",
                "issue a new pass, in time before the old one ends; check the clock of the signer",
            ),
            Self::ClaimsMismatch => (
                "claims-mismatch",
                Claims,
                None,
                "the claims token allows other URLs, networks, methods or origins",
                "issue claims that allow the request, or do not request it; mind that `org` needs an Origin or Referer header",
            ),
            Self::Revoked => (
                "revoked",
                Revocation,
                None,
                "the pass, its subject's passes, its key's or all were revoked",
                "have the viewer sign in again; if the pass was revoked by mistake, remove the entry and publish the state",
            ),
            Self::RevocationUnknown => (
                "revocation-unknown",
                Revocation,
                None,
                "the edge has not been able to load a state of what is revoked",
                "check that a state is published at the address that the edge asks, that the edge has this site's root key, and that the address needs no pass",
            ),
            Self::RevocationStale => (
                "revocation-stale",
                Revocation,
                None,
                "the state of what is revoked is too old, or from the future",
                "check that the publisher runs at least three times within `max_stale_seconds`, that caches keep the head for less than that, and that the clocks agree",
            ),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
