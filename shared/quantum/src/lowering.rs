//! What does a syntax tree mean: which qubits, which gates with which angles, which outcome bits?

mod calls;
mod declarations;
mod definitions;
mod expansion;
mod operands;
mod values;

use std::collections::HashMap;
use std::rc::Rc;

use crate::diagnostics::{Fault, Faults, Span};
use crate::limits::MAX_EXPANDED_GATES;
use crate::program::{Body, Step};
use crate::syntax::ast::{Document, Operand, Statement, StatementKind};

pub(crate) use declarations::fits;
use definitions::Definition;
use values::Value;

type Lowered<T> = Result<T, Fault>;

/// Reports what is wrong into `faults`; the body is only of use if nothing was.
pub(crate) fn lower(source: &str, document: &Document, faults: &mut Faults) -> Body {
    let mut lowering = Lowering::new(source, document);
    for statement in &document.statements {
        if faults.is_full() || lowering.exhausted {
            break;
        }
        if let Err(fault) = lowering.statement(statement) {
            faults.push(fault);
        }
    }
    lowering.finish(faults)
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
enum Global {
    Qubits {
        first: u32,
        count: u32,
    },
    Bits {
        register: usize,
    },
    Value(Value),
    Gate(usize),
    /// Declared wrongly: already reported, and no reason for a second diagnostic.
    Broken,
}

/// A declared register of bits, or the one that measurements without a destination fill.
struct BitRegister {
    /// Positions in `bits`, element by element.
    bits: Vec<usize>,
}

struct Lowering<'a> {
    source: &'a str,
    document: &'a Document,
    globals: HashMap<&'a str, Global>,
    definitions: Vec<Rc<Definition<'a>>>,
    body: Body,
    physical: HashMap<usize, u32>,
    registers: Vec<BitRegister>,
    anonymous: Option<usize>,
    /// For each bit, the qubit it was last measured from and the step that did it.
    bits: Vec<Option<(u32, usize)>>,
    touched: Vec<bool>,
    names: HashMap<String, u32>,
    evaluations: usize,
    visits: usize,
    exhausted: bool,
}

impl<'a> Lowering<'a> {
    fn new(source: &'a str, document: &'a Document) -> Self {
        Self {
            source,
            document,
            globals: HashMap::new(),
            definitions: Vec::new(),
            body: Body { powers: vec![Vec::new()], source: source.to_owned(), ..Body::default() },
            physical: HashMap::new(),
            registers: Vec::new(),
            anonymous: None,
            bits: Vec::new(),
            touched: Vec::new(),
            names: HashMap::new(),
            evaluations: 0,
            visits: 0,
            exhausted: false,
        }
    }

    fn statement(&mut self, statement: &'a Statement) -> Lowered<()> {
        match &statement.kind {
            StatementKind::Input { kind, name } => self.input(kind, *name),
            StatementKind::Const { kind, name, value } => self.constant(kind, *name, value),
            StatementKind::Qubits { name, size } => self.qubits(*name, size.as_ref()),
            StatementKind::Bits { name, size, initial } => {
                self.declare_bits(*name, size.as_ref(), initial.as_ref())
            }
            StatementKind::Gate(definition) => self.define(definition),
            StatementKind::Call(call) => self.call(call),
            StatementKind::Measure { source, target } => {
                self.measure(statement.span, source, target.as_ref())
            }
            StatementKind::Reset(operand) => self.reset(statement.span, operand),
            StatementKind::Barrier(operands) => self.barrier(statement.span, operands),
        }
    }

    fn measure(&mut self, span: Span, source: &Operand, target: Option<&Operand>) -> Lowered<()> {
        let qubits = self.qubits_of(source)?;
        let bits = match target {
            Some(target) => self.bits_of(target)?,
            None => self.anonymous_bits(span, qubits.len())?,
        };
        if qubits.len() != bits.len() {
            return Err(Fault::new(
                span,
                format!("{} qubits are measured into {} bits", qubits.len(), bits.len()),
                "measure as many qubits as there are bits, for example `b[0:1] = measure q[0:1];`",
            ));
        }
        for (qubit, bit) in qubits.into_iter().zip(bits) {
            // an outcome shows what was measured into a bit last
            self.bits[bit] = Some((qubit, self.body.steps.len()));
            self.push(span, Step::Measure { qubit, bit: None })?;
        }
        Ok(())
    }

    fn reset(&mut self, span: Span, operand: &Operand) -> Lowered<()> {
        for qubit in self.qubits_of(operand)? {
            // a qubit nothing has acted on is 0 already
            if self.touched[qubit as usize] {
                self.push(span, Step::Reset { qubit })?;
            }
        }
        Ok(())
    }

    fn barrier(&mut self, span: Span, operands: &[Operand]) -> Lowered<()> {
        let mut qubits = Vec::new();
        for operand in operands {
            qubits.extend(self.qubits_of(operand)?);
        }
        if operands.is_empty() {
            qubits.extend(0..self.qubit_count());
        }
        let first = self.push_operands(span, qubits.iter().copied())?;
        let count = u32::try_from(qubits.len()).unwrap_or(u32::MAX);
        self.push(span, Step::Barrier { first, count })
    }

    fn push(&mut self, span: Span, step: Step) -> Lowered<()> {
        if self.body.steps.len() >= MAX_EXPANDED_GATES {
            return Err(self.exhaust(
                span,
                format!("written out, the program has more than {MAX_EXPANDED_GATES} gates"),
                "use fewer or smaller custom gates, powers and broadcasts",
            ));
        }
        self.body.steps.push(step);
        Ok(())
    }

    /// A limit on the whole program is met: what follows is not looked at.
    fn exhaust(&mut self, span: Span, message: String, help: &str) -> Fault {
        self.exhausted = true;
        Fault::new(span, message, help)
    }

    fn qubit_count(&self) -> u32 {
        u32::try_from(self.body.qubits.len()).unwrap_or(u32::MAX)
    }

    fn finish(mut self, faults: &mut Faults) -> Body {
        if self.body.qubits.is_empty() && faults.is_empty() {
            faults.push(Fault::new(
                Span::default(),
                "the program uses no qubits",
                "declare some, for example `qubit[2] q;`, and apply gates to them",
            ));
        }
        let order = self.registers.iter().flat_map(|register| register.bits.iter().copied());
        for bit in order {
            let Some((qubit, step)) = self.bits[bit] else {
                continue;
            };
            let place = u32::try_from(self.body.measured.len()).ok();
            self.body.measured.push(qubit);
            self.body.steps[step] = Step::Measure { qubit, bit: place };
        }
        if self.body.measured.is_empty() {
            self.measure_all();
        }
        self.body
    }

    /// A program that measures nothing has all its qubits measured at the end, in ascending order.
    fn measure_all(&mut self) {
        let mut qubits: Vec<u32> = (0..self.qubit_count()).collect();
        qubits.sort_by_key(|qubit| self.body.qubits[*qubit as usize]);
        for (bit, qubit) in (0..).zip(&qubits) {
            self.body.steps.push(Step::Measure { qubit: *qubit, bit: Some(bit) });
        }
        self.body.measured = qubits;
    }
}
