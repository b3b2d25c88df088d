//! REST modules, and the version in their paths.

use gatepass_model::Segments;
use std::borrow::Cow;
use std::collections::HashMap;

/// What the product calls the newest version of a module.
const LATEST: &str = "latest";

/// The modules of a product, sorted by name.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    all: Vec<Module>,
    /// Where those begin that share a first segment.
    first: HashMap<&'static str, usize, foldhash::fast::RandomState>,
}

#[derive(Debug)]
struct Module {
    /// The segments behind `rest`.
    name: Vec<&'static str>,
    /// The newest first; none where its paths have no version.
    versions: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    written: &'static str,
    also: Option<&'static str>,
}

impl Modules {
    /// Reads `name TAB versions [TAB note]` lines; `#` and empty ones are for people.
    pub(crate) fn parse(text: &'static str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut modules: Vec<Module> = lines
            .map(|line| {
                let mut columns = line.split('\t');
                let name = columns.next().unwrap_or_default().split('/').collect();
                let versions = columns.next().unwrap_or_default();
                let versions = versions.split(',').filter(|&version| version != "-");
                Module { name, versions: versions.map(Version::parse).collect() }
            })
            .collect();
        modules.sort_by(|one, other| one.name.cmp(&other.name));
        let mut first = HashMap::default();
        for (at, module) in modules.iter().enumerate() {
            if let Some(&name) = module.name.first() {
                first.entry(name).or_insert(at);
            }
        }
        Self { all: modules, first }
    }

    /// Puts the version of a REST path into the spelling that the catalogue has.
    pub(crate) fn fold_version(&self, segments: &mut Segments<'_>) {
        let Some((_, below)) = segments.split_first() else { return };
        let Some((first, _)) = below.split_first() else { return };
        let module = self.find(first, below);
        let at = 1 + module.map_or(1, |module| module.name.len());
        let Some(version) = segments.get_mut(at) else { return };
        let folded = match module {
            Some(module) => module.fold(version),
            None => is_version(version).then_some(LATEST),
        };
        if let Some(folded) = folded {
            *version = Cow::Borrowed(folded);
        }
    }

    /// The module with the longest name that the path begins with.
    fn find(&self, first: &str, below: &[Cow<'_, str>]) -> Option<&Module> {
        let start = *self.first.get(first)?;
        let named = self.all.get(start..).unwrap_or_default().iter();
        named
            .take_while(|module| module.name.first() == Some(&first))
            .filter(|module| {
                module.name.len() <= below.len()
                    && module.name.iter().zip(below).all(|(name, segment)| name == segment)
            })
            .max_by_key(|module| module.name.len())
    }
}

impl Module {
    fn fold(&self, version: &str) -> Option<&'static str> {
        if version == LATEST {
            return self.versions.first().map(|newest| newest.written);
        }
        self.versions.iter().find(|known| known.is(version)).map(|known| known.written)
    }
}

impl Version {
    fn parse(text: &'static str) -> Self {
        match text.split_once('=') {
            Some((written, also)) => Self { written, also: Some(also) },
            None => Self { written: text, also: None },
        }
    }

    fn is(&self, version: &str) -> bool {
        self.also == Some(version) || without_zeros(version) == without_zeros(self.written)
    }
}

/// 1, 1.0 and 1.0.0 are one version.
fn without_zeros(version: &str) -> &str {
    let mut version = version;
    while let Some(shorter) = version.strip_suffix(".0") {
        version = shorter;
    }
    version
}

/// `latest`, or one or two digits and what may follow a dot: of a module that nobody knows, a
/// longer number is rather somebody's id.
fn is_version(segment: &str) -> bool {
    if segment == LATEST {
        return true;
    }
    let major = segment.split('.').next().unwrap_or_default();
    (1..=2).contains(&major.len())
        && major.bytes().all(|byte| byte.is_ascii_digit())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(path: &str) -> String {
        let modules = Modules::parse("a\t2=2.0.x,1.0\na/b\t7\nc\t-\n");
        let mut segments: Segments<'_> = path.split('/').map(Cow::Borrowed).collect();
        modules.fold_version(&mut segments);
        segments.join("/")
    }

    #[test]
    fn spellings_of_a_version_become_one() {
        for (path, folded) in [
            ("rest/a/latest/x", "rest/a/2/x"),
            ("rest/a/2.0/x", "rest/a/2/x"),
            ("rest/a/2.0.x/x", "rest/a/2/x"),
            ("rest/a/1/x", "rest/a/1.0/x"),
            ("rest/a/3/x", "rest/a/3/x"),
            ("rest/a/b/latest", "rest/a/b/7"),
            ("rest/c/latest", "rest/c/latest"),
            ("rest/c/1", "rest/c/1"),
            ("rest/c", "rest/c"),
            ("rest", "rest"),
        ] {
            assert_eq!(fold(path), folded, "{path}");
        }
    }

    #[test]
    fn of_a_module_that_nobody_knows_each_version_is_the_latest() {
        assert_eq!(fold("rest/z/1.0/x"), "rest/z/latest/x");
        assert_eq!(fold("rest/z/10/x"), "rest/z/latest/x");
        assert_eq!(fold("rest/z/10001/x"), "rest/z/10001/x");
        assert_eq!(fold("rest/z/x1/x"), "rest/z/x1/x");
    }
}
