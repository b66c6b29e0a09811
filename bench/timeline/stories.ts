/**
 * The stories that the timeline tells: a net each, its configurations, and the files that are written of it.
 *
 * @module
 */
import { OPTIMIZATIONS } from "../../mod.ts";
import { projectFile, specFile } from "../measure/programs.ts";
import { REFERENCE } from "../reference.ts";
import { CHANNELS_LADDER, CHANNELS_LEFT_OUT } from "./channels_ladder.ts";
import { type Configuration, LADDER, LEFT_OUT, type LeftOut, type Rung } from "./ladder.ts";

/** A story. */
export interface Story {
  readonly net: string;
  /** The net's spec, and what is written; paths from the project's folder. */
  readonly spec: string;
  readonly results: string;
  readonly text: string;
  readonly chart: string;
  readonly ladder: readonly Rung[];
  readonly leftOut: readonly LeftOut[];
  /** Images that each configuration trains first, in two epochs. */
  readonly checkImages: number;
  readonly title: string;
  /** What it is about; `rungs` of it ran. */
  introduction(rungs: number): string;
  /** A program whose speed was published. */
  readonly published?: typeof REFERENCE;
}

/** The stories. Other nets are trained by the configurations of the first. */
export const STORIES: readonly [Story, ...Story[]] = [
  {
    net: "mnist_cnn",
    spec: "specs/mnist_cnn.json",
    results: "bench/timeline.json",
    text: "OPTIMIZATIONS.md",
    chart: "bench/timeline.svg",
    ladder: LADDER,
    leftOut: LEFT_OUT,
    checkImages: 1280,
    title: "A timeline of optimizations",
    introduction: (rungs) =>
      `One training, \`mnist_cnn\` on MNIST, in ${rungs} configurations, from nested loops to what \`deno task train\` ` +
      "does. Each adds one thing to the one before, is chosen by flags, and can be trained with by hand. The project " +
      "comes from a document with such a timeline of a program in C; this is ours, made anew by `deno task timeline` " +
      "on any machine. A second one is about [a net of many channels](docs/many_channels.md).",
    published: REFERENCE,
  },
  {
    net: "cifar_vgg",
    spec: "bench/nets/cifar_vgg.json",
    results: "bench/timeline_channels.json",
    text: "docs/many_channels.md",
    chart: "bench/timeline_channels.svg",
    ladder: CHANNELS_LADDER,
    leftOut: CHANNELS_LEFT_OUT,
    checkImages: 256,
    title: "A timeline for many channels",
    introduction: (rungs) =>
      "The net of [the first timeline](../OPTIMIZATIONS.md) has images of one channel and few channels behind. This " +
      `one, \`cifar_vgg\`, has colour images of 32 by 32 and four convolutions of up to 64 channels. It begins where ` +
      `the first one ends, and adds in ${rungs} configurations what such a net needs. Images and classes are at ` +
      "random, the same for all. Made anew by `deno task timeline cifar_vgg`.",
  },
];

/** The story whose configurations a net is trained by. */
export const storyOf = (net: string): Story => STORIES.find((story) => story.net === net) ?? STORIES[0];

/** All configurations of a story. */
export const configurationsOf = ({ ladder, leftOut }: Story): readonly Configuration[] => [...ladder, ...leftOut];

/** The file of a spec, by a path or by the name of a net in `specs/` or of a story. */
export function specOf(word: string): string {
  const story = STORIES.find(({ net }) => net === word);
  return story ? projectFile(story.spec) : specFile(word);
}

/** A path as seen from a story's text. */
export const fromText = ({ text }: Story, path: string): string => "../".repeat(text.split("/").length - 1) + path;

/** How a configuration is trained with by hand. */
export function commandOf({ name, target, without = [], engine, threads }: Configuration, { net }: Story): string {
  const only = `--only ${name.includes(" ") ? `"${name}"` : name}`;
  if (net !== STORIES[0].net) return `deno task timeline ${net} ${only}`;
  if (target === "naive") return `deno task timeline ${only}`;
  // V8's flags make no difference to what is no WebAssembly
  const start = target === "typescript" || target === "webgpu" || engine === "packed"
    ? "deno task train"
    : engine === "unchecked"
    ? "deno run --v8-flags=$(deno run runtime/v8_flags.ts unpacked) --allow-read --allow-write cli.ts train"
    : "deno run --allow-read --allow-write cli.ts train";
  const left = OPTIMIZATIONS.filter((each) => without.includes(each));
  return [
    start,
    `--target ${target}`,
    ...threads === "one" ? ["--threads 1"] : [],
    ...left.length > 0 ? [`--without ${left.join(",")}`] : [],
  ].join(" ");
}
