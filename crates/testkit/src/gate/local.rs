//! What a gate in a test has below `/gatepass`.

use gatepass_gate::{LocalAnswer, LocalFuture, LocalRequest, LocalService};

/// Nothing: 404 to everything, as the program answers where there is nothing.
pub(super) struct NothingThere;

impl LocalService for NothingThere {
    fn call(&self, _: LocalRequest) -> LocalFuture {
        Box::pin(async {
            let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
            LocalAnswer {
                status: 404,
                headers: vec![
                    header("content-type", "application/problem+json"),
                    header("x-gatepass-reason", "not_found"),
                ],
                body: b"{\"title\":\"There is nothing here.\",\"status\":404}".to_vec(),
            }
        })
    }
}
