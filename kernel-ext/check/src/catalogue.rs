//! Every test: its name, its group, what it asks, and which of them a library that cannot be opened fails.
//!
//! The order is that of the report. Tests that everything else depends on come first, so that the first bad verdict is
//! the one to work on. The comment on a variant is the sentence that reports and the book show.

use crate::groups::{cancellation, concurrency, library, life_cycle, metadata, numbers, physics, sensitivities};
use crate::subject::Subject;
use crate::verdict::Outcome;
use kovacs_core::description::DescriptionFault;
use kovacs_host::LibraryFault;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use strum::{EnumIter, EnumMessage, IntoEnumIterator, IntoStaticStr};

/// What a test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// What a library may not do to the program that opens it.
    Library,
    /// What a model says of itself.
    Metadata,
    /// Calls in and out of order.
    LifeCycle,
    /// What the numbers promise.
    Numbers,
    /// Derivatives.
    Sensitivities,
    /// Several instances and threads.
    Concurrency,
    /// Stopping.
    Cancellation,
    /// Laws of known outputs.
    Physics,
}

impl Group {
    /// All of them, in the order of the report.
    pub fn all() -> impl Iterator<Item = Group> {
        Group::iter()
    }

    /// As a headline names it.
    pub fn title(self) -> &'static str {
        match self {
            Group::Library => "library",
            Group::Metadata => "metadata",
            Group::LifeCycle => "life cycle",
            Group::Numbers => "numbers",
            Group::Sensitivities => "sensitivities",
            Group::Concurrency => "concurrency",
            Group::Cancellation => "cancellation",
            Group::Physics => "physics",
        }
    }
}

