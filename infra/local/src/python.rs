//! Where do ministack and the deployment find their Python packages?

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::StartError;

const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// A virtual environment with exactly the pinned packages.
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// True when the packages of this very requirements file were installed.
    pub(crate) fn is_ready(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|stamp| stamp == REQUIREMENTS)
    }

    /// Two stacks share the folder: the second waits for the first and finds the work done.
    pub(crate) async fn install(&self, python: &str) -> Result<(), StartError> {
        fs::create_dir_all(&self.folder)?;
        let lock = File::create(self.folder.with_extension("lock"))?;
        let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
            .await
            .map_err(std::io::Error::other)??;
        if !self.is_ready() {
            run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&self.folder)).await?;
            let wanted = self.folder.join("requirements.txt");
            fs::write(&wanted, REQUIREMENTS)?;
            let quietly = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "-r",
            ];
            run(Command::new(self.python()).args(quietly).arg(&wanted)).await?;
            fs::write(self.stamp(), REQUIREMENTS)?;
        }
        drop(lock);
        Ok(())
    }

    /// A command that runs one of our scripts.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(self.python());
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(name));
        command
    }

    /// The interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }
}

async fn run(command: &mut Command) -> Result<(), StartError> {
    let output = command.output().await?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last =
        said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why");
    Err(StartError::Packages(last.to_owned()))
}
