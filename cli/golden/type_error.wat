;; A function that leaves the wrong type.
(module (func (export "canister_update inc") (drop (i32.add (i32.const 1) (i64.const 2)))))
