//! On which level does each step of a program stand, if every step begins as soon as it can?

use quantum_program::{Expression, ExpressionId, Program};

/// Nodes of an expression looked through for the bits it needs; a larger one waits for all measurements so far.
const MAX_NODES: usize = 64;

/// How many steps come before: of any width, and of those on two qubits or more.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Level {
    pub(crate) all: usize,
    pub(crate) wide: usize,
}

impl Level {
    pub(crate) fn or(self, other: Self) -> Self {
        Self { all: self.all.max(other.all), wide: self.wide.max(other.wide) }
    }
}

pub(crate) struct Levels<'a> {
    program: &'a Program,
    qubits: Vec<Level>,
    bits: Vec<Level>,
    variables: Vec<Level>,
    /// When everything measured so far is known.
    classical: Level,
    /// When everything written so far into arrays, at a place that only a run knows, is known.
    indexed: Level,
    /// When it is known that the open blocks run, the outermost first.
    blocks: Vec<Level>,
}

impl<'a> Levels<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        Self {
            program,
            qubits: vec![Level::default(); program.qubit_count()],
            bits: vec![Level::default(); program.bit_count()],
            variables: vec![Level::default(); program.variables().len()],
            classical: Level::default(),
            indexed: Level::default(),
            blocks: Vec::new(),
        }
    }

    pub(crate) fn deepest(&self) -> Level {
        self.qubits.iter().fold(Level::default(), |deepest, level| deepest.or(*level))
    }

    /// A step on these qubits, with what has to be known before.
    pub(crate) fn step(&mut self, qubits: impl Iterator<Item = u32> + Clone, known: Level) {
        let count = qubits.clone().take(2).count();
        let begin = self.line_up(qubits.clone(), known);
        let end = Level { all: begin.all + 1, wide: begin.wide + usize::from(count > 1) };
        for qubit in qubits {
            self.qubits[qubit as usize] = end;
        }
    }

    pub(crate) fn barrier(&mut self, qubits: impl Iterator<Item = u32> + Clone) {
        self.line_up(qubits, Level::default());
    }

    fn line_up(&mut self, qubits: impl Iterator<Item = u32> + Clone, known: Level) -> Level {
        let start = known.or(self.block());
        let begin =
            qubits.clone().fold(start, |level, qubit| level.or(self.qubits[qubit as usize]));
        for qubit in qubits {
            self.qubits[qubit as usize] = begin;
        }
        begin
    }

    pub(crate) fn measure(&mut self, qubit: u32, bit: u32) {
        let level = self.qubits[qubit as usize].or(self.block());
        self.bits[bit as usize] = level;
        self.classical = self.classical.or(level);
    }

    pub(crate) fn assign_bit(&mut self, bit: u32, value: ExpressionId) {
        self.bits[bit as usize] = self.known(value).or(self.block());
    }

    pub(crate) fn assign(&mut self, variable: u32, value: ExpressionId) {
        let level = self.known(value).or(self.block());
        self.variables[variable as usize] = level;
        self.classical = self.classical.or(level);
    }

    pub(crate) fn assign_entry(&mut self, index: ExpressionId, value: ExpressionId) {
        let level = self.known(value).or(self.known(index)).or(self.block());
        self.indexed = self.indexed.or(level);
        self.classical = self.classical.or(level);
    }

    pub(crate) fn begin_block(&mut self, condition: ExpressionId) {
        let level = self.known(condition).or(self.block());
        self.blocks.push(level);
    }

    pub(crate) fn end_block(&mut self) {
        self.blocks.pop();
    }

    fn block(&self) -> Level {
        self.blocks.last().copied().unwrap_or_default()
    }

    /// When the value of an expression is known.
    pub(crate) fn known(&self, value: ExpressionId) -> Level {
        let mut open = vec![value];
        let mut level = Level::default();
        let mut looked_at = 0;
        while let Some(id) = open.pop() {
            looked_at += 1;
            if looked_at > MAX_NODES {
                return self.classical;
            }
            let expression = self.program.expression(id);
            level = level.or(self.own(expression));
            open.extend(expression.uses());
        }
        level
    }

    fn own(&self, expression: Expression) -> Level {
        match expression {
            Expression::Bit(bit) => self.bits[bit as usize],
            Expression::Bits { first, width } => (first..first + u32::from(width))
                .fold(Level::default(), |level, bit| level.or(self.bits[bit as usize])),
            Expression::Variable(number) => self.variables[number as usize].or(self.indexed),
            Expression::Entry { .. } => self.classical,
            _ => Level::default(),
        }
    }
}
