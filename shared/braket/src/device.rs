//! Which devices Braket has and what is known of each.

use std::collections::BTreeMap;

use aws_sdk_braket::{Client, operation::get_device::GetDeviceOutput, types::DeviceQueueInfo};
use domain::{Moment, hardware::Technology};

use crate::{
    Braket, BraketError, Connectivity, CostHint, capabilities::Capabilities, client::REGIONS,
};

const MAX_PAGES: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    Qpu,
    Simulator,
}

/// A status this version does not know counts as offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    Online,
    Offline,
    Retired,
}

/// A device as Braket describes it; what its document does not say is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    pub arn: String,
    pub name: String,
    pub provider: String,
    pub kind: DeviceKind,
    pub status: DeviceStatus,
    pub technology: Option<Technology>,
    pub qubits: Option<u32>,
    pub connectivity: Option<Connectivity>,
    pub native_gates: Option<Vec<String>>,
    /// Gates and gate modifiers an OpenQASM program may name; `None` where the device runs no OpenQASM.
    pub operations: Option<Vec<String>>,
    /// Least and most shots.
    pub shots: Option<(u64, u64)>,
    pub cost: Option<CostHint>,
    pub summary: Option<String>,
    pub documentation_url: Option<String>,
    pub location: Option<String>,
    /// Quantum tasks that wait.
    pub queue_depth: Option<u64>,
    /// When the document was last changed: the last calibration, on hardware.
    pub updated_at: Option<Moment>,
}

/// All devices of all regions, as far as they could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    pub devices: Vec<Device>,
    /// What could not be read. While it is not empty, a device that is absent may still exist.
    pub missed: Vec<BraketError>,
}

impl Braket {
    /// Asks every region in turn; a region that fails costs only its own devices.
    pub async fn devices(&self) -> Survey {
        let mut survey = Survey::default();
        let mut arns: BTreeMap<String, Client> = BTreeMap::new();
        let home = self.home();
        for region in
            std::iter::once(home).chain(REGIONS.into_iter().filter(|region| *region != home))
        {
            let client = self.client_in(region);
            match search(&client).await {
                Ok(found) => found.into_iter().for_each(|arn| {
                    arns.entry(arn).or_insert_with(|| client.clone());
                }),
                Err(error) => survey.missed.push(error),
            }
        }
        for (arn, client) in arns {
            match read(&client, &arn).await {
                Ok(device) => survey.devices.push(device),
                Err(error) => survey.missed.push(error),
            }
        }
        survey
    }

    pub async fn device(&self, arn: &str) -> Result<Device, BraketError> {
        read(&self.client_for(arn)?, arn).await
    }
}

async fn search(client: &Client) -> Result<Vec<String>, BraketError> {
    const OPERATION: &str = "SearchDevices";
    let (mut arns, mut next) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let page = client
            .search_devices()
            .set_filters(Some(Vec::new()))
            .max_results(100)
            .set_next_token(next);
        let page = page
            .send()
            .await
            .map_err(|error| BraketError::from_sdk(OPERATION, "devices", &error))?;
        arns.extend(page.devices.into_iter().map(|device| device.device_arn));
        next = page.next_token;
        if next.is_none() {
            return Ok(arns);
        }
    }
    Err(BraketError::Failed { operation: OPERATION, cause: format!("more than {MAX_PAGES} pages") })
}

async fn read(client: &Client, arn: &str) -> Result<Device, BraketError> {
    let answer = client.get_device().device_arn(arn).send().await;
    answer.map(device).map_err(|error| BraketError::from_sdk("GetDevice", arn, &error))
}

fn device(answer: GetDeviceOutput) -> Device {
    let facts = Capabilities::read(&answer.device_capabilities);
    let kind = match answer.device_type.as_str() {
        "SIMULATOR" => DeviceKind::Simulator,
        _ => DeviceKind::Qpu,
    };
    let status = match answer.device_status.as_str() {
        "ONLINE" => DeviceStatus::Online,
        "RETIRED" => DeviceStatus::Retired,
        _ => DeviceStatus::Offline,
    };
    Device {
        kind,
        status,
        technology: technology(kind, facts.schema.as_deref().unwrap_or_default()),
        queue_depth: queue_depth(answer.device_queue_info()),
        arn: answer.device_arn,
        name: answer.device_name,
        provider: answer.provider_name,
        qubits: facts.qubits,
        connectivity: facts.connectivity,
        native_gates: facts.native_gates,
        operations: facts.operations,
        shots: facts.shots,
        cost: facts.cost,
        summary: facts.summary,
        documentation_url: facts.documentation_url,
        location: facts.location,
        updated_at: facts.updated_at,
    }
}

/// No document says it; each maker builds one kind of machine and has its own schema.
fn technology(kind: DeviceKind, schema: &str) -> Option<Technology> {
    if kind == DeviceKind::Simulator {
        return Some(Technology::Simulator);
    }
    match schema.strip_prefix("braket.device_schema.")?.split('.').next()? {
        "ionq" | "aqt" => Some(Technology::TrappedIon),
        "iqm" | "rigetti" | "oqc" => Some(Technology::Superconducting),
        "quera" => Some(Technology::NeutralAtom),
        "xanadu" => Some(Technology::Photonic),
        _ => None,
    }
}

/// Sizes are strings, past some number as `>4000`.
fn queue_depth(queues: &[DeviceQueueInfo]) -> Option<u64> {
    let tasks = queues.iter().filter(|queue| queue.queue.as_str() == "QUANTUM_TASKS_QUEUE");
    let sizes =
        tasks.filter_map(|queue| queue.queue_size.trim_start_matches('>').parse::<u64>().ok());
    sizes.reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use aws_sdk_braket::types::{QueueName, QueuePriority};

    use super::*;

    fn queue(name: QueueName, size: &str) -> DeviceQueueInfo {
        let queue = DeviceQueueInfo::builder()
            .queue(name)
            .queue_size(size)
            .queue_priority(QueuePriority::Normal);
        queue.build().expect("a queue")
    }

    #[test]
    fn queue_sizes_are_added_over_the_task_queues() {
        let tasks = QueueName::QuantumTasksQueue;
        assert_eq!(queue_depth(&[]), None);
        assert_eq!(
            queue_depth(&[
                queue(tasks.clone(), "12"),
                queue(tasks.clone(), "3"),
                queue(QueueName::JobsQueue, "9")
            ]),
            Some(15)
        );
        assert_eq!(queue_depth(&[queue(tasks.clone(), ">4000")]), Some(4_000));
        assert_eq!(queue_depth(&[queue(tasks, "None")]), None);
    }

    #[test]
    fn the_maker_tells_the_technology() {
        let schema = "braket.device_schema.ionq.ionq_device_capabilities";
        assert_eq!(technology(DeviceKind::Qpu, schema), Some(Technology::TrappedIon));
        assert_eq!(technology(DeviceKind::Simulator, ""), Some(Technology::Simulator));
        assert_eq!(technology(DeviceKind::Qpu, "braket.device_schema.newcomer.x"), None);
    }

    #[test]
    fn a_device_with_a_broken_document_is_still_a_device() {
        let answer = GetDeviceOutput::builder()
            .device_arn("arn:aws:braket:us-east-1::device/qpu/newcomer/One")
            .device_name("One")
            .provider_name("Newcomer")
            .device_type("ANNEALER".into())
            .device_status("MAINTENANCE".into())
            .device_capabilities("{")
            .build()
            .expect("an answer");
        let device = device(answer);
        assert_eq!(
            (device.kind, device.status, device.qubits),
            (DeviceKind::Qpu, DeviceStatus::Offline, None)
        );
    }
}
