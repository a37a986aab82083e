//! Verdicts as JSON. The package adds what a code means, which every refusal of a kind shares.

use policy::json::{self, Members};
use policy::{
    Admitted, Claims, Denied, Outline, Policy, Request, UnixTime, forwarded_cookies,
    forwarded_query, forwarded_referer,
};

use crate::outline::{put_outline, put_times};

pub(super) fn allowed(
    request: &Request<'_>,
    admitted: &Admitted,
    outline: Option<&Outline<'_>>,
) -> String {
    json::object(|members| {
        members.string("decision", "allow");
        put_credential(members, outline);
        match admitted.policy() {
            Some(policy) => members.object("policy", |members| {
                members.string("resource", policy.resource());
                put_times(members, policy.date_greater_than(), Some(policy.date_less_than()));
            }),
            None => members.string_or_null("policy", None),
        };
        match admitted.claims() {
            Some(claims) => members.object("claims", |members| put_claims(members, claims)),
            None => members.string_or_null("claims", None),
        };
        members.integer_or_null("expiresAt", expires_at(admitted).map(UnixTime::as_seconds));
        members.object("forward", |members| put_forward(members, request, admitted.claims()));
    })
}

pub(super) fn denied(denied: &Denied, outline: Option<&Outline<'_>>) -> String {
    json::object(|members| {
        members.string("decision", "deny");
        put_reason(members, denied);
        put_credential(members, outline);
    })
}

fn put_reason(members: &mut Members<'_>, denied: &Denied) {
    members
        .string("stage", denied.stage().name())
        .string("code", denied.code().as_str())
        .string_or_null("cloudfront", denied.cloudfront().map(|error| error.code()));
}

fn put_credential(members: &mut Members<'_>, outline: Option<&Outline<'_>>) {
    match outline {
        Some(outline) => members.object("credential", |members| put_outline(members, outline)),
        None => members.string_or_null("credential", None),
    };
}

/// What an application may want to know. The restrictions have been applied.
fn put_claims(members: &mut Members<'_>, claims: &Claims) {
    members
        .string("sub", &claims.subject)
        .string("jti", &claims.session)
        .integer("iat", claims.issued_at.as_seconds())
        .integer("exp", claims.expires.as_seconds())
        .string_or_null("ctx", claims.context.as_deref());
}

/// When the request stops being admitted: at the end of the policy or of the claims, whichever
/// comes first.
fn expires_at(admitted: &Admitted) -> Option<UnixTime> {
    let policy = admitted.policy().map(Policy::date_less_than);
    let claims = admitted.claims().map(|claims| claims.expires);
    policy.into_iter().chain(claims).min()
}

fn put_forward(members: &mut Members<'_>, request: &Request<'_>, claims: Option<&Claims>) {
    let url = request.url;
    let query = url.query().map(forwarded_query).filter(|query| !query.is_empty());
    let mut forwarded = String::from(url.scheme().name());
    for part in ["://", url.host(), url.path()] {
        forwarded.push_str(part);
    }
    if let Some(query) = query {
        forwarded.push('?');
        forwarded.push_str(&query);
    }
    let context = claims.and_then(|claims| claims.context.as_deref());
    members
        .string("url", &forwarded)
        .string_or_null("cookie", forwarded_cookies(request.cookies).as_deref())
        .string_or_null("referer", request.referer.and_then(forwarded_referer).as_deref())
        .string_or_null("context", context);
}
