import { keccak256 } from "ethers";

import { figuresOf, type Plan } from "../../core/rounds";

/** Six bytes a frame: three for what draws, three for what discharges, the most significant first. */
const HEX_DIGITS_A_FIGURE = 6;

/** By what equally good plans are told apart: keccak-256 of a plan's figures, frame by frame. SPEC 4. */
export function planHash(plan: Plan): string {
  const { draw, discharge } = figuresOf(plan);
  const figures = draw.flatMap((drawn, offset) => [drawn, discharge[offset]!]);
  return keccak256(`0x${figures.map((figure) => figure.toString(16).padStart(HEX_DIGITS_A_FIGURE, "0")).join("")}`);
}
