//! Does a device have the gates a program uses, under these names and with these modifiers?

use std::collections::BTreeSet;

use quantum_program::{Gate, Instruction, built_in};

use super::{Check, Form};
use crate::misfit::Misfit;

/// A modifier before a gate's name: `ctrl(2)` is `ctrl` and 2.
struct Written<'a> {
    name: &'a str,
    argument: Option<&'a str>,
}

impl Check<'_> {
    pub(super) fn gates(&mut self) {
        let program = self.program;
        let mut seen = BTreeSet::new();
        let mut has_unitary = false;
        let mut boxes = Vec::new();
        for instruction in program.instructions() {
            match instruction {
                Instruction::BeginBox { verbatim } => boxes.push(*verbatim),
                Instruction::EndBox => {
                    boxes.pop();
                }
                Instruction::Gate(gate) => {
                    let name = program.gate_name(gate);
                    let is_verbatim = boxes.contains(&true);
                    // one name stands for several gates only with a different number of controls
                    if seen.insert((name, gate.controls(), is_verbatim)) {
                        self.gate(gate, name, is_verbatim);
                    }
                }
                Instruction::Unitary { .. } => has_unitary = true,
                _ => {}
            }
            if self.is_full() {
                return;
            }
        }
        if has_unitary && !self.takes_unitaries() {
            self.report(Misfit::Pragma { pragma: "unitary".to_owned() });
        }
    }

    fn takes_unitaries(&self) -> bool {
        let pragma = "braket_unitary_matrix".to_owned();
        let is_known =
            self.has_operation("unitary") || self.action.supported_pragmas.contains(&pragma);
        is_known && !self.action.forbidden_pragmas.contains(&pragma)
    }

    fn gate(&mut self, gate: &Gate, name: &str, is_verbatim: bool) {
        let (modifiers, bare) = taken_apart(name);
        if is_verbatim {
            self.native(bare, modifiers.is_empty(), name);
            return;
        }
        if self.request.form == Form::BraketDialect && self.has_whole(gate) {
            return;
        }
        if !self.has_operation(bare) && !is_global_phase(bare, &self.action.supported_operations) {
            let known_as = self.known_as(bare);
            match known_as {
                Some(_) if self.request.form == Form::BraketDialect => {}
                Some(known_as) => {
                    self.report(Misfit::GateName { name: bare.to_owned(), known_as });
                }
                None => self.report(Misfit::Gate { name: bare.to_owned() }),
            }
        }
        for modifier in &modifiers {
            self.modifier(modifier, gate, name);
        }
    }

    fn native(&mut self, bare: &str, is_bare: bool, name: &str) {
        let native = &self.device.paradigm.native_gate_set;
        if is_bare && native.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
            return;
        }
        let native = match native.len() {
            0 => "its native gates".to_owned(),
            _ => format!("one of {}", native.join(", ")),
        };
        self.report(Misfit::NotNative { name: name.to_owned(), native });
    }

    /// Whether one operation is the gate with all its controls.
    fn has_whole(&self, gate: &Gate) -> bool {
        let wires = self.program.operands(gate);
        let is_plain = self.program.powers(gate).is_empty()
            && wires[..gate.controls()].iter().all(|wire| wire.is_on_one());
        is_plain
            && self.action.supported_operations.iter().filter_map(|name| built_in(name)).any(
                |operation| operation.base == gate.base && operation.controls == gate.controls(),
            )
    }

    /// The device's name for a gate that has several.
    fn known_as(&self, bare: &str) -> Option<String> {
        let wanted = built_in(bare)?;
        let operations = &self.action.supported_operations;
        operations.iter().find(|name| built_in(name) == Some(wanted)).cloned()
    }

    fn modifier(&mut self, written: &Written<'_>, gate: &Gate, name: &str) {
        let supported = self.action.supported_modifiers.iter().find(|one| one.name == written.name);
        let Some(supported) = supported else {
            self.report(Misfit::Modifier {
                modifier: written.name.to_owned(),
                gate: name.to_owned(),
            });
            return;
        };
        match (written.name, supported.max_qubits) {
            ("ctrl" | "negctrl", Some(most)) if gate.controls() > most => {
                self.report(Misfit::Controls {
                    modifier: written.name.to_owned(),
                    gate: name.to_owned(),
                    controls: gate.controls(),
                    most,
                });
            }
            ("pow", _) => {
                let allowed = supported.exponent_types.clone();
                let is_int =
                    written.argument.is_some_and(|text| text.trim().parse::<i64>().is_ok());
                let takes = |kind: &str| allowed.iter().any(|known| known == kind);
                // a whole number is also a float
                let is_taken = takes("float") || (is_int && takes("int"));
                if !is_taken {
                    self.report(Misfit::Exponent {
                        gate: name.to_owned(),
                        allowed: allowed.join(" or "),
                    });
                }
            }
            _ => {}
        }
    }
}

/// Braket writes it with two capitals, and programs without.
fn is_global_phase(bare: &str, operations: &[String]) -> bool {
    bare == "gphase" && operations.iter().any(|name| name.eq_ignore_ascii_case("gphase"))
}

/// `ctrl(2) @ inv @ x` into its modifiers and `x`.
fn taken_apart(name: &str) -> (Vec<Written<'_>>, &str) {
    let mut parts: Vec<&str> = name.split('@').map(str::trim).collect();
    let bare = parts.pop().unwrap_or_default();
    let modifiers = parts.into_iter().map(|part| match part.split_once('(') {
        Some((name, argument)) => {
            Written { name: name.trim(), argument: Some(argument.trim_end_matches(')')) }
        }
        None => Written { name: part, argument: None },
    });
    (modifiers.collect(), bare)
}
