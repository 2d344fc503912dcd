//! A small sound package, which the tests of what is wrong with packages change in one thing.

use kovacs_datasets::sha256;
use serde_json::{Value, json};

/// Its table, `curves.csv`.
pub const CSV: &str = "specimen,time,stress\nA,0,10\nA,1,9\nB,0,11\nB,1,10\n";

/// Its descriptor with this table in `curves.csv`.
pub fn descriptor(csv: &[u8]) -> Value {
    json!({
        "name": "sample",
        "licenses": [{"name": "CC0-1.0"}],
        "sources": [{"title": "made up for a test"}],
        "resources": [{
            "name": "curves",
            "path": "curves.csv",
            "hash": format!("sha256:{}", sha256(csv)),
            "bytes": csv.len(),
            "schema": {
                "fields": [
                    {"name": "specimen", "type": "string"},
                    {"name": "time", "type": "number", "unit": "s"},
                    {"name": "stress", "type": "number", "unit": "MPa"},
                ],
                "primaryKey": ["specimen", "time"],
            },
            "origin": {"kind": "measured"},
        }],
    })
}
