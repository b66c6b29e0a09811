/**
 * Tells what a trained net makes of samples.
 *
 * @module
 */
import { resolve } from "node:path";
import { classText, loadPredictor, type Prediction, type Predictor, printable, readInputs } from "../../mod.ts";
import { type Command, type Line, OK } from "../command.ts";
import { inTask, json, requiredFlag, target, weights } from "../flags.ts";
import { loadNetWithWeights } from "../nets.ts";
import { print } from "../output.ts";
import { percent, plural, shortPath, SHOWN_CLASSES } from "../text.ts";

/** Most numbers of an answer that are shown. */
const SHOWN_NUMBERS = 16;

/** The command. */
export const command: Command = {
  text: "ask a trained net: label and probabilities, or numbers",
  words: "FILE...",
  least: 1,
  most: Infinity,
  notes: [
    "FILE is an image in PNG or PGM, of any size, grey or in colours: it gets the net's size by averaging areas;",
    "or images of the net's size in IDX, plain or .gz; or numbers: an array of NumPy (.npy), or f32 in a file named .f32.",
    ...inTask("In a task, paths count from the project's folder."),
  ],
  flags: {
    weights,
    net: { value: "NET", text: "the net that weights of another program are of (default: a checkpoint's own)" },
    "dark-on-light": { text: "images are dark on a light ground: swap light and dark (default: light on dark)" },
    batch: { value: "N", text: "samples that are computed at once (default: 1)", range: [1, 4096] },
    target,
    json,
  },
  example: "deno task predict seven.png --dark-on-light --weights runs/mnist_cnn.safetensors",
  run: predict,
};

/** What was predicted for a sample, and where the sample is: the file, and which one in it where it has several. */
type Answer = Prediction & {
  readonly input: string;
  readonly index?: number;
};

async function predict({ words, flags }: Line): Promise<number> {
  const file = requiredFlag(flags, "weights", "a checkpoint, or weights of another program");
  const { spec, parameters } = await loadNetWithWeights(file, flags.net, "predict --net NET");
  const predictor = await loadPredictor({ spec, parameters }, {
    target: flags.target,
    batchSize: Number(flags.batch ?? 1),
  });
  const answers: Answer[] = [];
  try {
    // nothing is said before all is done: a file that is broken is then the only thing to see
    for (const input of words) answers.push(...await answersTo(input, predictor, spec.input, flags));
  } finally {
    predictor.close();
  }
  if (flags.json === undefined) print(answers.map((answer) => answerText(answer, spec.classes)).join(""));
  else {
    const { target, batchSize } = predictor, predictions = answers.map(plain);
    const found = { net: spec.name, weights: shortPath(resolve(file)), target, batchSize, predictions };
    print(`${JSON.stringify(found, null, 2)}\n`);
  }
  return OK;
}

/** What the images of a file show. */
async function answersTo(
  input: string,
  predictor: Predictor,
  shape: readonly number[],
  flags: Line["flags"],
): Promise<Answer[]> {
  const darkOnLight = flags["dark-on-light"] !== undefined;
  const { samples, inputs } = await readInputs(resolve(input), shape, { darkOnLight });
  const predictions = await predictor.predictAsync(inputs);
  return predictions.map((prediction, index) => ({ input, ...samples > 1 && { index }, ...prediction }));
}

/** An answer as JSON has it: lists in place of typed arrays. */
function plain({ probabilities, outputs, ...rest }: Answer) {
  return { ...rest, ...probabilities && { probabilities: [...probabilities] }, outputs: [...outputs] };
}

/** An answer in one line: numbers, or of classes which, and how probable each is, with names where there are some. */
function answerText({ input, index, label, probabilities, outputs }: Answer, names?: readonly string[]): string {
  const where = `${printable(input)}${index === undefined ? "" : `, sample ${index}`}`;
  if (label === undefined) {
    const numbers = [...probabilities ?? outputs].map((value) =>
      probabilities ? percent(value) : String(Number(value.toPrecision(4)))
    );
    const more = numbers.length > SHOWN_NUMBERS ? ` ... (${plural(numbers.length, "number")}; all: --json)` : "";
    return `${where}: ${numbers.slice(0, SHOWN_NUMBERS).join(", ")}${more}\n`;
  }
  const figures = [...probabilities ?? outputs].map((value, label) => ({ value, label }));
  // of many classes, the most probable
  const shown = figures.length <= SHOWN_CLASSES ? figures : figures.sort((a, b) => b.value - a.value).slice(0, 5);
  const text = shown.map(({ value, label }) =>
    `${classText(label, names)}: ${probabilities ? percent(value) : value.toPrecision(4)}`
  );
  return `${where}: ${classText(label, names)}  (${text.join(", ")})\n`;
}
