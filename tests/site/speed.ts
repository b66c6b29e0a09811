/// <reference lib="dom" />
/**
 * How fast the page trains, beside its bundle alone in the same Chromium: by hand, since no test says how long something
 * may take.
 *
 *     deno run --allow-all tests/site/drive.ts CHROMIUM runs/site ./speed.ts speed '[5, 3]'
 *
 * @module
 */
import type { Open } from "./drive.ts";

/** Images a second of the bundle alone, and of the page, in each round. */
export interface Speed {
  readonly bundle: number;
  readonly page: number;
}

/** Trains so many seconds by each, in turn, in some rounds. The page tests in between, and says what it takes a drawing for. */
export async function speed(open: Open, seconds: number, rounds: number): Promise<Speed[]> {
  const found: Speed[] = [];
  for (let i = 0; i < rounds; i++) {
    found.push({ bundle: await ofBundle(open, seconds), page: await ofPage(open, seconds) });
  }
  return found;
}

/** The bundle, in a page that has nothing else. */
async function ofBundle(open: Open, seconds: number): Promise<number> {
  const visit = await open({ address: "data/specs/mnist_cnn.json" }), { page, site } = visit;
  const app = /app-\w+/.exec(await (await fetch(site)).text())![0];
  const rate = await page.evaluate(async ([app, seconds]) => {
    const unpacked = async (name: string) => {
      const stream = (await fetch(`/data/${name}`)).body!.pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    };
    const { open } = await import(`/${app}/mnist_cnn/mnist_cnn.js`);
    const x = new Uint8Array(60000 * 784), y = await unpacked("train-labels.gz"), net = await open();
    for (let i = 0; i < 10; i++) x.set(await unpacked(`train-images-${i}.gz`), i * 6000 * 784);
    const stop = new AbortController();
    let images = 0, begin = 0, from = 0, rate = 0;
    const onStep = () => {
      images += 64;
      const now = performance.now();
      // what is slower at first is left out
      if (begin === 0 && images > 6400) [begin, from] = [now, images];
      if (begin === 0 || now - begin < 1000 * Number(seconds)) return;
      rate = 1000 * (images - from) / (now - begin);
      stop.abort();
    };
    await net.train({ x, y }, { epochs: 100, onStep, signal: stop.signal }).catch(() => {});
    net.close();
    return rate;
  }, [app, seconds] as const);
  await visit.close();
  return rate;
}

/** The page, as a visitor sees it, with a drawing. */
async function ofPage(open: Open, seconds: number): Promise<number> {
  const visit = await open(), { page } = visit;
  await page.locator(".surface").click();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const rate = await page.evaluate(async (seconds) => {
    const seen = () =>
      Number(document.querySelectorAll(".training .figures dd span")[1].textContent!.replaceAll(",", ""));
    const until = async (images: number) => {
      while (seen() < images) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(6400);
    const begin = performance.now(), from = seen();
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    await until(seen() + 1);
    return 1000 * (seen() - from) / (performance.now() - begin);
  }, seconds);
  await visit.close();
  return rate;
}
