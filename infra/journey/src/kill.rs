//! What happens to a running job when a process under it is killed, or everything is stopped and started.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tokio::process::Command;

use crate::{
    http::{Hub, Off, ensure, random_hex, text},
    main_job::{Customer, customer, ended, reached, step, submit},
    money::{billed, check_once},
    package,
    process::{self, processes, signal},
    theory,
};

/// At least ten seconds of simulation on any machine of today.
const QUBITS: usize = 22;
const LAYERS: usize = 30;
const SHOTS: u32 = 1000;
/// A lease, a sweep, and the run again.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where the local cloud's processes are found.
#[derive(Clone, Debug)]
pub struct Machine {
    state: PathBuf,
    driver: PathBuf,
    port: String,
}

impl Machine {
    /// `STATE_DIR`, as `make run` reads it, and the driver that cargo built.
    pub fn from_env(address: &str) -> Self {
        let path = |name: &str, default: &str| {
            PathBuf::from(std::env::var_os(name).unwrap_or_else(|| default.into()))
        };
        Self {
            state: path("STATE_DIR", ".local"),
            driver: path("CARGO_TARGET_DIR", "target").join("debug/local-cloud"),
            port: address.rsplit(':').next().unwrap_or("8080").to_owned(),
        }
    }
}

/// Three rounds, each ending in one job with one charge.
pub async fn rounds(hub: &Hub, machine: &Machine) -> Result<(), Off> {
    step("an app that runs for a while");
    let name = format!("Long GHZ {}", random_hex());
    let customer = customer(hub, &name, &package::long(QUBITS, LAYERS)).await?;

    step("kill -9 of the function that simulates");
    round(&customer, "hub-simulator", async || {
        kill(&machine.state.join("functions/run-simulation"))
    })
    .await?;
    step("kill -9 of the local Braket");
    round(&customer, "amazon-sv1", async || kill_named("local-braket", &machine.state)).await?;
    step("the whole stack stops and starts");
    round(&customer, "hub-simulator", async || machine.stop_and_start(&customer.hub).await).await?;

    billed(&customer.person, true).await.map(drop)
}

async fn round(
    customer: &Customer,
    device: &str,
    strike: impl AsyncFnOnce() -> Result<(), Off>,
) -> Result<(), Off> {
    let theta = theory::random_theta();
    let job = submit(customer, device, theta, SHOTS).await?;
    let id = text(&job, "/id")?;
    let running =
        reached(customer, id, PATIENCE, |status| status == "RUNNING" || status == "COMPLETED")
            .await?;
    ensure(running["status"] == "RUNNING", || {
        "the job ended before anything could be killed".to_owned()
    })?;
    strike().await?;
    let job = ended(customer, id, PATIENCE).await?;
    ensure(job["status"] == "COMPLETED", || format!("the job did not complete: {job}"))?;
    let result = customer.program().get(&format!("/jobs/{id}/result")).await?;
    theory::check(&result, QUBITS, theta, SHOTS)?;
    let items: Vec<Value> = billed(&customer.person, false).await?;
    check_once(&items, &job)
}

/// Kills every process that runs this executable.
fn kill(executable: &Path) -> Result<(), Off> {
    strike(&process::running(executable), &executable.display().to_string())
}

/// Kills the process of that name whose command line mentions this state folder.
fn kill_named(name: &str, state: &Path) -> Result<(), Off> {
    let state = fs::canonicalize(state)
        .map_err(|error| Off::wrong(format!("{}: {error}", state.display())))?;
    let state = state.display().to_string();
    let found = processes(|process| {
        let exe = fs::read_link(process.join("exe")).unwrap_or_default();
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        exe.file_name().is_some_and(|file| file == name)
            && String::from_utf8_lossy(&line).contains(&state)
    });
    strike(&found, name)
}

fn strike(pids: &[i32], what: &str) -> Result<(), Off> {
    ensure(!pids.is_empty(), || format!("no process runs {what}"))?;
    for pid in pids {
        signal("-KILL", *pid)?;
        println!("    killed {what}, pid {pid}");
    }
    Ok(())
}

impl Machine {
    /// Ends the driver as Ctrl-C does, waits until all is down, and starts it again.
    async fn stop_and_start(&self, hub: &Hub) -> Result<(), Off> {
        let lock = self.state.join("lock");
        let pid = fs::read_to_string(&lock).ok().and_then(|text| text.trim().parse::<i32>().ok());
        let pid =
            pid.ok_or_else(|| Off::wrong(format!("{} names no running stack", lock.display())))?;
        signal("-TERM", pid)?;
        while Path::new(&format!("/proc/{pid}")).exists() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("    stopped, pid {pid}");
        let log = fs::File::create(self.state.join("restarted.log"))
            .map_err(|error| Off::wrong(error.to_string()))?;
        let again = Command::new(&self.driver)
            .env("PORT", &self.port)
            .env("STATE_DIR", &self.state)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| Off::wrong(error.to_string()))?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|error| Off::wrong(format!("{}: {error}", self.driver.display())))?;
        for _ in 0..600 {
            if hub.public().get("/health").await.is_ok() {
                let pid = again.id().unwrap_or_default();
                println!("    started, pid {pid}; it goes on running: end it with kill {pid}");
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(Off::wrong("the stack did not come back within two minutes"))
    }
}
