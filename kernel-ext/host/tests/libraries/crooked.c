/* A model in C, and every way in which its library can be wrong.
 *
 * Compiled as it is, it is a correct plugin with one model: stress = modulus * strain * exp(-t / time), for strain
 * prescribed in one step at the first node. Each macro below breaks one promise of kovacs_model.h; refusals.rs compiles
 * the file once per macro and checks what the host says. */
#include "kovacs_model.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- description ------------------------------------------------------- */

#define UNBOUNDED -INFINITY, INFINITY

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
        "E", "Modulus", "MPa", "Stress per strain at once.", 1e6, 0.0, {1, -1, -2, 0, 0, 0, 0, 0},
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
        0.0, {0, 0, 1, 0, 0, 0, 0, 0}, 0.0,
#ifdef REBUILT
        1e9,
#else
        1e6,
#endif
        100.0, 100.0, NULL),
};

static const quantity_row inputs[] = {
    ROW(0, "time", "t", "Time", "s", "", 1.0, 0.0, {0, 0, 1, 0, 0, 0, 0, 0}, UNBOUNDED, 0.0, 1.0, NULL),
#ifdef UNKNOWN_INPUT
    ROW(0, "humidity", "h", "Humidity", "%", "", 0.01, 0.0, {0}, UNBOUNDED, 0.0, 1.0, NULL),
#else
    ROW(0, "drive", "\\varepsilon", "Strain", "1", "", 1.0, 0.0, {0}, UNBOUNDED, 0.0, 1.0, NULL),
#endif
};

static const quantity_row outputs[] = {
    ROW(0, "stress", "\\sigma", "Stress", "MPa", "", 1e6, 0.0, {1, -1, -2, 0, 0, 0, 0, 0}, UNBOUNDED, 0.0, 1.0, NULL),
};

static const kovacs_preset presets[] = {
    {sizeof(kovacs_preset), 0, "glassy", "Glassy", "", "estimate", glassy, NULL},
    {sizeof(kovacs_preset), 0, "soft", "Soft", "", "estimate", soft, NULL},
};

/* ---- misbehaviour ------------------------------------------------------ */

#if defined(MISBEHAVES) || defined(CRASHES_IN_CREATE) || defined(CRASHES_IN_BIND)
#include <stdio.h>
#include <unistd.h>
static volatile int *nowhere = NULL;

/* What happens in `evaluate` is chosen by the modulus. */
static void misbehave(double modulus) {
    if (modulus == 661) *nowhere = 1;
    if (modulus == 662) abort();
    if (modulus == 663) for (;;) pause();
    if (modulus == 664) _exit(3);
    if (modulus == 665) {
        printf("this is no answer\n");
        fflush(stdout);
        fprintf(stderr, "the tables of %s are lost\n", "1867");
        *nowhere = 1;
    }
    if (modulus == 666) {
        /* Shuts everything it can find, the pipes to the program too. */
        for (int descriptor = 0; descriptor < 64; descriptor++) close(descriptor);
        for (;;) pause();
    }
    if (modulus == 667) {
        static const char noise[] = "\xff\xff\xff\xff\xff\xff\xff\xff";
        for (int descriptor = 3; descriptor < 16; descriptor++)
            if (write(descriptor, noise, 8) < 0) continue;
        for (;;) pause();
    }
}
#endif

/* ---- behaviour --------------------------------------------------------- */

#ifdef MISSING_SYMBOL
/* With lazy binding it would be missed in the middle of an evaluation. */
double exponential_of_nowhere(double);
#define exponential exponential_of_nowhere
#else
#define exponential exp
#endif

typedef struct instance {
    double *times;
    uint64_t n_out;
    double start, strain;
    int bound;
} instance;

static kovacs_status refuse(kovacs_error *error, kovacs_status status, int32_t param, int64_t row, const char *text) {
    error->param = param;
    error->row = row;
    strncpy(error->message, text, sizeof error->message - 1);
    return status;
}

