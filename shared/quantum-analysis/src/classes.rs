//! Is a gate Clifford, a T gate, or neither?

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

use quantum_program::{Complex, Matrix, Unitary};
use serde::Serialize;

use crate::limits::MAX_CLASSIFIED_QUBITS;
use crate::paulis::{expansion, generators, has_norm, image, is_whole};

/// What fault-tolerant hardware would make of a gate. Global phases do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GateClass {
    /// It turns Pauli operators into Pauli operators.
    Clifford,
    /// Clifford gates and one T gate.
    T,
    /// It takes more than one T gate, or has no exact form of Clifford and T gates.
    Other,
    /// Its angles are not known yet, or its matrix is wider than [`MAX_CLASSIFIED_QUBITS`].
    Undetermined,
}

/// `matrix` is that of the gate less its controls; whether a control is on 0 or 1 makes no difference.
pub fn class_of(matrix: &Matrix, controls: usize) -> GateClass {
    let scalar;
    let entries: &[Complex] = match matrix {
        Matrix::Scalar(value) => {
            scalar = [*value];
            &scalar
        }
        Matrix::One(entries) => entries,
        Matrix::Two(entries) => entries,
    };
    match controls {
        0 => uncontrolled(entries),
        _ => controlled(entries, controls),
    }
}

pub fn class_of_unitary(unitary: &Unitary) -> GateClass {
    if unitary.qubits() > MAX_CLASSIFIED_QUBITS {
        return GateClass::Undetermined;
    }
    uncontrolled(unitary.entries())
}

/// A controlled matrix is Clifford if it is a Pauli operator times a power of i; more controls leave only phases.
fn controlled(entries: &[Complex], controls: usize) -> GateClass {
    let terms = expansion(entries, 1).unwrap_or_default();
    let [(pauli, phase)] = terms[..] else {
        return GateClass::Other;
    };
    let quarters = phase.phase() / FRAC_PI_2;
    let is_phase = pauli.is_identity();
    match controls {
        1 if is_whole(quarters) => GateClass::Clifford,
        1 if is_whole(2.0 * quarters) => GateClass::T,
        2 if is_phase && is_whole(quarters / 2.0) => GateClass::Clifford,
        _ if is_phase && is_whole(quarters / 4.0) => GateClass::Clifford,
        _ => GateClass::Other,
    }
}

/// A T gate turns around a Pauli operator, its axis. What does not commute with the axis becomes two Pauli operators of
/// equal weight, whose product is the axis; what commutes with it stays one. So it is enough to look at how the X and Z
/// of each qubit are split: not at all, or around one axis.
fn uncontrolled(entries: &[Complex]) -> GateClass {
    let size = entries.len().isqrt();
    let mut axis = None;
    for generator in generators(size) {
        let terms = expansion(&image(entries, generator), 2).unwrap_or_default();
        match terms[..] {
            [(_, weight)] if has_norm(weight, 1.0) => {}
            [(first, a), (second, b)]
                if has_norm(a, FRAC_1_SQRT_2) && has_norm(b, FRAC_1_SQRT_2) =>
            {
                let own = first.times(second);
                if *axis.get_or_insert(own) != own {
                    return GateClass::Other;
                }
            }
            _ => return GateClass::Other,
        }
    }
    if axis.is_some() { GateClass::T } else { GateClass::Clifford }
}
