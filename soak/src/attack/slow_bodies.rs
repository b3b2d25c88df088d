//! A byte of a body every 10 s (R-U-Dead-Yet): 408.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;

use super::{connect, drip, failed};
use crate::target::Target;

pub(super) async fn one(target: &Target) -> Result<Duration, String> {
    let mut stream = connect(target).await?;
    let began = Instant::now();
    let lines = "Content-Type: application/json\r\nContent-Length: 1000\r\n";
    let head = target.head("POST /rest/api/2/search", lines);
    stream.write_all(head.as_bytes()).await.map_err(|error| failed(&error))?;
    drip(stream, began, Duration::from_secs(10), "408").await
}
