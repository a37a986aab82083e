//! The states that cases of the stage `revocation` are decided by.

use crate::keys::TestKey;
use crate::state::{Listed, State, name, sha256, thumbprint, trusted_by_most};
use crate::token::{ES256, RS256, TokenKey, secret};

use super::draft::NOW;

/// When every state was made.
pub(super) const MADE: i64 = NOW - 10;

/// The longest lifetime that every state allows, in seconds.
pub(super) const LONGEST: u32 = 7200;

/// When the passes of the cases were issued that do not say otherwise.
pub(super) const ISSUED: i64 = NOW - 60;

/// A file under `tests/vectors/states`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct StateFile {
    /// Its path there: `NAME.head`, or `body/DIGEST` as publishers have it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Every file, in alphabetical order, none twice.
pub fn states() -> Vec<StateFile> {
    let nothing = State {
        generated_at: MADE,
        maximum_lifetime: LONGEST,
        up_to: 0,
        sessions: &[],
        keys: &[],
        subjects: &[],
    };
    let TokenKey::Pair(claims_key) = ES256 else { panic!("ES256 is made with a key pair") };
    let cut_off = u32::try_from(ISSUED).unwrap();
    let keys = [TestKey::Rsa, claims_key, TestKey::P256].map(thumbprint);
    let secret = sha256(secret("claims.secret").unwrap());
    let states = [
        ("nothing", nothing),
        ("session", State { sessions: &["s-0814", "s-0815", "s-0816"], ..nothing }),
        ("subject", State { subjects: &[("u-4710", 0), ("u-4711", cut_off)], ..nothing }),
        ("subject-for-good", State { subjects: &[("u-4711", u32::MAX)], ..nothing }),
        ("all", State { up_to: ISSUED, ..nothing }),
        ("cloudfront-key", State { keys: &keys[..1], ..nothing }),
        ("claims-key", State { keys: &keys[1..2], ..nothing }),
        ("claims-secret", State { keys: &[secret], ..nothing }),
        (
            "others",
            State {
                up_to: ISSUED - 1,
                sessions: &["u-4711", "s-08151"],
                keys: &keys[2..],
                subjects: &[("s-0815", u32::MAX), ("u-4711", cut_off - 1)],
                ..nothing
            },
        ),
    ];
    let mut files: Vec<StateFile> = states
        .iter()
        .flat_map(|(head, state)| {
            let body = state.body();
            let head = StateFile { name: format!("{head}.head"), bytes: state.head() };
            [head, StateFile { name: format!("body/{}", name(&body)), bytes: body }]
        })
        .collect();
    let [cloudfront, claims] = trusted_by_most();
    let unpublished = State { sessions: &["s-1"], ..nothing };
    let mut altered = nothing.head();
    *altered.last_mut().unwrap() ^= 1;
    files.extend(
        [
            ("without-body", unpublished.head()),
            ("by-another-key", nothing.head_by(TestKey::Rsa)),
            ("altered", altered),
            ("cut-short", nothing.head()[..100].to_vec()),
            ("exponent-1", nothing.head_listing(&[cloudfront.clone().with_exponent_1(), claims])),
            ("exponent-1-of-claims", {
                let claims = Listed::claims(RS256).with_exponent_1();
                nothing.head_listing(&[cloudfront, claims])
            }),
            ("exponent-3", {
                let claims = TokenKey::Pair(TestKey::RsaExponent3);
                nothing.head_listing(&[Listed::cloudfront(TestKey::Rsa), Listed::claims(claims)])
            }),
        ]
        .map(|(head, bytes)| StateFile { name: format!("{head}.head"), bytes }),
    );
    files.sort();
    files.dedup();
    files
}
