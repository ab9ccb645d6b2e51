//! How are arithmetic expressions and indices read?

use super::ast::{BinaryOperator, Expression, Function, Index, Node, NodeKind, UnaryOperator};
use super::lexer::TokenKind;
use super::parser::{Parser, Version};
use crate::diagnostics::{Fault, Span};

type Parsed<T> = Result<T, Fault>;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        let first = self.next_node();
        let root = self.binary(0)?;
        Ok(Expression { first, root, span: self.node_span(root) })
    }

    /// `[…]`, the opening bracket already read.
    pub(super) fn index(&mut self) -> Parsed<Index> {
        let index = if self.accept("{") {
            Index::Set(self.list("}", Self::expression)?)
        } else {
            self.element_or_range()?
        };
        if self.is_at(",") {
            return Err(self.fault_here(
                "indexing in several dimensions is not supported",
                "registers have one dimension; to pick several elements write `[{0, 2}]`",
            ));
        }
        self.expect("]")?;
        Ok(index)
    }

    fn element_or_range(&mut self) -> Parsed<Index> {
        let start = if self.is_at(":") { None } else { Some(self.expression()?) };
        let Some(()) = self.accept(":").then_some(()) else {
            return start.map(Index::Element).ok_or_else(|| self.unexpected("an index"));
        };
        let second = self.range_part()?;
        if self.accept(":") {
            let end = self.range_part()?;
            return Ok(Index::Range { start, step: second, end });
        }
        Ok(Index::Range { start, step: None, end: second })
    }

    fn range_part(&mut self) -> Parsed<Option<Expression>> {
        if self.is_at("]") || self.is_at(":") {
            return Ok(None);
        }
        self.expression().map(Some)
    }

    /// Operators that bind tighter than `floor`, from the left.
    fn binary(&mut self, floor: u8) -> Parsed<u32> {
        let mut left = self.prefix()?;
        while let Some((operator, strength)) = self.operator() {
            if strength <= floor {
                break;
            }
            self.advance();
            self.enter()?;
            // a power groups from the right: 2**3**2 is 2**9
            let right_floor =
                if operator == BinaryOperator::Power { strength - 1 } else { strength };
            let right = self.binary(right_floor)?;
            self.leave();
            let span = self.node_span(left).to(self.node_span(right));
            left = self.push_node(NodeKind::Binary(operator, left, right), span);
        }
        Ok(left)
    }

    fn operator(&self) -> Option<(BinaryOperator, u8)> {
        use BinaryOperator as Op;
        let TokenKind::Sign(sign) = self.token().kind else {
            return None;
        };
        Some(match sign {
            "||" => (Op::Or, 1),
            "&&" => (Op::And, 2),
            "|" => (Op::BitOr, 3),
            "^" if self.version == Version::Two => (Op::Power, POWER),
            "^" => (Op::BitXor, 4),
            "&" => (Op::BitAnd, 5),
            "==" => (Op::Equal, 6),
            "!=" => (Op::NotEqual, 6),
            "<" => (Op::Less, 7),
            "<=" => (Op::LessEqual, 7),
            ">" => (Op::Greater, 7),
            ">=" => (Op::GreaterEqual, 7),
            "<<" => (Op::ShiftLeft, 8),
            ">>" => (Op::ShiftRight, 8),
            "+" => (Op::Add, 9),
            "-" => (Op::Subtract, 9),
            "*" => (Op::Multiply, 10),
            "/" if self.version == Version::Two => (Op::RealDivide, 10),
            "/" => (Op::Divide, 10),
            "%" => (Op::Remainder, 10),
            "**" => (Op::Power, POWER),
            _ => return None,
        })
    }

    fn prefix(&mut self) -> Parsed<u32> {
        let operator = match self.token().kind {
            TokenKind::Sign("-") => UnaryOperator::Negate,
            TokenKind::Sign("!") => UnaryOperator::Not,
            TokenKind::Sign("~") => UnaryOperator::Complement,
            TokenKind::Sign("+") => {
                self.advance();
                self.enter()?;
                let inner = self.prefix()?;
                self.leave();
                return Ok(inner);
            }
            _ => return self.postfix(),
        };
        let start = self.token().span;
        self.advance();
        self.enter()?;
        // -2**2 is -(2**2)
        let inner = self.binary(POWER - 1)?;
        self.leave();
        let span = start.to(self.node_span(inner));
        Ok(self.push_node(NodeKind::Unary(operator, inner), span))
    }

    fn postfix(&mut self) -> Parsed<u32> {
        let of = self.atom()?;
        if !self.accept("[") {
            return Ok(of);
        }
        self.enter()?;
        let index = self.binary(0)?;
        self.leave();
        let end = self.expect("]")?;
        let span = self.node_span(of).to(end);
        Ok(self.push_node(NodeKind::Element { of, index }, span))
    }

    fn atom(&mut self) -> Parsed<u32> {
        let token = self.token();
        let kind = match token.kind {
            TokenKind::Int(value) => NodeKind::Int(value),
            TokenKind::Float(value) => NodeKind::Float(value),
            TokenKind::Text => NodeKind::Bits,
            TokenKind::Name => return self.named(token.span),
            TokenKind::Sign("(") => return self.grouped(),
            _ => return Err(self.unexpected("a value")),
        };
        self.advance();
        Ok(self.push_node(kind, token.span))
    }

    fn grouped(&mut self) -> Parsed<u32> {
        self.advance();
        self.enter()?;
        let inner = self.binary(0)?;
        self.leave();
        self.expect(")")?;
        Ok(inner)
    }

    fn named(&mut self, span: Span) -> Parsed<u32> {
        let name = span.text(self.source);
        if let Some(value) = constant(name) {
            self.advance();
            return Ok(self.push_node(value, span));
        }
        if name == "measure" {
            return Err(self.fault_here(
                "a measurement cannot be part of an expression",
                "measure into a bit of its own: `b = measure q;`",
            ));
        }
        self.advance();
        if !self.is_at("(") {
            return Ok(self.push_node(NodeKind::Name, span));
        }
        self.function(span)
    }

    fn function(&mut self, span: Span) -> Parsed<u32> {
        let name = span.text(self.source);
        self.expect("(")?;
        self.enter()?;
        let node = match name {
            "mod" | "pow" => {
                let left = self.binary(0)?;
                self.expect(",")?;
                let right = self.binary(0)?;
                let operator = match name {
                    "mod" => BinaryOperator::Remainder,
                    _ => BinaryOperator::Power,
                };
                NodeKind::Binary(operator, left, right)
            }
            _ => {
                let function = function(name).ok_or_else(|| unknown_function(name, span))?;
                NodeKind::Call(function, self.binary(0)?)
            }
        };
        self.leave();
        let end = self.expect(")")?;
        Ok(self.push_node(node, span.to(end)))
    }

    fn push_node(&mut self, kind: NodeKind, span: Span) -> u32 {
        let at = self.next_node();
        self.nodes.push(Node { span, kind });
        at
    }

    /// The arena holds less than one node a source byte, and a source has at most a million.
    fn next_node(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    fn node_span(&self, node: u32) -> Span {
        self.nodes[node as usize].span
    }
}

