//! Which devices the local Braket has, where, and what their documents say.

use quantum::analysis::Capabilities;
use serde::{Deserialize, de::Error as _};
use serde_json::Value;

use crate::request::OPENQASM;

const DOCUMENTS: [&str; 6] = [
    include_str!("../devices/amazon-dm1.json"),
    include_str!("../devices/amazon-sv1.json"),
    include_str!("../devices/ionq-aria-1.json"),
    include_str!("../devices/ionq-forte-1.json"),
    include_str!("../devices/iqm-garnet.json"),
    include_str!("../devices/rigetti-ankaa-3.json"),
];

/// Devices without a region of their own are in these.
const SIMULATOR_REGIONS: [&str; 4] = ["us-east-1", "us-west-1", "us-west-2", "eu-west-2"];

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device {
    pub(crate) device_arn: String,
    pub(crate) device_name: String,
    pub(crate) provider_name: String,
    pub(crate) device_type: String,
    pub(crate) device_status: String,
    device_capabilities: Value,
    /// The same, as it is held against programs.
    #[serde(skip)]
    capabilities: Capabilities,
}

/// The devices, with simulators no wider than the memory allows.
pub(crate) fn fleet(memory_limit_bytes: u64) -> Result<Vec<Device>, serde_json::Error> {
    let widest = u64::from((memory_limit_bytes / 16).max(1).ilog2());
    DOCUMENTS
        .into_iter()
        .map(|document| {
            let mut device: Device = serde_json::from_str(document)?;
            let width = device.qubits().min(widest);
            if device.is_simulator() {
                device.device_capabilities["paradigm"]["qubitCount"] = width.into();
            }
            device.capabilities = Capabilities::parse(&device.device_capabilities.to_string())
                .map_err(serde_json::Error::custom)?;
            Ok(device)
        })
        .collect()
}

impl Device {
    pub(crate) fn is_simulator(&self) -> bool {
        self.device_type == "SIMULATOR"
    }

    pub(crate) fn is_in(&self, region: &str) -> bool {
        match self.device_arn.split(':').nth(3).unwrap_or_default() {
            "" => SIMULATOR_REGIONS.contains(&region),
            own => own == region,
        }
    }

    pub(crate) fn qubits(&self) -> u64 {
        self.device_capabilities["paradigm"]["qubitCount"].as_u64().unwrap_or(0)
    }

    /// Least and most shots.
    pub(crate) fn shots_range(&self) -> (u64, u64) {
        let range = &self.device_capabilities["service"]["shotsRange"];
        (range[0].as_u64().unwrap_or(0), range[1].as_u64().unwrap_or(0))
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Braket shows OpenQASM only to callers whose user agent names the schemas since 1.8.
    pub(crate) fn capabilities_for(&self, user_agent: &str) -> String {
        let mut document = self.device_capabilities.clone();
        if !knows_openqasm(user_agent)
            && let Some(actions) = document["action"].as_object_mut()
        {
            actions.remove(OPENQASM);
        }
        document.to_string()
    }
}

fn knows_openqasm(user_agent: &str) -> bool {
    let version =
        user_agent.split_whitespace().find_map(|product| product.strip_prefix("BraketSchemas/"));
    let mut numbers =
        version.unwrap_or_default().split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (1, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str) -> Device {
        let fleet = fleet(1 << 30).expect("committed documents");
        fleet.into_iter().find(|device| device.device_name == name).expect("a device")
    }

    #[test]
    fn a_simulator_is_as_wide_as_its_memory() {
        assert_eq!(device("SV1").qubits(), 26);
        assert_eq!(device("Forte 1").qubits(), 36);
    }

    #[test]
    fn devices_are_in_their_own_region_only() {
        assert!(device("Garnet").is_in("eu-north-1") && !device("Garnet").is_in("us-east-1"));
        assert!(device("SV1").is_in("us-west-2") && !device("SV1").is_in("eu-north-1"));
    }

    #[test]
    fn openqasm_is_shown_to_those_who_know_it() {
        for (agent, shown) in [
            ("Boto3/1.44 BraketSchemas/1.32.1", true),
            ("BraketSchemas/1.8.0", true),
            ("BraketSchemas/1.7.9", false),
            ("aws-sdk-rust/1.3", false),
        ] {
            assert_eq!(
                device("Garnet").capabilities_for(agent).contains(OPENQASM),
                shown,
                "{agent}"
            );
        }
    }

    #[test]
    fn there_is_a_device_of_every_status() {
        let fleet = fleet(1 << 30).expect("committed documents");
        for status in ["ONLINE", "OFFLINE", "RETIRED"] {
            assert!(fleet.iter().any(|device| device.device_status == status), "{status}");
        }
    }
}
