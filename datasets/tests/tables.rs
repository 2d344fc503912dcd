//! Tables and questions about them: what is found, which units and origins go along, what is said when nothing is.

use kovacs_datasets::{Aggregate, DatasetError, JoinKind, Package, Registry, Statistic, Table, sha256, shipped_folder};
use polars::prelude::{DataFrame, NamedFrom, Series};
use polars_io::prelude::ParquetWriter;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The tables of Fig. 1 of the packages that come with Kovacs, copied so that other packages may lie beside them.
struct Shelf {
    folder: tempfile::TempDir,
}

impl Shelf {
    fn new() -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ti-zr-hf-cu-ni-be", "fe-zr-b", "pvc"] {
            let to = folder.path().join(name);
            std::fs::create_dir(&to).unwrap();
            // Its table of Fig. 1 only.
            let from = shipped_folder().join(name);
            std::fs::copy(from.join("two-step.csv"), to.join("two-step.csv")).unwrap();
            let about = std::fs::read(from.join("datapackage.json")).unwrap();
            let mut about: Value = serde_json::from_slice(&about).unwrap();
            about["resources"].as_array_mut().unwrap().retain(|resource| resource["name"] == "two-step");
            std::fs::write(to.join("datapackage.json"), about.to_string()).unwrap();
        }
        Shelf { folder }
    }

    fn registry(&self) -> Registry {
        Registry::of(vec![self.folder.path().to_path_buf()])
    }

    fn query(&self, text: &str) -> Table {
        self.registry().query(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refusal(&self, text: &str) -> String {
        self.registry().query(text).map(|table| table.to_text(3)).unwrap_err().to_string()
    }

    /// A measured package with one table.
    fn add(&self, name: &str, columns: &[(&str, &str, Option<&str>)], file: &str, bytes: &[u8]) -> PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let fields: Vec<Value> = columns
            .iter()
            .map(|(name, kind, unit)| match unit {
                Some(unit) => json!({"name": name, "type": kind, "unit": unit, "unitBasis": "stated"}),
                None => json!({"name": name, "type": kind}),
            })
            .collect();
        let about = json!({
            "name": name, "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "a test"}],
            "resources": [{
                "name": "run", "path": file, "format": file.rsplit('.').next(), "bytes": bytes.len(),
                "hash": format!("sha256:{}", sha256(bytes)), "schema": {"fields": fields}, "origin": {"kind": "measured"},
            }],
        });
        std::fs::write(folder.join("datapackage.json"), about.to_string()).unwrap();
        std::fs::write(folder.join(file), bytes).unwrap();
        folder
    }

    /// Three rows in the units of a laboratory: minutes, kilopascal, percent, Celsius.
    fn add_laboratory(&self) -> PathBuf {
        let columns = [
            ("glass", "string", None),
            ("time", "number", Some("min")),
            ("stress", "number", Some("kPa")),
            ("eps2", "number", Some("%")),
            ("temperature", "number", Some("Cel")),
            ("width", "number", Some("mm")),
        ];
        let csv =
            "glass,time,stress,eps2,temperature,width\nmine,1,250,0.3,45,2\nmine,2,240,0.3,46,2\nmine,3,235,0.2,45,2\n";
        self.add("laboratory", &columns, "run.csv", csv.as_bytes())
    }
}

fn pvc() -> Table {
    Package::open(shipped_folder().join("pvc")).unwrap().table("two-step").unwrap()
}

