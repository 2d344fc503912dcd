//! The SI value of a unit, for the C tables.
//!
//! Kovacs itself matches units by their UCUM code; the SI columns exist for hosts and tools that do not know the code.

use crate::units::{Dimension, Unit, parse_unit};

/// Elementary charge, C (SI 2019, exact): one electronvolt in J.
const ELECTRONVOLT: f64 = 1.602176634e-19;

/// SI value = value * factor + offset, with the exponents of kg m s A K mol cd rad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiValue {
    /// See the struct; 0 for a unit without an SI value.
    pub factor: f64,
    /// See the struct.
    pub offset: f64,
    /// Of kg m s A K mol cd rad.
    pub exponents: [i8; 8],
}

impl SiValue {
    /// A unit without an SI value: arbitrary units, or a code that the table does not have.
    const NONE: SiValue = SiValue { factor: 0.0, offset: 0.0, exponents: [0; 8] };
}

/// The SI value of a UCUM code.
pub fn of_code(code: &str) -> SiValue {
    parse_unit(code).map_or(SiValue::NONE, of_unit)
}

/// The SI value of a unit.
pub fn of_unit(unit: Unit) -> SiValue {
    // What one internal unit of the dimension is worth in SI.
    let (inside, exponents) = match unit.dimension() {
        Dimension::Time => (1.0, [0, 0, 1, 0, 0, 0, 0, 0]),
        Dimension::Temperature => (1.0, [0, 0, 0, 0, 1, 0, 0, 0]),
        Dimension::Stress => (1e6, [1, -1, -2, 0, 0, 0, 0, 0]),
        Dimension::Compliance => (1e-6, [-1, 1, 2, 0, 0, 0, 0, 0]),
        Dimension::Fluidity => (1e-6, [-1, 1, 1, 0, 0, 0, 0, 0]),
        Dimension::Dimensionless => (1.0, [0; 8]),
        Dimension::Force => (1.0, [1, 1, -2, 0, 0, 0, 0, 0]),
        Dimension::Length => (1e-10, [0, 1, 0, 0, 0, 0, 0, 0]),
        Dimension::Area => (1e-6, [0, 2, 0, 0, 0, 0, 0, 0]),
        Dimension::Volume => (1e-27, [0, 3, 0, 0, 0, 0, 0, 0]),
        Dimension::Energy => (ELECTRONVOLT, [1, 2, -2, 0, 0, 0, 0, 0]),
        Dimension::Rate => (1.0, [0, 0, -1, 0, 0, 0, 0, 0]),
        Dimension::WaveNumber => (1e10, [0, -1, 0, 0, 0, 0, 0, 0]),
        Dimension::HeatingRate => (1.0, [0, 0, -1, 0, 1, 0, 0, 0]),
        Dimension::Angle => (1.0, [0, 0, 0, 0, 0, 0, 0, 1]),
        _ => return SiValue::NONE,
    };
    let zero = unit.to_internal(0.0);
    let slope = unit.to_internal(1.0) - zero;
    SiValue { factor: slope * inside, offset: zero * inside, exponents }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_their_si_value() {
        let check = |code: &str, factor: f64, offset: f64, exponents: [i8; 8]| {
            let found = of_code(code);
            // Two roundings of a product: one part in 1e15.
            assert!((found.factor - factor).abs() <= 1e-15 * factor.abs(), "{code}: {}", found.factor);
            assert!((found.offset - offset).abs() <= 1e-15 * offset.abs(), "{code}: {}", found.offset);
            assert_eq!(found.exponents, exponents, "{code}");
        };
        check("s", 1.0, 0.0, [0, 0, 1, 0, 0, 0, 0, 0]);
        check("GPa", 1e9, 0.0, [1, -1, -2, 0, 0, 0, 0, 0]);
        check("eV", 1.602176634e-19, 0.0, [1, 2, -2, 0, 0, 0, 0, 0]);
        check("K", 1.0, 0.0, [0, 0, 0, 0, 1, 0, 0, 0]);
        check("1/s", 1.0, 0.0, [0, 0, -1, 0, 0, 0, 0, 0]);
        check("%", 0.01, 0.0, [0; 8]);
        assert_eq!(of_code("Cel").offset, 273.15);
        assert_eq!(of_code("furlong"), SiValue::NONE);
    }
}
