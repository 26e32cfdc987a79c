import type { DeploymentParameters } from "../core/parameters";
import type { NamedMatching } from "../core/matching";
import type { OrderPolicy } from "../piles/agent";
import { Impatient } from "../piles/policies/impatient";
import { HalfPatient } from "../piles/policies/halfPatient";
import { Mixed } from "../piles/policies/mixed";
import { Patient } from "../piles/policies/patient";
import { Valley } from "../piles/policies/valley";
import { Waterline } from "../piles/policies/waterline";
import { WholeNeed } from "../piles/policies/wholeNeed";
import { asapPlanner, type BookPlanner, epob, epobFactor, pob } from "../planners/book/planners";
import { COMPETITIVE_RATIO } from "../planners/rollingPlanner";
import type { ArrivalsProfile } from "../planners/expectedArrivals";
import type { ExpectedLoadProfile } from "../planners/expectedLoad";
import { capped, cappedAt } from "../schemes/capped";
import { geneticScheme } from "../schemes/genetic";
import { offlineOptimum } from "../schemes/offlineOptimum";
import { rolling, type RollingSchemeOptions } from "../schemes/rolling";
import { spreadEvenly } from "../schemes/spreadEvenly";
import { timeShifted } from "../schemes/timeShifted";
import { uncontrolled } from "../schemes/uncontrolled";
import { type ComparableSchedule, type ComparedScheme, type MarketRun, OPERATOR_CONTROLS_CARS } from "./comparedScheme";
import { baseLoadOf, type DayOptions } from "./dayOptions";
import { expectingSchemes } from "./expectingSchemes";

export type { ComparedScheme, MarketRun } from "./comparedScheme";

/**
 * The largest tranche in a compared benefit market, Wh. Twice [T ch. 4]'s, as plans need slack to move energy about: an EV
 * that must draw its tranche in every frame leaves nothing to plan.
 */
const BENEFIT_PEAK_WH = 4_000n;

/**
 * Plans of laxity levels, each EV at up to its own rate, U_i of [T ch. 6]: then the market's peak need not spread what the
 * order of the allotment would bunch.
 */
const BY_LAXITY = { allotment: "laxity", icebergPeakWh: 2n ** 20n - 1n } as const;

/** The same with plans that look as far ahead as plans can, for which a market takes half as many piles. SPEC 3. */
const FAR_BY_LAXITY = { ...BY_LAXITY, maxHorizon: 48, pileCap: 512 } as const;

/** Money of an operator that pays for exports before it has earned anything: a thousand of a token of six decimals. */
const EXPORT_FUND = 10n ** 9n;

/** A mechanism of one's own: only its contract knows it, so its market runs on a chain. */
export interface OwnMechanism extends Required<Pick<MarketRun, "openPort">> {
  label: string;
}

/** Choices about the schemes. */
export interface SchemeChoices {
  /** Frames of the long rolling plan; 48. */
  horizonFrames?: number;
  /** Generations of the genetic algorithm; 0 leaves it out; 200, where [T 3.4.2] has 1 000. */
  generations?: number;
  /** A policy by which piles place orders on the AdBEV market in place of the usual ones. */
  policy?: OrderPolicy;
  /** A planner of one's own, to compare by itself and in competition with those that come along; none. */
  planner?: BookPlanner;
  /** Rules of matching to run the first AdBEV market under besides; none. */
  matchings?: readonly NamedMatching[];
  /** A mechanism of one's own to run it under besides; none. */
  mechanism?: OwnMechanism;
  /** Arrivals that a scheme may expect; without it there is no scheme that does. */
  arrivals?: ArrivalsProfile;
  /** Load that a market's operator may expect, without and with what EVs feed in; without it none does. */
  expectedLoad?: Record<"charging" | "net", () => ExpectedLoadProfile>;
}

const NOBODY = "nobody";
const ONE_PLAN = "all agents, one plan";
const BY_PLANS = "cars tell need and end";

/** The schemes of SPEC 7 that exist, the rolling plan that needs no market, and what needs neither. */
export function comparedSchemes(choices: SchemeChoices = {}): ComparedScheme[] {
  return [
    ...withoutMarket(choices),
    ...adbevMarkets(choices),
    ...congestionMarkets(choices),
    ...otherRules(choices),
    ...benefitMarkets(choices),
    ...controlled(choices),
  ];
}

type Run = (day: DayOptions, market: DeploymentParameters, seed: number) => ComparableSchedule;

