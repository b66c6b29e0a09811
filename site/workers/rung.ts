/**
 * A worker that trains one rung of the timeline.
 *
 * @module
 */
import { serve } from "./calls.ts";
import { endOneByOne } from "./one_by_one.ts";
import type { RungMethods } from "./rung_methods.ts";

// before what starts workers looks for what starts them
endOneByOne();
const loading = import("./rung_methods.ts");

serve<RungMethods>({
  measure: async (work, onPhase) => await (await loading).methods.measure(work, onPhase),
  stop: async () => (await loading).methods.stop(),
});
