;; Four products at once.
(module
  (memory 1)
  (func $fill (param $n i32) (local $i i32)
    (loop $next
      (f32.store (i32.shl (local.get $i) (i32.const 2)) (f32.convert_i32_s (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n)))))
  ;; Of (0, 1, … n-1) with itself; n is a multiple of 4.
  (func (export "dot") (param $n i32) (result f32) (local $i i32) (local $sum v128)
    (call $fill (local.get $n))
    (loop $next
      (local.set $sum
        (f32x4.add (local.get $sum)
                   (f32x4.mul (v128.load (local.get $i)) (v128.load (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $i) (i32.shl (local.get $n) (i32.const 2)))))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
      (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))
  (func (export "times") (param v128 v128) (result v128)
    (f32x4.mul (local.get 0) (local.get 1))))
