//! Arrays and views of them.

use crate::dimension::{Axis, Dimension, IntoDimension, Ix0, Ix1, Ix2, Ix3, IxDyn};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// Elements with one or several axes.
pub struct ArrayBase<S, D>(PhantomData<(S, D)>);

/// Elements of its own.
#[derive(Debug, Clone)]
pub struct OwnedRepr<A>(PhantomData<A>);

/// Elements of somebody else.
#[derive(Copy, Clone, Debug)]
pub struct ViewRepr<A>(PhantomData<A>);

/// An array.
pub type Array<A, D> = ArrayBase<OwnedRepr<A>, D>;
/// An array that is somebody else's.
pub type ArrayView<'a, A, D> = ArrayBase<ViewRepr<&'a A>, D>;
/// An array that is somebody else's and can be changed.
pub type ArrayViewMut<'a, A, D> = ArrayBase<ViewRepr<&'a mut A>, D>;
/// One element.
pub type Array0<A> = Array<A, Ix0>;
/// An array with one axis.
pub type Array1<A> = Array<A, Ix1>;
/// An array with two axes.
pub type Array2<A> = Array<A, Ix2>;
/// An array with three axes.
pub type Array3<A> = Array<A, Ix3>;
/// An array with any number of axes.
pub type ArrayD<A> = Array<A, IxDyn>;
/// A view with one axis.
pub type ArrayView1<'a, A> = ArrayView<'a, A, Ix1>;
/// A view with two axes.
pub type ArrayView2<'a, A> = ArrayView<'a, A, Ix2>;

/// Where elements are.
pub trait RawData {
    /// An element.
    type Elem;
}

/// Elements that can be read.
pub trait Data: RawData {}

impl<A> RawData for OwnedRepr<A> {
    type Elem = A;
}

impl<A> RawData for ViewRepr<&A> {
    type Elem = A;
}

impl<A> RawData for ViewRepr<&mut A> {
    type Elem = A;
}

impl<A> Data for OwnedRepr<A> {}
impl<A> Data for ViewRepr<&A> {}
impl<A> Data for ViewRepr<&mut A> {}

/// A shape that does not fit.
#[derive(Clone, Debug)]
pub struct ShapeError(());

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

impl std::error::Error for ShapeError {}

