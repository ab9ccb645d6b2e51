//! Under which name, and with which modifiers, is a gate written?

use std::fmt::Write as _;

use quantum_program::{Base, Gate, Parameter, Wire};

use super::expressions::float;
use super::{PrintError, Printer, Style};

impl Printer<'_> {
    pub(super) fn gate(&mut self, gate: &Gate) -> Result<(), PrintError> {
        let parameters = self.program.parameters(gate);
        match (gate.base, self.style) {
            (Base::UPhase, Style::Braket) => self.phased(gate, parameters),
            (Base::U2, Style::Braket) => {
                let half = Parameter::Known(std::f64::consts::FRAC_PI_2);
                let angles: Vec<Parameter> =
                    std::iter::once(half).chain(parameters.iter().copied()).collect();
                self.written(gate, Base::U, &angles);
                Ok(())
            }
            (base, _) => {
                self.written(gate, base, parameters);
                Ok(())
            }
        }
    }

    /// A `U` with a phase of its own, as two gates; of a whole power each has its power.
    fn phased(&mut self, gate: &Gate, parameters: &[Parameter]) -> Result<(), PrintError> {
        let is_whole = self.program.powers(gate).iter().all(|power| power.fract().abs() <= 0.0);
        let Some((phase, angles)) = parameters.split_last().filter(|_| is_whole) else {
            let gate = self.program.gate_name(gate).to_owned();
            return Err(PrintError::Gate { gate });
        };
        self.written(gate, Base::GlobalPhase, std::slice::from_ref(phase));
        self.written(gate, Base::U, angles);
        Ok(())
    }

    fn written(&mut self, gate: &Gate, base: Base, parameters: &[Parameter]) {
        let wires = self.program.operands(gate);
        let (controls, targets) = wires.split_at(gate.controls());
        let targets = if base == Base::GlobalPhase { &[] } else { targets };
        let (name, absorbed) = self.name(base, controls);
        let mut line = String::new();
        modifiers(&mut line, &controls[..controls.len() - absorbed], self.program.powers(gate));
        line.push_str(name);
        if !parameters.is_empty() {
            let all: Vec<String> =
                parameters.iter().map(|parameter| self.parameter(*parameter)).collect();
            // a string takes any text
            let _ = write!(line, "({})", all.join(", "));
        }
        for (at, wire) in controls.iter().chain(targets).enumerate() {
            line.push_str(if at == 0 { " " } else { ", " });
            line.push_str(&self.labels.qubits[wire.qubit() as usize]);
        }
        line.push(';');
        self.line(&line);
    }

    /// The name, and how many of the last controls are part of it.
    fn name(&self, base: Base, controls: &[Wire]) -> (&'static str, usize) {
        let on_one = controls.iter().rev().take_while(|wire| wire.is_on_one()).count();
        let controlled: &[&str] = match (self.style, base) {
            (Style::Braket, Base::X) => &["cnot", "ccnot"],
            (Style::Braket, Base::V) => &["cv"],
            (Style::Braket, Base::Phase) => &["cphaseshift"],
            (Style::OpenQasm3, Base::X) => &["cx", "ccx"],
            (Style::OpenQasm3, Base::Phase) => &["cp"],
            (Style::OpenQasm3, Base::Hadamard) => &["ch"],
            (Style::OpenQasm3, Base::Rx) => &["crx"],
            (Style::OpenQasm3, Base::Ry) => &["cry"],
            (Style::OpenQasm3, Base::Rz) => &["crz"],
            (Style::OpenQasm3, Base::UPhase) => &["cu"],
            (_, Base::Y) => &["cy"],
            (_, Base::Z) => &["cz"],
            (_, Base::Swap) => &["cswap"],
            _ => &[],
        };
        let absorbed = on_one.min(controlled.len());
        match absorbed.checked_sub(1) {
            Some(at) => (controlled[at], absorbed),
            None => (plain_name(base, self.style), 0),
        }
    }
}

fn modifiers(line: &mut String, controls: &[Wire], powers: &[f64]) {
    for same in controls.chunk_by(|a, b| a.is_on_one() == b.is_on_one()) {
        line.push_str(if same[0].is_on_one() { "ctrl" } else { "negctrl" });
        if same.len() > 1 {
            // a string takes any text
            let _ = write!(line, "({})", same.len());
        }
        line.push_str(" @ ");
    }
    for power in powers.iter().rev() {
        if (power + 1.0).abs() < f64::EPSILON {
            line.push_str("inv @ ");
        } else {
            // a string takes any text
            let _ = write!(line, "pow({}) @ ", float(*power));
        }
    }
}

fn plain_name(base: Base, style: Style) -> &'static str {
    let is_braket = style == Style::Braket;
    let either = |braket, standard| if is_braket { braket } else { standard };
    match base {
        Base::Identity => either("i", "id"),
        Base::Hadamard => "h",
        Base::X => "x",
        Base::Y => "y",
        Base::Z => "z",
        Base::S => "s",
        Base::SInverse => either("si", "sdg"),
        Base::T => "t",
        Base::TInverse => either("ti", "tdg"),
        Base::V => either("v", "sx"),
        Base::VInverse => either("vi", "sxdg"),
        Base::Rx => "rx",
        Base::Ry => "ry",
        Base::Rz => "rz",
        Base::Phase => either("phaseshift", "p"),
        Base::U => "U",
        Base::U2 => "u2",
        // never without its control
        Base::UPhase => "cu",
        Base::GlobalPhase => "gphase",
        Base::Gpi => "gpi",
        Base::Gpi2 => "gpi2",
        Base::Prx => "prx",
        Base::Swap => "swap",
        Base::ISwap => "iswap",
        Base::PSwap => "pswap",
        Base::Xy => "xy",
        Base::Xx => "xx",
        Base::Yy => "yy",
        Base::Zz => "zz",
        Base::Ecr => "ecr",
        Base::Ms => "ms",
        Base::Phase00 => "cphaseshift00",
        Base::Phase01 => "cphaseshift01",
        Base::Phase10 => "cphaseshift10",
    }
}
