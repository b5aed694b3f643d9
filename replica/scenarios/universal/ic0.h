// The functions of `ic0` in a module with a memory of 32 bits (Interface spec, "Overview of imports").
#define IC0(result, name, ...) \
    __attribute__((import_module("ic0"), import_name(#name))) result ic0_##name(__VA_ARGS__)
#define SIZE_AND_COPY(name)  \
    IC0(u32, name##_size, void); \
    IC0(void, name##_copy, u32 dst, u32 offset, u32 size)

SIZE_AND_COPY(msg_arg_data);
SIZE_AND_COPY(msg_caller);
SIZE_AND_COPY(msg_caller_info_data);
SIZE_AND_COPY(msg_caller_info_signer);
SIZE_AND_COPY(msg_reject_msg);
SIZE_AND_COPY(msg_method_name);
SIZE_AND_COPY(canister_self);
SIZE_AND_COPY(subnet_self);
SIZE_AND_COPY(root_key);
SIZE_AND_COPY(data_certificate);

IC0(u32, msg_reject_code, void);
IC0(u64, msg_deadline, void);
IC0(void, msg_reply_data_append, u32 src, u32 size);
IC0(void, msg_reply, void);
IC0(void, msg_reject, u32 src, u32 size);
IC0(void, accept_message, void);

IC0(u64, msg_cycles_available, void);
IC0(void, msg_cycles_available128, u32 dst);
IC0(u64, msg_cycles_refunded, void);
IC0(void, msg_cycles_refunded128, u32 dst);
IC0(u64, msg_cycles_accept, u64 max);
IC0(void, msg_cycles_accept128, u64 max_high, u64 max_low, u32 dst);
IC0(void, cycles_burn128, u64 high, u64 low, u32 dst);
IC0(void, mint_cycles128, u64 high, u64 low, u32 dst);
IC0(u64, canister_cycle_balance, void);
IC0(void, canister_cycle_balance128, u32 dst);
IC0(void, canister_liquid_cycle_balance128, u32 dst);

IC0(u32, canister_status, void);
IC0(u64, canister_version, void);
IC0(u32, subnet_self_node_count, void);
IC0(u32, is_controller, u32 src, u32 size);
IC0(void, certified_data_set, u32 src, u32 size);
IC0(u32, data_certificate_present, void);
IC0(u64, time, void);
IC0(u64, global_timer_set, u64 time);
IC0(u64, performance_counter, u32 type);
IC0(u32, in_replicated_execution, void);
IC0(u32, env_var_count, void);
IC0(u32, env_var_name_size, u32 index);
IC0(void, env_var_name_copy, u32 index, u32 dst, u32 offset, u32 size);
IC0(u32, env_var_name_exists, u32 name_src, u32 name_size);
IC0(u32, env_var_value_size, u32 name_src, u32 name_size);
IC0(void, env_var_value_copy, u32 name_src, u32 name_size, u32 dst, u32 offset, u32 size);
IC0(void, debug_print, u32 src, u32 size);
IC0(void, trap, u32 src, u32 size);

IC0(void, call_new, u32 callee_src, u32 callee_size, u32 name_src, u32 name_size, u32 reply_fun,
    u32 reply_env, u32 reject_fun, u32 reject_env);
IC0(void, call_on_cleanup, u32 fun, u32 env);
IC0(void, call_data_append, u32 src, u32 size);
IC0(void, call_with_best_effort_response, u32 timeout_seconds);
IC0(void, call_cycles_add, u64 amount);
IC0(void, call_cycles_add128, u64 high, u64 low);
IC0(u32, call_perform, void);

IC0(u32, stable_size, void);
IC0(u32, stable_grow, u32 pages);
IC0(void, stable_write, u32 offset, u32 src, u32 size);
IC0(void, stable_read, u32 dst, u32 offset, u32 size);
IC0(u64, stable64_size, void);
IC0(u64, stable64_grow, u64 pages);
IC0(void, stable64_write, u64 offset, u64 src, u64 size);
IC0(void, stable64_read, u64 dst, u64 offset, u64 size);

IC0(void, cost_call, u64 method_name_size, u64 payload_size, u32 dst);
IC0(void, cost_create_canister, u32 dst);
IC0(void, cost_http_request, u64 request_size, u64 max_res_bytes, u32 dst);
IC0(void, cost_http_request_v2, u32 src, u32 size, u32 dst);
IC0(u32, cost_sign_with_ecdsa, u32 src, u32 size, u32 curve, u32 dst);
IC0(u32, cost_sign_with_schnorr, u32 src, u32 size, u32 algorithm, u32 dst);
IC0(u32, cost_vetkd_derive_key, u32 src, u32 size, u32 curve, u32 dst);
