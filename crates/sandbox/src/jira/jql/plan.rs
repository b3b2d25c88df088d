//! Clauses checked against what is there, and issues found by them.

use std::cmp::Ordering;

use super::date::parse_jql;
use super::field::{Field, find_field, is_date, is_text, sort_key, values_of, words};
use super::parser::{Clause, Operand, Operator, Parsed, Term, Value, parse};
use crate::jira::catalogue::{CATEGORIES, find_issue_type, find_priority, find_status};
use crate::jira::state::{Issue, World};

/// A query that was checked.
#[derive(Debug)]
pub(crate) struct Query {
    condition: Option<Test>,
    order: Vec<(Field, bool)>,
}

#[derive(Debug)]
enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    /// One of the values; the flag turns it round.
    Among(Field, Vec<String>, bool),
    Empty(Field, bool),
    /// All of the words.
    Words(Field, Vec<String>, bool),
    Date(Field, Operator, i64),
}

/// What a query is checked with.
struct Checker<'a> {
    world: &'a World,
    caller: Option<&'a str>,
    now: i64,
}

/// Reads a query and checks it; else all that Jira would say.
pub(crate) fn compile(
    text: &str,
    world: &World,
    caller: Option<&str>,
    now: i64,
) -> Result<Query, Vec<String>> {
    let Parsed { condition, order } = parse(text).map_err(|message| vec![message])?;
    let checker = Checker { world, caller, now };
    let mut messages = Vec::new();
    let condition = condition.map(|clause| checker.clause(clause, &mut messages));
    let mut fields = Vec::new();
    for (name, is_down) in order {
        match find_field(&name) {
            Some(field) => fields.push((field, is_down)),
            None => messages.push(unknown_field(&name)),
        }
    }
    if messages.is_empty() { Ok(Query { condition, order: fields }) } else { Err(messages) }
}

fn unknown_field(name: &str) -> String {
    format!("Field '{name}' does not exist or you do not have permission to view it.")
}

impl Checker<'_> {
    fn clause(&self, clause: Clause, messages: &mut Vec<String>) -> Test {
        match clause {
            Clause::And(all) => {
                Test::And(all.into_iter().map(|one| self.clause(one, messages)).collect())
            }
            Clause::Or(all) => {
                Test::Or(all.into_iter().map(|one| self.clause(one, messages)).collect())
            }
            Clause::Not(one) => Test::Not(Box::new(self.clause(*one, messages))),
            Clause::Term(term) => self.term(&term).unwrap_or_else(|said| {
                messages.extend(said);
                Test::And(Vec::new())
            }),
        }
    }

    fn term(&self, term: &Term) -> Result<Test, Vec<String>> {
        use Operator as O;
        let name = &term.field;
        let field = find_field(name).ok_or_else(|| vec![unknown_field(name)])?;
        let is_exact = !is_date(field) && !is_text(field);
        let operator = term.operator;
        let is_turned = matches!(operator, O::NotEqual | O::NotIn | O::NotContains | O::IsNot);
        match (operator, &term.operand) {
            (O::Is | O::IsNot | O::Equal | O::NotEqual, Operand::Empty) => Ok(match field {
                Field::Resolution => Test::Among(field, vec!["Unresolved".to_owned()], is_turned),
                _ => Test::Empty(field, is_turned),
            }),
            (O::Contains | O::NotContains, Operand::One(Value::Text(text))) if is_text(field) => {
                Ok(Test::Words(field, words(text), is_turned))
            }
            (O::Equal | O::Less | O::AtMost | O::Greater | O::AtLeast, Operand::One(value))
                if is_date(field) =>
            {
                Ok(Test::Date(field, operator, self.date(name, value)?))
            }
            (O::Equal | O::NotEqual, Operand::One(value)) if is_exact => {
                self.among(field, name, std::slice::from_ref(value), is_turned)
            }
            (O::In | O::NotIn, Operand::Many(values)) if is_exact => {
                self.among(field, name, values, is_turned)
            }
            _ => {
                let sign = operator.as_str();
                Err(vec![format!("The operator '{sign}' is not supported by the '{name}' field.")])
            }
        }
    }

    /// One of the values, all of which must be known.
    fn among(
        &self,
        field: Field,
        name: &str,
        values: &[Value],
        is_turned: bool,
    ) -> Result<Test, Vec<String>> {
        let (mut known, mut messages) = (Vec::new(), Vec::new());
        for value in values {
            match self.value(field, name, value) {
                Ok(value) => known.push(value),
                Err(said) => messages.push(said),
            }
        }
        if messages.is_empty() { Ok(Test::Among(field, known, is_turned)) } else { Err(messages) }
    }

    fn date(&self, name: &str, value: &Value) -> Result<i64, Vec<String>> {
        match value {
            Value::Function(function) if function == "now" => Ok(self.now),
            Value::Text(text) => parse_jql(text, self.now).ok_or_else(|| {
                vec![format!(
                    "Date value '{text}' for field '{name}' is invalid. Valid formats include: \
                     'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a \
                     period format e.g. '-5d', '4w 2d'."
                )]
            }),
            Value::Function(function) => Err(vec![unknown_function(function)]),
        }
    }

    /// A value in the one spelling by which issues are compared.
    fn value(&self, field: Field, name: &str, value: &Value) -> Result<String, String> {
        let text = match value {
            Value::Text(text) => text,
            Value::Function(function) if function == "currentuser" => {
                return Ok(self.caller.unwrap_or_default().to_owned());
            }
            Value::Function(function) => return Err(unknown_function(function)),
        };
        let found = match field {
            Field::Project => self.project(text),
            Field::Key => {
                let issue = self.world.issue(text).map(Issue::key);
                return issue.ok_or_else(|| {
                    format!("An issue with key '{text}' does not exist for field '{name}'.")
                });
            }
            Field::IssueType => find_issue_type(text).map(|kind| kind.name.to_owned()),
            Field::Status => find_status(text).map(|status| status.name.to_owned()),
            Field::StatusCategory => CATEGORIES
                .iter()
                .find(|own| own.name.eq_ignore_ascii_case(text) || own.key == text)
                .map(|own| own.name.to_owned()),
            Field::Priority => find_priority(text).map(|priority| priority.name.to_owned()),
            Field::Resolution => ["Done", "Unresolved"]
                .into_iter()
                .find(|own| own.eq_ignore_ascii_case(text))
                .map(str::to_owned),
            Field::Assignee | Field::Reporter => {
                self.world.person(text).map(|person| person.account.username.to_lowercase())
            }
            _ => Some(text.clone()),
        };
        found.ok_or_else(|| format!("The value '{text}' does not exist for the field '{name}'."))
    }

    fn project(&self, text: &str) -> Option<String> {
        let by_name = || self.world.projects.iter().find(|own| own.name.eq_ignore_ascii_case(text));
        self.world.project(text).or_else(by_name).map(|project| project.key.clone())
    }
}

