//! Warnings of passes that CloudFront will refuse, before it does.

use explain::{other_id, service_of_host, unreachable_network};
use policy::Ipv4Network;

/// Warnings about a pass. `subject` is the URL or pattern that it is for.
pub(super) fn warnings(subject: &str, network: Option<Ipv4Network>, key_id: &str) -> Vec<String> {
    let host = host(subject);
    let service = service_of_host(host).map(|service| {
        format!(
            "`{host}` is {service}: no CloudFront answers there, and it ignores passes; sign the host of the distribution"
        )
    });
    let address = network.and_then(|network| {
        let what = unreachable_network(network)?;
        Some(format!(
            "`--ip {network}` is for {what}, from which no viewer reaches CloudFront; give the viewer's public address"
        ))
    });
    let id = other_id(key_id).map(|what| {
        format!(
            "`--key-id {key_id}` is {what}; CloudFront verifies with a public key, whose id looks like `K2JCJMDEHXQW5F`"
        )
    });
    [service, address, id].into_iter().flatten().collect()
}

/// The host of a URL or pattern, as it is written.
fn host(subject: &str) -> &str {
    let (_, rest) = subject.split_once("://").unwrap_or(("", subject));
    rest.split(['/', '?', ':']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    const FILM: &str = "https://media.example.com/film.mp4";
    const KEY: &str = "K2JCJMDEHXQW5F";

    #[test]
    fn passes_that_will_be_refused() {
        for (subject, network, key_id, word) in [
            ("https://media.s3.eu-west-1.amazonaws.com/film.mp4", None, KEY, "an S3 bucket"),
            ("https://s3.amazonaws.com/media/*", None, KEY, "an S3 bucket"),
            ("https://abc.lambda-url.eu-west-1.on.aws/a", None, KEY, "a Lambda function URL"),
            (FILM, Some("10.0.0.7/32"), KEY, "private addresses"),
            (FILM, Some("127.0.0.1/32"), KEY, "loopback"),
            (FILM, Some("100.64.0.0/10"), KEY, "carrier-grade NAT"),
            (FILM, None, "undefined", "has no value"),
            (FILM, None, "AKIAIOSFODNN7EXAMPLE", "access key"),
        ] {
            let network = network.map(|network| network.parse().unwrap());
            let warnings = warnings(subject, network, key_id);
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(warnings.iter().all(|warning| warning.contains(word)), "{warnings:?}");
        }
    }

    #[test]
    fn passes_that_may_be_good() {
        for (subject, network, key_id) in [
            (FILM, None, KEY),
            ("https://d111111abcdef8.cloudfront.net/*", Some("203.0.113.0/24"), KEY),
            ("https://media.example.com:8443/*", Some("0.0.0.0/0"), "media-2026"),
            (FILM, None, "APKAEXAMPLE5ZZE3J2XT"),
            ("*", None, KEY),
        ] {
            let network = network.map(|network| network.parse().unwrap());
            assert_eq!(warnings(subject, network, key_id), Vec::<String>::new());
        }
    }
}
