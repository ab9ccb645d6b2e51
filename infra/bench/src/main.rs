//! `make bench`: prints what the functions cost, what the hub bears, and which goals that meets.

use std::{env, fs, process::ExitCode, time::Instant};

use bench::{Failure, costs, hub::Hub, load};

/// Rows of the large table; `ROWS=` is another number, for a quick look.
const ROWS: usize = 1_000_000;

#[tokio::main]
async fn main() -> ExitCode {
    match bench().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `BENCH=all` measures every function, `BENCH=costs` and `BENCH=load` one half alone.
async fn bench() -> Result<(), Failure> {
    let begin = Instant::now();
    let step = move |what: &str| eprintln!("{:>7.1} s  {what}", begin.elapsed().as_secs_f32());
    let which = env::var("BENCH").unwrap_or_default();
    let rows = env::var("ROWS").map_or(Ok(ROWS), |rows| rows.parse())?;
    step("starting the stand-ins");
    let hub = Hub::start().await?;
    if which != "load" {
        let report = costs::figures(&hub, which == "all", rows, &step).await?.report();
        println!("{report}");
        fs::write(hub.folder().join("costs.md"), report)?;
    }
    if which != "costs" {
        step("loading the hub");
        let report = load::run(&hub, step).await?;
        println!("{report}");
        fs::write(hub.folder().join("load.md"), report)?;
        step("pricing requests and jobs");
        let report = load::price(&hub).await?;
        println!("{report}");
        fs::write(hub.folder().join("price.md"), report)?;
    }
    step("done");
    Ok(())
}
