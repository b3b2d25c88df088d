//! `GET /api/v1/whoami`: which token am I? Any token that works may ask.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use gatepass_control::WhoAmI;
use gatepass_model::{Reason, Refusal};

use crate::caller::Caller;
use crate::problem::Problem;
use crate::state::ApiState;

/// Handle, owner, grant and end of the caller's token.
pub(crate) async fn whoami(
    State(state): State<ApiState>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> Result<Json<WhoAmI>, Problem> {
    match caller.map_or(Caller::Nobody, |Extension(caller)| caller) {
        Caller::Nobody => {
            let words = "Send an API token, as Authorization: Bearer.";
            Err(Problem::new(Refusal::new(Reason::CredentialRequired, words), &headers))
        }
        Caller::Refused(refusal) => Err(Problem::new(refusal, &headers)),
        Caller::Token(id) => {
            let found = state.control.whoami(id).await;
            found.map(Json).map_err(|error| Problem::of_control(&error, &headers))
        }
    }
}
