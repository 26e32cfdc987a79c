import type { Reading } from "../core/settlement";
import type { Payload } from "./payload";

/** Part of a registrar's description of a meter that matters for a frame's energy. SPEC 5. */
export interface MeterRegisters {
  importRegister: string;
  /** Undefined where it measures no production. */
  exportRegister?: string | undefined;
  /** Whether only synchronised time counts. */
  synchronised: boolean;
}

/** Registers of a meter at a time. */
interface Point {
  time: number;
  page: number;
  registers: Map<string, bigint>;
}

/** A frame's energy, and the pages that it was taken from. */
export interface FrameEnergy extends Reading {
  firstPage: number;
  lastPage: number;
}

/** Why records do not say what a frame's energy was, by the name of the contract's error. */
export class RecordRefusal extends Error {
  constructor(
    readonly reason: string,
    readonly args: readonly unknown[] = [],
  ) {
    super(`${reason}(${args.map(String).join(", ")})`);
    this.name = "RecordRefusal";
  }
}

/** A boundary between points with different registers: they are at most this part of the frame apart. */
const NEARNESS = 6;

/**
 * Energy that a meter counted from one time to another. SPEC 5, signed records.
 *
 * @param payloads consecutive pages of one meter, their signatures checked
 * @param start Unix time, s
 * @param end Unix time, s, later
 * @throws RecordRefusal where they do not say
 */
export function energyBetween(
  meter: MeterRegisters,
  payloads: readonly Pick<Payload, "page" | "readings">[],
  start: number,
  end: number,
): FrameEnergy {
  for (const [i, { page }] of payloads.entries()) {
    const before = payloads[i - 1]?.page;
    if (before !== undefined && page !== before + 1) throw new RecordRefusal("PagesNotConsecutive", [before, page]);
  }
  const points = pointsOf(meter, payloads);
  const atStart = registersAt(points, start, end - start, (a, b) => a.time <= start && b.time > start);
  const atEnd = registersAt(points, end, end - start, (a, b) => a.time < end && b.time >= end);
  if (atStart === undefined || atEnd === undefined) {
    throw new RecordRefusal("FrameNotCovered", [start, end, points[0]?.time ?? 0, points.at(-1)?.time ?? 0]);
  }
  const rise = (register: string | undefined) =>
    register === undefined ? 0n : atEnd.registers.get(register)! - atStart.registers.get(register)!;
  return {
    consumedWh: rise(meter.importRegister),
    producedWh: rise(meter.exportRegister),
    firstPage: atStart.before.page,
    lastPage: atEnd.after.page,
  };
}

/** The points of pages in their order; times and registers never fall. */
function pointsOf(meter: MeterRegisters, payloads: readonly Pick<Payload, "page" | "readings">[]): Point[] {
  const wanted = [meter.importRegister, meter.exportRegister].filter((register) => register !== undefined);
  const points: Point[] = [];
  for (const { page, readings } of payloads) {
    for (const { time, clock, register, registerWh, status, faulty } of readings) {
      if (status !== "G" || faulty) throw new RecordRefusal("MeterNotGood", [time, status, faulty]);
      if (!(meter.synchronised ? ["S"] : ["S", "I", "R"]).includes(clock)) {
        throw new RecordRefusal("ClockNotGood", [time, clock]);
      }
      let point = points.at(-1);
      if (point === undefined || point.time !== time || point.registers.has(register)) {
        point = { time, page, registers: new Map() };
        points.push(point);
      }
      point.registers.set(register, registerWh);
    }
  }
  for (const [i, point] of points.entries()) {
    if (wanted.some((register) => !point.registers.has(register))) {
      throw new RecordRefusal("PointIncomplete", [point.time]);
    }
    const before = points[i - 1];
    if (before === undefined) continue;
    if (point.time < before.time) throw new RecordRefusal("TimeFell", [before.time, point.time]);
    for (const register of wanted) {
      const [was, is] = [before.registers.get(register)!, point.registers.get(register)!];
      if (is < was) throw new RecordRefusal("RegisterFell", [point.time, was, is]);
    }
  }
  return points;
}

/** Registers at a boundary, taken to rise evenly between the two points around it. */
function registersAt(
  points: readonly Point[],
  boundary: number,
  frameSeconds: number,
  around: (before: Point, after: Point) => boolean,
): { registers: Map<string, bigint>; before: Point; after: Point } | undefined {
  const i = points.findIndex((point, i) => i > 0 && around(points[i - 1]!, point));
  if (i < 0) return undefined;
  const [before, after] = [points[i - 1]!, points[i]!];
  const [part, span] = [boundary - before.time, after.time - before.time];
  const registers = new Map<string, bigint>();
  let rises = false;
  for (const [register, was] of before.registers) {
    const rise = after.registers.get(register)! - was;
    rises ||= rise !== 0n;
    registers.set(register, was + (rise * BigInt(part)) / BigInt(span));
  }
  if (rises && part !== 0 && part !== span && span * NEARNESS > frameSeconds) {
    throw new RecordRefusal("PointsTooFarApart", [boundary, before.time, after.time]);
  }
  return { registers, before, after };
}
