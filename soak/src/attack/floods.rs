//! 900 kB of headers without an end: 431 at the limit of a head.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{connect, failed, judge};
use crate::target::Target;

const LINES: usize = 900;

pub(super) async fn one(target: &Target) -> Result<Duration, String> {
    let stream = connect(target).await?;
    let began = Instant::now();
    let (mut reader, mut writer) = stream.into_split();
    let start = format!("GET {} HTTP/1.1\r\nHost: {}\r\n", target.path, target.host);
    let sending = tokio::spawn(async move {
        let line = format!("X-Long: {}\r\n", "x".repeat(990));
        // The gate stops to listen after the first of them.
        if writer.write_all(start.as_bytes()).await.is_ok() {
            for _ in 0..LINES {
                if writer.write_all(line.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
        writer
    });
    let mut answer = [0; 64];
    let count = reader.read(&mut answer).await.map_err(|error| failed(&error))?;
    let took = judge(answer.get(..count).unwrap_or_default(), "431", began)?;
    // It is closed too.
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest).await;
    sending.abort();
    Ok(took.max(began.elapsed()))
}
