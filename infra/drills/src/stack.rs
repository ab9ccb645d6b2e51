//! Which stack does a drill work on: one of its own, that nobody else uses and that is thrown away after a success.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use journey::{Hub, Off, process};
use local_cloud::{ACCESS_KEY, Addresses, Cloud, Extent, Options, REGION};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

/// Where a stack answers, for everyone who calls it; the same before and after a restart.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    pub(crate) hub: Hub,
    pub(crate) addresses: Addresses,
    state: PathBuf,
    sweeper: String,
    client: Client,
}

pub(crate) struct Stack {
    options: Options,
    cloud: Option<Cloud>,
    outside: Outside,
}

/// Longer than the sweeper may take.
const TIMEOUT: Duration = Duration::from_secs(60);

impl Stack {
    /// Starts a new one in `state`, from the binaries that cargo built; a build in between changes nothing that runs.
    pub(crate) async fn start(state: PathBuf, parameters: &[(&str, &str)]) -> Result<Self, Off> {
        if state.exists() {
            return Err(Off::wrong(format!(
                "{} exists; remove it or take another SEED",
                state.display()
            )));
        }
        let mut options = Options::in_checkout(Extent::Deployed);
        let parameters =
            parameters.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        options.parameters.extend(parameters);
        options.binaries = link(&options.binaries, &state.join("binaries")).map_err(wrong)?;
        options.state = state;
        let cloud = start(options.clone()).await?;
        let addresses = cloud.addresses().clone();
        options.front_port = addresses.front.rsplit(':').next().and_then(|port| port.parse().ok());
        let sweeper = cloud.stack().resources.get("ReconcileJobsFunction").cloned();
        let outside = Outside {
            hub: Hub::at(&addresses.front),
            addresses,
            state: options.state.clone(),
            sweeper: sweeper.ok_or_else(|| Off::wrong("the template has no sweeper"))?,
            client: Client::builder().timeout(TIMEOUT).build().map_err(wrong)?,
        };
        Ok(Self { options, cloud: Some(cloud), outside })
    }

    pub(crate) fn outside(&self) -> Outside {
        self.outside.clone()
    }

    /// As an operator would: all processes end, all come back with what they had.
    pub(crate) async fn stop_and_start(&mut self) -> Result<(), Off> {
        self.stop().await;
        self.cloud = Some(start(self.options.clone()).await?);
        Ok(())
    }

    pub(crate) async fn stop(&mut self) {
        let cloud = self.cloud.take();
        // it ends with its process in any case
        let _stopped = tokio::task::spawn_blocking(|| drop(cloud)).await;
    }

    /// Stops it and leaves nothing of it.
    pub(crate) async fn throw_away(mut self) -> Result<(), Off> {
        self.stop().await;
        fs::remove_dir_all(&self.options.state).map_err(wrong)
    }
}

impl Outside {
    /// One tick of the sweeper's schedule.
    pub(crate) async fn sweep(&self) -> Result<(), Off> {
        let services = &self.addresses.services;
        let url = format!("{services}/2015-03-31/functions/{}/invocations", self.sweeper);
        let answer = signed(self.client.post(url), "lambda", REGION).body("{}").send().await;
        answer.and_then(reqwest::Response::error_for_status).map(drop).map_err(wrong)
    }

    /// An answer of the local Braket's, for the region.
    pub(crate) async fn braket(
        &self,
        region: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value, Off> {
        let url = format!("{}{path}", self.addresses.braket);
        let answer = signed(self.client.post(url), "braket", region).json(body).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status).map_err(wrong)?;
        answer.json().await.map_err(wrong)
    }

    /// Kills with `kill -9` whatever runs this binary in this stack; answers how many processes that were.
    pub(crate) fn kill(&self, binary: &str) -> usize {
        let pids = process::running(&self.executable(binary));
        pids.into_iter().filter(|pid| process::signal("-KILL", *pid).is_ok()).count()
    }

    fn executable(&self, binary: &str) -> PathBuf {
        let folder = if binary == "local-braket" { "binaries" } else { "functions" };
        self.state.join(folder).join(binary)
    }
}

/// The stand-ins read who signs for what, and check no signature.
fn signed(request: RequestBuilder, service: &str, region: &str) -> RequestBuilder {
    let scope = format!("{ACCESS_KEY}/20260101/{region}/{service}/aws4_request");
    request.header(
        "authorization",
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"),
    )
}

async fn start(options: Options) -> Result<Cloud, Off> {
    let started = tokio::task::spawn_blocking(|| Cloud::start(options)).await;
    started.map_err(wrong)?.map_err(|error| Off::wrong(error.to_string()))
}

fn link(from: &Path, to: &Path) -> std::io::Result<PathBuf> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let file = entry?;
        let path = file.path();
        if path.is_file() && path.extension().is_none() {
            let target = to.join(file.file_name());
            fs::hard_link(&path, &target).or_else(|_| fs::copy(&path, &target).map(drop))?;
        }
    }
    Ok(to.to_owned())
}

fn wrong(error: impl std::fmt::Display) -> Off {
    Off::wrong(error.to_string())
}
