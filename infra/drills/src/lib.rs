//! What an operator rehearses on this machine: processes that die under jobs, and a table that is lost.

mod book;
mod braket;

pub mod kill9;
mod market;
mod placing;
mod purse;
pub mod restore;
mod rules;
mod stack;
mod watch;

use std::{env, process::ExitCode, str::FromStr, sync::Mutex};

use journey::Off;

/// A setting from the environment, or what it is without.
///
/// # Errors
/// It is set to what cannot be meant.
pub fn setting<T: FromStr>(name: &str, default: T) -> Result<T, Off> {
    match env::var(name).ok().filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map_err(|_| Off::wrong(format!("{name} cannot be '{text}'"))),
        None => Ok(default),
    }
}

/// A lock whose holder panicked still guards whole values here: each change is one assignment or push.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// How a drill ends; what was off is told.
pub fn exit(ended: Result<(), Off>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(off) => {
            eprintln!("\nerror: {off}");
            ExitCode::FAILURE
        }
    }
}
