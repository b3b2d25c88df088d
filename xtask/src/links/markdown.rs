//! As much of Markdown as pointing at things needs.
//!
//! A file is split into blocks (a heading, a run of lines without a blank one), because links and
//! code run over line ends; fenced code is set aside. Within a block everything is found by what
//! ends or opens it, so nesting needs no tree. Not known: code by indentation, and `[text]` alone
//! as a reference.

use std::collections::BTreeSet;
use std::mem;

use super::slug::Anchors;

const CHORE: &str = "cargo xtask ";

/// What a Markdown file has and points at; each with its line, counted from 1.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) anchors: BTreeSet<String>,
    /// Targets of links, images, definitions, autolinks and HTML attributes.
    pub(super) links: Vec<(usize, String)>,
    /// Ids that `[text][id]` uses, in lower case.
    pub(super) references: Vec<(usize, String)>,
    /// Ids that `[id]: target` defines, in lower case.
    pub(super) definitions: BTreeSet<String>,
    /// Inline code.
    pub(super) code: Vec<(usize, String)>,
    /// What follows `cargo xtask`, in prose and in fenced code.
    pub(super) chores: Vec<(usize, String)>,
}

impl Document {
    pub(super) fn parse(text: &str) -> Self {
        let mut document = Self::default();
        let mut anchors = Anchors::default();
        let mut fence: Option<String> = None;
        let mut block = Block::default();
        for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
            document.find_chores(number, line);
            if let Some(open) = &fence {
                if line.trim().starts_with(open) && line.trim().trim_start_matches(open).is_empty()
                {
                    fence = None;
                }
                continue;
            }
            fence = opened_fence(line);
            if fence.is_some() || line.trim().is_empty() {
                document.scan(&mem::take(&mut block));
            } else if let Some(heading) = heading(line) {
                document.scan(&mem::take(&mut block));
                anchors.add_heading(heading);
                document.scan(&Block { line: number, text: heading.to_owned() });
            } else if is_underline(line) && !block.text.is_empty() {
                anchors.add_heading(&block.text);
                document.scan(&mem::take(&mut block));
            } else {
                block.add(number, line);
            }
        }
        document.scan(&block);
        document.anchors.append(&mut anchors.all);
        document
    }

    fn find_chores(&mut self, number: usize, line: &str) {
        for after in line.split(CHORE).skip(1) {
            let end = after.find(|c: char| !(c.is_ascii_lowercase() || c == '-'));
            let (name, _) = after.split_at(end.unwrap_or(after.len()));
            self.chores.extend((!name.is_empty()).then(|| (number, name.to_owned())));
        }
    }

    fn scan(&mut self, block: &Block) {
        let mut rest = block.text.as_str();
        while let Some(at) = rest.find(['\\', '`', ']', '<']) {
            let (before, from) = rest.split_at(at);
            let done = block.text.len() - from.len();
            let line = block.line_at(done);
            rest = match from.split_at(1) {
                ("\\", after) => after.strip_prefix(|_: char| true).unwrap_or_default(),
                ("`", _) => self.scan_code(line, from),
                ("<", after) => self.scan_tag(line, after),
                (_, after) => {
                    let start = block.text.get(..done).and_then(|text| text.rfind('\n'));
                    let on_line = block.text.get(start.map_or(0, |at| at + 1)..done);
                    self.scan_link(line, on_line.unwrap_or(before), after)
                }
            };
        }
    }

    /// From a run of backticks to the next run of the same length.
    fn scan_code<'t>(&mut self, line: usize, from: &'t str) -> &'t str {
        let after = from.trim_start_matches('`');
        let fence = from.len() - after.len();
        let mut rest = after;
        while let Some(at) = rest.find('`') {
            let (_, closing) = rest.split_at(at);
            rest = closing.trim_start_matches('`');
            if closing.len() - rest.len() == fence {
                let code = after.get(..after.len() - closing.len()).unwrap_or_default();
                self.code.push((line, code.split_whitespace().collect::<Vec<_>>().join(" ")));
                return rest;
            }
        }
        after
    }

    /// An autolink, or an HTML tag and its attributes.
    fn scan_tag<'t>(&mut self, line: usize, after: &'t str) -> &'t str {
        let Some((tag, rest)) = after.split_once('>') else { return after };
        if tag.starts_with("http://") || tag.starts_with("https://") {
            self.links.push((line, tag.to_owned()));
            return rest;
        }
        for (name, is_anchor) in [("href", false), ("src", false), ("id", true), ("name", true)] {
            for quote in ['"', '\''] {
                let opening = format!(" {name}={quote}");
                let Some((_, value)) = tag.split_once(&opening) else { continue };
                let value = value.split(quote).next().unwrap_or_default().to_owned();
                if is_anchor {
                    self.anchors.insert(value);
                } else {
                    self.links.push((line, value));
                }
            }
        }
        // Markdown within the tag, if it was none after all, is still looked at.
        after
    }

    /// After the `]` of a link's text, of which `on_line` has what stands on its line.
    fn scan_link<'t>(&mut self, line: usize, on_line: &str, after: &'t str) -> &'t str {
        if let Some(inner) = after.strip_prefix('(') {
            let (target, rest) = destination(inner);
            self.links.push((line, target.to_owned()));
            return rest;
        }
        if let Some((id, rest)) = after.strip_prefix('[').and_then(|id| id.split_once(']')) {
            if !id.is_empty() {
                self.references.push((line, id.to_lowercase()));
            }
            return rest;
        }
        let id = on_line.trim_start().strip_prefix('[');
        if let (Some(id), Some(target)) = (id, after.strip_prefix(':'))
            && !id.starts_with('^')
            && !id.contains(']')
        {
            let (target, rest) = destination(target);
            self.definitions.insert(id.to_lowercase());
            self.links.push((line, target.to_owned()));
            return rest;
        }
        after
    }
}

