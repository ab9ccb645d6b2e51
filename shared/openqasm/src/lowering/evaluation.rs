//! What is an expression worth, and what does it wait for?

use std::rc::Rc;

use quantum_program::{
    BinaryOperator, Complex, Dependence, Expression as Term, ExpressionId, Type, UnaryOperator,
    Value, operators,
};

use super::names::Binding;
use super::picked::Picked;
use super::{Lowered, Lowering, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, Node, NodeKind};
use crate::syntax::names::Symbol;

/// What a part of an expression stands for.
#[derive(Debug, Clone)]
pub(super) enum Datum {
    Value(Value),
    /// Depends on inputs or on the run.
    Open(ExpressionId),
    Qubits(Picked),
    /// Classical bits by their numbers.
    Bits(Picked),
    Array(Rc<Listed>),
    /// What a subroutine without a result gives.
    Nothing,
}

/// Values in rows and columns, the last dimension running fastest.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) dimensions: Vec<usize>,
    pub(super) cells: Cells,
}

#[derive(Debug, Clone)]
pub(super) enum Cells {
    /// One by one.
    Each(Rc<Vec<Cell>>),
    /// In neighbouring variables of the run.
    Kept { first: u32, element: Type },
}

/// A value that is known, or one that is not yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Known(Value),
    Open(ExpressionId),
}

