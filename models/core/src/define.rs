//! Builders for the numbers a model declares.
//!
//! They produce the plain types of `kovacs_core::model`; what is not said gets the default stated here. Mistakes are
//! found when the table is built, by the same check that a foreign library meets.

use crate::description::INPUTS;
use crate::model;
use crate::refusal::Refusal;

/// A named number: a parameter, a setting or an output.
///
/// Without further words it is dimensionless, unbounded, starts at 1 and has a typical magnitude of its starting value.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    inner: model::Quantity,
    nominal: Option<f64>,
}

impl Quantity {
    /// A quantity with this id, `[a-z][a-z0-9_]*`. A promise: an id never changes its meaning.
    pub fn new(id: &str) -> Self {
        Quantity {
            inner: model::Quantity {
                id: id.to_owned(),
                symbol: String::new(),
                label: id.replace('_', " "),
                unit: "1".to_owned(),
                doc: String::new(),
                lower: f64::NEG_INFINITY,
                upper: f64::INFINITY,
                open_lower: false,
                open_upper: false,
                initial: 1.0,
                nominal: 1.0,
                logarithmic: false,
                integer: false,
                fixed: false,
                choices: Vec::new(),
            },
            nominal: None,
        }
    }

    /// As printed in a formula, TeX.
    pub fn symbol(mut self, symbol: &str) -> Self {
        self.inner.symbol = symbol.to_owned();
        self
    }

    /// As printed in a table; without it, the id with spaces.
    pub fn label(mut self, label: &str) -> Self {
        self.inner.label = label.to_owned();
        self
    }

    /// UCUM code.
    pub fn unit(mut self, unit: &str) -> Self {
        self.inner.unit = unit.to_owned();
        self
    }

    /// One paragraph.
    pub fn doc(mut self, doc: &str) -> Self {
        self.inner.doc = doc.to_owned();
        self
    }

    /// Both bounds, both allowed.
    pub fn bounds(self, lower: f64, upper: f64) -> Self {
        self.at_least(lower).at_most(upper)
    }

    /// A lower bound that is itself allowed.
    pub fn at_least(mut self, lower: f64) -> Self {
        (self.inner.lower, self.inner.open_lower) = (lower, false);
        self
    }

    /// A lower bound that is itself refused.
    pub fn above(mut self, lower: f64) -> Self {
        (self.inner.lower, self.inner.open_lower) = (lower, true);
        self
    }

    /// An upper bound that is itself allowed.
    pub fn at_most(mut self, upper: f64) -> Self {
        (self.inner.upper, self.inner.open_upper) = (upper, false);
        self
    }

    /// An upper bound that is itself refused.
    pub fn below(mut self, upper: f64) -> Self {
        (self.inner.upper, self.inner.open_upper) = (upper, true);
        self
    }

    /// Default value.
    pub fn initial(mut self, initial: f64) -> Self {
        self.inner.initial = initial;
        self
    }

    /// Typical magnitude, above zero: it scales the steps of an optimiser.
    pub fn nominal(mut self, nominal: f64) -> Self {
        self.nominal = Some(nominal);
        self
    }

    /// Fit and plot on a logarithmic scale.
    pub fn logarithmic(mut self) -> Self {
        self.inner.logarithmic = true;
        self
    }

    /// Whole numbers only.
    pub fn integer(mut self) -> Self {
        self.inner.integer = true;
        self
    }

    /// Not free in a fit unless the user says so.
    pub fn fixed(mut self) -> Self {
        self.inner.fixed = true;
        self
    }

    /// One of a list: the value is the index of the choice.
    pub fn choices(mut self, names: &[&str]) -> Self {
        self.inner.choices = names.iter().map(|&name| name.to_owned()).collect();
        self.bounds(0.0, names.len().saturating_sub(1) as f64).integer().initial(0.0)
    }
}

impl From<Quantity> for model::Quantity {
    fn from(quantity: Quantity) -> Self {
        let Quantity { mut inner, nominal } = quantity;
        let magnitude = inner.initial.abs();
        let typical = if magnitude > 0.0 && magnitude.is_finite() { magnitude } else { 1.0 };
        inner.nominal = nominal.unwrap_or(typical);
        inner
    }
}

