//! What does a gate that the program defines consist of?

use quantum_program::Wire;

use super::evaluation::Cell;
use super::gates::{Applied, fold_power};
use super::names::Binding;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::MAX_CALL_DEPTH;
use crate::syntax::ast::{
    Block, Expression, GateCall, GateDefinition, Item, Modifier, Name, NodeKind, OperandKind,
    Statement, StatementKind,
};

/// While a definition is checked, its qubits have numbers from here on, which no declared ones have.
const FORMAL: u32 = 1 << 30;

impl<'a> Lowering<'a> {
    pub(super) fn define_gate(&mut self, number: u32) -> Lowered<()> {
        let document = self.document;
        let definition = &document.arenas.gates[number as usize];
        let name = definition.name;
        if !self.scopes.is_global() {
            return Err(Fault::new(
                Code::Placement,
                name.span,
                "gates are defined outside of blocks, gates and subroutines",
                "move the definition to the top of the program",
            ));
        }
        self.warn_of_shadowing(name);
        self.declare(name)?;
        self.check_definition(definition)?;
        self.gates.custom.push(definition);
        self.define(name, Binding::Gate(narrow(self.gates.custom.len() - 1)));
        Ok(())
    }

    fn warn_of_shadowing(&mut self, name: Name) {
        if let Binding::BuiltInGate(_) | Binding::LibraryGate(_) = self.resolve(name.symbol) {
            let text = self.name_text(name.symbol);
            self.faults.warn(Fault::new(
                Code::Shadowing,
                name.span,
                format!("`{text}` is a built-in gate, which this definition replaces"),
                "remove the definition if it is the same gate, or choose another name",
            ));
        }
    }

    pub(super) fn define_opaque(&mut self, name: Name) -> Lowered<()> {
        self.declare(name)?;
        self.define(name, Binding::Opaque);
        Ok(())
    }

    /// Whether every call in the body is right, so that mistakes are found where they are made.
    fn check_definition(&mut self, definition: &'a GateDefinition) -> Lowered<()> {
        let document = self.document;
        self.enter_scope();
        let names = definition.parameters.of(&document.arenas.names).iter();
        let parameters = names.map(|name| (*name, Binding::Number(0.0)));
        let names = definition.qubits.of(&document.arenas.names).iter();
        let qubits = (FORMAL..)
            .zip(names)
            .map(|(at, name)| (*name, Binding::Qubits { first: at, count: 1 }));
        let mut result = Ok(());
        for (name, binding) in parameters.chain(qubits) {
            result = result.and_then(|()| self.declare(name));
            self.define(name, binding);
        }
        let result = result.and_then(|()| self.check_body(definition.body, definition));
        self.leave_scope();
        result
    }

