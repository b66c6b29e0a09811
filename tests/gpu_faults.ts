/**
 * What a GPU's faults are to who asks for them, in a page.
 *
 * @module
 */
import { open, parseSpec } from "../mod.ts";
import { demandAdapter } from "../runtime/backends/webgpu/adapter.ts";
import { openGpu } from "../runtime/backends/webgpu/device.ts";
import { checked } from "../runtime/backends/webgpu/errors.ts";
import { createPipeline, stepLayout } from "../runtime/backends/webgpu/pipelines.ts";

/** What is said of a device that is lost while a net trains, of too large a buffer, a wrong shader, and too many buffers. */
export async function faults(given: unknown): Promise<string[]> {
  const spec = parseSpec(given), size = spec.input.reduce((a, b) => a * b), count = 4000 * spec.batchSize;
  const said: string[] = [],
    told = async (body: Promise<unknown>) => {
      said.push(await body.then(() => "nothing", (error) => `${error.name}: ${error.message}`));
    };
  const { prototype } = GPUAdapter, { requestDevice } = prototype, devices: GPUDevice[] = [];
  prototype.requestDevice = async function (...given) {
    devices.push(await requestDevice.apply(this, given));
    return devices.at(-1)!;
  };
  const net = await open(spec, { target: "webgpu" });
  const training = net.train({ x: new Uint8Array(size * count), y: new Uint8Array(count) }, { epochs: 1000 });
  setTimeout(() => devices[0].destroy(), 100);
  await told(training);
  net.close();
  const { device } = await openGpu({ buffers: {}, bindings: {} }, await demandAdapter());
  const usage = GPUBufferUsage.STORAGE;
  await told(checked(device, "a large buffer", () => device.createBuffer({ size: 2 ** 40, usage })));
  const dispatch = { kernels: ["broken"], workgroups: [1, 1], tensors: ["x"], bindings: [0], writes: ["x"] } as const;
  await told(createPipeline(device, "broken", "fn broken( {", dispatch, stepLayout(device)));
  await told(openGpu({ buffers: {}, bindings: { wide: 11 } }, await demandAdapter()));
  return said;
}
