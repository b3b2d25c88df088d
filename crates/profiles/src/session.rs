//! Cookies that sign somebody in, and what of an answer a token never gets.

use gatepass_model::Product;

/// The container's session, Crowd's single sign-on, and Connect-like add-ons: in every product.
/// Crowd's name can be configured; this is its default.
const EVERYWHERE: [&str; 5] =
    ["JSESSIONID", "JSESSIONIDSSO", "crowd.token_key", "studio.crowd.tokenkey", "JWT"];

const JIRA: [&str; 1] = ["seraph.rememberme.cookie"];
const CONFLUENCE: [&str; 2] = ["seraph.confluence", "seraph.rememberme.cookie"];
const BITBUCKET: [&str; 4] = [
    "BITBUCKETSESSIONID",
    "_atl_bitbucket_remember_me",
    "_atl_stash_remember_me",
    "_atl_remember_me",
];

/// Whether a cookie of this name, in any letter case, signs somebody in.
pub(crate) fn is_session_cookie(product: Product, name: &[u8]) -> bool {
    let own: &[&str] = match product {
        Product::Jira => &JIRA,
        Product::Confluence => &CONFLUENCE,
        Product::Bitbucket => &BITBUCKET,
    };
    EVERYWHERE.iter().chain(own).any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// A session would be more than the token, and a challenge is the gate's to make.
const KEPT_FROM_TOKENS: [&str; 4] =
    ["set-cookie", "www-authenticate", "x-asessionid", "x-seraph-loginreason"];

/// Whether a response header of this name, in any letter case, is never given back to a token.
pub fn is_kept_from_tokens(name: &[u8]) -> bool {
    KEPT_FROM_TOKENS.iter().any(|kept| kept.as_bytes().eq_ignore_ascii_case(name))
}
