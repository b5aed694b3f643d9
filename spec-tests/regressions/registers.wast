;; Locals in registers, in one loop alone or in the whole function.

;; The inner loop goes on behind its branch to the outer one, so the outer loop ends where the inner
;; one does. Once its locals were out of date there.
(module
  (func (export "continue-outer") (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $sum i32)
    (loop $outer
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (local.set $sum (i32.add (local.get $sum) (i32.mul (local.get $i) (local.get $j))))
        (if (i32.eq (i32.and (local.get $i) (i32.const 1)) (i32.const 0))
          (then (br_if $outer (i32.lt_u (local.get $i) (local.get $n)))))
        (br_if $inner (i32.lt_u (local.get $j) (i32.const 3)))
        (br_if $outer (i32.lt_u (local.get $i) (local.get $n)))))
    (local.get $sum))

  ;; Every way out of the loop, each with locals that it has written.
  (func (export "ways-out") (param $n i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (block $done
      (block $two
        (block $one
          (block $zero
            (loop $loop
              (local.set $a (i32.add (local.get $a) (i32.const 1)))
              (local.set $b (i32.add (local.get $b) (local.get $a)))
              (local.set $c (i32.xor (local.get $c) (local.get $b)))
              (local.set $d (i32.add (local.get $d) (local.get $c)))
              (br_if $loop (i32.lt_u (local.get $a) (i32.const 10)))
              (br_table $zero $one $two $done (local.get $n))))
          (return (local.get $a)))
        (return (local.get $b)))
      (return (local.get $c)))
    (i32.add (local.get $a) (i32.add (local.get $b) (i32.add (local.get $c) (local.get $d)))))

  ;; Five loops one after the other, each with the same work for other locals.
  (func (export "five") (param $n i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $e i32)
    (local $i i32)
    (local.set $i (local.get $n))
    (loop $l (local.set $a (i32.add (local.get $a) (local.get $i)))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.set $i (local.get $n))
    (loop $l (local.set $b (i32.add (local.get $b) (local.get $a)))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.set $i (local.get $n))
    (loop $l (local.set $c (i32.add (local.get $c) (local.get $b)))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.set $i (local.get $n))
    (loop $l (local.set $d (i32.add (local.get $d) (local.get $c)))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.set $i (local.get $n))
    (loop $l (local.set $e (i32.add (local.get $e) (local.get $d)))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (i32.add (local.get $a) (i32.add (local.get $b)
      (i32.add (local.get $c) (i32.add (local.get $d) (local.get $e))))))

  ;; Registers over calls, of both kinds.
  (func $half (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
  (func $next (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "over-calls") (param $n i32) (result f64)
    (local $i i32) (local $x f64) (local $y f64)
    (loop $l
      (local.set $x (f64.add (local.get $x) (f64.convert_i32_u (local.get $i))))
      (local.set $y (f64.add (local.get $y) (call $half (local.get $x))))
      (local.set $i (call $next (local.get $i)))
      (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
    (f64.add (local.get $x) (local.get $y)))

  ;; Values that trade places need the third one.
  (func (export "rotate") (param $n i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32) (local $t i32)
    (local.set $a (i32.const 1)) (local.set $b (i32.const 20)) (local.set $c (i32.const 300))
    (loop $l
      (local.set $t (local.get $a))
      (local.set $a (local.get $b))
      (local.set $b (local.get $c))
      (local.set $c (local.get $t))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (local.get $a) (i32.add (i32.mul (local.get $b) (i32.const 2))
                                     (i32.mul (local.get $c) (i32.const 4)))))

  ;; An older operand keeps what the local was.
  (memory 1)
  (data (i32.const 0) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00")
  (func (export "old-value") (param $p i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum
        (i32.add (local.get $p)
          (i32.add (local.get $sum) (i32.load (local.tee $p (i32.add (local.get $p) (i32.const 4)))))))
      (br_if $l (i32.lt_u (local.get $p) (i32.const 12))))
    (local.get $sum))
)
(assert_return (invoke "continue-outer" (i32.const 1)) (i32.const 6))
(assert_return (invoke "continue-outer" (i32.const 3)) (i32.const 26))
(assert_return (invoke "continue-outer" (i32.const 5)) (i32.const 60))
(assert_return (invoke "ways-out" (i32.const 0)) (i32.const 10))
(assert_return (invoke "ways-out" (i32.const 1)) (i32.const 55))
(assert_return (invoke "ways-out" (i32.const 2)) (i32.const 54))
(assert_return (invoke "ways-out" (i32.const 3)) (i32.const 268))
(assert_return (invoke "five" (i32.const 1)) (i32.const 5))
(assert_return (invoke "five" (i32.const 3)) (i32.const 726))
(assert_return (invoke "over-calls" (i32.const 4)) (f64.const 11))
(assert_return (invoke "rotate" (i32.const 1)) (i32.const 624))
(assert_return (invoke "rotate" (i32.const 2)) (i32.const 382))
(assert_return (invoke "rotate" (i32.const 3)) (i32.const 1241))
(assert_return (invoke "old-value" (i32.const 0)) (i32.const 21))

;; An array instruction without a result left local 0 with what its slot held.
(module
  (type $bytes (array (mut i8)))
  (data $d "\01\02\03\04")
  (func (export "array-init") (param $x f64) (param $n i32) (result f64)
    (local $a (ref null $bytes)) (local $i i32)
    (local.set $a (array.new_default $bytes (i32.const 8)))
    (local.set $x (f64.const 0))
    (loop $l
      (local.set $x (f64.add (local.get $x) (f64.convert_i32_u (local.get $i))))
      (local.set $x (f64.mul (f64.sub (local.get $x) (f64.const 0.5)) (f64.const 2)))
      (local.set $x (f64.mul (f64.add (local.get $x) (f64.const 1)) (f64.const 0.5)))
      (local.set $x (f64.sub (f64.add (local.get $x) (local.get $x)) (local.get $x)))
      (array.init_data $bytes $d (local.get $a) (i32.const 0) (i32.const 0) (i32.const 4))
      (array.fill $bytes (local.get $a) (i32.const 4) (i32.const 9) (i32.const 2))
      (array.copy $bytes $bytes (local.get $a) (i32.const 6) (local.get $a) (i32.const 0) (i32.const 2))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (f64.add (local.get $x) (f64.convert_i32_u (array.get_u $bytes (local.get $a) (i32.const 7)))))
)
(assert_return (invoke "array-init" (f64.const 1e9) (i32.const 4)) (f64.const 8))
