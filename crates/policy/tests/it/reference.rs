//! What the interface promises, said once more, slowly and plainly: on the document and the
//! grant as people write them, without anything that `decide` uses.

use gatepass_model::operation::PasswordDoor;
use gatepass_model::pattern::PatternSegment;
use gatepass_model::{
    Access, CredentialKind, Effect, Exemption, Family, Mode, Pattern, Person, Reason, Rule, Say,
    TokenState,
};

use crate::world::{GivenToken, Seen, SeenIdentity, Token, World, fold_segment};

pub(crate) fn decide(world: &World) -> Result<Seen, Reason> {
    if !matches!(world.token, GivenToken::None) && !world.is_fresh {
        return Err(Reason::NotReady);
    }
    if world.forged.is_some() {
        return Err(Reason::ForgedIdentity);
    }
    match &world.token {
        GivenToken::Unknown => Err(Reason::TokenInvalid),
        GivenToken::Known(token) => with_token(world, token),
        GivenToken::None => without_token(world),
    }
}

fn with_token(world: &World, token: &Token) -> Result<Seen, Reason> {
    use CredentialKind::{NativeToken, Oauth, Password};
    if [Password, NativeToken, Oauth].iter().any(|kind| world.others.contains(kind)) {
        return Err(Reason::MalformedRequest);
    }
    if token.state == TokenState::Revoked {
        return Err(Reason::TokenRevoked);
    }
    let is_over = token.expires_at.is_some_and(|end| world.now >= end);
    if token.state == TokenState::Expired || is_over {
        return Err(Reason::TokenExpired);
    }
    if token.state == TokenState::Pending {
        return Err(Reason::TokenPending);
    }
    if token.state == TokenState::Suspended {
        return Err(Reason::TokenSuspended);
    }
    let owner = world.owner.as_ref().filter(|owner| owner.key == token.owner);
    if let (Some(owner), Some(claimed)) = (owner, &world.claimed_owner)
        && !is_called(owner, claimed)
    {
        return Err(Reason::OwnerMismatch);
    }
    let owner = owner.filter(|owner| owner.active).ok_or(Reason::OwnerInactive)?;
    let rules: Vec<&Rule> =
        world.policy.rules.iter().filter(|rule| applies_to(rule, owner)).collect();
    if rules.iter().any(|rule| rule.use_tokens == Say::Deny)
        || !rules.iter().any(|rule| rule.use_tokens == Say::Allow)
    {
        return Err(Reason::UseNotPermitted);
    }
    within_grant(world, token, &rules)?;
    Ok(Seen { identity: SeenIdentity::Owner, observed: Vec::new(), outside_page: false })
}

fn within_grant(world: &World, token: &Token, rules: &[&Rule]) -> Result<(), Reason> {
    let grant = &token.grant;
    let policy_allows_instance = rules.iter().all(|rule| match &rule.bounds.instances {
        Some(list) => list.contains(&world.instance),
        None => true,
    });
    if token.owner.directory != world.directory
        || !(grant.instances.is_empty() || grant.instances.contains(&world.instance))
        || !policy_allows_instance
    {
        return Err(Reason::InstanceNotAllowed);
    }
    let is_inside = grant.networks.iter().any(|network| network.contains(world.client));
    if !grant.networks.is_empty() && !is_inside {
        return Err(Reason::NetworkNotAllowed);
    }
    for header in &grant.required_headers {
        let values: Vec<&str> = world
            .headers
            .iter()
            .filter(|(name, _)| name == header.name())
            .map(|(_, value)| value.as_str())
            .collect();
        if values != [header.value()] {
            return Err(Reason::HeaderRequired);
        }
    }
    if world.effect == Some(Effect::Mint) || world.door.is_some() {
        return Err(Reason::ResourceNotAllowed);
    }
    let is_allowed = grant.allow.iter().any(|pattern| means(pattern, world));
    let is_denied = grant.deny.iter().any(|pattern| means(pattern, world));
    let is_in_reach = matches!(world.family, Family::Rest | Family::Git | Family::File);
    let is_listed = if grant.allow.is_empty() { is_in_reach } else { is_allowed };
    if is_denied || !is_listed {
        return Err(Reason::PathNotAllowed);
    }
    let is_forced = rules.iter().any(|rule| rule.bounds.read_only == Some(true));
    if (grant.access == Access::ReadOnly || is_forced) && world.effect != Some(Effect::Read) {
        return Err(Reason::ReadOnly);
    }
    let says = |wanted| rules.iter().any(|rule| rule.bounds.admin_operations == Some(wanted));
    let policy_allows = says(true) && !says(false);
    if world.effect == Some(Effect::Admin) && !(grant.admin && policy_allows) {
        return Err(Reason::AdminNotAllowed);
    }
    Ok(())
}

