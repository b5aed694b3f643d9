;; A linked list of structures: its sum, and a walk off its end.
(module
  (type $node (struct (field $value i32) (field $next (ref null $node))))
  (func $build (param $n i32) (result (ref null $node)) (local $list (ref null $node))
    (loop $again
      (local.set $list (struct.new $node (local.get $n) (local.get $list)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $list))
  (func (export "sum") (param $n i32) (result i64) (local $at (ref null $node)) (local $sum i64)
    (local.set $at (call $build (local.get $n)))
    (block $end
      (loop $again
        (br_if $end (ref.is_null (local.get $at)))
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_s (struct.get $node $value (local.get $at)))))
        (local.set $at (struct.get $node $next (local.get $at)))
        (br $again)))
    (local.get $sum))
  (func $value_at (param $list (ref null $node)) (param $i i32) (result i32)
    (if (i32.eqz (local.get $i)) (then (return (struct.get $node $value (local.get $list)))))
    (call $value_at (struct.get $node $next (local.get $list)) (i32.sub (local.get $i) (i32.const 1))))
  (func (export "nth") (param $n i32) (param $i i32) (result i32)
    (call $value_at (call $build (local.get $n)) (local.get $i))))
