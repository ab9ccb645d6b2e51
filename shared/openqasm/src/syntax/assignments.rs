//! How is a variable given a new value?

use quantum_program::BinaryOperator;

use super::ast::{Operand, StatementKind, narrow};
use super::parser::{Parsed, Parser};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Span};

/// The sign of an assignment: its operator, if it has one.
pub(super) type AssignmentOperator = Result<Option<BinaryOperator>, ()>;

impl Parser<'_> {
    /// None if no assignment follows.
    pub(super) fn assignment_operator(&self) -> Option<AssignmentOperator> {
        use BinaryOperator as Op;
        Some(Ok(Some(match self.kind() {
            TokenKind::Equals => return Some(Ok(None)),
            TokenKind::PlusEquals => Op::Add,
            TokenKind::MinusEquals => Op::Subtract,
            TokenKind::StarEquals => Op::Multiply,
            TokenKind::SlashEquals => Op::Divide,
            TokenKind::PercentEquals => Op::Remainder,
            TokenKind::DoubleStarEquals => Op::Power,
            TokenKind::AmpersandEquals => Op::BitAnd,
            TokenKind::PipeEquals => Op::BitOr,
            TokenKind::CaretEquals => Op::BitXor,
            TokenKind::ShiftLeftEquals => Op::ShiftLeft,
            TokenKind::ShiftRightEquals => Op::ShiftRight,
            TokenKind::TildeEquals => return Some(Err(())),
            _ => return None,
        })))
    }

    pub(super) fn assignment(
        &mut self,
        start: Span,
        target: Operand,
        operator: AssignmentOperator,
    ) -> Parsed<()> {
        let Ok(operator) = operator else {
            return Err(self.fault_here(
                Code::Unsupported,
                "`~=` has no meaning, as `~` takes one value",
                "write `a = ~b;`",
            ));
        };
        self.advance();
        let value = self.initial_value()?;
        self.arenas.operands.push(target);
        let target = narrow(self.arenas.operands.len() - 1);
        self.finish(start, StatementKind::Assign { target, operator, value })
    }
}
