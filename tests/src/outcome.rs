//! What an implementation answered to a case, and whether that is what the case expects.

use std::fs;
use std::sync::Arc;

use aws_lc::{AwsLc, AwsLcKey, public_key_from_text, thumbprint};
use edge_validator::ClaimsKeySettings;
use policy::{
    Algorithm, Backend, ClaimsNeed, ClaimsRules, ClaimsTrust, Denied, Deployment, Minimum, Request,
    RevocationView, Scheme, ShortRsa, State, StateTrust, Trust as Trusted, TrustedKey, TrustedKeys,
    UnixTime, Url, WhenUnknown, verify,
};

use crate::keys::TestKey;
use crate::token::secret;
use crate::vector::{
    self, Claims, ClaimsKey, Expect, Mode, Need, Protocol, StateInHand, Trust, Vector, folder,
};

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Let through.
    Allow,
    /// Refused.
    Deny {
        /// The step that refused.
        stage: String,
        /// Why.
        code: String,
        /// What CloudFront answers.
        cloudfront: Option<String>,
        /// The fact, for people.
        message: String,
    },
}

impl Outcome {
    /// What the library answers, with native crypto.
    pub fn of_library(vector: &Vector) -> Self {
        decide(vector).map_or_else(Self::from, |()| Self::Allow)
    }

    /// Nothing, or what is wrong with the answer.
    pub fn differs(&self, expect: &Expect) -> Option<String> {
        let as_expected = match (self, expect) {
            (Self::Allow, Expect::Allow {}) => true,
            (
                Self::Deny { stage, code, cloudfront, message },
                Expect::Deny {
                    stage: expected_stage,
                    code: expected_code,
                    cloudfront: expected_cloudfront,
                    mentions,
                },
            ) => {
                (stage, code, cloudfront) == (expected_stage, expected_code, expected_cloudfront)
                    && message.contains(mentions.as_str())
            }
            _ => false,
        };
        (!as_expected).then(|| format!("expected {expect:?}\n  answered {self:?}"))
    }
}

impl From<Denied> for Outcome {
    fn from(denied: Denied) -> Self {
        Self::Deny {
            stage: denied.stage().to_string(),
            code: denied.code().to_string(),
            cloudfront: denied.cloudfront().map(|error| error.to_string()),
            message: denied.to_string(),
        }
    }
}

fn decide(vector: &Vector) -> Result<(), Denied> {
    let Vector { request, mode, claims, state, now, .. } = vector;
    let scheme = match request.scheme {
        Protocol::Http => Scheme::Http,
        Protocol::Https => Scheme::Https,
    };
    let url = Url::from_parts(scheme, &request.host, &request.path, request.query.as_deref())?;
    let cookies: Vec<&str> = request.cookies.iter().map(String::as_str).collect();
    let address = request.address.as_deref().map(|address| address.parse().unwrap());
    let method = &request.method;
    let value = |lines: &[String]| (!lines.is_empty()).then(|| lines.join(", "));
    let (origin, referer) = (value(&request.origin), value(&request.referer));
    let (origin, referer) = (origin.as_deref(), referer.as_deref());
    let request = Request { url, cookies: &cookies, address, method, origin, referer };
    let keys = TrustedKeys::new(vector.trust.iter().map(trusted_key).collect()).unwrap();
    let deployment = match mode {
        None => Deployment::Standalone,
        Some(Mode::Native) => Deployment::Native,
    };
    let claims = claims.as_ref().map_or(ClaimsTrust::Off, claims_trust);
    let trust = Trusted::new(deployment, keys, claims).unwrap();
    let now = UnixTime::from_seconds(*now).unwrap();
    let loaded = state.as_ref().and_then(|state| load(state, now));
    let revocation = state.as_ref().map(|state| RevocationView {
        state: loaded.as_ref(),
        max_stale_seconds: state.max_stale,
        when_unknown: match state.when_unknown {
            vector::WhenUnknown::Allow => WhenUnknown::Allow,
            vector::WhenUnknown::Deny => WhenUnknown::Deny,
        },
    });
    verify(&request, &trust, revocation, now).result.map(|_| ())
}

/// The state as an edge that has just started takes it; None if it does not.
fn load(state: &StateInHand, now: UnixTime) -> Option<State> {
    let states = folder("vectors/states");
    let head = fs::read(states.join(state.head.as_deref()?)).unwrap();
    let root = TestKey::of_public_file(&state.root).expect("a key of the corpus").public_pem();
    let root = public_key_from_text(root, ShortRsa::Refuse).unwrap();
    let trust = StateTrust::new(None, &[root], Minimum::default(), Arc::new(AwsLc)).unwrap();
    let head = trust.head(&head, None, now).ok()?;
    let body = fs::read(states.join("body").join(head.body_name())).ok()?;
    State::new(head, body, AwsLc.sha256()).ok()
}

fn trusted_key(trust: &Trust) -> TrustedKey {
    let pem = TestKey::of_public_file(&trust.key).expect("a key of the corpus").public_pem();
    let public = public_key_from_text(pem, ShortRsa::Refuse).unwrap();
    let algorithms: Vec<Algorithm> =
        trust.algorithms.iter().map(|name| name.parse().unwrap()).collect();
    let key = Box::new(AwsLcKey::new(&public).unwrap());
    TrustedKey::new(trust.id.as_deref(), &public, thumbprint(&public), &algorithms, key).unwrap()
}

fn claims_trust(claims: &Claims) -> ClaimsTrust {
    let Claims { need, max_lifetime, keys } = claims;
    let need = match need {
        Need::Optional => ClaimsNeed::Optional,
        Need::Required => ClaimsNeed::Required,
    };
    let keys = keys.iter().map(|key| claims_key(key).ready(&AwsLc).unwrap()).collect();
    let (max_lifetime, sha256) = (*max_lifetime, AwsLc.sha256());
    ClaimsTrust::Checked(ClaimsRules { need, keys, max_lifetime, sha256 })
}

fn claims_key(key: &ClaimsKey) -> ClaimsKeySettings {
    let ClaimsKey { id, algorithm, .. } = key;
    if key.secret.is_some() {
        assert_eq!(algorithm, "HS256");
        return ClaimsKeySettings::secret(id, secret(key.file()).expect("a secret of the corpus"));
    }
    let pem = TestKey::of_public_file(key.file()).expect("a key of the corpus").public_pem();
    let public = public_key_from_text(pem, ShortRsa::Refuse).unwrap();
    ClaimsKeySettings::public(id, algorithm.parse().unwrap(), &public)
}
