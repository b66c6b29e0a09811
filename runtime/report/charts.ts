/**
 * The charts of a run's report, as SVG. Colours are those of the page: it names them in custom properties.
 *
 * @module
 */
import * as Plot from "npm:@observablehq/plot@0.6.17";
import { parseHTML } from "npm:linkedom@0.18.15";

/** A document to make elements in: there is no browser. */
const { document } = parseHTML("<html></html>") as unknown as { document: Plot.PlotOptions["document"] };

/** A value at an epoch. */
export interface AtEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly value: number;
}

/** What is drawn over the epochs of a run. */
export interface Curve {
  /** What it tells, for those who do not see it. */
  readonly description: string;
  readonly values: readonly AtEpoch[];
  /** The test's value, drawn at the last epoch. */
  readonly test?: AtEpoch;
  /** Values of the reference, as published. */
  readonly published: readonly AtEpoch[];
  /** How values are written at the axis. */
  format(value: number): string;
  /** What the axis must not go beyond, and whether it begins at the least. */
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** A kernel of a training step. */
export interface KernelBar {
  /** Its number in the charts and in the table. */
  readonly number: number;
  readonly name: string;
  readonly seconds: number;
  /** How its time is written. */
  readonly text: string;
  readonly flops: number;
  readonly bytes: number;
}

/** What the machine can do: floating-point operations and bytes in a second, in units of 1e9. */
export interface Roof {
  readonly peak: number;
  readonly bandwidth: number;
}

/** Epochs that can be told apart as single dots. */
const MOST_DOTS = 40;
/** About how wide a letter is, in CSS pixels. */
const LETTER = 6.6;
/** Where a number can stand, from its dot, best first; and how far apart numbers and dots must be, in x or in y. */
const PLACES = [[13, 0], [-13, 0], [0, -11], [0, 11], [10, -9], [-10, -9], [10, 9], [-10, 9]] as const;
const APART = [15, 11];
/** Room for what stands around a plot. */
const MARGINS = { marginTop: 12, marginRight: 16, marginBottom: 38, marginLeft: 50 };

/** Values from epoch to epoch. */
export function curveChart({ values, test, published, format, ...curve }: Curve, width: number): string {
  const finite = values.filter(({ value }) => Number.isFinite(value)), last = values.at(-1)!.epoch;
  const all = [...finite, ...published, ...test ? [test] : []].map(({ value }) => value).filter(Number.isFinite);
  const high = Math.max(...all, curve.least), low = curve.whole ? curve.least : Math.min(...all, high);
  // no dot lies on the edge
  const room = 0.08 * (high - low) || 0.01;
  const domain = [curve.whole ? low : Math.max(curve.least, low - room), Math.min(curve.most, high + room)];
  const at = { x: "epoch", y: "value" } as const;
  return draw({
    description: curve.description,
    width,
    height: Math.round(Math.min(280, 0.7 * width)),
    ...MARGINS,
    x: {
      label: "epoch",
      labelArrow: "none",
      domain: last === 1 ? [0, 2] : [1, last],
      ticks: wholeTicks(last, width / 34),
      tickFormat: String,
    },
    y: { label: null, grid: true, domain, ticks: 5, tickFormat: format },
    marks: [
      Plot.ruleY([domain[0]], { stroke: "var(--line)" }),
      Plot.line(finite, { ...at, stroke: "var(--run)", strokeWidth: 2 }),
      ...finite.length <= MOST_DOTS ? [Plot.dot(finite, { ...at, fill: "var(--run)", r: 3 })] : [],
      Plot.dot(published, { ...at, r: 5, stroke: "var(--published)", strokeWidth: 2 }),
      ...test && Number.isFinite(test.value)
        ? [Plot.dot([test], { ...at, symbol: "diamond2", r: 5, fill: "var(--test)" })]
        : [],
    ],
  });
}

/** Seconds of each epoch. */
export function timeChart(values: readonly AtEpoch[], description: string, width: number): string {
  const epochs = values.map(({ epoch }) => epoch);
  const every = Math.ceil(epochs.length / Math.floor(width / 36));
  return draw({
    description,
    width,
    height: Math.round(Math.min(240, 0.6 * width)),
    ...MARGINS,
    x: {
      type: "band",
      label: "epoch",
      labelArrow: "none",
      domain: epochs,
      ticks: epochs.filter((_, i) => i % every === 0),
      tickFormat: String,
      padding: epochs.length > 60 ? 0 : epochs.length < 4 ? 0.6 : 0.25,
    },
    y: { label: null, grid: true, zero: true, nice: true, ticks: 5 },
    marks: [
      Plot.barY(values, { x: "epoch", y: "value", fill: "var(--run)" }),
      Plot.ruleY([0], { stroke: "var(--line)" }),
    ],
  });
}

/** Time of kernels, most first: the name above its bar. */
export function kernelChart(kernels: readonly KernelBar[], description: string, width: number): string {
  const row = 34, letters = Math.floor((width - 130) / LETTER);
  const named = kernels.map((kernel) => ({ ...kernel, title: `${kernel.number}  ${shorten(kernel.name, letters)}` }));
  const y = { y: "number" } as const;
  return draw({
    description,
    width,
    height: row * kernels.length + 6,
    marginLeft: 1,
    marginRight: 1,
    marginTop: 2,
    marginBottom: 4,
    x: { axis: null, domain: [0, Math.max(...kernels.map(({ seconds }) => seconds), Number.MIN_VALUE)] },
    y: { type: "band", axis: null, padding: 0 },
    marks: [
      Plot.barX(named, { ...y, x: "seconds", fill: "var(--run)", insetTop: 20, insetBottom: 6 }),
      Plot.ruleX([0], { stroke: "var(--muted)" }),
      Plot.text(named, { ...y, text: "title", frameAnchor: "left", textAnchor: "start", dx: 2, dy: -6 }),
      Plot.text(named, { ...y, text: "text", frameAnchor: "right", textAnchor: "end", dy: -6, fill: "var(--muted)" }),
    ],
  });
}

/** Kernels by operations for each byte and operations in a second, under what the machine can do. */
export function rooflineChart(
  kernels: readonly KernelBar[],
  { peak, bandwidth }: Roof,
  description: string,
  width: number,
): string {
  const points = kernels.map(({ number, flops, bytes, seconds }) => ({
    number: String(number),
    intensity: flops / bytes,
    rate: flops / seconds / 1e9,
  })).filter(({ intensity, rate }) => [intensity, rate].every((value) => value > 1e-9 && value < 1e15));
  const ridge = peak / bandwidth;
  const xs = [ridge, ...points.map(({ intensity }) => intensity)];
  const low = Math.min(...xs) / 2, high = Math.max(...xs) * 2.5;
  const ys = [peak, ...points.map(({ rate }) => rate)];
  const roof = [{ x: low, y: bandwidth * low }, { x: ridge, y: peak }, { x: high, y: peak }];
  const [bottom, top] = [Math.min(...ys) / 2, Math.max(...ys) * 1.6];
  const height = Math.round(Math.min(440, 0.95 * width)), margins = { ...MARGINS, marginTop: 28 };
  const along = (value: number, low: number, high: number) => Math.log(value / low) / Math.log(high / low);
  const offsets = labelOffsets(points.map(({ intensity, rate }) => [
    (width - margins.marginLeft - margins.marginRight) * along(intensity, low, high),
    (height - margins.marginTop - margins.marginBottom) * along(rate, top, bottom),
  ]));
  const power = (value: number) => value >= 1 ? value.toLocaleString("en") : String(Number(value.toPrecision(1)));
  const scale = { type: "log", labelArrow: "none", grid: true, tickFormat: power } as const;
  return draw({
    description,
    width,
    height,
    ...margins,
    clip: true,
    x: { ...scale, domain: [low, high], label: "FLOP for each byte", ticks: decades(low, high) },
    y: { ...scale, domain: [bottom, top], label: "GFLOP/s", ticks: decades(bottom, top) },
    marks: [
      Plot.line(roof, { x: "x", y: "y", stroke: "var(--published)", strokeWidth: 2 }),
      Plot.dot(points, { x: "intensity", y: "rate", r: 4, fill: "var(--run)" }),
      ...points.map((point, i) => {
        const [dx, dy] = offsets[i];
        return Plot.text([point], { x: "intensity", y: "rate", text: "number", dx, dy });
      }),
    ],
  });
}

/** What is used of an element; the types of browsers are not there. */
interface Element {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<Element>;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
}

/** Attributes with coordinates. */
const COORDINATES = ["d", "transform", "x", "y", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy"];

/** A plot as SVG. Its parts mean nothing to those who do not see it: they get the description, and a table. */
function draw({ description, ...options }: Plot.PlotOptions & { readonly description: string }): string {
  const svg = Plot.plot({ ...options, document, className: "plot" }) as unknown as Element;
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const element of svg.querySelectorAll("*")) {
    for (const name of COORDINATES) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      element.setAttribute(
        name,
        value.replaceAll(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))),
      );
    }
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description);
  for (const attribute of ["font-size", "font-family", "height", "width"]) svg.removeAttribute(attribute);
  return svg.outerHTML;
}

