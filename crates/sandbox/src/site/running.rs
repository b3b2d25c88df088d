//! A stand-in that listens.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::shared::Shared;
use super::{Product, front};

/// Ends when it is dropped.
pub(crate) struct Running<W: Product> {
    pub(crate) shared: Arc<Shared<W>>,
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl<W: Product> Running<W> {
    /// Listens, and has `inside` answer what the front lets through.
    pub(crate) async fn start(
        listen: SocketAddr,
        shared: Shared<W>,
        inside: impl FnOnce(&Shared<W>) -> Router,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(shared);
        let inside = inside(&shared).layer(DefaultBodyLimit::disable());
        // The front stands around a router, not in it: it rewrites the target before it is routed.
        let service = Router::new()
            .fallback_service(inside)
            .layer(from_fn_with_state(Arc::clone(&shared), front::take::<W>));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, service).await;
        });
        Ok(Self { shared, address, task })
    }
}

impl<W: Product> Drop for Running<W> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
