//! Networks: the one of CloudFront's address condition, and those of the claim `net`.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// An IPv4 CIDR range, `AWS:SourceIp`. CloudFront knows no IPv6 here (AWS: "IPv6 … not supported").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ipv4Network {
    address: Ipv4Addr,
    prefix: u8,
}

impl Ipv4Network {
    /// The network that is one address: `/32`.
    pub const fn single(address: Ipv4Addr) -> Self {
        Self { address, prefix: 32 }
    }

    /// Whether the address is inside. An IPv6 address never is, unless it is an IPv4-mapped one
    /// (RFC 4291, 2.5.5.2), which is how dual-stack sockets report IPv4 clients.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = match address {
            IpAddr::V4(address) => address,
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => address,
                None => return false,
            },
        };
        let mask = u32::MAX.checked_shl(u32::from(32_u8.saturating_sub(self.prefix))).unwrap_or(0);
        address.to_bits() & mask == self.address.to_bits() & mask
    }

    /// Whether every address of it is in the other network.
    pub fn is_within(&self, other: &Self) -> bool {
        self.prefix >= other.prefix && other.contains(IpAddr::V4(self.address))
    }
}

impl fmt::Display for Ipv4Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Reads `a.b.c.d/n`. The prefix length is required: CloudFront documents no other form.
impl FromStr for Ipv4Network {
    type Err = Ipv4NetworkFault;

    fn from_str(text: &str) -> Result<Self, Ipv4NetworkFault> {
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        if address.parse::<Ipv6Addr>().is_ok() {
            return Err(Ipv4NetworkFault::Ipv6);
        }
        let address = address.parse().map_err(|_| Ipv4NetworkFault::Malformed)?;
        if prefix.is_empty() && !text.as_bytes().contains(&b'/') {
            return Err(Ipv4NetworkFault::PrefixMissing);
        }
        let prefix = prefix_length(prefix, 32).ok_or(Ipv4NetworkFault::Malformed)?;
        Ok(Self { address, prefix })
    }
}

/// An IPv4 or IPv6 CIDR range, for the claim `net`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Network {
    /// IPv4.
    V4(Ipv4Network),
    /// IPv6.
    V6(Ipv6Network),
}

impl Network {
    /// Whether the address is inside. An IPv4-mapped IPv6 address is the IPv4 one.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self, address.to_canonical()) {
            (Self::V4(network), address) => network.contains(address),
            (Self::V6(network), IpAddr::V6(address)) => network.contains(address),
            (Self::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// The network that is one address.
    pub const fn single(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(Ipv4Network::single(address)),
            IpAddr::V6(address) => Self::V6(Ipv6Network { address, prefix: 128 }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(network) => network.fmt(f),
            Self::V6(Ipv6Network { address, prefix }) => write!(f, "{address}/{prefix}"),
        }
    }
}

/// Reads an address, `/`, and a prefix length, which is required.
impl FromStr for Network {
    type Err = NetworkFault;

    fn from_str(text: &str) -> Result<Self, NetworkFault> {
        match text.split_once('/').ok_or(NetworkFault)? {
            (address, prefix) if address.contains(':') => {
                let address = address.parse().map_err(|_| NetworkFault)?;
                let prefix = prefix_length(prefix, 128).ok_or(NetworkFault)?;
                Ok(Self::V6(Ipv6Network { address, prefix }))
            }
            _ => text.parse().map(Self::V4).map_err(|_| NetworkFault),
        }
    }
}

/// An IPv6 CIDR range.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ipv6Network {
    address: Ipv6Addr,
    prefix: u8,
}

impl Ipv6Network {
    fn contains(self, address: Ipv6Addr) -> bool {
        let host_bits = u32::from(128_u8.saturating_sub(self.prefix));
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        address.to_bits() & mask == self.address.to_bits() & mask
    }
}

/// A text is neither an IPv4 nor an IPv6 network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NetworkFault;

impl fmt::Display for NetworkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not a network; write it as `192.0.2.0/24` or `2001:db8::/32`")
    }
}

impl core::error::Error for NetworkFault {}

/// Decimal digits without a sign or a leading zero, up to `most`.
fn prefix_length(digits: &str, most: u8) -> Option<u8> {
    let canonical = digits == "0" || !digits.starts_with('0');
    let plain = canonical && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|&length| plain && length <= most)
}

/// Why a text is not an IPv4 network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ipv4NetworkFault {
    /// An IPv6 address or network.
    Ipv6,
    /// Not `a.b.c.d/n` with four octets and a length of 0 to 32.
    Malformed,
    /// An address alone.
    PrefixMissing,
}

impl fmt::Display for Ipv4NetworkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ipv6 => {
                "is IPv6, which CloudFront's policies do not support; use an IPv4 network"
            }
            Self::Malformed => "is not an IPv4 network; write it as `192.0.2.0/24`",
            Self::PrefixMissing => "has no prefix length; write one address as `192.0.2.7/32`",
        })
    }
}

impl core::error::Error for Ipv4NetworkFault {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    fn network(text: &str) -> Ipv4Network {
        text.parse().unwrap()
    }

    #[test]
    fn containment() {
        for (text, address, inside) in [
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.7/32", "192.0.2.7", true),
            ("192.0.2.7/32", "192.0.2.8", false),
            ("0.0.0.0/0", "255.1.2.3", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("192.0.2.9/24", "192.0.2.1", true),
            ("128.0.0.0/1", "127.0.0.1", false),
            ("192.0.2.0/24", "::ffff:192.0.2.1", true),
        ] {
            assert_eq!(
                network(text).contains(address.parse().unwrap()),
                inside,
                "{text} {address}"
            );
        }
    }

    #[test]
    fn only_networks_are_read() {
        use Ipv4NetworkFault::{Ipv6, Malformed, PrefixMissing};
        for (text, why) in [
            ("192.0.2.7", PrefixMissing),
            ("2001:db8::/32", Ipv6),
            ("::1", Ipv6),
            ("192.0.2.0/33", Malformed),
            ("192.0.2.0/", Malformed),
            ("192.0.2.0/024", Malformed),
            ("192.0.2.0/+4", Malformed),
            ("192.0.2.0/24/24", Malformed),
            ("192.0.2/24", Malformed),
            ("192.0.2.010/32", Malformed),
            ("0x1.2.3.4/32", Malformed),
            (" 192.0.2.0/24", Malformed),
            ("", Malformed),
        ] {
            assert_eq!(text.parse::<Ipv4Network>(), Err(why), "{text}");
        }
    }

    #[test]
    fn either_family() {
        for (text, address, inside) in [
            ("192.0.2.0/24", "192.0.2.9", true),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("192.0.2.0/24", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::7/128", "2001:db8::7", true),
            ("2001:db8::7/128", "2001:db8::8", false),
            ("::/0", "2001:db8::8", true),
            ("::/0", "192.0.2.9", false),
            ("::/0", "::ffff:192.0.2.9", false),
        ] {
            let network: Network = text.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{text} {address}");
            assert_eq!(alloc::format!("{network}"), text);
        }
        for text in
            ["", "/", "192.0.2.7", "2001:db8::1", "::/129", "::/", "::/01", "::/+1", "::g/1"]
        {
            assert_eq!(text.parse::<Network>(), Err(NetworkFault), "{text}");
        }
    }

    #[test]
    fn display_is_what_was_read() {
        assert_eq!(alloc::format!("{}", network("192.0.2.9/24")), "192.0.2.9/24");
    }
}
