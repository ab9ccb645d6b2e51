//! What is known of each classical bit, and where do measured values come from?

use std::rc::Rc;

use quantum_program::{Expression as Term, Type, Value, Variable};

use super::evaluation::{Cell, Datum};
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};

#[derive(Debug, Default)]
pub(super) struct Bits {
    states: Vec<BitState>,
    aliases: Vec<Rc<[u32]>>,
    /// Registers of the program text outside of subroutines: first bit, count, number.
    pub(super) global: Vec<(u32, u32, u32)>,
    /// Bits of measurements without a destination, in order.
    pub(super) anonymous: Vec<u32>,
    /// Grows where branches and loops begin and end: what was measured before then may or may not have been.
    pub(super) epoch: u32,
}

#[derive(Debug, Clone, Copy)]
struct BitState {
    register: u32,
    known: Option<bool>,
    /// What a run keeps for it, where that is known.
    kept: Option<bool>,
    /// Blocks that only a run decides on and that assign it.
    pins: u32,
    measured: Option<Measured>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) qubit: u32,
    is_read: bool,
    epoch: u32,
}

impl Bits {
    pub(super) fn alias(&self, number: u32) -> Rc<[u32]> {
        Rc::clone(&self.aliases[number as usize])
    }

    pub(super) fn add_alias(&mut self, bits: Rc<[u32]>) -> u32 {
        self.aliases.push(bits);
        narrow(self.aliases.len() - 1)
    }

    pub(super) fn alias_count(&self) -> usize {
        self.aliases.len()
    }

    pub(super) fn truncate_aliases(&mut self, count: usize) {
        self.aliases.truncate(count);
    }

    pub(super) fn measured_from(&self, bit: u32) -> Option<u32> {
        self.states[bit as usize].measured.map(|measured| measured.qubit)
    }

    /// Notes a measurement; whether an earlier one into the bit is lost by it.
    pub(super) fn measure(&mut self, bit: u32, qubit: u32) -> bool {
        let epoch = self.epoch;
        let state = &mut self.states[bit as usize];
        let is_lost =
            state.measured.is_some_and(|earlier| !earlier.is_read && earlier.epoch == epoch);
        state.known = None;
        state.kept = None;
        state.measured = Some(Measured { qubit, is_read: false, epoch });
        is_lost
    }

    fn read(&mut self, bit: u32) -> Option<bool> {
        let state = &mut self.states[bit as usize];
        if let Some(measured) = &mut state.measured {
            measured.is_read = true;
        }
        state.known
    }
}

