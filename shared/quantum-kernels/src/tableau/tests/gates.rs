//! Which gates there are, and which matrices are they?

use std::{collections::HashSet, f64::consts::FRAC_PI_3};

use super::{
    super::{OneQubit, TwoQubit},
    matrices::{self, Matrix1, product},
};

#[test]
fn a_named_gate_is_the_one_that_its_matrix_says() {
    let ones = [
        (OneQubit::IDENTITY, matrices::IDENTITY),
        (OneQubit::X, matrices::X),
        (OneQubit::Y, matrices::Y),
        (OneQubit::Z, matrices::Z),
        (OneQubit::H, matrices::H),
        (OneQubit::S, matrices::S),
        (OneQubit::SDG, matrices::SDG),
        (OneQubit::SX, matrices::SX),
        (OneQubit::SXDG, matrices::SXDG),
    ];
    for (gate, matrix) in ones {
        assert_eq!(OneQubit::of_matrix(&matrix), Some(gate));
    }
    let twos = [
        (TwoQubit::CX, matrices::CX),
        (TwoQubit::CY, matrices::CY),
        (TwoQubit::CZ, matrices::CZ),
        (TwoQubit::SWAP, matrices::SWAP),
        (TwoQubit::ISWAP, matrices::ISWAP),
        (TwoQubit::ECR, matrices::ECR),
    ];
    for (gate, matrix) in twos {
        assert_eq!(TwoQubit::of_matrix(&matrix), Some(gate));
    }
}

#[test]
fn the_24_gates_of_one_qubit_are_all_there_and_all_recognised() {
    let all: HashSet<OneQubit> = OneQubit::all().into_iter().collect();
    let recognised: HashSet<OneQubit> =
        matrices::one_qubit_cliffords().iter().filter_map(OneQubit::of_matrix).collect();
    assert_eq!(all.len(), 24);
    assert_eq!(all, recognised);
    assert_eq!(OneQubit::all()[0], OneQubit::IDENTITY);
}

#[test]
fn a_global_phase_makes_no_difference() {
    let phase = [FRAC_PI_3.cos(), FRAC_PI_3.sin()];
    assert_eq!(
        OneQubit::of_matrix(&matrices::H.map(|entry| matrices::times(phase, entry))),
        Some(OneQubit::H)
    );
    assert_eq!(
        TwoQubit::of_matrix(&matrices::ECR.map(|entry| matrices::times(phase, entry))),
        Some(TwoQubit::ECR)
    );
}

#[test]
fn what_is_no_clifford_gate_is_not_recognised() {
    assert_eq!(OneQubit::of_matrix(&matrices::T), None);
    assert_eq!(TwoQubit::of_matrix(&matrices::CS), None);
    let turned = |angle: f64| -> Matrix1 {
        [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [angle.cos(), angle.sin()]]
    };
    assert_eq!(OneQubit::of_matrix(&turned(1e-6)), None, "nearly the identity");
    assert_eq!(OneQubit::of_matrix(&turned(1e-11)), Some(OneQubit::IDENTITY), "rounded");
    assert_eq!(
        OneQubit::of_matrix(&matrices::X.map(|[re, im]| [2.0 * re, 2.0 * im])),
        None,
        "no unitary"
    );
    assert_eq!(OneQubit::of_matrix(&[[f64::NAN, 0.0]; 4]), None);
}

#[test]
fn one_gate_after_another_is_the_product_of_their_matrices() {
    for first in matrices::one_qubit_cliffords() {
        for next in matrices::one_qubit_cliffords() {
            let [one, two] = [&first, &next].map(|matrix| OneQubit::of_matrix(matrix).unwrap());
            assert_eq!(OneQubit::of_matrix(&product(&next, &first)), Some(one.then(two)));
        }
    }
    for first in [matrices::CX, matrices::CY, matrices::ISWAP, matrices::ECR] {
        for next in [
            matrices::SWAP,
            matrices::ECR,
            matrices::CY,
            matrices::beside(&matrices::S, &matrices::H),
        ] {
            let [one, two] = [&first, &next].map(|matrix| TwoQubit::of_matrix(matrix).unwrap());
            assert_eq!(TwoQubit::of_matrix(&product(&next, &first)), Some(one.then(two)));
        }
    }
}

#[test]
fn a_gate_and_its_inverse_do_nothing() {
    for gate in OneQubit::all() {
        assert_eq!(gate.then(gate.inverse()), OneQubit::IDENTITY);
    }
    let mut gate = TwoQubit::CX;
    for next in [TwoQubit::ISWAP, TwoQubit::ECR, TwoQubit::CY, TwoQubit::CX, TwoQubit::SWAP] {
        gate = gate.then(next);
        assert_eq!(gate.then(gate.inverse()), TwoQubit::of(["XI", "ZI", "IX", "IZ"]));
        assert_eq!(gate.inverse().then(gate), TwoQubit::of(["XI", "ZI", "IX", "IZ"]));
    }
}

#[test]
#[should_panic(expected = "no gate does this")]
fn images_that_commute_where_they_must_not_are_refused() {
    TwoQubit::of(["XI", "ZI", "IX", "IX"]);
}
