/* kovacs_model.h - the relaxation-model plugin interface, ABI major 0 (becomes 1 when the design is frozen).
 *
 * One shared library carries one or more models. It exports ONE symbol,
 * kovacs_plugin_v0, and never sees the host's allocator, panics or exceptions.
 *
 * Rules that hold for every function below, unless a comment says otherwise:
 *   strings   UTF-8, NUL-terminated, never NULL ("" means "none").
 *   memory    whoever allocated it frees it. Pointers passed in are valid only
 *             until the function returns: copy what you need. Everything
 *             reachable from kovacs_plugin is constant and lives for ever.
 *   arrays    contiguous, row-major, last index fastest.
 *   threads   [any]      may be called from any thread at any time.
 *             [instance] one call at a time per instance, from any thread;
 *                        different instances run in parallel.
 *   unwinding no C++ exception, Rust panic or longjmp may leave a function.
 *   floats    leave rounding mode, FTZ/DAZ and trap masks as you found them.
 *   growth    structs only ever gain fields at the end; never read a field
 *             that lies beyond struct_size. An array of structs is stepped
 *             through by its first element's struct_size.
 */
#ifndef KOVACS_MODEL_H
#define KOVACS_MODEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KOVACS_ABI_MAJOR 0u
#define KOVACS_ABI_MINOR 0u

#if defined(_WIN32)
#  define KOVACS_EXPORT __declspec(dllexport)
#  define KOVACS_CALL   __cdecl
#else
#  define KOVACS_EXPORT __attribute__((visibility("default")))
#  define KOVACS_CALL
#endif

/* ---- status ------------------------------------------------------------ */
/* 0 is success; positive: the inputs were refused, the instance is as it was
 * and may be called again; negative: the call is a bug or the instance is
 * broken. After KOVACS_E_INTERNAL only destroy() may be called on that instance. */
typedef int32_t kovacs_status;
#define KOVACS_OK              0
#define KOVACS_REJECTED        1   /* no valid result for these numbers          */
#define KOVACS_CANCELLED       2   /* tick() asked to stop                       */
#define KOVACS_E_ARGUMENT    (-1)  /* wrong size, NULL, NaN where not allowed    */
#define KOVACS_E_STATE       (-2)  /* e.g. evaluate() before bind()              */
#define KOVACS_E_UNSUPPORTED (-3)  /* a capability that was not announced        */
#define KOVACS_E_MEMORY      (-4)
#define KOVACS_E_INTERNAL    (-5)  /* caught panic or exception                  */

/* Owned by the host, which clears it before each call. Filled in by the plugin
 * when a status is not KOVACS_OK, and by evaluate() for the first refused row. */
#define KOVACS_MESSAGE_BYTES 496u
typedef struct kovacs_error {
    uint32_t struct_size;
    int32_t  param;             /* index of the offending parameter, or -1    */
    int64_t  row;               /* offending row of a batch, or -1            */
    char     message[KOVACS_MESSAGE_BYTES];  /* cut at a character boundary      */
} kovacs_error;

/* ---- metadata ---------------------------------------------------------- */
/* A named number: a parameter, a setting, an input channel or an output. */
#define KOVACS_Q_LOG      (1u << 0)  /* fit and plot on a logarithmic scale      */
#define KOVACS_Q_INTEGER  (1u << 1)
#define KOVACS_Q_CHOICE   (1u << 2)  /* 0..n-1, names in choices                 */
#define KOVACS_Q_FIXED    (1u << 3)  /* not free in a fit unless the user says so*/
#define KOVACS_Q_OPEN_LO  (1u << 4)  /* lower bound itself is not allowed        */
#define KOVACS_Q_OPEN_HI  (1u << 5)
typedef struct kovacs_quantity {
    uint32_t    struct_size;
    uint32_t    flags;
    const char *id;         /* [a-z][a-z0-9_]*, never changes meaning         */
    const char *symbol;     /* as printed, e.g. "\\Delta h^*"                 */
    const char *label;      /* "Activation enthalpy"                          */
    const char *unit;       /* "kJ/mol"; "1" if dimensionless                 */
    const char *doc;        /* one paragraph                                  */
    double      si_factor;  /* SI value = value * si_factor + si_offset;
                             * 0: the unit has no SI value (arbitrary units)  */
    double      si_offset;
    int8_t      si_dim[8];  /* exponents of kg m s A K mol cd rad             */
    double      lower;      /* -INFINITY / INFINITY if unbounded              */
    double      upper;
    double      initial;    /* default value, inside the bounds, finite       */
    double      nominal;    /* typical magnitude > 0, scales steps and norms  */
    const char *const *choices;   /* NULL-terminated, or NULL                 */
} kovacs_quantity;

