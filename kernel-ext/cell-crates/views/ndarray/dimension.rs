//! How many axes an array has, and which.

use std::fmt::Debug;

/// An axis by number.
#[derive(Eq, Ord, PartialEq, PartialOrd, Hash, Debug, Clone, Copy)]
pub struct Axis(pub usize);

/// In `s![..]`: an axis more.
#[derive(Copy, Clone, Debug)]
pub struct NewAxis;

/// Lengths of all axes.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Dim<I: ?Sized>(I);

/// No axis.
pub type Ix0 = Dim<[usize; 0]>;
/// One axis.
pub type Ix1 = Dim<[usize; 1]>;
/// Two axes.
pub type Ix2 = Dim<[usize; 2]>;
/// Three axes.
pub type Ix3 = Dim<[usize; 3]>;
/// Any number of axes.
pub type IxDyn = Dim<IxDynImpl>;

/// Lengths of any number of axes.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct IxDynImpl(());

/// Lengths of axes.
pub trait Dimension: Clone + Eq + Debug {
    /// With one axis fewer.
    type Smaller: Dimension;
    /// With one axis more.
    type Larger: Dimension;
    /// The lengths as they are written: `3`, `(3, 4)`.
    type Pattern;
}

macro_rules! dimensions {
    ($($axes:literal smaller $smaller:ty, larger $larger:ty, written $pattern:ty;)*) => {$(
        impl Dimension for Dim<[usize; $axes]> {
            type Smaller = $smaller;
            type Larger = $larger;
            type Pattern = $pattern;
        }
    )*};
}

dimensions! {
    0 smaller Ix0, larger Ix1, written ();
    1 smaller Ix0, larger Ix2, written usize;
    2 smaller Ix1, larger Ix3, written (usize, usize);
    3 smaller Ix2, larger IxDyn, written (usize, usize, usize);
}

impl Dimension for IxDyn {
    type Smaller = IxDyn;
    type Larger = IxDyn;
    type Pattern = IxDyn;
}

/// What can be said for lengths: `3`, `(3, 4)`, `[3, 4]`.
pub trait IntoDimension {
    /// The lengths.
    type Dim: Dimension;
}

/// What can be said for the shape of a new array.
pub trait ShapeBuilder {
    /// Its lengths.
    type Dim: Dimension;
}

macro_rules! shapes {
    ($($shape:ty => $dim:ty;)*) => {$(
        impl IntoDimension for $shape {
            type Dim = $dim;
        }

        impl ShapeBuilder for $shape {
            type Dim = $dim;
        }
    )*};
}

shapes! {
    () => Ix0;
    usize => Ix1;
    [usize; 1] => Ix1;
    (usize, usize) => Ix2;
    [usize; 2] => Ix2;
    (usize, usize, usize) => Ix3;
    [usize; 3] => Ix3;
    Dim<[usize; 1]> => Ix1;
    Dim<[usize; 2]> => Ix2;
    Dim<[usize; 3]> => Ix3;
    IxDyn => IxDyn;
    Vec<usize> => IxDyn;
}
