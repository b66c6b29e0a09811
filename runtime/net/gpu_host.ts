/**
 * A net on a GPU: where threads have one memory, addresses of it stand for buffers.
 *
 * @module
 */
import { InputError } from "../../codegen/error.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import { DeviceError } from "../backends/device_error.ts";
import type { RowPlaces } from "../backends/rows.ts";
import type { Work } from "../backends/threads/team.ts";
import { askAdapter, demandAdapter, isSoftware, mostBindings } from "../backends/webgpu/adapter.ts";
import { type Place, readBuffers } from "../backends/webgpu/buffers.ts";
import { bindingsOf, type GpuCode } from "../backends/webgpu/code.ts";
import { checkSizes, openGpu, submit } from "../backends/webgpu/device.ts";
import { checked } from "../backends/webgpu/errors.ts";
import { type SetMemory, takeMemory, takeSet } from "../backends/webgpu/memory.ts";
import { mostSteps, rowsBytes, sharedBytes } from "../backends/webgpu/needs.ts";
import { createPipelines, STEP_STRIDE } from "../backends/webgpu/pipelines.ts";
import { encodeSteps, type GpuNet } from "../backends/webgpu/steps.ts";
import { Submissions } from "../backends/webgpu/submissions.ts";
import type { Host, Layout, Mode, Numbers, Reached } from "./host.ts";

export { fittedCode, type GpuCode } from "../backends/webgpu/code.ts";

/**
 * Opens a net on a GPU where there is one that is no software, and otherwise where there is none, or it fails to begin.
 *
 * @param worth whether its steps have enough work for one.
 */
export async function openEither<Net>(
  worth: boolean,
  onGpu: () => Promise<Net>,
  otherwise: () => Promise<Net>,
): Promise<Net> {
  const adapter = worth ? await askAdapter() : undefined;
  if (!adapter || isSoftware(adapter.info)) return await otherwise();
  try {
    return await onGpu();
  } catch (error) {
    // a GPU that nobody asked for is no reason to fail
    if (error instanceof DeviceError || error instanceof InputError) return await otherwise();
    throw error;
  }
}

/** The rows of a data set, and its buffers. */
interface HeldSet {
  readonly rows: RowPlaces;
  readonly memory: SetMemory;
}

/** A device that has a net's tensors and runs its steps. */
export class GpuHost implements Host {
  readonly threads = 0;
  readonly #net: GpuNet;
  #sets: HeldSet[] = [];
  #submissions: Submissions | undefined;
  /** What was read last of all of it. */
  #last: Reached | undefined;
  #closed: Error | undefined;
  /** What is going to be read in one go, with all that is asked for until then. */
  #reads: (Place & { readonly bytes: number })[] = [];
  #contents: Promise<ArrayBuffer[]> | undefined;

  private constructor(net: GpuNet) {
    this.#net = net;
  }

  /**
   * Compiles the kernels for the adapter's device, and takes memory for what is kept from step to step.
   *
   * @param codeFor gives them, with no more storage buffers for a dispatch of several than the device has.
   * @throws {InputError} when there is no adapter, or it has less than is needed.
   * @throws {DeviceError} when the device refuses something.
   */
  static async open(plan: RunPlan, codeFor: (mostBindings: number) => GpuCode): Promise<GpuHost> {
    const adapter = await demandAdapter(), code = codeFor(mostBindings(adapter)), { dispatches } = code;
    const buffers = sharedBytes(plan, dispatches.together);
    // data sets come later
    const gpu = await openGpu({ buffers, bindings: bindingsOf(code), more: true }, adapter), { device } = gpu;
    const pipelines = await createPipelines(device, code);
    const memory = await takeMemory(plan, device, dispatches.together);
    return new GpuHost({ plan, gpu, dispatches, pipelines, memory });
  }

  /** What the driver calls the device. */
  get device(): string {
    return this.#net.gpu.name;
  }

  /** See {@linkcode Host}. */
  get progress(): number {
    return this.#submissions?.progress ?? 0;
  }

