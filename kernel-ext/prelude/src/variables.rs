//! The variables of a session, between two cells.
//!
//! evcxr writes a store like this one into every cell that has a variable, and every such cell compiles it anew. The
//! session puts this one in its place: the same names, called by the same generated code, with the work done in
//! functions that are not generic and are compiled once.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// Begins evcxr's notice that a type was redefined and its variable is lost.
pub const VARIABLE_CHANGED_TYPE: &str = "EVCXR_VARIABLE_CHANGED_TYPE:";
/// evcxr's notice that a cell was left through `?`.
pub const USER_ERROR_OCCURRED: &str = "EVCXR_ERROR_OCCURRED";

/// What generated code moves variables into at a cell's end, and out of at the next one's beginning.
#[derive(Default)]
pub struct VariableStore {
    variables: HashMap<String, Box<dyn Any>>,
}

/// The first cell of a process makes the store.
pub fn create_variable_store() -> *mut VariableStore {
    Box::into_raw(Box::default())
}

impl VariableStore {
    /// Keeps a variable.
    pub fn put_variable<T: 'static>(&mut self, name: &str, value: T) {
        self.put(name, Box::new(value));
    }

    /// Whether the variable still has this type, if it is there; if not, evcxr is told.
    pub fn check_variable<T: 'static>(&mut self, name: &str) -> bool {
        self.check(name, TypeId::of::<T>())
    }

    /// Takes a variable out.
    ///
    /// # Panics
    /// It is not there: generated code only asks for what it has put in.
    pub fn take_variable<T: 'static>(&mut self, name: &str) -> T {
        match self.take(name).downcast() {
            Ok(value) => *value,
            Err(_) => missing(name),
        }
    }

    /// A value that all cells share: the runtime of `await`.
    ///
    /// # Panics
    /// It is there with another type.
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(&mut self, name: &str, create: F) -> Arc<T> {
        if !self.variables.contains_key(name) {
            self.put(name, Box::new(Arc::new(create())));
        }
        match self.variables.get(name).and_then(|value| value.downcast_ref::<Arc<T>>()) {
            Some(value) => Arc::clone(value),
            None => missing(name),
        }
    }

    fn put(&mut self, name: &str, value: Box<dyn Any>) {
        self.variables.insert(name.to_owned(), value);
    }

    fn take(&mut self, name: &str) -> Box<dyn Any> {
        self.variables.remove(name).unwrap_or_else(|| missing(name))
    }

    fn check(&mut self, name: &str, wanted: TypeId) -> bool {
        let same = self.variables.get(name).is_none_or(|value| (**value).type_id() == wanted);
        if !same {
            eprintln!("The type of the variable {name} was redefined, so was lost.");
            println!("{VARIABLE_CHANGED_TYPE}{name}");
        }
        same
    }
}

fn missing(name: &str) -> ! {
    panic!("the variable `{name}` is not in the store, or is of another type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_back_as_they_were() {
        let mut store = VariableStore::default();
        store.put_variable("x", vec![1, 2]);
        assert!(store.check_variable::<Vec<i32>>("x"));
        assert!(!store.check_variable::<i32>("x"));
        assert!(store.check_variable::<i32>("never there"));
        assert_eq!(store.take_variable::<Vec<i32>>("x"), [1, 2]);
        assert_eq!(*store.lazy_arc("shared", || 5), 5);
        assert_eq!(*store.lazy_arc("shared", || 6), 5);
    }
}
