//! Which stack does a drill work on: one of its own, that nobody else uses and that is thrown away after a success.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use journey::{Hub, Off, process};
use local_cloud::{ACCESS_KEY, Addresses, Cloud, Extent, Options, REGION, StartError};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Where a stack answers, for everyone who calls it; the same before and after a restart.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    pub(crate) hub: Hub,
    pub(crate) addresses: Addresses,
    state: PathBuf,
    /// What the template's resources are called here, by logical id.
    pub(crate) resources: BTreeMap<String, String>,
    /// Environment variables of each function, by its logical id.
    pub(crate) environments: BTreeMap<String, BTreeMap<String, String>>,
    client: Client,
}

pub(crate) struct Stack {
    options: Options,
    cloud: Option<Cloud>,
    outside: Outside,
}

/// Longer than the sweeper may take.
const TIMEOUT: Duration = Duration::from_secs(60);

const START_TRIES: u32 = 5;
const START_PAUSE: Duration = Duration::from_secs(3);

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
        let outside = Outside {
            hub: Hub::at(&addresses.front),
            addresses,
            state: options.state.clone(),
            resources: cloud.stack().resources.clone(),
            environments: cloud.stack().environments.clone(),
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
        let path =
            format!("/2015-03-31/functions/{}/invocations", self.named("ReconcileJobsFunction")?);
        self.lambda(Method::POST, &path, &json!({})).await
    }

    /// A call of the Lambda API.
    pub(crate) async fn lambda(&self, method: Method, path: &str, body: &Value) -> Result<(), Off> {
        let url = format!("{}{path}", self.addresses.services);
        let request = signed(self.client.request(method, url), "lambda", REGION).json(body);
        answered(request).await.map(drop)
    }

    /// A call of an API that is named by `target`, as `AmazonSQS.PurgeQueue`.
    pub(crate) async fn targeted(
        &self,
        endpoint: &str,
        service: &str,
        target: &str,
        body: &Value,
    ) -> Result<(), Off> {
        let request = signed(self.client.post(endpoint), service, REGION)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string());
        answered(request).await.map(drop)
    }

    /// An answer of the local Braket's, for the region.
    pub(crate) async fn braket(
        &self,
        region: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value, Off> {
        let url = format!("{}{path}", self.addresses.braket);
        let request = signed(self.client.post(url), "braket", region).json(body);
        answered(request).await?.json().await.map_err(wrong)
    }

    /// A repeated client token makes another task from now on: Braket documents nothing else. Forgotten when it is killed.
    pub(crate) async fn ignore_client_tokens(&self) -> Result<(), Off> {
        let url = format!("{}/_local/settings", self.addresses.braket);
        let request = self.client.put(url).json(&json!({"ignore_client_tokens": true}));
        answered(request).await.map(drop)
    }

    /// What a resource of the template is called here.
    pub(crate) fn named(&self, logical: &str) -> Result<&str, Off> {
        let found = self.resources.get(logical).map(String::as_str);
        found.ok_or_else(|| Off::wrong(format!("the template has no {logical}")))
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
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

async fn answered(request: RequestBuilder) -> Result<Response, Off> {
    let answer = request.send().await.map_err(wrong)?;
    let (status, url) = (answer.status(), answer.url().clone());
    if status.is_success() {
        return Ok(answer);
    }
    let said = answer.text().await.unwrap_or_default();
    Err(Off::wrong(format!("{url} was answered {status}: {said}")))
}

/// The stand-ins read who signs for what, and check no signature.
fn signed(request: RequestBuilder, service: &str, region: &str) -> RequestBuilder {
    let scope = format!("{ACCESS_KEY}/20260101/{region}/{service}/aws4_request");
    let signature =
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
    request.header("authorization", signature).header("x-amz-date", "20260101T000000Z")
}

/// Somebody else's connection may just have taken a port that this stack left or chose.
async fn start(options: Options) -> Result<Cloud, Off> {
    let mut tried = 1;
    loop {
        let again = options.clone();
        let started = tokio::task::spawn_blocking(|| Cloud::start(again)).await.map_err(wrong)?;
        match started {
            Err(StartError::Io(_) | StartError::PortTaken { .. }) if tried < START_TRIES => {
                sleep(START_PAUSE).await;
            }
            started => return started.map_err(wrong),
        }
        tried += 1;
    }
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

/// `STATE_DIR`, or a folder of this run's own among what cargo builds.
pub(crate) fn state_of(drill: &str, run: u64) -> PathBuf {
    let chosen = env::var_os("STATE_DIR").map(PathBuf::from);
    let target = || PathBuf::from(env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()));
    let state = chosen.unwrap_or_else(|| target().join(drill).join(run.to_string()));
    std::path::absolute(&state).unwrap_or(state)
}

pub(crate) fn wrong(error: impl std::fmt::Display) -> Off {
    Off::wrong(error.to_string())
}
