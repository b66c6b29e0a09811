/// <reference lib="dom" />
/**
 * A curve that grows while something is measured: drawn as SVG, and told in words.
 *
 * @module
 */
import { element } from "./elements.ts";

/** What is drawn. */
export interface CurveOptions {
  /** What it shows, such as "Loss". */
  readonly title: string;
  /** What is counted along it, such as "images". */
  readonly along: string;
  /** A figure in words, with its unit. */
  text(y: number): string;
  /** Whether a tenth is as far from 1 as 1 is from 10. Default: no. */
  readonly logarithmic?: boolean;
  /** The least and the largest value that it may show; it begins higher where all points are. Default: what the points have. */
  readonly range?: readonly [from: number, to: number];
  /** Default "run". */
  readonly color?: "run" | "test" | "published";
}

/** A point of it. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A curve in the page. */
export interface Curve {
  readonly element: HTMLElement;
  /** Puts a point to its end. What is no finite number is left out. */
  add(point: Point): void;
  clear(): void;
}

/** The picture's size, in units of its own. */
const WIDTH = 600, HEIGHT = 180;
/** Most points that are kept: then pairs become one. */
const MOST = 400;

/** An element of the picture. */
function drawn(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  return made;
}

/** Numbers at lines across the picture: round ones, two to five of them. */
export function ticksOf(from: number, to: number, logarithmic: boolean): number[] {
  if (logarithmic) {
    const found: number[] = [];
    for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) found.push(10 ** power);
    return found;
  }
  const rough = (to - from) / 3, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * unit).find((step) => step >= rough * 0.999)!;
  const first = Math.floor(from / step + 1e-9), last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Numbers at lines, for values from one to another. */
function scaleOf(values: readonly number[], { range, logarithmic = false }: CurveOptions): number[] {
  const [low, high] = range ?? [-Infinity, Infinity];
  let from = Math.max(low, Math.min(...values)), to = Math.min(high, Math.max(...values));
  if (range && Number.isFinite(high)) to = high;
  if (logarithmic) from = Math.max(from, 1e-9);
  if (to <= from) [from, to] = logarithmic ? [from / 2, from * 2] : [from - 0.5 * Math.abs(from || 1), from];
  return ticksOf(from, to, logarithmic);
}

/** A figure without zeros at its end. */
const bare = (text: string) => text.replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");

/** An empty curve. */
export function curve(options: CurveOptions): Curve {
  const { title, along, text, logarithmic = false, color = "run" } = options;
  const line = drawn("path", { class: "line" }), grid = drawn("g", { class: "grid" });
  const picture = drawn("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  picture.append(grid, line);
  const ticks = element("div", { class: "ticks", "aria-hidden": "true" }), dot = element("span", { class: "dot" });
  const field = element("div", { class: "field" }, ticks, picture, dot), last = element("span", { class: "value" });
  const foot = element("div", { class: "along", "aria-hidden": "true" }, element("span", {}, "0"), element("span"));
  const root = element(
    "figure",
    { class: `curve ${color}` },
    element("figcaption", {}, title, " ", last),
    field,
    foot,
  );
  let points: Point[] = [], waits = false;

  const draw = () => {
    waits = false;
    dot.hidden = points.length === 0;
    last.textContent = points.length === 0 ? "" : text(points.at(-1)!.y);
    foot.lastChild!.textContent = points.length === 0 ? "" : `${points.at(-1)!.x.toLocaleString("en")} ${along}`;
    root.classList.toggle("empty", points.length === 0);
    if (points.length === 0) {
      line.removeAttribute("d");
      grid.replaceChildren(...[0, 0.5, 1].map((at) => drawn("path", { d: `M0 ${HEIGHT * at}H${WIDTH}` })));
      ticks.replaceChildren();
      return;
    }
    const lines = scaleOf(points.map(({ y }) => y), options), at = (y: number) => logarithmic ? Math.log(y) : y;
    const [from, to] = [at(lines[0]), at(lines.at(-1)!)], all = points.at(-1)!.x;
    const height = (y: number) => 1 - Math.min(1, Math.max(0, (at(Math.max(y, lines[0])) - from) / (to - from)));
    const place = ({ x, y }: Point) => `${(WIDTH * x / all).toFixed(1)} ${(HEIGHT * height(y)).toFixed(1)}`;
    line.setAttribute("d", `M${points.map(place).join("L")}`);
    grid.replaceChildren(
      ...lines.map((y) => drawn("path", { d: `M0 ${HEIGHT * height(y)}H${WIDTH}` })),
    );
    ticks.replaceChildren(...lines.map((y) => {
      const tick = element("span", {}, bare(text(y)));
      tick.style.setProperty("top", `${100 * height(y)}%`);
      return tick;
    }));
    dot.style.setProperty("top", `${100 * height(points.at(-1)!.y)}%`);
  };
  const change = () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(draw);
  };
  draw();
  return {
    element: root,
    add(point) {
      if (!Number.isFinite(point.y)) return;
      if (points.length >= MOST) {
        points = points.flatMap(({ x, y }, i) => i % 2 === 1 ? [{ x, y: (y + points[i - 1].y) / 2 }] : []);
      }
      points.push(point);
      change();
    },
    clear() {
      points = [];
      change();
    },
  };
}
