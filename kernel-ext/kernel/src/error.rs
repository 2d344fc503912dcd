//! Why a kernel cannot be started. What goes wrong later is answered to the client.

use std::io;
use std::path::PathBuf;

/// Why a kernel cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// The connection file is of no use.
    #[error("cannot use the connection file {}: {message}; Jupyter writes it and passes its name", path.display())]
    ConnectionFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// Messages would be signed in an unknown way.
    #[error("the connection file asks for signatures by `{scheme}`; only `hmac-sha256` is known")]
    SignatureScheme {
        /// What it asks for.
        scheme: String,
    },
    /// A socket cannot be opened.
    #[error("cannot open the socket for {channel}: {message}")]
    Bind {
        /// Which of the five.
        channel: &'static str,
        /// Its address, and what the system says.
        message: String,
    },
    /// The system gives no thread, no signal or no temporary folder.
    #[error("cannot start the kernel: {0}")]
    System(#[from] io::Error),
}
