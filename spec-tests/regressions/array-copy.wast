;; What random modules found engines to differ in: a null source is told before the bounds of the
;; destination; both are traps, and this is our order.

(module
  (type $numbers (array (mut i32)))
  (func (export "from null") (param i32)
    (array.copy $numbers $numbers
      (array.new_default $numbers (i32.const 4)) (local.get 0)
      (ref.null $numbers) (i32.const 0)
      (i32.const 2)))
  (func (export "to null") (param i32)
    (array.copy $numbers $numbers
      (ref.null $numbers) (i32.const 0)
      (array.new_default $numbers (i32.const 4)) (local.get 0)
      (i32.const 2))))

(assert_trap (invoke "from null" (i32.const 3)) "null array reference")
(assert_trap (invoke "from null" (i32.const 0)) "null array reference")
(assert_trap (invoke "to null" (i32.const 3)) "null array reference")
