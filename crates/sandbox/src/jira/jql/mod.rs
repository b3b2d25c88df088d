//! Simple JQL: [`lexer`] makes words of text, [`parser`] clauses of words, [`plan`] checks them
//! against what is there and finds issues.

mod date;
mod field;
mod lexer;
mod parser;
mod plan;

pub(crate) use plan::compile;

#[cfg(test)]
mod tests;
