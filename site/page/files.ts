/// <reference lib="dom" />
/**
 * Files of the site. All scripts lie in one folder, and `data/` beside that.
 *
 * @module
 */

/** The address of a file of `data/`. */
export const dataAddress = (name: string): URL => new URL(`../data/${name}`, import.meta.url);

/**
 * What a JSON file of `data/` says, such as `specs/mnist_cnn.json` or `bench/timeline.json`.
 *
 * @throws {Error} in one line, when it cannot be loaded.
 */
export async function dataJson<Value>(name: string): Promise<Value> {
  const response = await fetch(dataAddress(name)).catch(() => undefined);
  if (response?.ok) return await response.json();
  throw new Error(`data/${name} cannot be loaded${response ? `: ${response.status}` : ""}; load the page anew`);
}
