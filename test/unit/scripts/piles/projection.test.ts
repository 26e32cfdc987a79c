import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { frameWh } from "../../../../scripts/piles/ev";
import { projectClearing } from "../../../../scripts/piles/projection";
import { Random } from "../../../../scripts/core/random";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { agentMarket } from "../../../../scripts/simulation/publicView";
import { line, PUBLISHED, view } from "./fixtures";

describe("projection of the next clearing", function () {
  this.timeout(60_000);

  it("works the specification's example [SPEC 3]", () => {
    const book = [
      line({ pile: "A", price: 140_000, remainingWh: 1500, sequence: 0 }),
      line({ pile: "B", price: 160_000, remainingWh: 6000, iceberg: true, peakWh: 2000, sequence: 1 }),
      line({ pile: "C", side: "discharge", price: 120_000, remainingWh: 1000, sequence: 2 }),
      line({ pile: "D", side: "discharge", price: 150_000, remainingWh: 3000, sequence: 3 }),
    ];
    const { matchedWh, gridWh } = projectClearing(view(), book);
    expect([...matchedWh]).to.have.deep.members([["B", 2000], ["C", 1000], ["D", 1000]]); // prettier-ignore
    expect(gridWh.size).to.equal(0);
  });

  it("fills nothing from the grid in an unpublished frame", () => {
    const book = [line({ price: 200_000 })];
    expect(projectClearing(view(), book).totalGridWh).to.equal(1000);
    expect(projectClearing(view({ published: () => undefined }), book).totalGridWh).to.equal(0);
  });

  it("agrees with the model on random books, frame after frame", async () => {
    const parameters = { ...DEFAULT_PARAMETERS, capacityW: 70_000n, maxWaitFrames: 3 };
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const port = new ModelPort(parameters);
      const piles = Array.from({ length: 20 }, (_, index) => `P${index}`);
      const ratedW = new Map(piles.map((pile) => [pile, random.pick([3000, 7000, 43_000])]));
      await port.register(piles.map((pile) => ({ pile, ratedW: BigInt(ratedW.get(pile)!) })));
      const publication = {
        baseLoadW: 50_000n,
        importPricePerKwh: 200_000n,
        exportPricePerKwh: 50_000n,
        wheelingPricePerKwh: 0n,
      };
      await port.publish(-3, 0, new Array(12).fill(publication));
      for (let frame = 0; frame < 10; frame++) {
        const live = new Set((await port.book(frame)).map(({ pile }) => pile));
        const order = () => ({
          side: random.pick(["charge", "discharge"] as const, [2, 1]),
          price: BigInt(random.integer(14, 24)) * 10_000n,
          energyWh: BigInt(random.integer(100, 9000)),
          peakWh: BigInt(random.integer(0, 3000)),
          expiryFrame: frame + random.integer(1, 6),
        });
        const free = piles.filter((pile) => !live.has(pile) && random.chance(0.5));
        await port.submit(
          frame,
          free.map((pile) => ({ pile, kind: "place", order: order() })),
        );
        const book = (await port.book(frame)).map((entry) => ({
          ...entry,
          pileFrameWh: frameWh(parameters, ratedW.get(entry.pile)!),
          price: Number(entry.price),
          remainingWh: Number(entry.remainingWh),
          peakWh: Number(entry.peakWh),
          sequence: Number(entry.sequence),
        }));
        const projected = projectClearing(
          view({ frame, market: agentMarket(parameters), published: () => PUBLISHED }),
          book,
        );
        const { trades, grid } = await port.clear(frame + 1);
        const matched = new Map<string, number>();
        for (const { sell, buy, energyWh } of trades) {
          for (const pile of [sell, buy]) matched.set(pile, (matched.get(pile) ?? 0) + Number(energyWh));
        }
        expect(projected.matchedWh).to.deep.equal(matched);
        expect([...projected.gridWh]).to.deep.equal(grid.map(({ pile, energyWh }) => [pile, Number(energyWh)]));
      }
    }
  });
});
