//! The model `double_kww`: the two stretched exponentials with which the paper describes a second stage.
//!
//! `sigma(t') = sigma_0 y(t')`, `y = A exp[-(t'/tau_1)^b_1] + (1 - A) exp[-(t'/tau_2)^b_2]` (Tong et al., Nat. Commun. 14
//! (2023), Eq. 1). Interchanging the two terms changes nothing, so `tau_1 >= tau_2` and `A >= 0` are kept by the choice
//! of parameters: `A = 1 + D` and `tau_1 = ratio tau_2`. With `D > 0` term 1 is the slow decay, term 2 the fast rise.
//!
//! **It describes, and explains nothing.** Its parameters belong to one test; it knows neither waiting time nor strain
//! nor temperature, and a linear solid with one stretched exponential follows it to some 1e-4, so a good fit is no
//! evidence for two processes. It therefore has a stress in the second stage of a two-step test only, and, for the sake
//! of comparison, at the last moment before the step, which it takes as elastic.

use kovacs_core::linear_response::StrainTest;
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, Model, Origin, Preset, Quantity, Refusal, Run, linear,
};

/// Two stretched exponentials for a second stage.
#[derive(Default)]
pub struct DoubleKww {
    test: Option<(StrainTest, Vec<Place>)>,
}

/// Where a wanted time lies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// Just before the second step, which takes away this much strain.
    BeforeStep(f64),
    /// This many seconds after the end of the second step.
    After(f64),
}

/// The parameters by name, times in s.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Values {
    initial_stress: f64,
    overshoot: f64,
    fast_time: f64,
    time_ratio: f64,
    slow_exponent: f64,
    fast_exponent: f64,
    unrelaxed_modulus: f64,
}

/// Number of parameters.
const COUNT: usize = 7;

/// Their ids, in the order of [`Values`].
const IDS: [&str; COUNT] =
    ["initial_stress", "overshoot", "fast_time", "time_ratio", "slow_exponent", "fast_exponent", "unrelaxed_modulus"];

/// Values for the glasses, in the order of [`Values`]: least squares of Eq. 1 to the stage 2 of `kww` in the paper's test,
/// relative to its first value, at 81 times from 1 s to `10 t_p`, even in their logarithm.
const GLASS_VALUES: [(&str, &str, [f64; COUNT], &str); 3] = [
    (
        "ti-zr-hf-cu-ni-be",
        "Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7",
        [211.6841, 0.119308, 265.564, 361.012, 0.547997, 0.529831, 90_000.0],
        "1.2e-4 (1 s to 2666 s)",
    ),
    (
        "fe-zr-b",
        "(Fe11Zr1)91.2B8.8",
        [222.24547, 0.170097, 535.548, 448.466, 0.524452, 0.524665, 150_000.0],
        "2.4e-4 (1 s to 9278 s)",
    ),
    ("pvc", "PVC", [5.1632803, 0.223209, 67.9943, 683.383, 0.45658, 0.455784, 2500.0], "4.8e-4 (1 s to 1319 s)"),
];

impl Values {
    fn new(parameters: &[f64]) -> Result<Self, Refusal> {
        let &[initial_stress, overshoot, fast_time, time_ratio, slow_exponent, fast_exponent, unrelaxed_modulus] =
            parameters
        else {
            return Err(Refusal::broken(format!("{} parameters, {COUNT} are needed", parameters.len())));
        };
        Ok(Values { initial_stress, overshoot, fast_time, time_ratio, slow_exponent, fast_exponent, unrelaxed_modulus })
    }

    /// Stress (MPa) at a place, and its derivatives with respect to every parameter in order.
    fn stress(&self, place: Place) -> (f64, [f64; COUNT]) {
        let time = match place {
            Place::After(time) => time,
            Place::BeforeStep(strain) => {
                let stress = self.initial_stress + self.unrelaxed_modulus * strain;
                return (stress, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, strain]);
            }
        };
        let slow = Term::new(time, self.fast_time * self.time_ratio, self.slow_exponent);
        let fast = Term::new(time, self.fast_time, self.fast_exponent);
        let (amplitude, overshoot) = (1.0 + self.overshoot, self.overshoot);
        let relative = amplitude * slow.left - overshoot * fast.left;
        let sigma_0 = self.initial_stress;
        let derivatives = [
            relative,
            sigma_0 * (slow.left - fast.left),
            sigma_0 * (amplitude * slow.by_ln_time - overshoot * fast.by_ln_time) / self.fast_time,
            sigma_0 * amplitude * slow.by_ln_time / self.time_ratio,
            sigma_0 * amplitude * slow.by_exponent,
            -sigma_0 * overshoot * fast.by_exponent,
            0.0,
        ];
        (sigma_0 * relative, derivatives)
    }
}

/// One stretched exponential at one time.
struct Term {
    left: f64,
    /// Derivative with respect to the logarithm of its time.
    by_ln_time: f64,
    by_exponent: f64,
}

