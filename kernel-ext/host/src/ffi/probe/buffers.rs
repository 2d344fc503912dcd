//! Memory lent to a model under test: with guard cells around it, and with a copy of what was in it.
//!
//! A plugin that writes past the end of its array spoils the guard cells and not the checker, so the fault can be named
//! instead of showing up as a crash somewhere else.

use std::ptr;

/// Cells on either side of an array: far enough for a loop that runs one row or one column too long.
const GUARD: usize = 4096;

/// A number that can be lent out, and the pattern that marks memory nobody may touch.
pub(super) trait Cell: Copy + PartialEq {
    const PATTERN: Self;
    /// Same bits; two NaN with equal bits are the same.
    fn same(self, other: Self) -> bool;
}

impl Cell for f64 {
    /// A NaN that no calculation produces: values that nobody wrote are NaN too.
    const PATTERN: f64 = f64::from_bits(0x7ff8_dead_beef_cafe);
    fn same(self, other: f64) -> bool {
        self.to_bits() == other.to_bits()
    }
}

impl Cell for i32 {
    const PATTERN: i32 = 0x5eed_5eed;
    fn same(self, other: i32) -> bool {
        self == other
    }
}

impl Cell for u32 {
    const PATTERN: u32 = 0x5eed_5eed;
    fn same(self, other: u32) -> bool {
        self == other
    }
}

impl Cell for u64 {
    const PATTERN: u64 = 0x5eed_5eed_5eed_5eed;
    fn same(self, other: u64) -> bool {
        self == other
    }
}

impl Cell for u8 {
    const PATTERN: u8 = 0xa5;
    fn same(self, other: u8) -> bool {
        self == other
    }
}

/// An array with guard cells before and behind it.
pub(super) struct Guarded<T> {
    cells: Vec<T>,
    /// What was lent out, to be compared afterwards; the array's own content for input.
    lent: Vec<T>,
}

impl<T: Cell> Guarded<T> {
    pub(super) fn new(content: &[T]) -> Self {
        let mut cells = vec![T::PATTERN; GUARD];
        cells.extend_from_slice(content);
        cells.resize(cells.len() + GUARD, T::PATTERN);
        Guarded { cells, lent: content.to_vec() }
    }

    /// Where the array begins; NULL for an empty one would be allowed, but a plugin may as well get a pointer.
    pub(super) fn pointer(&self) -> *const T {
        self.cells[GUARD..].as_ptr()
    }

    /// As [`pointer`](Self::pointer), for what the model writes.
    pub(super) fn pointer_mut(&mut self) -> *mut T {
        self.cells[GUARD..].as_mut_ptr()
    }

    /// The pointer, or NULL where there is nothing.
    pub(super) fn pointer_or_null(&self) -> *const T {
        if self.lent.is_empty() { ptr::null() } else { self.pointer() }
    }

    /// The array as it is now.
    pub(super) fn content(&self) -> &[T] {
        &self.cells[GUARD..GUARD + self.lent.len()]
    }

    /// How far from its ends the first spoilt guard cell lies: negative before the array, positive behind it.
    pub(super) fn overrun(&self) -> Option<i64> {
        let end = GUARD + self.lent.len();
        let behind = self.cells[end..].iter().position(|cell| !cell.same(T::PATTERN));
        let before = self.cells[..GUARD].iter().rposition(|cell| !cell.same(T::PATTERN));
        behind.map(|distance| distance as i64 + 1).or(before.map(|place| place as i64 - GUARD as i64))
    }

    /// The first place whose content is no longer what was lent out.
    pub(super) fn changed(&self) -> Option<usize> {
        self.content().iter().zip(&self.lent).position(|(now, lent)| !now.same(*lent))
    }

    /// Spoils the content: whoever kept a pointer to it computes nonsense from now on, and is found out.
    pub(super) fn poison(&mut self) {
        self.cells.fill(T::PATTERN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_outside_and_changing_inside_are_told_apart() {
        let mut guarded = Guarded::new(&[1.0, 2.0, f64::NAN]);
        assert_eq!((guarded.overrun(), guarded.changed()), (None, None));
        guarded.cells[GUARD + 3] = 0.0;
        assert_eq!((guarded.overrun(), guarded.changed()), (Some(1), None));
        guarded.cells[GUARD + 3] = f64::PATTERN;
        guarded.cells[GUARD - 2] = 0.0;
        guarded.cells[GUARD + 1] = 3.0;
        assert_eq!((guarded.overrun(), guarded.changed()), (Some(-2), Some(1)));
        assert_eq!(guarded.content()[..2], [1.0, 3.0]);
    }
}
