/**
 * Tests a trained net.
 *
 * @module
 */
import { resolve } from "node:path";
import { classText, count, evaluate, type Evaluation, loadMnist, loadTestData, lossText, nounOf } from "../../mod.ts";
import { type Command, type Line, OK } from "../command.ts";
import { checkThreads, data, inTask, json, requiredFlag, target, THREADS, weights } from "../flags.ts";
import { GENERATED, tuningIn } from "../folders.ts";
import { loadNetWithWeights } from "../nets.ts";
import { print } from "../output.ts";
import { testText } from "../train/text.ts";
import { columnsOf, percent, shortPath, SHOWN_CLASSES } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "test a trained net: loss and metrics; of classes accuracy, confusion, figures of each",
  words: "[NET]",
  most: 1,
  notes: [
    "NET is the net that weights of another program are of, as SPEC elsewhere; a checkpoint has its own.",
    ...inTask("In a task, paths count from the project's folder."),
  ],
  flags: {
    weights,
    target,
    threads: { value: "N", text: "worker threads (default: all cores)", range: THREADS },
    data: { ...data, text: `${data.text}; test files are enough` },
    json,
  },
  example: "deno task evaluate --weights runs/mnist_cnn.safetensors",
  run: evaluateNet,
};

async function evaluateNet({ words: [net], flags }: Line): Promise<number> {
  const file = requiredFlag(flags, "weights", "a checkpoint, or weights of another program");
  checkThreads(flags);
  const { spec, parameters } = await loadNetWithWeights(file, net, "evaluate NET --weights W");
  const test = flags.data === undefined ? (await loadMnist()).test : await loadTestData(resolve(flags.data), { spec });
  const evaluation = await evaluate({ spec, parameters }, test, {
    target: flags.target,
    ...flags.threads !== undefined && { threads: Number(flags.threads) },
    tuning: await tuningIn(GENERATED),
  });
  const about = { net: spec.name, weights: shortPath(resolve(file)), data: test.source };
  print(
    flags.json !== undefined
      ? `${JSON.stringify({ ...about, ...evaluation }, null, 2)}\n`
      : `${about.net}, weights ${about.weights}, target ${evaluation.target}\n${
        evaluationText(evaluation, nounOf(test.shape), spec.classes)
      }`,
  );
  return OK;
}

function evaluationText(evaluation: Evaluation, noun: string, names?: readonly string[]): string {
  const { correct, loss, confusion, classes } = evaluation, lead = testText(evaluation, noun);
  if (correct === undefined) return `${lead}\n`;
  // names begin below each other, numbers end there
  const width = names ? Math.max(...classes.map(({ label }) => classText(label, names).length)) : 0;
  const classCell = (label: number) => classText(label, names).padEnd(width);
  const share = (value?: number) => value === undefined ? "-" : percent(value);
  const figures = classes.map(({ label, samples, correct, precision, recall }) =>
    [classCell(label), count(samples), count(correct), share(precision), share(recall)] as const
  );
  const lines = [
    `${lead}, loss ${lossText(loss)}`,
    "",
    ...columnsOf([["class".padEnd(width), noun, "right", "precision", "recall"], ...figures]),
  ];
  if (confusion && confusion.length <= SHOWN_CLASSES) {
    const labels = confusion.map((_, label) => String(label));
    const rows = confusion.map((row, label) => [classCell(label), ...row.map(String)]);
    lines.push(
      "",
      `what ${noun} of each class (rows) were taken for (columns)`,
      ...columnsOf([["", ...labels], ...rows]),
    );
  }
  return `${lines.join("\n")}\n`;
}
