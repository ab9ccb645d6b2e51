//! Does this machine have what the local cloud needs?

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

use tokio::process::Command;

use crate::StartError;

const PYTHONS: [&str; 4] = ["python3", "python3.13", "python3.12", "python3.11"];
const CHECK: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// Holds the folder for this process alone, for as long as the file lives; the file names the process.
pub(crate) fn lock_state(state: &Path) -> Result<File, StartError> {
    fs::create_dir_all(state)?;
    let mut lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(state.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => {
            lock.set_len(0)?;
            writeln!(lock, "{}", std::process::id())?;
            Ok(lock)
        }
        Err(TryLockError::WouldBlock) => Err(StartError::StateInUse(state.to_owned())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

pub(crate) async fn find_python() -> Result<String, StartError> {
    let named = std::env::var("PYTHON").ok();
    for python in named.as_deref().into_iter().chain(PYTHONS) {
        let checked = Command::new(python).args(["-c", CHECK]).output().await;
        if checked.is_ok_and(|output| output.status.success()) {
            return Ok(python.to_owned());
        }
    }
    Err(StartError::Missing(
        "Python 3.11 or newer with its venv module is needed (on Debian: apt install python3-venv), or name one with PYTHON=".to_owned(),
    ))
}