impl Term {
    fn new(time: f64, relaxation_time: f64, exponent: f64) -> Self {
        let ratio = time / relaxation_time;
        let reduced = ratio.powf(exponent);
        let left = (-reduced).exp();
        if left == 0.0 || reduced == 0.0 {
            return Term { left, by_ln_time: 0.0, by_exponent: 0.0 };
        }
        Term { left, by_ln_time: left * reduced * exponent, by_exponent: -left * reduced * ratio.ln() }
    }
}

impl Model for DoubleKww {
    const CAPABILITIES: Capabilities =
        Capabilities { deterministic: true, continuous: true, jacobian: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "org.kovacs.double_kww",
            name: "Two stretched exponentials",
            version: env!("CARGO_PKG_VERSION"),
            summary: "describes the second stage of a two-step test, and nothing else",
            citation: "Tong et al., Nat. Commun. 14 (2023), doi 10.1038/s41467-023-44187-x, Eq. 1",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        let exponent = |id: &str, symbol: &str, label: &str| {
            let doc = "1 for a simple exponential; the lower, the more stretched.";
            Quantity::new(id).symbol(symbol).label(label).doc(doc).bounds(0.1, 1.0).initial(0.5)
        };
        vec![
            Quantity::new("initial_stress")
                .symbol("\\sigma_0")
                .label("Initial stress")
                .unit("MPa")
                .doc("Stress just after the second step.")
                .bounds(-1e6, 1e6)
                .initial(1.0)
                .nominal(1.0),
            Quantity::new("overshoot")
                .symbol("A - 1")
                .label("Overshoot")
                .doc("Amplitude of the fast rise over the initial stress; a hump is always lower. Below 0 both terms decay.")
                .bounds(-1.0, 50.0)
                .initial(0.5),
            Quantity::new("fast_time")
                .symbol("\\tau_2")
                .label("Time of the fast rise")
                .unit("s")
                .above(0.0)
                .at_most(1e50)
                .initial(150.0)
                .logarithmic(),
            Quantity::new("time_ratio")
                .symbol("\\tau_1/\\tau_2")
                .label("Ratio of the times")
                .doc("How much longer the slow decay takes than the fast rise.")
                .bounds(1.0, 3.3e6)
                .initial(100.0)
                .logarithmic(),
            exponent("slow_exponent", "b_1", "Exponent of the slow decay"),
            exponent("fast_exponent", "b_2", "Exponent of the fast rise"),
            linear::unrelaxed_modulus().fixed(),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs()
    }

    fn presets() -> Vec<Preset> {
        let preset = |&(id, label, values, rms): &(&str, &str, [f64; COUNT], &str)| {
            let doc = format!(
                "Fitted to the second stage of `kww` for this glass in the paper's test; root mean square of the \
                 difference over the initial stress {rms}. It holds for that test only."
            );
            let start = Preset::new(id, Origin::Tuned).label(label).doc(&doc);
            IDS.iter().zip(values).fold(start, |preset, (id, value)| preset.parameter(id, value))
        };
        GLASS_VALUES.iter().map(preset).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(DoubleKww::default())
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        let test = linear::strain_test(experiment)?;
        let places = if experiment.wants(0) { places(&test)? } else { Vec::new() };
        self.test = Some((test, places));
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some((test, places)) = &self.test else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        let values = Values::new(parameters)?;
        linear::fill_with(test, out, |stress| {
            stress.iter_mut().zip(places).for_each(|(stress, &place)| *stress = values.stress(place).0);
        });
        Ok(())
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        self.evaluate(parameters, out, run)?;
        let (values, places) = (Values::new(parameters)?, self.test.iter().flat_map(|(_, places)| places));
        for (row, &place) in jacobian.column(0).into_iter().flatten().zip(places) {
            let (_, derivatives) = values.stress(place);
            row.iter_mut().zip(wrt).for_each(|(cell, &index)| *cell = derivatives[index]);
        }
        // The strain is prescribed.
        jacobian.column(1).into_iter().flatten().for_each(|row| row.fill(0.0));
        Ok(())
    }
}

/// Where the wanted times of a two-step test lie.
///
/// # Errors
/// Rejects another test, and times at which there is no answer.
fn places(test: &StrainTest) -> Result<Vec<Place>, Refusal> {
    let [_, second] = test.changes.as_slice() else {
        return Err(Refusal::rejected(format!(
            "it describes the second stage of a two-step test, which has two changes of strain, and this one has {}; \
             take another model",
            test.changes.len()
        )));
    };
    let place = |(&time, &before): (&f64, &bool)| {
        let jump = second.start == second.end;
        if time > second.end || (time == second.end && !(jump && before)) {
            Ok(Place::After(time - second.end))
        } else if time == second.start {
            Ok(Place::BeforeStep(-second.strain))
        } else {
            Err(Refusal::rejected(format!(
                "it describes the second stage only, which begins at {} s, and the stress at {time} s is wanted; ask for \
                 later times",
                second.end
            )))
        }
    };
    test.times.iter().zip(&test.before).map(place).collect()
}
