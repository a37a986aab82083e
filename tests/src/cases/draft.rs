//! Writing cases down briefly: what is not said is the same in all of them.

use crate::pass::{RSA_SHA256, Signer};
use crate::vector::{Claims, Expect, Mode, Protocol, StateInHand, Trust, Vector, ViewerRequest};

/// The clock of every case that does not set its own: 2026-01-01T00:00:00Z.
pub(super) const NOW: i64 = 1_767_225_600;
/// When every pass ends that does not say otherwise.
pub(super) const END: i64 = NOW + 3600;
/// The URL that is asked for where another one would make no difference.
pub(super) const FILE: &str = "https://media.example.com/video/a.mp4";

/// A case and where its file lies.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path under `tests/vectors`, less `.json`.
    pub name: String,
    /// The content.
    pub vector: Vector,
}

/// Begins a case: a GET of [`FILE`] without any credential, where the RSA key is trusted with
/// SHA-256.
pub(super) fn case(name: &str, comment: &str) -> Draft {
    Draft {
        name: name.to_owned(),
        comment: comment.to_owned(),
        source: "ours".to_owned(),
        request: split(FILE),
        trust: vec![trusted(RSA_SHA256)],
        mode: None,
        claims: None,
        state: None,
        now: NOW,
    }
}

/// A case that lacks its answer.
#[derive(Clone)]
pub(super) struct Draft {
    name: String,
    comment: String,
    source: String,
    request: ViewerRequest,
    trust: Vec<Trust>,
    mode: Option<Mode>,
    claims: Option<Claims>,
    state: Option<StateInHand>,
    now: i64,
}

impl Draft {
    /// Settled by this page of AWS's developer guide.
    pub(super) fn aws(self, page: &str) -> Self {
        Self { source: format!("AWS: {page}"), ..self }
    }

    /// The URL asked for.
    pub(super) fn get(self, url: impl AsRef<str>) -> Self {
        let ViewerRequest { scheme, host, path, query, .. } = split(url.as_ref());
        Self { request: ViewerRequest { scheme, host, path, query, ..self.request }, ..self }
    }

    /// The lines of the `Cookie` header.
    pub(super) fn cookies<const N: usize>(mut self, lines: [String; N]) -> Self {
        self.request.cookies = lines.to_vec();
        self
    }

    /// The viewer's address.
    pub(super) fn from(mut self, address: &str) -> Self {
        self.request.address = Some(address.to_owned());
        self
    }

    /// The method.
    pub(super) fn method(mut self, method: &str) -> Self {
        self.request.method = method.to_owned();
        self
    }

    /// One more line of the `Origin` header.
    pub(super) fn origin(mut self, origin: &str) -> Self {
        self.request.origin.push(origin.to_owned());
        self
    }

    /// One more line of the `Referer` header.
    pub(super) fn referer(mut self, referer: &str) -> Self {
        self.request.referer.push(referer.to_owned());
        self
    }

    /// Behind CloudFront's own signature check.
    pub(super) fn native(self) -> Self {
        Self { mode: Some(Mode::Native), ..self }
    }

    /// What is asked of claims tokens.
    pub(super) fn claims(self, claims: Claims) -> Self {
        Self { claims: Some(claims), ..self }
    }

    /// What is known of revoked passes.
    pub(super) fn state(self, state: StateInHand) -> Self {
        Self { state: Some(state), ..self }
    }

    /// The verifier's clock.
    pub(super) fn at(self, now: i64) -> Self {
        Self { now, ..self }
    }

    /// Other trusted keys.
    pub(super) fn trust<const N: usize>(self, keys: [Trust; N]) -> Self {
        Self { trust: keys.to_vec(), ..self }
    }

    /// The request is let through.
    pub(super) fn allow(self) -> Case {
        self.expect("allow", Expect::Allow {})
    }

    /// It is refused, with these words in our message.
    pub(super) fn deny(self, refusal: Refusal, mentions: &str) -> Case {
        let Refusal(stage, code, cloudfront) = refusal;
        let expect = Expect::Deny {
            stage: stage.to_owned(),
            code: code.to_owned(),
            cloudfront: cloudfront.map(str::to_owned),
            mentions: mentions.to_owned(),
        };
        self.expect(stage, expect)
    }

    fn expect(self, folder: &str, expect: Expect) -> Case {
        let Self { name, comment, source, request, trust, mode, claims, state, now } = self;
        let vector = Vector { comment, source, request, trust, mode, claims, state, now, expect };
        Case { name: format!("{folder}/{name}"), vector }
    }
}

/// A key trusted under its id for what this signer makes.
pub(super) fn trusted(signer: Signer) -> Trust {
    trusted_with(signer, &[signer.algorithm()])
}

