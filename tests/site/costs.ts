/// <reference lib="dom" />
/**
 * What the tests of "What each choice costs" do with the site.
 *
 * @module
 */
import type { Locator, Page } from "playwright-core";
import type { Open, Visit, VisitOptions } from "./drive.ts";

/** A rung as it is shown. */
export interface Shown {
  readonly name: string;
  readonly title: string;
  /** What its element says of its state. */
  readonly state: string;
  /** Speeds, as text: here and there. */
  readonly here: string;
  readonly there: string;
  readonly note: string;
  /** Losses here, as text; empty where it has not run. */
  readonly losses: string;
  /** What it brought, and why. */
  readonly told: string;
}

/** What a page did. */
export interface Seen {
  readonly rungs: readonly Shown[];
  readonly sum: string;
  /** What a screen reader was told last. */
  readonly spoken: string;
  /** Milliseconds of processor time of the page's longest task while rungs ran; only `runs` tells. */
  readonly task?: number;
  readonly overflow: number;
  readonly violations: readonly string[];
  readonly messages: readonly string[];
  readonly foreign: readonly string[];
  /** Workers that live in the end. */
  readonly threads: number;
}

/** Milliseconds that a rung may take on a machine that has much else to do. */
const PATIENCE = 120_000;

const rungs = (page: Page) => page.locator("li.rung");
const rungOf = (page: Page, name: string) => rungs(page).filter({ has: page.locator(`#rung-${name}`) });
/** A rung's button, which runs it or stops it. */
const buttonOf = (rung: Locator) => rung.locator("button.plain");
const stateOf = (rung: Locator) => rung.getAttribute("data-state");

async function opened(open: Open, options: VisitOptions): Promise<Visit> {
  const visit = await open({ ...options, address: "#costs" });
  await rungs(visit.page).first().waitFor();
  return visit;
}

/** When a rung is in another state than this. */
async function leaves(rung: Locator, state: string): Promise<void> {
  const until = performance.now() + PATIENCE;
  while (await stateOf(rung) === state) {
    if (performance.now() > until) throw new Error(`a rung stays ${state}: ${await rung.textContent()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function run(page: Page, name: string): Promise<void> {
  const rung = rungOf(page, name);
  await buttonOf(rung).click();
  await leaves(rung, "running");
}

/** Workers that live still, when they had time to end. */
async function workersLeft(visit: Visit): Promise<number> {
  for (let i = 0; i < 100; i++) {
    if (await visit.threads() === 0) return 0;
    await visit.page.waitForTimeout(100);
  }
  return await visit.threads();
}

/** All that can be seen, and closes the page. */
async function seen(visit: Visit): Promise<Seen> {
  const { page } = visit, shown: Shown[] = [];
  for (const rung of await rungs(page).all()) {
    const text = async (selector: string) => (await rung.locator(selector).textContent() ?? "").trim();
    shown.push({
      name: (await rung.locator(".body").getAttribute("id"))!.replace("rung-", ""),
      title: await text(".title span:last-child"),
      state: await stateOf(rung) ?? "",
      ...{
        here: await text(".here .figure"),
        there: await text(".there .figure"),
        note: await text(".speed > :last-child"),
      },
      ...{ losses: await text(".body > :last-child"), told: await text(".body > :nth-child(2)") },
    });
  }
  const found = {
    ...{ rungs: shown, sum: await page.locator(".sum").textContent() ?? "" },
    ...{ spoken: await page.textContent("#told") ?? "", overflow: await visit.overflow() },
    ...{ violations: await visit.violations(), threads: await workersLeft(visit) },
    ...{ messages: visit.messages, foreign: visit.foreign },
  };
  await visit.close();
  return found;
}

/** Runs rungs one by one, or all at once where none are named. */
export async function runs(open: Open, names: readonly string[], options: VisitOptions = {}): Promise<Seen> {
  const visit = await opened(open, options), { page } = visit;
  const task = await visit.longestTask(async () => {
    for (const name of names) await run(page, name);
    if (names.length > 0) return;
    const all = page.getByRole("button", { name: "Run all", exact: true });
    await all.click();
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
    await all.waitFor({ timeout: 3 * PATIENCE });
  });
  return { ...await seen(visit), task };
}

/** States of a rung and another one when it runs, when it was stopped, and when another one was begun. */
export async function stops(open: Open): Promise<{ readonly states: readonly string[]; readonly seen: Seen }> {
  const visit = await opened(open, {}), { page } = visit, states: string[] = [];
  const [first, other, team] = ["naive", "simd", "threads"].map((name) => rungOf(page, name));
  const note = async () => states.push(`${await stateOf(first)} ${await stateOf(other)}`);
  await buttonOf(first).click();
  await page.waitForTimeout(300);
  await note();
  await buttonOf(first).click();
  await leaves(first, "running");
  await note();
  // another one takes its place
  await buttonOf(first).click();
  await page.waitForTimeout(300);
  await buttonOf(other).click();
  await leaves(first, "running");
  await page.waitForTimeout(100);
  await note();
  await leaves(other, "running");
  await note();
  // one with workers of its own
  await buttonOf(team).click();
  await team.getByText("timing").waitFor({ timeout: PATIENCE });
  await buttonOf(team).click();
  await leaves(team, "running");
  states.push(`${await stateOf(team)}, ${await workersLeft(visit)} workers`);
  // all of them
  await page.getByRole("button", { name: "Run all", exact: true }).click();
  await page.waitForTimeout(300);
  await note();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await leaves(first, "running");
  await note();
  return { states, seen: await seen(visit) };
}

/** With a keyboard alone: a rung is opened, run, and its code looked at. Returns what had the focus, in words. */
export async function keyboard(open: Open): Promise<{ readonly focused: readonly string[]; readonly seen: Seen }> {
  const visit = await opened(open, { width: 390, height: 844, scheme: "dark", touch: true }), { page } = visit;
  const focused: string[] = [];
  const focus = () =>
    page.evaluate(() => {
      const { ariaLabel, textContent, ariaExpanded } = document.activeElement!;
      return `${ariaLabel ?? textContent}${ariaExpanded ? ` ${ariaExpanded}` : ""}`;
    });
  const tabTo = async (wanted: RegExp) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if (wanted.test(await focus())) return;
    }
    throw new Error(`no ${wanted} by the key Tab`);
  };
  await tabTo(/Vectors of four/);
  await page.keyboard.press("Enter");
  focused.push(await focus());
  await tabTo(/^Run/);
  focused.push(await focus());
  await page.keyboard.press("Space");
  await leaves(rungOf(page, "simd"), "idle");
  focused.push(await focus());
  await leaves(rungOf(page, "simd"), "running");
  await tabTo(/^Before/);
  focused.push(await focus());
  return { focused, seen: await seen(visit) };
}
