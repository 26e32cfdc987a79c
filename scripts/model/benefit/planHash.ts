import { keccak256 } from "ethers";

import type { Plan } from "./plan";

/** Six bytes a frame: three of what is drawn, three of what is discharged, the most significant first. */
const HEX_DIGITS_A_FIGURE = 6;

/** By what equally good plans are told apart: keccak-256 of a plan's figures, frame by frame. SPEC 4. */
export function planHash({ drawWh, dischargeWh }: Plan): string {
  const figures = drawWh.flatMap((drawn, offset) => [drawn, dischargeWh[offset]!]);
  return keccak256(`0x${figures.map((wh) => wh.toString(16).padStart(HEX_DIGITS_A_FIGURE, "0")).join("")}`);
}
