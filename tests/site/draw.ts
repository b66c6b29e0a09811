/// <reference lib="dom" />
/**
 * What the tests of "Draw and train" do with the site.
 *
 * @module
 */
import type { Open, Visit, VisitOptions } from "./drive.ts";

/** A first look, and pictures of it. */
export async function look(
  open: Open,
  folder: string,
  options: VisitOptions & { readonly name: string; readonly seconds: number },
) {
  const visit = await open(options), { page } = visit;
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.waitForTimeout(1000 * options.seconds);
  const box = (await page.locator(".surface").boundingBox())!;
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(0.3, 0.25));
  await page.mouse.down();
  for (const [x, y] of [[0.5, 0.24], [0.7, 0.25], [0.6, 0.5], [0.5, 0.75], [0.46, 0.85]] as const) {
    await page.mouse.move(...at(x, y), { steps: 5 });
  }
  await page.mouse.up();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${folder}/${options.name}.png`, fullPage: true });
  const text = await page.innerText("main");
  const found = {
    text,
    frames: await visit.longestFrame(),
    overflow: await visit.overflow(),
    threads: await visit.threads(),
    violations: await visit.violations(),
    messages: visit.messages,
    foreign: visit.foreign,
  };
  await visit.close();
  return found;
}
export type { Visit };