/// A test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, EnumMessage, IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// The file is a shared library of this machine that nobody else can write, and the system loader opens it.
    Opens,
    /// The library exports `kovacs_plugin_v0`, so it speaks the interface of this version.
    ExportsTheEntry,
    /// It exports nothing else, and nothing that all copies of it in one process would share.
    ExportsOnlyTheEntry,
    /// Every table is as large as the header says, every pointer leads somewhere, every function is there.
    TablesAreWhole,
    /// Every text is UTF-8 and ends within a sensible length.
    TextsAreUtf8,
    /// Each model has a reverse domain name of its own, such as `org.example.tnm`, and a semantic version.
    ModelIds,
    /// Ids are lower-case letters, digits and `_`, and occur once in their list.
    QuantityIds,
    /// Bounds are numbers, the lower one not above the upper one.
    BoundsAreOrdered,
    /// Every default value is finite and inside its bounds.
    DefaultsInsideBounds,
    /// Every typical magnitude is a finite number above zero: steps of an optimiser are scaled by it.
    NominalAboveZero,
    /// Parameter sets have one value per parameter, inside the bounds, and say where their numbers are from.
    ParameterSets,
    /// Inputs are among time, temperature, control and drive, time first; there is at least one output.
    InputsAndOutputs,
    /// Opening it and reading its tables takes less than 100 ms of the processor; more is a warning.
    OpensFast,
    /// The entry function gives the same tables at the second call, and they still say the same.
    SameTablesAgain,
    /// The manifest beside the library is of this very file, and its tables are those of the library.
    ManifestEqualsTheLibrary,
    /// Units are UCUM codes that Kovacs knows, and the SI factor, offset and exponents fit them.
    UnitsHaveTheirSiValue,
    /// A quantity with n named choices has the bounds 0 and n - 1.
    ChoicesFitTheirBounds,
    /// Outputs that other tools ask for by id have the unit that they expect.
    OutputsHaveTheirUsualUnits,
    /// Name, summary and citation are there, and the licence is an SPDX expression.
    CitationAndLicense,
    /// Every parameter, setting and output has a label.
    QuantitiesAreExplained,
    /// `create` with default settings gives an instance, and it accepts one of the experiments of the tests.
    MakesAnInstance,
    /// A batch that nobody stops ends with OK, and every row with OK or REJECTED.
    RowsGetTheirStatus,
    /// The default parameters have an answer, and all its numbers are finite.
    FiniteAtDefaults,
    /// The same call gives the same bits, whatever was computed in between, and on another instance.
    Repeats,
    /// Nothing changes when the memory of an experiment is overwritten after `bind`.
    CopiesTheExperiment,
    /// Rounding, flush-to-zero and traps are as before after opening and after every call.
    FloatStateIsKept,
    /// No call changes the current folder, environment, locale, umask or signal handlers.
    ProcessStateIsKept,
    /// Nothing is written to standard output; something on standard error is a warning.
    PrintsNothing,
    /// After `destroy` no thread runs that did not run before `create`.
    LeavesNoThread,
    /// After `destroy` no file is open that was not open before `create`.
    LeavesNoFileOpen,
    /// A thousand instances, made, bound and destroyed, leave less than 2 MiB behind.
    DoesNotGrow,
    /// `evaluate` without an experiment answers E_STATE.
    EvaluateBeforeBind,
    /// An instance takes another experiment, and the first one again, with the same bits.
    BindsAgain,
    /// After a refused experiment `evaluate` answers E_STATE and not with the experiment before.
    RefusedExperimentLeavesNone,
    /// Stress control and a changing temperature are taken if announced, else refused with a message.
    RefusesWhatItDoesNotAnnounce,
    /// `destroy` of NULL does nothing.
    DestroysNothing,
    /// A batch without rows is answered with OK.
    NoRows,
    /// There are answers at the first node, on both sides of a jump, and beyond the last node.
    EndsAndJumps,
    /// One output time and no output time at all are taken.
    OneAndNoPoint,
    /// Structs of a later minor, which are larger, are read up to what the model knows.
    AcceptsALaterHost,
    /// `create` refuses settings outside their bounds.
    SettingsOutsideBounds,
    /// What is said of a refusal is UTF-8 and ends within its field.
    MessagesAreText,
    /// Every parameter set that ships with the model has an answer, and all its numbers are finite.
    FiniteAtParameterSets,
    /// Nothing is written before or behind the arrays that were lent.
    WritesWithinItsArrays,
    /// Parameters, seeds and the experiment are the same after a call as before.
    LeavesInputsAlone,
    /// At the corners of the bounds and at 500 random points between them, a row is finite or refused.
    FiniteOrRefusedWithinBounds,
    /// A parameter just or far outside its bounds is refused.
    RefusesOutsideBounds,
    /// A parameter that is NaN or infinite is refused.
    RefusesWhatIsNoNumber,
    /// A row of a batch has the same bits as the same row alone.
    BatchEqualsRows,
    /// The same seed gives the same bits in any row, another seed gives others.
    SeedsDecide,
    /// An output has the same values, to 1e-6 of its size, whichever others are wanted, in any order.
    WantedOutputsStandAlone,
    /// Moduli and relaxation function of the extension `kovacs.linear/1` give the stress after a step of strain.
    LinearResponseGivesTheStress,
    /// Derivatives agree with central differences to 1e-5 of the largest of their curve.
    SensitivitiesAgreeWithDifferences,
    /// Derivatives are the same whichever parameters are asked for, in their order, and values do not change.
    SensitivitiesHonourSubsetAndOrder,
    /// A model that does not announce derivatives answers E_UNSUPPORTED when asked for them.
    SensitivitiesRefusedIfNotAnnounced,
    /// Two instances used in turns give the same bits as each alone.
    InterleavedInstances,
    /// Eight instances on eight threads give the same bits as one after the other.
    EightThreads,
    /// An instance gives the same bits on another thread than the one that made it.
    MovesBetweenThreads,
    /// Ticks come from the thread that called, with fractions between 0 and 1.
    TicksOnTheCallingThread,
    /// No more threads are started than `max_threads` allows.
    UsesTheThreadsItMay,
    /// One thread and two give the same bits.
    ThreadsDoNotChangeBits,
    /// A model that announces ticks ticks before it has worked for 100 ms.
    AnnouncedTicksCome,
    /// Asked to stop at the first tick, it answers CANCELLED within 200 ms of work, and works again afterwards.
    StopsAtTheFirstTick,
    /// After one step of strain the stress starts above zero, never rises and never changes its sign.
    StressRelaxes,
    /// Under strain control the output `strain` is the prescribed strain.
    StrainIsWhatWasPrescribed,
    /// The same experiment started later gives the same curve.
    TimeHasNoOrigin,
    /// With more `points_per_decade` the curve moves less and less.
    GridRefinementConverges,
    /// A long time well above its reference temperature, the fictive temperature is the temperature.
    FictiveTemperatureRests,
}

