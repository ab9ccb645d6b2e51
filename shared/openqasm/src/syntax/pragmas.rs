//! What do the pragmas of Braket say?

use super::ast::{List, Name, Operand, StatementKind, narrow};
use super::parser::{Parsed, Parser};
use super::pragma_tree::{FactorText, Matrix, Pragma, ResultRequest, TermText};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault, Span};

impl Parser<'_> {
    /// Pragmas are for whoever knows them; others leave them alone.
    pub(super) fn unknown_pragma(&mut self) -> Parsed<()> {
        let span = self.token().span;
        self.advance();
        self.faults.warn(Fault::new(
            Code::UnknownPragma,
            span,
            "this pragma is not known and has no effect",
            "remove it, or write a pragma that begins with `#pragma braket`",
        ));
        Ok(())
    }

    pub(super) fn braket_pragma(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let word = self.token();
        let pragma = match word.span.text(self.source) {
            "verbatim" => return self.verbatim(start),
            "unitary" => self.unitary()?,
            "noise" => self.noise()?,
            "result" => Pragma::Result(self.result()?),
            _ => {
                return Err(Fault::new(
                    Code::Pragma,
                    start.to(word.span),
                    "this pragma of Braket is not known",
                    "write `result`, `noise`, `unitary` or `verbatim` behind `#pragma braket`",
                ));
            }
        };
        let span = start.to(self.previous());
        self.end_of_pragma()?;
        self.arenas.pragmas.push(pragma);
        self.push(span, StatementKind::Pragma(narrow(self.arenas.pragmas.len() - 1)));
        Ok(())
    }

    fn end_of_pragma(&mut self) -> Parsed<()> {
        self.accept(TokenKind::Semicolon);
        if self.accept(TokenKind::PragmaEnd) {
            return Ok(());
        }
        Err(self.unexpected("the end of the line"))
    }

    fn verbatim(&mut self, span: Span) -> Parsed<()> {
        self.advance();
        self.end_of_pragma()?;
        if !self.is_at(TokenKind::Box) {
            return Err(Fault::new(
                Code::Pragma,
                span,
                "the verbatim pragma must be followed by a box",
                "write `box { … }` on the next line",
            ));
        }
        self.boxed(true)
    }

    fn unitary(&mut self) -> Parsed<Pragma> {
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        let matrix = self.matrix()?;
        self.expect(TokenKind::RightParenthesis)?;
        let targets = self.targets()?;
        Ok(Pragma::Unitary { matrix, targets })
    }

    fn noise(&mut self) -> Parsed<Pragma> {
        self.advance();
        let name = self.token().span;
        if !self.is_at(TokenKind::Name) {
            return Err(self.unexpected("the name of a noise channel, such as `bit_flip`"));
        }
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        let mut operators = Vec::new();
        let mut parameters = List::EMPTY;
        if self.is_at(TokenKind::LeftBracket) {
            loop {
                operators.push(self.matrix()?);
                if !self.accept(TokenKind::Comma) {
                    break;
                }
            }
            self.expect(TokenKind::RightParenthesis)?;
        } else {
            parameters = self.expressions(TokenKind::RightParenthesis)?;
        }
        let targets = self.targets()?;
        Ok(Pragma::Noise { name, parameters, operators, targets })
    }

    /// `[[1, 0], [0, 1im]]`
    fn matrix(&mut self) -> Parsed<Matrix> {
        let start = self.expect(TokenKind::LeftBracket)?;
        let mut rows = Vec::new();
        loop {
            self.expect(TokenKind::LeftBracket)?;
            rows.push(self.expressions(TokenKind::RightBracket)?);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        let end = self.expect(TokenKind::RightBracket)?;
        Ok(Matrix { span: start.to(end), rows })
    }

    fn targets(&mut self) -> Parsed<List<Operand>> {
        self.operands()
    }

    fn is_at_word(&self, word: &str) -> bool {
        self.is_at(TokenKind::Name) && self.token().span.text(self.source) == word
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_at_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// `None` for all qubits: nothing, or the word `all`.
    fn optional_targets(&mut self) -> Parsed<Option<List<Operand>>> {
        if self.accept_word("all") || matches!(self.kind(), TokenKind::PragmaEnd | TokenKind::End) {
            return Ok(None);
        }
        self.targets().map(Some)
    }

    fn result(&mut self) -> Parsed<ResultRequest> {
        self.advance();
        let word = self.token().span;
        self.advance();
        Ok(match word.text(self.source) {
            "state_vector" => ResultRequest::StateVector,
            "amplitude" => ResultRequest::Amplitude(self.states()?),
            "probability" => ResultRequest::Probability(self.optional_targets()?),
            "density_matrix" => ResultRequest::DensityMatrix(self.optional_targets()?),
            "expectation" => ResultRequest::Expectation(self.factors()?),
            "variance" => ResultRequest::Variance(self.factors()?),
            "sample" => ResultRequest::Sample(self.factors()?),
            "adjoint_gradient" => self.gradient()?,
            _ => {
                return Err(Fault::new(
                    Code::Pragma,
                    word,
                    "this result type is not known",
                    "write `state_vector`, `amplitude`, `probability`, `density_matrix`, `expectation`, `variance`, `sample` or `adjoint_gradient`",
                ));
            }
        })
    }

    fn states(&mut self) -> Parsed<Vec<Span>> {
        let mut states = Vec::new();
        loop {
            let span = self.token().span;
            if !self.accept(TokenKind::Text) {
                return Err(self.unexpected("a basis state in quotes, such as \"00\""));
            }
            states.push(span);
            if !self.accept(TokenKind::Comma) {
                return Ok(states);
            }
        }
    }

    fn factors(&mut self) -> Parsed<Vec<FactorText>> {
        let mut factors = Vec::new();
        loop {
            factors.push(self.factor()?);
            if !self.accept(TokenKind::At) {
                return Ok(factors);
            }
        }
    }

    fn factor(&mut self) -> Parsed<FactorText> {
        let name = self.token().span;
        match name.text(self.source) {
            "hermitian" => {
                self.advance();
                self.expect(TokenKind::LeftParenthesis)?;
                let matrix = self.matrix()?;
                self.expect(TokenKind::RightParenthesis)?;
                let targets = self.optional_targets()?;
                Ok(FactorText::Hermitian { matrix, targets })
            }
            "x" | "y" | "z" | "i" | "h" => {
                self.advance();
                if !self.accept(TokenKind::LeftParenthesis) {
                    self.accept_word("all");
                    return Ok(FactorText::Letter { name, operand: None });
                }
                let operand = self.operand()?;
                self.expect(TokenKind::RightParenthesis)?;
                Ok(FactorText::Letter { name, operand: Some(operand) })
            }
            _ => {
                let mut fault =
                    self.unexpected("an observable: `x`, `y`, `z`, `i`, `h` or `hermitian`");
                fault.help = "write for example `z(q[0]) @ x(q[1])`".to_owned();
                Err(fault)
            }
        }
    }

    /// `expectation(2 * x(q[0]) @ y(q[1]) - z(q[0])) theta, phi`, with or without the word.
    fn gradient(&mut self) -> Parsed<ResultRequest> {
        let is_wrapped = self.accept_word("expectation");
        if is_wrapped {
            self.expect(TokenKind::LeftParenthesis)?;
        }
        let mut terms = Vec::new();
        let mut is_negative = self.accept(TokenKind::Minus);
        loop {
            terms.push(self.term(is_negative)?);
            match self.kind() {
                TokenKind::Plus => is_negative = false,
                TokenKind::Minus => is_negative = true,
                _ => break,
            }
            self.advance();
            if self.accept(TokenKind::Minus) {
                is_negative = !is_negative;
            }
        }
        if is_wrapped {
            self.expect(TokenKind::RightParenthesis)?;
        }
        let inputs = self.inputs()?;
        Ok(ResultRequest::AdjointGradient { terms, inputs })
    }

    fn term(&mut self, is_negative: bool) -> Parsed<TermText> {
        let is_factor = matches!(
            self.token().span.text(self.source),
            "x" | "y" | "z" | "i" | "h" | "hermitian"
        );
        let mut coefficient = None;
        if !is_factor {
            coefficient = Some(self.coefficient()?);
            self.expect(TokenKind::Star)?;
        }
        Ok(TermText { coefficient, is_negative, factors: self.factors()? })
    }

    /// The number in front of a product of observables.
    fn coefficient(&mut self) -> Parsed<super::ast::Expression> {
        self.single_value()
    }

    fn inputs(&mut self) -> Parsed<Option<List<Name>>> {
        if self.accept_word("all") || matches!(self.kind(), TokenKind::PragmaEnd | TokenKind::End) {
            return Ok(None);
        }
        let from = self.pending.names.len();
        loop {
            let name = self.name()?;
            self.pending.names.push(name);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        Ok(Some(List::moved(&mut self.pending.names, from, &mut self.arenas.names)))
    }
}
