// Every type and function that type inference sees, used once, with the type that it sees written out. Compiled against
// ndarray and against what stands in for it.

use ndarray::prelude::*;
use ndarray::{ShapeError, arr3, concatenate, stack};

pub fn new_arrays(values: Vec<f64>) -> Result<(), ShapeError> {
    let _: Array1<f64> = array![1.0, 2.0];
    let _: Array2<f64> = array![[1.0, 2.0], [3.0, 4.0]];
    let _: Array3<i32> = array![[[1, 2], [3, 4]]];
    let _: Array2<f64> = Array::zeros((2, 3));
    let _: Array1<f64> = Array1::zeros(3);
    let _: Array3<f64> = Array::ones([1, 2, 3]);
    let _: Array2<f64> = Array2::from_elem((2, 2), 1.5);
    let _: Array2<usize> = Array::from_shape_fn((2, 2), |(row, column)| row + column);
    let _: Array2<f64> = Array::from_shape_vec((1, 2), values.clone())?;
    let _: ArrayD<f64> = ArrayD::zeros(vec![2, 3]);
    let _: Array1<f64> = Array1::from_vec(values.clone());
    let _: Array1<f64> = Array1::from_iter(values.iter().copied());
    let _: [Array1<f64>; 3] =
        [Array::linspace(0.0, 1.0, 5), Array::range(0.0, 1.0, 0.1), Array::logspace(10.0, 0.0, 1.0, 3)];
    let _: Option<Array1<f64>> = Array::geomspace(1.0, 10.0, 3);
    let _: Array2<f64> = Array2::eye(3);
    let _: Array1<f64> = Array1::from(values.clone());
    let _: ArrayView1<'_, f64> = ArrayView1::from(&values[..]);
    let _: ArrayView1<'_, f64> = ArrayView1::from(&values);
    let _: ArrayView2<'_, f64> = ArrayView2::from_shape((1, 2), &values)?;
    let _: Array1<f64> = values.iter().map(|value| value * 2.0).collect::<Array1<f64>>();
    let _: (Array0<f64>, Array1<f64>, Array2<f64>) = (arr0(1.0), arr1(&values), arr2(&[[1.0, 2.0]]));
    let _: Array3<f64> = arr3(&[[[1.0]]]);
    let view: ArrayView1<'_, f64> = aview1(&values);
    let _: Array1<f64> = concatenate(Axis(0), &[view, view])?;
    let _: Array2<f64> = stack(Axis(0), &[view, view])?;
    Ok(())
}

pub fn arrays(vector: Array1<f64>, matrix: Array2<f64>) -> Result<(), ShapeError> {
    let mut matrix = matrix;
    let _: (usize, usize, &[usize], bool, usize) =
        (matrix.len(), matrix.ndim(), matrix.shape(), matrix.is_empty(), matrix.len_of(Axis(0)));
    let _: ((usize, usize), usize) = (matrix.dim(), vector.dim());
    let _: (usize, usize, bool) = (matrix.nrows(), matrix.ncols(), matrix.is_square());
    let _: Array2<f64> = matrix.view().to_owned();
    let _: Array2<f64> = matrix.t().into_owned();
    let _: Array2<f64> = matrix.clone().reversed_axes();
    let _: Vec<f64> = matrix.iter().copied().collect();
    for value in matrix.iter_mut() {
        *value += 1.0;
    }
    let _: (Option<&[f64]>, Option<&f64>, Option<&f64>) = (matrix.as_slice(), vector.first(), vector.last());
    let _: Array2<f64> = matrix.mapv(|value| value * 2.0);
    let _: Array1<bool> = vector.map(|value| *value > 0.0);
    let _: () = matrix.mapv_inplace(|value| value + 1.0);
    let _: f64 = vector.fold(0.0, |sum, value| sum + value);
    let _: [f64; 4] = [vector.sum(), vector.product(), vector.var(1.0), vector.std(1.0)];
    let _: Option<f64> = vector.mean();
    let _: [Array1<f64>; 3] = [matrix.sum_axis(Axis(0)), matrix.var_axis(Axis(0), 0.0), matrix.std_axis(Axis(1), 0.0)];
    let _: Option<Array1<f64>> = matrix.mean_axis(Axis(0));
    let _: ArrayView1<'_, f64> = matrix.index_axis(Axis(0), 1);
    let _: (ArrayView1<'_, f64>, ArrayView1<'_, f64>) = (matrix.row(0), matrix.column(1));
    let _: ArrayView1<'_, f64> = matrix.diag();
    let _: Array2<f64> = vector.clone().insert_axis(Axis(0));
    let _: Array2<f64> = vector.clone().into_shape_with_order((1, 3))?;
    let _: Array2<f64> = vector.to_shape((1, 3))?.to_owned();
    let _: Vec<f64> = vector.to_vec();
    let _: (Vec<f64>, Option<usize>) = vector.clone().into_raw_vec_and_offset();
    let _: [Array1<f64>; 16] = [
        vector.abs(),
        vector.sqrt(),
        vector.exp(),
        vector.ln(),
        vector.log10(),
        vector.sin(),
        vector.cos(),
        vector.tan(),
        vector.tanh(),
        vector.floor(),
        vector.ceil(),
        vector.round(),
        vector.pow2(),
        vector.recip(),
        vector.powi(2),
        vector.powf(0.5),
    ];
    let _: (f64, Array1<f64>, Array2<f64>, Array1<f64>) =
        (vector.dot(&vector), matrix.dot(&vector), matrix.dot(&matrix), vector.dot(&matrix));
    let _: (f64, f64) = (vector[0], matrix[[0, 1]]);
    matrix[[0, 0]] = 1.0;
    let _: [Array1<f64>; 4] = [&vector + &vector, &vector - 1.0, vector.clone() * 2.0, 2.0 * &vector];
    let _: [Array1<f64>; 3] = [vector.clone() / &vector, vector.clone() + vector.clone(), 1.0 / vector.clone()];
    let _: [Array1<f64>; 2] = [-&vector, -vector.clone()];
    let _: bool = vector == vector.clone();
    let mut sum = vector.clone();
    sum += &vector;
    sum -= &vector;
    sum *= 2.0;
    sum /= 2.0;
    let _: () = sum.fill(0.0);
    let _: () = sum.assign(&vector);
    let _: () = sum.scaled_add(2.0, &vector);
    let _: () = matrix.view_mut().fill(1.0);
    let _: String = format!("{vector} {matrix:?}");
    let _: Vec<f64> = vector.into_iter().collect();
    Ok(())
}
