;; What the language of scripts has and the official suite hardly uses.

(module $"one" (global (export "g") i64 (i64.const 7)))
(module $two
  (func (export "nan") (result f32) (f32.const -nan:0x600000))
  (func (export "pair") (result i32 externref) (i32.const 3) (ref.null extern))
  (func (export "same") (param externref) (result externref) (local.get 0)))

(assert_return (get $one "g") (i64.const 7))
(assert_return (invoke $two "nan") (f32.const nan:arithmetic))
(assert_return (invoke "pair") (either (i32.const 2) (i32.const 3)) (ref.null))
(assert_return (invoke "same" (ref.extern 5)) (either (ref.null extern) (ref.extern 5)))
(assert_return (invoke "same" (ref.null)) (ref.null noextern))

;; A definition does not become the module that actions mean.
(module definition $three (func (export "pair") (result i32) (i32.const 4)))
(assert_return (invoke "pair") (i32.const 3) (ref.null extern))
(module instance $four $three)
(assert_return (invoke "pair") (i32.const 4))
(module instance $five $three)
(register "again" $five)
(module (import "again" "pair" (func (result i32))))
(assert_unlinkable (module (import "again" "pear" (func (result i32)))) "unknown import")
(assert_malformed (module definition quote "(func (result i32) i32.konst 1)") "unknown operator")
(assert_invalid (module definition (func (result i32))) "type mismatch")
