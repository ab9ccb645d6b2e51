//! What does a syntax tree mean: which instructions, on which qubits, with which angles?
//!
//! Lowering carries the program out as far as it is known: constants, loop variables and whatever depends on neither
//! inputs nor measurements are reckoned here, loops over them are written out, subroutines and custom gates put in
//! place. What depends on inputs stays as expressions; what a run decides becomes variables, branches and loops.

mod array_assignments;
mod arrays;
mod assigned;
mod assignments;
mod bits;
mod blocks;
mod branches;
mod calls;
mod casts;
mod custom_gates;
mod declarations;
mod evaluation;
mod gate_definitions;
mod gates;
mod indices;
mod inverses;
mod jumps;
mod library;
mod library_gates;
mod loops;
mod matrices;
mod measurements;
mod modifiers;
mod names;
mod outcome;
mod picked;
mod pragmas;
mod qubits;
mod spelling;
mod subroutines;
mod variables;

use std::sync::Arc;

use quantum_program::{Builder, ExpressionId, Full, Program, Undefined, Value};

use crate::diagnostics::{Code, Fault, Faults, Span};
use crate::limits::MAX_STEPS;
use crate::syntax::ast::{Document, Expression, Statement, StatementKind};
use blocks::Flow;

type Lowered<T> = Result<T, Box<Fault>>;

/// Reports what is wrong into `faults`; the program is only of use if nothing was. `values` are those of the inputs, in
/// the order of their declaration, if they are known.
pub(crate) fn lower(
    source: &Arc<str>,
    document: &Document,
    values: Option<&[Value]>,
    faults: &mut Faults,
) -> Program {
    let mut lowering = Lowering::new(source, document, values, faults);
    lowering.program();
    lowering.finish()
}

/// A program of nothing but the inputs that a document declares.
pub(crate) fn inputs(source: &Arc<str>, document: &Document, faults: &mut Faults) -> Program {
    let mut lowering = Lowering::new(source, document, None, faults);
    for statement in &document.body {
        if let StatementKind::Input { .. } | StatementKind::Const { .. } = statement.kind
            && let Err(fault) = lowering.statement(statement)
        {
            lowering.faults.push(fault);
            lowering.unwind();
        }
    }
    lowering.builder.finish(Vec::new()).unwrap_or_default()
}

struct Lowering<'a> {
    source: &'a str,
    document: &'a Document,
    values: Option<&'a [Value]>,
    faults: &'a mut Faults,
    builder: Builder,
    scopes: names::Scopes,
    qubits: qubits::Qubits,
    bits: bits::Bits,
    variables: variables::Variables,
    arrays: arrays::Arrays,
    gates: gates::Gates<'a>,
    frames: jumps::Frames,
    outputs: Vec<outcome::OutputName>,
    /// Values of operators' operands, those of outer expressions below.
    stack: Vec<evaluation::Datum>,
    /// Indices that only a run knows, with the values they are tried with.
    choices: Vec<(Expression, i64)>,
    /// The index for which the statement being lowered has to be tried with each value below that count.
    open_index: Option<(Expression, ExpressionId, u32)>,
    /// For each open scope.
    marks: Vec<names::Mark>,
    /// Blocks within one another.
    depth: usize,
    /// Custom gates and subroutines within one another.
    calls: usize,
    steps: usize,
    /// A limit on the whole program is met, or the program has ended: what follows is not looked at.
    is_over: bool,
}

impl<'a> Lowering<'a> {
    fn new(
        source: &'a Arc<str>,
        document: &'a Document,
        values: Option<&'a [Value]>,
        faults: &'a mut Faults,
    ) -> Self {
        Self {
            source,
            document,
            values,
            faults,
            builder: Builder::new(document.language, Arc::clone(source)),
            scopes: names::Scopes::new(document.names.len()),
            qubits: qubits::Qubits::default(),
            bits: bits::Bits::default(),
            variables: variables::Variables::default(),
            arrays: arrays::Arrays::default(),
            gates: gates::Gates::default(),
            frames: jumps::Frames::default(),
            outputs: Vec::new(),
            stack: Vec::new(),
            choices: Vec::new(),
            open_index: None,
            marks: Vec::new(),
            depth: 0,
            calls: 0,
            steps: 0,
            is_over: false,
        }
    }

    fn program(&mut self) {
        let document = self.document;
        let statements = document.body.as_slice();
        for (index, statement) in statements.iter().enumerate() {
            match self.statement(statement) {
                Ok(Flow::Next) => {}
                Ok(_) => {
                    self.is_over = true;
                    self.unreachable(statement, &statements[index + 1..]);
                }
                Err(fault) => {
                    self.faults.push(fault);
                    self.unwind();
                }
            }
            if self.faults.is_full() || self.is_over {
                break;
            }
        }
    }

    /// After a mistake in a block: what follows stands at the top again.
    fn unwind(&mut self) {
        self.scopes.unwind();
        self.frames.unwind();
        self.stack.clear();
        self.choices.clear();
        self.open_index = None;
        self.marks.clear();
        self.gates.outer = gates::Applied::default();
        self.depth = 0;
        self.calls = 0;
    }

    /// A jump within a branch may be taken for some values alone, so it says nothing of what follows the branch.
    fn unreachable(&mut self, before: &Statement, rest: &[Statement]) {
        let is_jump = matches!(
            before.kind,
            StatementKind::Break
                | StatementKind::Continue
                | StatementKind::Return(_)
                | StatementKind::End
        );
        if !is_jump {
            return;
        }
        let is_action = |kind: &StatementKind| {
            !matches!(kind, StatementKind::Pragma(_) | StatementKind::Include(_))
        };
        if let Some(statement) = rest.iter().find(|statement| is_action(&statement.kind)) {
            self.faults.warn(Fault::new(
                Code::Unreachable,
                statement.span,
                "this is never reached",
                "remove it, or the statement before that ends the program or the block",
            ));
        }
    }

    /// Every loop of the lowering itself comes by here.
    fn step(&mut self, span: Span) -> Lowered<()> {
        self.charge(1, span)
    }

    fn charge(&mut self, steps: usize, span: Span) -> Lowered<()> {
        self.steps += steps;
        if self.steps > MAX_STEPS {
            return Err(self.exhausted(
                span,
                format!("written out, the program takes more than {MAX_STEPS} steps"),
                "use shorter loops, smaller powers, and fewer custom gates inside custom gates",
            ));
        }
        Ok(())
    }

    fn exhausted(&mut self, span: Span, message: String, help: &str) -> Box<Fault> {
        self.is_over = true;
        Fault::new(Code::Limit, span, message, help)
    }

    /// For [`Builder`]'s refusals.
    fn full<T>(&mut self, span: Span, result: Result<T, Full>) -> Lowered<T> {
        result.map_err(|full| {
            self.exhausted(
                span,
                full.to_string(),
                "use a smaller program, or split it into several",
            )
        })
    }

    fn text(&self, span: Span) -> &'a str {
        span.text(self.source)
    }

    fn span_of(&self, expression: Expression) -> Span {
        self.document.arenas.nodes[expression.root as usize].span
    }
}

fn undefined(span: Span, reason: Undefined) -> Box<Fault> {
    let (code, help) = match reason {
        Undefined::WrongType => (Code::Type, "use values of types the operation is defined for"),
        Undefined::OutOfRange => (Code::Index, "use an index within the register or array"),
        _ => (Code::Undefined, "write an expression that has a finite value"),
    };
    Fault::new(code, span, reason.to_string(), help)
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
