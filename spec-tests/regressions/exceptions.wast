;; Exceptions: what the official suite does not reach.

;; A chain of comparisons before a try_table that a branch within it takes up.
(module
  (tag $e)
  (func (export "chain") (param i32) (result i32)
    (block $caught
      (i32.eqz (i32.eqz (i32.eqz (i32.eqz (i32.eqz (i32.eqz (local.get 0)))))))
      (try_table (param i32) (catch_all $caught)
        (if (then (throw $e))))
      (return (i32.const 7)))
    (i32.const 1)))
(assert_return (invoke "chain" (i32.const 1)) (i32.const 1))
(assert_return (invoke "chain" (i32.const 0)) (i32.const 7))
