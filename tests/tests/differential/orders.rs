//! Random orders that ours takes.

use policy::{Algorithm, Hash};
use proptest::strategy::{Just, Strategy};
use proptest::{option, prop_oneof};

use crate::keys::Key;
use crate::order::Order;

/// What the URLs are made of.
#[derive(Clone, Copy)]
pub(crate) enum Alphabet {
    /// Only what the JS SDK leaves as it is.
    Plain,
    /// All that travels in a URL unchanged.
    Wire,
}

impl Alphabet {
    /// What a path segment and a query are made of, as regular expressions: without `*` and `?`, which
    /// a policy takes for wildcards. In a path a `;` has a name before it.
    fn classes(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => (
                "([A-Za-z0-9_~!'()-]|\\.[a-z0-9]|%20|%C3%A9|%26)",
                "([A-Za-z0-9._~!()+-]|%20|%2F|%3D){1,6}=([a-z0-9]|%26){0,6}",
            ),
            Self::Wire => (
                "([A-Za-z0-9_~!$&'()+,=:@-]|[a-z];|\\.[a-z0-9]|%20|%C3%A9|%c3%a9|%26)",
                "([A-Za-z0-9._~!$()+,;=:@/-]|%20|%2f|%22){1,10}",
            ),
        }
    }

    fn url(self) -> impl Strategy<Value = String> {
        let (path, query) = self.classes();
        let expression = format!(
            "https?://{HOST}(/{path}{{1,6}}){{0,3}}/({path}{{1,8}})?(\\?({query}&){{0,2}}{query})?"
        );
        proptest::string::string_regex(&expression).unwrap()
    }
}

const HOST: &str = "[a-z][a-z0-9-]{0,8}[a-z]\\.cloudfront\\.net(:8443)?";

/// Orders of signed URLs.
pub(crate) fn urls(
    alphabet: Alphabet,
    key_and_hash: impl Strategy<Value = (Key, Hash)> + Clone + 'static,
) -> impl Strategy<Value = Order> {
    let canned = (alphabet.url(), key_and_hash.clone(), expires());
    let custom = (alphabet.url(), key_and_hash, expires(), restrictions());
    prop_oneof![
        canned.prop_map(|(url, (key_id, hash), expires)| Order {
            url: Some(url),
            pattern: None,
            key_id,
            hash,
            expires,
            starts: None,
            ip: None,
        }),
        custom.prop_map(|(url, (key_id, hash), expires, (starts, ip))| Order {
            url: Some(url),
            pattern: None,
            key_id,
            hash,
            expires,
            starts: starts.map(|before| expires - before),
            ip,
        }),
    ]
}

/// Orders of cookies, never for a pattern with nothing but an expiry: a known divergence.
pub(crate) fn cookies(
    key_and_hash: impl Strategy<Value = (Key, Hash)> + Clone + 'static,
) -> impl Strategy<Value = Order> {
    let (path, _) = Alphabet::Wire.classes();
    let pattern = format!(
        "https?://(\\*\\.cloudfront\\.net|{HOST})(/{path}{{1,6}}){{0,2}}\
         /(\\*|{path}{{1,6}}\\*\\.m3u8)"
    );
    let pattern = proptest::string::string_regex(&pattern).unwrap();
    let canned = (Alphabet::Wire.url(), key_and_hash.clone(), expires());
    let custom = (pattern, key_and_hash, expires(), restrictions());
    prop_oneof![
        canned.prop_map(|(url, (key_id, hash), expires)| Order {
            url: None,
            pattern: Some(url),
            key_id,
            hash,
            expires,
            starts: None,
            ip: None,
        }),
        custom.prop_map(|(pattern, (key_id, hash), expires, (starts, ip))| Order {
            url: None,
            pattern: Some(pattern),
            key_id,
            hash,
            expires,
            starts: starts.map(|before| expires - before),
            ip,
        }),
    ]
}

/// The order, one time in three with a pattern for the folder that the URL is in.
pub(crate) fn sometimes_with_pattern(order: Order, choice: usize) -> Order {
    let Some(url) = order.url.as_deref().filter(|_| choice.is_multiple_of(3)) else {
        return order;
    };
    let path = url.split('?').next().unwrap_or(url);
    let (folder, _) = path.rsplit_once('/').unwrap();
    Order { pattern: Some(format!("{folder}/*")), ..order }
}

pub(crate) fn of(algorithm: Algorithm) -> impl Strategy<Value = Order> {
    let key = match algorithm {
        Algorithm::RsaSha1 | Algorithm::RsaSha256 => Key::Rsa,
        Algorithm::EcdsaSha1 | Algorithm::EcdsaSha256 => Key::P256,
    };
    let key_and_hash = Just((key, algorithm.hash()));
    prop_oneof![urls(Alphabet::Wire, key_and_hash), cookies(key_and_hash)]
}

pub(crate) fn key_and_hash() -> impl Strategy<Value = (Key, Hash)> + Clone {
    (
        prop_oneof![Just(Key::Rsa), Just(Key::P256)],
        prop_oneof![Just(Hash::Sha1), Just(Hash::Sha256)],
    )
}

/// Where to change something: counted around whatever is changed.
pub(crate) fn place() -> impl Strategy<Value = usize> {
    0..10_000_usize
}

fn expires() -> impl Strategy<Value = i64> {
    1_600_000_000..4_000_000_000_i64
}

/// How long before its end it starts, and for which network; at least one of them.
fn restrictions() -> impl Strategy<Value = (Option<i64>, Option<String>)> {
    let starts = 10..1_000_000_i64;
    let network = ("[1-9][0-9]?\\.[1-9]?[0-9]\\.1[0-9]{2}\\.2[0-4][0-9]", 0..=32_u8)
        .prop_map(|(address, prefix)| format!("{address}/{prefix}"));
    (option::of(starts), option::of(network))
        .prop_filter("neither", |(starts, network)| starts.is_some() || network.is_some())
}
