//! What is an expression worth, and which input does it wait for?

use std::collections::HashMap;

use super::{Global, Lowered, Lowering};
use crate::diagnostics::{Fault, Span};
use crate::program::{Term, TermKind};
use crate::scalar::{self, Scalar, Undefined};
use crate::syntax::ast::{Expression, Node, NodeKind};

/// Nodes evaluated for one program, over all expansions of custom gates.
const MAX_EVALUATIONS: usize = 10_000_000;
/// Terms that wait for inputs.
const MAX_TERMS: usize = 1_000_000;

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Known(Scalar),
    /// A position in the program's terms.
    Open(u32),
}

/// The parameters of the gate whose body is looked at.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) names: &'s HashMap<&'s str, usize>,
    pub(super) values: &'s [Value],
}

impl<'a> Lowering<'a> {
    pub(super) fn value(&mut self, expression: &Expression) -> Lowered<Value> {
        let names = HashMap::new();
        self.value_in(expression, Scope { names: &names, values: &[] })
    }

    pub(super) fn value_in(&mut self, expression: &Expression, scope: Scope<'_>) -> Lowered<Value> {
        let document = self.document;
        let (first, root) = (expression.first as usize, expression.root as usize);
        self.evaluations += root + 1 - first;
        if self.evaluations > MAX_EVALUATIONS {
            return Err(self.exhaust(
                expression.span,
                "the program needs too many calculations when its custom gates are written out"
                    .to_owned(),
                "calculate angles once, with `const`, outside of custom gates",
            ));
        }
        let nodes = &document.nodes[first..=root];
        let mut values: Vec<Value> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let value = self.node_value(node, expression.first, &values, scope)?;
            values.push(value);
        }
        Ok(values.pop().expect("an expression has at least one node"))
    }

    /// A whole number that no input has a say in: a size, an index, a count.
    pub(super) fn whole(&mut self, expression: &Expression, what: &str) -> Lowered<i64> {
        match self.value(expression)? {
            Value::Known(Scalar::Int(value)) => Ok(value),
            Value::Known(Scalar::Float(value))
                if value.fract().abs() <= 0.0 && value.abs() < 9e15 =>
            {
                Ok(value as i64)
            }
            Value::Known(_) => Err(Fault::new(
                expression.span,
                format!("{what} must be a whole number"),
                "write a whole number, or a `const int`",
            )),
            Value::Open(_) => Err(Fault::new(
                expression.span,
                format!("{what} must be known before the run, and cannot depend on an input"),
                "use a number or a `const`",
            )),
        }
    }

    fn node_value(
        &mut self,
        node: &Node,
        first: u32,
        values: &[Value],
        scope: Scope<'_>,
    ) -> Lowered<Value> {
        let at = |index: u32| values[(index - first) as usize];
        match node.kind {
            NodeKind::Int(value) => Ok(Value::Known(Scalar::Int(value))),
            NodeKind::Float(value) => Ok(Value::Known(Scalar::Float(value))),
            NodeKind::Bool(value) => Ok(Value::Known(Scalar::Bool(value))),
            NodeKind::Bits => self.bit_text(node.span),
            NodeKind::Name => self.named_value(node.span, scope),
            NodeKind::Unary(operator, inner) => match at(inner) {
                Value::Known(value) => known(node.span, scalar::unary(operator, value)),
                Value::Open(term) => self.term(node.span, TermKind::Unary(operator, term)),
            },
            NodeKind::Call(function, inner) => match at(inner) {
                Value::Known(value) => known(node.span, scalar::call(function, value)),
                Value::Open(term) => self.term(node.span, TermKind::Call(function, term)),
            },
            NodeKind::Binary(operator, left, right) => match (at(left), at(right)) {
                (Value::Known(left), Value::Known(right)) => {
                    known(node.span, scalar::binary(operator, left, right))
                }
                (left, right) => {
                    let (left, right) = (self.open(node.span, left)?, self.open(node.span, right)?);
                    self.term(node.span, TermKind::Binary(operator, left, right))
                }
            },
            NodeKind::Element { of, index } => match (at(of), at(index)) {
                (Value::Known(of), Value::Known(index)) => {
                    known(node.span, scalar::element(of, index))
                }
                (of, index) => {
                    let (of, index) = (self.open(node.span, of)?, self.open(node.span, index)?);
                    self.term(node.span, TermKind::Element { of, index })
                }
            },
        }
    }

    fn bit_text(&self, span: Span) -> Lowered<Value> {
        let text = span.text(self.source).trim_matches(['"', '\'']);
        scalar::bits(text).map(Value::Known).ok_or_else(|| {
            Fault::new(
                span,
                "this is not a text of 1 to 64 bits",
                "write only 0 and 1 between the quotes, for example \"0110\"",
            )
        })
    }

    fn named_value(&self, span: Span, scope: Scope<'_>) -> Lowered<Value> {
        let name = span.text(self.source);
        if let Some(value) = scope.names.get(name).and_then(|index| scope.values.get(*index)) {
            return Ok(*value);
        }
        match self.globals.get(name) {
            Some(Global::Value(value)) => Ok(*value),
            Some(Global::Bits { .. }) => Err(Fault::new(
                span,
                format!("`{name}` holds measured bits, which cannot be calculated with yet"),
                "use a `const` or an `input`",
            )),
            Some(_) => Err(Fault::new(
                span,
                format!("`{name}` is not a value"),
                "use a number, a `const` or an `input`",
            )),
            None => Err(Fault::new(
                span,
                format!("`{name}` is not declared"),
                format!(
                    "declare it first, for example `input float {name};` or `const float {name} = 0.5;`"
                ),
            )),
        }
    }

    /// Whether every name in an expression stands for something, before any value is known.
    pub(super) fn check_names(
        &self,
        expression: &Expression,
        parameters: &HashMap<&str, usize>,
    ) -> Lowered<()> {
        let nodes = &self.document.nodes[expression.first as usize..=expression.root as usize];
        for node in nodes {
            let is_name = matches!(node.kind, NodeKind::Name);
            if is_name && !parameters.contains_key(node.span.text(self.source)) {
                self.named_value(node.span, Scope { names: parameters, values: &[] })?;
            }
        }
        Ok(())
    }

    fn open(&mut self, span: Span, value: Value) -> Lowered<u32> {
        match value {
            Value::Known(value) => self.add_term(span, TermKind::Known(value)),
            Value::Open(term) => Ok(term),
        }
    }

    pub(super) fn term(&mut self, span: Span, kind: TermKind) -> Lowered<Value> {
        self.add_term(span, kind).map(Value::Open)
    }

    fn add_term(&mut self, span: Span, kind: TermKind) -> Lowered<u32> {
        let index = self.body.terms.len();
        if index >= MAX_TERMS {
            return Err(self.exhaust(
                span,
                format!("more than {MAX_TERMS} calculations depend on inputs"),
                "calculate with fewer inputs, or before the run",
            ));
        }
        self.body.terms.push(Term { span, kind });
        Ok(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

fn known(span: Span, value: Result<Scalar, Undefined>) -> Lowered<Value> {
    value.map(Value::Known).map_err(|reason| undefined(span, reason))
}

pub(super) fn undefined(span: Span, reason: Undefined) -> Fault {
    Fault::new(span, reason.to_string(), "write an expression that has a finite value")
}
