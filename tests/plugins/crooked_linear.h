/* The extension kovacs.linear/1 of the model of crooked.c, and the ways in which it can be wrong. Included there. */

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
#ifdef LINEAR_LIES
    it->time *= 2.0;
#endif
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
