//! Lists of tokens that are found in memory, held against what the store finds.

use gatepass_control::{EndsFilter, IssueRequest, TokenQuery, TokenSortBy, UsedFilter};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{Access, AuditEvent, Grant, Token, TokenState};
use gatepass_store::{
    AuditEntry, EndFilter, FoundPage, InstanceFilter, SortKey, TokenSearch, TokensFound,
};
use gatepass_testdb::TestDatabase;

use crate::desk::{Desk, actor};
use crate::support::request;

const NAMES: [&str; 6] = ["Zeta", "alpha", "ähre", "ÄHRE 50%_\\", "ΟΔΟΣ", "İstanbul"];

/// Six tokens of all kinds for each owner.
async fn crowd(desk: &Desk, round: &str) {
    let owners = [("main", "bob"), ("main", "carol"), ("shop", "sam"), ("shop", "Bob")];
    for (number, (directory, owner)) in owners.iter().cycle().take(24).enumerate() {
        let pick = |of: usize| number * 7 / 3 % of;
        let places = match *directory {
            "main" => [vec![], vec!["jira"], vec!["wiki", "jira"]][pick(3)].clone(),
            _ => [vec![], vec!["shop-jira"]][pick(2)].clone(),
        };
        let instances = places.iter().map(|name| name.parse().unwrap()).collect();
        let grant = if pick(2) == 0 { Grant::read_only() } else { Grant::read_write() };
        let asked = IssueRequest {
            // Some names are alike.
            name: format!("{} {round} {}", NAMES[pick(6)], number / 9),
            directory: Some(directory.parse().unwrap()),
            integration: (pick(3) > 0).then(|| ["tempo", "Tempo"][pick(2)].to_owned()),
            purpose: (pick(5) > 2).then(|| ["Straße 100%", "zeta"][pick(2)].to_owned()),
            grant: Grant { instances, ..grant },
            expires: Some(["1d", "7d", "30d", "never"][number % 4].parse().unwrap()),
            override_reason: Some("a test".to_owned()),
            ..request(owner)
        };
        let id = desk.issue(&asked).await;
        match number % 6 {
            1 => drop(desk.control.suspend_token(&Desk::root(), id, None).await.unwrap()),
            2 => drop(desk.control.revoke_token(&Desk::root(), id, None).await.unwrap()),
            _ => {}
        }
    }
}

/// Other hints, names and purposes for some that are there.
async fn rewrite(desk: &Desk) {
    let page = FoundPage { offset: 0, limit: 1000 };
    let all = desk.test.store.search_tokens(&TokenSearch::all(desk.now()), page).await.unwrap();
    for (number, stored) in all.tokens.iter().enumerate() {
        let token = match number % 5 {
            1 => Token { name: format!("Ärger {number}"), ..stored.token.clone() },
            2 => Token { purpose: Some("rewritten_\\".to_owned()), ..stored.token.clone() },
            3 if stored.token.state_at(desk.now()) == TokenState::Active => {
                desk.control.rotate_token(&Desk::root(), stored.token.id, None).await.unwrap();
                continue;
            }
            _ => continue,
        };
        let audit = AuditEntry {
            at: desk.now(),
            event: AuditEvent {
                actor: Desk::root(),
                action: "token.rewritten",
                subject: AuditSubject::Token(token.id),
                detail: "by a test".to_owned(),
            },
        };
        let store = &desk.test.store;
        store.change_token(&token, &stored.mac, stored.revision, &audit).await.unwrap();
    }
}

fn narrowed() -> Vec<TokenQuery> {
    let all = TokenQuery::default;
    let ends = |ends| TokenQuery { ends: Some(ends), ..all() };
    let on = |name: &str| TokenQuery { instance: Some(name.parse().unwrap()), ..all() };
    let mut queries = vec![
        all(),
        TokenQuery { owner: Some("BOB".to_owned()), ..all() },
        TokenQuery { owner: Some("nobody\0".to_owned()), ..all() },
        TokenQuery { integration: Some("tempo".to_owned()), ..all() },
        TokenQuery { integration: Some("tempo%".to_owned()), ..all() },
        TokenQuery { access: Some(Access::ReadOnly), ..all() },
        TokenQuery { access: Some(Access::ReadWrite), ..on("jira") },
        on("jira"),
        on("shop-jira"),
        on("long-gone"),
        ends(EndsFilter::Within("20d".parse().unwrap())),
        ends(EndsFilter::Expired),
        ends(EndsFilter::Never),
    ];
    for state in TokenState::ALL {
        queries.push(TokenQuery { state: Some(state), ..all() });
        queries.push(TokenQuery { state: Some(state), ..on("wiki") });
    }
    queries
}

fn by_text() -> Vec<TokenQuery> {
    let of = |text: &str| TokenQuery { text: Some(text.to_owned()), ..TokenQuery::default() };
    // In name, owner, hint, integration and purpose; what patterns and regular expressions would
    // mean; what has another length in lower case; what goes from one part to the next.
    let texts = [
        "",
        "ALPHA",
        "Ähre",
        "carol",
        "gpass_",
        "TEMPO",
        "straße",
        "STRASSE",
        "rewritten",
        "ÄRGER 1",
        "%",
        "_",
        "\\",
        "50%_\\",
        "100%",
        ".",
        "İ",
        "i̇STANBUL",
        "ΟΔΟΣ",
        "οδος",
        "οδοσ",
        "zeta",
        "\n",
        "0\nBOB\ng",
        "tempo\nstraße",
        "tempo straße",
        "nothing of that",
        "alpha\0",
        "\0",
    ];
    let mut queries: Vec<_> = texts.into_iter().map(of).collect();
    queries.push(of(&"a".repeat(10_001)));
    queries.push(TokenQuery { state: Some(TokenState::Suspended), ..of("a") });
    queries.push(TokenQuery { access: Some(Access::ReadOnly), ..of("first") });
    queries.push(TokenQuery { owner: Some("sam".to_owned()), ..of("BOB") });
    let on_jira = Some("jira".parse().unwrap());
    queries.push(TokenQuery { instance: on_jira, ends: Some(EndsFilter::Never), ..of("ä") });
    queries
}

