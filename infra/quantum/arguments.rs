//! How is the command line read?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};
use quantum::{MAX_SHOTS, Value};

use super::Stopped;

pub(super) const USAGE: &str = "\
Runs, checks, analyzes and prints OpenQASM 3 and 2 programs, with Braket's pragmas.

Usage: quantum run FILE [--shots N] [--seed N] [--threads N] [--memory GIB] [--input NAME=VALUE]… [--json] [--svg FILE]
       quantum check FILE…
       quantum analyze FILE [--input NAME=VALUE]… [--shots N] [--device FILE] [--tariff FILE] [--json]
       quantum print FILE [--style braket|openqasm3|svg]

FILE may be - for what is piped in.

  --shots N           times to run the program (1000); 0 for exact answers
  --seed N            the same seed gives the same outcome (0)
  --threads N         threads to share the work among (1)
  --memory GIB        memory the state may take (4)
  --input NAME=VALUE  the value of an `input` of the program
  --device FILE       a device's capabilities document, as Braket's GetDevice has it
  --tariff FILE       what it charges: {\"micros_per_task\": …, \"micros_per_shot\": …, \"as_of\": \"2026-11-20\"}
  --style STYLE       braket: Braket's gates alone, includes and custom gates written out (the default); openqasm3; svg: a drawing
  --svg FILE          where to draw the histogram
  --json              answers for programs

Ends with 0, or 1 where the program is refused or the device does not run it, or 2 where the command line is wrong.
";

pub(super) enum Asked {
    Help,
    Version,
    Command(Command),
}

pub(super) enum Command {
    Run(Run),
    Check(Vec<PathBuf>),
    Analyze(Analyze),
    Print(Print),
}

pub(super) struct Run {
    pub(super) file: PathBuf,
    pub(super) shots: u32,
    pub(super) seed: u64,
    pub(super) threads: usize,
    pub(super) memory_bytes: u64,
    pub(super) inputs: BTreeMap<String, Value>,
    pub(super) json: bool,
    pub(super) svg: Option<PathBuf>,
}

pub(super) struct Analyze {
    pub(super) file: PathBuf,
    pub(super) shots: u32,
    /// `None` where none were given: what depends on them stays open.
    pub(super) inputs: Option<BTreeMap<String, Value>>,
    pub(super) device: Option<PathBuf>,
    pub(super) tariff: Option<PathBuf>,
    pub(super) json: bool,
}

pub(super) struct Print {
    pub(super) file: PathBuf,
    pub(super) style: Style,
}

#[derive(Clone, Copy)]
pub(super) enum Style {
    Braket,
    OpenQasm3,
    Svg,
}

/// All options, whichever command they belong to.
#[derive(Default)]
struct Given {
    files: Vec<PathBuf>,
    shots: Option<u32>,
    seed: Option<u64>,
    threads: Option<usize>,
    memory: Option<f64>,
    inputs: Option<BTreeMap<String, Value>>,
    device: Option<PathBuf>,
    tariff: Option<PathBuf>,
    style: Option<Style>,
    svg: Option<PathBuf>,
    json: bool,
}

const DEFAULT_SHOTS: u32 = 1_000;
const DEFAULT_MEMORY_GIB: f64 = 4.0;
const MOST_THREADS: usize = 256;

pub(super) fn read() -> Result<Asked, Stopped> {
    let mut parser = Parser::from_env();
    let command = match next(&mut parser)? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Asked::Help),
        Some(Arg::Short('V') | Arg::Long("version")) => return Ok(Asked::Version),
        Some(Arg::Value(command)) => command,
        Some(other) => return Err(wrong(other.unexpected())),
    };
    let Some(allowed) = options_of(&command) else {
        return Err(Stopped::Usage(format!("there is no command {}", command.to_string_lossy())));
    };
    let mut given = Given::default();
    loop {
        let option = match next(&mut parser)? {
            None => break,
            Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Asked::Help),
            Some(Arg::Value(file)) => {
                given.files.push(file.into());
                continue;
            }
            Some(Arg::Long(option)) if allowed.contains(&option) => option.to_owned(),
            Some(other) => return Err(wrong(other.unexpected())),
        };
        given.take(&option, &mut parser)?;
    }
    given.command(&command).map(Asked::Command)
}

fn next(parser: &mut Parser) -> Result<Option<Arg<'_>>, Stopped> {
    parser.next().map_err(wrong)
}

