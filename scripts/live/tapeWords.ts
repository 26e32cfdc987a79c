import { decodeFill, decodePileState, decodePosting, decodePublication, GRID } from "../chain/packedWords";
import { ERROR_INTERFACES } from "../chain/interfaces";
import { decodeRefusal } from "../chain/refusal";
import type { TimedEvent } from "./chainFollower";
import type { TapeLine } from "./protocol";

/** How a market writes money and prices. */
export interface MoneyWords {
  amount(units: bigint): string;
  price(units: bigint): string;
}

/** Meaning of an event, in words, and the piles that it is about. */
export function tapeWords(
  event: TimedEvent,
  { tickSize, money }: { tickSize: bigint; money: MoneyWords },
): Pick<TapeLine, "text" | "piles" | "refused"> {
  const { name, args } = event;
  const pile = args["pile"] === undefined ? undefined : Number(args["pile"]);
  const frame = args["frame"] === undefined ? 0 : Number(args["frame"]);
  const amount = (key: string) => money.amount(args[key] as bigint);
  const who = (key: string) => shortAddress(args[key] as string);
  const about = pile === undefined ? [] : [pile];
  const say = (text: string, piles = about) => ({ text, piles });
  const refuse = (text: string) => ({ text, piles: about, refused: true });
  switch (name) {
    case "PileRegistered":
      return say(`Pile ${pile} is registered: ${who("account")}, rated ${kW(args["ratedW"] as bigint)}`);
    case "Deposited":
      return say(`Pile ${pile} deposits ${amount("amount")}`);
    case "Withdrawn":
      return say(`Pile ${pile} withdraws ${amount("amount")}`);
    case "GridDeposited":
      return say(`The grid operator deposits ${amount("amount")}`);
    case "GridWithdrawn":
      return say(`The grid operator withdraws ${amount("amount")}`);
    case "OrderPlaced": {
      const order = decodePileState(args["state"] as bigint);
      const kind = order.iceberg ? `, an iceberg that shows ${kWh(order.peakWh)}` : "";
      const price = money.price(order.priceTicks * tickSize);
      const verb = order.charge ? "bids for" : "offers";
      return say(`Pile ${pile} ${verb} ${kWh(order.remainingWh)} at ${price}${kind}, up to frame ${order.expiryFrame}`);
    }
    case "OrderCancelled":
      return say(`Pile ${pile} cancels its order`);
    case "OrderRefused":
      return refuse(
        `An order of ${who("signer")} is refused: ${refusalName(args["refusal"] as string)} (number ${Number(args["position"]) + 1} of its batch)`,
      );
    case "CancellationPaid":
      return say(`Pile ${pile} pays ${amount("fee")} for leaving a book that plans reckon with`);
    case "SuspensionSet":
      return say(`Pile ${pile} is ${args["suspended"] === true ? "suspended" : "admitted again"}`);
    case "NonceSkipped":
      return say(`Pile ${pile} uses up what it signed`);
    case "PayoutSet":
      return say(`Pile ${pile} is paid out to ${who("payout")}`);
    case "EntryPauseSet":
      return say(args["paused"] === true ? "Entry is paused" : "Entry is open again");
    case "FramePublished": {
      const published = decodePublication(args["publication"] as bigint);
      if (published === undefined) return say(`Frame ${frame} is published`);
      const tariff = money.price(published.importTicks * tickSize);
      return say(`Frame ${frame} is published: homes ${kW(published.baseLoadW)}, import at ${tariff}`);
    }
    case "FrameCleared":
    case "FlexibleFilled": {
      const fills = [...(args["fills"] as Iterable<bigint>)].map(decodeFill);
      const trades = fills.filter(({ sell, buy }) => sell !== GRID && buy !== GRID).length;
      const grid = fills.length - trades;
      const done =
        name === "FrameCleared"
          ? `Frame ${frame} is cleared: ${count(trades, "trade")}, ${count(grid, "fill")} from the grid`
          : `The round over frame ${frame} is executed: ${count(fills.length, "fill")}`;
      const piles = [...new Set(fills.flatMap(({ sell, buy }) => [sell, buy]))].filter((one) => one !== GRID);
      return say(`${done}, load ${kW(args["loadW"] as bigint)}`, piles);
    }
    case "FrameSettled": {
      const postings = [...(args["postings"] as Iterable<bigint>)].map(decodePosting);
      const silent = postings.filter((posting) => posting.silent).map((posting) => posting.pile);
      const silence = silent.length === 0 ? "" : `; silent: ${silent.join(", ")}`;
      const part = BigInt(args["rest"] as string) === 0n ? "" : " in part";
      return say(
        `Frame ${frame} is settled${part}: ${count(postings.length, "pile")}${silence}`,
        postings.map((posting) => posting.pile),
      );
    }
    case "ReadingsStored":
      return say(`Readings of ${count([...(args["readings"] as Iterable<bigint>)].length, "meter")} are stored`);
    case "ReadingRefused":
      return refuse(`A reading is refused: ${refusalName(args["refusal"] as string)}`);
    case "RoundOpened":
      return say(`A round opens over frame ${frame}`);
    case "PlanCommitted":
      return say(`${who("proposer")} commits to a plan for frame ${frame}`);
    case "PlanRevealed":
      return say(
        `${who("proposer")} reveals its plan for frame ${frame}: ${kWh(args["unservedWh"] as bigint)} unserved`,
      );
    case "RoundFinalised":
      return say(
        BigInt(args["plan"] as string) === 0n
          ? `The round over frame ${frame} ends with the fallback`
          : `The round over frame ${frame} ends: a plan has won`,
      );
    case "ClaimAdded":
      return say(`The grid operator owes ${who("account")} ${amount("amount")} more`);
    case "ClaimPaid":
      return say(`The grid operator pays ${who("account")} ${amount("amount")} of what it owes`);
    case "MeterRegistered":
      return say(`The meter of pile ${pile} is registered`);
    case "MeterKeyChanged":
      return say(`The meter of pile ${pile} has another key`);
    case "RoleGranted":
      return say(`${who("account")} is given a role`);
    case "RoleRevoked":
      return say(`${who("account")} loses a role`);
    default:
      return say(name.replace(/(?<!^)([A-Z])/g, " $1").toLowerCase(), about);
  }
}

/** An address short enough for a line. */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

function refusalName(data: string): string {
  return decodeRefusal(data, ERROR_INTERFACES)?.message ?? data.slice(0, 10);
}

function kWh(wh: bigint): string {
  return `${(Number(wh) / 1000).toFixed(2)} kWh`;
}

function kW(w: bigint): string {
  return `${(Number(w) / 1000).toFixed(1)} kW`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
