//! How does a function's binary run here as it would in Lambda?
//!
//! Each [`Environment`] is a process of its own beside a Runtime API of its own, on the loopback interface. Many may run at
//! once; each works on one invocation at a time, as in Lambda.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    task::JoinHandle,
};

use crate::process::{Memory, Process};

mod slot;

use slot::Slot;

/// What Lambda would be told of a function.
#[derive(Clone, Debug)]
pub struct Launch {
    /// As the template's folder names it.
    pub name: String,
    pub binary: PathBuf,
    /// All it finds in its environment, besides what Lambda itself sets.
    pub variables: BTreeMap<String, String>,
    pub memory_mib: u32,
    pub timeout: Duration,
    /// Where its log goes; appended to.
    pub log: PathBuf,
}

/// A function in its process. Killed when dropped.
#[derive(Debug)]
pub struct Environment {
    name: String,
    log: PathBuf,
    slot: Arc<Slot>,
    process: Process,
    init: Init,
    // both are only held: they end with the environment
    _child: Held,
    _server: Held,
}

/// What it took until the function asked for its first invocation.
#[derive(Clone, Copy, Debug)]
pub struct Init {
    pub cpu: Duration,
    pub elapsed: Duration,
}

/// What a function answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub payload: Bytes,
    /// From when the function was handed the invocation until its whole answer was here.
    pub elapsed: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{name} did not start: {cause}")]
    Start { name: String, cause: io::Error },
    #[error("{name} ended while it started ({status}); its log is {log}", log = log.display())]
    Ended { name: String, status: ExitStatus, log: PathBuf },
    #[error("{name} reported an error: {report}")]
    Reported { name: String, report: String },
    #[error("{name} ended before it answered; its log is {log}", log = log.display())]
    Gone { name: String, log: PathBuf },
}

impl Environment {
    /// Starts the function and returns when it asks for its first invocation.
    ///
    /// # Errors
    /// Where its binary is missing, or it ends or fails in its initialisation.
    pub async fn start(launch: &Launch) -> Result<Self, Error> {
        let failed = |cause| Error::Start { name: launch.name.clone(), cause };
        let (slot, started) = Slot::new(launch.timeout);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let server = Held(tokio::spawn(slot::serve(listener, Arc::clone(&slot))));
        let mut command = command(launch, &address.to_string()).map_err(failed)?;
        let begin = Instant::now();
        let mut child = command.spawn().map_err(failed)?;
        let process = Process::new(child.id().unwrap_or_default());
        tokio::select! {
            outcome = started => outcome
                .unwrap_or(Ok(()))
                .map_err(|report| Error::Reported { name: launch.name.clone(), report })?,
            status = child.wait() => {
                let status = status.map_err(failed)?;
                return Err(Error::Ended { name: launch.name.clone(), status, log: launch.log.clone() });
            }
        }
        let init = Init { elapsed: begin.elapsed(), cpu: process.cpu().map_err(failed)? };
        let child = Held(tokio::spawn(watch(child, Arc::clone(&slot))));
        let (name, log) = (launch.name.clone(), launch.log.clone());
        Ok(Self { name, log, slot, process, init, _child: child, _server: server })
    }

    /// Hands the function an event and waits for its answer; waits first while it works on another.
    ///
    /// # Errors
    /// Where the function reports an error or ends. It then answers no more.
    pub async fn invoke(&self, payload: impl Into<Bytes>) -> Result<Answer, Error> {
        match self.slot.invoke(payload.into()).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(report)) => Err(Error::Reported { name: self.name.clone(), report }),
            None => Err(Error::Gone { name: self.name.clone(), log: self.log.clone() }),
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub const fn init(&self) -> Init {
        self.init
    }

    /// Processor time since the process began.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn cpu(&self) -> io::Result<Duration> {
        self.process.cpu()
    }

    /// # Errors
    /// Where it has ended.
    pub fn memory(&self) -> io::Result<Memory> {
        self.process.memory()
    }
}

/// A task that ends when this is dropped, and what it owns with it.
#[derive(Debug)]
struct Held(JoinHandle<()>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Tells who waits for an answer that there will be none.
async fn watch(mut child: Child, slot: Arc<Slot>) {
    drop(child.wait().await);
    slot.end();
}

fn command(launch: &Launch, runtime_api: &str) -> io::Result<Command> {
    let log = File::options().create(true).append(true).open(&launch.log)?;
    let mut command = Command::new(&launch.binary);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", &launch.name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", launch.memory_mib.to_string())
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", launch.name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_LAMBDA_LOG_LEVEL", "INFO")
        .envs(&launch.variables)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true);
    Ok(command)
}
