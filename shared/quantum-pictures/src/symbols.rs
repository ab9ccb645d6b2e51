//! Which letters stand for a gate in a picture?

use quantum_program::{Base, Gate, Program};

use crate::angles::number;

/// The gate less its controls.
pub(crate) fn symbol(program: &Program, gate: &Gate) -> String {
    let plain = plain(gate.base);
    match program.powers(gate) {
        [] => plain.to_owned(),
        [power] if (power + 1.0).abs() < f64::EPSILON => format!("{plain}†"),
        powers => {
            let powers: Vec<_> = powers.iter().map(|power| number(*power)).collect();
            format!("{plain}^{}", powers.join("·"))
        }
    }
}

fn plain(base: Base) -> &'static str {
    match base {
        Base::Identity => "I",
        Base::Hadamard => "H",
        Base::X => "X",
        Base::Y => "Y",
        Base::Z => "Z",
        Base::S => "S",
        Base::SInverse => "S†",
        Base::T => "T",
        Base::TInverse => "T†",
        Base::V => "√X",
        Base::VInverse => "√X†",
        Base::Rx => "Rx",
        Base::Ry => "Ry",
        Base::Rz => "Rz",
        Base::Phase => "P",
        Base::U | Base::UPhase => "U",
        Base::U2 => "U2",
        Base::GlobalPhase => "phase",
        Base::Gpi => "GPi",
        Base::Gpi2 => "GPi2",
        Base::Prx => "PRx",
        Base::Swap => "swap",
        Base::ISwap => "iswap",
        Base::PSwap => "pswap",
        Base::Xy => "XY",
        Base::Xx => "XX",
        Base::Yy => "YY",
        Base::Zz => "ZZ",
        Base::Ecr => "ECR",
        Base::Ms => "MS",
        Base::Phase00 => "P00",
        Base::Phase01 => "P01",
        Base::Phase10 => "P10",
    }
}
