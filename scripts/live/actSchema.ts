import { z } from "zod";

import type { Act } from "./protocol";

const whole = z.int().min(0);
const draft = z.strictObject({
  pile: whole,
  side: z.enum(["charge", "discharge"]),
  price: whole,
  energyWh: whole,
  expiryFrame: whole,
});
const action = z.enum(["place", "replace", "cancel"]);

const act = z.discriminatedUnion("do", [
  z.strictObject({ do: z.enum(["clear", "settle", "forward", "pause"]) }),
  z.strictObject({ do: z.literal("play"), speed: z.number() }),
  z.strictObject({ do: z.literal("meter"), pile: whole, mode: z.enum(["silent", "over", "agreed"]) }),
  z.strictObject({ do: z.literal("order"), action: z.enum(["place", "replace"]), draft }),
  z.strictObject({ do: z.literal("cancel"), pile: whole }),
  z.strictObject({ do: z.literal("typed"), action, draft }),
  z.strictObject({
    ...{ do: z.literal("submit"), action, draft, deadline: whole },
    signature: z.string().regex(/^0x[0-9a-fA-F]{128,132}$/),
  }),
  z.strictObject({ do: z.literal("join"), account: z.string().max(64) }),
]);

/** A page's request, checked; undefined where it makes no sense. */
export function readAct(text: string): Act | undefined {
  try {
    return act.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A draft out of an address, checked; undefined where it makes no sense. */
export function readDraft(query: URLSearchParams): z.output<typeof draft> | undefined {
  const fields = Object.fromEntries([...query].map(([name, value]) => [name, name === "side" ? value : Number(value)]));
  const read = draft.safeParse(fields);
  return read.success ? read.data : undefined;
}
