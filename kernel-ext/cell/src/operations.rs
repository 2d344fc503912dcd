//! What each operation of the seam does.

use crate::notices::Incident;
use crate::table::{CellClosure, notices};
use kovacs::display::Bundle;
use kovacs::seam::Operation;
use kovacs::wire::{Reader, WireError};
use kovacs::{Error, Result};

/// Does one operation: encoded arguments in, encoded answer out.
pub(crate) fn perform(operation: Operation, input: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Reader::new(input);
    match operation {
        Operation::Display => {
            let is_result = reader.bool()?;
            notices().display(&Bundle::decode(&mut reader)?, is_result);
        }
        Operation::Panic => notices().panic(&incident(&mut reader)?),
        Operation::EarlyReturn => notices().early_return(&incident(&mut reader)?),
        _ => return Err(Error::new("x", "x")),
    }
    Ok(Vec::new())
}

fn incident(reader: &mut Reader<'_>) -> Result<Incident, WireError> {
    Ok(Incident {
        name: reader.text()?,
        message: reader.text()?,
        file: reader.text()?,
        line: reader.u32()?,
        column: reader.u32()?,
    })
}
pub(crate) fn adopt_model(_input: &[u8], _closure: CellClosure) -> Result<Vec<u8>> { Err(Error::new("x", "x")) }
