//! How are gates defined and called?

use super::ast::{Expression, GateCall, GateDefinition, Modifier, StatementKind};
use super::lexer::TokenKind;
use super::parser::Parser;
use super::unsupported;
use crate::diagnostics::{Fault, Span};

type Parsed<T> = Result<T, Fault>;

impl Parser<'_> {
    pub(super) fn gate_definition(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let name = self.new_name()?;
        let parameters = match self.accept("(") {
            true => self.list(")", Self::new_name)?,
            false => Vec::new(),
        };
        let qubits = self.gate_qubits()?;
        self.expect("{")?;
        let mut body = Vec::new();
        while !self.accept("}") {
            self.count_statement()?;
            body.extend(self.gate_body_statement()?);
        }
        let span = start.to(name);
        let kind = StatementKind::Gate(GateDefinition { name, parameters, qubits, body });
        self.statements.push(super::ast::Statement { span, kind });
        Ok(())
    }

    pub(super) fn gate_call_statement(&mut self) -> Parsed<()> {
        let call = self.gate_call()?;
        let span = call.span;
        self.statements.push(super::ast::Statement { span, kind: StatementKind::Call(call) });
        Ok(())
    }

    fn gate_qubits(&mut self) -> Parsed<Vec<Span>> {
        let mut qubits = Vec::new();
        while !self.is_at("{") {
            qubits.push(self.new_name()?);
            if !self.accept(",") {
                break;
            }
        }
        Ok(qubits)
    }

    /// A barrier in a gate body orders what is already in order, and so says nothing.
    fn gate_body_statement(&mut self) -> Parsed<Option<GateCall>> {
        let token = self.token();
        if self.accept(";") {
            return Ok(None);
        }
        if token.kind != TokenKind::Name {
            return Err(self.unexpected("a gate or `}`"));
        }
        if self.accept_word("barrier") {
            if !self.is_at(";") {
                self.operands()?;
            }
            self.end_statement()?;
            return Ok(None);
        }
        let word = token.span.text(self.source);
        if let Some((message, help)) = unsupported::in_gate_body(word) {
            return Err(Fault::new(token.span, message, help));
        }
        self.gate_call().map(Some)
    }

    fn gate_call(&mut self) -> Parsed<GateCall> {
        let start = self.token().span;
        let mut modifiers = Vec::new();
        while let Some(modifier) = self.modifier()? {
            modifiers.push(modifier);
        }
        let name = self.new_name()?;
        let arguments = match self.accept("(") {
            true => self.list(")", Self::expression)?,
            false => Vec::new(),
        };
        if self.is_at("[") {
            return Err(self.fault_here(
                "durations are not supported yet",
                "remove the duration of the gate: simulated gates take no time",
            ));
        }
        let operands = if self.is_at(";") { Vec::new() } else { self.operands()? };
        let span = start.to(self.previous());
        self.end_statement()?;
        Ok(GateCall { span, name, modifiers, arguments, operands })
    }

    fn modifier(&mut self) -> Parsed<Option<Modifier>> {
        let start = self.token().span;
        let word = start.text(self.source);
        if self.token().kind != TokenKind::Name {
            return Ok(None);
        }
        let modifier = match word {
            "ctrl" | "negctrl" => {
                self.advance();
                let count = self.optional_argument()?;
                Modifier::Control { count, on_one: word == "ctrl" }
            }
            "inv" => {
                self.advance();
                Modifier::Inverse
            }
            "pow" => {
                self.advance();
                let exponent = self.optional_argument()?;
                let exponent = exponent.ok_or_else(|| self.unexpected("`(` and an exponent"))?;
                Modifier::Power(exponent)
            }
            _ => return Ok(None),
        };
        self.expect("@")?;
        Ok(Some(modifier))
    }

    fn optional_argument(&mut self) -> Parsed<Option<Expression>> {
        if !self.accept("(") {
            return Ok(None);
        }
        let argument = self.expression()?;
        self.expect(")")?;
        Ok(Some(argument))
    }
}
