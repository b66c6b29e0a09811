/// <reference lib="dom" />
/**
 * The net as a file: saved, and loaded.
 *
 * @module
 */
import { element } from "../elements.ts";
import { percent } from "./answers.ts";
import { fileButton, offer } from "./own_part.ts";
import type { TrainedNet } from "./trained_net.ts";

const FILE = "mnist_cnn.safetensors";
/** No checkpoint of this net is nearly as large. */
const MOST_BYTES = 100e6;

/** The part of the page. `loaded`: called when another net's weights were taken. */
export function keepPart(net: TrainedNet, loaded: () => void): HTMLElement {
  const line = element("p", { role: "status", class: "note" }),
    wrong = element("p", { class: "warning", role: "alert" });
  const attempt = async (work: () => Promise<string>) => {
    [line.textContent, wrong.textContent] = ["", ""];
    try {
      line.textContent = await work();
    } catch (error) {
      wrong.textContent = (error as Error).message;
    }
  };
  const save = element("button", { type: "button" }, "Save the net");
  save.onclick = () =>
    attempt(async () => {
      const bytes = await net.save();
      offer(FILE, bytes as Uint8Array<ArrayBuffer>, "application/octet-stream");
      return `${FILE}, ${(bytes.length / 1e6).toFixed(1)} MB: weights, and what Adam keeps of them.`;
    });
  const load = fileButton("Load a net", ".safetensors", (file) =>
    attempt(async () => {
      if (file.size > MOST_BYTES) throw new Error(`"${file.name}" is too large to be a checkpoint of this net`);
      line.textContent = `"${file.name}" is read and tested …`;
      try {
        const { right, total } = await net.restore(new Uint8Array(await file.arrayBuffer()));
        loaded();
        const share = percent(right / total);
        return `"${file.name}": ${share} of ${total.toLocaleString("en")} test images are right.`;
      } catch (error) {
        line.textContent = "";
        throw new Error(`"${file.name}": ${(error as Error).message}`);
      }
    }));
  return element("div", {}, element("div", { class: "row" }, save, load), line, wrong);
}
