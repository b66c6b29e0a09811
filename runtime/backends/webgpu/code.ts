/**
 * What is generated for target webgpu, as a device can run it: a list of dispatches, and the text of each.
 *
 * @module
 */
import type { Dispatches } from "../../../codegen/targets/webgpu/dispatch.ts";

/** A generated step with the text of its kernels. It is plain JSON: nothing of the compiler is needed to run it. */
export interface GpuCode {
  readonly dispatches: Dispatches;
  readonly texts: Readonly<Record<string, string>>;
}

/** Files of target webgpu, by name. */
export type GpuFiles = Readonly<Record<string, string>>;

/**
 * The files of target webgpu, for a device that lets a kernel have so many storage buffers.
 *
 * @param again prints them with no more than so many: where a dispatch of several kernels needs more, there are more
 * dispatches.
 */
export function fittedCode(files: GpuFiles, mostBindings: number, again: (mostBindings: number) => GpuFiles): GpuCode {
  const usual = codeOf(files), buffers = bindingsOf(usual);
  const tooWide = Object.entries(usual.dispatches.kernels).some(([name, { kernels }]) =>
    kernels.length > 1 && buffers[name] > mostBindings
  );
  return tooWide ? codeOf(again(mostBindings)) : usual;
}

function codeOf(files: GpuFiles): GpuCode {
  const dispatches: Dispatches = JSON.parse(files["step.json"]);
  const texts = Object.keys(dispatches.kernels).map((name) => [name, files[`${name}.wgsl`]] as const);
  return { dispatches, texts: Object.fromEntries(texts) };
}

/** Storage buffers of each kernel. */
export function bindingsOf({ dispatches: { kernels } }: GpuCode): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(kernels).map(([name, { bindings }]) => [name, Math.max(...bindings) + 1]),
  );
}
