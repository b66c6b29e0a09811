/// <reference lib="dom" />
/**
 * How fast the page trains, beside its bundle alone in the same Chromium: by hand, since no test says how long something
 * may take.
 *
 *     deno run --allow-all tests/site/drive.ts CHROMIUM runs/site ./speed.ts speed '[5, 3]'
 *
 * @module
 */
import type { Open, Visit } from "./drive.ts";

/** What was found of the bundle alone, and of the page. */
export interface Speed {
  readonly bundle: Figures;
  readonly page: Figures;
}

/** How fast it was, and what it took: on a busy machine, the second says more. */
export interface Figures {
  /** Images a second. */
  readonly rate: number;
  /** Microseconds of processor time for an image, of the whole browser. */
  readonly processor: number;
}

/** Trains so many seconds by each, in turn, in some rounds. The page tests in between, and says what it takes a drawing for. */
export async function speed(open: Open, seconds: number, rounds: number): Promise<Speed[]> {
  const found: Speed[] = [];
  for (let i = 0; i < rounds; i++) {
    found.push({ bundle: await ofBundle(open, seconds), page: await ofPage(open, seconds) });
  }
  return found;
}

/** Waits until it has seen some images, which are slower, and then so many seconds. */
async function timed(visit: Visit, seconds: number, seen: () => Promise<number>): Promise<Figures> {
  const until = async (images: number) => {
    while (await seen() < images) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await until(6400);
  const begin = performance.now(), from = await seen(), before = await visit.processor();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  await until(await seen() + 1);
  const images = await seen() - from, processor = await visit.processor() - before;
  return { rate: 1000 * images / (performance.now() - begin), processor: 1e6 * processor / images };
}

/** The bundle, in a page that has nothing else. */
async function ofBundle(open: Open, seconds: number): Promise<Figures> {
  const visit = await open({ address: "data/specs/mnist_cnn.json" }), { page, site } = visit;
  const app = /app-\w+/.exec(await (await fetch(site)).text())![0];
  await page.evaluate(async (app) => {
    const unpacked = async (name: string) => {
      const stream = (await fetch(`/data/${name}`)).body!.pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    };
    const { open } = await import(`/${app}/mnist_cnn/mnist_cnn.js`);
    const x = new Uint8Array(60000 * 784), y = await unpacked("train-labels.gz"), net = await open();
    for (let i = 0; i < 10; i++) x.set(await unpacked(`train-images-${i}.gz`), i * 6000 * 784);
    Object.assign(globalThis, { images: 0 });
    net.train({ x, y }, { epochs: 100, onStep: () => (globalThis as unknown as { images: number }).images += 64 });
  }, app);
  const figures = await timed(visit, seconds, () => page.evaluate("images") as Promise<number>);
  await visit.close();
  return figures;
}

/** The page, as a visitor sees it, with a drawing. */
async function ofPage(open: Open, seconds: number): Promise<Figures> {
  const visit = await open(), { page } = visit;
  await page.locator(".surface").click();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const figures = await timed(visit, seconds, async () => {
    const text = await page.evaluate(() => document.querySelectorAll(".training .figures dd span")[1].textContent!);
    return Number(text.replaceAll(",", ""));
  });
  await visit.close();
  return figures;
}
