//! Kills processes under jobs and exits non-zero when a rule was broken.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    drills::exit(drills::kill9::run().await)
}
