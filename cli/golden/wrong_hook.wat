;; An entry point takes and gives nothing.
(module (func (export "canister_init") (param i32)))
