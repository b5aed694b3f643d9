// Runs the modules of a file that `differential --emit` wrote, and prints what every engine must
// give for each: the lines of `differential` up to their "|".
'use strict';
const fs = require('fs');

const f32 = new Float32Array(1), f32Bits = new Uint32Array(f32.buffer);
const f64 = new Float64Array(1), f64Bits = new BigUint64Array(f64.buffer);
const showWords = process.argv[3] === '--words';
const fuel = 150;  // loops and calls of each call
let pair = false;  // of modules: the number of a function may be of either
const hosts = [...Array(8).keys()].map((id) => ({id}));

class Hash {
  value = 0x811C9DC5;
  word(word) { this.value = Math.imul(this.value ^ word, 0x01000193); }
  text(text) { for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i)); }
  hex() { return (this.value >>> 0).toString(16); }
}

function show(letter, value, importedFunctions) {
  switch (letter) {
    case 'i': return (value >>> 0).toString(16);
    case 'I': return BigInt.asUintN(64, value).toString(16);
    case 'f': if (Number.isNaN(value)) return 'nan'; f32[0] = value; return f32Bits[0].toString(16);
    case 'F': if (Number.isNaN(value)) return 'nan'; f64[0] = value; return f64Bits[0].toString(16);
  }
  if (value === null) return 'null';
  if (typeof value === 'number') return 'i31:' + value;
  if (typeof value === 'function')
    return pair ? 'func' : +value.name < importedFunctions || isNaN(value.name) ? 'func:host' : 'func:' + value.name;
  return hosts.includes(value) ? 'host:' + value.id : 'object';
}

function argument(letter, call, position) {
  const h = Math.imul(call * 31 + position + 1, 0x9E3779B1) >>> 0;
  switch (letter) {
    case 'i': return h & 4 ? h >>> 28 : h;
    case 'I': return h & 4 ? BigInt(h >>> 24) : BigInt.asUintN(64, BigInt(h) * 0x9E3779B97F4A7C15n);
    case 'f': return Math.fround((h | 0) / 256);
    default: return (h | 0) / 1024;
  }
}

const kinds = [
  [/^unreachable/, 'unreachable'],
  [/^divide by zero|^remainder by zero/, 'zero'],
  [/unrepresentable/, 'unrepresentable'],
  [/out of bounds/, 'bounds'],
  [/^null function or function signature/, 'callee'],
  [/^dereferencing a null pointer|^rethrowing null value/, 'null'],
  [/^illegal cast/, 'cast'],
];

function kindOf(error) {
  if (error instanceof WebAssembly.Exception) return 'exception';
  if (error instanceof RangeError) return 'stack';
  if (!(error instanceof WebAssembly.RuntimeError)) return String(error);
  const message = error.message.replace(/^WebAssembly\.Instance\(\): /, '');
  for (const [pattern, kind] of kinds) if (pattern.test(message)) return kind;
  return message;
}

function hostFunctions(log) {
  const note = (name, letter) => (value) => {
    log.hash.text(name);
    log.hash.text(show(letter, value, 0));
    log.count++;
  };
  let asked = 0;
  return {
    log_i32: note('log_i32', 'i'), log_i64: note('log_i64', 'I'),
    log_f32: note('log_f32', 'f'), log_f64: note('log_f64', 'F'),
    log_extern: note('log_extern', 'r'),
    ask_i32: (x) => Math.imul(x, 0x9E3779B1) ^ asked++,
    ask_i64: (x, y) => (x ^ BigInt(y >>> 0) << 7n) + 1n,
    two: (a, b) => [a / 4, BigInt(a) * 3n + (b > 0 ? 1n : 0n)],
    host: (n) => n & 7 ? hosts[n & 7] : null,
    base: 77,
  };
}

function call(name, f, number, imported) {
  const [parameters, results] = name.split(' ')[1].split(':');
  const values = [...parameters].map((letter, i) => argument(letter, number, i));
  try {
    const result = f(...values);
    const list = results.length === 0 ? [] : results.length === 1 ? [result] : [...result];
    return ' (' + list.map((value, i) => show(results[i], value, imported)).join(',') + ')';
  } catch (error) {
    return ' ' + kindOf(error);
  }
}

function showMemory(memory) {
  const hash = new Hash();
  const words = new Int32Array(memory.buffer);
  let text = '';
  for (let i = 0; i < words.length; i++) {
    hash.word(words[i]);
    if (words[i] && showWords) text += ` ${(4 * i).toString(16)}=${(words[i] >>> 0).toString(16)}`;
  }
  return text + ` m${words.length / 16384}:${hash.hex()}`;
}

function showTable(table, imported) {
  let text = ' t';
  const wide = typeof table.length === 'bigint';
  for (let i = 0; i < Number(table.length); i++)
    text += show('r', table.get(wide ? BigInt(i) : i), imported) + ',';
  return text;
}

function instantiate(module, imports) {
  for (let tries = 0; ; tries++) {
    try {
      return new WebAssembly.Instance(module, imports);
    } catch (error) {  // address space of collected memories comes back late
      if (!(error instanceof RangeError && /memory/.test(error.message)) || tries === 3) throw error;
      gc();
    }
  }
}

// Each module may import from the one before, "other".
function observe(modules) {
  pair = modules.length > 1;
  const log = {hash: new Hash(), count: 0};
  const env = hostFunctions(log);
  const instances = [];
  for (const bytes of modules) {
    let module;
    try { module = new WebAssembly.Module(bytes); } catch (error) { return ' refused: ' + error.message; }
    const imported = WebAssembly.Module.imports(module).filter((i) => i.kind === 'function').length;
    const names = WebAssembly.Module.exports(module).map((one) => one.name);
    try {
      const {exports} = instantiate(module, {env, other: instances.at(-1)?.exports});
      instances.push({exports, imported, names});
    } catch (error) {
      return ' instantiation: ' + kindOf(error);
    }
  }
  let text = '', number = 0;
  for (const {exports, imported, names} of instances)
    for (let round = 0; round < 2; round++)
      for (const name of names)
        if (name[0] === 'r') {
          exports.fuel.value = fuel;
          text += call(name, exports[name], number++, imported) + '~' + exports.fuel.value;
        }
  for (const {exports, imported, names} of instances) {
    for (const name of names) {
      const one = exports[name];
      if (name[0] === 'm') text += showMemory(one);
      if (name === 'fuel') text += ' g' + show('i', one.value, imported);
      if (name[0] === 'g') text += ' g' + show(name.split(' ')[1], one.value, imported);
      if (name[0] === 't') text += showTable(one, imported);
    }
    text += ` log${log.count}:${log.hash.hex()}`;
  }
  return text;
}

const file = fs.readFileSync(process.argv[2]);
const lines = [];
let at = 0;
const nextSeed = () => at < file.length ? file.readBigUInt64LE(at) : null;
for (let n = 0; at < file.length; n++) {
  const seed = nextSeed(), modules = [];
  while (nextSeed() === seed) {
    const size = file.readUInt32LE(at + 8);
    modules.push(file.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  lines.push(`${seed}${observe(modules)} `);
  if (n % 200 === 199) gc();
}
fs.writeSync(1, lines.join('\n') + '\n');