fn units(table: &Table) -> Vec<String> {
    table.fields().iter().map(|field| format!("{} {}", field.name, field.unit_text())).collect()
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_question_is_one_line_and_its_answer_knows_its_files() {
    let shelf = Shelf::new();
    let found = shelf.query("curves where glass = 'PVC' and t_w > 100");
    let whole = pvc();
    assert_eq!(found.rows(), whole.rows());
    assert_eq!(found.column("stress").unwrap(), whole.column("stress").unwrap());
    assert_eq!(found.label(), "pvc two-step, glass = 'PVC' AND t_w > 100 (synthetic)");
    assert_eq!(found.sources().lines(), whole.sources().lines());
    assert!(found.provenance().contains(&("query".into(), "curves where glass = 'PVC' and t_w > 100".into())));
    assert_eq!(found.unit("stress").unwrap().code(), "MPa");
    for text in [
        "\"pvc.two-step\"",
        "pvc_two_step",
        "select * from pvc_two_step",
        "from pvc_two_step",
        "curves where package = 'pvc' and resource = 'two-step'",
        "SELECT * FROM curves WHERE glass = 'PVC';",
        "with mine as (select * from pvc_two_step) select * from mine",
    ] {
        assert_eq!(shelf.query(text).column("stress").unwrap(), whole.column("stress").unwrap(), "{text}");
    }
    assert_eq!(shelf.registry().tables(), ["curves", "fe-zr-b.two-step", "pvc.two-step", "ti-zr-hf-cu-ni-be.two-step"]);
}

#[test]
fn numbers_are_in_internal_units_and_quantities_say_theirs() {
    let shelf = Shelf::new();
    shelf.add_laboratory();
    let found = shelf.query("laboratory_run");
    assert_eq!(found.column("time").unwrap(), [60.0, 120.0, 180.0]);
    assert_eq!(found.column("stress").unwrap(), [0.25, 0.24, 0.235]);
    assert_eq!(found.column("temperature").unwrap(), [318.15, 319.15, 318.15]);
    assert_eq!(units(&found), ["glass text", "time s", "stress MPa", "eps2 1", "temperature K", "width mm"]);
    for (condition, rows) in [
        ("time > 1 min", 2),
        ("time>=2min and stress < 238 kPa", 1),
        ("eps2 = 0.3 %", 2),
        ("eps2 = 0.003", 2),
        ("temperature >= 46 °C", 1),
        ("temperature between 44 °C and 318.2 K", 2),
        ("time in (60 s, 3 min)", 2),
        ("not time > 90 s", 1),
        ("width = 2", 3),
        ("width < 1 cm", 3),
        ("time - 30 s > 1 min", 2),
        ("temperature > -5 °C", 3),
    ] {
        assert_eq!(shelf.query(&format!("laboratory_run where {condition}")).rows(), rows, "{condition}");
    }
    // In a table itself a bare number is in the unit of the file.
    let table = shelf.registry().open("laboratory").unwrap().table("run").unwrap();
    for (condition, rows) in
        [("time > 1", 2), ("time > 90 s", 2), ("eps2 = 0.3 %", 2), ("eps2 = 0.3", 2), ("temperature > 318.5 K", 1)]
    {
        assert_eq!(table.filter(condition).unwrap().rows(), rows, "{condition}");
    }
}

#[test]
fn units_follow_where_they_are_plain_and_are_not_guessed_elsewhere() {
    let shelf = Shelf::new();
    let found = shelf.query(
        "select eps2, avg(stress), std(stress), max(stress) - min(stress) as drop, count(*), count(stress) as n, \
         median(time) as middle, quantile(stress, 0.9), var(stress) as spread, avg(stress / strain) as modulus, \
         avg(stress) * 1000 as thousandfold, avg(stress / 0.005) as \"stated [GPa]\", avg(stress) as \"kilo [kPa]\", \
         avg(time - t_w) as later, first(glass) as name, avg(stress / stress) as one, avg(stress) + 1 MPa as more \
         from curves where glass = 'PVC' group by eps2",
    );
    assert_eq!(
        units(&found),
        [
            "eps2 1",
            "stress_avg MPa",
            "stress_std MPa",
            "drop MPa",
            "count 1",
            "n 1",
            "middle s",
            "stress_quantile MPa",
            "spread unit not known",
            "modulus MPa",
            "thousandfold unit not known",
            "stated GPa",
            "kilo kPa",
            "later s",
            "name text",
            "one 1",
            "more MPa",
        ]
    );
    let stress = pvc().column("stress").unwrap();
    let mean = mean_of(&stress);
    // Sums in another order: a few units in the last place.
    let close = |name: &str, expected: f64| {
        let value = found.column(name).unwrap()[0];
        assert!((value / expected - 1.0).abs() < 1e-12, "{name}: {value}, not {expected}");
    };
    close("stress_avg", mean);
    close("kilo", mean * 1e3);
    close("stated", mean / 0.005);
    close("more", mean + 1.0);
    let deviation = stress.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (stress.len() - 1) as f64;
    close("stress_std", deviation.sqrt());
    close("spread", deviation);
    assert_eq!(found.column("count").unwrap(), [stress.len() as f64]);
    assert!(found.unit("spread").unwrap_err().to_string().contains("state it"));
    assert!(found.curve("eps2", "spread").is_err(), "a curve has units");
}

#[test]
fn joins_unions_and_queries_in_queries_keep_units() {
    let shelf = Shelf::new();
    let found = shelf.query(
        "select a.time, a.stress, m.top from pvc_two_step a \
         join (select specimen, max(stress) as top from pvc_two_step group by specimen) m on a.specimen = m.specimen \
         where a.stress = m.top",
    );
    assert_eq!(found.rows(), 3);
    assert_eq!(units(&found), ["time s", "stress MPa", "top MPa"]);
    let both = shelf.query("select time, stress from pvc_two_step union all select time, stress from fe_zr_b_two_step");
    assert_eq!(units(&both), ["time s", "stress MPa"]);
    assert_eq!(both.sources().iter().count(), 2);
    let high = shelf.query("pvc_two_step where stress in (select max(stress) from pvc_two_step)");
    let stress = pvc().column("stress").unwrap();
    assert_eq!(high.column("stress").unwrap()[0], stress.iter().copied().fold(f64::NAN, f64::max));
    let ranked = shelf.query("select stress, row_number() over (order by stress) as place from pvc_two_step limit 5");
    assert_eq!(units(&ranked), ["stress MPa", "place 1"]);
}

#[test]
fn a_mixture_of_origins_says_that_it_is_one() {
    let shelf = Shelf::new();
    shelf.add_laboratory();
    let mixed = shelf.query("curves where temperature between 317 and 320");
    assert_eq!(mixed.sources().origins(), "synthetic and measured");
    assert!(mixed.label().ends_with("(synthetic and measured)"), "{}", mixed.label());
    assert!(
        mixed.to_text(3).contains("laboratory run: measured") && mixed.to_html(3).contains("pvc two-step: synthetic")
    );
    let alone = shelf.query("curves where glass = 'mine'");
    assert_eq!((alone.sources().origins().as_str(), alone.sources().iter().count()), ("measured", 1));
    let joined = mixed.join(&alone.select(&["eps2", "width"]).unwrap(), &["eps2"], JoinKind::Inner).unwrap();
    assert_eq!(joined.sources().origins(), "synthetic and measured");
}

#[test]
fn what_a_query_cannot_do_is_said_with_what_it_can() {
    let shelf = Shelf::new();
    let refused = [
        "select stres from pvc_two_step",
        "curves where glas = 'PVC'",
        "pvc_two_stepp",
        "pvc.two-step",
        "select * from pvc.two_step",
        "\"pvc.twostep\"",
        "nothing_like_this",
        "curves where eps2 = 0.3",
        "curves where glass = 'pvc'",
        "curves where t_w > 15 MPa",
        "curves where t_w > 15 MIN",
        "curves where stress > 5 psi",
        "curves where glass > 5 s",
        "curves where time > stress",
        "select time + stress from curves",
        "select temperature + 5 °C from curves",
        "curves where avg(stress) > 5",
        "curves where stress",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "drop table curves",
        "create table x as select * from curves",
        "delete from curves",
        "select 1; select 2",
        "select 1",
        "show tables",
        "explain select * from curves",
        "curves where",
        "curves where (t_w > 100",
        "curves where frobnicate(stress) > 1",
        "select stress from curves order by nothing",
        "select stress as \"x [furlong]\" from curves",
        "",
    ];
    // Which units there are is no matter of this test.
    let said = |text: &&str| {
        let said = shelf.refusal(text);
        let (head, codes) = said.split_once("accepted UCUM codes are ").unwrap_or((&said, ""));
        let (_, tail) = codes.split_once(';').unwrap_or(("", ""));
        format!("{text}\n  {head}{}{tail}\n", if codes.is_empty() { "" } else { "..." })
    };
    let said: Vec<String> = refused.iter().map(said).collect();
    insta::assert_snapshot!("refusals", said.join("\n"));
}

#[test]
fn only_the_packages_that_a_query_names_are_opened() {
    let shelf = Shelf::new();
    let broken = shelf.add_laboratory();
    std::fs::write(broken.join("run.csv"), "changed").unwrap();
    assert_eq!(shelf.query("pvc_two_step").rows(), pvc().rows());
    assert!(shelf.refusal("laboratory_run").contains("is not the file its package describes"));
    let curves = shelf.query("select count(*) from curves");
    assert!(curves.notes()[0].starts_with("`laboratory.run` is left out: "), "{:?}", curves.notes());
    assert!(curves.to_text(5).contains("note: `laboratory.run` is left out"));
    std::fs::write(broken.join("datapackage.json"), "{").unwrap();
    assert_eq!(shelf.query("pvc_two_step").rows(), pvc().rows());
    assert!(shelf.query("select count(*) from curves").notes()[0].contains("`laboratory` is left out"));
}

#[test]
fn columns_that_do_not_go_together_are_left_out_of_the_curves_and_said() {
    let shelf = Shelf::new();
    let columns = [("time", "number", Some("s")), ("stress", "number", Some("N"))];
    shelf.add("forces", &columns, "run.csv", b"time,stress\n1,2\n2,3\n");
    let curves = shelf.query("select count(*) from curves");
    assert_eq!(curves.notes(), ["`forces.run` is left out: its column `stress` is in N, elsewhere in MPa"]);
}

#[test]
fn a_parquet_file_is_read_in_pieces_and_gives_what_a_csv_file_gives() {
    let shelf = Shelf::new();
    let rows = 10_000_usize;
    let number = |scale: f64| -> Vec<f64> { (0..rows).map(|row| row as f64 * scale).collect() };
    let mut frame = DataFrame::new(
        rows,
        vec![
            Series::new("time".into(), number(0.5)).into(),
            Series::new("stress".into(), number(2.0)).into(),
            Series::new("stage".into(), (0..rows as i64).map(|row| row % 2).collect::<Vec<_>>()).into(),
        ],
    )
    .unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(1000)).finish(&mut frame).unwrap();
    let columns = [("time", "number", Some("min")), ("stress", "number", Some("kPa")), ("stage", "integer", Some("1"))];
    let folder = shelf.add("long", &columns, "run.parquet", &bytes);
    let found = shelf.query("select stress, stage from long_run where time > 2400 min and stage = 1");
    assert_eq!(found.rows(), 2600);
    assert_eq!(found.column("stress").unwrap()[0], 4801.0 * 2.0 * 1e-3);
    assert_eq!(units(&found), ["stress MPa", "stage 1"]);
    assert_eq!(shelf.query("select count(*) from long_run").column("count").unwrap(), [rows as f64]);
    assert_eq!(shelf.query("long_run limit 7").rows(), 7);
    assert_eq!(shelf.query("long_run where stage = 1 limit 7").rows(), 7);
    assert_eq!(shelf.query("select time from long.run where stress in (select max(stress) from long_run)").rows(), 1);
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 0xff;
    std::fs::write(folder.join("run.parquet"), damaged).unwrap();
    assert!(shelf.refusal("long_run").contains("is not the file its package describes"));
}

