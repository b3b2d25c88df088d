//! Searches among all tokens, held against the same done by hand.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use gatepass_model::{
    Access, DirectoryName, Grant, PersonKey, Timestamp, Token, TokenId, TokenState,
};
use gatepass_store::{
    Durability, EndFilter, FoundPage, InstanceFilter, SortKey, StateCounts, Store, StoreOptions,
    TokenFilter, TokenPage, TokenSearch, name_key, search_text,
};

use crate::backend::{Backend, open, patient};
use crate::sample::{after, issued, jira, mac, person, token};

const MANY: u32 = 700;
const NOW: i64 = 100;

fn now() -> Timestamp {
    after(NOW)
}

fn of_directory(name: &str, directory: &str) -> PersonKey {
    PersonKey { directory: directory.parse().unwrap(), ..person(name) }
}

/// Tokens of all kinds, in no order of anything but their handles.
fn crowd() -> Vec<Token> {
    let some = |number: u32| {
        let pick = |salt: u32, of: u32| (number.wrapping_mul(2_654_435_761) >> salt) % of;
        let owner = ["alice", "Bob", "carol", "Dörte", "emil"][pick(3, 5) as usize];
        let instances = match pick(7, 4) {
            0 => Vec::new(),
            1 => vec![jira()],
            2 => vec!["jira-emea".parse().unwrap()],
            _ => vec!["wiki".parse().unwrap(), jira()],
        };
        let access = if pick(9, 2) == 0 { Access::ReadOnly } else { Access::ReadWrite };
        Token {
            name: format!(
                "{} {}",
                ["Zeta", "alpha", "ähre", "Alpha"][pick(11, 4) as usize],
                pick(13, 90)
            ),
            owner: of_directory(owner, if pick(17, 4) == 0 { "other" } else { "main" }),
            integration: (pick(19, 3) > 0)
                .then(|| ["tempo", "Tempo"][pick(21, 2) as usize].to_owned()),
            purpose: (number.is_multiple_of(50)).then(|| {
                ["rare 100%", "Straße_\\İ", "ΟΔΟΣ"][(number / 50 % 3) as usize].to_owned()
            }),
            grant: Grant { access, instances, ..Grant::read_only() },
            state: TokenState::ALL[pick(5, 5) as usize],
            expires_at: (pick(15, 5) > 0).then(|| after(i64::from(pick(6, 40)) * 5)),
            ..token(number)
        }
    };
    (1..=MANY).map(some).collect()
}

async fn filled(backend: &dyn Backend) -> (std::sync::Arc<dyn Store>, Vec<Token>) {
    let options = StoreOptions { durability: Durability::Off, ..patient() };
    let store = backend.try_open(options).await.unwrap();
    let tokens = crowd();
    for made in &tokens {
        store.create_token(made, &mac(1), &issued(made)).await.unwrap();
    }
    (store, tokens)
}

/// What a search means, but for the state.
fn is_found(search: &TokenSearch, token: &Token) -> bool {
    let has = |text: &String| {
        let integration = token.integration.as_deref().unwrap_or_default();
        let purpose = token.purpose.as_deref().unwrap_or_default();
        let (name, owner, hint) = (&token.name, &token.owner.username, &token.secret.hint);
        let all = format!("{name}\n{owner}\n{hint}\n{integration}\n{purpose}");
        let is_wanted = !text.contains('\0') && text.len() <= 10_000;
        is_wanted && all.to_lowercase().contains(&text.to_lowercase())
    };
    let state = token.state_at(search.now);
    let lives = matches!(state, TokenState::Pending | TokenState::Active | TokenState::Suspended);
    let ends = |end: EndFilter| match end {
        EndFilter::Until(until) => lives && token.expires_at.is_some_and(|at| at <= until),
        EndFilter::Expired => state == TokenState::Expired,
        EndFilter::Never => token.expires_at.is_none(),
    };
    let works_on = |filter: &InstanceFilter| {
        let names = &token.grant.instances;
        names.contains(&filter.instance)
            || (names.is_empty() && filter.directory.as_ref() == Some(&token.owner.directory))
    };
    search.text.as_ref().is_none_or(has)
        && search.owner.as_ref().is_none_or(|name| token.owner.username.is_same_as(name))
        && search.directory.as_ref().is_none_or(|name| token.owner.directory == *name)
        && search.integration.as_ref().is_none_or(|name| token.integration.as_ref() == Some(name))
        && search.access.is_none_or(|access| token.grant.access == access)
        && search.instance.as_ref().is_none_or(works_on)
        && search.end.is_none_or(ends)
}

