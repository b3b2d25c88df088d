//! Limits as documents: what there is, and what is left of it.

use gatepass_model::{InstanceName, Token, TokenId};
use gatepass_policy::Rights;
use gatepass_policy::limit::{Left, Moment, SubjectKind};
use gatepass_snapshot::LimitsLeft;
use serde::Serialize;

use crate::control::Control;
use crate::token::LimitsView;

/// The limits of one subject, and what is left of them on the node that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitView {
    /// `token`, `owner`, `integration` or `instance`.
    pub of: &'static str,
    /// Which one: a handle, a username, a name.
    pub name: String,
    /// What there is in all.
    #[serde(flatten)]
    pub limits: LimitsView,
    /// What is left of it.
    pub left: LeftView,
}

/// What is left of limits at the moment; `null` where there is no such limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeftView {
    /// Requests that may come at once.
    pub requests: Option<u64>,
    /// Requests that may be on their way beside those that are.
    pub concurrency: Option<u32>,
    /// Bytes until midnight (UTC).
    pub bytes_today: Option<u64>,
    /// Heavy requests that may come at once.
    pub heavy_requests: Option<u64>,
    /// Heavy requests that may be on their way beside those that are.
    pub heavy_concurrency: Option<u32>,
}

impl From<LimitsLeft> for LimitView {
    fn from(one: LimitsLeft) -> Self {
        let LimitsLeft { kind, name, limits, left } = one;
        let Left { rate, concurrency, bytes_today, heavy_rate, heavy_concurrency } = left;
        Self {
            of: kind.as_str(),
            name,
            limits: LimitsView::of(&limits),
            left: LeftView {
                requests: rate,
                concurrency,
                bytes_today,
                heavy_requests: heavy_rate,
                heavy_concurrency,
            },
        }
    }
}

impl Control {
    /// What limits a token, and what is left of it; nothing where no gate runs in this process.
    pub(crate) fn limits_left(&self, token: TokenId) -> Vec<LimitView> {
        let Some(snapshot) = self.snapshot.get() else { return Vec::new() };
        let nanos = u64::try_from(snapshot.began().elapsed().as_nanos()).unwrap_or(u64::MAX);
        let at = Moment { nanos, wall_seconds: self.clock.now().as_seconds().unsigned_abs() };
        let instances: Vec<InstanceName> =
            self.instances.iter().map(|known| known.instance.name.clone()).collect();
        let left = snapshot.limits_left(token, &instances, at);
        left.into_iter().map(LimitView::from).collect()
    }
}

/// What limits a request with this token, in words: whose limit, and what it is.
pub(crate) fn limit_words(
    token: &Token,
    rights: Option<&Rights>,
    instance: (&InstanceName, &gatepass_model::Limits),
) -> Vec<String> {
    let bounds = rights.map(|rights| &rights.bounds);
    let value = |bound: Option<&gatepass_policy::Bound<gatepass_model::Limits>>| {
        bound.map_or(gatepass_model::Limits::NONE, |bound| bound.value)
    };
    let by_rule = value(bounds.and_then(|bounds| bounds.token_limits.as_ref()));
    let of_owner = value(bounds.and_then(|bounds| bounds.owner_limits.as_ref()));
    let of_integration = value(bounds.and_then(|bounds| bounds.integration_limits.as_ref()));
    let integration = token.integration.clone();
    let own = token.grant.limits;
    let own = if by_rule.is_none() { own } else { own.strictest(&by_rule) };
    let all = [
        Some((SubjectKind::Token, token.id.to_string(), own)),
        Some((SubjectKind::Owner, token.owner.username.to_string(), of_owner)),
        integration.map(|name| (SubjectKind::Integration, name, of_integration)),
        Some((SubjectKind::Instance, instance.0.to_string(), *instance.1)),
    ];
    let limited = all.into_iter().flatten().filter(|(_, _, limits)| !limits.is_none());
    limited.map(|(kind, name, limits)| format!("{} {name}: {limits}", kind.as_str())).collect()
}
