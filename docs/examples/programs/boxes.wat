;; Small integers without a heap, and a cast that fails.
(module
  (type $box (struct (field $value i32)))
  (func $value (param $x anyref) (result i32)
    (if (result i32) (ref.test (ref i31) (local.get $x))
      (then (i31.get_s (ref.cast (ref i31) (local.get $x))))
      (else (struct.get $box $value (ref.cast (ref $box) (local.get $x))))))
  (func (export "small") (param $n i32) (result anyref) (ref.i31 (local.get $n)))
  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (call $value (ref.i31 (local.get $a)))
             (call $value (struct.new $box (local.get $b)))))
  (func (export "value") (param $x anyref) (result i32) (call $value (local.get $x)))
  (func (export "wrong") (result i32) (call $value (array.new_default $bytes (i32.const 4))))
  (type $bytes (array i8)))
