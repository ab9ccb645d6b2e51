//! What classical values does a running program remember?

use quantum_program::{Circuit, ExpressionId, Memory, Undefined, Value};

use crate::run::SimulationError;

/// Variables and bits, as they are at one moment of one way through the program.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    variables: Vec<Value>,
    bits: Vec<u64>,
}

impl Values {
    /// As they are before the first instruction.
    pub(crate) fn initial(circuit: &Circuit) -> Self {
        let program = circuit.program();
        Self {
            variables: program.variables().iter().map(|variable| variable.initial).collect(),
            bits: vec![0; program.bit_count().div_ceil(64)],
        }
    }

    pub(crate) fn set_bit(&mut self, bit: u32, value: bool) {
        let (word, mask) = (bit as usize / 64, 1 << (bit % 64));
        self.bits[word] = if value { self.bits[word] | mask } else { self.bits[word] & !mask };
    }

    /// Gives a variable the value of an expression, turned into its type.
    pub(crate) fn assign(
        &mut self,
        circuit: &Circuit,
        variable: u32,
        value: ExpressionId,
    ) -> Result<(), SimulationError> {
        let kind = circuit.program().variables()[variable as usize].kind;
        let reckoned = circuit.value(value, self).and_then(|value| value.cast(kind));
        self.variables[variable as usize] = at_place(circuit, value, reckoned)?;
        Ok(())
    }

    /// One of `length` variables from `first` on.
    pub(crate) fn assign_entry(
        &mut self,
        circuit: &Circuit,
        (first, length): (u32, u32),
        index: ExpressionId,
        value: ExpressionId,
    ) -> Result<(), SimulationError> {
        let place = circuit.value(index, self).and_then(|index| {
            let index = index.as_int()?;
            let index = if index < 0 { index + i64::from(length) } else { index };
            u32::try_from(index).ok().filter(|index| *index < length).ok_or(Undefined::OutOfRange)
        });
        let place = at_place(circuit, index, place)?;
        self.assign(circuit, first + place, value)
    }

    pub(crate) fn truth(
        &self,
        circuit: &Circuit,
        condition: ExpressionId,
    ) -> Result<bool, SimulationError> {
        at_place(circuit, condition, circuit.value(condition, self)).map(Value::as_bool)
    }
}

impl Memory for Values {
    fn variable(&self, number: u32) -> Value {
        self.variables[number as usize]
    }

    fn bit(&self, number: u32) -> bool {
        self.bits[number as usize / 64] >> (number % 64) & 1 == 1
    }
}

/// Says where in the source something is undefined.
pub(crate) fn at_place<T>(
    circuit: &Circuit,
    id: ExpressionId,
    result: Result<T, Undefined>,
) -> Result<T, SimulationError> {
    result.map_err(|reason| {
        let (line, column) = circuit.program().place(id);
        SimulationError::Undefined { reason, line, column }
    })
}
