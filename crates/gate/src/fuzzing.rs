//! The credential reader, for the fuzzer only: it is no part of what the crate offers.

use gatepass_model::{CredentialKind, Product};
use gatepass_profiles::profile;
use gatepass_vault::looks_like_token;

use crate::engine::http1::request::{HeadLimits, read};
use crate::engine::http1::scan::Scan;
use crate::read::credential::Credentials;

/// What came of reading.
#[derive(Debug)]
pub enum Presented {
    /// No head.
    Unreadable,
    /// Refused for what it presents.
    Refused,
    /// Taken.
    Read {
        /// A token of ours, of whatever worth.
        has_token: bool,
        /// Anything else that opens a door, but a session.
        has_other_credential: bool,
        /// The query's bytes hold a token.
        token_in_query: bool,
    },
}

/// Reads what a head and a query present.
pub fn read_credentials(head: &[u8], query: Option<&str>) -> Presented {
    let mut scan = Scan::default();
    let Ok(head) = read(head, &mut scan, &HeadLimits::default()) else {
        return Presented::Unreadable;
    };
    let Ok(credentials) = Credentials::read(&head, query, profile(Product::Jira), false) else {
        return Presented::Refused;
    };
    if credentials.check_alone().is_err() {
        return Presented::Refused;
    }
    Presented::Read {
        has_token: credentials.token.is_some(),
        has_other_credential: credentials.others.iter().any(|kind| kind != CredentialKind::Session),
        token_in_query: query.is_some_and(|query| looks_like_token(query.as_bytes())),
    }
}
