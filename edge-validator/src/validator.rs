//! The validator: from a viewer's request to an answer.

use policy::{
    Admitted, Backend, ClaimsNeed, ClaimsRules, ClaimsTrust, Code, Credential, Denied, Request,
    Scheme, Trust, TrustedKey, TrustedKeys, UnixTime, Url, forwarded_cookies, forwarded_query,
    verify_remembering, wildcards_match,
};

use crate::memory::SignatureMemory;
use crate::response::Response;
use crate::settings::{ClaimsSetting, Enforcement, KeySettings, Settings, SettingsRefused};
use crate::viewer::ViewerRequest;

/// Decides every request by one set of settings. It is shared between threads.
pub struct Validator {
    settings: Settings,
    scheme: Scheme,
    trust: Trust,
    memory: SignatureMemory,
}

/// What is to be done with a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It goes on to CloudFront's cache and the origin, changed so.
    Forward(Forwarded),
    /// It ends here.
    Respond(Response),
}

/// What of a request changes when it is let through. The shell also removes every header for which
/// [`policy::is_own_header`] holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forwarded {
    /// The query without signing parameters and claims token.
    pub query: String,
    /// The `Cookie` header without signing cookies and claims token; None removes it.
    pub cookie: Option<String>,
    /// `ctx` of the claims token of an admitted request: the value of [`CONTEXT_HEADER`].
    pub context: Option<String>,
}

/// Carries `ctx` of the claims token to the origin. It belongs in the cache key, or its responses
/// stay out of the cache.
pub const CONTEXT_HEADER: &str = "x-edgepass-context";

/// A refusal, for the log. It holds no credential.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// Why.
    pub denied: Denied,
    /// The Key-Pair-Id of the credential, if one was found.
    pub key_id: Option<String>,
    /// Whether the request was answered with a refusal, or let through all the same.
    pub enforced: bool,
}

/// The answer to a request, and what the log is to say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// What to do.
    pub answer: Answer,
    /// What to log: one line for each refusal.
    pub refusal: Option<Refusal>,
}

impl Validator {
    /// Takes settings, which `settings_from_toml` has checked, and the shell's crypto.
    pub fn new(settings: Settings, backend: &dyn Backend) -> Result<Self, SettingsRefused> {
        let mut keys = Vec::with_capacity(settings.keys.len());
        for key in &settings.keys {
            keys.push(trusted(key, backend)?);
        }
        let keys = TrustedKeys::new(keys)?;
        let trust = Trust::new(settings.deployment, keys, claims_trust(&settings, backend)?)?;
        let scheme = settings.scheme()?;
        Ok(Self { settings, scheme, trust, memory: SignatureMemory::default() })
    }

    /// The scheme of every request.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What refusals do.
    pub fn enforcement(&self) -> Enforcement {
        self.settings.enforcement
    }

    /// Decides a request.
    pub fn decide(&self, viewer: &ViewerRequest<'_>, now: UnixTime) -> Verdict {
        let settings = &self.settings;
        match settings.enforcement {
            Enforcement::Off => forward(viewer, None, None),
            Enforcement::Log => match self.check(viewer, now) {
                Ok(Passed::Admitted(admitted)) => forward(viewer, Some(&admitted), None),
                Ok(Passed::Preflight(_) | Passed::Public) => forward(viewer, None, None),
                Err(refusal) => forward(viewer, None, Some(refusal)),
            },
            Enforcement::Enforce => match self.check(viewer, now) {
                Ok(Passed::Preflight(response)) => {
                    Verdict { answer: Answer::Respond(response), refusal: None }
                }
                Ok(Passed::Public) => forward(viewer, None, None),
                Ok(Passed::Admitted(admitted)) => forward(viewer, Some(&admitted), None),
                Err(mut refusal) => {
                    refusal.enforced = true;
                    let response = Response::refusal(refusal.denied.code(), viewer, settings);
                    Verdict { answer: Answer::Respond(response), refusal: Some(refusal) }
                }
            },
        }
    }

    /// Whether a request would be let through, were refusals enforced.
    pub fn check(&self, viewer: &ViewerRequest<'_>, now: UnixTime) -> Result<Passed, Refusal> {
        // First of all: on a path that readers disagree about, even "public" means nothing.
        let query = (!viewer.query.is_empty()).then_some(viewer.query);
        let url = Url::from_parts(self.scheme, viewer.host, viewer.path, query)
            .map_err(|fault| Refusal { denied: fault.into(), key_id: None, enforced: false })?;
        if self.settings.public_paths.iter().any(|path| wildcards_match(path, viewer.path)) {
            return Ok(Passed::Public);
        }
        if let Some(response) = Response::preflight(viewer, &self.settings) {
            return Ok(Passed::Preflight(response));
        }
        let address = viewer.address.parse().ok();
        let ViewerRequest { cookies, method, origin, referer, .. } = *viewer;
        let request = Request { url, cookies, address, method, origin, referer };
        match verify_remembering(&request, &self.trust, None, &self.memory, now) {
            Ok(admitted) => Ok(Passed::Admitted(Box::new(admitted))),
            Err(denied) => {
                let key_id = match &denied {
                    _ if denied.code() == Code::CredentialMissing => None,
                    _ => Credential::find(&request).ok().map(|found| found.key_id().to_owned()),
                };
                Err(Refusal { denied, key_id, enforced: false })
            }
        }
    }
}

/// Why a request is let through, or answered without a pass.
#[derive(Clone, Debug)]
pub enum Passed {
    /// Its pass holds.
    Admitted(Box<Admitted>),
    /// It is a preflight, and this is the answer.
    Preflight(Response),
    /// Its path needs no pass.
    Public,
}

fn trusted(key: &KeySettings, backend: &dyn Backend) -> Result<TrustedKey, SettingsRefused> {
    let public_key = key.public_key()?;
    let ready = backend
        .key(&public_key)
        .map_err(|refused| SettingsRefused::Key { id: key.shown(), refused })?;
    let thumbprint = backend.thumbprint(&public_key);
    let id = key.id.as_deref();
    Ok(TrustedKey::new(id, &public_key, thumbprint, &key.allowed()?, ready)?)
}

fn claims_trust(
    settings: &Settings,
    backend: &dyn Backend,
) -> Result<ClaimsTrust, SettingsRefused> {
    let need = match settings.claims {
        ClaimsSetting::Off => return Ok(ClaimsTrust::Off),
        ClaimsSetting::Optional => ClaimsNeed::Optional,
        ClaimsSetting::Required => ClaimsNeed::Required,
    };
    let mut keys = Vec::with_capacity(settings.claims_keys.len());
    for key in &settings.claims_keys {
        keys.push(key.ready(backend)?);
    }
    let (max_lifetime, sha256) = (settings.max_lifetime, backend.sha256());
    Ok(ClaimsTrust::Checked(ClaimsRules { need, keys, max_lifetime, sha256 }))
}

fn forward(
    viewer: &ViewerRequest<'_>,
    admitted: Option<&Admitted>,
    refusal: Option<Refusal>,
) -> Verdict {
    let query = forwarded_query(viewer.query);
    let cookie = forwarded_cookies(viewer.cookies);
    let context = admitted.and_then(Admitted::claims).and_then(|claims| claims.context.clone());
    Verdict { answer: Answer::Forward(Forwarded { query, cookie, context }), refusal }
}
