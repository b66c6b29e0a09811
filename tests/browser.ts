/**
 * Opens a page in Chromium, light and dark, wide and at a phone's width, and prints as JSON what is wrong with it. It is
 * a program of its own because the browser's driver asks for permissions that tests have no use for.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-run --allow-sys=homedir,osRelease tests/browser.ts CHROMIUM PAGE [FOLDER]
 *
 * FOLDER: for screenshots.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What a view of the page showed. */
export interface View {
  readonly scheme: "light" | "dark";
  readonly width: number;
  /** Messages on the console, and errors. */
  readonly messages: string[];
  /** What was asked for, beyond the page itself. */
  readonly requests: string[];
  /** Pixels that the page is wider than the window. */
  readonly overflow: number;
  /** What the charts that are seen are called. */
  readonly charts: string[];
  /** Texts of charts that are cut off by its edge. */
  readonly cut: string[];
  /** Pictures that are shown, and those that could not be decoded. */
  readonly pictures: number;
  readonly broken: number;
  /** Texts that are hard to read: contrast below 4.5. */
  readonly faint: string[];
  /** Scripts in the page, and attributes that are. */
  readonly scripts: number;
}

/** What is looked at in the page. It runs there: no types of browsers are known here. */
function look(): Pick<View, "overflow" | "charts" | "cut" | "pictures" | "broken" | "faint" | "scripts"> {
  // deno-lint-ignore no-explicit-any
  const { document, getComputedStyle, innerWidth, Node } = globalThis as any;
  const all = (selector: string, inside = document) => [...inside.querySelectorAll(selector)];
  // deno-lint-ignore no-explicit-any
  const seen = (element: any) => element.getClientRects().length > 0;
  const rgb = (color: string): number[] => {
    const numbers = color.match(/[\d.]+/g)!.map(Number);
    return color.startsWith("color(") ? numbers.map((value, i) => i < 3 ? 255 * value : value) : numbers;
  };
  const luminance = (color: number[]) => {
    const [r, g, b] = color.map((value) => value / 255).map((v) =>
      v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // deno-lint-ignore no-explicit-any
  const background = (element: any): number[] => {
    if (!element) return [255, 255, 255];
    const color = rgb(getComputedStyle(element).backgroundColor);
    return color[3] === 0 ? background(element.parentElement) : color;
  };
  const paper = background(document.body);
  const faint: string[] = [];
  // deno-lint-ignore no-explicit-any
  const texts = all("body *").filter((e: any) =>
    [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim())
  );
  for (const element of texts) {
    if (!seen(element)) continue;
    const style = getComputedStyle(element), inChart = element.ownerSVGElement !== null && "ownerSVGElement" in element;
    const ink = rgb(inChart ? style.fill : style.color), behind = background(element);
    // the numbers on dots
    if (inChart && ink.join() === paper.join()) continue;
    const [light, dark] = [luminance(ink), luminance(behind)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.push(`${element.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  const charts = all("svg").filter(seen), pictures = all("img").filter(seen);
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    charts: charts.map((svg) => svg.getAttribute("aria-label") ?? ""),
    cut: charts.flatMap((svg) => {
      const { left, right, top, bottom } = svg.getBoundingClientRect();
      return all("text", svg).filter((text) => {
        const own = text.getBoundingClientRect();
        return own.left < left - 1 || own.right > right + 1 || own.top < top - 1 || own.bottom > bottom + 1;
      }).map((text) => text.textContent);
    }),
    pictures: pictures.length,
    broken: pictures.filter((picture) => !(picture.complete && picture.naturalWidth > 0)).length,
    faint,
    scripts: all("script").length +
      // deno-lint-ignore no-explicit-any
      all("*").filter((e: any) => [...e.attributes].some(({ name }) => name.startsWith("on"))).length,
  };
}

if (import.meta.main) {
  const [executablePath, page, folder] = Deno.args;
  // or the driver looks where only a program with all permissions may
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const quiet = ["gpu", "background-networking", "component-update", "sync"].map((what) => `--disable-${what}`);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-first-run", ...quiet] });
  const address = pathToFileURL(page).href, views: View[] = [];
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      const tab = await browser.newPage({ viewport: { width, height: 844 }, colorScheme: scheme });
      const messages: string[] = [], requests: string[] = [];
      tab.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
      tab.on("pageerror", (error) => messages.push(`error: ${error.message}`));
      tab.on("request", (request) => {
        const url = request.url();
        if (url !== address && !url.startsWith("data:")) requests.push(url);
      });
      await tab.goto(address, { waitUntil: "networkidle", timeout: 120_000 });
      views.push({ scheme, width, messages, requests, ...await tab.evaluate(look) });
      if (folder !== undefined) await tab.screenshot({ path: join(folder, `${scheme}-${width}.png`), fullPage: true });
      await tab.close();
    }
  }
  await browser.close();
  console.log(JSON.stringify(views, null, 2));
}
