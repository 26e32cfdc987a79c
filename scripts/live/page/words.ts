import type { MarketFacts } from "../protocol";

export { grouped } from "../../core/text";

/** Energy, Wh, as kWh. */
export function kWh(wh: number, decimals = 2): string {
  return `${(wh / 1000).toFixed(decimals)} kWh`;
}

/** Power, W, as kW. */
export function kW(w: number, decimals = 1): string {
  return `${(w / 1000).toFixed(decimals)} kW`;
}

/** Hours and minutes, UTC. */
export function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

/** Hours, minutes and seconds, UTC. */
export function clockSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

/** Day and month, UTC. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/** A frame as people say it: 14:30–15:00. */
export function frameTimes(frame: number, { frameSeconds }: Pick<MarketFacts, "frameSeconds">): string {
  return `${clockTime(frame * frameSeconds)}–${clockTime((frame + 1) * frameSeconds)}`;
}

/** A length of time: 12:05. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const tail = `${String(minutes % 60).padStart(hours > 0 ? 2 : 1, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** An address short enough for a line. */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** Who is at an end of a fill. */
export function party(pile: number): string {
  return pile === 0 ? "grid" : `pile ${pile}`;
}

const STERLING = "tGBP";

/** A price in money units per kWh; the test token counts as pounds. */
export function price(units: number, { money }: Pick<MarketFacts, "money">): string {
  const tokens = units / money.unitsPerToken;
  return money.symbol === STERLING ? `${(tokens * 100).toFixed(2)} p` : `${tokens.toFixed(4)} ${money.symbol}`;
}

/** An amount of money units. */
export function amount(units: number, { money }: Pick<MarketFacts, "money">): string {
  const tokens = Math.abs(units) / money.unitsPerToken;
  const sign = units < 0 ? "−" : "";
  return money.symbol === STERLING ? `${sign}£${tokens.toFixed(2)}` : `${sign}${tokens.toFixed(4)} ${money.symbol}`;
}

type RankFacts = Pick<MarketFacts, "matching" | "priceWeight" | "timeWeight">;

/** Weights of the price rank and of the time rank; auctions put the price before the time. SPEC 3. */
function weights({ matching, priceWeight, timeWeight }: RankFacts): { ofPrice: number; ofTime: number } {
  return matching === "adbev" ? { ofPrice: priceWeight, ofTime: timeWeight } : { ofPrice: 128, ofTime: 1 };
}

/** Rule that ranks a market's orders. */
export function rankRule(facts: RankFacts): string {
  const { ofPrice, ofTime } = weights(facts);
  return facts.matching === "credit"
    ? "the credit table's score"
    : `f = ${ofPrice} × price rank + ${ofTime} × time rank, lowest first`;
}

/** How an order comes by its place. */
export function rankText(
  facts: RankFacts,
  {
    priority,
    priceRank,
    timeRank,
  }: Readonly<Partial<Record<"priority" | "priceRank" | "timeRank", number | undefined>>>,
): string {
  const { ofPrice, ofTime } = weights(facts);
  return facts.matching === "credit"
    ? `score ${priority}`
    : `f = ${ofPrice} × ${priceRank} + ${ofTime} × ${timeRank} = ${priority}`;
}
