//! How does program text become a syntax tree?

pub(crate) mod ast;
pub(crate) mod names;
pub(crate) mod parser;
pub(crate) mod pragma_tree;
pub(crate) mod tokens;

mod assignments;
mod control;
mod declarations;
mod definitions;
mod expressions;
mod lexer;
mod literals;
mod operands;
mod pragmas;
mod statements;
