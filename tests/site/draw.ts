/// <reference lib="dom" />
/**
 * What the tests of "Draw and train" do with the site.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { basename } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import type { Frame, Open, Visit, VisitOptions } from "./drive.ts";

/** Ways of a pen that draw digits, in a field whose sides go from 0 to 1. */
const DIGITS: Readonly<Record<number, readonly (readonly [x: number, y: number])[]>> = {
  0: Array.from(
    { length: 25 },
    (_, i) => [0.5 + 0.2 * Math.sin(i * Math.PI / 12), 0.5 - 0.3 * Math.cos(i * Math.PI / 12)],
  ),
  1: [[0.5, 0.2], [0.49, 0.5], [0.48, 0.8]],
  2: [[0.32, 0.34], [0.38, 0.24], [0.5, 0.2], [0.62, 0.25], [0.66, 0.36], [0.6, 0.5], [0.45, 0.65], [0.32, 0.8], [
    0.5,
    0.79,
  ], [
    0.7,
    0.8,
  ]],
  3: [[0.34, 0.25], [0.48, 0.2], [0.62, 0.26], [0.62, 0.38], [0.48, 0.48], [0.62, 0.56], [0.65, 0.7], [0.52, 0.8], [
    0.34,
    0.76,
  ]],
  7: [[0.3, 0.25], [0.5, 0.24], [0.7, 0.25], [0.6, 0.5], [0.5, 0.75], [0.46, 0.85]],
};

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** The part of the test images that are right, as the page says; not below what is asked for. */
export async function trainedTo(page: Page, percent: number): Promise<{ percent: number; images: number }> {
  const found = await page.waitForFunction(
    (percent) => {
      const [right, images] = [...document.querySelectorAll(".training .figures dd span")].map(({ textContent }) =>
        textContent!
      );
      return parseFloat(right) >= percent && { percent: parseFloat(right), images: Number(images.replaceAll(",", "")) };
    },
    percent,
    { timeout: 240_000, polling: 100 },
  );
  return await found.jsonValue() as { percent: number; images: number };
}

/** Where a spot of the field is on the page. */
async function placer(page: Page): Promise<(spot: readonly [number, number]) => [number, number]> {
  const surface = page.locator(".surface");
  await surface.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await surface.boundingBox())!;
  return ([across, down]) => [x + across * width, y + down * height];
}

/** Draws a digit by mouse. */
export async function byMouse(page: Page, digit: number): Promise<void> {
  const at = await placer(page), [first, ...others] = DIGITS[digit].map(at);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const spot of others) await page.mouse.move(...spot, { steps: 3 });
  await page.mouse.up();
}

/** Clears by a key while the mouse is down, and moves it on. */
async function clearWhileDrawing(page: Page): Promise<void> {
  const [first, ...others] = DIGITS[1].map(await placer(page));
  await page.mouse.move(...first);
  await page.mouse.down();
  await page.keyboard.press("Delete");
  for (const spot of others) await page.mouse.move(...spot, { steps: 3 });
  await page.mouse.up();
}

