//! When a token is valid.

use crate::cases::draft::{CLAIMS_EXPIRED, CLAIMS_MALFORMED, CLAIMS_NOT_YET_VALID, Case, NOW};
use crate::token::ES256;
use crate::vector::Claims;

use super::{beside, required, set, with};

pub(super) fn cases() -> Vec<Case> {
    [issued(), not_before(), expiry(), lifetime()].concat()
}

fn issued() -> Vec<Case> {
    const SKEW: &str = "the signer's clock may be 60 seconds ahead of ours";
    let early = format!("not valid before {}; it is now {NOW}", NOW + 61);
    [
        with("iat-in-60-seconds", SKEW, &set().with("iat", NOW + 60)).allow(),
        with("iat-in-61-seconds", SKEW, &set().with("iat", NOW + 61))
            .deny(CLAIMS_NOT_YET_VALID, &early),
        with("iat-in-1970", "an old token that lives on", &set().with("iat", 0)).allow(),
        with(
            "iat-in-milliseconds",
            "a mistake of the signer",
            &set().with("iat", NOW * 1000).with("exp", NOW * 1000 + 1),
        )
        .deny(CLAIMS_NOT_YET_VALID, "the claims token is not valid before"),
        with(
            "iat-at-the-end-of-time",
            "nothing overflows",
            &set().with("iat", i64::MAX - 1).with("exp", i64::MAX),
        )
        .deny(CLAIMS_NOT_YET_VALID, "the claims token is not valid before"),
    ]
    .into()
}

fn not_before() -> Vec<Case> {
    let starts = |at: i64| set().with("nbf", at);
    [
        with("nbf-now", "from this second on", &starts(NOW)).allow(),
        with("nbf-in-a-second", "no skew is allowed for it", &starts(NOW + 1))
            .deny(CLAIMS_NOT_YET_VALID, &format!("before {}; it is now {NOW}", NOW + 1)),
        with("nbf-zero", "long ago", &starts(0)).allow(),
        with("nbf-after-exp", "never valid", &starts(NOW + 7200))
            .deny(CLAIMS_NOT_YET_VALID, "the claims token is not valid before"),
        with("nbf-after-exp-that-is-over", "the start is named", &starts(NOW + 1).with("exp", NOW))
            .deny(CLAIMS_NOT_YET_VALID, "the claims token is not valid before"),
    ]
    .into()
}

fn expiry() -> Vec<Case> {
    let until = |at: i64| set().with("exp", at);
    let over = "the claims token expired at";
    [
        with("exp-in-a-second", "valid until the end", &until(NOW + 1)).allow(),
        with("exp-now", "refused from this second on", &until(NOW))
            .deny(CLAIMS_EXPIRED, &format!("expired at {NOW}; it is now {NOW}")),
        with("exp-a-second-ago", "past", &until(NOW - 1)).deny(CLAIMS_EXPIRED, over),
        with("exp-at-the-end-of-time", "no limit is set", &until(i64::MAX)).allow(),
        with("exp-is-iat", "it would never be valid", &until(NOW).with("iat", NOW))
            .deny(CLAIMS_MALFORMED, "`exp` is not after `iat`"),
        with("exp-before-iat", "it would never be valid", &until(NOW - 61))
            .deny(CLAIMS_MALFORMED, "`exp` is not after `iat`"),
        with("exp-a-second-after-iat", "the shortest", &until(NOW + 1).with("iat", NOW)).allow(),
        with(
            "exp-before-iat-that-is-ahead",
            "both are ahead",
            &until(NOW + 10).with("iat", NOW + 9),
        )
        .allow(),
    ]
    .into()
}

fn lifetime() -> Vec<Case> {
    const LIMIT: &str = "`exp` less `iat`, whatever time it is";
    let limited = |seconds: u32| Claims { max_lifetime: Some(seconds), ..required() };
    let lives = |seconds: i64| ES256.token(set().with("exp", NOW - 60 + seconds).text());
    [
        beside("lifetime-at-the-limit", LIMIT, &lives(3660)).claims(limited(3660)).allow(),
        beside("lifetime-below-the-limit", LIMIT, &lives(3659)).claims(limited(3660)).allow(),
        beside("lifetime-over-the-limit", LIMIT, &lives(3661))
            .claims(limited(3660))
            .deny(CLAIMS_MALFORMED, "it is valid for 3661 seconds; the site allows 3660"),
        beside(
            "lifetime-over-the-limit-and-expired",
            "the limit is checked before the clock",
            &ES256.token(set().with("iat", NOW - 5000).with("exp", NOW).text()),
        )
        .claims(limited(3660))
        .deny(CLAIMS_MALFORMED, "it is valid for 5000 seconds; the site allows 3660"),
        beside(
            "lifetime-of-all-time",
            "nothing overflows",
            &ES256.token(set().with("iat", 0).with("exp", i64::MAX).text()),
        )
        .claims(limited(u32::MAX))
        .deny(CLAIMS_MALFORMED, "it is valid for 9223372036854775807 seconds"),
    ]
    .into()
}
