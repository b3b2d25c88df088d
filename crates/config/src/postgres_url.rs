//! Where a database of PostgreSQL's is, and as whom it is opened.

use std::fmt;
use std::str::FromStr;

use gatepass_model::target::percent_encoded;

/// `postgres://user:password@host:port/database?parameter=value`, as libpq reads it (PostgreSQL
/// documentation, 34.1.1.2). It prints without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    user: String,
    /// As written, percent-encoded.
    password: Option<String>,
    /// Hosts and ports, empty for those that a parameter names.
    hosts: String,
    /// With the slash before it, if there is one.
    database: String,
    parameters: String,
}

/// Why a text is no such URL. It quotes nothing of it: there may be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPostgresUrl {
    /// It does not begin with `postgres://`.
    #[error("write it as postgres://gatepass@db.example.com/gatepass")]
    Scheme,
    /// A character that must be percent-encoded where it stands.
    #[error(
        "the name, the password or another part has a character that must be percent-encoded \
         there, such as %40 for @, %2F for / or %23 for #"
    )]
    Unescaped,
    /// What should be a port is no number; it may be a password in the wrong place.
    #[error("what stands behind the host is no port")]
    Port,
    /// A password among its parameters.
    #[error("a password stands before the @, or in the file that store.password_file names")]
    PasswordParameter,
}

impl PostgresUrl {
    /// Whether a text was meant to be one, so that it must never be quoted.
    pub fn is_meant(text: &str) -> bool {
        let scheme = text.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        scheme.starts_with("postgres")
    }

    /// Whether it has a password in it.
    pub const fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// As the database is opened. The password that it has stays; `password`, as it is typed, is
    /// put where it has none.
    pub fn reveal(&self, password: Option<&str>) -> String {
        let password = self.password.clone().or_else(|| password.map(percent_encoded));
        self.written(password.as_deref())
    }

    /// Without a host the login stands among the parameters: the database's driver, which takes
    /// URLs as RFC 3986 has them, knows no name before an empty host.
    fn written(&self, password: Option<&str>) -> String {
        let Self { user, hosts, database, parameters, .. } = self;
        let mut login = user.clone();
        let mut parameters = parameters.clone();
        if hosts.is_empty() {
            login.clear();
            let named = [("user", Some(user.as_str())), ("password", password)];
            for (name, value) in named {
                let value = value.filter(|value| !value.is_empty());
                let part = value.map(|value| format!("{name}={value}"));
                let parts = [Some(parameters), part].into_iter().flatten();
                let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
                parameters = parts.join("&");
            }
        } else if let Some(password) = password {
            login = format!("{login}:{password}");
        }
        let at = if login.is_empty() { "" } else { "@" };
        let question = if parameters.is_empty() { "" } else { "?" };
        format!("postgres://{login}{at}{hosts}{database}{question}{parameters}")
    }
}

impl FromStr for PostgresUrl {
    type Err = InvalidPostgresUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let rest = rest.ok_or(InvalidPostgresUrl::Scheme)?;
        let (before, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) =
            before.find('/').and_then(|at| before.split_at_checked(at)).unwrap_or((before, ""));
        let (login, hosts) = authority.split_once('@').unwrap_or(("", authority));
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        // A password with an unescaped @, / or ? is parted at the wrong place, and then the other
        // part of it has one of these too many.
        let parts = [
            (user, ""),
            (password.unwrap_or_default(), ""),
            (hosts, ":[],"),
            (database.strip_prefix('/').unwrap_or_default(), ""),
            (parameters, "=&/:,"),
        ];
        if parts.iter().any(|(part, also)| !is_plain(part, also)) {
            return Err(InvalidPostgresUrl::Unescaped);
        }
        if !hosts.split(',').all(has_good_port) {
            return Err(InvalidPostgresUrl::Port);
        }
        if parameters.split('&').any(|parameter| parameter.starts_with("password=")) {
            return Err(InvalidPostgresUrl::PasswordParameter);
        }
        Ok(Self {
            user: user.to_owned(),
            password: password.filter(|password| !password.is_empty()).map(str::to_owned),
            hosts: hosts.to_owned(),
            database: database.to_owned(),
            parameters: parameters.to_owned(),
        })
    }
}

