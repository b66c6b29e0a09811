/**
 * The chart of the timeline, as SVG that is read in light and dark.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A row of the chart. */
export interface Bar {
  readonly name: string;
  /** Training images/s: median, slowest and fastest round. */
  readonly rate: number;
  readonly slowest: number;
  readonly fastest: number;
  /** Times the one above; left out where there is none. */
  readonly gain?: number;
  /** It is no rung, and shown by itself. */
  readonly extra?: true;
}

/** A figure that was not measured here. */
export interface Published {
  readonly name: string;
  readonly rate: number;
}

/** A document to make elements in: there is no browser. */
const { document } = parseHTML("<html></html>") as unknown as { document: Plot.PlotOptions["document"] };

const WIDTH = 860, ROW = 30, LEFT = 232, RIGHT = 150, TOP = 52, BOTTOM = 20;
/** Both, since nobody knows on what it is put; the ground is its own, so that it fits whatever is around it. */
const STYLE = `
.timeline {
  --paper: #fff; --ink: #1c2127; --muted: #58626d; --line: #d8dde3; --run: #1f62b0; --gain: #a9c9ec; --other: #b0490f;
  background: var(--paper); color: var(--ink); font: 13px system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
@media (prefers-color-scheme: dark) {
  .timeline {
    --paper: #15191e; --ink: #e5e9ee; --muted: #9aa6b2; --line: #303943; --run: #7db4f5; --gain: #2c4f7a; --other: #f0a070;
  }
}
.timeline text { white-space: pre; }
`;

/** What is used of an element; the types of browsers are not there. */
interface Element {
  readonly outerHTML: string;
  innerHTML: string;
  querySelectorAll(selector: string): Iterable<Element>;
  querySelector(selector: string): Element | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
}

/** Attributes with coordinates. */
const COORDINATES = ["d", "transform", "x", "y", "width", "height", "x1", "x2", "y1", "y2"];

const figure = (value: number) => Math.round(value).toLocaleString("en");
const factor = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} x`;

/** Images/s of each rung, and what it gains, on a logarithmic axis. `description`: for those who do not see it. */
export function timelineChart(bars: readonly Bar[], elsewhere: Published | undefined, description: string): string {
  const published = elsewhere === undefined ? [] : [elsewhere];
  const rows = [...published, ...bars].map(({ name }) => name);
  const rates = [...published.map(({ rate }) => rate), ...bars.flatMap(({ slowest, fastest }) => [slowest, fastest])];
  const domain = [Math.min(...rates) / 1.25, Math.max(...rates) * 1.1];
  const steps = bars.flatMap(({ name, rate, gain, extra }) =>
    gain === undefined || extra ? [] : [{ name, from: rate / gain, rate }]
  );
  const ticks = [1, 10, 100, 1e3, 1e4, 1e5].flatMap((power) => [power, 2 * power, 5 * power]).filter((tick) =>
    tick >= domain[0] && tick <= domain[1]
  );
  const svg = Plot.plot({
    document,
    className: "timeline",
    width: WIDTH,
    height: ROW * rows.length + TOP + BOTTOM,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginTop: TOP,
    marginBottom: BOTTOM,
    x: { type: "log", domain, axis: null },
    y: { type: "band", domain: rows, label: null, padding: 0.35, tickSize: 0, tickPadding: 10 },
    marks: [
      Plot.ruleX(ticks, { stroke: "var(--line)" }),
      Plot.text(ticks, { x: (tick: number) => tick, text: figure, frameAnchor: "top", dy: -14 }),
      Plot.text(["training images/s, logarithmic"], {
        frameAnchor: "top-left",
        dy: -38,
        textAnchor: "start",
        fill: "var(--muted)",
      }),
      Plot.text(["images/s"], { frameAnchor: "top-right", dx: 62, dy: -38, textAnchor: "end", fill: "var(--muted)" }),
      Plot.text(["gain"], { frameAnchor: "top-right", dx: 140, dy: -38, textAnchor: "end", fill: "var(--muted)" }),
      Plot.barX(steps, { y: "name", x1: "from", x2: "rate", fill: "var(--gain)" }),
      Plot.link(bars, { y1: "name", y2: "name", x1: "slowest", x2: "fastest", stroke: "var(--run)", strokeWidth: 2 }),
      Plot.dot(bars, {
        y: "name",
        x: "rate",
        r: 5,
        fill: ({ extra }: Bar) => extra ? "var(--paper)" : "var(--run)",
        stroke: "var(--run)",
        strokeWidth: 2,
      }),
      Plot.dot(published, {
        y: "name",
        x: "rate",
        r: 5,
        fill: "var(--paper)",
        stroke: "var(--other)",
        strokeWidth: 2,
      }),
      Plot.text(published, {
        y: "name",
        x: "rate",
        dx: 12,
        textAnchor: "start",
        text: ({ rate }: Published) => `${figure(rate)}, as published: not measured here`,
        fill: "var(--other)",
      }),
      Plot.text(bars, {
        y: "name",
        frameAnchor: "right",
        dx: 62,
        textAnchor: "end",
        text: ({ rate }: Bar) => figure(rate),
      }),
      Plot.text(bars, {
        y: "name",
        frameAnchor: "right",
        dx: 140,
        textAnchor: "end",
        text: ({ gain, extra }: Bar) => extra ? "no rung" : gain === undefined ? "" : factor(gain),
        fill: "var(--muted)",
      }),
    ],
  }) as unknown as Element;
  svg.querySelector("style")!.innerHTML = STYLE;
  for (const element of svg.querySelectorAll("*")) {
    for (const name of COORDINATES) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      const short = (number: string) => String(Number(Number(number).toFixed(2)));
      element.setAttribute(name, value.replaceAll(/\d+\.\d{3,}/g, short));
    }
  }
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description);
  for (const attribute of ["font-size", "font-family"]) svg.removeAttribute(attribute);
  return `${svg.outerHTML}\n`;
}
