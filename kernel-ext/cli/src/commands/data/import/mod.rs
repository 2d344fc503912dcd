//! `kovacs data import`: a file of an instrument, a workbook or a text table into a package, its meaning stated by whoever
//! imports it.

mod ask;
mod said;
mod working;

use crate::failure::{Explain, Failure};
use crate::output::{notice, print, print_json};
use clap::Args;
use kovacs_core::toml_form::read_protocol;
use kovacs_datasets::PROJECT_FOLDER;
use kovacs_datasets::import::{
    ColumnMapping, ImportError, ImportOptions, ImportReport, Mapping, Memory, Opened, Recognised, Shape,
};
use kovacs_runner::exit_code;
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use working::Working;

/// Exit code of an import that needs to know more. Nothing was written.
const INCOMPLETE: u8 = 6;

/// Make a package of a file: instrument exports, workbooks, text tables
#[derive(Args)]
#[command(after_help = "\
The file is recognised by its content: Universal Analysis (Q800) and TRIOS exports, RheoCompass, Proteus, RepTate, WebPlotDigitizer, workbooks
(.xlsx, .xls, .ods), text tables with any separator and encoding, beamline files. Without a mapping its columns, units and holds are shown, and
what has to be stated: no unit is ever guessed. On a terminal you are asked; elsewhere the exit code is 6 and nothing is written.
What is given here goes before what the mapping says. The original file is not changed; its digest is kept.
What was said of a file is remembered for the next one with the same headings (`kovacs data mappings`), unless --no-remember is given.

