//! What can a program say?
//!
//! A tree in flat arenas: what belongs together lies together, and a [`List`] says where. Expressions are lists of
//! nodes in the order they are reckoned, so that no tree is deep enough to overflow a stack.

use std::fmt;
use std::marker::PhantomData;

use super::names::{Names, Symbol};
use super::pragma_tree::Pragma;
use crate::diagnostics::Span;
use quantum_program::{BinaryOperator, Language, UnaryOperator};

/// A parsed program.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) language: Language,
    pub(crate) body: Vec<Statement>,
    pub(crate) names: Names,
    pub(crate) arenas: Arenas,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Arenas {
    pub(crate) statements: Vec<Statement>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) expressions: Vec<Expression>,
    pub(crate) operands: Vec<Operand>,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) subscripts: Vec<Subscript>,
    pub(crate) items: Vec<Item>,
    pub(crate) names: Vec<Name>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) cases: Vec<Case>,
    pub(crate) gates: Vec<GateDefinition>,
    pub(crate) subroutines: Vec<Subroutine>,
    pub(crate) loops: Vec<ForLoop>,
    pub(crate) types: Vec<ClassicalType>,
    pub(crate) pragmas: Vec<Pragma>,
}

impl Arenas {
    /// With room for what a text of that many bytes mostly needs: room that is not used costs nothing.
    pub(crate) fn for_source(bytes: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(bytes / 10),
            expressions: Vec::with_capacity(bytes / 12),
            operands: Vec::with_capacity(bytes / 12),
            ..Self::default()
        }
    }
}

/// Neighbours in an arena.
pub(crate) struct List<T> {
    pub(crate) start: u32,
    pub(crate) count: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    pub(crate) const EMPTY: Self = Self { start: 0, count: 0, of: PhantomData };

    /// Moves what has been collected past `from` into the arena.
    pub(crate) fn moved(pending: &mut Vec<T>, from: usize, arena: &mut Vec<T>) -> Self {
        let start = narrow(arena.len());
        let count = narrow(pending.len() - from);
        arena.extend(pending.drain(from..));
        Self { start, count, of: PhantomData }
    }

    pub(crate) fn of<'a>(&self, arena: &'a [T]) -> &'a [T] {
        &arena[self.start as usize..self.start as usize + self.count as usize]
    }

    /// Without the first ones.
    pub(crate) fn rest(self, without: u32) -> Self {
        let without = without.min(self.count);
        Self { start: self.start + without, count: self.count - without, of: PhantomData }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}+{}", self.start, self.count)
    }
}

/// Arenas are shorter than the source text, whose length fits.
pub(crate) fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

pub(crate) type Block = List<Statement>;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    pub(crate) span: Span,
    pub(crate) kind: StatementKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    pub(crate) symbol: Symbol,
    pub(crate) span: Span,
}

/// Numbers are positions in arenas.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StatementKind {
    Gate(GateCall),
    Measure {
        source: Operand,
        target: Option<u32>,
    },
    Reset(Operand),
    Barrier(List<Operand>),
    Delay {
        duration: Expression,
        operands: List<Operand>,
    },
    Nop(List<Operand>),
    Box {
        duration: Option<Expression>,
        body: Block,
        verbatim: bool,
    },
    Qubits {
        name: Name,
        size: Option<Expression>,
    },
    Declare {
        name: Name,
        kind: u32,
        initial: Option<Expression>,
    },
    Const {
        name: Name,
        kind: u32,
        value: Expression,
    },
    Input {
        name: Name,
        kind: u32,
    },
    Output {
        name: Name,
        kind: u32,
    },
    Alias {
        name: Name,
        value: Expression,
    },
    /// `operator` is the one before the `=`.
    Assign {
        target: u32,
        operator: Option<BinaryOperator>,
        value: Expression,
    },
    Expression(Expression),
    If {
        condition: Expression,
        then: Block,
        otherwise: Option<Block>,
    },
    While {
        condition: Expression,
        body: Block,
    },
    For(u32),
    Switch {
        subject: Expression,
        cases: List<Case>,
    },
    Break,
    Continue,
    End,
    Return(Option<Expression>),
    Scope(Block),
    Define(u32),
    Subroutine(u32),
    /// A gate without a body.
    Opaque(Name),
    /// By its number.
    Pragma(u32),
    Include(Span),
}

