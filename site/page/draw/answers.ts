/// <reference lib="dom" />
/**
 * What the net says of an image: ten probabilities.
 *
 * @module
 */
import { element } from "../elements.ts";
import { SIDE } from "./strokes.ts";

/** The answers in the page. */
export interface Answers {
  readonly element: HTMLElement;
  /** Shows the image that the net sees, and what it says; nothing where there is none. */
  show(image: Uint8Array | undefined, probabilities: readonly number[] | undefined): void;
}

/** A share in percent: 100 % is all, and 0 % is none. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  const value = 100 * (share < 1 ? Math.min(share, 0.999) : share);
  return `${value.toFixed(share === 0 || share === 1 ? 0 : 1)} %`;
}

/** What a net says, in a sentence. */
export function sentence(probabilities: readonly number[]): string {
  if (!probabilities.every(Number.isFinite)) return "Its numbers are not finite any more: start over.";
  const digit = probabilities.indexOf(Math.max(...probabilities));
  return `It is a ${digit}, by ${percent(probabilities[digit])}.`;
}

/** An image of 28 x 28 bytes as a picture: ink on paper. */
export function picture(image: Uint8Array | undefined): HTMLCanvasElement {
  const canvas = element("canvas", { width: SIDE, height: SIDE, class: "seen", "aria-hidden": "true" });
  if (image) paintImage(canvas, image);
  return canvas;
}

function paintImage(canvas: HTMLCanvasElement, image: Uint8Array): void {
  const data = new ImageData(SIDE, SIDE);
  // white ink, as the net has it; in light the sheet turns it
  image.forEach((value, i) => data.data.set([value, value, value, 255], 4 * i));
  canvas.getContext("2d")!.putImageData(data, 0, 0);
}

/** No answers yet. */
export function answers(): Answers {
  const said = element("p", { class: "said" }), seen = picture(undefined);
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = element("span", { class: "bar", "aria-hidden": "true" }), share = element("span", { class: "share" });
    return {
      bar,
      share,
      row: element("li", {}, element("b", {}, digit), element("span", { class: "track" }, bar), share),
    };
  });
  const list = element(
    "ol",
    { class: "answers", "aria-label": "Probability of each digit" },
    rows.map(({ row }) => row),
  );
  const sees = element("p", { class: "sees note" }, seen, element("span", {}, "what the net sees: 28 × 28 pixels"));
  return {
    element: element("div", {}, said, list, sees),
    show(image, probabilities) {
      const largest = probabilities ? Math.max(...probabilities) : 0;
      sees.classList.toggle("empty", !image);
      if (image) paintImage(seen, image);
      else seen.getContext("2d")!.clearRect(0, 0, SIDE, SIDE);
      said.textContent = !image
        ? "Draw a digit: the net says what it takes it for, also while it trains."
        : probabilities
        ? sentence(probabilities)
        : "…";
      rows.forEach(({ bar, share, row }, digit) => {
        const probability = probabilities?.[digit] ?? 0;
        bar.style.setProperty("inline-size", `${100 * (probability || 0)}%`);
        share.textContent = probabilities ? percent(probability) : "";
        row.classList.toggle("best", probabilities !== undefined && probability === largest);
      });
    },
  };
}
