//! What a submission may ask for in vain: a device that cannot run it, an input that does not fit.

use domain::hardware::{Hardware, HardwareStatus, hub_simulator};
use serde_json::{Value, json};
use store::create;
use tests::{GHZ, Stack, User};

struct Scene {
    stack: Stack,
    /// Has a subscription and a key of it.
    ada: User,
    program: User,
    subscription: String,
}

impl Scene {
    async fn begin() -> Self {
        let stack = Stack::start().await;
        stack.devices().await;
        let (seller, ada) = (stack.provider("bob").await, stack.user("ada").await);
        let published = stack.publish(&seller, GHZ, "0.05").await;
        let subscription = stack.subscribe(&ada, published, false).await;
        let program = stack.program(&stack.key(&ada, subscription, None).await);
        Self { stack, ada, program, subscription: subscription.to_string() }
    }

    fn job(&self) -> Value {
        json!({
            "subscription_id": self.subscription, "device_id": "hub-simulator", "shots": 1000,
            "input": {"theta": 0.7}, "run_mode": "NON_BLOCKING", "seed": 7
        })
    }
}

type Change = fn(&mut Hardware);

/// A device, what is the matter with it, and the word that says so.
const DEVICES: [(&str, Change, u16, &str, &str); 8] = [
    ("small", |device| device.qubits = 2, 422, "device_cannot_run", "2 qubits"),
    (
        "offline",
        |device| device.status = HardwareStatus::Offline,
        409,
        "device_unavailable",
        "OFFLINE",
    ),
    (
        "retired",
        |device| device.status = HardwareStatus::Retired,
        409,
        "device_unavailable",
        "RETIRED",
    ),
    ("unpriced", |device| device.tariff = None, 409, "device_not_priced", "no price"),
    (
        "gateless",
        |device| device.operations = vec!["cnot".to_owned()],
        422,
        "device_cannot_run",
        "'ry'",
    ),
    ("wordless", |device| device.operations = Vec::new(), 422, "device_cannot_run", "no OpenQASM"),
    ("few-shots", |device| device.max_shots = 999, 422, "device_cannot_run", "999 shots"),
    ("many-shots", |device| device.min_shots = 1001, 422, "device_cannot_run", "1001 to"),
];

#[tokio::test]
async fn a_device_that_cannot_run_the_program_is_told_with_the_reason() {
    let scene = Scene::begin().await;
    let mut fine = hub_simulator(scene.stack.clock().now());
    fine.platform = domain::hardware::Platform::Braket;
    fine.arn = Some("arn:aws:braket:::device/quantum-simulator/amazon/sv1".to_owned());
    fine.operations = ["cnot", "ry"].map(str::to_owned).into();
    for (id, change, ..) in DEVICES {
        let mut device = Hardware { id: id.to_owned(), ..fine.clone() };
        change(&mut device);
        scene.stack.table().write([create(&device)]).await.expect("a device");
    }
    let fine = Hardware { id: "fine".to_owned(), ..fine };
    scene.stack.table().write([create(&fine)]).await.expect("a device");
    let before = scene.stack.items().await;
    for caller in [&scene.ada, &scene.program] {
        for (id, _, status, code, word) in DEVICES {
            let mut job = scene.job();
            job["device_id"] = id.into();
            let problem = caller.post("/jobs", job).await.refused(status, code);
            assert!(
                problem["detail"].as_str().is_some_and(|detail| detail.contains(word)),
                "{id}: {problem}"
            );
        }
    }
    assert_eq!(scene.stack.items().await, before);
    let mut job = scene.job();
    job["device_id"] = "fine".into();
    scene.program.post("/jobs", job).await.expect(202);
}

#[tokio::test]
async fn what_only_some_devices_run_is_refused_by_the_others() {
    let scene = Scene::begin().await;
    let seller = scene.stack.provider("sam").await;
    for (source, word) in [
        (
            GHZ.replace("b = measure q;", "b[0] = measure q[0];\nx q[0];\nb = measure q;"),
            "at the end only",
        ),
        (GHZ.replace("b = measure q;", "b = measure q;\nif (b[0]) { x q[1]; }"), "decides"),
    ] {
        let published = scene.stack.publish(&seller, &source, "0").await;
        let table = scene.stack.table();
        let latest = store::versions::latest(published.app);
        let mut latest = table.get(&latest).await.expect("read").expect("released");
        // as the inspection finds
        latest.version.package.as_mut().expect("a package").estimate.in_braket_dialect =
            !source.contains("if (");
        table.save(latest).await.expect("saved");
        let subscription = scene.stack.subscribe(&scene.ada, published, false).await;
        let mut job = scene.job();
        (job["subscription_id"], job["device_id"]) =
            (subscription.to_string().into(), "amazon-sv1".into());
        let before = scene.stack.items().await;
        let problem = scene.ada.post("/jobs", job.clone()).await.refused(422, "device_cannot_run");
        assert!(
            problem["detail"].as_str().is_some_and(|detail| detail.contains(word)),
            "{problem}"
        );
        assert_eq!(scene.stack.items().await, before);
        job["device_id"] = "hub-simulator".into();
        scene.ada.post("/jobs", job).await.expect(202);
    }
}

#[tokio::test]
async fn an_input_that_does_not_fit_the_schema_is_told_member_by_member() {
    let scene = Scene::begin().await;
    let before = scene.stack.items().await;
    let deep = (0..100).fold(json!(1), |inner, _| json!({"a": inner}));
    for (input, at) in [
        (json!({}), "/input"),
        (json!({"theta": null}), "/input/theta"),
        (json!({"theta": "0.7"}), "/input/theta"),
        (json!({"theta": [0.7]}), "/input/theta"),
        (json!({"theta": {"value": 0.7}}), "/input/theta"),
        (json!({"theta": true}), "/input/theta"),
        (json!({"theta": deep}), "/input/theta"),
        (json!({"theta": "x".repeat(200_000)}), "/input/theta"),
        (json!({"theta": 0.7, "phi": 1}), "/input"),
        (json!({"theta": 0.7, "": 1}), "/input"),
        (json!({"Theta": 0.7}), "/input"),
    ] {
        for caller in [&scene.ada, &scene.program] {
            let mut job = scene.job();
            job["input"] = input.clone();
            let problem = caller.post("/jobs", job).await.refused(422, "validation_failed");
            let violations = problem["violations"].as_array().expect("violations");
            let told = |one: &Value| {
                one["pointer"] == at
                    && one["detail"].as_str().is_some_and(|text| text.len() < 1_000)
            };
            assert!(violations.iter().any(told), "{at}: {:.2000}", problem.to_string());
        }
    }
    assert_eq!(scene.stack.items().await, before);
}

#[tokio::test]
async fn an_app_or_a_version_of_another_is_not_run() {
    let scene = Scene::begin().await;
    let eve = scene.stack.provider("eve").await;
    let other = scene.stack.publish(&eve, GHZ, "0").await;
    let eves = scene.stack.subscribe(&eve, other, false).await.to_string();
    let before = scene.stack.items().await;
    for (member, value) in
        [("app_version_id", other.version.to_string()), ("subscription_id", eves)]
    {
        for caller in [&scene.ada, &scene.program] {
            let mut job = scene.job();
            job[member] = value.clone().into();
            caller.post("/jobs", job).await.refused(404, "not_found");
        }
    }
    assert_eq!(scene.stack.items().await, before);
}
