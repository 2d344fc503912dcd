//! The model as the program sees it.

use @name@::@Type@;
use kovacs_core::model::Evaluator;
use kovacs_sdk::Local;

/// Bounds, defaults and parameter sets go together. Add what you know of the model: a limit, a number computed by hand.
#[test]
fn the_description_holds_together() {
    let model = Local::<@Type@>::new(&[]).expect("the description holds together");
    assert_eq!(model.description().id, "@id@");
}