/** Where the number of each dot stands: apart from other dots and numbers, as far as there is such a place. */
function labelOffsets(dots: readonly (readonly [x: number, y: number])[]): (readonly [dx: number, dy: number])[] {
  const numbers: [x: number, y: number][] = [];
  return dots.map(([x, y], dot) => {
    const others = [...dots.filter((_, i) => i !== dot), ...numbers];
    /** How free a place is, up to 1. */
    const room = ([dx, dy]: readonly [number, number]) => {
      const gaps = others.map(([left, up]) =>
        Math.max(Math.abs(x + dx - left) / APART[0], Math.abs(y + dy - up) / APART[1])
      );
      return Math.min(1, ...gaps);
    };
    const place = PLACES.reduce<readonly [number, number]>((a, b) => room(b) > room(a) ? b : a, PLACES[0]);
    numbers.push([x + place[0], y + place[1]]);
    return place;
  });
}

/** Whole numbers from 1, evenly, at most so many. */
function wholeTicks(last: number, most: number): number[] {
  const steps = [1, 10, 100, 1000, 1e4, 1e5].flatMap((power) => [power, 2 * power, 5 * power]);
  const step = steps.find((step) => last / step <= most)!;
  const ticks = Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
  // none too near to the first
  return [1, ...ticks.filter((tick) => tick - 1 > step / 2)];
}

/** Powers of ten between two numbers. */
function decades(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

/** A name that is too long without its middle. */
function shorten(name: string, most: number): string {
  if (name.length <= most) return name;
  const half = Math.max(1, (most - 1) / 2);
  return `${name.slice(0, Math.ceil(half))}…${name.slice(-Math.floor(half))}`;
}
