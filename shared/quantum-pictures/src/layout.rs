//! In which row and column does each step of a program stand?

use std::collections::BTreeSet;

use quantum_program::{Base, ExpressionId, Gate, Instruction, Operands, Parameter, Program};

use crate::angles::{angle, duration};
use crate::diagram::{Control, Diagram, Frame, Item, Mark, Shape, Wire};
use crate::expressions::{bit, variable, written};
use crate::limits::{
    MAX_DRAWN_COLUMNS, MAX_DRAWN_NESTING, MAX_DRAWN_QUBITS, MAX_DRAWN_REGISTERS, MAX_DRAWN_STEPS,
    MAX_LABEL,
};
use crate::symbols::symbol;
use crate::text::{counted, shortened};

/// `known` gives a parameter's value if there is one.
pub(crate) fn laid_out(program: &Program, known: &dyn Fn(Parameter) -> Option<f64>) -> Diagram {
    let mut layout = Layout::new(program, known);
    for (at, instruction) in program.instructions().iter().enumerate() {
        layout.add(instruction);
        if layout.is_full {
            layout.left_out += program.instructions().len() - at - 1;
            break;
        }
    }
    layout.finish()
}

struct Layout<'a> {
    program: &'a Program,
    known: &'a dyn Fn(Parameter) -> Option<f64>,
    qubits: usize,
    /// The row of each bit register that is drawn.
    registers: Vec<Option<usize>>,
    variables: Option<usize>,
    /// The first free column of each row.
    free: Vec<usize>,
    /// Places of the open frames; `None` for those nested too deep to be drawn.
    open: Vec<Option<usize>>,
    diagram: Diagram,
    is_full: bool,
    left_out: usize,
    phases: usize,
}

impl<'a> Layout<'a> {
    fn new(program: &'a Program, known: &'a dyn Fn(Parameter) -> Option<f64>) -> Self {
        let qubits = program.qubit_count().min(MAX_DRAWN_QUBITS);
        let mut wires = quantum_wires(program, qubits);
        let mut registers = Vec::new();
        for register in program.bit_registers() {
            let is_drawn = wires.len() - qubits < MAX_DRAWN_REGISTERS;
            let name = register.name.as_ref().filter(|_| is_drawn);
            registers.push(name.map(|_| wires.len()));
            wires.extend(name.map(|name| classical(name)));
        }
        let has_variables = !program.variables().is_empty();
        let variables = has_variables.then_some(wires.len());
        wires.extend(has_variables.then(|| classical("values")));
        if wires.is_empty() {
            // something has to carry the steps
            wires.push(classical(""));
        }
        Self {
            program,
            known,
            qubits,
            registers,
            variables,
            free: vec![0; wires.len()],
            open: Vec::new(),
            diagram: Diagram { wires, ..Diagram::default() },
            is_full: false,
            left_out: 0,
            phases: 0,
        }
    }

    fn add(&mut self, instruction: &Instruction) {
        let program = self.program;
        match *instruction {
            Instruction::Gate(ref gate) => self.gate(gate),
            Instruction::Unitary { targets, .. } => {
                self.boxed("matrix".to_owned(), String::new(), false, self.rows(targets));
            }
            Instruction::Noise(ref noise) => {
                let rows = self.visible(program.noise_targets(noise));
                let angles = self.parameters(program.noise_parameters(noise));
                self.boxed(noise.kind.name().to_owned(), angles, true, rows);
            }
            Instruction::Measure { qubit, bit } => self.measure(qubit, bit),
            Instruction::Reset { qubit } => {
                let rows = self.visible(std::iter::once(qubit));
                self.boxed("|0⟩".to_owned(), String::new(), false, rows);
            }
            Instruction::Barrier(operands) => {
                let rows: BTreeSet<_> =
                    program.qubits(operands).filter_map(|qubit| self.row(qubit)).collect();
                if !rows.is_empty() {
                    self.place(Shape::Barrier { rows: rows.into_iter().collect() });
                }
            }
            Instruction::Delay { seconds, qubits } => {
                for qubit in program.qubits(qubits) {
                    let rows = self.visible(std::iter::once(qubit));
                    self.boxed("delay".to_owned(), duration(seconds), false, rows);
                }
            }
            Instruction::BeginBox { verbatim } => {
                self.begin(if verbatim { "verbatim" } else { "box" }.to_owned());
            }
            Instruction::If { condition, .. } => self.begin(self.said("if", condition)),
            Instruction::While { condition, .. } => self.begin(self.said("while", condition)),
            Instruction::Else { .. } => {
                self.end();
                self.begin("else".to_owned());
            }
            Instruction::EndBox | Instruction::EndIf | Instruction::EndWhile { .. } => self.end(),
            Instruction::Assign { variable: number, value } => {
                self.assign(variable(program, number), value, self.variables);
            }
            Instruction::AssignEntry { first, index, value, .. } => {
                let name = format!("{}[{}]", variable(program, first), written(program, index));
                self.assign(name, value, self.variables);
            }
            Instruction::AssignBit { bit: number, value } => {
                let row = self.register_of(number).and_then(|(row, _)| row);
                self.assign(bit(program, number), value, row);
            }
            Instruction::Break { .. } => self.stop("break"),
            Instruction::Continue { .. } => self.stop("continue"),
            Instruction::End => self.stop("end"),
        }
    }

