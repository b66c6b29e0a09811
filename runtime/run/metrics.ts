/**
 * Metrics of reports: what there are, what they are called, and how they are written.
 *
 * @module
 */
/** What a net is told beside its loss, as means over samples: the metrics of its spec, or those that fit its loss. */
export interface Metrics {
  /** Share of the samples classified right. */
  readonly accuracy?: number;
  /** Share of the samples whose class is among the five with the largest outputs. */
  readonly topFiveAccuracy?: number;
  /** Share of the outputs that are on the right side, of two, whatever they weigh. */
  readonly binaryAccuracy?: number;
  /** Mean distance of outputs from their targets, whatever they weigh. */
  readonly meanAbsoluteError?: number;
}

/** What metrics are called, and whether they are a share, from 0 to 1. */
export const METRICS: Readonly<Record<keyof Required<Metrics>, { readonly title: string; readonly share: boolean }>> = {
  accuracy: { title: "accuracy", share: true },
  topFiveAccuracy: { title: "top-5 accuracy", share: true },
  binaryAccuracy: { title: "binary accuracy", share: true },
  meanAbsoluteError: { title: "mean absolute error", share: false },
};

/** The metrics that a report of an epoch or a test has, in the order of the list. */
export function metricsIn(report: Metrics): readonly (keyof Metrics)[] {
  return (Object.keys(METRICS) as readonly (keyof Metrics)[]).filter((name) => report[name] !== undefined);
}

/** The value of a metric for people: a share in percent, anything else as a loss. */
export function metricText(name: keyof Metrics, value: number): string {
  return METRICS[name].share ? `${(100 * value).toFixed(2)} %` : lossText(value);
}

/** A loss for people, which may have become NaN or infinite. */
export function lossText(value: number): string {
  if (!Number.isFinite(value)) return "no number";
  // where numbers are small or large, four decimals tell nothing, or too much
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-3 && size < 1e5) ? value.toFixed(4) : String(Number(value.toPrecision(4)));
}

/** Metrics of a test by their titles, the area under the curve among them; `left`: one that is told elsewhere. */
export function metricTexts(
  report: Metrics & { readonly areaUnderCurve?: number },
  left?: keyof Metrics,
): (readonly [title: string, text: string])[] {
  const { areaUnderCurve } = report;
  return [
    ...metricsIn(report).filter((name) => name !== left)
      .map((name) => [METRICS[name].title, metricText(name, report[name]!)] as const),
    ...areaUnderCurve === undefined ? [] : [["area under the curve", areaUnderCurve.toFixed(4)] as const],
  ];
}