#[test]
fn columns_are_lent_and_not_copied() {
    let table = pvc();
    let (stress, again) = (table.slice("stress").unwrap(), table.slice("stress").unwrap());
    assert_eq!(stress.as_ptr(), again.as_ptr());
    assert_eq!(table.view("stress").unwrap().as_ptr(), stress.as_ptr());
    assert_eq!(table.clone().slice("stress").unwrap().as_ptr(), stress.as_ptr(), "clones share their columns");
    assert_eq!(stress, table.column("stress").unwrap());
    let chosen = table.select(&["time", "stress"]).unwrap();
    assert_eq!(chosen.slice("stress").unwrap().as_ptr(), stress.as_ptr(), "choosing columns copies none");
    assert!(table.slice("stage").unwrap_err().to_string().contains("holds whole numbers"));
    assert!(table.slice("glass").is_err() && table.slice("nothing").is_err());
    let matrix = table.matrix(&["time", "stage"]).unwrap();
    assert_eq!(matrix.dim(), (table.rows(), 2));
    assert_eq!(matrix.column(1).to_vec(), table.column("stage").unwrap());
    let gaps = Table::stack(&[table.clone(), table.select(&["time"]).unwrap()]).unwrap();
    assert!(gaps.slice("stress").unwrap_err().to_string().contains("has gaps"));
    assert!(gaps.column("stress").unwrap().last().unwrap().is_nan());
}

