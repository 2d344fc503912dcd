//! Pointers of the host become slices for the time of a call, and a failure becomes a status with a message.

use crate::engine::Failure;
use crate::model::Model;
use kovacs_abi as abi;
use kovacs_abi::{E_ARGUMENT, E_INTERNAL, OK, Status};
use kovacs_core::guard::guard;
use kovacs_core::model::Quantity;

/// What a model declares, as far as a call is checked against it.
pub(super) struct Declared {
    pub(super) settings: Vec<Quantity>,
    pub(super) parameters: Vec<Quantity>,
    pub(super) outputs: usize,
}

impl Declared {
    /// Asks the model again: nothing behind the pointer to its table belongs to the table.
    pub(super) fn by<M: Model>() -> Result<Self, Failure> {
        let ask = || Declared {
            settings: M::settings().into_iter().map(Into::into).collect(),
            parameters: M::parameters().into_iter().map(Into::into).collect(),
            outputs: M::outputs().len(),
        };
        guard(ask).map_err(|panic| Failure::new(E_INTERNAL, panic))
    }
}

/// Refuses rows of values that are not all inside their bounds. The host of this project has looked already; another
/// one need not have.
pub(super) fn inside_bounds(quantities: &[Quantity], values: &[f64]) -> Result<(), Failure> {
    for (row, values) in values.chunks_exact(quantities.len().max(1)).enumerate() {
        let outside = quantities.iter().zip(values).position(|(quantity, &value)| !quantity.accepts(value));
        if let Some(index) = outside {
            let message = format!("{} is outside {}", values[index], quantities[index].interval());
            return Err(Failure { index: Some(index), row: Some(row), ..Failure::new(E_ARGUMENT, message) });
        }
    }
    Ok(())
}

pub(super) fn null(what: &str) -> Failure {
    Failure::new(E_ARGUMENT, format!("`{what}` is NULL"))
}

/// A slice of `length` values; no values need no pointer.
///
/// # Safety
/// `pointer` is null or valid for `length` reads during the call.
pub(super) unsafe fn slice<'a, T>(pointer: *const T, length: u64, what: &str) -> Result<&'a [T], Failure> {
    match usize::try_from(length) {
        Ok(0) => Ok(&[]),
        Ok(_) if pointer.is_null() => Err(null(what)),
        // SAFETY: not null, and valid by the contract of this function.
        Ok(length) => Ok(unsafe { std::slice::from_raw_parts(pointer, length) }),
        Err(_) => Err(Failure::new(E_ARGUMENT, format!("`{what}` is larger than memory"))),
    }
}

/// As [`slice`], where NULL means that there is none.
///
/// # Safety
/// As [`slice`].
pub(super) unsafe fn optional_slice<'a, T>(pointer: *const T, length: u64) -> &'a [T] {
    // SAFETY: the contract is the same; the only failure left is a length beyond memory.
    if pointer.is_null() { &[] } else { unsafe { slice(pointer, length, "") }.unwrap_or(&[]) }
}

/// As [`slice_mut`], where NULL means that nothing is wanted.
///
/// # Safety
/// As [`slice_mut`].
pub(super) unsafe fn optional_slice_mut<'a, T>(
    pointer: *mut T,
    length: u64,
    what: &str,
) -> Result<Option<&'a mut [T]>, Failure> {
    // SAFETY: the contract is the same.
    if pointer.is_null() { Ok(None) } else { unsafe { slice_mut(pointer, length, what) }.map(Some) }
}

/// A writable slice of `length` values.
///
/// # Safety
/// `pointer` is null or valid for `length` writes during the call, and nobody else uses that memory.
pub(super) unsafe fn slice_mut<'a, T>(pointer: *mut T, length: u64, what: &str) -> Result<&'a mut [T], Failure> {
    match usize::try_from(length) {
        Ok(0) => Ok(&mut []),
        Ok(_) if pointer.is_null() => Err(null(what)),
        // SAFETY: not null, and valid by the contract of this function.
        Ok(length) => Ok(unsafe { std::slice::from_raw_parts_mut(pointer, length) }),
        Err(_) => Err(Failure::new(E_ARGUMENT, format!("`{what}` is larger than memory"))),
    }
}

/// The status of a call; a failure is also written into the host's error, cut at a character boundary.
///
/// # Safety
/// `error` is null or writable.
pub(super) unsafe fn report(result: Result<(), Failure>, error: *mut abi::Error) -> Status {
    let Err(failure) = result else { return OK };
    // SAFETY: by the contract of this function.
    if let Some(error) = unsafe { error.as_mut() }
        && error.struct_size as usize >= size_of::<abi::Error>()
    {
        let end = failure.message.floor_char_boundary(abi::MESSAGE_BYTES - 1);
        error.param = failure.index.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1);
        error.row = failure.row.and_then(|row| i64::try_from(row).ok()).unwrap_or(-1);
        error.message = [0; abi::MESSAGE_BYTES];
        error.message[..end].copy_from_slice(&failure.message.as_bytes()[..end]);
    }
    failure.status
}
