//! The engine's command-line program: runs, checks, analyzes, prints and draws a quantum program.

mod analyze;
mod arguments;
mod check;
mod print;
mod run;
mod source;
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Asked, Command, USAGE};

/// Why a command gives nothing, and with which exit code it ends.
#[derive(Debug)]
enum Stopped {
    /// The command line is wrong: 2.
    Usage(String),
    /// The program, its inputs or the run were refused, and it was said why: 1.
    Refused(String),
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Self::Refused(format!("error: {error}"))
    }
}

fn main() -> ExitCode {
    let ended = match arguments::read() {
        Ok(Asked::Help) => write!(std::io::stdout(), "{USAGE}").map_err(Stopped::from),
        Ok(Asked::Version) => writeln!(std::io::stdout(), "quantum {}", env!("CARGO_PKG_VERSION"))
            .map_err(Stopped::from),
        Ok(Asked::Command(command)) => act(&command),
        Err(stopped) => Err(stopped),
    };
    let (said, code) = match ended {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stopped::Usage(said)) => (format!("error: {said}\n\n{USAGE}"), 2),
        Err(Stopped::Refused(said)) => (said, 1),
    };
    // who has closed the other end knows enough
    let _ = writeln!(std::io::stderr(), "{}", said.trim_end());
    ExitCode::from(code)
}

fn act(command: &Command) -> Result<(), Stopped> {
    match command {
        Command::Run(asked) => run::run(asked),
        Command::Check(files) => check::check(files),
        Command::Analyze(asked) => analyze::analyze(asked),
        Command::Print(asked) => print::print(asked),
    }
}
