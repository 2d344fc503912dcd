//! Curves of figures: some points of each are stored, and the distance to them is what has moved.

use super::{DEFAULT_TOLERANCE, Difference, digits, percent};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many points of a curve are stored, evenly over its rows.
const POINTS: usize = 33;

/// A curve as the reference holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredCurve {
    /// Id of the cell that drew it.
    cell: String,
    /// Which output of the cell.
    output: usize,
    /// Title of the figure.
    figure: String,
    panel: String,
    /// Number within the panel, from 1.
    series: usize,
    /// So many curves of this panel and number came before: panels may share a letter.
    #[serde(default, skip_serializing_if = "is_zero")]
    earlier: usize,
    label: String,
    x_unit: String,
    y_unit: String,
    /// Rows of the whole curve.
    rows: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tolerance: Option<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
    /// All points; not stored.
    #[serde(skip)]
    whole: (Vec<f64>, Vec<f64>),
}

impl StoredCurve {
    fn is_same(&self, other: &StoredCurve) -> bool {
        (&self.cell, self.output, &self.panel, self.series, self.earlier)
            == (&other.cell, other.output, &other.panel, other.series, other.earlier)
    }

    fn difference(&self, change: String) -> Difference {
        let panel = if self.panel.is_empty() { String::new() } else { format!(", panel {}", self.panel) };
        Difference {
            place: format!("figure `{}` of cell `{}`{panel}", self.figure, self.cell),
            what: format!("curve `{}`", self.label),
            change,
        }
    }

