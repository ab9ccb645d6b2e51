//! How does a program get from a file to a circuit, with its warnings told?

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use quantum::{Circuit, Diagnostics, Parsed, Value};

use super::Stopped;

/// The text of a file, or what is piped in for `-`.
pub(super) fn read(file: &Path) -> Result<String, Stopped> {
    let read = match file.as_os_str() == "-" {
        true => bounded(std::io::stdin().lock()),
        false => std::fs::File::open(file).and_then(bounded),
    };
    read.map_err(|error| Stopped::Refused(format!("error: {}: {error}", file.display())))
}

/// As much as a program may have, and what shows that it has more.
fn bounded(from: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    from.take(quantum::MAX_SOURCE_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads a program; its warnings go to the standard error output.
pub(super) fn parse(file: &Path) -> Result<Parsed, Stopped> {
    let source = read(file)?;
    let parsed = quantum::parse(&source).map_err(|found| refused(file, &found))?;
    if parsed.warnings().iter().next().is_some() {
        let shown = show(file, parsed.warnings(), std::io::stderr().is_terminal());
        writeln!(std::io::stderr(), "{shown}\n")?;
    }
    Ok(parsed)
}

pub(super) fn bind(
    file: &Path,
    parsed: &Parsed,
    inputs: &BTreeMap<String, Value>,
) -> Result<Circuit, Stopped> {
    quantum::bind(parsed, inputs).map_err(|unbound| match unbound {
        quantum::Unbound::Inputs(error) => Stopped::Refused(format!("error: {error}")),
        quantum::Unbound::Program(found) => refused(file, &found),
    })
}

pub(super) fn refused(file: &Path, found: &Diagnostics) -> Stopped {
    Stopped::Refused(show(file, found, std::io::stderr().is_terminal()))
}

/// Each diagnostic with the name of its file before it.
pub(super) fn show(file: &Path, found: &Diagnostics, in_colour: bool) -> String {
    let shown = found.iter().map(|diagnostic| {
        let text = format!("{}:{diagnostic}", file.display());
        if in_colour { coloured(&text) } else { text }
    });
    shown.collect::<Vec<_>>().join("\n\n")
}

fn coloured(text: &str) -> String {
    const BOLD: &str = "\u{1b}[1m";
    const RED: &str = "\u{1b}[31m";
    const PLAIN: &str = "\u{1b}[0m";
    if std::env::var_os("NO_COLOR").is_some() {
        return text.to_owned();
    }
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest = lines.map(|line| match line.trim_start().starts_with('^') {
        true => format!("{RED}{line}{PLAIN}"),
        false => line.to_owned(),
    });
    std::iter::once(format!("{BOLD}{first}{PLAIN}")).chain(rest).collect::<Vec<_>>().join("\n")
}
