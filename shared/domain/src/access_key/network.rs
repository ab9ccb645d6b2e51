//! Which addresses an API key may be used from.

// Addresses alone: what core knows of the network has no sockets.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A block of addresses, as `203.0.113.0/24` or `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// How many bits all of its addresses begin with.
    prefix: u8,
}

/// A text that is no network in its one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write networks as 203.0.113.0/24 or 2001:db8::/32: nothing set after the prefix, no zeros before"
)]
pub struct BadNetwork;

impl Network {
    /// IPv4 is asked as IPv4, however it came.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.first)
    }
}

/// The first address of the block of that size around it; `None` where the address has fewer bits.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            let kept = 32_u32.checked_sub(prefix.into())?;
            let mask = u32::MAX.checked_shl(kept).unwrap_or(0);
            Some(Ipv4Addr::from(u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let kept = 128_u32.checked_sub(prefix.into())?;
            let mask = u128::MAX.checked_shl(kept).unwrap_or(0);
            Some(Ipv6Addr::from(u128::from(address) & mask).into())
        }
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    /// Takes the one form that it is written in again, so that no two texts are the same network.
    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (first, prefix) = text.split_once('/').ok_or(BadNetwork)?;
        let first: IpAddr = first.parse().map_err(|_| BadNetwork)?;
        let network = Self { first, prefix: prefix.parse().map_err(|_| BadNetwork)? };
        let is_whole = masked(first, network.prefix) == Some(first);
        let is_canonical = first.to_canonical() == first && network.to_string() == text;
        if is_whole && is_canonical { Ok(network) } else { Err(BadNetwork) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_form() {
        for text in [
            "203.0.113.0/24",
            "203.0.113.7/32",
            "0.0.0.0/0",
            "10.0.0.0/8",
            "2001:db8::/32",
            "::/0",
            "2001:db8::1/128",
        ] {
            assert_eq!(text.parse::<Network>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
        for text in [
            "",
            "/",
            "203.0.113.7",
            "203.0.113.7/24",
            "203.0.113.0/33",
            "203.0.113.0/024",
            "203.0.113.0/+24",
            "203.0.113.0/-1",
            "203.0.113/24",
            "203.0.113.00/24",
            "2001:DB8::/32",
            "2001:db8:0::/32",
            "2001:db8::/129",
            "2001:db8::1/64",
            "::ffff:203.0.113.0/120",
            " 10.0.0.0/8",
            "example.com/8",
        ] {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork), "{text}");
        }
    }

    #[test]
    fn a_network_holds_what_begins_alike() {
        for (network, address, holds) in [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.7/32", "203.0.113.7", true),
            ("203.0.113.7/32", "203.0.113.6", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "::1", true),
            ("::/0", "127.0.0.1", false),
            ("2001:db8::/128", "203.0.113.9", false),
        ] {
            let parsed: Network = network.parse().expect("a network");
            let address = address.parse().expect("an address");
            assert_eq!(parsed.contains(address), holds, "{network} {address}");
        }
    }
}
