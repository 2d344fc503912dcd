//! The README of a generated package: what is in it, which panel it serves, and for every number whether it is printed
//! in the paper or was chosen.

use super::dynamic::{FREQUENCY, HEATING_RATE, SECONDARY_PREFACTOR, Spectroscopy};
use super::mechanical::{FIGURE_1_SAMPLES, RECOVERY_SAMPLES, SERIES_SAMPLES};
use super::part::Part;
use super::recipe::{RAMP_RATE, Recipe};
use super::shape::{Recovery, Shape};
use super::specimen::SCATTER;
use super::structure::{SPECIMEN, Structure};
use super::{SHIPPED_SEED, TWO_STEP, VERSION};
use std::fmt::Write;

/// The README as Markdown.
pub(super) fn text(recipe: &Recipe, parts: &[Part], seed: u64) -> String {
    let mut text = format!(
        "# {id}: stress memory, relaxation and recovery of {composition}\n\n\
         **These curves are synthetic.** Nobody measured them.\n\
         The measured curves of Tong et al., Nat. Commun. 14 (2023), doi 10.1038/s41467-023-44187-x, are not in its \
         text; these have the shape the text describes, so that figures, fits and checks have something to work on.\n\
         They were not computed with any of the models of this project.\n\
         The supplement was not at hand; what its figures show is inferred from the text.\n\
         A statement of the paper checked on them holds by construction and counts for nothing.\n\n\
         Made by `kovacs data generate --seed {seed}`, generator {VERSION}; the shipped packages have seed \
         {SHIPPED_SEED}.\n\
         The numbers are free to use (CC0-1.0).\n\n\
         ## What is in it\n\n| resource | what, and which panel | specimens |\n|---|---|---|\n",
        id = recipe.printed.id,
        composition = recipe.printed.label,
    );
    for part in parts {
        let title = part.resource.title.as_deref().unwrap_or_default();
        line(&mut text, &[&part.resource.name, title, &specimens(part)]);
    }
    let _ = write!(
        text,
        "\nEach resource has specimens of its own, so no curve is in two files; within a resource a specimen goes \
         through all tests.\n\
         Humps are counted from the first sample, {} s after the ramp.\n\
         For activation energies compare the relaxations of one specimen at equal stress: divided by its own first \
         sample, each has lost some stress already, more at higher temperature.\n\n\
         ## Panels that follow\n\n| panel | from |\n|---|---|\n",
        recipe.dead_time
    );
    for (panel, from) in following(recipe) {
        line(&mut text, &[panel, from]);
    }
    text.push_str("\n## Printed in the paper\n\n| quantity | value | where |\n|---|---|---|\n");
    for [quantity, value, place] in printed(recipe) {
        line(&mut text, &[&quantity, &value, &place]);
    }
    text.push_str("\n## Chosen for these curves\n\n| quantity | value |\n|---|---|\n");
    for (quantity, value) in chosen(recipe) {
        line(&mut text, &[quantity, &value]);
    }
    let _ = write!(
        text,
        "\nFirst stage: `sigma = E_U eps1 [p + (1 - p) exp(-(t/tau_s)^beta_s)]` at {reference} K. At T the stress of the \
         time t is reached at `t_T`, `ln t_T = ln t + E(t)/k (1/T - 1/{reference})`, with `E(t)` constant before the \
         critical waiting time and rising with ln t after it.\n\
         Second stage: `sigma = (sigma_0 + S) exp(-(t'/tau_1)^beta_1) - S exp(-(t'/tau_2)^beta_2)`, which is Eq. (1) \
         with `A = 1 + S/sigma_0`, and `sigma_0 = sigma(t_w) - E_U (eps1 - eps2)`.\n\
         Recovery: `eps = eps_vp + [eps(0+) - eps_vp] exp(-(t/tau_rec)^beta_rec)`, with `eps(0+) = eps1 - \
         sigma(t_w)/E_U` and `eps_vp = eps(0+) [1 - (t_c/t_w)^q]`, zero up to the critical waiting time `t_c`, which \
         has the activation energy of the early first stage.\n\
         Moduli: `E* = E_U [1 - c (T - T_first)] [1 - sum D_i/(1 + (i omega tau_i)^b_i)]`; they are not derived from \
         the relaxation curves.\n",
        reference = recipe.printed.temperature
    );
    if recipe.structure.is_some() {
        text.push_str(
            "Patterns: `I = scale [<f>^2 (S - 1) + <f^2>] + background` (Faber and Ziman; form factors of Waasmaier and \
             Kirfel), `S` from a `G(r)` of Gaussian shells and a core, `-4 pi rho_0 r exp(-r^2/2w^2)`; no Compton \
             scattering, absorption or polarisation. The first two shells are narrower and shorter by the strain `eps - \
             sigma/E_U`; that link is assumed.\n",
        );
    }
    let _ = write!(
        text,
        "\n## To use the measured curves instead\n\n\
         Import them under the same name into a folder `kovacs-data` of your project (`kovacs data import`), with the \
         columns of `{TWO_STEP}.csv`.\n\
         That package is then found first, and every notebook runs on it without an edit.\n"
    );
    text
}

