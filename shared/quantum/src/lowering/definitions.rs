//! What does a custom gate consist of, and is every call in it right?

use std::collections::HashMap;
use std::rc::Rc;

use super::values::Value;
use super::{Global, Lowered, Lowering};
use crate::diagnostics::{Fault, Span};
use crate::gates::{self, BuiltIn};
use crate::limits::{MAX_NESTING, MAX_QUBITS};
use crate::syntax::ast::{Expression, GateCall, GateDefinition, Modifier};

/// A custom gate whose body has been checked.
pub(super) struct Definition<'a> {
    pub(super) parameters: HashMap<&'a str, usize>,
    pub(super) qubits: usize,
    pub(super) body: Vec<Call<'a>>,
    /// How deep custom gates call custom gates below this one.
    depth: usize,
}

/// A call whose gate is known and whose counts fit.
pub(super) struct Call<'a> {
    pub(super) span: Span,
    pub(super) name: Span,
    pub(super) callee: Callee,
    /// For each leading operand whether it controls by being 1.
    pub(super) controls: Vec<bool>,
    /// As they are applied, the first one first; `None` is an inverse.
    pub(super) powers: Vec<Option<&'a Expression>>,
    pub(super) arguments: &'a [Expression],
    /// Positions among the qubits of the gate being defined.
    pub(super) operands: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callee {
    BuiltIn(BuiltIn),
    Custom(usize),
}

impl<'a> Lowering<'a> {
    pub(super) fn define(&mut self, definition: &'a GateDefinition) -> Lowered<()> {
        self.declare_broken(definition.name)?;
        let parameters = self.local_names(&definition.parameters)?;
        let qubits = self.local_names(&definition.qubits)?;
        if qubits.is_empty() {
            return Err(Fault::new(
                definition.name,
                "a gate acts on at least one qubit",
                "name its qubits before the body: `gate g a, b { … }`",
            ));
        }
        let mut body = Vec::with_capacity(definition.body.len());
        let mut depth = 0;
        for call in &definition.body {
            let call = self.body_call(call, &parameters, &qubits)?;
            if let Callee::Custom(index) = call.callee {
                depth = depth.max(self.definitions[index].depth + 1);
            }
            body.push(call);
        }
        if depth > MAX_NESTING {
            return Err(Fault::new(
                definition.name,
                format!("custom gates call custom gates more than {MAX_NESTING} levels deep"),
                "write the inner gates out",
            ));
        }
        let qubits = qubits.len();
        self.definitions.push(Rc::new(Definition { parameters, qubits, body, depth }));
        self.define_name(definition.name, Global::Gate(self.definitions.len() - 1));
        Ok(())
    }

