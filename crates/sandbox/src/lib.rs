//! Stand-ins for the products: to try Gatepass without an installation of them, and to test it.
//!
//! [`Jira`], [`Confluence`] and [`Bitbucket`] check credentials for real and have the bad habits of
//! the real ones, on purpose: each stands beside a comment that says which. [`Recorder`] knows
//! nothing of products: it writes down the exact bytes that reached it, so that a test can say what a
//! proxy let through.
//!
//! Nothing here is safe to show to a network: state is in memory, passwords are in clear.
//! Start with `site/front.rs` (how a call is taken) and the `router.rs` of a product (what it may
//! ask). `site` is what the products have in common.

#[macro_use]
mod site;
mod bitbucket;
mod confluence;
mod jira;
mod recorder;

pub use bitbucket::Bitbucket;
pub use bitbucket::settings::BitbucketSettings;
pub use confluence::Confluence;
pub use confluence::settings::ConfluenceSettings;
pub use jira::Jira;
pub use jira::settings::{IssueSeed, JiraSettings, ProjectSeed};
pub use recorder::answer::{RawAnswer, Step};
pub use recorder::{RecordedRequest, Recorder, RecorderSettings};
pub use site::consumer::ConsumerSeed;
pub use site::seen::{Identified, NativeTokenInfo, SeenRequest};
pub use site::settings::{Account, AfterSignedCall, NativeTokenLimits};
