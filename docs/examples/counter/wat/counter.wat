;; A counter in a global, carried over an upgrade by the two hooks: the old module's pre_upgrade
;; saves it in stable memory, the new module's post_upgrade reads it back.
(module
  (import "ic0" "msg_reply_data_append"
    (func $msg_reply_data_append (param $source i32) (param $size i32)))
  (import "ic0" "msg_reply" (func $msg_reply))
  (import "ic0" "stable64_grow" (func $stable64_grow (param $pages i64) (result i64)))
  (import "ic0" "stable64_write"
    (func $stable64_write (param $offset i64) (param $source i64) (param $size i64)))
  (import "ic0" "stable64_read"
    (func $stable64_read (param $destination i64) (param $offset i64) (param $size i64)))

  (memory 1)
  (data (i32.const 0) "DIDL\00\01\7d")  ;; Candid: no type definitions, one nat; LEB128 follows
  (global $count (mut i64) (i64.const 0))

  (func $reply (param $value i64)
    (local $end i32)
    (local.set $end (i32.const 7))
    (block $last
      (loop $next
        (br_if $last (i64.lt_u (local.get $value) (i64.const 0x80)))
        (i64.store8 (local.get $end) (i64.or (local.get $value) (i64.const 0x80)))
        (local.set $value (i64.shr_u (local.get $value) (i64.const 7)))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i64.store8 (local.get $end) (local.get $value))
    (call $msg_reply_data_append (i32.const 0) (i32.add (local.get $end) (i32.const 1)))
    (call $msg_reply))

  (func $inc (export "canister_update inc")
    (global.set $count (i64.add (global.get $count) (i64.const 1)))
    (call $reply (global.get $count)))

  (func $get (export "canister_query get")
    (call $reply (global.get $count)))

  (func $init (export "canister_init")
    (drop (call $stable64_grow (i64.const 1))))  ;; one page of zeros

  (func $pre_upgrade (export "canister_pre_upgrade")
    (i64.store (i32.const 64) (global.get $count))
    (call $stable64_write (i64.const 0) (i64.const 64) (i64.const 8)))

  (func $post_upgrade (export "canister_post_upgrade")
    (call $stable64_read (i64.const 64) (i64.const 0) (i64.const 8))
    (global.set $count (i64.load (i32.const 64)))))
