//! Which gates are built in, under which names, and how many parameters and qubits do they take?

use std::ops::RangeInclusive;

/// What a built-in gate does to its targets, its controls left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    Identity,
    Hadamard,
    X,
    Y,
    Z,
    S,
    SInverse,
    T,
    TInverse,
    V,
    VInverse,
    Rx,
    Ry,
    Rz,
    Phase,
    U,
    U2,
    /// `cu` less its control: `U` and a phase as fourth parameter.
    UPhase,
    GlobalPhase,
    Gpi,
    Gpi2,
    Prx,
    Swap,
    ISwap,
    PSwap,
    Xy,
    Xx,
    Yy,
    Zz,
    Ecr,
    Ms,
    Phase00,
    Phase01,
    Phase10,
}

impl Base {
    /// Qubits it acts on.
    pub fn targets(self) -> usize {
        match self {
            Self::GlobalPhase => 0,
            Self::Swap
            | Self::ISwap
            | Self::PSwap
            | Self::Xy
            | Self::Xx
            | Self::Yy
            | Self::Zz
            | Self::Ecr
            | Self::Ms
            | Self::Phase00
            | Self::Phase01
            | Self::Phase10 => 2,
            _ => 1,
        }
    }

    fn parameters(self) -> RangeInclusive<usize> {
        match self {
            Self::Rx
            | Self::Ry
            | Self::Rz
            | Self::Phase
            | Self::GlobalPhase
            | Self::Gpi
            | Self::Gpi2
            | Self::PSwap
            | Self::Xy
            | Self::Xx
            | Self::Yy
            | Self::Zz
            | Self::Phase00
            | Self::Phase01
            | Self::Phase10 => 1..=1,
            Self::Prx | Self::U2 => 2..=2,
            // the third angle of `ms` is π/2 unless given
            Self::Ms => 2..=3,
            Self::U => 3..=3,
            Self::UPhase => 4..=4,
            _ => 0..=0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    pub base: Base,
    /// Leading operands that control the base.
    pub controls: usize,
}

impl BuiltIn {
    pub fn parameters(self) -> RangeInclusive<usize> {
        self.base.parameters()
    }

    pub fn operands(self) -> usize {
        self.controls + self.base.targets()
    }
}

/// The gates of Braket's dialect, of `stdgates.inc` and of `qelib1.inc`; a program may define its own under these names.
pub fn built_in(name: &str) -> Option<BuiltIn> {
    let (base, controls) = match name {
        "i" | "id" => (Base::Identity, 0),
        "h" => (Base::Hadamard, 0),
        "x" => (Base::X, 0),
        "y" => (Base::Y, 0),
        "z" => (Base::Z, 0),
        "s" => (Base::S, 0),
        "si" | "sdg" => (Base::SInverse, 0),
        "t" => (Base::T, 0),
        "ti" | "tdg" => (Base::TInverse, 0),
        "v" | "sx" => (Base::V, 0),
        "vi" | "sxdg" => (Base::VInverse, 0),
        "rx" => (Base::Rx, 0),
        "ry" => (Base::Ry, 0),
        "rz" => (Base::Rz, 0),
        "p" | "phase" | "phaseshift" | "u1" => (Base::Phase, 0),
        "U" | "u" | "u3" => (Base::U, 0),
        "u2" => (Base::U2, 0),
        "gphase" => (Base::GlobalPhase, 0),
        "gpi" => (Base::Gpi, 0),
        "gpi2" => (Base::Gpi2, 0),
        "prx" => (Base::Prx, 0),
        "cx" | "cnot" | "CX" => (Base::X, 1),
        "cy" => (Base::Y, 1),
        "cz" => (Base::Z, 1),
        "ch" => (Base::Hadamard, 1),
        "cs" => (Base::S, 1),
        "csdg" => (Base::SInverse, 1),
        "cv" | "csx" => (Base::V, 1),
        "crx" => (Base::Rx, 1),
        "cry" => (Base::Ry, 1),
        "crz" => (Base::Rz, 1),
        "cp" | "cphase" | "cphaseshift" | "cu1" => (Base::Phase, 1),
        "cu" => (Base::UPhase, 1),
        "cu3" => (Base::U, 1),
        "cphaseshift00" => (Base::Phase00, 0),
        "cphaseshift01" => (Base::Phase01, 0),
        "cphaseshift10" => (Base::Phase10, 0),
        "swap" => (Base::Swap, 0),
        "iswap" => (Base::ISwap, 0),
        "pswap" => (Base::PSwap, 0),
        "xy" => (Base::Xy, 0),
        "xx" | "rxx" => (Base::Xx, 0),
        "yy" | "ryy" => (Base::Yy, 0),
        "zz" | "rzz" => (Base::Zz, 0),
        "ecr" => (Base::Ecr, 0),
        "ms" => (Base::Ms, 0),
        "ccx" | "ccnot" | "toffoli" => (Base::X, 2),
        "ccz" => (Base::Z, 2),
        "c3x" => (Base::X, 3),
        "c4x" => (Base::X, 4),
        "c3sqrtx" | "c3sx" => (Base::V, 3),
        "cswap" | "fredkin" => (Base::Swap, 1),
        _ => return None,
    };
    Some(BuiltIn { base, controls })
}

/// The built-in name that a name written in capitals, as other toolkits do, may mean.
pub fn similar(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    (lower != name && built_in(&lower).is_some()).then_some(lower)
}
