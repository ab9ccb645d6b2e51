//! How do gateways, functions, users, buckets, queues and mail run here?

use std::fs;

use tokio::process::Command;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::child::Kept;
use crate::ports::Ports;
use crate::python::Venv;
use crate::{ACCESS_KEY, ACCOUNT, Options, REGION, SECRET_KEY, StartError};

pub(crate) struct Ministack {
    stop: oneshot::Sender<()>,
    watcher: JoinHandle<()>,
}

impl Ministack {
    /// Returns when it answers; `failing` hears of it should it die before it is stopped.
    pub(crate) async fn start(
        venv: &Venv,
        options: &Options,
        ports: &Ports,
        failing: mpsc::Sender<String>,
    ) -> Result<Self, StartError> {
        let command = command(venv, options, ports)?;
        let mut process =
            Kept::start(command, "ministack", &options.state.join("logs/ministack.log"))?;
        process.answers_at(&format!("{}/_ministack/health", ports.services_url())).await?;
        let (stop, stopping) = oneshot::channel();
        let watcher = tokio::spawn(async move {
            tokio::select! {
                reason = process.ended() => drop(failing.send(reason).await),
                _ = stopping => process.stop().await,
            }
        });
        Ok(Self { stop, watcher })
    }

    /// It saves its data when it stops, and only then.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        // the watcher ends with the process
        let _ended = self.watcher.await;
    }
}

/// The environment is ours alone: function processes inherit it, and nothing of the person's own AWS settings may reach them.
fn command(venv: &Venv, options: &Options, ports: &Ports) -> Result<Command, StartError> {
    let state = &options.state;
    let temporary = state.join("tmp");
    if temporary.exists() {
        fs::remove_dir_all(&temporary)?;
    }
    fs::create_dir_all(&temporary)?;

    let addresses = ports.addresses();
    let mut command = venv.script("cloud.py");
    command.env_clear().current_dir(state);
    // the last says where instrumented functions leave what they ran
    for name in ["PATH", "LANG", "LC_ALL", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("HOME", state)
        .env("TMPDIR", &temporary)
        .env("FUNCTION_LOGS", state.join("logs"))
        .env("GATEWAY_PORT", ports.services.to_string())
        // as shipped it listens on every interface and opens MQTT, and accepts any confirmation code and any IAM call
        .env("BIND_HOST", "127.0.0.1")
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("IOT_MTLS_ENABLED", "false")
        .env("AUTH", "true")
        .env("PERSIST_STATE", "1")
        .env("STATE_DIR", state.join("ministack"))
        .env("S3_PERSIST", "1")
        .env("S3_DATA_DIR", state.join("s3"))
        .env("MINISTACK_REGION", REGION)
        .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        // what Lambda sets from the template's LoggingConfig
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_LAMBDA_LOG_LEVEL", "INFO")
        .env("AWS_ENDPOINT_URL", addresses.services)
        .env("AWS_ENDPOINT_URL_DYNAMODB", addresses.dynamodb)
        .env("AWS_ENDPOINT_URL_BRAKET", addresses.braket);
    Ok(command)
}
