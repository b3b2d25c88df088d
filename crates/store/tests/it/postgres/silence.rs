//! A network that swallows everything, without a word.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gatepass_store::{Revision, StoreOptions};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

use super::Postgres;
use crate::backend::open_at;
use crate::everything::is_unavailable;
use crate::sample::{issued, mac, token};

/// A way to the server on which connections fall silent when `swallows` says so, and stay so.
struct Network {
    swallows: watch::Sender<bool>,
    port: u16,
}

impl Network {
    async fn before(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (swallows, state) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, socket.clone(), state.clone()));
            }
        });
        Self { swallows, port }
    }
}

async fn pass_on(mut client: TcpStream, socket: PathBuf, mut state: watch::Receiver<bool>) {
    let mut server = UnixStream::connect(socket).await.unwrap();
    let is_silent = tokio::select! {
        found = state.wait_for(|swallows| *swallows) => found.is_ok(),
        _ = copy_bidirectional(&mut client, &mut server) => false,
    };
    if is_silent {
        // Both stay open.
        std::future::pending::<()>().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_unavailable_in_time_and_left_for_a_new_connection() {
    let backend = Postgres::new();
    let network = Network::before(backend.database.socket()).await;
    let url = format!(
        "postgres://gatepass@127.0.0.1:{}/{}?sslmode=disable",
        network.port,
        backend.database.name()
    );
    let patience = Duration::from_millis(500);
    let options = StoreOptions { patience, ..StoreOptions::default() };
    let store = open_at(&url, options).await.unwrap();
    let mut watch = store.watch().await.unwrap();
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();

    network.swallows.send(true).unwrap();
    let began = Instant::now();
    is_unavailable(&*store).await;
    assert!(watch.has_changed().await.is_err());
    // 26 questions, each in twice the patience.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());

    network.swallows.send(false).unwrap();
    let back = async {
        loop {
            let next = token(2);
            if let Ok(revision) = store.create_token(&next, &mac(1), &issued(&next)).await {
                return revision;
            }
        }
    };
    let revision = tokio::time::timeout(Duration::from_secs(30), back).await.unwrap();
    assert_eq!(revision, Revision::new(2));
    assert!(watch.has_changed().await.unwrap());
}
