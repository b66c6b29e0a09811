import type { Spec } from "../../codegen/graph/spec.ts";
import type { BundledModule } from "./modules.ts";
export function checkFile(_spec: Spec, _modules: readonly BundledModule[]): Promise<Uint8Array<ArrayBuffer>> {
  return Promise.resolve(new Uint8Array());
}
