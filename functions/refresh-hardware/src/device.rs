//! How a device of Braket is written down as one of ours.

use braket::{Connectivity, Device, DeviceStatus};
use domain::{
    Moment,
    hardware::{Hardware, HardwareStatus, MAX_SHOTS, Platform, slug},
    price,
};

/// No device has more couplings by far; an item of the table has room for them.
const MAX_PAIRS: usize = 10_000;

/// `None` where its ARN makes no id or nobody knows how it is built.
pub(crate) fn hardware(device: Device, now: Moment) -> Option<Hardware> {
    let id = slug(&device.arn)?;
    let technology_type = device.technology?;
    let tariff = price::tariff(&id);
    let (min_shots, max_shots) = shots(device.shots);
    Some(Hardware {
        arn: Some(device.arn),
        name: device.name,
        provider: device.provider,
        technology_type,
        platform: Platform::Braket,
        description: device.summary.unwrap_or_default(),
        status: match device.status {
            DeviceStatus::Online => HardwareStatus::Online,
            DeviceStatus::Offline => HardwareStatus::Offline,
            DeviceStatus::Retired => HardwareStatus::Retired,
        },
        qubits: device.qubits.unwrap_or_default(),
        connectivity_map: match device.connectivity {
            Some(Connectivity::Pairs(pairs)) => Some(pairs.into_iter().take(MAX_PAIRS).collect()),
            Some(Connectivity::All) | None => None,
        },
        gate_set: device.native_gates.unwrap_or_default(),
        operations: device.operations.unwrap_or_default(),
        min_shots,
        max_shots,
        queue_depth: device.queue_depth.map(|depth| u32::try_from(depth).unwrap_or(u32::MAX)),
        priced_on: tariff.map(|_| price::as_of().to_owned()),
        tariff,
        documentation_url: device.documentation_url,
        updated_at: now,
        id,
    })
}

/// What both the device and the hub allow; zero shots ask for exact values, which are not sold.
fn shots(range: Option<(u64, u64)>) -> (u32, u32) {
    let bounded = |shots: u64| u32::try_from(shots).unwrap_or(u32::MAX).clamp(1, MAX_SHOTS);
    range.map_or((1, MAX_SHOTS), |(least, most)| (bounded(least), bounded(most)))
}
