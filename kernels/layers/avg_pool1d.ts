import type { LayerKind } from "../../codegen/language/layer.ts";
import { avgPool, type AvgPoolOptions } from "../avg_pool.ts";

/** The means of windows over [channels, length]. */
export const avgPool1d: LayerKind<AvgPoolOptions> = avgPool("avgPool1d", 1, "kernels/layers/avg_pool1d.ts");
