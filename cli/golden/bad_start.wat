;; Its start function traps.
(module
  (func $start (unreachable))
  (start $start)
  (func (export "canister_update ping")))
