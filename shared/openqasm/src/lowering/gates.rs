//! Which gates does one gate statement apply, to which qubits?

use std::ops::RangeInclusive;

use quantum_program::{Base, Builder, BuiltIn, NewGate, Parameter, Wire, similar};

use super::evaluation::Cell;
use super::modifiers::fold_power;
use super::names::Binding;
use super::picked::Picked;
use super::{Lowered, Lowering, library, narrow, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, GateCall, GateDefinition, Name};
use crate::syntax::names::Symbol;

#[derive(Debug, Default)]
pub(super) struct Gates<'a> {
    /// With the number of the name the program has for it.
    built_in: Vec<(BuiltIn, u32)>,
    pub(super) custom: Vec<&'a GateDefinition>,
    /// What stands before the custom gate whose body is being applied: its controls and powers.
    pub(super) outer: Applied,
}

/// What modifiers do to a gate.
#[derive(Debug, Clone, Default)]
pub(super) struct Applied {
    pub(super) controls: Vec<Wire>,
    /// As they are applied, the first one first.
    pub(super) powers: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callee {
    BuiltIn(BuiltIn, u32),
    Library(&'static library::Definition),
    Custom(u32),
}

/// Most gates have at most as many parameters and operands, which then need no allocation.
const FEW: usize = 4;

impl<'a> Gates<'a> {
    pub(super) fn add_built_in(
        &mut self,
        gate: BuiltIn,
        builder: &mut Builder,
        name: &str,
    ) -> Binding {
        self.built_in.push((gate, builder.gate_name(name)));
        Binding::BuiltInGate(narrow(self.built_in.len() - 1))
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn gate_statement(&mut self, call: &GateCall, span: Span) -> Lowered<()> {
        let callee = self.callee(call.name)?;
        if call.modifiers.is_empty()
            && self.gates.outer.controls.is_empty()
            && self.gates.outer.powers.is_empty()
            && let Callee::BuiltIn(gate, name) = callee
            && self.plain_gate(call, gate, name, span)?
        {
            return Ok(());
        }
        self.modified_gate(call, callee, span)
    }

    /// A built-in gate on single qubits, which nearly all are; `false` if it is not one.
    fn plain_gate(
        &mut self,
        call: &GateCall,
        gate: BuiltIn,
        name: u32,
        span: Span,
    ) -> Lowered<bool> {
        let count = call.operands.len();
        if count != gate.operands()
            || count > FEW
            || !gate.parameters().contains(&call.arguments.len())
            || gate.base == Base::GlobalPhase
        {
            return Ok(false);
        }
        let document = self.document;
        let mut wires = [Wire::new(0); FEW];
        for (wire, operand) in wires.iter_mut().zip(call.operands.of(&document.arenas.operands)) {
            let Picked::One(qubit) = self.picked_qubits(operand)? else {
                return Ok(false);
            };
            *wire = Wire::new(qubit);
        }
        let mut parameters = [Parameter::Known(0.0); FEW];
        let arguments = call.arguments.of(&document.arenas.expressions);
        for (parameter, argument) in parameters.iter_mut().zip(arguments) {
            *parameter = self.parameter(*argument)?;
        }
        let parameters = &parameters[..arguments.len()];
        self.push_gate(gate, name, &wires[..count], 0, parameters, &[], span)?;
        Ok(true)
    }

    fn modified_gate(&mut self, call: &GateCall, callee: Callee, span: Span) -> Lowered<()> {
        let document = self.document;
        let (controls, powers) = self.modifiers(call.modifiers)?;
        self.check_counts(call, callee, controls.len(), span)?;
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in call.arguments.of(&document.arenas.expressions) {
            arguments.push((self.cell(*argument)?, self.span_of(*argument)));
        }
        let mut operands = Vec::with_capacity(call.operands.len());
        for operand in call.operands.of(&document.arenas.operands) {
            operands.push(self.picked_qubits(operand)?);
        }
        let outer = self.gates.outer.clone();
        let mut all_powers = powers;
        for power in outer.powers {
            fold_power(&mut all_powers, power);
        }
        for time in 0..repetitions(&operands, span)? {
            self.step(span)?;
            let mut wires = operands
                .iter()
                .map(|picked| if picked.len() == 1 { picked.at(0) } else { picked.at(time) })
                .map(Wire::new);
            let mut applied = Applied { controls: outer.controls.clone(), powers: Vec::new() };
            for on_one in &controls {
                applied.controls.extend(wires.next().map(|wire| wire.control(*on_one)));
            }
            applied.powers.clone_from(&all_powers);
            let targets: Vec<Wire> = wires.collect();
            self.apply(callee, call.name, applied, &targets, &arguments, span)?;
        }
        Ok(())
    }

    pub(super) fn apply(
        &mut self,
        callee: Callee,
        name: Name,
        applied: Applied,
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        match callee {
            Callee::BuiltIn(gate, plain) => {
                let text = self.name_text(name.symbol);
                self.apply_built_in((gate, plain, text), applied, targets, arguments, span)
            }
            Callee::Library(definition) => {
                self.apply_library(definition, applied, targets, arguments, span)
            }
            Callee::Custom(number) => self.apply_custom(number, applied, targets, arguments, span),
        }
    }

    /// The gate with the number of its name and its name.
    pub(super) fn apply_built_in(
        &mut self,
        (gate, plain, given): (BuiltIn, u32, &str),
        applied: Applied,
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let mut arguments = arguments.to_vec();
        let mut powers = applied.powers;
        let (gate, text) = self.inverted(gate, given, &mut powers, &mut arguments)?;
        let mut parameters = Vec::with_capacity(arguments.len());
        for (cell, span) in arguments {
            parameters.push(self.as_parameter(cell, span)?);
        }
        let mut wires = applied.controls;
        let controls = wires.len();
        // a phase without controls is on no qubit, whichever are named
        let own = if gate.base == Base::GlobalPhase { 0 } else { targets.len() };
        wires.extend_from_slice(&targets[..own]);
        if gate.base == Base::GlobalPhase
            && let Some(last) = wires.iter().rposition(|wire| wire.is_on_one())
        {
            // a controlled phase is the phase of one of its controls, controlled by the others
            let target = wires.remove(last);
            wires.push(target);
            return self.controlled_phase(&wires, &parameters, &powers, span);
        }
        let number = match (controls, powers.as_slice()) {
            (0, []) if std::ptr::eq(text, given) => plain,
            _ => self.modified_name(text, &wires[..controls], &powers),
        };
        self.push_gate(gate, number, &wires, controls, &parameters, &powers, span)
    }

    /// On the last wire, controlled by the others.
    fn controlled_phase(
        &mut self,
        wires: &[Wire],
        parameters: &[Parameter],
        powers: &[f64],
        span: Span,
    ) -> Lowered<()> {
        let gate = BuiltIn { base: Base::Phase, controls: 0 };
        let controls = wires.len() - 1;
        let number = self.modified_name("phaseshift", &wires[..controls], powers);
        self.push_gate(gate, number, wires, controls, parameters, powers, span)
    }

    /// `wires` are `controls` of modifiers, then the gate's own operands.
    #[expect(clippy::too_many_arguments, reason = "the parts of one instruction")]
    fn push_gate(
        &mut self,
        gate: BuiltIn,
        name: u32,
        wires: &[Wire],
        controls: usize,
        parameters: &[Parameter],
        powers: &[f64],
        span: Span,
    ) -> Lowered<()> {
        if is_repeated(wires) {
            return Err(Fault::new(
                Code::RepeatedQubit,
                span,
                "one qubit is used twice by this gate",
                "name different qubits",
            ));
        }
        for wire in wires {
            self.qubits.touch(wire.qubit());
        }
        let (controls, targets) = wires.split_at(controls + gate.controls);
        let pushed = self.builder.gate(&NewGate {
            base: gate.base,
            name,
            controls,
            targets,
            parameters,
            powers,
        });
        self.full(span, pushed)
    }

    pub(super) fn callee(&mut self, name: Name) -> Lowered<Callee> {
        match self.resolve(name.symbol) {
            Binding::BuiltInGate(number) => {
                let (gate, name) = self.gates.built_in[number as usize];
                Ok(Callee::BuiltIn(gate, name))
            }
            Binding::LibraryGate(number) => Ok(Callee::Library(library::at(number))),
            Binding::Gate(number) => Ok(Callee::Custom(number)),
            Binding::Opaque => Err(Fault::new(
                Code::Unsupported,
                name.span,
                "an `opaque` gate has no definition that could be simulated",
                "define what it does with `gate`",
            )),
            Binding::Unknown | Binding::Unresolved => {
                Err(self.unknown_gate(name.symbol, name.span))
            }
            _ => Err(self.wrong_kind(name.symbol, name.span, "a gate")),
        }
    }

    fn unknown_gate(&self, symbol: Symbol, span: Span) -> Box<Fault> {
        let name = self.name_text(symbol);
        let help = match (similar(name), self.similar_gate(name)) {
            (Some(meant), _) => format!("write `{meant}`: names of gates are in small letters"),
            (None, Some(meant)) => format!("write `{meant}` if that gate is meant"),
            (None, None) => {
                format!("define it with `gate {name} … {{ … }}`, or use a built-in gate")
            }
        };
        Fault::new(Code::UnknownName, span, format!("there is no gate `{name}`"), help)
    }

    pub(super) fn counts(&self, callee: Callee) -> (RangeInclusive<usize>, usize) {
        match callee {
            Callee::BuiltIn(gate, _) => (gate.parameters(), gate.operands()),
            Callee::Library(gate) => (gate.parameters..=gate.parameters, gate.qubits),
            Callee::Custom(number) => {
                let gate = self.gates.custom[number as usize];
                (gate.parameters.len()..=gate.parameters.len(), gate.qubits.len())
            }
        }
    }

    pub(super) fn check_counts(
        &self,
        call: &GateCall,
        callee: Callee,
        controls: usize,
        span: Span,
    ) -> Lowered<()> {
        let (parameters, own) = self.counts(callee);
        let name = self.name_text(call.name.symbol);
        if !parameters.contains(&call.arguments.len()) {
            let wanted = match (parameters.start(), parameters.end()) {
                (1, 1) => "1 parameter".to_owned(),
                (low, high) if low == high => format!("{low} parameters"),
                (low, high) => format!("{low} or {high} parameters"),
            };
            return Err(Fault::new(
                Code::Arity,
                span,
                format!("`{name}` takes {wanted}, not {}", call.arguments.len()),
                "write the parameters in parentheses after the name: `rx(pi/2) q;`",
            ));
        }
        let wanted = own + controls;
        let found = call.operands.len();
        let is_phase = matches!(callee, Callee::BuiltIn(gate, _) if gate.base == Base::GlobalPhase);
        if wanted == found || (is_phase && controls == 0) {
            return Ok(());
        }
        let noun = if wanted == 1 { "qubit" } else { "qubits" };
        Err(Fault::new(
            Code::Arity,
            span,
            format!("`{name}` acts on {wanted} {noun} here, not {found}"),
            "name each qubit or register after the gate, controls first",
        ))
    }

    fn parameter(&mut self, argument: Expression) -> Lowered<Parameter> {
        let cell = self.cell(argument)?;
        match cell {
            Cell::Known(quantum_program::Value::Float(value)) => Ok(Parameter::Known(value)),
            _ => self.as_parameter(cell, self.span_of(argument)),
        }
    }

    pub(super) fn as_parameter(&self, cell: Cell, span: Span) -> Lowered<Parameter> {
        match cell {
            Cell::Open(id) => Ok(Parameter::Expression(id)),
            Cell::Known(value) => {
                value.as_float().map(Parameter::Known).map_err(|reason| undefined(span, reason))
            }
        }
    }
}

fn repetitions(operands: &[Picked], span: Span) -> Lowered<usize> {
    let mut sizes = operands.iter().map(Picked::len).filter(|size| *size != 1);
    let Some(first) = sizes.next() else {
        return Ok(1);
    };
    if let Some(other) = sizes.find(|size| *size != first) {
        return Err(Fault::new(
            Code::Size,
            span,
            format!("the gate is given registers of {first} and of {other} qubits"),
            "use registers or ranges of the same size, or single qubits",
        ));
    }
    Ok(first)
}

fn is_repeated(wires: &[Wire]) -> bool {
    match wires {
        [] | [_] => false,
        [a, b] => a.qubit() == b.qubit(),
        [a, b, c] => {
            let (a, b, c) = (a.qubit(), b.qubit(), c.qubit());
            a == b || a == c || b == c
        }
        _ => {
            let mut qubits: Vec<u32> = wires.iter().map(|wire| wire.qubit()).collect();
            qubits.sort_unstable();
            qubits.windows(2).any(|pair| pair[0] == pair[1])
        }
    }
}
