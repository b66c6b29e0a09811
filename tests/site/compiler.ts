/// <reference lib="dom" />
/**
 * What the tests of the compiler's screen do with the site.
 *
 * @module
 */
import type { Page } from "playwright-core";
import type { Open, Visit } from "./drive.ts";

/** Milliseconds that something may take on a loaded machine. */
const PATIENCE = { timeout: 60_000, polling: 100 };

/** Waits until a net is compiled. */
export const compiled = (page: Page, name = "") =>
  page.waitForFunction(
    (name) => {
      const said = document.querySelector(".compiler .status")?.textContent ?? "";
      return said.startsWith(name) && said.includes("; compiled for");
    },
    name,
    PATIENCE,
  );

/** Waits until all three targets' code of a kernel is there. */
const coded = (page: Page, kernel: string) =>
  page.waitForFunction(
    (kernel) =>
      [...document.querySelectorAll(".code-panel pre")].every(({ textContent }) => textContent?.includes(kernel)),
    kernel,
    PATIENCE,
  );

const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();

/** What a visit leaves behind. */
export interface Left {
  readonly messages: readonly string[];
  readonly foreign: readonly string[];
}

async function left(visit: Visit): Promise<Left> {
  await visit.close();
  return { messages: visit.messages, foreign: visit.foreign };
}

/** What became of an edit. */
export interface Edited extends Left {
  /** Mistakes in words, where they are marked, and what the page says; with one mistake, with two, and with none. */
  readonly wrong: readonly { readonly listed: string[]; readonly marked: string[]; readonly status: string }[];
  readonly mended: string;
  /** What is offered behind "type" of a layer. */
  readonly offered: readonly string[];
  /** The code of a kernel in three languages, as shown. */
  readonly code: readonly string[];
  readonly violations: readonly string[];
  /** The spec, the one that its link leads to, and what is said of a link that is damaged. */
  readonly linked: { readonly text: string; readonly again: string; readonly damaged: string };
  /** When a link took the place of what was edited: what was edited, what the tab keeps, what is said, the text undone. */
  readonly replaced: { readonly edited: string; readonly kept: string; readonly said: string; readonly undone: string };
  /** The net that is chosen and the one that is shown, when the file of one chosen before comes after its own. */
  readonly chosen: readonly string[];
  readonly trained: { readonly line: string; readonly figures: string; readonly threads: readonly number[] };
}

