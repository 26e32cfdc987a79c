/** How much of an output a document shows: its first or its last lines, or all of it. */
export interface Extent {
  head?: number;
  tail?: number;
}

/** A command of a document and the output that the document shows of it. */
export interface ShownCommand {
  /** Line of the command, from 1. */
  line: number;
  command: string;
  extent: Extent;
  output: string;
}

const MORE = "…";
const PAIR = /^```sh\n(npx hardhat [^\n]+)\n```\n\n```text( (?:head|tail)=\d+)?\n([\s\S]*?)^```$/gm;

/**
 * The commands of a Markdown text with their outputs: a fence `sh` with one command, then a fence `text` with what it
 * prints; `text head=12` shows the first 12 lines and an ellipsis, `text tail=12` the last 12.
 */
export function shownCommands(text: string): ShownCommand[] {
  return [...text.matchAll(PAIR)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length + 1,
    command: match[1]!,
    extent: extentOf(match[2]),
    output: match[3]!,
  }));
}

/** The words of a command as a shell hands them to Hardhat. */
export function wordsOf(command: string): string[] {
  return [...command.replace(/^npx hardhat /, "").matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2]!);
}

/** Part of an output that a document shows. */
export function shown(output: string, { head, tail }: Extent): string {
  const lines = output
    .replace(/^\n+|\s+$/g, "")
    .split("\n")
    .map((line) => line.trimEnd());
  const most = head ?? tail ?? lines.length;
  if (lines.length <= most) return [...lines, ""].join("\n");
  const part = tail === undefined ? [...lines.slice(0, most), MORE] : [MORE, ...lines.slice(-most)];
  return [...part, ""].join("\n");
}

/** The text with every output replaced. @param outputOf what a command prints now */
export function withOutputs(text: string, outputOf: (command: string) => string): string {
  return text.replaceAll(PAIR, (_, command: string, info: string | undefined) => {
    const output = shown(outputOf(command), extentOf(info));
    return `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text${info ?? ""}\n${output}\`\`\``;
  });
}

function extentOf(info: string | undefined): Extent {
  const [name, count] = (info ?? "").trim().split("=");
  return name === "head" || name === "tail" ? { [name]: Number(count) } : {};
}
