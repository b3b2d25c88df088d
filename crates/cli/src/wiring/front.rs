//! What stands beside the gate at its front: metrics and readiness, the certificate's files, and
//! the place where a successor asks for the sockets.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use gatepass_gate::{Gate, Parting, Sockets};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::certificate::Certificate;
use super::handover::{self, Offer};
use super::operations::{self, Operations};
use crate::failure::Failure;

/// All of that.
pub(super) struct Front {
    operations: Option<SocketAddr>,
    /// Ends when a successor has taken over; `None` once its end was seen.
    handing_on: Option<JoinHandle<io::Result<()>>>,
    offer: Arc<Offer>,
    /// Metrics and readiness, and the certificate's files.
    serving: JoinSet<()>,
    reload: Option<Arc<Notify>>,
}

impl Front {
    /// Begins to serve operations, to follow the certificate, and to answer successors.
    pub(super) fn open(
        gate: &Gate,
        operations: Option<TcpListener>,
        handover: Sockets,
        told: Operations,
        certificate: Option<Certificate>,
    ) -> Result<Self, Failure> {
        let failed = |error| Failure::io("the sockets can't be kept for a successor", &error);
        let mut serving = JoinSet::new();
        let mut address = None;
        if let Some(socket) = &operations {
            address = socket.local_addr().ok();
            let own = socket.try_clone().map_err(failed)?;
            own.set_nonblocking(true).map_err(failed)?;
            let own = tokio::net::TcpListener::from_std(own).map_err(failed)?;
            serving.spawn(operations::serve(own, told));
        }
        let reload = certificate.as_ref().map(Certificate::reload);
        if let Some(certificate) = certificate {
            serving.spawn(certificate.run());
        }
        let sockets = gate.sockets().try_clone().map_err(failed)?;
        let offer = Arc::new(Offer { sockets, operations, handover });
        let handing_on = Some(tokio::spawn(handover::serve(Arc::clone(&offer))));
        Ok(Self { operations: address, handing_on, offer, serving, reload })
    }

    /// Where metrics and readiness are.
    pub(super) const fn operations(&self) -> Option<SocketAddr> {
        self.operations
    }

    /// Has the certificate's files read again.
    pub(super) fn reload(&self) {
        if let Some(reload) = &self.reload {
            reload.notify_one();
        }
    }

    /// Waits until another gate has taken the sockets over. It may never come.
    pub(super) async fn taken_over(&mut self) {
        if let Some(handing_on) = &mut self.handing_on {
            let ended = handing_on.await.unwrap_or_else(|error| Err(io::Error::other(error)));
            self.handing_on = None;
            match ended {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "this gate can't be taken over any more"),
            }
        }
        std::future::pending::<()>().await;
    }

    /// Lets go of the sockets. What still tells how we are goes on until it is dropped, unless a
    /// successor tells of itself at the same place.
    pub(super) async fn leave(self, parting: Parting) -> JoinSet<()> {
        let Self { handing_on, offer, mut serving, .. } = self;
        if let Some(handing_on) = handing_on {
            handing_on.abort();
            let _ = handing_on.await;
        }
        match parting {
            Parting::Alone => offer.handover.remove_files(),
            Parting::HandedOn => serving.shutdown().await,
        }
        serving
    }
}
