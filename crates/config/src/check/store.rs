//! `[store]`.

use crate::config::StoreConfig;
use crate::keys;
use crate::reader::Reader;
use crate::store_location::StoreLocation;

pub(super) fn read(root: &mut Reader<'_>) -> Option<StoreConfig> {
    let stale_limit = root.lifetime(&keys::STALE_LIMIT);
    let notify = root.flag(&keys::STORE_NOTIFY);
    let location = location(root);
    Some(StoreConfig { location: location?, notify: notify?, stale_limit: stale_limit? })
}

fn location(root: &mut Reader<'_>) -> Option<StoreLocation> {
    let found: StoreLocation = root.parsed(&keys::STORE_URL)?;
    let file = match root.table().find(&keys::STORE_PASSWORD_FILE) {
        Some(_) => Some(root.file(&keys::STORE_PASSWORD_FILE)?),
        None => None,
    };
    let problem = match &found {
        StoreLocation::Sqlite(_) => Some("nothing would use it: the store is a file"),
        StoreLocation::Postgres { url, .. } if url.has_password() => {
            Some("store.url has a password already; one of the two must go")
        }
        StoreLocation::Postgres { .. } => None,
    };
    if let (Some(problem), Some(_)) = (problem, &file) {
        root.wrong(&keys::STORE_PASSWORD_FILE, problem);
    }
    Some(match found {
        StoreLocation::Sqlite(path) => StoreLocation::Sqlite(root.in_folder(&path)),
        StoreLocation::Postgres { url, .. } => StoreLocation::Postgres { url, password_file: file },
    })
}
