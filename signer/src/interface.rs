//! The HTTP interface: which request is answered by what.

pub(crate) mod allowance;
pub(crate) mod caller;
pub(crate) mod cookies;
pub(crate) mod cors;
pub(crate) mod edge_claims;
pub(crate) mod event;
pub(crate) mod grants;
pub(crate) mod idempotency;
pub(crate) mod identity;
pub(crate) mod origin;
pub(crate) mod outcome;
pub(crate) mod pass;
pub(crate) mod placement;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod revocations;
pub(crate) mod session;
#[cfg(feature = "lambda")]
pub(crate) mod session_function;
pub(crate) mod signatures;
pub(crate) mod urls;

use std::sync::Arc;

use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Response};
use policy::UnixTime;

use crate::clock::Clock;
use crate::interface::allowance::Allowance;
use crate::interface::caller::{Caller, Issue};
use crate::interface::edge_claims::EdgeClaims;
use crate::interface::grants::{Grants, GrantsRefused};
use crate::interface::idempotency::{Answers, Question};
use crate::interface::identity::{
    Identity, IdentityRefused, SignIn, SignInTime, UnreadClaim, Viewer,
};
use crate::interface::outcome::Outcome;
use crate::interface::problem::{Cause, Problem};
use crate::interface::request::Request;
use crate::interface::urls::Wanted;
use crate::key::ring::{KeyRing, SigningKeys};
use crate::revocation::store::{LONGEST_SIGN_IN_DEFAULT, Store};

/// Issues passes over HTTP to callers whom an authorizer in front of it has authenticated.
///
/// Its only state is a cache of answers for `Idempotency-Key`, so any number of instances can serve one
/// site.
pub struct Interface {
    grants: Grants,
    edge_claims: EdgeClaims,
    keys: Arc<dyn KeyRing>,
    store: Arc<dyn Store>,
    clock: Clock,
    answers: Answers,
    /// [`crate::Retention::longest_sign_in`]
    longest_sign_in: u32,
}

/// What a request is answered, and what became of it.
#[derive(Debug)]
pub struct Answer {
    /// For the client. Its body is text.
    pub response: Response<String>,
    /// For logs and metrics.
    pub outcome: Outcome,
    /// For the log: claims of the caller that would have counted, had they been understood.
    pub unread: Vec<UnreadClaim>,
}

/// Somebody who may revoke, by their pseudonym, and the keys of this request.
struct Administrator {
    subject: String,
    keys: Arc<SigningKeys>,
}

