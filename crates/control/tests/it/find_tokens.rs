//! Tokens among those of everybody, and one's own.

use gatepass_control::{
    ControlError, EndsFilter, IssueRequest, TokenQuery, TokenSortBy, TokensFoundView, UsedFilter,
};
use gatepass_model::{Actor, Grant, Reason, TokenState};
use gatepass_store::activity::Subject;

use crate::desk::{Desk, actor, key, lacks};
use crate::support::{World, request};

async fn found(desk: &Desk, query: TokenQuery) -> TokensFoundView {
    desk.control.search_tokens(&actor("ada"), &query).await.unwrap()
}

fn names(found: &TokensFoundView) -> Vec<&str> {
    found.rows.iter().map(|row| row.view.token.name.as_str()).collect()
}

fn by_name() -> TokenQuery {
    TokenQuery { sort: TokenSortBy::Name, descending: false, ..TokenQuery::default() }
}

/// `a` and `b` of bob, `c` of carol, which is suspended, `d` of sam in the shop.
async fn filled() -> Desk {
    let desk = Desk::new().await;
    let jira = Grant { instances: vec!["jira".parse().unwrap()], ..Grant::read_only() };
    desk.issue(&IssueRequest { name: "a".to_owned(), grant: jira, ..request("bob") }).await;
    desk.issue_to("bob", "b").await;
    let carols = desk.issue_to("carol", "c").await;
    desk.control.suspend_token(&Desk::root(), carols, None).await.unwrap();
    let shop = Some("shop".parse().unwrap());
    desk.issue(&IssueRequest { name: "d".to_owned(), directory: shop, ..request("sam") }).await;
    desk
}

#[tokio::test]
async fn a_search_has_names_of_people_places_and_counts() {
    let desk = filled().await;
    let found = found(&desk, by_name()).await;
    assert_eq!(names(&found), ["a", "b", "c", "d"]);
    assert_eq!((found.found, found.people, found.total), (4, 3, 4));
    let states: Vec<u64> = found.states.iter().map(|(_, count)| *count).collect();
    assert_eq!(states, [0, 3, 1, 0, 0]);
    let row = &found.rows[0];
    assert_eq!((row.owner_name.as_str(), &row.creator_name), ("bob of main", &None));
    assert_eq!(row.places, ["Jira jira"]);
    assert_eq!(found.rows[1].places, ["Jira jira", "Confluence"]);
    assert_eq!(found.rows[3].owner_name, "sam of shop");
    assert_eq!(found.rows[3].places, ["Jira shop-jira"]);
}

#[tokio::test]
async fn a_search_is_narrowed_and_counts_states_whatever_state_is_asked_for() {
    let desk = filled().await;
    let suspended = TokenQuery { state: Some(TokenState::Suspended), ..by_name() };
    let told = found(&desk, suspended).await;
    assert_eq!((names(&told), told.found, told.people), (vec!["c"], 1, 1));
    assert_eq!(told.states[1], (TokenState::Active, 3));
    let on_jira = TokenQuery { instance: Some("jira".parse().unwrap()), ..by_name() };
    assert_eq!(names(&found(&desk, on_jira).await), ["a", "b", "c"]);
    let on_wiki = TokenQuery { instance: Some("wiki".parse().unwrap()), ..by_name() };
    assert_eq!(names(&found(&desk, on_wiki).await), ["b", "c"]);
    let gone = TokenQuery { instance: Some("long-gone".parse().unwrap()), ..by_name() };
    assert_eq!(names(&found(&desk, gone).await), Vec::<&str>::new());
    let of_bob = TokenQuery { owner: Some("BOB".to_owned()), ..by_name() };
    assert_eq!(names(&found(&desk, of_bob).await), ["a", "b"]);
    let soon = TokenQuery { ends: Some(EndsFilter::Within("7d".parse().unwrap())), ..by_name() };
    assert_eq!(names(&found(&desk, soon.clone()).await), Vec::<&str>::new());
    desk.pass("85d");
    assert_eq!(names(&found(&desk, soon).await), ["a", "b", "c", "d"]);
    desk.pass("6d");
    let expired = TokenQuery { ends: Some(EndsFilter::Expired), ..by_name() };
    assert_eq!(found(&desk, expired).await.found, 4);
}

#[tokio::test]
async fn a_page_behind_the_last_one_is_the_last_one() {
    let desk = filled().await;
    let page = |page, used| TokenQuery { page, page_size: 3, used, ..by_name() };
    for used in [None, Some(UsedFilter::Never)] {
        for (asked, given, expected) in
            [(0, 1, vec!["a", "b", "c"]), (2, 2, vec!["d"]), (u32::MAX, 2, vec!["d"])]
        {
            let told = found(&desk, page(asked, used)).await;
            assert_eq!((names(&told), told.page, told.page_size), (expected, given, 3));
        }
    }
}

