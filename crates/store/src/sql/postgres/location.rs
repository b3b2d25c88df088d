//! Where the database is.

use sqlx::postgres::PgConnectOptions;

use crate::{StoreError, address};

/// What an address may say behind its `?`. Another word would be ignored by the driver, and a
/// mistyped `sslmode` with it.
const PARAMETERS: [&str; 12] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// Whether it is the address of a PostgreSQL database.
pub(crate) fn is_address(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// How to connect to `postgres://user:password@host:port/database?sslmode=verify-full`, or to a
/// socket by `postgres:///database?host=/folder`.
pub(crate) fn connect_options(url: &str) -> Result<PgConnectOptions, StoreError> {
    // The driver's own error may quote what it did not understand.
    let wrong = || StoreError::BadUrl(address::shown(url));
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
        if !PARAMETERS.contains(&name) {
            return Err(wrong());
        }
    }
    if !is_address(url) || url.contains('\0') {
        return Err(wrong());
    }
    let options: PgConnectOptions = url.parse().map_err(|_| wrong())?;
    let named = url.contains("application_name=");
    Ok(if named { options } else { options.application_name("gatepass") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_sockets_are_understood() {
        let options = connect_options("postgres://u:p@db.example.com:6432/gate").unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("db.example.com", 6432));
        assert_eq!(options.get_database(), Some("gate"));
        let options = connect_options("postgresql:///gate?host=/run/postgresql&user=g").unwrap();
        assert_eq!(options.get_socket().unwrap().to_str(), Some("/run/postgresql"));
        assert_eq!(options.get_username(), "g");
    }

    #[test]
    fn what_is_mistyped_is_refused_and_no_password_is_told() {
        for url in [
            "postgres://u:hunter2@db/gate?sslmodus=require",
            "postgres://u:hunter2@db/gate?sslmode=requires",
            "postgres://u:hunter2@db:port/gate",
            "postgres://u:hunter2@[/gate",
            "mysql://u:hunter2@db/gate",
        ] {
            let error = connect_options(url).unwrap_err();
            assert!(matches!(error, StoreError::BadUrl(_)), "{url}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
