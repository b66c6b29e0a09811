import type { LayerKind } from "../../codegen/language/layer.ts";
import { maxPool } from "../max_pool.ts";
import type { PoolOptions } from "../pool.ts";

/** The largest elements of windows over [channels, length]. */
export const maxPool1d: LayerKind<PoolOptions> = maxPool("maxPool1d", 1, "kernels/layers/max_pool1d.ts");
