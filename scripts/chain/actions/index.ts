/**
 * Actions on a market on a chain, one a file. Each takes the market, then the sender, and is typed from the
 * contracts' generated classes.
 *
 * @module
 */
export * from "./approve";
export * from "./cancel";
export * from "./clear";
export * from "./collectClaim";
export * from "./deposit";
export * from "./depositGrid";
export * from "./drawFromFaucet";
export * from "./grantRole";
export * from "./marketContracts";
export * from "./marketEvents";
export * from "./place";
export * from "./publish";
export * from "./registerPile";
export * from "./renounceRole";
export * from "./replace";
export * from "./revokeRole";
export * from "./setAttributes";
export * from "./setEntryPaused";
export * from "./setMatchingFund";
export * from "./setMeterKey";
export * from "./setSuspended";
export * from "./setWeather";
export * from "./settle";
export * from "./signed";
export * from "./submit";
export * from "./submitBatch";
export * from "./submitReadings";
export * from "./submitRecords";
export * from "./withdraw";
export * from "./withdrawGrid";
