//! Which variables may a block give a new value?

use super::names::{Binding, Scopes};
use super::{Lowered, Lowering};
use crate::diagnostics::Span;
use crate::syntax::ast::{
    Block, Document, Expression, NodeKind, OperandKind, Statement, StatementKind,
};
use crate::syntax::names::Symbol;

/// A name that is assigned, and the element of it if only one is.
type Assigned = (Symbol, Option<u32>);

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
            collect(self.document, &self.scopes, statements, &mut symbols);
        }
        self.pin_all(symbols, span)
    }

    /// Whether a statement of the block measures, or calls a subroutine that may.
    pub(super) fn measures(&mut self, block: Block) -> bool {
        let document = self.document;
        let arenas = &document.arenas;
        block.of(&arenas.statements).iter().any(|statement| match statement.kind {
            StatementKind::Measure { .. } => true,
            StatementKind::Assign { value, .. }
            | StatementKind::Declare { initial: Some(value), .. }
            | StatementKind::Expression(value) => self.has_effects(value),
            StatementKind::Box { body, .. } | StatementKind::Scope(body) => self.measures(body),
            StatementKind::While { condition, body } => {
                self.has_effects(condition) || self.measures(body)
            }
            StatementKind::If { condition, then, otherwise } => {
                self.has_effects(condition)
                    || self.measures(then)
                    || otherwise.is_some_and(|otherwise| self.measures(otherwise))
            }
            StatementKind::For(number) => self.measures(arenas.loops[number as usize].body),
            StatementKind::Switch { cases, .. } => {
                cases.of(&arenas.cases).iter().any(|case| self.measures(case.body))
            }
            _ => false,
        })
    }

    pub(super) fn pin_statement(&mut self, statement: &Statement) -> Lowered<Pins> {
        let mut symbols = Vec::new();
        let statements = std::slice::from_ref(statement);
        collect(self.document, &self.scopes, statements, &mut symbols);
        self.pin_all(symbols, statement.span)
    }

    fn pin_all(&mut self, mut symbols: Vec<Assigned>, span: Span) -> Lowered<Pins> {
        symbols.sort_unstable_by_key(|(symbol, element)| (symbol.index(), *element));
        symbols.dedup();
        let mut pins = Pins::default();
        for (symbol, element) in symbols {
            match self.resolve(symbol) {
                Binding::Variable(number) if pins.variables.last() == Some(&number) => {}
                Binding::Variable(number) => pins.variables.push(number),
                Binding::Array(number) => pins.arrays.push(number),
                Binding::Bits { first, count } => match element {
                    Some(element) if element < count => pins.bits.push(first + element),
                    _ => pins.bits.extend(first..first + count),
                },
                Binding::BitList(number) => pins.bits.extend(self.bits.alias(number).iter()),
                _ => {}
            }
        }
        self.charge(pins.bits.len(), span)?;
        for number in &pins.variables {
            self.pin_variable(*number, span)?;
        }
        for number in &pins.arrays {
            self.keep_array(*number, span)?;
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
        for bit in &pins.bits {
            self.unpin_bit(*bit);
        }
    }
}

/// The names that statements assign; that some may be declared among them does no harm.
fn collect(
    document: &Document,
    scopes: &Scopes,
    statements: &[Statement],
    found: &mut Vec<Assigned>,
) {
    let arenas = &document.arenas;
    let mut operand = |number: u32| match arenas.operands[number as usize].kind {
        OperandKind::Physical(_) => {}
        OperandKind::Element(symbol, element) => found.push((symbol, Some(element))),
        OperandKind::Whole(symbol) | OperandKind::Indexed(symbol, _) => {
            found.push((symbol, None));
        }
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
        collect_arguments(document, scopes, expression, found);
    }
    for block in inner {
        collect(document, scopes, block.of(&arenas.statements), found);
    }
}

/// A subroutine may change the arrays it is given.
fn collect_arguments(
    document: &Document,
    scopes: &Scopes,
    expression: Expression,
    found: &mut Vec<Assigned>,
) {
    let arenas = &document.arenas;
    for node in &arenas.nodes[expression.first as usize..=expression.root as usize] {
        let NodeKind::Call { name, arguments } = node.kind else {
            continue;
        };
        if !scopes.is_subroutine(name) {
            continue;
        }
        for argument in arguments.of(&arenas.expressions) {
            let nodes = &arenas.nodes[argument.first as usize..=argument.root as usize];
            found.extend(nodes.iter().filter_map(|node| match node.kind {
                NodeKind::Name(symbol) => Some((symbol, None)),
                _ => None,
            }));
        }
    }
}