impl Interface {
    /// Serves these grants to whoever signed in during the last 400 days. They are refused if the
    /// edge, which treats claims tokens as `edge_claims` says, would admit more than they list.
    pub fn new(
        grants: Grants,
        edge_claims: EdgeClaims,
        keys: Arc<dyn KeyRing>,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Self, GrantsRefused> {
        grants.check_at_edge(edge_claims)?;
        let longest_sign_in = LONGEST_SIGN_IN_DEFAULT;
        let answers = Answers::default();
        Ok(Self { grants, edge_claims, keys, store, clock, answers, longest_sign_in })
    }

    /// With another age of the oldest sign-in that is served, in seconds: at most that for which
    /// the store is pruned to remember revocations ([`crate::revocation::store::prune`]), so that none is forgotten
    /// while its sign-in is good for passes.
    pub fn with_longest_sign_in(self, seconds: u32) -> Self {
        Self { longest_sign_in: seconds, ..self }
    }

    /// Answers a request. There is no request to which it has no answer.
    pub async fn answer(&self, request: &Request) -> Answer {
        let answered = self.route(request).await;
        let (mut response, outcome) = answered.unwrap_or_else(Problem::into_answer);
        cors::allow_origin(&mut response, request, &self.grants.origins);
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let unread = match &request.identity {
            Ok(Identity::Viewer(viewer)) => self.grants.unread(viewer),
            Ok(Identity::Principal(_)) | Err(_) => Vec::new(),
        };
        Answer { response, outcome, unread }
    }

    async fn route(&self, request: &Request) -> Result<(Response<String>, Outcome), Problem> {
        let known = matches!(
            request.path.as_str(),
            "/edgepass/revocations" | "/edgepass/session" | "/edgepass/urls"
        );
        if known && cors::is_preflight(request) {
            let response = cors::preflight(request, &self.grants.origins)?;
            return Ok((response, Outcome::Preflight));
        }
        if request.method != Method::GET {
            cors::check_origin(request, &self.grants.origins)?;
        }
        let now = (self.clock)();
        match (request.path.as_str(), &request.method) {
            ("/edgepass/revocations", &Method::GET) => self.list(request, now).await,
            ("/edgepass/revocations", &Method::POST) => self.revoke(request, now).await,
            ("/edgepass/revocations", &Method::DELETE) => self.unrevoke(request, now).await,
            ("/edgepass/revocations", _) => Err(Problem::method_not_allowed("GET, POST, DELETE")),
            ("/edgepass/session", &Method::GET) => self.report(request, now).await,
            ("/edgepass/session", &Method::POST) => self.issue_session(request, now).await,
            ("/edgepass/session", &Method::DELETE) => self.log_out(request, now).await,
            ("/edgepass/session", _) => Err(Problem::method_not_allowed("GET, POST, DELETE")),
            ("/edgepass/urls", &Method::POST) => self.sign_urls(request, now).await,
            ("/edgepass/urls", _) => Err(Problem::method_not_allowed("POST")),
            _ => Err(Problem::new(Cause::NotFound, "there is no such resource")),
        }
    }

    async fn issue_session(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        request.check_mutation()?;
        let (viewer, sign_in) = self.viewer(request, now)?;
        let session::Nothing {} = request.json()?;
        let allowances = self.session_allowances(viewer, request)?;
        let keys = self.keys.current().await?;
        let secret = &keys.site_secret;
        let caller = Caller::new(viewer.subject(secret), &sign_in, secret);
        let issue = caller.issue(self.store.as_ref(), now).await?;
        self.once(request, &issue, &allowances, now, async || {
            session::issue(&self.grants, self.edge_claims, &keys, &issue, &allowances).await
        })
        .await
    }

    async fn report(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        let (viewer, sign_in) = self.viewer(request, now)?;
        let keys = self.keys.current().await?;
        let secret = &keys.site_secret;
        let caller = Caller::new(viewer.subject(secret), &sign_in, secret);
        let allowances = self.session_allowances(viewer, request);
        let report = session::report(&caller, self.store.as_ref(), allowances, now).await?;
        Ok((report, Outcome::Reported))
    }

    async fn log_out(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        request.check_mutation()?;
        let (viewer, sign_in) = self.viewer(request, now)?;
        let keys = self.keys.current().await?;
        let secret = &keys.site_secret;
        let caller = Caller::new(viewer.subject(secret), &sign_in, secret);
        Ok(session::log_out(&self.grants, self.store.as_ref(), caller, now).await)
    }

    async fn sign_urls(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        request.check_mutation()?;
        let (identity, sign_in) = self.caller(request, now)?;
        let wanted: Wanted = request.json()?;
        let address = request.address;
        let allowances = urls::allowances(&self.grants, self.edge_claims, identity, address)?;
        let keys = self.keys.current().await?;
        let secret = &keys.site_secret;
        let caller = Caller::new(identity.subject(secret), &sign_in, secret);
        let issue = caller.issue(self.store.as_ref(), now).await?;
        self.once(request, &issue, &allowances, now, async || {
            urls::sign(&keys, &issue, &allowances, &wanted).await
        })
        .await
    }

    fn session_allowances(
        &self,
        viewer: &Viewer,
        request: &Request,
    ) -> Result<Vec<Allowance>, Problem> {
        session::allowances(&self.grants, self.edge_claims, viewer, request.address)
    }

    async fn revoke(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        request.check_mutation()?;
        let Administrator { subject, keys } = self.administrator(request, now).await?;
        let order = request.json()?;
        revocations::revoke(self.store.as_ref(), &keys.site_secret, subject, order, now).await
    }

    async fn list(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        self.administrator(request, now).await?;
        let list = revocations::list(self.store.as_ref(), &request.query).await?;
        Ok((list, Outcome::Reported))
    }

    async fn unrevoke(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<(Response<String>, Outcome), Problem> {
        request.check_mutation()?;
        let Administrator { subject, keys } = self.administrator(request, now).await?;
        let reversal = request.json()?;
        revocations::unrevoke(self.store.as_ref(), &keys.site_secret, subject, reversal).await
    }

    /// Who asks for what only administrators may. One who is revoked may not: else whoever stole
    /// their sign-in could take the revocation back.
    async fn administrator(
        &self,
        request: &Request,
        now: UnixTime,
    ) -> Result<Administrator, Problem> {
        let (identity, sign_in) = self.caller(request, now)?;
        if !self.grants.administers(identity) {
            let detail = "whoever may revoke has every claim that `admin` names";
            return Err(Problem::new(Cause::NotAdministrator, detail));
        }
        let keys = self.keys.current().await?;
        let secret = &keys.site_secret;
        let caller = Caller::new(identity.subject(secret), &sign_in, secret);
        if caller.is_revoked(self.store.as_ref()).await? {
            return Err(Problem::revoked());
        }
        Ok(Administrator { subject: caller.subject, keys })
    }

    /// Answers a question that was asked before with the same key as before; else asks.
    async fn once(
        &self,
        request: &Request,
        issue: &Issue,
        allowances: &[Allowance],
        now: UnixTime,
        ask: impl AsyncFnOnce() -> Result<(Response<String>, Outcome), Problem>,
    ) -> Result<(Response<String>, Outcome), Problem> {
        let Some(question) = Question::new(request, issue, allowances)? else {
            return ask().await;
        };
        if let Some(response) = self.answers.find(&question, now)? {
            return Ok((response, Outcome::Repeated));
        }
        let (response, outcome) = ask().await?;
        self.answers.keep(question, &response, now);
        Ok((response, outcome))
    }

    /// Who asks: a viewer, or a principal that a grant lists. Behind origin access control every
    /// request comes from CloudFront's principal, which says nothing about who is asking.
    fn caller<'r>(
        &self,
        request: &'r Request,
        now: UnixTime,
    ) -> Result<(&'r Identity, SignIn), Problem> {
        match &request.identity {
            Ok(identity @ Identity::Principal(arn))
                if !self.grants.of_principal(arn).is_empty() =>
            {
                Ok((identity, SignIn::of_principal(arn, now)))
            }
            Ok(identity @ Identity::Viewer(viewer)) => Ok((identity, self.sign_in(viewer, now)?)),
            Ok(Identity::Principal(_)) => Err(IdentityRefused::Absent.into()),
            Err(refused) => Err(refused.clone().into()),
        }
    }

    /// Who asks for what only viewers have.
    fn viewer<'r>(
        &self,
        request: &'r Request,
        now: UnixTime,
    ) -> Result<(&'r Viewer, SignIn), Problem> {
        match self.caller(request, now)? {
            (Identity::Viewer(viewer), sign_in) => Ok((viewer, sign_in)),
            (Identity::Principal(_), _) => {
                let detail = "an IAM principal stands for no viewer; it may only sign URLs";
                Err(Problem::new(Cause::ViewerRequired, detail))
            }
        }
    }

    fn sign_in(&self, viewer: &Viewer, now: UnixTime) -> Result<SignIn, IdentityRefused> {
        viewer.check_expiry(now)?;
        let claim = self.grants.sign_in_time.as_deref();
        let rule = SignInTime { claim, revocable: self.store.remembers() };
        let sign_in = viewer.sign_in(rule)?;
        sign_in.check_age(now, self.longest_sign_in)?;
        Ok(sign_in)
    }
}
