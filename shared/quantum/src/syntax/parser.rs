//! How is a sequence of tokens read as statements, and how is reading resumed after a mistake?

use super::ast::{Document, Node, Operand, Statement, StatementKind};
use super::lexer::{Token, TokenKind, tokens};
use super::unsupported;
use crate::diagnostics::{Fault, Faults, Span};
use crate::limits::{MAX_NESTING, MAX_STATEMENTS};

type Parsed<T> = Result<T, Fault>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Two,
    Three,
}

pub(crate) fn document(source: &str, faults: &mut Faults) -> Document {
    let mut parser = Parser {
        source,
        tokens: tokens(source, faults),
        at: 0,
        depth: 0,
        read: 0,
        version: Version::Three,
        statements: Vec::new(),
        nodes: Vec::new(),
    };
    parser.document(faults);
    Document { statements: parser.statements, nodes: parser.nodes }
}

pub(crate) struct Parser<'a> {
    pub(super) source: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    depth: usize,
    read: usize,
    pub(super) version: Version,
    pub(super) statements: Vec<Statement>,
    pub(super) nodes: Vec<Node>,
}

impl Parser<'_> {
    fn document(&mut self, faults: &mut Faults) {
        if let Err(fault) = self.version_line() {
            faults.push(fault);
            self.recover();
        }
        while self.token().kind != TokenKind::End && !faults.is_full() {
            self.depth = 0;
            let before = self.at;
            if let Err(fault) = self.statement() {
                faults.push(fault);
                self.at = before;
                self.recover();
            }
            if self.read > MAX_STATEMENTS {
                return;
            }
        }
    }

    fn version_line(&mut self) -> Parsed<()> {
        if !self.accept_word("OPENQASM") {
            return Ok(());
        }
        let token = self.token();
        let text = token.span.text(self.source);
        self.version = match text.split('.').next() {
            Some("3") => Version::Three,
            Some("2") => Version::Two,
            _ => {
                return Err(Fault::new(
                    token.span,
                    "this version of OpenQASM is not known",
                    "write `OPENQASM 3.0;` or `OPENQASM 2.0;`",
                ));
            }
        };
        self.advance();
        self.expect(";").map(drop)
    }

    pub(super) fn statement(&mut self) -> Parsed<()> {
        self.count_statement()?;
        let token = self.token();
        match token.kind {
            TokenKind::Sign(";") => {
                self.advance();
                Ok(())
            }
            TokenKind::Pragma => self.pragma(token.span),
            TokenKind::Annotation => {
                self.advance();
                Ok(())
            }
            TokenKind::Name => self.worded(token.span),
            TokenKind::PhysicalQubit => self.assignment(),
            _ => Err(self.unexpected("a statement")),
        }
    }

    pub(super) fn count_statement(&mut self) -> Parsed<()> {
        self.read += 1;
        if self.read > MAX_STATEMENTS {
            return Err(self.fault_here(
                &format!("the program has more than {MAX_STATEMENTS} statements"),
                "split it into several programs, or repeat gates with custom gates",
            ));
        }
        Ok(())
    }

    fn worded(&mut self, span: Span) -> Parsed<()> {
        match span.text(self.source) {
            "include" => self.include(),
            "qubit" => self.qubits(),
            "qreg" => self.old_register(true),
            "creg" => self.old_register(false),
            "bit" => self.bits(),
            "input" => self.input(),
            "const" => self.constant(),
            "gate" => self.gate_definition(),
            "measure" => self.measure(),
            "reset" => self.reset(),
            "barrier" => self.barrier(),
            "box" => self.boxed(),
            "OPENQASM" => Err(self.fault_here(
                "the version must come first",
                "move this line to the top of the program",
            )),
            word => match unsupported::construct(word) {
                Some((message, help)) => Err(Fault::new(span, message, help)),
                None if self.is_assignment() => self.assignment(),
                None => self.gate_call_statement(),
            },
        }
    }

    pub(super) fn operands(&mut self) -> Parsed<Vec<Operand>> {
        let mut operands = vec![self.operand()?];
        while self.accept(",") {
            operands.push(self.operand()?);
        }
        Ok(operands)
    }

    pub(super) fn operand(&mut self) -> Parsed<Operand> {
        let name = self.token().span;
        if !matches!(self.token().kind, TokenKind::Name | TokenKind::PhysicalQubit) {
            return Err(self.unexpected("a qubit or a register"));
        }
        self.advance();
        let index = if self.accept("[") { Some(self.index()?) } else { None };
        if self.is_at("[") {
            return Err(self.fault_here(
                "an index cannot be indexed again",
                "write one index, for example `q[2]`",
            ));
        }
        Ok(Operand { span: name.to(self.previous()), name, index })
    }

    pub(super) fn finish(&mut self, start: Span, kind: StatementKind) -> Parsed<()> {
        self.end_statement()?;
        self.statements.push(Statement { span: start.to(self.before_previous()), kind });
        Ok(())
    }

    pub(super) fn end_statement(&mut self) -> Parsed<()> {
        self.expect(";").map(drop)
    }

    pub(super) fn token(&self) -> Token {
        self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn previous(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    fn before_previous(&self) -> Span {
        self.tokens[self.at.saturating_sub(2)].span
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    pub(super) fn is_at(&self, sign: &str) -> bool {
        matches!(self.token().kind, TokenKind::Sign(found) if found == sign)
    }

    pub(super) fn accept(&mut self, sign: &str) -> bool {
        let found = self.is_at(sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let token = self.token();
        let found = token.kind == TokenKind::Name && token.span.text(self.source) == word;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &'static str) -> Parsed<Span> {
        let span = self.token().span;
        if self.accept(sign) {
            return Ok(span);
        }
        Err(self.unexpected(&format!("`{sign}`")))
    }

    pub(super) fn new_name(&mut self) -> Parsed<Span> {
        let token = self.token();
        if token.kind != TokenKind::Name {
            return Err(self.unexpected("a name"));
        }
        self.advance();
        Ok(token.span)
    }

    /// Items separated by commas up to `close`, which is read too; a last comma is allowed.
    pub(super) fn list<T>(
        &mut self,
        close: &'static str,
        item: fn(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        while !self.is_at(close) {
            items.push(item(self)?);
            if !self.accept(",") {
                break;
            }
        }
        self.expect(close)?;
        Ok(items)
    }

    pub(super) fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.fault_here(
                &format!("this is nested more than {MAX_NESTING} levels deep"),
                "name intermediate values with `const`, or gates with `gate`",
            ));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn fault_here(&self, message: &str, help: &str) -> Fault {
        Fault::new(self.token().span, message, help)
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Fault {
        let token = self.token();
        let (span, found) = match token.kind {
            TokenKind::End => (self.previous(), "the end of the program".to_owned()),
            _ => {
                let text: String = token.span.text(self.source).chars().take(40).collect();
                (token.span, format!("`{text}`"))
            }
        };
        Fault::new(
            span,
            format!("expected {wanted}, found {found}"),
            format!("write {wanted} here, and end every statement with `;`"),
        )
    }

    /// Skips to after the next `;` outside braces, or after the block that comes first.
    fn recover(&mut self) {
        let mut open = 0_usize;
        loop {
            let kind = self.token().kind;
            self.advance();
            match kind {
                TokenKind::End => return,
                TokenKind::Sign("{") => open += 1,
                TokenKind::Sign("}") if open <= 1 => {
                    if self.token().span.text(self.source) != "else" {
                        self.accept(";");
                        return;
                    }
                    open = 0;
                }
                TokenKind::Sign("}") => open -= 1,
                TokenKind::Sign(";") | TokenKind::Pragma if open == 0 => return,
                _ => {}
            }
        }
    }
}
