//! After a surprise: asks again until the product takes the credential for the right one.

use std::sync::Arc;
use std::time::Duration;

use crate::prover::Prover;
use crate::wallet::Wallet;

/// How often each surprised credential is asked about.
pub const PROBE_EVERY: Duration = Duration::from_secs(30);

/// Asks once about each credential that surprised, one after the other, so that a product that
/// has trouble gets one request at a time. Answers how many are right again.
pub async fn probe_once(wallet: &Wallet, prover: &Prover) -> usize {
    let mut right = 0;
    for found in wallet.surprised() {
        let said = prover.prove(&found.instance, &found.credential).await;
        match said {
            Ok(says) if found.credential.expected_user().agrees_with(Some(&says)) => {
                let is_news = found.credential.mark_right(&found.instance, found.owner.as_ref());
                right += usize::from(is_news);
            }
            Ok(_) => {}
            Err(error) => {
                let instance = &found.instance;
                tracing::debug!(%instance, %error, "a credential could not be proved");
            }
        }
    }
    right
}

/// Probes every [`PROBE_EVERY`], for ever: drop or abort it to end it.
pub async fn run_probes(wallet: Arc<Wallet>, prover: Prover) {
    let mut rounds = tokio::time::interval(PROBE_EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        probe_once(&wallet, &prover).await;
    }
}
