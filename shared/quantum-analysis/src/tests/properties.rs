//! What holds for every program?

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use quantum_program::{Base, Complex, Matrix, Unitary, ZERO, built_in, matrix};

use super::anything::anything;
use super::documents::device;
use super::programs::Written;
use crate::analysis::{Analysis, analyze};
use crate::classes::{GateClass, class_of, class_of_unitary};
use crate::fit::{Form, Request, misfits};
use crate::misfit::Misfit;
use crate::simulation::Precision;
use crate::success::expected_success;

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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_program_is_counted(program in anything()) {
        let found = analyze(&program);
        prop_assert_eq!(found.gate_counts.values().sum::<usize>(), found.gates);
        prop_assert!(found.depth <= found.gates + found.resets);
        prop_assert!(found.active_qubits <= found.qubits);
        prop_assert!(!found.has_feedback || found.uses_mid_circuit_measurement);
        for shots in [0, 1000] {
            let simulation = found.simulation(shots, Precision::Double);
            prop_assert!(simulation.core_seconds.is_finite() && simulation.memory_bytes > 0);
        }
    }

    #[test]
    fn any_program_is_checked_against_any_device(program in anything()) {
        for name in ["aqt", "dm1", "ionq", "iqm", "oqc", "quera", "rigetti", "sv1"] {
            let device = device(name);
            for form in [Form::AsWritten, Form::BraketDialect] {
                let found =
                    misfits(&program, &BTreeMap::new(), &device, Request { shots: 100, form });
                let distinct: BTreeSet<String> = found.iter().map(Misfit::to_string).collect();
                prop_assert_eq!(distinct.len(), found.len(), "none twice: {:?}", found);
            }
            let success = expected_success(&program, &device);
            prop_assert!(success.is_none_or(|one| (0.0..=1.0).contains(&one.probability)));
        }
    }

    #[test]
    fn a_controlled_gate_has_the_class_of_its_whole_matrix(
        number in 0..BASES.len(),
        controls in 1..3_usize,
        eighths in proptest::array::uniform3(-8..9_i32),
    ) {
        let (base, angles) = BASES[number];
        let angles: Vec<f64> = eighths[..angles]
            .iter()
            .map(|eighth| f64::from(*eighth) * std::f64::consts::FRAC_PI_8)
            .collect();
        let small = matrix(base, &angles, &[]);
        let whole = class_of_unitary(&with_controls(&small, controls));
        prop_assert_eq!(class_of(&small, controls), whole);
    }

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

/// With the number of their angles.
const BASES: [(Base, usize); 14] = [
    (Base::Identity, 0),
    (Base::GlobalPhase, 1),
    (Base::Phase, 1),
    (Base::Rx, 1),
    (Base::Ry, 1),
    (Base::Rz, 1),
    (Base::U, 3),
    (Base::Prx, 2),
    (Base::Gpi, 1),
    (Base::Xx, 1),
    (Base::Zz, 1),
    (Base::Xy, 1),
    (Base::Swap, 0),
    (Base::Phase01, 1),
];

/// The identity but where all controls are 1; they are the high bits of the row number.
fn with_controls(small: &Matrix, controls: usize) -> Unitary {
    let entries: &[Complex] = match small {
        Matrix::Scalar(entry) => std::slice::from_ref(entry),
        Matrix::One(entries) => entries,
        Matrix::Two(entries) => entries,
    };
    let inner = entries.len().isqrt();
    let size = inner << controls;
    let mut whole = vec![ZERO; size * size];
    for at in 0..size - inner {
        whole[at * (size + 1)] = quantum_program::ONE;
    }
    let first = size - inner;
    for (at, entry) in entries.iter().enumerate() {
        whole[(first + at / inner) * size + first + at % inner] = *entry;
    }
    Unitary::new(size.ilog2() as usize, whole)
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
