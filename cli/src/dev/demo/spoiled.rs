//! Passes that are bad on purpose, made of the good one that the viewer holds.

use aws_lc::sha256;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use policy::{
    CLAIMS_NAME, Carrier, Field, Grant, Scheme, Target, UnixTime, Url, to_cloudfront_base64,
};
use serde::Deserialize;
use signer::{KeyRing, NamedTokenKey, SigningKeys};

use super::held::{Held, nothing_held};
use super::{Demo, failed, not_understood};
use crate::dev::api::Problem;
use crate::dev::cookie::set_cookies;
use crate::dev::sign_in::SignIn;
use crate::dev::viewer::Viewer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spoil {
    kind: Spoiled,
}

/// What is wrong with a pass.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Spoiled {
    /// It has ended.
    Expired,
    /// The policy claims everybody's files, under the signature of the one that did not.
    Tampered,
    /// The claims token has ended, though the policy has not.
    TokenExpired,
    /// There is no claims token.
    TokenMissing,
    /// The claims token is that of somebody else's pass.
    TokenSwapped,
}

/// Puts a spoiled pass in the place of the good one.
pub(super) async fn spoil_pass(
    State(demo): State<Demo>,
    Extension(viewer): Extension<Viewer>,
    sign_in: SignIn,
    body: Result<Json<Spoil>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(Spoil { kind }) = body.map_err(|rejection| not_understood(rejection.body_text()))?;
    let cookies = viewer.cookies();
    let url = Url::from_parts(Scheme::Http, &viewer.host, "/", None).map_err(failed)?;
    let held = Held::find(&viewer.request(url, &cookies)).ok_or_else(nothing_held)?;
    let keys = demo.keys.current().await.map_err(failed)?;
    let a_minute_ago = a_minute_before(demo.validator.now());
    let changed = match kind {
        Spoiled::Expired => expired(&held, &keys, a_minute_ago).await?,
        Spoiled::Tampered => {
            let own = format!("/media/{}/*", sign_in.user.id());
            let altered = held.policy.replace(&own, "/media/*");
            let altered = to_cloudfront_base64(altered.as_bytes());
            vec![(Field::Policy.name(Carrier::Cookie), Some(altered))]
        }
        Spoiled::TokenExpired => {
            let token = held.claims_until(a_minute_ago)?.sign(&claims_key(&keys));
            vec![(CLAIMS_NAME, Some(token.map_err(failed)?))]
        }
        Spoiled::TokenMissing => vec![(CLAIMS_NAME, None)],
        Spoiled::TokenSwapped => {
            let other = SignIn::new(sign_in.user.other(), demo.validator.now())?;
            vec![(CLAIMS_NAME, demo.signer.token(&other, &viewer).await)]
        }
    };
    Ok((StatusCode::NO_CONTENT, set_cookies(changed)).into_response())
}

/// The same pass, genuine, from an earlier time.
async fn expired(
    held: &Held,
    keys: &SigningKeys,
    expires: UnixTime,
) -> Result<Vec<(&'static str, Option<String>)>, Problem> {
    let target = Target::Cookies(held.pattern()?);
    let claims = held.claims_until(expires)?;
    let unsigned = Grant { target, expires, starts: None, network: None }
        .unsigned_with_claims(claims, &claims_key(keys), sha256, &keys.key_id, keys.hash)
        .map_err(failed)?;
    let signature = keys.policy_key.sign(keys.hash, unsigned.text()).await.map_err(failed)?;
    let cookies = unsigned.signed(&signature).cookies().map_err(failed)?;
    Ok(cookies.into_iter().map(|(name, value)| (name, Some(value))).collect())
}

fn claims_key(keys: &SigningKeys) -> NamedTokenKey<&signer::TokenKey> {
    NamedTokenKey { id: keys.claims_key_id.clone(), key: &keys.claims_key }
}

fn a_minute_before(time: UnixTime) -> UnixTime {
    UnixTime::from_seconds(time.as_seconds().saturating_sub(60)).unwrap_or(time)
}
