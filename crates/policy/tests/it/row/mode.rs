//! Rows about requests without a token.

use gatepass_model::CredentialKind::{Anonymous, NativeToken, Oauth, Password, Session};
use gatepass_model::operation::PasswordDoor;
use gatepass_model::{CredentialKind, Family, Mode, Reason};

use super::End::{Observed, Permitted, Refused};
use super::{Row, exempt, mode, other};
use crate::world::{SeenIdentity, World, person};

pub(super) fn rows() -> Vec<Row> {
    use Reason as R;
    vec![
        other(
            "a password passes by default",
            &[Password],
            Permitted(SeenIdentity::AsPresented),
            |_| {},
        ),
        other("nothing passes by default", &[], Permitted(SeenIdentity::Anonymous), |w| {
            w.is_fresh = false;
        }),
        other("no identity without a token", &[], Refused(R::ForgedIdentity, "jwt"), |w| {
            w.forged = Some("jwt".into());
        }),
        other(
            "a blocked password hears the products' words",
            &[Password],
            Refused(
                R::PasswordsDisabled,
                "Basic Authentication has been disabled on this instance.",
            ),
            |w| mode(w, Password, Mode::Block),
        ),
        other(
            "passwords count on pages",
            &[Password],
            Refused(R::PasswordsDisabled, "jira"),
            |w| {
                mode(w, Password, Mode::Block);
                w.family = Family::Page;
            },
        ),
        other(
            "native tokens are blocked",
            &[NativeToken],
            Refused(R::NativeTokensDisabled, "ask"),
            |w| {
                mode(w, NativeToken, Mode::Block);
            },
        ),
        other("OAuth is blocked", &[Oauth], Refused(R::OauthDisabled, "ask"), |w| {
            mode(w, Oauth, Mode::Block);
        }),
        other(
            "sessions are blocked on REST",
            &[Session],
            Refused(R::SessionsDisabled, "ask"),
            |w| {
                mode(w, Session, Mode::Block);
            },
        ),
        other("sessions flow on pages", &[Session], Permitted(SeenIdentity::AsPresented), |w| {
            mode(w, Session, Mode::Block);
            w.family = Family::Page;
        }),
        other("every kind must pass", &[Session, Oauth], Refused(R::OauthDisabled, ""), |w| {
            mode(w, Session, Mode::Observe);
            mode(w, Oauth, Mode::Block);
        }),
        other(
            "nothing is blocked on REST",
            &[],
            Refused(R::CredentialRequired, "credential"),
            |w| {
                mode(w, Anonymous, Mode::Block);
            },
        ),
        other("nothing flows on files", &[], Permitted(SeenIdentity::Anonymous), |w| {
            mode(w, Anonymous, Mode::Block);
            w.family = Family::File;
        }),
        other("a preflight is excepted", &[], Permitted(SeenIdentity::Anonymous), |w| {
            mode(w, Anonymous, Mode::Block);
            w.is_preflight = true;
        }),
        other("observe passes and is counted", &[Password], Observed(Password), |w| {
            mode(w, Password, Mode::Observe);
        }),
    ]
}

pub(super) fn door_rows() -> Vec<Row> {
    use Reason as R;
    let sign_in = |w: &mut World| {
        w.door = Some(PasswordDoor::Browser);
        w.same_origin = true;
        for kind in CredentialKind::ALL {
            mode(w, kind, Mode::Block);
        }
    };
    vec![
        other("a program's door is a password", &[], Refused(R::PasswordsDisabled, "jira"), |w| {
            sign_in(w);
            w.door = Some(PasswordDoor::Program);
        }),
        other("a browser signs in", &[], Permitted(SeenIdentity::AsPresented), sign_in),
        other("with its session", &[Session], Permitted(SeenIdentity::AsPresented), sign_in),
        other("a browser's door is shut to scripts", &[], Refused(R::PasswordsDisabled, ""), |w| {
            sign_in(w);
            w.same_origin = false;
        }),
        other(
            "Basic at a browser's door counts",
            &[Password],
            Refused(R::PasswordsDisabled, ""),
            sign_in,
        ),
        other(
            "native tokens at the door count",
            &[NativeToken],
            Refused(R::NativeTokensDisabled, ""),
            sign_in,
        ),
    ]
}

pub(super) fn exemption_rows() -> Vec<Row> {
    use Reason as R;
    let blocked = |w: &mut World| {
        mode(w, Password, Mode::Block);
        w.claimed_user = Some("CI-Bot".into());
        w.claimed_person = Some(person("ci-bot", &["robots"]));
    };
    let row = |sentence, end, change: fn(&mut World)| {
        other(sentence, &[Password], end, |w| {
            blocked(w);
            change(w);
        })
    };
    vec![
        row("an exemption by name", Permitted(SeenIdentity::AsPresented), |w| {
            exempt(w, Password).people = vec!["ci-bot".parse().unwrap()];
        }),
        row("an exemption by group", Permitted(SeenIdentity::AsPresented), |w| {
            let exemption = exempt(w, Password);
            exemption.people = vec!["bob".parse().unwrap()];
            exemption.groups = vec!["robots".into()];
        }),
        row("an exempt credential is not observed", Permitted(SeenIdentity::AsPresented), |w| {
            mode(w, Password, Mode::Observe);
            exempt(w, Password);
        }),
        row("an exemption of another name", Refused(R::PasswordsDisabled, ""), |w| {
            exempt(w, Password).people = vec!["bob".parse().unwrap()];
        }),
        row("groups of somebody else do not count", Refused(R::PasswordsDisabled, ""), |w| {
            exempt(w, Password).groups = vec!["robots".into()];
            w.claimed_user = Some("bob".into());
        }),
        row("an exemption of another kind", Refused(R::PasswordsDisabled, ""), |w| {
            exempt(w, Session);
        }),
        row("an exemption ends", Refused(R::PasswordsDisabled, ""), |w| {
            let now = w.now;
            exempt(w, Password).until = Some(now);
        }),
        row("each condition must match", Refused(R::PasswordsDisabled, ""), |w| {
            let exemption = exempt(w, Password);
            exemption.people = vec!["ci-bot".parse().unwrap()];
            exemption.networks = vec!["192.0.2.0/24".parse().unwrap()];
        }),
        row("an exemption by path and network", Permitted(SeenIdentity::AsPresented), |w| {
            let exemption = exempt(w, Password);
            exemption.paths = vec!["GET /rest/api/*/issue/*".parse().unwrap()];
            exemption.networks = vec!["10.1.0.0/16".parse().unwrap()];
        }),
        row("an exemption of another path", Refused(R::PasswordsDisabled, ""), |w| {
            exempt(w, Password).paths = vec!["POST /rest/gadget/**".parse().unwrap()];
        }),
    ]
}
