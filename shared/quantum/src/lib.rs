//! How is a program run?
//!
//! [`simulate`] takes a [`Circuit`]: a program whose inputs have their values. It chooses how to run it ([`Method`]), follows the
//! ways it may go where chance decides (`ways`), and reads off counts and result types. Pure compute: nothing here reads a
//! file, a clock or the network.

mod binding;
mod channel;
mod clifford;
mod density;
mod eigen;
mod limits;
mod machine;
mod memory;
mod outcome;
mod progress;
mod results;
mod run;
mod schedule;
mod simulation;
mod stabilizer;
#[cfg(test)]
mod tests;
mod vector;
mod ways;

pub use binding::{Unbound, bind};
pub use limits::{
    MAX_DENSITY_QUBITS, MAX_EXACT_OUTCOMES, MAX_EXACT_WAYS, MAX_INSTRUCTIONS_RUN,
    MAX_LISTED_AMPLITUDES, MAX_OBSERVABLE_QUBITS, MAX_RECORDED_BITS, MAX_SHOTS,
    MAX_SIMULATED_QUBITS,
};
pub use openqasm::{
    Code, Diagnostic, Diagnostics, MAX_SOURCE_BYTES, Parsed, PrintError, Severity, Style, parse,
    print,
};
pub use outcome::{Measurements, Method, Outcome};
pub use quantum_analysis as analysis;
pub use quantum_program::{
    BindError, Circuit, Input, InputKind, InputValue as Value, Language, Program,
};
pub use results::{AskedResult, ResultValue};
pub use run::{Progress, Run, SimulationError};
pub use simulation::{NeededShots, needed_bytes, needed_shots, simulate};
