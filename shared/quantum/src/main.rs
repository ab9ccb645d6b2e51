//! The command-line program: runs, checks, analyzes and prints a quantum program on its user's machine.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