/// How a test is made.
pub(crate) enum Run {
    /// By a function of the model.
    Of(for<'a> fn(&Subject<'a>) -> Outcome),
    /// By opening the library: what the test asks is a condition of it.
    WhenOpened,
    /// By the time that opening took.
    OfTheOpening(fn(Duration) -> Outcome),
}

impl Test {
    /// Every test, in the order of the report.
    pub fn all() -> impl Iterator<Item = Test> {
        Test::iter()
    }

    /// Kebab-case name, as `--only` and reports have it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it asks, in one sentence.
    pub fn description(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }

    /// Whether it is asked for with `--pedantic` only.
    pub fn is_pedantic(self) -> bool {
        matches!(self, Test::CitationAndLicense | Test::QuantitiesAreExplained) || self.group() == Group::Physics
    }

    /// Whether it is asked once per library and not of each of its models.
    pub fn is_of_the_library(self) -> bool {
        let of_the_file = matches!(self, Test::ManifestEqualsTheLibrary);
        of_the_file || self.group() == Group::Library || matches!(self.run(), Run::WhenOpened)
    }

    /// Whether it means something in a process of its own only, because it counts what belongs to the whole process.
    pub fn needs_its_own_process(self) -> bool {
        let counts = matches!(self, Test::DoesNotGrow | Test::UsesTheThreadsItMay);
        counts || self.group() == Group::Library && !matches!(self.run(), Run::WhenOpened)
    }

    /// The test that a library which cannot be opened fails.
    pub(crate) fn blamed_for(fault: &LibraryFault) -> Test {
        match fault {
            LibraryFault::NoEntry | LibraryFault::OtherAbi { .. } => Test::ExportsTheEntry,
            LibraryFault::BadPointer { .. }
            | LibraryFault::TableSize { .. }
            | LibraryFault::TooMany { .. }
            | LibraryFault::NoModels => Test::TablesAreWhole,
            LibraryFault::NotUtf8 { .. } | LibraryFault::EndlessText { .. } => Test::TextsAreUtf8,
            LibraryFault::DuplicateModel { .. } => Test::ModelIds,
            LibraryFault::Description { fault, .. } => match fault {
                DescriptionFault::ModelId { .. } | DescriptionFault::Version { .. } => Test::ModelIds,
                DescriptionFault::Id { .. } | DescriptionFault::Duplicate { .. } => Test::QuantityIds,
                DescriptionFault::Bounds { .. } => Test::BoundsAreOrdered,
                DescriptionFault::Initial { .. } => Test::DefaultsInsideBounds,
                DescriptionFault::Nominal { .. } => Test::NominalAboveZero,
                DescriptionFault::NoUnit { .. } => Test::UnitsHaveTheirSiValue,
                DescriptionFault::PresetOrigin { .. }
                | DescriptionFault::PresetLength { .. }
                | DescriptionFault::PresetValue { .. } => Test::ParameterSets,
                DescriptionFault::Input { .. } | DescriptionFault::NoOutput => Test::InputsAndOutputs,
                _ => Test::Opens,
            },
            _ => Test::Opens,
        }
    }

