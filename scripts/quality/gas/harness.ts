import { AbiCoder } from "ethers";

import { FloorHarness__factory } from "../../../typechain-types/factories/contracts/test/FloorHarness__factory";
import type { RawProvider } from "../../chain/clock";
import { TRANSACTION_GAS_CAP } from "../../chain/transactor";
import { type Floor, leastTransactionGas } from "./floor";
import { assembleFloor } from "./floorProgram";

interface RpcReceipt {
  gasUsed: string;
  contractAddress: string | null;
}

/**
 * Measures floors: assembles each into a bare program, deploys it, calls it with the operation's own calldata, and takes
 * the gas of the receipt less the stack handling.
 */
export class FloorBench {
  /** A call that does nothing. */
  private emptyCallGas: number | undefined;

  constructor(
    private readonly provider: RawProvider,
    private readonly from: string,
  ) {}

  /** The floor of one of the operations, by receipts. */
  async measure({ items, units }: Floor): Promise<number> {
    const data = items.flatMap(({ step }) => (step.kind === "calldata" ? [step.data] : []))[0] ?? "0x";
    const whole = await this.run(items, data);
    // A marginal floor has no transaction of its own.
    const own = items.some(({ step }) => step.kind === "transaction");
    this.emptyCallGas ??= await this.run([], "0x");
    return (own ? whole : whole - this.emptyCallGas) / units;
  }

  private async run(items: Floor["items"], data: string): Promise<number> {
    const { code, filledSlots, handlingGas } = assembleFloor(items);
    const constructorArguments = AbiCoder.defaultAbiCoder().encode(["uint256", "bytes"], [filledSlots, code]);
    const { contractAddress } = await this.send({
      data: FloorHarness__factory.bytecode + constructorArguments.slice(2),
    });
    const { gasUsed } = await this.send({ to: contractAddress, data });
    // Where the calldata alone costs more than all that is done, the handling was free, too.
    return Number(gasUsed) === leastTransactionGas(data) ? Number(gasUsed) : Number(gasUsed) - handlingGas;
  }

  private async send(call: { to?: string | null; data: string }): Promise<RpcReceipt> {
    const gas = `0x${TRANSACTION_GAS_CAP.toString(16)}`;
    const hash = await this.provider.send("eth_sendTransaction", [{ from: this.from, gas, ...call }]);
    return (await this.provider.send("eth_getTransactionReceipt", [hash])) as RpcReceipt;
  }
}
