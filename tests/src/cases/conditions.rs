//! Stage `conditions`: times and addresses. For resources see `resource.rs`.

use crate::pass::{ECDSA_SHA1, Pass, RSA_SHA256};

use super::draft::{
    ADDRESS_MISMATCH, Case, EXPIRED, FILE, NOT_YET_VALID, NOW, RESOURCE_MISMATCH, case, trusted,
};

pub(super) fn cases() -> Vec<Case> {
    [dates(), addresses(), order()].concat()
}

fn dates() -> Vec<Case> {
    const SECOND: &str = "AWS leaves the boundary second open; `less than` says less";
    const START: &str = "not allowed on or before the date";
    let until = |end: i64| RSA_SHA256.canned(FILE, end);
    let from = |start: i64| custom(start, NOW + 3600, None);
    let expired = format!("expired at {NOW}; it is now {NOW}");
    let page = "Create a signed URL using a custom policy";
    [
        case("end-is-now", SECOND).get(until(NOW).on(FILE)).deny(EXPIRED, &expired),
        case("end-is-now-in-cookies", SECOND)
            .cookies([until(NOW).cookie()])
            .deny(EXPIRED, &expired),
        case("end-is-now-custom", SECOND)
            .get(custom(0, NOW, None).on(FILE))
            .deny(EXPIRED, &expired),
        case("end-was-a-second-ago", "past").get(until(NOW - 1).on(FILE)).deny(EXPIRED, "expired"),
        case("end-was-a-second-ago-ecdsa-sha1", "past")
            .get(ECDSA_SHA1.canned(FILE, NOW - 1).on(FILE))
            .trust([trusted(ECDSA_SHA1)])
            .deny(EXPIRED, "expired"),
        case("end-was-in-1970", "the number 0 is a time like others")
            .get(until(0).on(FILE))
            .deny(EXPIRED, "expired at 0"),
        case("end-is-in-a-second", "valid until the end").get(until(NOW + 1).on(FILE)).allow(),
        case("end-is-in-a-second-custom", "valid until the end")
            .get(custom(0, NOW + 1, None).on(FILE))
            .allow(),
        case("end-is-beyond-32-bits", "the older limit, 2147483647, is no limit any more")
            .aws(page)
            .get(until(2_147_483_648).on(FILE))
            .at(2_147_483_647)
            .allow(),
        case("end-is-the-last-of-64-bits", "9223372036854775807, the largest that AWS allows")
            .aws(page)
            .get(until(i64::MAX).on(FILE))
            .allow(),
        case(
            "end-is-the-last-of-64-bits-custom",
            "9223372036854775807, the largest that AWS allows",
        )
        .aws(page)
        .get(custom(0, i64::MAX, None).on(FILE))
        .allow(),
        case("end-in-milliseconds", "a mistake of the signer that the verifier cannot know")
            .get(until(NOW * 1000).on(FILE))
            .allow(),
        case("start-is-now", START)
            .aws(page)
            .get(from(NOW).on(FILE))
            .deny(NOT_YET_VALID, &format!("not valid before {NOW} has passed; it is now {NOW}")),
        case("start-is-in-a-second", START)
            .aws(page)
            .get(from(NOW + 1).on(FILE))
            .deny(NOT_YET_VALID, "not valid before"),
        case("start-is-now-in-cookies", START)
            .aws("Set signed cookies using a custom policy")
            .cookies([from(NOW).cookie()])
            .deny(NOT_YET_VALID, "not valid before"),
        case("start-was-a-second-ago", START).aws(page).get(from(NOW - 1).on(FILE)).allow(),
        case("start-after-end", "never valid; the start is named, as it comes first in time")
            .get(custom(NOW + 10, NOW - 10, None).on(FILE))
            .deny(NOT_YET_VALID, "not valid before"),
        case("start-is-the-last-of-64-bits", "a start that never comes")
            .get(custom(i64::MAX, i64::MAX, None).on(FILE))
            .deny(NOT_YET_VALID, "not valid before 9223372036854775807"),
    ]
    .into()
}

