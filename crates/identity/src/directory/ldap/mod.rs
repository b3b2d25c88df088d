//! An LDAP server or Active Directory that is asked about people.
//!
//! Who is called so is one search ([`person`]); his groups, and those which these are in, are
//! further ones ([`group`]); all of them go over one connection that is kept ([`line`]). An answer
//! counts as a whole or not at all: a search that was cut short, points elsewhere or finds two
//! people is a [`LdapProblem`], from which nothing follows about anybody.

mod entry;
mod examine;
mod group;
mod line;
mod person;
mod problem;
mod search;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Username;
use gatepass_vault::SecretText;
use rustls::ClientConfig;
use tokio::time::timeout;

pub use examine::{Examined, InactiveSignal, Sample};
pub use problem::LdapProblem;

use crate::product::LookedUp;
use line::{Line, Session};

/// For everything that is asked about one person. People may wait for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a server stands, and how it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapServer {
    /// `ldap://host:port` or `ldaps://host:port`.
    pub url: String,
    /// Whether TLS begins with `StartTLS`. Nothing is said before it but that.
    pub start_tls: bool,
}

/// What kind of server it is, where the protocol leaves something open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LdapKind {
    /// One that does what the RFCs say.
    Plain,
    /// Active Directory: `userAccountControl` says who is deactivated, and a domain does not point
    /// to others.
    ActiveDirectory,
}

/// How people are told. Filters are in parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleAttributes {
    /// Which entries are people.
    pub filter: String,
    /// The attribute of the username.
    pub username: String,
    /// The attribute of what people call somebody.
    pub display_name: String,
    /// The attribute of the e-mail address.
    pub email: String,
    /// The attribute that stays when somebody is renamed. Where it is set, everybody must have it.
    pub id: Option<String>,
    /// Which people are deactivated.
    pub inactive_filter: Option<String>,
}

/// How groups are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupAttributes {
    /// The entry below which they are.
    pub base_dn: String,
    /// Which entries are groups; a filter in parentheses.
    pub filter: String,
    /// The attribute of a group's name.
    pub name: String,
    /// The attribute of its members: distinguished names or, as `memberUid`, usernames.
    pub member: String,
}

/// Everything that an [`LdapDesk`] is told.
#[derive(Debug)]
pub struct LdapSettings {
    /// The servers, at least one, all with the same people.
    pub servers: Vec<LdapServer>,
    /// Whom the gate trusts in TLS; `None` where no server has it.
    pub tls: Option<Arc<ClientConfig>>,
    /// The account that asks.
    pub bind_dn: String,
    /// Its password; never empty, for a bind without one succeeds as nobody (RFC 4513 5.1.2).
    pub password: SecretText,
    /// What kind of servers they are.
    pub kind: LdapKind,
    /// The entry below which people are.
    pub base_dn: String,
    /// How people are told.
    pub people: PeopleAttributes,
    /// How groups are told.
    pub groups: GroupAttributes,
}

/// Why an [`LdapDesk`] can't be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableLdap {
    /// A filter that is none (RFC 4515).
    #[error("{0:?} is no filter")]
    NoFilter(String),
    /// There is no server, or no password.
    #[error("it has no {0}")]
    Missing(&'static str),
}

/// Asks an LDAP server about people. Shared; it keeps one connection.
pub struct LdapDesk {
    settings: LdapSettings,
    line: Line,
}

impl LdapDesk {
    /// What each [`native_key`](crate::Account::native_key) of such a directory begins with.
    pub const KEY_PREFIX: &'static str = "ldap:";

    /// Reads the filters; connects to nobody.
    pub fn new(mut settings: LdapSettings) -> Result<Self, UnusableLdap> {
        let people = &settings.people;
        let filters = [Some(&people.filter), people.inactive_filter.as_ref()];
        for filter in filters.into_iter().flatten().chain([&settings.groups.filter]) {
            ldap3::parse_filter(filter).map_err(|()| UnusableLdap::NoFilter(filter.clone()))?;
        }
        if settings.servers.is_empty() {
            return Err(UnusableLdap::Missing("server"));
        }
        if settings.password.expose().is_empty() {
            return Err(UnusableLdap::Missing("password"));
        }
        settings.tls = settings.tls.as_ref().map(without_http);
        Ok(Self { settings, line: Line::default() })
    }

