//! `GET /all`: which of these should not exist? And what is done to many at once.

use axum::response::Response;
use gatepass_console::page::all_tokens::{
    AllTokens, AllTokensRow, ExpiresFilter, Filter, SortBy, UsedFilter,
};
use gatepass_console::page::bulk_confirm::BulkConfirm;
use gatepass_console::page::bulk_done::BulkDone;
use gatepass_console::page::message::Happened;
use gatepass_console::part::TokenAction;
use gatepass_console::{Fault, NavEntry};
use gatepass_control::{
    ControlError, EndsFilter, MovePreview, Moved, TokenQuery, TokenRow, TokenSortBy,
};
use gatepass_model::{Lifetime, TokenId, TokenState};

use super::preferences::back_of;
use super::view;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

const PAGE_SIZE: u32 = 50;
const WEEK: Lifetime = Lifetime::from_days(7);
const MONTH: Lifetime = Lifetime::from_days(30);
const QUARTER: Lifetime = Lifetime::from_days(90);

pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let pairs = visit.query.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut filter = Filter::read(pairs);
    let actor = visit.actor()?;
    let found = visit.control().search_tokens(&actor, &query(&filter)).await?;
    filter.page = Some(found.page).filter(|&page| page > 1);
    let page = AllTokens {
        found: found.found,
        people: found.people,
        total: found.total,
        states: found.states.clone(),
        rows: found.rows.iter().map(|row| token(&visit, row)).collect(),
        page_size: found.page_size,
        places: visit.config().places(),
        integrations: visit.control().integrations(&actor).await?,
        filter,
    };
    reply::page(&visit, Some(NavEntry::AllTokens), &page)
}

fn query(filter: &Filter) -> TokenQuery {
    TokenQuery {
        text: filter.q.clone(),
        owner: filter.owner.clone(),
        integration: filter.integration.clone(),
        state: filter.state,
        access: filter.access,
        instance: filter.instance.clone(),
        used: filter.used.map(|used| match used {
            UsedFilter::NotForWeek => gatepass_control::UsedFilter::NotFor(WEEK),
            UsedFilter::NotForMonth => gatepass_control::UsedFilter::NotFor(MONTH),
            UsedFilter::NotForQuarter => gatepass_control::UsedFilter::NotFor(QUARTER),
            UsedFilter::Never => gatepass_control::UsedFilter::Never,
        }),
        ends: filter.expires.map(|expires| match expires {
            ExpiresFilter::WithinWeek => EndsFilter::Within(WEEK),
            ExpiresFilter::WithinMonth => EndsFilter::Within(MONTH),
            ExpiresFilter::Expired => EndsFilter::Expired,
            ExpiresFilter::Never => EndsFilter::Never,
        }),
        sort: match filter.sort.by {
            SortBy::Name => TokenSortBy::Name,
            SortBy::Owner => TokenSortBy::Owner,
            SortBy::Created => TokenSortBy::Created,
            SortBy::LastUsed => TokenSortBy::LastUsed,
            SortBy::Expires => TokenSortBy::Expires,
        },
        descending: filter.sort.descending,
        page: filter.page.unwrap_or(1),
        page_size: PAGE_SIZE,
    }
}

fn token(visit: &Visit, row: &TokenRow) -> AllTokensRow {
    let token = &row.view.token;
    AllTokensRow {
        id: token.id,
        name: token.name.clone(),
        owner: view::who(&token.owner, &row.owner_name),
        integration: token.integration.clone(),
        state: row.view.state,
        access: token.grant.access,
        places: visit.config().titles_of(&token.grant, &token.owner),
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_use: view::last_use(visit.config(), row.last_use.as_ref()),
        refused_lately: view::refused_lately(row),
        is_genuine: row.view.is_genuine,
    }
}

