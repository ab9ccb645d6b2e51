//! Which kinds of mistakes and doubts are told apart?

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)*) => {
        /// A kind of mistake; its text never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The text is not as the grammar has it.
    Syntax => "syntax",
    /// A number, a text or a comment that cannot be read.
    Literal => "literal",
    /// The version of the language is not known.
    Version => "version",
    /// A file that is not built in.
    Include => "include",
    /// A part of the language that a simulated circuit has no use for.
    Unsupported => "unsupported",
    /// A pragma that is not known or not as it should be.
    Pragma => "pragma",
    UnknownName => "unknown-name",
    DuplicateName => "duplicate-name",
    /// A name that stands for something of another kind.
    WrongKind => "wrong-kind",
    /// A value of another type than is needed.
    Type => "type",
    /// An expression without a value.
    Undefined => "undefined",
    /// A value that has to be known before the run.
    NotConstant => "not-constant",
    /// Something that cannot be assigned to.
    ReadOnly => "read-only",
    /// An index outside a register or an array.
    Index => "index",
    /// Registers, arrays or matrices of sizes that do not go together.
    Size => "size",
    /// A wrong number of parameters, qubits or arguments.
    Arity => "arity",
    /// One qubit used twice by one gate.
    RepeatedQubit => "repeated-qubit",
    /// Qubits by register and by number in one program.
    MixedQubits => "mixed-qubits",
    /// A statement that may not stand where it does.
    Placement => "placement",
    /// A gate or subroutine that leads back to itself.
    Recursion => "recursion",
    /// A gate that cannot be raised to that power or inverted.
    Modifier => "modifier",
    /// A matrix that is not one of a gate, an observable or a channel.
    Matrix => "matrix",
    /// A probability out of its range.
    Probability => "probability",
    /// A limit is met.
    Limit => "limit",
    /// The value given for an input does not fit its type.
    InputValue => "input-value",
    /// Warning: the pragma means nothing here.
    UnknownPragma => "unknown-pragma",
    /// Warning: an older way of writing.
    Deprecated => "deprecated",
    /// Warning: a declared qubit register or input is not used.
    Unused => "unused",
    /// Warning: a measured bit is measured into again before anything reads it.
    Overwritten => "overwritten",
    /// Warning: a quotient of whole numbers loses its fraction.
    WholeDivision => "whole-division",
    /// Warning: a custom gate has the name of a built-in one.
    Shadowing => "shadowing",
    /// Warning: a statement that is never reached.
    Unreachable => "unreachable",
    /// Warning: a statement that does nothing.
    NoEffect => "no-effect",
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
