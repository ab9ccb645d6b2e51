//! How does the local Braket run?

use crate::child::Kept;
use crate::ports::Ports;
use crate::python::Venv;
use crate::{ACCESS_KEY, Options, REGION, SECRET_KEY, StartError};

/// Its own settings are handed on, as `LOCAL_BRAKET_QUEUED_MS=5000`.
const SETTINGS: &str = "LOCAL_BRAKET_";

/// A process that is started again whenever it dies; it keeps its tasks on disk.
pub(crate) struct LocalBraket(Kept);

impl LocalBraket {
    pub(crate) async fn start(
        venv: &Venv,
        options: &Options,
        ports: &Ports,
    ) -> Result<Self, StartError> {
        let binary = options.binaries.join("local-braket");
        if !binary.exists() {
            return Err(StartError::Missing(format!(
                "{} is not built; run cargo build --workspace --bins",
                binary.display()
            )));
        }
        let addresses = ports.addresses();
        let mut command = venv.script("keep.py");
        command
            .arg(binary)
            .args(["--listen", &format!("127.0.0.1:{}", ports.braket)])
            .arg("--data")
            .arg(options.state.join("braket"))
            .env_clear()
            .envs(
                std::env::vars_os()
                    .filter(|(name, _)| name.to_string_lossy().starts_with(SETTINGS)),
            )
            .env("AWS_ENDPOINT_URL", addresses.services)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .current_dir(&options.state);
        let mut process =
            Kept::start(command, "the local Braket", &options.state.join("logs/local-braket.log"))?;
        process.answers_at(&addresses.braket).await?;
        Ok(Self(process))
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}
