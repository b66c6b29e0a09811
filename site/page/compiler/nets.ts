/// <reference lib="dom" />
/**
 * Nets to begin with, and the text that somebody has edited.
 *
 * @module
 */
import { dataAddress, loaded } from "../files.ts";

/** Names of shipped specs, and what they are. */
export const NETS: Readonly<Record<string, string>> = {
  mnist_mlp: "two linear layers",
  lenet5: "LeNet-5",
  mnist_cnn: "a convolution and two linear layers",
  har_cnn: "1-D convolutions, of movements",
  autoencoder: "compares with its input",
  ds_cnn: "depthwise convolutions, of sounds",
  resnet8: "residual blocks",
  resnet20: "more residual blocks",
  mobilenet_v1: "13 depthwise blocks",
};
/** The first one that is shown. */
export const FIRST = "mnist_cnn";

/** What the tab keeps an edited text by. */
const KEPT = "kernelwright: edited spec";

/** The text of a shipped spec. @throws {Error} in one line, when it cannot be loaded. */
export async function loadNet(name: string): Promise<string> {
  return await (await loaded(dataAddress(`specs/${name}.json`), name, "try again")).text();
}

/** The text that was edited last in this tab, if the browser has kept it. */
export function keptText(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a text for when the page is loaded again; nothing forgets it. */
export function keepText(text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, text);
  } catch {
    // this browser keeps nothing
  }
}
