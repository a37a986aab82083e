//! The function with its settings baked in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_validator::{ClaimsKeySettings, ClaimsSetting, Settings};
use policy::Deployment;
use serde_json::{Map, Value, json};

use crate::limits::{MAX_FUNCTION_BYTES, MIN_STALE_SECONDS};
use crate::refused::FunctionRefused;

/// The function, as `companion/build` makes it, with a place for each setting.
#[cfg(function_built)]
const BUILT: Option<&str> = Some(include_str!("../dist/function.js"));
#[cfg(not(function_built))]
const BUILT: Option<&str> = None;

/// Whether settings describe a CloudFront Function: CloudFront checks its own signature, and no key is
/// named that would check it again.
pub fn is_meant(settings: &Settings) -> bool {
    settings.deployment == Deployment::Native && settings.keys.is_empty()
}

/// A CloudFront Function for viewer-request, in the runtime `cloudfront-js-2.0`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Function {
    /// The place of each setting, and what stands there: JSON.
    values: Vec<(&'static str, String)>,
}

impl Function {
    /// Takes settings, which `settings_from_toml` has checked, if a function can do what they say.
    pub fn new(settings: &Settings) -> Result<Self, FunctionRefused> {
        check(settings)?;
        // Where there is a store it has the keys, so that they change without another function.
        let keys = match settings.key_value_store {
            None => baked_keys(&settings.claims_keys)?,
            Some(_) => {
                baked_keys(&settings.claims_keys)?;
                Value::Object(Map::new())
            }
        };
        let stale = settings.key_value_store.map(|store| store.max_stale_seconds);
        let values = [
            ("SCHEME", json!(settings.scheme)),
            ("ENFORCEMENT", json!(settings.enforcement.name())),
            ("OPTIONAL", json!(settings.claims == ClaimsSetting::Optional)),
            ("MAX_LIFETIME", json!(settings.max_lifetime)),
            ("MAX_STALE", json!(stale)),
            ("KEYS", keys),
            ("PUBLIC_PATHS", json!(settings.public_paths)),
            ("REDIRECT_TO", json!(settings.redirect_to)),
            ("CORS_ORIGINS", json!(settings.cors_origins)),
            ("EXPOSES_REASON", json!(settings.expose_reason)),
        ];
        Ok(Self { values: values.map(|(name, value)| (name, value.to_string())).into() })
    }

    /// The text of the function, at most [`MAX_FUNCTION_BYTES`]. The same settings give the same bytes.
    pub fn text(&self) -> Result<String, FunctionRefused> {
        let built = BUILT.ok_or(FunctionRefused::NotBuilt)?;
        let text = self.values.iter().fold(built.to_owned(), |text, (name, value)| {
            text.replace(&format!("__EDGEPASS_{name}__"), value)
        });
        let bytes = text.len();
        if bytes > MAX_FUNCTION_BYTES {
            let long = self.values.iter().max_by_key(|(_, value)| value.len());
            let (member, of_it) = long.map_or(("", 0), |(name, value)| (member(name), value.len()));
            return Err(FunctionRefused::TooLarge { bytes, member, of_it });
        }
        Ok(text)
    }
}

/// What the setting is called in `edge.toml`.
fn member(name: &str) -> &'static str {
    match name {
        "PUBLIC_PATHS" => "`paths` of `[public]`",
        "CORS_ORIGINS" => "`cors_origins`",
        "REDIRECT_TO" => "`redirect_to`",
        _ => "`[[claims_key]]`, which a `[key_value_store]` would hold,",
    }
}

fn check(settings: &Settings) -> Result<(), FunctionRefused> {
    if settings.deployment != Deployment::Native {
        return Err(FunctionRefused::Standalone);
    }
    if !settings.keys.is_empty() {
        return Err(FunctionRefused::Key);
    }
    if settings.claims == ClaimsSetting::Off {
        return Err(FunctionRefused::ClaimsOff);
    }
    if let Some(path) = settings.public_paths.iter().find(|path| has_costly_run(path)) {
        return Err(FunctionRefused::PublicPath { path: path.clone() });
    }
    if settings.revocation.is_some() {
        return Err(FunctionRefused::SignedState);
    }
    if let Some(store) = settings.key_value_store {
        if settings.claims != ClaimsSetting::Required {
            return Err(FunctionRefused::StoreWithoutClaims);
        }
        if store.max_stale_seconds < MIN_STALE_SECONDS {
            let seconds = store.max_stale_seconds;
            return Err(FunctionRefused::StaleTooSoon { seconds });
        }
        if settings.max_lifetime.is_none() {
            return Err(FunctionRefused::NoLifetime);
        }
    }
    Ok(())
}

