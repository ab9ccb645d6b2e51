//! Is a gate that the program defines made as it should be?

use super::names::Binding;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault};
use crate::syntax::ast::{
    Block, Expression, GateCall, GateDefinition, Modifier, Name, NodeKind, OperandKind, Statement,
    StatementKind,
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
            result = self.declare(name);
            if result.is_err() {
                break;
            }
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
}
