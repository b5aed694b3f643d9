;; A memory with addresses of 64 bits.
(module
  (memory i64 1 0x20000)
  (func (export "poke") (param $at i64) (param $value i32) (result i32)
    (i32.store (local.get $at) (local.get $value))
    (i32.load (local.get $at)))
  (func (export "grow") (param $pages i64) (result i64) (memory.grow (local.get $pages)))
  (func (export "far") (result i32)
    (drop (memory.grow (i64.const 0x10000)))
    (i32.store (i64.const 0x1_0000_0000) (i32.const 42))
    (i32.load (i64.const 0x1_0000_0000))))
