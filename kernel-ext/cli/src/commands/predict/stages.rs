//! Humps: after the second step of a two-step test, and after every step of a longer protocol.

use super::asked::{self, Asked};
use super::sheet::{Provenance, sheet, shown};
use super::{Options, Ready, write_curve};
use crate::commands::model::number;
use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use kovacs_core::model::EvaluationError;
use kovacs_core::second_stage::observe_stages;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::{Control, SecondStage, Stage, observe_second_stage};
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
    let observed = observe(&asked, ready).map_err(|error| ready.evaluator.failure(error))?;
    let [(_, second), more @ ..] = observed.as_slice() else {
        return Err(Failure::new("the protocol has no second stage"));
    };
    write_curve(options, ready, &asked.form.protocol()?)?;
    ready.evaluator.done();
    let rows: Vec<StageRow> = if more.is_empty() { Vec::new() } else { observed.iter().map(StageRow::of).collect() };
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
    print(&page(options, ready, &asked, second, &rows))
}

/// Every stage after the first one: one of a two-step test.
fn observe(asked: &Asked, ready: &mut Ready) -> Result<Vec<(Stage, SecondStage)>, EvaluationError> {
    let (evaluator, parameters) = (&mut ready.evaluator, &ready.parameters);
    match &asked.form {
        ProtocolForm::Segments(protocol) => observe_stages(evaluator, parameters, protocol, asked.dead_time),
        ProtocolForm::TwoStep(test) => {
            let observed = observe_second_stage(evaluator, parameters, test)?;
            let (start, temperature) = (test.second_stage_start(), test.temperature);
            let end = start + test.duration;
            Ok(vec![(Stage { start, end, control: Control::Strain, level: test.eps2, temperature }, observed)])
        }
    }
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
