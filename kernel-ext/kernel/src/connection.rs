//! The connection file, and the sockets that it names; nothing else is listened on.

use crate::error::KernelError;
use jupyter_protocol::connection_info::Transport;
use jupyter_zmq_client::{
    ConnectionInfo, KernelControlConnection, KernelHeartbeatConnection, KernelIoPubXPubConnection,
    KernelShellConnection, KernelStdinConnection, create_kernel_control_connection, create_kernel_heartbeat_connection,
    create_kernel_iopub_xpub_connection, create_kernel_shell_connection, create_kernel_stdin_connection,
};
use rustix::fs::Mode;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// The only way of signing that the protocol knows.
const SIGNATURE_SCHEME: &str = "hmac-sha256";

/// The five sockets of a kernel.
pub(crate) struct Sockets {
    pub(crate) shell: KernelShellConnection,
    pub(crate) control: KernelControlConnection,
    pub(crate) stdin: KernelStdinConnection,
    pub(crate) iopub: KernelIoPubXPubConnection,
    pub(crate) heartbeat: KernelHeartbeatConnection,
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

/// Opens the five sockets.
///
/// # Errors
/// A port is taken, or a socket file cannot be made.
pub(crate) async fn bind(info: &ConnectionInfo) -> Result<Sockets, KernelError> {
    if info.transport == Transport::IPC {
        for port in [info.shell_port, info.control_port, info.stdin_port, info.iopub_port, info.hb_port] {
            remove_orphan(Path::new(&format!("{}-{port}", info.ip)));
        }
    }
    // Socket files are for this user alone. What cells write later has the user's own mask.
    let before = rustix::process::umask(Mode::RWXG | Mode::RWXO | Mode::XUSR);
    let sockets = open(info).await;
    rustix::process::umask(before);
    sockets
}

async fn open(info: &ConnectionInfo) -> Result<Sockets, KernelError> {
    let fail = |channel: &'static str, url: String| move |source| KernelError::Bind { channel, url, source };
    Ok(Sockets {
        shell: create_kernel_shell_connection(info, "").await.map_err(fail("shell", info.shell_url()))?,
        control: create_kernel_control_connection(info, "").await.map_err(fail("control", info.control_url()))?,
        stdin: create_kernel_stdin_connection(info, "").await.map_err(fail("stdin", info.stdin_url()))?,
        iopub: create_kernel_iopub_xpub_connection(info, "").await.map_err(fail("iopub", info.iopub_url()))?,
        heartbeat: create_kernel_heartbeat_connection(info).await.map_err(fail("heartbeat", info.hb_url()))?,
    })
}

/// A killed kernel leaves its socket files behind, and a restarted one is told to use the same names.
fn remove_orphan(path: &Path) {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err() {
        // If it cannot be removed, binding says why.
        let _ = std::fs::remove_file(path);
    }
}
