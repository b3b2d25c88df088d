//! Where a request goes: to the console, or to which instance.

use std::borrow::Cow;

use gatepass_model::target::readings;
use gatepass_model::{CanonicalTarget, Reason, Refusal, TargetError};
use gatepass_profiles::Profile;

use crate::engine::http1::request::is_plain_authority;
use crate::settings::{InstanceSettings, Settings};

/// Where a request goes, and how its target was read.
pub(crate) enum Place<'a> {
    /// Below `console_path`: answered by Gatepass itself.
    Local(CanonicalTarget<'a>),
    /// Where an instance's people sign in to the console, below its context path: answered by
    /// Gatepass itself.
    SignIn(usize, CanonicalTarget<'a>),
    /// To an instance (by its place in the settings), by a target that can be read in one way.
    Instance(usize, CanonicalTarget<'a>),
    /// To an instance, by a target that can be read in several ways: a page's at most, which
    /// passes only while pages are observed and it carries no credential but a session.
    Unclear(usize, &'a [u8], TargetError),
}

fn malformed(error: TargetError) -> Refusal {
    Refusal::new(
        Reason::MalformedTarget,
        format!("The address can be read in more than one way: {}.", error.as_str()),
    )
}

/// The target in origin form. A target in absolute form (RFC 9112 3.2.2) must name the Host.
pub(crate) fn origin_form<'a>(target: &'a [u8], host: &str) -> Result<&'a [u8], Refusal> {
    if target.first() == Some(&b'/') {
        return Ok(target);
    }
    let Some(end) = target.windows(3).position(|window| window == b"://") else {
        return Err(malformed(TargetError::NotAPath));
    };
    let scheme = target.get(..end).unwrap_or_default();
    let known = scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"https");
    let rest = target.get(end + 3..).unwrap_or_default();
    let end = rest.iter().position(|&b| matches!(b, b'/' | b'?')).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if !known || !is_plain_authority(authority) || !authority.eq_ignore_ascii_case(host.as_bytes())
    {
        return Err(Refusal::new(
            Reason::MalformedRequest,
            "The address in the request line and the Host are not the same.",
        ));
    }
    match path.first() {
        Some(b'/') => Ok(path),
        None => Ok(b"/"),
        Some(_) => Err(malformed(TargetError::NotAPath)),
    }
}

/// Where the request goes.
pub(crate) fn find<'a>(
    raw: &'a [u8],
    host: &str,
    settings: &Settings,
    profile_of: impl Fn(usize) -> &'static Profile,
) -> Result<Place<'a>, Refusal> {
    let has_console = settings.console_host.is_empty() || is_host(&settings.console_host, host);
    match CanonicalTarget::parse(raw) {
        Ok(target) => {
            if has_console && target.segments_below(&settings.console_path).is_some() {
                return Ok(Place::Local(target));
            }
            let found = instance_of(host, &settings.instances, |context| {
                target.segments_below(context).is_some()
            });
            match found {
                Some(index) if is_sign_in(&target, index, settings) => {
                    Ok(Place::SignIn(index, target))
                }
                Some(index) => Ok(Place::Instance(index, target)),
                None if has_console && !settings.console_host.is_empty() => {
                    Ok(Place::Local(target))
                }
                None => Err(unknown(host)),
            }
        }
        Err(error) => {
            let index = instance_of(host, &settings.instances, |context| {
                raw.strip_prefix(context.as_bytes())
                    .is_some_and(|rest| matches!(rest.first(), None | Some(b'/' | b'?' | b';')))
            });
            let Some(index) = index else { return Err(malformed(error)) };
            check_unclear(raw, error, index, settings, profile_of(index))?;
            Ok(Place::Unclear(index, raw, error))
        }
    }
}

/// What stands below an instance's context path when somebody signs in to the console with it. The
/// product's session cookie has that path, so it is not sent to the console's own.
const SIGN_IN: &str = "gatepass-sign-in";

fn is_sign_in(target: &CanonicalTarget<'_>, index: usize, settings: &Settings) -> bool {
    let context =
        settings.instances.get(index).map_or("", |one| one.instance.context_path.as_str());
    matches!(target.segments_below(context), Some([only]) if *only == SIGN_IN)
}

fn unknown(host: &str) -> Refusal {
    let shown: String = host.chars().take(100).collect();
    Refusal::new(
        Reason::InstanceUnknown,
        format!(
            "No product answers to {shown} at this address here. Ask a Gatepass administrator."
        ),
    )
}

/// The instance for `host` whose context path is the longest that `lies_below` accepts. One that
/// names the host comes before one that answers to every host.
fn instance_of(
    host: &str,
    instances: &[InstanceSettings],
    lies_below: impl Fn(&str) -> bool,
) -> Option<usize> {
    let candidates = instances.iter().enumerate().filter(|(_, one)| {
        let answers = one.hosts.is_empty() || one.hosts.iter().any(|name| is_host(name, host));
        answers && lies_below(&one.instance.context_path)
    });
    candidates
        .max_by_key(|(_, one)| (!one.hosts.is_empty(), one.instance.context_path.len()))
        .map(|(index, _)| index)
}

/// Whether `name` (in lower case, with a port or without) is `host`. A name without a port
/// answers on every port.
fn is_host(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            name.eq_ignore_ascii_case(bare)
        }
        _ => false,
    }
}

/// Refuses an unclear target that somebody behind us could read as something for programs, as
/// sign-in, or as the console.
fn check_unclear(
    raw: &[u8],
    error: TargetError,
    index: usize,
    settings: &Settings,
    profile: &Profile,
) -> Result<(), Refusal> {
    let is_printable = raw.iter().all(|byte| (0x21..0x7f).contains(byte) && *byte != b'#');
    if !is_printable {
        return Err(malformed(error));
    }
    let context =
        settings.instances.get(index).map_or("", |one| one.instance.context_path.as_str());
    for reading in readings(raw) {
        let below = below(&reading, context);
        let is_console = self::below(&reading, &settings.console_path).is_some();
        // A reading that leaves the context path is nobody's page.
        if is_console || below.is_none_or(|below| profile.is_sensitive_reading(below)) {
            return Err(malformed(error));
        }
    }
    Ok(())
}

fn below<'r>(segments: &'r [String], context: &str) -> Option<&'r [String]> {
    let mut rest = segments;
    for expected in context.split('/').filter(|segment| !segment.is_empty()) {
        let (first, others) = rest.split_first()?;
        if first != expected {
            return None;
        }
        rest = others;
    }
    Some(rest)
}

/// The segments below the context path of the instance.
pub(crate) fn segments_below<'t, 'a>(
    target: &'t CanonicalTarget<'a>,
    context: &str,
) -> &'t [Cow<'a, str>] {
    target.segments_below(context).unwrap_or_default()
}
