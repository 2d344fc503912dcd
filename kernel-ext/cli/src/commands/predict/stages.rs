//! Humps: after the second step of a two-step test, and after every step of a longer protocol.

use super::asked::{self, Asked};
use super::sheet::{Provenance, sheet, shown};
use super::{Options, Ready, write_curve};
use crate::commands::model::number;
use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use kovacs_core::second_stage::observe_stages;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::{SecondStage, Stage, observe_second_stage};
use serde::Serialize;

/// What is printed with `--json`. Times in s, stresses in MPa; `null` where there is none.
#[derive(Serialize)]
struct Prediction<'a> {
    kind: &'static str,
    t_p_s: Option<f64>,
    delta_sigma_mpa: Option<f64>,
    sigma_0_mpa: f64,
    sigma_tw_mpa: f64,
    /// Every stage after the first, where there are more than two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stages: Vec<StageRow>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

/// A stage of a longer protocol.
#[derive(Serialize)]
struct StageRow {
    start_s: f64,
    strain: f64,
    kind: &'static str,
    t_p_s: Option<f64>,
    delta_sigma_mpa: Option<f64>,
    sigma_0_mpa: f64,
    sigma_before_mpa: f64,
}

impl StageRow {
    fn of((stage, observed): &(Stage, SecondStage)) -> StageRow {
        StageRow {
            start_s: stage.start,
            strain: stage.level,
            kind: observed.hump.kind(),
            t_p_s: observed.t_p(),
            delta_sigma_mpa: observed.delta_sigma(),
            sigma_0_mpa: observed.sigma_0,
            sigma_before_mpa: observed.sigma_tw,
        }
    }
}

/// Predicts the humps of the protocol that was asked for, and prints them.
///
/// # Errors
/// As [`super::run`].
pub fn run(options: &Options, ready: &mut Ready) -> Result<(), Failure> {
    let asked = asked::read(options)?;
    let (parameters, evaluator) = (&ready.parameters, &mut ready.evaluator);
    let observed = match &asked.form {
        ProtocolForm::TwoStep(test) => observe_second_stage(evaluator, parameters, test).map(|stage| (stage, vec![])),
        ProtocolForm::Segments(protocol) => observe_stages(evaluator, parameters, protocol, asked.dead_time)
            .map(|stages| (stages.first().map(|(_, observed)| *observed), stages))
            .map(|(second, stages)| (second, if stages.len() > 1 { stages } else { vec![] }))
            .and_then(|(second, stages)| second.map(|second| (second, stages)).ok_or_else(nothing)),
    };
    let (second, stages) = observed.map_err(|error| ready.evaluator.failure(error))?;
    write_curve(options, ready, &asked.form.protocol()?)?;
    ready.evaluator.done();
    let rows: Vec<StageRow> = stages.iter().map(StageRow::of).collect();
    if options.json {
        return print_json(&Prediction {
            kind: second.hump.kind(),
            t_p_s: second.t_p(),
            delta_sigma_mpa: second.delta_sigma(),
            sigma_0_mpa: second.sigma_0,
            sigma_tw_mpa: second.sigma_tw,
            stages: rows,
            provenance: Provenance::of(ready),
        });
    }
    print(&page(options, ready, &asked, &second, &rows))
}

/// `observe_stages` gives one stage at least, or an error.
fn nothing() -> kovacs_core::model::EvaluationError {
    kovacs_core::model::EvaluationError::Malformed { what: "the protocol has no second stage".to_owned() }
}

fn page(options: &Options, ready: &Ready, asked: &Asked, second: &SecondStage, rows: &[StageRow]) -> String {
    let more = if rows.is_empty() { String::new() } else { format!("\nevery step\n{}", table(rows)) };
    let observables = [
        ["kind", second.hump.kind(), ""],
        ["t_p", &shown(second.t_p()), "s"],
        ["delta_sigma", &shown(second.delta_sigma()), "MPa"],
        ["sigma_0", &second.sigma_0.to_string(), "MPa"],
        ["sigma(t_w)", &second.sigma_tw.to_string(), "MPa"],
    ];
    sheet(options, ready, &asked.words(), &asked.from_paper, &observables, &more)
}

fn table(rows: &[StageRow]) -> String {
    let head = ["at [s]", "to strain", "kind", "t_p [s]", "delta_sigma [MPa]", "sigma_0 [MPa]"];
    let rows = rows.iter().map(|row| {
        [
            number(row.start_s),
            number(row.strain),
            row.kind.to_owned(),
            shown(row.t_p_s),
            shown(row.delta_sigma_mpa),
            row.sigma_0_mpa.to_string(),
        ]
    });
    let cells: Vec<Vec<String>> = std::iter::once(head.map(str::to_owned)).chain(rows).map(Vec::from).collect();
    aligned("  ", &cells)
}