    fn local_names(&self, names: &[Span]) -> Lowered<HashMap<&'a str, usize>> {
        let mut known = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let text = name.text(self.source);
            if known.insert(text, index).is_some() {
                return Err(Fault::new(
                    *name,
                    format!("`{text}` is named twice"),
                    "choose another name for one of the two",
                ));
            }
        }
        Ok(known)
    }

    fn body_call(
        &mut self,
        call: &'a GateCall,
        parameters: &HashMap<&'a str, usize>,
        qubits: &HashMap<&'a str, usize>,
    ) -> Lowered<Call<'a>> {
        let mut resolved = self.resolve(call)?;
        for argument in call.arguments.iter().chain(resolved.powers.iter().copied().flatten()) {
            self.check_names(argument, parameters)?;
        }
        for operand in &call.operands {
            let name = operand.name.text(self.source);
            let position = qubits.get(name).copied().filter(|_| operand.index.is_none());
            resolved.operands.push(position.ok_or_else(|| {
                Fault::new(
                    operand.span,
                    format!("`{}` is not a qubit of this gate", operand.span.text(self.source)),
                    "a gate acts only on the qubits named before its body, without an index",
                )
            })?);
        }
        let mut distinct = resolved.operands.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < resolved.operands.len() {
            return Err(repeated(call.span));
        }
        Ok(resolved)
    }

    /// Finds the gate and checks the counts; the operands are left to the caller.
    pub(super) fn resolve(&mut self, call: &'a GateCall) -> Lowered<Call<'a>> {
        let callee = self.callee(call.name)?;
        let (controls, powers) = self.modifiers(&call.modifiers)?;
        let (parameters, own_operands) = match callee {
            Callee::BuiltIn(gate) => (gate.parameters(), gate.operands()),
            Callee::Custom(index) => {
                let definition = &self.definitions[index];
                let count = definition.parameters.len();
                (count..=count, definition.qubits)
            }
        };
        let name = call.name.text(self.source);
        if !parameters.contains(&call.arguments.len()) {
            let wanted = match (parameters.start(), parameters.end()) {
                (1, 1) => "1 parameter".to_owned(),
                (low, high) if low == high => format!("{low} parameters"),
                (low, high) => format!("{low} or {high} parameters"),
            };
            return Err(Fault::new(
                call.span,
                format!("`{name}` takes {wanted}, not {}", call.arguments.len()),
                "write the parameters in parentheses after the name: `rx(pi/2) q;`",
            ));
        }
        let wanted = own_operands + controls.len();
        if wanted != call.operands.len() {
            let noun = if wanted == 1 { "qubit" } else { "qubits" };
            return Err(Fault::new(
                call.span,
                format!("`{name}` acts on {wanted} {noun} here, not {}", call.operands.len()),
                "name each qubit or register after the gate, controls first",
            ));
        }
        Ok(Call {
            span: call.span,
            name: call.name,
            callee,
            controls,
            powers,
            arguments: &call.arguments,
            operands: Vec::new(),
        })
    }

    fn callee(&self, span: Span) -> Lowered<Callee> {
        let name = span.text(self.source);
        if let Some(Global::Gate(index)) = self.globals.get(name) {
            return Ok(Callee::Custom(*index));
        }
        if let Some(gate) = gates::built_in(name) {
            return Ok(Callee::BuiltIn(gate));
        }
        let help = match (self.globals.get(name), gates::similar(name)) {
            (Some(Global::Broken), _) => "correct its definition first".to_owned(),
            (_, Some(similar)) => format!("did you mean `{similar}`?"),
            _ => format!("define it before its use: `gate {name} a {{ … }}`"),
        };
        Err(Fault::new(span, format!("the gate `{name}` is not known"), help))
    }

    fn modifiers(
        &mut self,
        modifiers: &'a [Modifier],
    ) -> Lowered<(Vec<bool>, Vec<Option<&'a Expression>>)> {
        let mut controls = Vec::new();
        let mut powers = Vec::new();
        for modifier in modifiers {
            match modifier {
                Modifier::Inverse => powers.push(None),
                Modifier::Power(exponent) => powers.push(Some(exponent)),
                Modifier::Control { count, on_one } => {
                    let count = self.control_count(count.as_ref(), controls.len())?;
                    controls.resize(controls.len() + count, *on_one);
                }
            }
        }
        powers.reverse();
        Ok((controls, powers))
    }

    fn control_count(&mut self, count: Option<&Expression>, already: usize) -> Lowered<usize> {
        let Some(expression) = count else {
            return Ok(1);
        };
        let count = self.whole(expression, "the number of controls")?;
        let fits = usize::try_from(count)
            .ok()
            .filter(|count| (1..=MAX_QUBITS - already.min(MAX_QUBITS)).contains(count));
        fits.ok_or_else(|| {
            Fault::new(
                expression.span,
                format!("a gate cannot have {count} controls"),
                format!("use a number from 1 to {}", MAX_QUBITS - 1),
            )
        })
    }

    pub(super) fn arguments(
        &mut self,
        arguments: &[Expression],
        scope: super::values::Scope<'_>,
    ) -> Lowered<Vec<Value>> {
        arguments.iter().map(|argument| self.value_in(argument, scope)).collect()
    }
}

pub(super) fn repeated(span: Span) -> Fault {
    Fault::new(
        span,
        "the same qubit is named twice in one gate",
        "a gate acts on different qubits; name another one",
    )
}
