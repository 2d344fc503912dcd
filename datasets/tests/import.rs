//! Importing files: what is stated is kept, what is not stated is asked for, and nothing is guessed.

use kovacs_core::toml_form::{ProtocolForm, read_protocol};
use kovacs_datasets::descriptor::{OriginStatement, Source, UnitBasis};
use kovacs_datasets::import::{
    ColumnMapping, ImportError, ImportOptions, ImportReport, ImportedTable, Mapping, Memory, Need, Opened, import,
};
use kovacs_datasets::{DatasetError, Package, sha256};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn mapping(columns: &[&str]) -> Mapping {
    let columns = columns.iter().map(|column| column.parse().unwrap()).collect();
    Mapping { columns, ..Mapping::new("test", "CC0-1.0", "made up for a test") }
}

/// Imports bytes and answers the report, or the error. Whatever happens, the original stays as it was, and a refusal
/// leaves nothing behind.
fn imported(bytes: impl AsRef<[u8]>, mapping: &Mapping) -> Result<ImportReport, DatasetError> {
    let folder = tempfile::tempdir().unwrap();
    let (source, packages) = (file(&folder, "run.txt", &bytes), folder.path().join("packages"));
    let report = import(&source, mapping, &packages);
    assert_eq!(std::fs::read(&source).unwrap(), bytes.as_ref(), "the original was changed");
    if report.is_err() {
        assert!(std::fs::read_dir(&packages).map_or(0, Iterator::count) == 0, "a refused import left something behind");
    }
    report
}

fn one(report: Result<ImportReport, DatasetError>) -> ImportedTable {
    let mut tables = report.unwrap().tables;
    assert_eq!(tables.len(), 1);
    tables.remove(0)
}

/// Checks that an import is refused with a message that contains every one of these words.
#[track_caller]
fn check_refused(bytes: impl AsRef<[u8]>, mapping: &Mapping, words: &[&str]) {
    let message = imported(bytes, mapping).unwrap_err().to_string();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

/// What has to be stated before a file can be imported.
fn needs(bytes: impl AsRef<[u8]>, mapping: &Mapping) -> Vec<Need> {
    let folder = tempfile::tempdir().unwrap();
    let source = file(&folder, "run-1.txt", bytes);
    Opened::read(&source, mapping, None).unwrap().recognise(mapping).unwrap().needs
}

fn kinds(needs: &[Need]) -> Vec<&str> {
    needs.iter().map(|need| need.kind).collect()
}

#[test]
fn columns_from_arguments() {
    let table =
        one(imported("0,1.5,A\n1,1.25,A\n2,1.125,A\n", &mapping(&["time:s", "stress:MPa", "specimen:text"]))).table;
    assert_eq!(table.column("stress").unwrap(), [1.5, 1.25, 1.125]);
    assert_eq!(table.text("specimen").unwrap(), ["A", "A", "A"]);
    assert_eq!(table.field("stress").unwrap().unit_basis, Some(UnitBasis::User));
}

#[test]
fn columns_with_units_in_the_heading_are_stated_by_the_file_and_stay_in_its_units() {
    let text = "Time [min];Stress (kPa);Comment\n0;1,5;x\n1;1,25;y\n";
    let table = one(imported(text, &mapping(&["Comment=skip"]))).table;
    assert_eq!(table.column("time").unwrap(), [0.0, 1.0]);
    assert_eq!(table.column_in("time", "s").unwrap(), [0.0, 60.0]);
    assert_eq!(table.column_in("stress", "Pa").unwrap(), [1500.0, 1250.0]);
    assert_eq!(table.field("stress").unwrap().unit_basis, Some(UnitBasis::Stated));
    assert!(table.field("comment").is_none());
}

#[test]
fn a_column_is_named_by_heading_or_letter_and_the_others_may_be_left_out() {
    let text = "Time (s),Stress (MPa),Position (mm),Remark\n0,1,5,a\n1,2,5,b\n";
    let renamed = one(imported(text, &mapping(&["Stress=sigma", "C=skip"]))).table;
    let names: Vec<&str> = renamed.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["time", "sigma", "remark"]);
    let mapping =
        Mapping { others: kovacs_datasets::import::Others::Skip, ..mapping(&["A=time", "Stress (MPa)=stress"]) };
    assert_eq!(one(imported(text, &mapping)).table.fields().len(), 2);
    check_refused(text, &self::mapping(&["Load=force:N"]), &["`Load`", "a heading or letter", "B `Stress (MPa)`"]);
}