    fn gate(&mut self, gate: &Gate) {
        let wires = self.program.operands(gate);
        if wires.is_empty() {
            self.phases += 1;
            return;
        }
        let (Some(mut targets), Some(rows)) = (
            self.visible(wires[gate.controls()..].iter().map(|wire| wire.qubit())),
            self.visible(wires[..gate.controls()].iter().map(|wire| wire.qubit())),
        ) else {
            self.left_out += 1;
            return;
        };
        let mut controls: Vec<Control> = rows
            .into_iter()
            .zip(wires)
            .map(|(row, wire)| Control { row, on_one: wire.is_on_one() })
            .collect();
        let mut label = symbol(self.program, gate);
        if targets.is_empty() {
            // a controlled phase is a gate on one of its controls, if it can be on one that is on 1
            let on_one = controls.iter().rposition(|control| control.on_one);
            let stand_in = controls.remove(on_one.unwrap_or(0));
            targets.push(stand_in.row);
            if !stand_in.on_one {
                label.push_str(" on 0");
            }
        }
        let is_plain = self.program.powers(gate).is_empty();
        let mark = match gate.base {
            Base::X if is_plain && !controls.is_empty() => Mark::Plus,
            Base::Z if is_plain && !controls.is_empty() => Mark::Dot,
            Base::Swap if is_plain => Mark::Crosses,
            _ => Mark::Box {
                label,
                angles: self.parameters(self.program.parameters(gate)),
                is_noise: false,
            },
        };
        self.place(Shape::Gate { controls, targets, mark });
    }

    fn boxed(&mut self, label: String, angles: String, is_noise: bool, rows: Option<Vec<usize>>) {
        match rows {
            Some(targets) if !targets.is_empty() => {
                let mark = Mark::Box { label, angles, is_noise };
                self.place(Shape::Gate { controls: Vec::new(), targets, mark });
            }
            _ => self.left_out += 1,
        }
    }

    fn measure(&mut self, qubit: u32, bit: u32) {
        let Some(row) = self.row(qubit) else {
            self.left_out += 1;
            return;
        };
        let register = self.register_of(bit).and_then(|(row, index)| Some((row?, index)));
        self.place(Shape::Measure { row, register });
    }

    fn assign(&mut self, name: String, value: ExpressionId, row: Option<usize>) {
        let Some(row) = row else {
            self.left_out += 1;
            return;
        };
        let label = format!("{name} = {}", written(self.program, value));
        self.place(Shape::Classical { row, label: shortened(&label, MAX_LABEL) });
    }

    fn stop(&mut self, label: &str) {
        self.place(Shape::Stop { label: label.to_owned() });
    }

    fn said(&self, word: &str, condition: ExpressionId) -> String {
        shortened(&format!("{word} {}", written(self.program, condition)), 2 * MAX_LABEL)
    }

    fn begin(&mut self, label: String) {
        let column = self.line_up();
        if column >= MAX_DRAWN_COLUMNS {
            self.is_full = true;
            return;
        }
        let depth = self.open.len();
        self.open.push((depth < MAX_DRAWN_NESTING).then_some(self.diagram.frames.len()));
        if depth < MAX_DRAWN_NESTING {
            self.diagram.frames.push(Frame { label, from: column, to: column, depth });
            self.free.fill(column + 1);
        }
    }