    /// What this directory's native keys begin with: those of another attribute are of other things.
    pub fn key_prefix(&self) -> Option<String> {
        self.settings.people.id.as_deref().map(person::key_prefix)
    }

    /// Who is called `username`, with all his groups. `Gone` only on a search that succeeded, found
    /// nobody of that name and could have found somebody else.
    pub async fn look_up(&self, username: &Username) -> Result<LookedUp, LdapProblem> {
        let session = self.line.session(&self.settings).await?;
        match self.ask(&session, username).await {
            // It may have ended since the last question, as a server that is restarted has it end.
            Err(problem) if problem.is_loss() && !session.is_fresh() => {
                let session = self.line.session(&self.settings).await?;
                self.ask(&session, username).await
            }
            answer => answer,
        }
    }

    async fn ask(&self, session: &Session, username: &Username) -> Result<LookedUp, LdapProblem> {
        let asking = person::look_up(&self.settings, session, username);
        let answer = timeout(PATIENCE, asking).await.unwrap_or(Err(LdapProblem::TooLate));
        if let Err(problem) = &answer
            && problem.is_of_the_server()
        {
            self.line.leave(session).await;
        }
        answer
    }

    /// Tries each server in turn, for an administrator who wants to know what is wrong.
    pub async fn examine(&self) -> Vec<(String, Result<Examined, LdapProblem>)> {
        let mut all = Vec::new();
        for server in &self.settings.servers {
            let examining = async {
                let session = line::connect(&self.settings, server).await?;
                examine::examine(&self.settings, &session).await
            };
            let found = timeout(PATIENCE, examining).await.unwrap_or(Err(LdapProblem::TooLate));
            all.push((server.url.clone(), found));
        }
        all
    }
}

/// It was made for HTTP, and offers that: a server that takes ALPN seriously would end the handshake
/// (RFC 7301 3.2).
fn without_http(config: &Arc<ClientConfig>) -> Arc<ClientConfig> {
    let mut config = ClientConfig::clone(config);
    config.alpn_protocols.clear();
    Arc::new(config)
}

impl fmt::Debug for LdapDesk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LdapDesk")
            .field("servers", &self.settings.servers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> LdapSettings {
        LdapSettings {
            servers: vec![LdapServer { url: "ldap://127.0.0.1:1".to_owned(), start_tls: false }],
            tls: None,
            bind_dn: "cn=gatepass".to_owned(),
            password: SecretText::new("s3cret".to_owned()),
            kind: LdapKind::Plain,
            base_dn: "dc=example".to_owned(),
            people: PeopleAttributes {
                filter: "(objectClass=person)".to_owned(),
                username: "uid".to_owned(),
                display_name: "cn".to_owned(),
                email: "mail".to_owned(),
                id: Some("entryUUID".to_owned()),
                inactive_filter: None,
            },
            groups: GroupAttributes {
                base_dn: "dc=example".to_owned(),
                filter: "(objectClass=groupOfNames)".to_owned(),
                name: "cn".to_owned(),
                member: "member".to_owned(),
            },
        }
    }

    #[test]
    fn a_desk_without_password_server_or_filter_is_none_and_shows_no_password() {
        let desk = LdapDesk::new(settings()).unwrap();
        assert!(!format!("{desk:?} {:?}", desk.settings).contains("s3cret"));
        assert_eq!(desk.key_prefix().unwrap(), "ldap:entryuuid:");
        let refused = |change: fn(&mut LdapSettings)| {
            let mut settings = settings();
            change(&mut settings);
            LdapDesk::new(settings).unwrap_err()
        };
        let of_filter = |text: &str| UnusableLdap::NoFilter(text.to_owned());
        assert_eq!(refused(|s| s.servers.clear()), UnusableLdap::Missing("server"));
        let no_password = refused(|s| s.password = SecretText::new(String::new()));
        assert_eq!(no_password, UnusableLdap::Missing("password"));
        assert_eq!(refused(|s| s.people.filter = "(&(a=b)".to_owned()), of_filter("(&(a=b)"));
        assert_eq!(refused(|s| s.groups.filter = "(a b)".to_owned()), of_filter("(a b)"));
        let inactive = refused(|s| s.people.inactive_filter = Some("(=)".to_owned()));
        assert_eq!(inactive, of_filter("(=)"));
    }
}
