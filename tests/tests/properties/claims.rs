//! Passes with a claims token: what is issued is admitted, and nothing else is.

use core::convert::Infallible;
use core::net::{IpAddr, Ipv4Addr};

use aws_lc::{AwsLc, sha256};
use edge_validator::ClaimsKeySettings;
use edgepass_tests::keys::TestKey;
use edgepass_tests::token::{ES256, HS256, RS256, TokenKey, secret};
use policy::{
    Backend, Claims, ClaimsNeed, ClaimsRules, ClaimsTrust, Deployment, Grant, Hash, JoseAlgorithm,
    MakeToken, Network, Request, Target, Trust, Url, verify,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::hold;
use crate::scenario::{NOW, time, trusted_keys};

const URL: &str = "https://media.example.com/video/a.mp4?size=large";
const ORIGIN: &str = "https://www.example.com";

/// A key of the corpus, as the product takes one that signs tokens.
struct Signer(TokenKey);

impl MakeToken for Signer {
    type Error = Infallible;

    fn id(&self) -> &str {
        self.0.id()
    }

    fn algorithm(&self) -> JoseAlgorithm {
        self.0.algorithm().parse().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok(self.0.sign(message))
    }
}

/// What a pass is for, and how it travels.
fn target() -> impl Strategy<Value = &'static str> {
    select(vec!["url", "url-of-path", "url-of-query", "cookies", "cookies-of-url"])
}

fn target_of(name: &str) -> Target {
    let url = || URL.parse().unwrap();
    match name {
        "url" => Target::Url(url(), None),
        "url-of-path" => Target::Url(
            url(),
            Some("https://media.example.com/video/*?size=large".parse().unwrap()),
        ),
        "url-of-query" => Target::Url(url(), Some("https://media.example.com/*".parse().unwrap())),
        "cookies" => Target::Cookies("https://media.example.com/video/*".parse().unwrap()),
        _ => Target::CookiesFor(url(), "https://media.example.com/*".parse().unwrap()),
    }
}

prop_compose! {
    /// Claims that hold for every request here.
    fn claims()(
        subject in "[!-~]{1,128}",
        session in "[!-~]{1,128}",
        age in -60_i64..1000,
        lifetime in 61_i64..1_000_000,
        not_before in proptest::option::of(0_i64..=NOW),
        policy in proptest::option::of(any::<[u8; 32]>()),
        restricted in any::<[bool; 4]>(),
        address in any::<Ipv4Addr>(),
        context in proptest::option::of("[!-~]{1,64}"),
    ) -> Claims {
        let [resources, networks, methods, origins] = restricted;
        let list = |there: bool, entry: &str| {
            there.then(|| entry.to_owned()).into_iter().collect::<Vec<String>>()
        };
        let patterns = list(resources, "https://media.example.com/video/*");
        Claims {
            subject,
            session,
            issued_at: time(NOW - age),
            expires: time(NOW - age + lifetime.max(age + 1)),
            not_before: not_before.map(time),
            policy,
            resources: patterns.iter().map(|pattern| pattern.parse().unwrap()).collect(),
            networks: if networks { vec![Network::single(IpAddr::V4(address))] } else { vec![] },
            methods: list(methods, "GET"),
            origins: list(origins, ORIGIN),
            context,
        }
    }
}

/// What travels.
#[derive(Clone, Debug)]
struct Wire {
    url: String,
    cookie: String,
    /// The text that is signed.
    policy: String,
}

fn issued(target: &str, claims: &Claims, key: TokenKey) -> Wire {
    let grant =
        Grant { target: target_of(target), expires: time(NOW + 3600), starts: None, network: None };
    let signer = TestKey::Rsa;
    let unsigned = grant
        .unsigned_with_claims(claims.clone(), &Signer(key), sha256, signer.id(), Hash::Sha256)
        .unwrap();
    let signature = signer.sign(Hash::Sha256, unsigned.text().as_bytes());
    let signed = unsigned.signed(&signature);
    let policy = signed.text().to_owned();
    if target.starts_with("url") {
        return Wire { url: signed.url().unwrap(), cookie: String::new(), policy };
    }
    let cookies: Vec<String> =
        signed.cookies().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
    Wire { url: URL.to_owned(), cookie: cookies.join("; "), policy }
}

/// Everything that an inspection shows.
fn shown(wire: &Wire) -> (Claims, String) {
    let url = Url::parse(&wire.url).unwrap();
    let cookies = [wire.cookie.as_str()];
    let found = policy::inspect(Some(url), &cookies).unwrap_or_else(|denied| panic!("{denied}"));
    assert_eq!(found.fault, None);
    let token = found.token.unwrap();
    let text = [found.policy.text, found.policy.resource].map(Option::unwrap_or_default).concat();
    let token = [token.header_json().unwrap(), token.payload_json().unwrap()].concat();
    (found.claims.unwrap(), format!("{text}{token}{:?}", found.outline))
}