#[test]
fn everything_that_is_missing_is_asked_for_at_once_with_the_line_to_write() {
    let needs = needs("time,stress (psi),\n0,1,2\n1,2,\n", &Mapping::default());
    assert_eq!(kinds(&needs), ["name", "licence", "source", "unit", "unit", "column-name", "gaps"]);
    assert_eq!(needs[0].option, "--name run-1");
    assert!(needs[3].text.contains("column A `time` of the file has no unit; it begins 0, 1"), "{}", needs[3].text);
    assert_eq!(needs[3].line, "{ from = \"A\", name = \"time\", unit = \"?\" }");
    assert_eq!(needs[3].option, "--column 'A=time:UNIT'");
    assert!(needs[4].text.contains("the unit `psi`, which is not in the table of units"), "{}", needs[4].text);
    assert!(needs[6].text.contains("1 empty cells, the first in line 3"), "{}", needs[6].text);
}

#[test]
fn answers_complete_a_mapping() {
    let (text, mut mapping) = ("time,stress (MPa),x\n0,1,2\n1,2,\n", Mapping::default());
    let folder = tempfile::tempdir().unwrap();
    let opened = Opened::read(&file(&folder, "run.csv", text), &mapping, None).unwrap();
    let mut answers = ["run", "MIT", "our laboratory, 2026", "min", "skip"].iter();
    while let Some(need) = opened.recognise(&mapping).unwrap().needs.first() {
        if need.kind == "unit" {
            let refused = need.answer(&mut mapping, "furlong").unwrap_err().to_string();
            assert!(refused.contains("unknown unit `furlong`"), "{refused}");
        }
        need.answer(&mut mapping, answers.next().unwrap()).unwrap();
    }
    let table = one(opened.import(&mapping, folder.path(), &ImportOptions::default())).table;
    assert_eq!(table.unit("time").unwrap().code(), "min");
    assert_eq!(table.field("stress").unwrap().unit_basis, Some(UnitBasis::Stated));
    assert!(table.field("x").is_none());
}

#[test]
fn a_template_holds_what_is_known_and_reads_as_a_mapping() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(&folder, "run.csv", "Time (s),Stress,Remark\n0,1,a\n1,2,b\n");
    let opened = Opened::read(&source, &Mapping::default(), None).unwrap();
    let text = opened.template(&Mapping::default()).unwrap();
    for part in [
        "name = \"?\"",
        "license = \"?\"",
        "name = \"time\", unit = \"s\", basis = \"stated\"",
        "name = \"stress\", unit = \"?\"",
        "name = \"remark\", type = \"string\"",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    let unfinished: Mapping = toml::from_str(&text).unwrap();
    assert_eq!(kinds(&opened.recognise(&unfinished).unwrap().needs), ["name", "licence", "source", "unit"]);
    let finished = text.replacen("name = \"?\"", "name = \"run\"", 1).replace("license = \"?\"", "license = \"MIT\"");
    let finished = finished.replace("title = \"?\"", "title = \"us\"").replace("unit = \"?\"", "unit = \"kPa\"");
    let table = one(import(&source, &toml::from_str(&finished).unwrap(), folder.path())).table;
    assert_eq!(table.unit("stress").unwrap().code(), "kPa");
    assert_eq!(table.field("time").unwrap().unit_basis, Some(UnitBasis::Stated));
}

