//! The gate: what stands between the clients and the ZeroMQ sockets.
//!
//! Two things that `zeromq` 0.7 cannot do are done here, on the bytes of each connection. A frame that claims to be
//! huge ends its connection; there it would end the process, because room is made for it at once. And what is
//! published goes to each client at its own speed: there, the publisher waits for the slowest. A client that lags too
//! far behind loses messages, whole ones, and a line in the log says so.
//!
//! The sockets themselves are files in a folder that only this user can enter.

use bytes::{Bytes, BytesMut};
use kovacs_wire::zmtp::{Scanner, Unit};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How many bytes of what was published may wait for one client.
const LONGEST_BACKLOG: usize = 128 << 20;
/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;
/// How long a listener that gives errors is left alone.
const PAUSE: Duration = Duration::from_millis(50);

/// What the kernel does with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// It answers each client.
    Answers,
    /// It tells all clients the same.
    Publishes,
}

/// Where clients connect.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Ipc(UnixListener),
}

/// Lets clients of `listener` through to the socket at `inner`, until the kernel ends.
pub(crate) async fn guard(listener: Listener, inner: PathBuf, direction: Direction) {
    loop {
        let accepted = match &listener {
            Listener::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                // Messages are small and waited for; if this cannot be set, they are only slower.
                let _ = stream.set_nodelay(true);
                tokio::spawn(pass(stream, inner.clone(), direction));
            }),
            Listener::Ipc(listener) => listener.accept().await.map(|(stream, _)| {
                tokio::spawn(pass(stream, inner.clone(), direction));
            }),
        };
        if let Err(error) = accepted {
            crate::log(&format!("cannot take a connection: {error}"));
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn pass(client: impl AsyncRead + AsyncWrite, inner: PathBuf, direction: Direction) {
    // A connection that ends is nothing to tell of; a frame that is refused is.
    if let Err(error) = pass_both_ways(client, &inner, direction).await
        && error.kind() == io::ErrorKind::InvalidData
    {
        crate::log(&format!("a connection is closed: {error}"));
    }
}

async fn pass_both_ways(client: impl AsyncRead + AsyncWrite, inner: &Path, direction: Direction) -> io::Result<()> {
    let kernel = UnixStream::connect(inner).await?;
    let (mut from_kernel, to_kernel) = kernel.into_split();
    let (from_client, mut to_client) = tokio::io::split(client);
    match direction {
        Direction::Answers => tokio::select! {
            ended = check(from_client, to_kernel) => ended,
            ended = tokio::io::copy(&mut from_kernel, &mut to_client) => ended.map(drop),
        },
        Direction::Publishes => {
            let backlog = AtomicUsize::new(0);
            let (sender, receiver) = unbounded_channel();
            tokio::select! {
                ended = check(from_client, to_kernel) => ended,
                ended = queue(from_kernel, sender, &backlog, LONGEST_BACKLOG) => ended,
                ended = write(receiver, to_client, &backlog) => ended,
            }
        }
    }
}

/// Passes on what a client sends, as long as its sizes are sane.
async fn check(mut client: impl AsyncRead + Unpin, mut kernel: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut scanner = Scanner::default();
    let mut piece = vec![0; PIECE];
    loop {
        let length = client.read(&mut piece).await?;
        if length == 0 {
            return Ok(());
        }
        let Some(read) = piece.get(..length) else { return Ok(()) };
        let mut rest = read;
        while !rest.is_empty() {
            let (used, _) = scanner.next(rest).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            rest = rest.get(used..).unwrap_or_default();
        }
        kernel.write_all(read).await?;
    }
}

/// Queues what the kernel publishes, message by message, and drops what a slow client has no room for.
async fn queue(
    mut kernel: impl AsyncRead + Unpin,
    sender: UnboundedSender<Bytes>,
    backlog: &AtomicUsize,
    longest_backlog: usize,
) -> io::Result<()> {
    let mut scanner = Scanner::default();
    let mut waiting = BytesMut::new();
    let mut scanned = 0;
    let mut dropping = false;
    loop {
        waiting.reserve(PIECE);
        if kernel.read_buf(&mut waiting).await? == 0 {
            return Ok(());
        }
        while let Some(rest) = waiting.get(scanned..).filter(|rest| !rest.is_empty()) {
            let (used, unit) = scanner.next(rest).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            scanned += used;
            let Some(unit) = unit else { break };
            let bytes = waiting.split_to(std::mem::take(&mut scanned)).freeze();
            let full = backlog.load(Ordering::Relaxed) > longest_backlog;
            if full && unit == Unit::Message {
                if !dropping {
                    crate::log("a client does not read what is published; it loses messages from here on");
                }
                dropping = true;
                continue;
            }
            dropping = full;
            backlog.fetch_add(bytes.len(), Ordering::Relaxed);
            if sender.send(bytes).is_err() {
                return Ok(());
            }
        }
    }
}

/// Writes what is queued, at the client's speed.
async fn write(
    mut queued: UnboundedReceiver<Bytes>,
    mut client: impl AsyncWrite + Unpin,
    backlog: &AtomicUsize,
) -> io::Result<()> {
    while let Some(bytes) = queued.recv().await {
        client.write_all(&bytes).await?;
        backlog.fetch_sub(bytes.len(), Ordering::Relaxed);
        if queued.is_empty() {
            client.flush().await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A greeting, a subscription as a command, and messages of one frame each.
    fn stream(messages: &[&[u8]]) -> Vec<u8> {
        let mut stream = vec![0; 64];
        stream.extend(b"\x04\x03abc");
        for message in messages {
            stream.extend([0, u8::try_from(message.len()).expect("short")]);
            stream.extend(*message);
        }
        stream
    }

    #[tokio::test]
    async fn a_client_that_lags_behind_loses_whole_messages_and_no_commands() {
        let bytes = stream(&[&[1; 40], &[2; 40], &[3; 40], &[4; 40]]);
        let (sender, mut receiver) = unbounded_channel();
        let backlog = AtomicUsize::new(0);
        // The greeting, the command and two messages are 64, 5, 42 and 42 bytes.
        queue(&bytes[..], sender, &backlog, 140).await.expect("read to its end");
        let mut kept = Vec::new();
        while let Some(bytes) = receiver.recv().await {
            kept.push(bytes.len());
        }
        assert_eq!(kept, [64, 5, 42, 42]);
        let (sender, receiver) = unbounded_channel();
        let mut client = Vec::new();
        queue(&bytes[..], sender, &AtomicUsize::new(0), usize::MAX).await.expect("read to its end");
        backlog.store(bytes.len(), Ordering::Relaxed);
        write(receiver, &mut client, &backlog).await.expect("written");
        assert_eq!((client, backlog.load(Ordering::Relaxed)), (bytes, 0));
    }

    #[tokio::test]
    async fn a_frame_that_claims_to_be_huge_does_not_get_through() {
        let mut bytes = stream(&[b"small"]);
        bytes.push(2);
        bytes.extend(u64::MAX.to_be_bytes());
        let mut kernel = Vec::new();
        let error = check(&bytes[..], &mut kernel).await.expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(kernel.is_empty());
    }
}
