import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { frameTime } from "./frameText";

/** Arguments of the contracts' errors that are frames, and those that are moments in Unix seconds. */
const FRAMES = "frame|firstFrame|lastFrame|expiryFrame|settling|occupiedBy";
const MOMENTS = "opensAt|closesAt|closedAt|endsAt|deadline|until";
/** From here on a number is a frame or a moment of a chain's clock; a signed order may name any deadline. */
const NOT_AFTER = Date.UTC(2200, 0, 1) / 1000;

const frameSecondsOf = new WeakMap<HardhatRuntimeEnvironment, number>();

/** Keeps the length of a frame of the market that a command speaks with, so that a refusal can say when its frames are. */
export function noteFrameLength(hre: HardhatRuntimeEnvironment, frameSeconds: number): void {
  frameSecondsOf.set(hre, frameSeconds);
}

/** A refusal with the time beside every frame and moment: `frame 997640 [2026-11-27 04:00 UTC]`. */
export function withTimes(message: string, hre: HardhatRuntimeEnvironment): string {
  const frameSeconds = frameSecondsOf.get(hre);
  if (frameSeconds === undefined) return message;
  return message
    .replace(new RegExp(`\\b(${FRAMES}) (\\d+)\\b`, "g"), (all, _name: string, frame: string) =>
      Number(frame) * frameSeconds < NOT_AFTER ? `${all} [${frameTime(Number(frame), frameSeconds)} UTC]` : all,
    )
    .replace(new RegExp(`\\b(${MOMENTS}) (\\d+)\\b`, "g"), (all, _name: string, second: string) =>
      Number(second) < NOT_AFTER ? `${all} [${momentText(Number(second))} UTC]` : all,
    );
}

function momentText(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 19).replace("T", " ");
}
