//! How does an expression become nodes in the order they are reckoned?

use quantum_program::{BinaryOperator, Language, UnaryOperator};

use super::ast::{Expression, List, Node, NodeKind, narrow};
use super::parser::{Parsed, Parser};
use super::statements::is_type;
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Span};

/// What binds tighter has a higher number.
const LOGICAL_OR: u8 = 1;
const LOGICAL_AND: u8 = 2;
const BIT_OR: u8 = 3;
const BIT_XOR: u8 = 4;
const BIT_AND: u8 = 5;
const EQUALITY: u8 = 6;
const COMPARISON: u8 = 7;
const SHIFT: u8 = 8;
const ADDITIVE: u8 = 9;
const MULTIPLICATIVE: u8 = 10;
const UNARY: u8 = 11;
const POWER: u8 = 12;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        let first = narrow(self.arenas.nodes.len());
        self.binary(LOGICAL_OR)?;
        Ok(Expression { first, root: narrow(self.arenas.nodes.len() - 1) })
    }

    /// One value without operators, as a factor in front of something that is no expression.
    pub(super) fn single_value(&mut self) -> Parsed<Expression> {
        let first = narrow(self.arenas.nodes.len());
        self.indexed()?;
        Ok(Expression { first, root: narrow(self.arenas.nodes.len() - 1) })
    }

    /// What a variable may be given: an expression, or values joined or listed.
    pub(super) fn initial_value(&mut self) -> Parsed<Expression> {
        let first = narrow(self.arenas.nodes.len());
        self.listed_or_joined()?;
        Ok(Expression { first, root: narrow(self.arenas.nodes.len() - 1) })
    }

    fn listed_or_joined(&mut self) -> Parsed<()> {
        let start = self.token().span;
        if self.is_at(TokenKind::LeftBrace) {
            return self.array_literal();
        }
        let skip = self.begin_skip(start);
        let first = self.expression()?;
        if !self.is_at(TokenKind::DoublePlus) {
            return Ok(());
        }
        let from = self.pending.expressions.len();
        self.pending.expressions.push(first);
        while self.accept(TokenKind::DoublePlus) {
            let next = self.expression()?;
            self.pending.expressions.push(next);
        }
        let parts = List::moved(&mut self.pending.expressions, from, &mut self.arenas.expressions);
        self.end_skip(skip, start, NodeKind::Concatenation(parts));
        Ok(())
    }

    fn array_literal(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.enter()?;
        let skip = self.begin_skip(start);
        let from = self.pending.expressions.len();
        while !self.is_at(TokenKind::RightBrace) {
            let element = self.initial_value()?;
            self.pending.expressions.push(element);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightBrace)?;
        self.leave();
        let elements =
            List::moved(&mut self.pending.expressions, from, &mut self.arenas.expressions);
        self.end_skip(skip, start, NodeKind::Array(elements));
        Ok(())
    }

    /// The nodes from here on are jumped over, as the one that ends them reckons them itself.
    fn begin_skip(&mut self, span: Span) -> usize {
        self.node(span, NodeKind::Skip(narrow(self.arenas.nodes.len() + 1)));
        self.arenas.nodes.len() - 1
    }

    fn end_skip(&mut self, skip: usize, start: Span, kind: NodeKind) {
        self.arenas.nodes[skip].kind = NodeKind::Skip(narrow(self.arenas.nodes.len()));
        self.node(start.to(self.previous()), kind);
    }

    fn node(&mut self, span: Span, kind: NodeKind) {
        self.arenas.nodes.push(Node { span, kind });
    }

    fn last_span(&self) -> Span {
        self.arenas.nodes.last().map_or_else(Span::default, |node| node.span)
    }

    fn binary(&mut self, weakest: u8) -> Parsed<()> {
        let start = self.token().span;
        self.unary()?;
        while let Some((operator, binding)) = self.operator() {
            if binding < weakest {
                return Ok(());
            }
            self.advance();
            let cut = matches!(operator, BinaryOperator::And | BinaryOperator::Or)
                .then_some(self.arenas.nodes.len());
            if cut.is_some() {
                self.node(start, NodeKind::ShortCut { operator, to: 0 });
            }
            self.enter()?;
            // a power is taken of what stands right of it first
            self.binary(if binding == POWER { UNARY } else { binding + 1 })?;
            self.leave();
            let span = start.to(self.last_span());
            self.node(span, NodeKind::Binary(operator));
            if let Some(at) = cut {
                let to = narrow(self.arenas.nodes.len());
                self.arenas.nodes[at].kind = NodeKind::ShortCut { operator, to };
            }
        }
        Ok(())
    }

    fn operator(&self) -> Option<(BinaryOperator, u8)> {
        use BinaryOperator as Op;
        let is_old = self.language == Language::OpenQasm2;
        Some(match self.kind() {
            TokenKind::DoubleStar => (Op::Power, POWER),
            TokenKind::Caret if is_old => (Op::Power, POWER),
            TokenKind::Star => (Op::Multiply, MULTIPLICATIVE),
            TokenKind::Slash if is_old => (Op::RealDivide, MULTIPLICATIVE),
            TokenKind::Slash => (Op::Divide, MULTIPLICATIVE),
            TokenKind::Percent => (Op::Remainder, MULTIPLICATIVE),
            TokenKind::Plus => (Op::Add, ADDITIVE),
            TokenKind::Minus => (Op::Subtract, ADDITIVE),
            TokenKind::ShiftLeft => (Op::ShiftLeft, SHIFT),
            TokenKind::ShiftRight => (Op::ShiftRight, SHIFT),
            TokenKind::Less => (Op::Less, COMPARISON),
            TokenKind::LessEquals => (Op::LessEqual, COMPARISON),
            TokenKind::Greater => (Op::Greater, COMPARISON),
            TokenKind::GreaterEquals => (Op::GreaterEqual, COMPARISON),
            TokenKind::DoubleEquals => (Op::Equal, EQUALITY),
            TokenKind::NotEquals => (Op::NotEqual, EQUALITY),
            TokenKind::Ampersand => (Op::BitAnd, BIT_AND),
            TokenKind::Caret => (Op::BitXor, BIT_XOR),
            TokenKind::Pipe => (Op::BitOr, BIT_OR),
            TokenKind::DoubleAmpersand => (Op::And, LOGICAL_AND),
            TokenKind::DoublePipe => (Op::Or, LOGICAL_OR),
            _ => return None,
        })
    }

    /// Signs before a value bind weaker than a power: `-2**2` is -4.
    fn unary(&mut self) -> Parsed<()> {
        let start = self.token().span;
        let operator = match self.kind() {
            TokenKind::Minus => UnaryOperator::Negate,
            TokenKind::Exclamation => UnaryOperator::Not,
            TokenKind::Tilde => UnaryOperator::Complement,
            TokenKind::Plus => {
                return Err(self.fault_here(
                    Code::Syntax,
                    "a plus cannot stand before a value",
                    "leave the `+` out",
                ));
            }
            _ => return self.indexed(),
        };
        self.advance();
        self.enter()?;
        self.binary(UNARY)?;
        self.leave();
        let span = start.to(self.last_span());
        self.node(span, NodeKind::Unary(operator));
        Ok(())
    }

    fn indexed(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.primary()?;
        while self.is_at(TokenKind::LeftBracket) {
            let skip = self.begin_skip(start);
            self.enter()?;
            let subscripts = self.subscripts()?;
            self.leave();
            self.end_skip(skip, start, NodeKind::Index(subscripts.start));
            // one node takes one pair of brackets
            for more in 1..subscripts.count {
                let span = self.last_span();
                self.node(span, NodeKind::Index(subscripts.start + more));
            }
        }
        Ok(())
    }

    fn primary(&mut self) -> Parsed<()> {
        let token = self.token();
        let kind = match token.kind {
            TokenKind::Name if self.kind_ahead(1) == TokenKind::LeftParenthesis => {
                return self.call();
            }
            // `pow` is a function here, and a modifier before a gate
            TokenKind::Pow => return self.call(),
            TokenKind::Name => NodeKind::Name(token.symbol),
            TokenKind::Integer
            | TokenKind::Float
            | TokenKind::Imaginary
            | TokenKind::Timing
            | TokenKind::Text => {
                let kind = self.literal()?;
                self.node(token.span, kind);
                return Ok(());
            }
            TokenKind::PhysicalQubit => {
                let number = self.physical()?;
                self.node(token.span, NodeKind::Physical(number));
                return Ok(());
            }
            TokenKind::True => NodeKind::Bool(true),
            TokenKind::False => NodeKind::Bool(false),
            TokenKind::LeftParenthesis => return self.parenthesised(),
            TokenKind::Measure => return self.measured(),
            TokenKind::Durationof => return self.duration_of(),
            kind if is_type(kind) => return self.cast(),
            _ => return Err(self.unexpected("a value")),
        };
        self.advance();
        self.node(token.span, kind);
        Ok(())
    }

    fn parenthesised(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.enter()?;
        self.binary(LOGICAL_OR)?;
        self.leave();
        let end = self.expect(TokenKind::RightParenthesis)?;
        if let Some(node) = self.arenas.nodes.last_mut() {
            node.span = start.to(end);
        }
        Ok(())
    }

    fn call(&mut self) -> Parsed<()> {
        let token = self.token();
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        self.enter()?;
        let skip = self.begin_skip(token.span);
        let arguments = self.expressions(TokenKind::RightParenthesis)?;
        self.leave();
        self.end_skip(skip, token.span, NodeKind::Call { name: token.symbol, arguments });
        Ok(())
    }

    fn cast(&mut self) -> Parsed<()> {
        let start = self.token().span;
        // the width is an expression of its own
        let skip = self.begin_skip(start);
        let kind = self.classical_type()?;
        self.arenas.nodes[skip].kind = NodeKind::Skip(narrow(self.arenas.nodes.len()));
        self.expect(TokenKind::LeftParenthesis)?;
        self.enter()?;
        self.binary(LOGICAL_OR)?;
        self.leave();
        let end = self.expect(TokenKind::RightParenthesis)?;
        self.node(start.to(end), NodeKind::Cast { kind });
        Ok(())
    }

    fn measured(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let skip = self.begin_skip(start);
        let operand = self.stored_operand()?;
        self.end_skip(skip, start, NodeKind::Measure(operand));
        Ok(())
    }

    /// `durationof({ … })`
    fn duration_of(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        let skip = self.begin_skip(start);
        self.block()?;
        self.expect(TokenKind::RightParenthesis)?;
        self.end_skip(skip, start, NodeKind::DurationOf);
        Ok(())
    }
}
