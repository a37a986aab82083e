//! Addresses and networks as they are typed.

use core::net::{IpAddr, Ipv4Addr};

use policy::{Ipv4Network, Ipv4NetworkFault};

/// An IPv4 network. An address alone is the network of that address.
pub(crate) fn network(text: &str) -> Result<Ipv4Network, Ipv4NetworkFault> {
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Ok(Ipv4Network::single(address)),
        Err(_) => text.parse(),
    }
}

/// A viewer's address, IPv4 or IPv6.
pub(crate) fn address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "is not an IP address; write it as `192.0.2.7` or `2001:db8::7`")
}
