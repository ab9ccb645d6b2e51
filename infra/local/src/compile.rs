//! Are the binaries of the functions up to date?

use std::path::Path;

use tokio::process::Command;

use crate::StartError;

/// One build of everything, so that features unify and nothing is compiled twice. Cargo shows its own progress.
pub(crate) async fn build_workspace(root: &Path) -> Result<(), StartError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--workspace", "--bins"])
        .current_dir(root)
        .status()
        .await;
    match built {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(StartError::Build),
        Err(_) => {
            Err(StartError::Missing("cargo was not found; install Rust with rustup".to_owned()))
        }
    }
}
