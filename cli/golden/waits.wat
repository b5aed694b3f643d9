;; A canister that waits for answers: of aaaaa-aa, by the method's name, with the call's argument.
(module
  (import "ic0" "msg_arg_data_size" (func $msg_arg_data_size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $msg_arg_data_copy (param i32 i32 i32)))
  (import "ic0" "msg_reply" (func $msg_reply))
  (import "ic0" "msg_reply_data_append" (func $msg_reply_data_append (param i32 i32)))
  (import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $call_data_append (param i32 i32)))
  (import "ic0" "call_perform" (func $call_perform (result i32)))
  (memory 1)
  (data (i32.const 0) "raw_randstop_canister")
  (table funcref (elem $answered))

  (func $ask (param $name i32) (param $size i32)
    (call $msg_arg_data_copy (i32.const 64) (i32.const 0) (call $msg_arg_data_size))
    (call $call_new (i32.const 0) (i32.const 0) (local.get $name) (local.get $size)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $call_data_append (i32.const 64) (call $msg_arg_data_size))
    (drop (call $call_perform)))

  (func $answered (param i32)
    (call $msg_arg_data_copy (i32.const 64) (i32.const 0) (call $msg_arg_data_size))
    (call $msg_reply_data_append (i32.const 64) (call $msg_arg_data_size))
    (call $msg_reply))

  (func (export "canister_update raw_rand") (call $ask (i32.const 0) (i32.const 8)))
  (func (export "canister_update stop_canister") (call $ask (i32.const 8) (i32.const 13))))
