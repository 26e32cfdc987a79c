import { PARAMETER_NAMES, type ParameterName, PARAMETERS } from "../../core/parameterTable";
import { markdownTable } from "../../core/text";

/**
 * The reference page of a market's parameters, Markdown, from the table that everything else reads.
 *
 * @param flagText a parameter's flag as it is typed
 */
export function parametersMarkdown(flagText: (name: ParameterName) => string): string {
  return `# Parameters of a market

Fixed when a market is deployed; nobody can change them afterwards. \`market:deploy\` takes each as its flag, or all in a JSON file (\`--file\`); a scenario takes them by name in its \`market\`. The row's place in the code is \`scripts/core/parameterTable.ts\`; defaults, checks, flags, help, the client and this page follow from it. \`npx hardhat docs:parameters --write\` writes this page.

Prices are in money units per kWh; with the test token 10 000 units are a penny. [SPEC.md](SPEC.md) says what the rules do with them.

${markdownTable(
  ["name", "flag", "unit", "takes", "default", "meaning", "contract"],
  PARAMETER_NAMES.map((name) => rowOf(name, flagText(name))),
)}

Rules between parameters, each refused with its reason:

- \`auctionSeconds\` is below \`frameSeconds\`, \`lossAllowanceW\` at most \`capacityW\`, \`minCredit\` at most \`initialCredit\`.
- With rounds, \`2 roundSeconds + finaliseSeconds\` fits \`auctionSeconds\`, and \`finaliseSeconds\` is above 0.
- Matching by credit needs meters: \`readingSeconds\` above 0.
- With meters and a defaulter who pays, \`bondPricePerKwh\` is at least \`importCapPerKwh\`, so that bonds cover any breach.
- With meters \`pileCap\` is at most 512; with rounds \`pileCap × maxHorizon\` is at most 24 576.
`;
}

function rowOf(name: ParameterName, flag: string): string[] {
  const row = PARAMETERS[name];
  const lead = [`\`${name}\``, `\`${flag}\``];
  if (row.kind === "choice") {
    const unset = row.contractType === "address" && row.setBy !== undefined ? `, 0 for ${row.usual}` : "";
    const contract = `\`${row.field}\` ${row.contractType}${unset}`;
    return [...lead, "–", row.words.join(" or "), row.usual, row.meaning, contract];
  }
  return [...lead, row.unit || "–", `${row.least} to ${row.most}`, String(row.usual), row.meaning, row.contractType];
}
