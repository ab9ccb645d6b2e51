//! Which variables may a block give a new value?

use super::names::Binding;
use super::{Lowered, Lowering};
use crate::diagnostics::Span;
use crate::syntax::ast::{
    Block, Document, Expression, NodeKind, OperandKind, Statement, StatementKind,
};
use crate::syntax::names::Symbol;

/// What has been pinned for a block, to be released after it.
#[derive(Debug, Default)]
pub(super) struct Pins {
    variables: Vec<u32>,
    arrays: Vec<u32>,
    bits: Vec<u32>,
}

impl Lowering<'_> {
    /// Whatever the blocks may assign is left to the run, until [`Self::unpin`].
    pub(super) fn pin(&mut self, blocks: &[Block], span: Span) -> Lowered<Pins> {
        let mut symbols = Vec::new();
        for block in blocks {
            let statements = block.of(&self.document.arenas.statements);
            collect(self.document, statements, &mut symbols);
        }
        self.pin_all(symbols, span)
    }

    pub(super) fn pin_statement(&mut self, statement: &Statement) -> Lowered<Pins> {
        let mut symbols = Vec::new();
        collect(self.document, std::slice::from_ref(statement), &mut symbols);
        self.pin_all(symbols, statement.span)
    }

    fn pin_all(&mut self, mut symbols: Vec<Symbol>, span: Span) -> Lowered<Pins> {
        symbols.sort_unstable_by_key(|symbol: &Symbol| symbol.index());
        symbols.dedup();
        let mut pins = Pins::default();
        for symbol in symbols {
            match self.resolve(symbol) {
                Binding::Variable(number) => pins.variables.push(number),
                Binding::Array(number) => pins.arrays.push(number),
                Binding::Bits { first, count } => pins.bits.extend(first..first + count),
                Binding::BitList(number) => pins.bits.extend(self.bits.alias(number).iter()),
                _ => {}
            }
        }
        for number in &pins.variables {
            self.pin_variable(*number, span)?;
        }
        for number in &pins.arrays {
            self.pin_array(*number, span)?;
        }
        for bit in &pins.bits {
            self.pin_bit(*bit, span)?;
        }
        Ok(pins)
    }

    pub(super) fn unpin(&mut self, pins: &Pins) {
        for number in &pins.variables {
            self.unpin_variable(*number);
        }
        for number in &pins.arrays {
            self.unpin_array(*number);
        }
        for bit in &pins.bits {
            self.unpin_bit(*bit);
        }
    }
}

/// The names that statements assign; that some may be declared among them does no harm.
fn collect(document: &Document, statements: &[Statement], found: &mut Vec<Symbol>) {
    let arenas = &document.arenas;
    let mut operand = |number: u32| match arenas.operands[number as usize].kind {
        OperandKind::Physical(_) => {}
        OperandKind::Whole(symbol)
        | OperandKind::Element(symbol, _)
        | OperandKind::Indexed(symbol, _) => found.push(symbol),
    };
    let mut inner: Vec<Block> = Vec::new();
    let mut expressions: Vec<Expression> = Vec::new();
    for statement in statements {
        match statement.kind {
            StatementKind::Measure { target: Some(target), .. } => operand(target),
            StatementKind::Assign { target, value, .. } => {
                operand(target);
                expressions.push(value);
            }
            StatementKind::Declare { initial: Some(value), .. }
            | StatementKind::Const { value, .. }
            | StatementKind::Expression(value)
            | StatementKind::Return(Some(value)) => expressions.push(value),
            StatementKind::Box { body, .. } | StatementKind::Scope(body) => inner.push(body),
            StatementKind::While { condition, body } => {
                expressions.push(condition);
                inner.push(body);
            }
            StatementKind::If { condition, then, otherwise } => {
                expressions.push(condition);
                inner.push(then);
                inner.extend(otherwise);
            }
            StatementKind::For(number) => inner.push(arenas.loops[number as usize].body),
            StatementKind::Switch { cases, .. } => {
                inner.extend(cases.of(&arenas.cases).iter().map(|case| case.body));
            }
            _ => {}
        }
    }
    for expression in expressions {
        collect_arguments(document, expression, found);
    }
    for block in inner {
        collect(document, block.of(&arenas.statements), found);
    }
}

/// A subroutine may change the arrays it is given.
fn collect_arguments(document: &Document, expression: Expression, found: &mut Vec<Symbol>) {
    let arenas = &document.arenas;
    for node in &arenas.nodes[expression.first as usize..=expression.root as usize] {
        let NodeKind::Call { arguments, .. } = node.kind else {
            continue;
        };
        for argument in arguments.of(&arenas.expressions) {
            let nodes = &arenas.nodes[argument.first as usize..=argument.root as usize];
            found.extend(nodes.iter().filter_map(|node| match node.kind {
                NodeKind::Name(symbol) => Some(symbol),
                _ => None,
            }));
        }
    }
}
