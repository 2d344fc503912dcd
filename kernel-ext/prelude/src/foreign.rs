//! How values are shown whose types are neither this crate's nor the user's: a data frame of polars.
//!
//! The blanket implementation of [`EvcxrDisplay`](crate::display::EvcxrDisplay) leaves no room for another one beside
//! it, so a crate that stands between cells and somebody else's types says at run time how those are shown.

use crate::display::Bundle;
use kovacs_core::Curve;
use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::{LazyLock, Mutex, PoisonError};

type Render = Box<dyn Fn(*const ()) -> Bundle + Send>;

/// A curve is of the core, which knows nothing of notebooks.
static RENDERERS: LazyLock<Mutex<Vec<(TypeId, Render)>>> = LazyLock::new(|| {
    // SAFETY: `forms` calls it with a curve, which has no lifetime.
    let render = |value: *const ()| crate::values::forms_of_curve(unsafe { &*value.cast::<Curve>() });
    Mutex::new(vec![(TypeId::of::<Curve>(), Box::new(render))])
});

/// From now on values of this type are shown by `render`.
///
/// # Safety
/// `T` names no lifetime, not even `'static`: types are told apart without their lifetimes.
pub unsafe fn shown_by<T: 'static>(render: fn(&T) -> Bundle) {
    let render = move |value: *const ()| {
        // SAFETY: called by `forms` alone, with a value whose type is this one but for lifetimes, of which it has none.
        render(unsafe { &*value.cast::<T>() })
    };
    let mut renderers = RENDERERS.lock().unwrap_or_else(PoisonError::into_inner);
    renderers.push((TypeId::of::<T>(), Box::new(render)));
}

/// The forms of a value, if somebody has said how its type is shown.
pub(crate) fn forms<T: ?Sized>(value: &T) -> Option<Bundle> {
    forms_of(type_id::<T>(), std::ptr::from_ref(value).cast())
}

fn forms_of(type_id: TypeId, value: *const ()) -> Option<Bundle> {
    let renderers = RENDERERS.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, render) = renderers.iter().rev().find(|(known, _)| *known == type_id)?;
    Some(render(value))
}

/// The identity of a type without its lifetimes.
fn type_id<T: ?Sized>() -> TypeId {
    trait Identity {
        fn of(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T: ?Sized> Identity for PhantomData<T> {
        fn of(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let nothing = PhantomData::<T>;
    let identity: &dyn Identity = &nothing;
    // SAFETY: only the bound changes; the method reads nothing, and what it gives does not depend on lifetimes.
    unsafe { std::mem::transmute::<&dyn Identity, &(dyn Identity + 'static)>(identity) }.of()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Shown(u8);
    #[derive(Debug)]
    struct Plain<'a>(#[expect(dead_code, reason = "the lifetime is the point")] &'a u8);

    #[test]
    fn a_type_that_was_named_is_shown_its_way_and_others_are_not() {
        let render = |shown: &Shown| {
            let mut bundle = Bundle::new();
            bundle.text("text/plain", format!("number {}", shown.0));
            bundle
        };
        // SAFETY: the type has no lifetime.
        unsafe { shown_by::<Shown>(render) };
        let forms = forms(&Shown(3)).expect("named");
        assert_eq!(Vec::from_iter(forms.entries()), [("text/plain", "number 3", false)]);
        let local = 4;
        assert_eq!(super::forms(&Plain(&local)), None);
        assert_eq!(super::forms("text"), None);
    }
}