    fn end(&mut self) {
        let Some(Some(number)) = self.open.pop() else {
            return;
        };
        let column = self.line_up();
        self.diagram.frames[number].to = column;
        self.free.fill(column + 1);
    }

    /// The first column that is free in all rows.
    fn line_up(&self) -> usize {
        self.free.iter().copied().max().unwrap_or(0)
    }

    fn place(&mut self, shape: Shape) {
        let (low, high) = shape.span(self.free.len());
        let rows = self.free.get_mut(low..=high).unwrap_or_default();
        let column = rows.iter().copied().max().unwrap_or(0);
        if column >= MAX_DRAWN_COLUMNS || self.diagram.items.len() == MAX_DRAWN_STEPS {
            self.is_full = true;
            self.left_out += 1;
            return;
        }
        rows.fill(column + 1);
        self.diagram.items.push(Item { column, shape });
    }

    fn row(&self, qubit: u32) -> Option<usize> {
        Some(qubit as usize).filter(|row| *row < self.qubits)
    }

    /// `None` if one of them is not drawn.
    fn visible(&self, qubits: impl Iterator<Item = u32>) -> Option<Vec<usize>> {
        qubits.map(|qubit| self.row(qubit)).collect()
    }

    fn rows(&self, operands: Operands) -> Option<Vec<usize>> {
        self.visible(self.program.qubits(operands))
    }

    /// The row of a bit's register, if it is drawn, and the bit's number in it.
    fn register_of(&self, bit: u32) -> Option<(Option<usize>, u32)> {
        let registers = self.program.bit_registers();
        let at = registers.partition_point(|one| one.first + one.width <= bit);
        let register = registers.get(at)?;
        Some((*self.registers.get(at)?, bit.checked_sub(register.first)?))
    }

    fn parameters(&self, parameters: &[Parameter]) -> String {
        let texts: Vec<String> = parameters.iter().map(|one| self.parameter(*one)).collect();
        shortened(&texts.join(", "), MAX_LABEL)
    }

    fn parameter(&self, parameter: Parameter) -> String {
        match ((self.known)(parameter), parameter) {
            (Some(value), _) | (None, Parameter::Known(value)) => angle(value),
            (None, Parameter::Expression(id)) => written(self.program, id),
        }
    }

    fn finish(mut self) -> Diagram {
        self.diagram.columns = self.line_up().min(MAX_DRAWN_COLUMNS + MAX_DRAWN_NESTING);
        for number in self.open.into_iter().flatten() {
            self.diagram.frames[number].to = self.diagram.columns.saturating_sub(1);
        }
        let hidden = self.program.qubit_count() - self.qubits;
        let registers = self.program.bit_registers();
        let named = registers.iter().filter(|register| register.name.is_some()).count();
        let shown = self.registers.iter().flatten().count();
        for (count, one, many) in [
            (hidden, "more qubit is not drawn", "more qubits are not drawn"),
            (named - shown, "more bit register is not drawn", "more bit registers are not drawn"),
            (self.left_out, "step is not drawn", "steps are not drawn"),
            (self.phases, "global phase is not drawn", "global phases are not drawn"),
        ] {
            if count > 0 {
                self.diagram.notes.push(counted(count, one, many));
            }
        }
        self.diagram
    }
}

fn quantum_wires(program: &Program, count: usize) -> Vec<Wire> {
    let mut labels: Vec<String> = Vec::with_capacity(count);
    if let Some(numbers) = program.physical_qubits() {
        labels.extend(numbers.iter().take(count).map(|number| format!("${number}")));
    }
    for register in program.qubit_registers() {
        let name = shortened(&register.name, MAX_LABEL);
        let room = count.saturating_sub(labels.len());
        match register.width {
            1 => labels.extend(Some(name).filter(|_| room > 0)),
            width => {
                labels.extend((0..width).take(room).map(|index| format!("{name}[{index}]")));
            }
        }
    }
    labels.resize_with(count, String::new);
    labels.into_iter().map(|label| Wire { label, is_quantum: true }).collect()
}

fn classical(name: &str) -> Wire {
    Wire { label: shortened(name, MAX_LABEL), is_quantum: false }
}
