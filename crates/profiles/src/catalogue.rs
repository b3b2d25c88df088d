//! The rows of a product, as a tree by segment.
//!
//! Of all rows that fit a method and a path the most exact wins, segment by segment: written
//! out, then partly written out (longest prefix first, then longest suffix), then `{name}`, then
//! `**`. The search goes through a node's branches in that order and back up where a branch has
//! nothing for this method, so what it finds first is the most exact one.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use gatepass_model::Method;

use crate::key;
use crate::row::{Key, Problem, Row, RowSegment};

/// Which row, for each method; `NO_ROW` where there is none.
type ByMethod = [u16; Method::ALL.len()];
const NO_ROW: u16 = u16::MAX;

/// All that is known of a product.
#[derive(Debug)]
pub(crate) struct Catalogue {
    rows: Vec<Row>,
    /// Where the project stands, for each of `rows`.
    projects: Vec<Option<(usize, Key)>>,
    /// The first is the root.
    nodes: Vec<Node>,
    problems: Vec<Problem>,
}

type Index = HashMap<&'static str, usize, foldhash::fast::RandomState>;
/// So many are found faster one by one.
const FEW: usize = 4;

#[derive(Debug)]
struct Node {
    /// Sorted by [`by_length`].
    literals: Vec<(&'static str, usize)>,
    /// The same, where they are many: to hash a segment is cheaper than to compare it often.
    index: Index,
    /// The most exact first.
    partials: Vec<Partial>,
    any: Option<(Key, usize)>,
    here: ByMethod,
    rest: ByMethod,
}

#[derive(Debug)]
struct Partial {
    prefix: &'static str,
    suffix: &'static str,
    node: usize,
}

/// Shorter first: most comparisons need not look at the text.
fn by_length(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

impl Partial {
    fn fits(&self, segment: &str) -> bool {
        segment.len() > self.prefix.len() + self.suffix.len()
            && segment.starts_with(self.prefix)
            && segment.ends_with(self.suffix)
    }
}

impl Node {
    fn new() -> Self {
        Self {
            literals: Vec::new(),
            index: Index::default(),
            partials: Vec::new(),
            any: None,
            here: [NO_ROW; Method::ALL.len()],
            rest: [NO_ROW; Method::ALL.len()],
        }
    }

    fn find_literal(&self, segment: &str) -> Option<usize> {
        if self.literals.len() > FEW {
            return self.index.get(segment).copied();
        }
        let at = self.literals.binary_search_by(|&(text, _)| by_length(text, segment)).ok()?;
        self.literals.get(at).map(|&(_, node)| node)
    }
}

impl Catalogue {
    /// Reads a catalogue: a row a line; lines that begin with `#`, and empty ones, are for people.
    pub(crate) fn parse(text: &'static str) -> Self {
        let mut catalogue = Self {
            rows: Vec::new(),
            projects: Vec::new(),
            nodes: vec![Node::new()],
            problems: Vec::new(),
        };
        for (at, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(problem) = Row::parse(line).and_then(|row| catalogue.insert(row)) {
                catalogue.problems.push(Problem { line: at + 1, problem });
            }
        }
        catalogue
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn insert(&mut self, row: Row) -> Result<(), &'static str> {
        let mut at = 0;
        for &segment in &row.segments {
            at = self.child(at, segment)?;
        }
        let id = u16::try_from(self.rows.len()).map_err(|_| "there are too many rows")?;
        let node = self.nodes.get_mut(at).ok_or("its node is missing")?;
        let slots = if row.rest { &mut node.rest } else { &mut node.here };
        let meant = |method: &Method| row.methods.contains(*method);
        let mut taken = slots.iter().zip(&Method::ALL).filter(|(_, method)| meant(method));
        if taken.any(|(&slot, _)| slot != NO_ROW) {
            return Err("another row says the same");
        }
        for (slot, _) in slots.iter_mut().zip(&Method::ALL).filter(|(_, method)| meant(method)) {
            *slot = id;
        }
        self.projects.push(row.project_at());
        self.rows.push(row);
        Ok(())
    }

    /// The child of the node `at` for `segment`, made if there is none yet.
    fn child(&mut self, at: usize, segment: RowSegment) -> Result<usize, &'static str> {
        let new = self.nodes.len();
        let node = self.nodes.get_mut(at).ok_or("its node is missing")?;
        let found = match segment {
            RowSegment::Literal(text) => {
                match node.literals.binary_search_by(|&(other, _)| by_length(other, text)) {
                    Ok(at) => node.literals.get(at).map(|&(_, node)| node),
                    Err(at) => {
                        node.literals.insert(at, (text, new));
                        node.index.insert(text, new);
                        None
                    }
                }
            }
            RowSegment::Partial { prefix, suffix } => {
                let is_same = |other: &&Partial| other.prefix == prefix && other.suffix == suffix;
                let found = node.partials.iter().find(is_same).map(|partial| partial.node);
                if found.is_none() {
                    node.partials.push(Partial { prefix, suffix, node: new });
                    node.partials.sort_by_key(|partial| {
                        Reverse((partial.prefix.len(), partial.suffix.len()))
                    });
                }
                found
            }
            RowSegment::Any(key) => match node.any {
                Some((other, _)) if other != key => {
                    return Err("other rows have another key there");
                }
                Some((_, node)) => Some(node),
                None => {
                    node.any = Some((key, new));
                    None
                }
            },
        };
        Ok(found.unwrap_or_else(|| {
            self.nodes.push(Node::new());
            new
        }))
    }

    /// The most exact row for a method and folded segments.
    pub(crate) fn find(&self, method: Method, segments: &[Cow<'_, str>]) -> Option<&Row> {
        self.rows.get(self.find_id(method, segments)?)
    }

    /// That row, and the project that the path names.
    pub(crate) fn find_with_project<'s>(
        &self,
        method: Method,
        segments: &'s [Cow<'_, str>],
    ) -> Option<(&Row, Option<&'s str>)> {
        let id = self.find_id(method, segments)?;
        let project = self.projects.get(id).copied().flatten().and_then(|(at, kind)| {
            let segment = segments.get(at)?;
            key::project(kind, segment)
        });
        Some((self.rows.get(id)?, project))
    }