fn addresses() -> Vec<Case> {
    let page = "Create a signed URL using a custom policy";
    let mut cases = Vec::new();
    for (name, network, address, inside) in [
        ("single", "192.0.2.7/32", "192.0.2.7", true),
        ("single-next", "192.0.2.7/32", "192.0.2.8", false),
        ("network-first", "192.0.2.0/24", "192.0.2.0", true),
        ("network-last", "192.0.2.0/24", "192.0.2.255", true),
        ("network-before", "192.0.2.0/24", "192.0.1.255", false),
        ("network-after", "192.0.2.0/24", "192.0.3.0", false),
        ("network-with-host-bits", "192.0.2.99/24", "192.0.2.1", true),
        ("network-with-host-bits-after", "192.0.2.99/24", "192.0.3.99", false),
        ("network-of-25-bits", "192.0.2.128/25", "192.0.2.127", false),
        ("network-of-1-bit", "128.0.0.0/1", "127.255.255.255", false),
        ("network-of-1-bit-inside", "128.0.0.0/1", "255.255.255.255", true),
        ("any", "0.0.0.0/0", "203.0.113.9", true),
        ("any-with-host-bits", "192.0.2.7/0", "203.0.113.9", true),
        ("any-is-not-ipv6", "0.0.0.0/0", "2001:db8::7", false),
        ("ipv6-viewer", "192.0.2.0/24", "2001:db8::7", false),
        ("ipv6-loopback", "127.0.0.0/8", "::1", false),
        ("ipv4-mapped", "192.0.2.0/24", "::ffff:192.0.2.7", true),
        ("ipv4-mapped-outside", "192.0.2.0/24", "::ffff:198.51.100.7", false),
        ("ipv4-compatible", "192.0.2.0/24", "::192.0.2.7", false),
        ("ipv4-in-6to4", "192.0.2.0/24", "2002:c000:207::1", false),
    ] {
        let draft = case(&format!("address-{name}"), "one IPv4 network; IPv6 is never inside")
            .aws(page)
            .get(custom(0, NOW + 3600, Some(network)).on(FILE))
            .from(address);
        cases.push(match inside {
            true => draft.allow(),
            false => draft.deny(ADDRESS_MISMATCH, &format!("is not in `{network}`")),
        });
    }
    let somewhere = custom(0, NOW + 3600, Some("192.0.2.0/24"));
    let anywhere = custom(0, NOW + 3600, Some("0.0.0.0/0"));
    cases.extend([
        case("address-not-known", "a condition that cannot be checked is not met")
            .get(somewhere.on(FILE))
            .deny(ADDRESS_MISMATCH, "the viewer's address is not known"),
        case("address-not-known-and-any-will-do", "a condition that cannot be checked is not met")
            .get(anywhere.on(FILE))
            .deny(ADDRESS_MISMATCH, "the viewer's address is not known"),
        case("address-in-cookies", "cookies are checked as URLs are")
            .cookies([somewhere.cookie()])
            .from("198.51.100.7")
            .deny(ADDRESS_MISMATCH, "`198.51.100.7` is not in `192.0.2.0/24`"),
    ]);
    cases
}

/// Of several refusals, the one named is the first in this order: resource, start, end, address.
fn order() -> Vec<Case> {
    const ORDER: &str = "resource, start, end, address, in this order";
    let elsewhere = "https://media.example.com/audio/a.mp3";
    [
        case("order-resource-before-dates", ORDER)
            .get(custom(0, NOW, Some("192.0.2.0/24")).on(elsewhere))
            .deny(RESOURCE_MISMATCH, "the path `/audio/a.mp3`"),
        case("order-end-before-address", ORDER)
            .get(custom(0, NOW, Some("192.0.2.0/24")).on(FILE))
            .deny(EXPIRED, "expired"),
        case("order-start-before-address", ORDER)
            .get(custom(NOW, NOW + 1, Some("192.0.2.0/24")).on(FILE))
            .deny(NOT_YET_VALID, "not valid before"),
    ]
    .into()
}

/// A pass for `/video/` with all conditions.
fn custom(start: i64, end: i64, network: Option<&str>) -> Pass {
    let network = network
        .map_or(String::new(), |network| format!(r#","IpAddress":{{"AWS:SourceIp":"{network}"}}"#));
    RSA_SHA256.custom(format!(
        r#"{{"Statement":[{{"Resource":"https://media.example.com/video/*","Condition":{{"DateLessThan":{{"AWS:EpochTime":{end}}},"DateGreaterThan":{{"AWS:EpochTime":{start}}}{network}}}}}]}}"#
    ))
}