impl<S: RawData, D: Dimension> ArrayBase<S, D> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        loop {}
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        loop {}
    }
    /// Number of axes.
    pub fn ndim(&self) -> usize {
        loop {}
    }
    /// Length of every axis.
    pub fn shape(&self) -> &[usize] {
        loop {}
    }
    /// Length of every axis, as it is written: `3`, `(3, 4)`.
    pub fn dim(&self) -> D::Pattern {
        loop {}
    }
    /// Length of an axis.
    pub fn len_of(&self, axis: Axis) -> usize {
        loop {}
    }
    /// An array of its own.
    pub fn to_owned(&self) -> Array<S::Elem, D>
    where
        S::Elem: Clone,
    {
        loop {}
    }
    /// An array of its own, the view given up.
    pub fn into_owned(self) -> Array<S::Elem, D>
    where
        S::Elem: Clone,
    {
        loop {}
    }
    /// A view.
    pub fn view(&self) -> ArrayView<'_, S::Elem, D> {
        loop {}
    }
    /// A view that can be changed.
    pub fn view_mut(&mut self) -> ArrayViewMut<'_, S::Elem, D> {
        loop {}
    }
    /// Axes in opposite order.
    pub fn t(&self) -> ArrayView<'_, S::Elem, D> {
        loop {}
    }
    /// Axes in opposite order.
    pub fn reversed_axes(self) -> ArrayBase<S, D> {
        loop {}
    }
    /// All elements, the last axis fastest.
    pub fn iter(&self) -> std::slice::Iter<'_, S::Elem> {
        loop {}
    }
    /// All elements, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, S::Elem> {
        loop {}
    }
    /// The elements in memory, if they lie in order.
    pub fn as_slice(&self) -> Option<&[S::Elem]> {
        loop {}
    }
    /// The first element.
    pub fn first(&self) -> Option<&S::Elem> {
        loop {}
    }
    /// The last element.
    pub fn last(&self) -> Option<&S::Elem> {
        loop {}
    }
    /// A function of every element.
    pub fn mapv<B, F: FnMut(S::Elem) -> B>(&self, function: F) -> Array<B, D>
    where
        S::Elem: Clone,
    {
        loop {}
    }
    /// A function of every element, by reference.
    pub fn map<'a, B, F: FnMut(&'a S::Elem) -> B>(&'a self, function: F) -> Array<B, D> {
        loop {}
    }
    /// Every element changed.
    pub fn mapv_inplace<F: FnMut(S::Elem) -> S::Elem>(&mut self, function: F) {
        loop {}
    }
    /// All elements folded.
    pub fn fold<'a, F: FnMut(B, &'a S::Elem) -> B, B>(&'a self, start: B, function: F) -> B {
        loop {}
    }
    /// Sum.
    pub fn sum(&self) -> S::Elem {
        loop {}
    }
    /// Product.
    pub fn product(&self) -> S::Elem {
        loop {}
    }
    /// Mean; `None` of nothing.
    pub fn mean(&self) -> Option<S::Elem> {
        loop {}
    }
    /// Variance, with n − ddof in the denominator.
    pub fn var(&self, ddof: S::Elem) -> S::Elem {
        loop {}
    }
    /// Standard deviation, with n − ddof in the denominator.
    pub fn std(&self, ddof: S::Elem) -> S::Elem {
        loop {}
    }
    /// Sums along an axis.
    pub fn sum_axis(&self, axis: Axis) -> Array<S::Elem, D::Smaller> {
        loop {}
    }
    /// Means along an axis.
    pub fn mean_axis(&self, axis: Axis) -> Option<Array<S::Elem, D::Smaller>> {
        loop {}
    }
    /// Variances along an axis.
    pub fn var_axis(&self, axis: Axis, ddof: S::Elem) -> Array<S::Elem, D::Smaller> {
        loop {}
    }
    /// Standard deviations along an axis.
    pub fn std_axis(&self, axis: Axis, ddof: S::Elem) -> Array<S::Elem, D::Smaller> {
        loop {}
    }
    /// A part with one axis fewer.
    pub fn index_axis(&self, axis: Axis, index: usize) -> ArrayView<'_, S::Elem, D::Smaller> {
        loop {}
    }
    /// With one axis more.
    pub fn insert_axis(self, axis: Axis) -> ArrayBase<S, D::Larger> {
        loop {}
    }
    /// With other lengths.
    pub fn into_shape_with_order<E: IntoDimension>(self, shape: E) -> Result<ArrayBase<S, E::Dim>, ShapeError> {
        loop {}
    }
    /// With other lengths, copied where needed.
    pub fn to_shape<E: IntoDimension>(&self, shape: E) -> Result<ArrayBase<CowRepr<'_, S::Elem>, E::Dim>, ShapeError> {
        loop {}
    }
    /// All elements become this one.
    pub fn fill(&mut self, value: S::Elem) {
        loop {}
    }
    /// All elements become those of another array.
    pub fn assign<T, E>(&mut self, other: &ArrayBase<T, E>) {
        loop {}
    }
    /// Another array times a number is added.
    pub fn scaled_add<T, E>(&mut self, factor: S::Elem, other: &ArrayBase<T, E>) {
        loop {}
    }
    /// The diagonal.
    pub fn diag(&self) -> ArrayView<'_, S::Elem, Ix1> {
        loop {}
    }
}

/// Elements of its own, or of somebody else.
pub struct CowRepr<'a, A>(PhantomData<&'a A>);

impl<A> RawData for CowRepr<'_, A> {
    type Elem = A;
}

impl<A> Data for CowRepr<'_, A> {}

