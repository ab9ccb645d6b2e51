//! Which gates does one gate statement apply, to which qubits?

use std::collections::HashMap;

use super::definitions::repeated;
use super::expansion::Applied;
use super::values::Scope;
use super::{Lowered, Lowering};
use crate::diagnostics::Fault;
use crate::program::Wire;
use crate::syntax::ast::GateCall;

impl<'a> Lowering<'a> {
    /// A gate on registers is applied element by element.
    pub(super) fn call(&mut self, call: &'a GateCall) -> Lowered<()> {
        let resolved = self.resolve(call)?;
        let names = HashMap::new();
        let scope = Scope { names: &names, values: &[] };
        let arguments = self.arguments(resolved.arguments, scope)?;
        let powers = self.powers(&resolved.powers, scope)?;
        let mut operands = Vec::with_capacity(call.operands.len());
        for operand in &call.operands {
            operands.push(self.qubits_of(operand)?);
        }
        let times = repetitions(call, &operands)?;
        for time in 0..times {
            let wires = operands
                .iter()
                .map(|qubits| Wire::new(if qubits.len() == 1 { qubits[0] } else { qubits[time] }));
            let wires: Vec<Wire> = wires.collect();
            if has_repeated(&wires) {
                return Err(repeated(call.span));
            }
            for wire in &wires {
                self.touched[wire.qubit() as usize] = true;
            }
            self.apply(
                &resolved,
                &Applied { arguments: &arguments, powers: &powers, wires: &wires, controls: &[] },
            )?;
        }
        Ok(())
    }
}

fn repetitions(call: &GateCall, operands: &[Vec<u32>]) -> Lowered<usize> {
    let mut sizes = operands.iter().map(Vec::len).filter(|size| *size > 1);
    let Some(first) = sizes.next() else {
        return Ok(1);
    };
    if let Some(other) = sizes.find(|size| *size != first) {
        return Err(Fault::new(
            call.span,
            format!("the gate is given registers of {first} and of {other} qubits"),
            "use registers or ranges of the same size, or single qubits",
        ));
    }
    Ok(first)
}

fn has_repeated(wires: &[Wire]) -> bool {
    match wires {
        [] | [_] => false,
        [a, b] => a == b,
        _ => {
            let mut qubits: Vec<u32> = wires.iter().map(|wire| wire.qubit()).collect();
            qubits.sort_unstable();
            qubits.windows(2).any(|pair| pair[0] == pair[1])
        }
    }
}
