;; A counter in stable memory with an interface (candid:service is added by build).
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_arg_data_copy" (func $argument (param i32 i32 i32)))
  (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
  (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
  (import "ic0" "stable64_read" (func $read (param i64 i64 i64)))
  (memory 1)
  (data (i32.const 0) "DIDL\00\01\7d")
  (func $answer (param $value i64)  ;; less than 128: one byte
    (i64.store8 (i32.const 7) (local.get $value))
    (call $append (i32.const 0) (i32.const 8))
    (call $reply))
  (func $load (result i64)
    (call $read (i64.const 64) (i64.const 0) (i64.const 8))
    (i64.load (i32.const 64)))
  (func $raise (param $by i64)
    (i64.store (i32.const 64) (i64.add (call $load) (local.get $by)))
    (call $write (i64.const 0) (i64.const 64) (i64.const 8))
    (call $answer (i64.load (i32.const 64))))
  (func (export "canister_init") (drop (call $grow (i64.const 1))))
  (func (export "canister_update inc") (call $raise
    (i64.const 1)) ;; STEP
  )
  (func (export "canister_update add")  ;; (nat) below 128
    (call $argument (i32.const 128) (i32.const 7) (i32.const 1))
    (call $raise (i64.load8_u (i32.const 128))))
  (func (export "canister_query get") (call $answer (call $load))))
