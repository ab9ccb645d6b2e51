//! Which qubits does an operand stand for?

use std::collections::HashMap;
use std::rc::Rc;

use quantum_program::MAX_QUBITS;

use super::evaluation::Datum;
use super::names::Binding;
use super::picked::Picked;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, List, Name, Operand, OperandKind, Subscript};
use crate::syntax::names::Symbol;

#[derive(Debug, Default)]
pub(super) struct Qubits {
    physical: HashMap<u32, u32>,
    aliases: Vec<Rc<[u32]>>,
    /// For the warning about those that nothing names.
    registers: Vec<(Name, u32, u32)>,
    /// Whether a statement names the qubit.
    touched: Vec<bool>,
}

impl Qubits {
    pub(super) fn touch(&mut self, qubit: u32) {
        self.touched[qubit as usize] = true;
    }

    pub(super) fn alias_count(&self) -> usize {
        self.aliases.len()
    }

    pub(super) fn truncate_aliases(&mut self, count: usize) {
        self.aliases.truncate(count);
    }

    pub(super) fn add_alias(&mut self, qubits: Rc<[u32]>) -> u32 {
        self.aliases.push(qubits);
        narrow(self.aliases.len() - 1)
    }
}

impl Lowering<'_> {
    pub(super) fn declare_qubits(&mut self, name: Name, size: Option<Expression>) -> Lowered<()> {
        self.declare(name)?;
        if !self.scopes.is_global() {
            return Err(Fault::new(
                Code::Placement,
                name.span,
                "qubits are declared outside of blocks, gates and subroutines",
                "move the declaration to the top of the program",
            ));
        }
        let count = self.register_size(name, size)?;
        if !self.qubits.physical.is_empty() {
            return Err(mixed(name.span));
        }
        let text = self.name_text(name.symbol).to_owned();
        let added = self.builder.qubit_register(text, count);
        let first = self.full(name.span, added)?;
        self.qubits.touched.resize((first + count) as usize, false);
        self.qubits.registers.push((name, first, count));
        self.define(name, Binding::Qubits { first, count });
        Ok(())
    }

    pub(super) fn register_size(&mut self, name: Name, size: Option<Expression>) -> Lowered<u32> {
        let Some(size) = size else {
            return Ok(1);
        };
        let count = self.whole(size, "the size of a register")?;
        match u32::try_from(count) {
            Ok(count) if count > 0 => Ok(count.min(u32::MAX / 2)),
            _ if count > 0 => Ok(u32::MAX / 2),
            _ => {
                let name = self.name_text(name.symbol);
                Err(Fault::new(
                    Code::Size,
                    self.span_of(size),
                    format!("the register `{name}` cannot have {count} elements"),
                    "give it a size of at least 1",
                ))
            }
        }
    }

    pub(super) fn picked_qubits(&mut self, operand: &Operand) -> Lowered<Picked> {
        match operand.kind {
            OperandKind::Physical(number) => {
                self.physical_qubit(number, operand.span).map(Picked::One)
            }
            OperandKind::Whole(symbol) => match self.resolve(symbol) {
                Binding::Qubits { first, count: 1 } => Ok(Picked::One(first)),
                Binding::Qubits { first, count } => Ok(Picked::Neighbours { first, count }),
                _ => self.qubits_named(symbol, operand.span),
            },
            OperandKind::Element(symbol, index) => match self.resolve(symbol) {
                Binding::Qubits { first, count } if index < count => Ok(Picked::One(first + index)),
                _ => {
                    let all = self.qubits_named(symbol, operand.span)?;
                    let place = self.place(i64::from(index), all.len(), operand.span)?;
                    Ok(Picked::One(all.at(place as usize)))
                }
            },
            OperandKind::Indexed(symbol, subscripts) => {
                let all = self.qubits_named(symbol, operand.span)?;
                self.sub_qubits(all, subscripts, operand.span)
            }
        }
    }

    fn sub_qubits(
        &mut self,
        mut all: Picked,
        subscripts: List<Subscript>,
        span: Span,
    ) -> Lowered<Picked> {
        let document = self.document;
        for subscript in subscripts.of(&document.arenas.subscripts) {
            let picked = self.picked(subscript, all.len(), span)?;
            all = all.at_all(&picked);
        }
        Ok(all)
    }

    pub(super) fn qubits_named(&mut self, symbol: Symbol, span: Span) -> Lowered<Picked> {
        match self.resolve(symbol) {
            Binding::Qubits { first, count } => Ok(Picked::Neighbours { first, count }),
            Binding::QubitList(number) => {
                Ok(Picked::Several(Rc::clone(&self.qubits.aliases[number as usize])))
            }
            Binding::Unknown | Binding::Unresolved => {
                Err(self.unknown(symbol, span, "qubit[2] {}"))
            }
            _ => Err(self.wrong_kind(symbol, span, "a qubit or a register of qubits")),
        }
    }

    pub(super) fn physical_qubit(&mut self, number: u32, span: Span) -> Lowered<u32> {
        if let Some(qubit) = self.qubits.physical.get(&number) {
            return Ok(*qubit);
        }
        if number as usize >= MAX_QUBITS {
            return Err(Fault::new(
                Code::Limit,
                span,
                format!("physical qubits are numbered from 0 to {}", MAX_QUBITS - 1),
                "use a smaller number",
            ));
        }
        if !self.qubits.registers.is_empty() {
            return Err(mixed(span));
        }
        let added = self.builder.physical_qubit(number);
        let qubit = self.full(span, added)?;
        self.qubits.physical.insert(number, qubit);
        self.qubits.touched.push(false);
        Ok(qubit)
    }

    /// `let a = q[0:1] ++ r;`
    pub(super) fn alias(&mut self, name: Name, value: Expression) -> Lowered<()> {
        self.declare(name)?;
        let span = self.span_of(value);
        let binding = match self.evaluate(value)? {
            Datum::Qubits(qubits) => {
                if let Some(twice) = qubits.repeated() {
                    return Err(Fault::new(
                        Code::RepeatedQubit,
                        span,
                        format!("qubit {twice} is in this alias twice"),
                        "name each qubit once",
                    ));
                }
                Binding::QubitList(self.qubits.add_alias(qubits.to_list()))
            }
            Datum::Bits(bits) => Binding::BitList(self.bits.add_alias(bits.to_list())),
            Datum::Array(listed) => self.alias_of_array(&listed, name)?,
            _ => {
                return Err(Fault::new(
                    Code::WrongKind,
                    span,
                    "an alias stands for qubits, bits or an array",
                    "declare a variable for a value: `int x = …;`",
                ));
            }
        };
        self.define(name, binding);
        Ok(())
    }

    pub(super) fn warn_of_unused_qubits(&mut self) {
        let unused: Vec<Name> = self
            .qubits
            .registers
            .iter()
            .filter(|(_, first, count)| {
                !self.qubits.touched[*first as usize..(first + count) as usize].contains(&true)
            })
            .map(|(name, ..)| *name)
            .collect();
        for name in unused {
            let text = self.name_text(name.symbol);
            self.faults.warn(Fault::new(
                Code::Unused,
                name.span,
                format!("no statement uses the qubits `{text}`"),
                "remove the declaration, or apply a gate to them",
            ));
        }
    }
}

fn mixed(span: Span) -> Box<Fault> {
    Fault::new(
        Code::MixedQubits,
        span,
        "physical qubits (`$0`) and declared qubits cannot be mixed in one program",
        "use only one of the two kinds",
    )
}
