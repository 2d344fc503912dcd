/* tables.c - tables and life of an instance of a model whose physics is in Fortran (kernel.f90).
 *
 * What to change for another model: the tables, the texts of `model`, and the interface of `stretched_row`. */
#include "kovacs_model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* kernel.f90: stress and strain of one row; 0, or the number of the parameter to blame, from 1. */
int64_t stretched_row(const double *p, double temperature, double first_strain, int64_t n_steps, const double *step_time,
                      const double *step_strain, int64_t n_times, const double *time, const signed char *before,
                      double *stress, double *strain);

/* ---- what the model says of itself ------------------------------------- */

enum { RELAXATION_TIME, EXPONENT, ENERGY, REFERENCE, UNRELAXED, RELAXED, N_PARAMS };
enum { TIME, TEMPERATURE, CONTROL, DRIVE, N_INPUTS };
enum { STRESS, STRAIN, N_OUTPUTS };

#define ROW sizeof(kovacs_quantity)
#define ANY -INFINITY, INFINITY

/* Each row: size, flags, id, symbol, label, unit, doc, SI factor, SI offset, SI exponents (kg m s A K mol cd rad),
 * lower and upper bound, default, typical magnitude, names of choices. */
static const kovacs_quantity params[N_PARAMS] = {
    {ROW, KOVACS_Q_LOG | KOVACS_Q_OPEN_LO, "relaxation_time", "\\tau_0", "Relaxation time", "s",
     "At the reference temperature.", 1.0, 0.0, {0, 0, 1, 0, 0, 0, 0, 0}, 0.0, 1e100, 1e4, 1e4, NULL},
    {ROW, 0, "stretching_exponent", "\\beta", "Stretching exponent", "1",
     "1 for a simple exponential; the lower, the broader the spectrum.", 1.0, 0.0, {0}, 0.05, 1.0, 0.5, 0.5, NULL},
    {ROW, KOVACS_Q_FIXED, "activation_energy", "E", "Activation energy", "eV",
     "Relaxation times go as exp(E/kT); 0 for no dependence on temperature.", 1.602176634e-19, 0.0,
     {1, 2, -2, 0, 0, 0, 0, 0}, 0.0, 50.0, 0.0, 1.0, NULL},
    {ROW, KOVACS_Q_FIXED | KOVACS_Q_OPEN_LO, "reference_temperature", "T_0", "Reference temperature", "K",
     "The temperature at which the relaxation time holds as given.", 1.0, 0.0, {0, 0, 0, 0, 1, 0, 0, 0}, 0.0, 1e4,
     593.0, 593.0, NULL},
    {ROW, KOVACS_Q_OPEN_LO, "unrelaxed_modulus", "E_U", "Unrelaxed modulus", "MPa",
     "Stress per strain just after a step; not below the relaxed modulus.", 1e6, 0.0, {1, -1, -2, 0, 0, 0, 0, 0}, 0.0,
     1e9, 1.0, 1.0, NULL},
    {ROW, 0, "relaxed_modulus", "E_R", "Relaxed modulus", "MPa", "Stress per strain an infinite time after a step.",
     1e6, 0.0, {1, -1, -2, 0, 0, 0, 0, 0}, 0.0, 1e9, 0.0, 1.0, NULL},
};

static const kovacs_quantity inputs[N_INPUTS] = {
    {ROW, 0, "time", "t", "Time", "s", "", 1.0, 0.0, {0, 0, 1, 0, 0, 0, 0, 0}, ANY, 0.0, 1.0, NULL},
    {ROW, KOVACS_Q_OPEN_LO, "temperature", "T", "Temperature", "K", "", 1.0, 0.0, {0, 0, 0, 0, 1, 0, 0, 0}, 0.0,
     INFINITY, 300.0, 300.0, NULL},
    {ROW, KOVACS_Q_INTEGER, "control", "", "Control", "1", "0: strain is prescribed; 1: stress", 1.0, 0.0, {0}, 0.0,
     1.0, 0.0, 1.0, NULL},
    {ROW, 0, "drive", "", "Drive", "1", "strain (1), or stress in MPa, as control says", 1.0, 0.0, {0}, ANY, 0.0, 1.0,
     NULL},
};

