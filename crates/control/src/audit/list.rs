//! Read the audit record.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, TokenId};
use gatepass_store::{AuditPage, AuditRecord};
use serde::Serialize;

use super::hex;
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// Its number: 1, 2, 3, … without gaps.
    pub number: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Who: `cli:root`.
    pub actor: String,
    /// What was done: `token.issued`.
    pub action: String,
    /// To what: `tok_…`, `policy`.
    pub subject: String,
    /// In words; may have line breaks.
    pub detail: String,
    /// What chains it to the line before, in hexadecimal: whoever has kept it elsewhere can tell
    /// that everything up to here is as it was.
    pub chain: Option<String>,
}

impl From<AuditRecord> for AuditLine {
    fn from(record: AuditRecord) -> Self {
        let AuditRecord { number, at, actor, action, subject, detail, chain } = record;
        let chain = chain.as_deref().map(hex);
        Self { number, at: at.to_string(), actor, action, subject, detail, chain }
    }
}

impl Control {
    /// What was done to a token lately, the newest first.
    pub(crate) async fn audit_of_token(
        &self,
        id: TokenId,
    ) -> Result<Vec<AuditRecord>, ControlError> {
        let subject = Some(AuditSubject::Token(id).to_string());
        Ok(self.store.list_audit(&AuditPage { subject, ..AuditPage::default() }).await?)
    }

    /// A page of the record, the newest first.
    pub async fn list_audit(
        &self,
        actor: &Actor,
        page: &AuditPage,
    ) -> Result<Vec<AuditLine>, ControlError> {
        self.authorise(actor, Ability::ReadAudit).await?;
        let records = self.store.list_audit(page).await?;
        Ok(records.into_iter().map(AuditLine::from).collect())
    }
}
