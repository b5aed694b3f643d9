;; The System API has no such call.
(module (import "ic0" "call_simple" (func)) (func (export "canister_update inc")))
