//! The README of a generated package: what is printed in the paper, and what was chosen, in two tables.

use super::recipe::{RAMP_RATE, Recipe};
use super::specimen::{SAMPLES_PER_DECADE, SCATTER, SPECIMENS};
use super::{SHIPPED_SEED, TWO_STEP, VERSION};
use std::fmt::Write;

/// The README as Markdown.
pub(super) fn text(recipe: &Recipe, seed: u64) -> String {
    let mut text = format!(
        "# {id}: two-step stress relaxation of {composition}\n\n\
         **These curves are synthetic.** Nobody measured them.\n\
         The measured curves of Tong et al., Nat. Commun. 14 (2023), doi 10.1038/s41467-023-44187-x, are not in its \
         text; these have the shape the text describes, so that figures, fits and checks have something to work on.\n\
         They were not computed with any of the models of this project.\n\
         A statement of the paper checked on them holds by construction and counts for nothing.\n\n\
         Made by `kovacs data generate --seed {seed}`, generator {VERSION}; the shipped packages have seed \
         {SHIPPED_SEED}.\n\
         The numbers are free to use (CC0-1.0).\n\n\
         ## Printed in the paper\n\n| quantity | value |\n|---|---|\n",
        id = recipe.printed.id,
        composition = recipe.printed.label,
    );
    let percent = |strain: f64| format!("{:.1} %", 100.0 * strain);
    let eps2: Vec<String> = recipe.eps2.iter().map(|&strain| percent(strain)).collect();
    let printed = [
        ("composition", recipe.printed.label.to_string()),
        ("temperature", format!("{} K", recipe.printed.temperature)),
        ("strain of the first stage, eps1", percent(recipe.printed.eps1)),
        ("strain of the second stage, eps2", eps2.join(", ")),
        ("waiting time, t_w", format!("{} s", recipe.printed.t_w)),
        ("loading rate of the in-situ tests, assumed here for all", format!("{RAMP_RATE} %/min")),
        ("a maximum in the second stage", "if and only if eps2 < eps1".to_string()),
        ("height of the maximum", "larger for smaller eps2; grows with eps1, T and t_w".to_string()),
        ("form of the second stage, Eq. (1)", "two stretched exponentials".to_string()),
    ];
    rows(&mut text, &printed);
    text.push_str("\n## Chosen for these curves\n\n| quantity | value |\n|---|---|\n");
    let shape = &recipe.shape;
    let scatter: Vec<String> =
        SCATTER.iter().map(|(name, deviation)| format!("{name} {:.1} %", 100.0 * deviation)).collect();
    let chosen = [
        ("unrelaxed modulus E_U", format!("{} MPa", shape.unrelaxed_modulus)),
        ("first stage: plateau p", shape.plateau.to_string()),
        ("first stage: relaxation time tau_s", format!("{} s", shape.first_time)),
        ("first stage: exponent beta_s", shape.first_exponent.to_string()),
        ("first stage: activation energy", format!("{} eV", shape.first_activation)),
        ("second stage: S / [E_U (eps1 - eps2)]", shape.memory_strength.to_string()),
        ("second stage: rise, tau_2 and beta_2", format!("{} s, {}", shape.memory_time, shape.memory_exponent)),
        ("second stage: decay, tau_1 and beta_1", format!("{} s, {}", shape.decay_time, shape.decay_exponent)),
        ("tau_1 and tau_2 grow as", format!("t_w^{}", shape.waiting_power)),
        ("S grows with ln t_w by", format!("{} below, {} more above", shape.slow_growth, shape.fast_growth)),
        ("... the critical waiting time", format!("{} s, width {}", shape.critical_waiting, shape.crossover)),
        ("S and tau_2 grow with T by", format!("{} and {} 1/K", shape.strength_per_kelvin, shape.time_per_kelvin)),
        ("duration of the second stage", format!("{} s", recipe.duration)),
        ("specimens", format!("{}; standard deviations: {}", SPECIMENS.join(", "), scatter.join(", "))),
        ("samples", format!("{SAMPLES_PER_DECADE} per decade of time in each stage")),
        ("first sample after a ramp (dead time)", format!("{} s", recipe.dead_time)),
        ("loading ramp", format!("{:.2} s; the unloading ramp has the same rate", recipe.loading_time())),
        ("noise of the stress, standard deviation", format!("{} MPa", recipe.noise)),
    ];
    rows(&mut text, &chosen);
    let _ = write!(
        text,
        "\nFirst stage: `sigma = E_U eps1 [p + (1 - p) exp(-(t/tau_s)^beta_s)]`.\n\
         Second stage: `sigma = (sigma_0 + S) exp(-(t'/tau_1)^beta_1) - S exp(-(t'/tau_2)^beta_2)`, which is Eq. (1) \
         with `A = 1 + S/sigma_0`, and `sigma_0 = sigma(t_w) - E_U (eps1 - eps2)`.\n\n\
         ## To use the measured curves instead\n\n\
         Import them under the same name into a folder `kovacs-data` of your project (`kovacs data import`), with the \
         columns of `{TWO_STEP}.csv`.\n\
         That package is then found first, and every notebook runs on it without an edit.\n"
    );
    text
}

fn rows(text: &mut String, rows: &[(&str, String)]) {
    for (quantity, value) in rows {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "| {quantity} | {value} |");
    }
}
