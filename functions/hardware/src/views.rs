//! What `/hardware` is asked and answers.

use api::views::Money;
use domain::{
    Moment,
    hardware::{self, HardwareStatus, Platform, Technology},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which devices to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HardwareQuery {
    /// Only devices of this platform.
    #[param(inline, example = "BRAKET")]
    pub platform: Option<Platform>,
    /// Only devices built this way.
    #[param(inline, example = "TRAPPED_ION")]
    pub technology_type: Option<Technology>,
    /// Only devices in this state.
    #[param(inline, example = "ONLINE")]
    pub status: Option<HardwareStatus>,
    /// Entries of a page.
    #[param(minimum = 1, maximum = 100, default = 20, example = 20)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
}

impl HardwareQuery {
    pub fn fits(&self, device: &hardware::Hardware) -> bool {
        self.platform.is_none_or(|platform| platform == device.platform)
            && self.technology_type.is_none_or(|technology| technology == device.technology_type)
            && self.status.is_none_or(|status| status == device.status)
    }
}

/// A device that jobs may run on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "iqm-garnet", "name": "Garnet", "provider": "IQM", "technology_type": "SUPERCONDUCTING", "platform": "BRAKET",
    "description": "Universal superconducting processor.", "status": "ONLINE", "qubits": 20,
    "connectivity_map": [[1, 2], [1, 4]], "gate_set": ["cz", "prx"], "operations": ["h", "cnot", "rx"],
    "min_shots": 1, "max_shots": 20000, "queue_depth": 3,
    "price": {
        "per_task": {"amount": "0.30", "currency": "USD"}, "per_shot": {"amount": "0.00145", "currency": "USD"},
        "per_giga_update": {"amount": "0.00", "currency": "USD"}, "free_qubits": 0, "priced_on": "2026-11-20"
    },
    "updated_at": "2026-11-20T10:00:00.000Z"
}))]
pub struct Hardware {
    /// Readable; goes into `device_id` of a job.
    pub id: String,
    /// At Amazon Braket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    pub name: String,
    pub provider: String,
    pub technology_type: Technology,
    pub platform: Platform,
    pub description: String,
    pub status: HardwareStatus,
    pub qubits: u32,
    /// Pairs of coupled qubits; absent where every pair is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectivity_map: Option<Vec<[u32; 2]>>,
    /// Native gates.
    pub gate_set: Vec<String>,
    /// Gates a program may name; our own simulator lists none and knows the standard library's.
    pub operations: Vec<String>,
    pub min_shots: u32,
    pub max_shots: u32,
    /// Tasks that wait for the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_depth: Option<u32>,
    /// Absent where the device cannot be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<DevicePrice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    pub updated_at: Moment,
}

/// What a device charges for.
#[derive(Serialize, ToSchema)]
pub struct DevicePrice {
    pub per_task: Money,
    pub per_shot: Money,
    /// For 10⁹ amplitude updates, that is gates × 2^qubits.
    pub per_giga_update: Money,
    /// Up to this width, updates are free.
    pub free_qubits: u32,
    /// The day the prices are of.
    #[schema(max_length = 10)]
    pub priced_on: String,
}

impl From<&hardware::Hardware> for Hardware {
    fn from(device: &hardware::Hardware) -> Self {
        let pairs = |map: &Vec<(u32, u32)>| map.iter().map(|(a, b)| [*a, *b]).collect();
        Self {
            id: device.id.clone(),
            arn: device.arn.clone(),
            name: device.name.clone(),
            provider: device.provider.clone(),
            technology_type: device.technology_type,
            platform: device.platform,
            description: device.description.clone(),
            status: device.status,
            qubits: device.qubits,
            connectivity_map: device.connectivity_map.as_ref().map(pairs),
            gate_set: device.gate_set.clone(),
            operations: device.operations.clone(),
            min_shots: device.min_shots,
            max_shots: device.max_shots,
            queue_depth: device.queue_depth,
            price: device.tariff.map(|tariff| DevicePrice {
                per_task: tariff.per_task.into(),
                per_shot: tariff.per_shot.into(),
                per_giga_update: tariff.per_giga_update.into(),
                free_qubits: tariff.free_qubits,
                priced_on: device.priced_on.clone().unwrap_or_default(),
            }),
            documentation_url: device.documentation_url.clone(),
            updated_at: device.updated_at,
        }
    }
}
