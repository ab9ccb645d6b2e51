//! How does a person start the local cloud, and how does it end?

mod operator;
mod seed;
mod welcome;

use std::path::Path;
use std::process::ExitCode;

use local_cloud::{Cloud, Extent, Options, StartError};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), StartError> {
    let options = options()?;
    let state = options.state.clone();
    let mut cloud = Cloud::start(options)?;
    operator::write(&cloud, &state)?;
    welcome::addresses(&cloud.addresses().front, &state);

    let outcome = wait_for_the_end(&mut cloud, &state);
    println!("\nstopping; the data stays in {}", state.display());
    cloud.stop();
    println!("stopped");
    outcome
}

fn options() -> Result<Options, StartError> {
    let mut options = Options::in_checkout(Extent::Deployed);
    options.build = true;
    options.progress = true;
    options.front_port = match std::env::var("PORT") {
        Ok(text) => match text.parse() {
            Ok(port) if port > 0 => Some(port),
            _ => return Err(StartError::Port(text)),
        },
        Err(_) => Some(8080),
    };
    if let Some(state) = std::env::var_os("STATE_DIR") {
        options.state = std::path::absolute(state)?;
    }
    Ok(options)
}

/// Returns when a person asks for it, or when the cloud can no longer work; shows meanwhile what can be done with it.
fn wait_for_the_end(cloud: &mut Cloud, state: &Path) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let front = cloud.addresses().front.clone();
    runtime.block_on(async {
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = interrupted.recv() => Ok(()),
            _ = terminated.recv() => Ok(()),
            reason = cloud.ended() => Err(StartError::Ended(reason)),
            () = invite(&front, state) => Ok(()),
        }
    })
}

/// Never returns.
async fn invite(front: &str, state: &Path) {
    match seed::demo(front, state).await {
        Ok(demo) => welcome::journey(front, &demo),
        Err(off) => eprintln!("\nthere is no demo data, everything else works: {off}\n"),
    }
    welcome::ways_on(front);
    std::future::pending().await
}
