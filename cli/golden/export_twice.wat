;; The same method as update and as query.
(module (func (export "canister_update inc")) (func (export "canister_query inc")))
