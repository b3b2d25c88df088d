//! `gatepass token list`

use clap::Args;
use gatepass_control::{TokenView, words};
use gatepass_model::{Clock as _, DirectoryName, TokenState};
use gatepass_store::{TokenFilter, TokenPage};

use crate::call::{Call, Ending, Outcome};
use crate::output::table;
use crate::wiring::clock::SystemClock;
use crate::wiring::desk::{Desk, Needs, at_desk};

/// List tokens, the oldest first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this person only
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The owner's directory; needed where there are several
    #[arg(long, value_name = "NAME", requires = "owner")]
    directory: Option<DirectoryName>,
    /// In this state only
    #[arg(long, value_parser = ["pending", "active", "suspended", "expired", "revoked"])]
    state: Option<String>,
    /// For this integration only
    #[arg(long, value_name = "TEXT")]
    integration: Option<String>,
    /// With this text in name, owner, integration, purpose or the secret's first characters
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

const PAGE: u32 = 1000;

impl List {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let filter = self.into_filter(desk)?;
            let mut tokens: Vec<TokenView> = Vec::new();
            let mut after = None;
            loop {
                let page = TokenPage { after, limit: PAGE };
                let list = desk.control.list_tokens(&desk.actor, &filter, page).await?;
                tokens.extend(list.tokens);
                after = list.next;
                if after.is_none() {
                    break;
                }
            }
            call.output.document(&tokens)?;
            if tokens.is_empty() {
                call.output.say("there are no such tokens");
            } else {
                call.output.show(rows(&tokens))?;
            }
            Ok(Ending::Done)
        })
        .await
    }

    fn into_filter(self, desk: &Desk) -> Result<TokenFilter, crate::failure::Failure> {
        let owner = match self.owner {
            Some(owner) => Some(desk.person(&owner, self.directory.as_ref())?),
            None => None,
        };
        let state = self.state.and_then(|state| state.parse::<TokenState>().ok());
        Ok(TokenFilter {
            living_at: None,
            owner,
            state: state.map(|state| (state, SystemClock.now())),
            integration: self.integration,
            text: self.text,
        })
    }
}

fn rows(tokens: &[TokenView]) -> String {
    let header = ["TOKEN", "OWNER", "NAME", "STATE", "ACCESS", "EXPIRES"];
    table(
        &header,
        tokens.iter().map(|view| {
            let token = &view.token;
            let state = if view.is_genuine { view.state.as_str() } else { "not genuine" };
            vec![
                token.id.to_string(),
                token.owner.username.to_string(),
                token.name.clone(),
                state.to_owned(),
                token.grant.access.as_str().to_owned(),
                token.expires_at.map_or_else(|| "never".to_owned(), words::moment),
            ]
        }),
    )
}
