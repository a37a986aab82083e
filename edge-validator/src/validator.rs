//! The validator: from a viewer's request to an answer.

use std::sync::{Arc, PoisonError, RwLock};

use policy::{
    Admitted, Backend, Delegation, Denied, Outline, Request, Scheme, StateRefused, StateTrust,
    Trust, UnixTime, Url, forwarded_cookies, forwarded_query, forwarded_referer,
    verify_remembering, wildcards_match,
};

use crate::memory::SignatureMemory;
use crate::response::Response;
use crate::revocation::{RevocationSettings, StateSource};
use crate::settings::{ClaimsSetting, Enforcement, Settings};
use crate::settings_refused::SettingsRefused;
use crate::state_holder::{StateHolder, WantedBody};
use crate::trusted;
use crate::viewer::ViewerRequest;

/// Decides every request by one set of settings. It is shared between threads.
pub struct Validator {
    settings: Settings,
    scheme: Scheme,
    /// Until a state lists others.
    trust: Trust,
    holder: Option<RwLock<StateHolder>>,
    memory: SignatureMemory,
    backend: Arc<dyn Backend>,
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
/// [`policy::is_removed_header`] holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forwarded {
    /// The query without signing parameters and claims token.
    pub query: String,
    /// The `Cookie` header without signing cookies and claims token; None removes it.
    pub cookie: Option<String>,
    /// The `Referer` header without signing parameters and claims token; None removes it.
    pub referer: Option<String>,
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
    pub fn new(
        settings: Settings,
        backend: impl Backend + 'static,
    ) -> Result<Self, SettingsRefused> {
        let backend: Arc<dyn Backend> = Arc::new(backend);
        let trust = trusted::by_settings(&settings, &backend)?;
        let holder = holder(&settings, &backend)?.map(RwLock::new);
        let scheme = settings.scheme()?;
        let memory = SignatureMemory::default();
        Ok(Self { settings, scheme, trust, holder, memory, backend })
    }

    /// Where to look for the state, if revocation is checked.
    pub fn state_source(&self) -> Option<&StateSource> {
        self.settings.revocation.as_ref().map(|revocation| &revocation.source)
    }

    /// Whether the state is due. The caller that gets `true` must look it up, for all threads; the
    /// others get `false` until a second has passed without a success, or until it is due again.
    pub fn begin_look_up(&self, now: UnixTime) -> bool {
        self.holder.as_ref().is_some_and(|holder| {
            let mut holder = holder.write().unwrap_or_else(PoisonError::into_inner);
            let is_due = holder.is_due(now);
            if is_due {
                holder.look_up(now);
            }
            is_due
        })
    }

    /// Takes a head that was fetched. Says which body to fetch, if that is not in hand.
    pub fn take_head(
        &self,
        bytes: &[u8],
        now: UnixTime,
    ) -> Result<Option<WantedBody>, StateRefused> {
        let Some(holder) = &self.holder else { return Ok(None) };
        let mut holder = holder.write().unwrap_or_else(PoisonError::into_inner);
        holder.take_head(bytes, now, |keys| self.listed(keys))
    }

    /// Notes that the head is still the last one that was taken. Says which body to fetch, if that
    /// did not come then.
    pub fn head_is_unchanged(&self, now: UnixTime) -> Option<WantedBody> {
        let mut holder = self.holder.as_ref()?.write().unwrap_or_else(PoisonError::into_inner);
        holder.head_is_unchanged(now)
    }

    /// Takes the body that was asked for. Until then the state before stays in force.
    pub fn take_body(&self, bytes: Vec<u8>, now: UnixTime) -> Result<(), StateRefused> {
        let Some(holder) = &self.holder else { return Ok(()) };
        let mut holder = holder.write().unwrap_or_else(PoisonError::into_inner);
        holder.take_body(bytes, now, |keys| self.listed(keys))
    }

    fn listed(&self, delegation: &Delegation) -> Result<Trust, StateRefused> {
        trusted::by_delegation(delegation, &self.settings, &self.backend)
    }

