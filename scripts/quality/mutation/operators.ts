/** A node of the compiler's syntax tree, Solidity or Yul. `src` is `start:length:file`, in bytes. */
export interface SyntaxNode {
  nodeType: string;
  src: string;
  [member: string]: unknown;
}

/** One replacement in a source, in bytes. */
export interface Change {
  /** The operator that made it. */
  operator: MutationOperator;
  start: number;
  length: number;
  replacement: string;
}

export type MutationOperator =
  | "relation"
  | "arithmetic"
  | "bits"
  | "logic"
  | "negation"
  | "assignment"
  | "literal"
  | "condition"
  | "statement removed"
  | "modifier removed"
  | "assembly";

const BINARY: Readonly<Record<string, readonly [MutationOperator, ...string[]]>> = {
  "<": ["relation", "<=", ">="],
  "<=": ["relation", "<", ">"],
  ">": ["relation", ">=", "<="],
  ">=": ["relation", ">", "<"],
  "==": ["relation", "!="],
  "!=": ["relation", "=="],
  "+": ["arithmetic", "-"],
  "-": ["arithmetic", "+"],
  "*": ["arithmetic", "/"],
  "/": ["arithmetic", "*"],
  "%": ["arithmetic", "*"],
  "&": ["bits", "|"],
  "|": ["bits", "&"],
  "^": ["bits", "|"],
  "<<": ["bits", ">>"],
  ">>": ["bits", "<<"],
  "&&": ["logic", "||"],
  "||": ["logic", "&&"],
};

const ASSIGNMENT: Readonly<Record<string, string>> = {
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "|=": "&=",
  "&=": "|=",
  "^=": "|=",
  "<<=": ">>=",
  ">>=": "<<=",
};

const UNARY: Readonly<Record<string, string>> = { "!": "", "~": "", "-": "", "++": "--", "--": "++" };

const YUL: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  mod: "div",
  lt: "gt",
  gt: "lt",
  slt: "sgt",
  sgt: "slt",
  eq: "lt",
  and: "or",
  or: "and",
  xor: "or",
  shl: "shr",
  shr: "shl",
};

/** Nodes whose content is no behaviour. */
const SILENT = new Set([
  "PragmaDirective",
  "ImportDirective",
  "UsingForDirective",
  "StructuredDocumentation",
  "StructDefinition",
  "ErrorDefinition",
  "EventDefinition",
  "ArrayTypeName",
  "ElementaryTypeName",
  "UserDefinedTypeName",
  "UserDefinedValueTypeDefinition",
  "InheritanceSpecifier",
]);

/**
 * Every change that the operators make anywhere below a node, with the function that it is in.
 * @param source the file, as bytes
 */
export function* changesIn(
  node: SyntaxNode,
  source: Buffer,
  inFunction = "",
): Generator<Change & { inFunction: string }> {
  if (SILENT.has(node.nodeType)) return;
  const named = node.nodeType === "FunctionDefinition" || node.nodeType === "ModifierDefinition";
  const within = named ? (node["name"] as string) || (node["kind"] as string) : inFunction;
  for (const change of changesOf(node, source)) yield { ...change, inFunction: within };
  for (const [member, value] of Object.entries(node)) {
    // Without its step a loop never ends, which says nothing.
    if (node.nodeType === "ForStatement" && member === "loopExpression") continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield* changesIn(child, source, within);
    }
  }
}

/** The changes to one node itself. */
function* changesOf(node: SyntaxNode, source: Buffer): Generator<Change> {
  const text = (of: unknown) => textOf(of as SyntaxNode, source);
  const whole = (operator: MutationOperator, replacement: string): Change => ({
    operator,
    ...placeOf(node),
    replacement,
  });
  switch (node.nodeType) {
    case "BinaryOperation": {
      const [name, ...others] = BINARY[node["operator"] as string] ?? [];
      if (name === undefined) return;
      for (const other of others) {
        yield whole(name, `${text(node["leftExpression"])} ${other} ${text(node["rightExpression"])}`);
      }
      return;
    }
    case "Assignment": {
      const other = ASSIGNMENT[node["operator"] as string];
      if (other !== undefined) {
        yield whole("assignment", `${text(node["leftHandSide"])} ${other} ${text(node["rightHandSide"])}`);
      }
      return;
    }
    case "UnaryOperation": {
      const other = UNARY[node["operator"] as string];
      if (other !== undefined) yield whole("negation", `${other}${text(node["subExpression"])}`);
      return;
    }
    case "Literal":
      if (node["kind"] === "number") yield whole("literal", `(${text(node)} + 1)`);
      if (node["kind"] === "bool") yield whole("literal", text(node) === "true" ? "false" : "true");
      return;
    case "IfStatement":
    case "Conditional":
      yield { ...whole("condition", "true"), ...placeOf(node["condition"] as SyntaxNode) };
      yield { ...whole("condition", "false"), ...placeOf(node["condition"] as SyntaxNode) };
      return;
    case "ForStatement":
    case "WhileStatement":
      if (isNode(node["condition"])) yield { ...whole("condition", "false"), ...placeOf(node["condition"]) };
      return;
    case "ExpressionStatement":
    case "EmitStatement":
    case "RevertStatement":
    case "Break":
    case "Continue": {
      const { start, length } = placeOf(node);
      // The tree leaves out the semicolon, and a lone one is no statement.
      const semicolon = source.indexOf(";", start + length);
      yield { operator: "statement removed", start, length: semicolon + 1 - start, replacement: "{}" };
      return;
    }
    case "ModifierInvocation":
      if (node["kind"] === "modifierInvocation") yield whole("modifier removed", "");
      return;
    case "YulFunctionCall": {
      const name = (node["functionName"] as SyntaxNode)["name"] as string;
      const parts = (node["arguments"] as SyntaxNode[]).map(text);
      const other = YUL[name];
      if (other !== undefined) yield whole("assembly", `${other}(${parts.join(", ")})`);
      if (name === "iszero") yield whole("assembly", parts.join());
      return;
    }
    case "YulLiteral":
      if (node["kind"] === "number") yield whole("assembly", String(BigInt(node["value"] as string) + 1n));
      return;
    case "YulIf":
      for (const constant of ["1", "0"]) {
        yield { ...whole("assembly", constant), ...placeOf(node["condition"] as SyntaxNode) };
      }
      return;
    case "YulExpressionStatement":
    case "YulAssignment":
      yield whole("assembly", "{}");
      return;
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

function placeOf(node: SyntaxNode): { start: number; length: number } {
  const [start, length] = node.src.split(":").map(Number) as [number, number];
  return { start, length };
}

function textOf(node: SyntaxNode, source: Buffer): string {
  const { start, length } = placeOf(node);
  return source.toString("utf8", start, start + length);
}
