//! One row of a catalogue, as its file writes it.

use gatepass_model::operation::PasswordDoor;
use gatepass_model::{Effect, Family, Method, MethodSet};

/// What a segment names, where the product ignores its letter case or the project is known by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `{issue}`: an issue's key, `ABC-1`, or its number.
    Issue,
    /// `{project}`: a project's key, `ABC`, or its number.
    Project,
    /// `{user}`: a username.
    User,
    /// Any other name: letter case counts.
    Other,
}

/// One segment of a row's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSegment {
    /// Exactly this text.
    Literal(&'static str),
    /// One segment that begins and ends so, with something between: `{name}.jspa`.
    Partial {
        /// What stands before the brace.
        prefix: &'static str,
        /// What stands behind it.
        suffix: &'static str,
    },
    /// Any one segment.
    Any(Key),
}

/// One thing that can be asked of the product.
#[derive(Clone, Debug)]
pub struct Row {
    /// The methods that it is about.
    pub methods: MethodSet,
    /// Its path as written, beginning with `/`.
    pub path: &'static str,
    /// Its segments, without a final `**`.
    pub segments: Vec<RowSegment>,
    /// Whether it ends in `**`.
    pub rest: bool,
    /// What it is about.
    pub resource: &'static str,
    /// What is done with it.
    pub action: &'static str,
    /// What that does; `None` where only the installation's administrator can say.
    pub effect: Option<Effect>,
    /// Whether it costs the product much.
    pub heavy: bool,
    /// Whether a password comes in by it.
    pub door: Option<PasswordDoor>,
    /// Its family, where the path does not tell it.
    pub family: Option<Family>,
    /// Why it is classified so; may be empty.
    pub note: &'static str,
}

/// A line of a catalogue that was not understood, or that says again what another said. Such a
/// line is left out, and a test sees to it that no catalogue has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

const FAMILIES: [Family; 10] = [
    Family::Rest,
    Family::Git,
    Family::File,
    Family::Login,
    Family::Page,
    Family::Static,
    Family::Feed,
    Family::Servlet,
    Family::Rpc,
    Family::Webdav,
];

impl Row {
    /// Reads one line: columns parted by tabs.
    pub(crate) fn parse(line: &'static str) -> Result<Self, &'static str> {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or("");
        let methods = parse_methods(next())?;
        let path = next();
        let (segments, rest) = parse_path(path)?;
        let (resource, action) = (next(), next());
        if resource.is_empty() || action.is_empty() {
            return Err("resource or action is missing");
        }
        let effect = next();
        let (effect, heavy) = match effect.strip_suffix(",heavy") {
            Some(effect) => (parse_effect(effect)?, true),
            None => (parse_effect(effect)?, false),
        };
        let door = match next() {
            "-" => None,
            "browser" => Some(PasswordDoor::Browser),
            "program" => Some(PasswordDoor::Program),
            _ => return Err("a door is browser, program or -"),
        };
        let family = match next() {
            "-" => None,
            name => Some(
                FAMILIES
                    .into_iter()
                    .find(|family| family.as_str() == name)
                    .ok_or("there is no such family")?,
            ),
        };
        let note = next();
        if columns.next().is_some() {
            return Err("it has more than eight columns");
        }
        Ok(Self {
            methods,
            path,
            segments,
            rest,
            resource,
            action,
            effect,
            heavy,
            door,
            family,
            note,
        })
    }

    /// Where the project stands in its path, and as what; the first place, where there are two.
    pub(crate) fn project_at(&self) -> Option<(usize, Key)> {
        self.segments.iter().enumerate().find_map(|(at, segment)| match *segment {
            RowSegment::Any(key @ (Key::Issue | Key::Project)) => Some((at, key)),
            _ => None,
        })
    }
}

fn parse_methods(text: &str) -> Result<MethodSet, &'static str> {
    if text == "*" {
        return Ok(MethodSet::ANY);
    }
    text.split(',').try_fold(MethodSet::NONE, |set, name| {
        let method = Method::find(name.as_bytes()).ok_or("there is no such method")?;
        Ok(set.with(method))
    })
}

fn parse_effect(text: &str) -> Result<Option<Effect>, &'static str> {
    match text {
        "unknown" => Ok(None),
        "read" => Ok(Some(Effect::Read)),
        "write" => Ok(Some(Effect::Write)),
        "admin" => Ok(Some(Effect::Admin)),
        "mint" => Ok(Some(Effect::Mint)),
        _ => Err("an effect is read, write, admin, mint or unknown"),
    }
}

fn parse_path(path: &'static str) -> Result<(Vec<RowSegment>, bool), &'static str> {
    let inner = path.strip_prefix('/').ok_or("a path begins with /")?;
    let mut segments = Vec::new();
    let mut rest = false;
    for segment in inner.split('/').filter(|segment| !inner.is_empty() || !segment.is_empty()) {
        match segment {
            _ if rest => return Err("** stands at the end only"),
            "" => return Err("it has an empty segment"),
            "**" => rest = true,
            segment => segments.push(parse_segment(segment)?),
        }
    }
    Ok((segments, rest))
}

fn parse_segment(segment: &'static str) -> Result<RowSegment, &'static str> {
    let Some((prefix, behind)) = segment.split_once('{') else {
        if segment.contains(['}', '*']) {
            return Err("a segment has a stray } or *");
        }
        return Ok(RowSegment::Literal(segment));
    };
    let (name, suffix) = behind.split_once('}').ok_or("a { is not closed")?;
    if suffix.contains(['{', '}']) {
        return Err("a segment has more than one name");
    }
    if !(prefix.is_empty() && suffix.is_empty()) {
        return Ok(RowSegment::Partial { prefix, suffix });
    }
    Ok(RowSegment::Any(match name {
        "issue" => Key::Issue,
        "project" => Key::Project,
        "user" => Key::User,
        _ => Key::Other,
    }))
}
