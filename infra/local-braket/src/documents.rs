//! The documents the local Braket writes: results, and the tasks and devices it shows.

use quantum::{AskedResult, Measurements, Outcome};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{
    devices::Device,
    record::{Record, State},
    request::OPENQASM,
};

/// `results.json` of a task that ran: the measured bits of each shot, in the order of the shots.
pub(crate) fn results(
    record: &Record,
    device: &Device,
    outcome: &Outcome,
    ended_at: domain::Moment,
    took_ms: u64,
) -> serde_json::Result<Vec<u8>> {
    let header =
        |name: &str| json!({ "name": format!("braket.task_result.{name}"), "version": "1" });
    let mut additional =
        json!({ "action": serde_json::from_str::<Value>(&record.request.action)? });
    if device.is_simulator() {
        additional["simulatorMetadata"] = json!({ "braketSchemaHeader": header("simulator_metadata"), "executionDuration": took_ms });
    }
    let has_shots = !outcome.measurements.is_empty();
    serde_json::to_vec(&Results {
        braket_schema_header: header("gate_model_task_result"),
        measurements: has_shots.then_some(Rows(&outcome.measurements)),
        result_types: &outcome.results,
        measured_qubits: &outcome.measured_qubits,
        task_metadata: json!({
            "braketSchemaHeader": header("task_metadata"),
            "id": record.arn(),
            "shots": record.request.shots,
            "deviceId": record.request.device_arn,
            "createdAt": record.created_at,
            "endedAt": ended_at,
            "status": "COMPLETED",
        }),
        additional_metadata: additional,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Results<'a> {
    braket_schema_header: Value,
    /// Absent, not empty, without shots.
    #[serde(skip_serializing_if = "Option::is_none")]
    measurements: Option<Rows<'a>>,
    result_types: &'a [AskedResult],
    measured_qubits: &'a [usize],
    task_metadata: Value,
    additional_metadata: Value,
}

struct Rows<'a>(&'a Measurements);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

/// What GetQuantumTask and SearchQuantumTasks both show.
pub(crate) fn summary(record: &Record) -> Value {
    let mut summary = json!({
        "quantumTaskArn": record.arn(),
        "status": record.state,
        "deviceArn": record.request.device_arn,
        "shots": record.request.shots,
        "outputS3Bucket": record.request.output_s3_bucket,
        "outputS3Directory": record.output_directory(),
        "createdAt": record.created_at,
        "tags": record.request.tags.clone().unwrap_or_default(),
    });
    if let Some(ended_at) = record.ended_at {
        summary["endedAt"] = json!(ended_at);
    }
    summary
}

pub(crate) fn task(record: &Record, queue: Option<Value>) -> Value {
    let mut task = summary(record);
    task["deviceParameters"] = json!(record.request.device_parameters.as_deref().unwrap_or("{}"));
    task["associations"] = json!([]);
    task["actionMetadata"] =
        json!({ "actionType": OPENQASM, "programCount": 1, "executableCount": 1 });
    if let Some(queue) = queue {
        task["queueInfo"] = queue;
    }
    if let Some(reason) = &record.failure_reason {
        task["failureReason"] = json!(reason);
    }
    if record.state == State::Completed {
        task["numSuccessfulShots"] = json!(record.request.shots);
    }
    task
}

/// `ahead` counts the tasks that come before on the same device.
pub(crate) fn queue_info(record: &Record, ahead: usize) -> Value {
    let mut info =
        json!({ "queue": "QUANTUM_TASKS_QUEUE", "position": "None", "queuePriority": "Normal" });
    if record.state.is_waiting() {
        info["position"] = json!((ahead + 1).to_string());
    } else {
        let status = record.state.name();
        info["message"] = json!(format!(
            "Task is in {status} status. AmazonBraket does not show queue position for this status."
        ));
    }
    info
}

pub(crate) fn device_summary(device: &Device, status: &str) -> Value {
    json!({
        "deviceArn": device.device_arn,
        "deviceName": device.device_name,
        "providerName": device.provider_name,
        "deviceType": device.device_type,
        "deviceStatus": status,
    })
}

pub(crate) fn device(device: &Device, status: &str, user_agent: &str, waiting: usize) -> Value {
    let queue = |name: &str, size: usize, priority: &str| json!({ "queue": name, "queueSize": size.to_string(), "queuePriority": priority });
    let mut document = device_summary(device, status);
    document["deviceCapabilities"] = json!(device.capabilities_for(user_agent));
    document["deviceQueueInfo"] = json!([
        queue("QUANTUM_TASKS_QUEUE", waiting, "Normal"),
        queue("QUANTUM_TASKS_QUEUE", 0, "Priority"),
        { "queue": "JOBS_QUEUE", "queueSize": "0" },
    ]);
    document
}
