//! Which viewers a pass is for.

use core::net::IpAddr;

use policy::Ipv4Network;

use super::{PASS, by_cookie, by_url};
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::need::Need;
use crate::special_network::unreachable_network;

/// The same pass without its address.
const WITHOUT_ADDRESS: Fix = Fix::when(
    by_url,
    "leave the address out of the policy: edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h",
);
const COOKIES_WITHOUT_ADDRESS: Fix = Fix::when(
    by_cookie,
    "leave the address out of the policy: edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h",
);

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "address-never-matches",
        about: About::Address,
        title: "the policy names a network from which no viewer reaches CloudFront",
        meaning: "Private, loopback, link-local and carrier-grade NAT addresses do not leave their network: CloudFront sees the public address behind which the viewer is. Signers that take the address from a connection inside a VPC, or from a machine of one's own, sign such a pass.",
        fix: &[
            Fix::new(
                "take the address from the viewer's own connection to CloudFront: the header CloudFront-Viewer-Address, or the first address of X-Forwarded-For behind CloudFront",
            ),
            WITHOUT_ADDRESS,
            COOKIES_WITHOUT_ADDRESS,
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: address_never_matches,
    },
    Cause {
        id: "ipv6-viewer",
        about: About::Address,
        title: "the policy names an IPv4 network and the viewer comes over IPv6",
        meaning: "Address conditions of CloudFront are IPv4 only. Most phones and many homes reach a distribution with IPv6 over IPv6, and then no condition matches, not even 0.0.0.0/0.",
        fix: &[
            WITHOUT_ADDRESS,
            COOKIES_WITHOUT_ADDRESS,
            Fix::new(
                "or switch IPv6 off: set IsIPV6Enabled to false with aws cloudfront update-distribution --id {distribution_id}",
            ),
        ],
        needs: &[Need::Url, Need::Address, Need::Distribution],
        sources: PASS,
        check: ipv6_viewer,
    },
    Cause {
        id: "address-mismatch",
        about: About::Address,
        title: "the viewer's address is not in the policy's network",
        meaning: "The pass was signed for one IPv4 network. A viewer's address changes between Wi-Fi and mobile, and behind carrier-grade NAT from one connection to the next. A signer behind a proxy often signs the proxy's address.",
        fix: &[
            WITHOUT_ADDRESS,
            COOKIES_WITHOUT_ADDRESS,
            Fix::new("or sign for a wider network: --ip 203.0.113.0/24"),
            Fix::new(
                "take the address from the connection that the viewer makes to CloudFront, as in the header CloudFront-Viewer-Address",
            ),
        ],
        needs: &[Need::Url, Need::Address],
        sources: PASS,
        check: address_mismatch,
    },
];

fn address_never_matches(case: &Case<'_>) -> Verdict {
    let Some(network) = case.network() else { return no_condition(case) };
    let Some(what) = unreachable_network(network) else {
        return Verdict::ruled_out(format!("viewers can come from `{network}`"));
    };
    if let Some(address) = case.address()
        && network.contains(address)
    {
        return Verdict::ruled_out(format!("the viewer's address `{address}` is in `{network}`"));
    }
    Verdict::proved([format!("the policy is for `{network}`: {what}")])
}

fn ipv6_viewer(case: &Case<'_>) -> Verdict {
    let Some(network) = case.network() else { return no_condition(case) };
    match case.address() {
        Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => Verdict::proved([
            format!("the policy is for `{network}`"),
            format!("the viewer's address is `{address}`"),
        ]),
        Some(_) => Verdict::ruled_out("the viewer's address is IPv4"),
        None if case.connected_over_ipv6() => Verdict::proved([
            format!("the policy is for `{network}`"),
            "curl connected over IPv6".to_owned(),
        ]),
        None => match case.distribution() {
            Some(distribution) if distribution.config.is_ipv6_enabled => Verdict::possible([
                format!("the policy is for `{network}`"),
                "the distribution has IPv6 switched on".to_owned(),
            ]),
            Some(_) => Verdict::ruled_out("the distribution has IPv6 switched off"),
            None => Verdict::possible([format!("the policy is for `{network}`")]),
        },
    }
}

fn address_mismatch(case: &Case<'_>) -> Verdict {
    let Some(network) = case.network() else {
        return match case.edgepass_code() {
            Some("address-mismatch") => {
                Verdict::proved(["the edge says so in `x-edgepass-reason`".to_owned()])
            }
            _ => no_condition(case),
        };
    };
    match case.address() {
        Some(address) if network.contains(address) => {
            Verdict::ruled_out(format!("`{address}` is in `{network}`"))
        }
        Some(IpAddr::V6(_)) => Verdict::ruled_out("see ipv6-viewer"),
        None if unreachable_network(network).is_some() => {
            Verdict::ruled_out("see address-never-matches")
        }
        Some(address) if is_unreachable(address) => Verdict::possible([
            format!("the policy is for `{network}`"),
            format!("`{address}` is an address inside a network; CloudFront sees the public one"),
        ]),
        Some(address) => Verdict::proved([
            format!("the policy is for `{network}`"),
            format!("the viewer's address is `{address}`"),
        ]),
        None if case.connected_over_ipv6() => Verdict::ruled_out("see ipv6-viewer"),
        None => Verdict::possible([format!(
            "the policy is for `{network}`; the viewer's address is not known"
        )]),
    }
}

fn is_unreachable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => unreachable_network(Ipv4Network::single(address)).is_some(),
        IpAddr::V6(_) => false,
    }
}

fn no_condition(case: &Case<'_>) -> Verdict {
    match case.expires() {
        Some(_) => Verdict::ruled_out("the policy has no address"),
        None => Verdict::Open,
    }
}
