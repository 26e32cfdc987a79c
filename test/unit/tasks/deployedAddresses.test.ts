import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { deployedAddresses } from "../../../tasks/support/deployedAddresses";
import { commandInProcess } from "../../helpers/commandInProcess";

const address = (digit: string) => `0x${digit.repeat(40)}`;
const record = (lens: string, market: string) => ({
  contracts: { "Platform#MarketLens": { address: lens, creation: "0x1" } },
  feeders: { main: { market, lens, token: address("9") } },
});

describe("addresses of the package", function () {
  this.timeout(120_000);

  function folderOf(files: Record<string, unknown>): string {
    const folder = mkdtempSync(join(tmpdir(), "adbev-"));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
    }
    return folder;
  }

  it("are those of every chain that something was deployed to, but for development nodes", async () => {
    const folder = folderOf({
      "chain-11155111-25a5cc10/feeders.json": record(address("1"), address("2")),
      "chain-11155111/deployed_addresses.json": { "PermitDeposits#PermitDeposits": address("3") },
      "chain-10/feeders.json": record(address("4"), address("5")),
      "chain-31337-00000000/feeders.json": record(address("6"), address("7")),
      "chain-9/journal.jsonl": "",
      "notes.txt": "",
    });
    expect(await deployedAddresses(folder)).to.deep.equal({
      10: { "Platform#MarketLens": address("4"), "Feeder_main#Market": address("5") },
      11155111: {
        "Platform#MarketLens": address("1"),
        "Feeder_main#Market": address("2"),
        "PermitDeposits#PermitDeposits": address("3"),
      },
    });
    expect(await deployedAddresses(join(folder, "nowhere"))).to.deep.equal({});
  });

  it("are refused where two chains of one id disagree, or a record is damaged", async () => {
    const failure = async (folder: string) =>
      deployedAddresses(folder).then(
        () => "",
        (error: Error) => error.message,
      );
    const twice = folderOf({
      "chain-7-aaaaaaaa/feeders.json": record(address("1"), address("2")),
      "chain-7-bbbbbbbb/feeders.json": record(address("3"), address("4")),
    });
    expect(await failure(twice)).to.match(/chain-7-bbbbbbbb: another chain with id 7 has Platform#MarketLens/);
    expect(await failure(folderOf({ "chain-7/feeders.json": "{" }))).to.contain("is damaged");
  });

  it("have the deposits by permit once the document's command has deployed them", async () => {
    const { code, stdout, stderr } = await commandInProcess("ignition", "deploy", "deploy/modules/PermitDeposits.ts");
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/PermitDeposits#PermitDeposits - 0x[0-9a-fA-F]{40}/);
  });
});
