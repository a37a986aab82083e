//! For which viewers a pass is.

use core::net::IpAddr;

use super::PASS;
use crate::case::Case;
use crate::cause::{About, Cause, Need, Verdict};

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "ipv6-viewer",
        about: About::Address,
        title: "the policy names an IPv4 network and the viewer comes over IPv6",
        meaning: "Address conditions of CloudFront are IPv4 only. A distribution with IPv6 switched on is reached over IPv6 by most phones and many homes, and such viewers match no condition, not even 0.0.0.0/0.",
        fix: &[
            "leave the address out of the policy: edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h",
            "or switch IPv6 off: set IsIPV6Enabled to false with aws cloudfront update-distribution --id {distribution_id}",
        ],
        needs: &[Need::Url, Need::Address, Need::Distribution],
        sources: PASS,
        check: ipv6_viewer,
    },
    Cause {
        id: "address-mismatch",
        about: About::Address,
        title: "the viewer's address is not in the policy's network",
        meaning: "The pass was signed for one IPv4 network. Viewers change theirs between Wi-Fi and mobile, behind carrier-grade NAT from one connection to the next, and a signer behind a proxy often sees the proxy's address instead of the viewer's.",
        fix: &[
            "leave the address out, or sign for a wider network: --ip 203.0.113.0/24",
            "take the address from the connection that the viewer makes to CloudFront, as in the header CloudFront-Viewer-Address",
        ],
        needs: &[Need::Url, Need::Address],
        sources: PASS,
        check: address_mismatch,
    },
];

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
        Some(address) => Verdict::proved([
            format!("the policy is for `{network}`"),
            format!("the viewer's address is `{address}`"),
        ]),
        None if case.connected_over_ipv6() => Verdict::ruled_out("see ipv6-viewer"),
        None => Verdict::possible([format!(
            "the policy is for `{network}`; where the viewer was is not known"
        )]),
    }
}

fn no_condition(case: &Case<'_>) -> Verdict {
    match case.expires() {
        Some(_) => Verdict::ruled_out("the policy has no address"),
        None => Verdict::Open,
    }
}
