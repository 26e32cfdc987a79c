/** Every reason for which the market says no: the names of the contract's custom errors. */
export type RefusalCode =
  // Identity and money
  | "AlreadyRegistered"
  | "NotRegistered"
  | "PileSuspended"
  | "InsufficientBalance"
  | "NothingClaimed"
  | "CreditTooLow"
  // Orders
  | "PriceOutOfRange"
  | "PriceOffTick"
  | "EnergyBelowMinimum"
  | "EnergyAboveMaximum"
  | "ExpiryOutOfRange"
  | "LiveOrderExists"
  | "NoLiveOrder"
  | "GateClosed"
  // Publication
  | "FrameAlreadyPublished"
  | "PublishedTooLate"
  | "PublishedTooEarly"
  | "TariffOffTick"
  | "WheelingAboveCap"
  | "ImportAboveCap"
  | "ExportAboveImport"
  | "TariffOutOfRange"
  // Clearing and settlement
  | "FrameWindowNotOpen"
  | "FrameWindowClosed"
  | "FrameAlreadyCleared"
  // Rounds of a benefit market
  | "NoOpenRound"
  | "RoundOpen"
  | "ProposerCreditTooLow"
  | "RevealNotOpen"
  | "RoundNotOver"
  | "NotTheWinningPlan"
  | "OnlyTheFallback"
  | "WrongHorizon"
  | "PlanNotAllottable"
  | "PlanOverCapacity"
  | "PlanExportsUnfunded"
  // Delivery
  | "FrameNotOver"
  | "ReadingAboveReach"
  | "ReadingsAwaited"
  | "FramesUnsettled"
  | "NothingToSettle";

/** The offending values of a refusal, by name. */
export type RefusalDetails = Readonly<Record<string, string | number | bigint>>;

/**
 * The market said no, and nothing changed.
 *
 * `code` is the name of the custom error with which the contract would revert, so that the two can be compared; wrong
 * use of the model itself (a clock that runs backwards, a negative amount) is a `RangeError` instead.
 */
export class MarketRefusal extends Error {
  /** Name of the contract's custom error. */
  readonly code: RefusalCode;
  /** The offending values. */
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    const shown = Object.entries(details).map(([name, value]) => `${name} ${value}`);
    super(shown.length === 0 ? code : `${code}: ${shown.join(", ")}`);
    this.name = "MarketRefusal";
    this.code = code;
    this.details = details;
  }
}
