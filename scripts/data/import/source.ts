import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";

import { analyse } from "chardet";

import { InputError } from "../../core/errors";

/** Characters of a file, as found or as told. */
export interface Encoding {
  /** A label of the WHATWG Encoding Standard, such as `utf-8`, `utf-16le` or `windows-1252`. */
  label: string;
  /** How it is known: by a byte-order mark, since all bytes fit it, from how often bytes occur, or from a flag. */
  by: "mark" | "bytes" | "statistics" | "flag";
}

/** A file on disk, once its compression and its characters are known. */
export interface Source {
  file: string;
  /** Size on disk, bytes. */
  sizeBytes: number;
  gzip: boolean;
  encoding: Encoding;
}

/** Told how many bytes of the file on disk have been read since the last call. */
export type BytesListener = (bytes: number) => void;

const MARKS: readonly [label: string, mark: readonly number[]][] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];
const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** Bytes that the statistics of an encoding look at. */
const SAMPLE_BYTES = 65_536;

/**
 * Looks through a file once: whether it is compressed, and how its characters are written.
 *
 * @param label Encoding to read it in, whatever it looks like.
 * @throws InputError if the file cannot be read, is empty, or is a workbook or an archive.
 */
export async function openSource(file: string, label?: string, onBytes?: BytesListener): Promise<Source> {
  const sizeBytes = await sizeOf(file);
  const head = await headOf(file);
  if (startsWith(head, ZIP)) {
    throw new InputError(
      file,
      "is a zip archive or an Excel workbook; expected CSV or JSON: unpack it or save it as CSV",
    );
  }
  const source = { file, sizeBytes, gzip: startsWith(head, GZIP) };
  return { ...source, encoding: label === undefined ? await findEncoding(source, onBytes) : told(label) };
}

/** The text of a file, piece by piece, without a byte-order mark. */
export async function* textOf(source: Source, onBytes?: BytesListener): AsyncGenerator<string> {
  const decoder = new TextDecoder(source.encoding.label);
  for await (const bytes of bytesOf(source, onBytes)) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

function told(label: string): Encoding {
  try {
    return { label: new TextDecoder(label).encoding, by: "flag" };
  } catch {
    throw new InputError(
      "--encoding",
      `expected an encoding such as utf-8, utf-16le or windows-1252, found "${label}"`,
    );
  }
}

async function findEncoding(source: Omit<Source, "encoding">, onBytes?: BytesListener): Promise<Encoding> {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let first = true;
  try {
    for await (const bytes of bytesOf(source, onBytes)) {
      if (first) {
        const marked = MARKS.find(([, mark]) => startsWith(bytes, mark));
        if (marked !== undefined) return { label: marked[0], by: "mark" };
        const wide = withoutMark(bytes);
        if (wide !== undefined) return { label: wide, by: "bytes" };
        first = false;
      }
      decodeOr(utf8, bytes);
    }
    if (first) throw new InputError(source.file, "is empty");
    decodeOr(utf8, undefined);
    return { label: "utf-8", by: "bytes" };
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    return { label: singleByteLabel(error.sample), by: "statistics" };
  }
}

/** Bytes that are no UTF-8, with what surrounds them. */
class NotUtf8 extends Error {
  constructor(readonly sample: Uint8Array) {
    super("not UTF-8");
  }
}

function decodeOr(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array | undefined): void {
  try {
    decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    const odd = bytes?.findIndex((byte) => byte >= 0x80) ?? 0;
    throw new NotUtf8(bytes?.subarray(Math.max(0, odd - SAMPLE_BYTES / 2), odd + SAMPLE_BYTES / 2) ?? new Uint8Array());
  }
}

/** UTF-16 of mostly Latin letters without a mark: every second byte is 0. */
function withoutMark(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, 512);
  const zeros = [0, 1].map((parity) => sample.filter((byte, index) => index % 2 === parity && byte === 0).length);
  if (zeros[1]! > sample.length / 4) return "utf-16le";
  if (zeros[0]! > sample.length / 4) return "utf-16be";
  return undefined;
}

/** The likeliest encoding of one byte a character; Western European where statistics say nothing. */
function singleByteLabel(sample: Uint8Array): string {
  const likely = analyse(sample).find(({ name }) => /^(?:ISO-8859|windows|KOI8)/i.test(name));
  return new TextDecoder(likely?.name ?? "windows-1252").encoding;
}

async function* bytesOf(
  { file, gzip }: Pick<Source, "file" | "gzip">,
  onBytes?: BytesListener,
): AsyncGenerator<Uint8Array> {
  const disk = createReadStream(file, { highWaterMark: 262_144 });
  if (onBytes !== undefined) disk.on("data", (chunk) => onBytes(chunk.length));
  const stream = gzip ? disk.pipe(createGunzip()) : disk;
  if (gzip) disk.on("error", (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw new InputError(file, gzip ? `cannot be unpacked: ${reasonOf(error)}` : `cannot be read: ${reasonOf(error)}`);
  } finally {
    disk.destroy();
    stream.destroy();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new InputError(file, "is a folder; expected a file");
    return found.size;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(file, `cannot be read: ${reasonOf(error)}`);
  }
}

async function headOf(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new InputError(file, `cannot be read: ${reasonOf(error)}`);
  }
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

/** "ENOENT: no such file or directory, open 'x'": the middle is what a person wants to read. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^[A-Z]+: /, "").replace(/, \w+ '.*$/, "") : String(error);
}
