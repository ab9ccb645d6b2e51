//! How is a sequence of tokens read as statements, and how is reading resumed after a mistake?

use quantum_program::Language;

use super::ast::{
    Arenas, Block, Document, Expression, Item, List, Modifier, Name, Operand, Parameter, Statement,
    StatementKind, Subscript,
};
use super::lexer::Lexer;
use super::tokens::{Token, TokenKind};
use crate::diagnostics::{Code, Fault, Faults, Span};
use crate::limits::{MAX_NESTING, MAX_STATEMENTS};

/// Tokens that are always read past the next one.
const LOOK_AHEAD: usize = 4;
/// Tokens kept before they are dropped together.
const TOKENS_KEPT: usize = 4_096;

pub(super) type Parsed<T> = Result<T, Box<Fault>>;

pub(crate) fn document(source: &str, faults: &mut Faults) -> Document {
    let mut lexer = Lexer::new(source);
    lexer.read(faults);
    let mut parser = Parser {
        source,
        lexer,
        at: 0,
        depth: 0,
        read: 0,
        language: Language::OpenQasm3,
        arenas: Arenas::for_source(source.len()),
        pending: Pending::default(),
        faults,
    };
    let body = parser.document();
    let Parser { language, arenas, lexer, .. } = parser;
    Document { language, body, names: lexer.names, arenas }
}

/// Parts of lists that are not complete yet; lists within lists are moved to the arenas first.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) statements: Vec<Statement>,
    pub(super) expressions: Vec<Expression>,
    pub(super) operands: Vec<Operand>,
    pub(super) modifiers: Vec<Modifier>,
    pub(super) subscripts: Vec<Subscript>,
    pub(super) items: Vec<Item>,
    pub(super) names: Vec<Name>,
    pub(super) parameters: Vec<Parameter>,
}

pub(super) struct Parser<'a> {
    pub(super) source: &'a str,
    lexer: Lexer<'a>,
    /// The token that is read next, among those the lexer holds.
    at: usize,
    depth: usize,
    read: usize,
    pub(super) language: Language,
    pub(super) arenas: Arenas,
    pub(super) pending: Pending,
    pub(super) faults: &'a mut Faults,
}