#[test]
fn columns_are_chosen_renamed_and_computed_with_their_units() {
    let table = pvc();
    let modulus = table.with_column("modulus", "stress / strain", None).unwrap();
    assert_eq!(modulus.unit("modulus").unwrap().code(), "MPa");
    let in_gigapascal = table.with_column("modulus", "stress / strain", Some("GPa")).unwrap();
    let (one, other) = (modulus.column("modulus").unwrap()[0], in_gigapascal.column("modulus").unwrap()[0]);
    assert!((one / other / 1000.0 - 1.0).abs() < 1e-15, "{one} MPa is {other} GPa");
    assert!(matches!(table.with_column("x", "stress * 2", None), Err(DatasetError::UnitNotKnown { .. })));
    assert_eq!(table.with_column("x", "stress * 2", Some("MPa")).unwrap().unit("x").unwrap().code(), "MPa");
    assert!(table.with_column("x", "stress", Some("s")).is_err());
    assert!(table.with_column("stress", "time", None).is_err());
    let centred = table.with_column("above", "stress - mean(stress)", None).unwrap();
    assert!(mean_of(&centred.column("above").unwrap()).abs() < 1e-12);
    let renamed = table.rename("stress", "sigma").unwrap();
    assert_eq!(renamed.slice("sigma").unwrap(), table.slice("stress").unwrap());
    assert!(table.rename("stress", "time").is_err() && table.rename("nothing", "x").is_err());
    let said = table.select(&["tme"]).unwrap_err().to_string();
    assert!(said.contains("did you mean `time`?"), "{said}");
    assert!(table.select(&["time", "time"]).is_err());
}

