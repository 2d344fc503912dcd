//! One model through both doors of the SDK: in place, and over the C tables as a host would use them.

mod c_linear; // the extension `kovacs.linear/1` with right and wrong pointers
mod c_side; // what the exported functions do with right and wrong pointers
mod decay; // a model with everything a model can have
mod in_place; // what `Local` checks, refuses and survives
mod probe; // a model whose every answer can be foreseen
mod wide; // derivatives, batches and linear responses in place
