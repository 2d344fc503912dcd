//! `--recovery`: hold a strain, take the stress away, and see how much comes back.

use super::asked::Picker;
use super::sheet::{Provenance, sheet, shown};
use super::{Options, Ready, write_curve};
use crate::commands::model::number;
use crate::failure::Failure;
use crate::output::{print, print_json};
use kovacs_core::recovery::{Recovery, RecoveryTest, StrainParts, observe_recovery};
use kovacs_fit::{StretchedFit, fit_recovery};
use serde::Serialize;

/// What is printed with `--json`. Times in s, stresses in MPa; `null` where there is none.
#[derive(Serialize)]
struct Prediction<'a> {
    kind: &'static str,
    /// By the strain at the end of the test.
    recovered_fraction: f64,
    /// By the fitted plateau.
    recovered_fraction_fitted: Option<f64>,
    /// By what the model itself calls viscoplastic at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovered_fraction_model: Option<f64>,
    tau_rec_s: Option<f64>,
    beta_rec: Option<f64>,
    /// The fitted plateau (1).
    eps_inf: Option<f64>,
    /// What of the fit lies on a bound and is therefore no result.
    on_bound: &'a [&'static str],
    /// First and last sample of the fit.
    window_s: [f64; 2],
    sigma_tw_mpa: f64,
    /// Strain that springs back at once.
    eps_el: f64,
    /// Strain that comes back until the end of the test.
    eps_an: f64,
    /// Strain that is left at the end of the test.
    eps_vp: f64,
    /// The model's own split at the end of the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_end: Option<Split>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

/// The parts of the strain as the model counts them.
#[derive(Serialize)]
struct Split {
    strain_elastic: f64,
    strain_anelastic: f64,
    strain_viscoplastic: f64,
}

/// Predicts a recovery and prints it.
///
/// # Errors
/// As [`super::run`].
pub fn run(options: &Options, ready: &mut Ready) -> Result<(), Failure> {
    let (test, from_paper) = read(options)?;
    let recovery = observe_recovery(&mut ready.evaluator, &ready.parameters, &test)
        .map_err(|error| ready.evaluator.failure(error))?;
    write_curve(options, ready, &test.protocol()?)?;
    ready.evaluator.done();
    // A strain that does not change has no recovery time; the strains are still the answer.
    let fit = fit_recovery(&recovery);
    let fitted = fit.as_ref().ok();
    let left = recovery.left_at_end();
    if options.json {
        return print_json(&Prediction {
            kind: "recovery",
            recovered_fraction: recovery.recovered_fraction(left),
            recovered_fraction_fitted: fitted.map(|fit| recovery.recovered_fraction(fit.plateau)),
            recovered_fraction_model: recovered_by_model(&recovery),
            tau_rec_s: fitted.map(|fit| fit.relaxation_time),
            beta_rec: fitted.map(|fit| fit.exponent),
            eps_inf: fitted.map(|fit| fit.plateau),
            on_bound: fitted.map_or(&[], |fit| fit.on_bound.as_slice()),
            window_s: [test.first, test.duration],
            sigma_tw_mpa: recovery.stress_before,
            eps_el: recovery.elastic(),
            eps_an: recovery.strain_0 - left,
            eps_vp: left,
            at_end: recovery.parts.as_ref().and_then(split),
            provenance: Provenance::of(ready),
        });
    }
    let mut notes = String::new();
    match &fit {
        Err(error) => notes.push_str(&format!("  no recovery time: {error}\n")),
        Ok(fit) if !fit.on_bound.is_empty() => notes.push_str(&format!(
            "  the fit ends on a bound and does not determine {}; a longer or earlier window might (--duration, --dead-time)\n",
            fit.on_bound.join(", ")
        )),
        Ok(_) => {}
    }
    print(&page(options, ready, &recovery, fitted, &from_paper, &notes))
}

/// The test that the options describe.
fn read(options: &Options) -> Result<(RecoveryTest, Vec<&'static str>), Failure> {
    let mut picker = Picker::new(options.glass.as_deref());
    let eps1 = picker.pick("--eps1", options.test.eps1, |glass| glass.eps1);
    let t_w = picker.pick("--t-w", options.test.t_w, |glass| glass.t_w);
    let temperature = picker.pick("--temperature", options.test.temperature, |glass| glass.temperature);
    let (Some(eps1), Some(t_w), Some(temperature)) = (eps1, t_w, temperature) else {
        return Err(picker.incomplete("`--recovery --eps1 0.5% --t-w 900s --temperature 593K`"));
    };
    let usual = RecoveryTest::new(eps1, t_w, temperature);
    let test = RecoveryTest {
        first: options.dead_time.unwrap_or(usual.first),
        duration: options.duration.unwrap_or(usual.duration),
        ..usual
    };
    Ok((test, picker.from_paper))
}

fn recovered_by_model(recovery: &Recovery) -> Option<f64> {
    Some(recovery.recovered_fraction(*recovery.parts.as_ref()?.viscoplastic.last()?))
}

fn split(parts: &StrainParts) -> Option<Split> {
    Some(Split {
        strain_elastic: *parts.elastic.last()?,
        strain_anelastic: *parts.anelastic.last()?,
        strain_viscoplastic: *parts.viscoplastic.last()?,
    })
}

fn page(
    options: &Options,
    ready: &Ready,
    recovery: &Recovery,
    fit: Option<&StretchedFit>,
    from_paper: &[&str],
    notes: &str,
) -> String {
    let test = &recovery.test;
    let words = format!(
        "strain {} for {} s, then no stress for {} s, at {} K, exact steps; fit from {} s on",
        number(test.eps1),
        number(test.t_w),
        number(test.duration),
        number(test.temperature),
        number(test.first)
    );
    let left = recovery.left_at_end();
    let of_fit = |pick: fn(&StretchedFit) -> f64| shown(fit.map(pick));
    let own = recovery.parts.as_ref().and_then(split).map(|own| {
        let Split { strain_elastic, strain_anelastic, strain_viscoplastic } = own;
        format!("{strain_elastic} elastic, {strain_anelastic} anelastic, {strain_viscoplastic} viscoplastic")
    });
    let observables = [
        ["recovered", &recovery.recovered_fraction(left).to_string(), "of eps1, at the end"],
        ["", &shown(fit.map(|fit| recovery.recovered_fraction(fit.plateau))), "of eps1, by the fitted plateau"],
        ["", &shown(recovered_by_model(recovery)), "of eps1, by the model's own split"],
        ["tau_rec", &of_fit(|fit| fit.relaxation_time), "s"],
        ["beta_rec", &of_fit(|fit| fit.exponent), ""],
        ["eps_el", &recovery.elastic().to_string(), "springs back at once"],
        ["eps_an", &(recovery.strain_0 - left).to_string(), "comes back in time"],
        ["eps_vp", &left.to_string(), "is left at the end"],
        ["sigma(t_w)", &recovery.stress_before.to_string(), "MPa"],
        ["at the end", own.as_deref().unwrap_or("no split"), "by the model"],
    ];
    sheet(options, ready, &words, from_paper, &observables, notes)
}
