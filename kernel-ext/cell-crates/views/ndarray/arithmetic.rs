//! Arithmetic of arrays, element by element.

use crate::array::{Array, ArrayBase, RawData};
use crate::dimension::Dimension;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// Two arrays; the result has the axes of the left one.
macro_rules! between_arrays {
    ($($operator:ident $method:ident),*) => {$(
        impl<A, S, T, D, E> $operator<ArrayBase<T, E>> for ArrayBase<S, D>
        where
            S: RawData<Elem = A>,
            T: RawData<Elem = A>,
            D: Dimension,
        {
            type Output = Array<A, D>;
            fn $method(self, other: ArrayBase<T, E>) -> Array<A, D> {
                loop {}
            }
        }

        impl<A, S, T, D, E> $operator<&ArrayBase<T, E>> for ArrayBase<S, D>
        where
            S: RawData<Elem = A>,
            T: RawData<Elem = A>,
            D: Dimension,
        {
            type Output = Array<A, D>;
            fn $method(self, other: &ArrayBase<T, E>) -> Array<A, D> {
                loop {}
            }
        }

        impl<A, S, T, D, E> $operator<ArrayBase<T, E>> for &ArrayBase<S, D>
        where
            S: RawData<Elem = A>,
            T: RawData<Elem = A>,
            D: Dimension,
        {
            type Output = Array<A, D>;
            fn $method(self, other: ArrayBase<T, E>) -> Array<A, D> {
                loop {}
            }
        }

        impl<A, S, T, D, E> $operator<&ArrayBase<T, E>> for &ArrayBase<S, D>
        where
            S: RawData<Elem = A>,
            T: RawData<Elem = A>,
            D: Dimension,
        {
            type Output = Array<A, D>;
            fn $method(self, other: &ArrayBase<T, E>) -> Array<A, D> {
                loop {}
            }
        }
    )*};
}

between_arrays!(Add add, Sub sub, Mul mul, Div div);

/// An array and a number, in either order.
macro_rules! with_numbers {
    ($($number:ty: $($operator:ident $method:ident),*;)*) => {$($(
        impl<S: RawData<Elem = $number>, D: Dimension> $operator<$number> for ArrayBase<S, D> {
            type Output = Array<$number, D>;
            fn $method(self, other: $number) -> Array<$number, D> {
                loop {}
            }
        }

        impl<S: RawData<Elem = $number>, D: Dimension> $operator<$number> for &ArrayBase<S, D> {
            type Output = Array<$number, D>;
            fn $method(self, other: $number) -> Array<$number, D> {
                loop {}
            }
        }

        impl<S: RawData<Elem = $number>, D: Dimension> $operator<ArrayBase<S, D>> for $number {
            type Output = Array<$number, D>;
            fn $method(self, other: ArrayBase<S, D>) -> Array<$number, D> {
                loop {}
            }
        }

        impl<S: RawData<Elem = $number>, D: Dimension> $operator<&ArrayBase<S, D>> for $number {
            type Output = Array<$number, D>;
            fn $method(self, other: &ArrayBase<S, D>) -> Array<$number, D> {
                loop {}
            }
        }
    )*)*};
}

with_numbers! {
    f64: Add add, Sub sub, Mul mul, Div div;
    f32: Add add, Sub sub, Mul mul, Div div;
    i32: Add add, Sub sub, Mul mul, Div div;
    i64: Add add, Sub sub, Mul mul, Div div;
}

/// Changes of an array in place.
macro_rules! in_place {
    ($($operator:ident $method:ident),*) => {$(
        impl<S: RawData, T, D, E> $operator<&ArrayBase<T, E>> for ArrayBase<S, D> {
            fn $method(&mut self, other: &ArrayBase<T, E>) {
                loop {}
            }
        }

        impl<S: RawData<Elem = f64>, D> $operator<f64> for ArrayBase<S, D> {
            fn $method(&mut self, other: f64) {
                loop {}
            }
        }
    )*};
}

in_place!(AddAssign add_assign, SubAssign sub_assign, MulAssign mul_assign, DivAssign div_assign);

impl<A, S: RawData<Elem = A>, D: Dimension> Neg for ArrayBase<S, D> {
    type Output = Array<A, D>;
    fn neg(self) -> Array<A, D> {
        loop {}
    }
}

impl<A, S: RawData<Elem = A>, D: Dimension> Neg for &ArrayBase<S, D> {
    type Output = Array<A, D>;
    fn neg(self) -> Array<A, D> {
        loop {}
    }
}
