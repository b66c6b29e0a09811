import type { LayerKind } from "../../codegen/language/layer.ts";
import { avgPool, type AvgPoolOptions } from "../avg_pool.ts";

/** The means of windows over [channels, height, width]. */
export const avgPool2d: LayerKind<AvgPoolOptions> = avgPool("avgPool2d", 2, "kernels/layers/avg_pool2d.ts");
