//! A random pass, what it looks like on the wire, and a request that it admits.

use core::net::{IpAddr, Ipv4Addr};

use aws_lc::{AwsLcKey, public_key_from_text, thumbprint};
use edgepass_tests::keys::TestKey;
use policy::{
    Algorithm, Grant, Hash, Outline, Request, ResourcePattern, ShortRsa, Signed, Target, Trust,
    TrustedKey, TrustedKeys, UnixTime, Url, Verdict, verify,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The verifier's clock.
pub(crate) const NOW: i64 = 1_767_225_600;

/// A pass and one request that it is for.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    key: TestKey,
    hash: Hash,
    carrier: Carrier,
    /// The path and query asked for.
    target: String,
    /// How much of the target the pattern keeps before its `*`; none: a pass for the URL alone.
    pub(crate) pattern: Option<Index>,
    lifetime: i64,
    age: Option<i64>,
    prefix: Option<u8>,
    address: Ipv4Addr,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Carrier {
    Url,
    Cookie,
}

prop_compose! {
    pub(crate) fn scenario()(
        key in select(vec![TestKey::Rsa, TestKey::P256]),
        hash in select(vec![Hash::Sha1, Hash::Sha256]),
        carrier in select(vec![Carrier::Url, Carrier::Cookie]),
        target in target(),
        pattern in proptest::option::of(any::<Index>()),
        lifetime in 1_i64..10_000_000,
        age in proptest::option::of(1_i64..10_000_000),
        prefix in proptest::option::of(0_u8..=32),
        address in any::<Ipv4Addr>(),
    ) -> Scenario {
        Scenario { key, hash, carrier, target, pattern, lifetime, age, prefix, address }
    }
}

/// A path, and often a query, of all characters that travel. Nothing but a `;` would be an empty
/// segment.
fn target() -> impl Strategy<Value = String> {
    let path = r"(/([a-zA-Z0-9_~!$&()+,=:@'-]|[a-z];|%20|%C3%A9){1,8}){1,4}(\.[a-z0-9]{2,4})?/?";
    let first = r"[a-z]([a-zA-Z0-9._~!$()+,;:@/-]|%2F|%2e){0,8}(=[a-zA-Z0-9]{0,4})?";
    let others = "(&[a-z]{1,3}=[0-9]?){0,2}";
    let query = proptest::option::of((first, others).prop_map(|(first, others)| first + &others));
    (path, query).prop_map(|(path, query)| match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    })
}

impl Scenario {
    pub(crate) fn url(&self) -> String {
        format!("https://media.example.com{}", self.target)
    }

    fn pattern(&self) -> Option<ResourcePattern> {
        let path_bytes = self.target.find('?').unwrap_or(self.target.len());
        self.pattern.map(|index| {
            // Not inside an escape, whose rest would no longer be one.
            let mut kept = 1 + index.index(path_bytes);
            while self.target[..kept].ends_with('%') || self.target[..kept - 1].ends_with('%') {
                kept -= 1;
            }
            format!("https://media.example.com{}*", &self.target[..kept]).parse().unwrap()
        })
    }

    fn sign(&self) -> Signed {
        let url = self.url();
        let target = match (self.carrier, self.pattern()) {
            (Carrier::Url, pattern) => Target::Url(url.parse().unwrap(), pattern),
            (Carrier::Cookie, Some(pattern)) => Target::Cookies(pattern),
            (Carrier::Cookie, None) => Target::Cookies(url.parse().unwrap()),
        };
        let network = self.prefix.map(|prefix| format!("{}/{prefix}", self.address));
        let grant = Grant {
            target,
            expires: time(NOW + self.lifetime),
            starts: self.age.map(|age| time(NOW - age)),
            network: network.map(|text| text.parse().unwrap()),
        };
        let unsigned = grant.unsigned(self.key.id(), self.hash).unwrap();
        let signature = self.key.sign(self.hash, unsigned.text().as_bytes());
        unsigned.signed(&signature)
    }

    pub(crate) fn wire(&self) -> Wire {
        let signed = self.sign();
        match self.carrier {
            Carrier::Url => Wire { url: signed.url().unwrap(), cookie: None },
            Carrier::Cookie => {
                let cookies = signed.cookies().unwrap();
                let cookies: Vec<String> =
                    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                Wire { url: self.url(), cookie: Some(cookies.join("; ")) }
            }
        }
    }

    pub(crate) fn is_admitted(&self, wire: &Wire) -> bool {
        self.verdict(wire, NOW).is_some_and(|(_, admitted)| admitted)
    }

    /// What a verdict says of the credential, and whether the request is admitted. None if there
    /// is no request.
    pub(crate) fn verdict(
        &self,
        wire: &Wire,
        now: i64,
    ) -> Option<(Option<Outline<'static>>, bool)> {
        let url = Url::parse(&wire.url).ok()?;
        let cookies: Vec<&str> = wire.cookie.as_deref().into_iter().collect();
        let address = Some(IpAddr::V4(self.address));
        let request = Request { cookies: &cookies, address, ..Request::get(url) };
        let Verdict { outline, result } = verify(&request, &trust(), None, time(now));
        Some((outline.map(Outline::into_owned), result.is_ok()))
    }

    /// What there is to say of the credential.
    pub(crate) fn outline(&self) -> Outline<'static> {
        Outline {
            carrier: match self.carrier {
                Carrier::Url => policy::Carrier::Url,
                Carrier::Cookie => policy::Carrier::Cookie,
            },
            key_id: self.key.id().into(),
            hash: self.hash,
            is_canned: self.pattern.is_none() && self.age.is_none() && self.prefix.is_none(),
        }
    }
}

/// What travels.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) url: String,
    pub(crate) cookie: Option<String>,
}

impl Wire {
    /// The text that holds the credential.
    pub(crate) fn carrying(&mut self) -> &mut String {
        self.cookie.as_mut().unwrap_or(&mut self.url)
    }
}

pub(crate) fn time(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds).unwrap()
}

pub(crate) fn trust() -> Trust {
    Trust::in_credentials(trusted_keys(&TestKey::ALL))
}

/// These keys, each with both hashes.
pub(crate) fn trusted_keys(keys: &[TestKey]) -> TrustedKeys {
    let trusted = |key: TestKey| {
        let public = public_key_from_text(key.public_pem(), ShortRsa::Refuse).unwrap();
        let algorithms = [Hash::Sha1, Hash::Sha256].map(|it| Algorithm::new(public.kind(), it));
        let native = Box::new(AwsLcKey::new(&public).unwrap());
        TrustedKey::new(Some(key.id()), &public, thumbprint(&public), &algorithms, native).unwrap()
    };
    TrustedKeys::new(keys.iter().map(|&key| trusted(key)).collect()).unwrap()
}
