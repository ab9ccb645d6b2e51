//! Exports the table with jobs in flight, restores it into a new one, and exits non-zero when anything is lost or paid twice.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    drills::exit(drills::restore::run().await)
}
