//! How is a program written in another form?

use std::io::Write;

use super::Stopped;
use super::arguments::{Print, Style};
use super::source::parse;

pub(super) fn print(asked: &Print) -> Result<(), Stopped> {
    let parsed = parse(&asked.file)?;
    let program = parsed.program();
    let printed = match asked.style {
        Style::Svg => Ok(quantum_pictures::circuit_svg(program)),
        Style::Braket => quantum::print(program, quantum::Style::Braket),
        Style::OpenQasm3 => quantum::print(program, quantum::Style::OpenQasm3),
    };
    let text = printed.map_err(|error| Stopped::Refused(format!("error: {error}")))?;
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    Ok(())
}