/** Edits a net: with mistakes, and without; takes its link; trains it. */
export async function edit(open: Open, link: string, kernel: string): Promise<Edited> {
  const visit = await open({ address: `#compiler/${link}` }), { page } = visit;
  await compiled(page, "tiny");
  const wrong: Edited["wrong"][number][] = [];
  const look = async () => {
    await page.waitForFunction(() => document.querySelector(".mistakes li"), undefined, PATIENCE);
    wrong.push({
      listed: await texts(page, ".mistakes li"),
      marked: await texts(page, ".cm-lintRange-error"),
      status: await page.innerText(".compiler .status"),
    });
  };
  const mended = () => page.waitForFunction(() => !document.querySelector(".mistakes li"), undefined, PATIENCE);
  // an unknown kind, and one character that is missing
  await page.locator(".cm-line", { hasText: '"tanh"' }).click();
  await page.keyboard.press("End");
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("x");
  await look();
  await page.keyboard.press("Backspace");
  await mended();
  await page.locator(".cm-line", { hasText: '"batchSize"' }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await look();
  await page.keyboard.type(",");
  await mended();
  await compiled(page, "tiny");
  const status = await page.innerText(".compiler .status");
  await page.locator(".cm-line", { hasText: '"tanh"' }).click();
  await page.keyboard.press("End");
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
  for (let i = 0; i < 4; i++) await page.keyboard.press("Backspace");
  await page.keyboard.type("lea");
  // what is offered for the first letters gives way
  await page.locator(".cm-tooltip-autocomplete li").first().filter({ hasText: /^leakyRelu/ }).waitFor();
  const offered = await texts(page, ".cm-tooltip-autocomplete .cm-completionLabel");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+z");
  for (let i = 0; i < 8 && !(await page.locator(".cm-content").innerText()).includes('"tanh"'); i++) {
    await page.keyboard.press("Control+z");
  }
  await mended();
  await page.getByRole("option", { name: new RegExp(kernel.split("_").join("_\u200b?")) }).click();
  await coded(page, kernel);
  const code = await page.locator(".code-panel pre").allTextContents();
  const violations = await visit.violations();
  const chosen = await chooseTwice(page, link);
  const { replaced, ...linked } = await linkAgain(page);
  const trained = await train(visit);
  const seen = { wrong, mended: status, offered, code, violations, chosen, linked, replaced, trained };
  return { ...seen, ...await left(visit) };
}

const specOf = (page: Page) => page.locator(".cm-line").allInnerTexts().then((lines) => lines.join("\n"));

/** Chooses a net whose file comes late, and another one meanwhile; goes back to the first. */
async function chooseTwice(page: Page, link: string): Promise<string[]> {
  const come = Promise.withResolvers<void>(), late = /lenet5\.json$/, menu = page.getByLabel("Begin with");
  await page.route(late, async (route) => {
    await come.promise;
    await route.continue();
  });
  const answer = page.waitForResponse(late);
  await menu.selectOption("lenet5");
  await menu.selectOption("mnist_mlp");
  await compiled(page, "mnist_mlp");
  come.resolve();
  await (await answer).finished();
  await page.waitForTimeout(500);
  const chosen = [await menu.inputValue(), (await page.innerText(".compiler .status")).split(":")[0]];
  await page.evaluate((link) => location.hash = `#compiler/${link}`, link);
  await compiled(page, "tiny");
  return chosen;
}

/** Takes a link to the net, follows it after another net was shown and edited, undoes that; follows one that is damaged. */
async function linkAgain(page: Page): Promise<Edited["linked"] & Pick<Edited, "replaced">> {
  const text = await specOf(page);
  await page.getByRole("button", { name: "Copy a link to this net" }).click();
  await page.waitForFunction(() => location.hash.length > 20);
  const link = await page.evaluate(() => location.hash);
  await page.getByLabel("Begin with").selectOption("mnist_mlp");
  await compiled(page, "mnist_mlp");
  await page.locator(".cm-line", { hasText: '"name"' }).click();
  await page.keyboard.press("End");
  await page.keyboard.type(" ");
  const edited = await specOf(page);
  await page.evaluate((link) => location.hash = link, link);
  await compiled(page, "tiny");
  const again = await specOf(page), said = await page.innerText(".compiler .replaced");
  const kept = await page.evaluate(() => Object.values(sessionStorage).join());
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+z");
  await compiled(page, "mnist_mlp");
  const undone = await specOf(page), replaced = { edited, kept, said, undone };
  await page.evaluate((link) => location.hash = link.slice(0, -9), link);
  await page.waitForSelector(".compiler [role=alert]:visible");
  const damaged = await page.innerText(".compiler [role=alert]:visible");
  await page.evaluate((link) => location.hash = link, link);
  await compiled(page, "tiny");
  return { text, again, damaged, replaced };
}

/** Trains, looks how many workers there are meanwhile and behind it, stops. */
async function train({ page }: Visit): Promise<Edited["trained"]> {
  // a worker in reserve is started when all is compiled
  await coded(page, "specs/tiny.json");
  await page.waitForTimeout(1000);
  const threads = () => page.workers().length, before = threads();
  await page.getByRole("button", { name: "Train it here" }).click();
  await page.waitForFunction(
    () => /%/.test(document.querySelector(".compiler .figures")?.textContent ?? ""),
    undefined,
    PATIENCE,
  );
  const during = threads(), figures = await page.innerText(".compiler .figures");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.waitForFunction(
    () => /Stopped/.test(document.querySelector(".compiler")?.textContent ?? ""),
    undefined,
    PATIENCE,
  );
  for (let i = 0; i < 50 && threads() > before; i++) await page.waitForTimeout(100);
  const line = await page.innerText("section.part .note >> nth=0");
  return { line, figures, threads: [before, during, threads()] };
}

/** What is seen on a phone, in dark. */
export interface Phone extends Left {
  readonly overflow: number;
  readonly violations: readonly string[];
  /** Panels of code that are seen, before and after another tab was chosen. */
  readonly panels: readonly (readonly string[])[];
}

/** Looks at the screen on a phone. */
export async function phone(open: Open, link: string): Promise<Phone> {
  const visit = await open({ address: `#compiler/${link}`, scheme: "dark", width: 390, height: 844, touch: true });
  const { page } = visit;
  await compiled(page, "tiny");
  const seen = () => texts(page, ".code-panel:visible h3");
  const panels = [await seen()];
  await page.getByRole("tab", { name: "TypeScript" }).click();
  panels.push(await seen());
  const overflow = await visit.overflow(), violations = await visit.violations();
  return { overflow, violations, panels, ...await left(visit) };
}

/** What a keyboard alone reaches. */
export interface Keyboard extends Left {
  /** What has the focus, from one press of Tab to the next. */
  readonly stops: readonly string[];
  readonly mistakes: readonly string[];
  readonly chosen: readonly string[];
  readonly trains: boolean;
}

/** Edits, chooses a kernel and trains without a mouse. */
export async function keyboard(open: Open, link: string): Promise<Keyboard> {
  const visit = await open({ address: `#compiler/${link}` }), { page } = visit;
  await compiled(page, "tiny");
  const focused = () =>
    page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute("aria-label") ?? (at as HTMLElement | null)?.innerText.split("\n")[0] ?? "";
    });
  const stops: string[] = [], mistakes: string[] = [], chosen: string[] = [];
  let trains = false;
  for (let i = 0; i < 40 && chosen.length === 0; i++) {
    await page.keyboard.press("Tab");
    const stop = await focused();
    stops.push(stop);
    if (stop.startsWith("Spec of the net") && mistakes.length === 0) {
      await page.keyboard.type("x");
      await page.waitForFunction(() => document.querySelector(".mistakes li"), undefined, PATIENCE);
      mistakes.push(...await texts(page, ".mistakes li"));
      await page.keyboard.press("Backspace");
      await page.waitForFunction(() => !document.querySelector(".mistakes li"), undefined, PATIENCE);
    }
    if (stop === "Train it here") {
      await page.keyboard.press("Enter");
      await page.waitForFunction(
        () => /Target wasm/.test(document.querySelector(".compiler")?.textContent ?? ""),
        undefined,
        PATIENCE,
      );
      trains = true;
    }
    if (!stop.startsWith("Kernels of")) continue;
    for (const key of ["Home", "ArrowDown", "End"]) {
      await page.keyboard.press(key);
      chosen.push(await page.innerText(".kernels [aria-selected=true] .number"));
    }
  }
  return { stops, mistakes, chosen, trains, ...await left(visit) };
}