fn line(text: &mut String, cells: &[&str]) {
    // Writing into a `String` cannot fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// Letters of the specimens in a file.
fn specimens(part: &Part) -> String {
    let place = part.resource.schema.fields.iter().position(|field| field.name == "specimen");
    let Some(place) = place else { return "none".to_string() };
    let mut found: Vec<&str> = part.csv.lines().skip(1).filter_map(|row| row.split(',').nth(place)).collect();
    found.sort_unstable();
    found.dedup();
    found.join(", ")
}

/// Panels that are read off the resources.
fn following(recipe: &Recipe) -> Vec<(&'static str, &'static str)> {
    let mut panels = vec![("1a", "the protocol stated with `two-step`")];
    if !recipe.eps1.is_empty() {
        panels.extend([
            ("2b, 2c", "peak time and height of the humps in `two-step-eps1`"),
            ("2e, 2f", "peak time and height of the humps in `two-step-temperature`"),
            ("Suppl. 3", "fits of Eq. (1) to `two-step-eps1` and `two-step-temperature`"),
        ]);
    }
    let (heights, energies) = match recipe.printed.id {
        "fe-zr-b" => ("3e", "4b"),
        "pvc" => ("3f", "4c"),
        _ => ("3d", "4a"),
    };
    panels.extend([
        (heights, "heights of the humps in `two-step-waiting`"),
        ("Suppl. 2", "peak times of the humps in `two-step-waiting`"),
        (energies, "top: `relaxation` at equal stress; bottom: `recovery`, what is left in the end"),
        ("Suppl. 4 to 6", "stretched exponentials through `relaxation`, and their Arrhenius lines"),
        ("Suppl. 7", "`recovery`: elastic, anelastic and lasting parts"),
        ("Suppl. 9", "stretched exponentials through `recovery`"),
    ]);
    if recipe.structure.is_some() {
        panels.extend([
            ("5a, 5c", "`scattering` less `scattering-background`, transformed to G(r)"),
            ("5b, 5d", "width of its first peak"),
            ("5e", "peak times of the three series of two-step tests against the fitted times of `recovery`"),
            ("Suppl. 8b", "the protocol stated with `two-step-in-situ`"),
        ]);
    }
    panels
}

fn percent(strain: f64) -> String {
    let text = format!("{:.2}", 100.0 * strain);
    format!("{} %", text.strip_suffix('0').unwrap_or(&text))
}

fn list<T: Copy>(values: &[T], print: impl Fn(T) -> String) -> String {
    values.iter().map(|&value| print(value)).collect::<Vec<_>>().join(", ")
}

/// Quantity, value and place of everything taken from the paper.
fn printed(recipe: &Recipe) -> Vec<[String; 3]> {
    let glass = &recipe.printed;
    let row = |quantity: &str, value: String, place: &str| [quantity.to_string(), value, place.to_string()];
    let same = "Fig. 1, Fig. 3";
    let mut rows = vec![
        row("composition", glass.label.to_string(), "Results"),
        row("temperature", format!("{} K", glass.temperature), same),
        row("strain of the first stage, eps1", percent(glass.eps1), same),
        row("strain of the second stage, eps2", list(recipe.eps2, percent), same),
        row("waiting time, t_w", format!("{} s", glass.t_w), "Fig. 1"),
        row("loading rate of the in-situ tests, assumed here for all", format!("{RAMP_RATE} %/min"), "Methods"),
        row("a maximum in the second stage", "if and only if eps2 < eps1".to_string(), "Results"),
        row("height of the maximum", "larger for smaller eps2; grows with t_w".to_string(), "Fig. 1, Fig. 3"),
        row(
            "a critical waiting time",
            "height and E_a nearly constant before it, growing after it".to_string(),
            "Fig. 3, Fig. 4",
        ),
        row("strain recovery", "complete after short waiting, incomplete after long".to_string(), "Fig. 4"),
        row("form of the second stage", "two stretched exponentials".to_string(), "Eq. (1)"),
        row("form of the recovery", "a stretched exponential above what is left".to_string(), "Discussion"),
        row("dynamic test", format!("{FREQUENCY} Hz, heating at {HEATING_RATE} K/min"), "Methods"),
    ];
    if !recipe.eps1.is_empty() {
        rows.extend([
            row(
                "t_p and height",
                "grow with eps1 and with T; the relative height faster at higher T".to_string(),
                "Fig. 2",
            ),
            row("tau_rec - t_p", format!("{} s", recipe.recovery.time_offset), "Fig. 5e"),
        ]);
    }
    if let Some(structure) = recipe.structure {
        let shell = |index: usize| structure.shells.get(index).map_or(f64::NAN, |shell| shell.distance);
        rows.extend([
            row("sub-peaks of the first shell", format!("{:.2} and {:.2} Å", shell(0), shell(1)), "Fig. 5a"),
            row("their pairs", "Hf-Cu and Hf-Ni; Zr-Hf, Hf-Hf and Ti-Hf".to_string(), "Discussion"),
            row(
                "width of the first peak",
                "falls and rises with the stress, and the peak moves left and right".to_string(),
                "Fig. 5b, 5d",
            ),
            row("largest Q", format!("{} 1/Å", structure.q_max), "Methods"),
            row("the other numbers of the set-up", "in `scattering-set-up.csv`".to_string(), "Methods"),
        ]);
    }
    rows
}

/// Quantity and value of everything that was chosen.
fn chosen(recipe: &Recipe) -> Vec<(&'static str, String)> {
    let Shape { unrelaxed_modulus, plateau, first_time, first_exponent, first_activation, .. } = recipe.shape;
    let shape = &recipe.shape;
    let scatter = list(&SCATTER, |(name, deviation)| format!("{name} {:.1} %", 100.0 * deviation));
    let mut rows = vec![
        ("unrelaxed modulus E_U", format!("{unrelaxed_modulus} MPa")),
        ("first stage: plateau p", plateau.to_string()),
        ("first stage: relaxation time tau_s", format!("{first_time} s")),
        ("first stage: exponent beta_s", first_exponent.to_string()),
        (
            "first stage: activation energy",
            format!(
                "{first_activation} eV, after the critical time {} eV more per unit of ln t",
                shape.activation_growth
            ),
        ),
        ("second stage: S / [E_U (eps1 - eps2)]", shape.memory_strength.to_string()),
        ("second stage: rise, tau_2 and beta_2", format!("{} s, {}", shape.memory_time, shape.memory_exponent)),
        ("second stage: decay, tau_1 and beta_1", format!("{} s, {}", shape.decay_time, shape.decay_exponent)),
        ("tau_2 and tau_1 grow as", format!("t_w^{} and t_w^{}", shape.waiting_power, shape.decay_power)),
        ("S grows with ln t_w by", format!("{} below, {} more above", shape.slow_growth, shape.fast_growth)),
        ("... the critical waiting time", format!("{} s, width {}", shape.critical_waiting, shape.crossover)),
        ("S and tau_2 grow with T by", format!("{} and {} 1/K", shape.strength_per_kelvin, shape.time_per_kelvin)),
        ("waiting times of Figs 3 and 4", list(recipe.waiting, |time| format!("{time} s"))),
        ("temperatures of the relaxations", list(recipe.temperatures, |kelvin| format!("{kelvin} K"))),
    ];
    if !recipe.eps1.is_empty() {
        rows.extend([
            ("first strains of Fig. 2a", list(recipe.eps1, percent)),
            ("temperatures of Fig. 2d", "those of the relaxations".to_string()),
        ]);
    }
    rows.extend([
        ("duration of the second stage", format!("{} s, or 5 t_w if that is longer", recipe.duration)),
        ("duration of the relaxations", format!("{} s", recipe.relaxation)),
    ]);
    let Recovery { time_offset, exponent, lasting_power, duration, noise } = recipe.recovery;
    if recipe.eps1.is_empty() {
        rows.push(("recovery: tau_rec - t_p", format!("{time_offset} s")));
    }
    rows.extend([
        ("recovery: exponent beta_rec", exponent.to_string()),
        ("recovery: power q", lasting_power.to_string()),
        ("recovery: duration", format!("{duration} s")),
        ("recovery: noise of the strain, standard deviation", noise.to_string()),
    ]);
    rows.extend(spectroscopy(&recipe.spectroscopy));
    if let Some(structure) = recipe.structure {
        rows.extend(patterns(structure));
    }
    rows.extend([
        ("specimens, standard deviations", scatter),
        (
            "samples per decade of time",
            format!(
                "{FIGURE_1_SAMPLES} in `two-step`, {SERIES_SAMPLES} in the series, {RECOVERY_SAMPLES} in recoveries"
            ),
        ),
        ("first sample after a ramp (dead time)", format!("{} s", recipe.dead_time)),
        (
            "loading ramp",
            format!(
                "{:.2} s to {}; unloading ramps have the same rate",
                recipe.loading_time(recipe.printed.eps1),
                percent(recipe.printed.eps1)
            ),
        ),
        ("noise of the stress, standard deviation", format!("{} MPa", recipe.noise)),
    ]);
    rows
}

fn spectroscopy(numbers: &Spectroscopy) -> [(&'static str, String); 5] {
    let Spectroscopy { first, last, softening, noise, .. } = numbers;
    [
        ("moduli: temperatures", format!("{first} to {last} K")),
        ("moduli: softening c", format!("{softening} 1/K")),
        (
            "moduli: secondary D, E, b",
            format!(
                "{}, {} eV, {}; prefactor {SECONDARY_PREFACTOR:e} s",
                numbers.secondary_strength, numbers.secondary_energy, numbers.secondary_breadth
            ),
        ),
        (
            "moduli: primary D, E, b",
            format!(
                "{}, {} eV, {}; omega tau = 1 at {} K",
                numbers.primary_strength, numbers.primary_energy, numbers.primary_breadth, numbers.primary_peak
            ),
        ),
        ("moduli: relative noise", noise.to_string()),
    ]
}

fn patterns(structure: &Structure) -> Vec<(&'static str, String)> {
    let shells = structure.shells.iter().enumerate().map(|(index, shell)| {
        let place = if index < 2 { String::new() } else { format!("{} Å, ", shell.distance) };
        format!("{place}{} 1/Å², {} Å", shell.height, shell.deviation)
    });
    let [constant, falling, over] = structure.background;
    let times = |values: &[f64]| list(values, |time| time.to_string());
    vec![
        ("shells: (place,) height, standard deviation", shells.collect::<Vec<_>>().join("; ")),
        ("number density rho_0, core w", format!("{} 1/Å³, {} Å", structure.density, structure.core)),
        (
            "first two shells, per unit of strain",
            format!(
                "{} Å off the deviations, {} of themselves off the distances",
                structure.narrowing, structure.shortening
            ),
        ),
        ("Q", format!("from {} 1/Å in steps of {}", structure.q_min, structure.q_step)),
        ("scale", format!("{} counts per electron unit", structure.scale)),
        ("background", format!("{constant} + {falling} exp(-Q/{over}) counts")),
        ("relative noise of the counts", structure.noise.to_string()),
        ("exposures in stage 1", format!("{} s", times(structure.first_stage))),
        ("exposures in stage 2", format!("{} s", times(structure.second_stage))),
        ("specimen in the beam", format!("{SPECIMEN} alone, {SERIES_SAMPLES} samples of stress per decade")),
    ]
}
