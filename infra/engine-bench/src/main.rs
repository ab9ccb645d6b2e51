//! What does running a program cost the engine: processor seconds, seconds, and memory at its peak?
//!
//! `engine-bench THREADS` reads what to run from its input, a JSON object a line, and answers each with another.

mod usage;

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, BufRead, Write},
    process::ExitCode,
};

use quantum::Run;
use serde::Deserialize;
use usage::measured;

type Failure = Box<dyn std::error::Error>;

const SEED: u64 = 7;
const MEMORY_LIMIT_BYTES: u64 = 1 << 34;

#[derive(Deserialize)]
struct Asked {
    path: String,
    shots: u32,
    /// Runs at most, of which the cheapest counts.
    repeat: u32,
}

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), Failure> {
    let threads = env::args().nth(1).ok_or("say how many threads")?.parse()?;
    let mut answers = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let asked: Asked = serde_json::from_str(&line?)?;
        let source = fs::read_to_string(&asked.path)?;
        let usage = measured(asked.repeat, || run(&source, asked.shots, threads))?;
        writeln!(answers, "{}", serde_json::to_string(&usage)?)?;
        answers.flush()?;
    }
    Ok(())
}

/// Reading the text counts too.
fn run(source: &str, shots: u32, threads: usize) -> Result<(), Failure> {
    let parsed = quantum::parse(source).map_err(|diagnostics| format!("{diagnostics:?}"))?;
    let circuit = quantum::bind(&parsed, &BTreeMap::new())?;
    let run = Run { threads, memory_limit_bytes: MEMORY_LIMIT_BYTES, ..Run::new(shots, SEED) };
    std::hint::black_box(quantum::simulate(&circuit, &run)?);
    Ok(())
}