static const kovacs_quantity outputs[N_OUTPUTS] = {
    {ROW, 0, "stress", "\\sigma", "Stress", "MPa", "Engineering stress, tensile positive.", 1e6, 0.0,
     {1, -1, -2, 0, 0, 0, 0, 0}, ANY, 0.0, 1.0, NULL},
    {ROW, 0, "strain", "\\varepsilon", "Strain", "1", "The prescribed strain.", 1.0, 0.0, {0}, ANY, 0.0, 1.0, NULL},
};

/* A parameter set: PVC at 318 K, tuned to the trends of Tong et al. (2023), as in `kww`. */
static const double pvc[N_PARAMS] = {2e3, 0.4, 1.3, 318.0, 2500.0, 1250.0};
static const kovacs_preset presets[] = {
    {sizeof(kovacs_preset), 0, "pvc", "PVC", "Chosen so that the linear model shows the trends of Tong et al. (2023).",
     "tuned", pvc, NULL},
};

/* ---- an instance ------------------------------------------------------- */

/* Everything that `evaluate` needs of an experiment, copied: the host's memory is gone when `bind` returns. */
typedef struct instance {
    int bound;
    double temperature;
    double first_strain;               /* there for ever before the first node: relaxed                        */
    uint64_t n_steps, n_times, n_wanted;
    double *step_time, *step_strain;
    double *time;
    signed char *before;               /* 1: just before a step at that time                                   */
    double *scratch;                   /* both outputs of one row, as the kernel writes them                   */
    uint32_t wanted[N_OUTPUTS];
} instance;

static kovacs_status say(kovacs_error *error, kovacs_status status, int32_t param, int64_t row, const char *text) {
    error->param = param;
    error->row = row;
    strncpy(error->message, text, sizeof error->message - 1);
    return status;
}

static void forget(instance *it) {
    free(it->step_time);
    free(it->step_strain);
    free(it->time);
    free(it->before);
    free(it->scratch);
    memset(it, 0, sizeof *it);
}

static kovacs_status create(const kovacs_model *model, const double *settings, void **out, kovacs_error *error) {
    (void)model;
    (void)settings;
    *out = calloc(1, sizeof(instance));
    return *out ? KOVACS_OK : say(error, KOVACS_E_MEMORY, -1, -1, "no memory for an instance");
}

static void destroy(void *self) {
    if (!self) return;
    forget(self);
    free(self);
}

static kovacs_status bind(void *self, const kovacs_experiment *experiment, kovacs_error *error) {
    instance *it = self;
    const uint64_t nodes = experiment->n_nodes, times = experiment->n_out;
    const double *time, *temperature, *control, *drive;
    forget(it);
    if (experiment->n_inputs != N_INPUTS || nodes == 0 || experiment->n_wanted > N_OUTPUTS)
        return say(error, KOVACS_E_ARGUMENT, -1, -1, "four inputs, at least one node, at most two outputs");
    time = experiment->inputs[TIME];
    temperature = experiment->inputs[TEMPERATURE];
    control = experiment->inputs[CONTROL];
    drive = experiment->inputs[DRIVE];
    it->step_time = malloc(nodes * sizeof(double));
    it->step_strain = malloc(nodes * sizeof(double));
    it->time = malloc((times + 1) * sizeof(double));
    it->before = calloc(times + 1, 1);
    it->scratch = malloc((times + 1) * N_OUTPUTS * sizeof(double));
    if (!it->step_time || !it->step_strain || !it->time || !it->before || !it->scratch) {
        forget(it);
        return say(error, KOVACS_E_MEMORY, -1, -1, "no memory for the experiment");
    }
    it->temperature = temperature[0];
    it->first_strain = drive[0];
    for (uint64_t node = 0; node < nodes; node++) {
        const char *refused = NULL;
        if (control[node] != 0.0) refused = "only strain control";
        else if (temperature[node] != temperature[0]) refused = "only one temperature";
        else if (node > 0 && drive[node] != drive[node - 1] && time[node] != time[node - 1]) refused = "no ramps";
        if (refused) {
            forget(it);
            return say(error, KOVACS_REJECTED, -1, -1, refused);
        }
        if (node > 0 && drive[node] != drive[node - 1]) {
            it->step_time[it->n_steps] = time[node];
            it->step_strain[it->n_steps++] = drive[node] - drive[node - 1];
        }
    }
    if (times > 0) memcpy(it->time, experiment->out_time, times * sizeof(double));
    if (times > 0 && experiment->out_before) memcpy(it->before, experiment->out_before, times);
    it->n_times = times;
    it->n_wanted = experiment->n_wanted;
    for (uint64_t i = 0; i < it->n_wanted; i++) it->wanted[i] = experiment->wanted[i];
    it->bound = 1;
    return KOVACS_OK;
}

