//! New arrays.

use crate::array::{Array, Array0, Array1, Array2, Array3, ArrayView, ArrayView1, ShapeError};
use crate::dimension::{Axis, Dimension, Ix1, Ix2, ShapeBuilder};

impl<A, D: Dimension> Array<A, D> {
    /// All zeros.
    pub fn zeros<Sh: ShapeBuilder<Dim = D>>(shape: Sh) -> Array<A, D> {
        loop {}
    }
    /// All ones.
    pub fn ones<Sh: ShapeBuilder<Dim = D>>(shape: Sh) -> Array<A, D> {
        loop {}
    }
    /// All the same.
    pub fn from_elem<Sh: ShapeBuilder<Dim = D>>(shape: Sh, element: A) -> Array<A, D> {
        loop {}
    }
    /// A function of the place.
    pub fn from_shape_fn<Sh: ShapeBuilder<Dim = D>, F: FnMut(D::Pattern) -> A>(shape: Sh, function: F) -> Array<A, D> {
        loop {}
    }
    /// These elements, the last axis fastest.
    pub fn from_shape_vec<Sh: ShapeBuilder<Dim = D>>(shape: Sh, elements: Vec<A>) -> Result<Array<A, D>, ShapeError> {
        loop {}
    }
}

impl<A> Array<A, Ix1> {
    /// These elements.
    pub fn from_vec(elements: Vec<A>) -> Array1<A> {
        loop {}
    }
    /// These elements.
    pub fn from_iter<I: IntoIterator<Item = A>>(elements: I) -> Array1<A> {
        loop {}
    }
    /// From a number to a number, in n steps of one size.
    pub fn linspace(start: A, end: A, n: usize) -> Array1<A> {
        loop {}
    }
    /// From a number to before a number.
    pub fn range(start: A, end: A, step: A) -> Array1<A> {
        loop {}
    }
    /// Powers of a base, the exponents in steps of one size.
    pub fn logspace(base: A, start: A, end: A, n: usize) -> Array1<A> {
        loop {}
    }
    /// From a number to a number, in n steps of one ratio.
    pub fn geomspace(start: A, end: A, n: usize) -> Option<Array1<A>> {
        loop {}
    }
}

impl<A> Array<A, Ix2> {
    /// Ones on the diagonal.
    pub fn eye(n: usize) -> Array2<A> {
        loop {}
    }
}

impl<A> From<Vec<A>> for Array1<A> {
    fn from(elements: Vec<A>) -> Array1<A> {
        loop {}
    }
}

impl<'a, A> From<&'a [A]> for ArrayView1<'a, A> {
    fn from(elements: &'a [A]) -> ArrayView1<'a, A> {
        loop {}
    }
}

impl<'a, A> From<&'a Vec<A>> for ArrayView1<'a, A> {
    fn from(elements: &'a Vec<A>) -> ArrayView1<'a, A> {
        loop {}
    }
}

impl<'a, A, D: Dimension> ArrayView<'a, A, D> {
    /// A view of these elements, the last axis fastest.
    pub fn from_shape<Sh: ShapeBuilder<Dim = D>>(
        shape: Sh,
        elements: &'a [A],
    ) -> Result<ArrayView<'a, A, D>, ShapeError> {
        loop {}
    }
}

/// One element.
pub fn arr0<A>(element: A) -> Array0<A> {
    loop {}
}

/// An array with one axis.
pub fn arr1<A: Clone>(elements: &[A]) -> Array1<A> {
    loop {}
}

/// An array with two axes.
pub fn arr2<A: Clone, const N: usize>(elements: &[[A; N]]) -> Array2<A> {
    loop {}
}

/// An array with three axes.
pub fn arr3<A: Clone, const N: usize, const M: usize>(elements: &[[[A; M]; N]]) -> Array3<A> {
    loop {}
}

/// A view with one axis.
pub fn aview1<A>(elements: &[A]) -> ArrayView1<'_, A> {
    loop {}
}

/// Arrays one behind the other along an axis.
pub fn concatenate<A: Clone, D: Dimension>(
    axis: Axis,
    arrays: &[ArrayView<'_, A, D>],
) -> Result<Array<A, D>, ShapeError> {
    loop {}
}

/// Arrays beside each other along a new axis.
pub fn stack<A: Clone, D: Dimension>(
    axis: Axis,
    arrays: &[ArrayView<'_, A, D>],
) -> Result<Array<A, D::Larger>, ShapeError> {
    loop {}
}