#[test]
fn the_spread_of_celsius_temperatures_is_in_kelvin() {
    let shelf = Shelf::new();
    shelf.add_laboratory();
    let table = shelf.registry().open("laboratory").unwrap().table("run").unwrap();
    let wanted = [Statistic::Mean, Statistic::Std, Statistic::Count, Statistic::Sum];
    let aggregates = wanted.map(|statistic| Aggregate::new("temperature", statistic));
    let said = table.aggregate(&["glass"], &aggregates).unwrap();
    assert_eq!(
        units(&said),
        [
            "glass text",
            "temperature_mean °C",
            "temperature_std K",
            "temperature_count 1",
            "temperature_sum unit not known"
        ]
    );
    assert!(table.aggregate(&[], &[Aggregate::new("glass", Statistic::Mean)]).is_err());
    assert!(table.aggregate(&[], &[Aggregate::new("time", Statistic::Quantile(1.5))]).is_err());
    let stated = said.with_unit("temperature_sum", "K").unwrap();
    assert_eq!(stated.unit("temperature_sum").unwrap().code(), "K");
    assert!(said.with_unit("temperature_mean", "K").is_err(), "a unit that is known is not replaced");
}

#[test]
fn keys_of_a_join_are_compared_in_one_unit() {
    let shelf = Shelf::new();
    shelf.add_laboratory();
    let laboratory = shelf.registry().open("laboratory").unwrap().table("run").unwrap();
    let strains = pvc().aggregate(&["eps2"], &[Aggregate::new("stress", Statistic::Max)]).unwrap();
    let joined = laboratory.join(&strains, &["eps2"], JoinKind::Inner).unwrap();
    assert_eq!((joined.rows(), joined.unit("eps2").unwrap().code()), (2, "%"));
    assert_eq!(joined.unit("stress_max").unwrap().code(), "MPa");
    let left = laboratory.join(&strains, &["eps2"], JoinKind::Left).unwrap();
    assert_eq!(left.rows(), 3);
    assert!(left.column("stress_max").unwrap()[2].is_nan());
    let named_twice = laboratory.join(&laboratory, &["time"], JoinKind::Inner).unwrap();
    assert_eq!(named_twice.unit("stress_right").unwrap().code(), "kPa");
    let wrong = laboratory.rename("width", "t_w").unwrap().join(&pvc(), &["t_w"], JoinKind::Inner);
    assert_eq!(wrong.unwrap_err().to_string().split(": ").last(), Some("it is mm in the first and s in the second"));
    let none = laboratory.join(&pvc().filter("eps2 = 0.3 %").unwrap(), &["glass"], JoinKind::Inner).unwrap_err();
    assert!(none.to_string().contains("'mine' in the first table; glass: 'pvc' in the second"), "{none}");
}

