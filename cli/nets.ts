/**
 * Nets that a command line names, and their weights.
 *
 * @module
 */
import { join, resolve } from "node:path";
import {
  type CompileOptions,
  generatedFiles,
  InputError,
  loadNames,
  loadSpec,
  loadWeights,
  parseSpec,
  type Spec,
  specNames,
} from "../mod.ts";
import { isClone } from "../runtime/platform/commands.ts";
import { platform } from "../runtime/platform/here.ts";
import { SPECS } from "./folders.ts";
import { COMMITTED, SHIPPED } from "./shipped.ts";
import { choice } from "./spelling.ts";
import { shortPath } from "./text.ts";

/** Names of the nets in specs/: of a clone, which may have got others, or of a package. */
async function netNames(): Promise<readonly string[]> {
  return isClone() ? await specNames(SPECS) : Object.keys(SHIPPED);
}

/** A net in specs/, by its name. */
async function loadNet(name: string): Promise<{ spec: Spec; origin: string }> {
  const path = join(SPECS, `${name}.json`), origin = shortPath(path);
  return { spec: isClone() ? await loadSpec(path, origin) : parseSpec(SHIPPED[name], origin), origin };
}

/** Specs by path or name; without any, those whose code is in generated/. */
export async function loadSpecs(words: readonly string[]): Promise<{ spec: Spec; origin: string }[]> {
  const names = await netNames();
  return await Promise.all((words.length > 0 ? words : COMMITTED).map(async (word) => {
    const isPath = /[/\\]|\.json$/.test(word);
    if (!isPath && !names.includes(word)) {
      throw new InputError(
        `${isClone() ? "specs/ has" : "there is"} no net ${choice(word, names)}, or give the path of a JSON file`,
      );
    }
    if (!isPath) return await loadNet(word);
    const path = resolve(word), origin = shortPath(path), bare = word.replace(/\.json$/, "");
    if (names.includes(bare) && !await platform.files.stat(path).catch(() => undefined)) {
      throw new InputError(
        `there is no file "${path}"; a net ${
          isClone() ? "in specs/" : "that comes along"
        } is named without .json: ${bare}`,
      );
    }
    return { spec: await loadSpec(path, origin), origin };
  }));
}

/**
 * @param files what is to be generated of the spec, with the options.
 * @throws {InputError} when it would be put in place of that of another spec in specs/, of the same name.
 */
export async function checkNameFree(
  spec: Spec,
  origin: string,
  files: Readonly<Record<string, string>>,
  options: CompileOptions,
): Promise<void> {
  const { name } = spec;
  if (!(await netNames()).includes(name)) return;
  const { spec: shipped } = await loadNet(name);
  // to compile it takes its time
  if (JSON.stringify({ ...shipped, ...spec }) === JSON.stringify(shipped)) return;
  const shippedFiles = generatedFiles(shipped, options);
  if (Object.entries(files).every(([path, text]) => shippedFiles[path] === text)) return;
  throw new InputError(
    `${origin}: the name "${name}" is taken by another net, specs/${name}.json, whose code is in generated/; ` +
      'give yours another "name", or use --out DIR',
  );
}

/**
 * A net with its weights, from the file of a flag or word; `net`: which, where the file does not tell.
 *
 * @param naming how the command is told the net, for messages.
 */
export async function loadNetWithWeights(file: string, net: string | undefined, naming?: string, names?: string) {
  const [named] = net === undefined ? [] : await loadSpecs([net]), path = resolve(file);
  const map = names === undefined ? undefined : await loadNames(resolve(names), shortPath(resolve(names)));
  const weights = await loadWeights(path, { spec: named?.spec, names: map, origin: shortPath(path), naming });
  return { named: named?.spec, ...weights };
}
