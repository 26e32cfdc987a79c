import { readFileSync } from "node:fs";

import { expect } from "chai";

import { contractParameters, deployedParameters } from "../../../scripts/chain/contractParameters";
import { MARKET_INTERFACE } from "../../../scripts/chain/interfaces";
import { DEFAULT_PARAMETERS } from "../../../scripts/core/parameters";
import { type DeploymentParameters, PARAMETER_NAMES, PARAMETERS } from "../../../scripts/core/parameterTable";
import { parametersDocument } from "../../../tasks/docs-parameters";
import type { IMarketParameters } from "../../../typechain-types/contracts/interfaces/IMarketParameters";

const SURROUNDINGS = ["admin", "gridOperator", "registrar", "guardian", "token", "delivery"];
const [STRUCT] = MARKET_INTERFACE.getFunction("parameters")!.outputs;
const FIELDS = STRUCT!.components!;

describe("the table of parameters", () => {
  it("is what docs/parameters.md says", async () => {
    const advice = "if that is meant, `npx hardhat docs:parameters --write`";
    expect(readFileSync("docs/parameters.md", "utf8"), advice).to.equal(await parametersDocument());
  });

  it("has a row for every field of the contract's struct, of its type, and no other", () => {
    const rows = PARAMETER_NAMES.map((name) => {
      const row = PARAMETERS[name];
      return [row.kind === "choice" ? row.field : name, row.contractType];
    });
    const fields = FIELDS.filter(({ name }) => !SURROUNDINGS.includes(name)).map(({ name, type }) => [name, type]);
    expect(rows.sort()).to.deep.equal(fields.sort());
  });

  it("has defaults within its bounds, and bounds that the contract's types hold", () => {
    for (const name of PARAMETER_NAMES) {
      const row = PARAMETERS[name];
      if (row.kind === "choice") {
        expect(row.words, name).to.include.members([row.usual, row.setBy]);
        continue;
      }
      expect(row.usual >= row.least && row.usual <= row.most, name).to.equal(true);
      const bits = BigInt(/^uint(\d+)$/.exec(row.contractType)![1]!);
      expect(BigInt(row.most) < 2n ** bits, name).to.equal(true);
    }
  });

  it("reads a deployed market back as it was written, default or otherwise", () => {
    const others = Object.fromEntries(
      PARAMETER_NAMES.map((name) => {
        const row = PARAMETERS[name];
        if (row.kind === "choice") return [name, row.words.find((word) => word !== row.usual)!];
        return [name, typeof row.usual === "bigint" ? BigInt(row.most) : Number(row.most)];
      }),
    ) as DeploymentParameters;
    const address = (digit: string) => `0x${digit.repeat(40)}`;
    const holders = Object.fromEntries([...SURROUNDINGS, "rounds"].map((name) => [name, address("1")])) as Record<
      "admin" | "gridOperator" | "registrar" | "guardian" | "token" | "delivery" | "rounds",
      string
    >;
    for (const market of [DEFAULT_PARAMETERS, others]) {
      const struct = contractParameters(market, holders, address("0"));
      const encoded = MARKET_INTERFACE.encodeFunctionResult("parameters", [struct]);
      const [decoded] = MARKET_INTERFACE.decodeFunctionResult("parameters", encoded) as unknown as [
        IMarketParameters.ParametersStructOutput,
      ];
      expect(deployedParameters(decoded, address("0"))).to.deep.equal(market);
    }
  });
});
