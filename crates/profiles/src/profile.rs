//! A product's profile: the one place where the gate asks what something means.

use std::borrow::Cow;
use std::sync::LazyLock;

use gatepass_model::pattern::PatternSegment;
use gatepass_model::{Effect, Family, Method, Operation, Pattern, Product, Refusal, Segments};

use crate::catalogue::Catalogue;
use crate::claimed_user::{self, ClaimedUser};
use crate::dialect::{self, Audience, RefusalBody};
use crate::module::Modules;
use crate::row::{Problem, Row};
use crate::{action, family, fold, session};

/// What a product means by a request.
#[derive(Debug)]
pub struct Profile {
    product: Product,
    catalogue: Catalogue,
    modules: Modules,
}

static JIRA: LazyLock<Profile> = LazyLock::new(|| Profile {
    product: Product::Jira,
    catalogue: Catalogue::parse(include_str!("../catalogue/jira.tsv")),
    modules: Modules::parse(include_str!("../catalogue/jira-modules.tsv")),
});
static CONFLUENCE: LazyLock<Profile> = LazyLock::new(|| Profile::unknown(Product::Confluence));
static BITBUCKET: LazyLock<Profile> = LazyLock::new(|| Profile::unknown(Product::Bitbucket));

/// The profile of a product. The first call for each reads its catalogue (some milliseconds): call
/// it once at start.
pub fn profile(product: Product) -> &'static Profile {
    match product {
        Product::Jira => &JIRA,
        Product::Confluence => &CONFLUENCE,
        Product::Bitbucket => &BITBUCKET,
    }
}

/// What a wildcard of a pattern is while the pattern is folded; no literal may hold a `*`.
const WILDCARD: &str = "*";

impl Profile {
    /// The response header in which every product says for whom it took the call.
    pub const USER_HEADER: &'static str = "x-ausername";

    fn unknown(product: Product) -> Self {
        Self { product, catalogue: Catalogue::parse(""), modules: Modules::default() }
    }

    /// Whose it is.
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The rows of the catalogue, in the order in which they are written.
    pub fn rows(&self) -> &[Row] {
        self.catalogue.rows()
    }