#[test]
fn refusals_name_place_and_remedy() {
    let two = mapping(&["time:s", "stress:MPa"]);
    check_refused("0,1\n1,two\n2,3\n3,4\n", &two, &["run.txt", "line 2", "`1,two`"]);
    check_refused("1,1\n0,2\n", &two, &["row 2", "column `time`", "0 follows 1", "sort the rows"]);
    check_refused("0,1,2\n1,2,3\n", &two, &["has 3 columns, the mapping describes 2", "row 1: 0 | 1 | 2"]);
    check_refused("0,1\n1,2\n", &mapping(&["time:s", "stress:mpa"]), &["`mpa`", "did you mean `MPa`?"]);
    check_refused("0,1\n1,2\n", &mapping(&["time:s", "time:s"]), &["columns A and B", "both called `time`"]);
    check_refused("", &two, &["run.txt", "empty"]);
    check_refused(b"%PDF-1.7 \x00\x01\x02", &two, &["run.txt", "PDF"]);
    check_refused("0,1\n1,2\n", &Mapping { name: "../evil".into(), ..two.clone() }, &["`../evil`", "lower-case"]);
    let sheet = Some("Fig. 9".to_string());
    check_refused("0,1\n1,2\n", &Mapping { sheet, ..two.clone() }, &["no sheet `Fig. 9`"]);
    let message = "time".parse::<ColumnMapping>().unwrap_err().to_string();
    assert!(message.contains("`time` does not describe a column; write `name:unit`"), "{message}");
}

#[test]
fn a_licence_and_a_source_are_required_of_what_was_measured() {
    let two = mapping(&["time:s", "stress:MPa"]);
    for license in ["", " ", "?"] {
        let unlicensed = Mapping { license: license.into(), ..two.clone() };
        assert_eq!(kinds(&needs("0,1\n1,2\n", &unlicensed)), ["licence"]);
    }
    for source in [None, Some(Source { title: "?".to_string(), path: None })] {
        let nameless = Mapping { source, ..two.clone() };
        let needs = needs("0,1\n1,2\n", &nameless);
        assert_eq!(kinds(&needs), ["source"]);
        assert!(needs[0].text.contains("measured"), "{}", needs[0].text);
        check_refused("0,1\n1,2\n", &nameless, &["cannot be imported yet", "source = { title = \"?\" }", "--source"]);
    }
}

#[test]
fn a_mapping_file_says_where_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "mapping.toml", "name = \"x\"\nlicence = \"MIT\"\n");
    let message = Mapping::read(&path).unwrap_err().to_string();
    assert!(message.contains("mapping.toml") && message.contains("line 2") && message.contains("licence"), "{message}");
    let missing = Mapping::read(&folder.path().join("none.toml"));
    assert!(matches!(missing, Err(DatasetError::Io { action: "read", .. })));
}

#[test]
fn constants_are_columns_with_their_units_and_are_never_bare() {
    let with = |constants: &str| {
        let constants: Mapping = toml::from_str(&format!("constants = {{ {constants} }}")).unwrap();
        Mapping { constants: constants.constants, ..mapping(&["time:s", "stress:MPa"]) }
    };
    let table = one(imported("0,1\n1,2\n", &with("glass = \"pvc\", eps1 = \"0.5 %\", stage = 2"))).table;
    assert_eq!(table.text("glass").unwrap(), ["pvc", "pvc"]);
    assert_eq!((table.column("eps1").unwrap(), table.unit("eps1").unwrap().code()), (vec![0.5, 0.5], "%"));
    assert_eq!(table.in_internal_units().unwrap().column("eps1").unwrap(), [0.005, 0.005]);
    let needs = needs("0,1\n1,2\n", &with("eps1 = 0.5"));
    assert_eq!(kinds(&needs), ["constant"]);
    assert!(needs[0].text.contains("`eps1 = 0.5` states no unit"), "{}", needs[0].text);
    check_refused("0,1\n1,2\n", &with("stress = \"1 MPa\""), &["`stress`", "does not have already"]);
}

#[test]
fn a_file_without_strain_has_no_holds_and_says_so() {
    let table = one(imported("0,1\n1,2\n", &mapping(&["time:s", "stress:MPa"])));
    assert!(table.holds.is_empty());
    assert!(table.notes[0].contains("no number column `strain`"), "{:?}", table.notes);
}

