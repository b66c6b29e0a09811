/**
 * The list of commands, in the order in which help has them.
 *
 * @module
 */
import type { Command } from "../command.ts";
import { command as build } from "./build.ts";
import { command as doctor } from "./doctor.ts";
import { command as evaluate } from "./evaluate.ts";
import { command as exportNet } from "./export.ts";
import { command as generate } from "./generate.ts";
import { command as importWeights } from "./import.ts";
import { command as predict } from "./predict.ts";
import { command as report } from "./report.ts";
import { command as schema } from "./schema.ts";
import { command as show } from "./show.ts";
import { command as train } from "./train.ts";
import { command as tune } from "./tune.ts";
import { command as verify } from "./verify.ts";

/** All commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  train,
  evaluate,
  predict,
  import: importWeights,
  export: exportNet,
  build,
  report,
  generate,
  show,
  verify,
  tune,
  schema,
  doctor,
};
