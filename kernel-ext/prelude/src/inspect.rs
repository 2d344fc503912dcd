//! What a variable holds, for lists of variables.
//!
//! A cell that the session writes calls this for each variable, by reference. Which of two traits answers is decided by
//! what the type can do: one is implemented for `&Probe` with a condition, the other for `Probe` without, and the
//! compiler takes the first that fits.

use crate::display::{Bundle, json_string};
use std::fmt::{self, Debug, Write};

/// So many characters of a value are shown.
const SHOWN: usize = 120;

/// A variable that is looked at.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// A value with a `Debug` form.
pub trait Shown {
    /// The beginning of the form.
    fn preview(&self) -> Option<String>;
}

impl<T: Debug + ?Sized> Shown for &Probe<'_, T> {
    fn preview(&self) -> Option<String> {
        let mut cut = Cut { text: String::new(), left: SHOWN };
        // It stops with an error where enough is written.
        let _ = write!(cut, "{:?}", self.0);
        Some(cut.text)
    }
}

/// A value without a `Debug` form.
pub trait Opaque {
    /// Nothing.
    fn preview(&self) -> Option<String>;
}

impl<T: ?Sized> Opaque for Probe<'_, T> {
    fn preview(&self) -> Option<String> {
        None
    }
}

/// A value whose memory beside its own is known.
pub trait Countable {
    /// Bytes that it points to and owns.
    fn heap(&self) -> usize;
}

impl<T> Countable for &Probe<'_, Vec<T>> {
    fn heap(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<T>())
    }
}

impl Countable for &Probe<'_, String> {
    fn heap(&self) -> usize {
        self.0.capacity()
    }
}

/// A value whose memory beside its own is not known.
pub trait Unknown {
    /// Nothing is counted.
    fn heap(&self) -> usize;
}

impl<T: ?Sized> Unknown for Probe<'_, T> {
    fn heap(&self) -> usize {
        0
    }
}

/// Tells the session of a variable: `bytes` it takes, the beginning of its value.
pub fn report(name: &str, bytes: usize, preview: Option<String>) {
    let preview = preview.map_or("null".to_owned(), |text| json_string(&text));
    let mut bundle = Bundle::new();
    bundle.json(
        "application/vnd.kovacs.variable+json",
        format!("{{\"name\": {}, \"bytes\": {bytes}, \"preview\": {preview}}}", json_string(name)),
    );
    bundle.show();
}

/// Text on one line that ends after so many characters.
struct Cut {
    text: String,
    left: usize,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.left == 0 {
                self.text.push('…');
                return Err(fmt::Error);
            }
            self.left -= 1;
            self.text.push(if character.is_control() { ' ' } else { character });
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::needless_borrow, reason = "the depth of references chooses the implementation, as in a cell")]
mod tests {
    use super::{Countable as _, Opaque as _, Probe, Shown as _, Unknown as _};

    struct Silent;

    #[test]
    fn what_a_type_can_do_decides() {
        let (list, text, silent) = (vec![1_u16, 2], String::from("ab"), Silent);
        assert_eq!((&&Probe(&list)).preview().as_deref(), Some("[1, 2]"));
        assert_eq!((&&Probe(&list)).heap(), 4);
        assert_eq!(((&&Probe(&text)).heap(), (&&Probe(&silent)).heap()), (text.capacity(), 0));
        assert_eq!((&&Probe(&silent)).preview(), None);
    }

    #[test]
    fn a_long_value_is_not_formatted_to_its_end() {
        let preview = (&&Probe(&vec![0; 100_000_000])).preview().expect("it has a form");
        assert_eq!(preview.chars().count(), super::SHOWN + 1);
        assert!(preview.ends_with('…'));
    }
}
