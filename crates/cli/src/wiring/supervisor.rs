//! The one who started the program, where that is systemd: told how we are. Without one nothing is
//! said.

use sd_notify::NotifyState;

/// Requests are served. `has_taken_over`: from a process of before, in whose place we are now.
pub(crate) fn tell_ready(has_taken_over: bool) {
    let mut words = vec![NotifyState::Ready];
    if has_taken_over {
        words.push(NotifyState::MainPid(std::process::id()));
    }
    tell(&words);
}

/// Files are read anew.
pub(crate) fn tell_reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "there is no clock to tell of"),
    }
}

/// No more requests are taken.
pub(crate) fn tell_stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(words: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(words) {
        tracing::warn!(%error, "systemd can't be told how we are");
    }
}
