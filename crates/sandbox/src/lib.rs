//! Stand-ins for the products: to try Gatepass without an installation of Jira, and to test it.
//!
//! [`Jira`] checks credentials for real and has the bad habits of the real one, on purpose: each
//! stands beside a comment that says which. [`Recorder`] knows nothing of Jira: it writes down the
//! exact bytes that reached it, so that a test can say what a proxy let through.
//!
//! Nothing here is safe to show to a network: state is in memory, passwords are in clear.
//! Start with `jira/front.rs` (how a call is taken) and `jira/router.rs` (what it may ask).

mod jira;
mod recorder;

pub use jira::consumer::ConsumerSeed;
pub use jira::settings::{Account, IssueSeed, JiraSettings, NativeTokenLimits, ProjectSeed};
pub use jira::{Identified, Jira, NativeTokenInfo, SeenRequest};
pub use recorder::answer::{RawAnswer, Step};
pub use recorder::{RecordedRequest, Recorder, RecorderSettings};
