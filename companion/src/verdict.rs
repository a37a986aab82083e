//! What the function decides, for those who explain it: the walk of `policy` with its own rules for the
//! store and with its own limits.

use aws_lc::{AwsLc, sha256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_validator::{ClaimsKeySettings, Passed, Settings, Validator, ViewerRequest};
use policy::{
    Carrier, Claims, ClaimsFault, Denied, Field, MAX_CLOCK_SKEW, Revocation, Thumbprint, UnixTime,
};

use crate::function::has_costly_run;
use crate::key_value_store::{KeyValueStore, Meta};

/// The largest whole number of JavaScript.
const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// What the function with these settings decides, were refusals enforced. `store` is what it reads;
/// None stands for one that cannot be read. A [`crate::Function`] was made of the settings.
pub fn decide(
    settings: &Settings,
    store: Option<&KeyValueStore>,
    viewer: &ViewerRequest<'_>,
    now: UnixTime,
) -> Result<Passed, Denied> {
    let query = without_signing_parameters(viewer.query);
    let cookies: Vec<String> =
        viewer.cookies.iter().map(|line| without_signing_cookies(line)).collect();
    let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
    let viewer = ViewerRequest { query: &query, cookies: &cookies, ..*viewer };
    let Some(limits) = settings.key_value_store else {
        let passed = check(settings, &settings.claims_keys, &viewer, now)?;
        return limited(passed);
    };
    let Some((store, meta)) = store.and_then(|store| Some((store, store.meta()?))) else {
        return match check(settings, &settings.claims_keys, &viewer, now) {
            Ok(Passed::Admitted(_)) => Err(Denied::RevocationUnknown),
            Err(denied) if needs_a_key(&denied) => Err(Denied::RevocationUnknown),
            decided => decided,
        };
    };
    let keys = keys_of(&meta);
    let passed = limited(check(settings, &keys, &viewer, now)?)?;
    if let Passed::Admitted(admitted) = &passed {
        let claims = admitted.claims().ok_or(Denied::ClaimsMissing)?;
        check_lifetime(claims, meta.life)?;
        check_age(&meta, limits.max_stale_seconds, now)?;
        check_standing(claims, &meta, store)?;
        // The walk does not tell which key signed: without the revoked ones it must still hold.
        let (gone, good): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| is_gone(key, &meta));
        if let Some(key) = gone.first()
            && check(settings, &good, &viewer, now).is_err()
        {
            let thumbprint = Thumbprint(sha256(key.secret_bytes().unwrap_or_default()));
            return Err(Denied::Revoked(Revocation::Key { thumbprint }));
        }
    }
    Ok(passed)
}

/// The walk, with these claims keys.
fn check(
    settings: &Settings,
    claims_keys: &[ClaimsKeySettings],
    viewer: &ViewerRequest<'_>,
    now: UnixTime,
) -> Result<Passed, Denied> {
    let decided = |claims_keys: &[ClaimsKeySettings]| {
        let settings = Settings { claims_keys: claims_keys.to_vec(), ..settings.clone() };
        let validator = Validator::new(settings, AwsLc).ok()?;
        Some(validator.check(viewer, now).result)
    };
    // Keys that no validator takes have signed no token: what is checked without a key still is.
    decided(claims_keys).unwrap_or_else(|| match decided(&settings.claims_keys) {
        Some(Err(denied)) if !needs_a_key(&denied) => Err(denied),
        Some(Ok(passed @ (Passed::Preflight(_) | Passed::Public))) => Ok(passed),
        _ => Err(Denied::ClaimsSignatureInvalid { key_id: None }),
    })
}

fn keys_of(meta: &Meta) -> Vec<ClaimsKeySettings> {
    let key = |(id, secret): (&String, &String)| {
        Some(ClaimsKeySettings::secret(id, &URL_SAFE_NO_PAD.decode(secret).ok()?))
    };
    meta.keys.iter().filter_map(key).collect()
}

fn is_gone(key: &ClaimsKeySettings, meta: &Meta) -> bool {
    key.secret_bytes().is_some_and(|secret| meta.is_gone(secret))
}

/// Whether a refusal comes from what only a key can tell.
fn needs_a_key(denied: &Denied) -> bool {
    !matches!(
        denied,
        Denied::RequestMalformed(_)
            | Denied::CredentialMalformed { .. }
            | Denied::ClaimsMissing
            | Denied::ClaimsMalformed(
                ClaimsFault::EscapedName
                    | ClaimsFault::Repeated
                    | ClaimsFault::TooLong { .. }
                    | ClaimsFault::NotJws
            )
    )
}

