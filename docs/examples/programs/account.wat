;; Exceptions that cross functions: one is caught, the other is not.
(module
  (tag $overdrawn (param i64))
  (tag $closed)
  (func $check (param $have i64) (param $want i64) (result i64)
    (if (i64.eqz (local.get $have)) (then (throw $closed)))
    (if (i64.lt_u (local.get $have) (local.get $want))
      (then (throw $overdrawn (i64.sub (local.get $have) (local.get $want)))))
    (i64.sub (local.get $have) (local.get $want)))
  (func $pay (param $have i64) (param $want i64) (result i64)
    (call $check (local.get $have) (local.get $want)))
  ;; What is left, or, below zero, what is missing.
  (func (export "withdraw") (param $have i64) (param $want i64) (result i64)
    (block $overdrawn (result i64)
      (try_table (result i64) (catch $overdrawn $overdrawn)
        (call $pay (local.get $have) (local.get $want))))))
