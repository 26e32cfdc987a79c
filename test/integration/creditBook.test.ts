import { setNextBlockBaseFeePerGas, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { Random } from "../../scripts/core/random";
import { deployMarket, type Deployed } from "../helpers/market";
import { PokedMarket } from "../helpers/pokedMarket";
import { bookOf, FAMILIES, IMPORT_TICKS } from "../helpers/worstBook";

/** Most gas that a transaction may use on every live network (EIP-7825). */
const TRANSACTION_GAS = 16_777_216;
const FRAME_SECONDS = 1800;

describe("The worst book clears in one transaction where credit ranks", () => {
  let deployed: Deployed;
  let poked: PokedMarket;
  let frame = 0;
  let restore: () => Promise<void>;

  before(async () => {
    const snapshot = await takeSnapshot();
    restore = () => snapshot.restore();
    deployed = await deployMarket(0, {
      matching: "credit",
      pileCap: 512,
      readingSeconds: 3_600,
      wheelingCapPerKwh: 9_999n,
      capacityW: 4_000_000_000n,
      icebergThresholdWh: 1_000_000n,
    });
    poked = await PokedMarket.of(deployed.market);
    frame = Math.floor((await time.latest()) / FRAME_SECONDS) + 400;
  });
  after(() => restore());

  for (const piles of [512]) {
    for (const [name, plan] of Object.entries(FAMILIES)) {
      it(`of ${piles} piles where ${name}`, async function () {
        const snapshot = await takeSnapshot();
        const orders = bookOf(plan, piles, frame, new Random(1).stream("book"));
        // Enough for its own margin, but not for that of the largest pile, so that every margin is looked up.
        await poked.setOrders(orders.map((order) => ({ ...order, balance: 10n ** 9n })));
        await poked.publish(
          [frame - 1, frame].map((published) => ({
            frame: published,
            baseLoadW: 0n,
            importTicks: IMPORT_TICKS,
            exportTicks: 1n,
            wheelingTicks: 7_777n,
          })),
        );
        await poked.setLastCleared(frame - 1);
        await time.setNextBlockTimestamp(frame * FRAME_SECONDS - 400);
        await setNextBlockBaseFeePerGas(0);
        const sent = await deployed.market.clear(frame, { gasLimit: TRANSACTION_GAS, gasPrice: 0 });
        const gas = Number((await sent.wait())?.gasUsed);
        await snapshot.restore();
        this.test!.title += `: ${gas.toLocaleString("en").replaceAll(",", " ")} gas`;
        expect(gas).to.be.below(TRANSACTION_GAS);
      }).timeout(60_000);
    }
  }
});