/// What the store finds, which keeps nothing from one search to the next.
async fn by_the_store(desk: &Desk, query: &TokenQuery) -> TokensFound {
    let now = desk.now();
    let directory = |name: &str| if name == "shop-jira" { "shop" } else { "main" };
    let search = TokenSearch {
        text: query.text.clone(),
        owner: query.owner.clone(),
        integration: query.integration.clone(),
        state: query.state,
        access: query.access,
        instance: query.instance.as_ref().map(|instance| InstanceFilter {
            instance: instance.clone(),
            directory: (instance.as_str() != "long-gone")
                .then(|| directory(instance.as_str()).parse().unwrap()),
        }),
        end: query.ends.map(|ends| match ends {
            EndsFilter::Within(time) => EndFilter::Until(now.plus(time)),
            EndsFilter::Expired => EndFilter::Expired,
            EndsFilter::Never => EndFilter::Never,
        }),
        sort: match query.sort {
            TokenSortBy::Name => SortKey::Name,
            TokenSortBy::Owner => SortKey::Owner,
            // None of them was used.
            TokenSortBy::Created | TokenSortBy::LastUsed => SortKey::Created,
            TokenSortBy::Expires => SortKey::End,
        },
        descending: query.descending,
        ..TokenSearch::all(now)
    };
    let offset = u64::from(query.page - 1) * u64::from(query.page_size);
    let page = FoundPage { offset, limit: query.page_size };
    desk.test.store.search_tokens(&search, page).await.unwrap()
}

const SORTS: [TokenSortBy; 5] = [
    TokenSortBy::Name,
    TokenSortBy::Owner,
    TokenSortBy::Created,
    TokenSortBy::Expires,
    TokenSortBy::LastUsed,
];

async fn compare(desk: &Desk, query: TokenQuery) {
    let told = desk.control.search_tokens(&actor("ada"), &query).await.unwrap();
    let query = TokenQuery { page: told.page, ..query };
    let expected = by_the_store(desk, &query).await;
    let ids: Vec<_> = told.rows.iter().map(|row| row.view.token.id).collect();
    let wanted: Vec<_> = expected.tokens.iter().map(|stored| stored.token.id).collect();
    assert_eq!(ids, wanted, "{query:?}");
    let states: Vec<_> = expected.states.iter().collect();
    assert_eq!((told.found, told.people), (expected.found, expected.people), "{query:?}");
    assert_eq!((told.states, told.total), (states, expected.total), "{query:?}");
}

/// All orders, two pages of each.
async fn compare_all(desk: &Desk, queries: Vec<TokenQuery>) {
    for query in queries {
        for (sort, descending) in SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
            for page in [1, 2] {
                compare(desk, TokenQuery { sort, descending, page, page_size: 9, ..query.clone() })
                    .await;
            }
        }
    }
}

/// By name, and by something else in turn; and among those that nobody has used, which all are.
async fn compare_texts(desk: &Desk) {
    for (number, query) in by_text().into_iter().enumerate() {
        let page = 1 + u32::from(number % 5 == 0);
        let query = TokenQuery { page, page_size: 9, ..query };
        let descending = number % 2 == 0;
        let never = Some(UsedFilter::Never);
        let other = SORTS[1 + number % 4];
        for (sort, descending, used) in [
            (TokenSortBy::Name, descending, None),
            (TokenSortBy::Name, !descending, never),
            (other, descending, never.filter(|_| number % 3 == 0)),
        ] {
            compare(desk, TokenQuery { sort, descending, used, ..query.clone() }).await;
        }
    }
}

#[tokio::test]
async fn searches_in_memory_find_what_the_store_finds_whatever_has_changed() {
    let desk = Desk::new().await;
    compare_all(&desk, narrowed()).await;
    crowd(&desk, "first").await;
    compare_all(&desk, narrowed()).await;
    desk.pass("8d");
    compare_all(&desk, narrowed()).await;
    crowd(&desk, "second").await;
    compare_all(&desk, narrowed()).await;
}

async fn compare_texts_whatever_has_changed(desk: &Desk) {
    compare_texts(desk).await;
    crowd(desk, "first").await;
    compare_texts(desk).await;
    rewrite(desk).await;
    compare_texts(desk).await;
    crowd(desk, "second").await;
    compare_texts(desk).await;
}

#[tokio::test]
async fn texts_are_found_in_memory_as_the_store_finds_them_whatever_has_changed() {
    compare_texts_whatever_has_changed(&Desk::new().await).await;
}

#[tokio::test]
async fn texts_are_found_in_memory_as_postgres_finds_them() {
    let database = TestDatabase::new().unwrap();
    compare_texts_whatever_has_changed(&Desk::at(&database.url()).await).await;
}

/// Where there is room for none, and for those of the first crowd alone.
#[tokio::test]
async fn texts_that_are_too_much_for_memory_are_looked_for_in_the_store() {
    for most in [0, 2_000] {
        let desk = Desk::new().await;
        let desk = Desk { control: desk.control.with_texts_up_to(most), ..desk };
        compare_texts_whatever_has_changed(&desk).await;
    }
}
