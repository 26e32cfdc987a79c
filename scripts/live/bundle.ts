import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

/** A file that the page is made of. */
export interface PageFile {
  type: string;
  plain: Buffer;
  gzipped: Buffer;
}

/** The files by their paths on the server. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const PAGE = join(__dirname, "page");

/** Bundles the page from its sources. @param token What the page shows to be allowed to act. */
export async function bundlePage(token: string): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [join(PAGE, "main.ts"), join(PAGE, "style.css")],
    ...{ bundle: true, minify: true, write: false, outdir: PAGE },
    ...{ format: "iife", target: "es2022", legalComments: "none", logLevel: "silent" },
  });
  const html = (await readFile(join(PAGE, "index.html"), "utf8")).replace("TOKEN", token);
  const files = new Map([["/", fileOf("text/html; charset=utf-8", Buffer.from(html))]]);
  for (const { path, contents } of outputFiles) {
    if (path.endsWith(".js")) files.set("/main.js", fileOf("text/javascript; charset=utf-8", Buffer.from(contents)));
    else files.set("/style.css", fileOf("text/css; charset=utf-8", Buffer.from(contents)));
  }
  return files;
}

/** Size of the files that a browser loads before it is told of the market, gzipped, bytes. */
export function gzippedBytes(files: PageFiles): number {
  return [...files.values()].reduce((sum, { gzipped }) => sum + gzipped.length, 0);
}

function fileOf(type: string, plain: Buffer): PageFile {
  return { type, plain, gzipped: gzipSync(plain, { level: 9 }) };
}
