//! What type inference sees of ndarray: names and types, nothing behind them.
//!
//! The compiler never sees this crate: it gets the real ndarray. What is missing here works all the same, but a `let`
//! with it needs its type written out; a slice by `s![..]` is such a thing. That every signature is the real one is
//! tested (`tests/views.rs`).

#![allow(unused, clippy::all)]

mod arithmetic;
mod array;
mod construct;
mod dimension;

pub use array::*;
pub use construct::*;
pub use dimension::*;

/// Everything one needs: `use ndarray::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Array, Array0, Array1, Array2, Array3, ArrayBase, ArrayD, ArrayView, ArrayView1, ArrayView2, ArrayViewMut,
        Axis, Dim, Dimension, Ix0, Ix1, Ix2, Ix3, IxDyn, NewAxis, ShapeBuilder, arr0, arr1, arr2, array, aview1, s,
    };
}

/// An array of these elements: `array![1.0, 2.0]`, `array![[1.0, 2.0], [3.0, 4.0]]`.
#[macro_export]
macro_rules! array {
    ($([$([$($x:expr),* $(,)*]),+ $(,)*]),+ $(,)*) => {
        $crate::arr3(&[$([$([$($x,)*],)*],)*])
    };
    ($([$($x:expr),* $(,)*]),+ $(,)*) => {
        $crate::arr2(&[$([$($x,)*],)*])
    };
    ($($x:expr),* $(,)*) => {
        $crate::arr1(&[$($x,)*])
    };
}

/// A part of an array: `s![.., 0]`, `s![1..3, ..]`.
#[macro_export]
macro_rules! s {
    ($($part:expr),* $(,)?) => {
        ($($part,)*)
    };
}
