//! Which qubits or bits does an operand stand for?

use super::{BitRegister, Global, Lowered, Lowering};
use crate::diagnostics::{Fault, Span};
use crate::limits::{MAX_BITS, MAX_EXPANDED_OPERANDS, MAX_QUBITS};
use crate::program::Wire;
use crate::syntax::ast::{Index, Operand};

impl<'a> Lowering<'a> {
    pub(super) fn qubits_of(&mut self, operand: &Operand) -> Lowered<Vec<u32>> {
        let name = operand.name.text(self.source);
        if let Some(number) = name.strip_prefix('$') {
            return self.physical_qubit(operand, number).map(|qubit| vec![qubit]);
        }
        let Some(Global::Qubits { first, count }) = self.globals.get(name).copied() else {
            return Err(self.no_register(operand, "qubits", "qubit"));
        };
        let elements = self.elements(operand, count as usize)?;
        Ok(elements.into_iter().map(|element| first + element).collect())
    }

    pub(super) fn bits_of(&mut self, operand: &Operand) -> Lowered<Vec<usize>> {
        let name = operand.name.text(self.source);
        let Some(Global::Bits { register }) = self.globals.get(name).copied() else {
            return Err(self.no_register(operand, "bits", "bit"));
        };
        let elements = self.elements(operand, self.registers[register].bits.len())?;
        let bits = &self.registers[register].bits;
        Ok(elements.into_iter().map(|element| bits[element as usize]).collect())
    }

    /// New bits of the register that collects measurements without a destination.
    pub(super) fn anonymous_bits(&mut self, span: Span, count: usize) -> Lowered<Vec<usize>> {
        let added = self.add_bits(span, count)?;
        let register = match self.anonymous {
            Some(register) => register,
            None => {
                self.registers.push(BitRegister { bits: Vec::new() });
                self.registers.len() - 1
            }
        };
        self.anonymous = Some(register);
        self.registers[register].bits.extend(&added);
        Ok(added)
    }

    pub(super) fn add_bits(&mut self, span: Span, count: usize) -> Lowered<Vec<usize>> {
        let first = self.bits.len();
        if count > MAX_BITS - first {
            return Err(Fault::new(
                span,
                format!("the program has more than {MAX_BITS} bits"),
                "declare only the bits that are measured into",
            ));
        }
        self.bits.resize(first + count, None);
        Ok((first..first + count).collect())
    }

    pub(super) fn push_operands(
        &mut self,
        span: Span,
        qubits: impl Iterator<Item = u32>,
    ) -> Lowered<u32> {
        let first = self.body.operands.len();
        self.body.operands.extend(qubits.map(Wire::new));
        if self.body.operands.len() > MAX_EXPANDED_OPERANDS {
            return Err(self.exhaust(
                span,
                format!("written out, the gates have more than {MAX_EXPANDED_OPERANDS} operands"),
                "use gates and barriers on fewer qubits",
            ));
        }
        Ok(u32::try_from(first).unwrap_or(u32::MAX))
    }

    fn physical_qubit(&mut self, operand: &Operand, number: &str) -> Lowered<u32> {
        if operand.index.is_some() {
            return Err(Fault::new(
                operand.span,
                "a physical qubit has no index",
                "write only its number, for example `$3`",
            ));
        }
        let number =
            number.parse().ok().filter(|number| *number < MAX_QUBITS).ok_or_else(|| {
                Fault::new(
                    operand.span,
                    format!("physical qubits are numbered from 0 to {}", MAX_QUBITS - 1),
                    "use a smaller number",
                )
            })?;
        if self.physical.is_empty() && !self.body.qubits.is_empty() {
            return Err(mixed(operand.span));
        }
        if let Some(qubit) = self.physical.get(&number) {
            return Ok(*qubit);
        }
        let qubit = self.qubit_count();
        self.body.qubits.push(number);
        self.touched.push(false);
        self.physical.insert(number, qubit);
        Ok(qubit)
    }

    fn no_register(&self, operand: &Operand, wanted: &str, keyword: &str) -> Fault {
        let name = operand.name.text(self.source);
        let (message, help) = match self.globals.get(name) {
            None => (
                format!("`{name}` is not declared"),
                format!("declare it first: `{keyword} {name};` or `{keyword}[2] {name};`"),
            ),
            Some(_) => (
                format!("`{name}` is not a register of {wanted}"),
                format!("use a register declared with `{keyword}`"),
            ),
        };
        Fault::new(operand.name, message, help)
    }

    fn elements(&mut self, operand: &Operand, count: usize) -> Lowered<Vec<u32>> {
        let Some(index) = &operand.index else {
            return Ok((0..).take(count).collect());
        };
        let elements = match index {
            Index::Element(expression) => {
                let element = self.whole(expression, "an index")?;
                vec![element_of(expression.span, element, count, operand, self.source)?]
            }
            Index::Set(expressions) => {
                let mut elements = Vec::new();
                for expression in expressions {
                    let element = self.whole(expression, "an index")?;
                    elements.push(element_of(
                        expression.span,
                        element,
                        count,
                        operand,
                        self.source,
                    )?);
                }
                elements
            }
            Index::Range { start, step, end } => {
                let mut part = |expression: &Option<_>, otherwise: i64| match expression {
                    Some(expression) => self.whole(expression, "an index"),
                    None => Ok(otherwise),
                };
                let step = part(step, 1)?;
                let last = i64::try_from(count).unwrap_or(i64::MAX) - 1;
                let (low, high) = if step < 0 { (last, 0) } else { (0, last) };
                let (start, end) = (part(start, low)?, part(end, high)?);
                range(operand, self.source, start, step, end, count)?
            }
        };
        if elements.is_empty() {
            return Err(Fault::new(
                operand.span,
                "this picks no element of the register",
                "both ends of a range belong to it: `q[0:2]` is three elements",
            ));
        }
        Ok(elements)
    }
}

fn range(
    operand: &Operand,
    source: &str,
    start: i64,
    step: i64,
    end: i64,
    count: usize,
) -> Lowered<Vec<u32>> {
    if step == 0 {
        return Err(Fault::new(operand.span, "the step of a range cannot be 0", "use 1 or -1"));
    }
    let mut at = i64::from(element_of(operand.span, start, count, operand, source)?);
    let end = i64::from(element_of(operand.span, end, count, operand, source)?);
    let mut elements = Vec::new();
    while if step > 0 { at <= end } else { at >= end } {
        elements.extend(u32::try_from(at));
        at = at.saturating_add(step);
    }
    Ok(elements)
}

/// Negative indices count from the end.
fn element_of(
    span: Span,
    index: i64,
    count: usize,
    operand: &Operand,
    source: &str,
) -> Lowered<u32> {
    let size = i64::try_from(count).unwrap_or(i64::MAX);
    let element = if index < 0 { index.saturating_add(size) } else { index };
    u32::try_from(element).ok().filter(|_| element < size).ok_or_else(|| {
        let name = operand.name.text(source);
        Fault::new(
            span,
            format!("`{name}` has no element {index}: it has {count}"),
            format!("use an index from 0 to {}", size - 1),
        )
    })
}

pub(super) fn mixed(span: Span) -> Fault {
    Fault::new(
        span,
        "physical qubits (`$0`) and declared qubits cannot be mixed in one program",
        "use only one of the two kinds",
    )
}