/* ---- evaluation -------------------------------------------------------- */
/* The experiment: what was done to the sample, and when results are wanted.
 * History: n_nodes rows of all inputs; inputs[0] is time in s, never falling;
 * every input is linear between neighbouring nodes. Two nodes at one time are
 * a jump (left value, then right value); the host refuses more than two.
 * Before the first node the sample has rested for ever at that node's values;
 * a model with another initial state (ageing, fictive temperature) takes it
 * as a parameter. "control" is 0 (strain prescribed) or 1 (stress prescribed)
 * and changes only at a jump, "drive" with it. Output times do not steer the
 * integration: inner steps come from the nodes and the settings. */
typedef struct kovacs_experiment {
    uint32_t struct_size;
    uint32_t n_inputs;             /* equals kovacs_model.n_inputs            */
    uint64_t n_nodes;
    const double *const *inputs;   /* [n_inputs] -> [n_nodes]                 */
    uint64_t n_out;
    const double  *out_time;       /* [n_out] never falling, >= first node;
                                    * after the last node its values are held */
    const uint8_t *out_before;     /* [n_out] 1: just before a jump at that
                                    * time; NULL: just after, everywhere      */
    uint64_t n_wanted;
    const uint32_t *wanted;        /* indices into kovacs_model.outputs       */
} kovacs_experiment;

/* A parameter set with a name: a glass. */
typedef struct kovacs_preset {
    uint32_t struct_size;
    uint32_t reserved;
    const char *id, *label, *doc;
    const char *origin;            /* literature, paper, tuned, estimate      */
    const double *params;          /* [n_params]                              */
    const double *settings;        /* [n_settings], or NULL for the defaults  */
} kovacs_preset;

/* A batch: n_rows parameter vectors in, n_rows curves out. */
typedef struct kovacs_eval {
    uint32_t        struct_size;
    uint32_t        max_threads;   /* 1 unless KOVACS_CAP_THREADS             */
    uint64_t        n_rows;
    const double   *params;        /* [n_rows][n_params]                      */
    double         *out;           /* [n_rows][n_wanted][n_out]               */
    /* [n_rows] Written when a row is finished: KOVACS_OK or KOVACS_REJECTED.
     * The host pre-fills KOVACS_CANCELLED, so rows done before a stop count. */
    kovacs_status  *row_status;
    const uint32_t *jac_params;    /* [n_jac] which parameters                */
    uint64_t        n_jac;         /* 0: no sensitivities wanted              */
    double         *jac;           /* [n_rows][n_wanted][n_out][n_jac]: of
                                    * each value by each of jac_params        */
    const uint64_t *seeds;         /* [n_rows] all randomness of a row comes
                                    * from its seed alone; NULL: not seeded   */
    void           *host_data;     /* hand back to tick                       */
    /* May be NULL. Call it on the calling thread about every 10 ms of work,
     * with the fraction done in 0..1. Non-zero: stop soon, return
     * KOVACS_CANCELLED. It never calls back into the plugin. */
    int32_t (KOVACS_CALL *tick)(void *host_data, double fraction);
} kovacs_eval;

/* ---- model ------------------------------------------------------------- */
#define KOVACS_CAP_BATCH         (1u << 0)  /* a batch is faster than a loop     */
#define KOVACS_CAP_JACOBIAN      (1u << 1)  /* fills kovacs_eval.jac. Without it,
                                             * and where evaluate() answers
                                             * KOVACS_E_UNSUPPORTED to n_jac > 0
                                             * for the bound experiment, the
                                             * host takes differences instead */
#define KOVACS_CAP_DETERMINISTIC (1u << 2)  /* same input, same bits             */
#define KOVACS_CAP_SEEDED        (1u << 3)  /* stochastic, driven by seed        */
#define KOVACS_CAP_THREADS       (1u << 4)  /* honours max_threads > 1           */
#define KOVACS_CAP_TICKS         (1u << 5)  /* calls tick, so can be cancelled   */
#define KOVACS_CAP_STRESS        (1u << 6)  /* stress control (recovery, creep)  */
#define KOVACS_CAP_TEMPERATURE   (1u << 7)  /* temperature may change in a run   */
#define KOVACS_CAP_CONTINUOUS    (1u << 8)  /* exact at any time: a peak may be
                                             * refined by asking for more times;
                                             * without it the model's own steps
                                             * limit what can be resolved. bind
                                             * answers KOVACS_REJECTED, with a
                                             * message, to a protocol it can't do*/

