//! How does a person start the local cloud, and how does it end?

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
    print_welcome(&cloud, &state);

    let outcome = wait_for_the_end(&mut cloud);
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
        Ok(text) => Some(text.parse().map_err(|_| StartError::Port(text))?),
        Err(_) => Some(8080),
    };
    if let Some(state) = std::env::var_os("STATE_DIR") {
        options.state = std::path::absolute(state)?;
    }
    Ok(options)
}

/// Returns when a person asks for it, or when the cloud can no longer work.
fn wait_for_the_end(cloud: &mut Cloud) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = interrupted.recv() => Ok(()),
            _ = terminated.recv() => Ok(()),
            reason = cloud.ended() => Err(StartError::Ended(reason)),
        }
    })
}

fn print_welcome(cloud: &Cloud, state: &Path) {
    let front = &cloud.addresses().front;
    println!(
        "
Quantum Hub is running.

  API reference   {front}/
  HubApi          {front}/v1          for people: Authorization: Bearer <access token>
  ClientApi       {front}/client/v1   for programs: x-api-key: <key>
  mailbox         {front}/mail        every mail that was sent
  logs            {logs}

Try it:

  curl -s {front}/v1/health
  curl -s {front}/v1/hardware
  curl -s {front}/v1/auth/register -H 'content-type: application/json' \\
    -d '{{\"username\":\"ada\",\"email\":\"ada@example.com\",\"password\":\"correct horse 9 Battery\",\"full_name\":\"Ada Lovelace\"}}'
  curl -s '{front}/mail.json?to=ada@example.com'

The whole main job, from another terminal:  make journey
Ctrl-C stops everything and keeps the data.",
        logs = state.join("logs").display(),
    );
}
