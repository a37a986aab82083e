//! `/edgepass/session`: passes as cookies.

use core::net::IpAddr;

use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderValue, Response, StatusCode};
use policy::{IssueRefused, ResourcePattern, Target, UnixTime, Unsigned};
use serde::{Deserialize, Serialize};

use crate::interface::allowance::Allowance;
use crate::interface::caller::{Caller, Issue};
use crate::interface::cookies::SetCookies;
use crate::interface::edge_claims::EdgeClaims;
use crate::interface::grants::{Grants, Rule};
use crate::interface::identity::Viewer;
use crate::interface::outcome::{Issued, Outcome};
use crate::interface::pass;
use crate::interface::problem::{Cause, Problem};
use crate::interface::signatures::sign_all;
use crate::key::ring::SigningKeys;
use crate::revocation::store::Store;

/// The body of `POST`: nothing is asked for, since everything follows from the identity.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The body of an issued session.
#[derive(Serialize)]
struct Session<'a> {
    session: &'a str,
    issued_at: i64,
    expires_at: i64,
    resources: Vec<&'a str>,
}

/// The body of a status. Without a grant, or revoked, it is not valid and ends nowhere.
#[derive(Serialize)]
struct Status<'a> {
    valid: bool,
    revoked: bool,
    session: &'a str,
    expires_at: Option<i64>,
    resources: Vec<&'a str>,
    server_time: i64,
}

/// The passes of a viewer, one for each cookie path.
pub(crate) fn allowances(
    grants: &Grants,
    claims: EdgeClaims,
    viewer: &Viewer,
    address: Option<IpAddr>,
) -> Result<Vec<Allowance>, Problem> {
    let mut rules: Vec<&Rule> = grants.of_viewer(viewer);
    rules.retain(|rule| rule.gives_cookies());
    if rules.is_empty() {
        return Err(Problem::new(Cause::NoGrant, "no grant of cookies matches who is signed in"));
    }
    Allowance::of_paths(&rules, viewer, address, claims)
}

/// Issues a session: every pass signed, or none.
pub(crate) async fn issue(
    grants: &Grants,
    claims: EdgeClaims,
    keys: &SigningKeys,
    issue: &Issue,
    allowances: &[Allowance],
) -> Result<(Response<String>, Outcome), Problem> {
    if allowances.len() > keys.policy_key.capacity().per_request {
        let error =
            "the passes of one session are more than the CloudFront key signs for one request";
        return Err(Problem::hidden(Cause::PassTooLarge, &error));
    }
    let unsigned = allowances
        .iter()
        .map(|allowance| {
            let target = Target::Cookies(allowance.policy_resource(claims)?);
            let resources = allowance.resources.clone();
            Ok(pass::unsigned(keys, issue, allowance, target, resources)?)
        })
        .collect::<Result<Vec<Unsigned>, Problem>>()?;
    let texts: Vec<&str> = unsigned.iter().map(Unsigned::text).collect();
    let signatures = sign_all(keys.policy_key.as_ref(), keys.hash, &texts).await?;

    let mut cookies = SetCookies::new(grants);
    for ((unsigned, signature), allowance) in unsigned.into_iter().zip(&signatures).zip(allowances)
    {
        let signed = unsigned.signed(signature);
        cookies.pass(&allowance.path, &signed.cookies().map_err(IssueRefused::Grant)?);
    }
    let expiries = || allowances.iter().map(|allowance| pass::expires(issue, allowance));
    // The front end renews all of them when the first one ends.
    let expires = expiries().min().unwrap_or(issue.issued);
    let Issue { subject, session, issued, .. } = issue;
    cookies.session(&format!("v1.{session}.{issued}.{expires}"));

    let body = Session {
        session,
        issued_at: issued.as_seconds(),
        expires_at: expires.as_seconds(),
        resources: resources(allowances),
    };
    let outcome = Outcome::Issued(Issued {
        subject: subject.clone(),
        session: session.clone(),
        grants: allowances.iter().flat_map(|allowance| allowance.names.clone()).collect(),
        urls: 0,
        expires: expiries().max().unwrap_or(*issued),
    });
    Ok((with_cookies(json(&body), cookies), outcome))
}

/// Says how things stand: recomputed from who is asking, since cookies prove nothing here.
pub(crate) async fn report(
    caller: &Caller,
    store: &dyn Store,
    allowances: Result<Vec<Allowance>, Problem>,
    now: UnixTime,
) -> Result<Response<String>, Problem> {
    let revoked = caller.is_revoked(store).await?;
    let allowances = match allowances {
        Err(Problem { cause: Cause::NoGrant, .. }) => Vec::new(),
        found => found?,
    };
    let lifetime = allowances.iter().map(|allowance| allowance.lifetime).min();
    let valid = !revoked && lifetime.is_some();
    let expires = lifetime.map(|lifetime| now.plus_seconds(lifetime.as_seconds()).as_seconds());
    Ok(json(&Status {
        valid,
        revoked,
        session: &caller.session,
        expires_at: expires.filter(|_| valid),
        resources: if valid { resources(&allowances) } else { Vec::new() },
        server_time: now.as_seconds(),
    }))
}

/// Takes the cookies back. They go even if the store does not answer: then the browser has lost
/// its pass, and the client is told to ask again for the revocation.
pub(crate) async fn log_out(
    grants: &Grants,
    store: &dyn Store,
    caller: Caller,
    now: UnixTime,
) -> (Response<String>, Outcome) {
    let mut cookies = SetCookies::new(grants);
    cookies.expire_all(&grants.cookie_paths());
    let (response, outcome) = match store.revoke_session(&caller.session, now).await {
        Ok(()) => {
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            let Caller { subject, session, .. } = caller;
            (response, Outcome::LoggedOut { subject, session })
        }
        Err(unavailable) => Problem::from(unavailable).into_answer(),
    };
    (with_cookies(response, cookies), outcome)
}

fn resources(allowances: &[Allowance]) -> Vec<&str> {
    let patterns = allowances.iter().flat_map(|allowance| &allowance.resources);
    patterns.map(ResourcePattern::as_str).collect()
}

/// A body of strings and numbers, which are always written.
pub(crate) fn json<T: Serialize>(body: &T) -> Response<String> {
    let mut response = Response::new(serde_json::to_string(body).unwrap_or_default());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn with_cookies(mut response: Response<String>, cookies: SetCookies<'_>) -> Response<String> {
    for line in cookies.into_lines() {
        // Every part of a line was checked or encoded: it is visible ASCII and blanks.
        if let Ok(line) = HeaderValue::from_str(&line) {
            response.headers_mut().append(SET_COOKIE, line);
        }
    }
    response
}
