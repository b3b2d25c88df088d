//! Several directories, each with an `alice`, whom instances call by other names too: whatever is
//! configured, no call lands as the wrong one.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use gatepass_model::{Grant, IdentityMethod, Person, PersonKey, Product, Username, Usernames};
use gatepass_sandbox::{RawAnswer, RecordedRequest, Recorder};
use gatepass_testkit::raw::Client;
use gatepass_testkit::{TestGate, TestGateOptions, TestInstance};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::PATIENCE;

const DIRECTORIES: [&str; 3] = ["main", "staff", "partners"];
const HEADER: &str = "X-Our-User";
const INSTANCES: [&str; 3] = ["jira", "desk", "shop"];

/// An instance: whose people, how the gate becomes them, what it calls them.
#[derive(Clone, Debug)]
struct Place {
    directory: usize,
    methods: Vec<IdentityMethod>,
    names: Names,
}

/// What an instance calls the alice of its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Alice,
    WithoutTheEnd,
    OfHerOwn,
    /// Its alice is somebody else of the directory.
    Taken,
    /// Its people are those whose names have another end.
    OtherEnd,
}

impl Names {
    fn usernames(self) -> Usernames {
        let name = |text: &str| text.parse::<Username>().unwrap();
        let (suffix, pair) = match self {
            Self::Alice => (None, None),
            Self::WithoutTheEnd => (Some("ICE"), None),
            Self::OfHerOwn => (Some("@x"), Some((name("Alice"), name("adoe")))),
            Self::Taken => (None, Some((name("bob"), name("alice")))),
            Self::OtherEnd => (Some("@x"), None),
        };
        Usernames::new(suffix, pair).unwrap()
    }

    const fn of_alice(self) -> Option<&'static str> {
        match self {
            Self::Alice => Some("alice"),
            Self::WithoutTheEnd => Some("al"),
            Self::OfHerOwn => Some("adoe"),
            Self::Taken | Self::OtherEnd => None,
        }
    }
}

/// How a directory stands with its alice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Active,
    Inactive,
    No,
}

#[derive(Clone, Debug)]
struct World {
    places: [Place; 3],
    known: [Known; 3],
    /// Whether the alice of a directory has a native token at an instance, also where she may not
    /// own anything.
    native: [[bool; 3]; 3],
    /// At which instances each one's token works; none: at all of her directory.
    granted: [[bool; 3]; 3],
}