#[test]
fn a_creep_test_has_no_protocol_of_strain() {
    let text: String = (0..20).map(|t| format!("{t},{},5.0\n", if t < 10 { 0.001 } else { 0.002 })).collect();
    let table = one(imported(text, &mapping(&["time:s", "strain:1", "stress:MPa"])));
    assert!(table.holds.is_empty() && table.protocol.is_empty());
    assert!(table.notes[0].contains("as in creep"), "{:?}", table.notes);
}

#[test]
fn what_was_read_off_a_figure_says_off_which_and_how_exactly() {
    let text = "eps2 = 0.2 %,\nX,Y\n1.02,301.2\n10.1,305.5\n99.7,311.8\n1004,307.1\n";
    let mut mapping = mapping(&["time_in_stage:s", "stress:MPa"]);
    assert_eq!(kinds(&needs(text, &mapping)), ["origin"]);
    mapping.origin = OriginStatement::Digitised {
        figure: "Fig. 1b".to_string(),
        tool: "WebPlotDigitizer 4.7".to_string(),
        error_x: "2 %".to_string(),
        error_y: "?".to_string(),
    };
    assert_eq!(kinds(&needs(text, &mapping)), ["origin"]);
    let OriginStatement::Digitised { error_y, .. } = &mut mapping.origin else { panic!("not digitised") };
    *error_y = "1 MPa".to_string();
    let table = one(imported(text, &mapping)).table;
    assert!(table.label().ends_with("(digitised)"), "{}", table.label());
}

/// Nine samples of a step from 0.5 % to 0.3 %.
fn step() -> String {
    (0..9).map(|t| format!("{t},{},45.{t}\n", if t < 5 { 0.005 } else { 0.003 })).collect()
}

#[test]
fn the_holds_become_a_protocol_where_the_temperature_is_known() {
    let columns = ["time:s", "strain:1", "temperature:Cel"];
    let without = one(imported(step(), &mapping(&["time:s", "strain:1", "skip"])));
    assert_eq!(without.holds.len(), 2);
    assert!(without.notes[0].contains("temperature = \"296 K\""), "{:?}", without.notes);
    // A column that stays within 2 K gives it, and that is said.
    let table = one(imported(step(), &mapping(&columns)));
    assert!(table.notes[0].contains("median of the column `temperature`, 318.55 K"), "{:?}", table.notes);
    let ProtocolForm::Segments(found) = read_protocol(&table.protocols()[0]).unwrap() else { panic!("no segments") };
    let kelvin = found.start_temperature;
    assert_eq!(kelvin, 318.55);
    assert_eq!(found, kovacs_core::Protocol::at(kelvin).step(0.005).hold(4.0).ramp(0.003, 1.0).hold(3.0));
    let mut stated = mapping(&columns);
    let OriginStatement::Measured { temperature, .. } = &mut stated.origin else { panic!("not measured") };
    *temperature = Some("warm".to_string());
    check_refused(step(), &stated, &["temperature = `warm`", "such as `296 K`"]);
}

#[test]
fn a_given_protocol_goes_before_the_one_that_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(&folder, "run.csv", step());
    let mapping = mapping(&["time:s", "strain:1", "temperature:Cel"]);
    let given = read_protocol("[two_step]\neps1 = '0.5%'\neps2 = '0.3%'\nt_w = '4 s'\ntemperature = '318 K'").unwrap();
    let options = ImportOptions { protocol: Some(&given), ..ImportOptions::default() };
    let opened = Opened::read(&source, &mapping, None).unwrap();
    let report = opened.import(&mapping, folder.path(), &options).unwrap();
    assert_eq!(report.packages[0].protocols("measured").unwrap()[0].form, given);
}

#[test]
fn the_original_may_be_kept_in_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(&folder, "run.csv", "0,1\n1,2\n");
    let mapping = mapping(&["time:s", "stress:MPa"]);
    let options = ImportOptions { keep_original: true, ..ImportOptions::default() };
    let report = Opened::read(&source, &mapping, None).unwrap().import(&mapping, folder.path(), &options).unwrap();
    let package = &report.packages[0];
    let kept = std::fs::read(package.folder().join("original-run.csv")).unwrap();
    assert_eq!(kept, b"0,1\n1,2\n");
    let parent = package.descriptor().resources[0].parent.clone().unwrap();
    assert_eq!(parent.hash, format!("sha256:{}", sha256(&kept)));
}

