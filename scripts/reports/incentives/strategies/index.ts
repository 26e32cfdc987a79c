import type { Strategy } from "../strategy";
import { desertion } from "./desertion";
import { emptyAccount } from "./emptyAccount";
import { earlyDeadline, falseDeadline } from "./falseDeadline";
import { falseNeed, lapsedMargin } from "./falseNeed";
import { imbalancePrice } from "./imbalancePrice";
import { impatience } from "./impatience";
import { overAsk } from "./overAsk";
import { overdraw } from "./overdraw";
import { dearPhantom, phantomSeller } from "./phantomSeller";
import { silentSeller } from "./silentSeller";
import { squat } from "./squat";
import { takeAndLeave } from "./takeAndLeave";

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
  emptyAccount,
  imbalancePrice,
  silentSeller,
];