/** Draws a digit by a finger. */
async function byTouch(page: Page, session: CDPSession, digit: number): Promise<void> {
  const at = await placer(page);
  for (const [i, spot] of DIGITS[digit].map(at).entries()) {
    const touchPoints = [{ x: spot[0], y: spot[1] }];
    await session.send("Input.dispatchTouchEvent", { type: i === 0 ? "touchStart" : "touchMove", touchPoints });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** What the page says of what is drawn, when it has said something new. */
async function said(page: Page, before: string): Promise<string> {
  const found = await page.waitForFunction((before) => {
    const text = document.querySelector(".said")!.textContent!;
    return /^It is/.test(text) && text !== before && text;
  }, before);
  return await found.jsonValue() as string;
}

/** Draws digits one after the other; what the page says of each. */
async function drawn(page: Page, digits: readonly number[], draw: (digit: number) => Promise<void>): Promise<string[]> {
  const all: string[] = [];
  for (const digit of digits) {
    await button(page, "Clear").click();
    await draw(digit);
    // the last stroke is answered, too
    await page.waitForTimeout(300);
    all.push(await said(page, ""));
  }
  return all;
}

/** A training from a visitor's first click on. */
export interface Trained {
  /** Milliseconds from when the page was asked for to the first step. */
  readonly firstStep: number;
  readonly reached: { readonly percent: number; readonly images: number };
  /** Animation frames of over 50 ms while it trained, and milliseconds of processor time of the page's longest task. */
  readonly frames: readonly Frame[];
  readonly task: number;
  readonly whileTraining: string;
  readonly mouse: readonly string[];
  readonly note: string;
  readonly violations: readonly string[];
  readonly messages: readonly string[];
  readonly foreign: readonly string[];
  /** Scripts that were loaded, by name. */
  readonly scripts: readonly string[];
  /** Workers while it trained, and when the page was closed. */
  readonly workers: readonly [before: number, after: number];
}

/** Trains to a part of the test images, draws by mouse, saves the net, and closes the page while it trains. */
export async function train(open: Open, percent: number, file: string, digits: readonly number[]): Promise<Trained> {
  const visit = await open(), { page } = visit;
  await button(page, "Train").click();
  await page.waitForFunction(() => performance.getEntriesByName("first step").length > 0);
  const firstStep = await page.evaluate(() => performance.getEntriesByName("first step")[0].startTime);
  // while the page is loaded, frames are long
  await page.waitForTimeout(500);
  await visit.longFrames();
  await byMouse(page, 7);
  const whileTraining = await said(page, "");
  let reached = { percent: 0, images: 0 };
  const task = await visit.longestTask(async () => {
    reached = await trainedTo(page, percent);
  });
  const frames = await visit.longFrames();
  await clearWhileDrawing(page);
  const mouse = await drawn(page, digits, (digit) => byMouse(page, digit));
  const note = await page.innerText(".runs");
  const download = page.waitForEvent("download");
  await button(page, "Save the net").click();
  await (await download).saveAs(file);
  const violations = await visit.violations(), before = await visit.threads();
  await page.close();
  for (let i = 0; i < 100 && await visit.threads() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  const workers = [before, await visit.threads()] as const, { messages, foreign } = visit;
  const scripts = visit.files.filter((name) => name.endsWith(".js"));
  await visit.close();
  return {
    ...{
      firstStep,
      reached,
      frames,
      task,
      whileTraining,
      mouse,
      note,
      violations,
      messages,
      foreign,
      scripts,
      workers,
    },
  };
}

/** A phone. */
const PHONE: VisitOptions = { width: 390, height: 844, touch: true, scheme: "dark" };

/** Takes a saved net on a phone, and draws by touch; what the page says of each file and digit. */
export async function touch(open: Open, file: string, bad: string, digits: readonly number[]) {
  const visit = await open(PHONE), { page } = visit, overflows = [await visit.overflow()];
  const choose = async (path: string) => {
    const file = {
      name: basename(path),
      mimeType: "application/octet-stream",
      buffer: Buffer.from(await Deno.readFile(path)),
    };
    await page.setInputFiles("input[accept='.safetensors']", file);
  };
  await choose(bad);
  const refused = await page.locator(".part .warning:not(:empty)").innerText();
  await choose(file);
  const taken = await page.locator(".part p[role=status]", { hasText: "are right" }).innerText();
  const session = await visit.context.newCDPSession(page);
  const fingers = await drawn(page, digits, (digit) => byTouch(page, session, digit));
  overflows.push(await visit.overflow());
  const violations = await visit.violations(), { messages, foreign } = visit;
  await visit.close();
  return { refused, taken, fingers, overflows, violations, messages, foreign };
}

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector)) return;
  }
  throw new Error(`the keyboard does not get to ${selector}`);
}

/** Trains, pauses, draws a one and keeps it, by the keyboard alone. */
export async function keyboard(open: Open) {
  const visit = await open(), { page } = visit, { keyboard } = page;
  await page.waitForSelector(".runs:not(:empty)");
  await tabTo(page, "button.main");
  await keyboard.press("Enter");
  await trainedTo(page, 75);
  await keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("button.main")!.textContent === "Go on");
  await tabTo(page, ".surface");
  for (let i = 0; i < 6; i++) await keyboard.press("ArrowRight");
  await keyboard.press("Space");
  for (let i = 0; i < 14; i++) await keyboard.press("ArrowDown");
  await keyboard.press("Space");
  await page.waitForFunction(() => /^It is/.test(document.getElementById("told")!.textContent!));
  const told = await page.textContent("#told"), shown = await said(page, "");
  await tabTo(page, "#label");
  await keyboard.press("1");
  await tabTo(page, ".own button");
  await keyboard.press("Enter");
  await page.waitForSelector(".drawings li");
  const kept = await page.locator(".drawings li").count();
  await page.reload();
  await page.waitForSelector(".drawings li");
  const again = await page.locator(".drawings li").innerText(), { messages } = visit;
  await visit.close();
  return { told, shown, kept, again, messages };
}