#[test]
fn a_cancelled_import_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(&folder, "run.csv", "0,1\n1,2\n");
    let mapping = mapping(&["time:s", "stress:MPa"]);
    let packages = folder.path().join("packages");
    for last in [kovacs_datasets::import::Step::Checking, kovacs_datasets::import::Step::Writing] {
        let stop = |step| step != last;
        let options = ImportOptions { progress: Some(&stop), ..ImportOptions::default() };
        let refused = Opened::read(&source, &mapping, None).unwrap().import(&mapping, &packages, &options).unwrap_err();
        assert!(refused.to_string().contains("cancelled"), "{refused}");
        assert!(!packages.exists());
    }
}

#[test]
fn what_is_imported_is_what_is_read_back_from_the_package() {
    let text: String =
        (0..200).map(|row| format!("{},{}\n", f64::from(row) * 0.1, (f64::from(row) * 0.37).sin())).collect();
    let report = imported_in(&text, &mapping(&["time:min", "stress:kPa"]), |report, package| {
        assert_eq!(
            package.table("measured").unwrap().data_digest().unwrap(),
            report.tables[0].table.data_digest().unwrap()
        );
    });
    assert_eq!(report.tables[0].table.rows(), 200);
}

fn imported_in(text: &str, mapping: &Mapping, check: impl Fn(&ImportReport, &Package)) -> ImportReport {
    let folder = tempfile::tempdir().unwrap();
    let report = import(&file(&folder, "run.csv", text), mapping, folder.path()).unwrap();
    check(&report, &Package::open(folder.path().join("test")).unwrap());
    report
}

/// Curves side by side, as behind a figure.
const PANEL: &str = "Time (s),Stress (MPa),Time (s),Stress (MPa)\n\
    0.1,450,0.1,451\n0.15,449,0.15,450\n900.15,380,900.15,381\n900.18,200,900.2,290\n900.24,205,900.21,291\n1000.24,230,,\n";

const PANEL_MAPPING: &str = r#"
    license = "CC-BY-4.0"
    source = { title = "an article" }
    [[table]]
    package = "glass"
    resource = "two-step"
    x = { name = "time" }
    y = { name = "stress" }
    two_step = { rate = "200 %/min" }
    constants = { glass = "glass", specimen = "1 A", eps1 = "0.5 %", t_w = "15 min", temperature = "320 degC" }
    curves = [{ x = "A", y = "B", eps2 = "0.2 %" }, { x = "C", y = "D", eps2 = "0.3 %" }]
"#;

#[test]
fn curves_side_by_side_become_rows_with_stage_time_and_strain() {
    let report = imported(PANEL, &toml::from_str(PANEL_MAPPING).unwrap()).unwrap();
    let table = &report.tables[0].table;
    let names: Vec<&str> = table.fields().iter().map(|field| field.name.as_str()).collect();
    let expected = "glass specimen eps1 eps2 t_w temperature stage time time_in_stage strain stress";
    assert_eq!(names, expected.split(' ').collect::<Vec<_>>());
    // Loading takes 0.15 s, unloading 0.09 s and 0.06 s: four samples lie in the ramps.
    assert!(report.tables[0].notes[0].starts_with("4 samples"), "{:?}", report.tables[0].notes);
    assert_eq!(table.column("stress").unwrap(), [449.0, 380.0, 205.0, 230.0, 450.0, 381.0, 291.0]);
    assert_eq!(table.column("stage").unwrap(), [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0]);
    let in_stage = table.column("time_in_stage").unwrap();
    for (found, expected) in in_stage.iter().zip([0.0, 900.0, 0.0, 100.0, 0.0, 900.0, 0.0]) {
        // The sums of ramps and waiting time are rounded in the eleventh digit.
        assert!((found - expected).abs() < 1e-9, "{in_stage:?}");
    }
    assert_eq!(table.column("strain").unwrap(), [0.5, 0.5, 0.2, 0.2, 0.5, 0.5, 0.3]);
    assert_eq!(table.field("strain").unwrap().unit_basis, Some(UnitBasis::Inferred));
    assert_eq!(table.text("specimen").unwrap()[0], "1 A");
    let inside = table.in_internal_units().unwrap();
    assert_eq!((inside.column("t_w").unwrap()[0], inside.column("temperature").unwrap()[0]), (900.0, 593.15));
    assert_eq!(report.tables[0].protocol.len(), 2);
    assert_eq!(report.tables[0].protocol[1].rows["eps2"], 0.3);
}

