//! After `101 Switching Protocols`: bytes both ways until both sides have ended.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::buffer::Buffer;

/// Carries bytes both ways; what either side sent early, behind its head, goes first. Gives the
/// bytes that went (up, down). It has no time limit of its own: whoever cuts it (a token that
/// ended, a node that stops) drops the future.
pub(crate) async fn carry<C, U>(
    client: &mut C,
    upstream: &mut U,
    client_early: &mut Buffer,
    upstream_early: &mut Buffer,
) -> io::Result<(u64, u64)>
where
    C: AsyncRead + AsyncWrite + Unpin,
    U: AsyncRead + AsyncWrite + Unpin,
{
    let (up, down) = (client_early.unread().len() as u64, upstream_early.unread().len() as u64);
    upstream.write_all(client_early.unread()).await?;
    client_early.clear();
    client.write_all(upstream_early.unread()).await?;
    upstream_early.clear();
    let (more_up, more_down) = tokio::io::copy_bidirectional(client, upstream).await?;
    Ok((up + more_up, down + more_down))
}