#[test]
fn a_table_shows_units_digits_and_origin() {
    let shelf = Shelf::new();
    shelf.add_laboratory();
    let found = shelf.query("select *, stress * 2 as twice from curves where temperature between 317 and 320");
    insta::assert_snapshot!("shown_as_text", found.to_text(6));
    insta::assert_snapshot!("shown_folded", found.to_text_within(4, 72));
    insta::assert_snapshot!("shown_as_html", found.to_html(4).replace("<tr", "\n<tr"));
}

/// A condition on the shipped tables.
fn condition() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        (0.0..4000.0_f64).prop_map(|time| format!("time > {time}")),
        (0.0..70.0_f64).prop_map(|time| format!("time <= {time} min")),
        (0.0..13.0_f64).prop_map(|stress| format!("stress < {stress}")),
        (0.0..13000.0_f64).prop_map(|stress| format!("stress >= {stress} kPa")),
        (1..3_i32).prop_map(|stage| format!("stage = {stage}")),
        prop_oneof![Just("A"), Just("B"), Just("D")].prop_map(|name| format!("specimen = '{name}'")),
    ];
    number.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

/// The rows of a table as words, a line for each.
fn lines(table: &Table) -> Vec<String> {
    let columns: Vec<Vec<f64>> = ["time", "stress", "strain"].iter().map(|name| table.column(name).unwrap()).collect();
    let specimens = table.text("specimen").unwrap();
    let line = |row: usize| format!("{} {:?}", specimens[row], columns.iter().map(|c| c[row]).collect::<Vec<_>>());
    (0..table.rows()).map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_filter_and_its_opposite_make_the_whole(condition in condition()) {
        let table = pvc();
        let parts: Vec<Table> =
            [condition.clone(), format!("not ({condition})")].iter().filter_map(|c| table.filter(c).ok()).collect();
        let mut stacked = lines(&Table::stack(&parts).unwrap());
        let mut whole = lines(&table);
        stacked.sort();
        whole.sort();
        prop_assert_eq!(stacked, whole);
    }

    #[test]
    fn a_filter_is_the_where_of_a_query(condition in condition()) {
        let registry = Registry::of(vec![shipped_folder()]);
        let asked = registry.query(&format!("pvc_two_step where {condition}"));
        match (asked, pvc().filter(&condition)) {
            (Ok(asked), Ok(filtered)) => prop_assert_eq!(lines(&asked), lines(&filtered)),
            (asked, filtered) => prop_assert!(asked.is_err() && filtered.is_err(), "{}", condition),
        }
    }

    #[test]
    fn counts_of_groups_add_up(condition in condition(), by in prop::sample::subsequence(vec!["specimen", "stage", "eps2", "time"], 0..4)) {
        if let Ok(table) = pvc().filter(&condition) {
            let counts = table.count_rows(&by).unwrap().column("count").unwrap();
            prop_assert_eq!(counts.iter().sum::<f64>(), table.rows() as f64);
            prop_assert_eq!(counts.len(), table.unique(&by).unwrap().rows().min(if by.is_empty() { 1 } else { usize::MAX }));
            let groups = table.group_by(&by).unwrap();
            prop_assert_eq!(groups.iter().map(|group| group.table.rows() as f64).collect::<Vec<_>>(), counts);
        }
    }

    #[test]
    fn sorting_is_a_stable_permutation(by in prop::sample::subsequence(vec!["specimen", "stage", "stress"], 1..3), falling: bool) {
        let table = pvc();
        let sorted = if falling { table.sort_descending(&by) } else { table.sort(&by) }.unwrap();
        let (mut before, mut after) = (lines(&table), lines(&sorted));
        before.sort();
        after.sort();
        prop_assert_eq!(before, after);
        // Within one specimen and stage the times of the file rise; where they are equal in the keys they still do.
        let key = |row: usize| -> Vec<String> {
            by.iter().map(|name| match *name {
                "specimen" => sorted.text(name).unwrap()[row].clone(),
                _ => format!("{:024.12}", sorted.column(name).unwrap()[row]),
            }).collect()
        };
        let place: std::collections::HashMap<String, usize> =
            lines(&table).into_iter().enumerate().map(|(row, line)| (line, row)).collect();
        let rows = lines(&sorted);
        let keys: Vec<Vec<String>> = (0..sorted.rows()).map(key).collect();
        for row in 1..sorted.rows() {
            match keys[row - 1].cmp(&keys[row]) {
                std::cmp::Ordering::Equal => prop_assert!(place[&rows[row - 1]] < place[&rows[row]]),
                order => prop_assert_eq!(order == std::cmp::Ordering::Greater, falling),
            }
        }
    }

    #[test]
    fn no_text_makes_a_query_panic(text in "[a-z_ '\"()=<>%*,.;0-9°\\[\\]-]{0,60}") {
        let registry = Registry::of(vec![shipped_folder()]);
        let _ = registry.query(&text);
        let _ = registry.query(&format!("pvc_two_step where {text}"));
        let _ = pvc().filter(&text);
    }
}

#[test]
fn deep_and_long_texts_are_refused_or_answered() {
    let registry = Registry::of(vec![shipped_folder()]);
    let chain = vec!["stage = 1"; 1500].join(" or ");
    assert!(registry.query(&format!("pvc_two_step where {chain}")).is_ok());
    assert!(pvc().filter(&chain).is_ok());
    let nested = format!("{}stage = 1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(registry.query(&format!("pvc_two_step where {nested}")).is_err());
    assert!(pvc().filter(&"x".repeat(30_000)).unwrap_err().to_string().contains("20000 is the most"));
}

#[test]
fn head_and_tail_take_what_there_is() {
    let table = pvc();
    assert_eq!(table.head(5).unwrap().column("time").unwrap(), table.column("time").unwrap()[..5]);
    assert_eq!(table.tail(2).unwrap().column("time").unwrap(), table.column("time").unwrap()[table.rows() - 2..]);
    assert_eq!(table.head(usize::MAX).unwrap().rows(), table.rows());
    assert!(table.head(0).is_err() && table.tail(0).is_err());
}
