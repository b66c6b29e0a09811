/// <reference lib="dom" />
/**
 * Pictures of the site for the manual: each screen light, dark, and on a phone.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { compiled } from "./compiler.ts";
import { byMouse, trainedTo } from "./draw.ts";
import type { Open, VisitOptions } from "./drive.ts";

/** How each screen is looked at. */
const VIEWS: Readonly<Record<string, VisitOptions>> = {
  light: { scheme: "light", width: 1100, height: 820 },
  dark: { scheme: "dark", width: 1100, height: 820 },
  phone: { scheme: "light", width: 390, height: 844, touch: true },
};

/** Shows a page's beginning, without the focus anywhere. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
}

/** "What each choice costs" when all rungs have run: to be taken while the machine does nothing else. */
export async function costs(open: Open, folder: string): Promise<string[]> {
  const files: string[] = [], visit = await open({ ...VIEWS.light, address: "#costs" }), { page } = visit;
  const all = page.getByRole("button", { name: "Run all", exact: true });
  await all.click();
  await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
  await all.waitFor({ timeout: 240_000 });
  await atRest(page);
  for (const [view, { scheme, width, height }] of Object.entries(VIEWS)) {
    const path = `${folder}/costs_${view}.png`;
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: width!, height: height! });
    await page.screenshot({ path, fullPage: true });
    files.push(path);
  }
  await visit.close();
  return files;
}

/** "Draw and train" when it has learned something, and has seen a three. */
export async function pictures(open: Open, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const [view, options] of Object.entries(VIEWS)) {
    const visit = await open(options), { page } = visit, path = `${folder}/draw_${view}.png`;
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await trainedTo(page, 96);
    await byMouse(page, 3);
    await page.waitForFunction(() => /^It is/.test(document.querySelector(".said")!.textContent!));
    await page.waitForTimeout(1000);
    await atRest(page);
    await page.screenshot({
      path,
      fullPage: view === "phone",
      ...view === "phone" && { clip: { x: 0, y: 0, width: 390, height: 1500 } },
    });
    files.push(path);
    await visit.close();
  }
  return files;
}

/** "The compiler at work", with a kernel of the net that it begins with. */
export async function compiler(open: Open, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const [view, options] of Object.entries(VIEWS)) {
    const visit = await open({ ...options, address: "#compiler" }), { page } = visit;
    const path = `${folder}/compiler_${view}.png`;
    await compiled(page);
    const kernel = "linear1_relu2_forward", row = page.getByRole("option", { name: kernel }).first();
    if (await row.count() > 0) await row.click();
    await atRest(page);
    await page.waitForTimeout(3000);
    const { width } = options, height = view === "phone" ? 1500 : 1900;
    await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: width!, height } });
    files.push(path);
    await visit.close();
  }
  return files;
}
