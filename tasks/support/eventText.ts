import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import type { MarketEvent } from "../../scripts/chain/marketEvents";
import { GRID, type PackedFill, type PackedPublication, type PileState } from "../../scripts/chain/packedWords";
import { decodeRefusal } from "../../scripts/chain/refusal";
import { ROLE_IDS } from "../../scripts/chain/roleIds";
import type { MarketMoney } from "../../scripts/chain/token";
import { framesText, frameText } from "./frameText";
import { kW, kWh } from "./output";

/** A market's own units: how long its frames are, what a tick is, and how its token writes itself. */
export interface EventUnits {
  frameSeconds: number;
  /** Step of prices, money units per kWh. */
  tickSize: bigint;
  money: Pick<MarketMoney, "amount" | "price">;
}

/** Names of arguments by what they are; the names of events and of packed words say it alike everywhere. */
const FRAMES = /^(?:frame|firstFrame|expiryFrame)$/;
const AMOUNTS = /^(?:amount|balance|gridBalance|fund|fee|money)$/;
const TICKS = /^(import|export|wheeling|price)Ticks$/;
const ROLES = /^(?:role|previousAdminRole|newAdminRole)$/;
const NOTHING = `0x${"0".repeat(64)}`;

/** An event's arguments in one line: frames by when they begin, amounts in the market's token, energy in kWh. */
export function eventText({ args }: Pick<MarketEvent, "args">, units: EventUnits): string {
  return argumentTexts(args, units).join(", ");
}

function argumentTexts(args: object, units: EventUnits): string[] {
  return Object.entries(args).map(([name, value]) => argumentText(name, value as unknown, units));
}

function argumentText(name: string, value: unknown, units: EventUnits): string {
  const said = name.replace(/(?:W|Wh|Ticks)$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (FRAMES.test(name)) {
    const text = frameText(Number(value), units);
    return name === "frame" ? text : `${said.replace(" frame", "")} ${text}`;
  }
  return `${said} ${valueText(name, value, units)}`;
}

function valueText(name: string, value: unknown, units: EventUnits): string {
  if (Array.isArray(value)) return listText(value as readonly (object | number)[], units);
  if (ROLES.test(name)) return roleName(String(value));
  if (name === "publication") {
    // The event names its frame beside it.
    const tariffs = Object.entries(value as PackedPublication).filter(([field]) => field !== "frame");
    return `(${argumentTexts(Object.fromEntries(tariffs), units).join(", ")})`;
  }
  if (name === "state") return stateText(value as PileState, units);
  if (typeof value === "object" && value !== null) return `(${argumentTexts(value, units).join(", ")})`;
  if (value === NOTHING) return "none";
  if (name === "refusal") return decodeRefusal(String(value), ERROR_INTERFACES)?.message ?? String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "bigint") return String(value);
  if (AMOUNTS.test(name)) return units.money.amount(value);
  if (TICKS.test(name)) return units.money.price(value * units.tickSize);
  if (name.endsWith("Wh")) return kWh(value, 3);
  if (name.endsWith("W")) return kW(value, 3);
  return String(value);
}

/** A pile's state: its order where it has one, and its account. */
function stateText(state: PileState, units: EventUnits): string {
  const { charge, iceberg, remainingWh, priceTicks, peakWh, firstFrame, expiryFrame } = state;
  const { money, tickSize } = units;
  const { balance, nonce, credit, creditWh, suspended } = state;
  const tranches = iceberg ? `, iceberg, peak ${kWh(peakWh, 3)}` : "";
  const order =
    remainingWh === 0n
      ? "no order"
      : `${charge ? "bid" : "ask"} of ${kWh(remainingWh, 3)} at ${money.price(priceTicks * tickSize)}${tranches}, ` +
        framesText(firstFrame, expiryFrame, units);
  const account = `free ${money.amount(balance)}, credit ${points(credit)} resting on ${kWh(creditWh)}, nonce ${nonce}`;
  return `(${order}; ${account}${suspended ? "; suspended" : ""})`;
}

function points(credit: bigint): string {
  return `${(Number(credit) / 100).toFixed(2)} points`;
}

function listText(values: readonly (object | number)[], units: EventUnits): string {
  if (values.length === 0) return "none";
  return values
    .map((value) => {
      if (typeof value !== "object") return String(value);
      return "sell" in value ? fillText(value as PackedFill, units) : argumentTexts(value, units).join(" ");
    })
    .join("; ");
}

function fillText(
  { sell, buy, energyWh, price, premium = 0n, subsidy = 0n }: PackedFill,
  { money }: EventUnits,
): string {
  const who = (pile: number) => (pile === GRID ? "grid" : String(pile));
  const gap =
    premium + subsidy === 0n
      ? ""
      : ` (the buyer pays ${money.price(price + premium)}, the seller gets ${money.price(price + subsidy)})`;
  return `${who(sell)} → ${who(buy)} ${kWh(energyWh, 3)} at ${money.price(price)}${gap}`;
}

function roleName(id: string): string {
  return Object.entries(ROLE_IDS).find(([, known]) => known === id)?.[0] ?? id;
}
