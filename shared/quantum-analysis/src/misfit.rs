//! Why does a device not run a program, and what can be done about it?

use serde::Serialize;

use crate::limits::MAX_MISFITS;

/// One reason; its text is a sentence that says what to do. Names are as the program has them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Misfit {
    #[error("The device runs no OpenQASM programs: choose a gate-based device.")]
    NoOpenQasm,
    #[error(
        "The device runs OpenQASM 3, and this is OpenQASM 2: print the program in Braket's dialect."
    )]
    Language,
    #[error(
        "The program has {needed} qubits and the device {available}: use fewer, or choose a wider device."
    )]
    Width { needed: usize, available: u32 },
    #[error("The device takes from {least} to {most} shots, not {shots}: change the shots.")]
    Shots { shots: u64, least: u64, most: u64 },
    #[error("Without shots there is nothing to give back: ask for a result type, or give shots.")]
    NothingAskedFor,
    #[error("The input `{name}` has no value: give it one.")]
    InputMissing { name: String },
    #[error(
        "The device has no gate `{name}`: use one of its operations, or define the gate from them."
    )]
    Gate { name: String },
    #[error(
        "The device knows the gate `{name}` as `{known_as}`: use that name, or print the program in Braket's dialect."
    )]
    GateName { name: String, known_as: String },
    #[error("The device does not take the modifier `{modifier}` of `{gate}`: write the gate out.")]
    Modifier { modifier: String, gate: String },
    #[error(
        "The device takes `{modifier}` on at most {most} qubits, and `{gate}` has {controls}: write the gate out."
    )]
    Controls { modifier: String, gate: String, controls: usize, most: usize },
    #[error(
        "The device does not take the exponent of `{gate}`: use an exponent of type {allowed}, or write the gate out."
    )]
    Exponent { gate: String, allowed: String },
    #[error(
        "The device does not take the pragma `{pragma}`: remove it, or choose a simulator that does."
    )]
    Pragma { pragma: String },
    #[error(
        "The gate `{name}` is in a verbatim box and not native to the device: use {native}, or take it out of the box."
    )]
    NotNative { name: String, native: String },
    #[error(
        "Something stands outside the verbatim box, and the device takes a program wholly verbatim or not at all: move all gates into the box."
    )]
    PartlyVerbatim,
    #[error(
        "The qubits of a verbatim box have to be those of the device: name them `$0`, `$1` and so on."
    )]
    VerbatimOnRegister,
    #[error(
        "The device lets no program choose its qubits: declare a register with `qubit` in place of `$` numbers."
    )]
    PhysicalQubits,
    #[error("The device has no qubit `${qubit}`: name one that its connectivity has.")]
    NoSuchQubit { qubit: u32 },
    #[error(
        "The gate `{gate}` joins `${one}` and `${other}`, which are not coupled: choose coupled qubits, or swap on the way."
    )]
    NotCoupled { gate: String, one: u32, other: u32 },
    #[error(
        "The device gives no result `{result}`: ask for another, or reckon it from the counts."
    )]
    Result { result: String },
    #[error(
        "The device does not measure the observable `{observable}` for `{result}`: turn the qubit with gates and measure another."
    )]
    Observable { result: String, observable: String },
    #[error(
        "The device gives the result `{result}` for {least} to {most} shots, not {shots}: change the shots."
    )]
    ResultShots { result: String, shots: u64, least: u64, most: u64 },
    #[error(
        "A qubit is used after its measurement, and the device measures at the end only: choose a simulator that goes on."
    )]
    MidCircuit,
    #[error("A qubit is reset, and the device does not reset: use a fresh qubit.")]
    Reset,
    #[error(
        "A measurement decides what follows, and the device takes no feedback: put a controlled gate in its place, or choose a simulator."
    )]
    Feedback,
    #[error("The program waits with `delay`, and the device takes no delays: remove them.")]
    Delay,
    #[error("The program has {count} qubit registers and the device takes {most}: join them.")]
    QubitRegisters { count: usize, most: usize },
    #[error("The program has {count} bit registers and the device takes {most}: join them.")]
    BitRegisters { count: usize, most: usize },
    #[error(
        "The program has {count} outputs and the device takes {most}: declare fewer with `output`."
    )]
    Outputs { count: usize, most: usize },
    #[error(
        "The device measures all qubits or none, and qubit {unmeasured} is not measured: measure it, or leave out all measurements."
    )]
    NotAllMeasured { unmeasured: usize },
    #[error(
        "Qubit {unused} is not used but a later one is, and the device takes no gaps: use the first qubits of the register."
    )]
    Gap { unused: usize },
    #[error(
        "A measurement goes into no bit, and the device wants one: assign it to a declared bit."
    )]
    UnassignedMeasurement,
    #[error("There are more than {MAX_MISFITS} reasons: mend these first.")]
    More,
}
