//! What the kernel says of itself.

use kovacs_wire::PROTOCOL_VERSION;
use serde_json::{Value, json};
use std::process::Command;

/// Asks the compiler for its version; empty if there is none, which the first cell explains.
pub(crate) fn rust_version() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

/// `kernel_info_reply`
pub(crate) fn information(rust_version: &str) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": "kovacs",
        "implementation_version": version,
        "language_info": {
            "name": "rust",
            "version": rust_version,
            "mimetype": "text/x-rust",
            "file_extension": ".rs",
            "pygments_lexer": "rust",
            "codemirror_mode": "rust",
            "nbconvert_exporter": "script",
        },
        "banner": format!(
            "Kovacs {version}: Rust {rust_version} in cells, for glass relaxation. `:help` lists the commands."
        ),
        "debugger": true,
        "supported_features": ["debugger", "kernel subshells"],
        "help_links": [
            { "text": "Rust standard library", "url": "https://doc.rust-lang.org/std/" },
            { "text": "The Rust Programming Language", "url": "https://doc.rust-lang.org/book/" },
        ],
    })
}
