//! SHA-256 of files, in the form descriptors use, and of the data in a table, whichever file they lie in.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::table::Table;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Lower-case hexadecimal SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Size and digest of a file that is not kept in memory.
pub(crate) fn sha256_of_file(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        let length = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else { break };
        digest.update(bytes);
        size += length as u64;
    }
    Ok((size, hex::encode(digest.finalize())))
}

/// First bytes of every data digest: what is hashed, and in which version of the layout.
const LAYOUT: &[u8] = b"kovacs data digest 1\n";

/// The one NaN that stands for every gap.
const GAP: f64 = f64::from_bits(0x7ff8_0000_0000_0000);

impl Table {
    /// `sha256:` and the digest of the data: names, units and values of the columns, in their order. The same table has
    /// the same digest as csv, parquet, arrow or workbook, under any package name.
    ///
    /// Hashed are, with every count as 8 bytes, little-endian: the number of rows and of columns; for each column the
    /// length and the UTF-8 bytes of its name and of its UCUM unit (`text` for words); then its values: numbers, whole
    /// ones too, as the 8 bytes of an IEEE 754 double, little-endian, a gap as one fixed NaN; words as length and bytes.
    ///
    /// # Errors
    /// A column of the table cannot be read.
    pub fn data_digest(&self) -> Result<String, DatasetError> {
        let mut hash = Sha256::new_with_prefix(LAYOUT);
        let count = |hash: &mut Sha256, count: usize| hash.update((count as u64).to_le_bytes());
        let words = |hash: &mut Sha256, words: &str| {
            count(hash, words.len());
            hash.update(words.as_bytes());
        };
        count(&mut hash, self.rows());
        count(&mut hash, self.fields().len());
        let mut block = Vec::new();
        for field in self.fields() {
            words(&mut hash, &field.name);
            words(&mut hash, field.unit.map_or("text", |unit| unit.code()));
            if field.kind == FieldKind::Text {
                self.text(&field.name)?.iter().for_each(|word| words(&mut hash, word));
                continue;
            }
            for values in self.column(&field.name)?.chunks(8192) {
                block.clear();
                let values = values.iter().map(|value| if value.is_nan() { GAP } else { *value });
                block.extend(values.flat_map(f64::to_le_bytes));
                hash.update(&block);
            }
        }
        Ok(format!("sha256:{}", hex::encode(hash.finalize())))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_test_vector_holds() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(super::sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
