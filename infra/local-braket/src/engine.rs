//! Whether a device runs a program, and what the run gives.

use std::{collections::BTreeMap, ops::ControlFlow};

use quantum::{
    Circuit, Outcome, Run, SimulationError, Value,
    analysis::{Form, Misfit, Request},
};

use crate::{devices::Device, request::Action};

/// Why a task fails: goes into its `failureReason`.
pub(crate) type Reason = String;

/// Reads the program as the device's compiler would.
pub(crate) fn compile(action: &Action, device: &Device, shots: u64) -> Result<Circuit, Reason> {
    let parsed = quantum::parse(&action.source).map_err(|diagnostics| diagnostics.to_string())?;
    if includes_a_file(&action.source) {
        return Err(
            "Include statements are not supported: define the gates in the program.".to_owned()
        );
    }
    let circuit = quantum::bind(&parsed, &inputs(action)?).map_err(|error| error.to_string())?;
    let request =
        Request { shots: u32::try_from(shots).unwrap_or(u32::MAX), form: Form::AsWritten };
    let reasons: Vec<String> =
        device.capabilities().misfits(&circuit, request).iter().map(Misfit::to_string).collect();
    if !reasons.is_empty() {
        return Err(reasons.join(" "));
    }
    if shots == 0 && circuit.program().results().is_empty() {
        return Err("No result types specified for shots=0.".to_owned());
    }
    Ok(circuit)
}

/// Simulates with the noise of the program alone; `None` when it was interrupted.
pub(crate) fn run(
    circuit: &Circuit,
    shots: u64,
    seed: u64,
    memory_limit_bytes: u64,
    interrupted: &dyn Fn() -> bool,
) -> Result<Option<Outcome>, Reason> {
    let progress =
        |_| if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let shots = u32::try_from(shots).unwrap_or(u32::MAX);
    let run = Run { memory_limit_bytes, progress: &progress, ..Run::new(shots, seed) };
    match quantum::simulate(circuit, &run) {
        Ok(outcome) => Ok(Some(outcome)),
        Err(SimulationError::Cancelled) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn inputs(action: &Action) -> Result<BTreeMap<String, Value>, Reason> {
    let given = action.inputs.iter().flatten();
    given
        .map(|(name, value)| match serde_json::from_value(value.clone()) {
            Ok(value) => Ok((name.clone(), value)),
            Err(_) => Err(format!("The input {name} is neither a number nor a bit string.")),
        })
        .collect()
}

/// Braket's devices read no files; ours resolve the standard ones, so it must be asked for.
fn includes_a_file(source: &str) -> bool {
    let mut rest = source;
    let mut statement = String::new();
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else {
            match character {
                ';' | '{' | '}' => statement.clear(),
                character => statement.push(character),
            }
            rest = &rest[character.len_utf8()..];
            let Some(after) = statement.trim_start().strip_prefix("include") else { continue };
            if after.ends_with('"') {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::fleet;

    fn check(device: &str, program: &str, expected: Result<(), &str>) {
        let fleet = fleet(1 << 30).expect("committed documents");
        let device = fleet.iter().find(|each| each.device_name == device).expect("a device");
        let action = serde_json::json!({
            "braketSchemaHeader": { "name": crate::request::OPENQASM, "version": "1" },
            "source": format!("OPENQASM 3.0;\n{program}"), "inputs": { "theta": 0.5 },
        });
        let action = Action::read(&action.to_string()).expect("an action");
        let action = match program.contains("theta") {
            true => action,
            false => Action { inputs: None, ..action },
        };
        match (compile(&action, device, 10).map(drop), expected) {
            (Ok(()), Ok(())) => (),
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{program}: {reason}"),
            (got, _) => panic!("{program}: {got:?}"),
        }
    }

    #[test]
    fn a_device_runs_what_it_can_and_says_why_not() {
        check("Garnet", "input float theta; qubit[2] q; rx(theta) q[0]; cnot q[0], q[1];", Ok(()));
        check("SV1", "qubit[3] q; ctrl @ x q[0], q[1]; ctrl(2) @ x q[0], q[1], q[2];", Ok(()));
        check("SV1", "gate pair a, b { h a; cnot a, b; } qubit[2] q; pair q[0], q[1];", Ok(()));
        check("SV1", "qubit[2] q; h q[0]", Err("2:18"));
        check("Garnet", "qubit[21] q; h q;", Err("21 qubits"));
        check("Forte 1", "qubit[2] q; ecr q[0], q[1];", Err("no gate `ecr`"));
        check("SV1", "include \"stdgates.inc\"; qubit[2] q; h q;", Err("Include"));
        check("SV1", "bit b; qubit q; h q; b = measure q; h q;", Err("measurement"));
        check("SV1", "input float phi; qubit q; rx(phi) q;", Err("phi"));
        let noisy = "qubit[1] q; h q[0];\n#pragma braket noise bit_flip(0.1) q[0]\n";
        check("DM1", noisy, Ok(()));
        check("SV1", noisy, Err("noise"));
        check("Garnet", "qubit[1] q; h q[0];\n#pragma braket result state_vector\n", Err("state"));
        check("SV1", "qubit[1] q; h q[0];\n#pragma braket result expectation x(q[0])\n", Ok(()));
    }

    #[test]
    fn includes_are_found_outside_comments_only() {
        assert!(includes_a_file("OPENQASM 3;\n /* a */ include  \"x.inc\";"));
        assert!(!includes_a_file("// include \"x.inc\";\nqubit[2] q; /* include \"y\" */ h q;"));
        assert!(!includes_a_file("qubit included; h included;"));
    }
}
