/**
 * What a spec may name.
 *
 * @module
 */
import { freeze } from "../codegen/plan/freeze.ts";
import type { Registry } from "../codegen/language/registry.ts";
import { kernels } from "../kernels/mod.ts";
import { schedulers } from "../kernels/schedules/schedulers.ts";

export type { Registry };

/**
 * All layers, losses, optimizers and schedulers.
 *
 * @ignore the compiler's own types
 */
export const registry: Registry = freeze({ ...kernels, schedulers });