fn wrong(error: lexopt::Error) -> Stopped {
    Stopped::Usage(error.to_string())
}

fn options_of(command: &OsString) -> Option<&'static [&'static str]> {
    Some(match command.to_str()? {
        "run" => &["shots", "seed", "threads", "memory", "input", "json", "svg"],
        "check" => &[],
        "analyze" => &["shots", "input", "device", "tariff", "json"],
        "print" => &["style"],
        _ => return None,
    })
}

impl Given {
    fn take(&mut self, option: &str, parser: &mut Parser) -> Result<(), Stopped> {
        if option == "json" {
            self.json = true;
            return Ok(());
        }
        let value = parser.value().map_err(wrong)?;
        match option {
            "shots" => self.shots = Some(value.parse().map_err(wrong)?),
            "seed" => self.seed = Some(value.parse().map_err(wrong)?),
            "threads" => self.threads = Some(value.parse().map_err(wrong)?),
            "memory" => self.memory = Some(value.parse().map_err(wrong)?),
            "device" => self.device = Some(value.into()),
            "tariff" => self.tariff = Some(value.into()),
            "svg" => self.svg = Some(value.into()),
            "style" => self.style = Some(style(&value.string().map_err(wrong)?)?),
            _ => {
                let (name, value) = input(&value.string().map_err(wrong)?)?;
                self.inputs.get_or_insert_default().insert(name, value);
            }
        }
        Ok(())
    }

    fn command(mut self, command: &OsString) -> Result<Command, Stopped> {
        if command == "check" {
            return match self.files.is_empty() {
                true => Err(Stopped::Usage("say which file".to_owned())),
                false => Ok(Command::Check(self.files)),
            };
        }
        let file = match self.files.len() {
            1 => self.files.remove(0),
            _ => return Err(Stopped::Usage("give one file".to_owned())),
        };
        let shots = self.shots.unwrap_or(DEFAULT_SHOTS);
        if shots > MAX_SHOTS {
            return Err(Stopped::Usage(format!("--shots is at most {MAX_SHOTS}")));
        }
        if self.tariff.is_some() && self.device.is_none() {
            return Err(Stopped::Usage("--tariff is of a --device".to_owned()));
        }
        Ok(match command.to_str() {
            Some("run") => Command::Run(Run {
                file,
                shots,
                seed: self.seed.unwrap_or_default(),
                threads: threads(self.threads.unwrap_or(1))?,
                memory_bytes: bytes(self.memory.unwrap_or(DEFAULT_MEMORY_GIB))?,
                inputs: self.inputs.unwrap_or_default(),
                json: self.json,
                svg: self.svg,
            }),
            Some("analyze") => Command::Analyze(Analyze {
                file,
                shots,
                inputs: self.inputs,
                device: self.device,
                tariff: self.tariff,
                json: self.json,
            }),
            _ => Command::Print(Print { file, style: self.style.unwrap_or(Style::Braket) }),
        })
    }
}

fn threads(given: usize) -> Result<usize, Stopped> {
    match given {
        1..=MOST_THREADS => Ok(given),
        _ => Err(Stopped::Usage(format!("--threads is from 1 to {MOST_THREADS}"))),
    }
}

fn bytes(gibibytes: f64) -> Result<u64, Stopped> {
    let bytes = gibibytes * f64::from(1 << 30);
    match bytes > 0.0 && bytes < 1e15 {
        true => Ok(bytes as u64),
        false => Err(Stopped::Usage("--memory is a number of GiB above 0".to_owned())),
    }
}

fn style(name: &str) -> Result<Style, Stopped> {
    match name {
        "braket" => Ok(Style::Braket),
        "openqasm3" => Ok(Style::OpenQasm3),
        "svg" => Ok(Style::Svg),
        _ => Err(Stopped::Usage("--style is braket, openqasm3 or svg".to_owned())),
    }
}

/// A value as JSON has it; what is none is taken for a text of bits.
fn input(text: &str) -> Result<(String, Value), Stopped> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Stopped::Usage(format!("--input {text} has no value: write NAME=VALUE")));
    };
    let value = match value {
        bits if bits.len() > 1 && bits.bytes().all(|byte| matches!(byte, b'0' | b'1')) => {
            Value::Bits(bits.to_owned())
        }
        other => serde_json::from_str(other).unwrap_or_else(|_| Value::Bits(other.to_owned())),
    };
    Ok((name.to_owned(), value))
}
