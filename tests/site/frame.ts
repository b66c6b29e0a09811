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
  const visit = await open({ plain, serviceWorkers });
  await visit.page.waitForSelector("#threads:not(:empty)");
  // a page that is loaded again and again is caught meanwhile
  await visit.page.waitForTimeout(500);
  const isolated = await visit.page.evaluate(() => crossOriginIsolated);
  const said = await visit.page.textContent("#threads") ?? "";
  const loads = visit.loads();
  await visit.close();
  return { isolated, said, loads, messages: visit.messages, foreign: visit.foreign };
}

/** A screen as it is found. */
export interface Shown {
  readonly title: string;
  readonly heading: string;
  /** What the frame marks as the one that is shown. */
  readonly current: string;
  /** Whether the heading has the focus. */
  readonly focused: boolean;
  /** Screens that are to be seen. */
  readonly screens: number;
  readonly overflow: number;
  readonly violations: readonly string[];
}

/** What is in the screens: their own tests look at it, when it is whole. */
const SCREENS = ".screen > div";

/** Goes to each screen by its link, with a keyboard alone, and back by the browser's button. */
export async function screens(open: Open, scheme: "light" | "dark", width: number) {
  const visit = await open({ scheme, width }), { page } = visit, found: Shown[] = [];
  const look = async (name: string) => {
    await page.waitForFunction((name) => {
      const root = document.querySelector(`.screen.${name} > div`);
      return root && !/^(?:Loading…)?$/.test(root.textContent!);
    }, name);
    const shown = await page.evaluate(() => ({
      title: document.title,
      heading: document.querySelector(".screen:not([hidden]) h1")!.textContent!,
      current: document.querySelector("nav [aria-current]")!.textContent!,
      focused: document.activeElement === document.querySelector(".screen:not([hidden]) h1"),
      screens: document.querySelectorAll(".screen:not([hidden])").length,
    }));
    found.push({ ...shown, overflow: await visit.overflow(), violations: await visit.violations(SCREENS) });
  };
  await look("draw");
  for (const name of ["compiler", "costs"]) {
    await page.focus(`nav a[href="#${name}"]`);
    await page.keyboard.press("Enter");
    await look(name);
  }
  await page.goBack();
  await look("compiler");
  await page.goto(`${visit.site}#nowhere`);
  await look("draw");
  const { messages, foreign } = visit;
  await visit.close();
  return { found, messages, foreign };
}
