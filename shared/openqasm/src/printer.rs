//! How is a program written as text?

mod declarations;
mod expressions;
mod gates;
mod instructions;
mod labels;
mod pragmas;

use quantum_program::Program;

use labels::Labels;

/// Which text a program becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// What Braket's devices read: its own gates, no includes, no branches and no loops.
    Braket,
    /// OpenQASM 3 with branches and loops, its gates by the names of `stdgates.inc`.
    OpenQasm3,
}

/// Why a program cannot be written in a style.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    #[error(
        "the program has {what}, which Braket's dialect has no words for: write it as OpenQASM 3, or leave the decision to the caller"
    )]
    Feedback { what: &'static str },
    #[error("the gate `{gate}` cannot be written with the gates of Braket: use a whole power")]
    Gate { gate: String },
}

/// Reading the text again gives the same program.
pub fn print(program: &Program, style: Style) -> Result<String, PrintError> {
    let labels = Labels::new(program);
    let mut printer = Printer { program, style, labels, text: String::new(), depth: 0 };
    printer.header();
    printer.inputs();
    printer.registers();
    printer.variables()?;
    printer.begin_locals();
    let instructions = program.instructions();
    let shown = match style {
        Style::Braket => instructions.len() - printer.implied_measurements(),
        Style::OpenQasm3 => instructions.len(),
    };
    for (at, instruction) in instructions[..shown].iter().enumerate() {
        printer.instruction(at, instruction)?;
    }
    printer.end_locals();
    printer.results();
    Ok(printer.text)
}

struct Printer<'a> {
    program: &'a Program,
    style: Style,
    labels: Labels,
    text: String,
    depth: usize,
}

impl Printer<'_> {
    /// A line at the depth of the block it is in.
    fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }
}
