/**
 * One line on a terminal that shows how far a run is.
 *
 * @module
 */
import type { Progress } from "./training_report.ts";

/** The terminal, and how to write on it. */
export interface Screen {
  /** Writes text, as it is. */
  write(text: string): void;
  /** Columns now: the window may be resized while a run goes on. */
  columns(): number;
  /** Whether to use color. */
  readonly color: boolean;
}

/** How fast a run is, and how long it will take. */
export interface Pace {
  /** Over the last seconds, from one time that images were done to another. */
  readonly imagesPerSecond: number;
  /** To the end of the last epoch. */
  readonly secondsLeft: number;
}

/** Seconds that the pace is taken from; more where two readings lie further apart. */
const WINDOW = 5;
/** How terminals are told of a colour, and that it ends. */
const CYAN = [36, 39] as const, DIM = [2, 22] as const;
const LONGEST_BAR = 30, SHORTEST_BAR = 5;

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number with thousands set apart. */
export function count(value: number): string {
  return grouped.format(value);
}

/** Seconds for people. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60), hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** What samples of a shape are called. */
export function nounOf(shape: readonly number[]): string {
  return shape.length === 3 ? "images" : "samples";
}

/** The line: epoch, bar, percent, speed, time left to the end of the run; at most so many columns. */
export function progressLine(
  { epoch, epochs, samples, total, noun = "images" }: Progress,
  pace: Pace | undefined,
  columns: number,
  color: boolean,
): string {
  const before = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs} `;
  const after = ` ${String(Math.floor(100 * samples / total)).padStart(3)} %` +
    (pace ? `  ${count(pace.imagesPerSecond)} ${noun}/s  ${duration(pace.secondsLeft)} left` : "");
  const length = Math.min(LONGEST_BAR, columns - before.length - after.length);
  if (length < SHORTEST_BAR) return (before.trimEnd() + after).slice(0, Math.max(0, columns));
  const done = Math.floor(length * samples / total);
  const [full, empty] = ["━".repeat(done), "─".repeat(length - done)];
  const paint = ([begin, end]: readonly [number, number], text: string) =>
    color && text !== "" ? `\x1b[${begin}m${text}\x1b[${end}m` : text;
  return before + paint(CYAN, full) + paint(DIM, empty) + after;
}

/** The line while it is on the screen. Each change is one write, so it does not flicker. */
export class ProgressBar {
  readonly #screen: Screen;
  readonly #seconds: () => number;
  /** When another number of images was seen to be done. */
  #readings: { readonly time: number; readonly images: number }[] = [];
  #shown = false;

  /** Shows nothing yet. `seconds`: a clock. */
  constructor(screen: Screen, seconds: () => number = () => performance.now() / 1000) {
    this.#screen = screen;
    this.#seconds = seconds;
  }

  /** Draws the line, or draws it anew. */
  show(progress: Progress): void {
    const columns = this.#screen.columns() - 1;
    this.#draw(progressLine(progress, this.#pace(progress), columns, this.#screen.color));
  }

  /** Shows a text in the line's place. */
  note(text: string): void {
    this.#draw(text.slice(0, Math.max(0, this.#screen.columns() - 1)));
  }

  /** Takes the line off the screen; what is written next begins at its start. */
  erase(): void {
    if (this.#shown) this.#screen.write("\r\x1b[K");
    this.#shown = false;
  }

  #draw(line: string): void {
    this.#screen.write(`\r${line}\x1b[K`);
    this.#shown = true;
  }

  #pace({ epoch, epochs, samples, total }: Progress): Pace | undefined {
    const images = (epoch - 1) * total + samples, time = this.#seconds(), readings = this.#readings;
    // a GPU tells of many steps at once, and of none for a while: the time between does not count
    if (images !== readings.at(-1)?.images) readings.push({ time, images });
    while (readings.length > 2 && readings[0].time < time - WINDOW) readings.shift();
    const first = readings[0], last = readings.at(-1)!;
    const imagesPerSecond = (last.images - first.images) / (last.time - first.time);
    if (!(imagesPerSecond > 0)) return undefined;
    const secondsLeft = (epochs * total - images) / imagesPerSecond - (time - last.time);
    return { imagesPerSecond, secondsLeft: Math.max(0, secondsLeft) };
  }
}