/// A key trusted under its id for these algorithms.
pub(super) fn trusted_with(signer: Signer, algorithms: &[&str]) -> Trust {
    Trust {
        id: Some(signer.key.id().to_owned()),
        key: signer.key.public_file().to_owned(),
        algorithms: algorithms.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// A key that answers for any id.
pub(super) fn trusted_for_any_id(signer: Signer) -> Trust {
    Trust { id: None, ..trusted(signer) }
}

/// Cuts a URL up as the wire does: at the first `/` or `?` after the host, and at the first `?`.
fn split(url: &str) -> ViewerRequest {
    let (scheme, rest) = url.split_once("://").unwrap();
    let scheme = match scheme {
        "http" => Protocol::Http,
        "https" => Protocol::Https,
        other => panic!("{other} is no protocol of viewers"),
    };
    let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    ViewerRequest {
        scheme,
        method: "GET".to_owned(),
        host: host.to_owned(),
        path: path.to_owned(),
        query,
        cookies: Vec::new(),
        address: None,
        origin: Vec::new(),
        referer: Vec::new(),
    }
}

/// A refusal: its stage, its code, and what CloudFront answers. Written out here rather than taken
/// from the product: they are a contract, and this is the other party's copy.
#[derive(Clone, Copy)]
pub(super) struct Refusal(&'static str, &'static str, Option<&'static str>);

pub(super) const REQUEST_MALFORMED: Refusal = Refusal("find", "request-malformed", None);
pub(super) const CREDENTIAL_MISSING: Refusal =
    Refusal("find", "credential-missing", Some("MissingKey"));
pub(super) const CREDENTIAL_INCOMPLETE: Refusal =
    Refusal("find", "credential-incomplete", Some("MissingKey"));
pub(super) const CREDENTIAL_MALFORMED: Refusal =
    Refusal("find", "credential-malformed", Some("AccessDenied"));
/// The value that cannot be read is `Policy`.
pub(super) const POLICY_UNREADABLE: Refusal =
    Refusal("find", "credential-malformed", Some("MalformedPolicy"));
/// The value that cannot be read is `Signature`.
pub(super) const SIGNATURE_UNREADABLE: Refusal =
    Refusal("find", "credential-malformed", Some("MalformedSignature"));
pub(super) const CREDENTIAL_TOO_LARGE: Refusal = Refusal("find", "credential-too-large", None);
pub(super) const UNKNOWN_KEY: Refusal = Refusal("authenticate", "unknown-key", Some("InvalidKey"));
pub(super) const ALGORITHM_NOT_ALLOWED: Refusal =
    Refusal("authenticate", "algorithm-not-allowed", Some("AccessDenied"));
pub(super) const SIGNATURE_INVALID: Refusal =
    Refusal("authenticate", "signature-invalid", Some("AccessDenied"));
pub(super) const POLICY_MALFORMED: Refusal =
    Refusal("read", "policy-malformed", Some("MalformedPolicy"));
pub(super) const CONDITION_UNSUPPORTED: Refusal =
    Refusal("read", "condition-unsupported", Some("MalformedPolicy"));
pub(super) const RESOURCE_MISMATCH: Refusal =
    Refusal("conditions", "resource-mismatch", Some("AccessDenied"));
pub(super) const NOT_YET_VALID: Refusal =
    Refusal("conditions", "not-yet-valid", Some("AccessDenied"));
pub(super) const EXPIRED: Refusal = Refusal("conditions", "expired", Some("AccessDenied"));
pub(super) const ADDRESS_MISMATCH: Refusal =
    Refusal("conditions", "address-mismatch", Some("AccessDenied"));
pub(super) const CLAIMS_MISSING: Refusal = Refusal("claims", "claims-missing", None);
pub(super) const CLAIMS_MALFORMED: Refusal = Refusal("claims", "claims-malformed", None);
pub(super) const CLAIMS_SIGNATURE_INVALID: Refusal =
    Refusal("claims", "claims-signature-invalid", None);
pub(super) const CLAIMS_NOT_BOUND: Refusal = Refusal("claims", "claims-not-bound", None);
pub(super) const CLAIMS_NOT_YET_VALID: Refusal = Refusal("claims", "claims-not-yet-valid", None);
pub(super) const CLAIMS_EXPIRED: Refusal = Refusal("claims", "claims-expired", None);
pub(super) const CLAIMS_MISMATCH: Refusal = Refusal("claims", "claims-mismatch", None);
pub(super) const REVOKED: Refusal = Refusal("revocation", "revoked", None);
pub(super) const REVOCATION_UNKNOWN: Refusal = Refusal("revocation", "revocation-unknown", None);
pub(super) const REVOCATION_STALE: Refusal = Refusal("revocation", "revocation-stale", None);
