/// <reference lib="dom" />
/**
 * Files of the site. All scripts lie in one folder, and `data/` beside that.
 *
 * @module
 */

/** The address of a file of `data/`. */
export const dataAddress = (name: string): URL => new URL(`../data/${name}`, import.meta.url);

/**
 * A file of the site.
 *
 * @param called what the message calls it.
 * @throws {Error} in one line, when it cannot be loaded.
 */
export async function loaded(address: URL, called: string, remedy = "load the page anew"): Promise<Response> {
  const response = await fetch(address).catch(() => undefined);
  if (response?.ok) return response;
  throw new Error(`${called} cannot be loaded${response ? `: ${response.status}` : ""}; ${remedy}`);
}

/**
 * What a JSON file of `data/` says, such as `specs/mnist_cnn.json` or `bench/timeline.json`.
 *
 * @throws {Error} in one line, when it cannot be loaded.
 */
export async function dataJson<Value>(name: string): Promise<Value> {
  return await (await loaded(dataAddress(name), `data/${name}`)).json();
}
