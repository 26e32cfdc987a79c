import type { Random } from "../../../../core/random";
import { drawPeople, IDLE, stayAway } from "../../people";
import { movement, type Person } from "../../person";
import { PENNY } from "../../rules";
import type { Street } from "../../street";
import type { Strategy } from "../../strategy";
import { ANY_PRICE, FRAME_WH, insisting, loadedEvening, pricedStreet } from "./feeder";

/** Bids for energy that it does not take, so that others pay more. */
function raising(told: Pick<Strategy, "name" | "cheating" | "bound">, streetOf: (random: Random) => Street): Strategy {
  return {
    ...{ ...told, honest: "needs nothing and stays away", cheat: "cheat", unpriced: [] },
    rule: "a premium is due for what was agreed, taken or not, and who takes less pays r − x besides (5)",
    build(random, cheats) {
      const street = streetOf(random);
      const act = (frame: number, me: Person) => {
        if (me.book(frame).bids.some(({ pile }) => pile !== me.name)) {
          me.place({ price: ANY_PRICE, energyWh: FRAME_WH, expiryFrame: frame });
        }
      };
      street.join({
        ...IDLE,
        side: "charge",
        ...(cheats ? { act, move: () => movement("charge", 0n) } : { act: stayAway }),
      });
      return street;
    },
  };
}

/** Raises the price where it rises by the default. */
export const raisedPrice = raising(
  {
    name: "raised-price",
    cheating: "under the congestion price, bids 60 p for all that its pile moves, in every frame, and takes nothing",
    bound:
      "each kWh costs it q + r − x, and others σ for each kW that they draw from the grid: less, as long as σ times what " +
      "fits below congestionFromW is at most r − x. Each kW that piles sell each other costs its buyer σ more, too, which " +
      "its seller gains: it pays for whoever sells more than (q + r − x) / σ kW, 150 kW at the default rise",
  },
  (random) => loadedEvening(random),
);

const HOURS = 12;
const LIGHT_W = 25_000n;

/** Raises it where four others draw, in every frame, just what fits below the load from which it rises. */
export function raisingSharply(
  told: Pick<Strategy, "name" | "cheating" | "bound">,
  congestionPricePerKwhPerKw: bigint,
): Strategy {
  return raising(told, (random) => {
    const street = pricedStreet(HOURS, () => LIGHT_W, { congestionPricePerKwhPerKw });
    const buyers = drawPeople(random, "buyer", {
      ...{ count: 4, side: "charge", pricePence: [36, 45], energyWh: [1, 1], lastFrame: HOURS - 1 },
    });
    for (const buyer of buyers) street.join(insisting(buyer, HOURS));
    return street;
  });
}

/** Where one more leaves others nothing of what they had for r. */
export const raisedPriceSteep = raisingSharply(
  {
    name: "raised-price-steep",
    cheating: "the same where the price rises by 5 p a kW, and four others draw just what fits below the rise",
    bound:
      "others lose (q + σ D) for each q + r − x that it costs, D kW being what fits below congestionFromW: a market " +
      "deployed with congestionPricePerKwhPerKw · congestionFromW / 1000 of at most r − x has no such jump",
  },
  5n * PENNY,
);
