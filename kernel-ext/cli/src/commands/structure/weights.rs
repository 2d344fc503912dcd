//! `kovacs structure weights`: how much each pair of elements contributes to `G(r)`.

use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use crate::quantities;
use clap::Args;
use kovacs_scattering::{Composition, PairWeight, packing_radius};
use serde_json::{Value, json};

/// Weights w_ij of all pairs of elements in G(r), as exact fractions
#[derive(Args)]
#[command(after_help = "\
w_ij = (2 - δ_ij) c_i c_j Z_i Z_j / (Σ c Z)². With --sub-peaks each pair goes to the nearer of two distances by the sum
of its radii: those of closest packing at the density of the element, unless --radius gives another.

Examples:
  kovacs structure weights TiZrHfCuNiBe
  kovacs structure weights TiZrHfCuNiBe --sub-peaks 2.70:3.10A
  kovacs structure weights Fe83.6Zr7.6B8.8 --sub-peaks 2.5:3.1A --radius B=0.9A --json")]
pub struct Options {
    /// Chemical formula in atomic amounts: TiZrHfCuNiBe, Fe83.6Zr7.6B8.8
    composition: String,
    /// Places of two sub-peaks to which the pairs are assigned
    #[arg(long, value_name = "NEAR:FAR", value_parser = quantities::distances)]
    sub_peaks: Option<(f64, f64)>,
    /// Radius of an element, for the assignment
    #[arg(long = "radius", value_name = "SYMBOL=LENGTH", value_parser = quantities::radius, requires = "sub_peaks")]
    radii: Vec<(String, f64)>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Computes and prints.
///
/// # Errors
/// The formula cannot be read, or a radius is missing.
pub fn run(options: &Options) -> Result<(), Failure> {
    let composition = Composition::parse(&options.composition)?;
    let weights = composition.pair_weights();
    let assignment = match options.sub_peaks {
        Some(places) => Some(composition.assign(places, &options.radii)?),
        None => None,
    };
    let group = |weight: &PairWeight| {
        assignment.as_ref().map(|assignment| {
            let found = assignment.near.iter().find(|pair| pair.weight == *weight).map(|pair| ("near", pair.distance));
            found.or_else(|| {
                assignment.far.iter().find(|pair| pair.weight == *weight).map(|pair| ("far", pair.distance))
            })
        })
    };
    if options.json {
        let pairs: Vec<Value> = weights
            .iter()
            .map(|weight| {
                let place = group(weight).flatten();
                json!({
                    "pair": weight.pair, "weight": weight.weight,
                    "numerator": weight.fraction.and_then(|fraction| u64::try_from(fraction.0).ok()),
                    "denominator": weight.fraction.and_then(|fraction| u64::try_from(fraction.1).ok()),
                    "sub_peak": place.map(|place| place.0), "radii_Ao": place.map(|place| place.1),
                })
            })
            .collect();
        let shares = assignment.as_ref().map(|assignment| assignment.shares());
        return print_json(&json!({
            "composition": options.composition, "pairs": pairs,
            "share_near": shares.map(|shares| shares.0), "share_far": shares.map(|shares| shares.1),
        }));
    }
    let mut rows = vec![["pair", "w_ij %", "exact"].map(str::to_owned).to_vec()];
    if assignment.is_some() {
        rows[0].extend(["r_i + r_j / Å", "sub-peak"].map(str::to_owned));
    }
    for weight in &weights {
        let exact = weight.fraction.map_or_else(String::new, |(over, under)| format!("{over}/{under}"));
        let mut row = vec![weight.pair.join("-"), format!("{:.3}", 100.0 * weight.weight), exact];
        if let Some((name, distance)) = group(weight).flatten() {
            row.extend([format!("{distance:.3}"), name.to_owned()]);
        }
        rows.push(row);
    }
    let mut text = aligned("", &rows);
    if let (Some(assignment), Some((near, far))) = (&assignment, options.sub_peaks) {
        let (first, second) = assignment.shares();
        text.push_str(&format!("near ({near} Å): {:.1} %, far ({far} Å): {:.1} %\n", 100.0 * first, 100.0 * second));
        text.push_str(&format!("radii: {}\n", radii(&composition, &options.radii)));
    }
    print(&text)
}

/// The radii used, with where each comes from.
fn radii(composition: &Composition, given: &[(String, f64)]) -> String {
    let words = composition.elements().iter().filter_map(|element| {
        match given.iter().find(|(symbol, _)| *symbol == element.symbol) {
            Some((symbol, radius)) => Some(format!("{symbol} {radius} Å (given)")),
            None => packing_radius(&element.symbol).ok().map(|radius| format!("{} {radius:.3} Å", element.symbol)),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}
