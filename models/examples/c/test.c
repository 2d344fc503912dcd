/* test.c - loads a model library as a host does and compares it with numbers computed by hand.
 *
 * usage: test ./libkovacs_model_NAME.so
 * The model takes the six parameters of `kww`. With exponent 1, relaxation time 500 s, moduli 2000 and 1000 MPa, strain
 * 1 % from 0 s on and 0.6 % from 1000 s on: 20 MPa at once, 10 + 10/e after 500 s, 6 + 10/e^2 - 4 just after the second
 * step, 6 + 10/e^3 - 4/e 500 s later. Put numbers of your own model here. */
#include "kovacs_model.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NODES = 4, TIMES = 4 };

int main(int argc, char **argv) {
    const double time[NODES] = {0.0, 0.0, 1000.0, 1000.0}, temperature[NODES] = {300.0, 300.0, 300.0, 300.0};
    const double control[NODES] = {0.0}, strain[NODES] = {0.0, 0.01, 0.01, 0.006};
    const double *const inputs[] = {time, temperature, control, strain};
    const double times[TIMES] = {0.0, 500.0, 1000.0, 1500.0};
    const double parameters[] = {500.0, 1.0, 0.0, 300.0, 2000.0, 1000.0};
    const double expected[TIMES] = {20.0, 10.0 + 10.0 * exp(-1.0), 2.0 + 10.0 * exp(-2.0),
                                    6.0 + 10.0 * exp(-3.0) - 4.0 * exp(-1.0)};
    const uint32_t wanted[] = {0};
    const kovacs_host host = {sizeof host, KOVACS_ABI_MINOR, "test", "1", NULL, NULL, NULL};
    const kovacs_plugin *plugin = NULL;
    const kovacs_model *model;
    kovacs_status (*entry)(const kovacs_host *, const kovacs_plugin **);
    kovacs_error error = {sizeof error, -1, -1, ""};
    kovacs_status row_status = KOVACS_CANCELLED;
    double stress[TIMES];
    void *library, *symbol, *instance = NULL;
    int wrong = 0;

    kovacs_experiment experiment = {0};
    kovacs_eval eval = {0};
    experiment.struct_size = sizeof experiment;
    experiment.n_inputs = 4;
    experiment.n_nodes = NODES;
    experiment.inputs = inputs;
    experiment.n_out = TIMES;
    experiment.out_time = times;
    experiment.n_wanted = 1;
    experiment.wanted = wanted;
    eval.struct_size = sizeof eval;
    eval.max_threads = 1;
    eval.n_rows = 1;
    eval.params = parameters;
    eval.out = stress;
    eval.row_status = &row_status;

    library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    symbol = library ? dlsym(library, "kovacs_plugin_v0") : NULL;
    if (!symbol) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: test LIBRARY");
        return 1;
    }
    /* C99 knows no cast from an object to a function. */
    memcpy(&entry, &symbol, sizeof entry);
    if (entry(&host, &plugin) != KOVACS_OK) return 1;
    model = plugin->models[0];
    if (model->create(model, NULL, &instance, &error) != KOVACS_OK ||
        model->bind(instance, &experiment, &error) != KOVACS_OK ||
        model->evaluate(instance, &eval, &error) != KOVACS_OK || row_status != KOVACS_OK) {
        fprintf(stderr, "refused: %s\n", error.message);
        return 1;
    }
    for (int i = 0; i < TIMES; i++) {
        /* A handful of roundings. */
        const int right = fabs(stress[i] - expected[i]) <= 1e-12 * fabs(expected[i]);
        printf("%s  %6g s: %.15g MPa, by hand %.15g MPa\n", right ? "right" : "WRONG", times[i], stress[i], expected[i]);
        wrong += !right;
    }
    model->destroy(instance);
    return wrong != 0;
}