    /// Its group.
    pub fn group(self) -> Group {
        match self {
            Test::Opens
            | Test::ExportsTheEntry
            | Test::ExportsOnlyTheEntry
            | Test::OpensFast
            | Test::SameTablesAgain
            | Test::FloatStateIsKept
            | Test::ProcessStateIsKept
            | Test::PrintsNothing
            | Test::LeavesNoThread
            | Test::LeavesNoFileOpen => Group::Library,
            Test::TablesAreWhole
            | Test::TextsAreUtf8
            | Test::ModelIds
            | Test::QuantityIds
            | Test::BoundsAreOrdered
            | Test::DefaultsInsideBounds
            | Test::NominalAboveZero
            | Test::ParameterSets
            | Test::InputsAndOutputs
            | Test::ManifestEqualsTheLibrary
            | Test::UnitsHaveTheirSiValue
            | Test::ChoicesFitTheirBounds
            | Test::OutputsHaveTheirUsualUnits
            | Test::CitationAndLicense
            | Test::QuantitiesAreExplained => Group::Metadata,
            Test::MakesAnInstance
            | Test::DoesNotGrow
            | Test::EvaluateBeforeBind
            | Test::BindsAgain
            | Test::RefusedExperimentLeavesNone
            | Test::RefusesWhatItDoesNotAnnounce
            | Test::DestroysNothing
            | Test::NoRows
            | Test::OneAndNoPoint
            | Test::EndsAndJumps
            | Test::CopiesTheExperiment
            | Test::AcceptsALaterHost
            | Test::SettingsOutsideBounds
            | Test::MessagesAreText => Group::LifeCycle,
            Test::FiniteAtDefaults
            | Test::RowsGetTheirStatus
            | Test::FiniteAtParameterSets
            | Test::WritesWithinItsArrays
            | Test::LeavesInputsAlone
            | Test::FiniteOrRefusedWithinBounds
            | Test::RefusesOutsideBounds
            | Test::RefusesWhatIsNoNumber
            | Test::Repeats
            | Test::BatchEqualsRows
            | Test::SeedsDecide
            | Test::WantedOutputsStandAlone
            | Test::LinearResponseGivesTheStress => Group::Numbers,
            Test::SensitivitiesAgreeWithDifferences
            | Test::SensitivitiesHonourSubsetAndOrder
            | Test::SensitivitiesRefusedIfNotAnnounced => Group::Sensitivities,
            Test::InterleavedInstances
            | Test::EightThreads
            | Test::MovesBetweenThreads
            | Test::UsesTheThreadsItMay
            | Test::ThreadsDoNotChangeBits => Group::Concurrency,
            Test::TicksOnTheCallingThread | Test::AnnouncedTicksCome | Test::StopsAtTheFirstTick => Group::Cancellation,
            Test::StressRelaxes
            | Test::StrainIsWhatWasPrescribed
            | Test::TimeHasNoOrigin
            | Test::GridRefinementConverges
            | Test::FictiveTemperatureRests => Group::Physics,
        }
    }

