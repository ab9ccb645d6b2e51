//! How are registers, inputs and constants declared?

use super::ast::{BaseType, ClassicalType, Expression, Operand, StatementKind};
use super::lexer::TokenKind;
use super::parser::Parser;
use super::unsupported;
use crate::diagnostics::Fault;

type Parsed<T> = Result<T, Fault>;

impl Parser<'_> {
    pub(super) fn qubits(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let size = self.optional_width()?;
        let name = self.new_name()?;
        self.finish(start, StatementKind::Qubits { name, size })
    }

    /// `qreg q[2];` and `creg c[2];` of OpenQASM 2.
    pub(super) fn old_register(&mut self, quantum: bool) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let name = self.new_name()?;
        let size = self.optional_width()?;
        let kind = match quantum {
            true => StatementKind::Qubits { name, size },
            false => StatementKind::Bits { name, size, initial: None },
        };
        self.finish(start, kind)
    }

    pub(super) fn bits(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let size = self.optional_width()?;
        let name = self.new_name()?;
        if !self.accept("=") {
            return self.finish(start, StatementKind::Bits { name, size, initial: None });
        }
        if !self.accept_word("measure") {
            let initial = Some(self.expression()?);
            return self.finish(start, StatementKind::Bits { name, size, initial });
        }
        let source = self.operand()?;
        let target = Some(Operand { span: name, name, index: None });
        self.finish(start, StatementKind::Bits { name, size, initial: None })?;
        let span = start.to(source.span);
        let kind = StatementKind::Measure { source, target };
        self.statements.push(super::ast::Statement { span, kind });
        Ok(())
    }

    pub(super) fn input(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let kind = self.classical_type()?;
        let name = self.new_name()?;
        self.finish(start, StatementKind::Input { kind, name })
    }

    pub(super) fn constant(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let kind = self.classical_type()?;
        let name = self.new_name()?;
        self.expect("=")?;
        let value = self.expression()?;
        self.finish(start, StatementKind::Const { kind, name, value })
    }

    fn classical_type(&mut self) -> Parsed<ClassicalType> {
        let span = self.token().span;
        let word = span.text(self.source);
        let base = match word {
            "int" => BaseType::Int,
            "uint" => BaseType::Uint,
            "float" => BaseType::Float,
            "angle" => BaseType::Angle,
            "bool" => BaseType::Bool,
            "bit" => BaseType::Bit,
            _ => {
                return Err(match unsupported::construct(word) {
                    Some((message, help)) if self.token().kind == TokenKind::Name => {
                        Fault::new(span, message, help)
                    }
                    _ => self.unexpected("a type (int, uint, float, angle, bool or bit)"),
                });
            }
        };
        self.advance();
        let width = self.optional_width()?;
        Ok(ClassicalType { span: span.to(self.previous()), base, width })
    }

    fn optional_width(&mut self) -> Parsed<Option<Expression>> {
        if !self.accept("[") {
            return Ok(None);
        }
        let width = self.expression()?;
        self.expect("]")?;
        Ok(Some(width))
    }
}
