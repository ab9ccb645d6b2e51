//! Runs the main job against a running hub through HTTP alone and exits non-zero when anything is off.

use std::process::ExitCode;

use journey::{Hub, kill, main_job};

#[tokio::main]
async fn main() -> ExitCode {
    let address =
        format!("http://127.0.0.1:{}", setting("PORT").unwrap_or_else(|| "8080".to_owned()));
    let hub = Hub::at(&address);
    let ended = if setting("KILL").is_some() {
        kill::rounds(&hub, &kill::Machine::from_env(&address)).await
    } else {
        main_job::run(&hub).await.map(drop)
    };
    match ended {
        Ok(()) => {
            println!("\nThe journey passed.");
            ExitCode::SUCCESS
        }
        Err(off) => {
            eprintln!("\nerror: {off}");
            ExitCode::FAILURE
        }
    }
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
