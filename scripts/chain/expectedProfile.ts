import { z } from "zod";

import { InputError } from "../core/errors";
import { LAGS, LEAST_EXPECTED_W, MOST_EXPECTED_W, MOST_LAG_FRAMES, NOTHING_EXPECTED } from "../core/expectedLoad";
import type { ExpectedLoadProfile } from "../planners/expectedLoad";

const FORMAT = z.strictObject({
  /** Length of a frame, s; a day begins at midnight UTC. */
  frameSeconds: z.number().int().min(1),
  /** One a frame of the day. */
  frames: z.array(
    z.strictObject({
      loadW: z.number().int().min(Number(LEAST_EXPECTED_W)).max(Number(MOST_EXPECTED_W)),
      lagFrames: z.array(z.number().int().min(0).max(MOST_LAG_FRAMES)).length(LAGS),
    }),
  ),
});

/** An expectation as the text of a file: JSON that {@link parseProfile} reads. */
export function profileText(profile: ExpectedLoadProfile, frameSeconds: number): string {
  const frames = profile.map((one) => {
    const { loadW, lagFrames } = one ?? NOTHING_EXPECTED;
    return { loadW: Number(loadW), lagFrames };
  });
  const lines = frames.map((one) => `    ${JSON.stringify(one)}`);
  return `{\n  "frameSeconds": ${frameSeconds},\n  "frames": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/**
 * Reads an expectation.
 *
 * @param place the file's name, for messages
 * @throws InputError with what is wrong where
 */
export function parseProfile(text: string, place: string, frameSeconds: number): ExpectedLoadProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(place, "is not JSON; expected what arrivals:learn --out writes");
  }
  const { data, error } = FORMAT.safeParse(value);
  if (error !== undefined) {
    const { path, message } = error.issues[0]!;
    throw new InputError(
      place,
      `${path.join(".") || "the file"}: ${message}; expected what arrivals:learn --out writes`,
    );
  }
  if (data.frameSeconds !== frameSeconds) {
    throw new InputError(place, `is of frames of ${data.frameSeconds} s; the market's have ${frameSeconds} s`);
  }
  const perDay = 86_400 / frameSeconds;
  if (!Number.isInteger(perDay)) throw new InputError(place, `frames of ${frameSeconds} s do not divide a day`);
  if (data.frames.length !== perDay) {
    throw new InputError(place, `has ${data.frames.length} frames; a day has ${perDay}`);
  }
  return data.frames.map(({ loadW, lagFrames }) => (loadW === 0 ? undefined : { loadW: BigInt(loadW), lagFrames }));
}
