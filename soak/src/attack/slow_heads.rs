//! A byte of a head every 5 s (slowloris): 408.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;

use super::{connect, drip, failed};
use crate::target::Target;

pub(super) async fn one(target: &Target) -> Result<Duration, String> {
    let mut stream = connect(target).await?;
    let began = Instant::now();
    let start = format!("GET {} HTTP/1.1\r\nHost: {}\r\nX-Slow: ", target.path, target.host);
    stream.write_all(start.as_bytes()).await.map_err(|error| failed(&error))?;
    drip(stream, began, Duration::from_secs(5), "408").await
}
