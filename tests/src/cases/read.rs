//! Stage `read`: texts that a trusted key signed and that are no policy of CloudFront's.

use crate::pass::RSA_SHA256;

use super::draft::{CONDITION_UNSUPPORTED, Case, FILE, POLICY_MALFORMED, case};

pub(super) fn cases() -> Vec<Case> {
    [members(), unsupported(), resources(), networks(), cookies()].concat()
}

pub(super) fn denied(rows: &[(&str, String, &str)], comment: &str) -> Vec<Case> {
    rows.iter()
        .map(|(name, policy, mentions)| {
            case(name, comment)
                .get(RSA_SHA256.custom(policy).on(FILE))
                .deny(POLICY_MALFORMED, mentions)
        })
        .collect()
}

/// The statement that all texts here would be fine with.
pub(super) const STATEMENT: &str = r#"{"Resource":"https://media.example.com/*","Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}}"#;

pub(super) fn statement(statement: &str) -> String {
    format!(r#"{{"Statement":[{statement}]}}"#)
}

pub(super) fn resource(resource: &str) -> String {
    statement(&format!(
        r#"{{"Resource":{resource},"Condition":{{"DateLessThan":{{"AWS:EpochTime":1767229200}}}}}}"#
    ))
}

pub(super) fn condition(condition: &str) -> String {
    statement(&format!(r#"{{"Resource":"https://media.example.com/*","Condition":{condition}}}"#))
}

pub(super) fn epoch(epoch: &str) -> String {
    condition(&format!(r#"{{"DateLessThan":{{"AWS:EpochTime":{epoch}}}}}"#))
}

pub(super) fn and(second: &str) -> String {
    condition(&format!(r#"{{"DateLessThan":{{"AWS:EpochTime":1767229200}},{second}}}"#))
}

fn members() -> Vec<Case> {
    const DATE: &str = r#"{"DateLessThan":{"AWS:EpochTime":1767229200}}"#;
    const RESOURCE: &str = r#""Resource":"https://media.example.com/*""#;
    let mut cases = denied(
        &[
            (
                "member-unknown-in-policy",
                format!(r#"{{"Version":"2012-10-17","Statement":[{STATEMENT}]}}"#),
                "the policy has an unknown member `Version`",
            ),
            (
                "member-unknown-in-statement",
                statement(&format!(r#"{{"Effect":"Allow",{}"#, &STATEMENT[1..])),
                "the statement has an unknown member `Effect`",
            ),
            (
                "member-in-lower-case",
                statement(STATEMENT).replace("Statement", "statement"),
                "the policy has no `Statement`",
            ),
            ("statement-missing", "{}".into(), "the policy has no `Statement`"),
            (
                "resource-missing",
                statement(&format!(r#"{{"Condition":{DATE}}}"#)),
                "the statement has no `Resource`",
            ),
            (
                "condition-missing",
                statement(&format!("{{{RESOURCE}}}")),
                "the statement has no `Condition`",
            ),
            ("condition-empty", condition("{}"), "`Condition` has no `DateLessThan`"),
            (
                "date-less-than-missing",
                condition(r#"{"DateGreaterThan":{"AWS:EpochTime":1}}"#),
                "`Condition` has no `DateLessThan`",
            ),
            (
                "epoch-missing",
                condition(r#"{"DateLessThan":{}}"#),
                "`DateLessThan` has no `AWS:EpochTime`",
            ),
            (
                "start-empty",
                and(r#""DateGreaterThan":{}"#),
                "`DateGreaterThan` has no `AWS:EpochTime`",
            ),
            ("address-empty", and(r#""IpAddress":{}"#), "`IpAddress` has no `AWS:SourceIp`"),
            ("no-statement", r#"{"Statement":[]}"#.into(), "holds 0 statements"),
            (
                "two-statements",
                statement(&format!("{STATEMENT},{STATEMENT}")),
                "holds 2 statements",
            ),
        ],
        "everything must be there, and what is not known may be a restriction",
    );
    cases.extend(denied(
        &[
            (
                "repeated-statement",
                format!(r#"{{"Statement":[{STATEMENT}],"Statement":[{STATEMENT}]}}"#),
                "a key is repeated",
            ),
            (
                "repeated-resource",
                statement(&format!(r#"{{{RESOURCE},{}"#, &STATEMENT[1..])),
                "a key is repeated",
            ),
            (
                "repeated-condition",
                statement(&format!(r#"{{"Condition":{DATE},{}"#, &STATEMENT[1..])),
                "a key is repeated",
            ),
            (
                "repeated-date-less-than",
                and(r#""DateLessThan":{"AWS:EpochTime":1767229200}"#),
                "a key is repeated",
            ),
            (
                "repeated-epoch",
                condition(r#"{"DateLessThan":{"AWS:EpochTime":1,"AWS:EpochTime":1767229200}}"#),
                "a key is repeated",
            ),
            (
                "repeated-by-escape",
                and(r#""\u0044ateLessThan":{"AWS:EpochTime":1767229200}"#),
                "a key is repeated",
            ),
        ],
        "one reader takes the first, another the last",
    ));
    cases
}

fn unsupported() -> Vec<Case> {
    [
        ("condition-other", and(r#""StringEquals":{"AWS:Referer":"x"}"#), "`StringEquals`"),
        (
            "condition-not-ip-address",
            and(r#""NotIpAddress":{"AWS:SourceIp":"192.0.2.0/24"}"#),
            "`NotIpAddress`",
        ),
        (
            "condition-date-less-than-equals",
            and(r#""DateLessThanEquals":{"AWS:EpochTime":1}"#),
            "`DateLessThanEquals`",
        ),
        (
            "condition-in-lower-case",
            and(r#""ipaddress":{"AWS:SourceIp":"192.0.2.0/24"}"#),
            "`ipaddress`",
        ),
        (
            "condition-other-key-beside-the-date",
            condition(r#"{"DateLessThan":{"AWS:EpochTime":1767229200,"AWS:CurrentTime":"x"}}"#),
            "`AWS:CurrentTime`",
        ),
        (
            "condition-other-key-beside-the-start",
            and(r#""DateGreaterThan":{"AWS:EpochTime":1,"x":1}"#),
            "`x`",
        ),
        (
            "condition-other-key-beside-the-address",
            and(r#""IpAddress":{"AWS:SourceIp":"0.0.0.0/0","AWS:VpcSourceIp":"x"}"#),
            "`AWS:VpcSourceIp`",
        ),
        ("condition-with-a-long-name", and(&format!(r#""{}":1"#, "x".repeat(1000))), "xxx…`"),
        ("condition-with-a-control-character", and(r#""\u001b[2J":1"#), r"\u{1b}"),
    ]
    .map(|(name, policy, mentions)| {
        case(name, "a condition that is not understood is not met")
            .get(RSA_SHA256.custom(policy).on(FILE))
            .deny(CONDITION_UNSUPPORTED, mentions)
    })
    .into()
}

fn resources() -> Vec<Case> {
    let long = format!("\"https://media.example.com/a?*{}?*\"", "a".repeat(64));
    let mut cases = denied(
        &[
            (
                "resource-without-protocol",
                resource("\"media.example.com/*\""),
                "does not begin with",
            ),
            (
                "resource-of-another-protocol",
                resource("\"ftp://media.example.com/*\""),
                "does not begin with",
            ),
            (
                "resource-protocol-with-wildcard",
                resource("\"http*://media.example.com/*\""),
                "does not begin with",
            ),
            (
                "resource-protocol-in-upper-case",
                resource("\"HTTPS://media.example.com/*\""),
                "does not begin with",
            ),
            ("resource-empty", resource("\"\""), "does not begin with"),
            ("resource-only-protocol", resource("\"https://\""), "does not begin with"),
            ("resource-without-domain", resource("\"https:///video/*\""), "does not begin with"),
            ("resource-only-path", resource("\"/video/*\""), "does not begin with"),
            ("resource-with-space", resource("\"https://media.example.com/a b\""), "has ` `"),
            (
                "resource-with-space-in-front",
                resource("\" https://media.example.com/*\""),
                "has ` `",
            ),
            ("resource-with-quote", resource(r#""https://media.example.com/\"*""#), r#"has `\"`"#),
            (
                "resource-with-line-feed",
                resource(r#""https://media.example.com/\n*""#),
                r"has `\n`",
            ),
            ("resource-with-fragment", resource("\"https://media.example.com/*#\""), "has `#`"),
            ("resource-not-ascii", resource("\"https://media.example.com/é*\""), "has `\\u{e9}`"),
            ("resource-with-question-mark-in-long-run", resource(&long), "in more than 64 bytes"),
        ],
        "no URL is like this",
    );
    cases.push(
        case("resource-with-escaped-question-mark", "`\\?` is for the reader of AWS's page only")
            .aws("Create a signed URL using a custom policy")
            .get(RSA_SHA256.custom(resource(r#""https://media.example.com/*\\?*""#)).on(FILE))
            .deny(POLICY_MALFORMED, r"has `\\`"),
    );
    cases
}

fn networks() -> Vec<Case> {
    let source_ip = |text: &str| and(&format!(r#""IpAddress":{{"AWS:SourceIp":"{text}"}}"#));
    [
        ("address-without-length", "192.0.2.7", "has no prefix length"),
        ("address-ipv6", "2001:db8::7", "is IPv6"),
        ("address-ipv6-network", "2001:db8::/32", "is IPv6"),
        ("address-ipv4-mapped", "::ffff:192.0.2.0/120", "is IPv6"),
        ("address-length-33", "192.0.2.0/33", "is not an IPv4 network"),
        ("address-length-empty", "192.0.2.0/", "is not an IPv4 network"),
        ("address-length-negative", "192.0.2.0/-1", "is not an IPv4 network"),
        ("address-length-plus-sign", "192.0.2.0/+24", "is not an IPv4 network"),
        ("address-length-leading-zero", "192.0.2.0/024", "is not an IPv4 network"),
        ("address-mask", "192.0.2.0/255.255.255.0", "is not an IPv4 network"),
        ("address-three-numbers", "192.0.2/24", "is not an IPv4 network"),
        ("address-number-too-large", "192.0.2.256/32", "is not an IPv4 network"),
        ("address-octal", "192.0.2.010/32", "is not an IPv4 network"),
        ("address-hexadecimal", "0xC0.0.2.0/24", "is not an IPv4 network"),
        ("address-with-space", "192.0.2.0/24 ", "is not an IPv4 network"),
        ("address-wildcard", "192.0.2.*", "is not an IPv4 network"),
        ("address-two-networks", "192.0.2.0/24,198.51.100.0/24", "is not an IPv4 network"),
        ("address-a-name", "localhost/32", "is not an IPv4 network"),
        ("address-empty-string", "", "is not an IPv4 network"),
    ]
    .map(|(name, text, mentions)| {
        case(name, "one IPv4 network in CIDR form, or the policy is not understood")
            .aws("Create a signed URL using a custom policy")
            .get(RSA_SHA256.custom(source_ip(text)).on(FILE))
            .from("192.0.2.7")
            .deny(POLICY_MALFORMED, mentions)
    })
    .into()
}

fn cookies() -> Vec<Case> {
    [
        ("cookie-resource-any-url", "\"*\""),
        ("cookie-resource-any-protocol", "\"*://media.example.com/*\""),
        ("cookie-resource-without-protocol", "\"*media.example.com/*\""),
    ]
    .map(|(name, pattern)| {
        case(name, "the page on cookies allows `http://` and `https://` only; in a URL it is fine")
            .aws("Set signed cookies using a custom policy")
            .cookies([RSA_SHA256.custom(resource(pattern)).cookie()])
            .deny(POLICY_MALFORMED, "the resource of a cookie does not begin with")
    })
    .into_iter()
    .chain([case("malformed-in-cookies", "cookies are read as strictly as URLs")
        .cookies([RSA_SHA256.custom(epoch("1767229200.0")).cookie()])
        .deny(POLICY_MALFORMED, "not an integer")])
    .collect()
}
