//! How are gates and subroutines defined?

use super::ast::{
    GateDefinition, List, Name, Parameter, ParameterKind, StatementKind, Subroutine, narrow,
};
use super::parser::{Parsed, Parser};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault};

impl Parser<'_> {
    pub(super) fn gate_definition(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let name = self.name()?;
        let parameters = if self.accept(TokenKind::LeftParenthesis) {
            self.names(TokenKind::RightParenthesis)?
        } else {
            List::EMPTY
        };
        let qubits = self.names(TokenKind::LeftBrace)?;
        if qubits.is_empty() {
            return Err(self.unexpected("the names of the qubits the gate acts on"));
        }
        let body = self.block()?;
        let span = start.to(name.span);
        self.arenas.gates.push(GateDefinition { name, parameters, qubits, body });
        self.push(span, StatementKind::Define(narrow(self.arenas.gates.len() - 1)));
        Ok(())
    }

    /// Names separated by commas; a closing parenthesis is read too, a brace is not.
    fn names(&mut self, close: TokenKind) -> Parsed<List<Name>> {
        let from = self.pending.names.len();
        while !self.is_at(close) {
            let name = self.name()?;
            self.pending.names.push(name);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        if close == TokenKind::RightParenthesis {
            self.expect(close)?;
        }
        Ok(List::moved(&mut self.pending.names, from, &mut self.arenas.names))
    }

    /// `opaque g(a) q;` of OpenQASM 2.
    pub(super) fn opaque(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let name = self.name()?;
        if self.accept(TokenKind::LeftParenthesis) {
            self.names(TokenKind::RightParenthesis)?;
        }
        self.names(TokenKind::Semicolon)?;
        self.finish(start, StatementKind::Opaque(name))
    }

    pub(super) fn subroutine(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let name = self.name()?;
        self.expect(TokenKind::LeftParenthesis)?;
        let parameters = self.parameters()?;
        let returns =
            if self.accept(TokenKind::Arrow) { Some(self.classical_type()?) } else { None };
        let body = self.block()?;
        let span = start.to(name.span);
        self.arenas.subroutines.push(Subroutine { name, parameters, returns, body });
        self.push(span, StatementKind::Subroutine(narrow(self.arenas.subroutines.len() - 1)));
        Ok(())
    }

    fn parameters(&mut self) -> Parsed<List<Parameter>> {
        let from = self.pending.parameters.len();
        while !self.is_at(TokenKind::RightParenthesis) {
            let parameter = self.parameter()?;
            self.pending.parameters.push(parameter);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParenthesis)?;
        Ok(List::moved(&mut self.pending.parameters, from, &mut self.arenas.parameters))
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        match self.kind() {
            TokenKind::Qubit => {
                self.advance();
                let size = self.designator()?;
                let name = self.name()?;
                Ok(Parameter { name, kind: ParameterKind::Qubits(size) })
            }
            TokenKind::Qreg => {
                self.advance();
                let name = self.name()?;
                let size = self.designator()?;
                Ok(Parameter { name, kind: ParameterKind::Qubits(size) })
            }
            TokenKind::Creg => self.old_bits(),
            TokenKind::Readonly | TokenKind::Mutable => {
                let mutable = self.is_at(TokenKind::Mutable);
                self.advance();
                let kind = self.array_type()?;
                let kind = self.stored_type(kind);
                let name = self.name()?;
                Ok(Parameter { name, kind: ParameterKind::Array { kind, mutable } })
            }
            TokenKind::Array => Err(self.fault_here(
                Code::Syntax,
                "an array parameter must say whether the subroutine may change it",
                "write `readonly array[…]` or `mutable array[…]`",
            )),
            _ => {
                let kind = self.classical_type()?;
                let name = self.name()?;
                Ok(Parameter { name, kind: ParameterKind::Value(kind) })
            }
        }
    }

    fn old_bits(&mut self) -> Parsed<Parameter> {
        let span = self.token().span;
        self.advance();
        let name = self.name()?;
        let width = self.designator()?;
        let kind = self.stored_type(super::ast::ClassicalType {
            span,
            base: super::ast::BaseType::Bit,
            width,
            shape: super::ast::Shape::Single,
        });
        Ok(Parameter { name, kind: ParameterKind::Value(kind) })
    }

    /// What a simulated circuit has no use for; the whole statement is read, so that nothing in it is reported.
    pub(super) fn refused(&mut self, kind: TokenKind) -> Parsed<()> {
        let span = self.token().span;
        let fault = match kind {
            TokenKind::Extern => Fault::new(
                Code::Unsupported,
                span,
                "`extern` functions are not part of a program that runs by itself",
                "calculate the value before the run and pass it as an `input`, or write the function as a `def`",
            ),
            _ => Fault::new(
                Code::Unsupported,
                span,
                "pulse-level calibrations (`cal`, `defcal`, `defcalgrammar`) are not simulated",
                "remove the calibration: the gates themselves are known; send pulse programs to a device that takes them",
            ),
        };
        Err(fault)
    }
}
