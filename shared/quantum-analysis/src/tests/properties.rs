//! What holds for every program?

use proptest::prelude::*;
use quantum_program::{Complex, Matrix, Unitary, ZERO, built_in, matrix};

use super::programs::Written;
use crate::analysis::{Analysis, analyze};
use crate::classes::{GateClass, class_of_unitary};

const NAMES: [(&str, usize, usize); 10] = [
    ("h", 0, 1),
    ("s", 0, 1),
    ("x", 0, 1),
    ("t", 0, 1),
    ("rx", 1, 1),
    ("cx", 0, 2),
    ("swap", 0, 2),
    ("zz", 1, 2),
    ("cp", 1, 2),
    ("ccx", 0, 3),
];
const QUBITS: u32 = 5;

fn programs() -> impl Strategy<Value = Analysis> {
    let gate = (0..NAMES.len(), 0..QUBITS, 1..QUBITS, -7.0..7.0_f64);
    proptest::collection::vec(gate, 0..60).prop_map(|gates| {
        let mut written = Written::on(QUBITS);
        for (number, first, step, angle) in gates {
            let (name, angles, width) = NAMES[number];
            let qubits: Vec<u32> =
                (0..).map(|at| (first + at * step) % QUBITS).take(width).collect();
            written = written.gate(name, &[angle][..angles], &qubits);
        }
        analyze(&written.finish())
    })
}

proptest! {
    #[test]
    fn counts_add_up(found in programs()) {
        prop_assert_eq!(found.gate_counts.values().sum::<usize>(), found.gates);
        let by_width = found.one_qubit_gates + found.two_qubit_gates + found.multi_qubit_gates;
        prop_assert_eq!(by_width, found.gates);
        let by_class = found.clifford_gates
            + found.t_gates
            + found.other_gates
            + found.undetermined_gates;
        prop_assert_eq!(by_class, found.gates);
    }

    #[test]
    fn depth_is_at_most_the_gates_and_at_least_their_share(found in programs()) {
        prop_assert!(found.depth <= found.gates);
        prop_assert!(found.two_qubit_depth <= found.depth);
        prop_assert!(found.two_qubit_depth <= found.two_qubit_gates + found.multi_qubit_gates);
        prop_assert!(found.depth * QUBITS as usize >= found.gates);
    }

    #[test]
    fn a_product_of_clifford_gates_is_clifford(word in words(0..30)) {
        prop_assert_eq!(class_of_unitary(&product(&word)), GateClass::Clifford);
    }

    #[test]
    fn one_t_gate_among_clifford_gates_is_one_t_gate(before in words(0..20), after in words(0..20)) {
        let word = [before, vec![T], after].concat();
        prop_assert_eq!(class_of_unitary(&product(&word)), GateClass::T);
    }

    #[test]
    fn another_rotation_among_clifford_gates_is_neither(
        before in words(0..20),
        after in words(0..20),
    ) {
        let word = [before, vec![ODD], after].concat();
        prop_assert_eq!(class_of_unitary(&product(&word)), GateClass::Other);
    }

    #[test]
    fn no_document_panics(text in "[\\[\\]{}:,\"a-z0-9 ]{0,80}") {
        // any answer will do
        let _ = crate::Capabilities::parse(&text);
    }
}

/// Gates on two qubits: those before `T` generate the Clifford group.
const WORD: [(&str, &[f64], [usize; 2]); 8] = [
    ("h", &[], [0, 1]),
    ("h", &[], [1, 0]),
    ("s", &[], [0, 1]),
    ("s", &[], [1, 0]),
    ("cx", &[], [0, 1]),
    ("cx", &[], [1, 0]),
    ("t", &[], [0, 1]),
    ("rz", &[0.7], [0, 1]),
];
const T: usize = 6;
const ODD: usize = 7;

fn words(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..T, length)
}

fn product(word: &[usize]) -> Unitary {
    let mut entries: Vec<Complex> =
        (0..16).map(|at| if at % 5 == 0 { quantum_program::ONE } else { ZERO }).collect();
    for letter in word {
        let (name, angles, places) = WORD[*letter];
        entries = times(&on_two(name, angles, places), &entries);
    }
    Unitary::new(2, entries)
}

/// The 4×4 matrix of a gate whose first operand is qubit `places[0]`; qubit 0 is the high bit of the row number.
fn on_two(name: &str, angles: &[f64], places: [usize; 2]) -> Vec<Complex> {
    let gate = built_in(name).expect("built in");
    let Matrix::One(small) = matrix(gate.base, angles, &[]) else { panic!("one target") };
    let bit = |row: usize, qubit: usize| row >> (1 - qubit) & 1;
    let target = if gate.controls == 1 { places[1] } else { places[0] };
    let other = 1 - target;
    let mut entries = vec![ZERO; 16];
    for row in 0..4 {
        for column in 0..4 {
            let is_on = gate.controls == 0 || bit(row, other) == 1;
            let small_entry = small[bit(row, target) * 2 + bit(column, target)];
            entries[row * 4 + column] = match (bit(row, other) == bit(column, other), is_on) {
                (true, true) => small_entry,
                (true, false) if row == column => quantum_program::ONE,
                _ => ZERO,
            };
        }
    }
    entries
}

fn times(left: &[Complex], right: &[Complex]) -> Vec<Complex> {
    let at = |index: usize| {
        (0..4).fold(ZERO, |sum, inner| {
            sum + left[index / 4 * 4 + inner] * right[inner * 4 + index % 4]
        })
    };
    (0..16).map(at).collect()
}
