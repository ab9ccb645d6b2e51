//! Says what a table holds and exits non-zero when the items of a job do not fit together.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    drills::exit(drills::restore::check().await)
}
