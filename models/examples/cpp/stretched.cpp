// stretched.cpp - the stretched exponential as a Kovacs plugin in C++.
//
// The same model as in ../c, with vectors and exceptions. No exception may leave a function of the interface, so each of
// them is one call of `guarded`, which turns exceptions into a status and a message.
//
// Built with -fno-gnu-unique -fvisibility=hidden: otherwise static variables of templates and inline functions are
// shared by all copies of the library in one process, and a rebuilt model would compute with the state of the old one.
#include "kovacs_model.h"
#include <array>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr double boltzmann = 8.617333262e-5; // eV/K
constexpr double infinity = std::numeric_limits<double>::infinity();

enum Parameter { relaxation_time, exponent, energy, reference, unrelaxed, relaxed, n_params };
enum Input { time_s, temperature, control, drive, n_inputs };
enum Output { stress, strain, n_outputs };

// ---- errors ---------------------------------------------------------------

// Inputs that have no answer; `param` is to blame.
struct Refused : std::runtime_error {
    Refused(const std::string &text, int32_t param = -1) : std::runtime_error(text), param(param) {}
    int32_t param;
};

// A call that is wrong in itself.
struct Wrong : std::runtime_error {
    Wrong(kovacs_status status, const std::string &text) : std::runtime_error(text), status(status) {}
    kovacs_status status;
};

kovacs_status say(kovacs_error *error, kovacs_status status, const char *text, int32_t param = -1, int64_t row = -1) {
    error->param = param;
    error->row = row;
    std::strncpy(error->message, text, sizeof error->message - 1);
    return status;
}

// Runs `body`; nothing it throws gets out.
template <typename Body> kovacs_status guarded(kovacs_error *error, Body body) noexcept {
    try {
        body();
        return KOVACS_OK;
    } catch (const Refused &refused) {
        return say(error, KOVACS_REJECTED, refused.what(), refused.param);
    } catch (const Wrong &wrong) {
        return say(error, wrong.status, wrong.what());
    } catch (const std::bad_alloc &) {
        return say(error, KOVACS_E_MEMORY, "no memory left");
    } catch (const std::exception &exception) {
        return say(error, KOVACS_E_INTERNAL, exception.what());
    } catch (...) {
        return say(error, KOVACS_E_INTERNAL, "an exception that is no std::exception");
    }
}

// ---- what the model says of itself ------------------------------------------

kovacs_quantity quantity(const char *id, const char *symbol, const char *label, const char *unit, const char *doc) {
    kovacs_quantity row = {};
    row.struct_size = sizeof row;
    row.id = id, row.symbol = symbol, row.label = label, row.unit = unit, row.doc = doc;
    row.si_factor = 1.0;
    row.lower = -infinity, row.upper = infinity;
    row.nominal = 1.0;
    return row;
}

// Exponents of kg m s A K mol cd rad, and what one unit is in SI.
kovacs_quantity in_si(kovacs_quantity row, double factor, std::array<int8_t, 8> exponents) {
    row.si_factor = factor;
    std::memcpy(row.si_dim, exponents.data(), sizeof row.si_dim);
    return row;
}

kovacs_quantity seconds(kovacs_quantity row) { return in_si(row, 1.0, {0, 0, 1, 0, 0, 0, 0, 0}); }
kovacs_quantity kelvin(kovacs_quantity row) { return in_si(row, 1.0, {0, 0, 0, 0, 1, 0, 0, 0}); }
kovacs_quantity electronvolts(kovacs_quantity row) { return in_si(row, 1.602176634e-19, {1, 2, -2, 0, 0, 0, 0, 0}); }
kovacs_quantity megapascals(kovacs_quantity row) { return in_si(row, 1e6, {1, -1, -2, 0, 0, 0, 0, 0}); }

kovacs_quantity with(kovacs_quantity row, uint32_t flags, double lower, double upper, double initial, double nominal) {
    row.flags = flags;
    row.lower = lower, row.upper = upper, row.initial = initial, row.nominal = nominal;
    return row;
}

