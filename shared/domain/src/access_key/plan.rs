//! What an API key may be used for, and how much.

use serde::{Deserialize, Serialize};

/// A usage plan: how many requests a second and a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Plan {
    Free,
    Standard,
    Premium,
}

/// Keys of its own that API Gateway has for each plan, however many of ours there are.
pub const GATEWAY_KEYS: u8 = 4;

impl Plan {
    pub const ALL: [Self; 3] = [Self::Free, Self::Standard, Self::Premium];

    /// Requests a key may send in a month, UTC.
    pub fn monthly_quota(self) -> u64 {
        match self {
            Self::Free => 10_000,
            Self::Standard => 1_000_000,
            Self::Premium => 10_000_000,
        }
    }

    /// The values of the gateway's keys of this plan, which all begin with the same.
    pub fn gateway_keys(self, beginning: &str) -> Vec<String> {
        (0..GATEWAY_KEYS).map(|number| self.gateway_key(beginning, number)).collect()
    }

    /// One of them; the same for the same `number`.
    pub fn gateway_key(self, beginning: &str, number: u8) -> String {
        let plan = match self {
            Self::Free => "free",
            Self::Standard => "standard",
            Self::Premium => "premium",
        };
        format!("{beginning}-{plan}-{}", number % GATEWAY_KEYS)
    }
}

/// What a key may be used for; there is none that no operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Scope {
    #[serde(rename = "jobs:read")]
    JobsRead,
    #[serde(rename = "jobs:write")]
    JobsWrite,
    #[serde(rename = "results:read")]
    ResultsRead,
    #[serde(rename = "registry:read")]
    RegistryRead,
    #[serde(rename = "hardware:read")]
    HardwareRead,
    #[serde(rename = "usage:read")]
    UsageRead,
}

impl Scope {
    pub const ALL: [Self; 6] = [
        Self::JobsRead,
        Self::JobsWrite,
        Self::ResultsRead,
        Self::RegistryRead,
        Self::HardwareRead,
        Self::UsageRead,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::JobsRead => "jobs:read",
            Self::JobsWrite => "jobs:write",
            Self::ResultsRead => "results:read",
            Self::RegistryRead => "registry:read",
            Self::HardwareRead => "hardware:read",
            Self::UsageRead => "usage:read",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_meters_a_key_on_one_of_the_few_keys_of_its_plan() {
        assert_eq!(
            Plan::Free.gateway_keys("hub"),
            ["hub-free-0", "hub-free-1", "hub-free-2", "hub-free-3"]
        );
        for number in 0..=u8::MAX {
            let key = Plan::Premium.gateway_key("hub", number);
            assert!(Plan::Premium.gateway_keys("hub").contains(&key), "{key}");
        }
    }

    #[test]
    fn a_scope_is_stored_by_its_name() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).expect("JSON"), scope.name());
        }
    }
}