    pub(crate) fn run(self) -> Run {
        match self {
            Test::Opens
            | Test::ExportsTheEntry
            | Test::TablesAreWhole
            | Test::TextsAreUtf8
            | Test::ModelIds
            | Test::QuantityIds
            | Test::BoundsAreOrdered
            | Test::DefaultsInsideBounds
            | Test::NominalAboveZero
            | Test::ParameterSets
            | Test::InputsAndOutputs => Run::WhenOpened,
            Test::OpensFast => Run::OfTheOpening(library::opens_fast),
            Test::ExportsOnlyTheEntry => Run::Of(library::exports_only_the_entry),
            Test::ManifestEqualsTheLibrary => Run::Of(metadata::manifest_equals_the_library),
            Test::SameTablesAgain => Run::Of(library::gives_the_same_tables_again),
            Test::UnitsHaveTheirSiValue => Run::Of(metadata::units_have_their_si_value),
            Test::ChoicesFitTheirBounds => Run::Of(metadata::choices_fit_their_bounds),
            Test::OutputsHaveTheirUsualUnits => Run::Of(metadata::outputs_have_their_usual_units),
            Test::CitationAndLicense => Run::Of(metadata::says_who_and_under_which_license),
            Test::QuantitiesAreExplained => Run::Of(metadata::quantities_are_explained),
            Test::MakesAnInstance => Run::Of(life_cycle::makes_an_instance),
            Test::FiniteAtDefaults => Run::Of(numbers::finite_at_defaults),
            Test::RowsGetTheirStatus => Run::Of(numbers::rows_get_their_status),
            Test::FloatStateIsKept => Run::Of(library::keeps_the_float_state),
            Test::ProcessStateIsKept => Run::Of(library::keeps_the_process_state),
            Test::PrintsNothing => Run::Of(library::prints_nothing),
            Test::LeavesNoThread => Run::Of(library::leaves_no_thread),
            Test::LeavesNoFileOpen => Run::Of(library::leaves_no_file_open),
            Test::DoesNotGrow => Run::Of(library::does_not_grow),
            Test::EvaluateBeforeBind => Run::Of(life_cycle::evaluate_before_bind),
            Test::BindsAgain => Run::Of(life_cycle::binds_again),
            Test::RefusedExperimentLeavesNone => Run::Of(life_cycle::refused_experiment_leaves_none),
            Test::RefusesWhatItDoesNotAnnounce => Run::Of(life_cycle::refuses_what_it_does_not_announce),
            Test::DestroysNothing => Run::Of(life_cycle::destroys_nothing),
            Test::NoRows => Run::Of(life_cycle::no_rows),
            Test::OneAndNoPoint => Run::Of(life_cycle::one_and_no_point),
            Test::EndsAndJumps => Run::Of(life_cycle::answers_at_ends_and_jumps),
            Test::CopiesTheExperiment => Run::Of(life_cycle::copies_the_experiment),
            Test::AcceptsALaterHost => Run::Of(life_cycle::accepts_a_later_host),
            Test::SettingsOutsideBounds => Run::Of(life_cycle::refuses_settings_outside_bounds),
            Test::MessagesAreText => Run::Of(life_cycle::messages_are_text),
            Test::FiniteAtParameterSets => Run::Of(numbers::finite_at_parameter_sets),
            Test::WritesWithinItsArrays => Run::Of(numbers::writes_within_its_arrays),
            Test::LeavesInputsAlone => Run::Of(numbers::leaves_inputs_alone),
            Test::FiniteOrRefusedWithinBounds => Run::Of(numbers::finite_or_refused_within_bounds),
            Test::RefusesOutsideBounds => Run::Of(numbers::refuses_outside_bounds),
            Test::RefusesWhatIsNoNumber => Run::Of(numbers::refuses_what_is_no_number),
            Test::Repeats => Run::Of(numbers::repeats),
            Test::BatchEqualsRows => Run::Of(numbers::batch_equals_rows),
            Test::SeedsDecide => Run::Of(numbers::seeds_decide),
            Test::WantedOutputsStandAlone => Run::Of(numbers::wanted_outputs_stand_alone),
            Test::LinearResponseGivesTheStress => Run::Of(numbers::linear_response_gives_the_stress),
            Test::SensitivitiesAgreeWithDifferences => Run::Of(sensitivities::agree_with_differences),
            Test::SensitivitiesHonourSubsetAndOrder => Run::Of(sensitivities::honour_subset_and_order),
            Test::SensitivitiesRefusedIfNotAnnounced => Run::Of(sensitivities::refused_if_not_announced),
            Test::InterleavedInstances => Run::Of(concurrency::interleaved_instances),
            Test::EightThreads => Run::Of(concurrency::eight_threads),
            Test::MovesBetweenThreads => Run::Of(concurrency::moves_between_threads),
            Test::UsesTheThreadsItMay => Run::Of(concurrency::uses_the_threads_it_may),
            Test::ThreadsDoNotChangeBits => Run::Of(concurrency::threads_do_not_change_bits),
            Test::TicksOnTheCallingThread => Run::Of(concurrency::ticks_on_the_calling_thread),
            Test::AnnouncedTicksCome => Run::Of(cancellation::announced_ticks_come),
            Test::StopsAtTheFirstTick => Run::Of(cancellation::stops_at_the_first_tick),
            Test::StressRelaxes => Run::Of(physics::stress_relaxes),
            Test::StrainIsWhatWasPrescribed => Run::Of(physics::strain_is_what_was_prescribed),
            Test::TimeHasNoOrigin => Run::Of(physics::time_has_no_origin),
            Test::GridRefinementConverges => Run::Of(physics::grid_refinement_converges),
            Test::FictiveTemperatureRests => Run::Of(physics::fictive_temperature_rests_at_equilibrium),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_and_sentences_are_sentences() {
        for test in Test::all() {
            let (name, description) = (test.name(), test.description());
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'8'), "{name}");
            assert_eq!(serde_json::to_value(test).unwrap(), name);
            assert!(description.ends_with('.') && !description.contains(['\n']), "{name}: {description}");
        }
    }
}