/// Refuses what the function cannot compute with.
fn limited(passed: Passed) -> Result<Passed, Denied> {
    if let Passed::Admitted(admitted) = &passed
        && let Some(claims) = admitted.claims()
    {
        let times = [Some(claims.issued_at), Some(claims.expires), claims.not_before];
        if times.into_iter().flatten().any(|time| time.as_seconds() > MAX_SAFE_INTEGER) {
            let expected = "below 2^53, which is as far as a CloudFront Function can count";
            return Err(ClaimsFault::Type { claim: "a time", expected }.into());
        }
        let sections = [policy::Section::Domain, policy::Section::Query];
        let is_costly = |pattern: &policy::ResourcePattern| {
            sections.into_iter().any(|section| has_costly_run(pattern.section(section)))
        };
        if claims.resources.iter().any(is_costly) {
            let expected = "without a `?` between two `*`, which a CloudFront Function has no time to look for";
            return Err(ClaimsFault::Type { claim: "res", expected }.into());
        }
    }
    Ok(passed)
}

fn check_lifetime(claims: &Claims, most: u32) -> Result<(), Denied> {
    let seconds = claims.expires.seconds_since(claims.issued_at);
    if seconds > i64::from(most) {
        return Err(ClaimsFault::Lifetime { seconds, most }.into());
    }
    Ok(())
}

fn check_age(meta: &Meta, max_stale_seconds: u32, now: UnixTime) -> Result<(), Denied> {
    let made_at = i64::try_from(meta.at).ok().and_then(UnixTime::from_seconds);
    let generated_at = made_at.unwrap_or(UnixTime::MAX);
    if now > generated_at.plus_seconds(max_stale_seconds)
        || generated_at > now.plus_seconds(MAX_CLOCK_SKEW)
    {
        return Err(Denied::RevocationStale { generated_at, now, max_stale_seconds });
    }
    Ok(())
}

fn check_standing(claims: &Claims, meta: &Meta, store: &KeyValueStore) -> Result<(), Denied> {
    let all = i64::try_from(meta.all).ok().and_then(UnixTime::from_seconds);
    let all = all.unwrap_or(UnixTime::MAX);
    if all != UnixTime::EPOCH && claims.issued_at <= all {
        return Err(Denied::Revoked(Revocation::All { up_to: all }));
    }
    if store.has_session(&claims.session) {
        return Err(Denied::Revoked(Revocation::Session));
    }
    match store.cut_off(&claims.subject) {
        Some(up_to) if claims.issued_at <= up_to => {
            Err(Denied::Revoked(Revocation::Subject { up_to }))
        }
        _ => Ok(()),
    }
}

/// CloudFront's own parameters, which the function leaves alone. An escaped name stays, to be refused.
fn without_signing_parameters(query: &str) -> String {
    let is_other = |part: &&str| {
        let name = part.split_once('=').map_or(*part, |(name, _)| name);
        Field::named(Carrier::Url, name).is_none()
    };
    query.split('&').filter(is_other).collect::<Vec<_>>().join("&")
}

fn without_signing_cookies(line: &str) -> String {
    let is_other = |cookie: &&str| {
        let name = cookie.split_once('=').map_or(*cookie, |(name, _)| name);
        Field::named(Carrier::Cookie, name.trim()).is_none()
    };
    line.split(';').filter(is_other).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use edge_validator::settings_from_toml;

    use super::*;

    /// The settings of a function, with more tables.
    pub(crate) fn settings(tables: &str) -> Settings {
        let toml = format!(
            r#"
            mode = "native"
            max_lifetime_seconds = 7200
            [[claims_key]]
            id = "claims-hs256"
            algorithm = "HS256"
            secret_file = "claims.secret"
            {tables}"#
        );
        settings_from_toml(&toml, |_| Ok(vec![b'x'; 40])).unwrap()
    }

    #[test]
    fn a_store_that_is_not_there_is_met_after_what_needs_no_key() {
        let settings = settings("[key_value_store]\n[public]\npaths = [\"/public/*\"]");
        let now = UnixTime::EPOCH;
        let asked = |path: &'static str, query: &'static str| {
            let viewer = ViewerRequest {
                method: "GET",
                host: "a.example",
                path,
                query,
                ..Default::default()
            };
            decide(&settings, None, &viewer, now).map(|passed| matches!(passed, Passed::Public))
        };
        assert_eq!(asked("/public/a", ""), Ok(true));
        assert_eq!(asked("/a", "Signature=x"), Err(Denied::ClaimsMissing));
        assert_eq!(
            asked("/a", "Edgepass-Claims=x").unwrap_err().code(),
            policy::Code::ClaimsMalformed
        );
        assert_eq!(asked("/a", "Edgepass-Claims=x.y.z"), Err(Denied::RevocationUnknown));
    }
}