/// The arguments are expressions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateCall {
    pub(crate) name: Name,
    /// In source order: the last one is applied first.
    pub(crate) modifiers: List<Modifier>,
    pub(crate) arguments: List<Expression>,
    pub(crate) operands: List<Operand>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Modifier {
    Control { span: Span, count: Option<Expression>, on_one: bool },
    Inverse,
    Power(Expression),
}

/// Qubits, bits or variables as they are named in a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand {
    pub(crate) span: Span,
    pub(crate) kind: OperandKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum OperandKind {
    /// `$7`
    Physical(u32),
    Whole(Symbol),
    /// One index, a number.
    Element(Symbol, u32),
    Indexed(Symbol, List<Subscript>),
}

/// What stands between one pair of brackets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subscript {
    pub(crate) span: Span,
    pub(crate) items: List<Item>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Item {
    Element(Expression),
    Range(Range),
    Set(List<Expression>),
}

/// Both ends belong to the range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) start: Option<Expression>,
    pub(crate) step: Option<Expression>,
    pub(crate) end: Option<Expression>,
}

/// Nodes `first..=root` of the arena, each after those it uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expression {
    pub(crate) first: u32,
    pub(crate) root: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Of the whole expression that ends with this node.
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

/// An operator takes what the nodes before it left.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NodeKind {
    Int(i64),
    /// Too large for a signed number.
    Uint(u64),
    Float(f64),
    Imaginary(f64),
    /// Seconds.
    Timing(f64),
    Bool(bool),
    /// The span without the quotes is the text.
    Bits,
    Name(Symbol),
    Physical(u32),
    Unary(UnaryOperator),
    /// Between the sides of `&&` and `||`: where the left one decides, go on at the node of that number.
    ShortCut {
        operator: BinaryOperator,
        to: u32,
    },
    Binary(BinaryOperator),
    /// The nodes up to that number are reckoned by the one there.
    Skip(u32),
    Call {
        name: Symbol,
        arguments: List<Expression>,
    },
    Cast {
        kind: u32,
    },
    Index(u32),
    Array(List<Expression>),
    Concatenation(List<Expression>),
    /// The number of an operand.
    Measure(u32),
    /// Reckoned by nobody: gates take no time here.
    DurationOf,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ClassicalType {
    pub(crate) span: Span,
    pub(crate) base: BaseType,
    pub(crate) width: Option<Expression>,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Single,
    Array(List<Expression>),
    /// An array parameter of a subroutine of which only the number of dimensions is said.
    Dimensions(Expression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BaseType {
    Int,
    Uint,
    Float,
    Angle,
    Complex,
    Bool,
    Bit,
    Duration,
    Stretch,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct GateDefinition {
    pub(crate) name: Name,
    pub(crate) parameters: List<Name>,
    pub(crate) qubits: List<Name>,
    pub(crate) body: Block,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Subroutine {
    pub(crate) name: Name,
    pub(crate) parameters: List<Parameter>,
    pub(crate) returns: Option<u32>,
    pub(crate) body: Block,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    pub(crate) kind: ParameterKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum ParameterKind {
    Qubits(Option<Expression>),
    Value(u32),
    /// An array that is looked at, or changed if it is mutable, in place.
    Array {
        kind: u32,
        mutable: bool,
    },
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// None for the `default` case.
    pub(crate) values: List<Expression>,
    pub(crate) is_default: bool,
    pub(crate) body: Block,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ForLoop {
    pub(crate) name: Name,
    pub(crate) kind: u32,
    pub(crate) values: Item,
    pub(crate) body: Block,
}
