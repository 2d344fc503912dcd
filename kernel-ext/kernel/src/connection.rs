//! The connection file, and the sockets that it names; nothing else is listened on.

use crate::error::KernelError;
use crate::gate::{Direction, Listener, guard};
use jupyter_protocol::connection_info::Transport;
use jupyter_zmq_client::{
    ConnectionInfo, KernelControlConnection, KernelHeartbeatConnection, KernelIoPubXPubConnection,
    KernelShellConnection, KernelStdinConnection, RuntimeError, create_kernel_control_connection,
    create_kernel_heartbeat_connection, create_kernel_iopub_xpub_connection, create_kernel_shell_connection,
    create_kernel_stdin_connection,
};
use rustix::fs::Mode;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use tempfile::TempDir;
use tokio::net::{TcpListener, UnixListener};

/// The only way of signing that the protocol knows.
const SIGNATURE_SCHEME: &str = "hmac-sha256";

/// The five sockets of a kernel.
pub(crate) struct Sockets {
    pub(crate) shell: KernelShellConnection,
    pub(crate) control: KernelControlConnection,
    pub(crate) stdin: KernelStdinConnection,
    pub(crate) iopub: KernelIoPubXPubConnection,
    pub(crate) heartbeat: KernelHeartbeatConnection,
    /// Where the sockets are; removed with it.
    pub(crate) folder: TempDir,
}

/// Reads a connection file.
///
/// # Errors
/// It cannot be read, is no connection file, or asks for a signature that is unknown.
pub fn read_connection_file(path: &Path) -> Result<ConnectionInfo, KernelError> {
    let text = std::fs::read(path)
        .map_err(|source| KernelError::ConnectionFile { path: path.to_owned(), message: source.to_string() })?;
    let mut info: ConnectionInfo = serde_json::from_slice(&text)
        .map_err(|source| KernelError::ConnectionFile { path: path.to_owned(), message: source.to_string() })?;
    if !info.key.is_empty() && info.signature_scheme != SIGNATURE_SCHEME {
        return Err(KernelError::SignatureScheme { scheme: info.signature_scheme });
    }
    if info.transport == Transport::TCP && info.ip.contains(':') && !info.ip.starts_with('[') {
        // An address of IPv6: the colons are not those before the port.
        info.ip = format!("[{}]", info.ip);
    }
    Ok(info)
}

/// Opens the five sockets, and the gate in front of them.
///
/// # Errors
/// A port is taken, or a socket file cannot be made.
pub(crate) async fn bind(info: &ConnectionInfo) -> Result<Sockets, KernelError> {
    let folder = tempfile::Builder::new().prefix("kovacs-").tempdir()?;
    // Socket files are for this user alone. What cells write later has the user's own mask.
    let before = rustix::process::umask(Mode::RWXG | Mode::RWXO | Mode::XUSR);
    let sockets = open(info, folder).await;
    rustix::process::umask(before);
    sockets
}

async fn open(info: &ConnectionInfo, folder: TempDir) -> Result<Sockets, KernelError> {
    let inner = ConnectionInfo {
        transport: Transport::IPC,
        ip: folder.path().join("kernel").to_string_lossy().into_owned(),
        shell_port: 1,
        control_port: 2,
        stdin_port: 3,
        iopub_port: 4,
        hb_port: 5,
        ..info.clone()
    };
    let fail =
        |channel: &'static str| move |source| KernelError::Bind { channel, message: RuntimeError::to_string(&source) };
    let sockets = Sockets {
        shell: create_kernel_shell_connection(&inner, "").await.map_err(fail("shell"))?,
        control: create_kernel_control_connection(&inner, "").await.map_err(fail("control"))?,
        stdin: create_kernel_stdin_connection(&inner, "").await.map_err(fail("stdin"))?,
        iopub: create_kernel_iopub_xpub_connection(&inner, "").await.map_err(fail("iopub"))?,
        heartbeat: create_kernel_heartbeat_connection(&inner).await.map_err(fail("heartbeat"))?,
        folder,
    };
    for (channel, outer_port, inner_port) in [
        ("shell", info.shell_port, inner.shell_port),
        ("control", info.control_port, inner.control_port),
        ("stdin", info.stdin_port, inner.stdin_port),
        ("iopub", info.iopub_port, inner.iopub_port),
        ("heartbeat", info.hb_port, inner.hb_port),
    ] {
        let listener = listen(info, outer_port)
            .await
            .map_err(|(address, source)| KernelError::Bind { channel, message: format!("on {address}: {source}") })?;
        let direction = if channel == "iopub" { Direction::Publishes } else { Direction::Answers };
        tokio::spawn(guard(listener, format!("{}-{inner_port}", inner.ip).into(), direction));
    }
    Ok(sockets)
}

async fn listen(info: &ConnectionInfo, port: u16) -> Result<Listener, (String, io::Error)> {
    match info.transport {
        Transport::TCP => {
            let address = format!("{}:{port}", if info.ip == "*" { "0.0.0.0" } else { &info.ip });
            let listener = TcpListener::bind(&address).await;
            listener.map(Listener::Tcp).map_err(|error| (address, error))
        }
        Transport::IPC => {
            let path = format!("{}-{port}", info.ip);
            remove_orphan(Path::new(&path));
            UnixListener::bind(&path).map(Listener::Ipc).map_err(|error| (path, error))
        }
    }
}

/// Removes the socket files that clients connected to; nobody else does where Jupyter did not start the kernel.
pub(crate) fn remove_files(info: &ConnectionInfo) {
    if info.transport == Transport::IPC {
        for port in [info.shell_port, info.control_port, info.stdin_port, info.iopub_port, info.hb_port] {
            // Jupyter may have been faster.
            let _ = std::fs::remove_file(format!("{}-{port}", info.ip));
        }
    }
}

/// A killed kernel leaves its socket files behind, and a restarted one is told to use the same names.
fn remove_orphan(path: &Path) {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err() {
        // If it cannot be removed, binding says why.
        let _ = std::fs::remove_file(path);
    }
}
