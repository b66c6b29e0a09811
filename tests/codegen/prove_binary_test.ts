/** The check of a module's bytes: what is generated passes, what touches anything else does not. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import wabt from "wabt";
import { type CompiledNet, compileTarget, plan, withWaits } from "../../codegen/compile.ts";
import { type Contract, contractOf, type Place } from "../../codegen/prove/binary/contract.ts";
import { type Bound, checkBinary } from "../../codegen/prove/binary/module.ts";
import { checkPlaces } from "../../codegen/prove/binary/places.ts";
import { VerifyError } from "../../codegen/prove/error.ts";
import { loadSpec, parseSpec, registry, type Spec, targets } from "../../mod.ts";
import { binaryOf } from "../../runtime/backends/threads/assembler/module.ts";
import { boundsOf } from "../../runtime/backends/threads/binary.ts";
import { mutant } from "../binary_mutations.ts";
import { parse, write } from "../binary_module.ts";
import { Oracle } from "../binary_oracle.ts";
import { conv, netOf } from "../channel_nets.ts";
import { randomSpec } from "../random_spec.ts";
import { QUICK, width } from "../width.ts";

const ROOT = join(import.meta.dirname!, "..", "..");
const WASM = targets.filter(({ entry }) => entry === "module.wat");
const RANDOM = width(8, 100), MUTANTS = width(80, 1200), OF_CHAINS = width(2, 50);
/** Nets of which mutants are made; each for every target. */
const MUTATED = width(3, 12);

const compiled = (spec: Spec, target = WASM[0], predict = false): CompiledNet =>
  compileTarget(plan(spec, registry, { layout: target.layout, predict }), target);

/** Why a module is refused; undefined when it is not. */
function refusal(bytes: Uint8Array, contract: Contract): string | undefined {
  try {
    checkBinary(bytes, contract);
  } catch (error) {
    assert(error instanceof VerifyError, String(error));
    assert(!error.message.includes("\n"));
    return error.message;
  }
}

Deno.test("modules of nets that ship, of the suite and of random nets are accepted, every access of every kernel", async () => {
  const named = ["mnist_cnn", "lenet5", "mnist_mlp"].map((name) => join(ROOT, "specs", `${name}.json`));
  const files = [...Deno.readDirSync(join(ROOT, "bench", "nets"))].map(({ name }) => name);
  const suite = files.filter((name) => name.endsWith(".json")).map((name) => join(ROOT, "bench", "nets", name));
  const given = await Promise.all((QUICK ? named.slice(1) : [...named, ...suite]).map((file) => loadSpec(file)));
  const specs = [...given, ...Array.from({ length: RANDOM }, (_, seed) => parseSpec(randomSpec(seed + 1)))];
  let accesses = 0;
  for (const [i, spec] of specs.entries()) {
    for (const target of i < given.length ? WASM : [WASM[i % WASM.length]]) {
      const net = compiled(spec, target), bounds = boundsOf(net)!;
      const touched = new Set(bounds.map(({ kernel }) => kernel));
      for (const name of net.kernels.keys()) assert(touched.has(name), `${spec.name}: nothing is known of ${name}`);
      for (const { low, high, bytes } of bounds) assert(low >= 0 && high < bytes && low <= high);
      accesses += bounds.length;
      if (i % 8 === 0) {
        for (const other of [withWaits(net), compiled(spec, target, true)]) assert(boundsOf(other)!.length > 0);
      }
    }
  }
  assert(specs.length === RANDOM + given.length && accesses > 100 * specs.length, `${accesses} accesses`);
});

/** A net whose steps have chains. */
const CHAINED = parseSpec(netOf(
  [3, 14, 14],
  [conv(32), { type: "relu" }, conv(32), { type: "relu" }, { type: "flatten" }, { type: "linear", outFeatures: 3 }],
  16,
  "sgd",
));

