import { expect } from "chai";

import {
  ELAAD_CONNECTION_HOURS,
  ELAAD_ENERGY_KWH,
  ELAAD_WEEKDAY_ARRIVALS_PERCENT,
  type ElaadSite,
} from "../../../../scripts/data/elaadnl";
import { ELEXON_WINTER_WEEKDAY_KW, homesBaseLoadW } from "../../../../scripts/data/elexonProfileClass1";

const SITES: ElaadSite[] = ["private", "public", "workplace"];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("shipped figures", () => {
  it("Elexon: 12.29 kWh a day, peak at 17:30-18:30, valley at 03:30-04:30", () => {
    expect(ELEXON_WINTER_WEEKDAY_KW).to.have.length(48);
    expect(sum(ELEXON_WINTER_WEEKDAY_KW) / 2).to.be.closeTo(12.29, 0.005);
    const frames = (value: number) =>
      [...ELEXON_WINTER_WEEKDAY_KW.keys()].filter((t) => ELEXON_WINTER_WEEKDAY_KW[t] === value);
    expect(frames(0.92)).to.deep.equal([35, 36]);
    expect(frames(0.2)).to.deep.equal([7, 8]);
    expect(homesBaseLoadW(100)[35]).to.equal(92_000);
  });

  for (const site of SITES) {
    it(`ElaadNL, ${site}: arrivals sum to 100 %, exceedance never rises`, () => {
      expect(ELAAD_WEEKDAY_ARRIVALS_PERCENT[site]).to.have.length(96);
      expect(sum(ELAAD_WEEKDAY_ARRIVALS_PERCENT[site])).to.be.closeTo(100, 0.2);
      for (const table of [ELAAD_CONNECTION_HOURS[site], ELAAD_ENERGY_KWH[site]]) {
        expect(table).to.have.length(101);
        table.slice(1).forEach((value, index) => expect(value).to.be.at.most(table[index]!));
      }
    });
  }
});
