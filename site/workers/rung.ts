/**
 * A worker that trains one rung of the timeline.
 *
 * @module
 */
import { serve } from "./calls.ts";
import type { RungMethods } from "./rung_methods.ts";

const loading = import("./rung_methods.ts");

serve<RungMethods>({
  measure: async (work, onPhase) => await (await loading).methods.measure(work, onPhase),
});