/** What a page runs on that is opened in some way, where it is chosen, and whether it learns there. */
export async function runsOn(open: Open, options: VisitOptions, choice?: string) {
  const visit = await open(options), { page } = visit;
  await page.waitForSelector(".facts dd");
  if (choice) await page.selectOption("#runs", choice);
  await page.waitForFunction(() => /^Will train/.test(document.querySelector(".runs")!.textContent!));
  const wrong = await page.locator(".training .warning").innerText();
  await button(page, "Train").click();
  await page.waitForFunction(() => performance.getEntriesByName("first step").length > 0);
  const runs = await page.innerText(".runs"), facts = await page.innerText(".facts"), { messages, foreign } = visit;
  await visit.close();
  return { runs, facts, wrong, messages, foreign };
}

/** Trains where the second part of the images comes late, and the third one at first not at all. */
export async function slow(open: Open) {
  const visit = await open(), { page, context } = visit;
  const seen = () =>
    page.evaluate(() =>
      Number(document.querySelectorAll(".training .figures dd span")[1].textContent!.replaceAll(",", ""))
    );
  const { promise, resolve } = Promise.withResolvers<void>();
  let fails = true;
  await context.route(/train-images-1/, async (route) => {
    await promise;
    await route.continue();
  });
  await context.route(/train-images-2/, (route) => fails ? route.abort() : route.continue());
  await button(page, "Train").click();
  // all whole steps of the first part
  await page.waitForFunction(() =>
    /^5,952$/.test(document.querySelectorAll(".training .figures dd span")[1].textContent!)
  );
  await page.waitForTimeout(300);
  const first = await seen();
  resolve();
  const wrong = await page.locator(".training .warning:not(:empty)").innerText(), before = await seen();
  fails = false;
  await button(page, "Go on").click();
  await page.waitForFunction(
    (before) =>
      Number(document.querySelectorAll(".training .figures dd span")[1].textContent!.replaceAll(",", "")) > before,
    before + 1000,
  );
  const { foreign } = visit;
  await visit.close();
  return { first, wrong, before, foreign };
}

/**
 * Images seen while no frame is drawn, as in a tab in the background; then whether it trains on after its kernels were to be
 * timed but were not, what they take, and whether it trains on after that.
 */
export async function hidden(open: Open) {
  const visit = await open(), { page } = visit;
  const seen = () =>
    page.evaluate(() =>
      Number(document.querySelectorAll(".training .figures dd span")[1].textContent!.replaceAll(",", ""))
    );
  await button(page, "Train").click();
  await page.waitForFunction(() => performance.getEntriesByName("first step").length > 0);
  await page.evaluate(() => void (globalThis.requestAnimationFrame = () => 0));
  const before = await seen();
  await page.waitForTimeout(1500);
  const images = await seen() - before;
  await page.evaluate(() => {
    const press = (name: string) =>
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name)!.click();
    press("Time the kernels");
    press("Stop");
  });
  const stopped = await seen();
  await page.waitForFunction(
    (images) =>
      Number(document.querySelectorAll(".training .figures dd span")[1].textContent!.replaceAll(",", "")) >= images,
    stopped + 3000,
  );
  const main = await page.textContent("button.main");
  await button(page, "Time the kernels").click();
  await page.waitForSelector(".kernel-costs");
  const kernels = await page.locator(".kernel-costs tbody tr").count(),
    told = await page.textContent(".kernel-costs tfoot th");
  await page.waitForFunction(() => document.querySelector("button.main")!.textContent === "Pause");
  const violations = await visit.violations(), { messages, foreign } = visit;
  await visit.close();
  return { images, main, kernels, told, violations, messages, foreign };
}

/** What is held after some trainings, each of its own net. */
export interface Held {
  /** Bytes of the page's own objects. */
  readonly heap: number;
  readonly workers: number;
  /** Bytes of memory that the page's process has. */
  readonly resident: number;
}

/** Trains some times, each a little; what is held after each. */
export async function often(open: Open, times: number): Promise<Held[]> {
  const visit: Visit = await open(),
    { page } = visit,
    session = await visit.context.newCDPSession(page),
    held: Held[] = [];
  const seen = (images: number) =>
    page.waitForFunction(
      (images) => {
        const text = document.querySelectorAll(".training .figures dd span")[1].textContent!;
        return images === 0 ? text === "0" : Number(text.replaceAll(",", "")) >= images;
      },
      images,
      { polling: 50 },
    );
  await page.waitForSelector(".runs:not(:empty)");
  for (let i = 0; i < times; i++) {
    await page.locator("button.main").click();
    await seen(640);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize: heap } = await session.send("Runtime.getHeapUsage");
    held.push({ heap, workers: await visit.threads(), resident: await visit.resident() });
    await button(page, "Start over").click();
    await seen(0);
    await page.waitForFunction(() => /^Will train/.test(document.querySelector(".runs")!.textContent!));
  }
  await visit.close();
  return held;
}
