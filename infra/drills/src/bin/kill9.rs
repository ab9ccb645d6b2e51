//! Kills processes under jobs and exits non-zero when a rule was broken.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match drills::kill9::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(off) => {
            eprintln!("\nerror: {off}");
            ExitCode::FAILURE
        }
    }
}
