/* Prints what the C compiler makes of kovacs_model.h: constants, sizes, offsets. Compared by layout.rs. */
#include <stdio.h>
#include "kovacs_model.h"

#define CONSTANT(name) printf("%s = %ld\n", #name, (long)(name))
#define TEXT(name) printf("%s = %s\n", #name, name)
#define STRUCT(type) printf("%s: %lu bytes\n", #type, (unsigned long)sizeof(type))
#define FIELD(type, field) printf("  %s @ %lu\n", #field, (unsigned long)offsetof(type, field))

int main(void) {
    CONSTANT(KOVACS_ABI_MAJOR); CONSTANT(KOVACS_ABI_MINOR);
    CONSTANT(KOVACS_OK); CONSTANT(KOVACS_REJECTED); CONSTANT(KOVACS_CANCELLED);
    CONSTANT(KOVACS_E_ARGUMENT); CONSTANT(KOVACS_E_STATE); CONSTANT(KOVACS_E_UNSUPPORTED);
    CONSTANT(KOVACS_E_MEMORY); CONSTANT(KOVACS_E_INTERNAL); CONSTANT(KOVACS_MESSAGE_BYTES);
    CONSTANT(KOVACS_Q_LOG); CONSTANT(KOVACS_Q_INTEGER); CONSTANT(KOVACS_Q_CHOICE);
    CONSTANT(KOVACS_Q_FIXED); CONSTANT(KOVACS_Q_OPEN_LO); CONSTANT(KOVACS_Q_OPEN_HI);
    CONSTANT(KOVACS_CAP_BATCH); CONSTANT(KOVACS_CAP_JACOBIAN); CONSTANT(KOVACS_CAP_DETERMINISTIC);
    CONSTANT(KOVACS_CAP_SEEDED); CONSTANT(KOVACS_CAP_THREADS); CONSTANT(KOVACS_CAP_TICKS);
    CONSTANT(KOVACS_CAP_STRESS); CONSTANT(KOVACS_CAP_TEMPERATURE); CONSTANT(KOVACS_CAP_CONTINUOUS);
    CONSTANT(KOVACS_LOG_DEBUG); CONSTANT(KOVACS_LOG_INFO); CONSTANT(KOVACS_LOG_WARN);
    TEXT(KOVACS_EXTENSION_LINEAR);

    STRUCT(kovacs_error);
    FIELD(kovacs_error, struct_size); FIELD(kovacs_error, param); FIELD(kovacs_error, row);
    FIELD(kovacs_error, message);
    STRUCT(kovacs_quantity);
    FIELD(kovacs_quantity, struct_size); FIELD(kovacs_quantity, flags); FIELD(kovacs_quantity, id);
    FIELD(kovacs_quantity, symbol); FIELD(kovacs_quantity, label); FIELD(kovacs_quantity, unit);
    FIELD(kovacs_quantity, doc); FIELD(kovacs_quantity, si_factor); FIELD(kovacs_quantity, si_offset);
    FIELD(kovacs_quantity, si_dim); FIELD(kovacs_quantity, lower); FIELD(kovacs_quantity, upper);
    FIELD(kovacs_quantity, initial); FIELD(kovacs_quantity, nominal); FIELD(kovacs_quantity, choices);
    STRUCT(kovacs_experiment);
    FIELD(kovacs_experiment, struct_size); FIELD(kovacs_experiment, n_inputs); FIELD(kovacs_experiment, n_nodes);
    FIELD(kovacs_experiment, inputs); FIELD(kovacs_experiment, n_out); FIELD(kovacs_experiment, out_time);
    FIELD(kovacs_experiment, out_before); FIELD(kovacs_experiment, n_wanted); FIELD(kovacs_experiment, wanted);
    STRUCT(kovacs_preset);
    FIELD(kovacs_preset, struct_size); FIELD(kovacs_preset, reserved); FIELD(kovacs_preset, id);
    FIELD(kovacs_preset, label); FIELD(kovacs_preset, doc); FIELD(kovacs_preset, origin);
    FIELD(kovacs_preset, params); FIELD(kovacs_preset, settings);
    STRUCT(kovacs_eval);
    FIELD(kovacs_eval, struct_size); FIELD(kovacs_eval, max_threads); FIELD(kovacs_eval, n_rows);
    FIELD(kovacs_eval, params); FIELD(kovacs_eval, out); FIELD(kovacs_eval, row_status);
    FIELD(kovacs_eval, jac_params); FIELD(kovacs_eval, n_jac); FIELD(kovacs_eval, jac); FIELD(kovacs_eval, seeds);
    FIELD(kovacs_eval, host_data); FIELD(kovacs_eval, tick);
    STRUCT(kovacs_model);
    FIELD(kovacs_model, struct_size); FIELD(kovacs_model, caps); FIELD(kovacs_model, id);
    FIELD(kovacs_model, name); FIELD(kovacs_model, version); FIELD(kovacs_model, summary);
    FIELD(kovacs_model, citation); FIELD(kovacs_model, license); FIELD(kovacs_model, n_params);
    FIELD(kovacs_model, n_settings); FIELD(kovacs_model, n_inputs); FIELD(kovacs_model, n_outputs);
    FIELD(kovacs_model, params); FIELD(kovacs_model, settings); FIELD(kovacs_model, inputs);
    FIELD(kovacs_model, outputs); FIELD(kovacs_model, n_presets); FIELD(kovacs_model, presets);
    FIELD(kovacs_model, create); FIELD(kovacs_model, bind); FIELD(kovacs_model, evaluate);
    FIELD(kovacs_model, destroy); FIELD(kovacs_model, extension);
    STRUCT(kovacs_linear_info);
    FIELD(kovacs_linear_info, struct_size); FIELD(kovacs_linear_info, reserved);
    FIELD(kovacs_linear_info, unrelaxed_modulus); FIELD(kovacs_linear_info, relaxed_modulus);
    FIELD(kovacs_linear_info, longest_time); FIELD(kovacs_linear_info, n_modes);
    STRUCT(kovacs_linear);
    FIELD(kovacs_linear, struct_size); FIELD(kovacs_linear, reserved); FIELD(kovacs_linear, create);
    FIELD(kovacs_linear, evaluate); FIELD(kovacs_linear, spectrum); FIELD(kovacs_linear, destroy);
    STRUCT(kovacs_host);
    FIELD(kovacs_host, struct_size); FIELD(kovacs_host, abi_minor); FIELD(kovacs_host, name);
    FIELD(kovacs_host, version); FIELD(kovacs_host, host_data); FIELD(kovacs_host, log);
    FIELD(kovacs_host, extension);
    STRUCT(kovacs_plugin);
    FIELD(kovacs_plugin, struct_size); FIELD(kovacs_plugin, abi_minor); FIELD(kovacs_plugin, build);
    FIELD(kovacs_plugin, n_models); FIELD(kovacs_plugin, models);
    return 0;
}