fn without_token(world: &World) -> Result<Seen, Reason> {
    let programs = [Family::Rest, Family::Git, Family::Rpc, Family::Webdav];
    let is_for_programs = programs.contains(&world.family);
    let has = |kind| world.others.contains(&kind);
    let is_sign_in = world.door == Some(PasswordDoor::Browser)
        && world.same_origin
        && !has(CredentialKind::Password);
    let has_nothing = world.others.is_empty() && world.door.is_none();
    let mut observed = Vec::new();
    let mut outside_page = false;
    for kind in CredentialKind::ALL {
        let counts = match kind {
            CredentialKind::Password => has(kind) || (world.door.is_some() && !is_sign_in),
            CredentialKind::NativeToken | CredentialKind::Oauth => has(kind),
            CredentialKind::Session => has(kind) && is_for_programs && !is_sign_in,
            CredentialKind::Anonymous => has_nothing && is_for_programs && !world.is_preflight,
        };
        let policy = world.policy.instances.get(&world.instance).cloned().unwrap_or_default();
        let is_exempt = policy.exemptions.iter().any(|one| exempts(one, kind, world));
        let is_for_page = kind == CredentialKind::Session && comes_from_page(world);
        if !counts || is_exempt {
            continue;
        }
        match policy.modes.of(kind) {
            Mode::Block => return Err(blocked(kind)),
            Mode::Browser if !is_for_page => return Err(blocked(kind)),
            Mode::Observe => observed.push(kind),
            Mode::Allow | Mode::Browser => {}
        }
        outside_page |= kind == CredentialKind::Session && !is_for_page;
    }
    let identity = if has_nothing { SeenIdentity::Anonymous } else { SeenIdentity::AsPresented };
    Ok(Seen { identity, observed, outside_page })
}

/// The generator writes these lines in few spellings; the table has the others.
fn comes_from_page(world: &World) -> bool {
    let once = |wanted: &str| {
        let lines: Vec<_> = world.headers.iter().filter(|(name, _)| name == wanted).collect();
        if let [(_, value)] = lines[..] { Some(value.as_str()) } else { None }
    };
    let own = world.origin.as_ref().map(|(is_secure, host)| {
        let scheme = if *is_secure { "https" } else { "http" };
        format!("{scheme}://{host}")
    });
    match (once("sec-fetch-site"), once("origin"), once("referer")) {
        (Some("same-origin"), _, _) => true,
        (Some("none"), _, _) => once("sec-fetch-mode") == Some("navigate"),
        (Some(_), _, _) | (None, None, None) => false,
        (None, Some(origin), _) => own.is_some_and(|own| own == origin),
        (None, None, Some(url)) => own.is_some_and(|own| format!("{own}/browse/EX-1") == url),
    }
}

fn blocked(kind: CredentialKind) -> Reason {
    match kind {
        CredentialKind::Password => Reason::PasswordsDisabled,
        CredentialKind::NativeToken => Reason::NativeTokensDisabled,
        CredentialKind::Session => Reason::SessionsDisabled,
        CredentialKind::Oauth => Reason::OauthDisabled,
        CredentialKind::Anonymous => Reason::CredentialRequired,
    }
}

fn exempts(exemption: &Exemption, kind: CredentialKind, world: &World) -> bool {
    let mut conditions = vec![exemption.credentials.contains(kind)];
    if let Some(until) = exemption.until {
        conditions.push(world.now < until);
    }
    if !exemption.people.is_empty() || !exemption.groups.is_empty() {
        let claimed = world.claimed_user.as_deref();
        let by_name = exemption
            .people
            .iter()
            .any(|name| claimed.is_some_and(|c| c.to_lowercase() == name.folded()));
        let by_group = world.claimed_person.as_ref().is_some_and(|person| {
            claimed.is_some_and(|claimed| is_called(person, claimed))
                && person.groups.iter().any(|group| exemption.groups.contains(group))
        });
        conditions.push(by_name || by_group);
    }
    if !exemption.networks.is_empty() {
        conditions.push(exemption.networks.iter().any(|network| network.contains(world.client)));
    }
    if !exemption.paths.is_empty() {
        conditions.push(exemption.paths.iter().any(|pattern| means(pattern, world)));
    }
    !conditions.contains(&false)
}

fn is_called(person: &Person, claimed: &str) -> bool {
    let claimed = claimed.to_lowercase();
    person.key.username.as_str().to_lowercase() == claimed
        || person.email.as_ref().is_some_and(|email| email.to_lowercase() == claimed)
}

fn applies_to(rule: &Rule, person: &Person) -> bool {
    let is_for_everybody = rule.groups.is_empty() && rule.people.is_empty();
    let is_member = rule.groups.iter().any(|group| person.groups.iter().any(|own| own == group));
    let is_named = rule.people.iter().any(|name| name.folded() == person.key.username.folded());
    is_for_everybody || is_member || is_named
}

/// Whether a pattern means the request, by walking both from the front.
fn means(pattern: &Pattern, world: &World) -> bool {
    fn walk(pattern: &[PatternSegment], has_rest: bool, path: &[String], world: &World) -> bool {
        match (pattern, path) {
            ([], []) => true,
            ([], [_, ..]) => has_rest,
            ([_, ..], []) => false,
            ([PatternSegment::Any, pattern @ ..], [_, path @ ..]) => {
                walk(pattern, has_rest, path, world)
            }
            ([PatternSegment::Literal(text), pattern @ ..], [segment, path @ ..]) => {
                fold_segment(world.product, text) == *segment
                    && walk(pattern, has_rest, path, world)
            }
        }
    }
    pattern.methods().contains(world.method)
        && walk(pattern.segments(), pattern.has_rest(), &world.segments(), world)
}