const POWER: u8 = 12;

fn constant(name: &str) -> Option<NodeKind> {
    Some(match name {
        "pi" | "π" => NodeKind::Float(std::f64::consts::PI),
        "tau" | "τ" => NodeKind::Float(std::f64::consts::TAU),
        "euler" | "ℇ" => NodeKind::Float(std::f64::consts::E),
        "true" => NodeKind::Bool(true),
        "false" => NodeKind::Bool(false),
        _ => return None,
    })
}

fn function(name: &str) -> Option<Function> {
    Some(match name {
        "sin" => Function::Sin,
        "cos" => Function::Cos,
        "tan" => Function::Tan,
        "arcsin" | "asin" => Function::Arcsin,
        "arccos" | "acos" => Function::Arccos,
        "arctan" | "atan" => Function::Arctan,
        "exp" => Function::Exp,
        "ln" | "log" => Function::Ln,
        "sqrt" => Function::Sqrt,
        "abs" => Function::Abs,
        "floor" => Function::Floor,
        "ceiling" => Function::Ceiling,
        _ => return None,
    })
}

fn unknown_function(name: &str, span: Span) -> Fault {
    Fault::new(
        span,
        format!("`{name}` is not a known function"),
        "use sin, cos, tan, arcsin, arccos, arctan, exp, ln, sqrt, abs, floor, ceiling, mod or pow; \
         casts and subroutines are not supported yet",
    )
}
