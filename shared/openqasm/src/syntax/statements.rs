//! Which statement begins with which word?

use quantum_program::Language;

use super::ast::{GateCall, List, Modifier, OperandKind, StatementKind};
use super::parser::{Parsed, Parser};
use super::tokens::{TokenKind, keyword};
use crate::diagnostics::{Code, Fault, Span};

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Parsed<()> {
        self.count_statement()?;
        let token = self.token();
        let start = token.span;
        match token.kind {
            TokenKind::Name => self.named(),
            TokenKind::Semicolon => {
                self.advance();
                Ok(())
            }
            TokenKind::Annotation => {
                self.advance();
                Ok(())
            }
            TokenKind::Pragma => self.unknown_pragma(),
            TokenKind::BraketPragma => self.braket_pragma(),
            TokenKind::PragmaEnd => {
                self.advance();
                Ok(())
            }
            TokenKind::Measure => self.measure(),
            TokenKind::Reset => self.reset(),
            TokenKind::Barrier => self.barrier(),
            TokenKind::Ctrl | TokenKind::Negctrl | TokenKind::Inv | TokenKind::Pow => {
                self.modified_gate()
            }
            TokenKind::Gphase => self.gate_call(start, List::EMPTY),
            TokenKind::Include => self.include(),
            TokenKind::Qubit => self.qubits(),
            TokenKind::Qreg | TokenKind::Creg => self.old_register(),
            TokenKind::Const => self.constant(),
            TokenKind::Input | TokenKind::Output => self.interface(),
            TokenKind::Let => self.alias(),
            TokenKind::Gate => self.gate_definition(),
            TokenKind::Def => self.subroutine(),
            TokenKind::Opaque => self.opaque(),
            TokenKind::If => self.if_else(),
            TokenKind::For => self.for_loop(),
            TokenKind::While => self.while_loop(),
            TokenKind::Switch => self.switch(),
            TokenKind::Break => self.word(StatementKind::Break),
            TokenKind::Continue => self.word(StatementKind::Continue),
            TokenKind::EndWord => self.word(StatementKind::End),
            TokenKind::Return => self.returned(),
            TokenKind::Box => self.boxed(false),
            TokenKind::Delay => self.delay(),
            TokenKind::Nop => self.nop(),
            TokenKind::LeftBrace => {
                let body = self.block()?;
                self.push(start.to(self.previous()), StatementKind::Scope(body));
                Ok(())
            }
            kind if is_type(kind) => self.declaration(),
            kind => self.no_statement(kind),
        }
    }

    fn no_statement(&mut self, kind: TokenKind) -> Parsed<()> {
        match kind {
            TokenKind::Extern | TokenKind::Cal | TokenKind::Defcal | TokenKind::Defcalgrammar => {
                self.refused(kind)
            }
            TokenKind::Openqasm => Err(self.fault_here(
                Code::Placement,
                "the version must come first",
                "move this line to the top of the program",
            )),
            TokenKind::Else => Err(self.fault_here(
                Code::Syntax,
                "there is no `if` that this `else` belongs to",
                "write the `else` right behind the `}` of its `if`",
            )),
            TokenKind::PhysicalQubit
            | TokenKind::Integer
            | TokenKind::Float
            | TokenKind::LeftParenthesis
            | TokenKind::Minus
            | TokenKind::True
            | TokenKind::False => self.assignment_or_expression(),
            _ => Err(self.unexpected("a statement")),
        }
    }

    fn word(&mut self, kind: StatementKind) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.finish(start, kind)
    }

    /// A gate call, an assignment or the call of a subroutine: they all begin with a name.
    fn named(&mut self) -> Parsed<()> {
        let start = self.token().span;
        match self.kind_ahead(1) {
            TokenKind::Name | TokenKind::PhysicalQubit => self.gate_call(start, List::EMPTY),
            TokenKind::LeftParenthesis => self.call_or_gate(start),
            _ => self.assignment_or_expression(),
        }
    }

    fn modified_gate(&mut self) -> Parsed<()> {
        let start = self.token().span;
        let from = self.pending.modifiers.len();
        loop {
            let span = self.token().span;
            let modifier = match self.kind() {
                TokenKind::Inv => {
                    self.advance();
                    Modifier::Inverse
                }
                TokenKind::Pow => {
                    self.advance();
                    self.expect(TokenKind::LeftParenthesis)?;
                    let power = self.expression()?;
                    self.expect(TokenKind::RightParenthesis)?;
                    Modifier::Power(power)
                }
                kind @ (TokenKind::Ctrl | TokenKind::Negctrl) => {
                    self.advance();
                    let mut count = None;
                    if self.accept(TokenKind::LeftParenthesis) {
                        count = Some(self.expression()?);
                        self.expect(TokenKind::RightParenthesis)?;
                    }
                    Modifier::Control { span, count, on_one: kind == TokenKind::Ctrl }
                }
                _ => break,
            };
            self.expect(TokenKind::At)?;
            self.pending.modifiers.push(modifier);
        }
        let modifiers = List::moved(&mut self.pending.modifiers, from, &mut self.arenas.modifiers);
        self.gate_call(start, modifiers)
    }

    fn gate_call(&mut self, start: Span, modifiers: List<Modifier>) -> Parsed<()> {
        let is_phase = self.is_at(TokenKind::Gphase);
        let name = if is_phase { self.keyword_name() } else { self.name()? };
        let arguments = if self.accept(TokenKind::LeftParenthesis) {
            self.expressions(TokenKind::RightParenthesis)?
        } else {
            List::EMPTY
        };
        if is_phase && self.is_at(TokenKind::Semicolon) {
            let call = GateCall { name, modifiers, arguments, operands: List::EMPTY };
            return self.finish(start, StatementKind::Gate(call));
        }
        self.duration_of_gate()?;
        let operands = self.operands()?;
        self.finish(start, StatementKind::Gate(GateCall { name, modifiers, arguments, operands }))
    }

    /// `rx(0.1) q;` or `f(q);`
    fn call_or_gate(&mut self, start: Span) -> Parsed<()> {
        let (mut depth, mut braces) = (0_usize, 0_usize);
        let mut ahead = 1;
        loop {
            self.look_ahead(ahead + 1);
            match self.kind_ahead(ahead) {
                TokenKind::LeftParenthesis => depth += 1,
                TokenKind::RightParenthesis if depth == 1 => break,
                TokenKind::RightParenthesis => depth -= 1,
                TokenKind::LeftBrace => braces += 1,
                TokenKind::RightBrace if braces > 0 => braces -= 1,
                TokenKind::Semicolon | TokenKind::RightBrace if braces == 0 => break,
                TokenKind::End => break,
                _ => {}
            }
            ahead += 1;
        }
        match self.kind_ahead(ahead + 1) {
            TokenKind::Name | TokenKind::PhysicalQubit | TokenKind::LeftBracket => {
                self.gate_call(start, List::EMPTY)
            }
            _ => self.assignment_or_expression(),
        }
    }

    /// `[100ns]` behind the name of a gate.
    fn duration_of_gate(&mut self) -> Parsed<()> {
        if self.accept(TokenKind::LeftBracket) {
            self.expression()?;
            self.expect(TokenKind::RightBracket)?;
        }
        Ok(())
    }

    fn measure(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let source = self.operand()?;
        let target =
            if self.accept(TokenKind::Arrow) { Some(self.stored_operand()?) } else { None };
        self.finish(start, StatementKind::Measure { source, target })
    }

    pub(super) fn stored_operand(&mut self) -> Parsed<u32> {
        let operand = self.operand()?;
        self.arenas.operands.push(operand);
        Ok(super::ast::narrow(self.arenas.operands.len() - 1))
    }

    fn reset(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let operand = self.operand()?;
        self.finish(start, StatementKind::Reset(operand))
    }

    fn barrier(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let operands = self.optional_operands()?;
        self.finish(start, StatementKind::Barrier(operands))
    }

    fn nop(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let operands = self.optional_operands()?;
        self.finish(start, StatementKind::Nop(operands))
    }

    fn delay(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.expect(TokenKind::LeftBracket)?;
        let duration = self.expression()?;
        self.expect(TokenKind::RightBracket)?;
        let operands = self.optional_operands()?;
        self.finish(start, StatementKind::Delay { duration, operands })
    }

    pub(super) fn boxed(&mut self, verbatim: bool) -> Parsed<()> {
        let start = self.token().span;
        self.expect(TokenKind::Box)?;
        let duration = self.designator()?;
        let body = self.block()?;
        self.push(start, StatementKind::Box { duration, body, verbatim });
        Ok(())
    }

    fn include(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let file = self.token().span;
        if !self.accept(TokenKind::Text) {
            return Err(self.unexpected("the name of a file in quotes"));
        }
        self.finish(start, StatementKind::Include(file))
    }

    /// `a = b;`, `a[0] += b;`, or an expression by itself.
    fn assignment_or_expression(&mut self) -> Parsed<()> {
        let start = self.token().span;
        if self.is_at(TokenKind::Name) && self.kind_ahead(1) != TokenKind::LeftParenthesis {
            let target = self.operand()?;
            if let Some(operator) = self.assignment_operator() {
                return self.assignment(start, target, operator);
            }
            if matches!(self.kind(), TokenKind::Name | TokenKind::PhysicalQubit)
                && let OperandKind::Indexed(symbol, _) = target.kind
            {
                // what looked like an index was the duration of a gate
                let name = super::ast::Name { symbol, span: target.span };
                let operands = self.operands()?;
                let call =
                    GateCall { name, modifiers: List::EMPTY, arguments: List::EMPTY, operands };
                return self.finish(start, StatementKind::Gate(call));
            }
            return Err(self.bare_operand(start));
        }
        let value = self.expression()?;
        self.finish(start, StatementKind::Expression(value))
    }

    fn bare_operand(&self, start: Span) -> Box<Fault> {
        let word = start.text(self.source);
        if self.language == Language::OpenQasm2 && keyword(word).is_some() {
            return Fault::new(
                Code::Version,
                start,
                format!("`{word}` is not part of OpenQASM 2"),
                "write `OPENQASM 3.0;` at the top if this is an OpenQASM 3 program",
            );
        }
        if self.is_at(TokenKind::Semicolon) {
            return Fault::new(
                Code::Syntax,
                start.to(self.previous()),
                "this names something, but says nothing about it",
                format!("apply a gate to it, for example `x {word};`, or assign it a value"),
            );
        }
        self.unexpected("`=`, or the qubits that a gate is applied to")
    }
}

pub(super) fn is_type(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bool
            | TokenKind::Bit
            | TokenKind::Int
            | TokenKind::Uint
            | TokenKind::FloatWord
            | TokenKind::Angle
            | TokenKind::Complex
            | TokenKind::Array
            | TokenKind::Duration
            | TokenKind::Stretch
    )
}