fn order(sort: SortKey, one: &Token, other: &Token) -> Ordering {
    let end = |token: &Token| token.expires_at.unwrap_or(Timestamp::MAX);
    let owner =
        |token: &Token| (token.owner.username.folded().to_owned(), token.owner.directory.clone());
    let first = match sort {
        SortKey::Name => one.name.to_lowercase().cmp(&other.name.to_lowercase()),
        SortKey::Owner => owner(one).cmp(&owner(other)),
        SortKey::Created => Ordering::Equal,
        SortKey::End => end(one).cmp(&end(other)),
    };
    first.then(one.id.cmp(&other.id))
}

fn searches() -> Vec<TokenSearch> {
    let all = || TokenSearch::all(now());
    let main: Option<DirectoryName> = Some("main".parse().unwrap());
    let on = |instance: &str, directory: &Option<DirectoryName>| {
        let instance = instance.parse().unwrap();
        Some(InstanceFilter { instance, directory: directory.clone() })
    };
    let text = |text: &str| TokenSearch { text: Some(text.to_owned()), ..all() };
    let ends = |end| TokenSearch { end: Some(end), ..all() };
    let mut searches = vec![
        all(),
        text("ALPHA"),
        text("100%"),
        text("ÄHRE 1"),
        text("nothing of that"),
        text("a\0"),
        text(&"a".repeat(10_001)),
        text(""),
        text("%"),
        text("_"),
        text("\\"),
        text("e_\\İ"),
        text("STRASSE"),
        text("STRAßE"),
        text("οδος"),
        // The parts of a token stand in lines of their own.
        text("\nBOB\ngpass"),
        TokenSearch { owner: Some("BOB".to_owned()), ..all() },
        TokenSearch { owner: Some("dÖrte".to_owned()), directory: main.clone(), ..all() },
        TokenSearch { owner: Some("nobody".to_owned()), ..all() },
        TokenSearch { directory: Some("other".parse().unwrap()), ..all() },
        TokenSearch { integration: Some("Tempo".to_owned()), ..all() },
        TokenSearch { integration: Some("tempo' OR 1=1 --".to_owned()), ..all() },
        TokenSearch { access: Some(Access::ReadWrite), ..all() },
        TokenSearch { instance: on("jira", &main), ..all() },
        TokenSearch { instance: on("jira", &None), ..all() },
        TokenSearch { instance: on("jira-emea", &main), access: Some(Access::ReadOnly), ..all() },
        ends(EndFilter::Until(after(NOW + 30))),
        ends(EndFilter::Expired),
        ends(EndFilter::Never),
    ];
    for state in TokenState::ALL {
        searches.push(TokenSearch { state: Some(state), ..all() });
        searches.push(TokenSearch { state: Some(state), ..text("alpha 1") });
    }
    searches
}

const SORTS: [SortKey; 4] = [SortKey::Name, SortKey::Owner, SortKey::Created, SortKey::End];

/// What is to be found, in order, and in each state.
fn by_hand<'t>(search: &TokenSearch, tokens: &'t [Token]) -> (Vec<&'t Token>, StateCounts) {
    let mut found: Vec<&Token> = tokens.iter().filter(|token| is_found(search, token)).collect();
    let mut states = StateCounts::default();
    for token in &found {
        states.add(token.state_at(search.now), 1);
    }
    found.retain(|token| search.state.is_none_or(|state| token.state_at(search.now) == state));
    found.sort_by(|one, other| order(search.sort, one, other));
    if search.descending {
        found.reverse();
    }
    (found, states)
}