/// `db`, `db:5432`, `[::1]`, `[::1]:5432`, or nothing.
fn has_good_port(host: &str) -> bool {
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    let port = behind.rsplit_once(':').map_or("", |(_, port)| port);
    port.chars().all(|digit| digit.is_ascii_digit())
}

/// Unreserved, percent-encoded and sub-delimiters that part nothing (RFC 3986, section 2), and
/// what this part may have besides.
fn is_plain(part: &str, also: &str) -> bool {
    part.chars().all(|found| {
        found.is_ascii_alphanumeric() || "-._~%!$'()*+;".contains(found) || also.contains(found)
    })
}

/// For people: `postgres://gatepass@db.example.com/gatepass`.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written(None))
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_without_its_password_and_opens_with_it() {
        let url: PostgresUrl =
            "postgresql://gate:s%40cret@db:5433/gatepass?sslmode=verify-full".parse().unwrap();
        for told in [url.to_string(), format!("{url:?}"), format!("{:#?}", Some(&url))] {
            assert!(!told.contains("cret"), "{told}");
        }
        assert_eq!(url.to_string(), "postgres://gate@db:5433/gatepass?sslmode=verify-full");
        let whole = "postgres://gate:s%40cret@db:5433/gatepass?sslmode=verify-full";
        assert_eq!(url.reveal(Some("another")), whole);
    }

    #[test]
    fn a_password_from_elsewhere_is_encoded_where_there_is_none() {
        let url: PostgresUrl = "postgres://gate@db/g?sslmode=require".parse().unwrap();
        assert!(!url.has_password());
        assert_eq!(url.reveal(None), "postgres://gate@db/g?sslmode=require");
        let revealed = "postgres://gate:p%40%20%25%3Aw@db/g?sslmode=require";
        assert_eq!(url.reveal(Some("p@ %:w")), revealed);
    }

    #[test]
    fn by_a_socket_the_login_stands_among_the_parameters() {
        let url: PostgresUrl = "postgres://gate@/g?host=/run/postgresql".parse().unwrap();
        assert_eq!(url.reveal(None), "postgres:///g?host=/run/postgresql&user=gate");
        let whole = "postgres:///g?host=/run/postgresql&user=gate&password=p%40w";
        assert_eq!(url.reveal(Some("p@w")), whole);
        let url: PostgresUrl = "postgres://gate:p%40w@/g?host=/run/postgresql".parse().unwrap();
        assert_eq!(url.reveal(None), whole);
        assert_eq!(url.to_string(), "postgres:///g?host=/run/postgresql&user=gate");
    }

    #[test]
    fn what_is_left_out_stays_out() {
        for text in [
            "postgres:///gatepass",
            "postgres://db/gatepass?user=gate&host=/run",
            "postgres://[::1]:5432,db:5433/gatepass?target=any",
            "postgres://gate@db",
        ] {
            let url: PostgresUrl = text.parse().unwrap();
            assert_eq!((url.to_string(), url.reveal(None)), (text.to_owned(), text.to_owned()));
        }
    }

    #[test]
    fn what_is_no_such_url_is_refused_without_quoting_it() {
        for (text, expected) in [
            ("postgres:gatepass", InvalidPostgresUrl::Scheme),
            ("postgres://db:hidden/gatepass", InvalidPostgresUrl::Port),
            ("postgres://u:hidden", InvalidPostgresUrl::Port),
            ("postgres://u:hid@den@db/g", InvalidPostgresUrl::Unescaped),
            ("postgres://u:hid/den@db/g", InvalidPostgresUrl::Unescaped),
            ("postgres://u:hid?den@db/g", InvalidPostgresUrl::Unescaped),
            ("postgres://u:hid#den@db/g", InvalidPostgresUrl::Unescaped),
            ("postgres://u:hid den@db/g", InvalidPostgresUrl::Unescaped),
            ("postgres://u@db/g?password=hidden", InvalidPostgresUrl::PasswordParameter),
        ] {
            let error = text.parse::<PostgresUrl>().unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("hid"), "{error}");
        }
    }

    #[test]
    fn what_was_meant_to_be_one_is_known_however_it_is_misspelt() {
        for text in ["postgres://a", "postgresql:x", "Postgres://a", " postgres://", "postgress:a"]
        {
            assert!(PostgresUrl::is_meant(text), "{text}");
        }
        assert!(!PostgresUrl::is_meant("sqlite:postgres"));
    }
}