/// Where the numbers of a parameter set come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Measured or fitted by somebody else, and published.
    Literature,
    /// Stated in the paper this project reproduces.
    Paper,
    /// Chosen so that a stated behaviour comes out.
    Tuned,
    /// An informed guess.
    Estimate,
}

impl Origin {
    /// The word on the ABI: `literature`, `paper`, `tuned`, `estimate`.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Literature => "literature",
            Origin::Paper => "paper",
            Origin::Tuned => "tuned",
            Origin::Estimate => "estimate",
        }
    }
}

/// A parameter set with a name: a glass. Values are given by id, so that adding a parameter never shifts them; what is
/// not given has its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    id: String,
    label: String,
    doc: String,
    origin: Origin,
    parameters: Vec<(String, f64)>,
    settings: Vec<(String, f64)>,
}

impl Preset {
    /// A parameter set with this id, such as `ti-zr-hf-cu-ni-be`.
    pub fn new(id: &str, origin: Origin) -> Self {
        Preset {
            id: id.to_owned(),
            label: id.to_owned(),
            doc: String::new(),
            origin,
            parameters: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// As printed.
    pub fn label(mut self, label: &str) -> Self {
        self.label = label.to_owned();
        self
    }

    /// Where the numbers come from, in words.
    pub fn doc(mut self, doc: &str) -> Self {
        self.doc = doc.to_owned();
        self
    }

    /// Sets one parameter, in its unit.
    pub fn parameter(mut self, id: &str, value: f64) -> Self {
        self.parameters.push((id.to_owned(), value));
        self
    }

    /// Sets one setting, in its unit.
    pub fn setting(mut self, id: &str, value: f64) -> Self {
        self.settings.push((id.to_owned(), value));
        self
    }
    /// Puts the values into the order of a model with these parameters and settings.
    ///
    /// # Errors
    /// A value is given for an id that the model does not have.
    pub fn resolve(
        self,
        parameters: &[model::Quantity],
        settings: &[model::Quantity],
    ) -> Result<model::Preset, Refusal> {
        let Preset { id, label, doc, origin, parameters: given, settings: given_settings } = self;
        let place = |given: &[(String, f64)], quantities: &[model::Quantity]| {
            let mut values: Vec<f64> = quantities.iter().map(|quantity| quantity.initial).collect();
            for (name, value) in given {
                match quantities.iter().position(|quantity| quantity.id == *name) {
                    Some(index) => values[index] = *value,
                    None => {
                        return Err(Refusal::broken(format!("parameter set `{id}` names `{name}`, which is unknown")));
                    }
                }
            }
            Ok(values)
        };
        let parameters = place(&given, parameters)?;
        let settings = if given_settings.is_empty() { None } else { Some(place(&given_settings, settings)?) };
        Ok(model::Preset { id, label, doc, origin: origin.word().to_owned(), parameters, settings })
    }
}

/// The four columns of a history: the inputs of every model in Rust.
pub fn inputs() -> Vec<model::Quantity> {
    let [time, temperature, control, drive] = INPUTS;
    let inputs = [
        Quantity::new(time).unit("s"),
        Quantity::new(temperature).unit("K").above(0.0).initial(300.0),
        Quantity::new(control).bounds(0.0, 1.0).integer().initial(0.0).doc("0: strain is prescribed; 1: stress"),
        Quantity::new(drive).initial(0.0).doc("strain (1), or stress in MPa, as control says"),
    ];
    inputs.into_iter().map(Into::into).collect()
}

/// The outputs `stress` (MPa) and `strain` (1), in this order.
pub fn stress_and_strain() -> Vec<Quantity> {
    vec![
        Quantity::new("stress")
            .symbol("\\sigma")
            .label("Stress")
            .unit("MPa")
            .doc("Engineering stress, tensile positive."),
        Quantity::new("strain")
            .symbol("\\varepsilon")
            .label("Strain")
            .unit("1")
            .doc("The whole strain: prescribed, or what the stress makes."),
    ]
}