/// That each page of a search is what it is by hand.
async fn compare(store: &dyn Store, search: &TokenSearch, tokens: &[Token], offsets: &[u16]) {
    let (expected, states) = by_hand(search, tokens);
    let people: BTreeSet<&PersonKey> = expected.iter().map(|token| &token.owner).collect();
    for &offset in offsets {
        let page = FoundPage { offset: offset.into(), limit: 20 };
        let found = store.search_tokens(search, page).await.unwrap();
        let what = format!("{search:?}, from {offset}");
        assert_eq!(found.states, states, "{what}");
        assert_eq!(found.found, expected.len() as u64, "{what}");
        assert_eq!(found.people, people.len() as u64, "{what}");
        assert_eq!(found.total, tokens.len() as u64, "{what}");
        let ids: Vec<TokenId> = found.tokens.iter().map(|one| one.token.id).collect();
        let wanted = expected.iter().skip(offset.into()).take(20);
        assert_eq!(ids, wanted.map(|token| token.id).collect::<Vec<_>>(), "{what}");
    }
    let counts = store.search_tokens(search, FoundPage { offset: 0, limit: 0 }).await.unwrap();
    assert_eq!((counts.tokens.len(), counts.states), (0, states));
}

pub(crate) async fn a_search_finds_counts_and_sorts_as_by_hand(backend: &dyn Backend) {
    let (store, tokens) = filled(backend).await;
    for search in searches() {
        let sorts = SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]);
        for (sort, descending) in sorts {
            let search = TokenSearch { sort, descending, ..search.clone() };
            compare(&*store, &search, &tokens, &[0, 7, 300]).await;
        }
    }
}

/// As many as by `search` are found in one go, and more.
const VERY_MANY: &str = "WITH RECURSIVE numbers (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 12000)
    INSERT INTO token (id, name, owner_directory, owner_username, owner_key, creator, integration,
        grant_json, state, created_at, expires_at, secret_key, secret_digest, secret_hint, mac_key,
        mac, search, revision, name_key, access, instances)
    SELECT CAST(CAST(1000000000000000 + number AS TEXT) AS {BYTES}), 'same', 'main',
        'u' || number % 7, 'u' || number % 7, creator, CASE WHEN number % 2 = 0 THEN 'tempo' END,
        grant_json, CASE number % 5 WHEN 0 THEN 'suspended' WHEN 1 THEN 'revoked' ELSE 'active' END,
        created_at, CASE WHEN number % 3 > 0 THEN created_at + number % 200 END, 1,
        CAST(CAST(1000000000000000 + number AS TEXT) || CAST(1000000000000000 + number AS TEXT)
            AS {BYTES}),
        secret_hint, mac_key, mac, search, revision, 'same', access, instances
    FROM token CROSS JOIN numbers";

pub(crate) async fn a_search_that_finds_very_many_does_so_too(backend: &dyn Backend) {
    let store = open(backend).await;
    let model = token(1);
    store.create_token(&model, &mac(1), &issued(&model)).await.unwrap();
    backend.execute(VERY_MANY).await;
    let mut tokens = Vec::new();
    let mut after = None;
    loop {
        let page = TokenPage { after, limit: 1000 };
        let list = store.list_tokens(&TokenFilter::default(), page).await.unwrap();
        tokens.extend(list.tokens.into_iter().map(|stored| stored.token));
        after = list.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(tokens.len(), 12_001);
    let all = || TokenSearch::all(now());
    let searches = [
        all(),
        TokenSearch { integration: Some("tempo".to_owned()), ..all() },
        TokenSearch { access: Some(Access::ReadOnly), state: Some(TokenState::Expired), ..all() },
        TokenSearch { state: Some(TokenState::Active), ..all() },
    ];
    for (search, sort) in searches.iter().flat_map(|search| SORTS.map(|sort| (search, sort))) {
        let descending = sort != SortKey::Name;
        let search = TokenSearch { sort, descending, ..search.clone() };
        // The last one is reached by sorting, the first one by walking along an index.
        compare(&*store, &search, &tokens, &[0, 2_500, 5_990]).await;
    }
}

pub(crate) async fn handles_are_of_all_that_is_found_whatever_its_state(backend: &dyn Backend) {
    let (store, tokens) = filled(backend).await;
    for search in searches() {
        let sorts = SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]);
        for (sort, descending) in sorts {
            let search = TokenSearch { sort, descending, ..search.clone() };
            let (expected, _) = by_hand(&TokenSearch { state: None, ..search.clone() }, &tokens);
            let expected: Vec<TokenId> = expected.iter().map(|token| token.id).collect();
            assert_eq!(store.search_handles(&search, 10_000).await.unwrap(), expected);
            let few = store.search_handles(&search, 3).await.unwrap();
            assert_eq!(few.len(), expected.len().min(3));
        }
    }
}