/* ---- one row ----------------------------------------------------------- */

/* The wanted curves of one parameter vector; gives the parameter to blame, or -1. */
static int32_t compute(instance *it, const double *p, double *out, const char **refused) {
    int64_t blamed;
    double *const columns[N_OUTPUTS] = {it->scratch, it->scratch + it->n_times};
    for (int32_t i = 0; i < N_PARAMS; i++) {
        const int too_low = params[i].flags & KOVACS_Q_OPEN_LO ? p[i] <= params[i].lower : p[i] < params[i].lower;
        /* Written so that NaN is refused too: every comparison with it is false. */
        if (!(p[i] <= params[i].upper) || too_low) {
            *refused = "is outside its bounds";
            return i;
        }
    }
    if (p[RELAXED] > p[UNRELAXED]) {
        *refused = "must not exceed `unrelaxed_modulus`";
        return RELAXED;
    }
    blamed = stretched_row(p, it->temperature, it->first_strain, (int64_t)it->n_steps, it->step_time, it->step_strain,
                           (int64_t)it->n_times, it->time, it->before, columns[STRESS], columns[STRAIN]);
    if (blamed > 0) {
        *refused = "makes a relaxation time at this temperature that no number can hold";
        return (int32_t)blamed - 1;
    }
    for (uint64_t column = 0; column < it->n_wanted; column++)
        memcpy(out + column * it->n_times, columns[it->wanted[column]], it->n_times * sizeof(double));
    return -1;
}

static kovacs_status evaluate(void *self, const kovacs_eval *eval, kovacs_error *error) {
    instance *it = self;
    int refusals = 0;
    if (!it->bound) return say(error, KOVACS_E_STATE, -1, -1, "no experiment is bound");
    if (eval->n_jac > 0) return say(error, KOVACS_E_UNSUPPORTED, -1, -1, "the model computes no sensitivities");
    for (uint64_t row = 0; row < eval->n_rows; row++) {
        const char *refused = NULL;
        double *out = eval->out + row * it->n_wanted * it->n_times;
        const int32_t blamed = compute(it, eval->params + row * N_PARAMS, out, &refused);
        eval->row_status[row] = refused ? KOVACS_REJECTED : KOVACS_OK;
        /* The first refused row is explained; the batch as a whole went well. */
        if (refused && refusals++ == 0) say(error, KOVACS_REJECTED, blamed, (int64_t)row, refused);
    }
    return KOVACS_OK;
}

/* ---- tables ------------------------------------------------------------ */

static const kovacs_model model = {
    sizeof(kovacs_model),
    KOVACS_CAP_DETERMINISTIC | KOVACS_CAP_CONTINUOUS,
    "org.example.stretched_fortran",
    "Stretched exponential in Fortran",
    "1.0.0",
    "linear viscoelastic solid with a stretched exponential, for steps of strain",
    "Williams & Watts, Trans. Faraday Soc. 66 (1970) 80, doi 10.1039/TF9706600080",
    "MIT OR Apache-2.0",
    N_PARAMS, 0, N_INPUTS, N_OUTPUTS,
    params, NULL, inputs, outputs,
    sizeof presets / sizeof presets[0], presets,
    create, bind, evaluate, destroy, NULL,
};

static const kovacs_model *const models[] = {&model};
static const kovacs_plugin plugin = {sizeof(kovacs_plugin), KOVACS_ABI_MINOR, "Fortran and C, " __VERSION__, 1, models};

KOVACS_EXPORT kovacs_status kovacs_plugin_v0(const kovacs_host *host, const kovacs_plugin **out) {
    (void)host;
    *out = &plugin;
    return KOVACS_OK;
}
