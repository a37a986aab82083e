//! The parts of a pass, each read, written and compared by itself.

use core::net::Ipv4Addr;

use policy::{
    Ipv4Network, Policy, ResourcePattern, Url, forwarded_cookies, forwarded_query,
    from_cloudfront_base64, to_cloudfront_base64,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::hold;

/// Any text, signed: reading it never panics, and what is read says what was written.
#[test]
fn any_policy_text_can_be_read() {
    let token = select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"Statement\"",
        "\"Resource\"",
        "\"Condition\"",
        "\"DateLessThan\"",
        "\"AWS:EpochTime\"",
        "\"*\"",
        "1",
        "-1",
        "1.0",
        "null",
        "\"\\u0041\"",
        "\"",
        "\\",
        " ",
        "é",
        "\u{0}",
    ]);
    hold(5000, proptest::collection::vec(token, 0..24), |tokens| {
        if let Ok(policy) = Policy::read(tokens.concat().as_bytes()) {
            assert_eq!(Policy::read(policy.to_string().as_bytes()), Ok(policy));
        }
    });
}

#[test]
fn a_written_policy_reads_back() {
    let start = r"(\*|https?|\*://[a-z.*]{1,8}|https?://[a-z.*?]{1,8})";
    let end = r"(/[a-z*]{0,5}){0,3}(\?[a-z*?=&]{0,8})?";
    let pattern = (start, end).prop_map(|(start, end)| start.to_owned() + &end);
    let policies = (pattern, 0_i64..=i64::MAX, proptest::option::of(0_i64..=i64::MAX));
    let networks = proptest::option::of((any::<Ipv4Addr>(), 0_u8..=32));
    hold(2000, (policies, networks), |((pattern, end, start), network)| {
        let Ok(pattern) = pattern.parse::<ResourcePattern>() else { return };
        let start = start.map(|start| format!(r#","DateGreaterThan":{{"AWS:EpochTime":{start}}}"#));
        let network = network.map(|(address, prefix)| {
            format!(r#","IpAddress":{{"AWS:SourceIp":"{address}/{prefix}"}}"#)
        });
        let text = format!(
            r#"{{"Statement":[{{"Resource":"{pattern}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{end}}}{}{}}}}}]}}"#,
            start.unwrap_or_default(),
            network.unwrap_or_default(),
        );
        assert_eq!(Policy::read(text.as_bytes()).unwrap().to_string(), text);
    });
}

/// AWS's rule, written so that it is plain that it is right, and exponential.
fn reference(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', pattern @ ..], _) => {
            (0..=text.len()).any(|taken| reference(pattern, &text[taken..]))
        }
        ([b'?', pattern @ ..], [_, text @ ..]) => reference(pattern, text),
        ([one, pattern @ ..], [other, text @ ..]) => one == other && reference(pattern, text),
        _ => false,
    }
}

#[test]
fn matching_is_what_the_reference_says() {
    let sections = ("[ab*?]{1,5}", "[ab*]{0,7}", proptest::option::of("[ab*?]{0,7}"));
    let urls = ("[ab]{1,5}", "[ab]{0,7}", proptest::option::of("[ab?]{0,7}"));
    hold(20_000, (sections, urls), |((domain, path, query), (host, target, asked))| {
        let and =
            |query: &Option<String>| query.as_ref().map_or(String::new(), |it| format!("?{it}"));
        let pattern = format!("https://{domain}/{path}{}", and(&query));
        let url = format!("https://{host}/{target}{}", and(&asked));
        let implied = if path.ends_with('*') { "*" } else { "" };
        let query = query.as_deref().unwrap_or(implied);
        let expected = [
            (domain.as_str(), host.as_str()),
            (path.as_str(), target.as_str()),
            (query, asked.as_deref().unwrap_or("")),
        ]
        .into_iter()
        .all(|(pattern, text)| reference(pattern.as_bytes(), text.as_bytes()));
        let parsed = Url::parse(&url).unwrap();
        let matched = pattern.parse::<ResourcePattern>().unwrap().matches(&parsed, parsed.query());
        assert_eq!(matched.is_ok(), expected, "{pattern} {url}");
    });
}

#[test]
fn networks_contain_what_shares_their_bits() {
    hold(2000, (any::<u32>(), 0_u8..=32, any::<u32>()), |(network, prefix, address)| {
        let text = format!("{}/{prefix}", Ipv4Addr::from(network));
        let expected = (0..u32::from(prefix))
            .all(|bit| (network >> (31 - bit)) & 1 == (address >> (31 - bit)) & 1);
        let network: Ipv4Network = text.parse().unwrap();
        assert_eq!(network.contains(Ipv4Addr::from(address).into()), expected);
        assert_eq!(network.to_string(), text);
    });
}

#[test]
fn base64_comes_back_and_has_one_spelling() {
    hold(2000, proptest::collection::vec(any::<u8>(), 0..80), |bytes| {
        assert_eq!(from_cloudfront_base64(&to_cloudfront_base64(&bytes)), Ok(bytes));
    });
    hold(2000, "[A-Za-d~_-]{0,12}", |text| {
        if let Ok(bytes) = from_cloudfront_base64(&text) {
            assert_eq!(to_cloudfront_base64(&bytes), text);
        }
    });
}

/// Forwarding removes our own parameters and cookies, all of them, and nothing else.
#[test]
fn forwarding_removes_what_is_ours() {
    const OURS: [&str; 7] = [
        "Expires",
        "Policy",
        "Signature",
        "Key-Pair-Id",
        "Hash-Algorithm",
        "Edgepass-Claims",
        "%45xpires",
    ];
    let own = (select(OURS.to_vec()), "(=[a-zA-Z0-9%=]{0,8})?")
        .prop_map(|(name, value)| name.to_owned() + &value);
    let others = "([a-z]{0,3}|%C3%A9)(=[a-zA-Z0-9%/=]{0,8})?";
    let part =
        prop_oneof![own.prop_map(|part| (true, part)), others.prop_map(|part| (false, part))];
    hold(3000, proptest::collection::vec(part, 1..8), |parts| {
        let joined = |keep: fn(&(bool, String)) -> bool, separator: &str| {
            let parts: Vec<&str> =
                parts.iter().filter(|part| keep(part)).map(|(_, part)| part.as_str()).collect();
            parts.join(separator)
        };
        let query = joined(|_| true, "&");
        assert_eq!(forwarded_query(&query), joined(|(own, _)| !own, "&"), "{query}");

        let cookies: Vec<String> = parts
            .iter()
            .filter(|(_, part)| !part.is_empty() && !part.starts_with("%45"))
            .map(|(own, part)| match own {
                true if !part.starts_with("Edgepass") => format!("CloudFront-{part}"),
                _ => part.clone(),
            })
            .collect();
        let others: Vec<&str> = cookies
            .iter()
            .map(String::as_str)
            .filter(|cookie| !cookie.starts_with("CloudFront-") && !cookie.starts_with("Edgepass-"))
            .collect();
        let forwarded = forwarded_cookies(&[&cookies.join("; ")]);
        assert_eq!(forwarded.unwrap_or_default(), others.join("; "));
    });
}