pub(crate) async fn candidates_are_all_tokens_with_what_they_are_counted_by(backend: &dyn Backend) {
    let (store, mut tokens) = filled(backend).await;
    tokens.sort_by_key(|token| token.id);
    let found = store.candidates(now(), 10_000, u32::MAX).await.unwrap();
    let texts = found.texts.as_ref().unwrap();
    assert_eq!(texts.len(), tokens.len());
    assert_eq!(found.tokens.len(), tokens.len());
    let mut owners = BTreeMap::new();
    for (candidate, token) in found.tokens.iter().zip(&tokens) {
        assert_eq!(candidate.id, token.id);
        assert_eq!(candidate.state, token.state_at(now()));
        assert_eq!(candidate.ends_at, token.expires_at);
        assert_eq!(candidate.access, token.grant.access);
        assert_eq!(found.owners[candidate.owner as usize], token.owner);
        assert_eq!(found.places[candidate.places as usize], token.grant.instances);
        let integration = candidate.integration.map(|at| &found.integrations[at as usize]);
        assert_eq!(integration, token.integration.as_ref());
        assert_eq!(texts.name(candidate.text), name_key(&token.name));
        assert_eq!(texts.text(candidate.text), search_text(token));
        assert_eq!(*owners.entry(&token.owner).or_insert(candidate.owner), candidate.owner);
    }
    let numbers: HashSet<&u32> = owners.values().collect();
    assert_eq!(numbers.len(), owners.len(), "no two people have one number");
    assert_eq!(store.candidates(now(), 3, u32::MAX).await.unwrap().tokens.len(), 3);
    let size = u32::try_from(texts.bytes()).unwrap();
    let as_much = store.candidates(now(), 10_000, size).await.unwrap();
    assert_eq!(as_much, found);
    let less = store.candidates(now(), 10_000, size - 1).await.unwrap();
    assert_eq!((less.texts, less.tokens), (None, found.tokens));
}

pub(crate) async fn tokens_are_found_by_their_handles(backend: &dyn Backend) {
    let store = open(backend).await;
    for number in [1, 2, 3] {
        let made = token(number);
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    }
    let ids = [token(3).id, token(9).id, token(1).id, token(3).id];
    let found = store.find_tokens(&ids).await.unwrap();
    let names: Vec<&str> = found.iter().map(|stored| stored.token.name.as_str()).collect();
    assert_eq!(names, ["token 1", "token 3"]);
    assert!(store.find_tokens(&[]).await.unwrap().is_empty());
}

pub(crate) async fn integrations_are_named_once_and_in_order(backend: &dyn Backend) {
    let store = open(backend).await;
    assert!(store.integrations(10).await.unwrap().is_empty());
    let names = ["tempo", "build", "tempo", "Überblick", "Tempo"];
    for (number, name) in (1..).zip(names) {
        let made = Token { integration: Some(name.to_owned()), ..token(number) };
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    }
    let plain = token(9);
    store.create_token(&plain, &mac(1), &issued(&plain)).await.unwrap();
    assert_eq!(store.integrations(10).await.unwrap(), ["Tempo", "build", "tempo", "Überblick"]);
    assert_eq!(store.integrations(2).await.unwrap(), ["Tempo", "build"]);
}

pub(crate) async fn living_tokens_are_counted_by_owner(backend: &dyn Backend) {
    let (store, tokens) = filled(backend).await;
    let mut expected: BTreeMap<PersonKey, u64> = BTreeMap::new();
    for made in &tokens {
        let state = made.state_at(now());
        if !matches!(state, TokenState::Expired | TokenState::Revoked) {
            *expected.entry(made.owner.clone()).or_default() += 1;
        }
    }
    let counted = store.count_living_by_owner(now()).await.unwrap();
    assert_eq!(counted.into_iter().collect::<BTreeMap<_, _>>(), expected);
    let bob = of_directory("bob", "main");
    assert_eq!(store.count_living_tokens(&bob, now()).await.unwrap(), expected[&bob]);
}
