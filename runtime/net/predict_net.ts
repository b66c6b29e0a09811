/**
 * A net that predicts, with nothing of what only training needs.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import { fromStored } from "../../codegen/plan/arrange/layouts.ts";
import type { Samples } from "../data/arrays.ts";
import { firstNotFinite, largest, sizeOf } from "../data/numbers.ts";
import { pause } from "../platform/pause.ts";
import type { SelfTest } from "./check.ts";
import { Core } from "./core.ts";
import { LocalHost, SLICE } from "./local_host.ts";
import { expectSignal, expectWhole, MOST_THREADS, type OpenNetOptions } from "./options.ts";
import type { NetProgram } from "./program.ts";
import { readCheckpoint } from "./restore.ts";
import { readInputs } from "./samples.ts";
import { unshared } from "./unshared.ts";

/** What a net says of one sample. */
export interface NetPrediction {
  /** The class it takes it for: the place of the largest output. Absent where outputs are numbers, not one for each class. */
  readonly label?: number;
  /** What that class is called, where the spec has names of classes. */
  readonly className?: string;
  /** Probability of each class, or of each output, 0 to 1; absent where the net's loss gives outputs no such meaning. */
  readonly probabilities?: Float64Array;
  /** What the last layer gives, row-major: of classes one number each. */
  readonly outputs: Float32Array;
}

/** What nets are made of: for their own files. */
export const cores = new WeakMap<PredictNet, Core>();

/** A net in memory that predicts. */
export class PredictNet {
  /** Name of the net. */
  readonly name: string;
  /** Name of the target. */
  readonly target: string;
  /** Workers that train; 0 where the calling thread computes alone. */
  readonly threads: number;
  /** Samples of a step: so many are computed at once. */
  readonly batchSize: number;
  /** Shape of a sample. */
  readonly shape: readonly number[];
  /** Outputs for a sample. */
  readonly outputs: number;
  /** Names of the classes, where the spec has them. */
  readonly classes?: readonly string[];
  readonly #core: Core;

  /**
   * In a core that has begun.
   *
   * @ignore made by `open`
   */
  constructor(core: Core) {
    const { plan, program, host } = core, { classes } = program.spec;
    this.name = plan.name;
    this.target = program.target;
    this.threads = host.threads;
    this.batchSize = plan.batchSize;
    this.shape = [...plan.graph.shapes.input];
    this.outputs = core.output.classes;
    if (classes) this.classes = classes;
    this.#core = core;
    cores.set(this, core);
  }

  /**
   * What the net says of samples, one answer for each. While it trains, training stops after a step for this, and goes on.
   *
   * @param x samples x shape, row-major, or a list with an entry for each sample; bytes are scaled by 1/255.
   * @throws {InputError} when they are something else, not finite, no whole samples, or so large that outputs are not finite.
   */
  async predict(x: Samples): Promise<NetPrediction[]> {
    const { plan, program } = this.#core, { classes } = this;
    const inputs = readInputs(plan, x), { outputs: count } = this;
    const all = await this.#core.alone(() => this.#outputs(inputs));
    return Array.from({ length: all.length / count }, (_, i) => {
      const outputs = all.subarray(i * count, (i + 1) * count), label = largest(outputs);
      const probabilities = program.rules.probabilities?.(outputs);
      return {
        ...!program.rules.numbers && { label, ...classes && { className: classes[label] } },
        ...probabilities && { probabilities },
        outputs,
      };
    });
  }

  /**
   * Takes the weights of another net that was made of the same layers.
   *
   * @throws {InputError} when it is no net, or of other layers.
   */
  async copyFrom(other: PredictNet): Promise<void> {
    const from = cores.get(other);
    if (!from) {
      throw new InputError("copyFrom takes a net, as open gives it; of another program's, restore what it saves");
    }
    const wanted = JSON.stringify(this.#core.shapes());
    if (JSON.stringify(from.shapes()) !== wanted) {
      throw new InputError(`net ${other.name} has other weights than net ${this.name}: their layers differ`);
    }
    const weights = from === this.#core ? new Map() : await from.alone(() => from.readAll());
    await this.#core.alone(() => this.#core.writeAll(weights));
  }

  /**
   * Takes the weights of a checkpoint, in the format safetensors.
   *
   * @throws {InputError} when it is damaged, no checkpoint, or of a net of other layers.
   */
  async restore(bytes: Uint8Array): Promise<void> {
    const weights = (await readCheckpoint(this.#core, bytes)).floats(this.#core.shapes());
    await this.#core.alone(() => this.#core.writeAll(weights));
  }

  /**
   * Makes one step from a seed, compares it with what it gave where the net was compiled, and puts back what was there.
   *
   * @throws {InputError} when the net carries no such check.
   * @throws {SelfTestError} naming the first number that is another one: the engine computes wrong.
   */
  async selfTest(): Promise<SelfTest> {
    const { check } = this.#core.program;
    if (!check) throw new InputError(`net ${this.name} carries no check; a net that was built does`);
    return await (await import("./check.ts")).compare(this.#core, await check());
  }

  /** Ends what is running, with an error, and gives back all that the net holds. */
  close(): void {
    this.#core.close();
  }

  /** The last layer's outputs for samples. */
  async #outputs(inputs: Float32Array | Uint8Array): Promise<Float32Array> {
    const core = this.#core, { plan, output: { name, classes } } = core, size = sizeOf(this.shape);
    const { offset, bytes, layout } = plan.tensors[name], samples = inputs.length / size;
    const all = new Float32Array(samples * classes);
    let since = performance.now();
    for (let from = 0; from < samples; from += this.batchSize) {
      const batch = inputs.subarray(from * size, (from + this.batchSize) * size), count = batch.length / size;
      const later = core.once({ samples: count, inputs: batch });
      if (later) await later;
      const outputs = fromStored(new Float32Array(await core.host.get(offset, bytes)), layout);
      all.set(outputs.subarray(0, count * classes), from * classes);
      if (performance.now() < since + SLICE) continue;
      await pause();
      since = performance.now();
    }
    const wrong = firstNotFinite(all);
    if (wrong < 0) return all;
    throw new InputError(
      `output ${wrong % classes} for sample ${Math.floor(wrong / classes)} has become ${all[wrong]}: ` +
        "the sample's inputs or the net's weights are too large",
    );
  }
}

/**
 * Opens a net that was compiled for nothing but predictions. It computes in the thread that calls.
 *
 * @throws {InputError} when an option is none, or the weights are another net's.
 */
export async function openPredictNet(program: NetProgram, options: OpenNetOptions = {}): Promise<PredictNet> {
  const { weights, signal } = checkOpen(options), seed = options.seed ?? 0;
  const module = await WebAssembly.compile(unshared(await program.bytes()));
  signal?.throwIfAborted();
  const core = new Core(program, new LocalHost(module));
  await core.begin(seed);
  const net = new PredictNet(core);
  if (weights) await net.restore(weights);
  core.closeOn(signal);
  return net;
}

/** @throws {InputError} when an option is something else. */
export function checkOpen(options: OpenNetOptions): OpenNetOptions {
  expectWhole("threads", options.threads, 0, MOST_THREADS);
  expectWhole("seed", options.seed, 0, Number.MAX_SAFE_INTEGER);
  expectSignal(options.signal);
  return options;
}