typedef struct kovacs_model {
    uint32_t struct_size;
    uint32_t caps;
    const char *id;         /* reverse domain, "org.example.tnm"              */
    const char *name;       /* "Tool-Narayanaswamy-Moynihan"                  */
    const char *version;    /* semantic version of the model                  */
    const char *summary;    /* one line                                       */
    const char *citation;   /* DOI or full reference                          */
    const char *license;    /* SPDX expression                                */
    uint32_t n_params, n_settings, n_inputs, n_outputs;
    const kovacs_quantity *params;     /* vary from call to call                 */
    const kovacs_quantity *settings;   /* fixed when an instance is made         */
    const kovacs_quantity *inputs;     /* of time, temperature, control, drive;
                                        * time first                            */
    const kovacs_quantity *outputs;    /* e.g. stress, strain                    */
    uint64_t n_presets;
    const kovacs_preset *presets;     /* parameter sets that ship with it       */

    /* [any] Make an instance. settings: [n_settings]. */
    kovacs_status (KOVACS_CALL *create)(const struct kovacs_model *model,
                                  const double *settings,
                                  void **instance, kovacs_error *error);
    /* [instance] Fix the experiment; may be called again with another. A refused
     * one leaves the instance without any: evaluate() answers KOVACS_E_STATE. */
    kovacs_status (KOVACS_CALL *bind)(void *instance, const kovacs_experiment *experiment,
                                kovacs_error *error);
    /* [instance] Compute. Rows refused get KOVACS_REJECTED in row_status and the
     * call still returns KOVACS_OK; their numbers are ignored by the host. To
     * return KOVACS_REJECTED refuses every row that is not finished. */
    kovacs_status (KOVACS_CALL *evaluate)(void *instance, const kovacs_eval *eval,
                                    kovacs_error *error);
    /* [instance] Release an instance; NULL is allowed. Leaves no thread behind. */
    void (KOVACS_CALL *destroy)(void *instance);
    /* [any] Optional interface by name, e.g. "kovacs.linear/1"; NULL if absent.
     * The pointer itself may be NULL: no extension at all. */
    const void *(KOVACS_CALL *extension)(const struct kovacs_model *model,
                                      const char *id);
} kovacs_model;

/* ---- extension kovacs.linear/1 ----------------------------------------- */
/* For models with a linear relaxation function: at one temperature they are
 *   stress(t) = E_R strain + (E_U - E_R) sum of steps(k) phi(t - t_k),
 * phi(0) = 1, falling to 0. kovacs_model.extension answers this id with a
 * kovacs_linear. Settings and params as for create() and evaluate(), checked
 * by the host; temperature in K, above 0. No experiment is involved. */
#define KOVACS_EXTENSION_LINEAR "kovacs.linear/1"
typedef struct kovacs_linear_info {
    uint32_t struct_size;          /* set by the host; the rest by create()   */
    uint32_t reserved;
    double   unrelaxed_modulus;    /* E_U, MPa                                */
    double   relaxed_modulus;      /* E_R, MPa                                */
    double   longest_time;         /* slowest relaxation time, s; 0: there is
                                    * none, as for a stretched exponential    */
    uint64_t n_modes;              /* phi as a sum of exponentials; 0: it is
                                    * none and is not stood for by one        */
} kovacs_linear_info;

typedef struct kovacs_linear {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] Make the response for one parameter vector. */
    kovacs_status (KOVACS_CALL *create)(const kovacs_model *model,
                                  const double *settings, const double *params,
                                  double temperature, void **response,
                                  kovacs_linear_info *info, kovacs_error *error);
    /* [instance] At n times >= 0 s, in any order: phi, its integral from 0 in
     * s, and ln(-d phi/dt) with the rate in 1/s (infinite where phi starts
     * with infinite slope). Each [n_times], or NULL: not wanted. */
    kovacs_status (KOVACS_CALL *evaluate)(void *response, uint64_t n_times,
                                    const double *times, double *phi,
                                    double *integral, double *ln_rate,
                                    kovacs_error *error);
    /* [instance] phi(t) = sum weights(i) exp(-t / times(i)), in any order; room
     * for n_modes of kovacs_linear_info in each. */
    kovacs_status (KOVACS_CALL *spectrum)(void *response, uint64_t n_modes,
                                    double *times, double *weights,
                                    kovacs_error *error);
    /* [instance] Release a response; NULL is allowed. */
    void (KOVACS_CALL *destroy)(void *response);
} kovacs_linear;

/* ---- library ----------------------------------------------------------- */
#define KOVACS_LOG_DEBUG 0
#define KOVACS_LOG_INFO  1
#define KOVACS_LOG_WARN  2
typedef struct kovacs_host {
    uint32_t    struct_size;
    uint32_t    abi_minor;      /* what the host was built against            */
    const char *name, *version;
    void       *host_data;
    void (KOVACS_CALL *log)(void *host_data, int32_t level, const char *message);
    const void *(KOVACS_CALL *extension)(void *host_data, const char *id);
} kovacs_host;

typedef struct kovacs_plugin {
    uint32_t    struct_size;
    uint32_t    abi_minor;      /* what the plugin was built against          */
    const char *build;          /* compiler, target, revision: for humans     */
    uint64_t    n_models;
    const kovacs_model *const *models;
} kovacs_plugin;

/* The one exported symbol. [any] Fast, no I/O, same answer every time. The
 * host pointer stays valid for the life of the process. There is no shutdown
 * call: a library, once loaded, is never unloaded. */
KOVACS_EXPORT kovacs_status KOVACS_CALL kovacs_plugin_v0(const kovacs_host *host,
                                             const kovacs_plugin **plugin);

#ifdef __cplusplus
}
#endif
#endif /* KOVACS_MODEL_H */
