//! Networks from which nobody reaches CloudFront.

use policy::Ipv4Network;

/// What kind of addresses a network has, if none of them is reachable over the Internet (IANA, "IPv4
/// Special-Purpose Address Registry"). Networks for documentation stand for public ones.
pub fn unreachable_network(network: Ipv4Network) -> Option<&'static str> {
    const BLOCKS: [(&str, &str); 9] = [
        ("10.0.0.0/8", "private addresses (RFC 1918)"),
        ("172.16.0.0/12", "private addresses (RFC 1918)"),
        ("192.168.0.0/16", "private addresses (RFC 1918)"),
        ("100.64.0.0/10", "addresses behind carrier-grade NAT (RFC 6598)"),
        ("127.0.0.0/8", "loopback addresses"),
        ("169.254.0.0/16", "link-local addresses"),
        ("0.0.0.0/8", "addresses of no machine"),
        ("224.0.0.0/4", "multicast addresses"),
        ("240.0.0.0/4", "reserved addresses"),
    ];
    let inside = |block: &str| block.parse().is_ok_and(|block| network.is_within(&block));
    BLOCKS.into_iter().find(|(block, _)| inside(block)).map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn networks() {
        for (network, unreachable) in [
            ("10.1.2.3/32", true),
            ("172.31.0.0/16", true),
            ("172.32.0.0/16", false),
            ("192.168.0.0/15", false),
            ("192.168.7.0/24", true),
            ("100.64.0.1/32", true),
            ("100.128.0.1/32", false),
            ("127.0.0.1/32", true),
            ("169.254.169.254/32", true),
            ("0.0.0.0/32", true),
            ("0.0.0.0/0", false),
            ("255.255.255.255/32", true),
            ("203.0.113.9/32", false),
            ("192.0.2.0/24", false),
        ] {
            let found = unreachable_network(network.parse().unwrap());
            assert_eq!(found.is_some(), unreachable, "{network}");
        }
    }
}
