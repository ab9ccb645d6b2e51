//! Which parts of the language are recognised but not run yet, and what can be written instead?

type Answer = (&'static str, &'static str);

/// The construct a statement begins with.
pub(super) fn construct(word: &str) -> Option<Answer> {
    Some(match word {
        "for" => (
            "`for` loops are not supported yet",
            "write the repeated statements out, or put them into a custom gate and use `pow(n) @`",
        ),
        "while" => ("`while` loops are not supported yet", "write the repeated statements out"),
        "if" | "else" => (
            "`if` and `else` are not supported yet",
            "use a controlled gate instead of a decision on a measured bit: `ctrl @ x q[0], q[1];`",
        ),
        "switch" => (
            "`switch` is not supported yet",
            "use controlled gates instead of a decision on measured bits",
        ),
        "break" | "continue" | "end" | "return" => (
            "jumps (`break`, `continue`, `end`, `return`) are not supported yet",
            "remove the statement, and those that would not be reached",
        ),
        "def" => (
            "subroutines (`def`) are not supported yet",
            "define a `gate` if it only applies gates, or write the statements out",
        ),
        "extern" => (
            "`extern` functions are not supported yet",
            "compute the value before the run and pass it as an `input`",
        ),
        "defcal" | "defcalgrammar" | "cal" => (
            "pulse-level calibrations are not supported yet",
            "remove the calibration; the simulator knows the gates themselves",
        ),
        "array" | "mutable" | "readonly" => {
            ("arrays are not supported yet", "declare one `const` or `input` for each element")
        }
        "let" => (
            "aliases (`let`) are not supported yet",
            "use the register and its index directly: `q[1:2]`",
        ),
        "opaque" => {
            ("`opaque` gates are not supported yet", "define what the gate does with `gate`")
        }
        "output" => (
            "`output` declarations are not supported yet",
            "declare a plain `bit` register and measure into it: measured bits are the output",
        ),
        "delay" | "duration" | "stretch" | "durationof" | "nop" => (
            "timing (`delay`, `duration`, `stretch`, `nop`) is not supported yet",
            "remove it, or use `barrier` to keep an order",
        ),
        "complex" => ("complex numbers are not supported yet", "use two `float` values"),
        "int" | "uint" | "float" | "angle" | "bool" => (
            "classical variables are not supported yet",
            "if the value never changes, declare it with `const`; if the caller gives it, with `input`",
        ),
        _ => return None,
    })
}

/// What may not stand in the body of a gate.
pub(super) fn in_gate_body(word: &str) -> Option<Answer> {
    match word {
        "measure" | "reset" => Some((
            "a gate cannot measure or reset qubits",
            "measure or reset after the gate, outside its definition",
        )),
        "qubit" | "bit" | "qreg" | "creg" | "input" | "const" | "gate" | "include" => {
            Some(("a gate cannot contain declarations", "move the declaration before the gate"))
        }
        word => construct(word),
    }
}

/// What follows `#pragma braket`.
pub(super) fn pragma(word: &str) -> Answer {
    match word {
        "result" => (
            "result pragmas are not supported yet",
            "remove the pragma and measure the qubits: the result has counts and probabilities",
        ),
        "noise" => (
            "noise pragmas are not supported yet",
            "remove the pragma: the simulation is without noise",
        ),
        _ if word.starts_with("unitary") => (
            "the unitary pragma is not supported yet",
            "write the matrix as gates, for example with `U(θ, φ, λ)` and `ctrl @`",
        ),
        _ => (
            "this pragma is not known",
            "remove it; `#pragma braket verbatim` before a box is the one that is understood",
        ),
    }
}