/// The token may be in the resource, which CloudFront's signature covers.
#[test]
fn an_inspection_shows_the_claims_and_no_signature() {
    let passes = (target(), claims(), select(vec![ES256, RS256, HS256]));
    hold(100, passes, |(target, claims, key)| {
        let wire = issued(target, &claims, key);
        let (mut read, text) = shown(&wire);
        read.policy = claims.policy;
        assert_eq!(read, claims);
        let values = [wire.url.as_str(), &wire.cookie].join("&");
        let mut signatures = 0;
        for value in values.split(['&', '?', ';']) {
            let Some((name, value)) = value.trim().split_once('=') else { continue };
            let signature = match name {
                "Edgepass-Claims" => value.rsplit('.').next().unwrap(),
                "Signature" | "CloudFront-Signature" => value,
                _ => continue,
            };
            signatures += 1;
            assert!(signature.len() > 40 && !text.contains(signature), "{text}");
        }
        assert_eq!(signatures, 2);
    });
}

fn is_admitted(wire: &Wire, claims: &Claims) -> bool {
    let Ok(url) = Url::parse(&wire.url) else { return false };
    let address = claims
        .networks
        .first()
        .map(|network| network.to_string().split_once('/').unwrap().0.parse::<IpAddr>().unwrap());
    let cookies = [wire.cookie.as_str()];
    let request = Request { cookies: &cookies, address, origin: Some(ORIGIN), ..Request::get(url) };
    verify(&request, &trust(), None, time(NOW)).result.is_ok_and(|admitted| {
        let mut read = admitted.claims().unwrap().clone();
        read.policy = claims.policy;
        read == *claims
    })
}

fn trust() -> Trust {
    let public = |key: TokenKey, pair: TestKey| {
        let public = pair.private().public_key().clone();
        ClaimsKeySettings::public(key.id(), key.algorithm().parse().unwrap(), &public)
    };
    let keys = [
        public(ES256, TestKey::P256Other),
        public(RS256, TestKey::RsaOther),
        ClaimsKeySettings::secret(HS256.id(), secret(HS256.file()).unwrap()),
    ];
    let rules = ClaimsRules {
        need: ClaimsNeed::Required,
        keys: keys.iter().map(|key| key.ready(&AwsLc).unwrap()).collect(),
        max_lifetime: None,
        sha256: AwsLc.sha256(),
    };
    let keys = trusted_keys(&[TestKey::Rsa, TestKey::P256]);
    Trust::new(Deployment::Standalone, keys, ClaimsTrust::Checked(rules)).unwrap()
}

fn key() -> impl Strategy<Value = TokenKey> {
    select(vec![HS256, HS256, ES256, RS256])
}

#[test]
fn what_is_issued_is_admitted() {
    hold(150, (target(), claims(), key()), |(target, claims, key)| {
        assert!(is_admitted(&issued(target, &claims, key), &claims));
    });
}

/// Any byte of policy and token, signatures included.
#[test]
fn a_changed_byte_is_not_admitted() {
    let changed = (target(), claims(), key(), any::<Index>(), any::<Index>(), 33_u8..127);
    hold(400, changed, |(target, claims, key, which, at, byte)| {
        let mut wire = issued(target, &claims, key);
        let text = if wire.cookie.is_empty() { &mut wire.url } else { &mut wire.cookie };
        let names = ["Expires=", "Policy=", "Signature=", "Edgepass-Claims="];
        let values: Vec<usize> =
            names.iter().filter_map(|name| Some(text.find(name)? + name.len())).collect();
        let start = values[which.index(values.len())];
        let end = text[start..].find(['&', ';']).map_or(text.len(), |length| start + length);
        let at = start + at.index(end - start);
        if text.as_bytes()[at] == byte {
            return;
        }
        text.replace_range(at..=at, char::from(byte).encode_utf8(&mut [0; 4]));
        assert!(!is_admitted(&wire, &claims), "{wire:?}");
    });
}

#[test]
fn tokens_of_two_passes_are_not_exchanged() {
    let two = (target(), target(), claims(), claims(), key());
    hold(200, two, |(target, other_target, claims, other_claims, key)| {
        let (one, two) = (issued(target, &claims, key), issued(other_target, &other_claims, key));
        // Passes with one policy are one pass as far as CloudFront is concerned.
        if one.policy == two.policy || claims == other_claims {
            return;
        }
        let (own, other) = (token(&one), token(&two));
        let [url, cookie] = [&one.url, &one.cookie].map(|text| text.replace(&own, &other));
        let swapped = Wire { url, cookie, ..one };
        assert!(!is_admitted(&swapped, &other_claims), "{swapped:?}");
    });
}

fn token(wire: &Wire) -> String {
    let text = if wire.cookie.is_empty() { &wire.url } else { &wire.cookie };
    let (_, rest) = text.split_once("Edgepass-Claims=").unwrap();
    rest.split(['&', ';']).next().unwrap().to_owned()
}

#[test]
fn written_claims_read_back() {
    hold(2000, claims(), |claims| {
        assert_eq!(Claims::read(claims.to_json().as_bytes()), Ok(claims));
    });
}
