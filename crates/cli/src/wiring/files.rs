//! How many files, and with them connections, this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For the store, the log, listening sockets and the like.
const OURS: u64 = 256;

/// Raises the soft limit to the hard one, and says so when even that is too low for `connections`
/// of callers, each of which may need one to a product beside it.
pub(crate) fn raise_limit(connections: usize) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let is_raised = current != maximum
        && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let limit = if is_raised { maximum } else { current };
    let needed = (connections as u64).saturating_mul(2).saturating_add(OURS);
    if limit.is_some_and(|limit| limit < needed) {
        tracing::warn!(
            limit,
            needed,
            "this process may open fewer files than server.limits.connections needs; raise the \
             hard limit (LimitNOFILE= of systemd, ulimit -Hn), or lower that setting"
        );
    }
}
