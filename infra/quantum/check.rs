//! Are programs right, and if not, what is wrong?

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use super::Stopped;
use super::source::{read, show};

pub(super) fn check(files: &[PathBuf]) -> Result<(), Stopped> {
    let mut wrong = 0;
    let mut out = std::io::stdout().lock();
    let in_colour = out.is_terminal();
    for file in files {
        let source = match read(file) {
            Ok(source) => source,
            Err(Stopped::Refused(said) | Stopped::Usage(said)) => {
                wrong += 1;
                writeln!(out, "{said}")?;
                continue;
            }
        };
        let said = match quantum::parse(&source) {
            Ok(parsed) if parsed.warnings().iter().next().is_none() => {
                format!("{}: ok", file.display())
            }
            Ok(parsed) => {
                let warnings = show(file, parsed.warnings(), in_colour);
                format!("{warnings}\n\n{}: ok, with warnings", file.display())
            }
            Err(found) => {
                wrong += 1;
                let count = found.iter().count();
                let errors =
                    if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
                format!("{}\n\n{}: {errors}", show(file, &found, in_colour), file.display())
            }
        };
        writeln!(out, "{said}")?;
    }
    match wrong {
        0 => Ok(()),
        _ => Err(Stopped::Refused(format!("{wrong} of {} refused", files.len()))),
    }
}