Deno.test("no address is made of what is loaded where several tensors lie", () => {
  const net = compiled(CHAINED), { tensors } = net.plan, { places } = contractOf(net.plan, net.kernels);
  const limited = Object.values(tensors).filter(({ below, role }) => below !== undefined && role !== "run");
  const isLimited = (name: string) => places.some(({ tensor, below }) => tensor === name && below !== undefined);
  assert(limited.length > 0);
  const [{ name, offset }] = limited;
  const over = Object.values(tensors).find((own) => own.role === "gradient" && own.scratch === undefined)!;
  const apart = {
    ...net.plan,
    tensors: { [name]: tensors[name], w: { ...over, name: "w", offset: offset + 2 ** 20 } },
  };
  const moved = { ...apart, tensors: { ...apart.tensors, w: { ...apart.tensors.w, offset: Math.max(0, offset - 4) } } };
  const steps = { train: { kernels: [], barriers: [] }, evaluate: { kernels: [], barriers: [] } };
  const below = (plan: typeof apart) => contractOf({ ...plan, ...steps }, net.kernels).places[0].below;
  assert.deepEqual([below(apart), below(moved)], [tensors[name].below, undefined]);
  for (const { name, offset, bytes } of limited) {
    const others = Object.values(tensors).filter((own) =>
      own.name !== name && own.alias === undefined && own.role !== "run" && own.scratch === undefined &&
      own.offset < offset + bytes && offset < own.offset + own.bytes
    );
    assert.equal(isLimited(name), others.length === 0, name);
  }
});

/** What became of mutants. */
interface Counts {
  /** Those that touch what they may not, and of these those that were accepted. */
  outside: number;
  readonly missed: string[];
  /** Those that touch nothing else, and of these those that were refused. */
  harmless: number;
  refused: number;
}

/** Makes mutants of a net's module, and judges each twice. */
function judge(net: CompiledNet, seeds: Iterable<number>, oracle: Oracle, counts: Counts, ofChains = false): void {
  const bytes = binaryOf(net.files[net.target.entry]),
    module = parse(bytes),
    contract = contractOf(net.plan, net.kernels);
  assert.deepEqual(write(module), bytes);
  assert.equal(oracle.judge(bytes, true), undefined);
  const begins = [...net.kernels].filter(([, { nest }]) => nest.begins).map(([name]) => name);
  const numbers = ["train", "evaluate", ...begins].map((name) => module.exports.get(name)! - 1);
  // functions that say where scratch memory is are not exported, and stand first
  const among = ofChains ? [0, 1, ...numbers, ...numbers.slice(0, 2)] : undefined;
  for (const seed of seeds) {
    const { change, where, bytes: changed } = mutant(module, bytes, seed, among);
    const why = refusal(changed, contract), outside = oracle.judge(changed);
    if (outside === undefined) {
      counts.harmless++;
      if (why !== undefined) counts.refused++;
      continue;
    }
    counts.outside++;
    if (why === undefined) counts.missed.push(`${net.plan.name}, seed ${seed}: ${change} in ${where}: ${outside}`);
  }
}

Deno.test("every mutant that touches what the plan does not list for a kernel is refused", () => {
  const counts: Counts = { outside: 0, missed: [], harmless: 0, refused: 0 };
  const each = Math.ceil(MUTANTS / (MUTATED * WASM.length));
  let seed = 0;
  const seeds = (count: number) => Array.from({ length: count }, () => seed++);
  for (let i = 1; i <= MUTATED; i++) {
    for (const target of WASM) {
      const net = compiled(parseSpec(randomSpec(i)), target);
      judge(net, seeds(each), new Oracle(net), counts);
    }
  }
  const chained = compiled(CHAINED);
  assert(chained.plan.train.chains?.length && chained.plan.evaluate.chains?.length);
  judge(chained, seeds(OF_CHAINS), new Oracle(chained, 1), counts, true);
  const { outside, missed, harmless, refused } = counts, all = outside + harmless;
  console.log(
    `binary: of ${all} mutants ${outside} touch what they may not, ${missed.length} of them accepted; ` +
      `of ${harmless} harmless ones ${refused} are refused`,
  );
  assert.deepEqual(missed, []);
  assert(all >= MUTANTS + OF_CHAINS && outside > all / 5 && harmless - refused > all / 5, JSON.stringify(counts));
});

const { parseWat } = await wabt();

