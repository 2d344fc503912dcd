/* What the model of crooked.c does, and the ways in which it misbehaves. Included there, in the middle. */

#ifdef MISSING_SYMBOL
/* With lazy binding it would be missed in the middle of an evaluation. */
double exponential_of_nowhere(double);
#define exponential exponential_of_nowhere
#else
#define exponential exp
#endif

typedef struct instance {
    double *times;
    unsigned char *before;
    uint32_t wanted[2];
    uint64_t n_out, n_wanted;
    double start, strain, sharpness;
    const double *kept_times;
    pthread_t maker;
    char *ballast;
    int bound;
} instance;

#if defined(MISBEHAVES) || defined(CRASHES_IN_CREATE) || defined(CRASHES_IN_BIND)
static volatile int *nowhere = NULL;

/* What happens in `evaluate` is chosen by the modulus. */
static void misbehave(double modulus) {
#ifdef CRASHES_LATE
    /* In the middle of whatever needs many evaluations. */
    static int evaluations = 0;
    if (++evaluations > 12) *nowhere = 1;
#endif
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

static void sleep_ms(long milliseconds) {
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static double spin(double seconds) {
    clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
    volatile double nothing = 0.0;
    while (clock() < end) nothing += 1.0;
    return nothing;
}

static kovacs_status refuse(kovacs_error *error, kovacs_status status, int32_t param, int64_t row, const char *text) {
    error->param = param;
    error->row = row;
#if defined(MESSAGE_NOT_UTF8)
    text = "\xff\xfe";
#elif defined(MESSAGE_WITHOUT_END)
    memset(error->message, 'x', sizeof error->message);
    return status;
#endif
    strncpy(error->message, text, sizeof error->message - 1);
    return status;
}

#if defined(EXITS)
#define MISBEHAVE exit(0)
#elif defined(ABORTS)
#define MISBEHAVE abort()
#elif defined(SEGFAULTS)
#define MISBEHAVE (*(volatile int *)8 = 1)
#elif defined(DIVIDES_BY_ZERO)
#define MISBEHAVE raise(SIGFPE)
#elif defined(HANGS)
#define MISBEHAVE do sleep_ms(1000); while (1)
#else
#define MISBEHAVE (void)0
#endif

static kovacs_status create(const kovacs_model *table, const double *settings, void **out, kovacs_error *error) {
    instance *it;
    (void)table; (void)settings; (void)error;
#ifdef CRASHES_IN_CREATE
    misbehave(661);
#endif
#if defined(CREATE_REJECTS)
    return refuse(error, KOVACS_REJECTED, -1, -1, "no licence server");
#elif defined(NULL_INSTANCE)
    *out = NULL;
    return KOVACS_OK;
#elif defined(CHANGES_FOLDER)
    if (chdir("/")) return KOVACS_E_INTERNAL;
#elif defined(CHANGES_ENVIRONMENT)
    setenv("CROOKED", "yes", 1);
#elif defined(CHANGES_LOCALE)
    setlocale(LC_ALL, "C.UTF-8");
#elif defined(CATCHES_SIGNALS)
    signal(SIGUSR1, SIG_IGN);
#elif defined(LEAVES_FILE)
    if (open("/dev/null", O_RDONLY) < 0) return KOVACS_E_INTERNAL;
#endif
#if N_SETTINGS > 0 && !defined(SETTING_UNCHECKED)
#if defined(WITH_CHOICE) || defined(CHOICE_BEYOND)
    if (!(settings[0] == 0.0 || settings[0] == 1.0)) return refuse(error, KOVACS_REJECTED, 0, -1, "no such colour");
#else
    if (!(settings[0] >= 1.0 && settings[0] <= 1000.0)) return refuse(error, KOVACS_REJECTED, 0, -1, "1 to 1000");
#endif
#endif
#ifdef SHARED_INSTANCE
    {
        static instance shared;
        *out = &shared;
        return KOVACS_OK;
    }
#endif
    it = calloc(1, sizeof *it);
    if (!it) return KOVACS_E_MEMORY;
    it->maker = pthread_self();
#ifdef COARSE_IS_BETTER
    it->sharpness = settings[0];
#endif
#ifdef LEAKS
    it->ballast = malloc(65536);
    if (it->ballast) memset(it->ballast, 1, 65536);
#endif
    *out = it;
    return KOVACS_OK;
}

static kovacs_status bind(void *self, const kovacs_experiment *experiment, kovacs_error *error) {
    instance *it = self;
    const double *time = experiment->inputs[0], *drive = experiment->inputs[DRIVE];
    uint64_t node, points = experiment->n_out ? experiment->n_out : 1;
    double start = time[0];
    int steps = 0, held = 1;
#ifdef CRASHES_IN_BIND
    misbehave(661);
#endif
#ifdef REFUSES_LARGER_STRUCTS
    if (experiment->struct_size != sizeof *experiment) return refuse(error, KOVACS_E_ARGUMENT, -1, -1, "odd size");
#endif
#ifndef KEEPS_REFUSED
    it->bound = 0;
#endif
#if N_INPUTS > 3
#ifndef ACCEPTS_STRESS
    for (node = 0; node < experiment->n_nodes; node++)
        if (experiment->inputs[2][node] != 0.0) return refuse(error, KOVACS_REJECTED, -1, -1, "strain control only");
#endif
    for (node = 1; node < experiment->n_nodes; node++)
        if (experiment->inputs[1][node] != experiment->inputs[1][0])
            return refuse(error, KOVACS_REJECTED, -1, -1, "one temperature only");
#endif
    for (node = 1; node < experiment->n_nodes; node++) {
        if (drive[node] == drive[node - 1]) continue;
        held = 0;
        start = time[node];
        if (++steps > 1 || time[node] != time[node - 1] || drive[0] != 0.0)
            return refuse(error, KOVACS_REJECTED, -1, -1, "the strain must not change");
    }
    free(it->times);
    free(it->before);
    it->times = malloc(points * sizeof(double));
    it->before = calloc(points, 1);
    if (!it->times || !it->before) return KOVACS_E_MEMORY;
    if (experiment->n_out) memcpy(it->times, experiment->out_time, experiment->n_out * sizeof(double));
#ifdef KEEPS_POINTERS
    it->kept_times = experiment->out_time;
#endif
#ifndef NEEDS_BEFORE
    if (experiment->out_before)
#endif
        if (experiment->n_out) memcpy(it->before, experiment->out_before, experiment->n_out);
    /* Held from the first node on, there is no moment before the step. */
    if (held) memset(it->before, 0, points);
    it->n_out = experiment->n_out;
    it->n_wanted = experiment->n_wanted;
    for (node = 0; node < experiment->n_wanted && node < 2; node++) it->wanted[node] = experiment->wanted[node];
#ifdef IGNORES_WANTED
    for (node = 0; node < 2; node++) it->wanted[node] = (uint32_t)node;
#endif
    it->start = start;
#ifdef ADDS_UP
    it->strain += drive[experiment->n_nodes - 1];
#else
    it->strain = drive[experiment->n_nodes - 1];
#endif
    it->bound = 1;
    return KOVACS_OK;
}

/* The wanted columns of one row. */
static void compute(instance *it, double modulus, double time, double *out) {
    const double *times = it->times;
    uint64_t i, column;
#ifdef KEEPS_POINTERS
    times = it->kept_times;
#endif
    for (column = 0; column < it->n_wanted; column++) {
        double *values = out + column * it->n_out;
        for (i = 0; i < it->n_out; i++) {
            const int before = it->before[i] && times[i] <= it->start;
#ifdef FROM_TIME_ZERO
            const double since = times[i];
#else
            const double since = times[i] - it->start;
#endif
            if (it->wanted[column < 2 ? column : 1] == 1) {
#ifdef STRAIN_TWICE
                values[i] = before || since < 0.0 ? 0.0 : 2.0 * it->strain;
#else
                values[i] = before || since < 0.0 ? 0.0 : it->strain;
#endif
                continue;
            }
#if defined(STRESS_RISES)
            values[i] = before || since < 0.0 ? 0.0 : modulus * it->strain * (2.0 - exponential(-since / time));
#elif defined(COARSE_IS_BETTER)
            values[i] = before || since < 0.0 ? 0.0 : modulus * it->strain * exponential(-since / time) * it->sharpness;
#elif defined(OLD_FICTIVE_TEMPERATURE)
            (void)modulus; (void)time; (void)since;
            values[i] = 300.0;
#else
            values[i] = before || since < 0.0 ? 0.0 : modulus * it->strain * exponential(-since / time);
#endif
        }
    }
}

/* Derivatives of the columns that compute() wrote: stress is proportional to the modulus, and its derivative by the time
 * is stress * since / time^2; strain depends on neither. */
static void differentiate(const instance *it, double modulus, double time, const kovacs_eval *eval, const double *out,
                          double *jac) {
    uint64_t cell, wanted;
    for (cell = 0; cell < it->n_wanted * it->n_out; cell++) {
        const double since = it->times[cell % it->n_out] - it->start;
        const int is_stress = it->wanted[cell / it->n_out] == 0;
        for (wanted = 0; wanted < eval->n_jac; wanted++) {
            uint32_t parameter = eval->jac_params[wanted];
            double slope;
#ifdef JACOBIAN_IGNORES_ORDER
            parameter = (uint32_t)wanted;
#endif
            slope = parameter == 0 ? out[cell] / modulus : out[cell] * since / (time * time);
#if defined(JACOBIAN_LIES)
            slope *= 1.01;
#elif defined(NAN_DERIVATIVE)
            slope = NAN;
#endif
            jac[cell * eval->n_jac + wanted] = is_stress ? slope : 0.0;
        }
    }
}

#ifdef TICKS_ELSEWHERE
static void *tick_elsewhere(void *argument) {
    const kovacs_eval *eval = argument;
    eval->tick(eval->host_data, 0.5);
    return NULL;
}
#endif

#if defined(LEAVES_THREAD) || defined(STARTS_THREADS)
static void *wait_a_while(void *milliseconds) {
    sleep_ms(*(long *)milliseconds);
    return NULL;
}
#endif

/* What a call does besides computing. */
static kovacs_status around(instance *it, const kovacs_eval *eval, kovacs_error *error) {
    (void)it; (void)eval; (void)error;
#if defined(BREAKS)
    return refuse(error, KOVACS_E_INTERNAL, -1, -1, "lost my tables");
#elif defined(STRAY_CANCEL)
    return KOVACS_CANCELLED;
#elif defined(UNKNOWN_STATUS)
    return 42;
#elif defined(REJECTS_ALL)
    return refuse(error, KOVACS_REJECTED, -1, -1, "not today");
#elif defined(TICKS_WITHOUT_ASKING)
    eval->tick(eval->host_data, 0.0);
#elif defined(PRINTS)
    printf("computing\n");
#elif defined(PRINTS_ERRORS)
    fprintf(stderr, "computing\n");
#elif defined(LEAVES_THREAD)
    static long long_time = 3600000;
    pthread_t thread;
    pthread_create(&thread, NULL, wait_a_while, &long_time);
    pthread_detach(thread);
#elif defined(STARTS_THREADS)
    static long short_time = 5;
    pthread_t thread;
    pthread_create(&thread, NULL, wait_a_while, &short_time);
    pthread_join(thread, NULL);
#elif defined(NO_EMPTY_BATCH)
    if (eval->n_rows == 0) return refuse(error, KOVACS_E_ARGUMENT, -1, -1, "nothing to do");
#elif defined(NEEDS_TWO_POINTS)
    if (it->n_out < 2) return refuse(error, KOVACS_E_ARGUMENT, -1, -1, "no curve");
#elif defined(ONE_THREAD_ONLY)
    if (!pthread_equal(it->maker, pthread_self())) return refuse(error, KOVACS_E_STATE, -1, -1, "another thread");
#elif defined(CHANGES_PARAMETERS)
    if (eval->n_rows) ((double *)(uintptr_t)eval->params)[0] *= 2.0;
#elif defined(TICKS_ELSEWHERE)
    if (eval->tick) {
        pthread_t thread;
        pthread_create(&thread, NULL, tick_elsewhere, (void *)(uintptr_t)eval);
        pthread_join(thread, NULL);
    }
#elif defined(FLUSHES_TO_ZERO_LATER)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
    return KOVACS_OK;
}

static kovacs_status evaluate(void *self, const kovacs_eval *eval, kovacs_error *error) {
    instance *it = self;
    int refused = 0;
    uint64_t row;
    kovacs_status status;
#ifndef NO_STATE_CHECK
    if (!it->bound) return refuse(error, KOVACS_E_STATE, -1, -1, "bind comes first");
#endif
#if defined(NO_DERIVATIVES) && !defined(JACOBIAN_UNANNOUNCED)
    if (eval->n_jac > 0) return refuse(error, KOVACS_E_UNSUPPORTED, -1, -1, "no sensitivities");
#endif
    MISBEHAVE;
    status = around(it, eval, error);
    if (status != KOVACS_OK) return status;
#ifdef SILENT_ROW
    return KOVACS_OK;
#endif
    for (row = 0; row < eval->n_rows; row++) {
        const double modulus = eval->params[2 * row], time = eval->params[2 * row + 1];
        double *out = eval->out + row * it->n_wanted * it->n_out;
#ifdef MISBEHAVES
        misbehave(modulus);
#endif
#if defined(IGNORES_CANCEL)
        if (eval->tick) eval->tick(eval->host_data, (double)row / (double)eval->n_rows);
#elif defined(SLOW_TO_STOP)
        if (eval->tick && eval->tick(eval->host_data, 0.0)) { spin(0.4); return KOVACS_CANCELLED; }
#elif defined(BROKEN_AFTER_CANCEL)
        if (eval->tick && eval->tick(eval->host_data, 0.0)) { it->bound = 0; return KOVACS_CANCELLED; }
#elif !defined(NEVER_TICKS) && !defined(TICKS_ELSEWHERE) && !defined(TICKS_WITHOUT_ASKING)
        if (eval->tick && eval->tick(eval->host_data, (double)row / (double)eval->n_rows)) return KOVACS_CANCELLED;
#endif
#if defined(ACCEPTS_OUTSIDE)
        if (!(isfinite(modulus) && isfinite(time))) {
#elif defined(ACCEPTS_NAN)
        if (modulus <= 0.0 || time < 1e-3 || time > LONGEST || isinf(modulus)) {
#elif defined(REFUSES_DEFAULTS)
        if (modulus == 1000.0 || !(modulus > 0.0 && time >= 1e-3 && time <= LONGEST && isfinite(modulus))) {
#elif defined(REFUSES_PARAMETER_SET)
        if (modulus == 2.0 || !(modulus > 0.0 && time >= 1e-3 && time <= LONGEST && isfinite(modulus))) {
#else
        if (!(modulus > 0.0 && time >= 1e-3 && time <= LONGEST && isfinite(modulus))) {
#endif
            if (!refused++)
                refuse(error, KOVACS_REJECTED, modulus > 0.0 ? 1 : 0, (int64_t)row,
                       modulus > 0.0 ? "too fast to resolve" : "must be above 0");
            eval->row_status[row] = KOVACS_REJECTED;
            continue;
        }
#ifdef SHARED_SCRATCH
        {
            static volatile int users;
            int alone = __sync_add_and_fetch(&users, 1) == 1;
            sleep_ms(2);
            compute(it, modulus, time, out);
            if (!alone && it->n_out) out[0] += 1.0;
            __sync_sub_and_fetch(&users, 1);
            eval->row_status[row] = KOVACS_OK;
            continue;
        }
#endif
        compute(it, modulus, time, out);
#if defined(NAN_RESULT)
        if (it->n_out > 1) out[1] = NAN;
#elif defined(NAN_WHEN_SLOW)
        if (it->n_out && time > 3e5) out[0] = NAN;
#elif defined(WRITES_PAST_END)
        if (row + 1 == eval->n_rows) out[it->n_wanted * it->n_out] = 0.0;
#elif defined(WRITES_BEFORE_START)
        if (row == 0) out[-1] = 0.0;
#elif defined(COUNTS_CALLS)
        {
            static double calls;
            if (it->n_out) out[0] += 1e-9 * calls++;
        }
#elif defined(ROWS_DEPEND)
        if (it->n_out) out[0] += 1e-9 * (double)row;
#elif defined(THREADS_CHANGE_BITS)
        if (it->n_out) out[0] += 1e-9 * (double)eval->max_threads;
#endif
        if (eval->n_jac > 0)
            differentiate(it, modulus, time, eval, out, eval->jac + row * it->n_wanted * it->n_out * eval->n_jac);
        eval->row_status[row] = KOVACS_OK;
    }
    return KOVACS_OK;
}

static void destroy(void *self) {
    instance *it = self;
#ifdef DESTROY_NEEDS_INSTANCE
    it->bound = 0;
#endif
#ifdef SHARED_INSTANCE
    return;
#endif
    if (!it) return;
    free(it->times);
    free(it->before);
    free(it);
}

/* ---- what the system loader runs --------------------------------------- */

#if defined(FLUSH_TO_ZERO)
#include <xmmintrin.h>
/* What gcc 12 links into a library built with -Ofast. */
__attribute__((constructor)) static void flush_to_zero(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
#elif defined(CRASHES_AT_OPENING)
__attribute__((constructor)) static void crash(void) { abort(); }
#elif defined(HANGS_AT_OPENING)
__attribute__((constructor)) static void hang(void) { for (;;) sleep_ms(1000); }
#elif defined(CRASHES_AT_THE_END)
__attribute__((destructor)) static void crash(void) { abort(); }
#elif defined(HANGS_AT_THE_END)
__attribute__((destructor)) static void hang(void) { for (;;) sleep_ms(1000); }
#elif defined(SLOW_TO_OPEN)
__attribute__((constructor)) static void dawdle(void) { spin(0.2); }
#elif defined(EXPORTS_MORE)
KOVACS_EXPORT int helper_of_somebody(void) { return 1; }
#endif
