//! How does a process live exactly as long as this one, and write its log?

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, ChildStdin, Command};

use crate::{StartError, http};

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);

/// A process that stops by itself, cleanly, when its standard input closes: on request, or because this process died.
pub(crate) struct Kept {
    process: Child,
    lifeline: Option<ChildStdin>,
    what: &'static str,
    log: PathBuf,
}

impl Kept {
    /// Starts the command in a process group of its own: Ctrl-C reaches this process alone, which then stops its children in order.
    pub(crate) fn start(
        mut command: Command,
        what: &'static str,
        log: &Path,
    ) -> Result<Self, StartError> {
        let written = File::create(log)?;
        command.stdin(Stdio::piped()).stdout(written.try_clone()?).stderr(written).process_group(0);
        let mut process = command.spawn()?;
        let lifeline = process.stdin.take();
        Ok(Self { process, lifeline, what, log: log.to_owned() })
    }

    /// Returns once `address` answers anything.
    pub(crate) async fn answers_at(&mut self, address: &str) -> Result<(), StartError> {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            if http::get(address).await.is_ok() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Err(StartError::Child { what: self.what, log: self.log.clone() })
    }

    /// Returns when the process has ended by itself, saying so.
    pub(crate) async fn ended(&mut self) -> String {
        let status = self.process.wait().await;
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        format!("{} ended ({status}); its log is {}", self.what, self.log.display())
    }

    pub(crate) async fn stop(mut self) {
        drop(self.lifeline.take());
        if tokio::time::timeout(STOP, self.process.wait()).await.is_err() {
            eprintln!("{} did not stop within {} s and is killed", self.what, STOP.as_secs());
            // fails only when it has just ended
            let _killed = self.process.kill().await;
        }
    }
}

/// Makes an empty `logs/`; those of the run before stay in `logs-before/`.
pub(crate) fn keep_last_logs(state: &Path) -> Result<(), StartError> {
    let (logs, before) = (state.join("logs"), state.join("logs-before"));
    if logs.exists() {
        if before.exists() {
            fs::remove_dir_all(&before)?;
        }
        fs::rename(&logs, &before)?;
    }
    Ok(fs::create_dir_all(&logs)?)
}