    fn check_body(&mut self, body: Block, definition: &GateDefinition) -> Lowered<()> {
        let document = self.document;
        for statement in body.of(&document.arenas.statements) {
            match statement.kind {
                StatementKind::Gate(call) => self.check_call(&call, statement, definition)?,
                StatementKind::Barrier(_) | StatementKind::Nop(_) => {}
                StatementKind::For(number) => {
                    let each = &document.arenas.loops[number as usize];
                    self.enter_scope();
                    self.scopes.bind(each.name.symbol, Binding::Number(0.0));
                    let result = self.check_body(each.body, definition);
                    self.leave_scope();
                    result?;
                }
                StatementKind::If { then, otherwise, .. } => {
                    self.check_body(then, definition)?;
                    if let Some(otherwise) = otherwise {
                        self.check_body(otherwise, definition)?;
                    }
                }
                StatementKind::Scope(body) => self.check_body(body, definition)?,
                _ => {
                    return Err(Fault::new(
                        Code::Placement,
                        statement.span,
                        "a gate consists of gates only",
                        "measure, reset, declare and assign outside of it, or write a `def`",
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_call(
        &mut self,
        call: &GateCall,
        statement: &Statement,
        definition: &GateDefinition,
    ) -> Lowered<()> {
        let document = self.document;
        if call.name.symbol == definition.name.symbol {
            return Err(Fault::new(
                Code::Recursion,
                call.name.span,
                "a gate cannot be made of itself",
                "define it with other gates",
            ));
        }
        let callee = self.callee(call.name)?;
        let modifiers = call.modifiers.of(&document.arenas.modifiers);
        let has_open_count = modifiers.iter().any(|modifier| match modifier {
            Modifier::Control { count: Some(count), .. } => !self.is_literal(*count),
            _ => false,
        });
        if !has_open_count {
            let mut controls = 0;
            for modifier in modifiers {
                if let Modifier::Control { count, .. } = modifier {
                    controls += match count {
                        Some(count) => {
                            usize::try_from(self.whole(*count, "a number")?).unwrap_or(0)
                        }
                        None => 1,
                    };
                }
            }
            self.check_counts(call, callee, controls, statement.span)?;
        }
        for argument in call.arguments.of(&document.arenas.expressions) {
            self.check_names(*argument)?;
        }
        let mut seen = Vec::new();
        for operand in call.operands.of(&document.arenas.operands) {
            let qubit = match operand.kind {
                OperandKind::Whole(symbol) => match self.resolve(symbol) {
                    Binding::Qubits { first, .. } if first >= FORMAL => Some(first),
                    _ => None,
                },
                _ => None,
            };
            let Some(qubit) = qubit else {
                return Err(Fault::new(
                    Code::WrongKind,
                    operand.span,
                    format!("`{}` is not a qubit of this gate", self.text(operand.span)),
                    "a gate acts only on the qubits named before its body, without an index",
                ));
            };
            seen.push(qubit);
        }
        if super::picked::repeated(&seen).is_some() {
            return Err(Fault::new(
                Code::RepeatedQubit,
                statement.span,
                "one qubit is used twice by this gate",
                "name different qubits",
            ));
        }
        Ok(())
    }

    fn is_literal(&self, expression: Expression) -> bool {
        let node = &self.document.arenas.nodes[expression.root as usize];
        matches!(node.kind, NodeKind::Int(_))
    }

    fn check_names(&mut self, expression: Expression) -> Lowered<()> {
        let document = self.document;
        let nodes = &document.arenas.nodes[expression.first as usize..=expression.root as usize];
        for node in nodes {
            let (NodeKind::Name(symbol) | NodeKind::Call { name: symbol, .. }) = node.kind else {
                continue;
            };
            if self.resolve(symbol) == Binding::Unknown {
                return Err(self.unknown(symbol, node.span, "const float {} = 0.5"));
            }
        }
        Ok(())
    }

    pub(super) fn apply_custom(
        &mut self,
        number: u32,
        applied: Applied,
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let definition = self.gates.custom[number as usize];
        self.enter_call(span)?;
        let locals = self.enter_global(span)?;
        let document = self.document;
        let names = definition.parameters.of(&document.arenas.names);
        for (name, (cell, argument)) in names.iter().zip(arguments) {
            let binding = self.gate_parameter(*name, *cell, *argument)?;
            self.scopes.bind(name.symbol, binding);
        }
        let names = definition.qubits.of(&document.arenas.names);
        for (name, wire) in names.iter().zip(targets) {
            let binding = Binding::Qubits { first: wire.qubit(), count: 1 };
            self.scopes.bind(name.symbol, binding);
        }
        let outer = std::mem::take(&mut self.gates.outer);
        self.gates.outer.controls = applied.controls;
        let result = self.repeat_body(definition, &applied.powers, span);
        self.gates.outer = outer;
        self.leave_global(locals);
        self.leave_call_depth();
        result
    }

    fn gate_parameter(&mut self, name: Name, cell: Cell, span: Span) -> Lowered<Binding> {
        match self.as_parameter(cell, span)? {
            quantum_program::Parameter::Known(value) => Ok(Binding::Number(value)),
            quantum_program::Parameter::Expression(_) => {
                self.add_parameter(name, cell).map(Binding::Variable)
            }
        }
    }

    fn repeat_body(
        &mut self,
        definition: &GateDefinition,
        powers: &[f64],
        span: Span,
    ) -> Lowered<()> {
        let Some(times) = whole_power(powers) else {
            return self.fraction_of_body(definition.body, powers, span);
        };
        if times < 0 {
            self.gates.outer.powers = vec![-1.0];
        }
        for _ in 0..times.unsigned_abs() {
            self.step(span)?;
            if times < 0 {
                self.backwards(definition.body)?;
            } else {
                self.block(definition.body, span)?;
            }
        }
        Ok(())
    }

    /// A fraction of a gate is a fraction of its body only if that is a single gate.
    fn fraction_of_body(&mut self, body: Block, powers: &[f64], span: Span) -> Lowered<()> {
        let document = self.document;
        match body.of(&document.arenas.statements) {
            [] => Ok(()),
            [Statement { kind: StatementKind::Gate(_), .. }] => {
                self.gates.outer.powers = powers.to_vec();
                self.block(body, span).map(drop)
            }
            _ => Err(fraction(span)),
        }
    }

    /// The inverse of a sequence is the inverses in reverse.
    fn backwards(&mut self, body: Block) -> Lowered<()> {
        let document = self.document;
        for statement in body.of(&document.arenas.statements).iter().rev() {
            self.step(statement.span)?;
            match statement.kind {
                StatementKind::For(number) => self.loop_backwards(number, statement.span)?,
                StatementKind::Scope(body) => self.backwards(body)?,
                StatementKind::If { condition, then, otherwise } => {
                    match (self.condition(condition)?, otherwise) {
                        (Cell::Known(value), _) if value.as_bool() => self.backwards(then)?,
                        (Cell::Known(_), Some(otherwise)) => self.backwards(otherwise)?,
                        (Cell::Known(_), None) => {}
                        (Cell::Open(id), _) => {
                            return Err(self.not_constant(
                                id,
                                statement.span,
                                "what an inverted gate is made of",
                            ));
                        }
                    }
                }
                _ => {
                    self.statement(statement)?;
                }
            }
        }
        Ok(())
    }

    fn loop_backwards(&mut self, number: u32, span: Span) -> Lowered<()> {
        let document = self.document;
        let each = &document.arenas.loops[number as usize];
        let mut values = match each.values {
            Item::Range(range) => {
                let (Some(start), Some(end)) = (range.start, range.end) else {
                    return Err(fraction(span));
                };
                let step = match range.step {
                    Some(step) => self.whole(step, "the step of a range")?,
                    None => 1,
                };
                let start = self.whole(start, "the start of a range")?;
                let end = self.whole(end, "the end of a range")?;
                self.steps(start, step, end, span)?.values().collect()
            }
            Item::Set(set) => {
                let mut values = Vec::with_capacity(set.len());
                for value in set.of(&document.arenas.expressions) {
                    values.push(self.whole(*value, "a value of a loop in a gate")?);
                }
                values
            }
            Item::Element(_) => return Err(fraction(span)),
        };
        values.reverse();
        for value in values {
            self.step(span)?;
            self.enter_scope();
            self.scopes.bind(each.name.symbol, Binding::Number(value as f64));
            let result = self.backwards(each.body);
            self.leave_scope();
            result?;
        }
        Ok(())
    }

    /// A custom gate or a subroutine is being carried out.
    pub(super) fn enter_call(&mut self, span: Span) -> Lowered<()> {
        self.calls += 1;
        if self.calls > MAX_CALL_DEPTH {
            return Err(self.exhausted(
                span,
                format!("gates and subroutines call one another more than {MAX_CALL_DEPTH} levels deep"),
                "write the inner ones out; a subroutine that calls itself needs a condition that ends it",
            ));
        }
        Ok(())
    }

    pub(super) fn leave_call_depth(&mut self) {
        self.calls = self.calls.saturating_sub(1);
    }

    /// A gate of a library, made of built-in ones.
    pub(super) fn apply_library(
        &mut self,
        definition: &'static super::library::Definition,
        applied: Applied,
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let Some(times) = whole_power(&applied.powers) else {
            return Err(fraction(span));
        };
        for _ in 0..times.unsigned_abs() {
            self.step(span)?;
            let steps = definition.steps;
            if times < 0 {
                for step in steps.iter().rev() {
                    self.library_step(step, &applied, &[-1.0], targets, arguments, span)?;
                }
            } else {
                for step in steps {
                    self.library_step(step, &applied, &[], targets, arguments, span)?;
                }
            }
        }
        Ok(())
    }

    fn library_angle(
        &mut self,
        angle: &super::library::Angle,
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<Cell> {
        use quantum_program::{BinaryOperator, Value};
        let mut sum = Cell::Known(Value::Float(angle.constant));
        for (factor, (argument, _)) in angle.factors.iter().zip(arguments) {
            let factor = Cell::Known(Value::Float(*factor));
            let part = self.combine(BinaryOperator::Multiply, *argument, factor, span)?;
            sum = self.combine(BinaryOperator::Add, sum, part, span)?;
        }
        Ok(sum)
    }

    fn library_step(
        &mut self,
        step: &super::library::Step,
        applied: &Applied,
        powers: &[f64],
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let Some(gate) = quantum_program::built_in(step.gate) else {
            return Ok(());
        };
        let mut own = Vec::with_capacity(step.angles.len());
        for angle in step.angles {
            own.push((self.library_angle(angle, arguments, span)?, span));
        }
        let wires: Vec<Wire> = step.qubits.iter().map(|at| targets[*at]).collect();
        let mut all = Vec::new();
        for power in powers {
            fold_power(&mut all, *power);
        }
        let applied = Applied { controls: applied.controls.clone(), powers: all };
        let number = self.builder.gate_name(step.gate);
        self.apply_built_in((gate, number, step.gate), applied, &wires, &own, span)
    }
}

pub(super) fn whole_power(powers: &[f64]) -> Option<i64> {
    match powers {
        [] => Some(1),
        [power] if power.fract().abs() <= 0.0 => Some(*power as i64),
        _ => None,
    }
}

fn fraction(span: Span) -> Box<Fault> {
    Fault::new(
        Code::Modifier,
        span,
        "a gate made of several gates cannot be raised to a fractional power",
        "use a whole number, or define a gate of its own for the fraction",
    )
}
