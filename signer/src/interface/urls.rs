//! `/edgepass/urls`: passes inside of URLs.

use core::net::IpAddr;

use http::Response;
use policy::{ClaimsRefused, IssueRefused, SignableUrl, Target, Unsigned, Url};
use serde::{Deserialize, Serialize};

use crate::interface::allowance::Allowance;
use crate::interface::caller::Issue;
use crate::interface::edge_claims::EdgeClaims;
use crate::interface::grants::Grants;
use crate::interface::identity::Identity;
use crate::interface::outcome::{Issued, Outcome};
use crate::interface::pass;
use crate::interface::problem::{Cause, Problem};
use crate::interface::session::json;
use crate::interface::signatures::sign_all;
use crate::key::ring::SigningKeys;

/// The most URLs of one request. A key that answers over the network may allow fewer.
pub const MAX_URLS: usize = 100;

/// The body of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    urls: Vec<String>,
}

/// The body of a response: as many URLs as were asked for, in the same order.
#[derive(Serialize)]
struct SignedUrls {
    issued_at: i64,
    /// When the first of them ends.
    expires_at: i64,
    urls: Vec<SignedUrl>,
}

#[derive(Serialize)]
struct SignedUrl {
    url: String,
    expires_at: i64,
}

/// What a caller may have signed: one allowance for each grant. The first that covers a URL is its.
pub(crate) fn allowances(
    grants: &Grants,
    claims: EdgeClaims,
    identity: &Identity,
    address: Option<IpAddr>,
) -> Result<Vec<Allowance>, Problem> {
    let (rules, viewer) = match identity {
        Identity::Principal(arn) => (grants.of_principal(arn), None),
        Identity::Viewer(viewer) => (grants.of_viewer(viewer), Some(viewer)),
    };
    if rules.is_empty() {
        return Err(Problem::new(Cause::NoGrant, "no grant matches who is asking"));
    }
    let allowance = |rule| Allowance::of_rule(rule, viewer, address, claims);
    rules.into_iter().map(allowance).collect()
}

/// A URL that may be signed, and what allows it.
struct Granted<'a> {
    url: SignableUrl,
    allowance: &'a Allowance,
}

/// Signs every URL, or none.
pub(crate) async fn sign(
    keys: &SigningKeys,
    issue: &Issue,
    allowances: &[Allowance],
    wanted: &Wanted,
) -> Result<(Response<String>, Outcome), Problem> {
    let most = keys.policy_key.capacity().per_request.min(MAX_URLS);
    let count = wanted.urls.len();
    if count > most {
        let detail = format!("{count} URLs are too many; at most {most} are signed at once");
        return Err(Problem::new(Cause::TooManyUrls, detail));
    }
    if count == 0 {
        return Err(Problem::new(Cause::BodyMalformed, "`urls` is empty; name at least one"));
    }
    let granted = wanted
        .urls
        .iter()
        .enumerate()
        .map(|(at, url)| granted(at, url, allowances))
        .collect::<Result<Vec<_>, _>>()?;
    let unsigned = granted
        .iter()
        .enumerate()
        .map(|(at, granted)| unsigned(keys, issue, at, granted))
        .collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = unsigned.iter().map(Unsigned::text).collect();
    let signatures = sign_all(keys.policy_key.as_ref(), keys.hash, &texts).await?;
    let mut urls = Vec::with_capacity(count);
    for (at, ((unsigned, signature), granted)) in
        unsigned.into_iter().zip(&signatures).zip(&granted).enumerate()
    {
        let url = unsigned.signed(signature).url().map_err(|refused| refused_url(at, &refused))?;
        let expires_at = pass::expires(issue, granted.allowance).as_seconds();
        urls.push(SignedUrl { url, expires_at });
    }
    let ends = || granted.iter().map(|granted| pass::expires(issue, granted.allowance));
    let mut names: Vec<String> =
        granted.iter().flat_map(|granted| granted.allowance.names.clone()).collect();
    names.sort();
    names.dedup();
    let issued = issue.issued;
    let outcome = Outcome::Issued(Issued {
        subject: issue.subject.clone(),
        session: issue.session.clone(),
        grants: names,
        urls: urls.len(),
        expires: ends().max().unwrap_or(issued),
    });
    let first = ends().min().unwrap_or(issued);
    let body = SignedUrls { issued_at: issued.as_seconds(), expires_at: first.as_seconds(), urls };
    Ok((json(&body), outcome))
}

fn granted<'a>(at: usize, text: &str, allowances: &'a [Allowance]) -> Result<Granted<'a>, Problem> {
    let url: SignableUrl = text.parse().map_err(|fault| refused_url(at, &fault))?;
    let parts = Url::parse(url.as_str()).map_err(|fault| refused_url(at, &fault))?;
    let allowance = allowances.iter().find(|allowance| allowance.covers(&parts));
    let allowance = allowance.ok_or_else(|| {
        Problem::new(Cause::UrlNotGranted, format!("`urls[{at}]`: no grant covers this URL"))
    })?;
    Ok(Granted { url, allowance })
}

/// The claims token becomes a part of the URL, and of what is signed: nobody can take it away.
fn unsigned(
    keys: &SigningKeys,
    issue: &Issue,
    at: usize,
    Granted { url, allowance }: &Granted<'_>,
) -> Result<Unsigned, Problem> {
    let exactly = url.as_str().parse().map_err(|fault| refused_url(at, &fault))?;
    let target = Target::Url(url.clone(), None);
    let unsigned = pass::unsigned(keys, issue, allowance, target, vec![exactly]);
    unsigned.map_err(|refused| match refused {
        IssueRefused::Claims(ClaimsRefused::Claims(fault)) => refused_url(at, &fault),
        IssueRefused::Grant(refused) => refused_url(at, &refused),
        refused @ IssueRefused::Claims(ClaimsRefused::Key(_)) => refused.into(),
    })
}

fn refused_url(at: usize, fault: &dyn core::fmt::Display) -> Problem {
    Problem::new(Cause::UrlRefused, format!("`urls[{at}]`: {fault}"))
}
