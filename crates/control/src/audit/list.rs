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

/// A page of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFound {
    /// The newest first.
    pub lines: Vec<AuditLine>,
    /// Before which number the next page begins; `None`: there is none.
    pub older: Option<u64>,
    /// The number down to which a text was looked for, where there are older lines; there may be more
    /// among those.
    pub looked_back_to: Option<u64>,
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

    /// A page of the record, the newest first, with where the next one begins; of 1 to 999 lines. A
    /// text is looked for in the next `most` lines that may have it only: the record has no end, and
    /// what a page takes must have one. What was done to one subject is found by an index.
    pub async fn search_audit(
        &self,
        actor: &Actor,
        page: &AuditPage,
        most: u64,
    ) -> Result<AuditFound, ControlError> {
        self.authorise(actor, Ability::ReadAudit).await?;
        let size = page.limit.clamp(1, 999);
        let from = if page.text.is_some() && page.subject.is_none() {
            Some(self.begin_of(page).await?.saturating_sub(most))
        } else {
            page.from
        };
        // One more, to see whether there are older ones.
        let wanted = AuditPage { from, limit: size + 1, ..page.clone() };
        let mut records = self.store.list_audit(&wanted).await?;
        let has_more = records.len() > size as usize;
        records.truncate(size as usize);
        let last = records.last().map(|last| last.number).filter(|_| has_more);
        // The oldest line has the number 1.
        let looked_back_to = match from.filter(|number| !has_more && *number > 1) {
            Some(number) if self.may_have_older(page, number).await? => Some(number),
            _ => None,
        };
        let lines = records.into_iter().map(AuditLine::from).collect();
        Ok(AuditFound { lines, older: last.or(looked_back_to), looked_back_to })
    }

    /// Before which number a search begins.
    async fn begin_of(&self, page: &AuditPage) -> Result<u64, ControlError> {
        let AuditPage { before, until, .. } = page;
        let newest = AuditPage { before: *before, until: *until, limit: 1, ..AuditPage::default() };
        let found = self.store.list_audit(&newest).await?;
        Ok(found.first().map_or(1, |line| line.number.saturating_add(1)))
    }

    /// Whether lines before this one are of the time that is asked for.
    async fn may_have_older(&self, page: &AuditPage, number: u64) -> Result<bool, ControlError> {
        let next = AuditPage { before: Some(number), limit: 1, ..AuditPage::default() };
        let found = self.store.list_audit(&next).await?;
        let is_meant = |at| page.since.is_none_or(|since| at >= since);
        Ok(found.first().is_some_and(|line| is_meant(line.at)))
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
