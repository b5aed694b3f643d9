;; Its canister_pre_upgrade traps.
(module
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (func (export "canister_update ping") (call $reply))
  (func (export "canister_pre_upgrade") (unreachable)))