fn places() -> impl Strategy<Value = Place> {
    use IdentityMethod::{Impersonation, NativeToken, ServiceAccount, TrustedHeader};
    let methods = prop_oneof![
        Just(vec![NativeToken]),
        Just(vec![NativeToken, Impersonation]),
        Just(vec![ServiceAccount]),
        Just(vec![NativeToken, ServiceAccount]),
        Just(vec![TrustedHeader]),
        Just(vec![NativeToken, TrustedHeader]),
        Just(vec![ServiceAccount, NativeToken]),
    ];
    let names = prop_oneof![
        3 => Just(Names::Alice),
        1 => Just(Names::WithoutTheEnd),
        1 => Just(Names::OfHerOwn),
        1 => Just(Names::Taken),
        1 => Just(Names::OtherEnd),
    ];
    (0..3_usize, methods, names).prop_map(|(directory, methods, names)| Place {
        directory,
        methods,
        names,
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let known =
        prop_oneof![4 => Just(Known::Active), 1 => Just(Known::Inactive), 1 => Just(Known::No)];
    let places = prop::array::uniform3(places());
    let flags = prop::array::uniform3(prop::array::uniform3(any::<bool>()));
    (places, prop::array::uniform3(known), flags, flags)
        .prop_map(|(places, known, native, granted)| World { places, known, native, granted })
}

fn alice(directory: usize) -> PersonKey {
    PersonKey {
        directory: DIRECTORIES[directory].parse().unwrap(),
        username: "alice".parse().unwrap(),
    }
}

fn native(directory: usize, place: usize) -> String {
    format!("native-of-{}-at-{}", DIRECTORIES[directory], INSTANCES[place])
}

/// A product that takes native tokens for those of whom it calls so, as the directory's alice does.
fn answer(request: &RecordedRequest, names: Names) -> RawAnswer {
    let trusted = request.headers(HEADER).pop();
    let user = trusted.or_else(|| names.of_alice().map(str::to_owned));
    let header = format!("X-AUSERNAME: {}", user.as_deref().unwrap_or("somebody"));
    RawAnswer::json("{}", &[&header])
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

fn account(place: usize) -> String {
    format!("account-at-{}", INSTANCES[place])
}

impl World {
    /// What may go up for the alice of a directory at an instance, as a header; `None`: nothing.
    fn may_go_up(&self, directory: usize, place: usize) -> Option<(&'static str, String)> {
        let Place { directory: of_place, methods, names } = &self.places[place];
        let is_granted = self.granted[directory][place] || self.granted[directory] == [false; 3];
        let may_come = *of_place == directory && self.known[directory] == Known::Active;
        // Who has no name there is not the service account either.
        if !may_come || !is_granted || names.of_alice().is_none() {
            return None;
        }
        methods.iter().find_map(|method| match method {
            IdentityMethod::ServiceAccount => Some(bearer(&account(place))),
            IdentityMethod::TrustedHeader => names.of_alice().map(|name| (HEADER, name.to_owned())),
            IdentityMethod::NativeToken | IdentityMethod::Impersonation => {
                self.native[directory][place].then(|| bearer(&native(directory, place)))
            }
        })
    }

    fn options(&self, products: &[Arc<Recorder>]) -> TestGateOptions {
        let instance = |(at, place): (usize, &Place)| {
            let has_account = place.methods.contains(&IdentityMethod::ServiceAccount);
            TestInstance {
                name: INSTANCES[at].to_owned(),
                directory: DIRECTORIES[place.directory].to_owned(),
                methods: place.methods.clone(),
                usernames: place.names.usernames(),
                trusted_header: Some(HEADER.to_owned()),
                service_account: has_account.then(|| account(at)),
                ..TestInstance::new(Product::Jira, products[at].address())
            }
        };
        let instances = self.places.iter().enumerate().map(instance).collect();
        let person = |directory: usize| Person {
            key: alice(directory),
            display_name: "Alice".to_owned(),
            email: None,
            groups: Vec::new(),
            active: self.known[directory] == Known::Active,
        };
        let people = (0..3).filter(|&directory| self.known[directory] != Known::No);
        let pairs = (0..3).flat_map(|directory| (0..3).map(move |place| (directory, place)));
        let stored = pairs.filter(|&(directory, place)| self.native[directory][place]);
        TestGateOptions {
            people: people.map(person).collect(),
            credentials: Vec::new(),
            other_credentials: stored
                .map(|(directory, place)| {
                    (alice(directory), INSTANCES[place].to_owned(), native(directory, place))
                })
                .collect(),
            ..TestGateOptions::new(instances).unwrap()
        }
    }

    /// Has each alice call each instance, and compares what came to it with what may.
    async fn try_all(&self, products: &[Arc<Recorder>]) {
        let gate = TestGate::start(self.options(products)).await.unwrap();
        for directory in 0..3 {
            let of_grant = (0..3).filter(|&place| self.granted[directory][place]);
            let instances = of_grant.map(|place| INSTANCES[place].parse().unwrap()).collect();
            let grant = Grant { instances, ..Grant::read_write() };
            let token = gate.issue_to(alice(directory), grant).await.unwrap().secret;
            for (place, host) in INSTANCES.into_iter().enumerate() {
                let before: Vec<usize> = products.iter().map(|one| one.requests().len()).collect();
                let mut client =
                    Client::connect(gate.address()).await.unwrap().with_patience(PATIENCE);
                let head = format!(
                    "GET /rest/api/2/issue/ABC-1 HTTP/1.1\r\nHost: {host}.example\r\n\
                     Authorization: Bearer {token}\r\n\
                     X-Our-User: admin\r\nx-our-user: root\r\n\r\n"
                );
                client.send(head.as_bytes()).await.unwrap();
                let answer = client.answer().await.unwrap();
                let expected = self.may_go_up(directory, place);
                assert_eq!(
                    answer.status == 200,
                    expected.is_some(),
                    "{self:?} {directory} {place}"
                );
                for (at, product) in products.iter().enumerate() {
                    let new = product.requests().split_off(before[at]);
                    match (&expected, at == place) {
                        (Some((name, value)), true) => {
                            assert_eq!(new.len(), 1, "{self:?} {directory} {place}");
                            let sent = [HEADER, "authorization"].map(|name| new[0].headers(name));
                            let own = |one: &str| {
                                if one == *name { vec![value.clone()] } else { Vec::new() }
                            };
                            assert_eq!(
                                sent,
                                [own(HEADER), own("authorization")],
                                "{self:?} {directory} {place}"
                            );
                        }
                        _ => {
                            assert!(
                                new.is_empty(),
                                "{self:?} {directory} {place}: it came to {at}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn no_call_lands_as_the_alice_of_another_directory() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let names = Arc::new(Mutex::new([Names::Alice; 3]));
    let product = |place: usize| {
        let names = Arc::clone(&names);
        let answer = move |request: &RecordedRequest| answer(request, names.lock().unwrap()[place]);
        Arc::new(runtime.block_on(Recorder::start(answer)).unwrap())
    };
    let products: Vec<Arc<Recorder>> = (0..3).map(product).collect();
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let landed = Cell::new(0);
    TestRunner::new(config)
        .run(&worlds(), |world| {
            *names.lock().unwrap() = [0, 1, 2].map(|place| world.places[place].names);
            runtime.block_on(world.try_all(&products));
            let pairs = (0..3).flat_map(|directory| (0..3).map(move |place| (directory, place)));
            let passing = pairs.filter(|&(one, other)| world.may_go_up(one, other).is_some());
            landed.set(landed.get() + passing.count());
            Ok(())
        })
        .unwrap();
    assert!(landed.get() > 0, "no world let anything pass");
}