    /// The walk, with the keys and the state in force.
    fn verify<'r>(&self, request: &Request<'r>, now: UnixTime) -> policy::Verdict<'r> {
        let Some(holder) = &self.holder else {
            return verify_remembering(request, &self.trust, None, &self.memory, now);
        };
        let holder = holder.read().unwrap_or_else(PoisonError::into_inner);
        let trust = holder.trust().unwrap_or(&self.trust);
        verify_remembering(request, trust, Some(holder.view()), &self.memory, now)
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
            Enforcement::Log => {
                let Checked { outline, result } = self.check(viewer, now);
                match result {
                    Ok(Passed::Admitted(admitted)) => forward(viewer, Some(&admitted), None),
                    Ok(Passed::Preflight(_) | Passed::Public) => forward(viewer, None, None),
                    Err(denied) => {
                        forward(viewer, None, Some(Refusal::new(denied, outline, false)))
                    }
                }
            }
            Enforcement::Enforce => {
                let Checked { outline, result } = self.check(viewer, now);
                match result {
                    Ok(Passed::Preflight(response)) => {
                        Verdict { answer: Answer::Respond(response), refusal: None }
                    }
                    Ok(Passed::Public) => forward(viewer, None, None),
                    Ok(Passed::Admitted(admitted)) => forward(viewer, Some(&admitted), None),
                    Err(denied) => {
                        let response = Response::refusal(denied.code(), viewer, settings);
                        let refusal = Some(Refusal::new(denied, outline, true));
                        Verdict { answer: Answer::Respond(response), refusal }
                    }
                }
            }
        }
    }

    /// Whether a request would be let through, were refusals enforced.
    pub fn check<'r>(&self, viewer: &ViewerRequest<'r>, now: UnixTime) -> Checked<'r> {
        // First of all: on a path that readers disagree about, even "public" means nothing.
        let query = (!viewer.query.is_empty()).then_some(viewer.query);
        let url = match Url::from_parts(self.scheme, viewer.host, viewer.path, query) {
            Ok(url) => url,
            Err(fault) => return Checked { outline: None, result: Err(fault.into()) },
        };
        if self.settings.public_paths.iter().any(|path| wildcards_match(path, viewer.path)) {
            return Checked { outline: None, result: Ok(Passed::Public) };
        }
        if let Some(response) = Response::preflight(viewer, &self.settings) {
            return Checked { outline: None, result: Ok(Passed::Preflight(response)) };
        }
        let address = viewer.address.parse().ok();
        let ViewerRequest { cookies, method, origin, referer, .. } = *viewer;
        let request = Request { url, cookies, address, method, origin, referer };
        let policy::Verdict { outline, result } = self.verify(&request, now);
        Checked { outline, result: result.map(|admitted| Passed::Admitted(Box::new(admitted))) }
    }
}

/// What [`Validator::check`] answers.
#[derive(Clone, Debug)]
#[must_use]
pub struct Checked<'r> {
    /// The credential that was found, for the log. None if there was no whole one, or none was
    /// looked for.
    pub outline: Option<Outline<'r>>,
    /// Whether the request would be let through.
    pub result: Result<Passed, Denied>,
}

impl Refusal {
    fn new(denied: Denied, outline: Option<Outline<'_>>, enforced: bool) -> Self {
        let key_id = outline.map(|outline| outline.key_id.into_owned());
        Self { denied, key_id, enforced }
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

fn holder(
    settings: &Settings,
    backend: &Arc<dyn Backend>,
) -> Result<Option<StateHolder>, SettingsRefused> {
    let Some(revocation) = &settings.revocation else { return Ok(None) };
    if settings.claims != ClaimsSetting::Required {
        return Err(SettingsRefused::RevocationWithoutClaims);
    }
    let RevocationSettings { refresh_seconds, max_stale_seconds, minimum, .. } = *revocation;
    if refresh_seconds == 0 || max_stale_seconds < refresh_seconds {
        return Err(SettingsRefused::RevocationSeconds);
    }
    let (site, roots) = (revocation.site_id()?, revocation.root_keys()?);
    let trust = StateTrust::new(site, &roots, minimum, Arc::clone(backend))?;
    Ok(Some(StateHolder::new(revocation, trust, backend.sha256())))
}

fn forward(
    viewer: &ViewerRequest<'_>,
    admitted: Option<&Admitted>,
    refusal: Option<Refusal>,
) -> Verdict {
    let query = forwarded_query(viewer.query);
    let cookie = forwarded_cookies(viewer.cookies);
    let referer = viewer.referer.and_then(forwarded_referer);
    let context = admitted.and_then(Admitted::claims).and_then(|claims| claims.context.clone());
    Verdict { answer: Answer::Forward(Forwarded { query, cookie, referer, context }), refusal }
}
