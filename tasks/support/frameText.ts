/** When a frame of a chain begins: `2026-11-27 18:00`, UTC. @param frameSeconds length of a frame, s */
export function frameTime(frame: number, frameSeconds: number): string {
  return new Date(frame * frameSeconds * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** A frame's number, which the contracts count from 1970 on, and when it begins. */
export function frameText(frame: number, { frameSeconds }: { frameSeconds: number }): string {
  return `frame ${frame} (${frameTime(frame, frameSeconds)} UTC)`;
}

/** {@link frameText} of the first and the last of a row of frames. */
export function framesText(first: number, last: number, { frameSeconds }: { frameSeconds: number }): string {
  if (first === last) return frameText(first, { frameSeconds });
  const [from, to] = [frameTime(first, frameSeconds), frameTime(last, frameSeconds)];
  return `frames ${first} to ${last} (${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to} UTC)`;
}