    fn find_id(&self, method: Method, segments: &[Cow<'_, str>]) -> Option<usize> {
        let id = self.find_below(0, method as usize, segments)?;
        Some(usize::from(id))
    }

    fn find_below(&self, node: usize, method: usize, segments: &[Cow<'_, str>]) -> Option<u16> {
        let node = self.nodes.get(node)?;
        let row = |rows: &ByMethod| rows.get(method).copied().filter(|&row| row != NO_ROW);
        let Some((first, others)) = segments.split_first() else {
            return row(&node.here).or_else(|| row(&node.rest));
        };
        let below = |child| self.find_below(child, method, others);
        node.find_literal(first)
            .and_then(below)
            .or_else(|| {
                let fitting = node.partials.iter().filter(|partial| partial.fits(first));
                fitting.map(|partial| partial.node).find_map(below)
            })
            .or_else(|| node.any.and_then(|(_, child)| below(child)))
            .or_else(|| row(&node.rest))
    }

    /// Folds the letter case of the keys in a path. Goes down one way only, the most exact one,
    /// whatever the method: which segment is a key must not depend on it.
    pub(crate) fn fold_keys(&self, segments: &mut [Cow<'_, str>]) {
        let mut at = 0;
        for segment in segments {
            let Some(node) = self.nodes.get(at) else { return };
            let partial = || node.partials.iter().find(|partial| partial.fits(segment));
            at = if let Some(child) = node.find_literal(segment) {
                child
            } else if let Some(partial) = partial() {
                partial.node
            } else if let Some((kind, child)) = node.any {
                key::fold(kind, segment);
                child
            } else {
                return;
            };
        }
    }

    /// The same for a pattern's segments, where `None` is a wildcard: goes down every way that
    /// the wildcards leave open, and folds where all of them have the same key. Where they do
    /// not, the text stays: whoever writes a key in capitals, as the product shows it, is right.
    pub(crate) fn fold_pattern_keys(&self, segments: &mut [Option<Cow<'_, str>>]) {
        let mut open = vec![0];
        for segment in segments {
            let nodes: Vec<&Node> = open.iter().filter_map(|&at| self.nodes.get(at)).collect();
            let Some(text) = segment else {
                open = nodes.iter().flat_map(|node| node.children()).collect();
                continue;
            };
            let mut kinds = nodes.iter().filter_map(|node| node.kind_of(text));
            let kind = kinds.next().filter(|&first| kinds.all(|kind| kind == first));
            open = nodes.iter().filter_map(|node| node.step(text)).collect();
            if let Some(kind) = kind {
                key::fold(kind, text);
            }
        }
    }
}

impl Node {
    fn children(&self) -> impl Iterator<Item = usize> {
        let literals = self.literals.iter().map(|&(_, node)| node);
        let partials = self.partials.iter().map(|partial| partial.node);
        literals.chain(partials).chain(self.any.map(|(_, node)| node))
    }

    fn step(&self, segment: &str) -> Option<usize> {
        let partial = || self.partials.iter().find(|partial| partial.fits(segment));
        self.find_literal(segment)
            .or_else(|| partial().map(|partial| partial.node))
            .or(self.any.map(|(_, node)| node))
    }

    /// The key that `segment` is below this node; `Other` when it is something else there, and
    /// `None` when it is nothing.
    fn kind_of(&self, segment: &str) -> Option<Key> {
        match (self.step(segment), self.any) {
            (Some(child), Some((kind, any))) if child == any => Some(kind),
            (Some(_), _) => Some(Key::Other),
            (None, _) => self.rest.iter().any(|&row| row != NO_ROW).then_some(Key::Other),
        }
    }
}
