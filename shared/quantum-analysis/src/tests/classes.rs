//! Is every gate put in its class, with controls and without?

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, FRAC_PI_8, PI};

use quantum_program::{Complex, Unitary, built_in, matrix};

use crate::classes::{GateClass, class_of, class_of_unitary};

fn class(name: &str, angles: &[f64]) -> GateClass {
    let gate = built_in(name).expect("a built-in gate");
    class_of(&matrix(gate.base, angles, &[]), gate.controls)
}

fn check(expected: GateClass, gates: &[(&str, &[f64])]) {
    for (name, angles) in gates {
        assert_eq!(class(name, angles), expected, "{name} {angles:?}");
    }
}

#[test]
fn the_clifford_gates_are_known_by_their_matrices() {
    check(
        GateClass::Clifford,
        &[
            ("i", &[]),
            ("h", &[]),
            ("x", &[]),
            ("y", &[]),
            ("s", &[]),
            ("sdg", &[]),
            ("v", &[]),
            ("rx", &[-FRAC_PI_2]),
            ("ry", &[7.0 * FRAC_PI_2]),
            ("rz", &[PI]),
            ("p", &[3.0 * FRAC_PI_2]),
            ("u", &[FRAC_PI_2, PI, -FRAC_PI_2]),
            ("gpi", &[0.0]),
            ("gpi2", &[PI]),
            ("prx", &[FRAC_PI_2, FRAC_PI_2]),
            ("cx", &[]),
            ("cy", &[]),
            ("cz", &[]),
            ("cp", &[PI]),
            ("crz", &[2.0 * PI]),
            ("swap", &[]),
            ("iswap", &[]),
            ("ecr", &[]),
            ("xx", &[FRAC_PI_2]),
            ("zz", &[-FRAC_PI_2]),
            ("xy", &[PI]),
            ("ms", &[0.0, 0.0]),
            ("pswap", &[FRAC_PI_2]),
            ("cphaseshift01", &[PI]),
        ],
    );
}

#[test]
fn one_t_gate_is_known_up_to_clifford_gates() {
    check(
        GateClass::T,
        &[
            ("t", &[]),
            ("tdg", &[]),
            ("p", &[FRAC_PI_4]),
            ("rz", &[-3.0 * FRAC_PI_4]),
            ("rx", &[FRAC_PI_4]),
            ("ry", &[5.0 * FRAC_PI_4]),
            ("u", &[FRAC_PI_4, 0.0, FRAC_PI_2]),
            ("gpi", &[FRAC_PI_8]),
            ("zz", &[FRAC_PI_4]),
            ("xx", &[-FRAC_PI_4]),
        ],
    );
}

#[test]
fn what_takes_more_than_one_t_gate_is_neither() {
    check(
        GateClass::Other,
        &[
            ("rx", &[0.1]),
            ("u", &[0.3, 0.2, 0.1]),
            ("u", &[FRAC_PI_4, FRAC_PI_4, 0.0]),
            ("ch", &[]),
            ("cs", &[]),
            ("cv", &[]),
            ("cp", &[FRAC_PI_2]),
            ("crx", &[FRAC_PI_2]),
            ("xy", &[FRAC_PI_4]),
            ("gpi2", &[FRAC_PI_4]),
            ("ccx", &[]),
            ("ccz", &[]),
            ("cswap", &[]),
            ("c3x", &[]),
            ("p", &[FRAC_PI_4 + 1e-6]),
        ],
    );
}

#[test]
fn a_controlled_phase_is_a_gate_on_the_control() {
    let phase = |angle: f64, controls| {
        class_of(&matrix(quantum_program::Base::GlobalPhase, &[angle], &[]), controls)
    };
    assert_eq!(phase(0.3, 0), GateClass::Clifford);
    assert_eq!(phase(FRAC_PI_2, 1), GateClass::Clifford);
    assert_eq!(phase(FRAC_PI_4, 1), GateClass::T);
    assert_eq!(phase(0.3, 1), GateClass::Other);
    assert_eq!(phase(PI, 2), GateClass::Clifford);
    assert_eq!(phase(FRAC_PI_2, 2), GateClass::Other);
    assert_eq!(phase(PI, 3), GateClass::Other);
    assert_eq!(phase(2.0 * PI, 3), GateClass::Clifford);
}

#[test]
fn a_controlled_pauli_is_clifford_with_a_power_of_i_only() {
    // ctrl @ rz(π) is ctrl @ (-i·Z)
    assert_eq!(class("crz", &[PI]), GateClass::Clifford);
    // ctrl @ zz(π), of two targets
    let zz = matrix(quantum_program::Base::Zz, &[PI], &[]);
    assert_eq!(class_of(&zz, 1), GateClass::Clifford);
    assert_eq!(class_of(&zz, 2), GateClass::Other);
    // ctrl @ U(π, 0, π) with an eighth of a turn more
    assert_eq!(class("cu", &[PI, 0.0, PI, FRAC_PI_4]), GateClass::T);
}

#[test]
fn two_t_gates_at_once_are_not_one() {
    let t = matrix(quantum_program::Base::T, &[], &[]);
    let quantum_program::Matrix::One([one, .., eighth]) = t else { panic!("one qubit") };
    let diagonal = [one, eighth, eighth, eighth * eighth];
    let mut entries = vec![Complex::default(); 16];
    for (at, entry) in diagonal.into_iter().enumerate() {
        entries[at * 5] = entry;
    }
    assert_eq!(class_of_unitary(&Unitary::new(2, entries.clone())), GateClass::Other);
    entries[10] = one;
    entries[15] = eighth;
    assert_eq!(class_of_unitary(&Unitary::new(2, entries)), GateClass::T);
}

#[test]
fn a_wide_matrix_is_not_looked_at() {
    let size = 1 << 5;
    let mut entries = vec![Complex::default(); size * size];
    for at in 0..size {
        entries[at * size + at] = quantum_program::ONE;
    }
    assert_eq!(class_of_unitary(&Unitary::new(5, entries)), GateClass::Undetermined);
}
