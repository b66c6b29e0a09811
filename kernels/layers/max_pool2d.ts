import type { LayerKind } from "../../codegen/language/layer.ts";
import { maxPool } from "../max_pool.ts";
import type { PoolOptions } from "../pool.ts";

/** The largest elements of windows over [channels, height, width]. */
export const maxPool2d: LayerKind<PoolOptions> = maxPool("maxPool2d", 2, "kernels/layers/max_pool2d.ts");
