//! What a test stands on: a local Braket of its own, its surroundings and the hub's edge to it.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::Credentials;
use braket::{Braket, CreateTask, GateModelResult, Task, TaskState};
use local_braket::{Cloud, Options, Server, Settings};
use serde_json::Value;

use crate::sink::{BUCKET, Sink, call};

pub(crate) const SV1: &str = "arn:aws:braket:::device/quantum-simulator/amazon/sv1";
pub(crate) const DM1: &str = "arn:aws:braket:::device/quantum-simulator/amazon/dm1";
pub(crate) const FORTE: &str = "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1";
pub(crate) const GARNET: &str = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet";
pub(crate) const ANKAA: &str = "arn:aws:braket:us-west-1::device/qpu/rigetti/Ankaa-3";
pub(crate) const ARIA: &str = "arn:aws:braket:us-east-1::device/qpu/ionq/Aria-1";
pub(crate) const BELL: &str =
    "OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\nh q[0];\ncnot q[0], q[1];\nc = measure q;\n";
pub(crate) const FOREVER_MS: u64 = 3_600_000;

/// A local Braket with its own data folder, its surroundings, and the hub's edge to it.
pub(crate) struct Stage {
    pub(crate) sink: Sink,
    pub(crate) server: Server,
    pub(crate) braket: Braket,
    data: Folder,
}

impl Stage {
    pub(crate) async fn new(settings: Settings) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let data = Folder(
            std::env::temp_dir().join(format!("local-braket-wire-{}-{number}", std::process::id())),
        );
        let sink = Sink::start().await;
        let server = start(&data.0, &sink, settings);
        let braket = Braket::new(&config(&server).await);
        Self { sink, server, braket, data }
    }

    /// Ends the process and starts it again on the same data.
    pub(crate) async fn restarted(self, settings: Settings) -> Self {
        let Self { sink, data, server, .. } = self;
        server.stop();
        let server = start(&data.0, &sink, settings);
        let braket = Braket::new(&config(&server).await);
        Self { sink, server, braket, data }
    }

    pub(crate) async fn create(&self, task: CreateTask) -> String {
        self.braket.create_task(task).await.expect("a task").arn
    }

    pub(crate) async fn reaches(&self, arn: &str, state: TaskState) -> Task {
        for _ in 0..1_000 {
            let task = self.braket.task(arn).await.expect("the task");
            if task.state == state {
                return task;
            }
            assert!(!task.state.is_terminal(), "{task:?} instead of {state:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{arn} never became {state:?}");
    }

    pub(crate) fn result(&self, task: &Task) -> GateModelResult {
        let document =
            self.sink.object(&format!("{}/results.json", task.output_directory)).expect("a result");
        GateModelResult::parse(&document).expect("a readable result")
    }

    /// Of the task's events, the states they tell, in the order of their arrival.
    pub(crate) async fn told(&self, arn: &str, last: &str) -> Vec<String> {
        for _ in 0..1_000 {
            let told = self.sink.states_of(arn);
            if told.last().is_some_and(|state| state == last) {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no event told that {arn} is {last}");
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        call(self.server.address(), method, path, Some("us-east-1"), &body.to_string()).await
    }
}

pub(crate) struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn start(data: &std::path::Path, sink: &Sink, settings: Settings) -> Server {
    let cloud = Cloud {
        endpoint_url: sink.url(),
        region: "us-east-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
    };
    Server::start(Options { settings, ..Options::new(data.to_owned(), cloud) })
        .expect("a local Braket")
}

pub(crate) async fn config(server: &Server) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(format!("http://{}", server.address()))
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .load()
        .await
}

pub(crate) fn at_once() -> Settings {
    Settings { created_ms: 0, queued_ms: 0, running_ms: 0, cancelling_ms: 0, ..Settings::default() }
}

pub(crate) fn task(token: &str, device: &str, source: &str) -> CreateTask {
    CreateTask {
        client_token: token.to_owned(),
        device_arn: device.to_owned(),
        shots: 1_000,
        bucket: BUCKET.to_owned(),
        prefix: format!("tasks/{token}"),
        source: source.to_owned(),
        inputs: BTreeMap::new(),
        tags: BTreeMap::from([("job_id".to_owned(), token.to_owned())]),
    }
}

/// Minutes of work, in steps of a few milliseconds.
pub(crate) fn long_program() -> String {
    let turn =
        |qubit: usize| format!("rx(0.1) q[{qubit}];\ncnot q[{qubit}], q[{}];\n", (qubit + 1) % 22);
    let layer: String = (0..22).map(turn).collect();
    format!("OPENQASM 3.0;\nqubit[22] q;\n{}", layer.repeat(300))
}