    /// By how much `now` differs, if that is more than it may.
    fn moved(&self, now: &StoredCurve) -> Option<String> {
        if (&self.x_unit, &self.y_unit) != (&now.x_unit, &now.y_unit) {
            return Some(format!("units were {}, {} and are {}, {}", self.x_unit, self.y_unit, now.x_unit, now.y_unit));
        }
        let tolerance = self.tolerance.unwrap_or(DEFAULT_TOLERANCE);
        let (x_range, y_range) = (range(&self.x), range(&self.y));
        let mut worst = (0.0, String::new());
        for (index, (x, y)) in self.x.iter().zip(&self.y).enumerate() {
            let (at, is) = if self.rows == now.rows {
                (*now.x.get(index)?, *now.y.get(index)?)
            } else {
                let (xs, ys) = &now.whole;
                match interpolated(xs, ys, *x) {
                    Some(is) => (*x, is),
                    None => return Some(format!("had {} points and has {}", self.rows, now.rows)),
                }
            };
            let unit = |unit: &str| if matches!(unit, "" | "1") { String::new() } else { format!(" {unit}") };
            let in_x = (at - x).abs() / x_range;
            let in_y = (is - y).abs() / y_range;
            if in_y > worst.0 {
                let size = percent(in_y).trim_start_matches('+').to_owned();
                let (x_unit, y_unit) = (unit(&self.x_unit), unit(&self.y_unit));
                let place = format!("x = {}{x_unit}: {} → {}{y_unit}", digits(*x), digits(*y), digits(is));
                worst = (in_y, format!("moved by up to {size} of its range, at {place}"));
            }
            if in_x > worst.0 {
                let x_unit = unit(&self.x_unit);
                worst = (in_x, format!("its points moved in x: {} → {}{x_unit}", digits(*x), digits(at)));
            }
        }
        (worst.0 > tolerance).then_some(worst.1)
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// All that is not as it was.
pub(super) fn differences(before: &[StoredCurve], now: &[StoredCurve]) -> Vec<Difference> {
    let mut found = Vec::new();
    for curve in before {
        match now.iter().find(|other| curve.is_same(other)) {
            Some(other) => found.extend(curve.moved(other).map(|change| curve.difference(change))),
            None => found.push(curve.difference("is not drawn any more".to_owned())),
        }
    }
    let is_new = |curve: &&StoredCurve| !before.iter().any(|other| curve.is_same(other));
    found.extend(now.iter().filter(is_new).map(|curve| curve.difference("is new".to_owned())));
    found
}

/// The curves of the table that a figure comes with; see the layout in `kovacs-cell`'s `figure/csv.rs`.
pub(super) fn read(table: &str, cell: &str, output: usize, tolerance: Option<f64>) -> Vec<StoredCurve> {
    let mut figure = String::new();
    // Of every panel and number, the units of its curves in order.
    let mut units: BTreeMap<(String, usize), Vec<[String; 2]>> = BTreeMap::new();
    let mut current = None;
    let mut found: Vec<StoredCurve> = Vec::new();
    let mut lines = table.lines();
    for line in lines.by_ref() {
        let Some(comment) = line.strip_prefix("# ") else { break };
        if let Some(title) = comment.strip_prefix("figure: ") {
            title.clone_into(&mut figure);
        } else if let Some((panel, rest)) = comment.strip_prefix("panel ").and_then(|rest| rest.split_once(", series "))
        {
            let number = rest.split(':').next().and_then(|number| number.parse::<usize>().ok());
            current = number.map(|number| (panel.to_owned(), number));
            if let Some(key) = &current {
                units.entry(key.clone()).or_default().push(Default::default());
            }
        } else if let Some((key, unit)) = current.clone().zip(comment.rsplit_once('[').map(|(_, unit)| unit)) {
            let unit = unit.trim_end_matches(']').to_owned();
            let Some(both) = units.get_mut(&key).and_then(|curves| curves.last_mut()) else { continue };
            match comment.trim_start().chars().next() {
                Some('x') => both[0] = unit,
                Some('y') => both[1] = unit,
                _ => {}
            }
        }
    }
    for line in lines {
        let fields = fields(line);
        let [panel, series, label, x, y, ..] = fields.as_slice() else { continue };
        let (Ok(series), Ok(x), Ok(y)) = (series.parse::<usize>(), x.parse::<f64>(), y.parse::<f64>()) else {
            continue;
        };
        if !x.is_finite() || !y.is_finite() {
            continue;
        }
        let last = found.last_mut().filter(|curve| curve.panel == *panel && curve.series == series);
        let curve = match last {
            Some(curve) => curve,
            None => {
                let same = |curve: &&StoredCurve| curve.panel == *panel && curve.series == series;
                let earlier = found.iter().filter(same).count();
                let stated = units.get(&(panel.clone(), series)).and_then(|curves| curves.get(earlier));
                let [x_unit, y_unit] = stated.cloned().unwrap_or_default();
                found.push(StoredCurve {
                    cell: cell.to_owned(),
                    output,
                    figure: figure.clone(),
                    panel: panel.clone(),
                    series,
                    earlier,
                    label: label.clone(),
                    x_unit,
                    y_unit,
                    rows: 0,
                    tolerance,
                    x: Vec::new(),
                    y: Vec::new(),
                    whole: (Vec::new(), Vec::new()),
                });
                let Some(curve) = found.last_mut() else { continue };
                curve
            }
        };
        curve.whole.0.push(x);
        curve.whole.1.push(y);
    }
    for curve in &mut found {
        let rows = curve.whole.0.len();
        curve.rows = rows;
        curve.x = sampled(&curve.whole.0).map(short).collect();
        let allowed = range(&curve.whole.1) * curve.tolerance.unwrap_or(DEFAULT_TOLERANCE);
        curve.y = sampled(&curve.whole.1).map(|value| short(rounded(value, allowed))).collect();
    }
    found
}

/// At most [`POINTS`] values, evenly over the rows.
fn sampled(values: &[f64]) -> impl Iterator<Item = f64> {
    let count = values.len().min(POINTS);
    let row = move |index: usize| if count < 2 { 0 } else { index * (values.len() - 1) / (count - 1) };
    (0..count).filter_map(move |index| values.get(row(index)).copied())
}

/// A number with eight digits.
fn short(value: f64) -> f64 {
    format!("{value:.7e}").parse().unwrap_or(value)
}

/// Without the digits that do not matter where `allowed` may be off: a tenth of that is kept.
fn rounded(value: f64, allowed: f64) -> f64 {
    let step = 10_f64.powi((allowed.log10().floor() as i32).saturating_sub(1));
    let rounded = (value / step).round() * step;
    if rounded.is_finite() { rounded } else { value }
}

/// The fields of a line of CSV.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                fields.last_mut().into_iter().for_each(|field| field.push('"'));
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().into_iter().for_each(|field| field.push(other)),
        }
    }
    fields
}

/// Largest minus smallest; of a constant its size, or 1.
fn range(values: &[f64]) -> f64 {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let size = high.abs().max(low.abs());
    match high - low {
        // A curve that is flat but for rounding has no range of its own.
        range if range > 1e-9 * size => range,
        _ if size > 0.0 && size.is_finite() => size,
        _ => 1.0,
    }
}

/// The value at `x` on straight lines between points; `None` outside, or where x goes up and down.
fn interpolated(xs: &[f64], ys: &[f64], x: f64) -> Option<f64> {
    if !xs.windows(2).all(|pair| pair[0] < pair[1]) {
        return None;
    }
    let after = xs.partition_point(|other| *other < x);
    let (x1, y1) = (*xs.get(after)?, *ys.get(after)?);
    if x1 == x {
        return Some(y1);
    }
    let (x0, y0) = (*xs.get(after.checked_sub(1)?)?, *ys.get(after - 1)?);
    Some(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
}