/** Schemes that EVs or their operator follow by themselves, each car without the others. */
function withoutMarket({ generations = 200 }: SchemeChoices): ComparedScheme[] {
  const alone = (key: string, title: string, run: Run): ComparedScheme => ({
    ...{ key, title, family: "alone", online: true, energy: "charging", cooperates: NOBODY, run },
  });
  const genetic: ComparedScheme = {
    ...{ key: "genetic", title: `genetic algorithm, a day ahead, ${generations} generations` },
    ...{ family: "control", online: false, energy: "charging", cooperates: OPERATOR_CONTROLS_CARS },
    run: (day, market, seed) => geneticScheme(day.evs, market, { seed, generations, baseLoadW: baseLoadOf(day) }),
  };
  return [
    alone("uncontrolled", "uncontrolled", (day, market) => uncontrolled(day.evs, market)),
    alone("capped", "plain cap at the market's peak size", (day, market) => capped(day.evs, market)),
    alone("cap1kW", "plain cap of 1 kW, more where a stay needs it", (day, market) => cappedAt(1_000)(day.evs, market)),
    alone("spread", "each car evenly over its own stay", (day, market) => spreadEvenly(day.evs, market)),
    alone("timeShifted", "time-shifted, night only", (day, market) => timeShifted(day.evs, market, baseLoadOf(day))),
    alone("timeShiftedAll", "time-shifted, rest before departure", (day, market) =>
      timeShifted(day.evs, market, baseLoadOf(day), { rest: "beforeDeparture" }),
    ),
    ...(generations > 0 ? [genetic] : []),
  ];
}

/** Shares of agents that act for themselves among those that follow one plan. */
const SELFISH_SHARES = [0.25, 0.5, 0.75, 1];

/** The AdBEV market under one's own policy; without one under each that comes along, and mixtures of them. */
function adbevMarkets({ policy }: SchemeChoices): ComparedScheme[] {
  const market = (key: string, own: OrderPolicy, cooperates: string, sellers = true): ComparedScheme => ({
    ...{ key, title: `AdBEV market, ${own.name}${sellers ? "" : ", nobody sells"}`, online: true, cooperates },
    ...{ family: "market", energy: sellers ? "both" : "charging", run: { policy: own, sellers } },
  });
  if (policy !== undefined) {
    const cooperates = policy.name === "waterline" ? ONE_PLAN : "as the policy has it";
    return [market("adbev", policy, cooperates), market("adbevAlone", policy, cooperates, false)];
  }
  return [
    market("adbev", new Waterline(), ONE_PLAN),
    market("adbevAlone", new Waterline(), ONE_PLAN, false),
    ...SELFISH_SHARES.map((share) => {
      const percent = 100 * share;
      return market(
        `adbevSelfish${percent}`,
        new Mixed(share),
        percent === 100 ? NOBODY : `${100 - percent} % of agents`,
      );
    }),
    market("adbevImpatient", new Impatient(), NOBODY),
    market("adbevValley", new Valley(), NOBODY),
    market("adbevWholeNeed", new WholeNeed(), NOBODY),
  ];
}

/**
 * The operator's tariff where its price rises with the load, below the tariff of the other markets, money units per kWh: so buyers
 * pay about as much as under the flat one (on seeds 1 to 5 of the default day).
 */
const CONGESTION_DISCOUNT = 20_000n;

/** The market whose price rises with the load: all agents act for themselves. */
function congestionMarkets({ policy }: SchemeChoices): ComparedScheme[] {
  const market = (key: string, own: OrderPolicy, sellers = true): ComparedScheme => ({
    ...{ key, title: `congestion price, ${own.name}${sellers ? "" : ", nobody sells"}`, online: true },
    ...{ family: "market", energy: sellers ? "both" : "charging", cooperates: NOBODY },
    run: { policy: own, sellers, discountPricePerKwh: CONGESTION_DISCOUNT, rules: { matching: "congestion" } },
  });
  if (policy !== undefined) return [];
  return [
    market("congestion", new Patient()),
    market("congestionAlone", new Patient(), false),
    market("congestionHalf", new HalfPatient()),
    market("congestionSelfish100", new Mixed(1)),
    market("congestionImpatient", new Impatient()),
  ];
}

/** How long readings are waited for where credit ranks, s. */
const READING_SECONDS = 3_600;
const HONEST_METERS = { noise: 0, leave: 0, silent: 0, cheat: 0 };

/** The AdBEV market under other rules of matching; by credit it has meters, which are honest. */
function otherRules({ policy = new Waterline(), matchings = [], mechanism }: SchemeChoices): ComparedScheme[] {
  const cooperates = policy.name === "waterline" ? ONE_PLAN : "as the policy has it";
  const under = (name: string, run: MarketRun): ComparedScheme => ({
    ...{ key: `adbev${name.charAt(0).toUpperCase()}${name.slice(1)}`, title: `AdBEV market, ${policy.name}, ${name}` },
    ...{ family: "market", online: true, energy: "both", cooperates, run: { policy, ...run } },
  });
  const named = matchings
    .filter((matching) => matching !== "adbev")
    .map((matching) =>
      matching === "credit"
        ? under(matching, { meters: HONEST_METERS, rules: { matching, readingSeconds: READING_SECONDS } })
        : under(matching, { rules: { matching } }),
    );
  if (mechanism === undefined) return named;
  const { label, openPort } = mechanism;
  return [...named, { ...under(label, { rules: { matching: "own" }, openPort }), key: "adbevOwn" }];
}

