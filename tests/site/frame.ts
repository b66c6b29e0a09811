/// <reference lib="dom" />
/**
 * What the tests of the frame do with the site.
 *
 * @module
 */
import type { Open } from "./drive.ts";

/** Whether the page is isolated, what it says of that, and how often it was loaded. */
export interface Isolation {
  readonly isolated: boolean;
  readonly said: string;
  readonly loads: number;
  readonly messages: readonly string[];
  readonly foreign: readonly string[];
}

/** Opens the site, and looks at that. */
export async function isolation(open: Open, plain: boolean, serviceWorkers: boolean): Promise<Isolation> {
  const visit = await open({ address: "#costs", plain, serviceWorkers });
  await visit.page.waitForSelector("#threads:not(:empty)");
  // a page that is loaded again and again is caught meanwhile
  await visit.page.waitForTimeout(500);
  const isolated = await visit.page.evaluate(() => crossOriginIsolated);
  const said = await visit.page.textContent("#threads") ?? "";
  const loads = visit.loads();
  await visit.close();
  return { isolated, said, loads, messages: visit.messages, foreign: visit.foreign };
}
