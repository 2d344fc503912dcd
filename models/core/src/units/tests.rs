//! Spellings, conversions and refusals of units.

use super::*;

/// Checks that a text means this many of this unit.
fn check(text: &str, value: f64, code: &str) {
    match parse_quantity(text) {
        Ok((found, unit)) => assert_eq!((found, unit.code()), (value, code), "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn what_people_write_is_understood() {
    check("0.5%", 0.5, "%");
    check("0.5 %", 0.5, "%");
    check("15 min", 15.0, "min");
    check("320 degC", 320.0, "Cel");
    check("-5 °C", -5.0, "Cel");
    check("\u{2212}5 °C", -5.0, "Cel");
    check("593K", 593.0, "K");
    check("1e-3", 1e-3, "1");
    check("1e3s", 1e3, "s");
    check("2eV", 2.0, "eV");
    check("2.5e-1eV", 0.25, "eV");
    check("2.70 Å", 2.7, "Ao");
    check("2.70 \u{212B}", 2.7, "Ao");
    check("30 µm", 30.0, "um");
    check("30 μm", 30.0, "um");
    check("16.5 Å⁻¹", 16.5, "Ao-1");
    check("200 %/min", 200.0, "%/min");
    check(".5 s", 0.5, "s");
    assert_eq!(parse_unit("[s]").map(Unit::code), Ok("s"));
    assert_eq!(parse_unit("(MPa)").map(Unit::code), Ok("MPa"));
    assert_eq!(parse_unit("[arb'U]").map(Unit::code), Ok("[arb'U]"));
}

#[test]
fn numbers_are_exact_where_the_unit_is() {
    let inside = |text: &str, dimension| parse_internal(text, dimension);
    assert_eq!(inside("0.5 %", Dimensionless), Ok(0.005));
    assert_eq!(inside("0.3%", Dimensionless), Ok(0.003));
    assert_eq!(inside("900 s", Time), Ok(900.0));
    assert_eq!(inside("15 min", Time), Ok(900.0));
    assert_eq!(inside("0.25 h", Time), Ok(900.0));
    assert_eq!(inside("35.8 kPa", Stress), Ok(0.0358));
    assert_eq!(inside("90 GPa", Stress), Ok(90_000.0));
    // 200 %/min, the loading rate of the in-situ tests of Tong et al. 2023, is 3.333e-2 1/s.
    assert_eq!(inside("200 %/min", Rate), Ok(200.0 / 6000.0));
    // 18.8 kcal/mol = 78.7 kJ/mol is 0.8157 eV; tolerance: the digits given.
    assert!((inside("78.7 kJ/mol", Energy).unwrap_or(0.0) - 0.81567).abs() < 1e-5);
}

#[test]
fn every_unit_survives_a_round_trip_and_its_own_spellings() {
    for unit in all() {
        assert_eq!(parse_unit(unit.code()), Ok(unit));
        assert_eq!(parse_unit(unit.symbol()), Ok(unit), "symbol of {unit}");
        for value in [0.0, 1.0, -2.5, 593.0, 1e-7] {
            let back = unit.from_internal(unit.to_internal(value));
            // Offsets and divisions cost a few units in the last place of the larger number.
            assert!((back - value).abs() <= 1e-12 * value.abs().max(273.15), "{value} {unit} came back as {back}");
        }
    }
}

#[test]
fn a_spelling_belongs_to_one_unit_only() {
    let mut seen: Vec<(String, &str)> = Vec::new();
    for row in TABLE {
        for spelling in row.spellings.iter().chain([&row.code]) {
            let key = normalise(spelling);
            if let Some((_, other)) = seen.iter().find(|(known, _)| *known == key) {
                assert_eq!(*other, row.code, "`{spelling}` means two units");
            }
            seen.push((key, row.code));
        }
    }
}

#[test]
fn the_internal_unit_of_every_dimension_is_worth_one() {
    for unit in all() {
        let internal = unit.dimension().internal();
        assert_eq!(internal.dimension(), unit.dimension());
        assert_eq!(internal.to_internal(3.25), 3.25);
    }
}

#[test]
fn the_units_of_instruments_are_understood() {
    check("3 Pa·s", 3.0, "Pa.s");
    check("3 Pas", 3.0, "Pa.s");
    check("3 Pa s", 3.0, "Pa.s");
    check("3 MPas", 3.0, "MPa.s");
    check("2 µN.m", 2.0, "uN.m");
    check("2 µN·m", 2.0, "uN.m");
    check("2 N*m", 2.0, "N.m");
    check("1 rad/s", 1.0, "rad/s");
    check("28 mg", 28.0, "mg");
    check("1 mL", 1.0, "mL");
    check("5 mm/min", 5.0, "mm/min");
    check("4 kN/m", 4.0, "N/mm");
    check("4 #", 4.0, "1");
    assert_eq!(parse_internal("1 Pa.s", Viscosity).ok(), Some(1e-6)); // MPa.s
    assert_eq!(parse_internal("60 mm/min", Speed).ok(), Some(1.0)); // mm/s
    assert_eq!(parse_internal("1 cm3", Volume).ok(), Some(1e21)); // nm3
    assert!(parse_internal("1 rad/s", Rate).is_err(), "radians are no cycles");
    assert!(parse_unit("nM").is_err() && parse_unit("NM").is_err());
}

#[test]
fn refusals_say_what_is_accepted() {
    let message = |text: &str| parse_quantity(text).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message("5 mpa").starts_with("unknown unit `mpa` (did you mean `MPa`?); accepted UCUM codes are s, ms"));
    assert!(message("5 parsec").contains("unknown unit `parsec`; accepted"));
    for text in ["", "s", "nan s", "inf", "1e999 s", "--5 s", "1.2.3 s", "5,5 s"] {
        assert!(parse_quantity(text).is_err(), "`{text}` was accepted");
    }
    assert_eq!(
        parse_internal("900 MPa", Time).map_err(|error| error.to_string()),
        Err("`900 MPa` is a stress, not a time; accepted units are s, ms, us, min, h, d".to_string())
    );
    assert_eq!(
        parse_internal("900", Time).map_err(|error| error.to_string()),
        Err("`900` is a dimensionless number, not a time; accepted units are s, ms, us, min, h, d".to_string())
    );
    let (s, mpa) = (Time.internal(), Stress.internal());
    assert!(convert(1.0, s, mpa).is_err());
}