Mapping file:
  name = \"my-staircase\"
  license = \"MIT\"
  source = { title = \"who, where\", path = \"https://...\" }
  columns = [{ name = \"time\", unit = \"s\" }, { skip = true }, { name = \"stress\", unit = \"kPa\" }]

Examples:
  kovacs data import run.txt                                # what is in it, and what has to be stated
  kovacs data import run.txt --write-mapping run.toml       # the same as a file to complete
  kovacs data import run.txt --mapping run.toml
  kovacs data import run.csv --name my-run --license CC-BY-4.0 --source 'our laboratory'
  kovacs data import next.txt --name next-run --mapping last
  kovacs data import run.xlsx --name my-run --license MIT --source https://example.org/run \\
      --column time:s --column skip --column stress:kPa --column strain:% --temperature 296K
  kovacs data import run.txt --name my-run --license MIT --source 'our laboratory' --column 'Stress=stress:MPa' --others skip")]
pub struct Options {
    /// The file
    file: PathBuf,
    /// TOML file that says what the columns are; `last` for the mapping used for the last file with the same headings
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Write a mapping to be completed, everything known filled in, and import nothing
    #[arg(long, value_name = "FILE")]
    write_mapping: Option<PathBuf>,
    /// Neither use what was said of an earlier file nor remember what is said of this one
    #[arg(long)]
    no_remember: bool,
    /// Name of the package
    #[arg(long)]
    name: Option<String>,
    /// Name of the table in it [default: measured]
    #[arg(long)]
    table: Option<String>,
    /// One line on what it is
    #[arg(long)]
    title: Option<String>,
    /// Terms of use, an SPDX identifier
    #[arg(long, value_name = "SPDX", alias = "licence")]
    license: Option<String>,
    /// Where the file comes from: words, or an address
    #[arg(long)]
    source: Option<String>,
    /// What legends add to `measured`
    #[arg(long, value_name = "WORDS")]
    note: Option<String>,
    /// Sheet of a workbook, step of a procedure, where there are several
    #[arg(long)]
    sheet: Option<String>,
    /// Rows above the data, the last of which names the columns [default: as seen]
    #[arg(long, value_name = "N", alias = "header-row")]
    header_rows: Option<usize>,
    /// Separator of a text table, one character [default: as seen]
    #[arg(long, value_name = "CHARACTER")]
    separator: Option<char>,
    /// Numbers of a text table have a decimal comma [default: as seen]
    #[arg(long)]
    decimal_comma: bool,
    /// Encoding of a text file, such as windows-1252 [default: as seen]
    #[arg(long)]
    encoding: Option<String>,
    /// What a column is: `time:s`, `specimen:text`, `skip`, one for each in their order; or by heading or letter `Stress=stress:kPa`, `C=skip`
    #[arg(long = "column", value_name = "NAME:UNIT")]
    columns: Vec<ColumnMapping>,
    /// Leave out columns that no --column speaks of by heading or letter
    #[arg(long, value_name = "skip", value_parser = ["skip", "keep"])]
    others: Option<String>,
    /// Column with empty cells that may stay empty, by heading or letter
    #[arg(long, value_name = "COLUMN")]
    gaps: Vec<String>,
    /// A column that holds one value: `eps1=0.5%`, `glass=pvc`
    #[arg(long = "constant", value_name = "NAME=VALUE")]
    constants: Vec<String>,
    /// Temperature of the test; a protocol is then written for the holds that are found
    #[arg(long, value_name = "TEMPERATURE", value_parser = temperature_as_written)]
    temperature: Option<String>,
    /// Protocol of the test as TOML, in place of the one found in the strain
    #[arg(long, value_name = "FILE")]
    protocol: Option<PathBuf>,
    /// A doubt that refuses the file and that you have looked into
    #[arg(long = "accept-doubt", value_name = "KIND")]
    accept_doubts: Vec<String>,
    /// Copy the original into the package
    #[arg(long)]
    keep_original: bool,
    /// Folder for the package
    #[arg(long, value_name = "DIR", default_value = PROJECT_FOLDER)]
    out: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// A package states its temperature as it was given.
fn temperature_as_written(text: &str) -> Result<String, String> {
    crate::quantities::temperature(text).map(|_| text.to_owned())
}

/// Imports and shows what was read, or shows what has to be stated; gives the exit code.
///
/// # Errors
/// The file is not what was stated, or the package cannot be written.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let working = Working::start(&options.file)?;
    let protocol = options.protocol.as_deref().map(protocol).transpose()?;
    let memory = Memory::of_user();
    let (opened, shape, mut mapping) = open(options, &memory, &working)?;
    if let Some(file) = &options.write_mapping {
        return write_mapping(file, &opened, &mapping, options);
    }
    let mut recognised = opened.recognise(&mapping)?;
    if !recognised.needs.is_empty() {
        if !options.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
            recognised = ask::complete(&opened, &mut mapping, recognised)?;
        }
        if !recognised.needs.is_empty() {
            return incomplete(&recognised, &options.file, options.json);
        }
    }
    warn(&recognised);
    let progress = |step| working.step(step);
    let import =
        ImportOptions { keep_original: options.keep_original, protocol: protocol.as_ref(), progress: Some(&progress) };
    let report = working.during(|| opened.import(&mapping, &options.out, &import))?;
    if !options.no_remember
        && let Err(error) = memory.remember(&shape, &options.file, &mapping)
    {
        notice(&format!("what was said is not remembered: {error}"));
    }
    if options.json {
        print_json(&as_json(&report))?
    } else {
        print(&report.to_string())?
    }
    Ok(exit_code::OK)
}

/// Reads the file, and finds what was said of one like it where no mapping is given.
fn open(options: &Options, memory: &Memory, working: &Working) -> Result<(Opened, Shape, Mapping), Failure> {
    let progress = |step| working.step(step);
    let read = |mapping: &Mapping| working.during(|| Opened::read(&options.file, mapping, Some(&progress)));
    let wants_last = options.mapping.as_deref() == Some(Path::new("last"));
    if let Some(file) = options.mapping.as_deref().filter(|_| !wants_last) {
        let mapping = said::apply(options, Mapping::read(file)?)?;
        let opened = read(&mapping)?;
        let shape = opened.shape();
        return Ok((opened, shape, mapping));
    }
    let bare = said::apply(options, Mapping::default())?;
    let opened = read(&bare)?;
    let shape = opened.shape();
    let usable = wants_last || (shape.named && !options.no_remember);
    let Some(remembered) = memory.find(&shape).filter(|_| usable) else {
        if wants_last {
            let what = format!("a file with the columns `{}`", shape.headings.join("`, `"));
            return Err(ImportError::NotRemembered { what }.into());
        }
        return Ok((opened, shape, bare));
    };
    notice(&format!(
        "what was said of `{}`, which has the same headings, is used here; `--no-remember` does without",
        remembered.file
    ));
    let mapping = said::apply(options, remembered.mapping)?;
    let opened = if said::is_read_alike(&bare, &mapping) { opened } else { read(&mapping)? };
    Ok((opened, shape, mapping))
}

fn protocol(file: &Path) -> Result<kovacs_core::toml_form::ProtocolForm, Failure> {
    let text = std::fs::read_to_string(file).doing(format!("cannot read the protocol `{}`", file.display()))?;
    read_protocol(&text).doing(format!("`{}` is no protocol", file.display()))
}

fn write_mapping(file: &Path, opened: &Opened, mapping: &Mapping, options: &Options) -> Result<u8, Failure> {
    let (text, recognised) = (opened.template(mapping)?, opened.recognise(mapping)?);
    warn(&recognised);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let writing = || format!("cannot write `{}`", file.display());
    let fresh = tempfile::NamedTempFile::new_in(folder).doing(writing())?;
    std::fs::write(fresh.path(), text).doing(writing())?;
    fresh.persist_noclobber(file).doing(format!("{}; a mapping that exists is not replaced", writing()))?;
    if options.json {
        print_json(&json!({"mapping": file, "complete": recognised.needs.is_empty(), "needs": recognised.needs}))?;
    } else {
        let (source, written) = (options.file.display(), file.display());
        print(&format!(
            "{} things to complete in `{written}`; then: kovacs data import {source} --mapping {written}\n",
            recognised.needs.len()
        ))?;
    }
    Ok(exit_code::OK)
}

fn warn(recognised: &Recognised) {
    for doubt in &recognised.doubts {
        notice(&format!("warning ({}): {}", doubt.kind, doubt.text));
    }
}

/// Shows what was recognised and what has to be stated.
fn incomplete(recognised: &Recognised, file: &Path, as_json: bool) -> Result<u8, Failure> {
    if as_json {
        let mut value = serde_json::to_value(recognised)?;
        value["complete"] = false.into();
        print_json(&value)?;
        return Ok(INCOMPLETE);
    }
    print(&recognised.to_string())?;
    let error = ImportError::Incomplete { file: file.to_path_buf(), needs: recognised.needs.clone() };
    let file = file.display();
    let remedy = format!("give the options, or complete a mapping: kovacs data import {file} --write-mapping NEW.toml");
    Err(Failure::from(error).remedy(remedy).code(INCOMPLETE))
}

fn as_json(report: &ImportReport) -> Value {
    let tables = report.tables.iter().map(|made| {
        let holds = made.holds.iter();
        json!({
            "package": made.package,
            "table": made.table.source().resource,
            "rows": made.table.rows(),
            "columns": made.table.fields().iter().map(|field| json!({
                "name": field.name,
                "unit": field.unit.map(|unit| unit.code()),
                "unit_basis": field.unit_basis.map(|basis| basis.word()),
            })).collect::<Vec<_>>(),
            "holds": holds.map(|hold| json!({
                "start_s": hold.start, "end_s": hold.end, "strain": hold.strain,
            })).collect::<Vec<_>>(),
            "protocols": made.protocols(),
            "notes": made.notes,
            "doubts": made.doubts,
        })
    });
    let packages = report.packages.iter();
    json!({
        "complete": true,
        "parent": report.parent,
        "packages": packages.map(|package| json!({
            "name": package.name(), "folder": package.folder(), "digest": package.digest(),
        })).collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
    })
}
