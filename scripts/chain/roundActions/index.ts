/**
 * Actions on the benefit rounds of a market on a chain, one a file. Each takes the rounds, then the sender, and is typed
 * from the contract's generated class.
 *
 * @module
 */
export * from "./claimReward";
export * from "./commit";
export * from "./drawReward";
export * from "./finalise";
export * from "./fundReward";
export * from "./reveal";
export * from "./roundContracts";
export * from "./setReward";
