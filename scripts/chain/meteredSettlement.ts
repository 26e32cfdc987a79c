import type { BaseWallet } from "ethers";

import { type Delivery, NO_TARIFFS, partiesOf } from "../model/delivery";
import { marginFor } from "../model/margin";
import { groupsOf, partOf } from "../model/parts";
import { pileSettlement, type Standing, workOut } from "../model/settle";
import type { FrameSettlement, Reading } from "../core/settlement";
import { type ClearedFrame, type MarketClient, outcomeOf } from "./marketClient";
import { decodePublication, GRID } from "./packedWords";
import type { Receipt, Transactor } from "./transactor";

/** A pile whose meter signs on a chain. */
export interface MeteredPile {
  /** Its number in the market. */
  index: number;
  /** Rated power, W. */
  ratedW: bigint;
  /** Key that signs its readings. */
  meter: BaseWallet;
}

/** A frame that is to be settled, and by whom. */
export interface SettlementRequest {
  client: MarketClient;
  sender: Transactor;
  cleared: ClearedFrame;
  /** Every pile with fills, by its name. */
  piles: ReadonlyMap<string, MeteredPile>;
  /** By pile; whose reading is not here is silent. None in a market without meters. */
  readings: ReadonlyMap<string, Reading>;
}

/**
 * Lets the meters sign their readings, settles a frame by them in one transaction, and tells what became of it. Credit
 * and the grid's account are the chain's; what nobody stores (who owed what for what) is worked out by the same rules,
 * and held against the money that the contract moved. SPEC 5, 6.
 *
 * Before the deadline only groups whose readings are all there are settled; `complete` says whether any are left.
 *
 * @throws ContractRefusal such as ReadingsAwaited; Error where the contract moved other sums than the rules say.
 */
export async function settleByReadings({
  client,
  sender,
  cleared,
  piles,
  readings,
}: SettlementRequest): Promise<{ receipt: Receipt; settlement: FrameSettlement }> {
  const names = new Map([...piles].map(([name, { index }]) => [index, name]));
  const nameOf = (index: number): string => names.get(index) ?? `#${index}`;
  const { trades, grid } = outcomeOf(cleared, nameOf);
  const publication = await client.publication(cleared.frame);
  const tariffs = tariffsOf(publication, client.parameters.tickSize);
  const whole: Delivery = { trades, grid, tariffs, margins: marginsOf(client, cleared, piles, nameOf, tariffs) };
  const signed = await Promise.all(
    [...partiesOf(whole).keys()].flatMap((name) => {
      const reading = readings.get(name);
      const { index, meter } = piles.get(name)!;
      return reading === undefined
        ? []
        : [client.signReading(meter, { pile: index, frame: cleared.frame, ...reading })];
    }),
  );
  const [before, { gridBalance }, available] = await Promise.all([
    client.pileStates(),
    client.marketTotals(),
    client.availableGrid(),
  ]);
  const receipt = await client.settle(sender, cleared, publication, signed);

  const { complete, moved } = client.settled(receipt);
  const waiting = complete ? [] : groupsOf(whole).filter((group) => group.some((name) => !readings.has(name)));
  const waits = new Set(waiting.flat());
  const delivery = partOf(whole, new Set([...partiesOf(whole).keys()].filter((name) => !waits.has(name))));
  const parties = [...partiesOf(delivery).keys()].map((name) => ({ name, pile: piles.get(name)! }));
  const standings = new Map<string, Standing>();
  await Promise.all(
    parties.map(async ({ name, pile: { index, ratedW } }) => {
      const { weatherBps, operatorTag } = await client.meter(index, cleared.frame);
      const operator = operatorTag === 0n ? undefined : String(operatorTag);
      standings.set(name, { ratedW, operator, weatherBps });
    }),
  );
  const worked = workOut(client.parameters, delivery, readings, (name) => standings.get(name)!, available);
  for (const { name, pile } of parties) {
    const { setAside, owed, earned } = worked.piles.get(name)!;
    const expected = setAside + earned - owed;
    const posted = moved.get(pile.index) ?? 0n;
    if (posted === expected) continue;
    throw new Error(`pile ${name}: the contract moved ${posted} money units, the rules say ${expected}`);
  }
  const after = await client.pileStates();
  const settlement: FrameSettlement = {
    frame: cleared.frame,
    complete,
    piles: parties.map(({ name, pile: { index } }) =>
      pileSettlement(name, worked.piles.get(name)!, before[index - 1]!.credit, after[index - 1]!.credit),
    ),
    grid: (await client.marketTotals()).gridBalance - gridBalance - worked.exportsSetAside,
    imbalance: worked.imbalance,
  };
  return { receipt, settlement };
}

/** Margins that the parts of a frame set aside, by the names of the piles that they fill. SPEC 2. */
function marginsOf(
  { parameters }: MarketClient,
  { fills, matched }: ClearedFrame,
  piles: ReadonlyMap<string, MeteredPile>,
  nameOf: (index: number) => string,
  tariffs: Delivery["tariffs"],
): Map<string, bigint> {
  const margins = new Map<string, bigint>();
  for (const part of [fills.slice(0, matched), fills.slice(matched)]) {
    const filled = new Set(part.flatMap(({ sell, buy }) => [sell, buy]).filter((index) => index !== GRID));
    for (const name of [...filled].map(nameOf)) {
      const margin = marginFor(parameters, piles.get(name)!.ratedW, tariffs);
      margins.set(name, (margins.get(name) ?? 0n) + margin);
    }
  }
  return margins;
}

/** The tariffs of a packed publication, money units per kWh. */
export function tariffsOf(publication: bigint, tickSize: bigint): Delivery["tariffs"] {
  const packed = decodePublication(publication);
  if (packed === undefined) return NO_TARIFFS;
  const { importTicks, exportTicks, wheelingTicks } = packed;
  return {
    importPricePerKwh: importTicks * tickSize,
    exportPricePerKwh: exportTicks * tickSize,
    wheelingPricePerKwh: wheelingTicks * tickSize,
  };
}
