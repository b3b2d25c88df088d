//! A byte of a long answer every 5 s, through as narrow a window as there is: cut.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::failed;
use crate::target::Target;

pub(super) async fn one(target: &Target) -> Result<Duration, String> {
    let mut stream = target
        .connect_narrow()
        .await
        .map_err(|error| format!("no connection: {}", failed(&error)))?;
    let began = Instant::now();
    let head = target.head(&format!("GET {}", target.long_path), "");
    stream.write_all(head.as_bytes()).await.map_err(|error| failed(&error))?;
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        // The end comes behind what was buffered on the way, so a cut shows as a reset, or as an
        // error of the socket before that is read.
        if let Ok(Some(_)) | Err(_) = stream.take_error() {
            return Ok(began.elapsed());
        }
        let mut byte = [0; 1];
        match stream.read(&mut byte).await {
            Ok(0) | Err(_) => return Ok(began.elapsed()),
            Ok(_) => {}
        }
        if is_closed(&stream) {
            return Ok(began.elapsed());
        }
    }
}

/// Whether the other side has ended the connection, whatever is still to be read.
fn is_closed(stream: &tokio::net::TcpStream) -> bool {
    let interest = tokio::io::Interest::READABLE;
    let mut closed = false;
    let _ = stream.try_io(interest, || {
        let mut polled = [rustix::event::PollFd::new(stream, rustix::event::PollFlags::RDHUP)];
        let zero = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        let _ = rustix::event::poll(&mut polled, Some(&zero));
        closed = polled.iter().any(|one| {
            use rustix::event::PollFlags;
            one.revents().intersects(PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR)
        });
        Ok(())
    });
    closed
}
