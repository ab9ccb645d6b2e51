//! What does each statement do, and where does the program go on after it?

use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Block, Statement, StatementKind};

/// Blocks, calls and custom gates within one another while lowering.
const MAX_DEPTH: usize = 200;

/// Where the program goes on after a statement, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return,
    End,
    /// Somewhere else at run time: what follows in the block is not reached.
    Jumped,
}

impl Lowering<'_> {
    pub(super) fn enter(&mut self, span: Span) -> Lowered<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.exhausted(
                span,
                format!("blocks and calls are more than {MAX_DEPTH} levels deep in one another"),
                "use fewer levels; a subroutine that calls itself needs a condition that ends it",
            ));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// With a scope of its own.
    pub(super) fn scoped(&mut self, block: Block, span: Span) -> Lowered<Flow> {
        self.enter_scope();
        let flow = self.block(block, span);
        self.leave_scope();
        flow
    }

    pub(super) fn block(&mut self, block: Block, span: Span) -> Lowered<Flow> {
        self.enter(span)?;
        let document = self.document;
        let statements = block.of(&document.arenas.statements);
        let mut guards = Vec::new();
        // what has been raised before is guarded against already
        let mut guarded = self.frames.raises();
        let mut flow = Flow::Next;
        for (index, statement) in statements.iter().enumerate() {
            self.step(statement.span)?;
            flow = self.statement(statement)?;
            if self.is_over {
                flow = Flow::End;
                break;
            }
            if flow != Flow::Next {
                self.unreachable(statement, &statements[index + 1..]);
                break;
            }
            if self.frames.is_raised_since(guarded) && index + 1 < statements.len() {
                // the rest of the block runs only if no jump has been taken
                guarded = self.frames.raises();
                let rest = block.rest(super::narrow(index) + 1);
                guards.push(self.begin_guard(rest, statement.span)?);
            }
        }
        for pins in guards.iter().rev() {
            self.end_guard(pins, span)?;
        }
        self.leave();
        // what a guard has in it may not have been reached
        Ok(if guards.is_empty() { flow } else { Flow::Next })
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Lowered<Flow> {
        let result = self.statement_once(statement);
        let Some((index, id, count)) = self.open_index.take() else {
            return result;
        };
        if result.is_ok() {
            return result;
        }
        if !matches!(
            statement.kind,
            StatementKind::Gate(_)
                | StatementKind::Measure { .. }
                | StatementKind::Reset(_)
                | StatementKind::Assign { .. }
        ) {
            return result;
        }
        self.with_each_index(statement, index, id, count)
    }

    pub(super) fn statement_once(&mut self, statement: &Statement) -> Lowered<Flow> {
        let span = statement.span;
        match statement.kind {
            StatementKind::Gate(call) => self.gate_statement(&call, span)?,
            StatementKind::Measure { source, target } => self.measure(&source, target, span)?,
            StatementKind::Reset(operand) => self.reset(&operand, span)?,
            StatementKind::Barrier(operands) => self.barrier(operands, span)?,
            StatementKind::Delay { duration, operands } => self.delay(duration, operands, span)?,
            StatementKind::Nop(operands) => self.nop(operands)?,
            StatementKind::Box { duration, body, verbatim } => {
                return self.boxed(duration, body, verbatim, span);
            }
            StatementKind::Qubits { name, size } => self.declare_qubits(name, size)?,
            StatementKind::Declare { name, kind, initial } => {
                self.declare_variable(name, kind, initial)?;
            }
            StatementKind::Const { name, kind, value } => self.constant(name, kind, value)?,
            StatementKind::Input { name, kind } => self.input(name, kind)?,
            StatementKind::Output { name, kind } => self.output(name, kind)?,
            StatementKind::Alias { name, value } => self.alias(name, value)?,
            StatementKind::Assign { target, operator, value } => {
                self.assign(target, operator, value, span)?;
            }
            StatementKind::Expression(value) => self.by_itself(value)?,
            StatementKind::If { condition, then, otherwise } => {
                return self.if_else(condition, then, otherwise, span);
            }
            StatementKind::While { condition, body } => {
                return self.while_loop(condition, body, span);
            }
            StatementKind::For(number) => return self.for_loop(number, span),
            StatementKind::Switch { subject, cases } => return self.switch(subject, cases, span),
            StatementKind::Break => return self.jump(Flow::Break, span),
            StatementKind::Continue => return self.jump(Flow::Continue, span),
            StatementKind::Return(value) => return self.return_from(value, span),
            StatementKind::End => return self.end(span),
            StatementKind::Scope(body) => return self.scoped(body, span),
            StatementKind::Define(number) => self.define_gate(number)?,
            StatementKind::Subroutine(number) => self.define_subroutine(number)?,
            StatementKind::Opaque(name) => self.define_opaque(name)?,
            StatementKind::Pragma(number) => self.pragma(number, span)?,
            StatementKind::Include(file) => self.include(file)?,
        }
        Ok(Flow::Next)
    }

    fn include(&mut self, file: Span) -> Lowered<()> {
        let name = self.text(file).trim_matches(['"', '\'']);
        if matches!(name, "stdgates.inc" | "qelib1.inc") {
            return Ok(());
        }
        Err(Fault::new(
            Code::Include,
            file,
            format!("the file `{name}` is not known here"),
            "`stdgates.inc` and `qelib1.inc` are built in; copy what you need from other files into the program",
        ))
    }

    fn by_itself(&mut self, value: crate::syntax::ast::Expression) -> Lowered<()> {
        let is_effective = self.has_effects(value);
        self.evaluate(value)?;
        if !is_effective {
            let span = self.span_of(value);
            self.faults.warn(Fault::new(
                Code::NoEffect,
                span,
                "this value is not used",
                "remove it, or assign it to a variable",
            ));
        }
        Ok(())
    }
}
