/**
 * Writes the table of `docs/bundles.md`: what a browser downloads of each net that ships or is measured.
 *
 *     deno task bundles
 *
 * @module
 */
import { join } from "node:path";
import { buildNet, type Download, downloadOf } from "../build/bundle/mod.ts";
import { asStarted, loadSpec, specNames } from "../mod.ts";
import { writePages } from "./command_line.ts";
import { deno, PROJECT } from "./deno.ts";
import { table } from "./markdown.ts";

const USAGE = `\
Usage: deno task bundles [--check]

writes the table of downloads in docs/bundles.md, of all nets in specs/ and bench/nets/

  --check   change nothing; exit 1 if the table is not what bundles are now
`;

/** The page, and what stands around its table. */
const PAGE = join(PROJECT, "docs", "bundles.md");
const BEGIN = "<!-- made by deno task bundles -->", END = "<!-- end of bundles -->";

/** Where specs are. */
const FOLDERS = ["specs", "bench/nets"];

/** What a browser downloads of a net, to train and to predict only. */
export interface NetDownload {
  readonly name: string;
  readonly train: Download;
  readonly predict: Download;
}

/** Measures the bundles of a net; `folder`: where its spec is. */
export async function netDownload(folder: string, name: string): Promise<NetDownload> {
  const spec = await loadSpec(join(PROJECT, folder, `${name}.json`));
  const [train, predict] = [await buildNet(spec), await buildNet(spec, { predict: true })];
  return { name, train: downloadOf(train), predict: downloadOf(predict) };
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

/** The row of a net. */
export function rowOf({ name, train, predict }: NetDownload): string[] {
  const bytes = [train, predict].flatMap(({ scripts, module, all, later }) => [scripts, module, all, later]);
  return [name, ...bytes.map(kilobytes)];
}

/** The page with another table. */
async function withTable(page: string, nets: readonly NetDownload[]): Promise<string> {
  const columns = (what: string) => ["scripts", "module", `**to ${what}**`, "later"];
  const head = ["net", ...columns("train"), ...columns("predict")];
  const text = await deno(["fmt", "--ext", "md", "--config", "deno.json", "-"], table(head, nets.map(rowOf)));
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`docs/bundles.md has no "${BEGIN}" before "${END}"`);
  return `${page.slice(0, before + BEGIN.length)}\n\n${text.trim()}\n\n${page.slice(after)}`;
}

if (import.meta.main) {
  await writePages(USAGE, async (check) => {
    const nets: NetDownload[] = [];
    for (const folder of FOLDERS) {
      for (const name of await specNames(join(PROJECT, folder))) nets.push(await netDownload(folder, name));
    }
    const page = await Deno.readTextFile(PAGE), made = await withTable(page, nets);
    if (page === made) return false;
    if (check) console.error(asStarted("error: docs/bundles.md is not what bundles are: deno task bundles"));
    else await Deno.writeTextFile(PAGE, made);
    return true;
  });
}
