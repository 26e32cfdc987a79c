import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { MarketClient } from "../scripts/chain/marketClient";
import type { Receipt, Transactor } from "../scripts/chain/transactor";
import type { MarketMoney } from "../scripts/chain/token";
import { InputError } from "../scripts/core/errors";
import { addressOf } from "./support/accounts";
import { feederTask, type SendingArguments } from "./support/feederTask";
import { oneOf, wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { readAmount } from "./support/moneyFlags";
import { compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { printSent, printTable, SENT_AS_JSON, toJsonText } from "./support/output";

/** Setting of an operator's command. */
interface Setting {
  hre: HardhatRuntimeEnvironment;
  client: MarketClient;
  sender: Transactor;
  args: Readonly<Record<string, string | undefined>>;
  money: () => Promise<MarketMoney>;
}

/** A sent transaction, for people and for programs. */
interface Sent {
  receipt: Receipt;
  what: Readonly<Record<string, unknown>>;
  said: string;
}

/** A flag's name, meaning, and default; without one it has to be given, with `undefined` it need not. */
type Flag = readonly [name: string, meaning: string, usual?: string | undefined];

/** Defines a command that sends one transaction. */
function operatorTask(name: string, description: string, flags: readonly Flag[], act: (s: Setting) => Promise<Sent>) {
  const task = feederTask(`operator:${name}`, description).addOptionalParam(
    "account",
    "account that has the role for it, by number or address",
    "0",
  );
  for (const flag of flags) {
    if (flag.length === 2) task.addParam(flag[0], flag[1]);
    else task.addOptionalParam(flag[0], flag[1], flag[2]);
  }
  task.addFlag("json", SENT_AS_JSON).setAction(
    guarded(async (args: SendingArguments & Setting["args"], hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const { moneyOf } = await import("../scripts/chain/token");
      const sender = await transactorOf(hre, args.account);
      const money = async () => moneyOf(client, hre.ethers.provider);
      const { receipt, what, said } = await act({ hre, client, sender, args, money });
      printSent(args.json, receipt, what, said);
    }),
  );
}

const ROLES = ["admin", "grid-operator", "registrar", "guardian", "proposer"] as const;
type RoleWord = (typeof ROLES)[number];
const ROLE: Flag = ["role", ROLES.join(", ")];

operatorTask(
  "grant",
  "Gives an account a role of the market",
  [ROLE, ["to", "who gets it, by number or address"]],
  async ({ hre, client, sender, args }) => {
    const role = oneOf("role", args["role"]!, ROLES);
    const to = await addressOf(hre, "to", args["to"]!);
    return { receipt: await client.grantRole(sender, role, to), what: { role, to }, said: `${to} is ${role}` };
  },
);

operatorTask(
  "revoke",
  "Takes a role of the market from an account",
  [ROLE, ["from", "who loses it, by number or address"]],
  async ({ hre, client, sender, args }) => {
    const role = oneOf("role", args["role"]!, ROLES);
    const from = await addressOf(hre, "from", args["from"]!);
    await requireHolder(client, role, from);
    const receipt = await client.revokeRole(sender, role, from);
    return { receipt, what: { role, from }, said: `${from} is ${role} no more` };
  },
);

operatorTask("renounce", "Gives up a role of one's own", [ROLE], async ({ client, sender, args }) => {
  const role = oneOf("role", args["role"]!, ROLES);
  await requireHolder(client, role, sender.address);
  const receipt = await client.renounceRole(sender, role);
  return { receipt, what: { role, from: sender.address }, said: `${sender.address} is ${role} no more` };
});

operatorTask(
  "handover",
  "Gives another account a role of one's own, then gives it up; the admin's goes last",
  [ROLE, ["to", "who gets it, by number or address"]],
  async ({ hre, client, sender, args }) => {
    const role = oneOf("role", args["role"]!, ROLES);
    const to = await addressOf(hre, "to", args["to"]!);
    if (to === sender.address) throw new InputError("--to", `${to} has the role itself`);
    await requireHolder(client, role, sender.address);
    // Granted before it is given up: what fails between leaves two holders, never none.
    const granted = await client.grantRole(sender, role, to);
    const receipt = await client.renounceRole(sender, role);
    const what = { role, from: sender.address, to, granted: granted.hash };
    return { receipt, what, said: `${to} is ${role}, ${sender.address} no more` };
  },
);

for (const [name, description, suspended] of [
  ["suspend", "Suspends a pile: it places nothing until it is readmitted", true],
  ["readmit", "Readmits a suspended pile", false],
] as const) {
  operatorTask(
    name,
    description,
    [["pile", "the pile's account, by number or address"]],
    async ({ hre, client, sender, args }) => {
      const account = await addressOf(hre, "pile", args["pile"]!);
      const pile = await pileNumber(client, account);
      const receipt = await client.setSuspended(sender, account, suspended);
      return {
        receipt,
        what: { pile, account, suspended },
        said: `Pile ${pile} is ${suspended ? "suspended" : "readmitted"}`,
      };
    },
  );
}

for (const [name, description, paused] of [
  ["pause", "Pauses entry: no deposits and no new orders; exits stay open", true],
  ["reopen", "Reopens entry", false],
] as const) {
  operatorTask(name, description, [], async ({ client, sender }) => {
    const receipt = await client.setEntryPaused(sender, paused);
    return { receipt, what: { paused }, said: `Entry is ${paused ? "paused" : "open"}` };
  });
}

const PILE: Flag = ["pile", "the pile's account, by number or address"];

operatorTask(
  "meter-key",
  "Gives a pile's meter another key, from the frame on that the contract says",
  [PILE, ["key", "address of the key"]],
  async ({ hre, client, sender, args }) => {
    const pile = await pileNumber(client, await addressOf(hre, "pile", args["pile"]!));
    const key = await addressOf(hre, "key", args["key"]!);
    const receipt = await client.setMeterKey(sender, pile, key);
    return { receipt, what: { pile, key }, said: `Readings of pile ${pile} are to be signed by ${key}` };
  },
);

operatorTask(
  "weather",
  "Sets a pile's weather factor",
  [PILE, ["factor", "1/10 000, 0 to 2999"]],
  async ({ hre, client, sender, args }) => {
    const factor = wholeNumber("factor", args["factor"]!, 0, 2_999);
    const pile = await pileNumber(client, await addressOf(hre, "pile", args["pile"]!));
    const receipt = await client.setWeather(sender, pile, BigInt(factor));
    return { receipt, what: { pile, factor }, said: `Pile ${pile} has weather factor ${factor / 10_000}` };
  },
);

operatorTask(
  "attributes",
  "Rates a pile for ranking by credit, 0 to 1000 each",
  [
    PILE,
    ["capacity", "generation capacity", "0"],
    ["renewable", "renewable energy", "0"],
    ["position", "node position", "0"],
    ["stability", "generation stability", "0"],
  ],
  async ({ hre, client, sender, args }) => {
    const rating = (name: string) => wholeNumber(name, args[name]!, 0, 1_000);
    const attributes = {
      ...{ capacity: rating("capacity"), renewable: rating("renewable") },
      ...{ position: rating("position"), stability: rating("stability") },
    };
    const pile = await pileNumber(client, await addressOf(hre, "pile", args["pile"]!));
    const receipt = await client.setAttributes(sender, pile, attributes);
    return { receipt, what: { pile, ...attributes }, said: `Pile ${pile} is rated` };
  },
);

const TOKENS: readonly Flag[] = [
  ["tokens", "how many tokens, such as 12.50", undefined],
  ["amount", "the same in money units", undefined],
];

operatorTask(
  "deposit",
  "Pays into the grid operator's account",
  TOKENS,
  async ({ hre, client, sender, args, money }) => {
    const { provideTokens } = await import("../scripts/chain/token");
    const own = await money();
    const amount = readAmount(own, args);
    await provideTokens(client, hre.ethers.provider, sender, amount);
    const receipt = await client.depositGrid(sender, amount);
    return { receipt, what: { amount }, said: `Paid ${own.amount(amount)} into the grid operator's account` };
  },
);

operatorTask(
  "withdraw",
  "Takes money out of the grid operator's account",
  [...TOKENS, ["to", "address that gets it (default: the operator's)", undefined]],
  async ({ hre, client, sender, args, money }) => {
    const own = await money();
    const amount = readAmount(own, args);
    const to = args["to"] === undefined ? sender.address : await addressOf(hre, "to", args["to"]);
    const receipt = await client.withdrawGrid(sender, to, amount);
    return {
      receipt,
      what: { amount, to },
      said: `Took ${own.amount(amount)} out of the grid operator's account to ${to}`,
    };
  },
);

operatorTask(
  "matching-fund",
  "Sets aside, out of the grid operator's account, what a rule may give sellers beyond what buyers pay; 0 tokens takes it back",
  TOKENS,
  async ({ client, sender, args, money }) => {
    const own = await money();
    const amount = args["tokens"] === "0" || args["amount"] === "0" ? 0n : readAmount(own, args);
    const receipt = await client.setMatchingFund(sender, amount);
    return { receipt, what: { amount }, said: `The matching fund holds ${own.amount(amount)}` };
  },
);

operatorTask(
  "reward",
  "Sets what each frame that a plan wins is worth from now on; 0 tokens for nothing",
  TOKENS,
  async ({ client, sender, args, money }) => {
    const own = await money();
    const amount = args["tokens"] === "0" || args["amount"] === "0" ? 0n : readAmount(own, args);
    const receipt = await client.rounds().setReward(sender, amount * client.parameters.unit);
    return { receipt, what: { amount }, said: `A frame that a plan wins is worth ${own.amount(amount)}` };
  },
);

operatorTask(
  "fund-reward",
  "Pays into the pot of rewards, for good",
  TOKENS,
  async ({ hre, client, sender, args, money }) => {
    const { provideTokens } = await import("../scripts/chain/token");
    const own = await money();
    const amount = readAmount(own, args);
    const rounds = client.rounds();
    await provideTokens(client, hre.ethers.provider, sender, amount, rounds.address);
    const receipt = await rounds.fundReward(sender, amount * client.parameters.unit);
    return { receipt, what: { amount }, said: `Paid ${own.amount(amount)} into the pot of rewards` };
  },
);

operatorTask(
  "draw-reward",
  "Draws the reward of the latest round among its best proposers",
  [],
  async ({ client, sender }) => ({
    receipt: await client.rounds().drawReward(sender),
    what: {},
    said: "The reward is drawn",
  }),
);

operatorTask(
  "claim-reward",
  "Pays a proposer what was drawn for it",
  [["to", "address that gets it (default: the proposer's)", undefined]],
  async ({ hre, client, sender, args }) => {
    const to = args["to"] === undefined ? sender.address : await addressOf(hre, "to", args["to"]);
    const receipt = await client.rounds().claimReward(sender, client.tokenAddress, to);
    return { receipt, what: { to }, said: `What was drawn for ${sender.address} is paid to ${to}` };
  },
);

feederTask("operator:roles", "Shows who holds which role of a market")
  .addFlag("json", "print the holders as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, json }: { feeder: string; json: boolean }, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const { roleHolders } = await import("../scripts/chain/roles");
      const holders = await roleHolders(client, hre.ethers.provider);
      if (json) console.log(toJsonText(holders));
      else
        printTable(
          ["role", "held by"],
          Object.entries(holders).map(([role, who]) => [role, who.join(", ") || "nobody"]),
        );
    }),
  );

/** @throws InputError where an account does not hold a role: taking it away would be a transaction for nothing */
async function requireHolder(client: MarketClient, role: RoleWord, account: string): Promise<void> {
  if (await client.hasRole(role, account)) return;
  throw new InputError("--role", `${account} is not ${role} of this market; see operator:roles`);
}

async function pileNumber(client: MarketClient, account: string): Promise<number> {
  const pile = await client.pileOf(account);
  if (pile === 0) throw new InputError("--pile", `${account} is not registered; see pile:register`);
  return pile;
}
