import { expect } from "chai";

import type { DeploymentParameters } from "../../../../scripts/core/parameters";
import type { IOrderBook } from "../../../../typechain-types";
import { ask, bid, clear, deployDirect, fill, freshFrame, nth, PENNY } from "../fixtures";

/** Homes draw 33 kW, r is 20 p and x 5 p: the premium is a tenth of a penny a kW above the homes, at most 15 p. */
const CURVE = { congestionFromW: 33_000n, congestionPricePerKwhPerKw: PENNY / 10n };
const [HOMES_W, IMPORT, SPREAD] = [33_000n, 20n * PENNY, 15n * PENNY];

/** Clears a frame of a market of the rule, in which pile 1 bids and pile 2, if there is an ask, asks. */
async function cleared(
  changes: Partial<DeploymentParameters>,
  bought: Pick<IOrderBook.OrderRequestStruct, "price" | "energyWh">,
  sold?: Pick<IOrderBook.OrderRequestStruct, "price" | "energyWh">,
) {
  const { market, parameters, piles } = await deployDirect(2, { matching: "congestion", ...CURVE, ...changes });
  const frame = (await freshFrame(market, parameters)) + 1;
  await market.connect(nth(piles, 0)).place({ ...bid(0n, 0n, frame), ...bought });
  if (sold !== undefined) await market.connect(nth(piles, 1)).place({ ...ask(0n, 0n, frame), ...sold });
  return (await clear(market, frame)).fills;
}

describe("CongestionMechanism", () => {
  it("trades no dearer than the grid's first Wh where the grid could serve, and as dear as the bid where it could not", async () => {
    const orders = [
      { price: 30n * PENNY, energyWh: 2_000n },
      { price: 10n * PENNY, energyWh: 2_000n },
    ] as const;
    // Half way from the ask to the grid, whose first Wh puts 2 W on the feeder, and half way to the bid.
    const first = IMPORT + (2n * CURVE.congestionPricePerKwhPerKw) / 1_000n;
    expect(await cleared({}, ...orders)).to.deep.equal([fill(2, 1, 2_000n, (10n * PENNY + first) / 2n)]);
    expect(await cleared({ capacityW: HOMES_W }, ...orders)).to.deep.equal([fill(2, 1, 2_000n, 20n * PENNY)]);
  });

  it("takes a premium of r - x at most where an ask that is dearer still serves, too", async () => {
    // Room of 2 kW: 1 000 Wh come from the grid, and the rest from an ask 5 p above what is taken unasked.
    const fills = await cleared(
      { capacityW: HOMES_W + 2_000n },
      { price: 50n * PENNY, energyWh: 3_000n },
      { price: 40n * PENNY, energyWh: 2_500n },
    );
    expect(fills).to.deep.equal([fill(2, 1, 2_000n, 40n * PENNY), { ...fill(0, 1, 1_000n, IMPORT), premium: SPREAD }]);
  });

  it("delivers the whole room at the tariff where the price does not rise, and takes an ask above it last", async () => {
    const changes = { congestionPricePerKwhPerKw: 0n, capacityW: HOMES_W + 4_000n };
    const dearer = { price: 21n * PENNY, energyWh: 500n };
    const [scarce, ample] = [3_000n, 1_500n];
    expect(await cleared(changes, { price: 22n * PENNY, energyWh: ample }, dearer)).to.deep.equal([
      fill(0, 1, ample, IMPORT),
    ]);
    // 2 000 Wh fit: the ask makes the price of all.
    expect(await cleared(changes, { price: 22n * PENNY, energyWh: scarce }, dearer)).to.deep.equal([
      fill(2, 1, 500n, 21n * PENNY),
      { ...fill(0, 1, 2_000n, IMPORT), premium: PENNY },
    ]);
  });
});
