//! What a verifier trusts, read from the JSON of the package.
//!
//! The texts are short and none is put together by `format!`, which would be an eighth of the
//! module.

use edge_validator::ClaimsSetting;
use policy::Backend;
use policy::json::{self, Object, Value};
use policy::{
    Algorithm, ClaimsKey, ClaimsNeed, ClaimsRules, ClaimsTrust, Deployment, JoseAlgorithm,
    KeyRefused, PublicKey, Scheme, SecretRefused, ShortRsa, Trust, TrustRefused, TrustedKey,
    TrustedKeys, from_base64,
};

use super::backend::HostOrPure;

/// What the operator said, ready to verify.
pub(super) struct Configuration {
    pub(super) trust: Trust,
    /// None: as each request's URL says.
    pub(super) scheme: Option<Scheme>,
}

/// A member that is not taken, and why not.
pub(super) struct Fault {
    list: Option<(&'static str, usize)>,
    member: Option<String>,
    problem: &'static str,
}

impl Configuration {
    pub(super) fn from_json(text: &str) -> Result<Self, Fault> {
        let value = json::read(text.as_bytes()).map_err(|fault| Fault {
            list: None,
            member: None,
            problem: fault.problem,
        })?;
        let mut members = object(value)?;
        let deployment = match optional_string(&mut members, "mode")? {
            None => Deployment::Standalone,
            Some(name) => Deployment::named(&name)
                .ok_or_else(|| at("mode", "is not `standalone` or `native`"))?,
        };
        let scheme = match optional_string(&mut members, "scheme")?.as_deref() {
            None => None,
            Some("https") => Some(Scheme::Https),
            Some("http") => Some(Scheme::Http),
            Some(_) => return Err(at("scheme", "is not `https` or `http`")),
        };
        let keys = list(&mut members, "keys", trusted)?;
        let claims = claims_trust(&mut members)?;
        nothing_else(members)?;
        let keys = TrustedKeys::new(keys).map_err(|refused| at("keys", of_trust(&refused)))?;
        let trust = Trust::new(deployment, keys, claims)
            .map_err(|refused| at("claimsKeys", of_trust(&refused)))?;
        Ok(Self { trust, scheme })
    }
}

fn trusted(mut members: Object<'_>) -> Result<TrustedKey, Fault> {
    let id = optional_string(&mut members, "id")?;
    let key = public_key(&mut members)?;
    let Some(Value::Array(names)) = members.take("algorithms") else {
        return Err(at("algorithms", "is not an array"));
    };
    let algorithm = |name| match name {
        Value::String(name) => name.parse().ok(),
        _ => None,
    };
    let algorithms: Option<Vec<Algorithm>> = names.into_iter().map(algorithm).collect();
    let algorithms = algorithms.ok_or_else(|| {
        at("algorithms", "has another than RSA-SHA256, ECDSA-SHA256, RSA-SHA1 and ECDSA-SHA1")
    })?;
    nothing_else(members)?;
    let ready = HostOrPure.key(&key).map_err(|refused| at("spki", of_key(&refused)))?;
    TrustedKey::new(id.as_deref(), &key, HostOrPure.thumbprint(&key), &algorithms, ready)
        .map_err(|refused| bare(of_trust(&refused)))
}

fn claims_trust(members: &mut Object<'_>) -> Result<ClaimsTrust, Fault> {
    let setting = match optional_string(members, "claims")? {
        None => ClaimsSetting::Required,
        Some(name) => ClaimsSetting::named(&name)
            .ok_or_else(|| at("claims", "is not `required`, `optional` or `off`"))?,
    };
    // A number that is too large must not be taken for no limit.
    let seconds = |value| match value {
        Value::Integer(seconds @ 1..) => u32::try_from(seconds).ok(),
        _ => None,
    };
    let max_lifetime = members.take("maxLifetimeSeconds").map(|value| {
        seconds(value).ok_or_else(|| at("maxLifetimeSeconds", "is not a number of seconds"))
    });
    let max_lifetime = max_lifetime.transpose()?;
    let keys = list(members, "claimsKeys", claims_key)?;
    let need = match setting {
        ClaimsSetting::Off => return Ok(ClaimsTrust::Off),
        ClaimsSetting::Optional => ClaimsNeed::Optional,
        ClaimsSetting::Required => ClaimsNeed::Required,
    };
    let sha256 = HostOrPure.sha256();
    Ok(ClaimsTrust::Checked(ClaimsRules { need, keys, max_lifetime, sha256 }))
}

fn claims_key(mut members: Object<'_>) -> Result<ClaimsKey, Fault> {
    let id = string(&mut members, "id")?;
    let algorithm: JoseAlgorithm = string(&mut members, "algorithm")?
        .parse()
        .map_err(|_| at("algorithm", "is not ES256, RS256 or HS256"))?;
    let key = if algorithm == JoseAlgorithm::Hs256 {
        // Blanks around it are no part of it, as in `edge.toml`.
        ClaimsKey::secret(&id, bytes(&mut members, "secret")?.trim_ascii(), HostOrPure.sha256())
    } else {
        let key = public_key(&mut members)?;
        let ready = HostOrPure.key(&key).map_err(|refused| at("spki", of_key(&refused)))?;
        ClaimsKey::public(&id, algorithm, &key, HostOrPure.thumbprint(&key), ready)
    };
    nothing_else(members)?;
    key.map_err(|refused| match refused {
        TrustRefused::Secret { .. } => at("secret", of_trust(&refused)),
        _ => bare(of_trust(&refused)),
    })
}

fn public_key(members: &mut Object<'_>) -> Result<PublicKey, Fault> {
    PublicKey::from_spki_der(&bytes(members, "spki")?, ShortRsa::Refuse)
        .map_err(|refused| at("spki", of_key(&refused)))
}

fn of_key(refused: &KeyRefused) -> &'static str {
    match refused {
        KeyRefused::LongRsa { .. } => "is an RSA key that is too long; CloudFront takes 2048 bits",
        KeyRefused::NotAPublicKey => {
            "is not a public key; make one with `openssl pkey -in private.pem -pubout`"
        }
        KeyRefused::Numbers { .. } => "has numbers that are those of no public key",
        KeyRefused::OtherCurve => "is on another curve than P-256 (prime256v1)",
        KeyRefused::OtherKind => "is neither an RSA nor an ECDSA key",
        KeyRefused::ShortRsa { .. } => "is an RSA key of fewer than 2048 bits",
    }
}

