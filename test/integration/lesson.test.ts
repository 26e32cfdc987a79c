import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentClock } from "../../scripts/chain/clock";
import { LensClient } from "../../scripts/chain/lensClient";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { UnlockedTransactor } from "../../scripts/chain/transactor";
import { type CatalogueLesson, findLesson, readCatalogue } from "../../scripts/lesson/catalogue";
import { readControls } from "../../scripts/lesson/controls";
import { Lesson } from "../../scripts/lesson/lesson";
import type { RoundView, StepView } from "../../scripts/lesson/lessonView";
import { runControl } from "../../scripts/lesson/walk";
import { InputError } from "../../scripts/core/errors";
import { parseScenario } from "../../scripts/scenario/parse";
import { replayOnModel } from "../../scripts/scenario/replayOnModel";
import type { Scenario } from "../../scripts/scenario/scenario";
import { namedAccount } from "../../tasks/support/network";

const FOLDER = join(__dirname, "../../docs/lessons");

const nameOfWinner = ({ plans }: RoundView) => plans.find(({ won }) => won)?.proposer;

describe("lesson", function () {
  this.timeout(180_000);
  let lessons: CatalogueLesson[];
  let opened = 0;

  before(async () => {
    lessons = await readCatalogue(FOLDER);
  });

  function scenarioOf(lesson: CatalogueLesson): Scenario {
    return parseScenario(readFileSync(lesson.scenarioFile, "utf8"), lesson.scenarioFile);
  }

  async function open(scenario: Scenario, rules: CatalogueLesson["rules"] = []): Promise<Lesson> {
    const name = `lesson${(opened += 1)}`;
    const [sender] = await ethers.getSigners();
    const { provider } = hre.network;
    const overrides = { ...scenario.market, pileCap: scenario.piles.length };
    const { market, lens } = await hre.ignition.deploy(feederModule(name, overrides));
    const address = await market.getAddress();
    const chain = {
      client: await MarketClient.connect(address, ethers.provider),
      clock: new DevelopmentClock(provider),
      sender: new UnlockedTransactor(provider, sender!.address, ERROR_INTERFACES),
      accountOf: (pile: string) => namedAccount(hre, `${name} ${pile}`),
      lens: new LensClient(await lens.getAddress(), address, ethers.provider),
      snapshot: async () => (await provider.send("evm_snapshot", [])) as string,
      revert: async (snapshot: string) => {
        await provider.send("evm_revert", [snapshot]);
      },
    };
    return Lesson.open(scenario, chain, rules);
  }

  async function walk(lesson: Lesson, controls: string): Promise<{ views: StepView[]; said: string[] }> {
    const views: StepView[] = [];
    const said: string[] = [];
    const audience = {
      show: (view: StepView) => void views.push(view),
      say: (what: string) => void said.push(what),
      note: (guess: string) => void said.push(guess),
    };
    for (const control of readControls(controls, "test")) {
      if (!(await runControl(control, lesson, audience))) break;
    }
    return { views, said };
  }

  const played = new Map<string, StepView[]>();

  /** Every step of a lesson; each is played once. */
  async function stepsOf(entry: CatalogueLesson): Promise<StepView[]> {
    const known = played.get(entry.name);
    if (known !== undefined) return known;
    const { views } = await walk(await open(scenarioOf(entry), entry.rules), "e");
    played.set(entry.name, views);
    return views;
  }

  it("decides every frame of every lesson as the model does, and as it had foretold", async () => {
    expect(lessons.length).to.be.at.least(8);
    for (const entry of lessons) {
      const scenario = scenarioOf(entry);
      const views = await stepsOf(entry);
      const cleared = views.flatMap(({ decision }) => (decision?.cleared === true ? [decision] : []));
      const model = replayOnModel(scenario);
      const withoutWhy = cleared.map(({ frame, trades, grid, loadW }) => ({
        frame,
        trades: trades.map(({ sell, buy, price, energyWh }) => ({ sell, buy, price, energyWh })),
        grid: grid.map(({ pile, side, price, energyWh }) => ({ pile, side, price, energyWh })),
        loadW,
      }));
      const decided = model.frames.map(({ frame, trades, grid, loadW }) => ({ frame, trades, grid, loadW }));
      expect(withoutWhy, entry.name).to.deep.equal(decided);
      const winners = views.flatMap(({ round }) => (round === undefined ? [] : [nameOfWinner(round)]));
      expect(winners, entry.name).to.deep.equal(
        model.frames.flatMap(({ round }) => (round === undefined ? [] : [round.winner])),
      );
      const settled = views.flatMap(({ settlements = [] }) => settlements);
      expect(settled, entry.name).to.deep.equal((model.settlements ?? []).slice(0, settled.length));
      expect(views[views.length - 1]!.pflW, entry.name).to.equal(model.pflW);
      const rounds = new Set(views.flatMap(({ round }) => round?.frame ?? []));
      for (const decision of cleared) {
        // Nobody can foretell a round's decision from the book.
        if (rounds.has(decision.frame)) continue;
        const foretold = views.filter((view) => view.decision?.frame === decision.frame && !view.decision.cleared);
        expect(foretold[foretold.length - 1]!.decision).to.deep.equal({ ...decision, cleared: false });
      }
    }
  });

  it("accounts for everything that orders show: filled, or left with a reason", async () => {
    for (const entry of lessons) {
      const views = await stepsOf(entry);
      for (const { book, decision } of views) {
        if (decision === undefined) continue;
        for (const { pile, displayedWh } of [...book.bids, ...book.asks]) {
          const trades = decision.trades.filter(({ sell, buy }) => sell === pile || buy === pile);
          const fills = [...trades, ...decision.grid.filter((fill) => fill.pile === pile)];
          const filledWh = fills.reduce((sum, { energyWh }) => sum + energyWh, 0n);
          const left = decision.unfilled.find((order) => order.pile === pile);
          expect(filledWh + (left?.leftWh ?? 0n), `${entry.name}: ${pile}`).to.equal(displayedWh);
          for (const { why } of [...fills, ...(left === undefined ? [] : [left])]) expect(why).to.match(/\w{3}/);
        }
      }
    }
  });

  it("shows a round's plans with their scores, and what meters said", async () => {
    const { views } = await walk(await open(scenarioOf(findLesson(lessons, "plans"))), "r 1");
    const { round } = views[views.length - 1]!;
    expect(round?.plans.map(({ proposer, refused, won }) => [proposer, refused, won])).to.deep.equal([
      ["Rush", undefined, false],
      ["Calm", undefined, true],
      ["Wild", "PlanNotAllottable", false],
      [undefined, undefined, false],
    ]);
    expect(round?.plans.map(({ score }) => score?.unservedWh)).to.deep.equal([0n, 0n, undefined, 2_400n]);
    const silence = await stepsOf(findLesson(lessons, "silence"));
    const [frame] = silence.flatMap(({ settlements = [] }) => settlements);
    expect(frame?.piles.map(({ pile, silent }) => [pile, silent])).to.deep.equal([
      ["Ann", false],
      ["Ben", true],
      ["Cleo", false],
      ["Dan", false],
    ]);
  });

  it("goes back by steps on the chain itself, and comes forward to the same", async () => {
    const lesson = await open(scenarioOf(findLesson(lessons, "shortage")));
    const forward = await walk(lesson, "n n f r 4");
    expect(forward.views.map(({ step }) => step)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const back = await walk(lesson, "u u u u u u");
    expect(back.views.map(({ step }) => step)).to.deep.equal([10, 9, 8, 7, 6, 5]);
    const again = await walk(lesson, "r 4");
    expect(again.views).to.deep.equal(forward.views.slice(5));
    const first = await walk(lesson, "u u u u u u u u u u u u n");
    expect(first.said).to.deep.equal(["beginning"]);
    expect(first.views[first.views.length - 1]).to.deep.equal(forward.views[0]);
  });

  it("tells of refusals, of what nobody clears, and where it ends", async () => {
    const lesson = await open(scenarioOf(findLesson(lessons, "refusals")));
    const { views, said } = await walk(lesson, "e n a h p q n");
    expect(views.flatMap(({ refusal }) => refusal?.error ?? [])).to.deep.equal([
      "InsufficientBalance",
      "LiveOrderExists",
      "NoLiveOrder",
      "PileSuspended",
    ]);
    expect(said).to.deep.equal(["end", "end", "answer", "help", "preview"]);
    // A refused transaction is mined and costs gas, less than one that stores an order.
    const gasOf = (what: string) => views.flatMap(({ gas }) => gas).filter((one) => one.what === what);
    expect(gasOf("refused place")).to.have.length(3);
    expect(gasOf("refused place").every(({ gas }) => gas > 21_000n && gas < gasOf("place")[0]!.gas)).to.equal(true);
    expect(views[views.length - 1]!.decision).to.equal(undefined);

    const missed = { ...scenarioOf(findLesson(lessons, "crossing")), missedClearings: new Set([1]) };
    const { views: seen } = await walk(await open(missed), "r 1");
    const last = seen[seen.length - 1]!;
    expect(last.title).to.equal("Nobody clears frame 1");
    expect(last.decision).to.include({ cleared: true, loadW: 33_000n });
    expect(last.decision!.trades).to.deep.equal([]);
  });

  it("says when a clearing happens, who was first among equals and whose order ends, and notes a guess", async () => {
    const tie = await walk(await open(scenarioOf(findLesson(lessons, "tie"))), "r 1 g Ben, of course");
    expect(tie.said).to.deep.equal(["Ben, of course"]);
    const cleared = tie.views[tie.views.length - 1]!;
    expect(cleared.time).to.equal("00:20");
    expect(cleared.decision!.unfilled.map(({ pile, why }) => [pile, why])).to.deep.equal([
      ["Ann", "every order that meets its limit is taken; Ben has the same f = 11 and was placed before"],
    ]);
    const shortage = await walk(await open(scenarioOf(findLesson(lessons, "shortage"))), "r 5");
    const endings = shortage.views.filter(({ title }) => title.includes("ends"));
    expect(endings).to.have.length(1);
    expect(endings[0]!.title).to.match(/^Frame 4 begins; .*; the order of Lou ends, 2\.00 kWh of it unfilled$/);
  });

  it("compares rules on one book: each decides as its contract does, and the answer's prices are theirs", async () => {
    const entry = findLesson(lessons, "rules");
    const views = await stepsOf(entry);
    const compared = views.flatMap(({ rules }) => (rules === undefined ? [] : [rules]));
    expect(compared).to.have.length(1);
    const [rules] = compared;
    expect(rules!.map(({ matching }) => matching)).to.deep.equal(["adbev", "uniform", "mcafee", "meritOrder"]);
    for (const { matching, trades, grid } of rules!) {
      const scenario = scenarioOf(entry);
      const market = { ...scenario.market, matching };
      const { views: own } = await walk(await open({ ...scenario, market }), "r 1");
      const { decision } = own[own.length - 1]!;
      const facts = decision!.trades.map(({ why, ...trade }) => (expect(why).to.match(/\w/), trade));
      expect(facts, matching).to.deep.equal(trades);
      expect(decision!.grid, matching).to.deep.equal(grid);
    }
    const deals = rules!.map(({ trades }) => trades.map(({ sell, buy, price }) => `${sell} ${buy} ${price}`));
    expect(deals).to.deep.equal([
      ["Sue Ann 120000", "Tom Ben 150000"],
      ["Sue Ann 145000", "Tom Ben 145000"],
      ["Sue Ann 140000"],
      ["Sue Cid 60000", "Tom Ben 140000", "Uma Ann 150000"],
    ]);
    expect(rules![2]!.trades[0]!.premium).to.equal(20_000n);
    expect(rules![2]!.left.map(({ pile }) => pile)).to.deep.equal(["Ben", "Cid", "Tom", "Uma"]);
  });

  it("finds lessons by name and by number", () => {
    expect(findLesson(lessons, "2").name).to.equal("iceberg");
    expect(() => findLesson(lessons, "nothing")).to.throw(
      InputError,
      'no lesson "nothing"; there are crossing, iceberg',
    );
  });
});
