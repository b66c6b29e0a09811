/// <reference lib="dom" />
/**
 * The field to draw in: by mouse, pen, finger, or by keys, which move a pen over a grid of 28 x 28 places.
 *
 * @module
 */
import { element } from "../elements.ts";
import { imageOf, SIDE, type Spot, type Stroke } from "./strokes.ts";

/** The field in the page. */
export interface Field {
  readonly element: HTMLElement;
  /** Whether something was drawn. */
  readonly isDrawn: boolean;
  /** The image of what was drawn; nothing where nothing was. */
  image(): Uint8Array | undefined;
  clear(): void;
}

/** Who is told of what is drawn. */
export interface FieldOptions {
  /** Something was drawn, or all was cleared. */
  onChange(): void;
  /** A stroke is done. */
  onStroke(): void;
  /** Tells people who do not see it. */
  tell(text: string): void;
}

/** Pixels of the canvas along a side, and how wide the pen is of it. */
const PIXELS = 560, PEN = 0.085;
/** Spots that are nearer than this to the last one are left out. */
const NEAR = 0.008;

const HINT = "Arrow keys move a pen, the space bar sets it down and lifts it, Delete clears.";

const MOVES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** An empty field. */
export function field({ onChange, onStroke, tell }: FieldOptions): Field {
  const canvas = element("canvas", { width: PIXELS, height: PIXELS, "aria-hidden": "true" });
  const cursor = element("span", { class: "cursor", hidden: true }),
    hint = element("p", { class: "note", id: "keys" }, HINT);
  const surface = element(
    "div",
    {
      ...{ class: "surface", tabindex: 0, role: "application", "aria-roledescription": "drawing field" },
      ...{ "aria-label": "Draw a digit here", "aria-describedby": "keys" },
    },
    canvas,
    element("span", { class: "invitation", "aria-hidden": "true" }, "Draw a digit here"),
    cursor,
  );
  let strokes: Spot[][] = [], pointer: number | undefined;
  const pen = { x: 8, y: 8, isDown: false };

  const paint = () => {
    const context = canvas.getContext("2d")!;
    context.clearRect(0, 0, PIXELS, PIXELS);
    context.strokeStyle = getComputedStyle(surface).color;
    [context.lineCap, context.lineJoin, context.lineWidth] = ["round", "round", PEN * PIXELS];
    for (const stroke of strokes) {
      context.beginPath();
      const [{ x, y }] = stroke;
      context.moveTo(x * PIXELS, y * PIXELS);
      // a dot is a line to where it begins
      for (const spot of stroke) context.lineTo(spot.x * PIXELS, spot.y * PIXELS);
      context.stroke();
    }
    surface.classList.toggle("drawn", strokes.length > 0);
  };
  const changed = () => {
    paint();
    onChange();
  };
  const extend = (spot: Spot) => {
    const stroke = strokes.at(-1)!, last = stroke.at(-1);
    if (!last || Math.hypot(spot.x - last.x, spot.y - last.y) >= NEAR) stroke.push(spot);
  };
  const clear = () => {
    strokes = [];
    // a stroke that is being drawn ends
    pointer = undefined;
    pen.isDown = false;
    showCursor();
    changed();
  };

  const spotOf = ({ clientX, clientY }: PointerEvent): Spot => {
    const { left, top, width, height } = surface.getBoundingClientRect();
    const within = (value: number) => Math.min(1, Math.max(0, value));
    return { x: within((clientX - left) / width), y: within((clientY - top) / height) };
  };
  surface.addEventListener("pointerdown", (event) => {
    if (pointer !== undefined || (event.pointerType === "mouse" && event.button !== 0)) return;
    pointer = event.pointerId;
    surface.setPointerCapture(pointer);
    pen.isDown = false;
    strokes.push([]);
    extend(spotOf(event));
    changed();
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length > 0 ? all : [event]) extend(spotOf(each));
    changed();
  });
  const end = (event: PointerEvent) => {
    if (event.pointerId !== pointer) return;
    pointer = undefined;
    onStroke();
  };
  surface.addEventListener("pointerup", end);
  surface.addEventListener("pointercancel", end);

  const showCursor = () => {
    cursor.hidden = !surface.matches(":focus-visible");
    cursor.classList.toggle("down", pen.isDown);
    cursor.style.setProperty("left", `${100 * (pen.x + 0.5) / SIDE}%`);
    cursor.style.setProperty("top", `${100 * (pen.y + 0.5) / SIDE}%`);
  };
  const penSpot = () => ({ x: (pen.x + 0.5) / SIDE, y: (pen.y + 0.5) / SIDE });
  const place = () => `row ${pen.y + 1}, column ${pen.x + 1}`;
  const setPen = (isDown: boolean) => {
    pen.isDown = isDown;
    if (isDown) {
      strokes.push([penSpot()]);
      changed();
    } else onStroke();
    tell(`pen ${isDown ? "down" : "up"} at ${place()}`);
    showCursor();
  };
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const move = MOVES[event.key];
    if (move) {
      const within = (value: number) => Math.min(SIDE - 1, Math.max(0, value));
      [pen.x, pen.y] = [within(pen.x + move[0]), within(pen.y + move[1])];
      if (pen.isDown) {
        extend(penSpot());
        changed();
      }
      tell(place());
      showCursor();
    } else if (event.key === " ") setPen(!pen.isDown);
    else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
      tell("cleared");
    } else return;
    event.preventDefault();
  });
  surface.addEventListener("focus", showCursor);
  surface.addEventListener("blur", () => {
    if (pen.isDown) setPen(false);
    cursor.hidden = true;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  // what a first stroke would wait for
  canvas.getContext("2d");
  return {
    element: element("div", { class: "field" }, surface, hint),
    get isDrawn() {
      return strokes.length > 0;
    },
    image: () => imageOf(strokes as readonly Stroke[]),
    clear,
  };
}