fn of_trust(refused: &TrustRefused) -> &'static str {
    match refused {
        TrustRefused::KeyForBoth { .. } => {
            "has a key that is in `keys` too; make a key pair of its own for claims tokens"
        }
        TrustRefused::KeyId | TrustRefused::PemAsKeyId => {
            "has an `id` that is none; use the one that CloudFront gave the public key"
        }
        TrustRefused::NoClaimsKey => {
            "is empty, and claims tokens are checked; name a claims key, or set `claims` to `off`"
        }
        TrustRefused::NoKey => "is empty; name the public key to trust",
        TrustRefused::NoAlgorithm => "has no `algorithms`; name one, such as RSA-SHA256",
        TrustRefused::OtherClaimsKind { .. } | TrustRefused::OtherKind { .. } => {
            "has an algorithm of another kind of key"
        }
        TrustRefused::Repeated { .. } | TrustRefused::RepeatedClaimsKey { .. } => {
            "has one `id` twice"
        }
        TrustRefused::Secret { refused: SecretRefused::Key, .. } => {
            "is a key of another kind; use 32 random bytes"
        }
        TrustRefused::Secret { refused: SecretRefused::Short { .. }, .. } => {
            "has fewer than 32 bytes"
        }
        TrustRefused::TooManyWithoutId => "has more than 5 keys without an `id`",
    }
}

fn at(member: &str, problem: &'static str) -> Fault {
    Fault { list: None, member: Some(member.to_owned()), problem }
}

fn bare(problem: &'static str) -> Fault {
    Fault { list: None, member: None, problem }
}

fn object(value: Value<'_>) -> Result<Object<'_>, Fault> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(bare("is not an object")),
    }
}

/// A list that is not there is empty.
fn list<'t, T>(
    members: &mut Object<'t>,
    name: &'static str,
    read: impl Fn(Object<'t>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let values = match members.take(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(at(name, "is not an array")),
    };
    let entry = |(index, value)| {
        object(value).and_then(&read).map_err(|fault| Fault { list: Some((name, index)), ..fault })
    };
    values.into_iter().enumerate().map(entry).collect()
}

fn string(members: &mut Object<'_>, member: &str) -> Result<String, Fault> {
    optional_string(members, member)?.ok_or_else(|| at(member, "is missing"))
}

fn optional_string(members: &mut Object<'_>, member: &str) -> Result<Option<String>, Fault> {
    match members.take(member) {
        None => Ok(None),
        Some(Value::String(string)) => Ok(Some(string.into_owned())),
        Some(_) => Err(at(member, "is not a string")),
    }
}

fn bytes(members: &mut Object<'_>, member: &str) -> Result<Vec<u8>, Fault> {
    from_base64(&string(members, member)?).ok_or_else(|| at(member, "is damaged"))
}

fn nothing_else(members: Object<'_>) -> Result<(), Fault> {
    match members.rest() {
        Some(member) => Err(at(&member, "is no member of it")),
        None => Ok(()),
    }
}

impl Fault {
    /// `` `keys[0].spki` is …``
    pub(super) fn message(&self) -> String {
        let mut message = String::from("`");
        let mut separator = "";
        if let Some((list, index)) = self.list {
            message.push_str(list);
            message.push('[');
            message.push_str(&index.to_string());
            message.push(']');
            separator = ".";
        }
        match &self.member {
            Some(member) => {
                message.push_str(separator);
                message.push_str(member);
            }
            None if separator.is_empty() => message.push_str("configuration"),
            None => {}
        }
        message.push_str("` ");
        message.push_str(self.problem);
        message
    }
}
