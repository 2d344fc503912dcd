//! What cannot be predicted is refused by name, row and number, whoever sends it: a file, a user or a model.

use kovacs_core::Curve;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, RowStatus};
use kovacs_fit::superpose;
use kovacs_linear::{Kww, Prony};
use kovacs_sdk::Local;

/// A spring of 100 MPa that is stretched for 10 s, held, and let back at 30 s.
fn record() -> (Curve, Curve) {
    let times: Vec<f64> = (0..50).map(f64::from).collect();
    let strain: Vec<f64> = times.iter().map(|&time| if time < 30.0 { 0.001 * time.min(10.0) } else { 0.005 }).collect();
    let stress = strain.iter().map(|strain| 100.0 * strain).collect();
    let curve = |label: &str, values| Curve::new(label, times.clone(), values).unwrap().x_axis("time", "s");
    (curve("strain of file.csv", strain), curve("stress of file.csv", stress).y_axis("stress", "MPa"))
}

#[track_caller]
fn check(change: impl FnOnce(&mut Curve, &mut Curve), until: f64, expected: &str) {
    let (mut strain, mut stress) = record();
    change(&mut strain, &mut stress);
    let mut prony = Local::<Prony>::new(&[]).unwrap();
    assert_eq!(superpose(&mut prony, &strain, &stress, until).unwrap_err().to_string(), expected);
}

#[test]
fn samples_that_are_no_numbers_or_out_of_order() {
    check(
        |_, stress| stress.y[7] = f64::NAN,
        20.0,
        "curve `stress of file.csv`: y = NaN in row 7; leave such rows out",
    );
    check(
        |strain, _| strain.y[3] = f64::INFINITY,
        20.0,
        "curve `strain of file.csv`: y = inf in row 3; leave such rows out",
    );
    check(|strain, _| strain.x[4] = 2.0, 20.0, "curve `strain of file.csv`: x falls at row 4; sort the rows by x");
    check(
        |strain, _| strain.x[4] = 3.0,
        20.0,
        "curve `strain of file.csv`: row 4 has the time of the row before it, 3 s; leave one of them out",
    );
}

#[test]
fn curves_that_do_not_belong_together() {
    check(
        |strain, _| strain.y.truncate(9),
        20.0,
        "curve `strain of file.csv`: x has 50 values and y has 9; they must be equally long",
    );
    check(
        |strain, _| *strain = strain.between(0.0, 40.0),
        20.0,
        "the strain has 41 samples and the stress has 50; both must be sampled at the same times",
    );
    check(
        |strain, _| strain.x[5] = 5.5,
        20.0,
        "row 5 has the strain at 5.5 s and the stress at 5 s; both must be sampled at the same times",
    );
    check(
        |_, stress| *stress = stress.scaled(1e3, "kPa"),
        20.0,
        "curve `stress of file.csv`: y is in `kPa`, and `MPa` is needed; convert it first",
    );
    check(
        |strain, _| strain.x_unit = "min".to_owned(),
        20.0,
        "curve `strain of file.csv`: x is in `min`, and `s` is needed; convert it first",
    );
}

#[test]
fn a_fitted_part_that_determines_nothing() {
    let (again, later) = ("and at least 8 are needed; let the fitted part end later", "give a finite time");
    check(|_, _| (), 6.5, &format!("7 samples up to `until` = 6.5 s, {again}"));
    check(|_, _| (), -3.0, &format!("0 samples up to `until` = -3 s, {again}"));
    check(|_, _| (), f64::NAN, &format!("the fitted part cannot end at `until` = NaN s; {later}"));
    check(|_, _| (), 49.0, "no sample after `until` = 49 s, the last one is at 49 s; let the fitted part end earlier");
    check(
        |strain, _| strain.y[..=20].fill(0.0),
        20.0,
        "the strain is 0 in every sample up to `until` = 20 s; let the fitted part hold a change of strain",
    );
    check(
        |_, stress| *stress = stress.scaled(-1.0, "MPa"),
        20.0,
        "no modulus above 0 explains the stress up to `until` = 20 s; check that stress and strain have the same sign \
         convention and that the stress is not zero throughout",
    );
    check(
        |strain, stress| {
            strain.x[0] = -1e308;
            strain.x[49] = 1e308;
            strain.x[48] = 0.9e308;
            stress.x.clone_from(&strain.x);
        },
        0.95e308,
        "no relaxation times can be laid between -1e308 s and 9e307 s; check the unit of the times",
    );
}

#[test]
fn relaxation_times_beyond_the_model_are_its_own_refusal() {
    let (mut strain, mut stress) = record();
    for curve in [&mut strain, &mut stress] {
        curve.x.iter_mut().for_each(|time| *time *= 1e120);
    }
    let error = superpose(&mut Local::<Prony>::new(&[]).unwrap(), &strain, &stress, 2e121).unwrap_err().to_string();
    assert!(error.contains("`relaxation_time_1`") && error.contains("is outside (0, "), "{error}");
}

#[test]
fn another_model_is_named_with_what_it_lacks() {
    let (strain, stress) = record();
    let error = superpose(&mut Local::<Kww>::new(&[]).unwrap(), &strain, &stress, 20.0).unwrap_err().to_string();
    assert_eq!(error, "model `org.kovacs.kww` has no parameter `modulus_1`; superposition needs the model `prony`");
}

/// The model `prony`, whose answers are counted and spoilt.
struct Spoilt {
    prony: Local<Prony>,
    spoil: fn(&mut Evaluation),
    bound: usize,
    evaluated: usize,
}

impl Spoilt {
    fn new(spoil: fn(&mut Evaluation)) -> Spoilt {
        Spoilt { prony: Local::new(&[]).unwrap(), spoil, bound: 0, evaluated: 0 }
    }
}

impl Evaluator for Spoilt {
    fn description(&self) -> &ModelDescription {
        self.prony.description()
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        self.bound += 1;
        self.prony.bind(experiment)
    }

    fn evaluate(&mut self, batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        self.evaluated += 1;
        let mut evaluation = self.prony.evaluate(batch)?;
        (self.spoil)(&mut evaluation);
        Ok(evaluation)
    }
}

#[test]
fn one_batch_is_all_that_is_asked_of_the_model() {
    let (strain, stress) = record();
    let mut model = Spoilt::new(|_| ());
    let linear = superpose(&mut model, &strain, &stress, 20.0).unwrap();
    assert_eq!((model.bound, model.evaluated), (1, 1));
    assert!((linear.relaxed_modulus - 100.0).abs() < 1e-9 && linear.modes.is_empty(), "{linear:?}");
}

#[test]
fn a_model_that_refuses_or_answers_crookedly() {
    let (strain, stress) = record();
    let refuse = |evaluation: &mut Evaluation| {
        evaluation.status[3] = RowStatus::Rejected;
        evaluation.message = Some("row 3: too fast".to_owned());
    };
    let error = superpose(&mut Spoilt::new(refuse), &strain, &stress, 20.0).unwrap_err().to_string();
    assert_eq!(error, "model `org.kovacs.prony` has no answer for these parameters: row 3: too fast");
    let shorten = |evaluation: &mut Evaluation| evaluation.values.truncate(799);
    let error = superpose(&mut Spoilt::new(shorten), &strain, &stress, 20.0).unwrap_err().to_string();
    assert_eq!(error, "model `org.kovacs.prony` gave 799 values for 16 modes at 50 times");
}
