//! What is measured into which bits, and what else happens to qubits that no gate does?

use quantum_program::Value;

use super::blocks::Flow;
use super::evaluation::{Cell, Datum};
use super::picked::Picked;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Block, Expression, List, Operand, Statement};

impl Lowering<'_> {
    pub(super) fn measure(
        &mut self,
        source: &Operand,
        target: Option<u32>,
        span: Span,
    ) -> Lowered<()> {
        let Some(target) = target else {
            return self.measure_anonymously(source, span);
        };
        let target = self.document.arenas.operands[target as usize];
        match self.target_bits(&target)? {
            Some(bits) => self.measure_into(source, &bits, span),
            None => {
                let symbol = match target.kind {
                    crate::syntax::ast::OperandKind::Whole(symbol)
                    | crate::syntax::ast::OperandKind::Element(symbol, _)
                    | crate::syntax::ast::OperandKind::Indexed(symbol, _) => symbol,
                    crate::syntax::ast::OperandKind::Physical(_) => {
                        return Err(not_bits(target.span));
                    }
                };
                match self.resolve(symbol) {
                    super::names::Binding::Unknown => {
                        Err(self.unknown(symbol, target.span, "bit[2] {}"))
                    }
                    _ => Err(self.wrong_kind(symbol, target.span, "a bit or a register of bits")),
                }
            }
        }
    }

    fn measure_anonymously(&mut self, source: &Operand, span: Span) -> Lowered<()> {
        let bits = self.new_bits_for(source)?;
        if self.frames.calls() == 0 {
            self.bits.anonymous.extend_from_slice(&bits);
        }
        self.measure_into(source, &bits, span)
    }

    fn new_bits_for(&mut self, source: &Operand) -> Lowered<Vec<u32>> {
        let count = narrow(self.picked_qubits(source)?.len());
        let (_, first) = self.add_bits(None, count, source.span)?;
        Ok((first..first + count).collect())
    }

    /// `measure q` as a value.
    pub(super) fn measured(&mut self, source: &Operand) -> Lowered<Datum> {
        let bits = self.new_bits_for(source)?;
        self.measure_into(source, &bits, source.span)?;
        Ok(Datum::Bits(Picked::from(bits)))
    }

    pub(super) fn measure_into(
        &mut self,
        source: &Operand,
        bits: &[u32],
        span: Span,
    ) -> Lowered<()> {
        let qubits = self.picked_qubits(source)?;
        if qubits.len() != bits.len() {
            return Err(Fault::new(
                Code::Size,
                span,
                format!("{} qubits are measured into {} bits", qubits.len(), bits.len()),
                "measure as many qubits as there are bits, for example `b[0:1] = measure q[0:1];`",
            ));
        }
        for (qubit, bit) in qubits.iter().zip(bits) {
            self.step(span)?;
            self.qubits.touch(qubit);
            if self.bits.measure(*bit, qubit) {
                self.faults.warn(Fault::new(
                    Code::Overwritten,
                    span,
                    "this overwrites a bit that was measured before and never read",
                    "measure into another bit, or remove the first measurement",
                ));
            }
            let pushed = self.builder.measure(qubit, *bit);
            self.full(span, pushed)?;
        }
        Ok(())
    }

    pub(super) fn reset(&mut self, operand: &Operand, span: Span) -> Lowered<()> {
        let qubits = self.picked_qubits(operand)?;
        for qubit in qubits.iter() {
            self.qubits.touch(qubit);
            let pushed = self.builder.reset(qubit);
            self.full(span, pushed)?;
        }
        Ok(())
    }

    pub(super) fn barrier(&mut self, operands: List<Operand>, span: Span) -> Lowered<()> {
        let qubits = self.all_of(operands)?;
        let pushed = self.builder.barrier(&qubits);
        self.full(span, pushed)
    }

    pub(super) fn nop(&mut self, operands: List<Operand>) -> Lowered<()> {
        self.all_of(operands).map(drop)
    }

    pub(super) fn delay(
        &mut self,
        duration: Expression,
        operands: List<Operand>,
        span: Span,
    ) -> Lowered<()> {
        let qubits = self.all_of(operands)?;
        let seconds = self.duration(duration)?;
        let pushed = self.builder.delay(seconds, &qubits);
        self.full(span, pushed)
    }

    /// In seconds; what is open, such as a `stretch`, counts as none.
    fn duration(&mut self, duration: Expression) -> Lowered<f64> {
        let span = self.span_of(duration);
        match self.cell(duration)? {
            Cell::Known(Value::Duration(seconds)) if seconds >= 0.0 => Ok(seconds),
            Cell::Known(Value::Duration(_)) => Err(Fault::new(
                Code::Undefined,
                span,
                "a duration cannot be less than nothing",
                "write a positive duration, for example `100ns`",
            )),
            Cell::Known(_) => Err(Fault::new(
                Code::Type,
                span,
                "this is not a duration",
                "write a number with a unit: `100ns`, `2us`, `10dt`",
            )),
            Cell::Open(_) => Ok(0.0),
        }
    }

    /// The qubits of all operands; all of the program if there are none.
    fn all_of(&mut self, operands: List<Operand>) -> Lowered<Vec<u32>> {
        let document = self.document;
        if operands.is_empty() {
            return Ok((0..narrow(self.builder.program().qubit_count())).collect());
        }
        let mut qubits = Vec::new();
        for operand in operands.of(&document.arenas.operands) {
            qubits.extend(self.picked_qubits(operand)?.iter());
        }
        for qubit in &qubits {
            self.qubits.touch(*qubit);
        }
        Ok(qubits)
    }

    pub(super) fn boxed(
        &mut self,
        duration: Option<Expression>,
        body: Block,
        verbatim: bool,
        span: Span,
    ) -> Lowered<Flow> {
        if let Some(duration) = duration {
            self.duration(duration)?;
        }
        let pushed = self.builder.begin_box(verbatim);
        self.full(span, pushed)?;
        let flow = self.scoped(body, span)?;
        let pushed = self.builder.end_block();
        self.full(span, pushed)?;
        Ok(flow)
    }

    /// An index that only a run knows: the statement is written for each value it may have.
    pub(super) fn with_each_index(
        &mut self,
        statement: &Statement,
        index: Expression,
        id: quantum_program::ExpressionId,
        count: u32,
    ) -> Lowered<Flow> {
        use quantum_program::{BinaryOperator, Type};
        let span = statement.span;
        let kind = Type::Int { bits: 64 };
        let cell = self.cast_cell(Cell::Open(id), kind, span)?;
        let kept = self.stored(cell, kind, span)?;
        let pins = self.pin_statement(statement)?;
        let below = self.stack.len();
        for value in 0..i64::from(count) {
            self.step(span)?;
            let value_cell = Cell::Known(Value::whole(value));
            let is_it = self.combine(BinaryOperator::Equal, Cell::Open(kept), value_cell, span)?;
            self.begin_if(is_it, span)?;
            self.choices.push((index, value));
            let result = self.statement(statement);
            self.choices.pop();
            self.stack.truncate(below);
            match result {
                Ok(_) => {}
                // one qubit twice, or no such element: with this index the statement has no meaning
                Err(fault) if matches!(fault.code, Code::RepeatedQubit | Code::Index) => {}
                Err(fault) => return Err(fault),
            }
            self.end_branch(span)?;
        }
        self.unpin(&pins);
        Ok(Flow::Next)
    }
}

fn not_bits(span: Span) -> Box<Fault> {
    Fault::new(
        Code::WrongKind,
        span,
        "a qubit cannot keep what is measured",
        "write a bit behind the arrow: `measure q[0] -> c[0];`",
    )
}