impl Parser<'_> {
    fn document(&mut self) -> Vec<Statement> {
        if let Err(fault) = self.version_line() {
            self.faults.push(fault);
            self.recover();
        }
        while self.kind() != TokenKind::End && !self.faults.is_full() {
            self.depth = 0;
            self.forget_tokens();
            if self.kind() == TokenKind::RightBrace {
                let fault = self.unexpected("a statement");
                self.faults.push(fault);
                self.advance();
                continue;
            }
            self.statement_or_recover();
            if self.read > MAX_STATEMENTS {
                break;
            }
        }
        std::mem::take(&mut self.pending.statements)
    }

    /// Between statements only the token before is still looked at.
    fn forget_tokens(&mut self) {
        if self.at > TOKENS_KEPT {
            self.lexer.found.drain(..self.at - 1);
            self.at = 1;
        }
    }

    fn version_line(&mut self) -> Parsed<()> {
        if !self.accept(TokenKind::Openqasm) {
            return Ok(());
        }
        let token = self.token();
        let text = token.span.text(self.source);
        self.language = match text.split('.').next() {
            Some("3") => Language::OpenQasm3,
            Some("2") => Language::OpenQasm2,
            _ => {
                return Err(Fault::new(
                    Code::Version,
                    token.span,
                    "this version of OpenQASM is not known",
                    "write `OPENQASM 3.0;` or `OPENQASM 2.0;`",
                ));
            }
        };
        self.advance();
        self.end_statement()
    }

    /// A mistake in a block costs only the statement it is in.
    fn statement_or_recover(&mut self) {
        let before = self.at;
        let depth = self.depth;
        let collected = self.pending.statements.len();
        if let Err(fault) = self.statement() {
            self.faults.push(fault);
            self.at = before;
            self.depth = depth;
            self.pending.truncate(collected);
            self.recover();
        }
    }

    pub(super) fn count_statement(&mut self) -> Parsed<()> {
        self.read += 1;
        if self.read > MAX_STATEMENTS {
            return Err(self.fault_here(
                Code::Limit,
                format!("the program has more than {MAX_STATEMENTS} statements"),
                "split it into several programs, or repeat gates with loops and custom gates",
            ));
        }
        Ok(())
    }

    /// `{ … }`
    pub(super) fn block(&mut self) -> Parsed<Block> {
        self.expect(TokenKind::LeftBrace)?;
        self.enter()?;
        let from = self.pending.statements.len();
        while !self.accept(TokenKind::RightBrace) {
            if self.kind() == TokenKind::End {
                return Err(self.unexpected("`}`"));
            }
            if self.faults.is_full() || self.read > MAX_STATEMENTS {
                return Err(self.unexpected("`}`"));
            }
            self.statement_or_recover();
        }
        self.leave();
        Ok(List::moved(&mut self.pending.statements, from, &mut self.arenas.statements))
    }

    /// A block, or one statement in place of one.
    pub(super) fn body(&mut self) -> Parsed<Block> {
        if self.is_at(TokenKind::LeftBrace) {
            return self.block();
        }
        self.enter()?;
        let from = self.pending.statements.len();
        self.statement()?;
        self.leave();
        Ok(List::moved(&mut self.pending.statements, from, &mut self.arenas.statements))
    }

    pub(super) fn finish(&mut self, start: Span, kind: StatementKind) -> Parsed<()> {
        let span = start.to(self.previous());
        self.end_statement()?;
        self.push(span, kind);
        Ok(())
    }

    pub(super) fn push(&mut self, span: Span, kind: StatementKind) {
        self.pending.statements.push(Statement { span, kind });
    }

    pub(super) fn end_statement(&mut self) -> Parsed<()> {
        self.expect(TokenKind::Semicolon).map(drop)
    }

    pub(super) fn token(&self) -> Token {
        self.lexer.found[self.at]
    }

    pub(super) fn ahead(&self, by: usize) -> Token {
        let last = self.lexer.found.len() - 1;
        self.lexer.found[(self.at + by).min(last)]
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.lexer.found[self.at].kind
    }

    pub(super) fn kind_ahead(&self, by: usize) -> TokenKind {
        self.lexer.found.get(self.at + by).map_or(TokenKind::End, |token| token.kind)
    }

    pub(super) fn previous(&self) -> Span {
        self.lexer.found[self.at.saturating_sub(1)].span
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.lexer.found.len() - 1);
        self.look_ahead(LOOK_AHEAD);
    }

    /// Reads so many tokens past the next one, if there are so many.
    pub(super) fn look_ahead(&mut self, count: usize) {
        while self.at + count >= self.lexer.found.len() && !self.lexer.is_done {
            self.lexer.read(self.faults);
        }
    }

    pub(super) fn is_at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    pub(super) fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.is_at(kind);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, kind: TokenKind) -> Parsed<Span> {
        let span = self.token().span;
        if self.accept(kind) {
            return Ok(span);
        }
        Err(self.missing(kind))
    }

    pub(super) fn name(&mut self) -> Parsed<Name> {
        let token = self.token();
        if token.kind != TokenKind::Name {
            return Err(self.not_a_name());
        }
        self.advance();
        Ok(Name { symbol: token.symbol, span: token.span })
    }

    /// A keyword that stands where a name does.
    pub(super) fn keyword_name(&mut self) -> Name {
        let token = self.token();
        self.advance();
        Name { symbol: token.symbol, span: token.span }
    }

    fn not_a_name(&self) -> Box<Fault> {
        let token = self.token();
        if token.kind.is_word() {
            let word = token.kind.text();
            return self.fault_here(
                Code::Syntax,
                format!("`{word}` is a word of the language and cannot be a name"),
                format!("choose another name, for example `{word}_1`"),
            );
        }
        self.unexpected("a name")
    }

    pub(super) fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.fault_here(
                Code::Limit,
                format!("this is nested more than {MAX_NESTING} levels deep"),
                "name intermediate values with `const`, or put inner parts into a `gate` or a `def`",
            ));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn fault_here(
        &self,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Box<Fault> {
        Fault::new(code, self.token().span, message, help)
    }

    /// A sign that should be here, and most often was forgotten at the end of what stands before.
    fn missing(&self, kind: TokenKind) -> Box<Fault> {
        let wanted = kind.text();
        let mut fault = self.unexpected(&format!("`{wanted}`"));
        if kind == TokenKind::Semicolon {
            let end = self.previous().end as usize;
            fault.span = Span::new(end.saturating_sub(1), end);
            fault.help = "end every statement with `;`".to_owned();
        } else {
            fault.help = format!("write `{wanted}` here");
        }
        fault
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Box<Fault> {
        let token = self.token();
        let (span, found) = match token.kind {
            TokenKind::End | TokenKind::PragmaEnd => {
                (self.previous(), token.kind.text().to_owned())
            }
            kind if kind.is_fixed() => (token.span, format!("`{}`", kind.text())),
            _ => {
                let text: String = token.span.text(self.source).chars().take(40).collect();
                (token.span, format!("`{text}`"))
            }
        };
        Fault::new(
            Code::Syntax,
            span,
            format!("expected {wanted}, found {found}"),
            format!("write {wanted} here"),
        )
    }

    /// Skips to after the next `;` outside braces, or after the block that comes first, but not out of the block it is in.
    fn recover(&mut self) {
        let mut open = 0_usize;
        loop {
            let kind = self.kind();
            if kind == TokenKind::End || (kind == TokenKind::RightBrace && open == 0) {
                return;
            }
            self.advance();
            match kind {
                TokenKind::LeftBrace => open += 1,
                TokenKind::RightBrace if open == 1 => {
                    open = 0;
                    if self.kind() != TokenKind::Else {
                        self.accept(TokenKind::Semicolon);
                        return;
                    }
                }
                TokenKind::RightBrace => open -= 1,
                TokenKind::Semicolon
                | TokenKind::Pragma
                | TokenKind::PragmaEnd
                | TokenKind::Annotation
                    if open == 0 =>
                {
                    return;
                }
                _ => {}
            }
        }
    }
}

impl Pending {
    /// Forgets what a statement that is not one has left.
    fn truncate(&mut self, statements: usize) {
        self.statements.truncate(statements);
        self.expressions.clear();
        self.operands.clear();
        self.modifiers.clear();
        self.subscripts.clear();
        self.items.clear();
        self.names.clear();
        self.parameters.clear();
    }
}
