/* A model in C, and every way in which its library can be wrong.
 *
 * Compiled as it is, it is a correct plugin with one model: stress = modulus * strain * exp(-t / time), for a strain
 * that is there from the first node on or comes in one step. Each macro below breaks one promise of kovacs_model.h, or
 * adds something that another macro needs. The tests of `kovacs-host` compile the file once per macro and check what
 * the host says; the tests of `kovacs-check` (main.rs beside this file) check that the checker names the fault. */
#define _POSIX_C_SOURCE 200809L
#include "kovacs_model.h"
#include <fcntl.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- description ------------------------------------------------------- */

#define UNBOUNDED -INFINITY, INFINITY
#define PASCAL {1, -1, -2, 0, 0, 0, 0, 0}
#define SECOND {0, 0, 1, 0, 0, 0, 0, 0}
#define KELVIN {0, 0, 0, 0, 1, 0, 0, 0}

/* Longest relaxation time that is accepted, s. */
#ifdef REBUILT
#define LONGEST 1e9
#else
#define LONGEST 1e6
#endif

static const double glassy[] = {2000.0, 100.0};
#ifdef PRESET_OUTSIDE
static const double soft[] = {-1.0, 100.0};
#else
static const double soft[] = {2.0, 10.0};
#endif

#ifdef LATER_MINOR
/* A struct of a later minor: everything known comes first, something unknown follows. */
typedef struct quantity_row { kovacs_quantity known; double added_later[2]; } quantity_row;
#define ROW(...) {{sizeof(quantity_row), __VA_ARGS__}, {1.0, 2.0}}
#define FIRST(rows) (&(rows)[0].known)
#else
typedef kovacs_quantity quantity_row;
#define ROW(...) {sizeof(kovacs_quantity), __VA_ARGS__}
#define FIRST(rows) (rows)
#endif

static const quantity_row parameters[] = {
    ROW(KOVACS_Q_OPEN_LO,
#if defined(BAD_ID)
        "Elastic Modulus",
#elif defined(NOT_UTF8)
        "modulus\xff",
#elif defined(RENAMED_PARAMETER)
        "stiffness",
#else
        "modulus",
#endif
        "E",
#ifdef NO_LABEL
        "",
#else
        "Modulus",
#endif
#ifdef NO_UNIT
        "",
#else
        "MPa",
#endif
        "Stress per strain at once.",
#ifdef WRONG_SI
        1e3,
#else
        1e6,
#endif
        0.0, PASCAL,
#if defined(NAN_BOUNDS)
        NAN, INFINITY,
#else
        0.0, INFINITY,
#endif
#if defined(INITIAL_OUTSIDE)
        0.0,
#else
        1000.0,
#endif
#if defined(ZERO_NOMINAL)
        0.0,
#else
        1000.0,
#endif
        NULL),
    ROW(KOVACS_Q_LOG | KOVACS_Q_OPEN_LO,
#ifdef DUPLICATE_PARAMETER
        "modulus",
#else
        "relaxation_time",
#endif
        "\\tau", "Relaxation time",
#ifdef OTHER_UNIT
        "h", "", 3600.0,
#else
        "s", "", 1.0,
#endif
        0.0, SECOND, 0.0, LONGEST, 100.0, 100.0, NULL),
};

/* Settings, where a macro asks for one. */
#if defined(WITH_CHOICE) || defined(CHOICE_BEYOND)
static const char *const colours[] = {"red", "green", NULL};
#ifdef CHOICE_BEYOND
#define LAST_COLOUR 5.0
#else
#define LAST_COLOUR 1.0
#endif
static const quantity_row settings_table[] = {
    ROW(KOVACS_Q_CHOICE, "colour", "", "Colour", "1", "", 1.0, 0.0, {0}, 0.0, LAST_COLOUR, 0.0, 1.0, colours),
};
#define N_SETTINGS 1
#elif defined(WITH_SETTING) || defined(SETTING_UNCHECKED) || defined(COARSE_IS_BETTER)
static const quantity_row settings_table[] = {
    ROW(0, "points_per_decade", "n", "Points per decade", "1", "", 1.0, 0.0, {0}, 1.0, 1000.0, 40.0, 40.0, NULL),
};
#define N_SETTINGS 1
#else
#define N_SETTINGS 0
#endif

#if defined(FOUR_INPUTS) || defined(ACCEPTS_STRESS) || defined(ANNOUNCES_STRESS)
#define N_INPUTS 4
#define DRIVE 3
#elif defined(OLD_FICTIVE_TEMPERATURE)
#define N_INPUTS 3
#define DRIVE 2
#else
#define N_INPUTS 2
#define DRIVE 1
#endif

static const quantity_row inputs[] = {
    ROW(0, "time", "t", "Time", "s", "", 1.0, 0.0, SECOND, UNBOUNDED, 0.0, 1.0, NULL),
#if N_INPUTS > 2
    ROW(0, "temperature", "T", "Temperature", "K", "", 1.0, 0.0, KELVIN, UNBOUNDED, 300.0, 1.0, NULL),
#endif
#if N_INPUTS > 3
    ROW(0, "control", "", "Control", "1", "", 1.0, 0.0, {0}, UNBOUNDED, 0.0, 1.0, NULL),
#endif
#ifdef UNKNOWN_INPUT
    ROW(0, "humidity", "h", "Humidity", "%", "", 0.01, 0.0, {0}, UNBOUNDED, 0.0, 1.0, NULL),
#else
    ROW(0, "drive", "\\varepsilon", "Strain", "1", "", 1.0, 0.0, {0}, UNBOUNDED, 0.0, 1.0, NULL),
#endif
};

