/**
 * The library that `npm pack` ships: codecs of the contracts' packed words, orders to sign, readings, and meters' records.
 * Beside it lie `adbev/abi`, the contracts' interfaces, and `adbev/addresses`, where they are deployed.
 */
export * from "../chain/packedWords";
export { openedArguments } from "../chain/openedWords";
export {
  depositTypedData,
  orderOfTypedData,
  orderTypedData,
  readingTypedData,
  signedOrder,
  signedReading,
  withdrawalTypedData,
} from "./signing";
export type { Deposit, SignedOrder, SignedReading, SigningDomain, TypedData, Withdrawal } from "./signing";
export { energyBetween, RecordRefusal } from "../metering/frameEnergy";
export type { FrameEnergy, MeterRegisters } from "../metering/frameEnergy";
export { readPayload } from "../metering/payload";
export type { Payload, RecordReading } from "../metering/payload";
export { packFrameProof, packRecord, packRecordMeter, recordMeterKey } from "../metering/recordMeter";
export type { FrameProof, PackedRecord, PackedRecordMeter, RecordMeter } from "../metering/recordMeter";
export { CURVES, parseRecordText } from "../metering/recordText";
export type { Curve, RecordText } from "../metering/recordText";
