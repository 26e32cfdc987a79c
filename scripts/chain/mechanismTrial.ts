import {
  AbiCoder,
  type Interface,
  type InterfaceAbi,
  Interface as AbiInterface,
  type Provider,
  ZeroAddress,
} from "ethers";

import { IMechanism__factory } from "../../typechain-types/factories/contracts/interfaces/IMechanism__factory";
import { MATCHINGS } from "../core/matching";
import type { DeploymentParameters } from "../core/parameters";
import { ERROR_INTERFACES } from "./interfaces";
import { textOf } from "./mechanisms";
import { decodeFill, GRID } from "./packedWords";
import { refusalOf } from "./refusal";

/** A mechanism on trial. */
export interface MechanismOnTrial {
  address: string;
  /** Interface of its own errors; without it only the project's are decoded. */
  abi?: InterfaceAbi | undefined;
}

/** The mechanism is no such thing, or decides what no market would book. */
export class MechanismRefusal extends Error {
  override readonly name = "MechanismRefusal";
}

/** Gas that a market gives its mechanism for a frame, and for each of its orders. */
const GAS = 200_000n;
const GAS_PER_ORDER = 12_000n;
/** More than a call costs beside what its contract does. */
const CALL_GAS = 60_000n;
const FRAME = 1_000;
const ENERGY_WH = 1_000n;
const ROOM_WH = 2_000n;
const BUYER = 1;
const SELLER = 2;

/**
 * Tries a mechanism on a book of a bid and an ask that cross, before there is a market: it is asked for its name and its
 * proposal. Whether it accepts the market's parameters it is asked by the market itself, when that is deployed.
 *
 * @returns the name that it gives
 * @throws MechanismRefusal with what it answers wrongly
 */
export async function tryMechanism(
  { address, abi }: MechanismOnTrial,
  parameters: DeploymentParameters,
  provider: Provider,
): Promise<string> {
  if ((await provider.getCode(address)) === "0x") throw new MechanismRefusal(`there is no contract at ${address}`);
  const mechanism = IMechanism__factory.createInterface();
  const errors = [...ERROR_INTERFACES, ...(abi === undefined ? [] : [new AbiInterface(abi)])];
  const ask = async (call: string, data: string, gasLimit: bigint) =>
    provider.call({ to: address, data, gasLimit }).catch((error: unknown) => {
      throw new MechanismRefusal(`${call}() ${whyNot(error, errors, gasLimit)}`);
    });
  const name = nameIn(await ask("name", mechanism.encodeFunctionData("name"), CALL_GAS + GAS));
  const { terms, orders, bidPrice, askPrice } = trialBook(parameters);
  const gas = CALL_GAS + GAS + GAS_PER_ORDER * BigInt(orders.length);
  const answer = await ask("propose", mechanism.encodeFunctionData("propose", [terms, orders]), gas);
  requireSound(answer, { bidPrice, askPrice, importPricePerKwh: bidPrice });
  return name;
}

/** @throws MechanismRefusal where the answer is no name, or one that a rule has */
function nameIn(answer: string): string {
  const name = answer.length === 66 ? textOf(answer) : undefined;
  if (name === undefined || name === "") {
    throw new MechanismRefusal(`name() answers ${shortly(answer)}; expected a word of text`);
  }
  if (MATCHINGS.some((one) => one === name)) {
    throw new MechanismRefusal(
      `name() answers "${name}", which is a rule that comes along; expected a name of its own`,
    );
  }
  return name;
}

