//! The validator: from a viewer's request to an answer.

use policy::{
    Admitted, BoxedKey, Code, Credential, Denied, KeyRefused, PublicKey, Request, Scheme,
    Thumbprint, TrustedKey, TrustedKeys, UnixTime, Url, forwarded_cookies, forwarded_query,
    verify_remembering, wildcards_match,
};

use crate::memory::SignatureMemory;
use crate::response::Response;
use crate::settings::{Enforcement, Settings, SettingsRefused};
use crate::viewer::ViewerRequest;

/// Decides every request by one set of settings. It is shared between threads.
pub struct Validator {
    settings: Settings,
    scheme: Scheme,
    trust: TrustedKeys,
    memory: SignatureMemory,
}

/// A public key in the form of the shell's backend, and its thumbprint.
pub struct ReadyKey {
    /// SHA-256 of its SPKI.
    pub thumbprint: Thumbprint,
    /// Ready to verify.
    pub key: BoxedKey,
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
}

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
    /// Takes settings, which `settings_from_toml` has checked, and the shell's way of
    /// making a public key ready.
    pub fn new(
        settings: Settings,
        make_ready: impl Fn(&PublicKey) -> Result<ReadyKey, KeyRefused>,
    ) -> Result<Self, SettingsRefused> {
        let mut keys = Vec::with_capacity(settings.keys.len());
        for key in &settings.keys {
            let public_key = key.public_key()?;
            let ready = make_ready(&public_key)
                .map_err(|refused| SettingsRefused::Key { id: key.shown(), refused })?;
            let ReadyKey { thumbprint, key: backend } = ready;
            let id = key.id.as_deref();
            keys.push(TrustedKey::new(id, &public_key, thumbprint, &key.allowed()?, backend)?);
        }
        let trust = TrustedKeys::new(keys)?;
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
            Enforcement::Off => forward(viewer, None),
            Enforcement::Log => forward(viewer, self.check(viewer, now).err()),
            Enforcement::Enforce => match self.check(viewer, now) {
                Ok(Passed::Preflight(response)) => {
                    Verdict { answer: Answer::Respond(response), refusal: None }
                }
                Ok(Passed::Public | Passed::Admitted(_)) => forward(viewer, None),
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
        let request = Request { url, cookies: viewer.cookies, address };
        match verify_remembering(&request, &self.trust, &self.memory, now) {
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

fn forward(viewer: &ViewerRequest<'_>, refusal: Option<Refusal>) -> Verdict {
    let query = forwarded_query(viewer.query);
    let cookie = forwarded_cookies(viewer.cookies);
    Verdict { answer: Answer::Forward(Forwarded { query, cookie }), refusal }
}
