//! What can a program say?

use crate::diagnostics::Span;

/// A parsed program; every expression lives in one arena, so that no tree is deep enough to overflow a stack.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) statements: Vec<Statement>,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) span: Span,
    pub(crate) kind: StatementKind,
}

#[derive(Debug)]
pub(crate) enum StatementKind {
    Input { kind: ClassicalType, name: Span },
    Const { kind: ClassicalType, name: Span, value: Expression },
    Qubits { name: Span, size: Option<Expression> },
    Bits { name: Span, size: Option<Expression>, initial: Option<Expression> },
    Gate(GateDefinition),
    Call(GateCall),
    Measure { source: Operand, target: Option<Operand> },
    Reset(Operand),
    Barrier(Vec<Operand>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ClassicalType {
    pub(crate) span: Span,
    pub(crate) base: BaseType,
    pub(crate) width: Option<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BaseType {
    Int,
    Uint,
    Float,
    Angle,
    Bool,
    Bit,
}

#[derive(Debug)]
pub(crate) struct GateDefinition {
    pub(crate) name: Span,
    pub(crate) parameters: Vec<Span>,
    pub(crate) qubits: Vec<Span>,
    pub(crate) body: Vec<GateCall>,
}

#[derive(Debug)]
pub(crate) struct GateCall {
    pub(crate) span: Span,
    pub(crate) name: Span,
    /// In source order: the last one is applied first.
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) arguments: Vec<Expression>,
    pub(crate) operands: Vec<Operand>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Modifier {
    Control { count: Option<Expression>, on_one: bool },
    Inverse,
    Power(Expression),
}

/// A name, perhaps with an index, standing for qubits or bits.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) span: Span,
    pub(crate) name: Span,
    pub(crate) index: Option<Index>,
}

#[derive(Debug, Clone)]
pub(crate) enum Index {
    Element(Expression),
    /// Both ends belong to the range.
    Range {
        start: Option<Expression>,
        step: Option<Expression>,
        end: Option<Expression>,
    },
    Set(Vec<Expression>),
}

/// Nodes `first..=root` of the arena, each after those it uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expression {
    pub(crate) first: u32,
    pub(crate) root: u32,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

/// Numbers are positions in the arena.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NodeKind {
    Int(i64),
    Float(f64),
    Bool(bool),
    /// The span without the quotes is the text.
    Bits,
    /// The span is the name.
    Name,
    Unary(UnaryOperator, u32),
    Binary(BinaryOperator, u32, u32),
    Call(Function, u32),
    Element {
        of: u32,
        index: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnaryOperator {
    Negate,
    Not,
    Complement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Division as OpenQASM 2 has it, of whole numbers too.
    RealDivide,
    Remainder,
    Power,
    And,
    Or,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Exp,
    Ln,
    Sqrt,
    Abs,
    Floor,
    Ceiling,
}
