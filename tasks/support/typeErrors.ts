import { dirname, join } from "node:path";

import ts from "typescript";

import { nearPath } from "../../scripts/answers/place";

const ROOT = join(__dirname, "../..");

/**
 * Type errors of a TypeScript file, a line each with file, line and column; none where all is well.
 * The file is checked as strictly as the `tsconfig.json` above it says; without one, parameters need no types.
 */
export function typeErrors(file: string): string[] {
  const options: ts.CompilerOptions = {
    ...settingsOf(file),
    noEmit: true,
    skipLibCheck: true,
    incremental: false,
    composite: false,
    // Style, which is its author's affair.
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const program = ts.createProgram([file], options);
  const source = program.getSourceFile(file);
  if (source === undefined) return [];
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(asLine);
}

function settingsOf(file: string): ts.CompilerOptions {
  const config = ts.findConfigFile(dirname(file), (path) => ts.sys.fileExists(path));
  if (config === undefined) {
    const typeRoots = [join(ROOT, "node_modules/@types")];
    return { ...settingsOf(join(ROOT, "tsconfig.json")), noImplicitAny: false, typeRoots };
  }
  const { config: json } = ts.readConfigFile(config, (path) => ts.sys.readFile(path)) as { config: unknown };
  return ts.parseJsonConfigFileContent(json, ts.sys, dirname(config), undefined, config).options;
}

function asLine({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (file === undefined || start === undefined) return message;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return `${nearPath(file.fileName)}:${line + 1}:${character + 1}: ${message}`;
}