const std::array<kovacs_quantity, n_params> params = {
    with(seconds(quantity("relaxation_time", "\\tau_0", "Relaxation time", "s", "At the reference temperature.")),
         KOVACS_Q_LOG | KOVACS_Q_OPEN_LO, 0.0, 1e100, 1e4, 1e4),
    with(quantity("stretching_exponent", "\\beta", "Stretching exponent", "1",
                  "1 for a simple exponential; the lower, the broader the spectrum."),
         0, 0.05, 1.0, 0.5, 0.5),
    with(electronvolts(quantity("activation_energy", "E", "Activation energy", "eV",
                                "Relaxation times go as exp(E/kT); 0 for no dependence on temperature.")),
         KOVACS_Q_FIXED, 0.0, 50.0, 0.0, 1.0),
    with(kelvin(quantity("reference_temperature", "T_0", "Reference temperature", "K",
                         "The temperature at which the relaxation time holds as given.")),
         KOVACS_Q_FIXED | KOVACS_Q_OPEN_LO, 0.0, 1e4, 593.0, 593.0),
    with(megapascals(quantity("unrelaxed_modulus", "E_U", "Unrelaxed modulus", "MPa",
                              "Stress per strain just after a step; not below the relaxed modulus.")),
         KOVACS_Q_OPEN_LO, 0.0, 1e9, 1.0, 1.0),
    with(megapascals(quantity("relaxed_modulus", "E_R", "Relaxed modulus", "MPa",
                              "Stress per strain an infinite time after a step.")),
         0, 0.0, 1e9, 0.0, 1.0),
};

const std::array<kovacs_quantity, n_inputs> inputs = {
    seconds(quantity("time", "t", "Time", "s", "")),
    with(kelvin(quantity("temperature", "T", "Temperature", "K", "")), KOVACS_Q_OPEN_LO, 0.0, infinity, 300.0, 300.0),
    with(quantity("control", "", "Control", "1", "0: strain is prescribed; 1: stress"), KOVACS_Q_INTEGER, 0.0, 1.0, 0.0,
         1.0),
    quantity("drive", "", "Drive", "1", "strain (1), or stress in MPa, as control says"),
};

const std::array<kovacs_quantity, n_outputs> outputs = {
    megapascals(quantity("stress", "\\sigma", "Stress", "MPa", "Engineering stress, tensile positive.")),
    quantity("strain", "\\varepsilon", "Strain", "1", "The prescribed strain."),
};

// PVC at 318 K, tuned to the trends of Tong et al. (2023), as in `kww`.
const std::array<double, n_params> pvc = {2e3, 0.4, 1.3, 318.0, 2500.0, 1250.0};
const kovacs_preset presets[] = {
    {sizeof(kovacs_preset), 0, "pvc", "PVC", "Chosen so that the linear model shows the trends of Tong et al. (2023).",
     "tuned", pvc.data(), nullptr},
};

// ---- an instance ------------------------------------------------------------

// Everything that an evaluation needs of an experiment, copied: the host's memory is gone when `bind` returns.
struct Test {
    struct Step {
        double time, size;
    };
    double kelvin = 0.0, first_strain = 0.0;
    std::vector<Step> steps;
    std::vector<double> times;
    std::vector<uint8_t> before;
    std::vector<uint32_t> wanted;

    explicit Test(const kovacs_experiment &experiment) {
        if (experiment.n_inputs != n_inputs || experiment.n_nodes == 0)
            throw Wrong(KOVACS_E_ARGUMENT, "four inputs and at least one node");
        const double *const *columns = experiment.inputs;
        kelvin = columns[temperature][0];
        first_strain = columns[drive][0];
        for (uint64_t node = 0; node < experiment.n_nodes; ++node) {
            if (columns[control][node] != 0.0) throw Refused("only strain control");
            if (columns[temperature][node] != kelvin) throw Refused("only one temperature");
            if (node == 0 || columns[drive][node] == columns[drive][node - 1]) continue;
            if (columns[time_s][node] != columns[time_s][node - 1]) throw Refused("no ramps");
            steps.push_back({columns[time_s][node], columns[drive][node] - columns[drive][node - 1]});
        }
        times.assign(experiment.out_time, experiment.out_time + experiment.n_out);
        before.assign(experiment.n_out, 0);
        if (experiment.out_before) before.assign(experiment.out_before, experiment.out_before + experiment.n_out);
        wanted.assign(experiment.wanted, experiment.wanted + experiment.n_wanted);
    }

