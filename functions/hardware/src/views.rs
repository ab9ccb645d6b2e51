//! What `/hardware` is asked and answers.

use api::views::Money;
use domain::{
    Moment,
    field::plain,
    hardware::{
        self, HardwareStatus, MAX_COUPLINGS, MAX_DEVICE_TEXT, MAX_GATES, MAX_QUBITS, MAX_SHOTS,
        Platform, Technology,
    },
    shape,
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
    #[param(inline, value_type = Option<api::Limit>)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(inline, value_type = Option<api::Cursor>)]
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
    "id": "iqm-garnet", "arn": "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet", "name": "Garnet", "provider": "IQM", "technology_type": "SUPERCONDUCTING", "platform": "BRAKET",
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
    #[schema(value_type = shape::DeviceId)]
    pub id: String,
    /// At Amazon Braket.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::BraketArn>)]
    pub arn: Option<String>,
    #[schema(value_type = shape::DeviceText)]
    pub name: String,
    #[schema(value_type = shape::DeviceText)]
    pub provider: String,
    pub technology_type: Technology,
    pub platform: Platform,
    #[schema(value_type = shape::DeviceText)]
    pub description: String,
    pub status: HardwareStatus,
    #[schema(value_type = shape::Qubits)]
    pub qubits: u32,
    /// Pairs of coupled qubits; absent where every pair is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Couplings>)]
    pub connectivity_map: Option<Vec<[u32; 2]>>,
    /// Native gates.
    #[schema(value_type = Vec<shape::DeviceText>, max_items = 2000)]
    pub gate_set: Vec<String>,
    /// Gates a program may name; our own simulator lists none and knows the standard library's.
    #[schema(value_type = Vec<shape::DeviceText>, max_items = 2000)]
    pub operations: Vec<String>,
    #[schema(value_type = shape::Shots)]
    pub min_shots: u32,
    #[schema(value_type = shape::Shots)]
    pub max_shots: u32,
    /// Tasks that wait for the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Count>)]
    pub queue_depth: Option<u32>,
    /// Absent where the device cannot be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<DevicePrice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::ForeignAddress>)]
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
    #[schema(value_type = shape::Qubits)]
    pub free_qubits: u32,
    /// The day the prices are of.
    #[schema(value_type = shape::Day)]
    pub priced_on: String,
}

impl From<&hardware::Hardware> for Hardware {
    fn from(device: &hardware::Hardware) -> Self {
        let pairs =
            |map: &Vec<(u32, u32)>| map.iter().take(MAX_COUPLINGS).map(|(a, b)| [*a, *b]).collect();
        let text = |text: &String| plain(text, MAX_DEVICE_TEXT);
        let gates = |names: &[String]| names.iter().take(MAX_GATES).map(text).collect();
        Self {
            id: device.id.clone(),
            arn: device.arn.clone(),
            name: text(&device.name),
            provider: text(&device.provider),
            technology_type: device.technology_type,
            platform: device.platform,
            description: text(&device.description),
            status: device.status,
            qubits: device.qubits.min(MAX_QUBITS),
            connectivity_map: device.connectivity_map.as_ref().map(pairs),
            gate_set: gates(&device.gate_set),
            operations: gates(&device.operations),
            min_shots: device.min_shots.clamp(1, MAX_SHOTS),
            max_shots: device.max_shots.clamp(1, MAX_SHOTS),
            queue_depth: device.queue_depth,
            price: device.tariff.map(|tariff| DevicePrice {
                per_task: tariff.per_task.into(),
                per_shot: tariff.per_shot.into(),
                per_giga_update: tariff.per_giga_update.into(),
                free_qubits: tariff.free_qubits,
                priced_on: device.priced_on.clone().unwrap_or_default(),
            }),
            documentation_url: device.documentation_url.as_ref().map(text),
            updated_at: device.updated_at,
        }
    }
}
