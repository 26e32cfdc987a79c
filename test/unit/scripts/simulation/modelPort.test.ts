import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import type { OrderRequest, Publication } from "../../../../scripts/core/types";
import type { Action } from "../../../../scripts/core/ports";
import { ModelPort } from "../../../../scripts/simulation/modelPort";

const PUBLICATION: Publication = {
  baseLoadW: 33_000n,
  importPricePerKwh: 200_000n,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 0n,
};

const place = (pile: string, changes: Partial<OrderRequest> = {}): Action => {
  const order = { side: "charge" as const, price: 200_000n, energyWh: 1000n, peakWh: 0n, expiryFrame: 4 };
  return { pile, kind: "place", order: { ...order, ...changes } };
};

async function openPort(): Promise<ModelPort> {
  const port = new ModelPort(DEFAULT_PARAMETERS);
  await port.register(["A", "B"].map((pile) => ({ pile, ratedW: 7_000n })));
  await port.publish(-3, 0, new Array<Publication>(5).fill(PUBLICATION));
  return port;
}

describe("model port", () => {
  it("counts frames as the simulation does", async () => {
    const port = await openPort();
    expect(await port.submit(0, [place("A")])).to.deep.equal([{ accepted: true }]);
    const [order] = await port.book(0);
    expect(order).to.include({ pile: "A", firstFrame: 1, expiryFrame: 4, remainingWh: 1000n });
    const outcome = await port.clear(1);
    expect(outcome).to.deep.include({ frame: 1, loadW: 35_000n });
    expect(outcome.grid).to.deep.equal([{ pile: "A", side: "charge", price: 200_000n, energyWh: 1000n }]);
    await port.settle(1);
    expect(port.model.inDelivery).to.equal(0n);
  });

  it("names refusals and goes on with the rest of the batch", async () => {
    const port = await openPort();
    const actions = [place("A"), place("A"), place("nobody"), place("B", { expiryFrame: 0 }), place("B")];
    expect(await port.submit(0, actions)).to.deep.equal([
      { accepted: true },
      { accepted: false, error: "LiveOrderExists" },
      { accepted: false, error: "NotRegistered" },
      { accepted: false, error: "ExpiryOutOfRange" },
      { accepted: true },
    ]);
    expect(await port.submit(0, [{ pile: "A", kind: "cancel" }])).to.deep.equal([{ accepted: true }]);
    expect((await port.book(0)).map(({ pile }) => pile)).to.deep.equal(["B"]);
  });

  it("holds rounds in the simulation's frames", async () => {
    const port = new ModelPort({ ...DEFAULT_PARAMETERS, settlement: "benefit" });
    await port.register([{ pile: "A", ratedW: 7_000n }]);
    await port.publish(-3, 0, new Array<Publication>(5).fill(PUBLICATION));
    await port.submit(0, [place("A", { energyWh: 6000n, expiryFrame: 3 })]);
    expect((await port.clear(1)).grid).to.deep.equal([]);
    expect(await port.rounds.frozenBook(2)).to.equal(undefined);
    const book = await port.rounds.frozenBook(1);
    expect(book).to.deep.include({ frame: 1, horizon: 3, previousLoadW: 33_000n });
    expect(book!.bids[0]).to.deep.include({ pile: "A", expiryFrame: 3, remainingWh: 6000n });
    const plan = (...drawWh: bigint[]) => ({ drawWh, dischargeWh: drawWh.map(() => 0n) });
    const { outcome, winner, score, refused } = await port.rounds.hold(1, [
      { proposer: "P1", plan: plan(9999n, 0n, 0n) },
      { proposer: "P2", plan: plan(2000n, 2000n, 2000n) },
    ]);
    expect(winner).to.equal("P2");
    expect(score.unservedWh).to.equal(0n);
    expect(refused).to.deep.equal([{ proposer: "P1", error: "PlanNotAllottable" }]);
    expect(outcome).to.deep.include({ frame: 1, loadW: 37_000n });
    expect(await port.rounds.frozenBook(1)).to.equal(undefined);
    await port.settle(1);
  });
});