#[test]
fn a_panel_that_leaves_something_open_is_asked_about() {
    let with = |from: &str, to: &str| toml::from_str::<Mapping>(&PANEL_MAPPING.replace(from, to)).unwrap();
    check_refused(PANEL, &with("t_w = \"15 min\", ", ""), &["needs `t_w` with its unit"]);
    check_refused(PANEL, &with("t_w = \"15 min\"", "t_w = \"15 %\""), &["`t_w` is"]);
    check_refused(PANEL, &with("y = \"D\"", "y = \"Load\""), &["`Load`", "D `Stress (MPa)`"]);
    check_refused(PANEL, &with("y = \"D\"", "y = \"Stress\""), &["several have this heading", "B, D"]);
    let text = PANEL.replace(" (MPa)", "");
    let needs = needs(&text, &with("two_step", "two_step"));
    assert_eq!(kinds(&needs), ["unit", "unit"]);
    assert!(needs[0].line.contains("y = { name = \"stress\", unit = \"?\" }"), "{}", needs[0].line);
    let gap = PANEL.replace("900.24,205", "900.24,");
    check_refused(&gap, &with("two_step", "two_step"), &["line 6", "column `stress`", "`(empty)`"]);
}

#[test]
fn tables_below_each_other_need_the_same_columns() {
    let stacked = |second: &str| {
        let text = format!("{PANEL_MAPPING}\n[[table]]\npackage = \"glass\"\nresource = \"two-step\"\n{second}");
        toml::from_str::<Mapping>(&text).unwrap()
    };
    let other =
        "x = { name = \"time\" }\ny = { name = \"stress\" }\ncurves = [{ x = \"A\", y = \"B\", eps2 = \"1 %\" }]";
    check_refused(PANEL, &stacked(other), &["do not fit below each other", "`glass`"]);
}

#[test]
fn a_mapping_is_remembered_for_the_same_headings_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::at(folder.path().join("mappings"));
    let open = |name: &str, text: &str| Opened::read(&file(&folder, name, text), &Mapping::default(), None).unwrap();
    let (first, same) =
        (open("1.csv", "Time,Stress (MPa)\n0,1\n1,2\n"), open("2.csv", "Time,Stress (MPa)\n5,3\n6,2\n7,1\n"));
    let other = open("3.csv", "Time,Stress (kPa)\n0,1\n1,2\n");
    let said = Mapping { accept_doubts: vec!["truncated".into()], ..mapping(&["Time=time:min"]) };
    memory.remember(&first.shape(), Path::new("1.csv"), &said).unwrap();
    let found = memory.find(&same.shape()).unwrap();
    assert_eq!((found.file.as_str(), &found.mapping.columns), ("1.csv", &said.columns));
    assert!(found.mapping.name.is_empty() && found.mapping.accept_doubts.is_empty(), "{:?}", found.mapping);
    assert!(memory.find(&other.shape()).is_none());
    assert!(first.shape().named && !open("4.csv", "0,1\n1,2\n").shape().named);
    assert_eq!(memory.list().len(), 1);
    assert_eq!(memory.forget("1.csv").unwrap(), 1);
    let forgotten = memory.forget("1.csv");
    assert!(
        matches!(&forgotten, Err(DatasetError::Import(error)) if matches!(**error, ImportError::NotRemembered { .. }))
    );
}

/// A file that comes with the readers' own tests.
fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("formats/tests/samples").join(name)
}