/** Markets in which plans compete. */
function benefitMarkets({ planner, expectedLoad }: SchemeChoices): ComparedScheme[] {
  const benefit = (
    key: string,
    title: string,
    proposers: readonly BookPlanner[],
    rules: Partial<DeploymentParameters> = {},
    sellers = true,
    operator: Pick<MarketRun, "expectedLoad" | "operatorFund"> = {},
  ): ComparedScheme => ({
    ...{ key, title: `${title}, wholeNeed${sellers ? "" : ", nobody sells"}`, online: true, cooperates: BY_PLANS },
    ...{ family: "plans", energy: sellers ? "both" : "charging" },
    run: {
      ...{ policy: new WholeNeed(), proposers, sellers },
      rules: { settlement: "benefit", icebergPeakWh: BENEFIT_PEAK_WH, ...rules },
      ...operator,
    },
  });
  const all = () => [epob(), pob(), asapPlanner()];
  const own =
    planner === undefined
      ? []
      : [
          benefit("own", `${planner.name} market by laxity`, [planner], BY_LAXITY),
          benefit("ownContest", `${planner.name} against the others by laxity`, [planner, ...all()], BY_LAXITY),
        ];
  const gridOnly = { ...FAR_BY_LAXITY, matching: "gridOnly" } as const;
  const rich = { operatorFund: EXPORT_FUND };
  const expecting =
    expectedLoad === undefined
      ? []
      : [
          benefit("epobExpected", "ePoB market by laxity, H = 48, arrivals expected", all(), FAR_BY_LAXITY, false, {
            expectedLoad: expectedLoad.charging,
          }),
          benefit(
            "epobGridOnlyExpected",
            "ePoB market by laxity, H = 48, grid alone, expected",
            all(),
            gridOnly,
            true,
            {
              ...rich,
              expectedLoad: expectedLoad.net,
            },
          ),
        ];
  return [
    benefit("pob", "PoB market", [pob(), asapPlanner()], { maxHorizon: 1 }),
    benefit("epob", "ePoB market", all()),
    benefit("pobLaxity", "PoB market by laxity", [pob(), asapPlanner()], { ...BY_LAXITY, maxHorizon: 1 }),
    benefit("epobLaxity", "ePoB market by laxity", all(), BY_LAXITY),
    benefit("epobLaxityAlone", "ePoB market by laxity", all(), BY_LAXITY, false),
    benefit("epobFarAlone", "ePoB market by laxity, H = 48", all(), FAR_BY_LAXITY, false),
    benefit("epobGridOnly", "ePoB market by laxity, H = 48, grid alone", all(), gridOnly, true, rich),
    ...expecting,
    benefit("epobC", `ePoB market, c = ${COMPETITIVE_RATIO}`, [epobFactor()]),
    ...own,
  ];
}

/** Direct control by an operator that cars obey, and the optimum that knows all arrivals. */
function controlled({ horizonFrames = 48, arrivals }: SchemeChoices): ComparedScheme[] {
  const plan = (key: string, title: string, options: Partial<RollingSchemeOptions>): ComparedScheme => ({
    ...{
      key,
      title: `rolling plan (no market), ${title}`,
      family: "control",
      online: true,
      cooperates: OPERATOR_CONTROLS_CARS,
    },
    energy: options.discharging === true ? "both" : "charging",
    run: (day, market) => rolling(day.evs, market, baseLoadOf(day), { horizonFrames, ...options }),
  });
  const optimum = (key: string, title: string, discharging: boolean): ComparedScheme => ({
    ...{
      key,
      title,
      family: "bound",
      online: false,
      cooperates: OPERATOR_CONTROLS_CARS,
      energy: discharging ? "both" : "charging",
    },
    run: (day, market) => offlineOptimum(day.evs, market, baseLoadOf(day), { discharging }),
  });
  const tail = { tailFrames: 1 };
  const laxity = { ...tail, allotment: "laxity" } as const;
  const long = `H = ${horizonFrames}`;
  return [
    plan("rolling1", "H = 1", { horizonFrames: 1 }),
    plan("rolling1Wait", "H = 1, at most 2 frames' wait", { horizonFrames: 1, maxWaitFrames: 2 }),
    plan("rolling", long, {}),
    plan("rollingC", `${long}, c = ${COMPETITIVE_RATIO}`, { firstStepFactor: COMPETITIVE_RATIO }),
    plan("rollingTail", `${long}, last step planned`, tail),
    plan("rollingV2g", `${long}, last step planned, discharging`, { ...tail, discharging: true }),
    plan("laxity", `${long}, least laxity`, laxity),
    plan("laxityV2g", `${long}, least laxity, discharging`, { ...laxity, discharging: true }),
    ...(arrivals === undefined ? [] : expectingSchemes(arrivals)),
    optimum("offlineOptimum", "offline optimum", false),
    optimum("offlineOptimumV2g", "offline optimum, discharging", true),
  ];
}
