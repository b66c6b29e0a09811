/** The WebGPU adapter of this machine, for tests that need one, and others in its place. */
import type { Target } from "../codegen/targets/target.ts";
import { findAdapter } from "../runtime/backends/webgpu/find_adapter.ts";

const adapter = await findAdapter();

/** Whether tests that need an adapter are skipped. CI sets the variable: there they fail. */
export const ignore = adapter === undefined && Deno.env.get("KERNELWRIGHT_NEED_ADAPTER") !== "1";
if (ignore) {
  console.log(
    "no WebGPU adapter here (on Linux the package mesa-vulkan-drivers has one): tests that need it are skipped",
  );
}

/** Whether tests of a target are skipped, since it needs an adapter. */
export function lacksAdapter({ backend }: Pick<Target, "backend">): boolean {
  return backend === "webgpu" && ignore;
}

/** Runs with another `navigator.gpu`. */
export async function withGpu<Result>(value: unknown, body: () => Promise<Result>): Promise<Result> {
  Object.defineProperty(navigator, "gpu", { value, configurable: true });
  try {
    return await body();
  } finally {
    // what was there before is the prototype's
    Reflect.deleteProperty(navigator, "gpu");
  }
}

/** A `navigator.gpu` whose adapter is this machine's, but says something else of itself; and the devices it gave. */
export function disguised(
  { info = {}, limits = {}, features, granted = {}, prepare }: {
    info?: Partial<GPUAdapterInfo>;
    limits?: Partial<GPUSupportedLimits>;
    features?: ReadonlySet<string>;
    /** Limits of its devices, whatever they are asked for. */
    granted?: Readonly<Record<string, number>>;
    /** Called with each device before anyone else has it. */
    prepare?: (device: GPUDevice) => void;
  },
): { gpu: unknown; devices: GPUDevice[] } {
  const devices: GPUDevice[] = [], real = adapter;
  if (!real) throw new Error("this test needs a WebGPU adapter, and there is none");
  const { vendor, architecture, device, description, isFallbackAdapter } = real.info;
  const own: Readonly<Record<string | symbol, unknown>> = limits;
  return {
    devices,
    gpu: {
      requestAdapter: () =>
        Promise.resolve({
          info: { vendor, architecture, device, description, isFallbackAdapter, ...info },
          features: features ?? real.features,
          limits: new Proxy(real.limits, {
            get: (all, key) => own[key] ?? all[key as keyof GPUSupportedLimits],
          }),
          async requestDevice({ requiredLimits = {}, ...descriptor }: GPUDeviceDescriptor) {
            const device = await real.requestDevice({
              ...descriptor,
              requiredLimits: { ...requiredLimits, ...granted },
            });
            prepare?.(device);
            devices.push(device);
            return device;
          },
        }),
    },
  };
}
