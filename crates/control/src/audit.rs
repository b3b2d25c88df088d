//! Read the audit record.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, TokenId};
use gatepass_store::{AuditPage, AuditRecord};
use serde::Serialize;

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
}

impl From<AuditRecord> for AuditLine {
    fn from(record: AuditRecord) -> Self {
        let AuditRecord { number, at, actor, action, subject, detail } = record;
        Self { number, at: at.to_string(), actor, action, subject, detail }
    }
}

impl Control {
    /// What was done to a token lately, the newest first.
    pub(crate) async fn audit_of_token(
        &self,
        id: TokenId,
    ) -> Result<Vec<AuditRecord>, ControlError> {
        let subject = Some(AuditSubject::Token(id).to_string());
        Ok(self.store.list_audit(&AuditPage { before: None, limit: 100, subject }).await?)
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
