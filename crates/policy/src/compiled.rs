//! Grants and modes in the form that they are decided in: patterns folded by each product.

use std::sync::Arc;

use gatepass_model::{
    Access, CredentialSet, Exemption, Grant, InstanceName, InstancePolicy, Lifetime, Limits,
    Method, Modes, NativeTokenPage, Network, Pattern, Product, RequiredHeader, Timestamp, Username,
};

/// The patterns of a grant, folded for one product.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GrantPatterns {
    pub(crate) allow: Box<[Pattern]>,
    pub(crate) deny: Box<[Pattern]>,
}

/// A grant, ready to be decided on. An empty list limits nothing, but for what
/// [`Grant`]'s fields say. Equal ones may be shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CompiledGrant {
    pub(crate) access: Access,
    pub(crate) admin: bool,
    pub(crate) instances: Box<[InstanceName]>,
    pub(crate) networks: Box<[Network]>,
    pub(crate) required_headers: Box<[RequiredHeader]>,
    patterns: [GrantPatterns; Product::ALL.len()],
    limits: Limits,
    integration: Option<Arc<str>>,
}

impl CompiledGrant {
    /// Of `grant`. `fold` gives a pattern as a product reads it: the same folding that the
    /// product's paths go through before they are asked about.
    pub fn compile(grant: &Grant, fold: impl Fn(Product, &Pattern) -> Pattern) -> Self {
        let of = |product, patterns: &[Pattern]| {
            patterns.iter().map(|pattern| fold(product, pattern)).collect()
        };
        let patterns = Product::ALL.map(|product| GrantPatterns {
            allow: of(product, &grant.allow),
            deny: of(product, &grant.deny),
        });
        Self {
            access: grant.access,
            admin: grant.admin,
            instances: grant.instances.as_slice().into(),
            networks: grant.networks.as_slice().into(),
            required_headers: grant.required_headers.as_slice().into(),
            patterns,
            limits: grant.limits,
            integration: None,
        }
    }

    /// The same for a token of this integration. It stands here because tokens of an integration
    /// are alike: one for all of them costs less than a word in each.
    pub fn for_integration(self, integration: Option<Arc<str>>) -> Self {
        Self { integration, ..self }
    }

    /// How much load it may cause, policy's own limits not counted.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The integration that the token is for.
    pub const fn integration(&self) -> Option<&Arc<str>> {
        self.integration.as_ref()
    }

    pub(crate) const fn patterns(&self, product: Product) -> &GrantPatterns {
        let [jira, confluence, bitbucket] = &self.patterns;
        match product {
            Product::Jira => jira,
            Product::Confluence => confluence,
            Product::Bitbucket => bitbucket,
        }
    }
}

/// The first of `patterns` that means this request.
pub(crate) fn find_match<'p, S: AsRef<str>>(
    patterns: &'p [Pattern],
    method: Method,
    path: &[S],
) -> Option<&'p Pattern> {
    patterns.iter().find(|pattern| pattern.matches(method, path))
}

/// What policy says of one instance, ready to be decided on. The default allows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompiledInstancePolicy {
    pub(crate) modes: Modes,
    pub(crate) exemptions: Box<[CompiledExemption]>,
    limits: Limits,
    slow_above: Option<Lifetime>,
    native_token_page: NativeTokenPage,
}

/// An exemption with its paths folded. Its conditions are those of [`Exemption`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompiledExemption {
    pub(crate) credentials: CredentialSet,
    pub(crate) people: Box<[Username]>,
    pub(crate) groups: Box<[String]>,
    pub(crate) networks: Box<[Network]>,
    pub(crate) paths: Box<[Pattern]>,
    pub(crate) until: Option<Timestamp>,
}

impl CompiledInstancePolicy {
    /// Of `policy`. `fold` gives a pattern as the instance's product reads it.
    pub fn compile(policy: &InstancePolicy, fold: impl Fn(&Pattern) -> Pattern) -> Self {
        let compile = |exemption: &Exemption| CompiledExemption {
            credentials: exemption.credentials,
            people: exemption.people.as_slice().into(),
            groups: exemption.groups.as_slice().into(),
            networks: exemption.networks.as_slice().into(),
            paths: exemption.paths.iter().map(&fold).collect(),
            until: exemption.until,
        };
        Self {
            modes: policy.modes,
            exemptions: policy.exemptions.iter().map(compile).collect(),
            limits: policy.limits,
            slow_above: policy.slow_above,
            native_token_page: policy.native_token_page,
        }
    }

    /// What happens to each kind of credential that is not a token.
    pub const fn modes(&self) -> &Modes {
        &self.modes
    }

    /// What all requests with a token may cause together.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How long the product may take on average before tokens are shed.
    pub const fn slow_above(&self) -> Option<Lifetime> {
        self.slow_above
    }

    /// What stands at the product's own page of native tokens.
    pub const fn native_token_page(&self) -> NativeTokenPage {
        self.native_token_page
    }
}