/** A module by another assembler, with what a generated one imports. */
function assembled(
  text: string,
  memory = '(import "team" "memory" (memory 1 65536 shared))',
): Uint8Array<ArrayBuffer> {
  const features = { simd: true, relaxed_simd: true, threads: true, sat_float_to_int: true, bulk_memory: true };
  const module = parseWat("made.wat", `(module ${memory} (import "team" "wait" (func $wait)) ${text})`, features);
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

const place = (tensor: string, first: number, below?: number): Place => ({
  ...{ tensor, behind: "", first, bytes: 256, element: 4 },
  ...below !== undefined && { below },
});
const [X, Y, Z] = [place("x", 0), place("y", 256), place("z", 512, 64)];
/** A kernel that threads share, which reads x and z and writes y and z; and one that only writes z. */
const MADE: Contract = {
  arenaBytes: 65536,
  scratchBytes: 0,
  places: [X, Y, Z],
  kernels: new Map([
    ["k", { reads: [X, Z], writes: [Y, Z], shared: { iterations: 16, step: 4 }, begins: [] }],
    ["one", { reads: [], writes: [Z], begins: [] }],
  ]),
};

const KERNEL =
  '(func $k (export "k") (param $step i32) (param $from i32) (param $to i32) (local $i i32) (local $j i32)';
const ONE = '(func $one (export "one") (param $step i32)';
const LOOP = "(local.set $i (local.get $from)) (loop $l (if (i32.lt_s (local.get $i) (local.get $to)) (then";
const NEXT = "(local.set $i (i32.add (local.get $i) (i32.const 4))) (br $l))))";
const at = (index: string) => `(i32.shl ${index} (i32.const 2))`;
const copies = (offset: number) =>
  `${KERNEL} ${LOOP} (v128.store offset=${offset} ${at("(local.get $i)")} (v128.load ${
    at("(local.get $i)")
  })) ${NEXT})`;
const share = (thread: string) => `(i32.mul (call $share (i32.const 16) ${thread}) (i32.const 4))`;
const SHARE = '(import "team" "thread" (global $thread i32)) (import "team" "threads" (global $threads i32)) ' +
  "(func $share (param $n i32) (param $t i32) (result i32) (i32.wrap_i64 (i64.div_u (i64.mul (i64.extend_i32_u " +
  "(local.get $n)) (i64.extend_i32_u (local.get $t))) (i64.extend_i32_u (global.get $threads)))))";
const trains = (call: string) => `${SHARE} ${copies(256)} (func $train (export "train") (param $step i32) ${call})`;
const NEXT_THREAD = "(i32.add (global.get $thread) (i32.const 1))";
/** y[z[0]] = 0. */
const SCATTER = `(f32.store offset=256 ${at("(i32.load offset=512 (i32.const 0))")} (f32.const 0))`;

/** Modules that are right. */
const RIGHT: readonly string[] = [
  copies(256),
  trains(`(call $k (local.get $step) ${share("(global.get $thread)")} ${share(NEXT_THREAD)}) (call $wait)`),
  `${KERNEL} ${SCATTER} (i32.store offset=516 (i32.const 0) (i32.const 63)))`,
  `${KERNEL} (local.set $i (i32.const 0)) (loop $l (f32.store offset=256 (local.get $i) (f32.const 0))
    (local.set $i (i32.add (local.get $i) (i32.const 4))) (br_if $l (i32.lt_s (local.get $i) (i32.const 256)))))`,
  // what overflows and comes back
  `${KERNEL} (f32.store offset=256 (i32.sub (i32.const -2147483648) (i32.const -2147483648)) (f32.const 0)))`,
];

/** Modules that are wrong, or not known to be right, and what is said of them. */
const WRONG: readonly (readonly [text: string, why: RegExp])[] = [
  [copies(252), /touches bytes 252 to 5\d\d, of no tensor that it writes$/],
  [copies(260), /a v128\.store touches bytes 260 to 515, of no tensor that it writes$/],
  [copies(0), /of no tensor that it writes$/],
  [`${KERNEL} (drop (f32.load offset=256 (i32.const 0))))`, /of no tensor that it reads$/],
  [`${KERNEL} (drop (f32.load offset=4 (i32.const -4))))`, /touches bytes 0 to 3, of no tensor/],
  [`${KERNEL} (drop (f32.load (i32.load (i32.const 0)))))`, /an address cannot be bounded$/],
  // another loop: an unsigned test, a bound that the loop sets, two steps, none, one beyond 32 bits
  [copies(256).replace("lt_s", "lt_u"), /a loop does not count$/],
  [copies(256).replace("(then", "(then (local.set $to (i32.const 99))"), /a loop sets what it counts by$/],
  [copies(256).replace("(then", "(then (local.set $i (i32.const 99))"), /a loop sets what it counts by$/],
  [copies(256).replace("(i32.const 4))) (br", "(i32.const 0))) (br"), /a loop does not count$/],
  [
    `${KERNEL} (local.set $i (i32.const 2147483647)) (loop $l (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $l (i32.lt_s (local.get $i) (i32.const 0)))))`,
    /a loop counts further than 32 bits$/,
  ],
  [`${KERNEL} (block $b (br_if $b (local.get $to)) ${SCATTER}))`, /a jump that is of no loop which counts$/],
  // what is loaded is not where the numbers are, or numbers may be beyond their limit
  [`${KERNEL} ${SCATTER.replace("offset=512", "offset=513")})`, /an address cannot be bounded$/],
  [
    `${KERNEL} ${SCATTER} (i32.store offset=512 (i32.const 0) (i32.const 64)))`,
    /made of numbers in byte 512, where a kernel may/,
  ],
  [`${KERNEL} ${SCATTER}) ${ONE} (i32.store8 offset=513 (i32.const 0) (i32.const 1)))`, /made of numbers in byte 512/],
  [
    `${KERNEL} ${SCATTER} (v128.store offset=512 (i32.const 0) (v128.const i32x4 0 0 0 0)))`,
    /made of numbers in byte 512/,
  ],
  // values that are left on the stack by an early return, and another result of it
  [
    `${KERNEL} (i32.const 256) (if (local.get $to) (then (i32.const 9999) (return))) (drop) (f32.store (i32.const 9999) (f32.const 0)))`,
    /touches bytes 9999/,
  ],
  [
    `(func $f (param i32) (result i32) (if (local.get 0) (then (return (i32.const 9999)))) (i32.const 0))
     ${KERNEL} (f32.store offset=256 (call $f (local.get $to)) (f32.const 0)))`,
    /an address cannot be bounded$/,
  ],
  // functions that are no kernels, and calls
  [`(func $f (result f32) (f32.load (i32.const 0))) ${KERNEL} (drop (call $f)))`, /it calls what is not its to call$/],
  [`(func $f (result f64) (f64.load (i32.const 0))) ${KERNEL} (drop (call $f)))`, /instruction 0x2b is not allowed$/],
  [`(func $f (result i32) (call $f)) ${KERNEL} (drop (call $f)))`, /its calls go too deep$/],
  [
    `${copies(256)} ${ONE} (call $k (local.get $step) (i32.const 0) (i32.const 64)))`,
    /it calls what is not its to call$/,
  ],
  [trains("(call $k (local.get $step) (i32.const 0) (i32.const 68))"), /it gives k what the plan does not$/],
  [trains("(call $k (local.get $step) (i32.const 2) (i32.const 64))"), /it gives k what the plan does not$/],
  [trains("(call $k (i32.const 1) (i32.const 0) (i32.const 64))"), /it gives k what the plan does not$/],
  [trains(`(drop ${share("(i32.add (global.get $thread) (i32.const 2))")})`), /it takes the share of no thread$/],
  [trains("(f32.store (i32.const 0) (f32.const 0))"), /a function that is no kernel touches memory$/],
  [`${copies(256)} (func (export "more") (param i32))`, /it exports more, which the plan does not know$/],
  [`${KERNEL} (call $k (local.get 0) (local.get 1) (local.get 2)))`, /it calls what is not its to call$/],
  // a name that only looks like another one
  [
    `${trains("")} (func (export "\\ef\\bb\\bftrain") (param i32))`,
    /it exports .train, which the plan does not know$/,
  ],
  ['(func (export "k") (param i32))', /k takes 1 numbers, not 3$/],
  // types that the engine may write in several bytes
  [`(func (local funcref)) ${copies(256)}`, /it has values that are no numbers$/],
  [`(func (param externref)) ${copies(256)}`, /it has values that are no numbers$/],
  // sections and instructions that are not known, in functions that nothing calls, too
  [`(func (drop (memory.grow (i32.const 1)))) ${copies(256)}`, /instruction 0x40 is not allowed$/],
  [
    `(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 9))) ${copies(256)}`,
    /instruction 0xfc0b is not allowed$/,
  ],
  [
    `(func (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 9)))) ${copies(256)}`,
    /instruction 0xfe1e is not allowed$/,
  ],
  [`(table 1 funcref) ${copies(256)}`, /it has a section 4; sections of types/],
  [`(global (mut i32) (i32.const 0)) ${copies(256)}`, /it has a section 6; sections of types/],
  [`${copies(256)} (data (i32.const 0) "x")`, /it has a section (11|12)/],
  [`${copies(256)} (func $s) (start $s)`, /it has a section 8/],
];

Deno.test("modules made by hand: each kind of what is not known is refused, in one line that says why", () => {
  for (const text of RIGHT) assert.equal(refusal(assembled(text), MADE), undefined, text);
  for (const [text, why] of WRONG) {
    const bytes = assembled(text);
    assert(WebAssembly.validate(bytes), text);
    assert.match(refusal(bytes, MADE) ?? "accepted", why, text);
  }
  const memories = [
    ['(import "team" "memory" (memory 0 65536 shared))', /its memory may be smaller than the arena$/],
    ['(import "team" "memory" (memory 1))', /it imports team\.memory, which is not/],
    ['(import "team" "memory" (memory 1 1 shared)) (import "a" "b" (func))', /it imports a\.b, which is not/],
    [
      '(import "team" "memory" (memory 1 1 shared)) (import "team" "wait" (func (result i32)))',
      /it imports team\.wait, which is not/,
    ],
    ['(import "team" "memory" (memory 1 1 shared)) (import "rows" "step" (global i32))', /it imports rows\.step$/],
  ] as const;
  for (const [memory, why] of memories) {
    assert.match(refusal(assembled(copies(256), memory), MADE) ?? "accepted", why, memory);
  }
});

Deno.test("damaged files are refused or as good as they were, and never crash the check", () => {
  const bytes = assembled(trains("(call $wait)"));
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.slice(0, length);
    // cut between sections, it may be a module that has no function
    if (refusal(cut, MADE) === undefined) assert(!WebAssembly.validate(cut) || parse(cut).bodies.length === 0);
  }
  let refused = 0;
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    if (refusal(flipped, MADE) !== undefined) refused++;
  }
  assert(refused > 4 * bytes.length, `${refused} of ${8 * bytes.length}`);
});

