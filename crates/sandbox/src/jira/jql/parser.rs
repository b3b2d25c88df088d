//! Words into clauses, by recursive descent: OR, AND, NOT, term.

use super::lexer::{Kind, Token, read};

/// Parentheses and NOTs within each other; more is refused, lest the stack end.
const DEEPEST: usize = 64;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Clause {
    And(Vec<Clause>),
    Or(Vec<Clause>),
    Not(Box<Clause>),
    Term(Term),
}

/// `field operator operand`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) field: String,
    pub(super) operator: Operator,
    pub(super) operand: Operand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Contains,
    NotContains,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    NotIn,
    Is,
    IsNot,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Empty,
    One(Value),
    Many(Vec<Value>),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// A function's lower-case name.
    Function(String),
}

/// What stands in a query: a condition and fields to sort by (`true`: downwards).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) condition: Option<Clause>,
    pub(super) order: Vec<(String, bool)>,
}

pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parser = Parser { tokens: read(text)?, next: 0, depth: 0 };
    let begins_with_order = parser.is_word("order");
    let condition = match parser.peek() {
        Some(_) if !begins_with_order => Some(parser.either()?),
        _ => None,
    };
    let order = parser.order()?;
    match parser.peek() {
        None => Ok(Parsed { condition, order }),
        Some(_) => Err(parser.wrong("Expecting either 'OR' or 'AND'")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Operator {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Contains => "~",
            Self::NotContains => "!~",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Is => "is",
            Self::IsNot => "is not",
        }
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn is_word(&self, word: &str) -> bool {
        self.peek()
            .is_some_and(|token| token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.next += usize::from(is);
        is
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.kind == Kind::Sign && token.text == sign);
        self.next += usize::from(is);
        is
    }

    /// The next token, when it is a word or a string.
    fn take_text(&mut self) -> Option<String> {
        let token = self.peek().filter(|token| token.kind != Kind::Sign)?;
        let text = token.text.clone();
        self.next += 1;
        Some(text)
    }

    /// `expecting`, and what is there instead.
    fn wrong(&self, expecting: &str) -> String {
        match self.peek() {
            Some(Token { text, place: (line, column), .. }) => format!(
                "Error in the JQL Query: {expecting} but got '{text}'. \
                 (line {line}, character {column})"
            ),
            None => format!("Error in the JQL Query: {expecting} before the end of the query."),
        }
    }

    fn either(&mut self) -> Result<Clause, String> {
        let first = self.both()?;
        let mut all = vec![first];
        while self.take_word("or") || self.take_sign("||") || self.take_sign("|") {
            all.push(self.both()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Clause::Or(all) })
    }

    fn both(&mut self) -> Result<Clause, String> {
        let first = self.negated()?;
        let mut all = vec![first];
        while self.take_word("and") || self.take_sign("&&") || self.take_sign("&") {
            all.push(self.negated()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Clause::And(all) })
    }

    fn negated(&mut self) -> Result<Clause, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("Error in the JQL Query: The query is too deeply nested.".to_owned());
        }
        let clause = if self.take_word("not") || self.take_sign("!") {
            Clause::Not(Box::new(self.negated()?))
        } else if self.take_sign("(") {
            let inner = self.either()?;
            if !self.take_sign(")") {
                return Err(self.wrong("Expecting ')'"));
            }
            inner
        } else {
            Clause::Term(self.term()?)
        };
        self.depth -= 1;
        Ok(clause)
    }

    fn term(&mut self) -> Result<Term, String> {
        let field = self.take_text().ok_or_else(|| self.wrong("Expecting either a field name"))?;
        let operator = self.operator()?;
        let operand = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            _ if self.take_word("empty") || self.take_word("null") => Operand::Empty,
            _ => Operand::One(self.value()?),
        };
        Ok(Term { field, operator, operand })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        const SIGNS: &[(&str, Operator)] = &[
            ("=", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("~", Operator::Contains),
            ("!~", Operator::NotContains),
            ("<", Operator::Less),
            ("<=", Operator::AtMost),
            (">", Operator::Greater),
            (">=", Operator::AtLeast),
        ];
        if let Some((_, operator)) = SIGNS.iter().find(|(sign, _)| self.take_sign(sign)) {
            return Ok(*operator);
        }
        let before = self.next;
        if self.take_word("in") {
            return Ok(Operator::In);
        } else if self.take_word("not") && self.take_word("in") {
            return Ok(Operator::NotIn);
        } else if self.take_word("is") {
            let is_not = self.take_word("not");
            return Ok(if is_not { Operator::IsNot } else { Operator::Is });
        }
        self.next = before;
        Err(self.wrong(
            "Expecting operator ('=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', \
             'IS' and 'IS NOT')",
        ))
    }

    fn list(&mut self) -> Result<Operand, String> {
        if !self.take_sign("(") {
            return Err(self.wrong("Expecting either a list or function"));
        }
        let mut values = vec![self.value()?];
        while self.take_sign(",") {
            values.push(self.value()?);
        }
        if !self.take_sign(")") {
            return Err(self.wrong("Expecting ')'"));
        }
        Ok(Operand::Many(values))
    }

    fn value(&mut self) -> Result<Value, String> {
        let text =
            self.take_text().ok_or_else(|| self.wrong("Expecting either a value or function"))?;
        if !self.take_sign("(") {
            return Ok(Value::Text(text));
        }
        if self.take_sign(")") {
            return Ok(Value::Function(text.to_lowercase()));
        }
        Err(self.wrong("Expecting ')'"))
    }

    fn order(&mut self) -> Result<Vec<(String, bool)>, String> {
        let mut order = Vec::new();
        if !self.take_word("order") {
            return Ok(order);
        }
        if !self.take_word("by") {
            return Err(self.wrong("Expecting 'by'"));
        }
        loop {
            let field = self.take_text().ok_or_else(|| self.wrong("Expecting a field name"))?;
            let is_down = self.take_word("desc");
            if !is_down {
                self.take_word("asc");
            }
            order.push((field, is_down));
            if !self.take_sign(",") {
                return Ok(order);
            }
        }
    }
}
