import { expect } from "chai";

import { checkDate, chosenDay, dayBefore, sessionDays } from "../../../../scripts/piles/populations/sessionDays";

const OPTIONS = { file: "my.csv", frameSeconds: 1_800 };
const file = (...lines: string[]) => ["arrival,departure,energy_kwh", ...lines].join("\n");

describe("the days of a sessions file", () => {
  const two = sessionDays(
    file(
      "2019-03-15T08:00,2019-03-15T12:00,5",
      "2019-03-14T18:00,2019-03-15T07:00,9",
      "2019-03-14T19:00,2019-03-14T19:10,1",
    ),
    OPTIONS,
  );

  it("are those on which sessions begin that can take part", () => {
    expect(two).to.deep.equal([
      { date: "2019-03-14", sessions: 1 },
      { date: "2019-03-15", sessions: 1 },
    ]);
  });

  it("the only one is taken; of several one is to be chosen; none other is taken", () => {
    expect(chosenDay(two.slice(0, 1), undefined, "my.csv", "--date")).to.equal("2019-03-14");
    expect(chosenDay(two, "2019-03-15", "my.csv", "--date")).to.equal("2019-03-15");
    expect(() => chosenDay(two, undefined, "my.csv", "--date")).to.throw(
      "--date: is needed; my.csv has sessions on 2019-03-14 (1), 2019-03-15 (1)",
    );
    expect(() => chosenDay(two, "2019-03-16", "my.csv", "--date")).to.throw(
      "--date: 2019-03-16 has no session; my.csv has sessions on 2019-03-14 (1), 2019-03-15 (1)",
    );
    expect(() => chosenDay([], undefined, "my.csv", "--date")).to.throw("my.csv: has no session");
  });

  it("many are shortened to the first and the last", () => {
    const many = Array.from({ length: 30 }, (_, day) => ({ date: `2019-04-${day + 1}`, sessions: 2 }));
    expect(() => chosenDay(many, undefined, "my.csv", "--date")).to.throw(
      /30 days: 2019-04-1 \(2\), .*2019-04-6 \(2\), … 2019-04-30 \(2\)$/,
    );
  });

  it("are days of the calendar", () => {
    expect(checkDate("--date", "2020-02-29")).to.equal("2020-02-29");
    expect(dayBefore("2019-03-01")).to.equal("2019-02-28");
    for (const date of ["2019-02-30", "2019-02-29", "2019-13-01", "14.3.2019", ""]) {
      expect(() => checkDate("--date", date)).to.throw(`--date: expected a date such as 2019-03-14, found "${date}"`);
    }
  });
});