    uint64_t width() const { return wanted.size() * times.size(); }

    // The wanted curves of one parameter vector.
    void compute(const double *p, double *out) const {
        for (int32_t i = 0; i < n_params; ++i) {
            const bool too_low = params[i].flags & KOVACS_Q_OPEN_LO ? p[i] <= params[i].lower : p[i] < params[i].lower;
            // Written so that NaN is refused too: every comparison with it is false.
            if (!(p[i] <= params[i].upper) || too_low) throw Refused("is outside its bounds", i);
        }
        if (p[relaxed] > p[unrelaxed]) throw Refused("must not exceed `unrelaxed_modulus`", relaxed);
        const double tau = p[relaxation_time] * std::exp(p[energy] / boltzmann * (1.0 / kelvin - 1.0 / p[reference]));
        if (!std::isnormal(tau))
            throw Refused("makes a relaxation time at this temperature that no number can hold", energy);
        for (size_t index = 0; index < times.size(); ++index) {
            double total = first_strain, fresh = 0.0;
            for (const Step &step : steps) {
                const double since = times[index] - step.time;
                if (since < 0.0 || (since == 0.0 && before[index])) continue;
                total += step.size;
                fresh += step.size * std::exp(-std::pow(since / tau, p[exponent]));
            }
            for (size_t column = 0; column < wanted.size(); ++column)
                out[column * times.size() + index] =
                    wanted[column] == strain ? total : p[relaxed] * total + (p[unrelaxed] - p[relaxed]) * fresh;
        }
    }
};

struct Instance {
    std::unique_ptr<Test> test;
};

kovacs_status create(const kovacs_model *, const double *, void **out, kovacs_error *error) {
    return guarded(error, [&] { *out = new Instance; });
}

kovacs_status bind(void *self, const kovacs_experiment *experiment, kovacs_error *error) {
    return guarded(error, [&] {
        auto &test = static_cast<Instance *>(self)->test;
        // A refused experiment leaves none.
        test.reset();
        test.reset(new Test(*experiment));
    });
}

kovacs_status evaluate(void *self, const kovacs_eval *eval, kovacs_error *error) {
    return guarded(error, [&] {
        const auto &test = static_cast<Instance *>(self)->test;
        if (!test) throw Wrong(KOVACS_E_STATE, "no experiment is bound");
        if (eval->n_jac > 0) throw Wrong(KOVACS_E_UNSUPPORTED, "the model computes no sensitivities");
        bool refused = false;
        for (uint64_t row = 0; row < eval->n_rows; ++row) {
            try {
                test->compute(eval->params + row * n_params, eval->out + row * test->width());
                eval->row_status[row] = KOVACS_OK;
            } catch (const Refused &reason) {
                eval->row_status[row] = KOVACS_REJECTED;
                // The first refused row is explained; the batch as a whole went well.
                if (!refused) say(error, KOVACS_REJECTED, reason.what(), reason.param, static_cast<int64_t>(row));
                refused = true;
            }
        }
    });
}

void destroy(void *self) { delete static_cast<Instance *>(self); }

// ---- tables -----------------------------------------------------------------

const kovacs_model model = {
    sizeof(kovacs_model),
    KOVACS_CAP_DETERMINISTIC | KOVACS_CAP_CONTINUOUS,
    "org.example.stretched_cpp",
    "Stretched exponential in C++",
    "1.0.0",
    "linear viscoelastic solid with a stretched exponential, for steps of strain",
    "Williams & Watts, Trans. Faraday Soc. 66 (1970) 80, doi 10.1039/TF9706600080",
    "MIT OR Apache-2.0",
    n_params, 0, n_inputs, n_outputs,
    params.data(), nullptr, inputs.data(), outputs.data(),
    sizeof presets / sizeof presets[0], presets,
    create, bind, evaluate, destroy, nullptr,
};

const kovacs_model *const models[] = {&model};
const kovacs_plugin plugin = {sizeof(kovacs_plugin), KOVACS_ABI_MINOR, "C++, " __VERSION__, 1, models};

} // namespace

extern "C" KOVACS_EXPORT kovacs_status kovacs_plugin_v0(const kovacs_host *, const kovacs_plugin **out) {
    *out = &plugin;
    return KOVACS_OK;
}