static kovacs_status create(const kovacs_model *model, const double *settings, void **out, kovacs_error *error) {
    (void)model; (void)settings; (void)error;
#ifdef CRASHES_IN_CREATE
    misbehave(661);
#endif
#if defined(CREATE_REJECTS)
    return refuse(error, KOVACS_REJECTED, -1, -1, "no licence server");
#elif defined(NULL_INSTANCE)
    *out = NULL;
    return KOVACS_OK;
#endif
    *out = calloc(1, sizeof(instance));
    return *out ? KOVACS_OK : KOVACS_E_MEMORY;
}

static kovacs_status bind(void *self, const kovacs_experiment *experiment, kovacs_error *error) {
    instance *it = self;
    const double *drive = experiment->inputs[1];
#ifdef CRASHES_IN_BIND
    misbehave(661);
#endif
    const double *time = experiment->inputs[0];
    double strain = drive[0];
    for (uint64_t node = 1; node < experiment->n_nodes; node++)
        if (time[node] == time[0]) strain = drive[node];
        else if (drive[node] != strain) return refuse(error, KOVACS_REJECTED, -1, -1, "the strain must not change");
    free(it->times);
    it->times = malloc((experiment->n_out ? experiment->n_out : 1) * sizeof(double));
    if (!it->times) return KOVACS_E_MEMORY;
    if (experiment->n_out) memcpy(it->times, experiment->out_time, experiment->n_out * sizeof(double));
    it->n_out = experiment->n_out;
    it->start = experiment->inputs[0][0];
    it->strain = strain;
    it->bound = 1;
    return KOVACS_OK;
}

static kovacs_status evaluate(void *self, const kovacs_eval *eval, kovacs_error *error) {
    instance *it = self;
    int refused = 0;
    if (!it->bound) return refuse(error, KOVACS_E_STATE, -1, -1, "bind comes first");
#if defined(BREAKS)
    return refuse(error, KOVACS_E_INTERNAL, -1, -1, "lost my tables");
#elif defined(STRAY_CANCEL)
    return KOVACS_CANCELLED;
#elif defined(UNKNOWN_STATUS)
    return 42;
#elif defined(SILENT_ROW)
    return KOVACS_OK;
#elif defined(REJECTS_ALL)
    return refuse(error, KOVACS_REJECTED, -1, -1, "not today");
#endif
    for (uint64_t row = 0; row < eval->n_rows; row++) {
        const double modulus = eval->params[2 * row], time = eval->params[2 * row + 1];
        double *stress = eval->out + row * it->n_out;
#ifdef MISBEHAVES
        misbehave(modulus);
#endif
        if (eval->tick && eval->tick(eval->host_data, (double)row / (double)eval->n_rows)) return KOVACS_CANCELLED;
        if (time < 1e-3) {
            if (!refused++) refuse(error, KOVACS_REJECTED, 1, (int64_t)row, "too fast to resolve");
            eval->row_status[row] = KOVACS_REJECTED;
            continue;
        }
        for (uint64_t i = 0; i < it->n_out; i++)
            stress[i] = modulus * it->strain * exponential(-(it->times[i] - it->start) / time);
#ifdef NAN_RESULT
        if (it->n_out > 1) stress[1] = NAN;
#endif
        /* Stress is proportional to the modulus; its derivative by the time is stress * since / time^2. */
        for (uint64_t i = 0; i < it->n_out * eval->n_jac; i++) {
            const double value = stress[i / eval->n_jac], since = it->times[i / eval->n_jac] - it->start;
            double *cell = eval->jac + row * it->n_out * eval->n_jac + i;
            *cell = eval->jac_params[i % eval->n_jac] == 0 ? value / modulus : value * since / (time * time);
#ifdef NAN_DERIVATIVE
            *cell = NAN;
#endif
        }
        eval->row_status[row] = KOVACS_OK;
    }
    return KOVACS_OK;
}

static void destroy(void *self) {
    instance *it = self;
    if (it) free(it->times);
    free(it);
}

/* ---- extension kovacs.linear/1 ----------------------------------------- */

typedef struct response { double time; } response;

