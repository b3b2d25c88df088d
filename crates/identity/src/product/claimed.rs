//! For whom a product says that it took a call.

use gatepass_http_client::Answer;
use gatepass_model::{Product, Username};
use gatepass_profiles::{ClaimedUser, Profile, profile};

use super::AskError;

/// What its header says; `None` where there is none.
pub(super) fn claimed_user(
    product: Product,
    answer: &Answer,
) -> Result<Option<ClaimedUser>, AskError> {
    match answer.header_count(Profile::USER_HEADER) {
        0 => Ok(None),
        1 => {
            let value = answer.header(Profile::USER_HEADER).unwrap_or_default();
            let said = profile(product).user_from_header(value);
            said.map(Some).ok_or(AskError::Nonsense("its header names nobody that can be read"))
        }
        _ => Err(AskError::Nonsense("it names several people in its header")),
    }
}

/// Whether the header agrees that somebody of this name asked; `false` where it says that nobody did.
pub(super) fn is_whom_it_names(
    product: Product,
    answer: &Answer,
    username: &Username,
) -> Result<bool, AskError> {
    match claimed_user(product, answer)? {
        Some(ClaimedUser::Nobody) => Ok(false),
        Some(ClaimedUser::Somebody(name)) if !username.is_same_as(&name) => {
            Err(AskError::Nonsense("its header names somebody else than its body"))
        }
        Some(ClaimedUser::Somebody(_)) | None => Ok(true),
    }
}
