/**
 * Writes the JSON Schema of specs.
 *
 * @module
 */
import { join } from "node:path";
import { compareGenerated, jsonSchema, repairGenerated } from "../../mod.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { check } from "../flags.ts";
import { SPECS } from "../folders.ts";
import { complain, print } from "../output.ts";
import { shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "write specs/spec.schema.json, the JSON Schema of specs",
  words: "",
  most: 0,
  flags: { check },
  example: "deno task schema",
  writes: true,
  run: schema,
};

async function schema({ flags }: Line): Promise<number> {
  const files = { "spec.schema.json": JSON.stringify(jsonSchema(), null, 2) + "\n" };
  const [difference] = await compareGenerated(SPECS, files);
  const path = shortPath(join(SPECS, "spec.schema.json"));
  if (difference && flags.check !== undefined) {
    complain(`${path} ${difference.state === "missing" ? "is missing" : "differs"}; run "deno task schema"`);
    return ERROR;
  }
  if (difference) await repairGenerated(SPECS, files, difference);
  print(difference ? `wrote ${path}\n` : `${path} is up to date\n`);
  return OK;
}