Deno.test("modules that other compilers made are refused for what they lack", async () => {
  const { plan, kernels } = compiled(parseSpec(randomSpec(1))), contract = contractOf(plan, kernels);
  const file = join(dirname(fileURLToPath(import.meta.resolve("playwright-core"))), "lib", "webp_codec.wasm");
  const bytes = await Deno.readFile(file);
  assert(WebAssembly.validate(bytes));
  assert.match(refusal(bytes, contract)!, /^it imports \S+, which is not the memory, the wait, nor a constant number/);
  // as compilers of C write y[i] = 2 x[i] for i from 0 to n: pointers, and a loop that counts down
  const loop = `${KERNEL} (loop $l
    (f32.store (local.get $to) (f32.add (f32.load (local.get $from)) (f32.load (local.get $from))))
    (local.set $from (i32.add (local.get $from) (i32.const 4))) (local.set $to (i32.add (local.get $to) (i32.const 4)))
    (br_if $l (local.tee $step (i32.add (local.get $step) (i32.const -1))))))`;
  assert.match(refusal(assembled(loop), MADE)!, /^function k: byte \d+: a loop does not count$/);
});

Deno.test("what a run gives a module is refused where it is not what the contract takes it to be", () => {
  const { plan } = compiled(parseSpec(randomSpec(1))), size = 1 << 24, from = Math.ceil(plan.arenaBytes / 64) * 64;
  const names = Object.values(plan.tensors).filter(({ rows }) => rows).map(({ name }) => name);
  const rows = Object.fromEntries(names.map((name, i) => [name, [from + (i << 16), 1 << 14] as const]));
  const check = (
    changed: typeof rows,
    scratch: readonly (readonly [number, number])[] = [],
    memory = size,
    samples = 1,
  ) => checkPlaces(plan, memory, [{ rows: { ...rows, ...changed }, samples, steps: 1 }], scratch);
  const [first, second] = names, end = from + (names.length << 16);
  check({}, [[end, 64]]);
  const wrong: readonly (() => void)[] = [
    () => check({ [first]: [from - 64, 1 << 14] }),
    () => check({ [first]: [from + 4, 100] }),
    () => check({ [first]: [from + (1 << 16), 1 << 14] }),
    () => check({ [second]: [from + (1 << 16), 0] }),
    () => check({}, [], end - 64),
    () => check({}, [], size, 1 << 20),
    () => check({}, [[from, 64]]),
    () => check({}, [[end + 32, 64]]),
    () => check({}, [[size, 64]]),
    () => check({}, [[NaN, 64]]),
  ];
  for (const [i, call] of wrong.entries()) assert.throws(call, VerifyError, `case ${i}`);
});

Deno.test("a bound says which bytes of which tensor an instruction touches", () => {
  const bounds: Bound[] = [], own = { kernel: "k", behind: "", low: 0, high: 255, bytes: 256 };
  checkBinary(assembled(copies(256)), MADE, (bound) => bounds.push(bound));
  assert.deepEqual(bounds.map(({ at: _, ...bound }) => bound), [
    { ...own, instruction: "v128.load", stores: false, tensor: "x", begins: 0 },
    { ...own, instruction: "v128.store", stores: true, tensor: "y", begins: 256 },
  ]);
});