/** A bid and an ask of a kWh each that cross, the bid at the tariff. */
function trialBook({
  tickSize,
  maxWaitFrames,
  icebergThresholdWh,
  priceWeight,
  timeWeight,
  thetaBps,
  congestionFromW,
  congestionPricePerKwhPerKw,
  chargeEfficiencyBps,
  frameSeconds,
}: DeploymentParameters) {
  const [bidTicks, askTicks] = [1_000n, 500n];
  const slot = (pile: number, ticks: bigint, charge: bigint, sequence: bigint) =>
    (1n << 255n) |
    BigInt(pile) |
    (ticks << 52n) |
    (ENERGY_WH << 76n) |
    (ENERGY_WH << 100n) |
    (BigInt(FRAME) << 120n) |
    (charge << 159n) |
    (sequence << 162n);
  const terms = {
    ...{ market: ZeroAddress, delivery: ZeroAddress, frame: FRAME },
    published: BigInt(FRAME) | (bidTicks << 64n),
    ...{ roomWh: ROOM_WH, roundFollows: false, previousKnown: false, previousLoadW: 0n, fund: 0n },
    rules:
      tickSize |
      (BigInt(maxWaitFrames) << 16n) |
      (icebergThresholdWh << 32n) |
      (BigInt(priceWeight) << 64n) |
      (BigInt(timeWeight) << 80n) |
      (thetaBps << 96n) |
      (congestionFromW << 112n) |
      (congestionPricePerKwhPerKw << 144n) |
      (chargeEfficiencyBps << 176n) |
      (BigInt(frameSeconds) << 192n),
  };
  const orders = [slot(BUYER, bidTicks, 1n, 1n), slot(SELLER, askTicks, 0n, 2n)];
  return { terms, orders, bidPrice: bidTicks * tickSize, askPrice: askTicks * tickSize };
}

/** @throws MechanismRefusal where a market would refuse the answer */
function requireSound(answer: string, limits: Record<"bidPrice" | "askPrice" | "importPricePerKwh", bigint>): void {
  const coder = AbiCoder.defaultAbiCoder();
  let fills: bigint[];
  try {
    const lists = coder.decode(["uint256[]", "uint256[]"], answer) as unknown as [bigint[], bigint[]];
    if (coder.encode(["uint256[]", "uint256[]"], [[...lists[0]], [...lists[1]]]) !== answer) throw new Error("other");
    fills = [...lists[0]];
  } catch {
    throw new MechanismRefusal(
      `propose() answers ${shortly(answer)}; expected two lists of words, as the ABI encodes them`,
    );
  }
  const left = { [BUYER]: ENERGY_WH, [SELLER]: ENERGY_WH } as Record<number, bigint | undefined>;
  let fromGrid = false;
  for (const [index, word] of fills.entries()) {
    const { sell, buy, energyWh, price, premium = 0n, subsidy = 0n } = decodeFill(word);
    const wrong = (what: string) =>
      new MechanismRefusal(`propose() answers a fill that no market books, fill ${index}: ${what}`);
    if (buy !== BUYER || (sell !== SELLER && sell !== GRID)) throw wrong(`pile ${sell} sells to pile ${buy}`);
    if (energyWh === 0n || energyWh > left[buy]! || (sell !== GRID && energyWh > left[sell]!)) {
      throw wrong(`${energyWh} Wh is not what is displayed`);
    }
    left[buy]! -= energyWh;
    if (price + premium > limits.bidPrice) {
      throw wrong(`${price + premium} is above the buyer's limit, ${limits.bidPrice}`);
    }
    if (sell === GRID) {
      if (price !== limits.importPricePerKwh || subsidy !== 0n) {
        throw wrong("the grid sells at its tariff, and a premium, alone");
      }
    } else {
      if (fromGrid) throw wrong("a trade after a fill from the grid");
      left[sell]! -= energyWh;
      if (price + subsidy < limits.askPrice)
        throw wrong(`${price + subsidy} is below the seller's limit, ${limits.askPrice}`);
      if (subsidy * energyWh >= 1_000n) throw wrong(`a subsidy of ${subsidy} where nothing is set aside`);
    }
    fromGrid = sell === GRID;
  }
}

/** Why a call failed, in words. */
function whyNot(error: unknown, errors: readonly Interface[], gasLimit: bigint): string {
  const refusal = refusalOf(error, errors);
  if (refusal !== undefined) return `reverts: ${refusal.message}`;
  const text = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  if (/out of gas/i.test(text)) return `uses more than the ${gasLimit} gas that it gets`;
  return /reverted with (.+)/.test(text)
    ? `reverts: ${/reverted with (.+)/.exec(text)![1]!}`
    : "reverts without a reason";
}

function shortly(answer: string): string {
  return answer === "0x" ? "nothing" : answer.length > 70 ? `${answer.slice(0, 70)}…` : answer;
}
