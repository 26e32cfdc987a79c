import { expect } from "chai";

import { Random } from "../../../../scripts/core/random";
import type { EvStay } from "../../../../scripts/piles/ev";
import { EvAccount } from "../../../../scripts/simulation/evAccount";

const STAY: Omit<EvStay, "side"> = {
  ...{ pile: "P001", arrivalFrame: 3, departureFrame: 9, ratedW: 7_000 },
  ...{ batteryWh: 40_000, initialSoc: 0.2, targetSoc: 0.8 },
};

const accountOf = (side: EvStay["side"]): EvAccount =>
  new EvAccount({
    ...{ stay: { ...STAY, side }, askedWh: 5_000, limitPrice: 300_000 },
    ...{ refillPricePerKwh: 200_000, random: new Random("account") },
  });

describe("account of an EV", () => {
  it("pays price, premium and wheeling of what it buys, each rounded down", () => {
    const account = accountOf("charge");
    account.bought({ sell: "P002", buy: "P001", energyWh: 1_001n, price: 120_001n, premium: 5_001n }, 1_001n);
    expect(account.paid).to.equal(120_121n + 5_006n + 1_002n);
    account.filledFromGrid({ pile: "P001", side: "charge", energyWh: 999n, price: 180_001n, premium: 7_003n });
    expect(account.paid).to.equal(126_129n + 179_820n + 6_995n);
    expect([account.tradedWh, account.gridWh, account.remainingWh]).to.deep.equal([1_001, 999, 3_000]);
    expect(account.earned).to.equal(0n);
  });

  it("earns price and subsidy of what it sells, to piles and to the grid", () => {
    const account = accountOf("discharge");
    account.sold({ sell: "P001", buy: "P002", energyWh: 1_001n, price: 120_001n, premium: 5_001n, subsidy: 2_001n });
    expect(account.earned).to.equal(120_121n + 2_003n);
    account.filledFromGrid({ pile: "P001", side: "discharge", energyWh: 500n, price: 50_003n });
    expect(account.earned).to.equal(122_124n + 25_001n);
    expect(account.paid).to.equal(0n);
    expect(account.servedWh).to.equal(1_501);
  });
});