fn unknown_function(name: &str) -> String {
    format!("Unable to find JQL function '{name}()'.")
}

impl Query {
    /// The issues that fit, in order.
    pub(crate) fn run<'a>(&self, world: &'a World) -> Vec<&'a Issue> {
        let mut found: Vec<&Issue> = world
            .issues
            .values()
            .filter(|issue| self.condition.as_ref().is_none_or(|test| test.fits(issue)))
            .collect();
        found.sort_by(|one, other| self.compare(one, other));
        found
    }

    fn compare(&self, one: &Issue, other: &Issue) -> Ordering {
        let mut order = Ordering::Equal;
        for (field, is_down) in &self.order {
            let own = sort_key(*field, one).cmp(&sort_key(*field, other));
            order = order.then(if *is_down { own.reverse() } else { own });
        }
        // Jira's own order: by key, downwards.
        order.then_with(|| sort_key(Field::Key, other).cmp(&sort_key(Field::Key, one)))
    }
}

impl Test {
    fn fits(&self, issue: &Issue) -> bool {
        match self {
            Self::And(all) => all.iter().all(|test| test.fits(issue)),
            Self::Or(all) => all.iter().any(|test| test.fits(issue)),
            Self::Not(test) => !test.fits(issue),
            Self::Among(field, values, is_turned) => {
                let own = values_of(*field, issue);
                // As in Jira, an empty field is neither the value nor another one.
                !own.is_empty() && own.iter().any(|value| values.contains(value)) != *is_turned
            }
            Self::Empty(field, is_turned) => values_of(*field, issue).is_empty() != *is_turned,
            Self::Words(field, wanted, is_turned) => {
                let own: Vec<String> =
                    values_of(*field, issue).iter().flat_map(|text| words(text)).collect();
                let has = |word: &String| own.iter().any(|other| other.starts_with(word.as_str()));
                wanted.iter().all(has) != *is_turned
            }
            Self::Date(field, operator, at) => {
                let own = if *field == Field::Updated { issue.updated } else { issue.created };
                match operator {
                    Operator::Less => own < *at,
                    Operator::AtMost => own <= *at,
                    Operator::Greater => own > *at,
                    Operator::AtLeast => own >= *at,
                    _ => own == *at,
                }
            }
        }
    }
}
