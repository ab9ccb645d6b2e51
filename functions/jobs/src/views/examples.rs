//! Which jobs does the API's description show?

use serde_json::{Value, json};

/// Accepted, and waiting for its device.
pub fn submitted() -> Value {
    json!({
        "id": "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93", "subscription_id": "01a1f82f-1e80-7fa6-9e5c-4b8d1f6a3c75",
        "subscription_type": "PAY_PER_USE", "app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
        "app_version_id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57", "version_number": "1.0.0", "platform": "HUB",
        "device_id": "hub-simulator", "run_mode": "BLOCKING", "shots": 1000, "seed": 7, "input": {"theta": 0.7},
        "tags": ["nightly"], "status": "PROVISIONING", "sub_status": "HUB_QUEUE",
        "estimated_cost": {"amount": "0.05", "currency": "USD"},
        "price": [{
            "kind": "APP_FEE", "description": "App fee", "quantity": 1,
            "amount": {"amount": "0.05", "currency": "USD"}
        }],
        "priced_on": "2026-11-20",
        "created_at": "2026-11-20T10:00:00.000Z", "updated_at": "2026-11-20T10:00:00.000Z"
    })
}

/// Ended as it was meant to.
pub fn completed() -> Value {
    changed(json!({
        "status": "COMPLETED", "sub_status": null, "actual_cost": {"amount": "0.05", "currency": "USD"},
        "started_at": "2026-11-20T10:00:00.500Z", "ended_at": "2026-11-20T10:00:01.000Z",
        "updated_at": "2026-11-20T10:00:01.000Z"
    }))
}

/// Ended while its submission waited.
pub fn answered() -> Value {
    let mut job = completed();
    job["result"] = result();
    job
}

/// Cancelled before anyone began it.
pub fn cancelled() -> Value {
    changed(json!({
        "status": "CANCELLED", "sub_status": null, "actual_cost": {"amount": "0.00", "currency": "USD"},
        "ended_at": "2026-11-20T10:00:00.300Z", "updated_at": "2026-11-20T10:00:00.300Z"
    }))
}

/// Begun already when it was to be cancelled.
pub fn cancelling() -> Value {
    changed(json!({
        "status": "CANCELLING", "sub_status": "EXECUTING", "started_at": "2026-11-20T10:00:00.500Z",
        "updated_at": "2026-11-20T10:00:00.700Z"
    }))
}

/// Two qubits that agree nearly always.
pub fn result() -> Value {
    json!({
        "job_id": "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93", "status": "COMPLETED", "device_id": "hub-simulator",
        "shots": 1000, "counts": {"00": 882, "11": 118}, "probabilities": {"00": 0.882, "11": 0.118},
        "distinct": 2, "truncated": false, "measured_qubits": [0, 1],
        "result_types": [{"type": {"type": "expectation", "observable": ["z", "z"], "targets": [0, 1]}, "value": 1.0}],
        "execution_time": 0.012,
        "cost": {"amount": "0.05", "currency": "USD"}, "created_at": "2026-11-20T10:00:01.000Z"
    })
}

/// The submitted job with other members; `null` takes one away.
fn changed(members: Value) -> Value {
    let mut job = submitted();
    if let (Value::Object(job), Value::Object(members)) = (&mut job, members) {
        job.extend(members);
        job.retain(|_, value| !value.is_null());
    }
    job
}
