//! The product's own page of native tokens, where policy has the console stand in for it.

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use gatepass_model::InstanceName;

use crate::place::ConsoleConfig;
use crate::reply;
use crate::service::Arrival;

/// To one's own tokens in the console, which sees to it that he is signed in.
pub(crate) fn answer(
    config: &ConsoleConfig,
    instance: &InstanceName,
    request: &Request<Body>,
) -> Response {
    let arrival = request.extensions().get::<Arrival>();
    let (Some(arrival), Some(_)) = (arrival, config.find(instance)) else {
        return reply::plain(404, "There is nothing at this address.");
    };
    reply::elsewhere(&format!("{}/", config.url(arrival)))
}
