use std::sync::Arc;

use aws_lc::AwsLc;
use edgepass_tests::keys::TestKey;
use policy::{
    Algorithm, DelegatedKey, Delegation, KeyUse, MAX_DELEGATED_KEYS, Minimum, SignedDelegation,
    StatePart, StateRefused, StateSigner, StateTrust, TrustRefused,
};

use crate::site::{
    CLAIMS, ROOT, SITE, STATE, delegate, delegation, public, signed_delegation, trust,
};

#[test]
fn what_the_root_key_signed_is_read_as_it_was() {
    assert_eq!(trust().delegation(&signed_delegation()).unwrap(), delegation());
    let nothing = Delegation { keys: Vec::new(), ..delegation() };
    assert_eq!(trust().delegation(&delegate(&nothing, ROOT)).unwrap(), nothing);
}

#[test]
fn it_is_kept_as_bytes() {
    let signed = signed_delegation();
    assert_eq!(SignedDelegation::from_bytes(signed.as_bytes()).unwrap(), signed);
}

#[test]
fn only_a_root_key_delegates() {
    for other in [STATE, TestKey::Rsa] {
        let by_other = delegate(&delegation(), other);
        let refused = trust().delegation(&by_other).unwrap_err();
        assert_eq!(refused, StateRefused::Signature(StateSigner::Root), "{other:?}");
    }
}

#[test]
fn two_root_keys_may_take_turns() {
    let with = |roots: &[TestKey]| {
        let roots: Vec<_> = roots.iter().map(|key| public(*key)).collect();
        StateTrust::new(SITE.parse().ok(), &roots, Minimum::default(), Arc::new(AwsLc))
    };
    let both = with(&[ROOT, TestKey::Rsa]).unwrap();
    for root in [ROOT, TestKey::Rsa] {
        assert!(both.delegation(&delegate(&delegation(), root)).is_ok());
    }
    for wrong in [&[][..], &[ROOT, TestKey::Rsa, TestKey::RsaOther]] {
        assert_eq!(with(wrong).err(), Some(StateRefused::RootKeys));
    }
}

#[test]
fn another_site_is_refused() {
    let other = Delegation { site: "https://other.example.com".parse().unwrap(), ..delegation() };
    assert_eq!(trust().delegation(&delegate(&other, ROOT)).err(), Some(StateRefused::OtherSite));
    for id in ["", "a b", "ä", "a\n", &"a".repeat(256)] {
        assert_eq!(id.parse::<policy::SiteId>(), Err(StateRefused::SiteId), "{id}");
    }
}

#[test]
fn a_list_that_no_edge_could_trust_is_neither_made_nor_read() {
    let [cloudfront, claims] = <[DelegatedKey; 2]>::try_from(delegation().keys).unwrap();
    let malformed = |problem| StateRefused::Malformed { part: StatePart::Delegation, problem };
    let with = |listed: DelegatedKey| vec![listed];
    let id = |id: &str| Some(id.to_owned());
    let kind = cloudfront.key.kind();
    let cases = [
        (with(DelegatedKey { id: None, ..claims.clone() }), malformed("a claims key has no id")),
        (
            with(DelegatedKey { algorithms: vec![Algorithm::RsaSha1], ..claims.clone() }),
            malformed("a claims key has another algorithm than RS256 or ES256"),
        ),
        (
            with(DelegatedKey { algorithms: Algorithm::ALL[..2].to_vec(), ..claims.clone() }),
            malformed("a claims key has another algorithm than RS256 or ES256"),
        ),
        (with(DelegatedKey { id: id("a b"), ..claims.clone() }), TrustRefused::KeyId.into()),
        (
            with(DelegatedKey { algorithms: Vec::new(), ..cloudfront.clone() }),
            TrustRefused::NoAlgorithm.into(),
        ),
        (
            with(DelegatedKey { algorithms: vec![Algorithm::EcdsaSha256], ..cloudfront.clone() }),
            TrustRefused::OtherKind { algorithm: Algorithm::EcdsaSha256, kind }.into(),
        ),
        (
            vec![cloudfront.clone(), cloudfront.clone()],
            TrustRefused::Repeated { id: "K2JCJMDEHXQW5F".to_owned() }.into(),
        ),
        (
            vec![
                cloudfront.clone(),
                DelegatedKey { key: cloudfront.key.clone(), ..claims.clone() },
            ],
            malformed("a key is listed for two uses"),
        ),
        (
            with(DelegatedKey {
                key: public(STATE),
                algorithms: vec![Algorithm::EcdsaSha256],
                ..claims.clone()
            }),
            malformed("the state key is listed for passes too"),
        ),
        (
            vec![DelegatedKey { id: None, ..cloudfront.clone() }; 6],
            TrustRefused::TooManyWithoutId.into(),
        ),
        (
            (0..=MAX_DELEGATED_KEYS)
                .map(|number| DelegatedKey { id: id(&format!("K{number}")), ..cloudfront.clone() })
                .collect(),
            malformed("it lists too many keys"),
        ),
    ];
    for (keys, expected) in cases {
        let list = Delegation { keys, ..delegation() };
        assert_eq!(list.unsigned().unwrap_err(), expected);
    }
}

/// Each of these is signed by the root key, so that only the reader stands in its way.
#[test]
fn signed_nonsense_is_refused() {
    let unsigned = delegation().unsigned().unwrap();
    let first_key = {
        let empty = Delegation { keys: Vec::new(), ..delegation() };
        empty.unsigned().unwrap().len()
    };
    let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
    let end_of_exponent = unsigned.windows(5).position(|bytes| bytes == exponent).unwrap() + 4;
    let changed = |at: usize, to: u8| {
        let mut bytes = unsigned.clone();
        bytes[at] = to;
        bytes
    };
    let mut cases = vec![
        ("an unknown version", changed(14, b'2')),
        ("an unknown use", changed(first_key, 3)),
        ("an unknown algorithm", changed(first_key + 1, 0x12)),
        ("no algorithm", changed(first_key + 1, 0)),
        ("fewer keys than there are", changed(first_key - 1, 1)),
        ("more keys than there are", changed(first_key - 1, 3)),
        ("an id with a control character", changed(first_key + 3, b'\n')),
        ("a broken key", changed(first_key + 3 + 14 + 2, 0)),
        ("an even exponent", changed(end_of_exponent, 0)),
    ];
    cases.extend((0..unsigned.len()).map(|length| ("a cut", unsigned[..length].to_vec())));
    let mut longer = unsigned.clone();
    longer.push(0);
    cases.push(("a byte too many", longer));
    for (what, bytes) in cases {
        let signature = ROOT.sign(policy::Hash::Sha256, &bytes);
        let signed = SignedDelegation::new(&bytes, &signature).unwrap();
        let refused = trust().delegation(&signed).expect_err(what);
        assert_ne!(refused, StateRefused::Signature(StateSigner::Root), "{what}");
    }
}

#[test]
fn the_uses_are_kept_apart() {
    let read = trust().delegation(&signed_delegation()).unwrap();
    let claims: Vec<_> =
        read.keys.iter().filter(|listed| listed.key_use == KeyUse::Claims).collect();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].key, public(CLAIMS));
}
