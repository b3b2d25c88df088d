use std::sync::Arc;

use gatepass_model::{KnownPerson, Person, ProductRank};
use gatepass_store::{Changed, Changes, PeopleFilter, Revision, StoreError};

use crate::backend::{Backend, START, open};
use crate::sample::{after, entry_of, person, session, token};

pub(crate) fn known(name: &str, asked: i64) -> KnownPerson {
    KnownPerson {
        person: Person {
            key: person(name),
            display_name: format!("{name} of <b>Köln</b>"),
            email: Some(format!("{name}@example.com")),
            groups: vec!["jira-users".to_owned(), "ä \"group\"".to_owned()],
            active: true,
        },
        native_key: Some(format!("JIRAUSER-{name}")),
        rank: ProductRank::User,
        confirmed_at: after(asked),
        asked_at: after(asked),
        problem: None,
    }
}

fn names(people: &[KnownPerson]) -> Vec<&str> {
    people.iter().map(|known| known.person.key.username.as_str()).collect()
}

pub(crate) async fn a_person_is_read_back_as_he_was_written(backend: &dyn Backend) {
    let store = open(backend).await;
    let main = "main".parse().unwrap();
    let (alice, mut bob) = (known("Alice", 1), known("bob", 2));
    bob.person.email = None;
    bob.person.groups = (0..500).map(|n| format!("group-{n}")).collect();
    bob.native_key = None;
    bob.problem = Some("it did not answer".to_owned());
    store.put_people(&main, &[alice.clone(), bob.clone()]).await.unwrap();
    let found = store.find_person(&person("ALICE")).await.unwrap();
    assert_eq!(found, Some(alice.clone()));
    assert_eq!(store.find_person(&person("bob")).await.unwrap(), Some(bob));
    let by_key = store.find_person_by_native_key(&main, "JIRAUSER-Alice").await.unwrap();
    assert_eq!(by_key, Some(alice));
    assert_eq!(store.find_person(&person("carol")).await.unwrap(), None);
}

pub(crate) async fn people_written_together_are_one_change(backend: &dyn Backend) {
    let store = open(backend).await;
    let main = "main".parse().unwrap();
    let first = store.put_people(&main, &[known("alice", 1), known("bob", 1)]).await.unwrap();
    let second = store.put_people(&main, &[known("bob", 2)]).await.unwrap();
    let changes = store.changes_after(Revision::START, 10).await.unwrap();
    let Changes::Since(changes) = changes else { panic!("{changes:?}") };
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|change| change.changed == Changed::People(main.clone())));
    let since = store.people_written_since(&main, second).await.unwrap();
    assert_eq!(names(&since), ["bob"]);
    assert_eq!(store.people_written_since(&main, first).await.unwrap().len(), 2);
}

pub(crate) async fn somebody_is_replaced_only_as_he_was_read(backend: &dyn Backend) {
    let store = open(backend).await;
    let (first, second) = (known("alice", 1), known("Alice", 2));
    store.replace_person(&first, None).await.unwrap();
    let revision = store.replace_person(&second, Some(&first)).await.unwrap();
    for stale in [None, Some(&first)] {
        let other = KnownPerson { native_key: None, ..known("alice", 3) };
        let refused = store.replace_person(&other, stale).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    assert_eq!(store.find_person(&person("alice")).await.unwrap(), Some(second));
    let changes = store.changes_after(Revision::START, 10).await.unwrap();
    let Changes::Since(changes) = changes else { panic!("{changes:?}") };
    assert_eq!((changes.len(), changes.last().unwrap().revision), (2, revision));
    // Of several who knew nobody one is first.
    let write = |at| {
        let (store, one) = (Arc::clone(&store), known("bob", at));
        tokio::spawn(async move { store.replace_person(&one, None).await })
    };
    let writers: Vec<_> = (0..8).map(write).collect();
    let (mut written, mut conflicts) = (0, 0);
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => written += 1,
            Err(StoreError::Conflict) => conflicts += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((written, conflicts), (1, 7));
}

pub(crate) async fn only_people_in_use_are_refreshed_the_oldest_first(backend: &dyn Backend) {
    let store = open(backend).await;
    let main = "main".parse().unwrap();
    let all = [known("alice", 30), known("bob", 20), known("carol", 10), known("dora", 5)];
    store.put_people(&main, &all).await.unwrap();
    let mut of_bob = token(1);
    of_bob.owner = person("BOB");
    let mut ended = token(2);
    (ended.owner, ended.expires_at) = (person("carol"), Some(after(50)));
    for (number, one) in [(1, &of_bob), (2, &ended)] {
        let audit = entry_of(one, "token.issued");
        store.create_token(one, &crate::sample::mac(number), &audit).await.unwrap();
    }
    let alice = session("alice", 1);
    store.begin_session(&[1; 32], &alice, &entry_of(&of_bob, "session.begun")).await.unwrap();
    let stale = async |before| {
        let found = store.people_to_refresh(&main, after(before), after(60), 10).await.unwrap();
        names(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(stale(100).await, ["bob", "alice"]);
    assert_eq!(stale(30).await, ["bob"]);
    assert_eq!(store.oldest_confirmation(&main, after(60)).await.unwrap(), Some(after(20)));
    let other = "other".parse().unwrap();
    assert_eq!(store.oldest_confirmation(&other, START).await.unwrap(), None);
}

pub(crate) async fn people_are_listed_by_name_and_found_by_text(backend: &dyn Backend) {
    let store = open(backend).await;
    let main: gatepass_model::DirectoryName = "main".parse().unwrap();
    let all = [known("Zoë", 1), known("alice", 1), known("Bob_%", 1)];
    store.put_people(&main, &all).await.unwrap();
    let list = async |text: Option<&str>, after: Option<&str>| {
        let filter = PeopleFilter {
            directory: main.clone(),
            text: text.map(str::to_owned),
            after: after.map(str::to_owned),
            limit: 10,
        };
        let found = store.list_people(&filter).await.unwrap();
        names(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(list(None, None).await, ["alice", "Bob_%", "Zoë"]);
    assert_eq!(list(None, Some("alice")).await, ["Bob_%", "Zoë"]);
    assert_eq!(list(Some("ZOË"), None).await, ["Zoë"]);
    assert_eq!(list(Some("_%"), None).await, ["Bob_%"]);
    assert_eq!(list(Some("a\0"), None).await, Vec::<String>::new());
}

pub(crate) async fn several_people_are_found_at_once(backend: &dyn Backend) {
    let store = open(backend).await;
    let main = "main".parse().unwrap();
    store.put_people(&main, &[known("Zoë", 1), known("alice", 1), known("bob", 1)]).await.unwrap();
    let asked = ["ZOË", "nobody", "Alice", "alice"].map(|name| person(name).username);
    let found = store.find_people(&main, &asked).await.unwrap();
    assert_eq!(names(&found), ["alice", "Zoë"]);
    assert!(store.find_people(&main, &[]).await.unwrap().is_empty());
    let other = "other".parse().unwrap();
    assert!(store.find_people(&other, &asked).await.unwrap().is_empty());
}