#[test]
fn the_same_run_in_any_encoding_gives_the_same_data_and_its_markers_are_a_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let mut digests = Vec::new();
    for name in ["q800_cp1252.txt", "q800_utf16le.txt", "q800_utf8_no_break_spaces.txt"] {
        // The fifth signal is another one in each sample.
        let columns = vec!["E=skip".parse().unwrap()];
        let package = name.replace(".txt", "").replace('_', "-");
        let mapping = Mapping { columns, ..Mapping::new(&package, "CC0-1.0", "made by hand") };
        let report = import(&sample(name), &mapping, folder.path()).unwrap();
        let table = &report.tables[0];
        assert_eq!(table.doubts[0].kind, "negative-time-markers", "{name}");
        assert_eq!(report.packages[0].descriptor().resources[0].doubts, table.doubts);
        assert_eq!((table.table.rows(), table.holds.len()), (12, 2), "{name}");
        assert_eq!(table.table.unit("time").unwrap().code(), "min");
        assert_eq!(table.table.field("stress").unwrap().unit_basis, Some(UnitBasis::Stated));
        // The temperature column stays within 2 K, so the protocol is there without a word said.
        assert_eq!(table.protocols().len(), 1);
        digests.push(table.table.data_digest().unwrap());
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "{digests:?}");
}

#[test]
fn a_file_that_ends_in_the_middle_of_a_row_is_imported_with_a_doubt() {
    let whole = std::fs::read(sample("q800_cp1252.txt")).unwrap();
    let mapping = Mapping::new("test", "CC0-1.0", "made by hand");
    let table = one(imported(&whole[..whole.len() - 25], &mapping));
    assert!(table.doubts.iter().any(|doubt| doubt.kind == "truncated"), "{:?}", table.doubts);
    let before_the_data = &whole[..whole.windows(11).position(|part| part == b"StartOfData").unwrap()];
    check_refused(before_the_data, &mapping, &["run.txt", "StartOfData"]);
}

#[test]
fn columns_that_may_have_changed_places_are_a_doubt_and_are_not_exchanged() {
    let rows = (0..20).map(|row| {
        let (time, force, displacement) =
            (f64::from(row), (0.3 * f64::from(row)).sin() + 0.1, 0.01 * f64::from(row * row));
        format!("{time},{displacement},{force},{},{}\n", 10.0 * force, displacement / 0.13)
    });
    let text = format!("Time (s),Force (N),Displacement (mm),Stress (kPa),Strain (1)\n{}", rows.collect::<String>());
    let table = one(imported(&text, &Mapping::new("test", "CC0-1.0", "made up")));
    assert!(table.doubts.iter().any(|doubt| doubt.kind == "columns-swapped"), "{:?}", table.doubts);
    assert_eq!(table.table.column("displacement").unwrap()[0], 0.1);
}

#[test]
fn units_in_the_cells_are_no_numbers_and_no_unit_is_taken_from_them() {
    let mapping = mapping(&["time:s", "stress:MPa"]);
    let text = "time,stress\n5 min,1\n300 s,2\n400 s,3\n";
    check_refused(text, &mapping, &["column `time`", "`5 min` is not a finite number", "line 2"]);
}

/// Open test data, or `None` with a printed message.
fn open_data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KOVACS_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let file = root.join(name);
    if !file.is_file() {
        println!("skipped: no `{}`; set KOVACS_TEST_DATA to the folder of test data", file.display());
        return None;
    }
    Some(file)
}

#[test]
fn a_sweep_that_poses_as_relaxation_is_refused_until_it_was_looked_into() {
    let Some(file) = open_data("pyvisco/time_user_raw.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut mapping = Mapping::new("sweep", "BSD-3-Clause", "NREL/pyvisco");
    let refused = import(&file, &mapping, folder.path()).unwrap_err();
    let message = refused.to_string();
    assert!(message.contains("dma-sweep-as-relaxation"), "{message}");
    assert!(message.contains("--accept-doubt dma-sweep-as-relaxation"), "{message}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    mapping.accept_doubts = vec!["dma-sweep-as-relaxation".to_string()];
    mapping.columns = vec!["t=period".parse().unwrap()];
    let report = import(&file, &mapping, folder.path()).unwrap();
    let doubts = &report.packages[0].descriptor().resources[0].doubts;
    assert!(doubts.iter().any(|doubt| doubt.kind == "dma-sweep-as-relaxation" && doubt.accepted), "{doubts:?}");
}