impl Lowering<'_> {
    /// New bits, 0 to begin with; gives the register's number and its first bit.
    pub(super) fn add_bits(
        &mut self,
        name: Option<String>,
        count: u32,
        span: Span,
    ) -> Lowered<(u32, u32)> {
        let added = self.builder.bit_register(name, count);
        let register = self.full(span, added)?;
        let first = narrow(self.bits.states.len());
        let fresh =
            BitState { register, known: Some(false), kept: Some(false), pins: 0, measured: None };
        self.bits.states.resize((first + count) as usize, fresh);
        Ok((register, first))
    }

    pub(super) fn value_of_bits(&mut self, bits: &[u32], span: Span) -> Lowered<Cell> {
        let width = u8::try_from(bits.len()).ok().filter(|width| *width <= 64);
        let Some(width) = width else {
            return Err(Fault::new(
                Code::Limit,
                span,
                format!("{} bits have no value as a whole", bits.len()),
                "use at most 64 of them at a time, for example `c[0:63]`",
            ));
        };
        let known: Vec<Option<bool>> = bits.iter().map(|bit| self.bits.read(*bit)).collect();
        if let Some(known) = known.iter().copied().collect::<Option<Vec<bool>>>() {
            return Ok(Cell::Known(match known.as_slice() {
                [bit] => Value::Bits { value: u64::from(*bit), width: 1 },
                all => {
                    let places = (0..).zip(all);
                    let value = places.map(|(place, bit)| u64::from(*bit) << place).sum();
                    Value::Bits { value, width }
                }
            }));
        }
        for bit in bits {
            self.keep_bit(*bit, span)?;
        }
        let register = |bit: u32| self.bits.states[bit as usize].register;
        let are_neighbours = bits
            .windows(2)
            .all(|pair| pair[1] == pair[0] + 1 && register(pair[0]) == register(pair[1]));
        if are_neighbours {
            return self.term(Term::Bits { first: bits[0], width }, span);
        }
        self.joined_bits(bits, width, span)
    }

    /// Bits from here and there as one value: each is moved to its place.
    fn joined_bits(&mut self, bits: &[u32], width: u8, span: Span) -> Lowered<Cell> {
        let mut whole = Cell::Known(Value::Bits { value: 0, width });
        for (place, bit) in (0_i64..).zip(bits) {
            let bit = self.term(Term::Bits { first: *bit, width: 1 }, span)?;
            let wide = self.cast_cell(bit, Type::Uint { bits: 64 }, span)?;
            let places = Cell::Known(Value::whole(place));
            let moved =
                self.combine(quantum_program::BinaryOperator::ShiftLeft, wide, places, span)?;
            let moved = self.cast_cell(moved, Type::Bits { width }, span)?;
            whole = self.combine(quantum_program::BinaryOperator::BitOr, whole, moved, span)?;
        }
        Ok(whole)
    }

    /// Makes the run's memory hold what is known of a bit.
    pub(super) fn keep_bit(&mut self, bit: u32, span: Span) -> Lowered<()> {
        let state = self.bits.states[bit as usize];
        let Some(known) = state.known.filter(|known| state.kept != Some(*known)) else {
            return Ok(());
        };
        let value = self.id(Cell::Known(Value::Bool(known)), span)?;
        let pushed = self.builder.assign_bit(bit, value);
        self.full(span, pushed)?;
        self.bits.states[bit as usize].kept = Some(known);
        Ok(())
    }

    /// From here on only a run knows the bit, until [`Self::unpin_bit`].
    pub(super) fn pin_bit(&mut self, bit: u32, span: Span) -> Lowered<()> {
        self.keep_bit(bit, span)?;
        let state = &mut self.bits.states[bit as usize];
        state.pins += 1;
        state.known = None;
        state.kept = None;
        Ok(())
    }

    pub(super) fn unpin_bit(&mut self, bit: u32) {
        let state = &mut self.bits.states[bit as usize];
        state.pins = state.pins.saturating_sub(1);
    }

    /// Gives bits the value of a register, an integer or a truth value.
    pub(super) fn assign_bits(&mut self, bits: &[u32], value: Datum, span: Span) -> Lowered<()> {
        if let Datum::Bits(from) = &value
            && from.len() != bits.len()
        {
            return Err(wrong_width(from.len(), bits.len(), span));
        }
        if let Datum::Bits(from) = &value
            && from.len() > 64
        {
            return self.copy_bits(bits, from, span);
        }
        let cell = self.as_cell(value, span)?;
        let width = u8::try_from(bits.len()).unwrap_or(u8::MAX);
        let value = match cell {
            Cell::Known(Value::Bits { width: from, .. }) if from != width => {
                return Err(wrong_width(usize::from(from), bits.len(), span));
            }
            Cell::Known(Value::Float(_) | Value::Complex(_) | Value::Duration(_)) => {
                return Err(Fault::new(
                    Code::Type,
                    span,
                    format!("this is not a value for {} bits", bits.len()),
                    "write as many 0 and 1 in quotes as there are bits, for example `bit[2] b = \"00\";`",
                ));
            }
            Cell::Known(_) if width > 64 => {
                return Err(Fault::new(
                    Code::Limit,
                    span,
                    "at most 64 bits can be given a value at a time",
                    "assign parts of the register, for example `c[0:63]`",
                ));
            }
            _ => self.cast_cell(cell, Type::Bits { width }, span)?,
        };
        match value {
            Cell::Known(value) => self.assign_known_bits(bits, value, span),
            Cell::Open(_) if bits.len() == 1 => {
                let value = self.cast_cell(value, Type::Bool, span)?;
                self.assign_open_bit(bits[0], value, span)
            }
            Cell::Open(_) => self.assign_open_bits(bits, value, width, span),
        }
    }

    fn copy_bits(&mut self, bits: &[u32], from: &[u32], span: Span) -> Lowered<()> {
        for (bit, from) in bits.iter().zip(from) {
            self.assign_bits(&[*bit], Datum::Bits(Rc::new([*from])), span)?;
        }
        Ok(())
    }

    fn assign_known_bits(&mut self, bits: &[u32], value: Value, span: Span) -> Lowered<()> {
        let Value::Bits { value, .. } = value else {
            return Ok(());
        };
        for (place, bit) in bits.iter().enumerate() {
            let is_one = value >> place & 1 == 1;
            let state = &mut self.bits.states[*bit as usize];
            state.measured = None;
            state.known = Some(is_one);
            if state.pins > 0 {
                self.bits.states[*bit as usize].kept = None;
                self.keep_bit(*bit, span)?;
                let state = &mut self.bits.states[*bit as usize];
                state.known = None;
                state.kept = None;
            }
        }
        Ok(())
    }

    fn assign_open_bit(&mut self, bit: u32, value: Cell, span: Span) -> Lowered<()> {
        let id = self.id(value, span)?;
        let pushed = self.builder.assign_bit(bit, id);
        self.full(span, pushed)?;
        let state = &mut self.bits.states[bit as usize];
        state.known = None;
        state.kept = None;
        state.measured = None;
        Ok(())
    }

    /// By way of a variable, as the value may be made of the very bits that are assigned.
    fn assign_open_bits(
        &mut self,
        bits: &[u32],
        value: Cell,
        width: u8,
        span: Span,
    ) -> Lowered<()> {
        let kind = Type::Bits { width };
        let whole = self.stored(value, kind, span)?;
        for (place, bit) in (0_i64..).zip(bits) {
            let index = self.id(Cell::Known(Value::whole(place)), span)?;
            let element = self.term(Term::Element { of: whole, index }, span)?;
            self.assign_open_bit(*bit, element, span)?;
        }
        Ok(())
    }

    /// A variable of its own that keeps what a value is now.
    pub(super) fn stored(
        &mut self,
        value: Cell,
        kind: Type,
        span: Span,
    ) -> Lowered<quantum_program::ExpressionId> {
        let variable = self.new_slot("kept", kind, span)?;
        let id = self.id(value, span)?;
        let pushed = self.builder.assign(variable, id);
        self.full(span, pushed)?;
        let cell = self.term(Term::Variable(variable), span)?;
        self.id(cell, span)
    }

    /// A place in the run's memory, 0 to begin with.
    pub(super) fn new_slot(&mut self, name: &str, kind: Type, span: Span) -> Lowered<u32> {
        let initial = super::casts::zero(kind);
        let added = self.builder.variable(Variable { name: name.to_owned(), kind, initial });
        self.full(span, added)
    }
}

fn wrong_width(from: usize, to: usize, span: Span) -> Box<Fault> {
    Fault::new(
        Code::Size,
        span,
        format!("{from} bits are given to {to}"),
        "give as many bits as there are, for example `bit[2] b = \"00\";`",
    )
}
