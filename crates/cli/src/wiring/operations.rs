//! What is served on `operations_listen`: metrics, and readiness with its reasons. For those who
//! run the gate; nobody is asked who he is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use gatepass_api::Readiness as _;
use gatepass_gate::{Strained, Totals};
use gatepass_ledger::Ledger;
use gatepass_telemetry::CONTENT_TYPE;
use serde::Serialize;
use tokio::net::TcpListener;

use super::metrics::{self, Numbers};
use super::readiness::NodeReadiness;

/// What the answers are made from.
#[derive(Clone)]
pub(crate) struct Operations {
    pub(crate) node: Arc<NodeReadiness>,
    pub(crate) totals: Arc<dyn Fn() -> Totals + Send + Sync>,
    pub(crate) strained: Arc<dyn Fn() -> Vec<Strained> + Send + Sync>,
    pub(crate) ledger: Ledger,
}

/// Answers until it is dropped.
pub(crate) async fn serve(listener: TcpListener, operations: Operations) {
    let routes = Router::new()
        .route("/metrics", get(metrics_page))
        .route("/readyz", get(readyz))
        .route("/healthz", get(async || "ok"))
        .with_state(operations);
    if let Err(error) = axum::serve(listener, routes).await {
        tracing::error!(%error, "metrics and readiness are not served any more");
    }
}

async fn metrics_page(State(operations): State<Operations>) -> impl IntoResponse {
    let totals = (operations.totals)();
    let strained = (operations.strained)();
    let numbers = Numbers {
        node: &operations.node,
        totals: &totals,
        strained: &strained,
        activity: operations.ledger.status(),
    };
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics::page(&numbers))
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    reasons: Vec<String>,
}

async fn readyz(State(operations): State<Operations>) -> (StatusCode, Json<Ready>) {
    let ready = operations.node.is_ready();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, reasons: operations.node.reasons() }))
}
