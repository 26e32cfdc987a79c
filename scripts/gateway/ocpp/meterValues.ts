/** Registers of a meter at a moment. */
export interface MeterSample {
  /** s since 1970 */
  at: number;
  importWh: number;
  exportWh: number;
}

/** A sampled value of OCPP 1.6, whose value is a text, or of 2.0.1. */
interface SampledValue {
  value: string | number;
  /** `SignedData` of 1.6: the value is a record that the meter signed. */
  format?: string;
  /** Such a record of 2.0.1, beside the value. */
  signedMeterValue?: { signedMeterData: string };
  measurand?: string;
  phase?: string;
  unit?: string;
  unitOfMeasure?: { unit?: string; multiplier?: number };
}

/** Values of one moment. */
export interface MeterValue {
  timestamp: string;
  sampledValue: SampledValue[];
}

const IMPORT = "Energy.Active.Import.Register";
const EXPORT = "Energy.Active.Export.Register";
/** No register of a charging station comes near it; what does is a unit mistaken, or nonsense. */
const MOST_WH = 1e12;

/** The registers among meter values; those of a phase alone, and what is no number, are left out. */
export function samplesOf(values: readonly MeterValue[]): MeterSample[] {
  return values.flatMap(({ timestamp, sampledValue }) => {
    const at = Date.parse(timestamp) / 1_000;
    const importWh = registerOf(sampledValue, IMPORT);
    if (!Number.isFinite(at) || importWh === undefined) return [];
    return [{ at, importWh, exportWh: registerOf(sampledValue, EXPORT) ?? 0 }];
  });
}

function registerOf(values: readonly SampledValue[], measurand: string): number | undefined {
  const found = values.find(
    (one) => (one.measurand ?? IMPORT) === measurand && one.phase === undefined && one.format !== "SignedData",
  );
  if (found === undefined) return undefined;
  const { value, unit, unitOfMeasure } = found;
  const number = typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value);
  const named = unit ?? unitOfMeasure?.unit ?? "Wh";
  const factor = named === "kWh" ? 1_000 : named === "Wh" ? 1 : Number.NaN;
  const wh = number * factor * 10 ** (unitOfMeasure?.multiplier ?? 0);
  return wh >= 0 && wh < MOST_WH ? wh : undefined;
}

/** Energy that a pile moved in a span of time, Wh. */
export interface Moved {
  consumedWh: bigint;
  producedWh: bigint;
}

/**
 * Rise of registers from one moment to another. Between two samples they are taken to run evenly; before the first
 * they stood still. Registers are cut to whole Wh at each moment, so that the frames of a session add up to the
 * whole.
 *
 * @param samples in the order of their times
 * @param idle whether nothing is drawn after the last sample
 * @returns undefined where what comes after is not known yet, or a register fell: it is another meter
 */
export function movedBetween(
  samples: readonly MeterSample[],
  from: number,
  until: number,
  idle: boolean,
): Moved | undefined {
  const [start, end] = [registersAt(samples, from, idle), registersAt(samples, until, idle)];
  if (start === undefined || end === undefined) return undefined;
  const [consumedWh, producedWh] = [end[0] - start[0], end[1] - start[1]];
  return consumedWh < 0n || producedWh < 0n ? undefined : { consumedWh, producedWh };
}

function registersAt(samples: readonly MeterSample[], at: number, idle: boolean): [bigint, bigint] | undefined {
  const whole = (importWh: number, exportWh: number): [bigint, bigint] => [
    ...([BigInt(Math.floor(importWh)), BigInt(Math.floor(exportWh))] as [bigint, bigint]),
  ];
  const next = samples.findIndex((sample) => sample.at >= at);
  const [after, before] = [samples[next], samples[(next === -1 ? samples.length : next) - 1]];
  if (after === undefined) return before === undefined || !idle ? undefined : whole(before.importWh, before.exportWh);
  if (before === undefined || after.at === at) return whole(after.importWh, after.exportWh);
  const share = (at - before.at) / (after.at - before.at);
  const between = (one: number, other: number) => one + (other - one) * share;
  return whole(between(before.importWh, after.importWh), between(before.exportWh, after.exportWh));
}
