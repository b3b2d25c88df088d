//! A byte of a long answer every 2 s, through as narrow a window as there is: cut.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::failed;
use crate::sockets;
use crate::target::Target;

const PACE: Duration = Duration::from_secs(2);

pub(super) async fn one(target: &Target) -> Result<Duration, String> {
    let mut stream = target
        .connect_narrow()
        .await
        .map_err(|error| format!("no connection: {}", failed(&error)))?;
    let began = Instant::now();
    let head = target.head(&format!("GET {}", target.long_path), "");
    stream.write_all(head.as_bytes()).await.map_err(|error| failed(&error))?;
    let own = stream.local_addr().map_err(|error| failed(&error))?.port();
    loop {
        tokio::time::sleep(PACE).await;
        // The end stands behind what was buffered on the way and will not be read for years, so
        // the gate's side of the connection is looked at.
        if !sockets::has_connection(target.gate.port(), own) {
            return Ok(began.elapsed());
        }
        let mut byte = [0; 1];
        let read = tokio::time::timeout(PACE, stream.read(&mut byte)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) {
            return Ok(began.elapsed());
        }
    }
}