static const quantity_row outputs[] = {
#ifdef OLD_FICTIVE_TEMPERATURE
    ROW(0, "fictive_temperature", "T_f", "Fictive temperature", "K", "", 1.0, 0.0, KELVIN, UNBOUNDED, 0.0, 1.0, NULL),
#elif defined(STRESS_IN_PASCAL)
    ROW(0, "stress", "\\sigma", "Stress", "Pa", "", 1.0, 0.0, PASCAL, UNBOUNDED, 0.0, 1.0, NULL),
#else
    ROW(0, "stress", "\\sigma", "Stress", "MPa", "", 1e6, 0.0, PASCAL, UNBOUNDED, 0.0, 1.0, NULL),
#endif
#if defined(TWO_OUTPUTS) || defined(IGNORES_WANTED) || defined(STRAIN_TWICE)
    ROW(0, "strain", "\\varepsilon", "Strain", "1", "", 1.0, 0.0, {0}, UNBOUNDED, 0.0, 1.0, NULL),
#endif
};
#define N_OUTPUTS (sizeof outputs / sizeof outputs[0])

static const kovacs_preset presets[] = {
    {sizeof(kovacs_preset), 0, "glassy", "Glassy", "", "estimate", glassy, NULL},
    {sizeof(kovacs_preset), 0, "soft", "Soft", "", "estimate", soft, NULL},
};

/* ---- behaviour --------------------------------------------------------- */

#include "crooked_behaviour.h"
#include "crooked_linear.h"

/* ---- tables ------------------------------------------------------------ */

#ifdef ENDLESS_TEXT
static char endless[100000];
#define SUMMARY endless
#else
#define SUMMARY "a Maxwell element after one step"
#endif

enum {
    capabilities = KOVACS_CAP_DETERMINISTIC | KOVACS_CAP_TICKS | KOVACS_CAP_CONTINUOUS
#ifndef NO_DERIVATIVES
        | KOVACS_CAP_JACOBIAN
#endif
#if defined(IGNORES_SEED)
        | KOVACS_CAP_SEEDED
#elif defined(THREADS_CHANGE_BITS)
        | KOVACS_CAP_THREADS
#elif defined(OLD_FICTIVE_TEMPERATURE)
        | KOVACS_CAP_TEMPERATURE
#elif defined(ANNOUNCES_STRESS)
        | KOVACS_CAP_STRESS
#endif
};

static const kovacs_model model = {
#if defined(SHORT_MODEL)
    80,
#elif defined(OVERSIZED_MODEL)
    0xfffffff8u,
#else
    sizeof(kovacs_model),
#endif
    capabilities,
#ifdef BAD_MODEL_ID
    "Maxwell",
#elif defined(OTHER_MODEL)
    "org.example.kelvin_c",
#else
    "org.example.maxwell_c",
#endif
    "Maxwell element in C",
#ifdef BAD_VERSION
    "one",
#elif defined(REBUILT)
    "1.1.0",
#else
    "1.0.0",
#endif
    SUMMARY,
#ifdef NO_CITATION
    "",
#else
    "J. C. Maxwell, Phil. Trans. R. Soc. 157 (1867) 49",
#endif
#ifdef UNKNOWN_LICENSE
    "free for friends",
#else
    "MIT",
#endif
#ifdef MANY_PARAMETERS
    1000000,
#else
    2,
#endif
    N_SETTINGS, N_INPUTS,
#ifdef NO_OUTPUT
    0,
#else
    N_OUTPUTS,
#endif
#ifdef NULL_PARAMETERS
    NULL,
#else
    FIRST(parameters),
#endif
#if N_SETTINGS > 0
    FIRST(settings_table),
#else
    NULL,
#endif
    FIRST(inputs), FIRST(outputs), 2, presets, create, bind,
#ifdef NO_EVALUATE
    NULL,
#else
    evaluate,
#endif
    destroy,
#ifdef NO_LINEAR
    NULL,
#else
    extension,
#endif
};

#ifdef SAME_ID_TWICE
static const kovacs_model *const models[] = {&model, &model};
#else
static const kovacs_model *const models[] = {&model};
#endif

static const kovacs_plugin plugin = {
    sizeof(kovacs_plugin), KOVACS_ABI_MINOR,
#ifdef ONLY_HERE
    "cc, once more",
#else
    "cc",
#endif
#ifdef NO_MODELS
    0,
#else
    sizeof models / sizeof models[0],
#endif
    models,
};

#if defined(NO_ENTRY)
#  define ENTRY something_else
#elif defined(OTHER_ABI)
#  define ENTRY kovacs_plugin_v1
#else
#  define ENTRY kovacs_plugin_v0
#endif

KOVACS_EXPORT kovacs_status ENTRY(const kovacs_host *host, const kovacs_plugin **out) {
#if defined(ENDLESS_TEXT)
    memset(endless, 'x', sizeof endless);
#elif defined(ENTRY_FAILS)
    host->log(host->host_data, KOVACS_LOG_WARN, "the licence has run out");
    return KOVACS_E_INTERNAL;
#elif defined(NULL_PLUGIN)
    return KOVACS_OK;
#elif defined(OTHER_TABLES_AGAIN)
    static kovacs_plugin copy;
    static int calls;
    copy = plugin;
    *out = calls++ ? &copy : &plugin;
    return KOVACS_OK;
#endif
    host->log(host->host_data, KOVACS_LOG_INFO, "hello");
    *out = &plugin;
    return KOVACS_OK;
}
