;; A counter in the heap, with the section of enhanced orthogonal persistence (added by build).
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (data $front "DIDL\00\01\7d\00")
  (func (export "canister_init") (memory.init $front (i32.const 0) (i32.const 0) (i32.const 8)))
  (func (export "canister_update inc")
    (i32.store8 (i32.const 7) (i32.add (i32.load8_u (i32.const 7)) (i32.const 1)))
    (call $append (i32.const 0) (i32.const 8))
    (call $reply)))
