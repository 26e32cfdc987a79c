import { ContractFactory, type InterfaceAbi, type Signer } from "ethers";

import { packRecord, packRecordMeter } from "../../metering/recordMeter";
import type { Curve } from "../../metering/recordText";
import { newMeter, type SigningMeter, signRecord } from "../../metering/signRecord";

/** Gas of one record, the transaction's shared cost and the calldata included. */
export interface RecordGas {
  operation: string;
  gas: number;
}

/** Records of one transaction. */
export const RECORD_BATCH = 20;
/** Most that a record with one reading may cost where the chain has the precompile, by what the project aims at. */
export const RECORD_AIM = 35_000;

const FRAME_SECONDS = 1_800;
/** Seconds from one record to the next: the frame's energy lies between the first and the last. */
const STEP = Math.ceil(FRAME_SECONDS / (RECORD_BATCH - 1));
const START = 1_795_600_800;

/**
 * Measures the checking and reading of 20 consecutive records of a meter in one transaction, by its receipt.
 *
 * @param signer on the chain that is measured
 * @param verifier the contract's ABI and creation code
 * @param chain how the chain is called in the operations' names
 * @param curves on which meters sign
 */
export async function recordGas(
  signer: Signer,
  verifier: { abi: InterfaceAbi; bytecode: string },
  chain: string,
  curves: readonly Curve[],
): Promise<RecordGas[]> {
  const contract = await new ContractFactory(verifier.abi, verifier.bytecode, signer).deploy();
  await contract.waitForDeployment();
  const to = await contract.getAddress();
  const measured: RecordGas[] = [];
  for (const curve of curves) {
    const meter = newMeter(curve);
    for (const readings of [1, 2]) {
      const records = batch(meter, readings).map((text) => packRecord(meter.description, text));
      const args = [packRecordMeter(meter.description), records, START, START + FRAME_SECONDS];
      const data = contract.interface.encodeFunctionData("energyBetween", args);
      const receipt = await (await signer.sendTransaction({ to, data })).wait();
      const what = readings === 1 ? "one reading" : "two readings";
      measured.push({
        operation: `record of ${what}, ${curve}, ${chain}, each of ${RECORD_BATCH}`,
        gas: Number(receipt!.gasUsed) / RECORD_BATCH,
      });
    }
  }
  return measured;
}

/** Consecutive records; of two readings each has one some seconds before the other. */
function batch(meter: SigningMeter, readings: number): string[] {
  return Array.from({ length: RECORD_BATCH }, (_, i) => {
    const importWh = 1_234_567n + 40n * BigInt(i);
    const points = [
      { time: START + STEP * i, cause: "B", importWh },
      { time: START + STEP * i + 10, cause: "E", importWh: importWh + 5n },
    ];
    return signRecord(meter, 1_000 + i, points.slice(0, readings));
  });
}