#[tokio::test]
async fn tokens_are_filtered_and_sorted_by_their_last_use() {
    let desk = filled().await;
    let all = found(&desk, by_name()).await;
    let ids: Vec<_> = all.rows.iter().map(|row| row.view.token.id).collect();
    desk.used(Subject::Token(ids[1]), 3, 0).await;
    desk.pass("8d");
    desk.used(Subject::Token(ids[0]), 5, 2).await;
    let sorted = |descending| TokenQuery { sort: TokenSortBy::LastUsed, descending, ..by_name() };
    let told = found(&desk, sorted(true)).await;
    assert_eq!(names(&told), ["a", "b", "d", "c"]);
    assert_eq!(told.rows[0].last_use.as_ref().unwrap().agent, "curl/8");
    let refused = told.rows[0].refused_lately.unwrap();
    assert_eq!((refused.count, refused.reason), (2, Reason::ReadOnly));
    assert_eq!(told.rows[1].refused_lately, None);
    assert_eq!(names(&found(&desk, sorted(false)).await), ["c", "d", "b", "a"]);

    let unused = |used| TokenQuery { used: Some(used), ..by_name() };
    let week = UsedFilter::NotFor("7d".parse().unwrap());
    let told = found(&desk, unused(week)).await;
    assert_eq!((names(&told), told.found, told.people, told.total), (vec!["b", "c", "d"], 3, 3, 4));
    assert_eq!(told.states[2], (TokenState::Suspended, 1));
    let month = UsedFilter::NotFor("30d".parse().unwrap());
    assert_eq!(found(&desk, unused(month)).await.found, 0, "they are younger than that");
    assert_eq!(names(&found(&desk, unused(UsedFilter::Never)).await), ["c", "d"]);
    let both = TokenQuery { state: Some(TokenState::Active), ..unused(UsedFilter::Never) };
    let told = found(&desk, both).await;
    assert_eq!((names(&told), told.found, told.people), (vec!["d"], 1, 1));
    assert_eq!(told.states[2], (TokenState::Suspended, 1), "whatever state is asked for");
}

#[tokio::test]
async fn last_uses_are_those_of_a_minute_ago_at_most() {
    let desk = filled().await;
    let never = || TokenQuery { used: Some(UsedFilter::Never), ..by_name() };
    let all = found(&desk, never()).await;
    assert_eq!(all.found, 4);
    desk.used(Subject::Token(all.rows[0].view.token.id), 1, 0).await;
    desk.pass("59s");
    assert_eq!(found(&desk, never()).await.found, 4);
    desk.pass("1s");
    assert_eq!(found(&desk, never()).await.found, 3);
}

#[tokio::test]
async fn a_search_by_last_use_knows_what_was_changed_since_the_one_before() {
    let desk = filled().await;
    let never = || TokenQuery { used: Some(UsedFilter::Never), ..TokenQuery::default() };
    let before = found(&desk, never()).await;
    assert_eq!((names(&before), before.people), (vec!["d", "c", "b", "a"], 3));
    let newest = desk.issue_to("bob", "e").await;
    let shop = Some("shop".parse().unwrap());
    desk.issue(&IssueRequest { name: "f".to_owned(), directory: shop, ..request("Bob") }).await;
    desk.control.revoke_token(&Desk::root(), newest, None).await.unwrap();
    let after = found(&desk, never()).await;
    assert_eq!(names(&after), ["f", "e", "d", "c", "b", "a"]);
    assert_eq!((after.found, after.people, after.total), (6, 4, 6));
    assert_eq!(
        after.states,
        [
            (TokenState::Pending, 0),
            (TokenState::Active, 4),
            (TokenState::Suspended, 1),
            (TokenState::Expired, 0),
            (TokenState::Revoked, 1),
        ]
    );
    desk.pass("91d");
    let expired = TokenQuery { state: Some(TokenState::Expired), ..never() };
    assert_eq!(names(&found(&desk, expired).await), ["f", "d", "c", "b", "a"]);
}

#[tokio::test]
async fn where_activity_is_not_read_nobody_is_told_that_tokens_are_unused() {
    let world = World::new().await;
    world.issue(&request("alice")).await.unwrap();
    let never = TokenQuery { used: Some(UsedFilter::Never), ..TokenQuery::default() };
    let told = world.control().search_tokens(&world.actor, &never).await;
    assert!(matches!(told, Err(ControlError::ActivityUnavailable(_))), "{told:?}");
    let all = world.control().search_tokens(&world.actor, &TokenQuery::default()).await.unwrap();
    assert_eq!((all.found, &all.rows[0].last_use), (1, &None));
}

#[tokio::test]
async fn only_administrators_search_and_everybody_sees_his_own() {
    let desk = filled().await;
    let (bob, ada) = (actor("bob"), actor("ada"));
    let query = TokenQuery::default();
    assert_eq!(lacks(desk.control.search_tokens(&bob, &query).await), "administer");
    assert_eq!(lacks(desk.control.integrations(&bob).await), "administer");
    let bobs = key("main", "bob");
    for who in [&bob, &ada] {
        let own = desk.control.own_tokens(who, &bobs).await.unwrap();
        let names: Vec<&str> = own.iter().map(|row| row.view.token.name.as_str()).collect();
        assert_eq!(names, ["b", "a"], "the newest first, and not those of the other bob");
    }
    let carol = key("main", "carol");
    assert_eq!(lacks(desk.control.own_tokens(&bob, &carol).await), "administer");
    let shops = Actor::Person(key("shop", "Bob"));
    assert!(desk.control.own_tokens(&shops, &key("shop", "bob")).await.unwrap().is_empty());
    assert_eq!(lacks(desk.control.own_tokens(&shops, &bobs).await), "administer");
}

#[tokio::test]
async fn integrations_that_there_are_tokens_for_are_suggested() {
    let desk = Desk::new().await;
    for name in ["tempo", "build", "tempo"] {
        desk.issue(&IssueRequest { integration: Some(name.to_owned()), ..request("bob") }).await;
    }
    assert_eq!(desk.control.integrations(&actor("ada")).await.unwrap(), ["build", "tempo"]);
}