/// Lines that belong together.
#[derive(Default)]
struct Block {
    line: usize,
    text: String,
}

impl Block {
    fn add(&mut self, number: usize, line: &str) {
        if self.text.is_empty() {
            self.line = number;
        } else {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    fn line_at(&self, byte: usize) -> usize {
        self.line + self.text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
    }
}

/// A link's target, in angle brackets or up to a space or the closing parenthesis, and what follows.
fn destination(inner: &str) -> (&str, &str) {
    let inner = inner.trim_start();
    if let Some((target, rest)) = inner.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return (target, rest);
    }
    let mut depth = 0_usize;
    let end = inner.find(|c: char| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        c.is_whitespace()
    });
    inner.split_at(end.unwrap_or(inner.len()))
}

/// The marks that end the fenced code which this line opens.
fn opened_fence(line: &str) -> Option<String> {
    let line = line.trim_start_matches([' ', '>']);
    let mark = ['`', '~'].into_iter().find(|mark| line.starts_with(*mark))?;
    let info = line.trim_start_matches(mark);
    let length = line.len() - info.len();
    (length >= 3 && !info.contains('`')).then(|| mark.to_string().repeat(length))
}

/// The text of an ATX heading.
fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let text = text.strip_prefix(' ')?.trim();
    let closed = text.trim_end_matches('#');
    let text = if closed.ends_with(' ') { closed.trim_end() } else { text };
    (1..=6).contains(&level).then_some(text)
}

/// Whether the line makes a heading of the lines before it.
fn is_underline(line: &str) -> bool {
    let line = line.trim_end();
    !line.is_empty() && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<(usize, String)> {
        Document::parse(text).links
    }

    #[test]
    fn links_and_code_may_run_over_line_ends() {
        let document = Document::parse("see [the\ntext](a.md) and `cargo\nbuild` [b](b.md)");
        assert_eq!(document.links, [(2, "a.md".to_owned()), (3, "b.md".to_owned())]);
        assert_eq!(document.code, [(2, "cargo build".to_owned())]);
    }

    #[test]
    fn code_hides_links() {
        assert_eq!(links("`[a](b)` ``x ` [a](b)`` \\[a\\](b)"), []);
        assert_eq!(links("~~~~\n[a](b)\n~~~\n[a](b)\n~~~~\n[c](d)"), [(6, "d".to_owned())]);
        assert_eq!(links("- x\n  ```toml\n  [a](b)\n  ```\n"), []);
    }

    #[test]
    fn targets_may_have_parentheses_titles_and_brackets() {
        let found = links("[a](x_(y).md) [b](z.md 'title (1)') ![c](<d e.png>)");
        let targets: Vec<_> = found.iter().map(|(_, target)| target.as_str()).collect();
        assert_eq!(targets, ["x_(y).md", "z.md", "d e.png"]);
    }

    #[test]
    fn footnotes_and_closing_brackets_alone_are_no_links() {
        let document = Document::parse("a [^1] list[0]: x\n\n[^1]: note\n\n- [ ] to do");
        assert_eq!((document.links.len(), document.references.len()), (0, 0), "{document:?}");
    }

    #[test]
    fn headings_of_both_forms_and_html_names_are_anchors() {
        let document = Document::parse(
            "Title\n=====\n\n## Two ##\ntext\n\n```\n# not one\n```\n<a id=\"three\"></a>\n#4 nor this\n",
        );
        assert_eq!(document.anchors, ["title", "two", "three"].map(str::to_owned).into());
    }
}
