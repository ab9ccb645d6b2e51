//! How does `template.yaml` become a stack here?

use std::path::PathBuf;
use std::process::Stdio;

use serde::Serialize;
use tokio::io::AsyncWriteExt;

use crate::ports::Ports;
use crate::python::Venv;
use crate::{ACCESS_KEY, Extent, Options, REGION, SECRET_KEY, Stack, StartError};

const STACK: &str = "quantum-hub";

/// What `python/deploy.py` reads.
#[derive(Serialize)]
struct Request<'a> {
    access_key: &'a str,
    secret_key: &'a str,
    region: &'a str,
    stack: &'a str,
    endpoint: String,
    table_endpoint: String,
    template: PathBuf,
    binaries: &'a PathBuf,
    functions: PathBuf,
    parameters: std::collections::BTreeMap<String, String>,
    triggers: bool,
}

/// Brings the stack up to the template; quick when it already is.
pub(crate) async fn deploy(
    venv: &Venv,
    options: &Options,
    ports: &Ports,
) -> Result<Stack, StartError> {
    let addresses = ports.addresses();
    let mut parameters = options.parameters.clone();
    parameters.entry("PublicUrl".to_owned()).or_insert_with(|| format!("{}/v1", addresses.front));
    let request = Request {
        access_key: ACCESS_KEY,
        secret_key: SECRET_KEY,
        region: REGION,
        stack: STACK,
        endpoint: addresses.services,
        table_endpoint: addresses.dynamodb,
        template: options.root.join("template.yaml"),
        binaries: &options.binaries,
        functions: options.state.join("functions"),
        parameters,
        triggers: options.extent == Extent::Deployed,
    };
    let answer = ask(venv, &serde_json::to_vec(&request).map_err(std::io::Error::from)?).await?;
    serde_json::from_slice(&answer)
        .map_err(|error| StartError::Deploy(format!("its answer cannot be read: {error}")))
}

async fn ask(venv: &Venv, request: &[u8]) -> Result<Vec<u8>, StartError> {
    let mut command = venv.script("deploy.py");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut process = command.spawn()?;
    if let Some(mut input) = process.stdin.take() {
        input.write_all(request).await?;
    }
    let output = process.wait_with_output().await?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(StartError::Deploy(said.lines().last().unwrap_or("it did not say why").to_owned()))
}
