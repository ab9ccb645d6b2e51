//! How are registers, variables, constants, inputs and outputs declared?

use quantum_program::Language;

use super::ast::{BaseType, ClassicalType, Expression, List, Shape, StatementKind, narrow};
use super::parser::{Parsed, Parser};
use super::statements::is_type;
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault};

impl Parser<'_> {
    pub(super) fn qubits(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let size = self.designator()?;
        let name = self.name()?;
        self.finish(start, StatementKind::Qubits { name, size })
    }

    /// `qreg q[2];` and `creg c[2];`
    pub(super) fn old_register(&mut self) -> Parsed<()> {
        let start = self.token().span;
        let is_quantum = self.is_at(TokenKind::Qreg);
        self.advance();
        let name = self.name()?;
        let size = self.designator()?;
        if self.language == Language::OpenQasm3 {
            let (old, new) = if is_quantum { ("qreg", "qubit") } else { ("creg", "bit") };
            let text = name.span.text(self.source);
            self.faults.warn(Fault::new(
                Code::Deprecated,
                start,
                format!("`{old}` is the way of OpenQASM 2"),
                format!("write `{new}[…] {text};`"),
            ));
        }
        if is_quantum {
            return self.finish(start, StatementKind::Qubits { name, size });
        }
        let kind = self.stored_type(ClassicalType {
            span: start,
            base: BaseType::Bit,
            width: size,
            shape: Shape::Single,
        });
        self.finish(start, StatementKind::Declare { name, kind, initial: None })
    }

    /// `int x = 1;`, `bit[2] c = measure q;`, `array[int, 2] a = {1, 2};`
    pub(super) fn declaration(&mut self) -> Parsed<()> {
        let start = self.token().span;
        let kind = self.classical_type()?;
        if self.is_at(TokenKind::LeftParenthesis) {
            return Err(self.fault_here(
                Code::Syntax,
                "a converted value by itself does nothing",
                "declare a variable with it: `int x = int(y);`",
            ));
        }
        let name = self.name()?;
        let initial =
            if self.accept(TokenKind::Equals) { Some(self.initial_value()?) } else { None };
        self.finish(start, StatementKind::Declare { name, kind, initial })
    }

    pub(super) fn constant(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let kind = self.classical_type()?;
        let name = self.name()?;
        self.expect(TokenKind::Equals)?;
        let value = self.initial_value()?;
        self.finish(start, StatementKind::Const { name, kind, value })
    }

    pub(super) fn interface(&mut self) -> Parsed<()> {
        let start = self.token().span;
        let is_input = self.is_at(TokenKind::Input);
        self.advance();
        let kind = self.classical_type()?;
        let name = self.name()?;
        let statement = if is_input {
            StatementKind::Input { name, kind }
        } else {
            StatementKind::Output { name, kind }
        };
        self.finish(start, statement)
    }

    pub(super) fn alias(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let name = self.name()?;
        self.expect(TokenKind::Equals)?;
        let value = self.initial_value()?;
        self.finish(start, StatementKind::Alias { name, value })
    }

    /// `[…]`, if there is one.
    pub(super) fn designator(&mut self) -> Parsed<Option<Expression>> {
        if !self.accept(TokenKind::LeftBracket) {
            return Ok(None);
        }
        let size = self.expression()?;
        self.expect(TokenKind::RightBracket)?;
        Ok(Some(size))
    }

    pub(super) fn stored_type(&mut self, kind: ClassicalType) -> u32 {
        self.arenas.types.push(kind);
        narrow(self.arenas.types.len() - 1)
    }

    pub(super) fn classical_type(&mut self) -> Parsed<u32> {
        let kind = match self.kind() {
            TokenKind::Array => self.array_type()?,
            _ => self.scalar_type()?,
        };
        Ok(self.stored_type(kind))
    }

    fn scalar_type(&mut self) -> Parsed<ClassicalType> {
        let span = self.token().span;
        let base = match self.kind() {
            TokenKind::Int => BaseType::Int,
            TokenKind::Uint => BaseType::Uint,
            TokenKind::FloatWord => BaseType::Float,
            TokenKind::Angle => BaseType::Angle,
            TokenKind::Complex => BaseType::Complex,
            TokenKind::Bool => BaseType::Bool,
            TokenKind::Bit => BaseType::Bit,
            TokenKind::Duration => BaseType::Duration,
            TokenKind::Stretch => BaseType::Stretch,
            _ => return Err(self.unexpected("a type such as `int`, `float` or `bit[2]`")),
        };
        self.advance();
        let width = match base {
            BaseType::Bool | BaseType::Duration | BaseType::Stretch => None,
            BaseType::Complex => {
                if self.accept(TokenKind::LeftBracket) {
                    self.scalar_type()?;
                    self.expect(TokenKind::RightBracket)?;
                }
                None
            }
            _ => self.designator()?,
        };
        let span = span.to(self.previous());
        Ok(ClassicalType { span, base, width, shape: Shape::Single })
    }

    /// `array[int[8], 2, 3]`, or as a parameter `array[int[8], #dim = 2]`.
    pub(super) fn array_type(&mut self) -> Parsed<ClassicalType> {
        let span = self.expect(TokenKind::Array)?;
        self.expect(TokenKind::LeftBracket)?;
        if !is_type(self.kind()) {
            return Err(self.unexpected("the type of the elements"));
        }
        let element = self.scalar_type()?;
        self.expect(TokenKind::Comma)?;
        let shape = if self.accept(TokenKind::Dim) {
            self.expect(TokenKind::Equals)?;
            let dimensions = self.expression()?;
            self.expect(TokenKind::RightBracket)?;
            Shape::Dimensions(dimensions)
        } else {
            Shape::Array(self.expressions(TokenKind::RightBracket)?)
        };
        let span = span.to(self.previous());
        Ok(ClassicalType { span, shape, ..element })
    }

    /// Items separated by commas up to `close`, which is read too; a last comma is allowed.
    pub(super) fn expressions(&mut self, close: TokenKind) -> Parsed<List<Expression>> {
        let from = self.pending.expressions.len();
        while !self.is_at(close) {
            let expression = self.expression()?;
            self.pending.expressions.push(expression);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(close)?;
        Ok(List::moved(&mut self.pending.expressions, from, &mut self.arenas.expressions))
    }
}