/// Whether a pattern has a `?` between two `*`, which the function does not look for.
pub(crate) fn has_costly_run(pattern: &str) -> bool {
    let mut runs = pattern.split('*');
    runs.next();
    runs.next_back();
    runs.any(|run| run.contains('?'))
}

/// The secrets in base64url by their `kid`.
fn baked_keys(keys: &[ClaimsKeySettings]) -> Result<Value, FunctionRefused> {
    let mut baked = Map::new();
    for key in keys {
        baked.insert(key.id().to_owned(), json!(URL_SAFE_NO_PAD.encode(secret(key)?)));
    }
    Ok(Value::Object(baked))
}

/// The secret of a key that a function can verify with.
pub(crate) fn secret(key: &ClaimsKeySettings) -> Result<&[u8], FunctionRefused> {
    let id = || key.id().to_owned();
    match key.secret_bytes() {
        None => Err(FunctionRefused::Algorithm { id: id(), algorithm: key.algorithm() }),
        // An object literal takes this one for something else.
        Some(_) if key.id() == "__proto__" => Err(FunctionRefused::KeyId),
        // As a string, which is what AWS's samples hand the runtime's HMAC, these are the same bytes.
        Some(secret) if secret.iter().all(u8::is_ascii_graphic) => Ok(secret),
        Some(_) => Err(FunctionRefused::Secret { id: id() }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;
    use crate::verdict::tests::settings;

    #[test]
    fn each_setting_has_its_place() {
        let Ok(text) = Function::new(&settings("")).unwrap().text() else {
            assert_eq!(BUILT, None, "it is built and does not fit");
            return;
        };
        assert!(!text.contains("__EDGEPASS_"), "{text}");
        assert!(text.contains("async function handler("), "{text}");
        // A store keeps the secret out of the code.
        let with_store = Function::new(&settings("[key_value_store]")).unwrap().text().unwrap();
        let secret = URL_SAFE_NO_PAD.encode([b'x'; 40]);
        assert!(text.contains(&secret) && !with_store.contains(&secret));
    }

    #[test]
    fn what_a_function_cannot_do_is_refused() {
        use FunctionRefused::*;
        let refused = |tables: &str| Function::new(&settings(tables)).unwrap_err();
        assert_eq!(
            refused("[key_value_store]\nmax_stale_seconds = 899"),
            StaleTooSoon { seconds: 899 }
        );
        let with = |change: fn(&mut Settings)| {
            let mut settings = settings("[key_value_store]");
            change(&mut settings);
            Function::new(&settings).unwrap_err()
        };
        assert_eq!(with(|settings| settings.deployment = Deployment::Standalone), Standalone);
        assert_eq!(with(|settings| settings.claims = ClaimsSetting::Off), ClaimsOff);
        assert_eq!(with(|settings| settings.claims = ClaimsSetting::Optional), StoreWithoutClaims);
        assert_eq!(with(|settings| settings.max_lifetime = None), NoLifetime);
        let key = |id, secret: &[u8]| vec![ClaimsKeySettings::secret(id, secret)];
        let mut settings = settings("");
        settings.public_paths = vec!["/a?*".to_owned(), "/*a?*".to_owned()];
        assert_eq!(Function::new(&settings), Err(PublicPath { path: "/*a?*".to_owned() }));
        settings.public_paths.clear();
        settings.claims_keys = key("a", "é".repeat(32).as_bytes());
        assert_eq!(Function::new(&settings), Err(Secret { id: "a".to_owned() }));
        settings.claims_keys = key("__proto__", &[b'x'; 32]);
        assert_eq!(Function::new(&settings), Err(KeyId));
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_with_what_to_leave_out() {
        let mut settings = settings("");
        settings.public_paths =
            (0..40).map(|number| format!("/assets/of/release/{number}/*")).collect();
        let refused = Function::new(&settings).unwrap().text().unwrap_err();
        if refused == FunctionRefused::NotBuilt {
            return;
        }
        let message = refused.to_string();
        assert!(message.starts_with("the function has 8"), "{message}");
        assert!(message.contains("`paths` of `[public]` takes 1"), "{message}");
    }
}
