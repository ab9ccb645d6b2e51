//! How does program text become a syntax tree?

pub(crate) mod ast;
pub(crate) mod lexer;
pub(crate) mod parser;

mod declarations;
mod expressions;
mod gates;
mod statements;
mod unsupported;