fn chosen(visit: &Visit) -> Result<(TokenAction, TokenState, Vec<TokenId>), Halt> {
    let action = TokenAction::find(visit.form.get("action")).ok_or(Happened::BadForm)?;
    let to = match action {
        TokenAction::Suspend => TokenState::Suspended,
        TokenAction::Resume => TokenState::Active,
        TokenAction::Revoke => TokenState::Revoked,
        TokenAction::Rotate => return Err(Happened::BadForm.into()),
    };
    let ids: Option<Vec<TokenId>> = visit.form.all("id").map(|id| id.parse().ok()).collect();
    let mut ids = ids.ok_or(Happened::BadForm)?;
    ids.sort();
    ids.dedup();
    Ok((action, to, ids))
}

/// `POST /all/preview`: what would happen. Nothing is changed.
pub(crate) async fn preview(visit: Visit) -> Result<Response, Halt> {
    let (action, to, ids) = chosen(&visit)?;
    let back = back_of(visit.form.get("back"));
    if ids.is_empty() {
        return Ok(reply::see_other(&visit, &back));
    }
    let preview = visit.control().preview_move(&visit.actor()?, &ids, to).await?;
    let page = confirm_page(&visit, action, &preview, back)?;
    reply::page(&visit, Some(NavEntry::AllTokens), &page)
}

fn confirm_page(
    visit: &Visit,
    action: TokenAction,
    preview: &MovePreview,
    back: String,
) -> Result<BulkConfirm, Halt> {
    let config = visit.config();
    Ok(BulkConfirm {
        action,
        tokens: preview.movable.iter().map(|row| view::brief(config, row)).collect(),
        skipped: preview.stuck.iter().map(|stuck| view::brief(config, &stuck.row)).collect(),
        reason: visit.form.get("reason").to_owned(),
        faults: Vec::new(),
        back,
        form_id: visit.new_form_id()?,
    })
}

/// `POST /all/apply`: done, token by token.
pub(crate) async fn apply(visit: Visit) -> Result<Response, Halt> {
    let (action, to, ids) = chosen(&visit)?;
    let actor = visit.actor()?;
    let why = visit.form.text("reason").map(str::to_owned);
    let control = visit.control();
    // What each is called, before anything happens to it.
    let before = control.preview_move(&actor, &ids, to).await?;
    let results = match action {
        TokenAction::Suspend => control.suspend_tokens(&actor, &ids, why.as_deref()).await,
        TokenAction::Resume => control.resume_tokens(&actor, &ids, why.as_deref()).await,
        TokenAction::Revoke | TokenAction::Rotate => {
            control.revoke_tokens(&actor, &ids, why.as_deref()).await
        }
    };
    let page = done_page(&visit, action, &before, &ids, results);
    reply::page(&visit, Some(NavEntry::AllTokens), &page)
}

fn done_page(
    visit: &Visit,
    action: TokenAction,
    before: &MovePreview,
    ids: &[TokenId],
    results: Vec<Result<Moved, ControlError>>,
) -> BulkDone {
    let config = visit.config();
    let rows = before.movable.iter().chain(before.stuck.iter().map(|stuck| &stuck.row));
    let briefs: Vec<_> = rows.map(|row| view::brief(config, row)).collect();
    let of = |id: TokenId| briefs.iter().find(|brief| brief.id == id).cloned();
    let (mut done, mut failed, mut nodes) = (Vec::new(), Vec::new(), None);
    let mut results = results.into_iter();
    for &id in ids {
        let Some(mut brief) = of(id) else { continue };
        match results.next() {
            Some(Ok(moved)) => {
                brief.state = moved.token.state;
                let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                nodes = moved.effect.map(|effect| (count(effect.applied), count(effect.of)));
                done.push(brief);
            }
            Some(Err(error)) => failed.push((brief, Fault::Said(error.to_string()))),
            // The store went away before its turn came.
            None => {
                let words = "it was not tried: the store could not be reached".to_owned();
                failed.push((brief, Fault::Said(words)));
            }
        }
    }
    BulkDone { action, done, failed, nodes, back: back_of(visit.form.get("back")) }
}
