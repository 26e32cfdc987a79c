import type { Strategy } from "../strategy";
import { falseLoad } from "./congestion/falseLoad";
import { raisedPrice, raisedPriceSteep } from "./congestion/raisedPrice";
import { shadedLimit, splitDemand } from "./congestion/patience";
import { highAsk, highAskBusy, riggedPair, withheldSale } from "./congestion/selling";
import { unaskedAtCap, unaskedEnergy } from "./congestion/unasked";
import { desertion } from "./desertion";
import { emptyAccount } from "./emptyAccount";
import { earlyDeadline, falseDeadline } from "./falseDeadline";
import { falseNeed, lapsedMargin } from "./falseNeed";
import { imbalancePrice } from "./imbalancePrice";
import { impatience } from "./impatience";
import { overAsk } from "./overAsk";
import { overbid, overbidPriced } from "./overbid";
import { overdraw } from "./overdraw";
import { dearPhantom, phantomSeller } from "./phantomSeller";
import { silentSeller } from "./silentSeller";
import { squat } from "./squat";
import { takeAndLeave } from "./takeAndLeave";

/** Strategies in markets under the rule `congestion`. */
export const PRICED_STRATEGIES: readonly Strategy[] = [
  splitDemand,
  shadedLimit,
  unaskedEnergy,
  unaskedAtCap,
  raisedPrice,
  raisedPriceSteep,
  overbidPriced,
  highAsk,
  highAskBusy,
  withheldSale,
  riggedPair,
  falseLoad,
];

/** All strategies, in the order in which they are shown. */
export const STRATEGIES: readonly Strategy[] = [
  squat,
  overAsk,
  falseDeadline,
  earlyDeadline,
  falseNeed,
  lapsedMargin,
  impatience,
  phantomSeller,
  dearPhantom,
  desertion,
  takeAndLeave,
  overdraw,
  overbid,
  emptyAccount,
  imbalancePrice,
  silentSeller,
  ...PRICED_STRATEGIES,
];