impl From<Cell> for Datum {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Known(value) => Self::Value(value),
            Cell::Open(id) => Self::Open(id),
        }
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn evaluate(&mut self, expression: Expression) -> Lowered<Datum> {
        if !self.choices.is_empty() {
            let chosen = |choice: &&(Expression, i64)| choice.0.root == expression.root;
            if let Some((_, value)) = self.choices.iter().find(chosen) {
                return Ok(Datum::Value(Value::whole(*value)));
            }
        }
        let document = self.document;
        let nodes = &document.arenas.nodes;
        if expression.first == expression.root {
            return self.leaf(&nodes[expression.root as usize]);
        }
        self.charge(
            (expression.root - expression.first) as usize,
            nodes[expression.root as usize].span,
        )?;
        let below = self.stack.len();
        let mut at = expression.first;
        while at <= expression.root {
            let node = &nodes[at as usize];
            at = self.node(node, at)?;
        }
        let result = self.stack.pop().unwrap_or(Datum::Nothing);
        self.stack.truncate(below);
        Ok(result)
    }

    /// One that is reckoned: known, or an expression of the program.
    pub(super) fn cell(&mut self, expression: Expression) -> Lowered<Cell> {
        let datum = self.evaluate(expression)?;
        let span = self.span_of(expression);
        self.as_cell(datum, span)
    }

    pub(super) fn as_cell(&mut self, datum: Datum, span: Span) -> Lowered<Cell> {
        match datum {
            Datum::Value(value) => Ok(Cell::Known(value)),
            Datum::Open(id) => Ok(Cell::Open(id)),
            Datum::Bits(bits) => self.value_of_bits(&bits, span),
            Datum::Qubits(_) => Err(Fault::new(
                Code::WrongKind,
                span,
                "qubits have no value",
                "measure them into bits, and use those",
            )),
            Datum::Array(_) => Err(Fault::new(
                Code::WrongKind,
                span,
                "a whole array is no single value",
                "use one of its elements, for example `a[0]`",
            )),
            Datum::Nothing => Err(Fault::new(
                Code::WrongKind,
                span,
                "this subroutine gives no value back",
                "declare what it gives back, for example `def f() -> int { … }`, and use `return`",
            )),
        }
    }

    /// A whole number that is known before the run: a size, an index, a count.
    pub(super) fn whole(&mut self, expression: Expression, what: &str) -> Lowered<i64> {
        let span = self.span_of(expression);
        match self.cell(expression)? {
            Cell::Known(value) => self.whole_value(value, span, what),
            Cell::Open(id) => Err(self.not_constant(id, span, what)),
        }
    }

    pub(super) fn whole_value(&self, value: Value, span: Span, what: &str) -> Lowered<i64> {
        let is_whole = match value {
            Value::Float(number) => number.fract().abs() <= 0.0,
            Value::Int { .. } | Value::Uint { .. } | Value::Bits { .. } => true,
            Value::Bool(_) | Value::Angle { .. } | Value::Complex(_) | Value::Duration(_) => false,
        };
        if !is_whole {
            return Err(Fault::new(
                Code::Type,
                span,
                format!("{what} must be a whole number"),
                "write a whole number, or a `const int`",
            ));
        }
        value.as_int().map_err(|reason| undefined(span, reason))
    }

    pub(super) fn not_constant(&self, id: ExpressionId, span: Span, what: &str) -> Box<Fault> {
        let help = match self.builder.program().dependence(id) {
            Dependence::Run => "use a number, a `const` or a loop variable with known ends",
            _ => "use a number or a `const`, or give the inputs before the program is read",
        };
        let cause = match self.builder.program().dependence(id) {
            Dependence::Run => "a measurement",
            _ => "an input",
        };
        Fault::new(
            Code::NotConstant,
            span,
            format!("{what} must be known before the run, and cannot depend on {cause}"),
            help,
        )
    }

    fn leaf(&mut self, node: &Node) -> Lowered<Datum> {
        Ok(match node.kind {
            NodeKind::Float(value) => Datum::Value(Value::Float(value)),
            NodeKind::Int(value) => Datum::Value(Value::whole(value)),
            NodeKind::Name(symbol) => return self.named(symbol, node.span),
            NodeKind::Uint(value) => Datum::Value(Value::Uint { value, bits: 64 }),
            NodeKind::Imaginary(value) => Datum::Value(Value::Complex(Complex::new(0.0, value))),
            NodeKind::Timing(seconds) => Datum::Value(Value::Duration(seconds)),
            NodeKind::Bool(value) => Datum::Value(Value::Bool(value)),
            NodeKind::Bits => return self.bit_text(node.span),
            NodeKind::Physical(number) => {
                Datum::Qubits(Picked::One(self.physical_qubit(number, node.span)?))
            }
            _ => Datum::Value(Value::Duration(0.0)),
        })
    }

    /// Leaves what the node stands for on the stack; gives the node that comes next.
    fn node(&mut self, node: &Node, at: u32) -> Lowered<u32> {
        let datum = match node.kind {
            NodeKind::Skip(to) => return Ok(to),
            NodeKind::ShortCut { operator, to } => {
                return Ok(if self.is_decided(operator) { to } else { at + 1 });
            }
            NodeKind::Unary(operator) => {
                let operand = self.pop_cell(node.span)?;
                match operand {
                    Cell::Known(value) => Datum::Value(
                        operators::unary(operator, value)
                            .map_err(|reason| undefined(node.span, reason))?,
                    ),
                    Cell::Open(id) => self.term(Term::Unary(operator, id), node.span)?.into(),
                }
            }
            NodeKind::Binary(operator) => self.binary(operator, node.span)?,
            NodeKind::Cast { kind } => {
                let operand = self.stack.pop().unwrap_or(Datum::Nothing);
                let kind = &self.document.arenas.types[kind as usize];
                self.cast(operand, kind, node.span)?
            }
            NodeKind::Index(subscript) => {
                let of = self.stack.pop().unwrap_or(Datum::Nothing);
                let subscript = self.document.arenas.subscripts[subscript as usize];
                self.index(of, &subscript, node.span)?
            }
            NodeKind::Call { name, arguments } => self.call(name, arguments, node.span)?,
            NodeKind::Array(elements) => self.listed(elements, node.span)?,
            NodeKind::Concatenation(parts) => self.concatenation(parts, node.span)?,
            NodeKind::Measure(operand) => {
                let operand = self.document.arenas.operands[operand as usize];
                self.measured(&operand)?
            }
            _ => self.leaf(node)?,
        };
        self.stack.push(datum);
        Ok(at + 1)
    }

    /// The left side of `&&` or `||` stays on the stack as the result where it decides.
    fn is_decided(&mut self, operator: BinaryOperator) -> bool {
        let Some(Datum::Value(value)) = self.stack.last_mut() else {
            return false;
        };
        let truth = value.as_bool();
        let is_decided = truth == (operator == BinaryOperator::Or);
        if is_decided {
            *value = Value::Bool(truth);
        }
        is_decided
    }

    fn pop_cell(&mut self, span: Span) -> Lowered<Cell> {
        let datum = self.stack.pop().unwrap_or(Datum::Nothing);
        self.as_cell(datum, span)
    }

    fn binary(&mut self, operator: BinaryOperator, span: Span) -> Lowered<Datum> {
        let right = self.pop_cell(span)?;
        let left = self.pop_cell(span)?;
        self.combine(operator, left, right, span).map(Datum::from)
    }

    pub(super) fn combine(
        &mut self,
        operator: BinaryOperator,
        left: Cell,
        right: Cell,
        span: Span,
    ) -> Lowered<Cell> {
        if let (Cell::Known(left), Cell::Known(right)) = (left, right) {
            if operator == BinaryOperator::Divide {
                self.warn_of_lost_fraction(left, right, span);
            }
            let value = operators::binary(operator, left, right);
            return value.map(Cell::Known).map_err(|reason| undefined(span, reason));
        }
        let (left, right) = (self.id(left, span)?, self.id(right, span)?);
        self.term(Term::Binary(operator, left, right), span)
    }

    /// `1/2` is 0 by the specification and on Braket; its writer mostly meant a half.
    fn warn_of_lost_fraction(&mut self, left: Value, right: Value, span: Span) {
        let is_whole = |value| matches!(value, Value::Int { .. } | Value::Uint { .. });
        if !is_whole(left) || !is_whole(right) {
            return;
        }
        if let Ok(rest) = operators::binary(BinaryOperator::Remainder, left, right)
            && rest.as_bool()
        {
            let text = self.text(span);
            self.faults.warn(Fault::new(
                Code::WholeDivision,
                span,
                format!("the quotient of whole numbers `{text}` loses its fraction"),
                "write one of them with a point, such as 2.0, if the fraction is meant",
            ));
        }
    }

    pub(super) fn id(&mut self, cell: Cell, span: Span) -> Lowered<ExpressionId> {
        match cell {
            Cell::Open(id) => Ok(id),
            Cell::Known(value) => self
                .builder
                .expression(Term::Known(value), span.start)
                .map_err(|reason| undefined(span, reason)),
        }
    }

    pub(super) fn term(&mut self, term: Term, span: Span) -> Lowered<Cell> {
        self.step(span)?;
        let id =
            self.builder.expression(term, span.start).map_err(|reason| undefined(span, reason))?;
        match self.builder.program().expression(id) {
            Term::Known(value) => Ok(Cell::Known(value)),
            _ => Ok(Cell::Open(id)),
        }
    }

    pub(super) fn depends_on_run(&self, cell: Cell) -> bool {
        match cell {
            Cell::Known(_) => false,
            Cell::Open(id) => self.builder.program().dependence(id) == Dependence::Run,
        }
    }

    pub(super) fn cast_cell(&mut self, cell: Cell, kind: Type, span: Span) -> Lowered<Cell> {
        match cell {
            Cell::Known(value) if value.kind() == kind => Ok(cell),
            Cell::Known(value) => {
                value.cast(kind).map(Cell::Known).map_err(|reason| undefined(span, reason))
            }
            Cell::Open(id) if self.kind_of(id) == Some(kind) => Ok(cell),
            Cell::Open(id) => self.term(Term::Cast(kind, id), span),
        }
    }

    /// The type of an expression's value, where it can be seen without looking further.
    pub(super) fn kind_of(&self, id: ExpressionId) -> Option<Type> {
        let program = self.builder.program();
        let variable = |number: u32| program.variables().get(number as usize).map(|one| one.kind);
        match program.expression(id) {
            Term::Cast(kind, _) => Some(kind),
            Term::Variable(number) => variable(number),
            Term::Entry { first, .. } => variable(first),
            Term::Bits { width, .. } => Some(Type::Bits { width }),
            Term::Bit(_) | Term::Element { .. } | Term::Unary(UnaryOperator::Not, _) => {
                Some(Type::Bool)
            }
            _ => None,
        }
    }

    fn named(&mut self, symbol: Symbol, span: Span) -> Lowered<Datum> {
        match self.resolve(symbol) {
            Binding::Number(value) => Ok(Datum::Value(Value::Float(value))),
            Binding::Variable(number) => self.read_variable(number, span),
            Binding::Bits { first, count } => Ok(Datum::Bits(Picked::Neighbours { first, count })),
            Binding::BitList(number) => Ok(Datum::Bits(Picked::Several(self.bits.alias(number)))),
            Binding::Qubits { .. } | Binding::QubitList(_) => {
                Ok(Datum::Qubits(self.qubits_named(symbol, span)?))
            }
            Binding::Array(number) => Ok(Datum::Array(self.read_array(number))),
            Binding::Unknown | Binding::Unresolved => {
                Err(self.unknown(symbol, span, "const float {} = 0.5"))
            }
            _ => Err(self.wrong_kind(symbol, span, "a value")),
        }
    }

    /// The last character is bit 0.
    fn bit_text(&mut self, span: Span) -> Lowered<Datum> {
        let text = self.text(span).trim_matches(['"', '\'']);
        let mut value = 0_u64;
        let mut width = 0_u8;
        for digit in text.bytes().filter(|byte| *byte != b'_') {
            if !matches!(digit, b'0' | b'1') || width == 64 {
                width = 0;
                break;
            }
            value = value << 1 | u64::from(digit - b'0');
            width += 1;
        }
        if width == 0 {
            return Err(Fault::new(
                Code::Literal,
                span,
                "this is not a text of 1 to 64 bits",
                "write only 0 and 1 between the quotes, for example \"0110\"",
            ));
        }
        Ok(Datum::Value(Value::Bits { value, width }))
    }

    /// Whether carrying an expression out does something besides giving a value.
    pub(super) fn has_effects(&mut self, expression: Expression) -> bool {
        let nodes = &self.document.arenas.nodes;
        let nodes = &nodes[expression.first as usize..=expression.root as usize];
        nodes.iter().any(|node| match node.kind {
            NodeKind::Measure(_) => true,
            NodeKind::Call { name, .. } => matches!(self.resolve(name), Binding::Subroutine(_)),
            _ => false,
        })
    }
}
