import type { BaseWallet } from "ethers";

import { type Delivery, NO_TARIFFS, partiesOf } from "../market/model/delivery";
import { pileSettlement, type Standing, workOut } from "../market/model/settle";
import type { FrameSettlement, Reading } from "../market/settlement";
import { type ClearedFrame, type MarketClient, outcomeOf } from "./marketClient";
import { decodePublication } from "./packedWords";
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
  const { trades, grid } = outcomeOf(cleared, (index) => names.get(index) ?? `#${index}`);
  const publication = await client.publication(cleared.frame);
  const delivery: Delivery = { trades, grid, tariffs: tariffsOf(publication, client.parameters.tickSize) };
  const parties = [...partiesOf(delivery).keys()].map((name) => ({ name, pile: piles.get(name)! }));

  const before = await Promise.all(parties.map(async ({ pile: { index } }) => client.pileState(index)));
  const standings = new Map<string, Standing>();
  await Promise.all(
    parties.map(async ({ name, pile: { index, ratedW } }) => {
      const { weatherBps, operatorTag } = await client.meter(index, cleared.frame);
      const operator = operatorTag === 0n ? undefined : String(operatorTag);
      standings.set(name, { free: await client.freeBalance(index), ratedW, operator, weatherBps });
    }),
  );
  const { gridBalance } = await client.chronicle();
  const signed = await Promise.all(
    parties.flatMap(({ name, pile: { index, meter } }) => {
      const reading = readings.get(name);
      return reading === undefined
        ? []
        : [client.signReading(meter, { pile: index, frame: cleared.frame, ...reading })];
    }),
  );
  const receipt = await client.settle(sender, cleared, publication, signed);

  const worked = workOut(client.parameters, delivery, readings, (name) => standings.get(name)!, gridBalance);
  const moved = client.moneyPosted(receipt);
  for (const { name, pile } of parties) {
    const { means, unpaid } = worked.piles.get(name)!;
    const expected = means - unpaid - standings.get(name)!.free;
    if (moved.get(pile.index) === expected) continue;
    throw new Error(`pile ${name}: the contract moved ${moved.get(pile.index)} money units, the rules say ${expected}`);
  }
  const after = await Promise.all(parties.map(async ({ pile: { index } }) => client.pileState(index)));
  const settlement: FrameSettlement = {
    frame: cleared.frame,
    piles: parties.map(({ name }, i) =>
      pileSettlement(name, worked.piles.get(name)!, before[i]!.credit, after[i]!.credit),
    ),
    grid: (await client.chronicle()).gridBalance - gridBalance - worked.exportsSetAside,
    imbalance: worked.imbalance,
  };
  return { receipt, settlement };
}

/** The tariffs of a packed publication, money units per kWh. */
export function tariffsOf(publication: bigint, tickSize: bigint): Delivery["tariffs"] {
  const packed = decodePublication(publication);
  if (packed === undefined) return NO_TARIFFS;
  const { importTicks, exportTicks, wheelingTicks } = packed;
  return {
    importPrice: importTicks * tickSize,
    exportPrice: exportTicks * tickSize,
    wheelingPrice: wheelingTicks * tickSize,
  };
}