  /** See {@linkcode Host}. The first time every kernel runs once, since drivers compile them then. */
  async place({ rows }: Layout): Promise<void> {
    const { plan, gpu: { device }, pipelines, memory } = this.#net;
    const same = rows.findIndex((own, i) => JSON.stringify(own) !== JSON.stringify(this.#sets[i]?.rows));
    const kept = same < 0 ? rows.length : same;
    for (const { memory } of this.#sets.splice(kept)) memory.destroy();
    for (const own of rows.slice(kept)) {
      const counts = this.#counts(own);
      checkSizes({ buffers: rowsBytes(plan, [counts]), numbers: STEP_STRIDE * mostSteps([counts]) }, device.limits);
      const taken = await takeSet(plan, device, pipelines, memory, counts);
      this.#sets.push({ rows: own, memory: taken });
      if (!this.#closed) continue;
      taken.destroy();
      throw this.#closed;
    }
    if (this.#submissions) return;
    this.#submissions = await Submissions.begin(this.#net, this.#sets[0].memory, this.#counts(rows[0]).steps);
    await checked(device, `the memory of net ${plan.name}`, () => clear(this.#net));
  }

  /** Rows of a data set. */
  #counts(rows: RowPlaces): { samples: number; steps: number } {
    const { plan: { tensors, batchRows } } = this.#net, [, ...shape] = tensors.data.shape;
    const size = shape.reduce((product, extent) => product * extent, 1);
    return { samples: rows.data[1] / size, steps: rows.order[1] / batchRows };
  }

  /** See {@linkcode Host}. */
  async orLast<Read extends Reached>(reached: Reached, read: Promise<Read>): Promise<Read> {
    try {
      this.#last = await read;
    } catch (error) {
      const whole = reached.steps - (reached.partial?.steps ?? 0), isLost = error instanceof DeviceError && error.lost;
      if (!isLost || this.#last?.steps !== whole) throw error;
    }
    return this.#last as Read;
  }

  /** See {@linkcode Host}. */
  put(address: number, values: Numbers): void {
    // the device is not this net's alone, and would be at fault for what is written to a buffer that is gone
    if (this.#closed) return;
    // what is read after this is something else
    if (address < this.#net.plan.arenaBytes) this.#last = undefined;
    const { buffer, offset } = this.#at(address), { queue } = this.#net.gpu.device;
    const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength),
      whole = bytes.length & ~3;
    queue.writeBuffer(buffer, offset, bytes, 0, whole);
    if (whole === bytes.length) return;
    // whole words are written, and buffers have them
    const last = new Uint8Array(4);
    last.set(bytes.subarray(whole));
    queue.writeBuffer(buffer, offset + whole, last);
  }

  /** See {@linkcode Host}. What is asked for at once is waited for once. */
  async get(address: number, bytes: number): Promise<ArrayBuffer> {
    const index = this.#reads.push({ ...this.#at(address), bytes }) - 1;
    this.#contents ??= Promise.resolve().then(() => {
      const reads = this.#reads;
      this.#reads = [];
      this.#contents = undefined;
      return this.#checked(() => readBuffers(this.#net.gpu, reads));
    });
    return (await this.#contents)[index];
  }

  /** The place of an address: in the arena, or in the rows of a data set. */
  #at(address: number): Place {
    const { plan, memory: { places } } = this.#net;
    for (const [name, { buffer, offset }] of Object.entries(places)) {
      const { offset: from, bytes } = plan.tensors[name];
      if (address >= from && address < from + bytes) return { buffer, offset: offset + address - from };
    }
    for (const { rows, memory: { buffers } } of this.#sets) {
      for (const [name, [from, elements]] of Object.entries(rows)) {
        if (address >= from && address < from + bytesOf(plan, name, elements)) {
          return { buffer: buffers[name], offset: address - from };
        }
      }
    }
    throw new RangeError(`no tensor of net ${plan.name} is at ${address}`);
  }

  /** See {@linkcode Host}. What it gives, a `get` waits for. */
  once(set: number, mode: Mode): void {
    const { gpu, dispatches } = this.#net;
    submit(gpu, encodeSteps(this.#net, this.#sets[set].memory, dispatches[mode], [0, 1]));
  }

  /** See {@linkcode Host}. */
  async run({ set, mode, from, to }: Work): Promise<number> {
    const submissions = this.#submissions!, { dispatches } = this.#net;
    submissions.goOn();
    const done = await this.#checked(() => submissions.submit(this.#sets[set].memory, dispatches[mode], [from, to]));
    submissions.done(done);
    return done;
  }

  /** See {@linkcode Host}. */
  halt(): void {
    this.#submissions?.stop();
  }

  /** See {@linkcode Host}. */
  close(error: Error): void {
    this.#closed ??= error;
    this.halt();
    for (const { memory } of this.#sets) memory.destroy();
    this.#net.memory.destroy();
  }

  /** Waits for the device; what a closed net makes it say is that it is closed. */
  async #checked<Result>(body: () => Promise<Result>): Promise<Result> {
    const { plan, gpu: { device } } = this.#net;
    if (this.#closed) throw this.#closed;
    try {
      return await checked(device, `net ${plan.name} on the GPU`, body);
    } catch (error) {
      throw this.#closed ?? error;
    }
  }
}

/** Zeros for all that is kept from step to step. */
function clear({ gpu, memory: { places } }: GpuNet): void {
  const encoder = gpu.device.createCommandEncoder();
  for (const buffer of new Set(Object.values(places).map(({ buffer }) => buffer))) encoder.clearBuffer(buffer);
  submit(gpu, encoder.finish());
}

/** Bytes of so many elements of a tensor. */
function bytesOf({ tensors }: RunPlan, name: string, elements: number): number {
  return (tensors[name].dtype === "u8" ? 1 : 4) * elements;
}

/** The bytes of a program that runs on a GPU: there are none. */
export const noModule = (): Promise<never> => Promise.reject(new Error("a net for a GPU has no module"));