    /// The row for a method and folded segments, for `explain`.
    pub fn find_row(&self, method: Method, folded: &[Cow<'_, str>]) -> Option<&Row> {
        self.catalogue.find(method, folded)
    }

    /// Lines of the catalogue that were left out; none, or a test has failed.
    pub fn problems(&self) -> &[Problem] {
        self.catalogue.problems()
    }

    /// Decoded segments below the context path as the product reads them: whatever it takes for
    /// the same thing becomes the same segments. Folding twice changes nothing more.
    pub fn fold<'b>(&self, segments: &'b [Cow<'_, str>]) -> Segments<'b> {
        let Some(below) = fold::below_resource_prefix(segments) else {
            return fold::borrow(segments);
        };
        let mut folded = fold::borrow(below);
        self.fold_names(&mut folded, true);
        self.catalogue.fold_keys(&mut folded);
        folded
    }

    /// A pattern about folded segments; its wildcards stay. Where it says neither module nor
    /// version (`/rest/*/latest/…`), the version becomes a wildcard too.
    pub fn fold_pattern(&self, pattern: &Pattern) -> Pattern {
        let segments: Vec<Cow<'_, str>> = pattern
            .segments()
            .iter()
            .map(|segment| match segment {
                PatternSegment::Literal(text) => Cow::Borrowed(text.as_str()),
                PatternSegment::Any => Cow::Borrowed(WILDCARD),
            })
            .collect();
        let Some(below) = fold::below_resource_prefix(&segments) else { return pattern.clone() };
        let mut folded = fold::borrow(below);
        self.fold_names(&mut folded, !pattern.has_rest());
        let mut folded: Vec<Option<Cow<'_, str>>> =
            folded.into_iter().map(|text| (text != WILDCARD).then_some(text)).collect();
        if let [Some(rest), None, version, ..] = folded.as_mut_slice()
            && rest == "rest"
            && version.as_deref() == Some("latest")
        {
            *version = None;
        }
        self.catalogue.fold_pattern_keys(&mut folded);
        let literal = |text: Cow<'_, str>| PatternSegment::Literal(text.into_owned());
        let segments = folded.into_iter().map(|text| text.map_or(PatternSegment::Any, literal));
        pattern.with_segments(segments.collect())
    }

    /// Why a pattern meets less than it seems to; for whoever writes one.
    pub fn find_pattern_pitfall(&self, pattern: &Pattern) -> Option<&'static str> {
        let is_open = pattern.has_rest() || pattern.segments().last() == Some(&PatternSegment::Any);
        match pattern.segments() {
            [PatternSegment::Literal(first), second, ..]
                if self.product == Product::Jira
                    && is_open
                    && first == "secure"
                    && !matches!(second, PatternSegment::Literal(name) if family::is_file(name)) =>
            {
                Some(
                    "actions (*.jspa) are matched as /secure/Name.jspa, wherever they are asked for",
                )
            }
            [PatternSegment::Literal(first), ..] if is_open && first == "s" => {
                Some("a path behind /s/…/_/ is matched without that prefix")
            }
            _ => None,
        }
    }

    fn fold_names(&self, segments: &mut Segments<'_>, is_whole: bool) {
        if self.product == Product::Jira && is_whole {
            action::fold(segments);
        }
        if segments.first().is_some_and(|first| first == "rest") {
            fold::strip_extension(segments);
            self.modules.fold_version(segments);
        }
    }

    /// What a request is. `folded` are the segments that [`Profile::fold`] gave.
    ///
    /// Two things are decided before the catalogue is asked. A path that can be read in two ways
    /// is `mint`, which no token reaches. What names `WEB-INF` or `META-INF` is an unknown page
    /// (CVE-2021-26085 read files there).
    pub fn operation<'a>(&'a self, method: Method, folded: &'a [Cow<'a, str>]) -> Operation<'a> {
        let family = family::derive(self.product, folded);
        let nothing = Operation {
            family,
            resource: "",
            action: "",
            effect: None,
            project: None,
            heavy: false,
            door: None,
        };
        if fold::has_ambiguous_prefix(folded) {
            let (resource, action) = ("ambiguous", "ambiguous");
            let effect = Some(Effect::Mint);
            return Operation { family: Family::Rest, resource, action, effect, ..nothing };
        }
        if self.product == Product::Jira && action::is_ambiguous(folded) {
            let (resource, action) = ("ambiguous", "ambiguous");
            return Operation { resource, action, effect: Some(Effect::Mint), ..nothing };
        }
        if folded.iter().any(|segment| is_of_the_server(segment)) {
            return Operation { family: Family::Page, ..nothing };
        }
        let Some((row, project)) = self.catalogue.find_with_project(method, folded) else {
            return nothing;
        };
        Operation {
            family: row.family.unwrap_or(family),
            resource: row.resource,
            action: row.action,
            effect: row.effect,
            project,
            heavy: row.heavy,
            door: row.door,
        }
    }

    /// What a request is, where an administrator has marked some GETs of add-ons as reads.
    /// `reads` are his patterns, folded by [`Profile::fold_pattern`]. They hold for what the
    /// catalogue does not know and for what it takes for a write because anything may stand
    /// behind it (`/plugins/servlet/**`); never for administration, credentials and sign-in.
    pub fn operation_with_reads<'a>(
        &'a self,
        method: Method,
        folded: &'a [Cow<'a, str>],
        reads: &[Pattern],
    ) -> Operation<'a> {
        let mut operation = self.operation(method, folded);
        let may_be_marked = matches!(operation.effect, None | Some(Effect::Write))
            && matches!(method, Method::Get | Method::Head)
            && operation.door.is_none();
        if may_be_marked && reads.iter().any(|pattern| pattern.matches(method, folded)) {
            operation.effect = Some(Effect::Read);
        }
        operation
    }

    /// Whether one reading of a page's target that is not canonical (segments below the context
    /// path, not folded) is an interface for programs, a way to sign in, or administration.
    /// Generous: what is refused here is a page in an unusual spelling at worst.
    pub fn is_sensitive_reading(&self, segments: &[String]) -> bool {
        let borrowed: Segments<'_> =
            segments.iter().map(|segment| Cow::Borrowed(segment.as_str())).collect();
        let folded = self.fold(&borrowed);
        if family::is_sensitive(&folded) || family::is_sensitive(&borrowed) {
            return true;
        }
        Method::ALL.into_iter().any(|method| {
            let operation = self.operation(method, &folded);
            operation.door.is_some()
                || operation.effect >= Some(Effect::Admin)
                || operation.family.is_programmatic()
                || matches!(operation.family, Family::Login | Family::Feed | Family::Servlet)
        })
    }

    /// Whether a cookie of this name, in any letter case, signs somebody in.
    pub fn is_session_cookie(&self, name: &[u8]) -> bool {
        session::is_session_cookie(self.product, name)
    }

    /// Reads [`Profile::USER_HEADER`]; `None` when nobody can tell what it says, which must be
    /// taken for a surprise.
    pub fn user_from_header(&self, value: &[u8]) -> Option<ClaimedUser> {
        claimed_user::parse(value)
    }

    /// A refusal in the product's own dialect.
    pub fn refusal_body(&self, refusal: &Refusal, audience: Audience) -> RefusalBody {
        dialect::refusal_body(self.product, refusal, audience)
    }
}

fn is_of_the_server(segment: &str) -> bool {
    segment.eq_ignore_ascii_case("web-inf") || segment.eq_ignore_ascii_case("meta-inf")
}