/// Functions of every element of an array of numbers.
macro_rules! of_numbers {
    ($($(#[$document:meta])* $name:ident),* $(,)?) => {
        impl<S: RawData, D: Dimension> ArrayBase<S, D> {$(
            $(#[$document])*
            pub fn $name(&self) -> Array<S::Elem, D> {
                loop {}
            }
        )*}
    };
}

of_numbers! {
    /// Absolute value.
    abs,
    /// Square root.
    sqrt,
    /// Exponential.
    exp,
    /// Natural logarithm.
    ln,
    /// Logarithm to base 10.
    log10,
    /// Sine.
    sin,
    /// Cosine.
    cos,
    /// Tangent.
    tan,
    /// Hyperbolic tangent.
    tanh,
    /// Next whole number below.
    floor,
    /// Next whole number above.
    ceil,
    /// Nearest whole number.
    round,
    /// Square.
    pow2,
    /// One over the element.
    recip,
}

impl<S: RawData, D: Dimension> ArrayBase<S, D> {
    /// Power of every element.
    pub fn powi(&self, exponent: i32) -> Array<S::Elem, D> {
        loop {}
    }
    /// Power of every element.
    pub fn powf(&self, exponent: S::Elem) -> Array<S::Elem, D> {
        loop {}
    }
}

impl<S: RawData> ArrayBase<S, Ix1> {
    /// The elements.
    pub fn to_vec(&self) -> Vec<S::Elem>
    where
        S::Elem: Clone,
    {
        loop {}
    }
}

impl<S: RawData> ArrayBase<S, Ix2> {
    /// A row.
    pub fn row(&self, index: usize) -> ArrayView1<'_, S::Elem> {
        loop {}
    }
    /// A column.
    pub fn column(&self, index: usize) -> ArrayView1<'_, S::Elem> {
        loop {}
    }
    /// Number of rows.
    pub fn nrows(&self) -> usize {
        loop {}
    }
    /// Number of columns.
    pub fn ncols(&self) -> usize {
        loop {}
    }
    /// Whether there are as many rows as columns.
    pub fn is_square(&self) -> bool {
        loop {}
    }
}

impl<A, D: Dimension> Array<A, D> {
    /// The elements in memory, and where the first one is.
    pub fn into_raw_vec_and_offset(self) -> (Vec<A>, Option<usize>) {
        loop {}
    }
}

/// The product of vectors and matrices.
pub trait Dot<Rhs: ?Sized> {
    /// A number, a vector, a matrix.
    type Output;
    /// The product.
    fn dot(&self, other: &Rhs) -> Self::Output;
}

macro_rules! products {
    ($($left:ty, $right:ty => $result:ty;)*) => {$(
        impl<A, S: RawData<Elem = A>, T: RawData<Elem = A>> Dot<ArrayBase<T, $right>> for ArrayBase<S, $left> {
            type Output = $result;
            fn dot(&self, other: &ArrayBase<T, $right>) -> $result {
                loop {}
            }
        }
    )*};
}

products! {
    Ix1, Ix1 => A;
    Ix1, Ix2 => Array<A, Ix1>;
    Ix2, Ix1 => Array<A, Ix1>;
    Ix2, Ix2 => Array<A, Ix2>;
}

impl<S: RawData, L> ArrayBase<S, L> {
    /// The product of vectors and matrices.
    pub fn dot<Rhs: ?Sized>(&self, other: &Rhs) -> <Self as Dot<Rhs>>::Output
    where
        Self: Dot<Rhs>,
    {
        loop {}
    }
}

impl<S: RawData, D, I> Index<I> for ArrayBase<S, D> {
    type Output = S::Elem;
    fn index(&self, index: I) -> &S::Elem {
        loop {}
    }
}

impl<S: RawData, D, I> IndexMut<I> for ArrayBase<S, D> {
    fn index_mut(&mut self, index: I) -> &mut S::Elem {
        loop {}
    }
}

impl<S, D> Clone for ArrayBase<S, D> {
    fn clone(&self) -> Self {
        loop {}
    }
}

impl<S: Copy, D: Copy> Copy for ArrayBase<S, D> {}

impl<S, D> fmt::Debug for ArrayBase<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

impl<S, D> fmt::Display for ArrayBase<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {}
    }
}

impl<S, T, D> PartialEq<ArrayBase<T, D>> for ArrayBase<S, D> {
    fn eq(&self, other: &ArrayBase<T, D>) -> bool {
        loop {}
    }
}

impl<'a, S: RawData, D: Dimension> IntoIterator for &'a ArrayBase<S, D> {
    type Item = &'a S::Elem;
    type IntoIter = std::slice::Iter<'a, S::Elem>;
    fn into_iter(self) -> std::slice::Iter<'a, S::Elem> {
        loop {}
    }
}

impl<A, D: Dimension> IntoIterator for Array<A, D> {
    type Item = A;
    type IntoIter = std::vec::IntoIter<A>;
    fn into_iter(self) -> std::vec::IntoIter<A> {
        loop {}
    }
}

impl<A> FromIterator<A> for Array1<A> {
    fn from_iter<I: IntoIterator<Item = A>>(items: I) -> Array1<A> {
        loop {}
    }
}