static kovacs_status linear_create(const kovacs_model *model, const double *settings, const double *params,
                                   double temperature, void **out, kovacs_linear_info *info, kovacs_error *error) {
    response *it;
    (void)model; (void)settings; (void)temperature;
    if (params[1] < 1e-3) return refuse(error, KOVACS_REJECTED, 1, -1, "too fast to resolve");
#ifdef NULL_RESPONSE
    return KOVACS_OK;
#endif
    it = malloc(sizeof *it);
    if (!it) return KOVACS_E_MEMORY;
    it->time = params[1];
    info->unrelaxed_modulus = params[0];
#ifndef SILENT_INFO
    info->relaxed_modulus = 0.0;
#endif
    info->longest_time = it->time;
#ifdef ENDLESS_SPECTRUM
    info->n_modes = UINT64_MAX;
#else
    info->n_modes = 1;
#endif
    *out = it;
    return KOVACS_OK;
}

static kovacs_status linear_evaluate(void *self, uint64_t n_times, const double *times, double *phi, double *integral,
                                     double *ln_rate, kovacs_error *error) {
    const response *it = self;
    (void)error;
    for (uint64_t i = 0; i < n_times; i++) {
        if (phi) phi[i] = exponential(-times[i] / it->time);
        if (integral) integral[i] = -it->time * expm1(-times[i] / it->time);
        if (ln_rate) ln_rate[i] = -log(it->time) - times[i] / it->time;
    }
    return KOVACS_OK;
}

static kovacs_status linear_spectrum(void *self, uint64_t n_modes, double *times, double *weights,
                                     kovacs_error *error) {
    const response *it = self;
    if (n_modes < 1) return refuse(error, KOVACS_E_ARGUMENT, -1, -1, "room for one mode is needed");
#ifdef NEGATIVE_MODE
    times[0] = -it->time;
#else
    times[0] = it->time;
#endif
    weights[0] = 1.0;
    return KOVACS_OK;
}

static const kovacs_linear linear = {
#ifdef SHORT_LINEAR
    16,
#else
    sizeof(kovacs_linear),
#endif
    0, linear_create,
#ifdef NO_LINEAR_EVALUATE
    NULL,
#else
    linear_evaluate,
#endif
    linear_spectrum, free,
};

static const void *extension(const kovacs_model *model, const char *id) {
    (void)model;
    return strcmp(id, KOVACS_EXTENSION_LINEAR) == 0 ? &linear : NULL;
}

#ifdef FLUSH_TO_ZERO
#include <xmmintrin.h>
/* What gcc 12 links into a library built with -Ofast. */
__attribute__((constructor)) static void flush_to_zero(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
#endif

/* ---- tables ------------------------------------------------------------ */

#ifdef ENDLESS_TEXT
static char endless[100000];
#define SUMMARY endless
#else
#define SUMMARY "a Maxwell element after one step"
#endif

static const kovacs_model model = {
#ifdef SHORT_MODEL
    80,
#else
    sizeof(kovacs_model),
#endif
    KOVACS_CAP_DETERMINISTIC | KOVACS_CAP_TICKS | KOVACS_CAP_CONTINUOUS
#ifndef NO_DERIVATIVES
        | KOVACS_CAP_JACOBIAN
#endif
    ,
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
    SUMMARY, "J. C. Maxwell, Phil. Trans. R. Soc. 157 (1867) 49", "MIT",
#ifdef MANY_PARAMETERS
    1000000,
#else
    2,
#endif
    0, 2,
#ifdef NO_OUTPUT
    0,
#else
    1,
#endif
#ifdef NULL_PARAMETERS
    NULL,
#else
    FIRST(parameters),
#endif
    NULL, FIRST(inputs), FIRST(outputs), 2, presets, create, bind,
#ifdef NO_EVALUATE
    NULL,
#else
    evaluate,
#endif
    destroy, extension,
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
#endif
    host->log(host->host_data, KOVACS_LOG_INFO, "hello");
    *out = &plugin;
    return KOVACS_OK;
}
