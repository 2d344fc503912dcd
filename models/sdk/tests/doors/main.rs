//! One model through both doors of the SDK: in place, and over the C tables as a host would use them.

mod c_side; // what the exported functions do with right and wrong pointers
mod in_place; // what `Local` checks, refuses and survives
mod probe; // the model
